// SPDX-License-Identifier: GPL-2.0-only
/* Locks: alone, and fought over. */
#include <unistd.h>

#include "../statistics.h"
#include "sampling.h"

#define PER_PROCESSOR	4		/* lockers in a crowd */
#define CRITICAL	1000		/* nanoseconds that they hold the lock */
#define SAMPLES		50
#define SAMPLE		2000000		/* nanoseconds */

static void pairs(struct worker *worker)
{
	struct run *run = worker->run;

	sample_each(run, run->batch,
		    worker->subject->lock.pairs(worker->object, run->batch));
}

static void uncontended(struct run *run)
{
	const struct shape shape = { .elements = 1 };

	run_create(run, &shape);
	team_run(run, 1, PLACE_TOGETHER, pairs);
}

static bool stopped(const struct run *run)
{
	return __atomic_load_n(&run->stop, __ATOMIC_RELAXED);
}

static void count_one(struct share *share)
{
	__atomic_store_n(&share->done, share->done + 1, __ATOMIC_RELAXED);
}

/* Holds the lock for the row's parameter and leaves it for as long. */
static void contend(struct worker *worker)
{
	const struct subject *subject = worker->subject;
	unsigned long length = worker->run->row->parameter;

	while (!stopped(worker->run)) {
		subject->lock.lock(worker->object);
		clock_work(length);
		subject->lock.unlock(worker->object);
		count_one(worker->share);
		clock_work(length);
	}
}

/* The same, and looks at the clock. */
static void contend_timed(struct worker *worker)
{
	const struct subject *subject = worker->subject;
	struct share *share = worker->share;
	__u64 begin, waited;

	while (!stopped(worker->run)) {
		begin = clock_ticks();
		subject->lock.lock(worker->object);
		waited = clock_ticks() - begin;
		clock_work(CRITICAL);
		subject->lock.unlock(worker->object);
		if (waited > share->longest)
			share->longest = waited;
		count_one(share);
		clock_work(CRITICAL);
	}
}

static unsigned long count_all(const struct run *run, unsigned int workers)
{
	unsigned long sum = 0;

	while (workers--)
		sum += __atomic_load_n(&run->shares[workers].done,
				       __ATOMIC_RELAXED);
	return sum;
}

/* One sample: what all of them get done in a while. */
static void watch(struct run *run, unsigned int workers)
{
	const struct timespec pause = { .tv_nsec = SAMPLE };
	unsigned long before = count_all(run, workers), done;
	__u64 begin = clock_ticks(), elapsed;

	do {
		nanosleep(&pause, NULL);
		elapsed = clock_ticks() - begin;
		done = count_all(run, workers) - before;
	} while (!done);
	run_sample(run, elapsed, done);
}

static void fairness(struct run *run, unsigned int workers)
{
	double shares[RUN_WORKERS] = {}, longest = 0;
	unsigned int i;

	for (i = 0; i < workers; i++) {
		shares[i] = run->shares[i].done;
		if (clock_cost(run->shares[i].longest, 1) > longest)
			longest = clock_cost(run->shares[i].longest, 1);
	}
	run->jain = statistics_jain(shares, workers);
	if (longest)
		run->longest = longest;
}

static void fight(struct run *run, unsigned int workers,
		  void (*work)(struct worker *worker))
{
	const struct shape shape = { .elements = 1 };
	unsigned int i;

	if (workers > RUN_WORKERS)
		workers = RUN_WORKERS;
	run_create(run, &shape);
	team_start(run, workers, PLACE_SPREAD, work);
	team_open(run, workers);
	for (i = 0; i < run->samples; i++)
		watch(run, workers);
	fairness(run, workers);
	__atomic_store_n(&run->stop, 1, __ATOMIC_RELAXED);
	team_finish(run, workers);
}

static unsigned int processors(void)
{
	return sysconf(_SC_NPROCESSORS_ONLN);
}

static void contended(struct run *run)
{
	fight(run, processors(), contend);
}

static void crowded(struct run *run)
{
	fight(run, PER_PROCESSOR * processors(), contend_timed);
}

static const struct pattern lock_uncontended = {
	.name = "lock-uncontended",
	.about = "one process locks and unlocks",
	.kind = KIND_LOCK,
	.needs = ABLE_ALONE,
	.run = uncontended,
};

PATTERN(lock_uncontended);

static const struct pattern lock_contended = {
	.name = "lock-contended",
	.about = "a process a processor, holding the lock for so many ns",
	.kind = KIND_LOCK,
	.needs = ABLE_ACROSS,
	.cpus = 2,
	.parameters = { 0, 100, 1000, 10000 },
	.samples = SAMPLES,
	.run = contended,
};

PATTERN(lock_contended);

static const struct pattern lock_crowded = {
	.name = "lock-crowded",
	.about = "four processes a processor, holding the lock for 1000 ns",
	.kind = KIND_LOCK,
	.needs = ABLE_TO_CROWD,
	.samples = SAMPLES,
	.run = crowded,
};

PATTERN(lock_crowded);
