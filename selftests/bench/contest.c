// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <math.h>
#include <time.h>

#include "contest.h"
#include "statistics.h"

static unsigned long contest_count_all(const struct run *run, unsigned int first,
				       unsigned int count)
{
	unsigned long sum = 0;

	while (count--)
		sum += __atomic_load_n(&run->shares[first + count].done,
				       __ATOMIC_RELAXED);
	return sum;
}

/* Takes one sample. It lasts longer if no operation is done within @length. */
static void contest_sample(struct run *run, unsigned int first, unsigned int count,
			   unsigned long length)
{
	const struct timespec pause = { .tv_nsec = length };
	unsigned long before = contest_count_all(run, first, count), done;
	__u64 begin = clock_ticks(), elapsed;

	do {
		nanosleep(&pause, NULL);
		elapsed = clock_ticks() - begin;
		done = contest_count_all(run, first, count) - before;
		errno = 0;
		/* If a contender failed, the others may wait for it for ever. */
		must(!run->why[0]);
	} while (!done);
	run_sample(run, elapsed, done);
}

void contest_watch(struct run *run, unsigned int first, unsigned int count,
		   unsigned long length)
{
	unsigned int i;

	for (i = 0; i < run->samples; i++)
		contest_sample(run, first, count, length);
}

/* Returns the longest wait in ticks, including a wait that has not ended yet. */
static __u64 contest_longest_wait(const struct share *share, __u64 now)
{
	__u64 longest = __atomic_load_n(&share->longest, __ATOMIC_RELAXED);
	__u64 begin = __atomic_load_n(&share->begin, __ATOMIC_RELAXED);

	if (begin && now > begin && now - begin > longest)
		longest = now - begin;
	return longest;
}

void contest_judge(struct run *run, unsigned int first, unsigned int count,
		   __u64 now)
{
	double shares[RUN_WORKERS], jain, waited;
	unsigned int i;

	for (i = 0; i < count; i++) {
		shares[i] = __atomic_load_n(&run->shares[first + i].done,
					    __ATOMIC_RELAXED);
		waited = clock_cost(contest_longest_wait(&run->shares[first + i], now), 1);
		if (waited && !(run->longest >= waited))
			run->longest = waited;
	}
	jain = statistics_jain(shares, count);
	if (!(run->jain <= jain))
		run->jain = jain;
}
