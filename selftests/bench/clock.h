/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: the clock
 *
 * Time is read as ticks. These are ticks of the processor's time stamp counter
 * if that has a constant rate, and of CLOCK_MONOTONIC otherwise. Ticks are
 * converted to a cost in one of two units:
 *
 * Nanoseconds are the cost on the machine at hand. Instructions are counted by a
 * virtual machine whose clock advances one nanosecond with each instruction.
 * Their number is the same on every host and in every run.
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

/* The cost of taking a sample, in ticks. It is subtracted from each sample. */
extern __u64 clock_overhead;

/* Ticks per nanosecond, or per instruction. */
extern double clock_rate;

/**
 * clock_start() - choose the clock and calibrate it
 * @unit: of the costs
 *
 * Return: NULL, or the reason why the clock does not provide this unit.
 */
const char *clock_start(enum unit unit);

/* Returns the name of the clock, for people. */
const char *clock_name(void);

/* Returns "ns" or "instructions". */
const char *clock_unit(void);

/* Returns the nanoseconds of CLOCK_MONOTONIC. */
__s64 clock_nanoseconds(void);

/* Works for @length nanoseconds or instructions without a system call. */
void clock_work(unsigned long length);

static inline __u64 clock_ticks(void)
{
#if defined(__x86_64__)
	unsigned int cpu;

	/* rdtscp waits for all earlier loads, and lfence delays all later ones. */
	if (clock_is_tsc) {
		__u64 ticks = __rdtscp(&cpu);

		_mm_lfence();
		return ticks;
	}
#endif
	return clock_nanoseconds();
}

/* Returns the cost of one operation, if @operations took @ticks. */
static inline double clock_cost(__u64 ticks, double operations)
{
	if (ticks < clock_overhead)
		return 0;
	return (ticks - clock_overhead) / clock_rate / operations;
}

#endif /* BENCH_CLOCK_H */
