/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: fuzzing
 *
 * New programs are generated from scratch, or by changing programs of the
 * corpus. A program that covers a new edge is added to the corpus, after each
 * operation has been removed that the new edges do not need.
 */
#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H

#include "corpus.h"
#include "coverage.h"

/* What programs run on: the module, or a simulation in the unit test. */
struct target {
	/* Returns NULL or a finding. Adds the covered edges to @edges. */
	const char *(*run)(void *data, const struct program *program,
			   struct edges *edges);
	void *data;
};

struct fuzz {
	struct target target;
	__u64 seed;
	unsigned long long executions;
	struct corpus corpus;
	struct edges edges;		/* of all executions so far */
	struct program program;		/* the last one executed */
	/* Called for each program that is added to the corpus, or NULL. */
	void (*kept)(void *data, const struct program *program);
	void *kept_data;
};

/*
 * Runs a program of an earlier corpus. Adds it to the corpus unchanged if it
 * covers an edge that the programs before it do not. Returns NULL or a finding.
 */
const char *fuzz_load(struct fuzz *fuzz, const struct program *program);

/*
 * Makes a program and runs it. If it covers a new edge, adds a minimised
 * program to the corpus. Returns NULL or a finding.
 */
const char *fuzz_step(struct fuzz *fuzz);

#endif /* FUZZ_FUZZ_H */
