// SPDX-License-Identifier: GPL-2.0-only
#include <linux/slab.h>

#include "inode.h"
#include "name.h"
#include "object.h"
#include "user.h"
#include "watch.h"

/**
 * kipc_object_charge() - charge bytes to the quota of an object's creator
 * @object: not published yet
 * @bytes: are given back when the object is freed
 *
 * Context: may sleep
 * Return: 0, or -ENOSPC if the quota is used up
 */
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
	/* A lookup of the name or of the inode may still read the references. */
	kfree_rcu(object, rcu);
}

/**
 * kipc_object_put() - drop a reference, and free the object with the last one
 * @object: may be NULL, or created only in part
 *
 * Context: sleeps. names_mutex must not be held
 * Return: NULL
 */
struct kipc_object *kipc_object_put(struct kipc_object *object)
{
	if (object && refcount_dec_and_test(&object->references))
		object_free(object);
	return NULL;
}
