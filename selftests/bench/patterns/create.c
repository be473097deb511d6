// SPDX-License-Identifier: GPL-2.0-only
/* Creating and destroying objects. */
#include "sampling.h"

static const struct shape smallest = {
	.elements = 1,
	.parties = 2,
	.depth = 8,
	.size = 64,
};

static void create_and_destroy(const struct worker *worker)
{
	unsigned int i;

	for (i = 0; i < worker->run->batch; i++)
		worker->subject->destroy(worker->subject->create(&smallest));
}

static void create_lives(struct worker *worker)
{
	sample_each(worker->run, worker->run->batch, create_and_destroy(worker));
}

static void create_run(struct run *run)
{
	const struct subject *subject = run->row->subject;

	/* Create one beforehand. If that fails, the row is skipped. */
	run_create(run, &smallest);
	subject->destroy(run->object);
	run->object = NULL;
	team_run(run, 1, PLACE_TOGETHER, create_lives);
}

static const struct pattern create_semaphore = {
	.name = "create-semaphore",
	.about = "one is created and destroyed",
	.kind = KIND_SEMAPHORE,
	.needs = ABLE_TO_CREATE,
	.run = create_run,
};

PATTERN(create_semaphore);

static const struct pattern create_lock = {
	.name = "create-lock",
	.about = "one is created and destroyed",
	.kind = KIND_LOCK,
	.needs = ABLE_TO_CREATE,
	.run = create_run,
};

PATTERN(create_lock);

static const struct pattern create_barrier = {
	.name = "create-barrier",
	.about = "one is created and destroyed",
	.kind = KIND_BARRIER,
	.needs = ABLE_TO_CREATE,
	.run = create_run,
};

PATTERN(create_barrier);

static const struct pattern create_mailbox = {
	.name = "create-mailbox",
	.about = "one for 8 messages of 64 bytes is created and destroyed",
	.kind = KIND_MAILBOX,
	.needs = ABLE_TO_CREATE,
	.run = create_run,
};

PATTERN(create_mailbox);

#define PAGE	4096

/* Creates and destroys regions, whose memory is written completely once. */
static void create_and_fill(const struct worker *worker)
{
	const struct subject *subject = worker->subject;
	const struct shape shape = {
		.elements = 1,
		.size = worker->run->row->parameter,
	};
	void *object;
	unsigned int i;
	size_t at;

	for (i = 0; i < worker->run->batch; i++) {
		object = subject->create(&shape);
		for (at = 0; at < shape.size; at += PAGE)
			subject->region.data(object)[at] = 1;
		subject->destroy(object);
	}
}

static void create_region_lives(struct worker *worker)
{
	sample_each(worker->run, worker->run->batch, create_and_fill(worker));
}

static void create_and_map(struct run *run)
{
	team_run(run, 1, PLACE_TOGETHER, create_region_lives);
}

static const struct pattern create_region = {
	.name = "create-region",
	.about = "one of N bytes is created, mapped, used and destroyed",
	.kind = KIND_REGION,
	.needs = ABLE_TO_CREATE,
	.parameters = { 4096, 65536, 1048576 },
	.run = create_and_map,
};

PATTERN(create_region);
