/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: notes
 *
 * The last programs that were begun, in a file that outlives the guest: memory
 * which it shares with the host, or any file. It is a file of programs itself
 * but for the zeros in it. Each note has a place of its own, in turn, and begins
 * with a comment that tells its number; the highest number came last.
 */
#ifndef FUZZ_NOTES_H
#define FUZZ_NOTES_H

#include "program.h"

#define NOTES		8
#define NOTES_BYTES	(NOTES * PROGRAM_TEXT_MAX)

struct notes {
	char *text;		/* or NULL: nobody wants any */
	unsigned int next;
};

/* 0 or a negative errno. */
int notes_open(struct notes *notes, const char *path);

void notes_begin(struct notes *notes, const struct program *program,
		 unsigned long long execution);

/* Nothing happened: there is nothing to tell. */
void notes_clear(struct notes *notes);

#endif /* FUZZ_NOTES_H */
