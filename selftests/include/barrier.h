/* SPDX-License-Identifier: GPL-2.0-only */
/* The ioctls of barriers. */
#ifndef BARRIER_H
#define BARRIER_H

#include <linux/kipc.h>

int barrier_timedwait(int fd, __s64 deadline, unsigned int flags);
int barrier_wait(int fd);
int barrier_trywait(int fd);

/* Waits after an arrival in user space; @word is what the arrival has left. */
int barrier_timedwait_arrived(int fd, __u64 word, __s64 deadline);
int barrier_wait_arrived(int fd, __u64 word);

int barrier_abort(int fd);
int barrier_reset(int fd);
int barrier_join(int fd);
int barrier_leave(int fd);
int barrier_state(int fd, struct kipc_barrier_state_args *state);

#define check_barrier(fd, expected_arrived, expected_generation, \
		      expected_broken) \
do { \
	struct kipc_barrier_state_args __state; \
	EXPECT_EQ(0, barrier_state(fd, &__state)); \
	EXPECT_EQ((__u32)(expected_arrived), __state.arrived); \
	EXPECT_EQ((__u32)(expected_generation), __state.generation); \
	EXPECT_EQ((__u32)(expected_broken), __state.broken); \
} while (0)

#define check_membership(fd, expected_members, expected_parties) do { \
	struct kipc_barrier_state_args __state; \
	EXPECT_EQ(0, barrier_state(fd, &__state)); \
	EXPECT_EQ((__u32)(expected_members), __state.members); \
	EXPECT_EQ((__u32)(expected_parties), __state.parties); \
} while (0)

#endif /* BARRIER_H */
