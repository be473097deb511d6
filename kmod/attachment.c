// SPDX-License-Identifier: GPL-2.0-only
#include <linux/hashtable.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/pid.h>
#include <linux/rcupdate_wait.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "attachment.h"
#include "compat.h"
#include "death.h"
#include "inherit.h"
#include "object.h"
#include "thread.h"
#include "watch.h"

void kipc_attachments_init(struct kipc_attachments *attachments)
{
	xa_init_flags(&attachments->table, XA_FLAGS_ALLOC1);
	attachments->next = 1;
	hash_init(attachments->processes);
}

/*
 * The one that the caller's process has made in its memory; under rcu_read_lock(). A
 * task that only shares the memory, as a child of vfork() does, is another process.
 */
static struct kipc_attachment *attachment_of_caller(struct kipc_object *object)
{
	struct pid *process = task_tgid(current);
	struct kipc_attachment *attachment;

	hash_for_each_possible_rcu(object->attachments.processes, attachment,
				   node, (unsigned long)process)
		if (attachment->process == process &&
		    attachment->mm == current->mm &&
		    !kipc_attachment_gone(attachment))
			return attachment;
	return NULL;
}

static void attachment_free(struct rcu_head *rcu)
{
	struct kipc_attachment *attachment =
		container_of(rcu, struct kipc_attachment, rcu);

	put_pid(attachment->process);
	kfree(attachment);
}

struct kipc_attachment *kipc_attachment_put(struct kipc_attachment *attachment)
{
	if (attachment && refcount_dec_and_test(&attachment->references))
		call_rcu(&attachment->rcu, attachment_free);
	return NULL;
}

static struct kipc_attachment *attachment_make(struct kipc_object *object,
					       struct mm_struct *mm)
{
	size_t size = object->type->attachment_size ?:
		      sizeof(struct kipc_attachment);
	struct kipc_attachment *attachment = kzalloc(size, GFP_KERNEL_ACCOUNT);

	if (!attachment)
		return NULL;
	attachment->object = object;
	attachment->mm = mm;
	attachment->process = get_pid(task_tgid(current));
	mutex_init(&attachment->ending);
	atomic_set(&attachment->mappings, 1);
	refcount_set(&attachment->references, 1);
	return attachment;
}

/*
 * Numbers go round, so that one is not given out again soon: a word that still
 * shows it does not make somebody else the owner. Nobody finds the attachment by
 * its number yet.
 */
static int attachment_number(struct kipc_attachment *attachment)
{
	struct kipc_attachments *all = &attachment->object->attachments;
	int ret = xa_alloc_cyclic(&all->table, &attachment->id, NULL,
				  XA_LIMIT(1, KIPC_ATTACHMENTS_MAX),
				  &all->next, GFP_KERNEL_ACCOUNT);

	if (ret == -EBUSY)
		return -EUSERS;
	return min(ret, 0);
}

/* The place in the table is there already, so this cannot fail. */
static void attachment_publish(struct kipc_attachment *attachment)
{
	struct kipc_attachments *all = &attachment->object->attachments;

	xa_store(&all->table, attachment->id, attachment, GFP_KERNEL_ACCOUNT);
	xa_lock(&all->table);
	hash_add_rcu(all->processes, &attachment->node,
		     (unsigned long)attachment->process);
	xa_unlock(&all->table);
}

/* A new attachment of the memory, or an error. */
static struct kipc_attachment *attachment_begin(struct kipc_object *object,
						struct mm_struct *mm)
{
	struct kipc_attachment *attachment = attachment_make(object, mm);
	int ret;

	if (!attachment)
		return ERR_PTR(-ENOMEM);
	ret = attachment_number(attachment);
	if (ret)
		goto put;
	if (object->type->attach)
		ret = object->type->attach(object, attachment);
	if (ret)
		goto give_number_back;
	attachment_publish(attachment);
	return attachment;

give_number_back:
	xa_erase(&object->attachments.table, attachment->id);
put:
	kipc_attachment_put(attachment);
	return ERR_PTR(ret);
}

/**
 * kipc_attach() - attach the caller's memory, which is mapping the object
 * @object: tracks
 * @vma: of the new mapping, mmap_lock held for writing
 *
 * Nobody but its own mmap() makes a memory's first mapping of an object, so the
 * mmap_lock keeps others from attaching the same memory meanwhile.
 *
 * Return: 0, -ENOMEM, -EUSERS where KIPC_ATTACHMENTS_MAX are attached already, or
 *	   what the type says
 */
int kipc_attach(struct kipc_object *object, struct vm_area_struct *vma)
{
	struct kipc_attachment *attachment;

	rcu_read_lock();
	attachment = attachment_of_caller(object);
	if (attachment)
		atomic_inc(&attachment->mappings);
	rcu_read_unlock();
	if (!attachment) {
		attachment = attachment_begin(object, vma->vm_mm);
		if (IS_ERR(attachment))
			return PTR_ERR(attachment);
	}
	vma->vm_private_data = attachment;
	return 0;
}

/* A mapping is split or moved, or inherited by a child, which that does not attach. */
void kipc_attachment_map(struct vm_area_struct *vma)
{
	struct kipc_attachment *attachment = vma->vm_private_data;

	if (!attachment)
		return;
	if (attachment->mm == vma->vm_mm) {
		atomic_inc(&attachment->mappings);
		return;
	}
	vma->vm_private_data = NULL;
	kipc_inherit(vma);
}

static void attachment_end(struct kipc_attachment *attachment)
{
	struct kipc_object *object = attachment->object;
	u32 repaired;
	bool told;

	mutex_lock(&attachment->ending);
	told = attachment->over;
	/* Ordered for each element by its lock, which the repair takes. */
	WRITE_ONCE(attachment->gone, true);
	repaired = object->type->detach(object, attachment) +
		   atomic_read(&attachment->repaired);
	mutex_unlock(&attachment->ending);
	xa_lock(&object->attachments.table);
	hash_del_rcu(&attachment->node);
	__xa_erase(&object->attachments.table, attachment->id);
	xa_unlock(&object->attachments.table);
	if (!told)
		kipc_watch_tell(attachment, repaired);
	kipc_attachment_put(attachment);
	kipc_threads_collect();
}

/* The process has ended, or its program: what it holds is given back, once. */
static void attachment_settle(struct kipc_attachment *attachment)
{
	struct kipc_object *object = attachment->object;
	u32 repaired = 0;
	bool settle;

	mutex_lock(&attachment->ending);
	settle = !kipc_attachment_over(attachment);
	if (settle) {
		/* As with gone. */
		WRITE_ONCE(attachment->over, true);
		repaired = object->type->settle(object, attachment);
	}
	mutex_unlock(&attachment->ending);
	if (settle)
		kipc_watch_tell(attachment, repaired +
				atomic_read(&attachment->repaired));
}

/* Is it to be settled? Then with a reference; under rcu_read_lock(). */
static bool attachment_get_ended(struct kipc_attachment *attachment)
{
	return !kipc_attachment_over(attachment) &&
	       kipc_process_ended(attachment->process, attachment->mm) &&
	       refcount_inc_not_zero(&attachment->references);
}

static struct kipc_attachment *
attachment_get_ended_of_caller(struct kipc_object *object)
{
	struct pid *process = task_tgid(current);
	struct kipc_attachment *attachment, *found = NULL;

	rcu_read_lock();
	hash_for_each_possible_rcu(object->attachments.processes, attachment,
				   node, (unsigned long)process) {
		if (attachment->process == process &&
		    attachment_get_ended(attachment)) {
			found = attachment;
			break;
		}
	}
	rcu_read_unlock();
	return found;
}

/* The caller closes a descriptor because it ends, or execs. */
void kipc_attachments_leave(struct kipc_object *object)
{
	struct kipc_attachment *attachment;

	while ((attachment = attachment_get_ended_of_caller(object))) {
		attachment_settle(attachment);
		kipc_attachment_put(attachment);
	}
}

/* Settle those whose process has ended though its mapping is there yet. */
void kipc_attachments_settle(struct kipc_object *object)
{
	struct kipc_attachment *attachment;
	unsigned long id;

	rcu_read_lock();
	xa_for_each(&object->attachments.table, id, attachment) {
		if (attachment_get_ended(attachment)) {
			rcu_read_unlock();
			attachment_settle(attachment);
			kipc_attachment_put(attachment);
			rcu_read_lock();
		}
		cond_resched_rcu();
	}
	rcu_read_unlock();
}

/* The same before the caller fails or waits; not more than once a jiffy. */
void kipc_attachments_check(struct kipc_object *object)
{
	unsigned long now = jiffies;

	if (READ_ONCE(object->checked) == now)
		return;
	WRITE_ONCE(object->checked, now);
	kipc_attachments_settle(object);
}

static bool attachment_is_vma_tracked(const struct vm_area_struct *vma)
{
	return vma->vm_ops && vma->vm_ops->open == kipc_attachment_map;
}

/**
 * kipc_attachments_reap() - repair what dead threads own in the caller's memory
 *
 * The caller is to have a number that another thread has had before. Words of its
 * memory may name that one, which is dead: they must not name the caller. Objects
 * that come to the memory later do not.
 *
 * Return: 0, or -EINTR where the caller is killed
 */
int kipc_attachments_reap(void)
{
	VMA_ITERATOR(iterator, current->mm, 0);
	struct kipc_attachment *attachment;
	struct vm_area_struct *vma;

	if (mmap_read_lock_killable(current->mm))
		return -EINTR;
	for_each_vma(iterator, vma) {
		attachment = attachment_is_vma_tracked(vma) ? vma->vm_private_data : NULL;
		if (attachment && attachment->object->type->reap)
			attachment->object->type->reap(attachment->object,
						       attachment);
		cond_resched();
	}
	mmap_read_unlock(current->mm);
	return 0;
}

/*
 * A mapping goes. The memory may be a dying one, and current anybody. Unmapping
 * threads may be here at once, with the mmap_lock held for reading, but none
 * that maps.
 */
void kipc_attachment_unmap(struct vm_area_struct *vma)
{
	struct kipc_attachment *attachment = vma->vm_private_data;

	if (attachment && atomic_dec_and_test(&attachment->mappings))
		attachment_end(attachment);
}

/*
 * The caller's attachment with a reference, or NULL where that number is not
 * his.
 */
struct kipc_attachment *kipc_attachment_get(struct kipc_object *object, u32 id)
{
	struct kipc_attachment *attachment;

	rcu_read_lock();
	attachment = xa_load(&object->attachments.table, id);
	if (attachment && (attachment->mm != current->mm ||
			   !refcount_inc_not_zero(&attachment->references)))
		attachment = NULL;
	rcu_read_unlock();
	return attachment;
}

/* The attachment of the caller's memory with a reference, or NULL. */
struct kipc_attachment *kipc_attachment_get_current(struct kipc_object *object)
{
	struct kipc_attachment *attachment;

	rcu_read_lock();
	attachment = attachment_of_caller(object);
	if (attachment && !refcount_inc_not_zero(&attachment->references))
		attachment = NULL;
	rcu_read_unlock();
	return attachment;
}

/* One of the caller's memory, whichever process has made it; under rcu_read_lock(). */
static struct kipc_attachment *attachment_of_memory(struct kipc_object *object)
{
	struct kipc_attachment *attachment;
	unsigned long id;

	xa_for_each(&object->attachments.table, id, attachment)
		if (attachment->mm == current->mm &&
		    !kipc_attachment_gone(attachment))
			return attachment;
	return NULL;
}

/*
 * The number of the attachment by which the caller's threads may own things: that of its
 * process, else one of its memory, else 0.
 */
u32 kipc_attachment_current(struct kipc_object *object)
{
	struct kipc_attachment *attachment;
	u32 id = 0;

	rcu_read_lock();
	attachment = attachment_of_caller(object);
	if (!attachment)
		attachment = attachment_of_memory(object);
	if (attachment)
		id = attachment->id;
	rcu_read_unlock();
	return id;
}

/* Is that the number of any participant? */
bool kipc_attachment_exists(struct kipc_object *object, u32 id)
{
	return xa_load(&object->attachments.table, id);
}

/* Anybody's attachment, for as long as the caller holds rcu_read_lock(). */
struct kipc_attachment *kipc_attachment_find(struct kipc_object *object, u32 id)
{
	return xa_load(&object->attachments.table, id);
}

/* How many processes are attached. */
unsigned int kipc_attachment_count(struct kipc_object *object)
{
	struct kipc_attachment *attachment;
	unsigned int count = 0;
	unsigned long id;

	rcu_read_lock();
	xa_for_each(&object->attachments.table, id, attachment)
		count++;
	rcu_read_unlock();
	return count;
}
