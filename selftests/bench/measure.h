/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: measuring
 *
 * Trials tell what an operation costs about. From the first follows the batch,
 * which makes a sample long against the clock's own cost; more of them, each
 * longer than the last, tell how many samples fill the time that a row may take.
 * Then the row runs a few times over; between the rows of a pattern by turns, so
 * that what happens on the machine meets all of them alike.
 */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include "result.h"

struct effort {
	unsigned int repetitions;
	double budget;		/* of a repetition, in the clock's unit */
	unsigned int limit;	/* of a repetition, in seconds */
	bool quick;		/* see only that it works */
};

/* Takes rows of one pattern and parameter, and adds a result for each. */
void measure(struct results *results, const struct row *rows,
	     unsigned int count, const struct effort *effort);

#endif /* BENCH_MEASURE_H */
