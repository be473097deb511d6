/* SPDX-License-Identifier: GPL-2.0-only */
/* What /proc/self/fdinfo says about an object. */
#ifndef FDINFO_H
#define FDINFO_H

#include "until.h"

#include <stddef.h>

/* Fills in the text of /proc/self/fdinfo. Returns 0 or a negative errno. */
int fdinfo_text(int fd, char *text, size_t size);

/* Returns the number that follows a key, or a negative errno. */
long fdinfo_number(int fd, const char *key);

/* Returns how many threads wait in the kernel for any element of the object. */
long waiters(int fd);

/*
 * Waits until exactly so many threads wait. A negative errno (no such line) ends
 * the wait too; then the test fails.
 */
#define wait_for_waiters(fd, count) do { \
	long __waiters; \
	wait_until((__waiters = waiters(fd)) == (long)(count) || \
		   __waiters < 0); \
	ASSERT_EQ((long)(count), __waiters); \
} while (0)

#endif /* FDINFO_H */
