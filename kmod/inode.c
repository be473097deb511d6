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
static atomic64_t inode_last;		/* the last number in use */

/* ------------------------------------------------------------------------ */
/* One inode                                                                */
/* ------------------------------------------------------------------------ */

static bool inode_anonymous(const struct dentry *dentry)
{
	return !dentry->d_name.len;
}

/*
 * Changes owner, group, mode and times, under the conditions that hold for
 * files. The size is that of the object and stays as it is. A mode has only the
 * bits for reading, writing and executing.
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

/* An anonymous object gets no write permission, see inode.h. */
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
 * kipc_inode_create() - make the inode of an object and its first file
 * @object: without an inode; not published yet
 * @args: describes the inode
 *
 * The inode belongs to the file system user and group of the caller. The file
 * does not refer to the object yet. The object refers to the inode until
 * kipc_inode_detach().
 *
 * Context: may sleep
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
		/* The eviction puts this; there was no kipc_inode_detach(). */
		__module_get(THIS_MODULE);
		iput(inode);
		return file;
	}
	/*
	 * Closing a file puts a reference to the module. open() takes it, but
	 * alloc_file_pseudo() does not.
	 */
	__module_get(THIS_MODULE);
	file->f_path.dentry->d_fsdata = (void *)object->type->label;
	object->path = file->f_path;
	path_get(&object->path);
	return file;
}

/**
 * kipc_inode_detach() - separate an object that goes from its inode
 * @object: has no reference left; may have no inode
 *
 * The object must be freed after an RCU grace period, because
 * kipc_inode_object() may still look at it.
 *
 * Context: may sleep
 */
void kipc_inode_detach(struct kipc_object *object)
{
	if (!object->path.dentry)
		return;
	WRITE_ONCE(kipc_inode(object)->i_private, NULL);
	/* The inode keeps the module from now on. inode_evict() puts this. */
	__module_get(THIS_MODULE);
	path_put(&object->path);
}

/**
 * kipc_inode_object() - find the object of an inode
 * @inode: the inode of an object, which may have gone
 *
 * The object may go while a path to its inode is opened::
 *
 *     CPU 0 (open of /proc/PID/fd/N)    CPU 1 (last reference)
 *
 *     rcu_read_lock()
 *     object = i_private
 *                                       references: 1 -> 0
 *                                       i_private = NULL
 *                                       kfree_rcu(object)
 *     refcount_inc_not_zero(): false
 *     rcu_read_unlock()
 *                                       (the object is freed)
 *
 * Context: does not sleep
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

/*
 * Returns what /proc/PID/fd and /proc/PID/maps show, for instance
 * "kipc:semaphore NAME".
 */
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
 * Puts the reference to the module that kipc_inode_detach() has taken. The only
 * directory is the root of the file system, which belongs to no object.
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
	/*
	 * With SB_I_NOEXEC a program for which PROT_READ implies PROT_EXEC can
	 * map words, too: mmap() does not add PROT_EXEC there.
	 */
	context->s_iflags |= SB_I_NOEXEC | SB_I_NODEV;
	return 0;
}

static struct file_system_type inode_type = {
	.owner = THIS_MODULE,
	.name = "kipc",
	.init_fs_context = inode_init_context,
	.kill_sb = kill_anon_super,
};

/**
 * kipc_inodes_init() - mount the file system of the objects
 *
 * Context: may sleep
 * Return: 0 or the error of kern_mount()
 */
int kipc_inodes_init(void)
{
	inode_mount = kern_mount(&inode_type);
	if (IS_ERR(inode_mount))
		return PTR_ERR(inode_mount);
	/* Puts the reference of the file system type, see inode.h. */
	module_put(THIS_MODULE);
	return 0;
}

/**
 * kipc_inodes_exit() - unmount the file system of the objects
 *
 * No inode of an object exists any more. But a task that has just closed the
 * last file may still have a reference to the mount, and needs the type and the
 * operations of the file system until it has put that. The task that puts the
 * last reference to the mount then puts the reference to the module. So this
 * waits until that has happened::
 *
 *     CPU 0 (kipc_inodes_exit())        CPU 1 (closed the last file)
 *
 *                                       evicts the inode: module_put()
 *     __module_get()
 *     kern_unmount(): not the last
 *       reference to the mount
 *                                       mntput(): the last reference,
 *                                         frees the superblock
 *                                       module_put()
 *     the number of references is
 *       as before: returns
 *
 * Context: may sleep
 */
void kipc_inodes_exit(void)
{
	int references = kipc_module_references();

	__module_get(THIS_MODULE);
	kern_unmount(inode_mount);
	while (kipc_module_references() > references)
		msleep(20);
}
