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

#include "actor.h"
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
	/* A defect of ours: die of it. */
	signal(number, SIG_DFL);
}

static void on_signal(int number)
{
	(void)number;
}

long actor_handle(enum handler handler)
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

long actor_try(long (*touch)(void *data), void *data)
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

void actor_prepare(struct stage *stage, const struct coverage *coverage)
{
	unsigned int i;

	here = (struct process){ .stage = stage, .coverage = coverage };
	for (i = 0; i < FD_SLOTS; i++)
		here.fds[i] = -1;
	here.device = open(KIPC_DEVICE, O_RDWR | O_CLOEXEC);
	if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0,
		       here.socket)) {
		here.socket[0] = -1;
		here.socket[1] = -1;
	}
	catch_faults();
	actor_handle(HANDLER_INTERRUPT);
}

/* The ids that the dispatcher knows this thread by, whatever its namespace. */
static void find_ids(struct actor *actor)
{
	char link[64];
	ssize_t length = readlink("/proc/thread-self", link, sizeof(link) - 1);

	actor->pid = 0;
	if (length <= 0)
		return;
	link[length] = '\0';
	if (sscanf(link, "%d/task/%d", &actor->pid, &actor->tid) != 2)
		actor->pid = 0;
}

static long perform(const struct op *op)
{
	long ret = op_kind(op)->perform(op_kind(op), op->args);

	if (here.coverage)
		coverage_take(here.coverage, self, &here.stage->edges);
	return ret;
}

void actor_pin(unsigned int actor)
{
	long count = sysconf(_SC_NPROCESSORS_ONLN);
	cpu_set_t processors;

	if (count < 2)
		return;
	CPU_ZERO(&processors);
	CPU_SET(actor % count, &processors);
	sched_setaffinity(0, sizeof(processors), &processors);
}

void actor_run(unsigned int index)
{
	struct actor *actor = &here.stage->actors[index];
	__u32 asked, done = actor->done;

	self = index;
	trap = NULL;
	if (index)
		actor_pin(index);
	find_ids(actor);
	if (here.coverage)
		coverage_enable(here.coverage, index);
	futex_set(&actor->life, ACTOR_RUNS);
	for (;;) {
		asked = futex_get(&actor->asked);
		if (asked == done) {
			futex_wait(&actor->asked, asked, NULL);
			continue;
		}
		actor->results[asked - 1] =
			perform(&here.stage->program.ops[asked - 1]);
		done = asked;
		futex_set(&actor->done, done);
	}
}
