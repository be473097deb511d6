/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: the command line
 */
#ifndef BENCH_OPTIONS_H
#define BENCH_OPTIONS_H

#include "clock.h"
#include "measure.h"

enum format {
	FORMAT_TABLE,
	FORMAT_CSV,
	FORMAT_JSON,
};

#define OPTIONS_FILES	8

struct options {
	char **patterns;		/* of rows, like the shell's; NULL: all */
	bool list;
	bool idle;			/* only wait until the machine is idle */
	enum format format;
	const char *output;		/* NULL: standard output */
	enum unit unit;
	struct effort effort;
	unsigned int settle;		/* seconds */
	const char *from[OPTIONS_FILES];	/* show these, do not measure */
	unsigned int from_count;
	const char *base;		/* compare with this; or NULL */
	bool acceptance;
	struct results notes;		/* from the command line */
};

/* Parses the command line. Ends the program if it is invalid. */
void options_parse(struct options *options, int argc, char **argv);

/* Returns true if the user has chosen the row of that name. */
bool options_choose(const struct options *options, const char *name);

#endif /* BENCH_OPTIONS_H */
