// SPDX-License-Identifier: GPL-2.0-only
#include <argp.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"

#define REPETITIONS_MAX	32
#define BUDGET_MAX	60000
#define SETTLE_MAX	3600
#define LIMIT_MAX	3600

/* The default budget of a repetition. */
#define BUDGET_TIME		30000000	/* nanoseconds */
#define BUDGET_INSTRUCTIONS	3000000

enum {
	OPTION_FROM = 256,
	OPTION_COMPARE,
	OPTION_ACCEPTANCE,
	OPTION_NOTE,
	OPTION_LIMIT,
	OPTION_IDLE,
};

#define ABOUT	"Measures the costs of kipc and of its alternatives."
#define ROWS	"ROW is a pattern of rows like the shell's patterns of files: 'semaphore-*/*', '*/kipc*'."
#define STATUS	"Exit status: 0 success, 1 a row failed or timed out, or a row of kipc became slower, 2 error."

static const struct argp_option table[] = {
	{ .doc = "Measuring:" },
	{ "list", 'l', .doc = "list the rows and exit" },
	{ "unit", 'u', "UNIT",
	  .doc = "time (the default), or instructions if the clock counts them" },
	{ "repetitions", 'r', "NUMBER", .doc = "of each row (default 5)" },
	{ "budget", 'b', "MILLISECONDS",
	  .doc = "of a repetition (default 30, or 3 million instructions)" },
	{ "limit", OPTION_LIMIT, "SECONDS",
	  .doc = "time limit of a repetition (default 60)" },
	{ "settle", 's', "SECONDS",
	  .doc = "longest time to wait for the machine to be idle (default 10)" },
	{ "idle", OPTION_IDLE,
	  .doc = "only wait for that, and print the percentage that others use" },
	{ "quick", 'q', .doc = "only check that every row works" },
	{ .doc = "Results:" },
	{ "format", 'f', "FORMAT", .doc = "table (the default), csv or json" },
	{ "output", 'o', "FILE", .doc = "write to FILE" },
	{ "note", OPTION_NOTE, "KEY=VALUE", .doc = "store this with the results" },
	{ "from", OPTION_FROM, "FILE",
	  .doc = "show saved csv instead of measuring; repeatable" },
	{ "compare", OPTION_COMPARE, "FILE",
	  .doc = "with --from: show the changes since this csv" },
	{ "acceptance", OPTION_ACCEPTANCE,
	  .doc = "with --from: show the promised ratios" },
	{}
};

static unsigned int options_whole_number(struct argp_state *state, const char *option,
					 const char *text, unsigned int max)
{
	unsigned long value;
	char *end;

	errno = 0;
	value = strtoul(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || errno || !value ||
	    value > max)
		argp_error(state,
			   "--%s: a number from 1 to %u is needed, not '%s'",
			   option, max, text);
	return value;
}

/* Returns the index of @text among the words. */
static unsigned int options_choice(struct argp_state *state, const char *option,
				   const char *text, const char *const *words)
{
	unsigned int i;

	for (i = 0; words[i]; i++)
		if (!strcmp(text, words[i]))
			return i;
	argp_error(state, "--%s: there is no '%s'; try --help", option, text);
	return 0;
}

static void options_add_file(struct argp_state *state, struct options *options,
			     const char *path)
{
	if (options->from_count == OPTIONS_FILES)
		argp_error(state, "--from: no more than %u files",
			   OPTIONS_FILES);
	else
		options->from[options->from_count++] = path;
}

static void options_add_note(struct argp_state *state, struct options *options,
			     char *text)
{
	char *value = strchr(text, '=');

	if (!value || value == text) {
		argp_error(state, "--note: KEY=VALUE is needed, not '%s'",
			   text);
		return;
	}
	*value = 0;
	results_note(&options->notes, text, value + 1);
}

static void options_check(struct argp_state *state, const struct options *options)
{
	if (options->base && options->from_count != 1)
		argp_error(state, "--compare needs one --from");
	if (options->acceptance && !options->from_count)
		argp_error(state, "--acceptance needs --from");
	if (options->from_count > 1 && !options->acceptance)
		argp_error(state, "more than one --from needs --acceptance");
}

static error_t options_parse_one(int key, char *argument, struct argp_state *state)
{
	static const char *const units[] = { "time", "instructions", NULL };
	static const char *const formats[] = { "table", "csv", "json", NULL };
	struct options *options = state->input;

	switch (key) {
	case 'l':
		options->list = true;
		break;
	case 'u':
		options->unit = options_choice(state, "unit", argument, units);
		break;
	case 'r':
		options->effort.repetitions =
			options_whole_number(state, "repetitions", argument,
					     REPETITIONS_MAX);
		break;
	case 'b':
		options->effort.budget = 1e6 * options_whole_number(state, "budget",
								    argument,
								    BUDGET_MAX);
		break;
	case OPTION_LIMIT:
		options->effort.limit = options_whole_number(state, "limit", argument,
							     LIMIT_MAX);
		break;
	case OPTION_IDLE:
		options->idle = true;
		break;
	case 's':
		options->settle = options_whole_number(state, "settle", argument,
						       SETTLE_MAX);
		break;
	case 'q':
		options->effort.quick = true;
		break;
	case 'f':
		options->format = options_choice(state, "format", argument, formats);
		break;
	case 'o':
		options->output = argument;
		break;
	case OPTION_NOTE:
		options_add_note(state, options, argument);
		break;
	case OPTION_FROM:
		options_add_file(state, options, argument);
		break;
	case OPTION_COMPARE:
		options->base = argument;
		break;
	case OPTION_ACCEPTANCE:
		options->acceptance = true;
		break;
	case ARGP_KEY_ARGS:
		options->patterns = state->argv + state->next;
		break;
	case ARGP_KEY_END:
		options_check(state, options);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

void options_parse(struct options *options, int argc, char **argv)
{
	static const struct argp argp = {
		.options = table,
		.parser = options_parse_one,
		.args_doc = "[ROW]...",
		.doc = ABOUT "\v" ROWS "\n\n" STATUS,
	};

	memset(options, 0, sizeof(*options));
	options->effort.repetitions = 5;
	options->effort.limit = 60;
	options->settle = 10;
	argp_err_exit_status = 2;
	argp_parse(&argp, argc, argv, 0, NULL, options);
	if (!options->effort.budget)
		options->effort.budget = options->unit == UNIT_TIME ?
					 BUDGET_TIME : BUDGET_INSTRUCTIONS;
}

bool options_choose(const struct options *options, const char *name)
{
	char **pattern;

	if (!options->patterns)
		return true;
	for (pattern = options->patterns; *pattern; pattern++)
		if (!fnmatch(*pattern, name, 0))
			return true;
	return false;
}
