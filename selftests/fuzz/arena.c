// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "worker.h"
#include "arena.h"

#define PAGE		4096UL
#define PART_BYTES	(ARENA_BYTES + PAGE)	/* with the page after it */

/* A canonical address of the kernel */
#define KERNEL_ADDRESS	0xffff888000001000UL

static char *arena;

static char *part_of(enum arena_part part)
{
	return arena + (self * ARENA_PARTS + part) * PART_BYTES;
}

/* The arena is at a low address, which 32-bit pointers can hold. */
void arena_create(void)
{
	size_t bytes = WORKERS * ARENA_PARTS * PART_BYTES, i;

	arena = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	if (arena == MAP_FAILED) {
		perror("mmap");
		exit(1);
	}
	for (i = ARENA_BYTES; i < bytes; i += PART_BYTES)
		mprotect(arena + i, PAGE, PROT_NONE);
}

static char *address(enum arena_part part, enum place place, size_t bytes)
{
	char *memory = part_of(part);

	switch (place) {
	case PLACE_ODD:
		return memory + 1;
	case PLACE_NULL:
		return NULL;
	case PLACE_UNMAPPED:
		return memory + ARENA_BYTES;
	case PLACE_KERNEL:
		return (char *)KERNEL_ADDRESS;
	case PLACE_EDGE:
		if (bytes > ARENA_BYTES)
			bytes = ARENA_BYTES;
		return memory + ARENA_BYTES - bytes / 2;
	case PLACE_MAP ... PLACE_MAP_LAST:
		return here.maps[place - PLACE_MAP].at;
	default:
		return memory;
	}
}

static size_t room(enum arena_part part, enum place place, const char *at)
{
	switch (place) {
	case PLACE_NULL:
	case PLACE_UNMAPPED:
	case PLACE_KERNEL:
		return 0;
	case PLACE_MAP ... PLACE_MAP_LAST:
		return here.maps[place - PLACE_MAP].bytes;
	default:
		return part_of(part) + ARENA_BYTES - at;
	}
}

struct copy {
	char *to;
	const void *from;
	size_t bytes;
};

static long copy_in(void *data)
{
	struct copy *copy = data;

	memcpy(copy->to, copy->from, copy->bytes);
	return 0;
}

void *arena_place(enum arena_part part, enum place place, const void *content,
		  size_t bytes)
{
	struct copy copy = {
		.to = address(part, place, bytes),
		.from = content,
	};
	size_t most = room(part, place, copy.to);

	copy.bytes = bytes < most ? bytes : most;
	/* A part of the mapping may have been unmapped. */
	if (content && copy.bytes)
		worker_try(copy_in, &copy);
	if (place == PLACE_READONLY)
		mprotect(part_of(part), ARENA_BYTES, PROT_READ);
	return copy.to;
}

void arena_release(enum arena_part part, enum place place)
{
	if (place == PLACE_READONLY)
		mprotect(part_of(part), ARENA_BYTES, PROT_READ | PROT_WRITE);
}
