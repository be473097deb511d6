/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tasks that use the memory of another process, its guests: children of vfork(), of
 * posix_spawn() and of clone() with CLONE_VM. They keep it when that process has died.
 */
#ifndef KIPC_GUEST_H
#define KIPC_GUEST_H

#include "kipc_child.h"

#include <spawn.h>
#include <sys/stat.h>

#define GUEST_STACK	65536

struct guest {
	pid_t pid;		/* as seen where it was made; set by the guest */
	char stack[GUEST_STACK] __attribute__((aligned(16)));
};

static inline int run_guest_for_ever(void *data)
{
	struct guest *guest = data;

	__atomic_store_n(&guest->pid, syscall(SYS_getpid), __ATOMIC_SEQ_CST);
	for (;;)
		syscall(SYS_pause);
	return 0;
}

/* With CLONE_VFORK it does not return. @guest is shared memory. */
static inline int guest_start(struct guest *guest, int flags)
{
	pid_t pid = clone(run_guest_for_ever, guest->stack + GUEST_STACK,
			  CLONE_VM | flags | SIGCHLD, guest);

	return pid < 0 ? -errno : 0;
}

/* A child of posix_spawn() that waits for a writer to a FIFO; does not return. */
static inline int guest_spawn(const char *fifo)
{
	char *const arguments[] = { "none", NULL };
	posix_spawn_file_actions_t actions;
	pid_t pid;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 9, fifo, O_RDONLY, 0);
	return -posix_spawn(&pid, "/nonexistent", &actions, NULL, arguments,
			    NULL);
}

#endif /* KIPC_GUEST_H */
