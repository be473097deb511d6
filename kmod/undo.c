// SPDX-License-Identifier: GPL-2.0-only
#include <linux/err.h>
#include <linux/minmax.h>
#include <linux/overflow.h>
#include <linux/slab.h>

#include "memory.h"
#include "undo.h"
#include "user.h"

struct kipc_undo {
	struct kipc_user *user;		/* constant */
	u64 charged;			/* constant; bytes */
	u32 held[];			/* units; each: its element's lock */
};

static struct kipc_undo *undo_alloc_charged(struct kipc_user *user, u64 bytes)
{
	struct kipc_undo *undo = kvzalloc(bytes, KIPC_GFP);

	if (!undo)
		return NULL;
	undo->user = user;
	undo->charged = bytes;
	return undo;
}

/**
 * kipc_undo_alloc() - allocate the counts of a participant, all 0
 * @elements: how many elements the semaphore has
 *
 * Context: may sleep
 * Return: the counts, or an error pointer: -ENOMEM, or -ENOSPC if the quota of
 * the caller's user is used up
 */
struct kipc_undo *kipc_undo_alloc(u32 elements)
{
	struct kipc_user *user = kipc_user_get();
	struct kipc_undo *undo;
	u64 bytes = struct_size(undo, held, elements);
	int ret;

	if (IS_ERR(user))
		return ERR_CAST(user);
	ret = kipc_user_charge(user, 0, bytes);
	if (ret)
		goto put_user;
	undo = undo_alloc_charged(user, bytes);
	if (undo)
		return undo;
	ret = -ENOMEM;
	kipc_user_uncharge(user, 0, bytes);
put_user:
	kipc_user_put(user);
	return ERR_PTR(ret);
}

/**
 * kipc_undo_free() - free the counts of a participant and end their charge
 * @undo: not used any more; may be NULL
 *
 * Context: may sleep
 * Return: NULL
 */
struct kipc_undo *kipc_undo_free(struct kipc_undo *undo)
{
	if (undo) {
		kipc_user_uncharge(undo->user, 0, undo->charged);
		kipc_user_put(undo->user);
		kvfree(undo);
	}
	return NULL;
}

/**
 * kipc_undo_take() - count units that the participant has got
 * @undo: the counts of the participant
 * @index: of the element, whose lock is held
 * @count: how many units
 *
 * The count saturates at U32_MAX. Units beyond that are not given back when the
 * participant dies.
 *
 * Context: the element lock is held
 */
void kipc_undo_take(struct kipc_undo *undo, u32 index, u32 count)
{
	undo->held[index] += min(count, U32_MAX - undo->held[index]);
}

/**
 * kipc_undo_give() - count units that the participant has given
 * @undo: the counts of the participant
 * @index: of the element, whose lock is held
 * @count: how many units
 *
 * A participant may give units that another one has taken. Its count does not
 * fall below 0.
 *
 * Context: the element lock is held
 */
void kipc_undo_give(struct kipc_undo *undo, u32 index, u32 count)
{
	undo->held[index] -= min(count, undo->held[index]);
}

/**
 * kipc_undo_held() - how many units of an element the participant holds
 * @undo: the counts of the participant
 * @index: of the element, whose lock is held
 *
 * Context: the element lock is held
 * Return: the number of units
 */
u32 kipc_undo_held(const struct kipc_undo *undo, u32 index)
{
	return undo->held[index];
}
