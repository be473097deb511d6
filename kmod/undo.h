/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: units that a participant holds
 *
 * For each element of a KIPC_UNDO semaphore, how many units an attachment has
 * taken and not given back. It is allocated when a process attaches, charged to
 * the quota of that process's user, because it is he who pins it and anybody who
 * may write the object can attach, and goes with the attachment.
 *
 * An element's lock guards its count. A count is used only by those who see,
 * under that lock, that the attachment is not gone; so once the repair has taken
 * every lock, nobody uses any of them.
 */
#ifndef KIPC_UNDO_H
#define KIPC_UNDO_H

#include <linux/types.h>

struct kipc_undo;

struct kipc_undo *kipc_undo_alloc(u32 elements);
struct kipc_undo *kipc_undo_free(struct kipc_undo *undo);

void kipc_undo_take(struct kipc_undo *undo, u32 index, u32 count);
void kipc_undo_give(struct kipc_undo *undo, u32 index, u32 count);
u32 kipc_undo_held(const struct kipc_undo *undo, u32 index);

#endif /* KIPC_UNDO_H */
