// SPDX-License-Identifier: MIT
/*
 * What programs that were compiled with version 0.1 call, where that is not what it
 * was. They take all bits of a semaphore's word but KIPC_SLOW for units, and so would
 * give units without waking those that wait. They get words that say KIPC_SLOW: each
 * operation is a system call, and right.
 *
 * In the shared library alone: a program that contains the library is of its version.
 */
#include "attachment.h"

#define RELEASE_0_1(name) \
	__asm__(".symver kipc_" #name "_0_1, kipc_" #name "@KIPC_0.1")

#pragma GCC visibility push(default)
int kipc_semaphore_create_0_1(struct kipc_semaphore **semaphore, const char *name,
			      const struct kipc_semaphore_options *options);
int kipc_semaphore_open_0_1(struct kipc_semaphore **semaphore, const char *name,
			    unsigned int access);
int kipc_semaphore_import_0_1(struct kipc_semaphore **semaphore, int fd);
#pragma GCC visibility pop

/* Not where the mapping is what makes the process take part: there they say so anyway. */
static int slow(struct kipc_semaphore *semaphore, int error)
{
	struct kipc_words *words;

	if (error)
		return error;
	words = &semaphore->words;
	if (!words->attachment) {
		kipc_words_unmap(words);
		kipc_words_none(words);
	}
	return 0;
}

int kipc_semaphore_create_0_1(struct kipc_semaphore **semaphore, const char *name,
			      const struct kipc_semaphore_options *options)
{
	int error = kipc_semaphore_create(semaphore, name, options);

	return slow(*semaphore, error);
}

int kipc_semaphore_open_0_1(struct kipc_semaphore **semaphore, const char *name,
			    unsigned int access)
{
	int error = kipc_semaphore_open(semaphore, name, access);

	return slow(*semaphore, error);
}

int kipc_semaphore_import_0_1(struct kipc_semaphore **semaphore, int fd)
{
	int error = kipc_semaphore_import(semaphore, fd);

	return slow(*semaphore, error);
}

RELEASE_0_1(semaphore_create);
RELEASE_0_1(semaphore_open);
RELEASE_0_1(semaphore_import);
