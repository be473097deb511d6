// SPDX-License-Identifier: GPL-2.0-only
/*
 * The bounded buffer of textbooks: one semaphore counts its free slots, another one
 * its items. A producer waits for a slot and posts an item, a consumer waits for an
 * item and posts a slot.
 */
#include <stdalign.h>

#include "exchange.h"

#define DEPTH		16		/* slots */

/* The elements of the semaphore. */
enum {
	SLOTS,
	ITEMS,
};

static struct buffer {
	alignas(CACHE_LINE) unsigned long put;
	alignas(CACHE_LINE) unsigned long got;
	alignas(CACHE_LINE) unsigned long items[DEPTH];
} *buffer;

/* The number of producers, which come first in the team. */
static unsigned int producers;

/* Returns the slot at a position, and advances the position. */
static unsigned long *buffer_next(unsigned long *position)
{
	return &buffer->items[__atomic_fetch_add(position, 1, __ATOMIC_RELAXED) %
			      DEPTH];
}

static void buffer_produce(const struct worker *worker)
{
	worker->subject->semaphore.wait(worker->object, SLOTS);
	__atomic_store_n(buffer_next(&buffer->put), worker->share->done,
			 __ATOMIC_RELAXED);
	worker->subject->semaphore.post(worker->object, ITEMS, 1);
}

static void buffer_consume(const struct worker *worker)
{
	worker->subject->semaphore.wait(worker->object, ITEMS);
	__atomic_load_n(buffer_next(&buffer->got), __ATOMIC_RELAXED);
	worker->subject->semaphore.post(worker->object, SLOTS, 1);
}

static void buffer_work(struct worker *worker)
{
	contest_wait(worker->share, clock_ticks());
	for (;;) {
		if (worker->index < producers)
			buffer_produce(worker);
		else
			buffer_consume(worker);
		contest_next(worker->share);
	}
}

static void buffer_fill(struct run *run, unsigned int from, unsigned int to)
{
	const struct shape shape = { .elements = 2 };
	unsigned int i;

	producers = from;
	buffer = shared_alloc(sizeof(*buffer));
	run_create(run, &shape);
	for (i = 0; i < DEPTH; i++)
		run->row->subject->semaphore.post(run->object, SLOTS, 1);
	exchange(run, from, to, buffer_work);
}

static void buffer_many_to_many(struct run *run)
{
	buffer_fill(run, run->row->parameter, run->row->parameter);
}

static void buffer_many_to_one(struct run *run)
{
	buffer_fill(run, run->row->parameter, 1);
}

static void buffer_one_to_many(struct run *run)
{
	buffer_fill(run, 1, run->row->parameter);
}

static const struct pattern buffer_mesh = {
	.name = "buffer-mesh",
	.about = "N producers and N consumers of a buffer with 16 slots",
	.kind = KIND_SEMAPHORE,
	.needs = ABLE_TO_CROWD,
	.parameters = { 1, 4, 16 },
	.samples = EXCHANGE_SAMPLES,
	.run = buffer_many_to_many,
};

PATTERN(buffer_mesh);

static const struct pattern buffer_gather = {
	.name = "buffer-gather",
	.about = "N producers and one consumer of a buffer with 16 slots",
	.kind = KIND_SEMAPHORE,
	.needs = ABLE_TO_CROWD,
	.parameters = { 4 },
	.samples = EXCHANGE_SAMPLES,
	.run = buffer_many_to_one,
};

PATTERN(buffer_gather);

static const struct pattern buffer_share = {
	.name = "buffer-share",
	.about = "one producer and N consumers of a buffer with 16 slots",
	.kind = KIND_SEMAPHORE,
	.needs = ABLE_TO_CROWD,
	.parameters = { 4 },
	.samples = EXCHANGE_SAMPLES,
	.run = buffer_one_to_many,
};

PATTERN(buffer_share);
