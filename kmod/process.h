/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KIPC_PROCESS_H
#define KIPC_PROCESS_H

#include <linux/pid.h>

/*
 * What the caller may call a process; 0 where it cannot see the process, and once
 * that has been reaped, because then the number may be another's.
 */
static inline u32 kipc_process_number(struct pid *process)
{
	return pid_has_task(process, PIDTYPE_TGID) ? pid_vnr(process) : 0;
}

#endif /* KIPC_PROCESS_H */
