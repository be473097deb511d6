/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FUZZ_MUTATE_H
#define FUZZ_MUTATE_H

#include "program.h"

/* Change the program a little; @other is one to take a piece of. */
void program_mutate(struct program *program, const struct program *other,
		    struct random *random);

#endif /* FUZZ_MUTATE_H */
