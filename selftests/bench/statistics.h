/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: statistics
 *
 * Functions with a parameter values sort these. There must be at least one value.
 */
#ifndef BENCH_STATISTICS_H
#define BENCH_STATISTICS_H

#include <stddef.h>

/* Returns the smallest value that @percent (0..100) of all values do not exceed. */
double statistics_percentile(double *values, size_t count,
			     unsigned int percent);

/* Returns the middle value, or the mean of the two middle values. */
double statistics_median(double *values, size_t count);

/* Returns the range of the values divided by their median. */
double statistics_spread(double *values, size_t count);

/*
 * Returns Jain's fairness index: 1 if all shares are equal, 1 / @count if one share
 * is everything. (R. Jain, D. Chiu, W. Hawe: A Quantitative Measure of Fairness,
 * DEC-TR-301, 1984.)
 */
double statistics_jain(const double *shares, size_t count);

#endif /* BENCH_STATISTICS_H */
