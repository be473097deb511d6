// SPDX-License-Identifier: GPL-2.0-only
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/hashtable.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/user_namespace.h>

#include "user.h"

static unsigned long max_objects = 65536;
module_param(max_objects, ulong, 0644);
MODULE_PARM_DESC(max_objects, "objects a user may have, those in its user namespaces included (default 65536)");

static unsigned long max_bytes = 256UL << 20;
module_param(max_bytes, ulong, 0644);
MODULE_PARM_DESC(max_bytes,
		 "bytes these objects may hold (default 256 MiB)");

struct kipc_user {
	struct hlist_node node;		/* users_mutex */
	kuid_t uid;			/* constant */
	unsigned int references;	/* users_mutex */
	u64 objects;			/* users_mutex */
	u64 bytes;			/* users_mutex */
};

static DEFINE_HASHTABLE(users, 10);
static DEFINE_MUTEX(users_mutex);

static struct kipc_user *user_find(kuid_t uid)
{
	struct kipc_user *user;

	hash_for_each_possible(users, user, node, __kuid_val(uid))
		if (uid_eq(user->uid, uid))
			return user;
	return NULL;
}

/* The account with a reference, made from the spare one if there is none. */
static struct kipc_user *user_find_or_add(kuid_t uid, struct kipc_user *spare)
{
	struct kipc_user *user;

	mutex_lock(&users_mutex);
	user = user_find(uid);
	if (!user && spare) {
		user = spare;
		user->uid = uid;
		hash_add(users, &user->node, __kuid_val(uid));
	}
	if (user)
		user->references++;
	mutex_unlock(&users_mutex);
	return user;
}

/* The user in the initial namespace that answers for the caller. */
static kuid_t user_answerable(void)
{
	const struct user_namespace *ns = current_user_ns();
	kuid_t uid = current_uid();

	for (; ns->parent; ns = ns->parent)
		uid = ns->owner;
	return uid;
}

/* The account that the caller's objects are charged to, or ENOMEM. */
struct kipc_user *kipc_user_get(void)
{
	kuid_t uid = user_answerable();
	struct kipc_user *user = user_find_or_add(uid, NULL), *spare;

	if (user)
		return user;
	spare = kzalloc(sizeof(*spare), GFP_KERNEL_ACCOUNT);
	if (!spare)
		return ERR_PTR(-ENOMEM);
	user = user_find_or_add(uid, spare);
	if (user != spare)
		kfree(spare);
	return user;
}

struct kipc_user *kipc_user_put(struct kipc_user *user)
{
	if (!user)
		return NULL;
	mutex_lock(&users_mutex);
	if (!--user->references) {
		WARN_ON_ONCE(user->objects || user->bytes);
		hash_del(&user->node);
		kfree(user);
	}
	mutex_unlock(&users_mutex);
	return NULL;
}

static bool user_exceeds(const struct kipc_user *user, u64 objects, u64 bytes)
{
	u64 objects_limit = READ_ONCE(max_objects);
	u64 bytes_limit = READ_ONCE(max_bytes);

	return user->objects + objects > objects_limit ||
	       bytes > bytes_limit || user->bytes > bytes_limit - bytes;
}

static int user_add(struct kipc_user *user, u64 objects, u64 bytes, bool exempt)
{
	int ret = 0;

	mutex_lock(&users_mutex);
	if (!exempt && user_exceeds(user, objects, bytes)) {
		ret = -ENOSPC;
	} else {
		user->objects += objects;
		user->bytes += bytes;
	}
	mutex_unlock(&users_mutex);
	return ret;
}

/* The capability is asked for where it matters, and not under the mutex. */
int kipc_user_charge(struct kipc_user *user, u64 objects, u64 bytes)
{
	int ret = user_add(user, objects, bytes, false);

	if (ret && capable(CAP_SYS_RESOURCE))
		ret = user_add(user, objects, bytes, true);
	return ret;
}

void kipc_user_uncharge(struct kipc_user *user, u64 objects, u64 bytes)
{
	mutex_lock(&users_mutex);
	user->objects -= objects;
	user->bytes -= bytes;
	mutex_unlock(&users_mutex);
}

/* No object is left, so nobody has an account. */
void kipc_users_exit(void)
{
	WARN_ON(!hash_empty(users));
}
