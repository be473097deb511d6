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

/* An account. All but the key is guarded by users_mutex. */
struct kipc_user {
	struct hlist_node node;
	kuid_t uid;			/* constant; the key */
	unsigned int references;
	u64 objects;
	u64 bytes;
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

/*
 * Returns the account with a reference. If there is none, @spare becomes the
 * account; without a spare one the result is NULL.
 */
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

/*
 * Returns the user that the caller's objects are charged to: the caller itself
 * in the initial namespace, otherwise the owner of the outermost namespace.
 */
static kuid_t user_answerable(void)
{
	const struct user_namespace *ns = current_user_ns();
	kuid_t uid = current_uid();

	for (; ns->parent; ns = ns->parent)
		uid = ns->owner;
	return uid;
}

/**
 * kipc_user_get() - get the account that the caller's objects are charged to
 *
 * Two callers may allocate an account for the same user at the same time. Both
 * look again under users_mutex, and the second one frees its spare account::
 *
 *     CPU 0                             CPU 1
 *
 *     finds no account                  finds no account
 *     allocates a spare one             allocates a spare one
 *     lock
 *     finds none, adds the spare one
 *     unlock
 *                                       lock
 *                                       finds the account of CPU 0
 *                                       unlock
 *                                       frees its spare one
 *
 * Context: may sleep
 * Return: the account with a reference, or -ENOMEM as a pointer
 */
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

/**
 * kipc_user_put() - drop a reference to an account, and free it with the last
 * @user: the account; may be NULL
 *
 * Context: may sleep
 * Return: NULL
 */
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

/* Written so that no sum of bytes can overflow. */
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

/**
 * kipc_user_charge() - charge objects and bytes to an account
 * @user: the account
 * @objects: how many objects
 * @bytes: how many bytes
 *
 * The capability is looked for only if the quota is used up, because that marks
 * the caller as having used a privilege, and without the mutex.
 *
 * Context: may sleep
 * Return: 0, or -ENOSPC if a limit would be exceeded and the caller does not
 * have CAP_SYS_RESOURCE; nothing is charged then
 */
int kipc_user_charge(struct kipc_user *user, u64 objects, u64 bytes)
{
	int ret = user_add(user, objects, bytes, false);

	if (ret && capable(CAP_SYS_RESOURCE))
		ret = user_add(user, objects, bytes, true);
	return ret;
}

/**
 * kipc_user_uncharge() - take back what kipc_user_charge() has charged
 * @user: the account
 * @objects: how many objects
 * @bytes: how many bytes
 *
 * Context: may sleep
 */
void kipc_user_uncharge(struct kipc_user *user, u64 objects, u64 bytes)
{
	mutex_lock(&users_mutex);
	user->objects -= objects;
	user->bytes -= bytes;
	mutex_unlock(&users_mutex);
}

/**
 * kipc_users_exit() - check that no account is left when the module goes
 *
 * Each account goes with the last object, watch or participant that refers to
 * it. None of these exists any more.
 */
void kipc_users_exit(void)
{
	WARN_ON(!hash_empty(users));
}
