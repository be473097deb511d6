// SPDX-License-Identifier: GPL-2.0-only
#include <linux/slab.h>

#include "inode.h"
#include "name.h"
#include "object.h"
#include "user.h"
#include "watch.h"

/**
 * kipc_object_charge() - charge memory of an object to the quota of its creator
 * @object: not published yet; the charge is given back with it
 * @bytes: how many bytes
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

/*
 * Frees an object that has no reference left. An RCU reader may still find it
 * by its name or its inode, and then reads the number of references:
 *
 *	CPU 0 (kipc_name_find())		CPU 1 (kipc_object_put())
 *
 *	rcu_read_lock()
 *	finds the name
 *						references: 1 -> 0
 *						kipc_name_drop()
 *						kfree_rcu()
 *	refcount_inc_not_zero(): false
 *	rcu_read_unlock()
 *						the memory is freed
 */
static void object_free(struct kipc_object *object)
{
	kipc_name_drop(object);
	kipc_watch_end(object);
	kipc_inode_detach(object);
	object->type->exit(object);
	WARN_ON_ONCE(object->scanned);
	kipc_user_uncharge(object->user, 1, object->charged);
	kipc_user_put(object->user);
	/* RCU readers may be about to read the number of references. */
	kfree_rcu(object, rcu);
}

/**
 * kipc_object_put() - give back a reference, and free the object with the last
 * @object: may be NULL; may be incomplete if it was never published
 *
 * Context: may sleep
 * Return: NULL
 */
struct kipc_object *kipc_object_put(struct kipc_object *object)
{
	if (object && refcount_dec_and_test(&object->references))
		object_free(object);
	return NULL;
}
