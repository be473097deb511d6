/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: which threads and processes are dead
 *
 * A mapping that goes tells that nothing can reach the words through it any more.
 * A thread or a process may have ended long before that: something else may use its
 * memory, a child of vfork() for instance, or its end may take time, because it dumps
 * core or is stopped by a tracer. So the end of a task is looked up, not waited for.
 *
 * A thread lives in a memory (mm) as long as its struct pid has a task, that task uses
 * the memory, and nothing has told it to end: a signal that kills, exit, a core dump.
 * A task never comes back from there, and a struct pid without a task never gets one.
 * So a dead thread stays dead, and what it has held can be repaired at any time after
 * without asking again. A number that names no thread is that of a dead one.
 *
 * A process has ended in a memory once none of its threads lives there. A process that
 * becomes another program by exec has ended, too, as far as the old memory is
 * concerned.
 *
 * What a task of the kernel's does in the name of the dead (asynchronous I/O), and a
 * system call of a thread that SIGKILL cannot interrupt, may still write to the memory.
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
