// SPDX-License-Identifier: GPL-2.0-only
/* Barriers: parties wait for each other. */
#include "sampling.h"

/*
 * Returns the number of meetings in a sample. The last party of a meeting does not
 * wait, and the last party changes from meeting to meeting. So the number is a
 * multiple of the number of parties.
 */
static unsigned int barrier_meetings_of(const struct run *run)
{
	return run->batch * run->row->parameter;
}

static void barrier_meet_batch(const struct worker *worker)
{
	unsigned int i, meetings = barrier_meetings_of(worker->run);

	for (i = 0; i < meetings; i++)
		worker->subject->barrier.wait(worker->object);
}

static void barrier_meet(struct worker *worker)
{
	struct run *run = worker->run;
	unsigned int i;

	if (worker->index)
		for (i = 0; i <= run->samples; i++)
			barrier_meet_batch(worker);
	else
		sample_each(run, barrier_meetings_of(run), barrier_meet_batch(worker));
}

static void barrier_run(struct run *run, enum placing placing)
{
	const struct shape shape = { .parties = run->row->parameter };

	run_create(run, &shape);
	team_run(run, run->row->parameter, placing, barrier_meet);
}

static void barrier_run_blocked(struct run *run)
{
	barrier_run(run, PLACE_TOGETHER);
}

static void barrier_run_spread(struct run *run)
{
	barrier_run(run, PLACE_SPREAD);
}

static const struct pattern barrier_blocked = {
	.name = "barrier-blocked",
	.about = "N processes on one processor meet",
	.kind = KIND_BARRIER,
	.needs = ABLE_TO_SLEEP,
	.parameters = { 2 },
	.run = barrier_run_blocked,
};

PATTERN(barrier_blocked);

static const struct pattern barrier = {
	.name = "barrier",
	.about = "N processes on all processors meet",
	.kind = KIND_BARRIER,
	.needs = ABLE_TO_CROWD,
	.parameters = { 2, 4, 8, 16, 32, 64 },
	.run = barrier_run_spread,
};

PATTERN(barrier);
