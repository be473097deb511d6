// SPDX-License-Identifier: GPL-2.0-only
#include "epoll.h"

#include <errno.h>
#include <unistd.h>

int epoll_of(int fd, __u32 events)
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

__u32 epoll_events(int set, int ms)
{
	struct epoll_event event = {};
	int ret = epoll_wait(set, &event, 1, ms);

	return ret == 1 ? event.events : 0;
}

__u32 epoll_news(int set)
{
	return epoll_events(set, 0);
}
