// SPDX-License-Identifier: GPL-2.0-only
#include <linux/anon_inodes.h>
#include <linux/capability.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/pid.h>
#include <linux/poll.h>
#include <linux/refcount.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/uio.h>
#include <linux/wait.h>

#include "args.h"
#include "attachment.h"
#include "object.h"
#include "user.h"
#include "watch.h"

/* Size of the first published struct kipc_notice: the least that is read. */
#define NOTICE_SIZE_FIRST	24

struct watch_notice {
	struct pid *process;
	u32 attachment;
	u32 repaired;
};

/* The watches of one object. */
struct kipc_watchers {
	refcount_t references;		/* of the object and of each watch */

	struct mutex mutex;		/* guards what names it here */
	struct list_head list;		/* mutex */
	unsigned int count;		/* mutex; watches in the list */
	unsigned int others;		/* mutex; these with @other set */
};

struct kipc_watch {
	/* constant */
	struct kipc_user *user;
	struct kipc_watchers *watchers;
	bool other;			/* not of the object's creator */

	/* watchers->mutex */
	struct list_head node;		/* empty if on no list */

	/* lock */
	spinlock_t lock;
	bool ended;			/* the object is gone */
	unsigned int first;		/* index of the oldest notice */
	unsigned int count;
	u32 lost;			/* notices, since the last read */
	struct watch_notice notices[KIPC_NOTICES_MAX];

	wait_queue_head_t readers;	/* and pollers; has its own lock */
};

/* ------------------------------------------------------------------------ */
/* The notices of a watch, whose lock is held                               */
/* ------------------------------------------------------------------------ */

/* Returns the place of a notice. The oldest notice has the index 0. */
static struct watch_notice *watch_at(struct kipc_watch *watch, unsigned int index)
{
	return &watch->notices[(watch->first + index) % KIPC_NOTICES_MAX];
}

/*
 * Drops the oldest notice without repairs. Returns false if there is none. The
 * watch is full.
 */
static bool watch_drop_idle(struct kipc_watch *watch)
{
	unsigned int i = 0;

	while (i < watch->count && watch_at(watch, i)->repaired)
		i++;
	if (i == watch->count)
		return false;
	put_pid(watch_at(watch, i)->process);
	watch->count--;
	for (; i < watch->count; i++)
		*watch_at(watch, i) = *watch_at(watch, i + 1);
	return true;
}

/*
 * Makes room for a notice with @repaired repairs. Returns false if that is not
 * possible. If the watch is full, a notice is lost in any case: the new one, or
 * the one that makes room for it.
 */
static bool watch_has_room(struct kipc_watch *watch, u32 repaired)
{
	lockdep_assert_held(&watch->lock);
	if (watch->count < KIPC_NOTICES_MAX)
		return true;
	watch->lost++;
	return repaired && watch_drop_idle(watch);
}

static void watch_add(struct kipc_watch *watch,
		      const struct kipc_attachment *attachment, u32 repaired)
{
	if (watch_has_room(watch, repaired))
		*watch_at(watch, watch->count++) = (struct watch_notice) {
			.process = get_pid(attachment->process),
			.attachment = attachment->id,
			.repaired = repaired,
		};
}

/*
 * Takes the oldest notice. The reference to its process belongs to the caller
 * after that.
 */
static struct watch_notice watch_take(struct kipc_watch *watch)
{
	struct watch_notice notice = *watch_at(watch, 0);

	lockdep_assert_held(&watch->lock);
	watch->first = (watch->first + 1) % KIPC_NOTICES_MAX;
	watch->count--;
	return notice;
}

/*
 * Puts a notice back as the oldest one. Returns false if there is no room for
 * it any more; the caller then keeps the reference to the process.
 */
static bool watch_return(struct kipc_watch *watch, struct watch_notice notice)
{
	if (!watch_has_room(watch, notice.repaired))
		return false;
	watch->first = (watch->first + KIPC_NOTICES_MAX - 1) % KIPC_NOTICES_MAX;
	watch->count++;
	*watch_at(watch, 0) = notice;
	return true;
}

/* ------------------------------------------------------------------------ */
/* The watches of an object                                                 */
/* ------------------------------------------------------------------------ */

static struct kipc_watchers *watchers_find(struct kipc_object *object)
{
	/* Pairs with the compare-and-swap in watchers_get(). */
	return smp_load_acquire(&object->watchers);
}

static void watchers_put(struct kipc_watchers *watchers)
{
	if (refcount_dec_and_test(&watchers->references))
		kfree(watchers);
}

static void watchers_remove(struct kipc_watchers *watchers,
			    struct kipc_watch *watch)
{
	lockdep_assert_held(&watchers->mutex);
	if (list_empty(&watch->node))
		return;
	list_del_init(&watch->node);
	watchers->count--;
	watchers->others -= watch->other;
}

/**
 * kipc_watch_tell() - add a notice to all watches of an object
 * @attachment: has ended; its object is the one that is watched
 * @repaired: how many things that it held were repaired
 *
 * Context: may sleep; takes the mutex of the watches
 */
void kipc_watch_tell(const struct kipc_attachment *attachment, u32 repaired)
{
	struct kipc_watchers *watchers = watchers_find(attachment->object);
	struct kipc_watch *watch;

	if (!watchers)
		return;
	mutex_lock(&watchers->mutex);
	list_for_each_entry(watch, &watchers->list, node) {
		spin_lock(&watch->lock);
		watch_add(watch, attachment, repaired);
		spin_unlock(&watch->lock);
		wake_up_interruptible_poll(&watch->readers,
					   EPOLLIN | EPOLLRDNORM);
	}
	mutex_unlock(&watchers->mutex);
}

/**
 * kipc_watch_end() - end all watches of an object that is being freed
 * @object: has no reference left
 *
 * Context: may sleep; takes the mutex of the watches
 */
void kipc_watch_end(struct kipc_object *object)
{
	struct kipc_watchers *watchers = watchers_find(object);
	struct kipc_watch *watch, *next;

	if (!watchers)
		return;
	mutex_lock(&watchers->mutex);
	list_for_each_entry_safe(watch, next, &watchers->list, node) {
		watchers_remove(watchers, watch);
		spin_lock(&watch->lock);
		watch->ended = true;
		spin_unlock(&watch->lock);
		wake_up_interruptible_poll(&watch->readers,
					   EPOLLIN | EPOLLRDNORM | EPOLLHUP);
	}
	mutex_unlock(&watchers->mutex);
	watchers_put(watchers);
}

/* ------------------------------------------------------------------------ */
/* The descriptor                                                           */
/* ------------------------------------------------------------------------ */

/*
 * Takes a notice and the number of notices lost before it. Returns 1 then, 0 if
 * there is no notice and the object is gone, or -EAGAIN if there is none yet.
 */
static int watch_next(struct kipc_watch *watch, struct watch_notice *notice,
		      u32 *lost)
{
	int ret = -EAGAIN;

	spin_lock(&watch->lock);
	if (watch->count) {
		*notice = watch_take(watch);
		*lost = watch->lost;
		watch->lost = 0;
		ret = 1;
	} else if (watch->ended) {
		ret = 0;
	}
	spin_unlock(&watch->lock);
	return ret;
}

/*
 * Puts a notice back that could not be copied to its reader. Another reader may
 * have found no notice meanwhile, so it has to be woken:
 *
 *	CPU 0 (reader, bad buffer)		CPU 1 (another reader)
 *
 *	watch_next(): takes the notice
 *						watch_next(): -EAGAIN
 *						sleeps
 *	copy_to_iter() fails
 *	watch_put_back(): wakes CPU 1
 *						watch_next(): takes the notice
 */
static void watch_put_back(struct kipc_watch *watch, struct watch_notice notice,
			   u32 lost)
{
	bool returned;

	spin_lock(&watch->lock);
	watch->lost += lost;
	returned = watch_return(watch, notice);
	spin_unlock(&watch->lock);
	if (!returned)
		put_pid(notice.process);
	wake_up_interruptible_poll(&watch->readers, EPOLLIN | EPOLLRDNORM);
}

/* A hint for sleeping readers. watch_next() decides, with the lock held. */
static bool watch_readable(struct kipc_watch *watch)
{
	return READ_ONCE(watch->count) || READ_ONCE(watch->ended);
}

/*
 * As watch_next(), but waits for a notice or the end of the object, unless @try
 * is set. Also returns -ERESTARTSYS.
 */
static int watch_wait(struct kipc_watch *watch, struct watch_notice *notice,
		      u32 *lost, bool try)
{
	int ret;

	while ((ret = watch_next(watch, notice, lost)) == -EAGAIN && !try) {
		ret = wait_event_interruptible(watch->readers,
					       watch_readable(watch));
		if (ret)
			break;
	}
	return ret;
}

static ssize_t watch_read(struct kiocb *iocb, struct iov_iter *to)
{
	struct kipc_watch *watch = iocb->ki_filp->private_data;
	bool nowait = iocb->ki_flags & IOCB_NOWAIT;
	bool try = kipc_file_deadline(iocb->ki_filp, nowait).try;
	struct kipc_notice copy = {};
	size_t size = min(iov_iter_count(to), sizeof(copy));
	struct watch_notice notice;
	int ret;

	if (size < NOTICE_SIZE_FIRST)
		return -EINVAL;
	ret = watch_wait(watch, &notice, &copy.lost, try);
	if (ret <= 0)
		return ret;
	copy.size = size;
	copy.pid = pid_vnr(notice.process);
	copy.attachment = notice.attachment;
	copy.repaired = notice.repaired;
	if (copy_to_iter(&copy, size, to) != size) {
		watch_put_back(watch, notice, copy.lost);
		return -EFAULT;
	}
	put_pid(notice.process);
	return size;
}

static __poll_t watch_poll(struct file *file, struct poll_table_struct *table)
{
	struct kipc_watch *watch = file->private_data;
	__poll_t ready = 0;

	poll_wait(file, &watch->readers, table);
	spin_lock(&watch->lock);
	if (watch->count)
		ready |= EPOLLIN | EPOLLRDNORM;
	if (watch->ended)
		ready |= EPOLLHUP;
	spin_unlock(&watch->lock);
	return ready;
}

/* Frees a watch that is on no list and has no file. */
static void watch_free(struct kipc_watch *watch)
{
	unsigned int i;

	for (i = 0; i < watch->count; i++)
		put_pid(watch_at(watch, i)->process);
	watchers_put(watch->watchers);
	kipc_user_uncharge(watch->user, 1, sizeof(*watch));
	kipc_user_put(watch->user);
	kfree(watch);
}

static void watch_close(struct kipc_watch *watch)
{
	mutex_lock(&watch->watchers->mutex);
	watchers_remove(watch->watchers, watch);
	mutex_unlock(&watch->watchers->mutex);
	watch_free(watch);
}

static int watch_release(struct inode *inode, struct file *file)
{
	watch_close(file->private_data);
	return 0;
}

static const struct file_operations watch_operations = {
	.owner = THIS_MODULE,
	.release = watch_release,
	.read_iter = watch_read,
	.poll = watch_poll,
	.llseek = noop_llseek,
};

/* ------------------------------------------------------------------------ */
/* WATCH                                                                    */
/* ------------------------------------------------------------------------ */

/*
 * Returns the list of the object's watches with a reference for the caller, or
 * NULL if there is no memory. The first watch of an object makes the list.
 *
 * No lock is held, so two callers may make a list each. The compare-and-swap
 * decides which one stays:
 *
 *	CPU 0 (WATCH)				CPU 1 (WATCH)
 *
 *	watchers_find(): NULL			watchers_find(): NULL
 *	made = A				made = B
 *	cmpxchg(NULL -> A): NULL
 *						cmpxchg(NULL -> B): A
 *						frees B, uses A
 *
 * The caller has a file of the object open, so the object and its reference to
 * the list stay meanwhile.
 */
static struct kipc_watchers *watchers_get(struct kipc_object *object)
{
	struct kipc_watchers *watchers = watchers_find(object), *made;

	if (!watchers) {
		made = kzalloc(sizeof(*made), GFP_KERNEL_ACCOUNT);
		if (!made)
			return NULL;
		refcount_set(&made->references, 1);
		mutex_init(&made->mutex);
		INIT_LIST_HEAD(&made->list);
		/* Fully ordered. Pairs with the acquire in watchers_find(). */
		watchers = cmpxchg(&object->watchers, NULL, made);
		if (watchers)
			kfree(made);
		else
			watchers = made;
	}
	refcount_inc(&watchers->references);
	return watchers;
}

/* Returns how many of the watches with @other set belong to @user. */
static unsigned int watchers_of_user(const struct kipc_watchers *watchers,
				     const struct kipc_user *user)
{
	const struct kipc_watch *watch;
	unsigned int count = 0;

	list_for_each_entry(watch, &watchers->list, node)
		count += watch->other && watch->user == user;
	return count;
}

static bool watchers_full(const struct kipc_watchers *watchers,
			  const struct kipc_watch *watch)
{
	if (watchers->count == KIPC_WATCHES_MAX)
		return true;
	return watch->other && (watchers->others == KIPC_WATCHES_OTHERS ||
				watchers_of_user(watchers, watch->user) ==
				KIPC_WATCHES_USER);
}

static int watch_link(struct kipc_watch *watch)
{
	struct kipc_watchers *watchers = watch->watchers;
	int ret = 0;

	mutex_lock(&watchers->mutex);
	if (watchers_full(watchers, watch)) {
		ret = -EUSERS;
	} else {
		watchers->count++;
		watchers->others += watch->other;
		list_add_tail(&watch->node, &watchers->list);
	}
	mutex_unlock(&watchers->mutex);
	return ret;
}

static struct kipc_watch *watch_alloc(struct kipc_object *object,
				      struct kipc_user *user)
{
	struct kipc_watch *watch = kzalloc(sizeof(*watch), GFP_KERNEL_ACCOUNT);

	if (!watch)
		return NULL;
	watch->watchers = watchers_get(object);
	if (!watch->watchers) {
		kfree(watch);
		return NULL;
	}
	watch->user = user;
	watch->other = user != object->user && !capable(CAP_SYS_RESOURCE);
	INIT_LIST_HEAD(&watch->node);
	spin_lock_init(&watch->lock);
	init_waitqueue_head(&watch->readers);
	return watch;
}

static struct kipc_watch *watch_make(struct kipc_object *object)
{
	struct kipc_user *user = kipc_user_get();
	struct kipc_watch *watch;
	int ret;

	if (IS_ERR(user))
		return ERR_CAST(user);
	ret = kipc_user_charge(user, 1, sizeof(*watch));
	if (ret)
		goto put_user;
	ret = -ENOMEM;
	watch = watch_alloc(object, user);
	if (!watch)
		goto uncharge;
	ret = watch_link(watch);
	if (!ret)
		return watch;
	watch_free(watch);
	return ERR_PTR(ret);

uncharge:
	kipc_user_uncharge(user, 1, sizeof(*watch));
put_user:
	kipc_user_put(user);
	return ERR_PTR(ret);
}

static int watch_publish(struct kipc_watch *watch)
{
	int ret = anon_inode_getfd("[kipc-watch]", &watch_operations, watch,
				   O_RDONLY | O_CLOEXEC);

	if (ret < 0)
		watch_close(watch);
	return ret;
}

/**
 * kipc_watch_open() - WATCH: make a watch of an object
 * @file: of the object
 * @arg: struct kipc_watch_args in user space
 *
 * Context: may sleep
 * Return: the descriptor of the watch; the errors of kipc_args_read(); -EINVAL
 * if flags are set or the object does not track its participants; -EBADF
 * without read access; -EUSERS if there are too many watches of the object;
 * -ENOSPC if the quota of the user is used up; -EMFILE, -ENFILE or -ENOMEM
 */
int kipc_watch_open(struct file *file, void __user *arg)
{
	struct kipc_object *object = kipc_object_of(file);
	struct kipc_watch_args args;
	struct kipc_watch *watch;
	int ret = kipc_args_read(&args, sizeof(args), arg);

	if (!ret)
		ret = kipc_file_check(file, FMODE_READ);
	if (ret)
		return ret;
	if (args.flags || !object->tracks)
		return -EINVAL;
	watch = watch_make(object);
	return IS_ERR(watch) ? PTR_ERR(watch) : watch_publish(watch);
}
