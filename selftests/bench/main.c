// SPDX-License-Identifier: GPL-2.0-only
/*
 * kipc-bench measures kipc and its alternatives. row.h explains what a row is,
 * measure.h how a row is measured.
 */
#include <errno.h>
#include <error.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "machine.h"
#include "options.h"
#include "view.h"

#define TROUBLE		2
#define ROWS_MAX	64	/* subjects of one pattern */

static FILE *bench_open_output(const struct options *options)
{
	FILE *file = stdout;

	if (options->output)
		file = fopen(options->output, "we");
	if (!file)
		error(TROUBLE, errno, "%s", options->output);
	return file;
}

static int bench_close_output(FILE *file, int status)
{
	if (fflush(file) || ferror(file))
		error(TROUBLE, errno, "cannot write");
	return status;
}

/* Advances to the next row that the user has chosen. */
static bool bench_next_chosen(const struct options *options, struct row *row)
{
	char name[128];

	while (row_next(row)) {
		row_name(row, name, sizeof(name));
		if (options_choose(options, name))
			return true;
	}
	return false;
}

static int bench_list_rows(const struct options *options, FILE *file)
{
	struct row row = {};
	char name[128];

	while (bench_next_chosen(options, &row)) {
		row_name(&row, name, sizeof(name));
		fprintf(file, "%-45s %s: %s\n", name, row.subject->about,
			row.pattern->about);
	}
	return 0;
}

static unsigned int bench_count_rows(const struct options *options)
{
	struct row row = {};
	unsigned int count = 0;

	while (bench_next_chosen(options, &row))
		count++;
	return count;
}

static void bench_note_number(struct results *results, const char *key,
			      unsigned int value)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", value);
	results_note(results, key, text);
}

static void bench_prepare(const struct options *options, struct results *results)
{
	unsigned int taken;
	const char *why;

	why = clock_start(options->unit);
	if (why)
		error(TROUBLE, 0, "%s", why);
	*results = options->notes;
	if (options->unit == UNIT_INSTRUCTIONS)
		results_note(results, "mode", "instructions");
	else
		results_note(results, "mode", "time");
	machine_describe(results);
	taken = machine_settle(options->settle);
	bench_note_number(results, "busy percent before", taken);
	bench_note_number(results, "repetitions", options->effort.repetitions);
	bench_note_number(results, "rows", bench_count_rows(options));
}

/* Prints results as soon as they exist, so that the user sees the progress. */
static void bench_show_from(const struct results *results, size_t first, FILE *file)
{
	for (; first < results->count; first++)
		result_write(&results->list[first], file);
	fflush(file);
	/* The interrupts of a terminal must not disturb the next row. */
	tcdrain(fileno(file));
}

static void bench_measure_rows(const struct options *options, struct results *results,
			       FILE *file)
{
	struct row rows[ROWS_MAX + 1] = {};
	unsigned int count = 0;
	bool more = true;

	while (more) {
		if (count)
			rows[count] = rows[count - 1];
		more = bench_next_chosen(options, &rows[count]);
		if (more && count < ROWS_MAX &&
		    rows[count].pattern == rows[0].pattern &&
		    rows[count].parameter == rows[0].parameter) {
			count++;
			continue;
		}
		measure(results, rows, count, &options->effort);
		if (options->format == FORMAT_CSV)
			bench_show_from(results, results->count - count, file);
		rows[0] = rows[count];
		count = 1;
	}
}

static bool bench_any_failed(const struct results *results)
{
	size_t i;

	for (i = 0; i < results->count; i++)
		if (results->list[i].outcome >= OUTCOME_FAILED)
			return true;
	return false;
}

static void bench_show(const struct options *options, const struct results *results,
		       FILE *file)
{
	if (options->format == FORMAT_JSON)
		view_json(results, file);
	else
		view_table(results, file);
}

static int bench_measure_and_show(const struct options *options, FILE *file)
{
	struct results results = {};

	if (!bench_count_rows(options))
		error(TROUBLE, 0, "no row is called that; try --list");
	bench_prepare(options, &results);
	if (options->format == FORMAT_CSV) {
		results_write_notes(&results, file);
		results_write_header(file);
		fflush(file);
	}
	bench_measure_rows(options, &results, file);
	if (options->format != FORMAT_CSV)
		bench_show(options, &results, file);
	return bench_any_failed(&results);
}

static void bench_read_results(struct results *results, const char *path)
{
	FILE *file = fopen(path, "re");
	unsigned int line;

	if (!file)
		error(TROUBLE, errno, "%s", path);
	line = results_read(results, file);
	if (line)
		error(TROUBLE, 0, "%s, line %u: not as this program writes it",
		      path, line);
	fclose(file);
}

static void bench_write_csv(const struct results *results, FILE *file)
{
	results_write_notes(results, file);
	results_write_header(file);
	bench_show_from(results, 0, file);
}

static int bench_show_saved(const struct options *options, FILE *file)
{
	struct results runs[OPTIONS_FILES] = {}, base = {};
	unsigned int i;

	for (i = 0; i < options->from_count; i++)
		bench_read_results(&runs[i], options->from[i]);
	if (options->acceptance) {
		view_acceptance(runs, options->from_count, file);
	} else if (options->base) {
		bench_read_results(&base, options->base);
		return !!view_changes(&base, &runs[0], file);
	} else if (options->format == FORMAT_CSV) {
		bench_write_csv(&runs[0], file);
	} else {
		bench_show(options, &runs[0], file);
	}
	return 0;
}

static int bench_wait_until_idle(const struct options *options, FILE *file)
{
	fprintf(file, "%u\n", machine_settle(options->settle));
	return 0;
}

int main(int argc, char **argv)
{
	struct options options;
	FILE *file;
	int status;

	options_parse(&options, argc, argv);
	file = bench_open_output(&options);
	if (options.idle)
		status = bench_wait_until_idle(&options, file);
	else if (options.list)
		status = bench_list_rows(&options, file);
	else if (options.from_count)
		status = bench_show_saved(&options, file);
	else
		status = bench_measure_and_show(&options, file);
	return bench_close_output(file, status);
}
