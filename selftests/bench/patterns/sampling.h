/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: the loop that patterns sample in
 *
 * The first sample, in which caches are cold and workers still arrive, is not
 * kept; so one worker takes run->samples + 1 of them, and the others do the work
 * for as many.
 */
#ifndef BENCH_SAMPLING_H
#define BENCH_SAMPLING_H

#include "../clock.h"
#include "../team.h"

/* Operations that a worker does in all. */
static inline unsigned long sampling_total(const struct run *run)
{
	return (run->samples + 1UL) * run->batch;
}

/* What one operation of @operations in a batch costs. */
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
