// SPDX-License-Identifier: GPL-2.0-only
#include <linux/delay.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mount.h>
#include <linux/path.h>
#include <linux/pseudo_fs.h>
#include <linux/rcupdate.h>

#include "compat.h"
#include "inode.h"
#include "object.h"

#define INODE_MAGIC	0x6b697063	/* "kipc" */

static struct vfsmount *inode_mount;
static atomic64_t inode_last;		/* number given out */

/* ------------------------------------------------------------------------ */
/* One inode                                                                */
/* ------------------------------------------------------------------------ */

static bool inode_anonymous(const struct dentry *dentry)
{
	return !dentry->d_name.len;
}

/*
 * Owner, group, mode and times can be changed, as those of a file. The size is that
 * of the object, and there is nothing to execute.
 */
static int inode_setattr(struct kipc_idmap *idmap, struct dentry *dentry,
			 struct iattr *attr)
{
	int ret = setattr_prepare(idmap, dentry, attr);

	if (ret)
		return ret;
	if (attr->ia_valid & ATTR_SIZE)
		return -EINVAL;
	if (attr->ia_valid & ATTR_MODE) {
		if (inode_anonymous(dentry))
			return -EPERM;
		if (attr->ia_mode & ~0777)
			return -EINVAL;
	}
	setattr_copy(idmap, d_inode(dentry), attr);
	return 0;
}

static const struct inode_operations inode_operations = {
	.setattr = inode_setattr,
};

static void inode_fill(struct inode *inode, struct kipc_object *object,
		       const struct kipc_inode_args *args)
{
	inode->i_ino = atomic64_inc_return(&inode_last);
	inode->i_mode = args->name ? args->mode : args->mode & ~0222;
	inode->i_size = args->bytes;
	inode->i_op = &inode_operations;
	inode->i_fop = args->operations;
	inode->i_private = object;
}

/**
 * kipc_inode_create() - make an object's inode and the first file of it
 * @object: without an inode; it belongs to the caller's file system user
 * @args: what it is like
 *
 * The file does not refer to the object yet. The object refers to the inode, until
 * kipc_inode_detach().
 *
 * Return: the file, or -ENOMEM or -ENFILE as a pointer
 */
struct file *kipc_inode_create(struct kipc_object *object,
			       const struct kipc_inode_args *args)
{
	struct inode *inode = alloc_anon_inode(inode_mount->mnt_sb);
	struct file *file;

	if (IS_ERR(inode))
		return ERR_CAST(inode);
	inode_fill(inode, object, args);
	file = alloc_file_pseudo(inode, inode_mount, args->name ?: "",
				 args->flags, args->operations);
	if (IS_ERR(file)) {
		inode->i_private = NULL;
		/* There is no detaching that it would have to outlive. */
		__module_get(THIS_MODULE);
		iput(inode);
		return file;
	}
	/* Unlike open(), that takes no reference, but closing gives one back. */
	__module_get(THIS_MODULE);
	file->f_path.dentry->d_fsdata = (void *)object->type->label;
	object->path = file->f_path;
	path_get(&object->path);
	return file;
}

/**
 * kipc_inode_detach() - part an object that is going from its inode
 * @object: may be without one; nothing has a reference to it any more
 *
 * The object has to stay for as long as RCU readers are about.
 */
void kipc_inode_detach(struct kipc_object *object)
{
	if (!object->path.dentry)
		return;
	WRITE_ONCE(kipc_inode(object)->i_private, NULL);
	/* From now on the inode keeps the module, until it is evicted. */
	__module_get(THIS_MODULE);
	path_put(&object->path);
}

/**
 * kipc_inode_object() - find the object of an inode
 * @inode: of an object
 *
 * Return: the object with a reference for the caller, or NULL if it has gone
 */
struct kipc_object *kipc_inode_object(const struct inode *inode)
{
	struct kipc_object *object;

	rcu_read_lock();
	object = READ_ONCE(inode->i_private);
	if (object && !refcount_inc_not_zero(&object->references))
		object = NULL;
	rcu_read_unlock();
	return object;
}

/* ------------------------------------------------------------------------ */
/* The file system                                                          */
/* ------------------------------------------------------------------------ */

/* What /proc/PID/fd and /proc/PID/maps show: "kipc:semaphore NAME" */
static char *inode_dname(struct dentry *dentry, char *buffer, int size)
{
	const char *label = dentry->d_fsdata;
	int length = dentry->d_name.len;
	char text[32];
	int prefix;

	prefix = scnprintf(text, sizeof(text), "kipc:%s%s", label,
			   length ? " " : "");
	if (prefix + length >= size)
		return ERR_PTR(-ENAMETOOLONG);
	buffer += size - 1 - length;
	memcpy(buffer, dentry->d_name.name, length);
	buffer[length] = 0;
	return memcpy(buffer - prefix, text, prefix);
}

static const struct dentry_operations inode_dentry_operations = {
	.d_dname = inode_dname,
};

/*
 * Each inode has been detached from its object; the root, which has no number of
 * ours, has nothing to do with objects.
 */
static void inode_evict(struct inode *inode)
{
	truncate_inode_pages_final(&inode->i_data);
	clear_inode(inode);
	if (!S_ISDIR(inode->i_mode))
		module_put(THIS_MODULE);
}

static const struct super_operations inode_super_operations = {
	.statfs = simple_statfs,
	.evict_inode = inode_evict,
};

static int inode_init_context(struct fs_context *context)
{
	struct pseudo_fs_context *pseudo = init_pseudo(context, INODE_MAGIC);

	if (!pseudo)
		return -ENOMEM;
	pseudo->ops = &inode_super_operations;
	pseudo->dops = &inode_dentry_operations;
	/* Programs for which to read is to execute can map words all the same. */
	context->s_iflags |= SB_I_NOEXEC | SB_I_NODEV;
	return 0;
}

static struct file_system_type inode_type = {
	.owner = THIS_MODULE,
	.name = "kipc",
	.init_fs_context = inode_init_context,
	.kill_sb = kill_anon_super,
};

int kipc_inodes_init(void)
{
	inode_mount = kern_mount(&inode_type);
	if (IS_ERR(inode_mount))
		return PTR_ERR(inode_mount);
	/* Or the module could never be unloaded. */
	module_put(THIS_MODULE);
	return 0;
}

/*
 * There is no inode any more, but a task that has just put the last one may still
 * be about to put the mount. Whichever puts that last gives the reference to the
 * module back when it has done with the file system's type and operations.
 */
void kipc_inodes_exit(void)
{
	int references = kipc_module_references();

	__module_get(THIS_MODULE);
	kern_unmount(inode_mount);
	while (kipc_module_references() > references)
		msleep(20);
}
