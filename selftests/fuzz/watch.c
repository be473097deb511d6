// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "array.h"
#include "futex.h"
#include "watch.h"

/* Time for what the kernel frees later, for example after a grace period */
#define SETTLE_NS	(20 * 1000000000LL)

static const char *const complaints[] = {
	"WARNING:", "BUG:", "BUG ", "Oops", "cut here", "Call Trace:",
	"KASAN:", "KCSAN:", "UBSAN:", "ODEBUG:", "blocked for more than",
	"suspicious RCU usage", "deadlock", "list_add corruption",
	"list_del corruption", "refcount_t:", "Bad page",
	"page allocation failure", "general protection fault",
	"scheduling while atomic", "sleeping function called",
	"inconsistent lock state", "detected stall", "Unable to handle",
};

static long read_number(int fd)
{
	char text[32];
	ssize_t length = pread(fd, text, sizeof(text) - 1, 0);

	if (length <= 0)
		return -1;
	text[length] = '\0';
	return strtol(text, NULL, 10);
}

void watch_open(struct watch *watch, int device)
{
	watch->log = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (watch->log >= 0)
		lseek(watch->log, 0, SEEK_END);
	watch->references = open("/sys/module/kipc/refcnt",
				 O_RDONLY | O_CLOEXEC);
	watch->usual = read_number(watch->references);
	quota_open(&watch->quota, device);
}

static bool complains(const char *line)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(complaints); i++)
		if (strstr(line, complaints[i]))
			return true;
	return false;
}

const char *watch_log(struct watch *watch)
{
	char record[8192], *text;
	ssize_t length;

	for (;;) {
		length = read(watch->log, record, sizeof(record) - 1);
		if (length <= 0)
			return NULL;
		record[length] = '\0';
		/* "priority,number,time,flags;text\n" */
		text = strchr(record, ';');
		if (text && complains(text))
			break;
	}
	text[strcspn(text, "\n")] = '\0';
	snprintf(watch->complaint, sizeof(watch->complaint), "%s", text + 1);
	return watch->complaint;
}

static bool is_settled(const struct watch *watch)
{
	return read_number(watch->references) <= watch->usual &&
	       quota_unused(&watch->quota);
}

bool watch_settled(struct watch *watch)
{
	long long end = now_ns(CLOCK_MONOTONIC) + SETTLE_NS;
	unsigned int microseconds = 50;

	while (!is_settled(watch)) {
		if (now_ns(CLOCK_MONOTONIC) > end)
			return false;
		usleep(microseconds);
		if (microseconds < 50000)
			microseconds *= 2;
	}
	return true;
}
