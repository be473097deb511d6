// SPDX-License-Identifier: GPL-2.0-only
/* Posting units and waiting for them. */
#include "sampling.h"

#define LATE	50000	/* nanoseconds of work before each post */

/* The two elements, with which two processes hand a unit to and fro. */
enum {
	THERE,
	BACK,
};

static void semaphore_pairs(struct worker *worker)
{
	struct run *run = worker->run;

	sample_each(run, run->batch,
		    worker->subject->semaphore.pairs(worker->object, run->batch));
}

static void semaphore_run_uncontended(struct run *run)
{
	const struct shape shape = { .elements = 1 };

	run_create(run, &shape);
	team_run(run, 1, PLACE_TOGETHER, semaphore_pairs);
}

static void semaphore_there_and_back(const struct worker *worker)
{
	unsigned int i;

	for (i = 0; i < worker->run->batch; i++) {
		worker->subject->semaphore.post(worker->object, THERE, 1);
		worker->subject->semaphore.wait(worker->object, BACK);
	}
}

static void semaphore_answer(const struct worker *worker)
{
	unsigned long i, total = sampling_total(worker->run);

	for (i = 0; i < total; i++) {
		worker->subject->semaphore.wait(worker->object, THERE);
		worker->subject->semaphore.post(worker->object, BACK, 1);
	}
}

static void semaphore_hand_over(struct worker *worker)
{
	struct run *run = worker->run;

	if (worker->index == 1)
		semaphore_answer(worker);
	else
		sample_each(run, run->batch, semaphore_there_and_back(worker));
}

static void semaphore_round_trips(struct run *run, enum placing placing,
				  void (*work)(struct worker *worker))
{
	const struct shape shape = { .elements = 2 };

	run_create(run, &shape);
	team_run(run, 2, placing, work);
}

static void semaphore_run_blocked(struct run *run)
{
	semaphore_round_trips(run, PLACE_TOGETHER, semaphore_hand_over);
}

static void semaphore_run_across(struct run *run)
{
	semaphore_round_trips(run, PLACE_SPREAD, semaphore_hand_over);
}

/* Works, and adds the ticks of this work to share->done. */
static void semaphore_be_late(const struct worker *worker)
{
	__u64 begin = clock_ticks();

	clock_work(LATE);
	worker->share->done += clock_ticks() - begin;
}

static void semaphore_there_and_back_late(const struct worker *worker)
{
	unsigned int i;

	for (i = 0; i < worker->run->batch; i++) {
		semaphore_be_late(worker);
		worker->subject->semaphore.post(worker->object, THERE, 1);
		worker->subject->semaphore.wait(worker->object, BACK);
	}
}

static void semaphore_answer_late(const struct worker *worker)
{
	unsigned long i, total = sampling_total(worker->run);

	for (i = 0; i < total; i++) {
		worker->subject->semaphore.wait(worker->object, THERE);
		semaphore_be_late(worker);
		worker->subject->semaphore.post(worker->object, BACK, 1);
	}
}

/*
 * Returns the ticks that both processes have worked. While one works, the other one
 * waits, so both contribute to the elapsed time.
 */
static __u64 semaphore_worked(const struct run *run)
{
	return run->shares[0].done + run->shares[1].done;
}

static void semaphore_hand_over_late(struct worker *worker)
{
	struct run *run = worker->run;
	unsigned int index;
	__u64 begin, before;

	if (worker->index == 1) {
		semaphore_answer_late(worker);
		return;
	}
	for (index = 0; index <= run->samples; index++) {
		before = semaphore_worked(run);
		begin = clock_ticks();
		semaphore_there_and_back_late(worker);
		sampling_end(run, index, begin + semaphore_worked(run) - before,
			     run->batch);
	}
}

static void semaphore_run_late(struct run *run)
{
	semaphore_round_trips(run, PLACE_SPREAD, semaphore_hand_over_late);
}

static void semaphore_there_and_back_fused(const struct worker *worker)
{
	unsigned int i;

	for (i = 0; i < worker->run->batch; i++)
		worker->subject->semaphore.post_wait(worker->object, THERE,
						     BACK);
}

static void semaphore_answer_fused(const struct worker *worker)
{
	unsigned long i, total = sampling_total(worker->run);

	worker->subject->semaphore.wait(worker->object, THERE);
	for (i = 1; i < total; i++)
		worker->subject->semaphore.post_wait(worker->object, BACK,
						     THERE);
	worker->subject->semaphore.post(worker->object, BACK, 1);
}

static void semaphore_hand_over_fused(struct worker *worker)
{
	struct run *run = worker->run;

	if (worker->index == 1)
		semaphore_answer_fused(worker);
	else
		sample_each(run, run->batch, semaphore_there_and_back_fused(worker));
}

static void semaphore_run_fused(struct run *run)
{
	semaphore_round_trips(run, PLACE_TOGETHER, semaphore_hand_over_fused);
}

static const struct pattern semaphore_uncontended = {
	.name = "semaphore-uncontended",
	.about = "one process posts a unit and takes it",
	.kind = KIND_SEMAPHORE,
	.needs = ABLE_ALONE,
	.run = semaphore_run_uncontended,
};

PATTERN(semaphore_uncontended);

static const struct pattern semaphore_blocked = {
	.name = "semaphore-blocked",
	.about = "two processes on one processor hand a unit to and fro",
	.kind = KIND_SEMAPHORE,
	.needs = ABLE_TO_SLEEP,
	.run = semaphore_run_blocked,
};

PATTERN(semaphore_blocked);

static const struct pattern semaphore_fused = {
	.name = "semaphore-fused",
	.about = "the same, posting and waiting in one call",
	.kind = KIND_SEMAPHORE,
	.needs = ABLE_TO_SLEEP,
	.fused = true,
	.run = semaphore_run_fused,
};

PATTERN(semaphore_fused);

static const struct pattern semaphore_across = {
	.name = "semaphore-across",
	.about = "two processes on two processors hand a unit to and fro",
	.kind = KIND_SEMAPHORE,
	.needs = ABLE_ACROSS,
	.cpus = 2,
	.run = semaphore_run_across,
};

PATTERN(semaphore_across);

static const struct pattern semaphore_late = {
	.name = "semaphore-late",
	.about = "the same, with 50 us of work before each post, which is not counted",
	.kind = KIND_SEMAPHORE,
	.needs = ABLE_ACROSS,
	.cpus = 2,
	.run = semaphore_run_late,
};

PATTERN(semaphore_late);
