// SPDX-License-Identifier: GPL-2.0-only
/* Sending and receiving messages. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sampling.h"

#define HEADER		64		/* bytes before the data, for a header */
#define DEPTH		64		/* messages that a mailbox holds */
#define BYTES		(4UL << 20)	/* limit for all of these messages */

enum {
	THERE,
	BACK,
};

static size_t size_of(const struct run *run)
{
	return run->row->parameter;
}

static void *data_alloc(const struct run *run)
{
	char *memory = aligned_alloc(HEADER, HEADER + (size_of(run) | 63) + 1);

	must(memory);
	memset(memory, 'k', HEADER + size_of(run));
	return memory + HEADER;
}

static void create(struct run *run, unsigned int elements)
{
	struct shape shape = {
		.elements = elements,
		.size = size_of(run),
		.depth = DEPTH,
	};

	if (shape.depth > BYTES / shape.size)
		shape.depth = BYTES / shape.size;
	run_create(run, &shape);
}

static void put_and_get(const struct worker *worker, void *data)
{
	size_t size = size_of(worker->run);
	unsigned int i;

	for (i = 0; i < worker->run->batch; i++) {
		worker->subject->mailbox.send(worker->object, THERE, data,
					      size);
		worker->subject->mailbox.receive(worker->object, THERE, data,
						 size);
	}
}

static void alone(struct worker *worker)
{
	void *data = data_alloc(worker->run);

	sample_each(worker->run, worker->run->batch, put_and_get(worker, data));
}

static void uncontended(struct run *run)
{
	create(run, 1);
	team_run(run, 1, PLACE_TOGETHER, alone);
}

static void there_and_back(const struct worker *worker, void *data)
{
	size_t size = size_of(worker->run);
	unsigned int i;

	for (i = 0; i < worker->run->batch; i++) {
		worker->subject->mailbox.send(worker->object, THERE, data,
					      size);
		worker->subject->mailbox.receive(worker->object, BACK, data,
						 size);
	}
}

static void answer(const struct worker *worker, void *data)
{
	unsigned long i, total = sampling_total(worker->run);
	size_t size = size_of(worker->run);

	for (i = 0; i < total; i++) {
		worker->subject->mailbox.receive(worker->object, THERE, data,
						 size);
		worker->subject->mailbox.send(worker->object, BACK, data,
					      size);
	}
}

static void hand_over(struct worker *worker)
{
	void *data = data_alloc(worker->run);

	if (worker->index == 1)
		answer(worker, data);
	else
		sample_each(worker->run, worker->run->batch,
			    there_and_back(worker, data));
}

static void blocked(struct run *run)
{
	create(run, 2);
	team_run(run, 2, PLACE_TOGETHER, hand_over);
}

static void across(struct run *run)
{
	create(run, 2);
	team_run(run, 2, PLACE_SPREAD, hand_over);
}

static void send_many(const struct worker *worker, void *data,
		      unsigned long count)
{
	size_t size = size_of(worker->run);

	while (count--)
		worker->subject->mailbox.send(worker->object, THERE, data,
					      size);
}

static void receive_many(const struct worker *worker, void *data,
			 unsigned long count)
{
	size_t size = size_of(worker->run);

	while (count--)
		worker->subject->mailbox.receive(worker->object, THERE, data,
						 size);
}

static void stream(struct worker *worker)
{
	unsigned long total = sampling_total(worker->run);
	void *data = data_alloc(worker->run);

	worker->share->begin = clock_ticks();
	if (worker->index)
		receive_many(worker, data, total);
	else
		send_many(worker, data, total);
	worker->share->end = clock_ticks();
}

/*
 * Takes one sample of all messages, since the time of single messages varies: some
 * arrive in a burst, and the next one after a sleep.
 */
static void one_to_one(struct run *run)
{
	const struct share *receiver = &run->shares[1];

	create(run, 1);
	team_run(run, 2, PLACE_SPREAD, stream);
	run_sample(run, receiver->end - receiver->begin, sampling_total(run));
}

static const struct pattern mailbox_uncontended = {
	.name = "mailbox-uncontended",
	.about = "one process sends a message of N bytes and receives it",
	.kind = KIND_MAILBOX,
	.needs = ABLE_ALONE,
	.parameters = { 64 },
	.run = uncontended,
};

PATTERN(mailbox_uncontended);

static const struct pattern mailbox_blocked = {
	.name = "mailbox-blocked",
	.about = "two processes on one processor send N bytes to and fro",
	.kind = KIND_MAILBOX,
	.needs = ABLE_TO_SLEEP,
	.parameters = { 64 },
	.run = blocked,
};

PATTERN(mailbox_blocked);

static const struct pattern mailbox_across = {
	.name = "mailbox-across",
	.about = "two processes on two processors send N bytes to and fro",
	.kind = KIND_MAILBOX,
	.needs = ABLE_ACROSS,
	.cpus = 2,
	.parameters = { 64 },
	.run = across,
};

PATTERN(mailbox_across);

static const struct pattern mailbox_stream = {
	.name = "mailbox-stream",
	.about = "one process sends messages of N bytes to another",
	.kind = KIND_MAILBOX,
	.needs = ABLE_TO_STREAM,
	.parameters = { 16, 256, 4096, 65536, 1048576 },
	.run = one_to_one,
};

PATTERN(mailbox_stream);
