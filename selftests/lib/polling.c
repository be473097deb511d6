// SPDX-License-Identifier: GPL-2.0-only
#include "polling.h"

#include "until.h"

#include <errno.h>

int poll_for(int fd, short events, int ms)
{
	struct pollfd pollfd = { .fd = fd, .events = events };
	int ret = poll(&pollfd, 1, ms);

	return ret < 0 ? -errno : pollfd.revents;
}

int poll_now(int fd, short events)
{
	return poll_for(fd, events, 0);
}

int run_poll(void *data)
{
	const struct poll_request *request = data;

	return poll_for(request->fd, request->events, -1);
}

void start_poll(struct child *child, int fd, short events)
{
	struct poll_request request = { .fd = fd, .events = events };

	child_start(child, run_poll, &request);
	wait_until(child_sleeps(child) || child_ended(child));
}
