// SPDX-License-Identifier: GPL-2.0-only
/*
 * The machine's memory that objects take, all included: what has become of
 * MemFree, divided by their number.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sampling.h"

#define SAMPLES		3
#define PAUSE		50000000	/* nanoseconds between two looks */
#define STEADY		10		/* looks without a change for the better */
#define LOOKS		200
#define QUICK		100	/* objects, where memory is not the question */

/* Pages that processors keep for themselves are free too. */
static void give_back_pages(void)
{
	int fd = open("/proc/sys/vm/compact_memory", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (write(fd, "1", 1) < 0)
		errno = 0;
	close(fd);
}

static long read_free(void)
{
	static const char key[] = "MemFree:";
	long kilobytes = -1;
	char line[128];
	FILE *file;

	file = fopen("/proc/meminfo", "re");
	must(file);
	while (kilobytes < 0 && fgets(line, sizeof(line), file))
		if (!strncmp(line, key, strlen(key)))
			kilobytes = strtol(line + strlen(key), NULL, 10);
	fclose(file);
	errno = 0;
	must(kilobytes >= 0);
	return kilobytes * 1024;
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
		give_back_pages();
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
