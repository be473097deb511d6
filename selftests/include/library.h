/* SPDX-License-Identifier: GPL-2.0-only */
/* Helpers of the tests of libkipc. */
#ifndef LIBRARY_H
#define LIBRARY_H

#include "descriptor.h"

#include <kipc.h>

/*
 * Returns the number of open descriptors, with that of the device. The library opens
 * the device when it first needs it and keeps it open.
 */
static inline unsigned int descriptors_with_device(void)
{
	struct kipc_list_entry entry;
	uint64_t cursor = 0;

	kipc_list(&cursor, &entry, 1);
	return count_descriptors();
}

#endif /* LIBRARY_H */
