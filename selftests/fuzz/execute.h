/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Runs a program on the module: in processes of its own, which are all killed
 * when it has ended, and which leave nothing behind.
 */
#ifndef FUZZ_EXECUTE_H
#define FUZZ_EXECUTE_H

#include "actor.h"
#include "coverage.h"
#include "program.h"
#include "watch.h"

struct executor {
	struct stage *stage;
	struct coverage coverage;
	bool covers;
	unsigned int patience;		/* ms to wait for an operation */
	int device;
	struct watch watch;
};

/* 0 or a negative errno. */
int executor_open(struct executor *executor, bool covers);

/*
 * Returns NULL, or what went wrong. What it covered is in @executor->stage->edges
 * and what its operations returned in @executor->stage->actors.
 */
const char *execute(struct executor *executor, const struct program *program);

#endif /* FUZZ_EXECUTE_H */
