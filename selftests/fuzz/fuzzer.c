// SPDX-License-Identifier: GPL-2.0-only
/*
 * A coverage-guided fuzzer of /dev/kipc. Its programs do what user space can do
 * with kipc objects, and it looks for signs that the kernel has been harmed. It
 * must run as root, in a machine that may crash.
 */
#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "worker.h"
#include "corpus.h"
#include "execute.h"
#include "futex.h"
#include "fuzz.h"
#include "notes.h"

#define NS_PER_SEC	1000000000LL
#define REPORT_NS	(5 * NS_PER_SEC)

/* In an emulated machine a fork may take that long. */
#define WAIT_MS	20

struct options {
	unsigned long seconds;
	unsigned long long seed;
	const char *corpus;
	const char *replay;
	const char *notes;
	unsigned long repeat;
	unsigned long wait_ms;
	bool blind;
	bool tell;
};

enum key {
	KEY_SECONDS = 's',
	KEY_SEED = 'S',
	KEY_CORPUS = 'c',
	KEY_REPLAY = 'r',
	KEY_REPEAT = 'n',
	KEY_BLIND = 'b',
	KEY_NOTES = 0x100,
	KEY_TELL,
	KEY_WAIT,
};

static const struct argp_option option_list[] = {
	{ "seconds", KEY_SECONDS, "N", 0, "how long to fuzz (60)", 0 },
	{ "seed", KEY_SEED, "N", 0, "repeat the choices of another run", 0 },
	{ "corpus", KEY_CORPUS, "DIR", 0,
	  "start with the programs there, save new ones there", 0 },
	{ "replay", KEY_REPLAY, "FILE", 0,
	  "run the programs of a file, print each result", 0 },
	{ "repeat", KEY_REPEAT, "N", 0, "how many times to replay (1)", 0 },
	{ "no-coverage", KEY_BLIND, NULL, 0,
	  "for kernels without KCOV: choose at random", 0 },
	{ "notes", KEY_NOTES, "FILE", 0,
	  "write each program there before it runs", 0 },
	{ "tell", KEY_TELL, NULL, 0,
	  "print each new program of the corpus, with a '+' before each line",
	  0 },
	{ "wait", KEY_WAIT, "MS", 0,
	  "how long to wait for an operation (20)", 0 },
	{}
};

static unsigned long long to_number(struct argp_state *state, const char *text)
{
	unsigned long long value;
	char *end;

	errno = 0;
	value = strtoull(text, &end, 0);
	if (errno || end == text || *end)
		argp_error(state, "not a number: %s", text);
	return value;
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case KEY_SECONDS:
		options->seconds = to_number(state, arg);
		return 0;
	case KEY_SEED:
		options->seed = to_number(state, arg);
		return 0;
	case KEY_CORPUS:
		options->corpus = arg;
		return 0;
	case KEY_REPLAY:
		options->replay = arg;
		return 0;
	case KEY_REPEAT:
		options->repeat = to_number(state, arg);
		return 0;
	case KEY_BLIND:
		options->blind = true;
		return 0;
	case KEY_NOTES:
		options->notes = arg;
		return 0;
	case KEY_TELL:
		options->tell = true;
		return 0;
	case KEY_WAIT:
		options->wait_ms = to_number(state, arg);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* ------------------------------------------------------------------------ */
/* The target                                                               */
/* ------------------------------------------------------------------------ */

struct module {
	struct executor executor;
	struct notes notes;
	const struct fuzz *fuzz;
};

static const char *module_run(void *data, const struct program *program,
			      struct edges *edges)
{
	struct module *module = data;
	const char *finding;

	notes_begin(&module->notes, program, module->fuzz->executions);
	finding = execute(&module->executor, program);
	edges_add(edges, &module->executor.shared->edges);
	return finding;
}

static void module_open(struct module *module, const struct options *options)
{
	int ret = executor_open(&module->executor, !options->blind);

	if (!ret && options->notes)
		ret = notes_open(&module->notes, options->notes);
	if (ret) {
		fprintf(stderr, "fuzzer: cannot start: %s%s\n", strerror(-ret),
			ret == -ENOENT && !options->blind ?
			"; without KCOV use --no-coverage" : "");
		exit(2);
	}
	module->executor.wait_ms = options->wait_ms;
}

/* ------------------------------------------------------------------------ */
/* Output                                                                   */
/* ------------------------------------------------------------------------ */

static void report(const struct fuzz *fuzz, long long begin)
{
	double seconds = (now_ns(CLOCK_MONOTONIC) - begin) / 1e9;

	printf("%6.1f s: %llu executions, %.1f a second, %u edges, %u in the corpus, seed %llu\n",
	       seconds, fuzz->executions, fuzz->executions / (seconds + 1e-9),
	       edges_count(&fuzz->edges), fuzz->corpus.count, fuzz->seed);
}

/* Prints a program. The '+' before each line is for selftests/fuzz/run. */
static void tell_program(const struct program *program)
{
	char line[2048];
	unsigned int i;

	printf("+ %016llx\n", program_hash(program));
	for (i = 0; i < program->count; i++) {
		op_print(&program->ops[i], line, sizeof(line));
		printf("+%s\n", line);
	}
}

static void on_kept(void *data, const struct program *program)
{
	const struct options *options = data;
	int ret;

	if (options->tell)
		tell_program(program);
	if (!options->corpus)
		return;
	ret = corpus_save(program, options->corpus);
	if (ret)
		fprintf(stderr, "fuzzer: cannot save a program: %s\n",
			strerror(-ret));
}

static int tell_finding(const struct program *program, const char *finding)
{
	static char text[PROGRAM_TEXT_MAX];

	program_print(program, text, sizeof(text));
	printf("FOUND: %s\n%s", finding, text);
	return 1;
}

/* Prints the result of an operation. */
static void print_result(const struct shared *shared, unsigned int i)
{
	const struct op *op = &shared->program.ops[i];
	const struct worker *worker = &shared->workers[op->worker];
	char line[2048];

	op_print(op, line, sizeof(line));
	if (!op_kind(op)->dispatched && worker->asked < i + 1 &&
	    !worker->results[i])
		printf("  %s  (not started)\n", line);
	else if (worker->done < i + 1 && worker->asked == i + 1)
		printf("  %s  (not ended)\n", line);
	else if (worker->results[i] < 0)
		printf("  %s  = %s\n", line, strerror(-worker->results[i]));
	else
		printf("  %s  = %ld\n", line, worker->results[i]);
}

/* ------------------------------------------------------------------------ */
/* Modes                                                                    */
/* ------------------------------------------------------------------------ */

static void load(struct corpus *corpus, const char *path)
{
	int ret = corpus_load(corpus, path);

	if (ret) {
		fprintf(stderr, "fuzzer: %s: %s\n", path, strerror(-ret));
		exit(2);
	}
}

static int replay_once(struct fuzz *fuzz, struct executor *executor,
		       const struct corpus *programs)
{
	struct edges edges;
	const char *finding;
	unsigned int i, j;

	for (i = 0; i < programs->count; i++) {
		fuzz->executions++;
		edges_clear(&edges);
		finding = module_run(fuzz->target.data, &programs->programs[i],
				     &edges);
		edges_add(&fuzz->edges, &edges);
		printf("program %u of %u\n", i + 1, programs->count);
		for (j = 0; j < programs->programs[i].count; j++)
			print_result(executor->shared, j);
		if (finding)
			return tell_finding(&programs->programs[i], finding);
	}
	return 0;
}

static int replay(struct fuzz *fuzz, struct executor *executor,
		  const struct options *options)
{
	long long begin = now_ns(CLOCK_MONOTONIC);
	struct corpus programs = {};
	unsigned long i;
	int ret = 0;

	load(&programs, options->replay);
	for (i = 0; !ret && i < options->repeat; i++)
		ret = replay_once(fuzz, executor, &programs);
	report(fuzz, begin);
	corpus_free(&programs);
	return ret;
}

/* Runs the programs of the corpus, and keeps those that cover a new edge. */
static const char *try_corpus(struct fuzz *fuzz, const struct options *options)
{
	const char *finding = NULL;
	struct corpus known = {};
	unsigned int i;

	load(&known, options->corpus);
	for (i = 0; !finding && i < known.count; i++) {
		finding = fuzz_load(fuzz, &known.programs[i]);
		/* Without coverage fuzz_load() keeps none. */
		if (options->blind)
			corpus_add(&fuzz->corpus, &known.programs[i]);
	}
	corpus_free(&known);
	return finding;
}

/* The kernel has KCOV, but it has recorded nothing of the module. */
static int complain_of_coverage(void)
{
	fprintf(stderr,
		"fuzzer: no coverage; does the module have KCOV_INSTRUMENT=y?\n");
	return 2;
}

static int fuzz_on(struct fuzz *fuzz, const struct options *options)
{
	long long begin = now_ns(CLOCK_MONOTONIC), next = begin;
	long long end = begin + options->seconds * NS_PER_SEC;
	const char *finding = NULL;

	if (options->corpus)
		finding = try_corpus(fuzz, options);
	while (!finding && now_ns(CLOCK_MONOTONIC) < end) {
		finding = fuzz_step(fuzz);
		if (now_ns(CLOCK_MONOTONIC) < next)
			continue;
		report(fuzz, begin);
		next = now_ns(CLOCK_MONOTONIC) + REPORT_NS;
	}
	report(fuzz, begin);
	if (!finding && !options->blind && !edges_count(&fuzz->edges))
		return complain_of_coverage();
	return finding ? tell_finding(&fuzz->program, finding) : 0;
}

int main(int argc, char **argv)
{
	static const struct argp parser = {
		.options = option_list,
		.parser = parse_option,
		.doc = "Fuzzes /dev/kipc. Exits with 1 after a finding.",
	};
	struct options options = {
		.seconds = 60,
		.repeat = 1,
		.wait_ms = WAIT_MS,
		.seed = time(NULL),
	};
	static struct module module;
	static struct fuzz fuzz = {
		.target = { .run = module_run, .data = &module },
		.kept = on_kept,
	};
	int ret;

	if (argc && !strcmp(argv[0], FUZZER_QUITS))
		return 0;
	argp_parse(&parser, argc, argv, 0, NULL, &options);
	setlinebuf(stdout);
	module.fuzz = &fuzz;
	fuzz.seed = options.seed;
	fuzz.kept_data = &options;
	module_open(&module, &options);
	if (options.replay)
		ret = replay(&fuzz, &module.executor, &options);
	else
		ret = fuzz_on(&fuzz, &options);
	if (!ret)
		notes_clear(&module.notes);
	return ret;
}
