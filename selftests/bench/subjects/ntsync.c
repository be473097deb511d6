// SPDX-License-Identifier: GPL-2.0-only
/*
 * ntsync's semaphores, available since Linux 6.14. The headers of many systems are
 * older, so the needed part of its ABI is defined here.
 */
#include <linux/ioctl.h>
#include <linux/types.h>
#include <stdint.h>
#include <sys/ioctl.h>

#include "subject.h"

struct semaphore_args {
	__u32 count;
	__u32 max;
};

struct wait_args {
	__u64 timeout;
	__u64 objects;
	__u32 count;
	__u32 index;
	__u32 flags;
	__u32 owner;
	__u32 alert;
	__u32 pad;
};

#define CREATE		_IOW('N', 0x80, struct semaphore_args)
#define RELEASE		_IOWR('N', 0x81, __u32)
#define WAIT_ANY	_IOWR('N', 0x82, struct wait_args)
#define OBJECTS_MAX	64

struct semaphores {
	int device;
	unsigned int count;
	int list[];
};

static void *ntsync_create(const struct shape *shape)
{
	const struct semaphore_args args = { .max = ~0U };
	struct semaphores *semaphores =
		allocate(sizeof(*semaphores) +
			 shape->elements * sizeof(semaphores->list[0]));
	int fd;

	semaphores->device = open("/dev/ntsync", O_RDWR | O_CLOEXEC);
	if (semaphores->device < 0)
		give_up("/dev/ntsync");
	for (; semaphores->count < shape->elements; semaphores->count++) {
		fd = ioctl(semaphores->device, CREATE, &args);
		must(fd > 0);
		semaphores->list[semaphores->count] = fd;
	}
	return semaphores;
}

static void ntsync_destroy(void *object)
{
	struct semaphores *semaphores = object;

	while (semaphores->count)
		close(semaphores->list[--semaphores->count]);
	close(semaphores->device);
	free(semaphores);
}

static void ntsync_post(void *object, unsigned int element, unsigned int count)
{
	struct semaphores *semaphores = object;
	__u32 units = count;

	must(!ioctl(semaphores->list[element], RELEASE, &units));
}

static void ntsync_wait_any(const struct semaphores *semaphores, const int *list,
			    unsigned int count)
{
	struct wait_args args = {
		.timeout = ~0ULL,
		.objects = (uintptr_t)list,
		.count = count,
		.owner = 1,
	};

	must(!ioctl(semaphores->device, WAIT_ANY, &args));
}

static void ntsync_wait(void *object, unsigned int element)
{
	struct semaphores *semaphores = object;

	ntsync_wait_any(semaphores, &semaphores->list[element], 1);
}

static void ntsync_pairs(void *object, unsigned int count)
{
	while (count--) {
		ntsync_post(object, 0, 1);
		ntsync_wait(object, 0);
	}
}

static const struct subject ntsync = {
	.name = "ntsync",
	.about = "ntsync's semaphore",
	.kind = KIND_SEMAPHORE,
	.able = ABLE_TO_ALL,
	.create = ntsync_create,
	.destroy = ntsync_destroy,
	.semaphore = {
		.post = ntsync_post,
		.wait = ntsync_wait,
		.pairs = ntsync_pairs,
	},
};

SUBJECT(ntsync);

static void *ntsync_create_few(const struct shape *shape)
{
	if (shape->elements > OBJECTS_MAX)
		give_up("no more than 64 at once");
	return ntsync_create(shape);
}

static void ntsync_post_one(void *object, unsigned int element)
{
	ntsync_post(object, element, 1);
}

static void ntsync_wait_for_any(void *object)
{
	struct semaphores *semaphores = object;

	ntsync_wait_any(semaphores, semaphores->list, semaphores->count);
}

static const struct subject ntsync_any = {
	.name = "ntsync",
	.about = "ntsync's semaphores, NTSYNC_IOC_WAIT_ANY",
	.kind = KIND_ANY,
	.able = ABLE_ALONE,
	.create = ntsync_create_few,
	.destroy = ntsync_destroy,
	.any = { .post = ntsync_post_one, .wait = ntsync_wait_for_any },
};

SUBJECT(ntsync_any);
