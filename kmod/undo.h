/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: units that a participant holds
 *
 * For each element of a KIPC_UNDO semaphore an attachment counts how many units
 * it has taken and not given back. The counts are allocated when a process
 * attaches and freed when the attachment ends. They are charged to the quota of
 * the user of that process and not to the owner of the object, because that
 * process pins the memory, and any process that may write the object can
 * attach.
 *
 * The lock of an element guards the count of that element. Apart from the
 * repair, a count is used only by callers that have found, under that lock,
 * that the attachment is not over. The repair marks the attachment and then
 * takes the lock of every element. So once the repair has held all of the
 * locks, no count is used any more::
 *
 *     CPU 0 (grant to a waiter)         CPU 1 (end of the attachment)
 *
 *     lock element
 *     attachment is not over
 *                                       attachment->over = true
 *     takes a unit, count++
 *     unlock element
 *                                       lock element
 *                                       gives count units back, count = 0
 *                                       unlock element
 *
 * Without the lock the unit would be taken after the repair and be lost.
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
