/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Polling an object, now or from a child that sleeps until there is something.
 */
#ifndef KIPC_POLL_H
#define KIPC_POLL_H

#include "kipc_child.h"

#include <poll.h>

/* What of @events there is within @ms, -1 for ever. */
static inline int poll_for(int fd, short events, int ms)
{
	struct pollfd pollfd = { .fd = fd, .events = events };
	int ret = poll(&pollfd, 1, ms);

	return ret < 0 ? -errno : pollfd.revents;
}

static inline int poll_now(int fd, short events)
{
	return poll_for(fd, events, 0);
}

struct poll_request {
	int fd;
	short events;
};

static inline int run_poll(void *data)
{
	const struct poll_request *request = data;

	return poll_for(request->fd, request->events, -1);
}

/* Returns once the child sleeps in poll(). */
static inline void start_poll(struct child *child, int fd, short events)
{
	struct poll_request request = { .fd = fd, .events = events };

	child_start(child, run_poll, &request);
	wait_until(child_sleeps(child) || child_ended(child));
}

#endif /* KIPC_POLL_H */
