/* SPDX-License-Identifier: GPL-2.0-only */
/* Changing the user of the calling process. */
#ifndef USER_H
#define USER_H

#include <sys/types.h>

#include <linux/capability.h>

/*
 * Changes to another user for good, without capabilities and with no group but
 * @gid. Returns 0 or a negative errno.
 */
int become_user(uid_t uid, gid_t gid);

/* Like become_user(), but keeps one capability. */
int become_user_with(uid_t uid, gid_t gid, int capability);

#endif /* USER_H */
