/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: a contest of two sides
 *
 * Some give and some take, until the leader has seen enough. What is taken counts.
 * Each side is judged for itself: all that give should get to give as much.
 */
#ifndef BENCH_EXCHANGE_H
#define BENCH_EXCHANGE_H

#include "../contest.h"
#include "../team.h"

#define EXCHANGE_SAMPLES	30
#define EXCHANGE_SAMPLE		2000000		/* nanoseconds */

/**
 * exchange() - let givers and takers work, and judge them
 * @run: of which the object is there
 * @givers: come first in the team
 * @takers: come after them
 * @work: what each of them does without an end, with contest_next() after each turn
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
