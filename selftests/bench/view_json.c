// SPDX-License-Identifier: GPL-2.0-only
#include <math.h>

#include "view.h"

static void print_string(const char *text, FILE *file)
{
	fputc('"', file);
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			fputc('\\', file);
		if ((unsigned char)*text < ' ')
			fprintf(file, "\\u%04x", *text);
		else
			fputc(*text, file);
	}
	fputc('"', file);
}

static void print_word(const char *key, const char *value, FILE *file)
{
	fprintf(file, "\"%s\": ", key);
	print_string(value, file);
	fputs(", ", file);
}

static void print_number(const char *key, double value, FILE *file)
{
	if (isnan(value))
		fprintf(file, "\"%s\": null, ", key);
	else
		fprintf(file, "\"%s\": %.10g, ", key, value);
}

static double ratio(const struct result *result, const struct result *to)
{
	return to && to->median ? result->median / to->median : NAN;
}

static void print_ratios(const struct results *results,
			 const struct result *result, FILE *file)
{
	const struct result *peer = results_best_peer(results, result);
	const struct result *floor = results_floor(results, result);

	print_word("best_peer", peer ? peer->subject : "", file);
	print_number("to_peer", ratio(result, peer), file);
	print_number("to_floor", ratio(result, floor), file);
}

static void print_result(const struct results *results,
			 const struct result *result, FILE *file)
{
	static const char *const roles[] = { "peer", "ours", "floor" };
	static const char *const outcomes[] = {
		"ok", "skipped", "failed", "timed out",
	};

	fputs("    {", file);
	print_word("pattern", result->pattern, file);
	print_number("parameter", result->parameter, file);
	print_word("subject", result->subject, file);
	print_word("role", roles[result->role], file);
	print_word("outcome", outcomes[result->outcome], file);
	print_word("unit", result->unit, file);
	print_number("median", result->median, file);
	print_number("p99", result->p99, file);
	print_number("min", result->min, file);
	print_number("spread", result->spread, file);
	print_number("samples", result->samples, file);
	print_number("batch", result->batch, file);
	print_number("jain", result->jain, file);
	print_number("longest", result->longest, file);
	print_ratios(results, result, file);
	fputs("\"why\": ", file);
	print_string(result->why, file);
	fputs("}", file);
}

static void print_notes(const struct results *results, FILE *file)
{
	size_t i;

	for (i = 0; i < results->note_count; i++) {
		fputs(i ? ",\n    " : "\n    ", file);
		print_string(results->notes[i].key, file);
		fputs(": ", file);
		print_string(results->notes[i].value, file);
	}
}

void view_json(const struct results *results, FILE *file)
{
	size_t i;

	fputs("{\n  \"notes\": {", file);
	print_notes(results, file);
	fputs("\n  },\n  \"rows\": [\n", file);
	for (i = 0; i < results->count; i++) {
		if (i)
			fputs(",\n", file);
		print_result(results, &results->list[i], file);
	}
	fputs("\n  ]\n}\n", file);
}
