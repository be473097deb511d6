/* SPDX-License-Identifier: GPL-2.0-only */
/* What the tests of libkipc have in common. */
#ifndef KIPC_LIBRARY_H
#define KIPC_LIBRARY_H

#include "kipc_test.h"
#include "kipc_child.h"

#include <kipc.h>

static inline unsigned int open_descriptors(void)
{
	unsigned int count = 0;
	int fd;

	for (fd = 0; fd < 256; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

/* With that of the device, which the library opens when it first needs it and keeps. */
static inline unsigned int descriptors_with_device(void)
{
	struct kipc_list_entry entry;
	uint64_t cursor = 0;

	kipc_list(&cursor, &entry, 1);
	return open_descriptors();
}

#endif /* KIPC_LIBRARY_H */
