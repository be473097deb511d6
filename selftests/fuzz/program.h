/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sequences of operations and their text: one operation a line, '#' begins a
 * comment, an empty line means nothing. A line "next" ends one program in a file
 * and begins another one.
 */
#ifndef FUZZ_PROGRAM_H
#define FUZZ_PROGRAM_H

#include "op.h"

#define PROGRAM_OPS_MAX		24
#define PROGRAM_TEXT_MAX	32768

struct program {
	unsigned int count;
	struct op ops[PROGRAM_OPS_MAX];
};

/* Where and why a text is no program. */
struct program_error {
	unsigned int line;
	const char *reason;
};

/* The length of the text, as snprintf(); PROGRAM_TEXT_MAX is always enough. */
int program_print(const struct program *program, char *text, size_t size);

/*
 * Read one program from *@text, which is moved to behind the "next" that ends
 * it, or made NULL at the end. @error->line counts on. False if it is bad.
 */
bool program_parse(struct program *program, const char **text,
		   struct program_error *error);

/* Names the program by its text. */
__u64 program_hash(const struct program *program);

bool program_equal(const struct program *a, const struct program *b);

void program_insert(struct program *program, unsigned int at,
		    const struct op *op);
void program_remove(struct program *program, unsigned int at);

#endif /* FUZZ_PROGRAM_H */
