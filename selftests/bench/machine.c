// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "machine.h"

#define WINDOW		200000000	/* nanoseconds of one observation */
#define IDLE		5		/* percent that others may use */

static void machine_describe_processor(struct results *results)
{
	char line[4096], *name = NULL;
	FILE *file;

	file = fopen("/proc/cpuinfo", "re");
	if (!file)
		return;
	while (!name && fgets(line, sizeof(line), file))
		if (!strncmp(line, "model name", strlen("model name")))
			name = strstr(line, ": ");
	fclose(file);
	if (!name)
		return;
	name[strcspn(name, "\n")] = 0;
	results_note(results, "processor", name + strlen(": "));
}

static void machine_describe_clock(struct results *results)
{
	char text[128];

	snprintf(text, sizeof(text), "%s, %.3f ticks a %s, %.0f to read it",
		 clock_name(), clock_rate, clock_unit(), (double)clock_overhead);
	results_note(results, "clock", text);
}

static void machine_describe_date(struct results *results)
{
	time_t now = time(NULL);
	char text[32];

	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", gmtime(&now));
	results_note(results, "date", text);
}

void machine_describe(struct results *results)
{
	struct utsname kernel;
	char text[512];

	uname(&kernel);
	snprintf(text, sizeof(text), "%s %s %s", kernel.sysname, kernel.release,
		 kernel.machine);
	results_note(results, "kernel", text);
	machine_describe_processor(results);
	snprintf(text, sizeof(text), "%ld", sysconf(_SC_NPROCESSORS_ONLN));
	results_note(results, "processors", text);
	machine_describe_clock(results);
	machine_describe_date(results);
}

struct usage {
	unsigned long long idle;
	unsigned long long all;
};

/*
 * Reads the time of all processors since boot. The fourth and fifth number in
 * /proc/stat are idle time.
 */
static bool machine_read_usage(struct usage *usage)
{
	unsigned long long now[8] = {};
	int i, got;
	FILE *file;

	file = fopen("/proc/stat", "re");
	if (!file)
		return false;
	got = fscanf(file, "cpu %llu %llu %llu %llu %llu %llu %llu %llu",
		     &now[0], &now[1], &now[2], &now[3], &now[4], &now[5],
		     &now[6], &now[7]);
	fclose(file);
	*usage = (struct usage) { .idle = now[3] + now[4] };
	for (i = 0; i < got; i++)
		usage->all += now[i];
	return got >= 5;
}

static unsigned int machine_percent_taken(void)
{
	const struct timespec window = { .tv_nsec = WINDOW };
	struct usage before, after;
	unsigned long long all;

	if (!machine_read_usage(&before) || nanosleep(&window, NULL) ||
	    !machine_read_usage(&after))
		return 0;
	all = after.all - before.all;
	if (!all || after.idle < before.idle)
		return 0;
	return 100 - (after.idle - before.idle) * 100 / all;
}

unsigned int machine_settle(unsigned int seconds)
{
	__s64 end = clock_nanoseconds() + seconds * 1000000000LL;
	unsigned int taken;

	do {
		taken = machine_percent_taken();
	} while (taken > IDLE && clock_nanoseconds() < end);
	return taken;
}
