/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: views
 *
 * What is made of results, for people and for machines.
 */
#ifndef BENCH_VIEW_H
#define BENCH_VIEW_H

#include "result.h"

/* Median, 99th percentile, ratios to the best peer and to the floor. */
void view_table(const struct results *results, FILE *file);

void view_json(const struct results *results, FILE *file);

/**
 * view_changes() - what became slower or faster by more than the noise
 * @base: then
 * @results: now
 * @file: to print to
 *
 * Return: how many of ours became slower.
 */
unsigned int view_changes(const struct results *base,
			  const struct results *results, FILE *file);

/**
 * view_acceptance() - the ratios that kipc promises
 * @runs: of the program; the first that has a row counts
 * @count: of them
 * @file: to print to
 *
 * Return: how many were measured and missed.
 */
unsigned int view_acceptance(const struct results *runs, unsigned int count,
			     FILE *file);

#endif /* BENCH_VIEW_H */
