// SPDX-License-Identifier: GPL-2.0-only
/*
 * Operations that start and end workers, signal them, and change their
 * credentials
 */
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

#include "worker.h"
#include "futex.h"
#include "perform.h"

#define MICROSECONDS_MAX	20000
#define STACK_BYTES		(256UL << 10)

static struct worker *worker_of(__u64 index)
{
	return &here.shared->workers[index];
}

static long result(long ret)
{
	return ret < 0 ? -errno : ret;
}

/* ------------------------------------------------------------------------ */
/* Beginning                                                                */
/* ------------------------------------------------------------------------ */

/* Returns 0, or -EBUSY if that worker exists already. */
static long claim(struct worker *worker)
{
	__u32 none = WORKER_NONE;

	if (!__atomic_compare_exchange_n(&worker->life, &none, WORKER_BEGINS,
					 false, __ATOMIC_SEQ_CST,
					 __ATOMIC_RELAXED))
		return -EBUSY;
	/* Give up the operation during which its predecessor was killed. */
	worker->done = worker->asked;
	return 0;
}

long perform_fork(const struct op_kind *kind, const __u64 *args)
{
	struct worker *worker = worker_of(args[0]);
	long ret = claim(worker);
	pid_t pid;

	(void)kind;
	if (ret)
		return ret;
	pid = fork();
	if (!pid)
		worker_run(args[0]);
	if (pid < 0)
		worker->life = WORKER_NONE;
	return result(pid);
}

static void *thread_run(void *index)
{
	worker_run((uintptr_t)index);
}

long perform_start_thread(const struct op_kind *kind, const __u64 *args)
{
	struct worker *worker = worker_of(args[0]);
	pthread_attr_t attributes;
	pthread_t thread;
	long ret = claim(worker);

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
		worker->life = WORKER_NONE;
	return -ret;
}

/* ------------------------------------------------------------------------ */
/* Ending                                                                   */
/* ------------------------------------------------------------------------ */

long perform_exit(const struct op_kind *kind, const __u64 *args)
{
	(void)kind;
	worker_of(self)->life = WORKER_NONE;
	return syscall(args[0] ? SYS_exit_group : SYS_exit, 0);
}

/* The fuzzer exits at once if its name is FUZZER_QUITS. */
long perform_exec(const struct op_kind *kind, const __u64 *args)
{
	static char *const arguments[] = { (char *)FUZZER_QUITS, NULL };
	static char *const environment[] = { NULL };

	(void)kind;
	(void)args;
	return result(execve("/proc/self/exe", arguments, environment));
}

/* The dispatcher does it, because it knows the ids in its own namespace. */
long perform_signal(const struct op_kind *kind, const __u64 *args)
{
	struct worker *worker = worker_of(args[0]);

	(void)kind;
	if (worker->life != WORKER_RUNS || !worker->pid)
		return -ESRCH;
	if (args[1] == SIGKILL)
		worker->life = WORKER_NONE;
	return result(syscall(SYS_tgkill, worker->pid, worker->tid,
			      (int)args[1]));
}

/* ------------------------------------------------------------------------ */
/* Changing                                                                 */
/* ------------------------------------------------------------------------ */

long perform_handle(const struct op_kind *kind, const __u64 *args)
{
	(void)kind;
	return worker_handle(args[0]);
}

/* Changes this thread alone. The functions of glibc change all threads. */
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
	/* The system call with 0 changes this thread alone. */
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
