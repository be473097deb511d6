// SPDX-License-Identifier: GPL-2.0-only
#include <linux/miscdevice.h>
#include <linux/module.h>

#include "attachment.h"
#include "deadlock.h"
#include "inherit.h"
#include "inode.h"
#include "name.h"
#include "object.h"
#include "scan.h"
#include "thread.h"
#include "user.h"
#include "wait.h"

/* Dispatches the ioctls of /dev/kipc. Those of objects are in file.c. */
static long main_ioctl(struct file *file, unsigned int command,
		       unsigned long arg)
{
	void __user *user = (void __user *)arg;

	switch (command) {
	case KIPC_CREATE:
		return kipc_object_create(user);
	case KIPC_OPEN:
		return kipc_object_open(user);
	case KIPC_UNLINK:
		return kipc_name_unlink(user);
	case KIPC_LIST:
		return kipc_name_list(user);
	case KIPC_THREAD:
		return kipc_thread_ioctl(NULL, user);
	default:
		return -ENOTTY;
	}
}

static const struct file_operations device_operations = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = main_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.llseek = noop_llseek,
};

/*
 * Every process may open the device. Permissions are those of the objects, and
 * quotas bound what a user can allocate.
 */
static struct miscdevice device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "kipc",
	.fops = &device_operations,
	.mode = 0666,
};

/*
 * Checks the sizes of all structures of the ABI. They are the same for 32-bit
 * and 64-bit programs. A structure may grow, but then kipc_args_read_grown()
 * has to accept the size that it was published with.
 */
static void __init main_check_layout(void)
{
	BUILD_BUG_ON(sizeof(union kipc_attributes) != 32);
	BUILD_BUG_ON(sizeof(struct kipc_create_args) != 80);
	BUILD_BUG_ON(sizeof(struct kipc_open_args) != 32);
	BUILD_BUG_ON(sizeof(struct kipc_unlink_args) != 24);
	BUILD_BUG_ON(sizeof(struct kipc_list_args) != 32);
	BUILD_BUG_ON(sizeof(struct kipc_list_entry) != 296);
	BUILD_BUG_ON(sizeof(struct kipc_info_args) != 96);
	BUILD_BUG_ON(sizeof(struct kipc_watch_args) != 8);
	BUILD_BUG_ON(sizeof(struct kipc_notice) != 24);
	BUILD_BUG_ON(sizeof(struct kipc_thread_args) != 24);
	BUILD_BUG_ON(sizeof(struct kipc_semaphore_post_args) != 16);
	BUILD_BUG_ON(sizeof(struct kipc_semaphore_wait_args) != 24);
	BUILD_BUG_ON(sizeof(struct kipc_semaphore_value_args) != 16);
	BUILD_BUG_ON(sizeof(struct kipc_semaphore_post_wait_args) != 40);
	BUILD_BUG_ON(sizeof(struct kipc_barrier_wait_args) != 32);
	BUILD_BUG_ON(sizeof(struct kipc_barrier_args) != 16);
	BUILD_BUG_ON(sizeof(struct kipc_barrier_state_args) != 40);
	BUILD_BUG_ON(sizeof(struct kipc_mailbox_send_args) != 40);
	BUILD_BUG_ON(sizeof(struct kipc_mailbox_receive_args) != 56);
	BUILD_BUG_ON(sizeof(struct kipc_mailbox_state_args) != 32);
	BUILD_BUG_ON(sizeof(struct kipc_mutex_lock_args) != 24);
	BUILD_BUG_ON(sizeof(struct kipc_mutex_args) != 16);
	BUILD_BUG_ON(sizeof(struct kipc_mutex_state_args) != 32);
	BUILD_BUG_ON(sizeof(struct kipc_region_seal_args) != 16);
	BUILD_BUG_ON(sizeof(struct kipc_region_state_args) != 24);
	BUILD_BUG_ON(sizeof(struct kipc_ring_claim_args) != 48);
	BUILD_BUG_ON(sizeof(struct kipc_ring_kick_args) != 16);
	BUILD_BUG_ON(sizeof(struct kipc_ring_send_args) != 32);
	BUILD_BUG_ON(sizeof(struct kipc_ring_receive_args) != 48);
	BUILD_BUG_ON(sizeof(struct kipc_ring_state_args) != 40);
}

/*
 * The device is registered last, because user space can use everything from
 * then on.
 */
static int __init kipc_init(void)
{
	int ret;

	main_check_layout();
	kipc_wait_init();
	kipc_blocked_init();
	ret = kipc_threads_init(kipc_attachments_reap);
	if (ret)
		return ret;
	ret = kipc_inodes_init();
	if (ret)
		goto exit_threads;
	ret = kipc_names_init();
	if (ret)
		goto exit_inodes;
	ret = kipc_inherit_init();
	if (ret)
		goto exit_names;
	ret = kipc_scan_init();
	if (ret)
		goto exit_inherit;
	ret = misc_register(&device);
	if (ret)
		goto exit_scan;
	return 0;

exit_scan:
	kipc_scan_exit();
exit_inherit:
	kipc_inherit_exit();
exit_names:
	kipc_names_exit();
exit_inodes:
	kipc_inodes_exit();
exit_threads:
	kipc_threads_exit();
	return ret;
}

/* No file of the module is open any more, and no name of an object is left. */
static void __exit kipc_exit(void)
{
	misc_deregister(&device);
	kipc_scan_exit();
	kipc_inherit_exit();
	kipc_threads_exit();
	kipc_names_exit();
	kipc_inodes_exit();
	kipc_users_exit();
	/*
	 * Waits for the callbacks of call_rcu() that free attachments and
	 * threads, because these are functions of this module.
	 */
	rcu_barrier();
}

module_init(kipc_init);
module_exit(kipc_exit);

MODULE_AUTHOR("The kipc authors");
MODULE_VERSION("0.2");
MODULE_DESCRIPTION("Mailboxes, rings, semaphores, barriers, mutexes and regions as file descriptors");
MODULE_LICENSE("GPL");
