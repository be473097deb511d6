// SPDX-License-Identifier: GPL-2.0-only
#include <linux/anon_inodes.h>
#include <linux/cred.h>
#include <linux/file.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "args.h"
#include "compat.h"
#include "name.h"
#include "object.h"
#include "user.h"
#include "watch.h"
#include "word.h"

#define NAME_FLAGS	(KIPC_EXCLUSIVE | KIPC_PERSIST)
#define ACCESS_FLAGS	(KIPC_READ | KIPC_WRITE)

static const struct kipc_type *const types[] = {
	&kipc_semaphore_type,
	&kipc_barrier_type,
	&kipc_mailbox_type,
	&kipc_mutex_type,
	&kipc_region_type,
};

static const struct kipc_type *type_find(u32 id)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(types); i++)
		if (types[i]->id == id)
			return types[i];
	return NULL;
}

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
	object->type->exit(object);
	kipc_user_uncharge(object->user, 1, object->charged);
	kipc_user_put(object->user);
	/* Whoever looks up names may still be looking at the reference count. */
	kfree_rcu(object, rcu);
}

struct kipc_object *kipc_object_put(struct kipc_object *object)
{
	if (object && refcount_dec_and_test(&object->references))
		object_free(object);
	return NULL;
}

/* The word is frozen while somebody polls, so nobody slips past this. */
void kipc_object_wake_pollers(struct kipc_object *object, __poll_t events)
{
	if (kipc_object_polled(object))
		wake_up_interruptible_poll(&object->pollers, events);
}

/* ------------------------------------------------------------------------ */
/* The descriptor                                                           */
/* ------------------------------------------------------------------------ */

static long object_info(struct file *file, void __user *arg)
{
	struct kipc_object *object = kipc_object_of(file);
	struct kipc_words *words = NULL;
	struct kipc_info_args args;
	int ret = kipc_args_read(&args, sizeof(args), arg);

	if (ret)
		return ret;
	if (args.flags)
		return -EINVAL;
	if (object->type->words)
		words = object->type->words(object);
	args = (struct kipc_info_args) {
		.size = args.size,
		.type = object->type->id,
		.created = object->flags,
		.elements = object->elements,
		.uid = from_kuid_munged(current_user_ns(), object->uid),
		.gid = from_kgid_munged(current_user_ns(), object->gid),
		.mode = object->mode,
		.attributes = object->attributes,
	};
	if (words && kipc_words_mapped(words)) {
		args.stride = 1U << words->shift;
		args.map_size = words->memory.count << PAGE_SHIFT;
	}
	if (object->tracks)
		args.attachment = kipc_attachment_current(object);
	if (file->f_mode & FMODE_READ)
		args.access |= KIPC_READ;
	if (file->f_mode & FMODE_WRITE)
		args.access |= KIPC_WRITE;
	return kipc_args_write(arg, &args, sizeof(args));
}

static long object_ioctl(struct file *file, unsigned int command,
			 unsigned long arg)
{
	void __user *user = (void __user *)arg;

	switch (command) {
	case KIPC_INFO:
		return object_info(file, user);
	case KIPC_WATCH:
		return kipc_watch_open(file, user);
	default:
		return kipc_object_of(file)->type->ioctl(file, command, user);
	}
}

static __poll_t object_poll(struct file *file, struct poll_table_struct *table)
{
	return kipc_object_of(file)->type->poll(file, table);
}

/*
 * For read() and write(), which are cheaper by what it takes to make a kiocb; all
 * else, as readv() and io_uring, brings its own.
 */
static ssize_t object_read(struct file *file, char __user *buffer, size_t size,
			   loff_t *position)
{
	struct iov_iter to;

	iov_iter_ubuf(&to, ITER_DEST, buffer, size);
	return kipc_object_of(file)->type->read(file, &to, false);
}

static ssize_t object_write(struct file *file, const char __user *data,
			    size_t size, loff_t *position)
{
	struct iov_iter from;

	iov_iter_ubuf(&from, ITER_SOURCE, (void __user *)data, size);
	return kipc_object_of(file)->type->write(file, &from, false);
}

static ssize_t object_read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	struct file *file = iocb->ki_filp;

	return kipc_object_of(file)->type->read(file, to,
						iocb->ki_flags & IOCB_NOWAIT);
}

static ssize_t object_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	struct file *file = iocb->ki_filp;

	return kipc_object_of(file)->type->write(file, from,
						 iocb->ki_flags & IOCB_NOWAIT);
}

static vm_fault_t object_fault(struct vm_fault *vmf)
{
	struct kipc_object *object = kipc_object_of(vmf->vma->vm_file);

	return kipc_memory_fault(&object->type->words(object)->memory, vmf);
}

static const struct vm_operations_struct object_vm_operations = {
	.fault = object_fault,
};

/* Of mappings that attach the memory they are in. */
static const struct vm_operations_struct tracked_vm_operations = {
	.open = kipc_attachment_map,
	.close = kipc_attachment_unmap,
	.fault = object_fault,
};

static int map_and_attach(struct kipc_object *object,
			  struct vm_area_struct *vma)
{
	int ret = kipc_attach(object, vma);

	if (ret)
		return ret;
	vm_flags_mod(vma, VM_DONTCOPY, 0);
	vma->vm_ops = &tracked_vm_operations;
	ret = kipc_memory_map(&object->type->words(object)->memory, vma);
	/* Who fails to map is not told when the mapping goes. */
	if (ret)
		kipc_attachment_unmap(vma);
	return ret;
}

static int object_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct kipc_object *object = kipc_object_of(file);
	struct kipc_words *words;

	if (!object->type->words)
		return -ENODEV;
	if (vma->vm_flags & VM_EXEC)
		return -EACCES;
	if (object->type->map && vma->vm_pgoff >= KIPC_REGION_DATA >> PAGE_SHIFT)
		return object->type->map(object, vma);
	words = object->type->words(object);
	if (!kipc_words_mapped(words))
		return -EACCES;
	if (!(vma->vm_flags & VM_MAYSHARE))
		return -EINVAL;
	if (object->flags & KIPC_SEALED) {
		if (vma->vm_flags & VM_WRITE)
			return -EACCES;
		vm_flags_mod(vma, 0, VM_MAYWRITE);
	}
	if (object->tracks && (file->f_mode & FMODE_WRITE))
		return map_and_attach(object, vma);
	vma->vm_ops = &object_vm_operations;
	return kipc_memory_map(&words->memory, vma);
}

static int object_release(struct inode *inode, struct file *file)
{
	kipc_object_put(kipc_object_of(file));
	return 0;
}

static void object_show_fdinfo(struct seq_file *seq, struct file *file)
{
	struct kipc_object *object = kipc_object_of(file);

	seq_printf(seq, "kipc-type:\t%s\n", object->type->label);
	kipc_name_show(seq, object);
	seq_printf(seq, "kipc-elements:\t%u\n", object->elements);
	seq_printf(seq, "kipc-flags:\t0x%x\n", object->flags);
	seq_printf(seq, "kipc-bytes:\t%llu\n", object->charged);
	seq_printf(seq, "kipc-waiters:\t%d\n", atomic_read(&object->waiters));
	seq_printf(seq, "kipc-spins:\t%u\n", atomic_read(&object->spins));
	seq_printf(seq, "kipc-spins-paid:\t%u\n",
		   atomic_read(&object->spins_paid));
	if (object->tracks)
		seq_printf(seq, "kipc-attachments:\t%u\n",
			   kipc_attachment_count(object));
	object->type->show(seq, object);
}

static const struct file_operations object_operations = {
	.owner = THIS_MODULE,
	.release = object_release,
	.unlocked_ioctl = object_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.mmap = object_mmap,
	.llseek = noop_llseek,
	.show_fdinfo = object_show_fdinfo,
};

/* Of types that can be polled, read and written; the others say so by EPERM. */
static const struct file_operations pollable_operations = {
	.owner = THIS_MODULE,
	.release = object_release,
	.read = object_read,
	.write = object_write,
	.read_iter = object_read_iter,
	.write_iter = object_write_iter,
	.poll = object_poll,
	.unlocked_ioctl = object_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.mmap = object_mmap,
	.llseek = noop_llseek,
	.show_fdinfo = object_show_fdinfo,
};

/* The object of any file; NULL where it is not of that type, or not ours at all. */
struct kipc_object *kipc_object_of_type(const struct file *file,
					const struct kipc_type *type)
{
	if (file->f_op != &object_operations &&
	    file->f_op != &pollable_operations)
		return NULL;
	return kipc_object_of(file)->type == type ? kipc_object_of(file) : NULL;
}

static int access_to_open(u32 access)
{
	if (access == ACCESS_FLAGS)
		return O_RDWR;
	return access == KIPC_WRITE ? O_WRONLY : O_RDONLY;
}

/* A file that does not refer to the object yet. */
static struct file *object_file(const struct kipc_type *type, u32 access)
{
	struct file *file;

	file = anon_inode_getfile("[kipc]",
				  type->poll ? &pollable_operations :
					       &object_operations,
				  NULL, access_to_open(access));
	if (!IS_ERR(file))
		file->f_mode |= FMODE_NOWAIT | FMODE_STREAM | FMODE_NONOTIFY;
	return file;
}

/*
 * A descriptor for the object, under a name if one is given. Consumes the
 * reference, whatever comes of it.
 */
static int object_publish(struct kipc_object *object, const char *name,
			  u32 access)
{
	struct file *file;
	int fd, ret = 0;

	fd = get_unused_fd_flags(O_CLOEXEC);
	if (fd < 0) {
		kipc_object_put(object);
		return fd;
	}
	file = object_file(object->type, access);
	ret = PTR_ERR_OR_ZERO(file);
	if (!ret && name) {
		ret = kipc_name_insert(object, name);
		if (ret)
			fput(file);
	}
	if (ret) {
		put_unused_fd(fd);
		kipc_object_put(object);
		return ret;
	}
	file->private_data = object;
	fd_install(fd, file);
	return fd;
}

/* ------------------------------------------------------------------------ */
/* OPEN                                                                     */
/* ------------------------------------------------------------------------ */

static bool object_permits(const struct kipc_object *object, u32 access)
{
	u32 wanted = 0, granted = object->mode;

	if (access & KIPC_READ)
		wanted |= 4;
	if (access & KIPC_WRITE)
		wanted |= 2;
	if (uid_eq(current_fsuid(), object->uid))
		granted >>= 6;
	else if (in_group_p(object->gid))
		granted >>= 3;
	return (granted & wanted) == wanted || kipc_name_capable();
}

/* Is this object what a caller who would have created it wanted? */
static int object_matches(const struct kipc_object *object,
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

/* Consumes the reference, whatever comes of it. */
static int object_reopen(struct kipc_object *object, u32 access)
{
	if (!object_permits(object, access)) {
		kipc_object_put(object);
		return -EACCES;
	}
	return object_publish(object, NULL, access);
}

static int open_by_name(const char *name, u32 type, u32 access)
{
	struct kipc_object *object = kipc_name_find(name);

	if (!object)
		return -ENOENT;
	if (object->type->id != type) {
		kipc_object_put(object);
		return -EPROTOTYPE;
	}
	return object_reopen(object, access);
}

int kipc_object_open(void __user *arg)
{
	struct kipc_open_args args;
	char *name;
	int ret = kipc_args_read(&args, sizeof(args), arg);

	if (ret)
		return ret;
	if (!args.flags || (args.flags & ~ACCESS_FLAGS) ||
	    !type_find(args.type))
		return -EINVAL;
	name = kipc_args_name(args.name, args.name_length);
	if (IS_ERR_OR_NULL(name))
		return name ? PTR_ERR(name) : -EINVAL;
	ret = open_by_name(name, args.type, args.flags);
	kfree(name);
	return ret;
}

/* ------------------------------------------------------------------------ */
/* CREATE                                                                   */
/* ------------------------------------------------------------------------ */

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
	return type->check(&args->attributes);
}

static struct kipc_object *object_alloc(const struct kipc_type *type,
					const struct kipc_create_args *args)
{
	struct kipc_object *object = kzalloc(type->size, GFP_KERNEL_ACCOUNT);

	if (!object)
		return NULL;
	object->type = type;
	object->flags = args->flags & ~KIPC_EXCLUSIVE;
	object->elements = args->elements;
	object->mode = args->mode;
	object->uid = current_fsuid();
	object->gid = current_fsgid();
	object->attributes = args->attributes;
	refcount_set(&object->references, 1);
	init_waitqueue_head(&object->pollers);
	kipc_attachments_init(&object->attachments);
	INIT_LIST_HEAD(&object->watch_list);
	return object;
}

/* An object that is charged for and complete, with one reference. */
static struct kipc_object *object_make(const struct kipc_type *type,
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
	object = object_alloc(type, args);
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
	struct kipc_object *object = object_make(type_find(args->type), args);

	if (IS_ERR(object))
		return PTR_ERR(object);
	return object_publish(object, name, ACCESS_FLAGS);
}

static int create_existing(const struct kipc_create_args *args,
			   struct kipc_object *object)
{
	int ret = args->flags & KIPC_EXCLUSIVE ? -EEXIST :
						 object_matches(object, args);

	if (ret) {
		kipc_object_put(object);
		return ret;
	}
	return object_reopen(object, ACCESS_FLAGS);
}

/*
 * Those who create a name take turns: who loses a race gets the winner's object,
 * and no error because the quota was used up for it. What is there already is
 * nobody's turn.
 */
static int create_by_name(const struct kipc_create_args *args, const char *name)
{
	struct kipc_object *object = kipc_name_find(name);
	int ret;

	if (object)
		return create_existing(args, object);
	ret = kipc_name_lock(name);
	if (ret)
		return ret;
	object = kipc_name_find(name);
	if (object)
		ret = create_existing(args, object);
	else
		ret = create_new(args, name);
	kipc_name_unlock(name);
	return ret;
}

int kipc_object_create(void __user *arg)
{
	struct kipc_create_args args;
	char *name;
	int ret = kipc_args_read(&args, sizeof(args), arg);

	if (ret)
		return ret;
	ret = create_check(&args, type_find(args.type));
	if (ret)
		return ret;
	name = kipc_args_name(args.name, args.name_length);
	if (IS_ERR(name))
		return PTR_ERR(name);
	ret = name ? create_by_name(&args, name) : create_new(&args, NULL);
	kfree(name);
	return ret;
}
