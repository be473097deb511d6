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
 * kipc_attachments_init() - prepare the attachments of a new object
 * @attachments: of the object; zeroed
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
 * Returns the attachment of the caller's process in its memory, or NULL.
 * rcu_read_lock() is held. A child of vfork() uses the same memory, but is
 * another process.
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
 * Context: any
 * Return: NULL
 */
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
 * Reserves a number. Numbers are issued in turn, so that a number is not issued
 * again soon; a stale word that has it would make the new participant the owner.
 * The attachment cannot be found by the number yet. Returns 0, -EUSERS or -ENOMEM.
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
 * Makes an attachment visible. This cannot fail, because its place in the table
 * is reserved.
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

/* Returns a new attachment of the caller's process, or an error. */
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
 * kipc_attach() - attach the caller's process, which maps an object
 * @object: tracks its participants
 * @vma: the new mapping; the mmap_lock is held for writing
 *
 * The first mapping of an object in a memory is made by mmap() of a task that uses
 * the memory. So the mmap_lock keeps two tasks from attaching the same memory at
 * the same time.
 *
 * Context: sleeps
 * Return: 0, -ENOMEM, -EUSERS if KIPC_ATTACHMENTS_MAX processes are attached, or
 * what the attach function of the type returns
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
 * kipc_attachment_map() - count a mapping that was split, moved or inherited
 * @vma: the new mapping; the mmap_lock of its memory is held for writing
 *
 * A mapping that a child inherits becomes one of slow words, see inherit.h.
 *
 * Context: does not sleep
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

/* Ends an attachment, whose last mapping was removed. */
static void attachment_end(struct kipc_attachment *attachment)
{
	struct kipc_object *object = attachment->object;
	u32 repaired;
	bool told;

	mutex_lock(&attachment->ending);
	told = attachment->over;
	/* Ordered for each element by its lock, which detach() takes. */
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
 * Repairs what a process holds that has ended or has replaced its program. The
 * first caller does it.
 */
static void attachment_settle(struct kipc_attachment *attachment)
{
	struct kipc_object *object = attachment->object;
	u32 repaired = 0;
	bool settle;

	mutex_lock(&attachment->ending);
	settle = !kipc_attachment_over(attachment);
	if (settle) {
		/* Ordered for each element by its lock, which settle() takes. */
		WRITE_ONCE(attachment->over, true);
		repaired = object->type->settle(object, attachment);
	}
	mutex_unlock(&attachment->ending);
	if (settle)
		kipc_watch_tell(attachment, repaired +
				atomic_read(&attachment->repaired));
}

/*
 * Returns true, and takes a reference, if the process has ended and is not settled
 * yet. rcu_read_lock() is held.
 */
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

/**
 * kipc_attachments_leave() - settle the attachments of the caller if it ends
 * @object: tracks its participants; the caller closes a descriptor of it, perhaps
 *	because of exit or exec
 *
 * Context: sleeps
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
 * kipc_attachments_settle() - settle all attachments whose process has ended
 * @object: tracks its participants
 *
 * Context: sleeps
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
 * kipc_attachments_check() - kipc_attachments_settle(), at most once in a jiffy
 * @object: tracks its participants; a verb is about to wait at it or to fail
 *
 * Context: sleeps
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
 * The caller is about to get a number that another thread has had. Words of objects
 * that the memory maps may name that thread, which is dead, and would then name the
 * caller. An object that is mapped later has a new attachment, so none of its words
 * can name the caller.
 *
 * Context: sleeps
 * Return: 0, or -EINTR if the caller is being killed
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
 * kipc_attachment_unmap() - count off a mapping, and end the attachment at the last
 * @vma: is being removed. Its memory may be that of a dying process, and need not be
 *	that of the current task. The mmap_lock may be held for reading only, so that
 *	several mappings are removed at the same time, but none is added
 *
 * Context: sleeps
 */
void kipc_attachment_unmap(struct vm_area_struct *vma)
{
	struct kipc_attachment *attachment = vma->vm_private_data;

	if (attachment && atomic_dec_and_test(&attachment->mappings))
		attachment_end(attachment);
}

/**
 * kipc_attachment_get() - find an attachment of the caller's memory by its number
 * @object: tracks its participants
 * @id: any number
 *
 * Context: does not sleep
 * Return: the attachment with a reference, or NULL if no attachment of the caller's
 * memory has the number
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
 * Return: the attachment with a reference, or NULL if the process is not attached
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
 * Returns an attachment of the caller's memory, of any process, or NULL.
 * rcu_read_lock() is held.
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
 * kipc_attachment_current() - find the number by which the caller may own mutexes
 * @object: tracks its participants
 *
 * Context: does not sleep
 * Return: the number of the attachment of the caller's process, or else of another
 * attachment of its memory, or else 0
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
 * kipc_attachment_exists() - check whether a number is in use
 * @object: tracks its participants
 * @id: any number
 *
 * Context: does not sleep
 * Return: true if a participant has the number
 */
bool kipc_attachment_exists(struct kipc_object *object, u32 id)
{
	return xa_load(&object->attachments.table, id);
}

/**
 * kipc_attachment_find() - find the attachment of any process by its number
 * @object: tracks its participants
 * @id: any number
 *
 * Context: under rcu_read_lock(), which the result is valid for
 * Return: the attachment, or NULL
 */
struct kipc_attachment *kipc_attachment_find(struct kipc_object *object, u32 id)
{
	return xa_load(&object->attachments.table, id);
}

/**
 * kipc_attachment_count() - count the attachments of an object
 * @object: tracks its participants
 *
 * Context: does not sleep
 * Return: how many processes are attached
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
