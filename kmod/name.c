// SPDX-License-Identifier: GPL-2.0-only
#include <linux/capability.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/nsproxy.h>
#include <linux/rhashtable.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/xarray.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include "args.h"
#include "name.h"
#include "object.h"

struct kipc_namespace {
	struct rhashtable names;	/* by text; RCU, changed under mutex */
	struct xarray ids;		/* by age; RCU, changed under mutex */
	u32 next_id;			/* names_mutex */
};

struct kipc_name {
	struct rhash_head node;
	struct rcu_head rcu;
	struct kipc_namespace *space;	/* constant */
	struct kipc_object *object;	/* constant */
	u32 id;				/* constant */
	u32 length;			/* constant */
	char text[];			/* constant, ends with a NUL */
};

static DEFINE_MUTEX(names_mutex);
static unsigned int kipc_net_id;

static u32 name_hash_text(const void *data, u32 length, u32 seed)
{
	const char *text = data;

	return jhash(text, strlen(text), seed);
}

static u32 name_hash(const void *data, u32 length, u32 seed)
{
	const struct kipc_name *name = data;

	return jhash(name->text, name->length, seed);
}

static int name_compare(struct rhashtable_compare_arg *arg, const void *data)
{
	const struct kipc_name *name = data;

	return strcmp(arg->key, name->text);
}

static const struct rhashtable_params name_params = {
	.head_offset = offsetof(struct kipc_name, node),
	.hashfn = name_hash_text,
	.obj_hashfn = name_hash,
	.obj_cmpfn = name_compare,
	.automatic_shrinking = true,
};

static struct kipc_namespace *current_space(void)
{
	return net_generic(current->nsproxy->net_ns, kipc_net_id);
}

/* Is the caller exempt from the permissions of its namespace's names? */
bool kipc_name_capable(void)
{
	return ns_capable(current->nsproxy->net_ns->user_ns, CAP_IPC_OWNER);
}

/* The object of that name with a reference for the caller, or NULL. */
struct kipc_object *kipc_name_find(const char *text)
{
	struct kipc_object *object = NULL;
	struct kipc_name *name;

	rcu_read_lock();
	name = rhashtable_lookup(&current_space()->names, text, name_params);
	if (name && refcount_inc_not_zero(&name->object->references))
		object = name->object;
	rcu_read_unlock();
	return object;
}

/* Take the name away; returns the object if the name kept it alive. */
static struct kipc_object *name_remove(struct kipc_name *name)
{
	struct kipc_object *object = name->object;

	lockdep_assert_held(&names_mutex);
	rhashtable_remove_fast(&name->space->names, &name->node, name_params);
	xa_erase(&name->space->ids, name->id);
	object->name = NULL;
	kfree_rcu(name, rcu);
	if (!(object->flags & KIPC_PERSIST))
		return NULL;
	module_put(THIS_MODULE);
	return object;
}

static int name_publish(struct kipc_name *name)
{
	struct kipc_namespace *space = name->space;
	int ret;

	lockdep_assert_held(&names_mutex);
	ret = xa_alloc_cyclic(&space->ids, &name->id, name,
			      XA_LIMIT(1, U32_MAX), &space->next_id,
			      GFP_KERNEL_ACCOUNT);
	if (ret < 0)
		return ret;
	ret = rhashtable_insert_fast(&space->names, &name->node, name_params);
	if (ret)
		xa_erase(&space->ids, name->id);
	return ret;
}

/* Is the name free? One whose object is just going is made so. */
static bool name_free(struct kipc_namespace *space, const char *text)
{
	struct kipc_name *name;

	lockdep_assert_held(&names_mutex);
	name = rhashtable_lookup_fast(&space->names, text, name_params);
	if (!name)
		return true;
	if (refcount_read(&name->object->references))
		return false;
	name_remove(name);
	return true;
}

static struct kipc_name *name_alloc(struct kipc_object *object,
				    const char *text)
{
	size_t length = strlen(text);
	struct kipc_name *name = kmalloc(struct_size(name, text, length + 1),
					 GFP_KERNEL_ACCOUNT);

	if (!name)
		return NULL;
	name->space = current_space();
	name->object = object;
	name->length = length;
	memcpy(name->text, text, length + 1);
	return name;
}

/* 0, -EEXIST or -ENOMEM. From now on others can open the object. */
int kipc_name_insert(struct kipc_object *object, const char *text)
{
	struct kipc_name *name = name_alloc(object, text);
	int ret = -EEXIST;

	if (!name)
		return -ENOMEM;
	mutex_lock(&names_mutex);
	if (name_free(name->space, text))
		ret = name_publish(name);
	if (!ret) {
		object->name = name;
		if (object->flags & KIPC_PERSIST) {
			__module_get(THIS_MODULE);
			refcount_inc(&object->references);
		}
	}
	mutex_unlock(&names_mutex);
	if (ret)
		kfree(name);
	return ret;
}

/* The object's last reference has gone: nobody else can take it any more. */
void kipc_name_drop(struct kipc_object *object)
{
	mutex_lock(&names_mutex);
	if (object->name)
		name_remove(object->name);
	mutex_unlock(&names_mutex);
}

void kipc_name_show(struct seq_file *seq, struct kipc_object *object)
{
	mutex_lock(&names_mutex);
	if (object->name) {
		seq_puts(seq, "kipc-name:\t");
		seq_escape(seq, object->name->text, " \t\n\\");
		seq_putc(seq, '\n');
	}
	mutex_unlock(&names_mutex);
}

/* ------------------------------------------------------------------------ */
/* UNLINK                                                                   */
/* ------------------------------------------------------------------------ */

static int unlink_text(const char *text)
{
	struct kipc_object *kept = NULL;
	struct kipc_name *name;
	int ret = 0;

	mutex_lock(&names_mutex);
	name = rhashtable_lookup_fast(&current_space()->names, text,
				      name_params);
	if (!name || !refcount_read(&name->object->references))
		ret = -ENOENT;
	else if (!uid_eq(current_fsuid(), name->object->uid) &&
		 !kipc_name_capable())
		ret = -EACCES;
	else
		kept = name_remove(name);
	mutex_unlock(&names_mutex);
	kipc_object_put(kept);
	return ret;
}

int kipc_name_unlink(void __user *arg)
{
	struct kipc_unlink_args args;
	char *text;
	int ret = kipc_args_read(&args, sizeof(args), arg);

	if (ret)
		return ret;
	if (args.flags || args.reserved)
		return -EINVAL;
	text = kipc_args_name(args.name, args.name_length);
	if (IS_ERR_OR_NULL(text))
		return text ? PTR_ERR(text) : -EINVAL;
	ret = unlink_text(text);
	kfree(text);
	return ret;
}

/* ------------------------------------------------------------------------ */
/* LIST                                                                     */
/* ------------------------------------------------------------------------ */

static void list_describe(struct kipc_list_entry *entry,
			  const struct kipc_name *name)
{
	struct kipc_object *object = name->object;
	u32 references = refcount_read(&object->references);

	*entry = (struct kipc_list_entry) {
		.type = object->type->id,
		.flags = object->flags,
		.elements = object->elements,
		.mode = object->mode,
		.uid = from_kuid_munged(current_user_ns(), object->uid),
		.gid = from_kgid_munged(current_user_ns(), object->gid),
		.waiters = atomic_read(&object->waiters),
		.descriptors = references,
		.name_length = name->length,
	};
	/* The name of a PERSIST object is a reference too. */
	if (references && (object->flags & KIPC_PERSIST))
		entry->descriptors--;
	memcpy(entry->name, name->text, name->length);
}

/* The next name after the cursor; false where there is none. */
static bool list_next(struct kipc_namespace *space, unsigned long *cursor,
		      struct kipc_list_entry *entry)
{
	struct kipc_name *name;

	rcu_read_lock();
	do {
		name = xa_find_after(&space->ids, cursor, U32_MAX, XA_PRESENT);
	} while (name && !refcount_read(&name->object->references));
	if (name)
		list_describe(entry, name);
	rcu_read_unlock();
	return name;
}

static int list_fill(struct kipc_list_args *args)
{
	u8 __user *to = u64_to_user_ptr(args->entries);
	unsigned long cursor = args->cursor;
	struct kipc_list_entry entry;
	u32 i;

	for (i = 0; i < args->count; i++, to += args->entry_size) {
		if (!list_next(current_space(), &cursor, &entry))
			break;
		if (copy_to_user(to, &entry, sizeof(entry)) ||
		    clear_user(to + sizeof(entry),
			       args->entry_size - sizeof(entry)))
			return -EFAULT;
		args->cursor = cursor;
		cond_resched();
	}
	return i;
}

int kipc_name_list(void __user *arg)
{
	struct kipc_list_args args;
	int count, ret = kipc_args_read(&args, sizeof(args), arg);

	if (ret)
		return ret;
	if (args.flags || !args.count || args.count > KIPC_LIST_MAX ||
	    args.entry_size < sizeof(struct kipc_list_entry) ||
	    args.entry_size > PAGE_SIZE || args.cursor > U32_MAX)
		return -EINVAL;
	count = list_fill(&args);
	if (count < 0)
		return count;
	ret = kipc_args_write(arg, &args, sizeof(args));
	return ret ? ret : count;
}

/* ------------------------------------------------------------------------ */
/* Namespaces                                                               */
/* ------------------------------------------------------------------------ */

static int __net_init names_net_init(struct net *net)
{
	struct kipc_namespace *space = net_generic(net, kipc_net_id);

	xa_init_flags(&space->ids, XA_FLAGS_ALLOC1);
	return rhashtable_init(&space->names, &name_params);
}

static struct kipc_object *namespace_remove_one(struct kipc_namespace *space,
						bool *more)
{
	struct kipc_object *kept = NULL;
	struct kipc_name *name;
	unsigned long id = 0;

	mutex_lock(&names_mutex);
	name = xa_find(&space->ids, &id, U32_MAX, XA_PRESENT);
	*more = name;
	if (name)
		kept = name_remove(name);
	mutex_unlock(&names_mutex);
	return kept;
}

static void __net_exit names_net_exit(struct net *net)
{
	struct kipc_namespace *space = net_generic(net, kipc_net_id);
	bool more;

	do {
		kipc_object_put(namespace_remove_one(space, &more));
	} while (more);
	rhashtable_destroy(&space->names);
	xa_destroy(&space->ids);
}

static struct pernet_operations names_net_operations = {
	.init = names_net_init,
	.exit = names_net_exit,
	.id = &kipc_net_id,
	.size = sizeof(struct kipc_namespace),
};

int kipc_names_init(void)
{
	return register_pernet_subsys(&names_net_operations);
}

void kipc_names_exit(void)
{
	unregister_pernet_subsys(&names_net_operations);
}
