// SPDX-License-Identifier: GPL-2.0-only
#include "semaphore.h"

#include "call.h"

int semaphore_post(int fd, unsigned int element, unsigned int count)
{
	struct kipc_semaphore_post_args args = {
		.size = sizeof(args),
		.element = element,
		.count = count,
	};

	return kipc_call(fd, KIPC_SEMAPHORE_POST, &args);
}

int semaphore_timedwait(int fd, unsigned int element, unsigned int count,
			__s64 deadline, unsigned int flags)
{
	struct kipc_semaphore_wait_args args = {
		.size = sizeof(args),
		.flags = flags,
		.element = element,
		.count = count,
		.deadline = deadline,
	};

	return kipc_call(fd, KIPC_SEMAPHORE_WAIT, &args);
}

int semaphore_wait(int fd, unsigned int element, unsigned int count)
{
	return semaphore_timedwait(fd, element, count, KIPC_FOREVER, 0);
}

int semaphore_trywait(int fd, unsigned int element, unsigned int count)
{
	return semaphore_timedwait(fd, element, count, 0, KIPC_TRY);
}

struct kipc_semaphore_post_wait_args post_wait_args(unsigned int element,
						    unsigned int wait_element)
{
	return (struct kipc_semaphore_post_wait_args) {
		.size = sizeof(struct kipc_semaphore_post_wait_args),
		.element = element,
		.count = 1,
		.wait_fd = -1,
		.wait_element = wait_element,
		.wait_count = 1,
		.deadline = KIPC_FOREVER,
	};
}

int semaphore_post_wait(int fd, struct kipc_semaphore_post_wait_args *args)
{
	return kipc_call(fd, KIPC_SEMAPHORE_POST_WAIT, args);
}

int semaphore_value(int fd, unsigned int element, __u32 *value)
{
	struct kipc_semaphore_value_args args = {
		.size = sizeof(args),
		.element = element,
		.value = KIPC_POISON_32,
	};
	int ret = kipc_call(fd, KIPC_SEMAPHORE_VALUE, &args);

	*value = args.value;
	return ret;
}
