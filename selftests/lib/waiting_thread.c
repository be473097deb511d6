// SPDX-License-Identifier: GPL-2.0-only
#include "waiting_thread.h"

#include <stddef.h>

static void *waiting_thread_run(void *data)
{
	struct waiting_thread *self = data;

	self->ret = self->wait(self->fd);
	return NULL;
}

int thread_start(struct waiting_thread *thread, int fd, int (*wait)(int fd))
{
	thread->fd = fd;
	thread->wait = wait;
	return pthread_create(&thread->thread, NULL, waiting_thread_run,
			      thread);
}

int thread_finish(struct waiting_thread *thread)
{
	pthread_join(thread->thread, NULL);
	return thread->ret;
}
