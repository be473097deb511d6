/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Holds ordinary threads back on one processor: a real-time thread has it meanwhile,
 * so that they are woken, but do not know of it yet. The caller is on another one and
 * stays an ordinary thread, which is nobody's better where turns are taken.
 */
#ifndef KIPC_HOLD_H
#define KIPC_HOLD_H

#include "kipc_child.h"
#include "kipc_schedule.h"

#define HELD_CPU	0
#define OUR_CPU		1

/* Above the real-time threads that a test may hold back. */
#define HOLD_PRIORITY	50

struct hold {
	int pipe[2];
	struct child child;
	struct {
		bool wanted;
		bool held;
	} *shared;
};

static inline int run_hold(void *data)
{
	const struct hold *hold = data;
	int ret = pin(HELD_CPU) ?: set_priority(HOLD_PRIORITY);
	char byte;

	while (!ret && read(hold->pipe[0], &byte, 1) == 1) {
		__atomic_store_n(&hold->shared->held, true, __ATOMIC_RELEASE);
		while (__atomic_load_n(&hold->shared->wanted, __ATOMIC_ACQUIRE))
			;
		__atomic_store_n(&hold->shared->held, false, __ATOMIC_RELEASE);
	}
	return ret;
}

/* A kernel that lets others run all the same, after a second, is told not to. */
static inline void hold_for_good(void)
{
	write_file("/proc/sys/kernel/sched_rt_runtime_us", "-1");
	write_file("/sys/kernel/debug/sched/fair_server/cpu0/runtime", "0");
}

/* NULL, or why it cannot be. */
static inline const char *hold_prepare(struct hold *hold)
{
	if (geteuid())
		return "needs root for real-time priorities";
	if (sysconf(_SC_NPROCESSORS_ONLN) < 2)
		return "needs two processors";
	if (pipe2(hold->pipe, O_CLOEXEC) || pin(OUR_CPU))
		return "cannot prepare to hold others back";
	hold_for_good();
	hold->shared = shared_alloc(sizeof(*hold->shared));
	child_start(&hold->child, run_hold, hold);
	return NULL;
}

static inline void hold_finish(struct hold *hold)
{
	child_kill(&hold->child);
	close(hold->pipe[0]);
	close(hold->pipe[1]);
}

/* Returns once nobody else runs there. */
static inline void hold_them_back(struct hold *hold)
{
	__atomic_store_n(&hold->shared->wanted, true, __ATOMIC_RELEASE);
	if (write(hold->pipe[1], "", 1) != 1)
		abort();
	wait_until(__atomic_load_n(&hold->shared->held, __ATOMIC_ACQUIRE));
}

static inline void let_them_run(struct hold *hold)
{
	__atomic_store_n(&hold->shared->wanted, false, __ATOMIC_RELEASE);
	wait_until(!__atomic_load_n(&hold->shared->held, __ATOMIC_ACQUIRE));
}

#endif /* KIPC_HOLD_H */
