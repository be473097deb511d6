/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: statistics
 *
 * Each function sorts the values it is given, and needs at least one of them.
 */
#ifndef BENCH_STATISTICS_H
#define BENCH_STATISTICS_H

#include <stddef.h>

/* The smallest value that @percent of all do not exceed, 0..100. */
double statistics_percentile(double *values, size_t count,
			     unsigned int percent);

/* The middle one, or the mean of the two in the middle. */
double statistics_median(double *values, size_t count);

/* How far apart they are: the largest less the smallest, by the median. */
double statistics_spread(double *values, size_t count);

/*
 * Jain's fairness index: 1 where all shares are equal, 1 / @count where one has
 * everything. (R. Jain, D. Chiu, W. Hawe: A Quantitative Measure of Fairness,
 * DEC-TR-301, 1984.)
 */
double statistics_jain(const double *shares, size_t count);

#endif /* BENCH_STATISTICS_H */
