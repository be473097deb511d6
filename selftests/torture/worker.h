/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: workers
 *
 * A worker is a thread that uses objects again and again until the round is over or
 * it is killed. It uses the target of its crew, or a few targets that were chosen at
 * random when its process began. While it holds something it may use another target,
 * fork a child that works too, call exec, or exit.
 *
 * After fork and exec the worker allocates no memory, because other threads may have
 * held the locks of the allocator.
 */
#ifndef TORTURE_WORKER_H
#define TORTURE_WORKER_H

#include "arena.h"
#include "bytes.h"
#include "word.h"

#include <sys/resource.h>

/* The many workers are always busy, so the other processes get a higher priority. */
#define NICE_KILLER	(-10)
#define NICE_STEPPER	(-5)
#define NICE_WORKER	0

struct target;

/* An object as one process uses it. */
struct seat {
	int fd;
	__u32 attachment;
	struct words words;
	struct bytes bytes;	/* of a region */
};

struct worker {
	struct slot *slot;
	struct record *record;
	unsigned int incarnation;	/* of the process */
	struct seat *seats;		/* of the process, by target */
	const __u8 *choice;		/* targets that it uses */
	unsigned int choices;
	unsigned int turns;		/* that remain; 0: no limit */
	struct random random;
	bool stepped;			/* stops itself at TAKING and GIVING */
	bool alone;			/* it does not fork, exec or exit */
};

static inline unsigned int chance(struct worker *worker, unsigned int limit)
{
	return random_below(&worker->random, limit);
}

/* Ops. */

static inline struct op *op_at(const struct worker *worker,
			       unsigned int depth)
{
	return &worker->record->ops[worker->incarnation][depth];
}

/* Writes an op at the step TAKING. */
void op_begin(struct worker *worker, unsigned int depth,
	      const struct target *target, unsigned int element,
	      unsigned int count);
void op_step(struct worker *worker, unsigned int depth, enum step step);
void op_end(struct worker *worker, unsigned int depth);

/* To be called at depth 0, while HOLDING: uses another target, or ends, at random. */
void worker_meanwhile(struct worker *worker, const struct target *target);

/*
 * Returns a short deadline if the wait would delay other workers, else one that does
 * not pass unless the wait hangs.
 */
__s64 worker_deadline(struct worker *worker, unsigned int depth);

/* Spins for a random time, at most that many turns of a loop. */
void worker_dawdle(struct worker *worker, unsigned int turns);

/* Run the process of a slot. They do not return. */
void worker_run(struct slot *slot);
void worker_run_stepped(struct slot *slot, unsigned int target);

#endif /* TORTURE_WORKER_H */
