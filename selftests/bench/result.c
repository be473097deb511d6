// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <error.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "result.h"

static const char *const columns[] = {
	"pattern", "parameter", "subject", "role", "outcome", "unit", "median",
	"p99", "min", "spread", "samples", "batch", "jain", "longest", "why",
	NULL
};

static const char *const roles[] = {
	[ROLE_PEER] = "peer",
	[ROLE_OURS] = "ours",
	[ROLE_FLOOR] = "floor",
	NULL
};

static const char *const outcomes[] = {
	[OUTCOME_OK] = "ok",
	[OUTCOME_SKIPPED] = "skipped",
	[OUTCOME_FAILED] = "failed",
	[OUTCOME_TIMED_OUT] = "timed out",
	NULL
};

/* Makes room for one more entry. The list may move. */
static void *results_grow(void *list, size_t count, size_t size)
{
	const size_t step = 64;

	if (count % step)
		return list;
	list = reallocarray(list, count + step, size);
	if (!list)
		error(EXIT_FAILURE, errno, "no memory");
	return list;
}

struct result *results_add(struct results *results)
{
	struct result *result;

	results->list = results_grow(results->list, results->count, sizeof(*result));
	result = &results->list[results->count++];
	memset(result, 0, sizeof(*result));
	return result;
}

void results_note(struct results *results, const char *key, const char *value)
{
	struct note *note;

	results->notes = results_grow(results->notes, results->note_count,
				      sizeof(*note));
	note = &results->notes[results->note_count++];
	note->key = strdup(key);
	note->value = strdup(value);
	if (!note->key || !note->value)
		error(EXIT_FAILURE, errno, "no memory");
}

const char *results_noted(const struct results *results, const char *key)
{
	size_t i;

	for (i = 0; i < results->note_count; i++)
		if (!strcmp(results->notes[i].key, key))
			return results->notes[i].value;
	return "";
}

void result_name(const struct result *result, char *name, size_t size)
{
	if (result->parameter)
		snprintf(name, size, "%s-%lu/%s", result->pattern,
			 result->parameter, result->subject);
	else
		snprintf(name, size, "%s/%s", result->pattern, result->subject);
}

bool result_alongside(const struct result *a, const struct result *b)
{
	return a->parameter == b->parameter && !strcmp(a->pattern, b->pattern);
}

const struct result *results_find(const struct results *results,
				  const char *pattern, unsigned long parameter,
				  const char *subject)
{
	const struct result *result;
	size_t i;

	for (i = 0; i < results->count; i++) {
		result = &results->list[i];
		if (result->outcome == OUTCOME_OK &&
		    result->parameter == parameter &&
		    !strcmp(result->pattern, pattern) &&
		    !strcmp(result->subject, subject))
			return result;
	}
	return NULL;
}

/* Returns the cheapest result of that role for the same work, or NULL. */
static const struct result *results_cheapest(const struct results *results,
					     const struct result *of, enum role role)
{
	const struct result *best = NULL, *result;
	size_t i;

	for (i = 0; i < results->count; i++) {
		result = &results->list[i];
		if (result->outcome == OUTCOME_OK && result->role == role &&
		    result_alongside(result, of) &&
		    (!best || result->median < best->median))
			best = result;
	}
	return best;
}

const struct result *results_best_peer(const struct results *results,
				       const struct result *of)
{
	return results_cheapest(results, of, ROLE_PEER);
}

const struct result *results_floor(const struct results *results,
				   const struct result *of)
{
	return results_cheapest(results, of, ROLE_FLOOR);
}

void results_write_notes(const struct results *results, FILE *file)
{
	size_t i;

	for (i = 0; i < results->note_count; i++)
		fprintf(file, "# %s: %s\n", results->notes[i].key,
			results->notes[i].value);
}

void results_write_header(FILE *file)
{
	const char *const *column;

	for (column = columns; *column; column++)
		fprintf(file, "%s%c", *column, column[1] ? ',' : '\n');
}

/* An empty field stands for NAN. */
static void results_write_number(double value, FILE *file)
{
	if (isnan(value))
		fputs(",", file);
	else
		fprintf(file, "%.10g,", value);
}

void result_write(const struct result *result, FILE *file)
{
	const char *why;

	fprintf(file, "%s,%lu,%s,%s,%s,%s,", result->pattern, result->parameter,
		result->subject, roles[result->role], outcomes[result->outcome],
		result->unit);
	results_write_number(result->median, file);
	results_write_number(result->p99, file);
	results_write_number(result->min, file);
	results_write_number(result->spread, file);
	fprintf(file, "%u,%u,", result->samples, result->batch);
	results_write_number(result->jain, file);
	results_write_number(result->longest, file);
	for (why = result->why; *why; why++)
		fputc(*why == ',' || *why == '\n' ? ';' : *why, file);
	fputc('\n', file);
}

/* The fields of a line, read from left to right; wrong if one is invalid. */
struct fields {
	char *rest;
	bool wrong;
};

static char *field_next(struct fields *fields)
{
	char *field = strsep(&fields->rest, ",");

	if (field)
		return field;
	fields->wrong = true;
	return "";
}

static void field_word(struct fields *fields, char *word, size_t size)
{
	const char *field = field_next(fields);

	if (strlen(field) >= size)
		fields->wrong = true;
	snprintf(word, size, "%s", field);
}

static unsigned long field_whole(struct fields *fields)
{
	char *field = field_next(fields), *end;
	unsigned long value;

	value = strtoul(field, &end, 10);
	if (*field < '0' || *field > '9' || *end)
		fields->wrong = true;
	return value;
}

static double field_number(struct fields *fields)
{
	char *field = field_next(fields), *end;
	double value;

	if (!*field)
		return NAN;
	value = strtod(field, &end);
	if (*end)
		fields->wrong = true;
	return value;
}

/* Returns the index of the field among the choices, which end with NULL. */
static unsigned int field_choice(struct fields *fields,
				 const char *const *choices)
{
	const char *field = field_next(fields);
	unsigned int i;

	for (i = 0; choices[i]; i++)
		if (!strcmp(field, choices[i]))
			return i;
	fields->wrong = true;
	return 0;
}

static bool result_parse(struct result *result, char *line)
{
	struct fields fields = { .rest = line };

	field_word(&fields, result->pattern, sizeof(result->pattern));
	result->parameter = field_whole(&fields);
	field_word(&fields, result->subject, sizeof(result->subject));
	result->role = field_choice(&fields, roles);
	result->outcome = field_choice(&fields, outcomes);
	field_word(&fields, result->unit, sizeof(result->unit));
	result->median = field_number(&fields);
	result->p99 = field_number(&fields);
	result->min = field_number(&fields);
	result->spread = field_number(&fields);
	result->samples = field_whole(&fields);
	result->batch = field_whole(&fields);
	result->jain = field_number(&fields);
	result->longest = field_number(&fields);
	field_word(&fields, result->why, sizeof(result->why));
	return !fields.wrong && !fields.rest;
}

static bool note_parse(struct results *results, char *line)
{
	char *value = strstr(line, ": ");

	if (!value)
		return false;
	*value = 0;
	results_note(results, line + strlen("# "), value + strlen(": "));
	return true;
}

static bool line_parse(struct results *results, char *line)
{
	line[strcspn(line, "\r\n")] = 0;
	if (!strncmp(line, "# ", 2))
		return note_parse(results, line);
	if (!strncmp(line, "pattern,", strlen("pattern,")))
		return true;
	return result_parse(results_add(results), line);
}

unsigned int results_read(struct results *results, FILE *file)
{
	unsigned int number = 0;
	size_t size = 0;
	char *line = NULL;

	while (getline(&line, &size, file) > 0) {
		number++;
		if (line_parse(results, line))
			continue;
		free(line);
		return number;
	}
	free(line);
	return 0;
}
