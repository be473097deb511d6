/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: ioctl helpers
 *
 * There is a helper for each ioctl of <linux/kipc.h>, in a header for each type of
 * object. A helper fills in the size of the structure, poisons the fields that the
 * kernel has to overwrite, and returns the result of the ioctl or a negative errno.
 * A test that needs other arguments builds the structure itself and passes it to
 * kipc_call().
 */
#ifndef CALL_H
#define CALL_H

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>

#include <linux/kipc.h>

#define KIPC_POISON		0xcc
#define KIPC_POISON_32		0xccccccccU

static inline int kipc_call(int fd, unsigned long command, void *args)
{
	int ret = ioctl(fd, command, args);

	return ret < 0 ? -errno : ret;
}

/* Returns the errno of a failed system call as a negative number, else 0. */
static inline int errno_of(long ret)
{
	return ret < 0 ? -errno : 0;
}

/* Returns whether a verb has ended early without effect and without an error. */
static inline bool in_vain(int ret)
{
	return ret == -EAGAIN || ret == -ETIMEDOUT || ret == -EINTR;
}

/*
 * Returns an address where nothing is mapped. It is volatile, because the compiler
 * would otherwise see that the address is invalid and warn.
 */
static inline void *bad_pointer(void)
{
	static void *volatile pointer = (void *)8;

	return pointer;
}

#endif /* CALL_H */
