/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: helpers of subjects
 */
#ifndef BENCH_SUBJECT_H
#define BENCH_SUBJECT_H

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../row.h"

/* Returns zeroed memory. Gives up if there is none. */
static inline void *allocate(size_t size)
{
	void *memory = calloc(1, size);

	must(memory);
	return memory;
}

/* The elements of an object, each on its own cache lines, shared with workers. */
struct shared {
	size_t stride;
	size_t size;
	char *elements;
};

static inline struct shared *shared_create(unsigned int elements, size_t size)
{
	struct shared *shared = allocate(sizeof(*shared));

	shared->stride = (size + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE;
	shared->size = elements * shared->stride;
	shared->elements = shared_alloc(shared->size);
	return shared;
}

static inline void *shared_at(const struct shared *shared, unsigned int element)
{
	return shared->elements + element * shared->stride;
}

static inline void shared_destroy(void *object)
{
	struct shared *shared = object;

	munmap(shared->elements, shared->size);
	free(shared);
}

/* Descriptors of an object. Pipes have one to write to and one to read from. */
struct descriptors {
	unsigned int count;
	struct {
		int in;
		int out;
	} list[];
};

static inline struct descriptors *descriptors_alloc(unsigned int count)
{
	struct descriptors *descriptors =
		allocate(sizeof(*descriptors) +
			 count * sizeof(descriptors->list[0]));

	descriptors->count = count;
	return descriptors;
}

static inline void descriptors_close(void *object)
{
	struct descriptors *descriptors = object;
	unsigned int i;

	for (i = 0; i < descriptors->count; i++) {
		close(descriptors->list[i].in);
		if (descriptors->list[i].out != descriptors->list[i].in)
			close(descriptors->list[i].out);
	}
	free(descriptors);
}

/* Write or read all of the data, possibly in several pieces. */
static inline void write_all(int fd, const void *data, size_t size)
{
	const char *next = data;
	ssize_t done;

	while (size) {
		done = write(fd, next, size);
		must(done > 0);
		next += done;
		size -= done;
	}
}

static inline void read_all(int fd, void *buffer, size_t size)
{
	char *next = buffer;
	ssize_t done;

	while (size) {
		done = read(fd, next, size);
		must(done > 0);
		next += done;
		size -= done;
	}
}

/* Checks a creation. An older module may not support the flags for the type. */
static inline void must_be_created(int error, unsigned int flags)
{
	if (flags && error == -EINVAL)
		cannot("this module does not know that flag for this type");
	must_be_zero(error);
}

/* Returns a name that no other run of this program uses. */
static inline const char *unique_name(char name[64], const char *prefix,
				      unsigned int element)
{
	snprintf(name, 64, "%skipc-bench-%d-%u", prefix, getpgrp(), element);
	return name;
}

/*
 * Raises a limit of this IPC namespace, if the user may. Returns true if the limit
 * was high enough or could be raised.
 */
static inline bool raise_limit(const char *path, size_t value)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	char text[32] = "";
	ssize_t length;

	if (fd < 0)
		fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	length = read(fd, text, sizeof(text) - 1);
	if (length > 0 && strtoul(text, NULL, 10) < value) {
		length = snprintf(text, sizeof(text), "%zu", value);
		if (pwrite(fd, text, length, 0) != length)
			length = 0;
	}
	close(fd);
	return length > 0;
}

static inline void cpu_relax(void)
{
#if defined(__x86_64__)
	__builtin_ia32_pause();
#endif
}

#endif /* BENCH_SUBJECT_H */
