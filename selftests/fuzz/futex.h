/* SPDX-License-Identifier: GPL-2.0-only */
/* Futex operations on words that several processes share */
#ifndef FUZZ_FUTEX_H
#define FUZZ_FUTEX_H

#include <limits.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <linux/futex.h>
#include <linux/types.h>

static inline long long now_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * 1000000000LL + now.tv_nsec;
}

/*
 * Waits while the word is @seen, until a time on CLOCK_MONOTONIC unless @until
 * is NULL. It may return spuriously.
 */
static inline void futex_wait(__u32 *word, __u32 seen,
			      const struct timespec *until)
{
	syscall(SYS_futex, word, FUTEX_WAIT_BITSET, seen, until, NULL,
		FUTEX_BITSET_MATCH_ANY);
}

static inline void futex_wake(__u32 *word)
{
	syscall(SYS_futex, word, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

static inline void futex_set(__u32 *word, __u32 value)
{
	__atomic_store_n(word, value, __ATOMIC_RELEASE);
	futex_wake(word);
}

static inline __u32 futex_get(__u32 *word)
{
	return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

#endif /* FUZZ_FUTEX_H */
