// SPDX-License-Identifier: GPL-2.0-only
/* The peers of regions: memfd, POSIX and System V shared memory. */
#include <sys/ipc.h>
#include <sys/shm.h>

#include "subject.h"

struct memory {
	char *data;
	size_t size;
};

static char *memory_data(void *object)
{
	const struct memory *memory = object;

	return memory->data;
}

/* Maps the file and closes it. The mapping keeps the file. */
static void *memory_map_file(const struct shape *shape, int fd)
{
	struct memory *memory = allocate(sizeof(*memory));

	must(fd >= 0);
	must(!ftruncate(fd, shape->size));
	memory->size = shape->size;
	memory->data = mmap(NULL, shape->size, PROT_READ | PROT_WRITE,
			    MAP_SHARED, fd, 0);
	must(memory->data != MAP_FAILED);
	close(fd);
	return memory;
}

static void memory_unmap(void *object)
{
	struct memory *memory = object;

	munmap(memory->data, memory->size);
	free(memory);
}

static void *memory_create_memfd(const struct shape *shape)
{
	return memory_map_file(shape, memfd_create("kipc-bench", MFD_CLOEXEC));
}

static const struct subject memfd = {
	.name = "memfd",
	.about = "memfd_create()",
	.kind = KIND_REGION,
	.able = ABLE_TO_CREATE,
	.create = memory_create_memfd,
	.destroy = memory_unmap,
	.region = { .data = memory_data },
};

SUBJECT(memfd);

static void *memory_create_posix(const struct shape *shape)
{
	char name[64];
	int fd = shm_open(unique_name(name, "/", 0),
			  O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	must(fd >= 0);
	shm_unlink(name);
	return memory_map_file(shape, fd);
}

static const struct subject posix = {
	.name = "shm",
	.about = "POSIX shared memory, shm_open()",
	.kind = KIND_REGION,
	.able = ABLE_TO_CREATE,
	.create = memory_create_posix,
	.destroy = memory_unmap,
	.region = { .data = memory_data },
};

SUBJECT(posix);

static void *memory_create_sysv(const struct shape *shape)
{
	struct memory *memory = allocate(sizeof(*memory));
	int id = shmget(IPC_PRIVATE, shape->size, IPC_CREAT | 0600);

	must(id >= 0);
	memory->data = shmat(id, NULL, 0);
	shmctl(id, IPC_RMID, NULL);
	must(memory->data != (void *)-1);
	return memory;
}

static void memory_detach(void *object)
{
	struct memory *memory = object;

	shmdt(memory->data);
	free(memory);
}

static const struct subject sysv = {
	.name = "sysv-shm",
	.about = "System V shared memory, shmget()",
	.kind = KIND_REGION,
	.able = ABLE_TO_CREATE,
	.create = memory_create_sysv,
	.destroy = memory_detach,
	.region = { .data = memory_data },
};

SUBJECT(sysv);
