// SPDX-License-Identifier: GPL-2.0-only
#include "fuzz.h"
#include "generate.h"
#include "mutate.h"

static const char *run(struct fuzz *fuzz, const struct program *program,
		       struct edges *edges)
{
	edges_clear(edges);
	fuzz->executions++;
	fuzz->program = *program;
	return fuzz->target.run(fuzz->target.data, program, edges);
}

/*
 * Removes each operation without which the program still covers @wanted, from
 * the last to the first. Returns NULL or a finding.
 */
static const char *minimise(struct fuzz *fuzz, struct program *program,
			    const struct edges *wanted)
{
	static struct program shorter;
	static struct edges edges;
	const char *finding;
	unsigned int i;

	for (i = program->count; i-- && program->count > 1;) {
		shorter = *program;
		program_remove(&shorter, i);
		finding = run(fuzz, &shorter, &edges);
		if (finding)
			return finding;
		if (edges_include(&edges, wanted))
			*program = shorter;
	}
	return NULL;
}

static void keep(struct fuzz *fuzz, const struct program *program)
{
	corpus_add(&fuzz->corpus, program);
	if (fuzz->kept)
		fuzz->kept(fuzz->kept_data, program);
}

/* Runs a program. @edges gets the edges that no other program has covered. */
static const char *run_for_new(struct fuzz *fuzz, const struct program *program,
			       struct edges *edges)
{
	const char *finding = run(fuzz, program, edges);

	edges_subtract(edges, &fuzz->edges);
	edges_add(&fuzz->edges, edges);
	return finding;
}

const char *fuzz_load(struct fuzz *fuzz, const struct program *program)
{
	static struct edges edges;
	const char *finding = run_for_new(fuzz, program, &edges);

	if (!finding && edges_count(&edges))
		keep(fuzz, program);
	return finding;
}

static const char *try(struct fuzz *fuzz, const struct program *program)
{
	static struct program kept;
	static struct edges edges;
	const char *finding = run_for_new(fuzz, program, &edges);

	if (finding || !edges_count(&edges))
		return finding;
	kept = *program;
	finding = minimise(fuzz, &kept, &edges);
	if (!finding)
		keep(fuzz, &kept);
	return finding;
}

const char *fuzz_step(struct fuzz *fuzz)
{
	struct random random = random_for(fuzz->seed, fuzz->executions);
	struct program program;

	if (!fuzz->corpus.count || random_one_in(&random, 8)) {
		program_generate(&program, &random);
	} else {
		program = *corpus_choose(&fuzz->corpus, &random);
		program_mutate(&program, corpus_choose(&fuzz->corpus, &random),
			       &random);
	}
	return try(fuzz, &program);
}
