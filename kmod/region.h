/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: regions
 *
 * A region is a set of mutexes, which may be empty, and memory, with one
 * descriptor and one lifetime. Its structure begins with struct kipc_mutex, so
 * that the verbs of mutexes apply to it.
 *
 * - The words of the mutexes are mapped at offset 0. Such a mapping attaches
 *   the process, see attachment.h.
 * - The memory is mapped at offset KIPC_REGION_DATA. Such a mapping attaches no
 *   process. What the memory is, how it is mapped and how it is sealed is
 *   described in shmem.h. The kernel never reads it.
 *
 * A region without mutexes has no words and tracks no process.
 */
#ifndef KIPC_REGION_H
#define KIPC_REGION_H

#include "mutex.h"
#include "shmem.h"

struct kipc_region {
	struct kipc_mutex mutex;	/* first; begins with the object */
	struct kipc_shmem data;
};

static inline struct kipc_region *kipc_region_of(struct kipc_object *object)
{
	return container_of(kipc_mutex_of(object), struct kipc_region, mutex);
}

int kipc_region_init(struct kipc_object *object);
void kipc_region_exit(struct kipc_object *object);
int kipc_region_map(struct kipc_object *object, struct vm_area_struct *vma);
void kipc_region_state(struct kipc_region *region,
		       struct kipc_region_state_args *args);

#endif /* KIPC_REGION_H */
