/* SPDX-License-Identifier: GPL-2.0-only */
/* One descriptor in an epoll set: what it reports, and whether it is woken. */
#ifndef KIPC_EPOLL_H
#define KIPC_EPOLL_H

#include "kipc_test.h"

#include <sys/epoll.h>

/* A set with that descriptor alone, or a negative errno. */
static inline int epoll_of(int fd, __u32 events)
{
	struct epoll_event event = { .events = events };
	int set = epoll_create1(EPOLL_CLOEXEC);

	if (set < 0)
		return -errno;
	if (!epoll_ctl(set, EPOLL_CTL_ADD, fd, &event))
		return set;
	close(set);
	return -errno;
}

/* What it reports within @ms, -1 for ever; 0 for nothing. */
static inline __u32 epoll_events(int set, int ms)
{
	struct epoll_event event = {};
	int ret = epoll_wait(set, &event, 1, ms);

	return ret == 1 ? event.events : 0;
}

/* What is new since the last look at an edge-triggered set. */
static inline __u32 epoll_news(int set)
{
	return epoll_events(set, 0);
}

#endif /* KIPC_EPOLL_H */
