// SPDX-License-Identifier: GPL-2.0-only
/*
 * DOC: regions
 *
 * A region is a set of mutexes, perhaps an empty one, and memory: one descriptor,
 * one lifetime. The kernel never reads that memory. Who maps the mutexes' words
 * takes part, see attachment.h; who maps the memory is not remembered.
 *
 * A *writer* is a shared mapping that may be written to, if not now then after
 * mprotect(). Sealing takes the count of writers from none to below none, where
 * there can be no more of them, and then looks for pages that somebody pinned
 * while he was a writer; it is memfd's way. A mapping made for reading after that
 * loses what mprotect() would need.
 */
#include <linux/mutex.h>
#include <linux/sched/signal.h>

#include "args.h"
#include "compat.h"
#include "mutex.h"

#define PIN_LOOKS	5	/* for pages in use; twice as long between each */

struct kipc_region {
	struct kipc_mutex mutex;	/* begins with the object */
	struct kipc_memory data;
	struct mutex seal_lock;		/* who seals goes on alone */
	bool sealed;			/* seal_lock to set */
	atomic_t writers;		/* -1: there can be none */
};

static struct kipc_region *region_of(struct kipc_object *object)
{
	return container_of(kipc_mutex_of(object), struct kipc_region, mutex);
}

/* ------------------------------------------------------------------------ */
/* Mappings                                                                 */
/* ------------------------------------------------------------------------ */

static bool vma_may_write(const struct vm_area_struct *vma)
{
	const unsigned long both = VM_SHARED | VM_MAYWRITE;

	return (vma->vm_flags & both) == both;
}

static struct kipc_region *region_of_vma(const struct vm_area_struct *vma)
{
	return region_of(kipc_object_of(vma->vm_file));
}

/* It is there already, in part or in a parent: so this one may be, too. */
static void region_vm_open(struct vm_area_struct *vma)
{
	if (vma_may_write(vma))
		atomic_inc(&region_of_vma(vma)->writers);
}

/* By now its page tables refer to no page any more. */
static void region_vm_close(struct vm_area_struct *vma)
{
	if (vma_may_write(vma))
		atomic_dec(&region_of_vma(vma)->writers);
}

static vm_fault_t region_vm_fault(struct vm_fault *vmf)
{
	return kipc_memory_fault(&region_of_vma(vmf->vma)->data, vmf);
}

static const struct vm_operations_struct region_vm_operations = {
	.open = region_vm_open,
	.close = region_vm_close,
	.fault = region_vm_fault,
};

static int region_map(struct kipc_object *object, struct vm_area_struct *vma)
{
	struct kipc_region *region = region_of(object);
	int ret;

	if (vma_may_write(vma) &&
	    !atomic_inc_unless_negative(&region->writers)) {
		if (vma->vm_flags & VM_WRITE)
			return -EPERM;
		vm_flags_mod(vma, 0, VM_MAYWRITE);
	}
	vma->vm_ops = &region_vm_operations;
	ret = kipc_memory_map(&region->data, vma);
	/* Who fails to map is not told when the mapping goes. */
	if (ret)
		region_vm_close(vma);
	return ret;
}

/* ------------------------------------------------------------------------ */
/* Sealing                                                                  */
/* ------------------------------------------------------------------------ */

/* There is no writer, so nobody who could write to a page gets hold of one. */
static int region_wait_for_pins(const struct kipc_region *region)
{
	unsigned int look = 0;

	while (kipc_memory_pinned(&region->data)) {
		if (++look == PIN_LOOKS)
			return -EBUSY;
		schedule_timeout_killable(1 << look);
		if (fatal_signal_pending(current))
			return -EINTR;
	}
	return 0;
}

/* Under seal_lock. */
static int region_seal_writing(struct kipc_region *region)
{
	int ret;

	lockdep_assert_held(&region->seal_lock);
	if (region->sealed)
		return 0;
	/* Fully ordered: what the last writer pinned is seen by the search. */
	if (atomic_cmpxchg(&region->writers, 0, -1))
		return -EBUSY;
	ret = region_wait_for_pins(region);
	if (ret)
		atomic_set(&region->writers, 0);
	else
		WRITE_ONCE(region->sealed, true);
	return ret;
}

static int region_seal(struct kipc_region *region)
{
	int ret = mutex_lock_killable(&region->seal_lock);

	if (ret)
		return ret;
	ret = region_seal_writing(region);
	mutex_unlock(&region->seal_lock);
	return ret;
}

static void region_state(struct kipc_region *region,
			 struct kipc_region_state_args *args)
{
	args->seals = READ_ONCE(region->sealed) ? KIPC_SEAL_WRITE : 0;
	args->writers = max(atomic_read(&region->writers), 0);
	args->bytes = (u64)region->data.count << PAGE_SHIFT;
}

/* ------------------------------------------------------------------------ */
/* ioctl                                                                    */
/* ------------------------------------------------------------------------ */

static int ioctl_seal(struct file *file, void __user *arg)
{
	struct kipc_region_seal_args args;
	int ret = kipc_args_read(&args, sizeof(args), arg);

	if (!ret)
		ret = kipc_file_check(file, FMODE_WRITE);
	if (ret)
		return ret;
	if (args.flags || args.seals != KIPC_SEAL_WRITE || args.reserved)
		return -EINVAL;
	return region_seal(region_of(kipc_object_of(file)));
}

static int ioctl_state(struct file *file, void __user *arg)
{
	struct kipc_region_state_args args;
	int ret = kipc_args_read(&args, sizeof(args), arg);

	if (!ret)
		ret = kipc_file_check(file, FMODE_READ);
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
		return ioctl_seal(file, arg);
	case KIPC_REGION_STATE:
		return ioctl_state(file, arg);
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

	mutex_init(&region->seal_lock);
	region->data.first = KIPC_REGION_DATA >> PAGE_SHIFT;
	ret = kipc_object_charge(object, bytes);
	if (!ret && object->elements)
		ret = kipc_mutex_init(object);
	if (!ret)
		ret = kipc_memory_alloc(&region->data, bytes);
	return ret;
}

static void region_exit(struct kipc_object *object)
{
	kipc_memory_free(&region_of(object)->data);
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
	.show = region_show,
	.owner = kipc_mutex_first_owner,
};
