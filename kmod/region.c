// SPDX-License-Identifier: GPL-2.0-only
#include "region.h"

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

void kipc_region_exit(struct kipc_object *object)
{
	kipc_shmem_free(&kipc_region_of(object)->data);
	kipc_mutex_exit(object);
}

int kipc_region_map(struct kipc_object *object, struct vm_area_struct *vma)
{
	return kipc_shmem_map(&kipc_region_of(object)->data, vma,
			      KIPC_REGION_DATA >> PAGE_SHIFT);
}

void kipc_region_state(struct kipc_region *region,
			 struct kipc_region_state_args *args)
{
	args->seals = kipc_shmem_sealed(&region->data) ? KIPC_SEAL_WRITE : 0;
	args->writers = kipc_shmem_writers(&region->data);
	args->bytes = (u64)region->data.count << PAGE_SHIFT;
}
