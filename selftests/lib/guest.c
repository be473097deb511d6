// SPDX-License-Identifier: GPL-2.0-only
#include "guest.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

static int guest_run(void *data)
{
	struct guest *guest = data;

	__atomic_store_n(&guest->pid, syscall(SYS_getpid), __ATOMIC_SEQ_CST);
	for (;;)
		syscall(SYS_pause);
	return 0;
}

int guest_start(struct guest *guest, int flags)
{
	pid_t pid = clone(guest_run, guest->stack + GUEST_STACK,
			  CLONE_VM | flags | SIGCHLD, guest);

	return pid < 0 ? -errno : 0;
}

int guest_spawn(const char *fifo)
{
	char *const arguments[] = { "none", NULL };
	posix_spawn_file_actions_t actions;
	pid_t pid;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 9, fifo, O_RDONLY, 0);
	return -posix_spawn(&pid, "/nonexistent", &actions, NULL, arguments,
			    NULL);
}
