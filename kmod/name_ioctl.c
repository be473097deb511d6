// SPDX-License-Identifier: GPL-2.0-only
/* The verbs UNLINK and LIST. The names themselves are in name.c. */
#include <linux/sched.h>
#include <linux/uaccess.h>

#include <linux/kipc.h>

#include "args.h"
#include "name.h"

/**
 * kipc_name_unlink() - UNLINK: remove a name
 * @arg: the caller's struct kipc_unlink_args
 *
 * Context: may sleep
 * Return: 0; -ENOENT if there is no such name; -EACCES if the caller neither
 * owns the object nor has CAP_IPC_OWNER; -ENAMETOOLONG; -EFAULT, -EINVAL or
 * -E2BIG for bad arguments
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
 * Writes the next names to the caller's array and moves the cursor. Returns how
 * many there were, or -EFAULT.
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
 * kipc_name_list() - LIST: describe names, a bounded number at a time
 * @arg: the caller's struct kipc_list_args; its cursor says where to go on
 *
 * names_mutex is taken for each name by itself, so other tasks do not wait for
 * a long listing, and the names are not those of one moment.
 *
 * Context: may sleep
 * Return: how many names were described, 0 after the last one; -EFAULT, -EINVAL
 * or -E2BIG for bad arguments
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
