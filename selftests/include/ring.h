/* SPDX-License-Identifier: GPL-2.0-only */
/* Interrupting a wait by task work of io_uring; see interrupt.h for the rest. */
#ifndef RING_H
#define RING_H

#include "child.h"

struct io_uring_sqe;

/* An io_uring with which a child polls a pipe. The parent makes it before it forks. */
struct ring {
	int fd;
	int pipe[2];
	unsigned int *tail, *completed, *indices;
	struct io_uring_sqe *entries;
};

/* Returns NULL, or the reason why there is no ring. */
const char *ring_make(struct ring *ring);

/*
 * In the child: starts to poll. The thread that calls this will do the task work
 * that completes the poll. Returns 0 or a negative errno.
 */
int ring_poll(struct ring *ring);

/*
 * Completes the poll. The completion appears when the child has left its wait and
 * has done the task work. Returns NULL, or the reason why that is not possible.
 */
const char *by_ring(struct ring *ring, const struct child *child);

#endif /* RING_H */
