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

/* Whoever has not died of SIGKILL after this time never will. */
#define KILL_SECONDS	20

/* How long a new actor may take until it runs. */
#define BEGIN_MILLISECONDS	200

/* Adjusts which process goes first when memory is short: an actor. */
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
/* The first actor                                                          */
/* ------------------------------------------------------------------------ */

static void begin(struct executor *executor)
{
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	write_text(OOM_PATH, "1000");
	actor_prepare(executor->stage,
		      executor->covers ? &executor->coverage : NULL);
	actor_run(0);
}

/* ------------------------------------------------------------------------ */
/* Dispatching                                                              */
/* ------------------------------------------------------------------------ */

struct patience {
	long long end;
	struct timespec until;
};

static struct patience patience_of(unsigned int milliseconds)
{
	long long end = now_ns(CLOCK_MONOTONIC) + milliseconds * 1000000LL;

	return (struct patience){
		.end = end,
		.until.tv_sec = end / 1000000000,
		.until.tv_nsec = end % 1000000000,
	};
}

/* Does the actor run, once it has had time to begin? */
static bool wait_begun(struct actor *actor)
{
	struct patience patience = patience_of(BEGIN_MILLISECONDS);

	while (futex_get(&actor->life) == ACTOR_BEGINS) {
		if (now_ns(CLOCK_MONOTONIC) >= patience.end)
			return false;
		futex_wait(&actor->life, ACTOR_BEGINS, &patience.until);
	}
	return futex_get(&actor->life) == ACTOR_RUNS;
}

/* Has the actor ended what it was asked to do, or does it by then? */
static bool wait_done(struct actor *actor, unsigned int milliseconds)
{
	struct patience patience = patience_of(milliseconds);
	__u32 done;

	for (;;) {
		done = futex_get(&actor->done);
		if (done == actor->asked || !futex_get(&actor->life))
			return true;
		if (now_ns(CLOCK_MONOTONIC) >= patience.end)
			return false;
		futex_wait(&actor->done, done, &patience.until);
	}
}

/* Actors that have kept us waiting, as a set of bits. */
static bool is_late(unsigned int late, unsigned int actor)
{
	return late & 1U << actor;
}

static void dispatch(struct executor *executor, unsigned int i,
		     unsigned int *late)
{
	const struct op *op = &executor->stage->program.ops[i];
	struct actor *actor = &executor->stage->actors[op->actor];
	unsigned int patience = executor->patience;

	if (op_kind(op)->dispatched) {
		actor->results[i] = op_kind(op)->perform(op_kind(op), op->args);
		return;
	}
	if (!wait_begun(actor))
		return;
	/* Nobody is waited for twice. */
	if (!wait_done(actor, is_late(*late, op->actor) ? 0 : patience)) {
		*late |= 1U << op->actor;
		return;
	}
	if (futex_get(&actor->life) != ACTOR_RUNS)
		return;
	*late &= ~(1U << op->actor);
	futex_set(&actor->asked, i + 1);
	if (!op->async && !wait_done(actor, patience))
		*late |= 1U << op->actor;
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

/* False if somebody does not die. */
static bool kill_all(pid_t group)
{
	bool dead;

	kill(-group, SIGKILL);
	set_alarm(KILL_SECONDS);
	/* Orphans have become our children. */
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
	for (i = 0; i < ACTORS; i++)
		coverage_take(&executor->coverage, i, &executor->stage->edges);
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

static void reset(struct stage *stage, const struct program *program)
{
	memset(stage->actors, 0, sizeof(stage->actors));
	edges_clear(&stage->edges);
	stage->program = *program;
	stage->actors[0].life = ACTOR_BEGINS;
}

const char *execute(struct executor *executor, const struct program *program)
{
	unsigned int i, late = 0;
	pid_t pid;

	reset(executor->stage, program);
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

/* Quotas do not hold for whoever has it. */
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
	executor->stage = mmap(NULL, sizeof(*executor->stage),
			       PROT_READ | PROT_WRITE,
			       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (executor->stage == MAP_FAILED || unshare(CLONE_NEWNET))
		return -errno;
	executor->device = open(KIPC_DEVICE, O_RDWR | O_CLOEXEC);
	if (executor->device < 0)
		return -errno;
	if (covers)
		ret = coverage_open(&executor->coverage);
	/* For signals to other actors, which the dispatcher sends. */
	here.stage = executor->stage;
	arena_create();
	actor_pin(0);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	write_text(OOM_PATH, "-1000");
	drop_resource_capability();
	sigaction(SIGALRM, &action, NULL);
	watch_open(&executor->watch, executor->device);
	return ret;
}
