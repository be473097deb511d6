/* SPDX-License-Identifier: GPL-2.0-only */
/* The ioctls of semaphores. */
#ifndef SEMAPHORE_H
#define SEMAPHORE_H

#include <linux/kipc.h>

int semaphore_post(int fd, unsigned int element, unsigned int count);
int semaphore_timedwait(int fd, unsigned int element, unsigned int count,
			__s64 deadline, unsigned int flags);
int semaphore_wait(int fd, unsigned int element, unsigned int count);
int semaphore_trywait(int fd, unsigned int element, unsigned int count);

/*
 * Returns arguments that post one unit of an element and wait for one unit of
 * another element of the same object.
 */
struct kipc_semaphore_post_wait_args post_wait_args(unsigned int element,
						    unsigned int wait_element);
int semaphore_post_wait(int fd, struct kipc_semaphore_post_wait_args *args);
int semaphore_value(int fd, unsigned int element, __u32 *value);

#define check_value(fd, element, units) do { \
	__u32 __value; \
	EXPECT_EQ(0, semaphore_value(fd, element, &__value)); \
	EXPECT_EQ((__u32)(units), __value); \
} while (0)

#endif /* SEMAPHORE_H */
