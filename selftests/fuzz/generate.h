/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Generates operations that fit their place in a program: they use descriptors,
 * mappings and workers that earlier operations have made.
 */
#ifndef FUZZ_GENERATE_H
#define FUZZ_GENERATE_H

#include "program.h"

void op_generate(const struct program *program, unsigned int at,
		 struct random *random, struct op *op);
void program_generate(struct program *program, struct random *random);

/* Makes the arguments of one operation consistent with each other. */
void op_polish(struct op *op, struct random *random);

#endif /* FUZZ_GENERATE_H */
