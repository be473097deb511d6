// SPDX-License-Identifier: GPL-2.0-only
/* Opening one of many objects by its name. */
#include "sampling.h"

#define SAMPLES		501
#define STEP		7919	/* a prime, so that every name is opened */

static unsigned long names;

static void names_visit(struct worker *worker)
{
	struct run *run = worker->run;
	unsigned long element = 0;

	sample_each(run, 1, {
		worker->subject->names.visit(worker->object, element);
		element = (element + STEP) % names;
	});
}

static void names_open_one(struct run *run)
{
	struct shape shape;

	names = run->row->parameter;
	if (run->quick && names > 100)
		names = 100;
	shape = (struct shape) { .elements = names };
	run_create(run, &shape);
	team_run(run, 1, PLACE_TOGETHER, names_visit);
}

static const struct pattern open_pattern = {
	.name = "open",
	.about = "one of N is opened by name and closed",
	.kind = KIND_NAMES,
	.needs = ABLE_ALONE,
	.parameters = { 10, 1000, 100000 },
	.samples = SAMPLES,
	.once = true,
	.run = names_open_one,
};

PATTERN(open_pattern);
