// SPDX-License-Identifier: GPL-2.0-only
#include "hold.h"

#include "parameter.h"
#include "schedule.h"
#include "shared_memory.h"
#include "until.h"

static int hold_run(void *data)
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

/*
 * Tells the kernel not to run ordinary threads beside a real-time thread. By
 * default it gives them a part of each second.
 */
static void hold_without_limit(void)
{
	write_file("/proc/sys/kernel/sched_rt_runtime_us", "-1");
	write_file("/sys/kernel/debug/sched/fair_server/cpu0/runtime", "0");
}

const char *hold_prepare(struct hold *hold)
{
	if (geteuid())
		return "needs root for real-time priorities";
	if (sysconf(_SC_NPROCESSORS_ONLN) < 2)
		return "needs two processors";
	if (pipe2(hold->pipe, O_CLOEXEC) || pin(OUR_CPU))
		return "cannot prepare to hold others back";
	hold_without_limit();
	hold->shared = shared_alloc(sizeof(*hold->shared));
	child_start(&hold->child, hold_run, hold);
	return NULL;
}

void hold_finish(struct hold *hold)
{
	child_kill(&hold->child);
	close(hold->pipe[0]);
	close(hold->pipe[1]);
}

void hold_begin(struct hold *hold)
{
	__atomic_store_n(&hold->shared->wanted, true, __ATOMIC_RELEASE);
	if (write(hold->pipe[1], "", 1) != 1)
		abort();
	wait_until(__atomic_load_n(&hold->shared->held, __ATOMIC_ACQUIRE));
}

void hold_end(struct hold *hold)
{
	__atomic_store_n(&hold->shared->wanted, false, __ATOMIC_RELEASE);
	wait_until(!__atomic_load_n(&hold->shared->held, __ATOMIC_ACQUIRE));
}
