// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mutexes as a type of object: ioctl and fdinfo. The verbs are in mutex.c.
 */
#include "args.h"
#include "mutex.h"
#include "scan.h"

#define OWNERS_SHOWN	64	/* elements with an owner, in fdinfo */

/* ------------------------------------------------------------------------ */
/* ioctl                                                                    */
/* ------------------------------------------------------------------------ */

static int mutex_ioctl_lock(struct file *file, void __user *arg)
{
	struct kipc_mutex *mutex = kipc_mutex_of(kipc_object_of(file));
	struct kipc_attachment *attachment;
	struct kipc_mutex_lock_args args;
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
	attachment = kipc_attachment_get(&mutex->object, args.attachment);
	if (!attachment)
		return -ENXIO;
	ret = kipc_mutex_lock(mutex, args.element, attachment, &deadline);
	kipc_attachment_put(attachment);
	return ret;
}

/* UNLOCK and CONSISTENT. */
static int mutex_ioctl_change(struct file *file, void __user *arg,
			      int (*change)(struct kipc_mutex *mutex, u32 index,
					    struct kipc_attachment *attachment))
{
	struct kipc_mutex *mutex = kipc_mutex_of(kipc_object_of(file));
	struct kipc_attachment *attachment;
	struct kipc_mutex_args args;
	int ret = kipc_args_read(&args, sizeof(args), arg);

	if (!ret)
		ret = kipc_file_check(file, FMODE_WRITE);
	if (ret)
		return ret;
	if (args.flags)
		return -EINVAL;
	attachment = kipc_attachment_get(&mutex->object, args.attachment);
	if (!attachment)
		return -ENXIO;
	ret = change(mutex, args.element, attachment);
	kipc_attachment_put(attachment);
	return ret;
}

static int mutex_ioctl_state(struct file *file, void __user *arg)
{
	struct kipc_mutex_state_args args;
	int ret = kipc_args_read(&args, sizeof(args), arg);

	if (ret)
		return ret;
	if (args.flags)
		return -EINVAL;
	ret = kipc_mutex_state(kipc_mutex_of(kipc_object_of(file)), &args);
	return ret ? ret : kipc_args_write(arg, &args, sizeof(args));
}

/**
 * kipc_mutex_ioctl() - the verbs of mutexes
 * @file: of the set of mutexes
 * @command: KIPC_MUTEX_LOCK and so on
 * @arg: the arguments of the verb, in user space
 *
 * Context: may sleep
 * Return: the result of the verb; -ENOTTY if there is no such verb; -EINVAL,
 * -E2BIG or -EFAULT if the arguments are wrong or cannot be copied; the error
 * of kipc_file_check() if @file is not open for writing; -ENXIO if the
 * attachment is not one of the caller's memory
 */
long kipc_mutex_ioctl(struct file *file, unsigned int command,
		      void __user *arg)
{
	switch (command) {
	case KIPC_MUTEX_LOCK:
		return mutex_ioctl_lock(file, arg);
	case KIPC_MUTEX_UNLOCK:
		return mutex_ioctl_change(file, arg, kipc_mutex_unlock);
	case KIPC_MUTEX_CONSISTENT:
		return mutex_ioctl_change(file, arg, kipc_mutex_consistent);
	case KIPC_MUTEX_STATE:
		return mutex_ioctl_state(file, arg);
	default:
		return -ENOTTY;
	}
}

/* ------------------------------------------------------------------------ */
/* The type                                                                 */
/* ------------------------------------------------------------------------ */

static int mutex_check(union kipc_attributes *attributes)
{
	return memchr_inv(attributes, 0, sizeof(*attributes)) ? -EINVAL : 0;
}

/**
 * kipc_mutex_init() - prepare a set of mutexes
 * @object: not published yet; its elements and flags are set
 *
 * Context: may sleep
 * Return: 0, or the error of kipc_words_alloc()
 */
int kipc_mutex_init(struct kipc_object *object)
{
	object->tracks = true;
	return kipc_words_alloc(&kipc_mutex_of(object)->words, object, 0);
}

/**
 * kipc_mutex_exit() - free what kipc_mutex_init() has allocated
 * @object: perhaps prepared only in part, or not at all
 *
 * The object is also taken off the list of the scan.
 *
 * Context: may sleep
 */
void kipc_mutex_exit(struct kipc_object *object)
{
	kipc_scan_forget(object);
	kipc_words_free(&kipc_mutex_of(object)->words);
}

/**
 * kipc_mutex_words() - the words that mmap() maps
 * @object: the set of mutexes
 *
 * Return: the words
 */
struct kipc_words *kipc_mutex_words(struct kipc_object *object)
{
	return &kipc_mutex_of(object)->words;
}

static void mutex_show_element(struct seq_file *seq,
			       struct kipc_mutex *mutex, u32 index,
			       u64 value)
{
	u32 process, thread;

	kipc_mutex_owner(mutex, value, &process, &thread);
	seq_printf(seq, "kipc-owner:\t%u process %u thread %u%s\n", index,
		   process, thread,
		   value & KIPC_MUTEX_WAITERS ? " awaited" : "");
}

/**
 * kipc_mutex_show() - write owners to fdinfo
 * @seq: to write to
 * @object: the set of mutexes
 *
 * Shows the first OWNERS_SHOWN elements that have an owner.
 *
 * Context: process context; may reschedule; takes no lock
 */
void kipc_mutex_show(struct seq_file *seq, struct kipc_object *object)
{
	struct kipc_mutex *mutex = kipc_mutex_of(object);
	u32 i, shown = 0;
	u64 value;

	for (i = 0; i < mutex->words.count && shown < OWNERS_SHOWN; i++) {
		value = kipc_word_peek(&mutex->words,
				       &mutex->words.elements[i], i);
		if (!(value & KIPC_MUTEX_OWNER))
			continue;
		mutex_show_element(seq, mutex, i, value);
		shown++;
		cond_resched();
	}
}

/**
 * kipc_mutex_first_owner() - the process that owns the first mutex
 * @object: the set of mutexes
 *
 * Context: takes no lock; does not sleep
 * Return: the process in the caller's pid namespace, or 0 if there is no mutex
 * or no owner, the owner is dead, or it is not in that namespace
 */
u32 kipc_mutex_first_owner(struct kipc_object *object)
{
	struct kipc_mutex *mutex = kipc_mutex_of(object);
	u32 process, thread;

	/* A region may have no mutexes. */
	if (!mutex->words.count)
		return 0;
	kipc_mutex_owner(mutex,
			 kipc_word_peek(&mutex->words, mutex->words.elements, 0),
			 &process, &thread);
	return process;
}

const struct kipc_type kipc_mutex_type = {
	.label = "mutex",
	.id = KIPC_MUTEX,
	.flags = KIPC_SEALED | KIPC_PACKED | KIPC_RECURSIVE | KIPC_FAIR |
		 KIPC_SPIN | KIPC_DETECT,
	.min_elements = 1,
	.max_elements = KIPC_ELEMENTS_MAX,
	.size = sizeof(struct kipc_mutex),
	.check = mutex_check,
	.init = kipc_mutex_init,
	.exit = kipc_mutex_exit,
	.ioctl = kipc_mutex_ioctl,
	.words = kipc_mutex_words,
	.detach = kipc_mutex_detach,
	.settle = kipc_mutex_settle,
	.reap = kipc_mutex_settle,
	.scan = kipc_mutex_scan,
	.show = kipc_mutex_show,
	.owner = kipc_mutex_first_owner,
};
