/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: coverage
 *
 * KCOV writes each basic block that a thread runs in the kernel to a buffer of
 * that thread. An *edge* is a pair of blocks of the module that follow each
 * other, hashed to a bit. Blocks count from the module's start, so that edges are
 * the same wherever it was loaded.
 */
#ifndef FUZZ_COVERAGE_H
#define FUZZ_COVERAGE_H

#include <stdbool.h>

#include <linux/types.h>

#include "value.h"

#define EDGES_MAX	65536U
#define EDGES_WORDS	(EDGES_MAX / 64)

struct edges {
	__u64 bits[EDGES_WORDS];
};

void edges_clear(struct edges *edges);
void edges_set(struct edges *edges, unsigned int edge);
unsigned int edges_count(const struct edges *edges);

/* *@edges loses what is in @known. How many are left? */
unsigned int edges_subtract(struct edges *edges, const struct edges *known);
void edges_add(struct edges *edges, const struct edges *more);
bool edges_include(const struct edges *edges, const struct edges *part);

struct coverage {
	int fd[ACTORS];
	__u64 *blocks[ACTORS];	/* their number, then the blocks */
	__u64 base;		/* of the module's code */
	__u64 size;
};

/* 0 or a negative errno: ENOENT where the kernel has no KCOV. */
int coverage_open(struct coverage *coverage);

/* By the thread that is the actor. */
void coverage_enable(const struct coverage *coverage, unsigned int actor);

/* What an actor has run since the last call becomes edges. */
void coverage_take(const struct coverage *coverage, unsigned int actor,
		   struct edges *edges);

#endif /* FUZZ_COVERAGE_H */
