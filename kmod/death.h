/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: which threads and processes are dead
 *
 * When a mapping is removed, its process cannot reach the words any more. But the
 * threads of the process may have ended long before: another task may use its
 * memory, as a child of vfork() does, or the end may take time, because the process
 * dumps core or is stopped by a tracer. So the module checks the state of a task
 * where it needs to know, instead of waiting for the mapping to be removed.
 *
 * A thread *lives* in a memory (mm) while three conditions hold: its struct pid has
 * a task; the task uses that memory; and the task has not begun to end, be it by a
 * fatal signal, by exit or by a core dump. None of these ever becomes true again
 * once it is false. So a dead thread stays dead, and what it held can be repaired at
 * any later time without another check. A number that names no thread is the number
 * of a dead thread.
 *
 * A process has *ended* in a memory when none of its threads lives in it. This
 * includes a process that has replaced its program by exec, as far as the old memory
 * is concerned.
 *
 * Two kinds of stores may still reach the memory after that: those of kernel threads
 * on behalf of a dead process (asynchronous I/O), and those of a system call that
 * SIGKILL does not interrupt.
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
