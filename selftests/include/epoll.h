/* SPDX-License-Identifier: GPL-2.0-only */
/* An epoll set of one descriptor. */
#ifndef EPOLL_H
#define EPOLL_H

#include <sys/epoll.h>

#include <linux/types.h>

/* Returns a set that has only that descriptor, or a negative errno. */
int epoll_of(int fd, __u32 events);

/*
 * Returns the events that the set reports within @ms, 0 if there are none. It
 * waits without a limit if @ms is -1.
 */
__u32 epoll_events(int set, int ms);

/* Returns the events since the last call for an edge-triggered set. */
__u32 epoll_news(int set);

#endif /* EPOLL_H */
