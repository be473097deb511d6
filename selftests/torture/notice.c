// SPDX-License-Identifier: GPL-2.0-only
#include "notice.h"

static struct {
	int watch;	/* -1: this target has no attachments */
	__u64 told;
} notices[TARGETS_MAX];

static int watch_open(unsigned int target)
{
	int watch;

	if (!rows[target].kind->maps)
		return -1;
	watch = object_watch(targets[target].fd);
	if (watch == -EINVAL)
		return -1;
	if (watch >= 0 && fcntl(watch, F_SETFL, O_NONBLOCK))
		broken("a watch that does not take O_NONBLOCK");
	return watch;
}

int notices_open(void)
{
	unsigned int i;

	for (i = 0; i < target_count; i++) {
		notices[i].watch = watch_open(i);
		if (notices[i].watch < -1)
			return notices[i].watch;
	}
	return 0;
}

static void notices_read_of(unsigned int target)
{
	struct kipc_notice notice;

	while (watch_read(notices[target].watch, &notice) == 1)
		notices[target].told += 1 + notice.lost;
}

void notices_read(void)
{
	unsigned int i;

	for (i = 0; i < target_count; i++)
		if (notices[i].watch >= 0)
			notices_read_of(i);
}

void notices_check(void)
{
	__u64 told;
	unsigned int i;

	notices_read();
	for (i = 0; i < target_count; i++) {
		told = notices[i].told;
		if (notices[i].watch >= 0 && (told < arena->attached[i] ||
					      told > arena->attaching[i]))
			broken("%s: %llu notices, of %llu to %llu attached",
			       rows[i].label, told, arena->attached[i],
			       arena->attaching[i]);
	}
}

void notices_close(void)
{
	unsigned int i;

	for (i = 0; i < target_count; i++)
		if (notices[i].watch >= 0)
			close(notices[i].watch);
}
