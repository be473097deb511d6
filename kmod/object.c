// SPDX-License-Identifier: GPL-2.0-only
#include <linux/slab.h>

#include "inode.h"
#include "name.h"
#include "object.h"
#include "user.h"
#include "watch.h"

/* Count bytes against the creator's quota; given back with the object. */
int kipc_object_charge(struct kipc_object *object, u64 bytes)
{
	int ret = kipc_user_charge(object->user, 0, bytes);

	if (!ret)
		object->charged += bytes;
	return ret;
}

static void object_free(struct kipc_object *object)
{
	kipc_name_drop(object);
	kipc_watch_end(object);
	kipc_inode_detach(object);
	object->type->exit(object);
	WARN_ON_ONCE(object->scanned);
	kipc_user_uncharge(object->user, 1, object->charged);
	kipc_user_put(object->user);
	/* Looking up a name, or opening the inode, reads the reference count. */
	kfree_rcu(object, rcu);
}

struct kipc_object *kipc_object_put(struct kipc_object *object)
{
	if (object && refcount_dec_and_test(&object->references))
		object_free(object);
	return NULL;
}
