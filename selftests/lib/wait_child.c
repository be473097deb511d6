// SPDX-License-Identifier: GPL-2.0-only
#include "wait_child.h"

#include "barrier.h"
#include "semaphore.h"

int run_semaphore_wait(void *data)
{
	const struct wait_request *request = data;

	return semaphore_timedwait(request->fd, request->element,
				   request->count, request->deadline,
				   request->flags);
}

void start_semaphore_wait(struct child *child, int fd, unsigned int element,
			  unsigned int count)
{
	struct wait_request request = {
		.fd = fd,
		.element = element,
		.count = count,
		.deadline = KIPC_FOREVER,
	};

	child_start(child, run_semaphore_wait, &request);
}

int run_barrier_wait(void *data)
{
	const struct wait_request *request = data;

	return barrier_timedwait(request->fd, request->deadline,
				 request->flags);
}

void start_barrier_wait(struct child *child, int fd)
{
	struct wait_request request = {
		.fd = fd,
		.deadline = KIPC_FOREVER,
	};

	child_start(child, run_barrier_wait, &request);
}
