/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: a team
 *
 * The processes that do a row's work. Each is pinned to a processor and begins
 * when all are there.
 */
#ifndef BENCH_TEAM_H
#define BENCH_TEAM_H

#include <pthread.h>

#include "row.h"

struct worker {
	struct run *run;
	const struct subject *subject;
	void *object;
	unsigned int index;	/* in the team */
	unsigned int count;	/* workers of it */
	struct share *share;	/* of the run's */
};

/* Which processor a worker is pinned to. */
enum placing {
	PLACE_TOGETHER,		/* all on the first */
	PLACE_SPREAD,		/* one after the other, round and round */
};

/**
 * team_start() - fork workers that wait for team_open()
 * @run: what they work at
 * @count: workers, 1..RUN_WORKERS
 * @placing: where
 * @work: what each of them does
 */
void team_start(struct run *run, unsigned int count, enum placing placing,
		void (*work)(struct worker *worker));

/* Let them begin. */
void team_open(struct run *run, unsigned int count);

/* Wait until all have ended; gives up where one failed. */
void team_finish(struct run *run, unsigned int count);

/* Kill them, wherever they wait; gives up where one has ended before. */
void team_end(unsigned int count);

/* Start, open and finish. */
void team_run(struct run *run, unsigned int count, enum placing placing,
	      void (*work)(struct worker *worker));

/* Pin this thread to the processor of a worker. */
void team_place(unsigned int index, enum placing placing);

#endif /* BENCH_TEAM_H */
