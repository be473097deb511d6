// SPDX-License-Identifier: GPL-2.0-only
#include "arena.h"

struct arena *arena;

int arena_create(size_t size)
{
	/* It stays open across exec, because the new program needs it. */
	int fd = memfd_create("torture", 0);

	if (fd < 0 || ftruncate(fd, size))
		return -errno;
	return fd;
}

int arena_map(int fd)
{
	off_t size = lseek(fd, 0, SEEK_END);

	arena = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	return arena == MAP_FAILED ? -errno : 0;
}
