/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: objects
 *
 * An object lives as long as there is a reference to it. Each open file of the
 * object has one, and so has the name of a PERSIST object. Any other name only
 * points to the object, and is removed with it. RCU readers may find an object
 * that has no reference left; they try to get a reference and fail.
 *
 * Most of an object is constant after it is published: only waiters, pollers,
 * watches, attachments, the name, statistics, and what the type adds change.
 *
 * An object is created in these steps:
 *
 * 1. check the arguments (create.c)
 * 2. charge the quota of the user, and allocate
 * 3. reserve a descriptor, and create the inode and a file (file.c)
 * 4. write the answer to INFO to user space, if the caller asks for it
 * 5. insert the name
 * 6. install the descriptor, which cannot fail
 *
 * Other tasks can find the object after step 5. kipc_object_put() undoes these
 * steps from any point; a descriptor and a file that are not used yet are given
 * back before that.
 *
 * The inode holds owner, group and mode, see inode.h.
 *
 * Creating, opening and freeing an object may sleep.
 */
#ifndef KIPC_OBJECT_H
#define KIPC_OBJECT_H

#include <linux/fs.h>
#include <linux/module.h>
#include <linux/path.h>
#include <linux/poll.h>
#include <linux/refcount.h>
#include <linux/seq_file.h>
#include <linux/uio.h>

#include <linux/kipc.h>

#include "attachment.h"
#include "wait.h"

struct kipc_name;
struct kipc_object;
struct kipc_user;
struct kipc_watchers;
struct kipc_words;

/**
 * struct kipc_type - what a type adds to an object
 * @label: name of the type in fdinfo and in /proc/PID/fd
 * @id: KIPC_SEMAPHORE, KIPC_BARRIER and so on
 * @flags: flags of CREATE that the type accepts, besides those of names
 * @alternatives: the flags of which an object has at most one
 * @min_elements: least number of elements of an object
 * @max_elements: greatest number of elements of an object
 * @size: bytes of the structure that begins with struct kipc_object
 * @check: checks the attributes and fills in defaults; 0 or -EINVAL
 * @init: charges and allocates all that the object will need; may sleep
 * @exit: frees that, also after @init has failed; may sleep
 * @ioctl: the verbs; may sleep
 * @operations: operations of the files, if the type has its own; they include
 *	KIPC_FILE_OPERATIONS. NULL for those of file.c
 * @poll: registers the poller and returns what is ready. NULL if files cannot
 *	be polled, read or written, or if @operations contains that
 * @read: alternative entry of a verb for read(); set if @poll is
 * @write: alternative entry of a verb for write(); set if @poll is
 * @words: returns the words that mmap() maps; NULL if there are none
 * @map: maps what is at the offset KIPC_REGION_DATA and beyond; NULL if there
 *	is nothing
 * @attachment_size: bytes of the structure for a participant, which begins with
 *	struct kipc_attachment; 0 if the type needs no more than that
 * @attach: prepares an attachment that cannot be found yet; NULL if there is
 *	nothing to do
 * @detach: repairs what an attachment that is gone has left, and returns how
 *	many things that were; for objects that track their participants
 * @settle: repairs what an attachment holds whose process has ended although
 *	its mapping still exists, and returns how many things that were that are
 *	not yet counted in the attachment; for objects that track their
 *	participants
 * @reap: repairs what dead threads own by an attachment, and returns how many
 *	things that were; NULL if threads own nothing
 * @scan: finds and repairs what waiters of the object wait for in vain; NULL if
 *	kipc_attachments_settle() does that
 * @show: prints the lines of the type in fdinfo
 * @owner: returns the process that owns the object as the caller sees it, or 0
 *	if there is no owner; NULL if the type has no owners
 */
struct kipc_type {
	const char *label;
	u32 id;
	u32 flags;
	u32 alternatives;
	u32 min_elements;
	u32 max_elements;
	size_t size;
	int (*check)(union kipc_attributes *attributes);
	int (*init)(struct kipc_object *object);
	void (*exit)(struct kipc_object *object);
	long (*ioctl)(struct file *file, unsigned int command,
		      void __user *arg);
	const struct file_operations *operations;
	__poll_t (*poll)(struct file *file, struct poll_table_struct *table);
	ssize_t (*read)(struct file *file, struct iov_iter *to, bool try);
	ssize_t (*write)(struct file *file, struct iov_iter *from, bool try);
	struct kipc_words *(*words)(struct kipc_object *object);
	int (*map)(struct kipc_object *object, struct vm_area_struct *vma);
	size_t attachment_size;
	int (*attach)(struct kipc_object *object,
		      struct kipc_attachment *attachment);
	u32 (*detach)(struct kipc_object *object,
		      struct kipc_attachment *attachment);
	u32 (*settle)(struct kipc_object *object,
		      struct kipc_attachment *attachment);
	u32 (*reap)(struct kipc_object *object,
		    struct kipc_attachment *attachment);
	void (*scan)(struct kipc_object *object);
	void (*show)(struct seq_file *seq, struct kipc_object *object);
	u32 (*owner)(struct kipc_object *object);
};

struct kipc_object {
	/* constant */
	const struct kipc_type *type;
	struct kipc_user *user;
	u64 charged;
	u32 flags;
	u32 elements;
	bool tracks;			/* participants; see attachment.h */
	struct path path;		/* the inode; empty until it exists */
	union kipc_attributes attributes;

	/* RCU to read; the lock of the table to change, see attachment.h */
	struct kipc_attachments attachments;

	/* names_mutex */
	struct kipc_name *name;		/* NULL if the object has none now */
	bool named;			/* set once, with the first name */

	/* set once, atomically, by the first watch */
	struct kipc_watchers *watchers;

	/* atomic */
	refcount_t references;
	atomic_t waiters;
	atomic64_t tickets;		/* drawn by waiters */
	atomic_t spins;			/* waits that began by spinning */
	atomic_t spin_hits;		/* these that ended by it */
	atomic_t lost_races;		/* of all first waiters */

	/* hints, read and written without a lock */
	u32 max_lost_races;		/* of a single waiter */
	unsigned long checked;		/* jiffies; last check for the dead */

	/* scan_lock, see scan.h */
	bool scanned;			/* also read without it */
	struct list_head scan_node;	/* valid while @scanned is set */

	wait_queue_head_t pollers;	/* has its own lock, see poll.h */
	struct rcu_head rcu;		/* used when no reference is left */
};

extern const struct kipc_type kipc_semaphore_type;
extern const struct kipc_type kipc_barrier_type;
extern const struct kipc_type kipc_mailbox_type;
extern const struct kipc_type kipc_mutex_type;
extern const struct kipc_type kipc_region_type;
extern const struct kipc_type kipc_ring_type;

int kipc_object_create(void __user *arg);
int kipc_object_open(void __user *arg);
struct kipc_object *kipc_object_put(struct kipc_object *object);
int kipc_object_charge(struct kipc_object *object, u64 bytes);
int kipc_object_publish(struct kipc_object *object,
			const struct kipc_create_args *args, const char *name);
int kipc_object_reopen(struct kipc_object *object, u32 access, u64 info);

static inline struct kipc_object *kipc_object_of(const struct file *file)
{
	return file->private_data;
}

long kipc_file_ioctl(struct file *file, unsigned int command, unsigned long arg);
int kipc_file_mmap(struct file *file, struct vm_area_struct *vma);
int kipc_file_open(struct inode *inode, struct file *file);
int kipc_file_flush(struct file *file, fl_owner_t id);
int kipc_file_release(struct inode *inode, struct file *file);
void kipc_file_show_fdinfo(struct seq_file *seq, struct file *file);

/* The part of a struct file_operations that is the same for all types. */
#define KIPC_FILE_OPERATIONS			\
	.owner = THIS_MODULE,			\
	.open = kipc_file_open,			\
	.flush = kipc_file_flush,		\
	.release = kipc_file_release,		\
	.unlocked_ioctl = kipc_file_ioctl,	\
	.compat_ioctl = compat_ptr_ioctl,	\
	.mmap = kipc_file_mmap,			\
	.llseek = noop_llseek,			\
	.show_fdinfo = kipc_file_show_fdinfo

struct kipc_object *kipc_object_of_type(const struct file *file,
					const struct kipc_type *type);

/* Returns the inode of the object, which has one. */
static inline struct inode *kipc_inode(const struct kipc_object *object)
{
	return d_inode(object->path.dentry);
}

/* Returns -EBADF if the descriptor lacks the access that the verb needs. */
static inline int kipc_file_check(const struct file *file, fmode_t mode)
{
	return (file->f_mode & mode) == mode ? 0 : -EBADF;
}

/*
 * Returns the deadline of a read() or write(): none, or no waiting at all if
 * @try or O_NONBLOCK is set.
 */
static inline struct kipc_deadline kipc_file_deadline(const struct file *file,
						      bool try)
{
	return (struct kipc_deadline) {
		.at = KTIME_MAX,
		.clock = CLOCK_MONOTONIC,
		.try = try || (file->f_flags & O_NONBLOCK),
		.spin = true,
	};
}

#endif /* KIPC_OBJECT_H */
