// SPDX-License-Identifier: GPL-2.0-only
/* Parties wait for each other. */
#include "sampling.h"

/*
 * Whoever comes last has not to wait, and who that is changes from one meeting to the
 * next: so there are as many meetings in a sample as parties, or several times as many.
 */
static unsigned int meetings_of(const struct run *run)
{
	return run->batch * run->row->parameter;
}

static void meet_batch(const struct worker *worker)
{
	unsigned int i, meetings = meetings_of(worker->run);

	for (i = 0; i < meetings; i++)
		worker->subject->barrier.wait(worker->object);
}

static void meet(struct worker *worker)
{
	struct run *run = worker->run;
	unsigned int i;

	if (worker->index)
		for (i = 0; i <= run->samples; i++)
			meet_batch(worker);
	else
		sample_each(run, meetings_of(run), meet_batch(worker));
}

static void meetings(struct run *run, enum placing placing)
{
	const struct shape shape = { .parties = run->row->parameter };

	run_create(run, &shape);
	team_run(run, run->row->parameter, placing, meet);
}

static void blocked(struct run *run)
{
	meetings(run, PLACE_TOGETHER);
}

static void spread(struct run *run)
{
	meetings(run, PLACE_SPREAD);
}

static const struct pattern barrier_blocked = {
	.name = "barrier-blocked",
	.about = "so many processes on one processor meet",
	.kind = KIND_BARRIER,
	.needs = ABLE_TO_SLEEP,
	.parameters = { 2 },
	.run = blocked,
};

PATTERN(barrier_blocked);

static const struct pattern barrier = {
	.name = "barrier",
	.about = "so many processes on all processors meet",
	.kind = KIND_BARRIER,
	.needs = ABLE_TO_CROWD,
	.parameters = { 2, 4, 8, 16, 32, 64 },
	.run = spread,
};

PATTERN(barrier);
