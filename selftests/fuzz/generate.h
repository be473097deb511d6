/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * New operations that make sense where they stand: they use descriptors,
 * mappings and actors that the program before them has made.
 */
#ifndef FUZZ_GENERATE_H
#define FUZZ_GENERATE_H

#include "program.h"

void op_generate(const struct program *program, unsigned int at,
		 struct random *random, struct op *op);
void program_generate(struct program *program, struct random *random);

/* Make one operation's arguments go together again. */
void op_polish(struct op *op, struct random *random);

#endif /* FUZZ_GENERATE_H */
