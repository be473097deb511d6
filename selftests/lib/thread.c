// SPDX-License-Identifier: GPL-2.0-only
#include "thread.h"

#include "call.h"
#include "create.h"

#include <unistd.h>

__s64 thread_number_by(int fd)
{
	struct kipc_thread_args args = {
		.size = sizeof(args),
		.thread = KIPC_POISON_32,
	};
	int ret = kipc_call(fd, KIPC_THREAD, &args);

	return ret ? ret : (__s64)args.thread;
}

__s64 thread_number(void)
{
	int device = device_open();
	__s64 number;

	if (device < 0)
		return device;
	number = thread_number_by(device);
	close(device);
	return number;
}
