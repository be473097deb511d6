// SPDX-License-Identifier: GPL-2.0-only
#include "leaks.h"

#include "child.h"
#include "create.h"
#include "descriptor.h"
#include "fdinfo.h"
#include "name.h"
#include "parameter.h"

#include <errno.h>
#include <unistd.h>

#include <linux/capability.h>

int count_names(void)
{
	struct kipc_list_entry entry;
	int ret, count = 0;
	__u64 cursor = 0;

	while ((ret = list_names(&cursor, &entry, 1)) == 1)
		count++;
	return ret ? ret : count;
}

struct holdings holdings_now(void)
{
	return (struct holdings) {
		.descriptors = count_descriptors(),
		.names = count_names(),
		.references = module_number("refcnt"),
	};
}

/* Quotas apply to every process without capabilities, also to one of root. */
static int leaks_create_without_capabilities(void *data)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct none[2] = {};
	int ret;

	(void)data;
	if (syscall(SYS_capset, &header, none))
		return -errno;
	ret = create(any_args(KIPC_SEMAPHORE));
	return ret < 0 ? ret : 0;
}

/* Returns the bytes that the smallest semaphore is charged, or a negative errno. */
static long leaks_smallest_charge(void)
{
	int fd = create(any_args(KIPC_SEMAPHORE));
	long bytes;

	if (fd < 0)
		return fd;
	bytes = fdinfo_number(fd, "kipc-bytes:");
	close(fd);
	return bytes;
}

int quota_check(void)
{
	long max_objects = parameter_get("max_objects");
	long max_bytes = parameter_get("max_bytes");
	long charge = leaks_smallest_charge();
	struct child child;
	int ret;

	if (max_objects < 0 || max_bytes < 0 || charge < 0)
		return -EIO;
	parameter_set("max_objects", 1);
	parameter_set("max_bytes", charge);
	child_start(&child, leaks_create_without_capabilities, NULL);
	ret = child_finish(&child);
	parameter_set("max_objects", max_objects);
	parameter_set("max_bytes", max_bytes);
	return ret;
}
