// SPDX-License-Identifier: GPL-2.0-only
#include "member.h"

#include "shared_memory.h"

#include <string.h>

/* The argument of the program that a member has become by execve(). */
#define MEMBER_AFTER_EXEC	"--after-exec"

void member_start(struct member *member, int fd, enum end end,
		  int (*run)(void *shared), long value)
{
	member->shared = shared_alloc(sizeof(*member->shared));
	member->shared->fd = fd;
	member->shared->end = end;
	member->shared->value = value;
	child_start(&member->child, run, member->shared);
}

int member_attach(struct member_shared *shared)
{
	return words_attach(&shared->words, shared->fd);
}

void member_exec(void)
{
	execl("/proc/self/exe", "ended", MEMBER_AFTER_EXEC, NULL);
}

int member_await_end(struct member_shared *shared)
{
	flag_raise(&shared->ready);
	wait_until(flag_is_raised(&shared->go));
	if (shared->end == END_BY_EXIT)
		_exit(0);
	if (shared->end == END_BY_EXEC)
		member_exec();
	else if (shared->end == END_BY_UNMAP)
		words_unmap(&shared->words);
	for (;;)
		pause();
}

void member_end(struct member *member)
{
	flag_raise(&member->shared->go);
	if (member->shared->end == END_BY_KILL)
		kill(member->child.pid, SIGKILL);
}

int member_finish(struct member *member)
{
	int ret;

	if (member->shared->end != END_BY_EXIT)
		kill(member->child.pid, SIGKILL);
	ret = child_finish(&member->child);
	munmap(member->shared, sizeof(*member->shared));
	return ret;
}

void member_pause_after_exec(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], MEMBER_AFTER_EXEC))
		for (;;)
			pause();
}
