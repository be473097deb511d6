// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <error.h>
#include <math.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/kipc.h>

#include "clock.h"
#include "row.h"
#include "run.h"

#define DESCRIPTORS	1000000	/* limit of one process */

/* The run of the process group that this process belongs to. */
static struct run *current;

void *shared_alloc(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	must(memory != MAP_FAILED);
	return memory;
}

struct run *run_alloc(void)
{
	return shared_alloc(sizeof(struct run));
}

void give_up(const char *why)
{
	const char *reason = errno ? strerror(errno) : "";

	if (!current)
		error(EXIT_FAILURE, errno, "%s", why);
	/* Keep the first reason. Others may fail as a consequence of it. */
	if (!current->why[0])
		snprintf(current->why, sizeof(current->why), "%s%s%s", why,
			 *reason ? ": " : "", reason);
	_exit(EXIT_FAILURE);
}

void cannot(const char *why)
{
	if (current)
		current->impossible = true;
	give_up(why);
}

void run_create(struct run *run, const struct shape *shape)
{
	const struct subject *subject = run->row->subject;

	errno = 0;
	if (subject->create)
		run->object = subject->create(shape);
	run->created = true;
}

void run_value(struct run *run, double value)
{
	if (run->taken < RUN_SAMPLES)
		run->values[run->taken++] = value;
}

void run_sample(struct run *run, __u64 ticks, double operations)
{
	run_value(run, clock_cost(ticks, operations));
}

/* Raises a limit as far as the user may. */
static void run_raise_limit(int resource)
{
	struct rlimit limit;
	const struct rlimit unlimited = {
		resource == RLIMIT_NOFILE ? DESCRIPTORS : RLIM_INFINITY,
		resource == RLIMIT_NOFILE ? DESCRIPTORS : RLIM_INFINITY,
	};

	if (!setrlimit(resource, &unlimited) || getrlimit(resource, &limit))
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(resource, &limit);
}

static void __attribute__((noreturn)) run_lead(struct run *run)
{
	current = run;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setpgid(0, 0);
	/* System V objects and POSIX queues then end with the processes. */
	if (unshare(CLONE_NEWIPC))
		errno = 0;
	run_raise_limit(RLIMIT_NOFILE);
	run_raise_limit(RLIMIT_MSGQUEUE);
	run_raise_limit(RLIMIT_MEMLOCK);
	run->row->pattern->run(run);
	if (run->object && run->row->subject->destroy)
		run->row->subject->destroy(run->object);
	_exit(EXIT_SUCCESS);
}

/*
 * Waits for the leader, kills the processes that it leaves behind, and returns its
 * status.
 */
static int run_wait_for(struct run *run, pid_t leader)
{
	const struct timespec limit = { .tv_sec = run->limit };
	sigset_t child;
	int status;

	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	while (waitpid(leader, &status, WNOHANG) != leader) {
		if (sigtimedwait(&child, NULL, &limit) >= 0 || errno == EINTR)
			continue;
		snprintf(run->why, sizeof(run->why), "not done after %u s",
			 run->limit);
		run->timed_out = true;
		break;
	}
	kill(-leader, SIGKILL);
	if (run->timed_out)
		waitpid(leader, &status, 0);
	return status;
}

static void run_clear(struct run *run)
{
	run->object = NULL;
	run->created = false;
	run->impossible = false;
	run->timed_out = false;
	run->gate = 0;
	run->stop = 0;
	memset(run->shares, 0, sizeof(run->shares));
	run->taken = 0;
	run->jain = NAN;
	run->longest = NAN;
	run->why[0] = 0;
}

/*
 * Returns the outcome of a run that failed. A peer may be missing on this machine, so
 * a failure to create it means a skip. For kipc it means a skip only if the module
 * is not loaded.
 */
static enum outcome run_judge(const struct run *run)
{
	bool ours = run->row->subject->role == ROLE_OURS;

	if (run->timed_out)
		return OUTCOME_TIMED_OUT;
	if (run->impossible)
		return OUTCOME_SKIPPED;
	if (run->created || (ours && !access(KIPC_DEVICE, F_OK)))
		return OUTCOME_FAILED;
	return OUTCOME_SKIPPED;
}

enum outcome run_once(struct run *run)
{
	sigset_t child;
	pid_t leader;
	int status;

	run_clear(run);
	if (sysconf(_SC_NPROCESSORS_ONLN) < (long)run->row->pattern->cpus) {
		snprintf(run->why, sizeof(run->why), "needs %u processors",
			 run->row->pattern->cpus);
		return OUTCOME_SKIPPED;
	}
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child, NULL);
	fflush(NULL);
	leader = fork();
	must(leader >= 0);
	if (!leader)
		run_lead(run);
	status = run_wait_for(run, leader);
	if (!status && run->taken)
		return OUTCOME_OK;
	if (!run->why[0])
		snprintf(run->why, sizeof(run->why), "ended with status %#x",
			 status);
	return run_judge(run);
}
