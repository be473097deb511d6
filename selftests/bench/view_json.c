// SPDX-License-Identifier: GPL-2.0-only
#include <math.h>

#include "view.h"

static void json_print_string(const char *text, FILE *file)
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

static void json_print_word(const char *key, const char *value, FILE *file)
{
	fprintf(file, "\"%s\": ", key);
	json_print_string(value, file);
	fputs(", ", file);
}

static void json_print_number(const char *key, double value, FILE *file)
{
	if (isnan(value))
		fprintf(file, "\"%s\": null, ", key);
	else
		fprintf(file, "\"%s\": %.10g, ", key, value);
}

static double json_ratio(const struct result *result, const struct result *to)
{
	return to && to->median ? result->median / to->median : NAN;
}

static void json_print_ratios(const struct results *results,
			      const struct result *result, FILE *file)
{
	const struct result *peer = results_best_peer(results, result);
	const struct result *floor = results_floor(results, result);

	json_print_word("best_peer", peer ? peer->subject : "", file);
	json_print_number("to_peer", json_ratio(result, peer), file);
	json_print_number("to_floor", json_ratio(result, floor), file);
}

static void json_print_result(const struct results *results,
			      const struct result *result, FILE *file)
{
	static const char *const roles[] = { "peer", "ours", "floor" };
	static const char *const outcomes[] = {
		"ok", "skipped", "failed", "timed out",
	};

	fputs("    {", file);
	json_print_word("pattern", result->pattern, file);
	json_print_number("parameter", result->parameter, file);
	json_print_word("subject", result->subject, file);
	json_print_word("role", roles[result->role], file);
	json_print_word("outcome", outcomes[result->outcome], file);
	json_print_word("unit", result->unit, file);
	json_print_number("median", result->median, file);
	json_print_number("p99", result->p99, file);
	json_print_number("min", result->min, file);
	json_print_number("spread", result->spread, file);
	json_print_number("samples", result->samples, file);
	json_print_number("batch", result->batch, file);
	json_print_number("jain", result->jain, file);
	json_print_number("longest", result->longest, file);
	json_print_ratios(results, result, file);
	fputs("\"why\": ", file);
	json_print_string(result->why, file);
	fputs("}", file);
}

static void json_print_notes(const struct results *results, FILE *file)
{
	size_t i;

	for (i = 0; i < results->note_count; i++) {
		fputs(i ? ",\n    " : "\n    ", file);
		json_print_string(results->notes[i].key, file);
		fputs(": ", file);
		json_print_string(results->notes[i].value, file);
	}
}

void view_json(const struct results *results, FILE *file)
{
	size_t i;

	fputs("{\n  \"notes\": {", file);
	json_print_notes(results, file);
	fputs("\n  },\n  \"rows\": [\n", file);
	for (i = 0; i < results->count; i++) {
		if (i)
			fputs(",\n", file);
		json_print_result(results, &results->list[i], file);
	}
	fputs("\n  ]\n}\n", file);
}
