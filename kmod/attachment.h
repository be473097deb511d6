/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: attachments
 *
 * An object whose type repairs what a dead participant leaves behind *tracks* its
 * participants. A process attaches to such an object by mapping its words through a
 * descriptor that is open for writing, and gets a number that no other participant
 * of the object has. Further mappings of the object in the same memory (mm) share
 * the attachment. A child of fork() is not attached by the mappings that it
 * inherits, see inherit.h. Neither is a process that uses the memory of another
 * process, as a child of vfork() does.
 *
 * **Gone.** The attachment ends when its last mapping is removed, by munmap(), exec,
 * exit or SIGKILL. The process cannot reach the words any more then. The end has
 * three steps: the attachment is marked as *gone*; the type repairs each element
 * under the lock of the element; the number becomes free. So a task that holds the
 * lock of an element may give something to a participant that is not gone, because
 * the repair of that element comes later::
 *
 *	CPU 0: grants				CPU 1: the last mapping is removed
 *
 *	lock the element
 *						gone = true
 *	gone is read as false
 *	give a unit, note it for the
 *	attachment
 *	unlock the element
 *						lock the element
 *						take the unit back
 *						unlock the element
 *
 * If the repair locks the element first, the lock makes the task read true.
 *
 * **Over.** A process may end while its memory and thus its mapping stay, because
 * another task uses the memory or because of a core dump. Then the attachment is
 * *over*, as death.h determines. This is checked by the process itself when it
 * closes its descriptors, by a verb before it waits or fails, and by scan.h while a
 * task waits. What the process holds (units, membership) and what its threads own
 * (mutexes) is repaired then, and the attachment is granted nothing any more. Its
 * number becomes free only when it is gone. So an attachment is repaired at most
 * twice, when it is over and when it is gone. Watches are told about the first of
 * the two.
 *
 * **Verbs** name the attachment that they act for, and are refused unless it belongs
 * to the memory of the caller. This is sufficient for mutexes, which are owned by
 * threads. Other verbs act for the attachment of the caller's process, which is
 * found by the process and its memory.
 *
 * What a type has to know about a participant is in a structure of the type that
 * begins with struct kipc_attachment.
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
	/* constant */
	struct kipc_object *object;
	struct mm_struct *mm;		/* only compared, never followed */
	struct pid *process;		/* its thread group when it attached */
	u32 id;				/* 1..KIPC_ATTACHMENTS_MAX */

	struct mutex ending;		/* held during a repair */

	/* set once, under ending; ordered for an element by the element's lock */
	bool over;			/* the process has ended */
	bool gone;			/* the last mapping was removed */

	/* atomic */
	atomic_t mappings;
	atomic_t repaired;		/* repairs of its threads until it ended */
	refcount_t references;

	struct hlist_node node;		/* the table's lock */
	struct rcu_head rcu;
};

/* The attachments of an object, by number and by process. Found under RCU. */
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

/* Returns true if no mapping of the attachment is left. */
static inline bool kipc_attachment_gone(const struct kipc_attachment *a)
{
	return READ_ONCE(a->gone);
}

/* Returns true if the process must not be given anything any more. */
static inline bool kipc_attachment_over(const struct kipc_attachment *a)
{
	return READ_ONCE(a->over) || kipc_attachment_gone(a);
}

#endif /* KIPC_ATTACHMENT_H */
