// SPDX-License-Identifier: GPL-2.0-only
#include <stdint.h>
#include <sys/ioctl.h>

#include <linux/kipc.h>

#include "names.h"

#define ENTRIES	16

static struct kipc_list_entry entries[ENTRIES];

static int list(int device)
{
	struct kipc_list_args args = {
		.size = sizeof(args),
		.count = ENTRIES,
		.entry_size = sizeof(entries[0]),
		.entries = (uintptr_t)entries,
	};

	return ioctl(device, KIPC_LIST, &args);
}

static void remove_name(int device, const struct kipc_list_entry *entry)
{
	struct kipc_unlink_args args = {
		.size = sizeof(args),
		.name = (uintptr_t)entry->name,
		.name_length = entry->name_length,
	};

	ioctl(device, KIPC_UNLINK, &args);
}

bool names_remove(int device)
{
	int tries, count, i;

	/* A program makes far fewer names than these calls can remove. */
	for (tries = 0; tries < 16; tries++) {
		count = list(device);
		if (count <= 0)
			return count == 0;
		for (i = 0; i < count; i++)
			remove_name(device, &entries[i]);
	}
	return false;
}
