/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: fuzzing
 *
 * New programs are made of nothing, or of those that found something new. What
 * an execution covers decides whether the program is kept; before that it loses
 * every operation without which it covers the same.
 */
#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H

#include "corpus.h"
#include "coverage.h"

/* What programs are run on: the module, or in the unit tests a toy. */
struct target {
	/* NULL or a finding; adds what was covered to *@edges. */
	const char *(*run)(void *data, const struct program *program,
			   struct edges *edges);
	void *data;
};

struct fuzz {
	struct target target;
	__u64 seed;
	unsigned long long executions;
	struct corpus corpus;
	struct edges edges;		/* of all executions */
	struct program program;		/* the last one that was run */
	/* Told of each program that the corpus gets, or NULL. */
	void (*kept)(void *data, const struct program *program);
	void *kept_data;
};

/*
 * Run a program of an earlier corpus, keep it as it is if it still covers something
 * that those before it do not. NULL or a finding.
 */
const char *fuzz_load(struct fuzz *fuzz, const struct program *program);

/* Make up a program, run it, keep what it takes to cover something new. */
const char *fuzz_step(struct fuzz *fuzz);

#endif /* FUZZ_FUZZ_H */
