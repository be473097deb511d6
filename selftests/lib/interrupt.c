// SPDX-License-Identifier: GPL-2.0-only
#include "interrupt.h"

#include "handler.h"
#include "parameter.h"
#include "until.h"

#include <errno.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/stat.h>

#define INTERRUPT_CGROUPS	"/sys/fs/cgroup"
#define INTERRUPT_CGROUP	INTERRUPT_CGROUPS "/kipc-frozen"

void handle_interruptions(void)
{
	struct sigaction action = { .sa_handler = count_signal };

	handle_signal(SIGNAL_RESTARTS, SA_RESTART);
	sigaction(SIGNAL_ENDS, &action, NULL);
}

const char *by_handler(const struct child *child)
{
	interrupt(child, SIGNAL_RESTARTS);
	return NULL;
}

const char *by_handler_without_restart(const struct child *child)
{
	interrupt(child, SIGNAL_ENDS);
	return NULL;
}

const char *by_stop(const struct child *child)
{
	int status;

	kill(child->pid, SIGSTOP);
	waitpid(child->pid, &status, WUNTRACED);
	kill(child->pid, SIGCONT);
	return NULL;
}

const char *by_tracer(const struct child *child)
{
	int status;

	if (ptrace(PTRACE_SEIZE, child->pid, NULL, NULL))
		return "cannot trace";
	ptrace(PTRACE_INTERRUPT, child->pid, NULL, NULL);
	waitpid(child->pid, &status, __WALL);
	ptrace(PTRACE_CONT, child->pid, NULL, NULL);
	return NULL;
}

static bool interrupt_cgroup_is_frozen(void)
{
	char text[256];
	int fd = open(INTERRUPT_CGROUP "/cgroup.events", O_RDONLY | O_CLOEXEC);
	ssize_t length = read(fd, text, sizeof(text) - 1);

	close(fd);
	text[length > 0 ? length : 0] = 0;
	return strstr(text, "frozen 1");
}

static const char *interrupt_cgroup_join(const struct child *child)
{
	char number[32];

	snprintf(number, sizeof(number), "%d", child->pid);
	if (geteuid())
		return "needs root for a cgroup";
	/* Another test may have mounted it already. */
	if (mount("none", INTERRUPT_CGROUPS, "cgroup2", 0, NULL) && errno != EBUSY)
		return "cannot mount " INTERRUPT_CGROUPS;
	if (mkdir(INTERRUPT_CGROUP, 0700) && errno != EEXIST)
		return "cannot make a cgroup";
	if (write_file(INTERRUPT_CGROUP "/cgroup.procs", number))
		return "cannot move into a cgroup";
	return NULL;
}

const char *by_freezer(const struct child *child)
{
	const char *problem = interrupt_cgroup_join(child);

	if (problem)
		return problem;
	if (write_file(INTERRUPT_CGROUP "/cgroup.freeze", "1"))
		return "this kernel freezes no cgroups";
	wait_until(interrupt_cgroup_is_frozen() || child_ended(child));
	write_file(INTERRUPT_CGROUP "/cgroup.freeze", "0");
	return NULL;
}
