/* SPDX-License-Identifier: GPL-2.0-only */
/* Children that lock a mutex, and waiting for what they do. */
#ifndef LOCK_CHILD_H
#define LOCK_CHILD_H

#include "child.h"
#include "fdinfo.h"

#include <poll.h>

#include <linux/types.h>

struct lock_request {
	int fd;
	unsigned int element;
	unsigned int flags;
	__s64 deadline;
};

/* Functions for child_start(); @data is a struct lock_request. */

/* Locks the mutex. The child then ends as its owner. */
int run_lock_and_die(void *data);
int run_lock_and_unlock(void *data);

/* Locks the mutex and owns it until the child is killed. */
int run_lock_and_hold(void *data);

void start_lock(struct child *child, int (*run)(void *data), int fd,
		unsigned int element);

/*
 * Like wait_for_waiters(), for a caller that owns the mutex. The children spin as
 * long as the owner runs, so the caller sleeps between two looks.
 */
#define wait_for_lockers(fd, count) do { \
	long __waiters; \
	while ((__waiters = waiters(fd)) != (long)(count) && __waiters >= 0) \
		poll(NULL, 0, 1); \
	ASSERT_EQ((long)(count), __waiters); \
} while (0)

/* Waits until the mutex has an owner. */
void wait_for_owner(int fd, unsigned int element);

/* Waits until an owner of the mutex has died. */
void wait_for_death(int fd, unsigned int element);

#endif /* LOCK_CHILD_H */
