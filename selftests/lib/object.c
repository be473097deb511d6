// SPDX-License-Identifier: GPL-2.0-only
#include "object.h"

#include "call.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

int object_info(int fd, struct kipc_info_args *info)
{
	memset(info, KIPC_POISON, sizeof(*info));
	info->size = sizeof(*info);
	info->flags = 0;
	return kipc_call(fd, KIPC_INFO, info);
}

int object_watch(int fd)
{
	struct kipc_watch_args args = { .size = sizeof(args) };

	return kipc_call(fd, KIPC_WATCH, &args);
}

int watch_read(int watch, struct kipc_notice *notice)
{
	ssize_t length;

	memset(notice, KIPC_POISON, sizeof(*notice));
	length = read(watch, notice, sizeof(*notice));
	if (length < 0)
		return -errno;
	if (!length)
		return 0;
	return length == sizeof(*notice) ? 1 : -EPROTO;
}

__u32 attachment_of(int fd)
{
	struct kipc_info_args info;

	return object_info(fd, &info) ? KIPC_POISON_32 : info.attachment;
}
