// SPDX-License-Identifier: MIT
/*
 * wordcount: counts how often each word occurs in the files below a directory,
 * with several processes and then, to compare, with one. tokenizer.h defines
 * what a word is, team.h describes how the processes work together.
 */
#include <errno.h>
#include <error.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "report.h"
#include "team.h"
#include "wordcount.h"

#define MAX_WORKERS	256
#define MAX_IN_FLIGHT	65536
#define MAX_TOP		1000000

static const char usage[] =
	"usage: wordcount [OPTION]... DIR\n"
	"\n"
	"Counts the words in the files below DIR with several processes, then\n"
	"with one, and compares.\n"
	"\n"
	"  --workers N    processes that count (default 4, at most 256)\n"
	"  --in-flight N  at most so many files are given to the workers and not\n"
	"                 yet counted (default twice the workers)\n"
	"  --top N        print so many of the most frequent words (default 10)\n"
	"  --help         this text\n"
	"\n"
	"Exit status: 0: the counts are equal; 1: they differ; 2: an error.\n";

struct arguments {
	unsigned int workers;
	unsigned int in_flight;
	unsigned int top;
	const char *directory;
};

static unsigned int number(const char *text, const char *option,
			   unsigned int min, unsigned int max)
{
	unsigned long value;
	char *end;

	errno = 0;
	value = strtoul(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || errno || value < min ||
	    value > max)
		error(EXIT_TROUBLE, 0,
		      "--%s: a number from %u to %u is needed, not '%s'",
		      option, min, max, text);
	return value;
}

static void parse(struct arguments *arguments, int argc, char **argv)
{
	static const struct option options[] = {
		{ "workers", required_argument, NULL, 'w' },
		{ "in-flight", required_argument, NULL, 'i' },
		{ "top", required_argument, NULL, 't' },
		{ "help", no_argument, NULL, 'h' },
		{ }
	};
	int letter, which;

	while ((letter = getopt_long(argc, argv, "", options, &which)) != -1) {
		switch (letter) {
		case 'w':
			arguments->workers = number(optarg, "workers", 1,
						    MAX_WORKERS);
			break;
		case 'i':
			arguments->in_flight = number(optarg, "in-flight", 1,
						      MAX_IN_FLIGHT);
			break;
		case 't':
			arguments->top = number(optarg, "top", 0, MAX_TOP);
			break;
		case 'h':
			fputs(usage, stdout);
			exit(EXIT_SUCCESS);
		default:
			error(EXIT_TROUBLE, 0, "try --help");
		}
	}
	if (argc - optind != 1)
		error(EXIT_TROUBLE, 0, "one directory is needed; try --help");
	arguments->directory = argv[optind];
	if (!arguments->in_flight)
		arguments->in_flight = 2 * arguments->workers;
}

static void list_files(struct files *files, const char *directory)
{
	char *where;
	int status;

	status = files_walk(files, directory, &where);
	if (status)
		error(EXIT_TROUBLE, -status, "%s", where ?: directory);
	if (!files->count)
		error(EXIT_TROUBLE, 0, "%s: no files in it", directory);
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

static struct table *count_alone(const struct files *files)
{
	struct counted counted = { 0 };
	struct table *table;
	size_t i;
	int status;

	table = table_create(files->bytes, files->count, false);
	if (!table)
		error(EXIT_TROUBLE, errno, "no memory for the words");
	for (i = 0; i < files->count; i++) {
		status = count_file(files->list[i].path, table, &counted);
		if (status)
			error(EXIT_TROUBLE, -status, "%s, counted alone",
			      files->list[i].path);
	}
	return table;
}

/* Returns whether the workers counted the same as this process alone. */
static bool compare(const struct team *team, double elapsed)
{
	struct table *single;
	double begin;
	bool equal;

	begin = seconds();
	single = count_alone(team->files);
	printf("\nelapsed: %.3f s with %u workers, %.3f s with a single process\n",
	       elapsed, team->workers, seconds() - begin);
	equal = report_comparison(team->result, single);
	table_destroy(single);
	return equal;
}

int main(int argc, char **argv)
{
	struct arguments arguments = { .workers = 4, .top = 10 };
	struct files files;
	struct team team = { 0 };
	double begin, elapsed;
	bool equal;

	parse(&arguments, argc, argv);
	list_files(&files, arguments.directory);
	team.workers = arguments.workers;
	team.in_flight = arguments.in_flight;
	team.files = &files;
	team_create(&team);

	begin = seconds();
	team_run(&team);
	elapsed = seconds() - begin;

	report_words(team.result, arguments.top);
	report_shares(&team);
	report_operations(&team);
	equal = compare(&team, elapsed);
	team_destroy(&team);
	files_free(&files);
	return equal ? EXIT_SUCCESS : EXIT_DIFFERENT;
}
