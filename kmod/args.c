// SPDX-License-Identifier: GPL-2.0-only
#include <linux/err.h>
#include <linux/fault-inject-usercopy.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include <linux/kipc.h>

#include "args.h"

/* The first word says how long it is, so that is looked at before the rest. */
static int args_read_other(void *args, size_t size, size_t least,
			   const void __user *from)
{
	u32 given;

	if (get_user(given, (const u32 __user *)from))
		return -EFAULT;
	if (given < least)
		return -EINVAL;
	if (given > PAGE_SIZE)
		return -E2BIG;
	return copy_struct_from_user(args, size, from, given);
}

/* A few words are faster one by one than by a general copy. */
static bool args_words_read(u64 *to, const u64 __user *from, size_t count)
{
	if (!user_read_access_begin(from, count * sizeof(*to)))
		return false;
	for (; count; count--)
		unsafe_get_user(*to++, from++, fault);
	user_read_access_end();
	return true;

fault:
	user_read_access_end();
	return false;
}

static bool args_words_write(u64 __user *to, const u64 *from, size_t count)
{
	if (!user_write_access_begin(to, count * sizeof(*to)))
		return false;
	for (; count; count--)
		unsafe_put_user(*from++, to++, fault);
	user_write_access_end();
	return true;

fault:
	user_write_access_end();
	return false;
}

/* @size: of the structure as we know it; @least: as it was first published. */
int kipc_args_read_grown(void *args, size_t size, size_t least,
			 const void __user *from)
{
	might_fault();
	if (should_fail_usercopy())
		return -EFAULT;
	/* Nearly everybody knows the same one. */
	if (args_words_read(args, from, size / sizeof(u64)) && *(u32 *)args == size)
		return 0;
	return args_read_other(args, size, least, from);
}

/* One that is as it was first published. */
int kipc_args_read(void *args, size_t size, const void __user *from)
{
	return kipc_args_read_grown(args, size, size, from);
}

int kipc_args_write(void __user *to, const void *args, size_t size)
{
	might_fault();
	if (should_fail_usercopy())
		return -EFAULT;
	return args_words_write(to, args, size / sizeof(u64)) ? 0 : -EFAULT;
}

/**
 * kipc_args_name() - read and check a name
 * @name: what is read, with a NUL behind it; KIPC_NAME_MAX + 1 bytes
 * @from: user space's pointer to it
 * @length: of it
 *
 * Return: the length, 0 for no name at all, or an error
 */
int kipc_args_name(char *name, u64 from, u32 length)
{
	if (!from && !length)
		return 0;
	if (!from || !length)
		return -EINVAL;
	if (length > KIPC_NAME_MAX)
		return -ENAMETOOLONG;
	if (copy_from_user(name, u64_to_user_ptr(from), length))
		return -EFAULT;
	name[length] = 0;
	if (memchr(name, 0, length) || memchr(name, '/', length))
		return -EINVAL;
	return length;
}
