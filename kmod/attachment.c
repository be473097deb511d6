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

/**
 * kipc_attachments_init() - prepare the attachments of an object
 * @attachments: part of an object that is not published yet
 *
 * Context: does not sleep
 */
void kipc_attachments_init(struct kipc_attachments *attachments)
{
	xa_init_flags(&attachments->table, XA_FLAGS_ALLOC1);
	attachments->next = 1;
	hash_init(attachments->processes);
}

/*
 * Returns the attachment that the caller's process has made in its memory, or
 * NULL. A task that only uses the same memory, as a child of vfork() does, is
 * another process. The caller holds rcu_read_lock().
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

/**
 * kipc_attachment_put() - drop a reference
 * @attachment: may be NULL
 *
 * Context: any context; does not sleep
 * Return: NULL
 */
struct kipc_attachment *kipc_attachment_put(struct kipc_attachment *attachment)
{
	if (attachment && refcount_dec_and_test(&attachment->references))
		call_rcu(&attachment->rcu, attachment_free);
	return NULL;
}

/* Allocates an attachment of the caller's process, without a number. */
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
 * Reserves a number. Numbers are issued in turn, so that a number is not reused
 * soon: a word that was scribbled with an old number does not make another
 * participant the owner. A search for the number finds nothing yet.
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

/*
 * Makes the attachment visible. That cannot fail, because its slot in the table
 * was allocated with the number.
 */
static void attachment_publish(struct kipc_attachment *attachment)
{
	struct kipc_attachments *all = &attachment->object->attachments;

	xa_store(&all->table, attachment->id, attachment, GFP_KERNEL_ACCOUNT);
	xa_lock(&all->table);
	hash_add_rcu(all->processes, &attachment->node,
		     (unsigned long)attachment->process);
	xa_unlock(&all->table);
}

/* Attaches the caller's process. Returns an attachment or an ERR_PTR(). */
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
 * kipc_attach() - attach the caller's process, which is mapping an object
 * @object: tracks its participants
 * @vma: the new mapping, whose vm_private_data is set
 *
 * If the process is attached in this memory already, the mapping is counted.
 *
 * A memory gets its first mapping of an object only by an mmap() of its own, so
 * the mmap_lock keeps two threads from attaching the same process. It also
 * keeps the last mapping from going away between the search and the count.
 *
 * Context: the mmap_lock is held for writing; may sleep
 * Return: 0; -ENOMEM; -EUSERS if KIPC_ATTACHMENTS_MAX processes are attached
 * already; or the error of the type's attach operation
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

/**
 * kipc_attachment_map() - count a mapping that was copied
 * @vma: the copy
 *
 * A mapping is copied when it is split or moved, and by fork(). A child does
 * not become attached by that, see inherit.h.
 *
 * Context: the mmap_lock is held for writing; does not sleep
 */
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

/*
 * Ends an attachment whose last mapping is gone: marks it, repairs, frees the
 * number, and reports the end unless attachment_settle() has done that.
 */
static void attachment_end(struct kipc_attachment *attachment)
{
	struct kipc_object *object = attachment->object;
	u32 repaired;
	bool told;

	mutex_lock(&attachment->ending);
	told = attachment->over;
	/*
	 * The repair takes the lock of each element after this. A task that
	 * locks an element after its repair sees the mark.
	 */
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

/*
 * Gives back what a process holds that has ended or has become another program.
 * Only the first call for an attachment does that, and reports it.
 */
static void attachment_settle(struct kipc_attachment *attachment)
{
	struct kipc_object *object = attachment->object;
	u32 repaired = 0;
	bool settle;

	mutex_lock(&attachment->ending);
	settle = !kipc_attachment_over(attachment);
	if (settle) {
		/* Ordered as the mark in attachment_end(). */
		WRITE_ONCE(attachment->over, true);
		repaired = object->type->settle(object, attachment);
	}
	mutex_unlock(&attachment->ending);
	if (settle)
		kipc_watch_tell(attachment, repaired +
				atomic_read(&attachment->repaired));
}

/*
 * Takes a reference if the process has ended and the attachment is not marked
 * yet, and returns true then. The caller holds rcu_read_lock().
 */
static bool attachment_get_ended(struct kipc_attachment *attachment)
{
	return !kipc_attachment_over(attachment) &&
	       kipc_process_ended(attachment->process, attachment->mm) &&
	       refcount_inc_not_zero(&attachment->references);
}

/*
 * Returns an attachment of the caller's process that is to be settled, with a
 * reference, or NULL. It may be in a memory that the process does not use any
 * more.
 */
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

/**
 * kipc_attachments_leave() - settle the attachments of a process that ends
 * @object: tracks its participants
 *
 * The caller closes a descriptor of @object because it exits or because its
 * process becomes another program by exec. Nothing happens while another
 * thread of the process lives in the memory.
 *
 * Context: may sleep
 */
void kipc_attachments_leave(struct kipc_object *object)
{
	struct kipc_attachment *attachment;

	while ((attachment = attachment_get_ended_of_caller(object))) {
		attachment_settle(attachment);
		kipc_attachment_put(attachment);
	}
}

/**
 * kipc_attachments_settle() - settle the attachments whose process has ended
 * @object: tracks its participants
 *
 * This finds processes that have ended although a mapping is left.
 *
 * Context: may sleep
 */
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

/**
 * kipc_attachments_check() - settle attachments before a wait or a failure
 * @object: tracks its participants
 *
 * As kipc_attachments_settle(), but not more than once a jiffy. The time of the
 * last check is kept without a lock, so a check may be made twice.
 *
 * Context: may sleep
 */
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
 * The caller is about to get a thread number that another thread, which is
 * dead, had before. Words of objects that are mapped in the caller's memory may
 * still name that thread. They must not come to name the caller, so they are
 * repaired first. An object that is mapped later gets a new attachment, so no
 * word of it names the caller by accident.
 *
 * Context: takes the mmap_lock for reading; may sleep
 * Return: 0, or -EINTR if the caller was killed
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

/**
 * kipc_attachment_unmap() - end a mapping, and the attachment with the last one
 * @vma: the mapping that is removed
 *
 * The memory may be that of a dead process, so current may be any task. Several
 * threads that unmap may be here at the same time with the mmap_lock held for
 * reading, but no thread that maps.
 *
 * Context: may sleep
 */
void kipc_attachment_unmap(struct vm_area_struct *vma)
{
	struct kipc_attachment *attachment = vma->vm_private_data;

	if (attachment && atomic_dec_and_test(&attachment->mappings))
		attachment_end(attachment);
}

/**
 * kipc_attachment_get() - find an attachment of the caller's memory by number
 * @object: tracks its participants
 * @id: number of the attachment, as user space has given it
 *
 * Context: does not sleep
 * Return: the attachment with a reference, or NULL if there is none with this
 * number or it belongs to another memory
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

/**
 * kipc_attachment_get_current() - find the attachment of the caller's process
 * @object: tracks its participants
 *
 * Context: does not sleep
 * Return: the attachment with a reference, or NULL if the process is not
 * attached
 */
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

/*
 * Returns an attachment of the caller's memory, whichever process has made it,
 * or NULL. The caller holds rcu_read_lock().
 */
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

/**
 * kipc_attachment_current() - the attachment as which the caller can own things
 * @object: tracks its participants
 *
 * Context: does not sleep
 * Return: the number of the attachment of the caller's process; if the process
 * is not attached, that of an attachment of its memory; 0 if there is none
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

/**
 * kipc_attachment_exists() - whether a participant has this number
 * @object: tracks its participants
 * @id: any value
 *
 * Context: does not sleep
 * Return: true if it has, or has had it and is not repaired yet
 */
bool kipc_attachment_exists(struct kipc_object *object, u32 id)
{
	return xa_load(&object->attachments.table, id);
}

/**
 * kipc_attachment_find() - find the attachment of any participant by number
 * @object: tracks its participants
 * @id: any value
 *
 * Context: rcu_read_lock() is held, also while the attachment is used
 * Return: the attachment, or NULL
 */
struct kipc_attachment *kipc_attachment_find(struct kipc_object *object, u32 id)
{
	return xa_load(&object->attachments.table, id);
}

/**
 * kipc_attachment_count() - how many processes are attached
 * @object: tracks its participants
 *
 * Context: does not sleep
 * Return: the number of attachments, including those that are not repaired yet
 */
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
