// SPDX-License-Identifier: GPL-2.0-only
#include <linux/err.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>

#include <linux/kipc.h>

#include "args.h"
#include "attachment.h"
#include "object.h"
#include "thread.h"

/*
 * Returns true if the caller uses the memory of its parent process, as a child
 * of vfork() does. Such a task may run on the stack of its parent and with the
 * thread variables of its parent, where programs keep the number. It must not
 * get a number of its own, because the parent would take that for its own.
 */
static bool thread_is_guest(void)
{
	struct task_struct *parent;
	bool guest;

	if (current->vfork_done)
		return true;
	rcu_read_lock();
	parent = rcu_dereference(current->real_parent);
	guest = READ_ONCE(parent->mm) == current->mm &&
		!same_thread_group(parent, current);
	rcu_read_unlock();
	return guest;
}

/**
 * kipc_thread_ioctl() - THREAD: tell the caller the number of its thread
 * @object: the object by whose descriptor the caller asks; NULL if it asks by
 *	that of the device
 * @arg: the caller's struct kipc_thread_args
 *
 * If the object tracks its participants, the answer says by which attachment
 * the thread may own things, or 0 if there is none.
 *
 * Context: may sleep
 * Return: 0; -ENXIO if the caller only uses the memory of its parent; -ENOMEM;
 * -EUSERS if all numbers are in use; -EINTR if the caller was killed; -EFAULT,
 * -EINVAL or -E2BIG for bad arguments
 */
int kipc_thread_ioctl(struct kipc_object *object, void __user *arg)
{
	struct kipc_thread *thread;
	struct kipc_thread_args args;
	int ret = kipc_args_read_grown(&args, sizeof(args),
				       offsetof(typeof(args), attachment), arg);

	if (ret)
		return ret;
	if (args.flags || args.reserved)
		return -EINVAL;
	if (thread_is_guest())
		return -ENXIO;
	thread = kipc_thread_get();
	if (IS_ERR(thread))
		return PTR_ERR(thread);
	args.thread = thread->number;
	args.attachment = object && object->tracks ?
			  kipc_attachment_current(object) : 0;
	/* The caller may know an older, shorter structure. */
	return kipc_args_write(arg, &args, min_t(size_t, args.size, sizeof(args)));
}
