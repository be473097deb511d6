/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: measuring
 *
 * Trials estimate the cost of an operation. The first trial determines the batch,
 * which makes a sample long compared to the cost of the clock. Further trials, each
 * longer than the last, determine how many samples fill the time budget of a row.
 * Then each row runs several times. The rows of a pattern alternate, so that
 * disturbances of the machine affect all of them alike.
 */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include "result.h"

struct effort {
	unsigned int repetitions;
	double budget;		/* of a repetition, in the clock's unit */
	unsigned int limit;	/* of a repetition, in seconds */
	bool quick;		/* only check that it works */
};

/* Measures rows of one pattern and parameter, and adds a result for each. */
void measure(struct results *results, const struct row *rows,
	     unsigned int count, const struct effort *effort);

#endif /* BENCH_MEASURE_H */
