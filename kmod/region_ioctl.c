// SPDX-License-Identifier: GPL-2.0-only
/* Regions as a type of object: ioctl and fdinfo. The rest is in region.c. */
#include "args.h"
#include "region.h"

/* ------------------------------------------------------------------------ */
/* ioctl                                                                    */
/* ------------------------------------------------------------------------ */

static int region_ioctl_seal(struct file *file, void __user *arg)
{
	struct kipc_region_seal_args args;
	int ret = kipc_args_read(&args, sizeof(args), arg);

	if (!ret)
		ret = kipc_file_check(file, FMODE_WRITE);
	if (ret)
		return ret;
	if (args.flags || args.seals != KIPC_SEAL_WRITE || args.reserved)
		return -EINVAL;
	return kipc_shmem_seal(&kipc_region_of(kipc_object_of(file))->data);
}

static int region_ioctl_state(struct file *file, void __user *arg)
{
	struct kipc_region_state_args args;
	int ret = kipc_args_read(&args, sizeof(args), arg);

	if (ret)
		return ret;
	if (args.flags)
		return -EINVAL;
	kipc_region_state(kipc_region_of(kipc_object_of(file)), &args);
	return kipc_args_write(arg, &args, sizeof(args));
}

static long region_ioctl(struct file *file, unsigned int command,
			 void __user *arg)
{
	switch (command) {
	case KIPC_REGION_SEAL:
		return region_ioctl_seal(file, arg);
	case KIPC_REGION_STATE:
		return region_ioctl_state(file, arg);
	default:
		return kipc_mutex_ioctl(file, command, arg);
	}
}

/* ------------------------------------------------------------------------ */
/* The type                                                                 */
/* ------------------------------------------------------------------------ */

static int region_check(union kipc_attributes *attributes)
{
	u64 bytes = attributes->region.bytes;

	if (!bytes || bytes > KIPC_REGION_MAX ||
	    memchr_inv(&attributes->region + 1, 0,
		       sizeof(*attributes) - sizeof(attributes->region)))
		return -EINVAL;
	return 0;
}

static void region_show(struct seq_file *seq, struct kipc_object *object)
{
	struct kipc_region_state_args state;

	kipc_region_state(kipc_region_of(object), &state);
	seq_printf(seq, "kipc-region-bytes:\t%llu\n", state.bytes);
	seq_printf(seq, "kipc-seals:\t0x%x\n", state.seals);
	seq_printf(seq, "kipc-writers:\t%u\n", state.writers);
	kipc_mutex_show(seq, object);
}

const struct kipc_type kipc_region_type = {
	.label = "region",
	.id = KIPC_REGION,
	.flags = KIPC_SEALED | KIPC_PACKED | KIPC_RECURSIVE | KIPC_FAIR |
		 KIPC_SPIN | KIPC_DETECT,
	.max_elements = KIPC_ELEMENTS_MAX,
	.size = sizeof(struct kipc_region),
	.check = region_check,
	.init = kipc_region_init,
	.exit = kipc_region_exit,
	.ioctl = region_ioctl,
	.words = kipc_mutex_words,
	.map = kipc_region_map,
	.detach = kipc_mutex_detach,
	.settle = kipc_mutex_settle,
	.reap = kipc_mutex_settle,
	.scan = kipc_mutex_scan,
	.show = region_show,
	.owner = kipc_mutex_first_owner,
};
