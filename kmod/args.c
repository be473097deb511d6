// SPDX-License-Identifier: GPL-2.0-only
#include <linux/err.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include <linux/kipc.h>

#include "args.h"

/* @size: of the structure as we know it, which is the first published one. */
int kipc_args_read(void *args, size_t size, const void __user *from)
{
	u32 given;

	if (get_user(given, (const u32 __user *)from))
		return -EFAULT;
	if (given < size)
		return -EINVAL;
	if (given > PAGE_SIZE)
		return -E2BIG;
	return copy_struct_from_user(args, size, from, given);
}

int kipc_args_write(void __user *to, const void *args, size_t size)
{
	return copy_to_user(to, args, size) ? -EFAULT : 0;
}

/* A checked copy of a name, to be given to kfree(); NULL for no name at all. */
char *kipc_args_name(u64 from, u32 length)
{
	char *name;

	if (!from && !length)
		return NULL;
	if (!from || !length)
		return ERR_PTR(-EINVAL);
	if (length > KIPC_NAME_MAX)
		return ERR_PTR(-ENAMETOOLONG);
	name = memdup_user_nul(u64_to_user_ptr(from), length);
	if (IS_ERR(name))
		return name;
	if (strlen(name) != length || strchr(name, '/')) {
		kfree(name);
		return ERR_PTR(-EINVAL);
	}
	return name;
}
