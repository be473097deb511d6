/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: quotas
 *
 * What the objects of a user hold, counted by the real user who created them
 * for as long as they live, whoever else has them open. CAP_SYS_RESOURCE is
 * counted but not bounded. The limits are module parameters and may be changed
 * at any time; lowering one takes nothing away.
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
