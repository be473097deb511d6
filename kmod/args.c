// SPDX-License-Identifier: GPL-2.0-only
#include <linux/err.h>
#include <linux/fault-inject-usercopy.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include <linux/kipc.h>

#include "args.h"

/*
 * Reads a structure of another size than the kernel's. The first word of the
 * structure is its size, so that word is read before the rest.
 */
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

/*
 * Copies @count words. For a few words this is faster than a general copy.
 * Returns false if the memory cannot be read.
 */
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

/* The same in the other direction. */
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

/**
 * kipc_args_read_grown() - read a structure that has grown since its
 * publication
 * @args: filled in with the kernel's form of the structure
 * @size: bytes of the kernel's form; a multiple of 8
 * @least: bytes of the form that was published first
 * @from: the structure of the caller of the ioctl
 *
 * Context: may sleep
 * Return: 0; -EFAULT if the structure cannot be read; -EINVAL if it is shorter
 * than @least; -E2BIG if it is longer than a page, or longer than @size with a
 * byte beyond that which is not 0
 */
int kipc_args_read_grown(void *args, size_t size, size_t least,
			 const void __user *from)
{
	might_fault();
	if (should_fail_usercopy())
		return -EFAULT;
	/*
	 * Nearly every program has the same form as the kernel. If the size
	 * turns out to be another one, the structure is read again, and only
	 * what is read then counts.
	 */
	if (args_words_read(args, from, size / sizeof(u64)) && *(u32 *)args == size)
		return 0;
	return args_read_other(args, size, least, from);
}

/**
 * kipc_args_read() - read a structure that has not grown since its publication
 * @args: filled in with the kernel's form of the structure
 * @size: bytes of the kernel's form; a multiple of 8
 * @from: the structure of the caller of the ioctl
 *
 * Context: may sleep
 * Return: as kipc_args_read_grown()
 */
int kipc_args_read(void *args, size_t size, const void __user *from)
{
	return kipc_args_read_grown(args, size, size, from);
}

/**
 * kipc_args_write() - write a structure back to the caller of the ioctl
 * @to: the structure of the caller
 * @args: the kernel's form of it
 * @size: how many bytes to write, of which the caller has as many; rounded down
 *	to a multiple of 8
 *
 * Context: may sleep
 * Return: 0, or -EFAULT if the structure cannot be written
 */
int kipc_args_write(void __user *to, const void *args, size_t size)
{
	might_fault();
	if (should_fail_usercopy())
		return -EFAULT;
	return args_words_write(to, args, size / sizeof(u64)) ? 0 : -EFAULT;
}

/**
 * kipc_args_name() - read and check a name
 * @name: filled in with the name and a NUL; has room for KIPC_NAME_MAX + 1
 *	bytes
 * @from: pointer of user space to the name
 * @length: bytes of the name
 *
 * Context: may sleep
 * Return: the length; 0 if there is no name, which is when @from and @length
 * are both 0; -EINVAL if only one of them is, or if the name has a NUL or a
 * slash; -ENAMETOOLONG if it exceeds KIPC_NAME_MAX; -EFAULT if it cannot be
 * read
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
