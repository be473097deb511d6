/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: ioctl arguments
 *
 * The argument of every ioctl is a structure that begins with its own size and
 * may grow at its end. So a program may have an older or a newer form of the
 * structure than the kernel:
 *
 * - kipc_args_read() reads any form of it into the kernel's form. Fields that
 *   are missing are 0. A field that the kernel does not know has to be 0.
 * - kipc_args_read_grown() does the same for a structure that has grown since
 *   it was first published.
 * - kipc_args_write() writes the kernel's form back, or the first part of it if
 *   the program has no room for the rest.
 *
 * All of these access user memory and may sleep.
 */
#ifndef KIPC_ARGS_H
#define KIPC_ARGS_H

#include <linux/types.h>

int kipc_args_read(void *args, size_t size, const void __user *from);
int kipc_args_read_grown(void *args, size_t size, size_t least,
			 const void __user *from);
int kipc_args_write(void __user *to, const void *args, size_t size);
int kipc_args_name(char *name, u64 from, u32 length);

#endif /* KIPC_ARGS_H */
