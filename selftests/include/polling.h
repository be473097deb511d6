/* SPDX-License-Identifier: GPL-2.0-only */
/* Polling an object, at once or in a child that sleeps in poll(). */
#ifndef POLLING_H
#define POLLING_H

#include "child.h"

#include <poll.h>

/*
 * Returns those of @events that are reported within @ms, or a negative errno. It
 * waits without a limit if @ms is -1.
 */
int poll_for(int fd, short events, int ms);
int poll_now(int fd, short events);

struct poll_request {
	int fd;
	short events;
};

/* A function for child_start(); @data is a struct poll_request. */
int run_poll(void *data);

/* Starts a child that polls. Returns when the child sleeps in poll(). */
void start_poll(struct child *child, int fd, short events);

#endif /* POLLING_H */
