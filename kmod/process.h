/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KIPC_PROCESS_H
#define KIPC_PROCESS_H

#include <linux/pid.h>

/**
 * kipc_process_number() - the number that a process has for the caller
 * @process: struct pid of a thread group
 *
 * Context: does not sleep
 * Return: the number in the caller's pid namespace; 0 if the caller cannot see
 * the process, and 0 after the process has been reaped, because then the number
 * may belong to another one
 */
static inline u32 kipc_process_number(struct pid *process)
{
	return pid_has_task(process, PIDTYPE_TGID) ? pid_vnr(process) : 0;
}

#endif /* KIPC_PROCESS_H */
