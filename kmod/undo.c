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
	u64 charged;			/* constant */
	u32 held[];			/* each: its element's lock */
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

/* Nothing held; ENOMEM, or ENOSPC where the quota of the caller is used up. */
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

struct kipc_undo *kipc_undo_free(struct kipc_undo *undo)
{
	if (undo) {
		kipc_user_uncharge(undo->user, 0, undo->charged);
		kipc_user_put(undo->user);
		kvfree(undo);
	}
	return NULL;
}

/* Beyond what can be counted nothing is undone. */
void kipc_undo_take(struct kipc_undo *undo, u32 index, u32 count)
{
	undo->held[index] += min(count, U32_MAX - undo->held[index]);
}

/* Who gives what others have taken holds nothing, and not less than that. */
void kipc_undo_give(struct kipc_undo *undo, u32 index, u32 count)
{
	undo->held[index] -= min(count, undo->held[index]);
}

u32 kipc_undo_held(const struct kipc_undo *undo, u32 index)
{
	return undo->held[index];
}
