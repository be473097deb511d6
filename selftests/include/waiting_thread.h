/* SPDX-License-Identifier: GPL-2.0-only */
/* A thread of the calling process that waits for an object. */
#ifndef WAITING_THREAD_H
#define WAITING_THREAD_H

#include <pthread.h>

struct waiting_thread {
	pthread_t thread;
	int (*wait)(int fd);
	int fd;
	int ret;
};

/* Starts a thread that calls wait(fd). Returns 0 or an errno. */
int thread_start(struct waiting_thread *thread, int fd, int (*wait)(int fd));

/* Waits until the thread has ended, and returns what wait() has returned. */
int thread_finish(struct waiting_thread *thread);

#endif /* WAITING_THREAD_H */
