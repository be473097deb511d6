/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: races
 *
 * The workers of a race are threads of several processes. They use an object at the
 * same time, and call disturb() in between: it makes a worker spin, yield, move to
 * another processor, change between real-time and ordinary scheduling, or send a
 * signal to another worker, at random.
 */
#ifndef RACE_H
#define RACE_H

#include <sys/types.h>
#include <time.h>

#include <linux/types.h>

#define PROCESSES	4
#define THREADS		3	/* of each process */
#define WORKERS		(PROCESSES * THREADS)

struct race_shared;

struct race_worker {
	struct race_shared *shared;
	unsigned int number;
	__u64 random;
};

/* Shared by the workers. It is the first member of a structure of the test. */
struct race_shared {
	int (*run)(struct race_worker *worker);
	/* Called in each process before and after its workers run; may be NULL. */
	int (*begin)(struct race_shared *shared);
	int (*end)(struct race_shared *shared);
	__u64 seed;
	unsigned int processes;		/* that have started */
	struct {
		pid_t pid;
		pid_t tid;		/* 0 while the worker does not run */
	} threads[WORKERS];
};

/* Returns a random number below @bound. */
unsigned int chance(struct race_worker *self, unsigned int bound);

/* Returns a deadline that passes soon, or has passed when it is used. */
__s64 random_deadline(struct race_worker *self, clockid_t clock);

/*
 * Disturbs the calling worker, or another worker, or does nothing, at random. It
 * takes little time, so that the workers spend most of their time in the race.
 */
void disturb(struct race_worker *self);

/*
 * Runs all workers until they have ended. Returns 0, or the result of a worker that
 * has failed.
 */
int race_run(struct race_shared *shared, int (*run)(struct race_worker *worker));

#endif /* RACE_H */
