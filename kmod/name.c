// SPDX-License-Identifier: GPL-2.0-only
#include <linux/capability.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/nsproxy.h>
#include <linux/rbtree.h>
#include <linux/rhashtable.h>
#include <linux/slab.h>
#include <linux/string_helpers.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include "name.h"
#include "object.h"

struct kipc_ns {
	struct rhashtable names;	/* names_mutex; RCU to read */

	/* names_mutex */
	struct rb_root by_serial;
	u64 last_serial;		/* serial number issued last */
};

struct kipc_name {
	struct rhash_head node;		/* names_mutex; RCU to read */
	struct rb_node serial_node;	/* names_mutex */
	struct rcu_head rcu;

	/* constant once the name is inserted */
	struct kipc_ns *ns;
	struct kipc_object *object;	/* a reference if it is PERSIST */
	u64 serial;			/* unique in the namespace, for ever */
	u32 length;			/* without the NUL */
	char name[];			/* ends with a NUL */
};

static DEFINE_MUTEX(names_mutex);
static unsigned int kipc_net_id;

static u32 name_hash_text(const void *data, u32 length, u32 seed)
{
	const char *name = data;

	return jhash(name, strlen(name), seed);
}

static u32 name_hash(const void *data, u32 length, u32 seed)
{
	const struct kipc_name *entry = data;

	return jhash(entry->name, entry->length, seed);
}

static int name_compare(struct rhashtable_compare_arg *arg, const void *data)
{
	const struct kipc_name *entry = data;

	return strcmp(arg->key, entry->name);
}

static const struct rhashtable_params name_params = {
	.head_offset = offsetof(struct kipc_name, node),
	.hashfn = name_hash_text,
	.obj_hashfn = name_hash,
	.obj_cmpfn = name_compare,
	.automatic_shrinking = true,
};

static struct kipc_ns *name_current_ns(void)
{
	return net_generic(current->nsproxy->net_ns, kipc_net_id);
}

/**
 * kipc_name_capable() - find out whether the caller may use any name
 *
 * The capability has to be one in the user namespace that owns the caller's
 * network namespace.
 *
 * Context: does not sleep
 * Return: true if the modes of objects do not bind the caller
 */
bool kipc_name_capable(void)
{
	return ns_capable(current->nsproxy->net_ns->user_ns, CAP_IPC_OWNER);
}

/**
 * kipc_name_find() - find an object by its name
 * @name: the name, in the caller's network namespace
 *
 * Context: does not sleep
 * Return: the object, with a reference for the caller, or NULL if there is no
 * such name or its object is just being freed
 */
struct kipc_object *kipc_name_find(const char *name)
{
	struct kipc_object *object = NULL;
	struct kipc_name *entry;

	rcu_read_lock();
	entry = rhashtable_lookup(&name_current_ns()->names, name, name_params);
	if (entry && refcount_inc_not_zero(&entry->object->references))
		object = entry->object;
	rcu_read_unlock();
	return object;
}

/*
 * Removes a name. Returns the object if the name had a reference to it, which
 * the caller drops after it has unlocked names_mutex.
 */
static struct kipc_object *name_remove(struct kipc_name *entry)
{
	struct kipc_object *object = entry->object;

	lockdep_assert_held(&names_mutex);
	rhashtable_remove_fast(&entry->ns->names, &entry->node, name_params);
	rb_erase(&entry->serial_node, &entry->ns->by_serial);
	object->name = NULL;
	kfree_rcu(entry, rcu);
	if (!(object->flags & KIPC_PERSIST))
		return NULL;
	module_put(THIS_MODULE);
	return object;
}

static bool name_precedes(struct rb_node *a, const struct rb_node *b)
{
	return rb_entry(a, struct kipc_name, serial_node)->serial <
	       rb_entry(b, struct kipc_name, serial_node)->serial;
}

/*
 * Puts the name into both indexes. Returns 0 or -ENOMEM. Allocations of the
 * table do not wait for memory here, because the mutex is held.
 */
static int name_publish(struct kipc_name *entry)
{
	struct kipc_ns *ns = entry->ns;

	lockdep_assert_held(&names_mutex);
	entry->serial = ++ns->last_serial;
	if (rhashtable_insert_fast(&ns->names, &entry->node, name_params))
		return -ENOMEM;
	rb_add(&entry->serial_node, &ns->by_serial, name_precedes);
	return 0;
}

/*
 * Returns 0 if the name is free, and -EEXIST if it is in use. The name of an
 * object that is just being freed is removed, and is free then.
 */
static int name_take_over(struct kipc_ns *ns, const char *name)
{
	struct kipc_name *entry;

	lockdep_assert_held(&names_mutex);
	entry = rhashtable_lookup_fast(&ns->names, name, name_params);
	if (!entry)
		return 0;
	if (refcount_read(&entry->object->references))
		return -EEXIST;
	name_remove(entry);
	return 0;
}

static struct kipc_name *name_alloc(struct kipc_object *object,
				    const char *name)
{
	size_t length = strlen(name);
	struct kipc_name *entry = kmalloc(struct_size(entry, name, length + 1),
					 GFP_KERNEL_ACCOUNT);

	if (!entry)
		return NULL;
	entry->ns = name_current_ns();
	entry->object = object;
	entry->length = length;
	memcpy(entry->name, name, length + 1);
	return entry;
}

/**
 * kipc_name_insert() - give an object its name
 * @object: has an inode; the caller has a reference
 * @name: the name, in the caller's network namespace
 *
 * After success other tasks can open the object.
 *
 * Context: may sleep; takes names_mutex
 * Return: 0, -EEXIST if the name is in use, or -ENOMEM
 */
int kipc_name_insert(struct kipc_object *object, const char *name)
{
	struct kipc_name *entry = name_alloc(object, name);
	int ret;

	if (!entry)
		return -ENOMEM;
	mutex_lock(&names_mutex);
	ret = name_take_over(entry->ns, name);
	if (!ret)
		ret = name_publish(entry);
	if (!ret) {
		object->name = entry;
		object->named = true;
		if (object->flags & KIPC_PERSIST) {
			__module_get(THIS_MODULE);
			refcount_inc(&object->references);
		}
	}
	mutex_unlock(&names_mutex);
	if (ret)
		kfree(entry);
	return ret;
}

/**
 * kipc_name_drop() - remove the name of an object that is being freed
 * @object: has no reference left, so no other task can take one by the name
 *
 * An object that has had no name does not take the mutex.
 *
 * Context: may sleep; takes names_mutex
 */
void kipc_name_drop(struct kipc_object *object)
{
	if (!object->named)
		return;
	mutex_lock(&names_mutex);
	if (object->name)
		name_remove(object->name);
	mutex_unlock(&names_mutex);
}

/**
 * kipc_name_show() - print an object's line of fdinfo with its name
 * @seq: where to print
 * @object: may have no name; nothing is printed then
 *
 * Bytes that are not printable characters are escaped.
 *
 * Context: may sleep; takes names_mutex
 */
void kipc_name_show(struct seq_file *seq, struct kipc_object *object)
{
	mutex_lock(&names_mutex);
	if (object->name) {
		seq_puts(seq, "kipc-name:\t");
		seq_escape_mem(seq, object->name->name, object->name->length,
			       ESCAPE_OCTAL | ESCAPE_NP | ESCAPE_APPEND, "\\");
		seq_putc(seq, '\n');
	}
	mutex_unlock(&names_mutex);
}

/**
 * kipc_name_remove() - remove a name on behalf of the caller
 * @name: the name, in the caller's network namespace
 *
 * Context: may sleep; takes names_mutex; may free the object
 * Return: 0; -ENOENT if there is no such name; -EACCES if the caller neither
 * owns the object nor is kipc_name_capable()
 */
int kipc_name_remove(const char *name)
{
	struct kipc_object *kept = NULL;
	struct kipc_name *entry;
	int ret = 0;

	mutex_lock(&names_mutex);
	entry = rhashtable_lookup_fast(&name_current_ns()->names, name,
				       name_params);
	if (!entry || !refcount_read(&entry->object->references))
		ret = -ENOENT;
	else if (!uid_eq(current_fsuid(), kipc_inode(entry->object)->i_uid) &&
		 !kipc_name_capable())
		ret = -EACCES;
	else
		kept = name_remove(entry);
	mutex_unlock(&names_mutex);
	kipc_object_put(kept);
	return ret;
}

/* ------------------------------------------------------------------------ */
/* Iterating                                                                */
/* ------------------------------------------------------------------------ */

/*
 * Describes a name and its object. The object is complete, because an object
 * removes its name before it is freed.
 */
static void name_describe(struct kipc_list_entry *listed,
			  const struct kipc_name *entry)
{
	struct kipc_object *object = entry->object;
	const struct inode *inode = kipc_inode(object);
	u32 references = refcount_read(&object->references);

	*listed = (struct kipc_list_entry) {
		.type = object->type->id,
		.flags = object->flags,
		.elements = object->elements,
		.mode = READ_ONCE(inode->i_mode),
		.uid = from_kuid_munged(current_user_ns(), inode->i_uid),
		.gid = from_kgid_munged(current_user_ns(), inode->i_gid),
		.waiters = atomic_read(&object->waiters),
		.descriptors = references,
		.name_length = entry->length,
	};
	if (object->type->owner)
		listed->owner = object->type->owner(object);
	/* The name of a PERSIST object is a reference too. */
	if (references && (object->flags & KIPC_PERSIST))
		listed->descriptors--;
	memcpy(listed->name, entry->name, entry->length);
}

/* Returns the name with the lowest serial number above the cursor, or NULL. */
static struct kipc_name *name_after(struct kipc_ns *ns, u64 cursor)
{
	struct rb_node *node = ns->by_serial.rb_node;
	struct kipc_name *entry, *found = NULL;

	lockdep_assert_held(&names_mutex);
	while (node) {
		entry = rb_entry(node, struct kipc_name, serial_node);
		if (entry->serial > cursor) {
			found = entry;
			node = node->rb_left;
		} else {
			node = node->rb_right;
		}
	}
	return found;
}

/**
 * kipc_name_next() - describe the next name of the caller's network namespace
 * @cursor: serial number of the name before it, 0 for the first name; set to
 *	the serial number of the name that is described
 * @listed: filled in if there is a name
 *
 * Names of objects that are just being freed are passed over.
 *
 * Context: may sleep; takes names_mutex
 * Return: false if there are no more names
 */
bool kipc_name_next(u64 *cursor, struct kipc_list_entry *listed)
{
	struct kipc_name *entry;

	mutex_lock(&names_mutex);
	do {
		entry = name_after(name_current_ns(), *cursor);
		if (entry)
			*cursor = entry->serial;
	} while (entry && !refcount_read(&entry->object->references));
	if (entry)
		name_describe(listed, entry);
	mutex_unlock(&names_mutex);
	return entry;
}

/* ------------------------------------------------------------------------ */
/* Namespaces                                                               */
/* ------------------------------------------------------------------------ */

static int __net_init name_net_init(struct net *net)
{
	struct kipc_ns *ns = net_generic(net, kipc_net_id);

	ns->by_serial = RB_ROOT;
	return rhashtable_init(&ns->names, &name_params);
}

/*
 * Removes one name of a namespace and sets *@more, or clears it if there is no
 * name. Returns the object if the name had a reference to it.
 */
static struct kipc_object *name_remove_any(struct kipc_ns *ns,
					   bool *more)
{
	struct kipc_object *kept = NULL;
	struct kipc_name *entry;

	mutex_lock(&names_mutex);
	entry = name_after(ns, 0);
	*more = entry;
	if (entry)
		kept = name_remove(entry);
	mutex_unlock(&names_mutex);
	return kept;
}

static void __net_exit name_net_exit(struct net *net)
{
	struct kipc_ns *ns = net_generic(net, kipc_net_id);
	bool more;

	do {
		kipc_object_put(name_remove_any(ns, &more));
	} while (more);
	rhashtable_destroy(&ns->names);
}

static struct pernet_operations names_net_operations = {
	.init = name_net_init,
	.exit = name_net_exit,
	.id = &kipc_net_id,
	.size = sizeof(struct kipc_ns),
};

/**
 * kipc_names_init() - prepare the names of all network namespaces
 *
 * Context: may sleep
 * Return: 0 or -ENOMEM
 */
int kipc_names_init(void)
{
	return register_pernet_subsys(&names_net_operations);
}

/**
 * kipc_names_exit() - free the tables of all network namespaces
 *
 * There are no names any more.
 *
 * Context: may sleep
 */
void kipc_names_exit(void)
{
	unregister_pernet_subsys(&names_net_operations);
}
