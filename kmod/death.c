// SPDX-License-Identifier: GPL-2.0-only
#include <linux/pid.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>

#include "compat.h"
#include "death.h"
#include "thread.h"

/* Flags of a task that has begun to end. The kernel never clears them. */
#define ENDING	(PF_SIGNALED | PF_POSTCOREDUMP | PF_EXITING)

/* Returns true if a task lives in a memory. rcu_read_lock() is held. */
static bool death_task_lives(struct task_struct *task, const struct mm_struct *mm)
{
	if (READ_ONCE(task->mm) != mm)
		return false;
	/*
	 * A task in exec that closes its descriptors is past the point of no
	 * return.
	 */
	if (task == current && task->in_execve)
		return false;
	/*
	 * A task that has begun to end counts as dead only when its last stores
	 * to the words are visible, because the repair reads them.
	 */
	return !(READ_ONCE(task->flags) & ENDING) ||
	       !kipc_stores_visible(task);
}

/**
 * kipc_living_thread() - find the living thread of a number
 * @number: the bits KIPC_MUTEX_THREAD of a word; not checked
 * @mm: the memory that the thread has to live in; only compared
 *
 * Context: under rcu_read_lock(), which the result is valid for
 * Return: the task, or NULL if the thread is dead
 */
struct task_struct *kipc_living_thread(u64 number, const struct mm_struct *mm)
{
	struct pid *pid = kipc_thread_pid(number);
	struct task_struct *task = pid ? pid_task(pid, PIDTYPE_PID) : NULL;

	return task && death_task_lives(task, mm) ? task : NULL;
}

/**
 * kipc_process_ended() - check whether a process has ended in a memory
 * @process: the struct pid of its thread group
 * @mm: the memory that it used; only compared
 *
 * Context: under rcu_read_lock()
 * Return: true if no thread of the process lives in the memory. The answer then
 * never changes again.
 */
bool kipc_process_ended(struct pid *process, const struct mm_struct *mm)
{
	struct task_struct *leader = pid_task(process, PIDTYPE_TGID), *task;

	if (!leader || !atomic_read_acquire(&leader->signal->live))
		return true;
	if (death_task_lives(leader, mm))
		return false;
	for_each_thread(leader, task) {
		/*
		 * clone() appends a new thread to the list:
		 *
		 *	a thread that creates		this task
		 *
		 *	append a thread
		 *	begin to end
		 *					find the creator dead
		 *					smp_rmb()
		 *					read its next pointer
		 *
		 * So if the creator is found dead, the list has all threads
		 * that it has created.
		 */
		smp_rmb();
		if (!(READ_ONCE(task->flags) & KIPC_PF_WORKERS) &&
		    death_task_lives(task, mm))
			return false;
	}
	return true;
}
