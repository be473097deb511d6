/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: a contest
 *
 * Contenders use one object for as long as the contest lasts. Each contender records
 * in its share how often it got the object and its longest wait. Meanwhile the leader
 * samples the progress of all contenders together. At the end, Jain's index and the
 * longest wait are computed from the shares.
 */
#ifndef BENCH_CONTEST_H
#define BENCH_CONTEST_H

#include "clock.h"
#include "run.h"

/* Counts that a contender got the object once more. */
static inline void contest_count(struct share *share)
{
	__atomic_store_n(&share->done, share->done + 1, __ATOMIC_RELAXED);
}

/* Records that a contender waits since @now. The leader reads it during the wait. */
static inline void contest_wait(struct share *share, __u64 now)
{
	__atomic_store_n(&share->begin, now, __ATOMIC_RELAXED);
}

/* Records the length of a wait that ends @now. */
static inline void contest_waited(struct share *share, __u64 now)
{
	if (now - share->begin > share->longest)
		__atomic_store_n(&share->longest, now - share->begin,
				 __ATOMIC_RELAXED);
}

/* Ends a wait. The contender does not wait for the object again at once. */
static inline void contest_got(struct share *share)
{
	contest_waited(share, clock_ticks());
	contest_wait(share, 0);
}

/* Ends a wait, counts it, and begins the next wait at once. */
static inline void contest_next(struct share *share)
{
	__u64 now = clock_ticks();

	contest_waited(share, now);
	contest_wait(share, now);
	contest_count(share);
}

/**
 * contest_watch() - sample the progress of contenders
 * @run: gets run->samples samples
 * @first: first contender
 * @count: number of contenders
 * @length: of a sample, in nanoseconds
 */
void contest_watch(struct run *run, unsigned int first, unsigned int count,
		   unsigned long length);

/**
 * contest_judge() - compute the fairness among some of the contenders
 * @run: gets Jain's index and the longest wait, if they are the worst so far
 * @first: first contender
 * @count: number of contenders, which all do the same work
 * @now: ticks; a wait that has not ended counts up to now
 */
void contest_judge(struct run *run, unsigned int first, unsigned int count,
		   __u64 now);

#endif /* BENCH_CONTEST_H */
