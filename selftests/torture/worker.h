/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: workers
 *
 * A worker is a thread that does something to objects, again and again, until the
 * round is over or it is killed. It plays at the target of its crew, or at a few
 * that chance chose when its process began. While it holds something it may play at
 * another target, fork a child that plays too, exec itself, or exit.
 *
 * After fork and exec nothing is allocated, because other threads may have had the
 * locks of the allocator.
 */
#ifndef TORTURE_WORKER_H
#define TORTURE_WORKER_H

#include "arena.h"
#include "bytes.h"
#include "word.h"

#include <sys/resource.h>

/* There are many workers, and they are always busy: others go before them. */
#define NICE_KILLER	(-10)
#define NICE_STEPPER	(-5)
#define NICE_WORKER	0

struct target;

/* A process and an object. */
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
	const __u8 *choice;		/* targets that it plays at */
	unsigned int choices;
	unsigned int turns;		/* left; 0: for ever */
	struct random random;
	bool stepped;			/* stops before TAKING and GIVING */
	bool alone;			/* neither forks nor execs nor exits */
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

/* From now on TAKING. */
void op_begin(struct worker *worker, unsigned int depth,
	      const struct target *target, unsigned int element,
	      unsigned int count);
void op_step(struct worker *worker, unsigned int depth, enum step step);
void op_end(struct worker *worker, unsigned int depth);

/* While something is HOLDING, at depth 0: play at something else, or end. */
void worker_meanwhile(struct worker *worker, const struct target *target);

/* A short deadline where it would delay others, else one that never passes. */
__s64 worker_deadline(struct worker *worker, unsigned int depth);

/* Some time passes, at most that many turns of a loop. */
void worker_dawdle(struct worker *worker, unsigned int turns);

/* What a process in that slot does; none of them returns. */
void worker_run(struct slot *slot);
void worker_run_stepped(struct slot *slot, unsigned int target);

#endif /* TORTURE_WORKER_H */
