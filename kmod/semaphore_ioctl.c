// SPDX-License-Identifier: GPL-2.0-only
/*
 * Semaphores as a type of object: ioctl, poll, read and write, attachments and
 * fdinfo. The verbs are in semaphore.c.
 */
#include <linux/err.h>
#include <linux/fault-inject-usercopy.h>
#include <linux/file.h>
#include <linux/uaccess.h>

#include "args.h"
#include "compat.h"
#include "poll.h"
#include "scan.h"
#include "semaphore.h"
#include "undo.h"
#include "wait.h"

#define HOLDERS_SHOWN	64	/* participants in fdinfo */

/* ------------------------------------------------------------------------ */
/* Participants                                                             */
/* ------------------------------------------------------------------------ */

static struct kipc_semaphore_holder *
semaphore_holder_of(struct kipc_attachment *attachment)
{
	return container_of(attachment, struct kipc_semaphore_holder,
			    attachment);
}

/*
 * Finds the caller as a participant: NULL if the semaphore does not track any.
 * Returns -ENXIO if the caller is not attached.
 */
static int semaphore_holder_get(struct kipc_semaphore *semaphore,
				struct kipc_semaphore_holder **holder)
{
	struct kipc_attachment *attachment;

	*holder = NULL;
	if (!semaphore->object.tracks)
		return 0;
	attachment = kipc_attachment_get_current(&semaphore->object);
	if (!attachment)
		return -ENXIO;
	*holder = semaphore_holder_of(attachment);
	return 0;
}

/*
 * The same for a caller that wants units. Units that a dead participant holds
 * are given back before.
 */
static int semaphore_taker_get(struct kipc_semaphore *semaphore,
			       struct kipc_semaphore_holder **holder)
{
	if (semaphore->object.tracks)
		kipc_attachments_check(&semaphore->object);
	return semaphore_holder_get(semaphore, holder);
}

static void semaphore_holder_put(struct kipc_semaphore_holder *holder)
{
	if (holder)
		kipc_attachment_put(&holder->attachment);
}

static int semaphore_attach(struct kipc_object *object,
			    struct kipc_attachment *attachment)
{
	struct kipc_undo *undo = kipc_undo_alloc(object->elements);

	if (IS_ERR(undo))
		return PTR_ERR(undo);
	semaphore_holder_of(attachment)->undo = undo;
	return 0;
}

static u32 semaphore_settle(struct kipc_object *object,
			    struct kipc_attachment *attachment)
{
	return kipc_semaphore_undo(kipc_semaphore_of(object),
				   semaphore_holder_of(attachment));
}

static u32 semaphore_detach(struct kipc_object *object,
			    struct kipc_attachment *attachment)
{
	struct kipc_semaphore_holder *holder = semaphore_holder_of(attachment);
	u32 repaired = kipc_semaphore_undo(kipc_semaphore_of(object), holder);

	holder->undo = kipc_undo_free(holder->undo);
	return repaired;
}

/* ------------------------------------------------------------------------ */
/* The verbs, by the caller                                                 */
/* ------------------------------------------------------------------------ */

static int semaphore_caller_post(struct kipc_semaphore *semaphore, u32 index, u32 count)
{
	struct kipc_semaphore_holder *holder;
	int ret = semaphore_holder_get(semaphore, &holder);

	if (!ret)
		ret = kipc_semaphore_post(semaphore, index, count, holder);
	semaphore_holder_put(holder);
	return ret;
}

static int semaphore_caller_wait(struct kipc_semaphore *semaphore, u32 index, u32 count,
				 const struct kipc_deadline *deadline)
{
	struct kipc_semaphore_holder *holder;
	int ret = semaphore_taker_get(semaphore, &holder);

	if (!ret)
		ret = kipc_semaphore_wait(semaphore, index, count, holder,
					  deadline);
	semaphore_holder_put(holder);
	return ret;
}

/*
 * Posts before the caller waits. A task that was woken is to run on this
 * processor, so the caller does not spin then.
 */
static int semaphore_post_before_wait(struct kipc_semaphore *semaphore,
				      struct kipc_semaphore_holder *holder,
				      struct kipc_semaphore_post_wait_args *args,
				      struct kipc_deadline *deadline)
{
	struct kipc_wake_q wake_q __uninitialized;
	int ret;

	kipc_wake_q_init(&wake_q, true);
	ret = kipc_semaphore_post_waking(semaphore, args->element, args->count,
					 holder, &wake_q);
	if (ret)
		return ret;
	deadline->spin = !wake_q.woken;
	args->flags |= KIPC_POSTED;
	return 0;
}

/*
 * Posts, and waits for @other. KIPC_POSTED in the flags says that the post is
 * done, so that it is not repeated when the call is restarted.
 */
static int semaphore_caller_post_wait(struct kipc_semaphore *semaphore,
				      struct kipc_semaphore *other,
				      struct kipc_semaphore_post_wait_args *args,
				      struct kipc_deadline *deadline)
{
	struct kipc_semaphore_holder *poster, *waiter = NULL;
	int ret;

	if (args->wait_element >= other->words.count ||
	    !kipc_semaphore_counts(other, args->wait_count))
		return -EINVAL;
	ret = semaphore_holder_get(semaphore, &poster);
	if (!ret)
		ret = semaphore_taker_get(other, &waiter);
	if (!ret && !(args->flags & KIPC_POSTED))
		ret = semaphore_post_before_wait(semaphore, poster, args, deadline);
	if (!ret)
		ret = kipc_semaphore_wait(other, args->wait_element,
					  args->wait_count, waiter, deadline);
	semaphore_holder_put(waiter);
	semaphore_holder_put(poster);
	return ret;
}

/* ------------------------------------------------------------------------ */
/* ioctl                                                                    */
/* ------------------------------------------------------------------------ */

static int semaphore_ioctl_post(struct file *file, void __user *arg)
{
	struct kipc_semaphore_post_args args;
	int ret = kipc_args_read(&args, sizeof(args), arg);

	if (!ret)
		ret = kipc_file_check(file, FMODE_WRITE);
	if (ret)
		return ret;
	if (args.flags)
		return -EINVAL;
	return semaphore_caller_post(kipc_semaphore_of(kipc_object_of(file)), args.element,
				     args.count);
}

static int semaphore_ioctl_wait(struct file *file, void __user *arg)
{
	struct kipc_semaphore_wait_args args;
	struct kipc_deadline deadline;
	int ret = kipc_args_read(&args, sizeof(args), arg);

	if (!ret)
		ret = kipc_file_check(file, FMODE_WRITE);
	if (ret)
		return ret;
	if (args.flags & ~(KIPC_TRY | KIPC_REALTIME))
		return -EINVAL;
	ret = kipc_deadline_init(&deadline, args.flags, args.deadline);
	if (ret)
		return ret;
	return semaphore_caller_wait(kipc_semaphore_of(kipc_object_of(file)), args.element,
				     args.count, &deadline);
}

/*
 * Tells the caller after a failure whether the post was done. The caller calls
 * again with the same arguments then. After success the flag is cleared, so
 * that the arguments can be used for the next call.
 */
static int semaphore_post_wait_write_back(struct kipc_semaphore_post_wait_args __user *arg,
					  u32 given, u32 flags, int ret)
{
	if (!ret)
		flags &= ~KIPC_POSTED;
	if (flags == given || !put_user(flags, &arg->flags))
		return ret;
	/* Without the flag a restart would post once more. */
	return ret == -ERESTARTSYS ? -EINTR : ret;
}

static int semaphore_post_wait_in(struct file *file, struct file *other,
				  struct kipc_semaphore_post_wait_args *args,
				  void __user *arg)
{
	const u32 known = KIPC_TRY | KIPC_REALTIME | KIPC_POSTED;
	struct kipc_object *object;
	struct kipc_deadline deadline;
	u32 given = args->flags;
	int ret;

	if ((args->flags & ~known) || args->reserved)
		return -EINVAL;
	object = kipc_object_of_type(other, &kipc_semaphore_type);
	if (!object)
		return -EINVAL;
	ret = kipc_file_check(other, FMODE_WRITE);
	if (!ret)
		ret = kipc_deadline_init(&deadline, args->flags,
					 args->deadline);
	if (ret)
		return ret;
	ret = semaphore_caller_post_wait(kipc_semaphore_of(kipc_object_of(file)),
					 kipc_semaphore_of(object), args, &deadline);
	return semaphore_post_wait_write_back(arg, given, args->flags, ret);
}

static int semaphore_ioctl_post_wait(struct file *file, void __user *arg)
{
	struct kipc_semaphore_post_wait_args args;
	struct fd other;
	int ret = kipc_args_read(&args, sizeof(args), arg);

	if (!ret)
		ret = kipc_file_check(file, FMODE_WRITE);
	if (ret)
		return ret;
	if (args.wait_fd == -1)
		return semaphore_post_wait_in(file, file, &args, arg);
	other = fdget(args.wait_fd);
	if (!fd_file(other))
		return -EBADF;
	ret = semaphore_post_wait_in(file, fd_file(other), &args, arg);
	fdput(other);
	return ret;
}

static int semaphore_ioctl_value(struct file *file, void __user *arg)
{
	struct kipc_semaphore_value_args args;
	int ret = kipc_args_read(&args, sizeof(args), arg);

	if (ret)
		return ret;
	if (args.flags)
		return -EINVAL;
	ret = kipc_semaphore_value(kipc_semaphore_of(kipc_object_of(file)),
				   args.element, &args.value);
	return ret ? ret : kipc_args_write(arg, &args, sizeof(args));
}

static long semaphore_ioctl(struct file *file, unsigned int command,
			    void __user *arg)
{
	switch (command) {
	case KIPC_SEMAPHORE_POST:
		return semaphore_ioctl_post(file, arg);
	case KIPC_SEMAPHORE_WAIT:
		return semaphore_ioctl_wait(file, arg);
	case KIPC_SEMAPHORE_VALUE:
		return semaphore_ioctl_value(file, arg);
	case KIPC_SEMAPHORE_POST_WAIT:
		return semaphore_ioctl_post_wait(file, arg);
	default:
		return -ENOTTY;
	}
}

/* ------------------------------------------------------------------------ */
/* poll, read, write: like an eventfd with EFD_SEMAPHORE                    */
/* ------------------------------------------------------------------------ */

static __poll_t semaphore_poll(struct file *file,
			       struct poll_table_struct *table)
{
	struct kipc_semaphore *semaphore = kipc_semaphore_of(kipc_object_of(file));
	__poll_t possible = EPOLLOUT | EPOLLWRNORM;

	/*
	 * Taking a unit changes the semaphore, so both events need write
	 * access.
	 */
	if (!kipc_file_writes(file))
		return 0;
	if (kipc_file_reads(file))
		possible |= EPOLLIN | EPOLLRDNORM;
	if (kipc_poll_registers(table)) {
		poll_wait(file, &semaphore->object.pollers, table);
		kipc_semaphore_claim(semaphore);
	}
	return kipc_semaphore_ready(semaphore) & possible;
}

/*
 * Takes units as user space does. Returns false if the kernel has to be asked,
 * because the word is kernel-owned or holds too few units.
 */
static bool semaphore_take_shared(struct kipc_semaphore *semaphore, u32 count)
{
	atomic64_t *word = kipc_word_shared(&semaphore->words, 0);
	s64 old;

	if (!word)
		return false;
	old = atomic64_read(word);
	do {
		/* With KIPC_SLOW the word is negative. */
		if (old < 0 || (u32)old < count)
			return false;
	} while (!atomic64_try_cmpxchg(word, &old, old - count));
	return true;
}

/*
 * Adds units as user space does. Returns false if the kernel has to be asked.
 */
static bool semaphore_add_shared(struct kipc_semaphore *semaphore, u32 count)
{
	atomic64_t *word = kipc_word_shared(&semaphore->words, 0);
	s64 max = (s64)kipc_semaphore_max(semaphore) - count;
	s64 old;

	if (!word)
		return false;
	old = atomic64_read(word);
	do {
		/* The bits that say that tasks wait exceed any maximum. */
		if (old < 0 || old > max)
			return false;
	} while (!atomic64_try_cmpxchg(word, &old, old + count));
	return true;
}

static int semaphore_file_wait(struct file *file, bool try)
{
	struct kipc_deadline deadline = kipc_file_deadline(file, try);

	return semaphore_caller_wait(kipc_semaphore_of(kipc_object_of(file)), 0, 1,
				     &deadline);
}

static int semaphore_file_take(struct file *file, size_t size, bool try)
{
	int ret = kipc_file_check(file, FMODE_WRITE);

	if (ret)
		return ret;
	if (size < sizeof(u64))
		return -EINVAL;
	if (semaphore_take_shared(kipc_semaphore_of(kipc_object_of(file)), 1))
		return 0;
	return semaphore_file_wait(file, try);
}

/* Ends a read. A unit that was taken goes back if the caller cannot be told. */
static ssize_t semaphore_file_taken(struct file *file, bool told)
{
	if (told)
		return sizeof(u64);
	semaphore_caller_post(kipc_semaphore_of(kipc_object_of(file)), 0, 1);
	return -EFAULT;
}

static ssize_t semaphore_file_give(struct file *file, u64 units)
{
	struct kipc_semaphore *semaphore = kipc_semaphore_of(kipc_object_of(file));
	int ret;

	if (units > KIPC_SEMAPHORE_MAX)
		return -EOVERFLOW;
	if (units && semaphore_add_shared(semaphore, units))
		return sizeof(units);
	ret = semaphore_caller_post(semaphore, 0, units);
	return ret ? ret : sizeof(units);
}

/*
 * read() and write() copy eight bytes. An iterator makes that over ten times as
 * expensive, so they have functions without one. The other calls, such as
 * readv() and io_uring, come with an iterator.
 */
static ssize_t semaphore_read(struct file *file, char __user *buffer,
			      size_t size, loff_t *position)
{
	int ret = semaphore_file_take(file, size, false);

	if (ret)
		return ret;
	return semaphore_file_taken(file, !should_fail_usercopy() &&
				    !put_user((u64)1, (u64 __user *)buffer));
}

static ssize_t semaphore_write(struct file *file, const char __user *data,
			       size_t size, loff_t *position)
{
	u64 units;

	if (size < sizeof(units))
		return -EINVAL;
	if (should_fail_usercopy() || get_user(units, (const u64 __user *)data))
		return -EFAULT;
	return semaphore_file_give(file, units);
}

static ssize_t semaphore_read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	const u64 units = 1;
	int ret = semaphore_file_take(iocb->ki_filp, iov_iter_count(to),
				      iocb->ki_flags & IOCB_NOWAIT);

	if (ret)
		return ret;
	return semaphore_file_taken(iocb->ki_filp,
				    copy_to_iter(&units, sizeof(units), to) ==
				    sizeof(units));
}

static ssize_t semaphore_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	u64 units;

	if (iov_iter_count(from) < sizeof(units))
		return -EINVAL;
	if (!copy_from_iter_full(&units, sizeof(units), from))
		return -EFAULT;
	return semaphore_file_give(iocb->ki_filp, units);
}

static const struct file_operations semaphore_operations = {
	KIPC_FILE_OPERATIONS,
	.read = semaphore_read,
	.write = semaphore_write,
	.read_iter = semaphore_read_iter,
	.write_iter = semaphore_write_iter,
	.poll = semaphore_poll,
};

/* ------------------------------------------------------------------------ */
/* The type                                                                 */
/* ------------------------------------------------------------------------ */

static int semaphore_check(union kipc_attributes *attributes)
{
	u32 max = attributes->semaphore.max;

	if (!max || attributes->semaphore.initial > max ||
	    memchr_inv(&attributes->semaphore + 1, 0,
		       sizeof(*attributes) - sizeof(attributes->semaphore)))
		return -EINVAL;
	return 0;
}

static int semaphore_init(struct kipc_object *object)
{
	object->tracks = object->flags & KIPC_UNDO;
	return kipc_words_alloc(&kipc_semaphore_of(object)->words, object,
				object->attributes.semaphore.initial);
}

static void semaphore_exit(struct kipc_object *object)
{
	kipc_scan_forget(object);
	kipc_words_free(&kipc_semaphore_of(object)->words);
}

static struct kipc_words *semaphore_words(struct kipc_object *object)
{
	return &kipc_semaphore_of(object)->words;
}

/* Shows up to HOLDERS_SHOWN participants that hold units of element 0. */
static void semaphore_show_holders(struct seq_file *seq,
				   struct kipc_semaphore *semaphore)
{
	struct kipc_attachment *attachment;
	u32 held, shown = 0;
	unsigned long id;

	rcu_read_lock();
	xa_for_each(&semaphore->object.attachments.table, id, attachment) {
		held = kipc_semaphore_held(semaphore, semaphore_holder_of(attachment));
		if (!held)
			continue;
		seq_printf(seq, "kipc-holder:\tprocess %u units %u\n",
			   pid_vnr(attachment->process), held);
		if (++shown == HOLDERS_SHOWN)
			break;
	}
	rcu_read_unlock();
}

static void semaphore_show(struct seq_file *seq, struct kipc_object *object)
{
	u32 value;

	kipc_semaphore_value(kipc_semaphore_of(object), 0, &value);
	seq_printf(seq, "kipc-value:\t%u\n", value);
	seq_printf(seq, "kipc-max:\t%u\n",
		   kipc_semaphore_max(kipc_semaphore_of(object)));
	if (object->tracks)
		semaphore_show_holders(seq, kipc_semaphore_of(object));
}

const struct kipc_type kipc_semaphore_type = {
	.label = "semaphore",
	.id = KIPC_SEMAPHORE,
	.flags = KIPC_SEALED | KIPC_PACKED | KIPC_UNDO | KIPC_FAIR,
	.min_elements = 1,
	.max_elements = KIPC_ELEMENTS_MAX,
	.size = sizeof(struct kipc_semaphore),
	.check = semaphore_check,
	.init = semaphore_init,
	.exit = semaphore_exit,
	.ioctl = semaphore_ioctl,
	.operations = &semaphore_operations,
	.words = semaphore_words,
	.attachment_size = sizeof(struct kipc_semaphore_holder),
	.attach = semaphore_attach,
	.detach = semaphore_detach,
	.settle = semaphore_settle,
	.show = semaphore_show,
};
