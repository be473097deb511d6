/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: attachments
 *
 * An object that has to know who holds what, because it repairs what the dead
 * leave behind, *tracks* its participants. A process attaches by mapping the words
 * of such an object in its memory (mm) through a descriptor that is open for
 * writing, and gets a number that no other participant of that object has. All its
 * further mappings of the object in that memory share the attachment. Children of
 * fork() are not attached by what they inherit, see inherit.h, nor a process that
 * uses the memory of another one, as a child of vfork() does.
 *
 * The attachment ends with the last of these mappings, by munmap(), exec, exit
 * or SIGKILL: the kernel takes the mappings of the dead away one by one and
 * tells us. By then nothing that the process does can reach the words. First
 * the attachment is marked as *gone*, then the type repairs each element under
 * its lock, and only then the number becomes free. So whoever holds the lock of
 * an element may make a participant the owner of something if he is not gone:
 * the repair comes after that.
 *
 * The process may end before: something else uses its memory, or keeps it. Then the
 * attachment is *over*, which death.h tells and these look for: the process itself as
 * it closes its descriptors, a verb that would wait or fail, and scan.h while one
 * waits. What a process holds (units, membership) is repaired then and it gets nothing
 * more; of mutexes, what its threads own. The number is not free before the mapping
 * goes. So an attachment is repaired once when its process ends, and once more when
 * it is gone, and tells of the first of these.
 *
 * Verbs name the attachment they act for, and are refused unless it is one of the
 * caller's memory, which is all that the owner of a mutex, a thread, needs; or they
 * act for the attachment of the caller's process, which is found by that.
 *
 * What a type has to remember of a participant is in a structure of its own that
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
	struct mm_struct *mm;		/* to compare with, never followed */
	struct pid *process;		/* its thread group when it attached */
	u32 id;				/* 1..KIPC_ATTACHMENTS_MAX */

	struct mutex ending;		/* one repair at a time */

	/* set once, under that mutex; an element's lock orders it for that element */
	bool over;			/* the process has ended */
	bool gone;			/* no mapping is there any more */

	/* atomic */
	atomic_t mappings;
	atomic_t repaired;		/* things of it, before it ended */
	refcount_t references;

	struct hlist_node node;		/* the table's lock */
	struct rcu_head rcu;
};

/* Of one object, by number and by process. Found under RCU. */
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

static inline bool kipc_attachment_gone(const struct kipc_attachment *a)
{
	return READ_ONCE(a->gone);
}

/* May the process hold anything? */
static inline bool kipc_attachment_over(const struct kipc_attachment *a)
{
	return READ_ONCE(a->over) || kipc_attachment_gone(a);
}

#endif /* KIPC_ATTACHMENT_H */
