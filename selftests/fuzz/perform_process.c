// SPDX-License-Identifier: GPL-2.0-only
/* Actors come and go, get signals, and become somebody else. */
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "actor.h"
#include "futex.h"
#include "perform.h"

#define MICROSECONDS_MAX	20000
#define STACK_BYTES		(256UL << 10)

static struct actor *actor_of(__u64 index)
{
	return &here.stage->actors[index];
}

static long result(long ret)
{
	return ret < 0 ? -errno : ret;
}

/* ------------------------------------------------------------------------ */
/* Beginning                                                                */
/* ------------------------------------------------------------------------ */

/* 0, or why there cannot be a new actor of that name. */
static long claim(struct actor *actor)
{
	__u32 none = ACTOR_NONE;

	if (!__atomic_compare_exchange_n(&actor->life, &none, ACTOR_BEGINS,
					 false, __ATOMIC_SEQ_CST,
					 __ATOMIC_RELAXED))
		return -EBUSY;
	/* What its predecessor was killed for not ending has been given up. */
	actor->done = actor->asked;
	return 0;
}

long perform_fork(const struct op_kind *kind, const __u64 *args)
{
	struct actor *actor = actor_of(args[0]);
	long ret = claim(actor);
	pid_t pid;

	(void)kind;
	if (ret)
		return ret;
	pid = fork();
	if (!pid)
		actor_run(args[0]);
	if (pid < 0)
		actor->life = ACTOR_NONE;
	return result(pid);
}

static void *thread_run(void *index)
{
	actor_run((uintptr_t)index);
}

long perform_start_thread(const struct op_kind *kind, const __u64 *args)
{
	struct actor *actor = actor_of(args[0]);
	pthread_attr_t attributes;
	pthread_t thread;
	long ret = claim(actor);

	(void)kind;
	if (ret)
		return ret;
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK_BYTES);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	ret = pthread_create(&thread, &attributes, thread_run,
			     (void *)(uintptr_t)args[0]);
	pthread_attr_destroy(&attributes);
	if (ret)
		actor->life = ACTOR_NONE;
	return -ret;
}

/* ------------------------------------------------------------------------ */
/* Ending                                                                   */
/* ------------------------------------------------------------------------ */

long perform_exit(const struct op_kind *kind, const __u64 *args)
{
	(void)kind;
	actor_of(self)->life = ACTOR_NONE;
	return syscall(args[0] ? SYS_exit_group : SYS_exit, 0);
}

/* The fuzzer does nothing when it is called by that name. */
long perform_exec(const struct op_kind *kind, const __u64 *args)
{
	static char *const arguments[] = { (char *)FUZZER_QUITS, NULL };
	static char *const environment[] = { NULL };

	(void)kind;
	(void)args;
	return result(execve("/proc/self/exe", arguments, environment));
}

/* By the dispatcher, who knows the actor by ids of its own namespace. */
long perform_signal(const struct op_kind *kind, const __u64 *args)
{
	struct actor *actor = actor_of(args[0]);

	(void)kind;
	if (actor->life != ACTOR_RUNS || !actor->pid)
		return -ESRCH;
	if (args[1] == SIGKILL)
		actor->life = ACTOR_NONE;
	return result(syscall(SYS_tgkill, actor->pid, actor->tid,
			      (int)args[1]));
}

/* ------------------------------------------------------------------------ */
/* Changing                                                                 */
/* ------------------------------------------------------------------------ */

long perform_handle(const struct op_kind *kind, const __u64 *args)
{
	(void)kind;
	return actor_handle(args[0]);
}

/* This thread alone: glibc would change the others too. */
long perform_become(const struct op_kind *kind, const __u64 *args)
{
	int id = args[0];

	(void)kind;
	if (syscall(SYS_setresgid, id, id, id))
		return -errno;
	return result(syscall(SYS_setresuid, id, id, id));
}

long perform_unshare(const struct op_kind *kind, const __u64 *args)
{
	const int wanted = CLONE_NEWNET | CLONE_NEWUSER | CLONE_NEWPID | 0x80;

	(void)kind;
	return result(unshare(args[0] & wanted));
}

long perform_schedule(const struct op_kind *kind, const __u64 *args)
{
	struct sched_param parameters = {
		.sched_priority = args[0] == SCHED_FIFO ||
				  args[0] == SCHED_RR ? args[1] % 100 : 0,
	};

	(void)kind;
	/* Not sched_setscheduler(): it would be the leader's. */
	return result(syscall(SYS_sched_setscheduler, 0, (int)args[0],
			      &parameters));
}

long perform_sleep(const struct op_kind *kind, const __u64 *args)
{
	struct timespec time = {
		.tv_nsec = args[0] % MICROSECONDS_MAX * 1000,
	};

	(void)kind;
	return result(nanosleep(&time, NULL));
}
