/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: the clock
 *
 * Time is read as ticks: of the processor's own counter where that is steady,
 * of CLOCK_MONOTONIC elsewhere. Ticks become a cost in one of two units.
 *
 * Nanoseconds are what a user pays on the machine at hand. Instructions are what
 * a virtual machine counts whose clock advances one nanosecond with each of
 * them: the same number on every host and in every run.
 */
#ifndef BENCH_CLOCK_H
#define BENCH_CLOCK_H

#include <linux/types.h>
#include <time.h>

#if defined(__x86_64__)
#include <x86intrin.h>
#endif

enum unit {
	UNIT_TIME,
	UNIT_INSTRUCTIONS,
};

extern int clock_is_tsc;

/* What to subtract from each sample: the cost of taking one, in ticks. */
extern __u64 clock_overhead;

/* Ticks a nanosecond, or an instruction. */
extern double clock_rate;

/**
 * clock_start() - choose the clock and calibrate it
 * @unit: what its ticks become
 *
 * Return: NULL, or why it cannot be had in that unit.
 */
const char *clock_start(enum unit unit);

/* For people: which clock it is. */
const char *clock_name(void);

/* "ns" or "instructions". */
const char *clock_unit(void);

/* Nanoseconds of CLOCK_MONOTONIC. */
__s64 clock_nanoseconds(void);

/* Works for so many nanoseconds or instructions without a system call. */
void clock_work(unsigned long length);

static inline __u64 clock_ticks(void)
{
#if defined(__x86_64__)
	unsigned int cpu;

	/* It waits for all loads before it, and no later one begins early. */
	if (clock_is_tsc) {
		__u64 ticks = __rdtscp(&cpu);

		_mm_lfence();
		return ticks;
	}
#endif
	return clock_nanoseconds();
}

/* What @operations cost each that took so many ticks. */
static inline double clock_cost(__u64 ticks, double operations)
{
	if (ticks < clock_overhead)
		return 0;
	return (ticks - clock_overhead) / clock_rate / operations;
}

#endif /* BENCH_CLOCK_H */
