// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/kipc.h>

#include "worker.h"
#include "futex.h"

struct process here;
__thread unsigned int self;
__thread sigjmp_buf *trap;

int process_fd(__u64 slot)
{
	if (slot < FD_SLOTS)
		return here.fds[slot];
	return slot == FD_DEVICE ? here.device : -1;
}

long process_install(__u64 slot, int fd)
{
	if (fd < 0)
		return -errno;
	if (here.fds[slot] >= 0)
		close(here.fds[slot]);
	here.fds[slot] = fd;
	return fd;
}

/* ------------------------------------------------------------------------ */
/* Signals                                                                  */
/* ------------------------------------------------------------------------ */

static void on_fault(int number)
{
	if (trap)
		siglongjmp(*trap, 1);
	/* The fuzzer itself has a defect: the next fault ends the process. */
	signal(number, SIG_DFL);
}

static void on_signal(int number)
{
	(void)number;
}

long worker_handle(enum handler handler)
{
	struct sigaction action = {
		.sa_handler = handler == HANDLER_IGNORE ? SIG_IGN : on_signal,
		.sa_flags = handler == HANDLER_RESTART ? SA_RESTART : 0,
	};

	return sigaction(SIGUSR1, &action, NULL) ? -errno : 0;
}

static void catch_faults(void)
{
	struct sigaction action = {
		.sa_handler = on_fault,
		.sa_flags = SA_NODEFER,
	};

	sigaction(SIGSEGV, &action, NULL);
	sigaction(SIGBUS, &action, NULL);
}

long worker_try(long (*touch)(void *data), void *data)
{
	sigjmp_buf here_again;
	long ret;

	if (sigsetjmp(here_again, 0)) {
		trap = NULL;
		return -EFAULT;
	}
	trap = &here_again;
	ret = touch(data);
	trap = NULL;
	return ret;
}

/* ------------------------------------------------------------------------ */
/* Performing                                                               */
/* ------------------------------------------------------------------------ */

void worker_prepare(struct shared *shared, const struct coverage *coverage)
{
	unsigned int i;

	here = (struct process){ .shared = shared, .coverage = coverage };
	for (i = 0; i < FD_SLOTS; i++)
		here.fds[i] = -1;
	here.device = open(KIPC_DEVICE, O_RDWR | O_CLOEXEC);
	if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0,
		       here.socket)) {
		here.socket[0] = -1;
		here.socket[1] = -1;
	}
	catch_faults();
	worker_handle(HANDLER_INTERRUPT);
}

/*
 * Finds the ids of this thread in the pid namespace of the dispatcher. The
 * thread may be in another one, but /proc was mounted in that of the
 * dispatcher.
 */
static void find_ids(struct worker *worker)
{
	char link[64];
	ssize_t length = readlink("/proc/thread-self", link, sizeof(link) - 1);

	worker->pid = 0;
	if (length <= 0)
		return;
	link[length] = '\0';
	if (sscanf(link, "%d/task/%d", &worker->pid, &worker->tid) != 2)
		worker->pid = 0;
}

static long perform(const struct op *op)
{
	long ret = op_kind(op)->perform(op_kind(op), op->args);

	if (here.coverage)
		coverage_take(here.coverage, self, &here.shared->edges);
	return ret;
}

void worker_pin(unsigned int worker)
{
	long count = sysconf(_SC_NPROCESSORS_ONLN);
	cpu_set_t processors;

	if (count < 2)
		return;
	CPU_ZERO(&processors);
	CPU_SET(worker % count, &processors);
	sched_setaffinity(0, sizeof(processors), &processors);
}

void worker_run(unsigned int index)
{
	struct worker *worker = &here.shared->workers[index];
	__u32 asked, done = worker->done;

	self = index;
	trap = NULL;
	if (index)
		worker_pin(index);
	find_ids(worker);
	if (here.coverage)
		coverage_enable(here.coverage, index);
	futex_set(&worker->life, WORKER_RUNS);
	for (;;) {
		asked = futex_get(&worker->asked);
		if (asked == done) {
			futex_wait(&worker->asked, asked, NULL);
			continue;
		}
		worker->results[asked - 1] =
			perform(&here.shared->program.ops[asked - 1]);
		done = asked;
		futex_set(&worker->done, done);
	}
}
