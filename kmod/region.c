// SPDX-License-Identifier: GPL-2.0-only
#include "region.h"

/**
 * kipc_region_init() - charge and allocate the mutexes and the memory
 * @object: a new region, not published yet
 *
 * kipc_region_exit() frees what was allocated, also after an error.
 *
 * Context: may sleep
 * Return: 0; -ENOSPC if the quota is used up; -ENOMEM; -EINTR if the caller was
 * killed
 */
int kipc_region_init(struct kipc_object *object)
{
	struct kipc_region *region = kipc_region_of(object);
	u64 bytes = PAGE_ALIGN(object->attributes.region.bytes);
	int ret;

	ret = kipc_object_charge(object, bytes);
	if (!ret && object->elements)
		ret = kipc_mutex_init(object);
	if (!ret)
		ret = kipc_shmem_alloc(&region->data, object, bytes);
	return ret;
}

/**
 * kipc_region_exit() - free what kipc_region_init() has allocated
 * @object: has no reference left; may have been allocated only in part
 *
 * Context: may sleep
 */
void kipc_region_exit(struct kipc_object *object)
{
	kipc_shmem_free(&kipc_region_of(object)->data);
	kipc_mutex_exit(object);
}

/**
 * kipc_region_map() - map the memory of a region, for mmap()
 * @object: the region
 * @vma: the new mapping, at KIPC_REGION_DATA or beyond
 *
 * Context: the mmap_lock is held for writing; may sleep
 * Return: as kipc_shmem_map()
 */
int kipc_region_map(struct kipc_object *object, struct vm_area_struct *vma)
{
	return kipc_shmem_map(&kipc_region_of(object)->data, vma,
			      KIPC_REGION_DATA >> PAGE_SHIFT);
}

/**
 * kipc_region_state() - describe the memory of a region
 * @region: the region
 * @args: filled in: seals, writers and bytes
 *
 * Context: does not sleep
 */
void kipc_region_state(struct kipc_region *region,
		       struct kipc_region_state_args *args)
{
	args->seals = kipc_shmem_sealed(&region->data) ? KIPC_SEAL_WRITE : 0;
	args->writers = kipc_shmem_writers(&region->data);
	args->bytes = (u64)region->data.count << PAGE_SHIFT;
}
