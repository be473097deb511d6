/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FUZZ_MUTATE_H
#define FUZZ_MUTATE_H

#include "program.h"

/* Changes the program a little. A part of @other may be copied into it. */
void program_mutate(struct program *program, const struct program *other,
		    struct random *random);

#endif /* FUZZ_MUTATE_H */
