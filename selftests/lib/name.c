// SPDX-License-Identifier: GPL-2.0-only
#include "name.h"

#include "call.h"
#include "create.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

const char *unique_name(char name[64], const char *suffix)
{
	snprintf(name, 64, "kipc-test-%d-%s", getpid(), suffix);
	return name;
}

int open_named(unsigned int type, const char *name, unsigned int access)
{
	struct kipc_open_args args = {
		.size = sizeof(args),
		.flags = access,
		.type = type,
		.name_length = strlen(name),
		.name = (uintptr_t)name,
	};

	return device_call(KIPC_OPEN, &args);
}

int unlink_named(const char *name)
{
	struct kipc_unlink_args args = {
		.size = sizeof(args),
		.name_length = strlen(name),
		.name = (uintptr_t)name,
	};

	return device_call(KIPC_UNLINK, &args);
}

int list_names(__u64 *cursor, struct kipc_list_entry *entries,
	       unsigned int count)
{
	struct kipc_list_args args = {
		.size = sizeof(args),
		.count = count,
		.entry_size = sizeof(*entries),
		.entries = (uintptr_t)entries,
		.cursor = *cursor,
	};
	int ret;

	memset(entries, KIPC_POISON, count * sizeof(*entries));
	ret = device_call(KIPC_LIST, &args);
	*cursor = args.cursor;
	return ret;
}

int list_find(const char *name, struct kipc_list_entry *entry)
{
	__u64 cursor = 0;
	int ret;

	do {
		ret = list_names(&cursor, entry, 1);
	} while (ret == 1 && (entry->name_length != strlen(name) ||
			      memcmp(entry->name, name, strlen(name))));
	return ret;
}
