/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: which threads and processes are dead
 *
 * When a mapping is removed, nothing can reach the words through it any more.
 * But a thread or a process can have ended long before that. Another process
 * may use its memory, for instance a child of vfork(), or its end may take
 * time, because it dumps core or a tracer has stopped it. Therefore the module
 * does not wait for the end of a task but looks at the task itself.
 *
 * A thread is alive in a memory (mm) while all of these hold:
 *
 * - its struct pid has a task
 * - this task uses the memory
 * - the task has not begun to end, by a fatal signal, exit or a core dump
 * - the task is not closing its descriptors in exec (only the task itself asks
 *   this, see kipc_file_flush())
 *
 * A thread that is dead stays dead, because none of these conditions can become
 * true again: a task that has begun to end does not return to user space, and a
 * struct pid that has lost its task never gets another one. So what a dead
 * thread held can be repaired at any later time without a second check. A
 * number that names no thread counts as that of a dead one.
 *
 * A process has ended in a memory when none of its threads is alive there. Exec
 * ends a process in the old memory, although the process goes on in a new one.
 *
 * Two things may still write to the memory of the dead: work that the kernel
 * does on their behalf (asynchronous I/O), and a system call of a thread that
 * SIGKILL cannot interrupt.
 */
#ifndef KIPC_DEATH_H
#define KIPC_DEATH_H

#include <linux/types.h>

struct mm_struct;
struct pid;
struct task_struct;

struct task_struct *kipc_living_thread(u64 number, const struct mm_struct *mm);
bool kipc_process_ended(struct pid *process, const struct mm_struct *mm);

#endif /* KIPC_DEATH_H */
