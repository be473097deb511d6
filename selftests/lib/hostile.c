// SPDX-License-Identifier: GPL-2.0-only
#include "hostile.h"

#include "deadline.h"
#include "object.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

__u64 random_word(void)
{
	return (__u64)random() << 42 ^ (__u64)random() << 21 ^ random();
}

__s64 soon(void)
{
	return now_ns(CLOCK_MONOTONIC) + random() % (2 * NS_PER_MS);
}

__s64 late(void)
{
	return now_ns(CLOCK_MONOTONIC) + 600 * NS_PER_SEC;
}

struct word *object_word(struct object *object, unsigned int element)
{
	return object->words.base ? word_at(&object->words, element) : NULL;
}

int possible(int ret, int one, int other)
{
	return ret >= 0 || ret == one || ret == other ? 0 : ret;
}

int hostile_info(struct object *object, unsigned int element)
{
	struct kipc_info_args info;
	int ret = object_info(object->fd, &info);

	(void)element;
	if (ret)
		return ret;
	return info.type == object->args.type &&
	       info.elements == object->args.elements ? 0 : -ERANGE;
}

int hostile_watch(struct object *object, unsigned int element)
{
	int watch = object_watch(object->fd);

	(void)element;
	return watch < 0 ? watch : possible(close(watch), 0, 0);
}
