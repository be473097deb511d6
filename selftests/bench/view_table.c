// SPDX-License-Identifier: GPL-2.0-only
#include <math.h>
#include <string.h>

#include "view.h"

#define CELL	16

/* Prints about three significant digits, or nothing for NAN. */
static const char *table_number(char cell[CELL], double value)
{
	if (isnan(value))
		return "";
	if (value >= 100)
		snprintf(cell, CELL, "%.0f", value);
	else
		snprintf(cell, CELL, "%.*f", value >= 10 ? 1 : 2, value);
	return cell;
}

static const char *table_percent(char cell[CELL], double value)
{
	if (isnan(value))
		return "";
	snprintf(cell, CELL, "%.1f%%", 100 * value);
	return cell;
}

/* Returns the ratio of two results, or NAN for a result and itself. */
static double table_ratio(const struct result *result, const struct result *to)
{
	if (!to || to == result || !to->median)
		return NAN;
	return result->median / to->median;
}

static void table_print_heading(const struct result *result, FILE *file)
{
	char name[128];

	result_name(result, name, sizeof(name));
	*strrchr(name, '/') = 0;
	strcat(name, ", ");
	strcat(name, result->unit);
	fprintf(file, "\n%-43s %9s %9s %7s %8s %8s %6s %9s\n", name, "median",
		"p99", "spread", "to peer", "to floor", "Jain", "longest");
}

static const char *table_mark(enum role role)
{
	return role == ROLE_OURS ? "*" : role == ROLE_FLOOR ? "_" : " ";
}

static void table_print_numbers(const struct results *results,
				const struct result *result, FILE *file)
{
	const struct result *peer = results_best_peer(results, result);
	const struct result *floor = results_floor(results, result);
	char cells[7][CELL];

	fprintf(file, " %s %-40s %9s %9s %7s %8s %8s %6s %9s\n",
		table_mark(result->role), result->subject,
		table_number(cells[0], result->median), table_number(cells[1], result->p99),
		table_percent(cells[2], result->spread),
		table_number(cells[3], table_ratio(result, peer)),
		table_number(cells[4], table_ratio(result, floor)),
		table_number(cells[5], result->jain),
		table_number(cells[6], result->longest));
}

static void table_print_row(const struct results *results,
			    const struct result *result, FILE *file)
{
	static const char *const outcomes[] = {
		[OUTCOME_SKIPPED] = "skipped",
		[OUTCOME_FAILED] = "FAILED",
		[OUTCOME_TIMED_OUT] = "TIMED OUT",
	};

	if (result->outcome == OUTCOME_OK)
		table_print_numbers(results, result, file);
	else
		fprintf(file, " %s %-40s %s: %s\n", table_mark(result->role),
			result->subject, outcomes[result->outcome],
			result->why);
}

void view_table(const struct results *results, FILE *file)
{
	const struct result *result, *last = NULL;
	size_t i;

	results_write_notes(results, file);
	for (i = 0; i < results->count; i++) {
		result = &results->list[i];
		if (!last || !result_alongside(result, last))
			table_print_heading(result, file);
		table_print_row(results, result, file);
		last = result;
	}
	fputs("\n* kipc. _ a floor: only a part of the work that is always needed.\n"
	      "to peer: ratio to the cheapest peer. spread: of the repetitions.\n",
	      file);
}
