/* SPDX-License-Identifier: GPL-2.0-only */
/* Names of objects: opening, unlinking and listing them. */
#ifndef NAME_H
#define NAME_H

#include <linux/kipc.h>

/* Fills in and returns a name that no other running test program uses. */
const char *unique_name(char name[64], const char *suffix);

int open_named(unsigned int type, const char *name, unsigned int access);
int unlink_named(const char *name);
int list_names(__u64 *cursor, struct kipc_list_entry *entries,
	       unsigned int count);

/* Fills in *entry and returns 1 if the name is listed, else returns 0. */
int list_find(const char *name, struct kipc_list_entry *entry);

#endif /* NAME_H */
