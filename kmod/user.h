/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: quotas
 *
 * What the objects of a user hold, counted for the real user of the process that
 * created them for as long as they live, whatever other processes have them open,
 * and if none has any more.
 *
 * What is created in a user namespace counts for the owner of the namespace as
 * well, and for the owner of each namespace above that. All of these accounts have
 * the same limits, and each holds all that the ones below it hold, so the outermost
 * one is full first and the others never decide anything. That one alone is kept:
 * it is the account of the user that, in the initial user namespace, created the
 * outermost of the namespaces. So a range of subordinate ids is worth one quota.
 *
 * A process with CAP_SYS_RESOURCE is counted but not bounded. It has to have the
 * capability where the account is, in the initial user namespace: the root of any
 * other is bounded as its owner is.
 *
 * The limits are module parameters and may be changed at any time; lowering one
 * takes nothing away.
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
