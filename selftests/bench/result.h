/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: results
 *
 * The measured values of each row, and notes about the machine and the run. They
 * are saved as lines "# KEY: VALUE" with the notes, followed by comma-separated
 * values. All views and comparisons are made from them, at once or later.
 */
#ifndef BENCH_RESULT_H
#define BENCH_RESULT_H

#include <stdbool.h>
#include <stdio.h>

#include "row.h"

#define RESULT_WORD	48

struct result {
	char pattern[RESULT_WORD];
	unsigned long parameter;
	char subject[RESULT_WORD];
	enum role role;
	enum outcome outcome;
	char unit[RESULT_WORD];
	double median, p99, min;	/* of all samples */
	double spread;		/* of the repetitions' medians; NAN if one */
	unsigned int samples;
	unsigned int batch;	/* operations in a sample */
	double jain;		/* NAN if the row has none */
	double longest;		/* NAN if the row has none */
	char why[160];		/* it was skipped or failed; else empty */
};

struct note {
	char *key;
	char *value;
};

/* One run of the program. */
struct results {
	struct note *notes;
	size_t note_count;
	struct result *list;
	size_t count;
};

/* Adds an empty result at the end of the list, and returns it. */
struct result *results_add(struct results *results);

/* Adds a note. Both strings are copied. */
void results_note(struct results *results, const char *key, const char *value);

/* Returns the value of a note, or an empty string. */
const char *results_noted(const struct results *results, const char *key);

/* Prints the name of the row, like row_name(). */
void result_name(const struct result *result, char *name, size_t size);

/* Returns true if both results have the same pattern and parameter. */
bool result_alongside(const struct result *a, const struct result *b);

/* Returns the measured result of that row, or NULL. */
const struct result *results_find(const struct results *results,
				  const char *pattern, unsigned long parameter,
				  const char *subject);

/* Return the cheapest peer and the floor of the same work, or NULL. */
const struct result *results_best_peer(const struct results *results,
				       const struct result *of);
const struct result *results_floor(const struct results *results,
				   const struct result *of);

/* Write notes, the header and results as comma-separated values. */
void results_write_notes(const struct results *results, FILE *file);
void results_write_header(FILE *file);
void result_write(const struct result *result, FILE *file);

/**
 * results_read() - read saved results
 * @results: the results are added to this
 * @file: to read
 *
 * Return: 0, or the number of the first invalid line.
 */
unsigned int results_read(struct results *results, FILE *file);

#endif /* BENCH_RESULT_H */
