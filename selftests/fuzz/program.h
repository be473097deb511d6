/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Programs are sequences of operations. Their text has one operation a line,
 * '#' begins a comment, and empty lines are ignored. In a file of several
 * programs, a line "next" is between two programs.
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

/* Why a text is not a program, and in which line */
struct program_error {
	unsigned int line;
	const char *reason;
};

/*
 * Writes the program as text. Returns the length, like snprintf().
 * PROGRAM_TEXT_MAX bytes are always enough.
 */
int program_print(const struct program *program, char *text, size_t size);

/*
 * Reads one program from *@text, and moves *@text behind the "next" that ends
 * it, or sets it to NULL at the end. Adds the number of lines to @error->line.
 * Returns false if the program is bad.
 */
bool program_parse(struct program *program, const char **text,
		   struct program_error *error);

/* Returns a hash of the text. Files in a corpus are named after it. */
__u64 program_hash(const struct program *program);

bool program_equal(const struct program *a, const struct program *b);

void program_insert(struct program *program, unsigned int at,
		    const struct op *op);
void program_remove(struct program *program, unsigned int at);

#endif /* FUZZ_PROGRAM_H */
