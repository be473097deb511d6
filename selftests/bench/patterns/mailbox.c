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

static size_t mailbox_size_of(const struct run *run)
{
	return run->row->parameter;
}

static void *mailbox_data_alloc(const struct run *run)
{
	char *memory = aligned_alloc(HEADER, HEADER + (mailbox_size_of(run) | 63) + 1);

	must(memory);
	memset(memory, 'k', HEADER + mailbox_size_of(run));
	return memory + HEADER;
}

static void mailbox_create(struct run *run, unsigned int elements)
{
	struct shape shape = {
		.elements = elements,
		.size = mailbox_size_of(run),
		.depth = DEPTH,
	};

	if (shape.depth > BYTES / shape.size)
		shape.depth = BYTES / shape.size;
	run_create(run, &shape);
}

static void mailbox_put_and_get(const struct worker *worker, void *data)
{
	size_t size = mailbox_size_of(worker->run);
	unsigned int i;

	for (i = 0; i < worker->run->batch; i++) {
		worker->subject->mailbox.send(worker->object, THERE, data,
					      size);
		worker->subject->mailbox.receive(worker->object, THERE, data,
						 size);
	}
}

static void mailbox_alone(struct worker *worker)
{
	void *data = mailbox_data_alloc(worker->run);

	sample_each(worker->run, worker->run->batch, mailbox_put_and_get(worker, data));
}

static void mailbox_run_uncontended(struct run *run)
{
	mailbox_create(run, 1);
	team_run(run, 1, PLACE_TOGETHER, mailbox_alone);
}

static void mailbox_there_and_back(const struct worker *worker, void *data)
{
	size_t size = mailbox_size_of(worker->run);
	unsigned int i;

	for (i = 0; i < worker->run->batch; i++) {
		worker->subject->mailbox.send(worker->object, THERE, data,
					      size);
		worker->subject->mailbox.receive(worker->object, BACK, data,
						 size);
	}
}

static void mailbox_answer(const struct worker *worker, void *data)
{
	unsigned long i, total = sampling_total(worker->run);
	size_t size = mailbox_size_of(worker->run);

	for (i = 0; i < total; i++) {
		worker->subject->mailbox.receive(worker->object, THERE, data,
						 size);
		worker->subject->mailbox.send(worker->object, BACK, data,
					      size);
	}
}

static void mailbox_hand_over(struct worker *worker)
{
	void *data = mailbox_data_alloc(worker->run);

	if (worker->index == 1)
		mailbox_answer(worker, data);
	else
		sample_each(worker->run, worker->run->batch,
			    mailbox_there_and_back(worker, data));
}

static void mailbox_run_blocked(struct run *run)
{
	mailbox_create(run, 2);
	team_run(run, 2, PLACE_TOGETHER, mailbox_hand_over);
}

static void mailbox_run_across(struct run *run)
{
	mailbox_create(run, 2);
	team_run(run, 2, PLACE_SPREAD, mailbox_hand_over);
}

static void mailbox_send_many(const struct worker *worker, void *data,
			      unsigned long count)
{
	size_t size = mailbox_size_of(worker->run);

	while (count--)
		worker->subject->mailbox.send(worker->object, THERE, data,
					      size);
}

static void mailbox_receive_many(const struct worker *worker, void *data,
				 unsigned long count)
{
	size_t size = mailbox_size_of(worker->run);

	while (count--)
		worker->subject->mailbox.receive(worker->object, THERE, data,
						 size);
}

static void mailbox_send_or_receive(struct worker *worker)
{
	unsigned long total = sampling_total(worker->run);
	void *data = mailbox_data_alloc(worker->run);

	worker->share->begin = clock_ticks();
	if (worker->index)
		mailbox_receive_many(worker, data, total);
	else
		mailbox_send_many(worker, data, total);
	worker->share->end = clock_ticks();
}

/*
 * Takes one sample of all messages, since the time of single messages varies: some
 * arrive in a burst, and the next one after a sleep.
 */
static void mailbox_run_stream(struct run *run)
{
	const struct share *receiver = &run->shares[1];

	mailbox_create(run, 1);
	team_run(run, 2, PLACE_SPREAD, mailbox_send_or_receive);
	run_sample(run, receiver->end - receiver->begin, sampling_total(run));
}

static const struct pattern mailbox_uncontended = {
	.name = "mailbox-uncontended",
	.about = "one process sends a message of N bytes and receives it",
	.kind = KIND_MAILBOX,
	.needs = ABLE_ALONE,
	.parameters = { 64 },
	.run = mailbox_run_uncontended,
};

PATTERN(mailbox_uncontended);

static const struct pattern mailbox_blocked = {
	.name = "mailbox-blocked",
	.about = "two processes on one processor send N bytes to and fro",
	.kind = KIND_MAILBOX,
	.needs = ABLE_TO_SLEEP,
	.parameters = { 64 },
	.run = mailbox_run_blocked,
};

PATTERN(mailbox_blocked);

static const struct pattern mailbox_across = {
	.name = "mailbox-across",
	.about = "two processes on two processors send N bytes to and fro",
	.kind = KIND_MAILBOX,
	.needs = ABLE_ACROSS,
	.cpus = 2,
	.parameters = { 64 },
	.run = mailbox_run_across,
};

PATTERN(mailbox_across);

static const struct pattern mailbox_stream = {
	.name = "mailbox-stream",
	.about = "one process sends messages of N bytes to another",
	.kind = KIND_MAILBOX,
	.needs = ABLE_TO_STREAM,
	.parameters = { 16, 256, 4096, 65536, 1048576 },
	.run = mailbox_run_stream,
};

PATTERN(mailbox_stream);
