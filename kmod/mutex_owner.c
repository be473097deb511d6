// SPDX-License-Identifier: GPL-2.0-only
/* Finding the owner that the value of a mutex names. */
#include <linux/pid_namespace.h>
#include <linux/sched.h>

#include "death.h"
#include "mutex.h"

/**
 * kipc_mutex_owner_task() - find the owner that a value names
 * @mutex: the mutex that has the value
 * @value: of an element; not checked
 *
 * Context: under rcu_read_lock(), which the result is valid for
 * Return: the task, or NULL if there is no owner or it is dead
 */
struct task_struct *kipc_mutex_owner_task(struct kipc_mutex *mutex, u64 value)
{
	struct kipc_attachment *attachment =
		kipc_attachment_find(&mutex->object, kipc_mutex_owner_attachment(value));

	if (!attachment)
		return NULL;
	return kipc_living_thread(value & KIPC_MUTEX_THREAD, attachment->mm);
}

/**
 * kipc_mutex_owner() - tell the caller the owner that a value names
 * @mutex: the mutex that has the value
 * @value: of an element; not checked
 * @process: set to the owner's process in the caller's pid namespace, or 0 if there is
 *	no owner, it is dead, or the namespace does not have it
 * @thread: set to the owner's thread in the owner's pid namespace, or 0 as @process
 *
 * Context: does not sleep
 */
void kipc_mutex_owner(struct kipc_mutex *mutex, u64 value, u32 *process,
		      u32 *thread)
{
	struct task_struct *task;

	*process = 0;
	*thread = 0;
	rcu_read_lock();
	task = kipc_mutex_owner_task(mutex, value);
	if (task) {
		*process = task_tgid_vnr(task);
		*thread = task_pid_nr_ns(task, ns_of_pid(task_pid(task)));
	}
	rcu_read_unlock();
}
