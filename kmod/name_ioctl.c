// SPDX-License-Identifier: GPL-2.0-only
/* The arguments of UNLINK and LIST. The names themselves are in name.c. */
#include <linux/sched.h>
#include <linux/uaccess.h>

#include <linux/kipc.h>

#include "args.h"
#include "name.h"

/**
 * kipc_name_unlink() - the ioctl UNLINK
 * @arg: struct kipc_unlink_args
 *
 * Context: sleeps
 * Return: 0, -EINVAL for flags, reserved fields or a name that is not allowed,
 * -E2BIG, -EFAULT or -ENAMETOOLONG from reading the arguments, or what
 * kipc_name_remove() returns
 */
int kipc_name_unlink(void __user *arg)
{
	struct kipc_unlink_args args;
	char name[KIPC_NAME_MAX + 1] __uninitialized;
	int ret = kipc_args_read(&args, sizeof(args), arg);

	if (ret)
		return ret;
	if (args.flags || args.reserved)
		return -EINVAL;
	ret = kipc_args_name(name, args.name, args.name_length);
	if (ret <= 0)
		return ret ?: -EINVAL;
	return kipc_name_remove(name);
}

/*
 * Writes up to @args->count entries to user space and moves the cursor behind
 * them. An entry that is longer than the module knows ends with zeros. Returns
 * the number of entries or -EFAULT.
 */
static int name_list_fill(struct kipc_list_args *args)
{
	u8 __user *to = u64_to_user_ptr(args->entries);
	u64 cursor = args->cursor;
	struct kipc_list_entry entry;
	u32 i;

	for (i = 0; i < args->count; i++, to += args->entry_size) {
		if (!kipc_name_next(&cursor, &entry))
			break;
		if (copy_to_user(to, &entry, sizeof(entry)) ||
		    clear_user(to + sizeof(entry),
			       args->entry_size - sizeof(entry)))
			return -EFAULT;
		args->cursor = cursor;
		cond_resched();
	}
	return i;
}

/**
 * kipc_name_list() - the ioctl LIST
 * @arg: struct kipc_list_args
 *
 * Context: sleeps
 * Return: the number of entries written, 0 after the last one; -EINVAL for flags,
 * a count of 0 or above KIPC_LIST_MAX, or an entry size that is too small or
 * larger than a page; -E2BIG or -EFAULT
 */
int kipc_name_list(void __user *arg)
{
	struct kipc_list_args args;
	int count, ret = kipc_args_read(&args, sizeof(args), arg);

	if (ret)
		return ret;
	if (args.flags || !args.count || args.count > KIPC_LIST_MAX ||
	    args.entry_size < sizeof(struct kipc_list_entry) ||
	    args.entry_size > PAGE_SIZE)
		return -EINVAL;
	count = name_list_fill(&args);
	if (count < 0)
		return count;
	ret = kipc_args_write(arg, &args, sizeof(args));
	return ret ? ret : count;
}
