/* SPDX-License-Identifier: GPL-2.0-only */
/* Waiting for a condition. */
#ifndef UNTIL_H
#define UNTIL_H

#include <sched.h>

/*
 * Waits for a condition, never for a length of time. The timeout of the harness
 * limits the wait.
 */
#define wait_until(condition) do { \
	while (!(condition)) \
		sched_yield(); \
} while (0)

#endif /* UNTIL_H */
