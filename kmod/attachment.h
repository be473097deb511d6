/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: attachments
 *
 * An object *tracks* its participants if it has to know what each of them
 * holds, in order to repair what a dead participant leaves behind. A process
 * attaches by mapping the words of such an object into its memory (mm), through
 * a descriptor that is open for writing. It gets a number that no other
 * participant of the object has. Its further mappings of the object in that
 * memory share the attachment. These processes are not attached:
 *
 * - a child of fork(), by the mappings that it inherits (inherit.h);
 * - a process that uses the memory of another one, as a child of vfork() does.
 *
 * The states of an attachment are these, in this order::
 *
 *	attached	The process lives and has mapped the words.
 *	over		The process has ended, but a mapping is left, because
 *			something else uses the memory or keeps it.
 *	gone		No mapping is left. The repair runs or is done.
 *	freed		The number can be given to another participant.
 *
 * The state *over* is left out if the last mapping is removed before the end of
 * the process is noticed.
 *
 * The last mapping is removed by munmap(), exec, exit or SIGKILL. The kernel
 * removes the mappings of a dead process one by one and calls
 * kipc_attachment_unmap() for each. After the last one nothing that the process
 * does can reach the words. The attachment is marked as gone, then the type
 * repairs each element under the lock of that element, and only then the number
 * becomes free. So a task that holds the lock of an element may give something
 * to a participant that is not gone, because the repair of the element comes
 * after that::
 *
 *	CPU 0 (grants)			CPU 1 (attachment_end())
 *
 *	locks the element
 *	finds the participant not gone
 *					marks it as gone
 *	makes it the owner
 *	unlocks the element
 *					locks the element
 *					finds it as the owner: repairs
 *					unlocks the element
 *					frees the number
 *
 * If the repair locks the element first, the granting task sees the mark,
 * because the lock orders the two.
 *
 * Whether a process has ended is looked up (death.h). That is done by the
 * process itself when it closes its descriptors, by a verb before it waits or
 * fails, and by the scan while a task waits (scan.h). What the process holds
 * (units, membership) is repaired when the attachment is marked as over, and
 * nothing is given to it any more. Of mutexes, those are repaired that dead
 * threads own; other threads that use the memory may go on. So an attachment is
 * repaired at most twice: when its process has ended, and when it is gone. The
 * first of these is reported to the watchers of the object.
 *
 * A verb acts for an attachment in one of two ways:
 *
 * - It names the attachment by its number, and is refused unless the attachment
 *   is one of the caller's memory. That is enough for mutexes, whose owners are
 *   threads.
 * - It acts for the attachment of the caller's process.
 *
 * A type that remembers more about a participant has a structure of its own
 * that begins with struct kipc_attachment.
 *
 * Attachments are found under RCU. The lock of the xarray guards changes of the
 * table and of the hash of processes. The mmap_lock of the memory keeps two
 * tasks from attaching the same process, and attaching from meeting the end.
 * Attaching and all repairs may sleep. Finding an attachment and dropping a
 * reference do not.
 */
#ifndef KIPC_ATTACHMENT_H
#define KIPC_ATTACHMENT_H

#include <linux/hashtable.h>
#include <linux/mutex.h>
#include <linux/refcount.h>
#include <linux/types.h>
#include <linux/xarray.h>

struct kipc_object;
struct mm_struct;
struct pid;
struct vm_area_struct;

struct kipc_attachment {
	/* Constant. */
	struct kipc_object *object;
	struct mm_struct *mm;		/* compared, never followed */
	struct pid *process;		/* thread group that has attached */
	u32 id;				/* 1..KIPC_ATTACHMENTS_MAX */

	struct mutex ending;		/* one repair at a time */

	/*
	 * Set once, under @ending, before the elements are repaired. For an
	 * element, its lock orders that.
	 */
	bool over;			/* the process has ended */
	bool gone;			/* no mapping is left */

	/* Atomic. */
	atomic_t mappings;
	atomic_t repaired;		/* mutexes, before the end */
	refcount_t references;

	struct hlist_node node;		/* the table's lock */
	struct rcu_head rcu;
};

/*
 * The attachments of an object, by number and by process. They are found under
 * RCU and changed under the lock of the table, the lock of the xarray.
 */
struct kipc_attachments {
	struct xarray table;
	u32 next;			/* the table's lock */
	DECLARE_HASHTABLE(processes, 4);	/* the table's lock */
};

void kipc_attachments_init(struct kipc_attachments *attachments);

int kipc_attach(struct kipc_object *object, struct vm_area_struct *vma);
void kipc_attachment_map(struct vm_area_struct *vma);
void kipc_attachment_unmap(struct vm_area_struct *vma);

struct kipc_attachment *kipc_attachment_get(struct kipc_object *object, u32 id);
struct kipc_attachment *
kipc_attachment_get_current(struct kipc_object *object);
struct kipc_attachment *
kipc_attachment_put(struct kipc_attachment *attachment);

u32 kipc_attachment_current(struct kipc_object *object);
bool kipc_attachment_exists(struct kipc_object *object, u32 id);
struct kipc_attachment *kipc_attachment_find(struct kipc_object *object,
					     u32 id);
unsigned int kipc_attachment_count(struct kipc_object *object);

void kipc_attachments_leave(struct kipc_object *object);
void kipc_attachments_settle(struct kipc_object *object);
void kipc_attachments_check(struct kipc_object *object);
int kipc_attachments_reap(void);

/*
 * Returns true if no mapping is left. If the lock of an element is held and the
 * answer is false, the repair of this element is still to come.
 */
static inline bool kipc_attachment_gone(const struct kipc_attachment *a)
{
	return READ_ONCE(a->gone);
}

/*
 * Returns true if the process must not hold anything any more. If the lock of
 * an element is held and the answer is false, the repair is still to come.
 */
static inline bool kipc_attachment_over(const struct kipc_attachment *a)
{
	return READ_ONCE(a->over) || kipc_attachment_gone(a);
}

#endif /* KIPC_ATTACHMENT_H */
