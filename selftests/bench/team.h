/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: a team
 *
 * The processes that do the work of a row. Each is pinned to a processor. They begin
 * when all of them have started.
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
	unsigned int count;	/* of workers in the team */
	struct share *share;	/* its counters in the run */
};

/* The processor that a worker is pinned to. */
enum placing {
	PLACE_TOGETHER,		/* all on the first processor */
	PLACE_SPREAD,		/* round robin on all processors */
};

/**
 * team_start() - fork workers that wait for team_open()
 * @run: that they belong to
 * @count: of workers, 1..RUN_WORKERS
 * @placing: of the workers on processors
 * @work: function that each worker calls
 */
void team_start(struct run *run, unsigned int count, enum placing placing,
		void (*work)(struct worker *worker));

/* Wait until all workers have started, and let them begin. */
void team_open(struct run *run, unsigned int count);

/* Wait until all workers have ended; give up if one failed. */
void team_finish(struct run *run, unsigned int count);

/* Kill all workers; give up if one has ended before. */
void team_end(unsigned int count);

/* Start, open and finish. */
void team_run(struct run *run, unsigned int count, enum placing placing,
	      void (*work)(struct worker *worker));

/* Pin this thread to the processor of a worker. */
void team_place(unsigned int index, enum placing placing);

#endif /* BENCH_TEAM_H */
