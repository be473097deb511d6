// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>

#include "statistics.h"

static int statistics_compare(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return (left > right) - (left < right);
}

static void statistics_sort(double *values, size_t count)
{
	qsort(values, count, sizeof(*values), statistics_compare);
}

double statistics_percentile(double *values, size_t count, unsigned int percent)
{
	size_t rank = (count * percent + 99) / 100;

	statistics_sort(values, count);
	return values[rank ? rank - 1 : 0];
}

double statistics_median(double *values, size_t count)
{
	statistics_sort(values, count);
	return (values[(count - 1) / 2] + values[count / 2]) / 2;
}

double statistics_spread(double *values, size_t count)
{
	double median = statistics_median(values, count);
	double range = values[count - 1] - values[0];

	return range ? range / median : 0;
}

double statistics_jain(const double *shares, size_t count)
{
	double sum = 0, squares = 0;
	size_t i;

	for (i = 0; i < count; i++) {
		sum += shares[i];
		squares += shares[i] * shares[i];
	}
	return squares ? sum * sum / (count * squares) : 1;
}
