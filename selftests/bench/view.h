/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: views
 *
 * Output of results, for people and for programs.
 */
#ifndef BENCH_VIEW_H
#define BENCH_VIEW_H

#include "result.h"

/* Prints medians, 99th percentiles, and ratios to the best peer and the floor. */
void view_table(const struct results *results, FILE *file);

void view_json(const struct results *results, FILE *file);

/**
 * view_changes() - print rows that changed by more than the noise
 * @base: old results
 * @results: new results
 * @file: to print to
 *
 * Return: how many rows of kipc became slower.
 */
unsigned int view_changes(const struct results *base,
			  const struct results *results, FILE *file);

/**
 * view_acceptance() - print the ratios that kipc promises
 * @runs: of the program; the first run with both rows of a ratio counts
 * @count: of runs
 * @file: to print to
 *
 * Return: how many promises were measured and missed.
 */
unsigned int view_acceptance(const struct results *runs, unsigned int count,
			     FILE *file);

#endif /* BENCH_VIEW_H */
