// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/capability.h>
#include <linux/kipc.h>

#include "arena.h"
#include "execute.h"
#include "futex.h"
#include "names.h"

/* A process that is still alive this long after SIGKILL cannot be killed. */
#define KILL_SECONDS	20

/* Time for a new worker to start */
#define BEGIN_MILLISECONDS	200

/* The OOM killer must choose workers before the fuzzer. */
#define OOM_PATH	"/proc/self/oom_score_adj"

static void write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (write(fd, text, strlen(text)) < 0)
		perror(path);
	close(fd);
}

/* ------------------------------------------------------------------------ */
/* The first worker                                                         */
/* ------------------------------------------------------------------------ */

static void begin(struct executor *executor)
{
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	write_text(OOM_PATH, "1000");
	worker_prepare(executor->shared,
		       executor->covers ? &executor->coverage : NULL);
	worker_run(0);
}

/* ------------------------------------------------------------------------ */
/* Dispatching                                                              */
/* ------------------------------------------------------------------------ */

struct deadline {
	long long end;
	struct timespec until;
};

static struct deadline deadline_after(unsigned int milliseconds)
{
	long long end = now_ns(CLOCK_MONOTONIC) + milliseconds * 1000000LL;

	return (struct deadline){
		.end = end,
		.until.tv_sec = end / 1000000000,
		.until.tv_nsec = end % 1000000000,
	};
}

/* Waits for a new worker to start. Returns whether it runs. */
static bool wait_begun(struct worker *worker)
{
	struct deadline deadline = deadline_after(BEGIN_MILLISECONDS);

	while (futex_get(&worker->life) == WORKER_BEGINS) {
		if (now_ns(CLOCK_MONOTONIC) >= deadline.end)
			return false;
		futex_wait(&worker->life, WORKER_BEGINS, &deadline.until);
	}
	return futex_get(&worker->life) == WORKER_RUNS;
}

/* Waits for the operation of a worker. Returns whether it has ended. */
static bool wait_done(struct worker *worker, unsigned int milliseconds)
{
	struct deadline deadline = deadline_after(milliseconds);
	__u32 done;

	for (;;) {
		done = futex_get(&worker->done);
		if (done == worker->asked || !futex_get(&worker->life))
			return true;
		if (now_ns(CLOCK_MONOTONIC) >= deadline.end)
			return false;
		futex_wait(&worker->done, done, &deadline.until);
	}
}

/* @late has a bit for each worker whose operation did not end in time. */
static bool is_late(unsigned int late, unsigned int worker)
{
	return late & 1U << worker;
}

static void dispatch(struct executor *executor, unsigned int i,
		     unsigned int *late)
{
	const struct op *op = &executor->shared->program.ops[i];
	struct worker *worker = &executor->shared->workers[op->worker];
	unsigned int wait_ms = executor->wait_ms;

	if (op_kind(op)->dispatched) {
		worker->results[i] = op_kind(op)->perform(op_kind(op),
							  op->args);
		return;
	}
	if (!wait_begun(worker))
		return;
	/* The dispatcher does not wait twice for the same operation. */
	if (!wait_done(worker, is_late(*late, op->worker) ? 0 : wait_ms)) {
		*late |= 1U << op->worker;
		return;
	}
	if (futex_get(&worker->life) != WORKER_RUNS)
		return;
	*late &= ~(1U << op->worker);
	futex_set(&worker->asked, i + 1);
	if (!op->async && !wait_done(worker, wait_ms))
		*late |= 1U << op->worker;
}

/* ------------------------------------------------------------------------ */
/* The end                                                                  */
/* ------------------------------------------------------------------------ */

static void on_alarm(int number)
{
	(void)number;
}

static void set_alarm(unsigned int seconds)
{
	struct itimerval timer = {
		.it_value.tv_sec = seconds,
		.it_interval.tv_sec = !!seconds,
	};

	setitimer(ITIMER_REAL, &timer, NULL);
}

/* Returns whether all processes of the program have ended. */
static bool kill_all(pid_t group)
{
	bool dead;

	kill(-group, SIGKILL);
	set_alarm(KILL_SECONDS);
	/* The fuzzer is a subreaper: orphans have become its children. */
	while (waitpid(-1, NULL, 0) > 0)
		;
	dead = errno == ECHILD;
	set_alarm(0);
	return dead;
}

static void take_coverage(struct executor *executor)
{
	unsigned int i;

	if (!executor->covers)
		return;
	for (i = 0; i < WORKERS; i++)
		coverage_take(&executor->coverage, i, &executor->shared->edges);
}

static const char *verdict(struct executor *executor)
{
	const char *complaint = watch_log(&executor->watch);

	if (complaint)
		return complaint;
	if (!names_remove(executor->device))
		return "a name cannot be removed";
	if (!watch_settled(&executor->watch))
		return "the module is still in use: something leaks";
	return watch_log(&executor->watch);
}

static void reset(struct shared *shared, const struct program *program)
{
	memset(shared->workers, 0, sizeof(shared->workers));
	edges_clear(&shared->edges);
	shared->program = *program;
	shared->workers[0].life = WORKER_BEGINS;
}

const char *execute(struct executor *executor, const struct program *program)
{
	unsigned int i, late = 0;
	pid_t pid;

	reset(executor->shared, program);
	pid = fork();
	if (!pid)
		begin(executor);
	if (pid < 0)
		return "the fuzzer cannot fork";
	setpgid(pid, pid);
	for (i = 0; i < program->count; i++)
		dispatch(executor, i, &late);
	if (!kill_all(pid))
		return "a process cannot be killed";
	take_coverage(executor);
	return verdict(executor);
}

/* Drops CAP_SYS_RESOURCE, with which quotas have no effect. */
static void drop_resource_capability(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2] = {};

	prctl(PR_CAPBSET_DROP, CAP_SYS_RESOURCE);
	if (syscall(SYS_capget, &header, data))
		return;
	data[0].effective &= ~(1U << CAP_SYS_RESOURCE);
	data[0].permitted &= ~(1U << CAP_SYS_RESOURCE);
	data[0].inheritable &= ~(1U << CAP_SYS_RESOURCE);
	syscall(SYS_capset, &header, data);
}

int executor_open(struct executor *executor, bool covers)
{
	struct sigaction action = { .sa_handler = on_alarm };
	int ret = 0;

	executor->covers = covers;
	executor->shared = mmap(NULL, sizeof(*executor->shared),
				PROT_READ | PROT_WRITE,
				MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (executor->shared == MAP_FAILED || unshare(CLONE_NEWNET))
		return -errno;
	executor->device = open(KIPC_DEVICE, O_RDWR | O_CLOEXEC);
	if (executor->device < 0)
		return -errno;
	if (covers)
		ret = coverage_open(&executor->coverage);
	/* The dispatcher performs "signal", which finds workers through it. */
	here.shared = executor->shared;
	arena_create();
	worker_pin(0);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	write_text(OOM_PATH, "-1000");
	drop_resource_capability();
	sigaction(SIGALRM, &action, NULL);
	watch_open(&executor->watch, executor->device);
	return ret;
}
