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
 * Returns true if the caller uses the memory of its parent, which is another
 * process, as a child of vfork() does. Such a task may run on the stack of its
 * parent and have its parent's thread-local variables, so the library would take
 * its number for that of the parent.
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
 * kipc_thread_ioctl() - the ioctl THREAD
 * @object: the object that the descriptor belongs to, NULL for the device
 * @arg: struct kipc_thread_args, which may be a shorter one of an older header
 *
 * Context: sleeps
 * Return: 0; -EINVAL for flags or reserved fields; -ENXIO if the caller uses the
 * memory of its parent; what kipc_thread_get() returns; -E2BIG or -EFAULT
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
	/* The structure of the caller may be shorter. */
	return kipc_args_write(arg, &args, min_t(size_t, args.size, sizeof(args)));
}
