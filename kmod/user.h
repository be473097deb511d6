/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: quotas
 *
 * A quota bounds how many objects a user may have and how many bytes they hold.
 * An object is charged to the real user of the process that created it, for as
 * long as the object lives. It does not matter which processes have it open, or
 * whether any has.
 *
 * An object that is created in a user namespace counts for the owner of that
 * namespace, too, and for the owner of each namespace above it. All these
 * accounts have the same limits, and each contains what the accounts below it
 * contain. So the outermost account is full first, and no other one ever
 * decides. Therefore only that account is kept. It belongs to the user that
 * created the outermost namespace, in the initial user namespace. So a range of
 * subordinate ids shares one quota.
 *
 * A process with CAP_SYS_RESOURCE is counted but not bounded. It needs the
 * capability in the initial user namespace, where the account is. The root user
 * of any other namespace is bounded as the owner of the namespace is.
 *
 * The limits are module parameters and may be changed at any time. A lower
 * limit takes nothing away from users that exceed it.
 *
 * users_mutex guards all accounts. Accounts are allocated without it, so that
 * no allocation delays other users. All functions may sleep.
 */
#ifndef KIPC_USER_H
#define KIPC_USER_H

#include <linux/types.h>

struct kipc_user;

struct kipc_user *kipc_user_get(void);
struct kipc_user *kipc_user_put(struct kipc_user *user);
int kipc_user_charge(struct kipc_user *user, u64 objects, u64 bytes);
void kipc_user_uncharge(struct kipc_user *user, u64 objects, u64 bytes);

void kipc_users_exit(void);

#endif /* KIPC_USER_H */
