// SPDX-License-Identifier: GPL-2.0-only
#include "fdinfo.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int fdinfo_text(int fd, char *text, size_t size)
{
	char path[64];
	ssize_t length;
	int file;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	file = open(path, O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return -errno;
	length = read(file, text, size - 1);
	close(file);
	if (length < 0)
		return -EIO;
	text[length] = 0;
	return 0;
}

long fdinfo_number(int fd, const char *key)
{
	char text[4096];
	const char *line;
	int ret = fdinfo_text(fd, text, sizeof(text));

	if (ret)
		return ret;
	line = strstr(text, key);
	return line ? strtol(line + strlen(key), NULL, 0) : -ENOENT;
}

long waiters(int fd)
{
	return fdinfo_number(fd, "kipc-waiters:");
}
