/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: the loop that patterns sample in
 *
 * The first sample is not kept, since caches are cold and workers are still starting.
 * So one worker takes run->samples + 1 samples, and the others do the work for as
 * many.
 */
#ifndef BENCH_SAMPLING_H
#define BENCH_SAMPLING_H

#include "../clock.h"
#include "../team.h"

/* Returns the number of operations that a worker does in total. */
static inline unsigned long sampling_total(const struct run *run)
{
	return (run->samples + 1UL) * run->batch;
}

/* Adds the sample of a batch of @operations, unless it is the first one. */
static inline void sampling_end(struct run *run, unsigned int index,
				__u64 begin, double operations)
{
	__u64 elapsed = clock_ticks() - begin;

	if (index)
		run_sample(run, elapsed, operations);
}

/* Samples @statement, which does a batch of operations. */
#define sample_each(run, operations, statement) do { \
	unsigned int __index; \
	__u64 __begin; \
	\
	for (__index = 0; __index <= (run)->samples; __index++) { \
		__begin = clock_ticks(); \
		statement; \
		sampling_end(run, __index, __begin, operations); \
	} \
} while (0)

#endif /* BENCH_SAMPLING_H */
