/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: inodes
 *
 * Each object has an inode and a dentry of its own, on a file system that is
 * not mounted at any path. The inode holds the owner, the group and the mode of
 * the object: fchown() and fchmod() change what OPEN, UNLINK, INFO and LIST go
 * by. The number of an inode is used once while the module is loaded.
 *
 * The object has a reference to the inode, and the inode has none to the
 * object. i_private is only a hint. It is read under RCU, and cleared when the
 * object goes. A descriptor that was opened with O_PATH and an inotify watch
 * keep the inode longer than the object. Such an inode cannot be opened
 * (ENXIO).
 *
 * Opening /proc/PID/fd/N opens the object again, as the mode permits. A
 * descriptor may have been passed on with less access than the mode gives, and
 * must not be a way to get more. Therefore the inode of an anonymous object has
 * no write permission, and its mode cannot be changed.
 *
 * A file system keeps its module loaded as long as it is mounted, so with a
 * mount that always exists the module could never be unloaded. Therefore
 * kipc_inodes_init() gives that reference back, and kipc_inodes_exit() takes it
 * again before it unmounts. In between these keep the module loaded:
 *
 * - the files of objects;
 * - the names of KIPC_PERSIST objects;
 * - inodes that have outlived their objects.
 *
 * Nothing here has a lock of its own. Creating and detaching may sleep.
 */
#ifndef KIPC_INODE_H
#define KIPC_INODE_H

#include <linux/fs.h>

struct kipc_object;

/**
 * struct kipc_inode_args - describes the inode of a new object
 * @name: name of the object, NULL for an anonymous one
 * @mode: permission bits, 0..0777
 * @bytes: size that fstat() shows
 * @operations: operations of its files
 * @flags: flags of its first file: O_RDONLY, O_WRONLY or O_RDWR
 */
struct kipc_inode_args {
	const char *name;
	u32 mode;
	u64 bytes;
	const struct file_operations *operations;
	int flags;
};

struct file *kipc_inode_create(struct kipc_object *object,
			       const struct kipc_inode_args *args);
void kipc_inode_detach(struct kipc_object *object);
struct kipc_object *kipc_inode_object(const struct inode *inode);

int kipc_inodes_init(void);
void kipc_inodes_exit(void);

#endif /* KIPC_INODE_H */
