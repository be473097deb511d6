// SPDX-License-Identifier: GPL-2.0-only
/*
 * DOC: regions
 *
 * A region is a set of mutexes, perhaps an empty one, and memory: one descriptor,
 * one lifetime. A mapping of the mutexes' words attaches the process, see
 * attachment.h; a mapping of the memory attaches nothing. What the memory is, how it is
 * mapped and how it is sealed: see shmem.h. The kernel never reads it.
 */
#include "args.h"
#include "mutex.h"
#include "shmem.h"

struct kipc_region {
	struct kipc_mutex mutex;	/* begins with the object */
	struct kipc_shmem data;
};

static struct kipc_region *region_of(struct kipc_object *object)
{
	return container_of(kipc_mutex_of(object), struct kipc_region, mutex);
}

static int region_map(struct kipc_object *object, struct vm_area_struct *vma)
{
	return kipc_shmem_map(&region_of(object)->data, vma,
			      KIPC_REGION_DATA >> PAGE_SHIFT);
}

static void region_state(struct kipc_region *region,
			 struct kipc_region_state_args *args)
{
	args->seals = kipc_shmem_sealed(&region->data) ? KIPC_SEAL_WRITE : 0;
	args->writers = kipc_shmem_writers(&region->data);
	args->bytes = (u64)region->data.count << PAGE_SHIFT;
}

/* ------------------------------------------------------------------------ */
/* ioctl                                                                    */
/* ------------------------------------------------------------------------ */

static int region_ioctl_seal(struct file *file, void __user *arg)
{
	struct kipc_region_seal_args args;
	int ret = kipc_args_read(&args, sizeof(args), arg);

	if (!ret)
		ret = kipc_file_check(file, FMODE_WRITE);
	if (ret)
		return ret;
	if (args.flags || args.seals != KIPC_SEAL_WRITE || args.reserved)
		return -EINVAL;
	return kipc_shmem_seal(&region_of(kipc_object_of(file))->data);
}

static int region_ioctl_state(struct file *file, void __user *arg)
{
	struct kipc_region_state_args args;
	int ret = kipc_args_read(&args, sizeof(args), arg);

	if (ret)
		return ret;
	if (args.flags)
		return -EINVAL;
	region_state(region_of(kipc_object_of(file)), &args);
	return kipc_args_write(arg, &args, sizeof(args));
}

static long region_ioctl(struct file *file, unsigned int command,
			 void __user *arg)
{
	switch (command) {
	case KIPC_REGION_SEAL:
		return region_ioctl_seal(file, arg);
	case KIPC_REGION_STATE:
		return region_ioctl_state(file, arg);
	default:
		return kipc_mutex_ioctl(file, command, arg);
	}
}

/* ------------------------------------------------------------------------ */
/* The type                                                                 */
/* ------------------------------------------------------------------------ */

static int region_check(union kipc_attributes *attributes)
{
	u64 bytes = attributes->region.bytes;

	if (!bytes || bytes > KIPC_REGION_MAX ||
	    memchr_inv(&attributes->region + 1, 0,
		       sizeof(*attributes) - sizeof(attributes->region)))
		return -EINVAL;
	return 0;
}

static int region_init(struct kipc_object *object)
{
	struct kipc_region *region = region_of(object);
	u64 bytes = PAGE_ALIGN(object->attributes.region.bytes);
	int ret;

	ret = kipc_object_charge(object, bytes);
	if (!ret && object->elements)
		ret = kipc_mutex_init(object);
	if (!ret)
		ret = kipc_shmem_alloc(&region->data, object, bytes);
	return ret;
}

static void region_exit(struct kipc_object *object)
{
	kipc_shmem_free(&region_of(object)->data);
	kipc_mutex_exit(object);
}

static void region_show(struct seq_file *seq, struct kipc_object *object)
{
	struct kipc_region_state_args state;

	region_state(region_of(object), &state);
	seq_printf(seq, "kipc-region-bytes:\t%llu\n", state.bytes);
	seq_printf(seq, "kipc-seals:\t0x%x\n", state.seals);
	seq_printf(seq, "kipc-writers:\t%u\n", state.writers);
	kipc_mutex_show(seq, object);
}

const struct kipc_type kipc_region_type = {
	.label = "region",
	.id = KIPC_REGION,
	.flags = KIPC_SEALED | KIPC_PACKED | KIPC_RECURSIVE | KIPC_FAIR |
		 KIPC_SPIN | KIPC_DETECT,
	.max_elements = KIPC_ELEMENTS_MAX,
	.size = sizeof(struct kipc_region),
	.check = region_check,
	.init = region_init,
	.exit = region_exit,
	.ioctl = region_ioctl,
	.words = kipc_mutex_words,
	.map = region_map,
	.detach = kipc_mutex_detach,
	.settle = kipc_mutex_settle,
	.reap = kipc_mutex_settle,
	.scan = kipc_mutex_scan,
	.show = region_show,
	.owner = kipc_mutex_first_owner,
};
