/* SPDX-License-Identifier: GPL-2.0-only */
/* Children that wait for a semaphore or at a barrier. */
#ifndef WAIT_CHILD_H
#define WAIT_CHILD_H

#include "child.h"

#include <linux/types.h>

struct wait_request {
	int fd;
	unsigned int element;
	unsigned int count;
	unsigned int flags;
	__s64 deadline;
};

/* Functions for child_start(); @data is a struct wait_request. */
int run_semaphore_wait(void *data);
int run_barrier_wait(void *data);

void start_semaphore_wait(struct child *child, int fd, unsigned int element,
			  unsigned int count);
void start_barrier_wait(struct child *child, int fd);

#endif /* WAIT_CHILD_H */
