// SPDX-License-Identifier: GPL-2.0-only
/*
 * The memory that objects take in total: the decrease of the machine's free pages,
 * divided by the number of objects.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "sampling.h"

#define SAMPLES		3
#define PAUSE		50000000	/* nanoseconds between two reads */
#define STEADY		10		/* reads without an increase */
#define READS		200		/* upper limit */
#define QUICK		100	/* objects, if memory need not be measured */

/* Returns the free pages in a line of /proc/zoneinfo, including per-CPU lists. */
static long memory_pages_of(const char *line)
{
	long pages;

	if (sscanf(line, " nr_free_pages %ld", &pages) == 1 ||
	    sscanf(line, " count: %ld", &pages) == 1)
		return pages;
	return 0;
}

static long memory_read_free(void)
{
	long pages = 0;
	char line[128];
	FILE *file;

	file = fopen("/proc/zoneinfo", "re");
	must(file);
	while (fgets(line, sizeof(line), file))
		pages += memory_pages_of(line);
	fclose(file);
	errno = 0;
	must(pages);
	return pages * sysconf(_SC_PAGESIZE);
}

/*
 * Returns the largest amount of free memory, once it has not increased for a while:
 * after an object is destroyed, its memory is freed late and in portions.
 */
static long memory_free_bytes(void)
{
	const struct timespec pause = { .tv_nsec = PAUSE };
	unsigned int steady = 0, reads;
	long max = 0, now;

	for (reads = 0; steady < STEADY && reads < READS; reads++) {
		nanosleep(&pause, NULL);
		now = memory_read_free();
		steady = now > max ? 0 : steady + 1;
		if (now > max)
			max = now;
	}
	return max;
}

/*
 * Creates the objects one after the other. They are destroyed at the end, since it
 * takes time until all memory is freed. The first object is not measured: tables may
 * grow for it, and it may reuse memory that other processes have freed.
 */
static void memory_run(struct run *run)
{
	const struct subject *subject = run->row->subject;
	struct shape shape = {
		.elements = run->quick ? QUICK : run->row->parameter,
		.depth = 8,
		.size = 64,
	};
	void *objects[SAMPLES];
	unsigned int i;
	long before;

	run_create(run, &shape);
	for (i = 0; i < run->samples; i++) {
		before = memory_free_bytes();
		objects[i] = subject->create(&shape);
		run_value(run, (double)(before - memory_free_bytes()) /
			       shape.elements);
	}
	while (i--)
		subject->destroy(objects[i]);
}

static const struct pattern memory_semaphore = {
	.name = "memory-semaphore",
	.about = "memory of each of N semaphores",
	.kind = KIND_MEMORY,
	.needs = ABLE_TO_CREATE,
	.unit = "bytes",
	.parameters = { 100000 },
	.samples = SAMPLES,
	.once = true,
	.run = memory_run,
};

PATTERN(memory_semaphore);

static const struct pattern memory_mailbox = {
	.name = "memory-mailbox",
	.about = "memory of each of N mailboxes for 8 messages of 64 bytes",
	.kind = KIND_MAILBOX,
	.needs = ABLE_TO_CREATE,
	.unit = "bytes",
	.parameters = { 1000 },
	.samples = SAMPLES,
	.once = true,
	.run = memory_run,
};

PATTERN(memory_mailbox);
