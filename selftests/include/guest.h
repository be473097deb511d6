/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Guests: tasks that use the memory of another process. They are children of vfork(),
 * of posix_spawn(), and of clone() with CLONE_VM. The memory lives on in the guest
 * when the process that owned it has died.
 */
#ifndef GUEST_H
#define GUEST_H

#include <sys/types.h>

#define GUEST_STACK	65536

struct guest {
	pid_t pid;	/* in the pid namespace of its parent; set by the guest */
	char stack[GUEST_STACK] __attribute__((aligned(16)));
};

/*
 * Starts a guest that runs until it is killed. @guest has to be in shared memory.
 * With CLONE_VFORK in @flags the function does not return.
 */
int guest_start(struct guest *guest, int flags);

/*
 * Starts a child of posix_spawn() that waits for a writer to a FIFO. It does not
 * return before there is a writer.
 */
int guest_spawn(const char *fifo);

#endif /* GUEST_H */
