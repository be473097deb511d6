// SPDX-License-Identifier: GPL-2.0-only
/*
 * Names, which exist as long as a process has the object open: none is left at the
 * end. And onlookers, which read the state of all objects and change nothing.
 */
#include "target.h"

#define NAMES	3
#define PREFIX	"torture-"

static bool is_expected(int ret)
{
	return ret >= 0 || ret == -EEXIST || ret == -EPROTOTYPE ||
	       ret == -EINVAL || ret == -ENOENT;
}

static void name_use(struct worker *worker, const struct target *target,
		     unsigned int depth)
{
	unsigned int type = KIPC_SEMAPHORE + chance(worker, 4);
	unsigned int flags = chance(worker, 2) ? KIPC_EXCLUSIVE : 0;
	char name[32];
	int fd;

	snprintf(name, sizeof(name), PREFIX "%u", chance(worker, NAMES));
	op_begin(worker, depth, target, 0, 1);
	if (chance(worker, 4))
		fd = create_named(any_args(type), name, flags);
	else
		fd = open_named(type, name, KIPC_READ | KIPC_WRITE);
	if (!is_expected(fd))
		broken("%s: %d", label_of(target), fd);
	op_step(worker, depth, HOLDING);
	worker_dawdle(worker, 500);
	op_step(worker, depth, GIVING);
	if (fd >= 0 && !chance(worker, 8))
		unlink_named(name);
	if (fd >= 0)
		close(fd);
	op_end(worker, depth);
}

static void name_check(const struct target *target)
{
	struct kipc_list_entry entry;
	__u64 cursor = 0;

	while (list_names(&cursor, &entry, 1) == 1)
		if (!strncmp(entry.name, PREFIX, strlen(PREFIX)))
			broken("%s: %.*s is left", label_of(target),
			       (int)entry.name_length, entry.name);
}

const struct kind name_kind = {
	.use = name_use,
	.check = name_check,
};

/* Reads the list of names, or fdinfo and INFO of one object. */
static void onlooker_use(struct worker *worker, const struct target *target,
			 unsigned int depth)
{
	const struct target *other = &targets[chance(worker, target_count)];
	struct kipc_list_entry entries[4];
	struct kipc_info_args info;
	unsigned int calls = 0;
	__u64 cursor = 0;
	char text[4096];
	int ret;

	op_begin(worker, depth, target, 0, 1);
	if (other->row->kind->args)
		ret = fdinfo_text(other->fd, text, sizeof(text)) ?:
		      object_info(other->fd, &info);
	else
		/* It is limited, because names appear as fast as they are listed. */
		do {
			ret = list_names(&cursor, entries, ARRAY_SIZE(entries));
		} while (ret > 0 && calls++ < 20);
	if (ret < 0)
		broken("%s: %d", label_of(target), ret);
	op_end(worker, depth);
}

const struct kind onlooker_kind = {
	.use = onlooker_use,
};
