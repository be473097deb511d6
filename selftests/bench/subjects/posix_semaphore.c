// SPDX-License-Identifier: GPL-2.0-only
/* glibc's sem_t, shared between processes. */
#include <semaphore.h>

#include "subject.h"

static struct shared *posix_semaphore_create_units(unsigned int elements, unsigned int units)
{
	struct shared *shared = shared_create(elements, sizeof(sem_t));
	unsigned int i;

	for (i = 0; i < elements; i++)
		must(!sem_init(shared_at(shared, i), 1, units));
	return shared;
}

static void *posix_semaphore_create(const struct shape *shape)
{
	return posix_semaphore_create_units(shape->elements, 0);
}

static void posix_semaphore_post(void *object, unsigned int element, unsigned int count)
{
	sem_t *semaphore = shared_at(object, element);

	while (count--)
		must(!sem_post(semaphore));
}

static void posix_semaphore_wait(void *object, unsigned int element)
{
	must(!sem_wait(shared_at(object, element)));
}

static void posix_semaphore_pairs(void *object, unsigned int count)
{
	sem_t *semaphore = shared_at(object, 0);

	while (count--) {
		must(!sem_post(semaphore));
		must(!sem_wait(semaphore));
	}
}

static const struct subject posix_semaphore = {
	.name = "sem_t",
	.about = "glibc's sem_t, shared between processes",
	.kind = KIND_SEMAPHORE,
	.able = ABLE_TO_ALL,
	.create = posix_semaphore_create,
	.destroy = shared_destroy,
	.semaphore = {
		.post = posix_semaphore_post,
		.wait = posix_semaphore_wait,
		.pairs = posix_semaphore_pairs,
	},
};

SUBJECT(posix_semaphore);

static void *posix_semaphore_create_lock(const struct shape *shape)
{
	return posix_semaphore_create_units(shape->elements, 1);
}

static void posix_semaphore_take(void *object)
{
	posix_semaphore_wait(object, 0);
}

static void posix_semaphore_give(void *object)
{
	posix_semaphore_post(object, 0, 1);
}

static void posix_semaphore_lock_pairs(void *object, unsigned int count)
{
	sem_t *semaphore = shared_at(object, 0);

	while (count--) {
		must(!sem_wait(semaphore));
		must(!sem_post(semaphore));
	}
}

static const struct subject posix_semaphore_lock = {
	.name = "sem_t",
	.about = "glibc's sem_t with one unit, for a lock",
	.kind = KIND_LOCK,
	.able = ABLE_TO_ALL,
	.create = posix_semaphore_create_lock,
	.destroy = shared_destroy,
	.lock = {
		.lock = posix_semaphore_take,
		.unlock = posix_semaphore_give,
		.pairs = posix_semaphore_lock_pairs,
	},
};

SUBJECT(posix_semaphore_lock);

/* Named semaphores are files, which exist until they are unlinked. */

struct names {
	unsigned int count;
};

static void *posix_semaphore_create_names(const struct shape *shape)
{
	struct names *names = allocate(sizeof(*names));
	char name[64];
	sem_t *semaphore;

	for (; names->count < shape->elements; names->count++) {
		semaphore = sem_open(unique_name(name, "/", names->count),
				     O_CREAT | O_EXCL, 0600, 0);
		must(semaphore != SEM_FAILED);
		sem_close(semaphore);
	}
	return names;
}

static void posix_semaphore_destroy_names(void *object)
{
	struct names *names = object;
	char name[64];

	while (names->count)
		sem_unlink(unique_name(name, "/", --names->count));
	free(names);
}

static void posix_semaphore_visit(void *object, unsigned int element)
{
	char name[64];
	sem_t *semaphore;

	(void)object;
	semaphore = sem_open(unique_name(name, "/", element), 0);
	must(semaphore != SEM_FAILED);
	sem_close(semaphore);
}

static const struct subject posix_semaphore_names = {
	.name = "sem_open",
	.about = "glibc's sem_t by name, sem_open()",
	.kind = KIND_NAMES,
	.able = ABLE_ALONE,
	.create = posix_semaphore_create_names,
	.destroy = posix_semaphore_destroy_names,
	.names = { .visit = posix_semaphore_visit },
};

SUBJECT(posix_semaphore_names);

static void *posix_semaphore_create_named(const struct shape *shape)
{
	char name[64];
	sem_t *semaphore;

	(void)shape;
	semaphore = sem_open(unique_name(name, "/", 0), O_CREAT | O_EXCL, 0600,
			     0);
	must(semaphore != SEM_FAILED);
	return semaphore;
}

static void posix_semaphore_destroy_named(void *object)
{
	char name[64];

	sem_close(object);
	sem_unlink(unique_name(name, "/", 0));
}

static const struct subject posix_semaphore_named = {
	.name = "sem_open",
	.about = "glibc's sem_t with a name, sem_open(), sem_unlink()",
	.kind = KIND_SEMAPHORE,
	.able = ABLE_TO_CREATE,
	.create = posix_semaphore_create_named,
	.destroy = posix_semaphore_destroy_named,
};

SUBJECT(posix_semaphore_named);

/* An array in shared memory, with 32 bytes per semaphore. */

struct packed {
	size_t size;
	sem_t *list;
};

static void *posix_semaphore_create_packed(const struct shape *shape)
{
	struct packed *packed = allocate(sizeof(*packed));
	unsigned int i;

	packed->size = shape->elements * sizeof(sem_t);
	packed->list = shared_alloc(packed->size);
	for (i = 0; i < shape->elements; i++)
		must(!sem_init(&packed->list[i], 1, 0));
	return packed;
}

static void posix_semaphore_destroy_packed(void *object)
{
	struct packed *packed = object;

	munmap(packed->list, packed->size);
	free(packed);
}

static const struct subject posix_semaphore_memory = {
	.name = "sem_t",
	.about = "glibc's sem_t in shared memory",
	.kind = KIND_MEMORY,
	.able = ABLE_TO_CREATE,
	.create = posix_semaphore_create_packed,
	.destroy = posix_semaphore_destroy_packed,
};

SUBJECT(posix_semaphore_memory);
