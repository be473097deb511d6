/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory for the arguments of system calls. Each worker has parts of its own,
 * each followed by an inaccessible page. Each process has a copy.
 */
#ifndef FUZZ_ARENA_H
#define FUZZ_ARENA_H

#include <stddef.h>

#include "value.h"

#define ARENA_BYTES	(80UL << 10)	/* that a worker can use */

/* The parts of a worker's memory */
enum arena_part {
	ARENA_ARGS,		/* structures */
	ARENA_DATA,		/* messages, names and lists */
	ARENA_ANSWER,		/* the field info of CREATE and OPEN */
	ARENA_PARTS
};

void arena_create(void);

/*
 * Returns an address for @bytes at that place. If the memory can be written to,
 * directly or within a mapping, @content is copied there as far as it fits.
 */
void *arena_place(enum arena_part part, enum place place, const void *content,
		  size_t bytes);

/* Makes a read-only part writable again after the call. */
void arena_release(enum arena_part part, enum place place);

#endif /* FUZZ_ARENA_H */
