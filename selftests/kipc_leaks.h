/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a test may leave behind: nothing. Descriptors, names and references to the
 * module are counted before and after, and the user's quota is all free again.
 */
#ifndef KIPC_LEAKS_H
#define KIPC_LEAKS_H

#include "kipc_child.h"

/* What there is of kipc; who else uses it at the same time is counted too. */
struct holdings {
	int descriptors;	/* of this process */
	int names;		/* in its network namespace */
	long references;	/* to the module */
};

/* Or a negative errno. */
static inline int count_names(void)
{
	struct kipc_list_entry entry;
	int ret, count = 0;
	__u64 cursor = 0;

	while ((ret = list_names(&cursor, &entry, 1)) == 1)
		count++;
	return ret ? ret : count;
}

static inline struct holdings holdings_now(void)
{
	return (struct holdings) {
		.descriptors = count_descriptors(),
		.names = count_names(),
		.references = module_number("refcnt"),
	};
}

#define check_holdings(before) do { \
	struct holdings __now = holdings_now(); \
	EXPECT_EQ((before).descriptors, __now.descriptors); \
	EXPECT_LE(0, __now.names); \
	EXPECT_EQ((before).names, __now.names); \
	EXPECT_LE(0, __now.references); \
	EXPECT_EQ((before).references, __now.references); \
} while (0)

/* Quotas bind whoever has no capabilities, root too. */
static inline int run_create_bounded(void *data)
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

/* Bytes that the smallest semaphore is charged for, or a negative errno. */
static inline long smallest_charge(void)
{
	int fd = create(any_args(KIPC_SEMAPHORE));
	long bytes;

	if (fd < 0)
		return fd;
	bytes = fdinfo_number(fd, "kipc-bytes:");
	close(fd);
	return bytes;
}

/*
 * With a quota of one smallest object, may root create that? 0 where root's
 * account holds no object and no byte, else -ENOSPC. Only root can ask.
 */
static inline int quota_check(void)
{
	long max_objects = parameter_get("max_objects");
	long max_bytes = parameter_get("max_bytes");
	long charge = smallest_charge();
	struct child child;
	int ret;

	if (max_objects < 0 || max_bytes < 0 || charge < 0)
		return -EIO;
	parameter_set("max_objects", 1);
	parameter_set("max_bytes", charge);
	child_start(&child, run_create_bounded, NULL);
	ret = child_finish(&child);
	parameter_set("max_objects", max_objects);
	parameter_set("max_bytes", max_bytes);
	return ret;
}

#endif /* KIPC_LEAKS_H */
