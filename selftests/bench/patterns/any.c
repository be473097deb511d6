// SPDX-License-Identifier: GPL-2.0-only
/* Waiting for any of many objects. */
#include "sampling.h"

static void any_post_and_wait(const struct worker *worker, unsigned int *element)
{
	unsigned int i;

	for (i = 0; i < worker->run->batch; i++) {
		worker->subject->any.post(worker->object, *element);
		worker->subject->any.wait(worker->object);
		*element = (*element + 1) % worker->run->row->parameter;
	}
}

static void any_each_in_turn(struct worker *worker)
{
	unsigned int element = 0;

	sample_each(worker->run, worker->run->batch,
		    any_post_and_wait(worker, &element));
}

static void any_run(struct run *run)
{
	const struct shape shape = { .elements = run->row->parameter };

	run_create(run, &shape);
	team_run(run, 1, PLACE_TOGETHER, any_each_in_turn);
}

static const struct pattern any_pattern = {
	.name = "any",
	.about = "one process posts one of N and waits for any of them",
	.kind = KIND_ANY,
	.needs = ABLE_ALONE,
	.parameters = { 2, 64, 1000 },
	.run = any_run,
};

PATTERN(any_pattern);
