// SPDX-License-Identifier: GPL-2.0-only
#include <linux/pid.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>

#include "compat.h"
#include "death.h"
#include "thread.h"

/* What a task that is about to end says of itself, and never takes back. */
#define ENDING	(PF_SIGNALED | PF_POSTCOREDUMP | PF_EXITING)

static bool death_task_lives(struct task_struct *task, const struct mm_struct *mm)
{
	if (READ_ONCE(task->mm) != mm)
		return false;
	/* Descriptors are closed in exec when there is no way back any more. */
	if (task == current && task->in_execve)
		return false;
	/* What it wrote before it began to end must be there to be repaired. */
	return !(READ_ONCE(task->flags) & ENDING) ||
	       !kipc_stores_visible(task);
}

/**
 * kipc_living_thread() - the thread of that number
 * @number: as a word has it; not checked
 * @mm: that it has to use, only compared with
 *
 * Under rcu_read_lock().
 *
 * Return: its task, or NULL where it is dead
 */
struct task_struct *kipc_living_thread(u64 number, const struct mm_struct *mm)
{
	struct pid *pid = kipc_thread_pid(number);
	struct task_struct *task = pid ? pid_task(pid, PIDTYPE_PID) : NULL;

	return task && death_task_lives(task, mm) ? task : NULL;
}

/**
 * kipc_process_ended() - does no thread of that process live any more?
 * @process: struct pid of its thread group
 * @mm: the memory that it used, only compared with
 *
 * Under rcu_read_lock().
 *
 * Return: true, and then for ever, if every thread of it has ended
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
		 * A thread comes after the one that made it. So where the maker
		 * has been found dead, the list has all that it has made.
		 */
		smp_rmb();
		if (!(READ_ONCE(task->flags) & KIPC_PF_WORKERS) &&
		    death_task_lives(task, mm))
			return false;
	}
	return true;
}
