/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: notes
 *
 * The last programs that were started, in a file that survives the guest:
 * memory shared with the host, or any file. Apart from the zeros in it, it is a
 * file of programs. There are NOTES places, used in turn. Each note begins with
 * a comment that has its number; the note with the highest number is the last.
 */
#ifndef FUZZ_NOTES_H
#define FUZZ_NOTES_H

#include "program.h"

#define NOTES		8
#define NOTES_BYTES	(NOTES * PROGRAM_TEXT_MAX)

struct notes {
	char *text;		/* or NULL: write no notes */
	unsigned int next;
};

/* Returns 0 or a negative errno. */
int notes_open(struct notes *notes, const char *path);

void notes_begin(struct notes *notes, const struct program *program,
		 unsigned long long execution);

/* Removes all notes, because nothing was found. */
void notes_clear(struct notes *notes);

#endif /* FUZZ_NOTES_H */
