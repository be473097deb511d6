/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where the calling thread runs, and before whom. Both return 0 or a negative errno.
 */
#ifndef KIPC_SCHEDULE_H
#define KIPC_SCHEDULE_H

#include "kipc_test.h"

static inline int pin(unsigned int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	return sched_setaffinity(0, sizeof(set), &set) ? -errno : 0;
}

/* 1 to 99 is a real-time thread's, 0 an ordinary one's. */
static inline int set_priority(int priority)
{
	struct sched_param param = { .sched_priority = priority };

	return sched_setscheduler(0, priority ? SCHED_FIFO : SCHED_OTHER,
				  &param) ? -errno : 0;
}

#endif /* KIPC_SCHEDULE_H */
