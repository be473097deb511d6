/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: ioctl arguments
 *
 * Every argument structure begins with its own size and may grow at its end.
 * kipc_args_read() takes one of any age and size into the kernel's form of it,
 * kipc_args_read_grown() does so where the structure has grown since it was first
 * published. kipc_args_write() gives the kernel's form back, or the part of it that
 * the caller has room for. All may sleep.
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
