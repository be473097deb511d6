// SPDX-License-Identifier: GPL-2.0-only
/* System V semaphores. */
#include <sys/ipc.h>
#include <sys/sem.h>

#include "subject.h"

/* The default limit of semaphores in a set. */
#define SET_MAX		32000

struct sets {
	unsigned int count;
	int ids[];
};

static void *create(const struct shape *shape)
{
	unsigned int count = (shape->elements + SET_MAX - 1) / SET_MAX;
	struct sets *sets = allocate(sizeof(*sets) +
				     count * sizeof(sets->ids[0]));

	for (; sets->count < count; sets->count++) {
		sets->ids[sets->count] = semget(IPC_PRIVATE,
						shape->elements / count, 0600);
		must(sets->ids[sets->count] >= 0);
	}
	return sets;
}

static void destroy(void *object)
{
	struct sets *sets = object;

	while (sets->count)
		semctl(sets->ids[--sets->count], 0, IPC_RMID);
	free(sets);
}

static void change(void *object, unsigned int element, int units)
{
	struct sets *sets = object;
	struct sembuf operation = {
		.sem_num = element,
		.sem_op = units,
	};

	must(!semop(sets->ids[0], &operation, 1));
}

static void post(void *object, unsigned int element, unsigned int count)
{
	change(object, element, count);
}

static void wait(void *object, unsigned int element)
{
	change(object, element, -1);
}

static void pairs(void *object, unsigned int count)
{
	while (count--) {
		change(object, 0, 1);
		change(object, 0, -1);
	}
}

static const struct subject sysv_semaphore = {
	.name = "semop",
	.about = "System V's semaphore, semop()",
	.kind = KIND_SEMAPHORE,
	.able = ABLE_TO_ALL,
	.create = create,
	.destroy = destroy,
	.semaphore = { .post = post, .wait = wait, .pairs = pairs },
};

SUBJECT(sysv_semaphore);

static const struct subject sysv_semaphore_memory = {
	.name = "semop",
	.about = "System V's semaphores in large sets",
	.kind = KIND_MEMORY,
	.able = ABLE_TO_CREATE,
	.create = create,
	.destroy = destroy,
};

SUBJECT(sysv_semaphore_memory);
