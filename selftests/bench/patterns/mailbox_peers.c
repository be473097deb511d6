// SPDX-License-Identifier: GPL-2.0-only
/* Messages between several senders or several receivers. */
#include <stdalign.h>
#include <string.h>

#include "exchange.h"

#define HEADER		64		/* bytes before the data, for a header */
#define SIZE		64		/* of a message */
#define DEPTH		64		/* messages that a mailbox holds */

/* The number of senders, which come first in the team. */
static unsigned int senders;

static void peers_work(struct worker *worker)
{
	alignas(CACHE_LINE) char memory[HEADER + SIZE];
	const struct subject *subject = worker->subject;
	char *data = memory + HEADER;

	memset(memory, 'k', sizeof(memory));
	contest_wait(worker->share, clock_ticks());
	for (;;) {
		if (worker->index < senders)
			subject->mailbox.send(worker->object, 0, data, SIZE);
		else
			subject->mailbox.receive(worker->object, 0, data, SIZE);
		contest_next(worker->share);
	}
}

static void peers_messages(struct run *run, unsigned int from, unsigned int to)
{
	const struct shape shape = {
		.elements = 1,
		.size = SIZE,
		.depth = DEPTH,
	};

	senders = from;
	run_create(run, &shape);
	exchange(run, from, to, peers_work);
}

static void peers_many_to_one(struct run *run)
{
	peers_messages(run, run->row->parameter, 1);
}

static void peers_one_to_many(struct run *run)
{
	peers_messages(run, 1, run->row->parameter);
}

static void peers_many_to_many(struct run *run)
{
	peers_messages(run, run->row->parameter, run->row->parameter);
}

static const struct pattern mailbox_gather = {
	.name = "mailbox-gather",
	.about = "N processes send messages of 64 bytes to one",
	.kind = KIND_MAILBOX,
	.needs = ABLE_TO_CROWD,
	.parameters = { 2, 4, 16 },
	.samples = EXCHANGE_SAMPLES,
	.run = peers_many_to_one,
};

PATTERN(mailbox_gather);

static const struct pattern mailbox_share = {
	.name = "mailbox-share",
	.about = "one process sends messages of 64 bytes to N",
	.kind = KIND_MAILBOX,
	.needs = ABLE_TO_CROWD,
	.parameters = { 2, 4, 16 },
	.samples = EXCHANGE_SAMPLES,
	.run = peers_one_to_many,
};

PATTERN(mailbox_share);

static const struct pattern mailbox_mesh = {
	.name = "mailbox-mesh",
	.about = "N processes send messages of 64 bytes to N",
	.kind = KIND_MAILBOX,
	.needs = ABLE_TO_CROWD,
	.parameters = { 2, 4, 16 },
	.samples = EXCHANGE_SAMPLES,
	.run = peers_many_to_many,
};

PATTERN(mailbox_mesh);
