/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: objects
 *
 * An object lives as long as something refers to it: each open file of it does,
 * and the name of a PERSIST object; any other name only points to it and goes
 * with it. Everything but the waiters, the pollers, the name and what the
 * type adds is constant once the object is published.
 *
 * Creating is: check, charge, allocate, get a descriptor, an inode and a file,
 * answer what the object is, insert the name, and only then, where nothing can fail
 * any more, install the descriptor. kipc_object_put() undoes all of it from any point.
 *
 * Owner, group and mode are those of the inode, see inode.h.
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
 * struct kipc_type - what a type of object adds
 * @label: for people
 * @id: KIPC_SEMAPHORE and so on
 * @flags: of CREATE that it knows, beside those of names
 * @alternatives: flags of which an object has at most one
 * @min_elements: in one object
 * @max_elements: in one object
 * @size: of its structure, which begins with struct kipc_object
 * @check: are these attributes possible? Fills in defaults. 0 or -EINVAL
 * @init: charge and allocate all it will ever need
 * @exit: free that, also after @init failed half way
 * @ioctl: its verbs
 * @operations: of its files, where they have some of their own; those of all types
 *		are KIPC_FILE_OPERATIONS
 * @poll: register, and say what is ready; NULL if there is nothing to poll,
 *	  read or write, or @operations has it
 * @read: second door to a verb
 * @write: second door to a verb
 * @words: what mmap() maps; NULL if there is nothing
 * @map: mmap() of what there is from KIPC_REGION_DATA on; NULL if nothing is
 * @attachment_size: of its structure for a participant, which begins with struct
 *		     kipc_attachment; 0 if that is all
 * @attach: prepare what an attachment, which nobody finds yet, needs; NULL if
 *	    there is nothing
 * @detach: repair what an attachment that is gone has left, and say how many
 *	    things; for objects that track their participants
 * @settle: repair what an attachment holds whose process has ended though its mapping
 *	    is there, and say how many things that attachment has not counted; for
 *	    objects that track, too
 * @reap: the same where threads own things: repair what the dead ones own
 * @scan: look whether threads wait for dead ones; NULL where to settle will do
 * @show: its lines of fdinfo
 * @owner: the process that owns it, as the caller sees it, 0 if there is none; NULL
 *	   for types that nobody owns
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
	bool tracks;			/* its participants; see attachment.h */
	struct path path;		/* of its inode; empty until there is one */
	union kipc_attributes attributes;

	struct kipc_attachments attachments;	/* RCU, or a lock of its own */

	/* names_mutex; named is set once, and never if there was no name */
	struct kipc_name *name;
	bool named;

	struct kipc_watchers *watchers;	/* set once, by the first watch */

	/* atomic */
	refcount_t references;
	atomic_t waiters;
	atomic64_t tickets;		/* that waiters have drawn */
	atomic_t spins;			/* waits that began by looking */
	atomic_t spin_hits;		/* and ended by it */
	atomic_t lost_races;		/* of first waiters */
	u32 max_lost_races;		/* of one of them */

	unsigned long checked;		/* jiffies, when for the dead; a guess */
	bool scanned;			/* scan_lock, see scan.h */
	struct list_head scan_node;	/* scan_lock */

	wait_queue_head_t pollers;
	struct rcu_head rcu;
};

extern const struct kipc_type kipc_semaphore_type;
extern const struct kipc_type kipc_barrier_type;
extern const struct kipc_type kipc_mailbox_type;
extern const struct kipc_type kipc_mutex_type;
extern const struct kipc_type kipc_region_type;

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

/* What the files of all types can do, in a struct file_operations. */
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

/* Of an object that has been published. */
static inline struct inode *kipc_inode(const struct kipc_object *object)
{
	return d_inode(object->path.dentry);
}

/* May the verb be used through this descriptor? */
static inline int kipc_file_check(const struct file *file, fmode_t mode)
{
	return (file->f_mode & mode) == mode ? 0 : -EBADF;
}

/* The deadline of read() and write(): none, or no waiting at all. */
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
