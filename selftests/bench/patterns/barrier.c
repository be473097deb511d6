// SPDX-License-Identifier: GPL-2.0-only
/* Parties wait for each other. */
#include "sampling.h"

static void wait_batch(const struct worker *worker)
{
	unsigned int i;

	for (i = 0; i < worker->run->batch; i++)
		worker->subject->barrier.wait(worker->object);
}

static void meet(struct worker *worker)
{
	unsigned int i;

	if (worker->index)
		for (i = 0; i <= worker->run->samples; i++)
			wait_batch(worker);
	else
		sample_each(worker->run, worker->run->batch,
			    wait_batch(worker));
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
