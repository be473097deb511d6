/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: coverage
 *
 * KCOV writes the address of each basic block that a thread runs in the kernel
 * to a buffer of that thread. An *edge* is a pair of consecutive blocks of the
 * module, hashed to a bit. Addresses are relative to the start of the module,
 * so edges do not depend on where it was loaded.
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

/* Removes the edges of @known from @edges. Returns how many remain. */
unsigned int edges_subtract(struct edges *edges, const struct edges *known);

void edges_add(struct edges *edges, const struct edges *more);

/* Returns whether @edges has all edges of @part. */
bool edges_include(const struct edges *edges, const struct edges *part);

struct coverage {
	int fd[WORKERS];
	__u64 *blocks[WORKERS];	/* number of blocks, then the blocks */
	__u64 base;		/* start of the module's code */
	__u64 size;
};

/* Returns 0 or a negative errno; -ENOENT if the kernel has no KCOV. */
int coverage_open(struct coverage *coverage);

/* Starts recording. The thread of the worker must call it. */
void coverage_enable(const struct coverage *coverage, unsigned int worker);

/* Adds the edges that a worker has run since the last call. */
void coverage_take(const struct coverage *coverage, unsigned int worker,
		   struct edges *edges);

#endif /* FUZZ_COVERAGE_H */
