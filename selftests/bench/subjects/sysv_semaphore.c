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

static void *sysv_semaphore_create(const struct shape *shape)
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

static void sysv_semaphore_destroy(void *object)
{
	struct sets *sets = object;

	while (sets->count)
		semctl(sets->ids[--sets->count], 0, IPC_RMID);
	free(sets);
}

static void sysv_semaphore_change(void *object, unsigned int element, int units)
{
	struct sets *sets = object;
	struct sembuf operation = {
		.sem_num = element,
		.sem_op = units,
	};

	must(!semop(sets->ids[0], &operation, 1));
}

static void sysv_semaphore_post(void *object, unsigned int element, unsigned int count)
{
	sysv_semaphore_change(object, element, count);
}

static void sysv_semaphore_wait(void *object, unsigned int element)
{
	sysv_semaphore_change(object, element, -1);
}

static void sysv_semaphore_pairs(void *object, unsigned int count)
{
	while (count--) {
		sysv_semaphore_change(object, 0, 1);
		sysv_semaphore_change(object, 0, -1);
	}
}

static const struct subject sysv_semaphore = {
	.name = "semop",
	.about = "System V's semaphore, semop()",
	.kind = KIND_SEMAPHORE,
	.able = ABLE_TO_ALL,
	.create = sysv_semaphore_create,
	.destroy = sysv_semaphore_destroy,
	.semaphore = {
		.post = sysv_semaphore_post,
		.wait = sysv_semaphore_wait,
		.pairs = sysv_semaphore_pairs,
	},
};

SUBJECT(sysv_semaphore);

static const struct subject sysv_semaphore_memory = {
	.name = "semop",
	.about = "System V's semaphores in large sets",
	.kind = KIND_MEMORY,
	.able = ABLE_TO_CREATE,
	.create = sysv_semaphore_create,
	.destroy = sysv_semaphore_destroy,
};

SUBJECT(sysv_semaphore_memory);
