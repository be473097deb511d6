// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/kipc.h>

#include "array.h"
#include "quota.h"

#define LIMIT_PATH	"/sys/module/kipc/parameters/max_objects"

/* The users that "become" can choose, and root */
static const int users[] = { 1000, 1001, 0 };

static void set_limit(const struct quota *quota, const char *text)
{
	if (pwrite(quota->limit, text, strlen(text), 0) < 0)
		perror(LIMIT_PATH);
}

void quota_open(struct quota *quota, int device)
{
	ssize_t length;

	quota->device = device;
	quota->limit = open(LIMIT_PATH, O_RDWR | O_CLOEXEC);
	length = read(quota->limit, quota->usual, sizeof(quota->usual) - 1);
	quota->usual[length > 0 ? length : 0] = '\0';
}

static bool can_create(int device)
{
	struct kipc_create_args args = {
		.size = sizeof(args),
		.type = KIPC_BARRIER,
		.elements = 1,
		.attributes.barrier.parties = 2,
	};
	int fd = ioctl(device, KIPC_CREATE, &args);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* The module charges objects to the real user. */
static bool user_can_create(const struct quota *quota, int user)
{
	return !syscall(SYS_setresuid, user, -1, -1) &&
	       can_create(quota->device);
}

bool quota_unused(const struct quota *quota)
{
	bool unused = true;
	unsigned int i;

	if (quota->limit < 0)
		return true;
	set_limit(quota, "1");
	for (i = 0; i < ARRAY_SIZE(users); i++)
		unused &= user_can_create(quota, users[i]);
	set_limit(quota, quota->usual);
	return unused;
}
