// SPDX-License-Identifier: GPL-2.0-only
/* eventfd with EFD_SEMAPHORE, alone and watched by epoll. */
#include <sys/eventfd.h>

#include "watched.h"

static void *eventfd_create(const struct shape *shape)
{
	struct descriptors *files = descriptors_alloc(shape->elements);
	unsigned int i;

	for (i = 0; i < shape->elements; i++) {
		files->list[i].in = eventfd(0, EFD_SEMAPHORE | EFD_CLOEXEC);
		files->list[i].out = files->list[i].in;
		must(files->list[i].in >= 0);
	}
	return files;
}

static const struct subject eventfd_semaphore = {
	.name = "eventfd",
	.about = "eventfd with EFD_SEMAPHORE",
	.kind = KIND_SEMAPHORE,
	.able = ABLE_TO_ALL,
	.create = eventfd_create,
	.destroy = descriptors_close,
	.semaphore = {
		.post = units_write,
		.wait = units_read,
		.pairs = units_pairs,
	},
};

SUBJECT(eventfd_semaphore);

static const struct subject eventfd_memory = {
	.name = "eventfd",
	.about = "eventfd, a descriptor each",
	.kind = KIND_MEMORY,
	.able = ABLE_TO_CREATE,
	.create = eventfd_create,
	.destroy = descriptors_close,
};

SUBJECT(eventfd_memory);

static void *eventfd_create_watched(const struct shape *shape)
{
	return watched_create(eventfd_create(shape));
}

static const struct subject eventfd_epoll = {
	.name = "eventfd-epoll",
	.about = "eventfds, watched by epoll",
	.kind = KIND_ANY,
	.able = ABLE_ALONE,
	.create = eventfd_create_watched,
	.destroy = watched_destroy,
	.any = { .post = watched_post, .wait = watched_wait },
};

SUBJECT(eventfd_epoll);
