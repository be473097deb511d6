/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ioctls of mutexes. Those that end in _as pass the given attachment, the
 * others that of the calling process.
 */
#ifndef MUTEX_H
#define MUTEX_H

#include <linux/kipc.h>

int mutex_timedlock_as(int fd, unsigned int element, __u32 attachment,
		       __s64 deadline, unsigned int flags);
int mutex_timedlock(int fd, unsigned int element, __s64 deadline,
		    unsigned int flags);
int mutex_lock(int fd, unsigned int element);
int mutex_trylock(int fd, unsigned int element);
int mutex_call_as(int fd, unsigned long command, unsigned int element,
		  __u32 attachment);
int mutex_unlock(int fd, unsigned int element);
int mutex_consistent(int fd, unsigned int element);
int mutex_state(int fd, unsigned int element,
		struct kipc_mutex_state_args *state);

#define check_mutex(fd, element, expected_owner, expected_depth, expected_state) \
do { \
	struct kipc_mutex_state_args __state; \
	EXPECT_EQ(0, mutex_state(fd, element, &__state)); \
	EXPECT_EQ((__u32)(expected_owner), __state.owner); \
	EXPECT_EQ((__u32)(expected_depth), __state.depth); \
	EXPECT_EQ((__u32)(expected_state), __state.state); \
} while (0)

#endif /* MUTEX_H */
