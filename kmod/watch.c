// SPDX-License-Identifier: GPL-2.0-only
#include <linux/anon_inodes.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/pid.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/uio.h>
#include <linux/wait.h>

#include "args.h"
#include "attachment.h"
#include "object.h"
#include "user.h"
#include "watch.h"

struct notice {
	struct pid *process;
	u32 attachment;
	u32 repaired;
};

struct kipc_watch {
	/* constant */
	struct kipc_user *user;

	/* watches_mutex */
	struct list_head node;		/* empty once the object has gone */
	struct kipc_object *object;	/* NULL likewise */
	unsigned int first;
	unsigned int count;
	u32 lost;
	struct notice notices[KIPC_NOTICES_MAX];

	wait_queue_head_t readers;
};

static DEFINE_MUTEX(watches_mutex);

/* ------------------------------------------------------------------------ */
/* What happens to a watch                                                  */
/* ------------------------------------------------------------------------ */

static void watch_add(struct kipc_watch *watch,
		      const struct kipc_attachment *attachment, u32 repaired)
{
	struct notice *notice;

	lockdep_assert_held(&watches_mutex);
	if (watch->count == KIPC_NOTICES_MAX) {
		watch->lost++;
		return;
	}
	notice = &watch->notices[(watch->first + watch->count++) %
				 KIPC_NOTICES_MAX];
	notice->process = get_pid(attachment->process);
	notice->attachment = attachment->id;
	notice->repaired = repaired;
}

/* The oldest notice, which the caller has to release. */
static struct notice watch_take(struct kipc_watch *watch)
{
	struct notice notice = watch->notices[watch->first];

	lockdep_assert_held(&watches_mutex);
	watch->first = (watch->first + 1) % KIPC_NOTICES_MAX;
	watch->count--;
	return notice;
}

static bool watch_ended(const struct kipc_watch *watch)
{
	return !watch->object;
}

static void watch_unlink(struct kipc_watch *watch)
{
	lockdep_assert_held(&watches_mutex);
	if (watch_ended(watch))
		return;
	list_del(&watch->node);
	watch->object->watches--;
	watch->object = NULL;
}

/* ------------------------------------------------------------------------ */
/* What happens to an object                                                */
/* ------------------------------------------------------------------------ */

/* An attachment has ended, and that many things that it held were repaired. */
void kipc_watch_tell(const struct kipc_attachment *attachment, u32 repaired)
{
	struct kipc_watch *watch;

	mutex_lock(&watches_mutex);
	list_for_each_entry(watch, &attachment->object->watch_list, node) {
		watch_add(watch, attachment, repaired);
		wake_up_interruptible_poll(&watch->readers,
					   EPOLLIN | EPOLLRDNORM);
	}
	mutex_unlock(&watches_mutex);
}

/* The object goes. */
void kipc_watch_end(struct kipc_object *object)
{
	struct kipc_watch *watch, *next;

	mutex_lock(&watches_mutex);
	list_for_each_entry_safe(watch, next, &object->watch_list, node) {
		watch_unlink(watch);
		wake_up_interruptible_poll(&watch->readers,
					   EPOLLIN | EPOLLRDNORM | EPOLLHUP);
	}
	mutex_unlock(&watches_mutex);
}

/* ------------------------------------------------------------------------ */
/* The descriptor                                                           */
/* ------------------------------------------------------------------------ */

/*
 * What a reader gets: a notice and the number of those lost since the last one,
 * or nothing where the watch has ended. -EAGAIN where there is none yet.
 */
static int watch_next(struct kipc_watch *watch, struct notice *notice,
		      u32 *lost)
{
	int ret = -EAGAIN;

	mutex_lock(&watches_mutex);
	if (watch->count) {
		*notice = watch_take(watch);
		*lost = watch->lost;
		watch->lost = 0;
		ret = 1;
	} else if (watch_ended(watch)) {
		ret = 0;
	}
	mutex_unlock(&watches_mutex);
	return ret;
}

/* A reader could not be given it: it is the oldest one again, if it fits. */
static void watch_put_back(struct kipc_watch *watch, struct notice *notice,
			   u32 lost)
{
	mutex_lock(&watches_mutex);
	watch->lost += lost;
	if (watch->count < KIPC_NOTICES_MAX) {
		watch->first = (watch->first + KIPC_NOTICES_MAX - 1) %
			       KIPC_NOTICES_MAX;
		watch->notices[watch->first] = *notice;
		watch->count++;
		notice->process = NULL;
	} else {
		watch->lost++;
	}
	mutex_unlock(&watches_mutex);
	put_pid(notice->process);
}

static bool watch_readable(struct kipc_watch *watch)
{
	return READ_ONCE(watch->count) || !READ_ONCE(watch->object);
}

/* As watch_next(), but waits. */
static int watch_wait(struct kipc_watch *watch, struct notice *notice,
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
	struct notice notice;
	int ret;

	if (iov_iter_count(to) < sizeof(copy))
		return -EINVAL;
	ret = watch_wait(watch, &notice, &copy.lost, try);
	if (ret <= 0)
		return ret;
	copy.pid = pid_vnr(notice.process);
	copy.attachment = notice.attachment;
	copy.repaired = notice.repaired;
	if (copy_to_iter(&copy, sizeof(copy), to) != sizeof(copy)) {
		watch_put_back(watch, &notice, copy.lost);
		return -EFAULT;
	}
	put_pid(notice.process);
	return sizeof(copy);
}

static __poll_t watch_poll(struct file *file, struct poll_table_struct *table)
{
	struct kipc_watch *watch = file->private_data;
	__poll_t ready = 0;

	poll_wait(file, &watch->readers, table);
	mutex_lock(&watches_mutex);
	if (watch->count)
		ready |= EPOLLIN | EPOLLRDNORM;
	if (watch_ended(watch))
		ready |= EPOLLHUP;
	mutex_unlock(&watches_mutex);
	return ready;
}

static void watch_free(struct kipc_watch *watch)
{
	mutex_lock(&watches_mutex);
	watch_unlink(watch);
	while (watch->count)
		put_pid(watch_take(watch).process);
	mutex_unlock(&watches_mutex);
	kipc_user_uncharge(watch->user, 1, sizeof(*watch));
	kipc_user_put(watch->user);
	kfree(watch);
}

static int watch_release(struct inode *inode, struct file *file)
{
	watch_free(file->private_data);
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

static int watch_link(struct kipc_watch *watch, struct kipc_object *object)
{
	int ret = 0;

	mutex_lock(&watches_mutex);
	if (object->watches == KIPC_WATCHES_MAX) {
		ret = -ENOSPC;
	} else {
		object->watches++;
		watch->object = object;
		list_add_tail(&watch->node, &object->watch_list);
	}
	mutex_unlock(&watches_mutex);
	return ret;
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
	watch = kzalloc(sizeof(*watch), GFP_KERNEL_ACCOUNT);
	if (!watch)
		goto uncharge;
	watch->user = user;
	init_waitqueue_head(&watch->readers);
	ret = watch_link(watch, object);
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
		watch_free(watch);
	return ret;
}

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
