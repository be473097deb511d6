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
 * Does the caller use another process's memory, as a child of vfork() does? It may
 * run on its parent's stack and have its parent's thread variables.
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

/* @object: whose descriptor it is, NULL for the device's */
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
	/* The size is that of the caller's structure, which may be an older one. */
	return kipc_args_write(arg, &args, min_t(size_t, args.size, sizeof(args)));
}
