/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: a contest of two sides
 *
 * Some workers give and some take, until the leader has enough samples. The samples
 * count what is taken. Fairness is judged for each side separately, since all givers
 * should give equally often, and all takers should take equally often.
 */
#ifndef BENCH_EXCHANGE_H
#define BENCH_EXCHANGE_H

#include "../contest.h"
#include "../team.h"

#define EXCHANGE_SAMPLES	30
#define EXCHANGE_SAMPLE		2000000		/* nanoseconds */

/**
 * exchange() - let givers and takers work, and judge them
 * @run: whose object is created
 * @givers: number of givers, which come first in the team
 * @takers: number of takers, which follow
 * @work: endless loop of each worker, which calls contest_next() in each round
 */
static inline void exchange(struct run *run, unsigned int givers,
			    unsigned int takers,
			    void (*work)(struct worker *worker))
{
	__u64 now;

	team_start(run, givers + takers, PLACE_SPREAD, work);
	team_open(run, givers + takers);
	contest_watch(run, givers, takers, EXCHANGE_SAMPLE);
	now = clock_ticks();
	contest_judge(run, 0, givers, now);
	contest_judge(run, givers, takers, now);
	team_end(givers + takers);
}

#endif /* BENCH_EXCHANGE_H */
