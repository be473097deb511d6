// SPDX-License-Identifier: GPL-2.0-only
/* Finds the owner that the value of a mutex names. */
#include <linux/pid_namespace.h>
#include <linux/sched.h>

#include "death.h"
#include "mutex.h"

/**
 * kipc_mutex_owner_task() - find the owner that a value names
 * @mutex: the set of mutexes
 * @value: of an element; it need not have been checked
 *
 * Context: rcu_read_lock() is held, also while the task is used; takes no lock
 * Return: the task, or NULL if there is no owner or the owner is dead
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
 * kipc_mutex_owner() - report the owner that a value names
 * @mutex: the set of mutexes
 * @value: of an element; it need not have been checked
 * @process: set to the owner's process in the caller's pid namespace; 0 if
 *	there is no owner, the owner is dead, or it is not in that namespace
 * @thread: set to the owner's thread in the owner's own pid namespace; 0 if
 *	there is no owner or the owner is dead
 *
 * Context: takes no lock; does not sleep
 * Return: true if there is an owner that lives
 */
bool kipc_mutex_owner(struct kipc_mutex *mutex, u64 value, u32 *process,
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
	return task;
}
