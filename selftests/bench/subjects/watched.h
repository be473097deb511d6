/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: descriptors with units to read, watched by one epoll descriptor
 */
#ifndef BENCH_WATCHED_H
#define BENCH_WATCHED_H

#include <linux/types.h>
#include <sys/epoll.h>

#include "subject.h"

/* Post and take units by a descriptor that reads and writes like an eventfd. */

static inline void units_write(void *object, unsigned int element,
			       unsigned int count)
{
	struct descriptors *files = object;
	__u64 units = count;

	must(write(files->list[element].in, &units, sizeof(units)) ==
	     sizeof(units));
}

static inline void units_read(void *object, unsigned int element)
{
	struct descriptors *files = object;
	__u64 units;

	must(read(files->list[element].out, &units, sizeof(units)) ==
	     sizeof(units));
}

static inline void units_pairs(void *object, unsigned int count)
{
	while (count--) {
		units_write(object, 0, 1);
		units_read(object, 0);
	}
}

struct watched {
	struct descriptors *files;
	int epoll;
};

static inline void *watched_create(struct descriptors *files)
{
	struct watched *watched = allocate(sizeof(*watched));
	unsigned int i;

	watched->files = files;
	watched->epoll = epoll_create1(EPOLL_CLOEXEC);
	must(watched->epoll >= 0);
	for (i = 0; i < files->count; i++) {
		struct epoll_event event = {
			.events = EPOLLIN,
			.data.u32 = i,
		};

		must(!epoll_ctl(watched->epoll, EPOLL_CTL_ADD,
				files->list[i].out, &event));
	}
	return watched;
}

static inline void watched_destroy(void *object)
{
	struct watched *watched = object;

	close(watched->epoll);
	descriptors_close(watched->files);
	free(watched);
}

static inline void watched_post(void *object, unsigned int element)
{
	struct watched *watched = object;

	units_write(watched->files, element, 1);
}

static inline void watched_wait(void *object)
{
	struct watched *watched = object;
	struct epoll_event event;

	must(epoll_wait(watched->epoll, &event, 1, -1) == 1);
	units_read(watched->files, event.data.u32);
}

#endif /* BENCH_WATCHED_H */
