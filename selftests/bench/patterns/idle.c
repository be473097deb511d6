// SPDX-License-Identifier: GPL-2.0-only
/* The processor time that a long wait uses. */
#include <errno.h>

#include "sampling.h"

#define QUICK		10000000	/* nanoseconds */

static double idle_processor_time(void)
{
	struct timespec used;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
	return used.tv_sec * 1e9 + used.tv_nsec;
}

static void idle_wait_for_unit(struct worker *worker)
{
	double begin = idle_processor_time();

	worker->subject->semaphore.wait(worker->object, 0);
	run_value(worker->run, idle_processor_time() - begin);
}

static void idle_post_unit(struct run *run)
{
	run->row->subject->semaphore.post(run->object, 0, 1);
}

static void idle_wait_for_message(struct worker *worker)
{
	double begin = idle_processor_time();
	char buffer[64];

	worker->subject->mailbox.receive(worker->object, 0, buffer,
					 sizeof(buffer));
	run_value(worker->run, idle_processor_time() - begin);
}

static void idle_send_message(struct run *run)
{
	char memory[128] = "";

	run->row->subject->mailbox.send(run->object, 0, memory + 64, 64);
}

static void idle_let_wait(struct run *run, void (*wait)(struct worker *worker),
			  void (*end)(struct run *run))
{
	const struct shape shape = { .elements = 1, .depth = 8, .size = 64 };
	struct timespec length = { .tv_sec = run->row->parameter };

	if (run->quick)
		length = (struct timespec) { .tv_nsec = QUICK };
	run_create(run, &shape);
	team_start(run, 1, PLACE_TOGETHER, wait);
	team_open(run, 1);
	while (nanosleep(&length, &length))
		errno = 0;
	end(run);
	team_finish(run, 1);
}

static void idle_semaphore(struct run *run)
{
	idle_let_wait(run, idle_wait_for_unit, idle_post_unit);
}

static void idle_mailbox(struct run *run)
{
	idle_let_wait(run, idle_wait_for_message, idle_send_message);
}

static const struct pattern idle_semaphore_pattern = {
	.name = "idle-semaphore",
	.about = "processor time that a wait of N seconds takes",
	.kind = KIND_SEMAPHORE,
	.needs = ABLE_TO_SLEEP | ABLE_TO_CROWD,
	.unit = "ns of processor time",
	.parameters = { 10 },
	.samples = 1,
	.once = true,
	.run = idle_semaphore,
};

PATTERN(idle_semaphore_pattern);

static const struct pattern idle_mailbox_pattern = {
	.name = "idle-mailbox",
	.about = "processor time that a wait of N seconds takes",
	.kind = KIND_MAILBOX,
	.needs = ABLE_TO_SLEEP | ABLE_TO_CROWD,
	.unit = "ns of processor time",
	.parameters = { 10 },
	.samples = 1,
	.once = true,
	.run = idle_mailbox,
};

PATTERN(idle_mailbox_pattern);
