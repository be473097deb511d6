// SPDX-License-Identifier: GPL-2.0-only
/* Locks, uncontended and contended. */
#include <unistd.h>

#include "../contest.h"
#include "sampling.h"

#define PER_PROCESSOR	4		/* lockers in a crowd */
#define CRITICAL	1000		/* nanoseconds that they hold the lock */
#define SAMPLES		50
#define SAMPLE		2000000		/* nanoseconds */

static void lock_pairs(struct worker *worker)
{
	struct run *run = worker->run;

	sample_each(run, run->batch,
		    worker->subject->lock.pairs(worker->object, run->batch));
}

static void lock_run_uncontended(struct run *run)
{
	const struct shape shape = { .elements = 1 };

	run_create(run, &shape);
	team_run(run, 1, PLACE_TOGETHER, lock_pairs);
}

static bool lock_stopped(const struct run *run)
{
	return __atomic_load_n(&run->stop, __ATOMIC_RELAXED);
}

/* Holds the lock for the time of the row's parameter, and then pauses as long. */
static void lock_contend(struct worker *worker)
{
	const struct subject *subject = worker->subject;
	unsigned long length = worker->run->row->parameter;

	while (!lock_stopped(worker->run)) {
		subject->lock.lock(worker->object);
		clock_work(length);
		subject->lock.unlock(worker->object);
		contest_count(worker->share);
		clock_work(length);
	}
}

/* Holds the lock for CRITICAL, and measures the waits. */
static void lock_contend_timed(struct worker *worker, bool stays_away)
{
	const struct subject *subject = worker->subject;
	struct share *share = worker->share;

	while (!lock_stopped(worker->run)) {
		contest_wait(share, clock_ticks());
		subject->lock.lock(worker->object);
		contest_got(share);
		clock_work(CRITICAL);
		subject->lock.unlock(worker->object);
		contest_count(share);
		if (stays_away)
			clock_work(CRITICAL);
	}
}

static void lock_contend_and_leave(struct worker *worker)
{
	lock_contend_timed(worker, true);
}

/* The same, but locks again at once. */
static void lock_contend_again(struct worker *worker)
{
	lock_contend_timed(worker, false);
}

static void lock_fight(struct run *run, unsigned int workers,
		       void (*work)(struct worker *worker))
{
	const struct shape shape = { .elements = 1 };

	if (workers > RUN_WORKERS)
		workers = RUN_WORKERS;
	run_create(run, &shape);
	team_start(run, workers, PLACE_SPREAD, work);
	team_open(run, workers);
	contest_watch(run, 0, workers, SAMPLE);
	contest_judge(run, 0, workers, clock_ticks());
	__atomic_store_n(&run->stop, 1, __ATOMIC_RELAXED);
	team_finish(run, workers);
}

static unsigned int lock_processors(void)
{
	return sysconf(_SC_NPROCESSORS_ONLN);
}

static void lock_run_contended(struct run *run)
{
	lock_fight(run, lock_processors(), lock_contend);
}

static void lock_run_crowded(struct run *run)
{
	lock_fight(run, PER_PROCESSOR * lock_processors(), lock_contend_and_leave);
}

static void lock_run_again(struct run *run)
{
	lock_fight(run, run->row->parameter, lock_contend_again);
}

static const struct pattern lock_uncontended = {
	.name = "lock-uncontended",
	.about = "one process locks and unlocks",
	.kind = KIND_LOCK,
	.needs = ABLE_ALONE,
	.run = lock_run_uncontended,
};

PATTERN(lock_uncontended);

static const struct pattern lock_contended = {
	.name = "lock-contended",
	.about = "one process per processor, holding the lock for N ns",
	.kind = KIND_LOCK,
	.needs = ABLE_ACROSS,
	.cpus = 2,
	.parameters = { 0, 100, 1000, 10000 },
	.samples = SAMPLES,
	.run = lock_run_contended,
};

PATTERN(lock_contended);

static const struct pattern lock_crowded = {
	.name = "lock-crowded",
	.about = "four processes per processor, holding the lock for 1000 ns",
	.kind = KIND_LOCK,
	.needs = ABLE_TO_CROWD,
	.samples = SAMPLES,
	.run = lock_run_crowded,
};

PATTERN(lock_crowded);

static const struct pattern lock_again = {
	.name = "lock-again",
	.about = "N processes, holding the lock for 1000 ns and locking again at once",
	.kind = KIND_LOCK,
	.needs = ABLE_TO_CROWD,
	.cpus = 2,
	.parameters = { 4 },
	.samples = SAMPLES,
	.run = lock_run_again,
};

PATTERN(lock_again);
