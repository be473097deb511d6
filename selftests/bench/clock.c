// SPDX-License-Identifier: GPL-2.0-only
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"

#define CALIBRATION	100000000	/* nanoseconds */
#define TRIES		1000
#define COUNTED		10000		/* of a loop with two instructions each */

int clock_is_tsc;
__u64 clock_overhead;
double clock_rate = 1;

static enum unit unit;

/* Rounds of clock_work()'s loop per nanosecond, or per instruction. */
static double work_rate = 1;

__s64 clock_nanoseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000LL + now.tv_nsec;
}

/*
 * Runs a loop with two instructions per round. It is in assembler, so that all
 * compilers and options produce the same.
 */
static void clock_work_rounds(unsigned long rounds)
{
#if defined(__x86_64__)
	asm volatile("1: dec %0\n\tjnz 1b" : "+r" (rounds) : : "cc");
#else
	while (rounds--)
		asm volatile("");
#endif
}

void clock_work(unsigned long length)
{
	unsigned long rounds = length * work_rate;

	if (rounds)
		clock_work_rounds(rounds);
}

/* Returns true if a line in /proc/cpuinfo begins with @key and contains @value. */
static bool clock_processor_has(const char *key, const char *value)
{
	char line[4096];
	bool found = false;
	FILE *file;

	file = fopen("/proc/cpuinfo", "re");
	if (!file)
		return false;
	while (!found && fgets(line, sizeof(line), file))
		found = !strncmp(line, key, strlen(key)) && strstr(line, value);
	fclose(file);
	return found;
}

/*
 * Returns true if the time stamp counter has a constant rate. QEMU's TCG emulates
 * the counter with the host's clock.
 */
static bool clock_tsc_is_steady(void)
{
	return clock_processor_has("flags", " rdtscp") &&
	       (clock_processor_has("flags", " constant_tsc") ||
		clock_processor_has("model name", "QEMU TCG"));
}

static bool clock_kernel_uses_tsc(void)
{
	char line[32] = "";
	FILE *file;

	file = fopen("/sys/devices/system/clocksource/clocksource0/current_clocksource",
		     "re");
	if (!file)
		return false;
	if (!fgets(line, sizeof(line), file))
		line[0] = 0;
	fclose(file);
	return !strncmp(line, "tsc", 3);
}

static __u64 clock_shortest(unsigned long rounds)
{
	__u64 best = ~0ULL, begin, elapsed;
	int i;

	for (i = 0; i < TRIES; i++) {
		begin = clock_ticks();
		clock_work_rounds(rounds);
		elapsed = clock_ticks() - begin;
		if (elapsed < best)
			best = elapsed;
	}
	return best;
}

/* Returns the number of ticks per nanosecond of CLOCK_MONOTONIC. */
static double clock_tick_rate(void)
{
	__s64 begin = clock_nanoseconds(), now;
	__u64 ticks = clock_ticks();

	do {
		now = clock_nanoseconds();
	} while (now - begin < CALIBRATION);
	return (double)(clock_ticks() - ticks) / (now - begin);
}

/*
 * Returns NULL if the clock counts instructions: a loop with two instructions per
 * round must take exactly two ticks per round.
 */
static const char *clock_count_instructions(void)
{
#if defined(__x86_64__)
	clock_is_tsc = 1;
	if (clock_shortest(2 * COUNTED) - clock_shortest(COUNTED) == 2 * COUNTED)
		return NULL;
#endif
	return "this machine's clock does not count instructions";
}

static void clock_keep_time(void)
{
	clock_is_tsc = clock_kernel_uses_tsc() || clock_tsc_is_steady();
	clock_rate = clock_is_tsc ? clock_tick_rate() : 1;
}

const char *clock_start(enum unit wanted)
{
	const char *why = NULL;

	unit = wanted;
	if (unit == UNIT_INSTRUCTIONS)
		why = clock_count_instructions();
	else
		clock_keep_time();
	clock_overhead = clock_shortest(1);
	work_rate = COUNTED * clock_rate / (clock_shortest(COUNTED) - clock_overhead);
	return why;
}

const char *clock_name(void)
{
	return clock_is_tsc ? "TSC" : "CLOCK_MONOTONIC";
}

const char *clock_unit(void)
{
	return unit == UNIT_INSTRUCTIONS ? "instructions" : "ns";
}
