/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Runs a program on the module, in processes of its own. When the program has
 * ended, all of them are killed, and nothing of them must be left in the
 * kernel.
 */
#ifndef FUZZ_EXECUTE_H
#define FUZZ_EXECUTE_H

#include "worker.h"
#include "coverage.h"
#include "program.h"
#include "watch.h"

struct executor {
	struct shared *shared;
	struct coverage coverage;
	bool covers;
	unsigned int wait_ms;		/* for each operation */
	int device;
	struct watch watch;
};

/* Returns 0 or a negative errno. */
int executor_open(struct executor *executor, bool covers);

/*
 * Returns NULL, or a text that says what went wrong. @executor->shared->edges
 * has the edges that the program covered, and @executor->shared->workers the
 * results of its operations.
 */
const char *execute(struct executor *executor, const struct program *program);

#endif /* FUZZ_EXECUTE_H */
