// SPDX-License-Identifier: GPL-2.0-only
#include <linux/pid.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>

#include "compat.h"
#include "death.h"
#include "thread.h"

/* Flags of a task that has begun to end. They are never cleared. */
#define ENDING	(PF_SIGNALED | PF_POSTCOREDUMP | PF_EXITING)

/*
 * Returns true unless the task is dead in that memory. False is final.
 *
 * A mutex is repaired when its owner is found dead. The repair reads the word,
 * so it has to see what the owner stored there before it began to end:
 *
 *     CPU 0 (owner)                     CPU 1 (repair)
 *
 *     unlocks the word in user space
 *     sets PF_EXITING                   reads PF_EXITING
 *                                       kipc_stores_visible()
 *                                       reads the word: unlocked
 *
 * As long as the stores may not be visible yet, the task counts as alive.
 */
static bool death_task_lives(struct task_struct *task, const struct mm_struct *mm)
{
	if (READ_ONCE(task->mm) != mm)
		return false;
	/*
	 * Exec closes descriptors after the point of no return, and a verb is
	 * never called within exec. So the task is in kipc_file_flush() here.
	 */
	if (task == current && task->in_execve)
		return false;
	/* Pairs with the setting of these flags, see above. */
	return !(READ_ONCE(task->flags) & ENDING) ||
	       !kipc_stores_visible(task);
}

/**
 * kipc_living_thread() - find the task of a thread that is alive
 * @number: number of the thread as a word has it; may be anything
 * @mm: memory that the thread has to use; compared, never followed
 *
 * Context: under rcu_read_lock(), which the task is valid for; does not sleep
 * Return: the task, or NULL if the thread is dead
 */
struct task_struct *kipc_living_thread(u64 number, const struct mm_struct *mm)
{
	struct pid *pid = kipc_thread_pid(number);
	struct task_struct *task = pid ? pid_task(pid, PIDTYPE_PID) : NULL;

	return task && death_task_lives(task, mm) ? task : NULL;
}

/**
 * kipc_process_ended() - find out whether a process has ended in a memory
 * @process: struct pid of the thread group
 * @mm: memory that the process used; compared, never followed
 *
 * A thread that is made while the list of threads is read must not be missed.
 * It is added at the tail of the list, before the thread that makes it can
 * end. So if the list is followed onwards from a thread after that thread was
 * found dead, all threads that it has made are found::
 *
 *     CPU 0 (thread A, the last one)    CPU 1 (kipc_process_ended())
 *
 *     clone(): adds thread B behind A
 *     ends: sets PF_EXITING
 *                                       reads the flags of A: dead
 *                                       reads the next thread: B
 *                                       reads the flags of B: alive
 *
 * Threads that run nothing of the program do not count (KIPC_PF_WORKERS).
 *
 * Context: under rcu_read_lock(); does not sleep
 * Return: true if no thread of the process is alive in @mm; true is final
 */
bool kipc_process_ended(struct pid *process, const struct mm_struct *mm)
{
	struct task_struct *leader = pid_task(process, PIDTYPE_TGID), *task;

	if (!leader || !atomic_read_acquire(&leader->signal->live))
		return true;
	if (death_task_lives(leader, mm))
		return false;
	for_each_thread(leader, task) {
		if (!(READ_ONCE(task->flags) & KIPC_PF_WORKERS) &&
		    death_task_lives(task, mm))
			return false;
		/*
		 * Orders the reads of this thread's state and of the next
		 * thread, see above. Pairs with the locks under which clone()
		 * adds a thread and under which a thread begins to end.
		 */
		smp_rmb();
	}
	return true;
}
