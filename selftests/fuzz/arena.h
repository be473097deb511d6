/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory that the arguments of system calls lie in: for each actor some of its
 * own, with an unmapped page behind it. Each process has a copy.
 */
#ifndef FUZZ_ARENA_H
#define FUZZ_ARENA_H

#include <stddef.h>

#include "value.h"

#define ARENA_BYTES	(80UL << 10)	/* that an actor can use */

/* Which part of an actor's memory. */
enum arena_part {
	ARENA_ARGS,		/* structures */
	ARENA_DATA,		/* messages, names and lists */
	ARENA_ANSWER,		/* of CREATE and OPEN */
	ARENA_PARTS
};

void arena_create(void);

/*
 * An address for @bytes at that place. Where it can be written to, directly or
 * within a mapping, @content is copied there; there may be more of it than fits.
 */
void *arena_place(enum arena_part part, enum place place, const void *content,
		  size_t bytes);

/* After the call: what could not be written to can again. */
void arena_release(enum arena_part part, enum place place);

#endif /* FUZZ_ARENA_H */
