/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: a contest
 *
 * Contenders work at one object for as long as the contest lasts. Each counts in its
 * share what it has got and how long it waited at most, while the leader samples how
 * much all of them get done together. Jain's index and the longest wait follow from
 * the shares at the end.
 */
#ifndef BENCH_CONTEST_H
#define BENCH_CONTEST_H

#include "clock.h"
#include "run.h"

/* A contender has got its turn once more. */
static inline void contest_count(struct share *share)
{
	__atomic_store_n(&share->done, share->done + 1, __ATOMIC_RELAXED);
}

/* A contender waits since @now. The leader reads that while it still waits. */
static inline void contest_wait(struct share *share, __u64 now)
{
	__atomic_store_n(&share->begin, now, __ATOMIC_RELAXED);
}

static inline void contest_waited(struct share *share, __u64 now)
{
	if (now - share->begin > share->longest)
		__atomic_store_n(&share->longest, now - share->begin,
				 __ATOMIC_RELAXED);
}

/* A contender waits no longer, and does something else now. */
static inline void contest_got(struct share *share)
{
	contest_waited(share, clock_ticks());
	contest_wait(share, 0);
}

/* A contender got its turn, and waits for the next one at once. */
static inline void contest_next(struct share *share)
{
	__u64 now = clock_ticks();

	contest_waited(share, now);
	contest_wait(share, now);
	contest_count(share);
}

/**
 * contest_watch() - sample what contenders get done together
 * @run: takes run->samples samples
 * @first: contender
 * @count: of them
 * @length: of a sample, in nanoseconds
 */
void contest_watch(struct run *run, unsigned int first, unsigned int count,
		   unsigned long length);

/**
 * contest_judge() - how fair it was between some of the contenders
 * @run: gets Jain's index and the longest wait, if these are the worst so far
 * @first: contender
 * @count: of them, all of which do the same
 * @now: ticks; a contender that waits now has waited so long at least
 */
void contest_judge(struct run *run, unsigned int first, unsigned int count,
		   __u64 now);

#endif /* BENCH_CONTEST_H */
