/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: results
 *
 * What was measured of each row, and where. It is saved as comma-separated
 * values, after lines "# KEY: VALUE" about the machine and the run; all that is
 * shown or compared is made of that, now or later.
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
	double jain;		/* NAN where the row has none */
	double longest;		/* likewise */
	char why[160];		/* skipped or failed; else empty */
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

/* The last place in the list is the new one's. */
struct result *results_add(struct results *results);

/* Both are copied. */
void results_note(struct results *results, const char *key, const char *value);

/* The value of a note, or an empty string. */
const char *results_noted(const struct results *results, const char *key);

/* As in row_name(). */
void result_name(const struct result *result, char *name, size_t size);

/* Do they belong to one pattern and parameter? */
bool result_alongside(const struct result *a, const struct result *b);

/* The one of this pattern, parameter and subject that was measured, or NULL. */
const struct result *results_find(const struct results *results,
				  const char *pattern, unsigned long parameter,
				  const char *subject);

/* The peer that costs least, or NULL; the floor, or NULL. */
const struct result *results_best_peer(const struct results *results,
				       const struct result *of);
const struct result *results_floor(const struct results *results,
				   const struct result *of);

/* Comma-separated values. */
void results_write_notes(const struct results *results, FILE *file);
void results_write_header(FILE *file);
void result_write(const struct result *result, FILE *file);

/**
 * results_read() - read what was written
 * @results: added to
 * @file: to read
 *
 * Return: 0, or the number of the first line that is not as written.
 */
unsigned int results_read(struct results *results, FILE *file);

#endif /* BENCH_RESULT_H */
