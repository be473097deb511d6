// SPDX-License-Identifier: GPL-2.0-only
/*
 * CREATE and OPEN. Creating an object by a name that another task creates at
 * the same time is described in create_race.h.
 */
#include <linux/bitops.h>
#include <linux/cred.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "args.h"
#include "create_race.h"
#include "name.h"
#include "object.h"
#include "user.h"

#define NAME_FLAGS	(KIPC_EXCLUSIVE | KIPC_PERSIST)
#define ACCESS_FLAGS	(KIPC_READ | KIPC_WRITE)

static const struct kipc_type *const create_types[] = {
	&kipc_semaphore_type,
	&kipc_barrier_type,
	&kipc_mailbox_type,
	&kipc_mutex_type,
	&kipc_region_type,
	&kipc_ring_type,
};

static const struct kipc_type *create_find_type(u32 id)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(create_types); i++)
		if (create_types[i]->id == id)
			return create_types[i];
	return NULL;
}

/* ------------------------------------------------------------------------ */
/* OPEN                                                                     */
/* ------------------------------------------------------------------------ */

/*
 * Returns true if the caller may open the object with this access. The owner,
 * the group and the mode of the inode decide, as they do for files. A caller
 * with kipc_name_capable() may open any object.
 */
static bool create_permits(const struct kipc_object *object, u32 access)
{
	const struct inode *inode = kipc_inode(object);
	u32 wanted = 0, granted = READ_ONCE(inode->i_mode);

	if (access & KIPC_READ)
		wanted |= 4;
	if (access & KIPC_WRITE)
		wanted |= 2;
	if (uid_eq(current_fsuid(), inode->i_uid))
		granted >>= 6;
	else if (in_group_p(inode->i_gid))
		granted >>= 3;
	return (granted & wanted) == wanted || kipc_name_capable();
}

/*
 * Returns 0 if the existing object is what the caller asked CREATE for. The
 * object may be KIPC_PERSIST although the caller did not ask for that.
 */
static int create_matches(const struct kipc_object *object,
			  const struct kipc_create_args *args)
{
	if (object->type->id != args->type)
		return -EPROTOTYPE;
	if (object->elements != args->elements ||
	    ((object->flags ^ args->flags) & ~NAME_FLAGS) ||
	    (args->flags & ~object->flags & KIPC_PERSIST))
		return -EINVAL;
	return 0;
}

/* Opens the object, and consumes the reference to it, also after an error. */
static int create_open(struct kipc_object *object, u32 access, u64 info)
{
	if (!create_permits(object, access)) {
		kipc_object_put(object);
		return -EACCES;
	}
	return kipc_object_reopen(object, access, info);
}

static int create_open_by_name(const char *name, const struct kipc_open_args *args)
{
	struct kipc_object *object = kipc_name_find(name);

	if (!object)
		return -ENOENT;
	if (object->type->id != args->type) {
		kipc_object_put(object);
		return -EPROTOTYPE;
	}
	return create_open(object, args->flags, args->info);
}

/**
 * kipc_object_open() - OPEN: open an object by its name
 * @arg: struct kipc_open_args in user space
 *
 * Context: may sleep
 * Return: the descriptor; the errors of kipc_args_read_grown() and
 * kipc_args_name(); -EINVAL if another argument is not possible; -ENOENT if
 * there is no such name; -EPROTOTYPE if the object is of another type; -EACCES
 * without permission; the errors of kipc_object_reopen()
 */
int kipc_object_open(void __user *arg)
{
	struct kipc_open_args args;
	char name[KIPC_NAME_MAX + 1] __uninitialized;
	int ret = kipc_args_read_grown(&args, sizeof(args),
				       offsetof(typeof(args), info), arg);

	if (ret)
		return ret;
	if (!args.flags || (args.flags & ~ACCESS_FLAGS) ||
	    !create_find_type(args.type))
		return -EINVAL;
	ret = kipc_args_name(name, args.name, args.name_length);
	if (ret <= 0)
		return ret ?: -EINVAL;
	return create_open_by_name(name, &args);
}

/* ------------------------------------------------------------------------ */
/* CREATE                                                                   */
/* ------------------------------------------------------------------------ */

/* Checks the arguments, without the name, and fills in defaults. */
static int create_check(struct kipc_create_args *args,
			const struct kipc_type *type)
{
	if (!type || (args->flags & ~(NAME_FLAGS | type->flags)))
		return -EINVAL;
	if (args->elements < type->min_elements ||
	    args->elements > type->max_elements || (args->mode & ~0777))
		return -EINVAL;
	if (!args->name_length && (args->flags & NAME_FLAGS))
		return -EINVAL;
	if (hweight32(args->flags & type->alternatives) > 1)
		return -EINVAL;
	if ((args->access & ~ACCESS_FLAGS) || args->reserved)
		return -EINVAL;
	if (!args->access)
		args->access = ACCESS_FLAGS;
	return type->check(&args->attributes);
}

static struct kipc_object *create_alloc(const struct kipc_type *type,
					const struct kipc_create_args *args)
{
	struct kipc_object *object = kzalloc(type->size, GFP_KERNEL_ACCOUNT);

	if (!object)
		return NULL;
	object->type = type;
	object->flags = args->flags & ~KIPC_EXCLUSIVE;
	object->elements = args->elements;
	object->attributes = args->attributes;
	refcount_set(&object->references, 1);
	init_waitqueue_head(&object->pollers);
	kipc_attachments_init(&object->attachments);
	return object;
}

/*
 * Creates an object that is complete but has no inode and no name. The caller
 * gets its only reference.
 */
static struct kipc_object *create_object(const struct kipc_type *type,
					 const struct kipc_create_args *args)
{
	struct kipc_user *user = kipc_user_get();
	struct kipc_object *object;
	int ret;

	if (IS_ERR(user))
		return ERR_CAST(user);
	ret = kipc_user_charge(user, 1, type->size);
	if (ret)
		goto put_user;
	ret = -ENOMEM;
	object = create_alloc(type, args);
	if (!object)
		goto uncharge;
	object->user = user;
	object->charged = type->size;
	ret = type->init(object);
	if (!ret)
		return object;
	kipc_object_put(object);
	return ERR_PTR(ret);

uncharge:
	kipc_user_uncharge(user, 1, type->size);
put_user:
	kipc_user_put(user);
	return ERR_PTR(ret);
}

static int create_new(const struct kipc_create_args *args, const char *name)
{
	struct kipc_object *object = create_object(create_find_type(args->type), args);

	if (IS_ERR(object))
		return PTR_ERR(object);
	return kipc_object_publish(object, args, name);
}

/* Opens an object that exists already, and consumes the reference to it. */
static int create_existing(const struct kipc_create_args *args,
			   struct kipc_object *object)
{
	int ret = args->flags & KIPC_EXCLUSIVE ? -EEXIST :
						 create_matches(object, args);

	if (ret) {
		kipc_object_put(object);
		return ret;
	}
	return create_open(object, args->access, args->info);
}

/*
 * Returns true if the error of create_new() may be due to other tasks that
 * create the same name: one of them has the name, or what they hold exceeds a
 * quota or the memory.
 */
static bool create_raced(int error)
{
	return error == -EEXIST || error == -ENOSPC || error == -ENOMEM;
}

/*
 * Creates an object whose name did not exist a moment ago. If another task wins
 * the race for the name, its object is opened instead.
 *
 * kipc_create_race_retry() fails if there is no rival any more. Even then the
 * name has to be looked up once more:
 *
 *	CPU 0 (create_in_race())		CPU 1 (create_in_race())
 *
 *	create_by_name(): no such name
 *						create_new(): makes an object
 *	create_new(): -ENOSPC, because
 *	  CPU 1 holds the rest of the quota
 *						inserts the name
 *						kipc_create_race_end()
 *	kipc_create_race_retry(): -ENOENT
 *	kipc_name_find(): finds the object
 *
 * After -EEXIST the name may be gone again when it is looked up; then the loop
 * tries once more.
 */
static int create_in_race(const struct kipc_create_args *args, const char *name,
			  struct kipc_create_race *race)
{
	struct kipc_object *object;
	int ret, error = 0;

	do {
		ret = create_new(args, name);
		if (!create_raced(ret))
			return ret;
		if (ret != -EEXIST)
			error = kipc_create_race_retry(race);
		else if (fatal_signal_pending(current))
			error = -EINTR;
		if (error == -EINTR)
			return error;
		/* A rival may have succeeded just before, see above. */
		object = kipc_name_find(name);
	} while (!object && !error);
	return object ? create_existing(args, object) : ret;
}

static int create_by_name(const struct kipc_create_args *args, const char *name)
{
	struct kipc_object *object = kipc_name_find(name);
	struct kipc_create_race race;
	int ret;

	if (object)
		return create_existing(args, object);
	kipc_create_race_begin(&race, name);
	ret = create_in_race(args, name, &race);
	kipc_create_race_end(&race);
	return ret;
}

/**
 * kipc_object_create() - CREATE: create an object, or open the existing one
 * @arg: struct kipc_create_args in user space
 *
 * Context: may sleep
 * Return: the descriptor; the errors of kipc_args_read_grown() and
 * kipc_args_name(); -EINVAL if another argument is not possible, or if the name
 * belongs to an object that is not like that; -EEXIST if the name exists and
 * KIPC_EXCLUSIVE is set; -EPROTOTYPE if the name belongs to an object of
 * another type; -EACCES without permission to open that; -ENOSPC if the quota
 * of the user is used up; -EINTR if the caller was killed; -ENOMEM; the errors
 * of kipc_object_publish() and kipc_object_reopen()
 */
int kipc_object_create(void __user *arg)
{
	struct kipc_create_args args;
	char name[KIPC_NAME_MAX + 1] __uninitialized;
	int ret = kipc_args_read_grown(&args, sizeof(args),
				       offsetof(typeof(args), info), arg);

	if (ret)
		return ret;
	ret = create_check(&args, create_find_type(args.type));
	if (ret)
		return ret;
	ret = kipc_args_name(name, args.name, args.name_length);
	if (ret < 0)
		return ret;
	return ret ? create_by_name(&args, name) : create_new(&args, NULL);
}
