// SPDX-License-Identifier: GPL-2.0-only
/* kipc's semaphores, by the library, by system calls only, by read() and write(). */
#include <sys/ioctl.h>

#include <kipc.h>

#include "watched.h"

static struct kipc_semaphore *semaphore_create_set(unsigned int elements,
						   unsigned int initial,
						   unsigned int flags)
{
	const struct kipc_semaphore_options options = {
		.flags = flags,
		.elements = elements,
		.initial = initial,
	};
	struct kipc_semaphore *semaphore;

	must_be_created(kipc_semaphore_create(&semaphore, NULL, &options),
			flags & KIPC_FAIR);
	return semaphore;
}

static void *semaphore_create(const struct shape *shape)
{
	return semaphore_create_set(shape->elements, 0, 0);
}

static void *semaphore_create_sealed(const struct shape *shape)
{
	return semaphore_create_set(shape->elements, 0, KIPC_SEALED);
}

static void *semaphore_create_fair(const struct shape *shape)
{
	return semaphore_create_set(shape->elements, 0, KIPC_FAIR);
}

static void semaphore_destroy(void *object)
{
	kipc_semaphore_close(object);
}

static void semaphore_post(void *object, unsigned int element, unsigned int count)
{
	must_be_zero(kipc_semaphore_post(object, element, count));
}

static void semaphore_wait(void *object, unsigned int element)
{
	must_be_zero(kipc_semaphore_wait(object, element, 1));
}

static void semaphore_post_and_wait(void *object, unsigned int post,
				    unsigned int wait)
{
	must_be_zero(kipc_semaphore_post_wait(object, post, 1, object, wait,
					      1));
}

static void semaphore_pairs(void *object, unsigned int count)
{
	while (count--) {
		must_be_zero(kipc_semaphore_post(object, 0, 1));
		must_be_zero(kipc_semaphore_wait(object, 0, 1));
	}
}

static const struct subject kipc = {
	.name = "kipc",
	.about = "kipc's semaphore",
	.kind = KIND_SEMAPHORE,
	.role = ROLE_OURS,
	.able = ABLE_TO_ALL,
	.create = semaphore_create,
	.destroy = semaphore_destroy,
	.semaphore = {
		.post = semaphore_post,
		.wait = semaphore_wait,
		.post_wait = semaphore_post_and_wait,
		.pairs = semaphore_pairs,
	},
};

SUBJECT(kipc);

static const struct subject kipc_sealed = {
	.name = "kipc-sealed",
	.about = "kipc's semaphore, KIPC_SEALED: each verb is a system call",
	.kind = KIND_SEMAPHORE,
	.role = ROLE_OURS,
	.able = ABLE_TO_ALL,
	.create = semaphore_create_sealed,
	.destroy = semaphore_destroy,
	.semaphore = {
		.post = semaphore_post,
		.wait = semaphore_wait,
		.post_wait = semaphore_post_and_wait,
		.pairs = semaphore_pairs,
	},
};

SUBJECT(kipc_sealed);

static const struct subject kipc_fair = {
	.name = "kipc-fair",
	.about = "kipc's semaphore, KIPC_FAIR: first come, first served",
	.kind = KIND_SEMAPHORE,
	.role = ROLE_OURS,
	.able = ABLE_ALONE | ABLE_TO_CROWD,
	.create = semaphore_create_fair,
	.destroy = semaphore_destroy,
	.semaphore = {
		.post = semaphore_post,
		.wait = semaphore_wait,
		.pairs = semaphore_pairs,
	},
};

SUBJECT(kipc_fair);

/* A named semaphore is destroyed with its last descriptor. */
static void *semaphore_create_named_one(const struct shape *shape)
{
	const struct kipc_semaphore_options options = {
		.flags = KIPC_EXCLUSIVE,
		.elements = shape->elements,
	};
	struct kipc_semaphore *semaphore;
	char name[64];

	must_be_zero(kipc_semaphore_create(&semaphore, unique_name(name, "", 0),
					   &options));
	return semaphore;
}

static const struct subject kipc_named = {
	.name = "kipc-named",
	.about = "kipc's semaphore with a name",
	.kind = KIND_SEMAPHORE,
	.role = ROLE_OURS,
	.able = ABLE_TO_CREATE,
	.create = semaphore_create_named_one,
	.destroy = semaphore_destroy,
};

SUBJECT(kipc_named);

/* read() and write() use the first element, so create one object per element. */

static void *semaphore_create_files(const struct shape *shape)
{
	struct descriptors *files = descriptors_alloc(shape->elements);
	struct kipc_semaphore *semaphore;
	unsigned int i;

	for (i = 0; i < shape->elements; i++) {
		semaphore = semaphore_create_set(1, 0, 0);
		files->list[i].in = dup(kipc_semaphore_fd(semaphore));
		files->list[i].out = files->list[i].in;
		must(files->list[i].in >= 0);
		kipc_semaphore_close(semaphore);
	}
	return files;
}

static const struct subject kipc_file = {
	.name = "kipc-file",
	.about = "kipc's semaphore by read() and write()",
	.kind = KIND_SEMAPHORE,
	.role = ROLE_OURS,
	.able = ABLE_TO_ALL & ~ABLE_TO_CREATE,
	.create = semaphore_create_files,
	.destroy = descriptors_close,
	.semaphore = {
		.post = units_write,
		.wait = units_read,
		.pairs = units_pairs,
	},
};

SUBJECT(kipc_file);

/* A semaphore with one unit is used as a lock. */

static void *semaphore_create_lock(const struct shape *shape)
{
	return semaphore_create_set(shape->elements, 1, 0);
}

static void *semaphore_create_fair_lock(const struct shape *shape)
{
	return semaphore_create_set(shape->elements, 1, KIPC_FAIR);
}

static void semaphore_lock(void *object)
{
	must_be_zero(kipc_semaphore_wait(object, 0, 1));
}

static void semaphore_unlock(void *object)
{
	must_be_zero(kipc_semaphore_post(object, 0, 1));
}

static void semaphore_lock_pairs(void *object, unsigned int count)
{
	while (count--) {
		must_be_zero(kipc_semaphore_wait(object, 0, 1));
		must_be_zero(kipc_semaphore_post(object, 0, 1));
	}
}

static const struct subject kipc_lock = {
	.name = "kipc-semaphore",
	.about = "kipc's semaphore with one unit, for a lock",
	.kind = KIND_LOCK,
	.role = ROLE_OURS,
	.able = ABLE_TO_ALL,
	.create = semaphore_create_lock,
	.destroy = semaphore_destroy,
	.lock = {
		.lock = semaphore_lock,
		.unlock = semaphore_unlock,
		.pairs = semaphore_lock_pairs,
	},
};

SUBJECT(kipc_lock);

static const struct subject kipc_fair_lock = {
	.name = "kipc-semaphore-fair",
	.about = "kipc's semaphore with one unit, for a lock, KIPC_FAIR",
	.kind = KIND_LOCK,
	.role = ROLE_OURS,
	.able = ABLE_ALONE | ABLE_ACROSS | ABLE_TO_CROWD,
	.create = semaphore_create_fair_lock,
	.destroy = semaphore_destroy,
	.lock = {
		.lock = semaphore_lock,
		.unlock = semaphore_unlock,
		.pairs = semaphore_lock_pairs,
	},
};

SUBJECT(kipc_fair_lock);

static void *semaphore_create_watched(const struct shape *shape)
{
	return watched_create(semaphore_create_files(shape));
}

static const struct subject kipc_epoll = {
	.name = "kipc-epoll",
	.about = "kipc's semaphores, watched by epoll",
	.kind = KIND_ANY,
	.role = ROLE_OURS,
	.able = ABLE_ALONE,
	.create = semaphore_create_watched,
	.destroy = watched_destroy,
	.any = { .post = watched_post, .wait = watched_wait },
};

SUBJECT(kipc_epoll);

/* Descriptors without mappings hold the names, since mappings are limited. */

static int semaphore_create_named(int device, unsigned int element)
{
	struct kipc_create_args args;
	char name[64];

	memset(&args, 0, sizeof(args));
	args.size = sizeof(args);
	args.flags = KIPC_EXCLUSIVE;
	args.type = KIPC_SEMAPHORE;
	args.elements = 1;
	args.name = (uintptr_t)unique_name(name, "", element);
	args.name_length = strlen(name);
	args.mode = 0600;
	args.attributes.semaphore.max = 1;
	return ioctl(device, KIPC_CREATE, &args);
}

static void *semaphore_create_names(const struct shape *shape)
{
	struct descriptors *names = descriptors_alloc(shape->elements);
	int device = open(KIPC_DEVICE, O_RDWR | O_CLOEXEC);
	unsigned int i;

	must(device >= 0);
	for (i = 0; i < shape->elements; i++) {
		names->list[i].in = semaphore_create_named(device, i);
		names->list[i].out = names->list[i].in;
		must(names->list[i].in >= 0);
	}
	close(device);
	return names;
}

static void semaphore_visit(void *object, unsigned int element)
{
	struct kipc_semaphore *semaphore;
	char name[64];

	(void)object;
	must_be_zero(kipc_semaphore_open(&semaphore,
					 unique_name(name, "", element),
					 KIPC_READ | KIPC_WRITE));
	kipc_semaphore_close(semaphore);
}

static const struct subject kipc_names = {
	.name = "kipc",
	.about = "kipc's semaphores, kipc_semaphore_open()",
	.kind = KIND_NAMES,
	.role = ROLE_OURS,
	.able = ABLE_ALONE,
	.create = semaphore_create_names,
	.destroy = descriptors_close,
	.names = { .visit = semaphore_visit },
};

SUBJECT(kipc_names);

/* The requested number of semaphores, in sets of the maximal size. */

struct sets {
	unsigned int count;
	struct kipc_semaphore *list[];
};

static void *semaphore_create_sets(const struct shape *shape, unsigned int flags)
{
	unsigned int count = (shape->elements + KIPC_ELEMENTS_MAX - 1) /
			     KIPC_ELEMENTS_MAX;
	struct sets *sets = allocate(sizeof(*sets) +
				     count * sizeof(sets->list[0]));
	unsigned int i;

	sets->count = count;
	for (i = 0; i < count; i++)
		sets->list[i] = semaphore_create_set(shape->elements / count, 0, flags);
	return sets;
}

static void *semaphore_create_spaced_sets(const struct shape *shape)
{
	return semaphore_create_sets(shape, 0);
}

static void *semaphore_create_packed_sets(const struct shape *shape)
{
	return semaphore_create_sets(shape, KIPC_PACKED);
}

static void semaphore_destroy_sets(void *object)
{
	struct sets *sets = object;

	while (sets->count)
		kipc_semaphore_close(sets->list[--sets->count]);
	free(sets);
}

static const struct subject kipc_spaced = {
	.name = "kipc-spaced",
	.about = "kipc's semaphores in large sets",
	.kind = KIND_MEMORY,
	.role = ROLE_OURS,
	.able = ABLE_TO_CREATE,
	.create = semaphore_create_spaced_sets,
	.destroy = semaphore_destroy_sets,
};

SUBJECT(kipc_spaced);

static const struct subject kipc_packed = {
	.name = "kipc-packed",
	.about = "kipc's semaphores in large sets, KIPC_PACKED",
	.kind = KIND_MEMORY,
	.role = ROLE_OURS,
	.able = ABLE_TO_CREATE,
	.create = semaphore_create_packed_sets,
	.destroy = semaphore_destroy_sets,
};

SUBJECT(kipc_packed);
