// SPDX-License-Identifier: GPL-2.0-only
#include "child.h"

#include "shared_memory.h"

#include <errno.h>
#include <string.h>
#include <sys/prctl.h>

pid_t child_fork(void)
{
	pid_t parent = getpid();
	pid_t pid = fork();

	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		/*
		 * The parent may have ended before prctl(). In a new pid
		 * namespace getppid() returns 0, which says nothing.
		 */
		if (getppid() && getppid() != parent)
			_exit(1);
	}
	return pid;
}

int child_wait(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) != pid)
		return -ECHILD;
	return WIFEXITED(status) ? WEXITSTATUS(status) : CHILD_KILLED;
}

void child_start(struct child *child, int (*run)(void *data), void *data)
{
	child->result = shared_alloc(sizeof(*child->result));
	child->pid = child_fork();
	if (!child->pid) {
		*child->result = run(data);
		_exit(0);
	}
}

int child_finish(struct child *child)
{
	int ret = child_wait(child->pid);

	if (!ret)
		ret = *child->result;
	munmap(child->result, sizeof(*child->result));
	return ret;
}

int child_kill(struct child *child)
{
	kill(child->pid, SIGKILL);
	return child_finish(child);
}

bool child_ended(const struct child *child)
{
	siginfo_t info = { .si_pid = 0 };

	waitid(P_PID, child->pid, &info, WEXITED | WNOHANG | WNOWAIT);
	return info.si_pid == child->pid;
}

const char *child_stat(const struct child *child, char *text, size_t size)
{
	const char *name_end;
	char path[64];
	ssize_t length;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/stat", child->pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return "";
	length = read(fd, text, size - 1);
	close(fd);
	text[length > 0 ? length : 0] = 0;
	name_end = strrchr(text, ')');
	return name_end && name_end[1] ? name_end + 2 : "";
}

char child_state(const struct child *child)
{
	char text[512];

	return child_stat(child, text, sizeof(text))[0];
}

bool child_sleeps(const struct child *child)
{
	return child_state(child) == 'S';
}
