// SPDX-License-Identifier: GPL-2.0-only
/* Lower bounds of costs. */
#include "sampling.h"

static void floor_repeat(struct worker *worker)
{
	struct run *run = worker->run;

	sample_each(run, run->batch,
		    worker->subject->call.repeat(worker->object, run->batch));
}

static void floor_calls(struct run *run)
{
	const struct shape shape = { .size = 4096 };

	run_create(run, &shape);
	team_run(run, 1, PLACE_TOGETHER, floor_repeat);
}

static const struct pattern floor_pattern = {
	.name = "floor",
	.about = "a part of all other operations",
	.kind = KIND_CALL,
	.needs = ABLE_ALONE,
	.run = floor_calls,
};

PATTERN(floor_pattern);
