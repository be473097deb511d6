// SPDX-License-Identifier: GPL-2.0-only
/*
 * The machine's memory that objects take, all included: what has become of its
 * free pages, divided by their number.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "sampling.h"

#define SAMPLES		3
#define PAUSE		50000000	/* nanoseconds between two looks */
#define STEADY		10		/* looks without a change for the better */
#define LOOKS		200
#define QUICK		100	/* objects, where memory is not the question */

/* The pages that @line of /proc/zoneinfo says are free, or at a processor's hand. */
static long pages_of(const char *line)
{
	long pages;

	if (sscanf(line, " nr_free_pages %ld", &pages) == 1 ||
	    sscanf(line, " count: %ld", &pages) == 1)
		return pages;
	return 0;
}

static long read_free(void)
{
	long pages = 0;
	char line[128];
	FILE *file;

	file = fopen("/proc/zoneinfo", "re");
	must(file);
	while (fgets(line, sizeof(line), file))
		pages += pages_of(line);
	fclose(file);
	errno = 0;
	must(pages);
	return pages * sysconf(_SC_PAGESIZE);
}

/*
 * The most of it that is seen before it has been steady for a while: memory comes
 * back late, and in portions, after what it was for has gone.
 */
static long free_bytes(void)
{
	const struct timespec pause = { .tv_nsec = PAUSE };
	unsigned int steady = 0, looks;
	long most = 0, now;

	for (looks = 0; steady < STEADY && looks < LOOKS; looks++) {
		nanosleep(&pause, NULL);
		now = read_free();
		steady = now > most ? 0 : steady + 1;
		if (now > most)
			most = now;
	}
	return most;
}

/*
 * One after the other, and none is destroyed before the last, since it takes its
 * time until all memory has been given back. The first is not counted: it may be
 * that tables grow for it, and that memory is used which others have left.
 */
static void memory(struct run *run)
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
		before = free_bytes();
		objects[i] = subject->create(&shape);
		run_value(run, (double)(before - free_bytes()) /
			       shape.elements);
	}
	while (i--)
		subject->destroy(objects[i]);
}

static const struct pattern memory_semaphore = {
	.name = "memory-semaphore",
	.about = "what each of so many semaphores takes",
	.kind = KIND_MEMORY,
	.needs = ABLE_TO_CREATE,
	.unit = "bytes",
	.parameters = { 100000 },
	.samples = SAMPLES,
	.once = true,
	.run = memory,
};

PATTERN(memory_semaphore);

static const struct pattern memory_mailbox = {
	.name = "memory-mailbox",
	.about = "what each of so many takes that holds 8 messages of 64 bytes",
	.kind = KIND_MAILBOX,
	.needs = ABLE_TO_CREATE,
	.unit = "bytes",
	.parameters = { 1000 },
	.samples = SAMPLES,
	.once = true,
	.run = memory,
};

PATTERN(memory_mailbox);
