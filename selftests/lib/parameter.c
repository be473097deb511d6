// SPDX-License-Identifier: GPL-2.0-only
#include "parameter.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t written;
	int ret;

	if (fd < 0)
		return -errno;
	written = write(fd, text, strlen(text));
	ret = written < 0 ? -errno : 0;
	close(fd);
	return ret;
}

long module_number(const char *file)
{
	char path[96], text[32] = "";
	ssize_t length;
	int fd;

	snprintf(path, sizeof(path), "/sys/module/kipc/%s", file);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	length = read(fd, text, sizeof(text) - 1);
	close(fd);
	return length > 0 ? strtol(text, NULL, 10) : -EIO;
}

long parameter_get(const char *name)
{
	char file[64];

	snprintf(file, sizeof(file), "parameters/%s", name);
	return module_number(file);
}

int parameter_set(const char *name, long value)
{
	char path[96], text[32];

	snprintf(path, sizeof(path), "/sys/module/kipc/parameters/%s", name);
	snprintf(text, sizeof(text), "%ld", value);
	return write_file(path, text);
}
