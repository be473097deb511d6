/* SPDX-License-Identifier: GPL-2.0-only */
/* Programs to derive new ones from: each covered an edge for the first time. */
#ifndef FUZZ_CORPUS_H
#define FUZZ_CORPUS_H

#include "program.h"

struct corpus {
	struct program *programs;
	unsigned int count;
	unsigned int room;
};

void corpus_add(struct corpus *corpus, const struct program *program);
const struct program *corpus_choose(const struct corpus *corpus,
				    struct random *random);

/*
 * Reads all programs of a file, or of the files *.txt in a folder. In a folder,
 * bad files are reported and skipped. Returns 0 or a negative errno.
 */
int corpus_load(struct corpus *corpus, const char *path);

/* Writes the program to a file of its own. Returns 0 or a negative errno. */
int corpus_save(const struct program *program, const char *folder);

void corpus_free(struct corpus *corpus);

#endif /* FUZZ_CORPUS_H */
