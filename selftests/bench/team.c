// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <linux/futex.h>
#include <unistd.h>

#include "clock.h"
#include "team.h"

/* The gate counts the workers that have arrived, until it is opened. */
#define GATE_OPEN	0x80000000U

/* The workers of the team that this process leads. */
static pid_t members[RUN_WORKERS];

static void gate_wake(unsigned int *gate)
{
	syscall(SYS_futex, gate, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

/* Waits while the gate is at @value, and returns its next value. */
static unsigned int gate_wait(unsigned int *gate, unsigned int value)
{
	syscall(SYS_futex, gate, FUTEX_WAIT, value, NULL, NULL, 0);
	return __atomic_load_n(gate, __ATOMIC_ACQUIRE);
}

static void gate_pass(unsigned int *gate)
{
	unsigned int value = __atomic_add_fetch(gate, 1, __ATOMIC_SEQ_CST);

	gate_wake(gate);
	while (!(value & GATE_OPEN))
		value = gate_wait(gate, value);
	errno = 0;
}

void team_place(unsigned int index, enum placing placing)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(placing == PLACE_SPREAD ? index % cpus : 0, &set);
	/* If the user may not use that processor, the scheduler decides. */
	if (sched_setaffinity(0, sizeof(set), &set))
		errno = 0;
}

static void __attribute__((noreturn))
team_work_at(struct run *run, unsigned int index, unsigned int count,
	     void (*work)(struct worker *worker))
{
	struct worker worker = {
		.run = run,
		.subject = run->row->subject,
		.object = run->object,
		.index = index,
		.count = count,
		.share = &run->shares[index],
	};

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	gate_pass(&run->gate);
	work(&worker);
	_exit(EXIT_SUCCESS);
}

void team_start(struct run *run, unsigned int count, enum placing placing,
		void (*work)(struct worker *worker))
{
	unsigned int index;
	pid_t pid;

	run->gate = 0;
	for (index = 0; index < count; index++) {
		/* The child inherits the processor of its parent. */
		team_place(index, placing);
		pid = fork();
		must(pid >= 0);
		if (!pid)
			team_work_at(run, index, count, work);
		members[index] = pid;
	}
}

void team_open(struct run *run, unsigned int count)
{
	unsigned int value = __atomic_load_n(&run->gate, __ATOMIC_ACQUIRE);

	while (value < count)
		value = gate_wait(&run->gate, value);
	run->elapsed = clock_ticks();
	__atomic_store_n(&run->gate, GATE_OPEN, __ATOMIC_RELEASE);
	gate_wake(&run->gate);
	errno = 0;
}

void team_finish(struct run *run, unsigned int count)
{
	int status;

	while (count--) {
		must(wait(&status) > 0);
		errno = 0;
		if (status)
			give_up("a worker failed");
	}
	run->elapsed = clock_ticks() - run->elapsed;
}

void team_end(unsigned int count)
{
	int status;

	while (count--) {
		kill(members[count], SIGKILL);
		must(waitpid(members[count], &status, 0) > 0);
		errno = 0;
		if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
			give_up("a worker failed");
	}
}

void team_run(struct run *run, unsigned int count, enum placing placing,
	      void (*work)(struct worker *worker))
{
	team_start(run, count, placing, work);
	team_open(run, count);
	team_finish(run, count);
}
