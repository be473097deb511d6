/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: objects
 *
 * An object lives as long as it has references. Each open file of the object holds
 * one, and so does the name of an object with KIPC_PERSIST. Any other name holds
 * none and is removed with the object. Once an object is published, everything in
 * it is constant except the waiters, the pollers, the name, the participants and
 * the state of the type.
 *
 * CREATE has these steps, of which only the last one cannot fail. kipc_object_put()
 * undoes the others from any point:
 *
 * 1. check the arguments
 * 2. charge the quota and allocate all memory that the object will ever need
 * 3. reserve a descriptor, and create an inode and a file
 * 4. write to user space what the object is, if that is asked for
 * 5. insert the name, from which time on other processes can open the object
 * 6. install the descriptor
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
 * @label: the name of the type in fdinfo
 * @id: the number of the type, KIPC_SEMAPHORE and so on
 * @flags: the flags of CREATE that the type knows, except those of names
 * @alternatives: flags of which an object has at most one
 * @min_elements: the least number of elements of an object
 * @max_elements: the greatest number of elements of an object
 * @size: bytes of the type's structure, which begins with struct kipc_object
 * @check: check the attributes of CREATE and fill in defaults; returns 0 or -EINVAL
 * @init: charge and allocate all that the object will ever need
 * @exit: free that; also called if @init failed half way
 * @ioctl: the verbs of the type
 * @operations: the operations of its files, if they are special; they include
 *	KIPC_FILE_OPERATIONS
 * @poll: register a poller and return what is ready; NULL if files of the type
 *	cannot be polled, read and written, or if @operations does that
 * @read: what read() does: an alternative entry to a verb
 * @write: what write() does: an alternative entry to a verb
 * @words: returns the words that mmap() maps; NULL if the type has none
 * @map: mmap() at KIPC_REGION_DATA and beyond; NULL if the type has nothing there
 * @attachment_size: bytes of the type's structure of a participant, which begins
 *	with struct kipc_attachment; 0 for that structure alone
 * @attach: prepare a new attachment, which cannot be found yet; may be NULL
 * @detach: repair what an attachment that is gone has left behind; returns how many
 *	things were repaired. Needed if objects track their participants
 * @settle: repair what an attachment holds that is over; returns how many things
 *	were repaired that the attachment has not counted. Needed as @detach is
 * @reap: repair what the dead threads of an attachment own; returns how many things
 *	were repaired. NULL if threads own nothing
 * @scan: repair what waiters wait for if its holder is dead; NULL to settle all
 *	attachments instead
 * @show: print the type's lines of fdinfo
 * @owner: returns the process that owns the object, in the caller's pid namespace,
 *	or 0; NULL if objects of the type have no owner
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
	bool tracks;			/* tracks its participants, see attachment.h */
	struct path path;		/* its inode; empty until there is one */
	union kipc_attributes attributes;

	struct kipc_attachments attachments;	/* RCU, or a lock of its own */

	/* names_mutex; named is set once and stays set */
	struct kipc_name *name;
	bool named;

	struct kipc_watchers *watchers;	/* set once, by the first watch */

	/* atomic */
	refcount_t references;
	atomic_t waiters;
	atomic64_t tickets;		/* number of waits that have begun */
	atomic_t spins;			/* waits that began by spinning */
	atomic_t spin_hits;		/* waits that ended while spinning */
	atomic_t lost_races;		/* races that first waiters lost */
	u32 max_lost_races;		/* the most of one waiter; a lost update is benign */

	unsigned long checked;		/* jiffies of the last check; races are benign */
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

/* The file operations that all types have. */
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

/* Returns the inode of an object that has been published. */
static inline struct inode *kipc_inode(const struct kipc_object *object)
{
	return d_inode(object->path.dentry);
}

/* Returns 0, or -EBADF if the file is not open for what a verb needs. */
static inline int kipc_file_check(const struct file *file, fmode_t mode)
{
	return (file->f_mode & mode) == mode ? 0 : -EBADF;
}

/* Returns the deadline of read() and write(): none, or no waiting at all. */
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
