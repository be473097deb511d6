/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: inodes
 *
 * Each object has an inode and a dentry of its own, on a file system that is never
 * mounted where a path could reach it. The inode holds the object's owner, group
 * and mode: fchown() and fchmod() change what OPEN, UNLINK, INFO and LIST go by.
 * Its number is given out once in the life of the module.
 *
 * The object has a reference to the inode, never the other way round: i_private is
 * a hint that is read under RCU and cleared when the object goes. A descriptor
 * opened with O_PATH, and an inotify watch, keep the inode longer than the object.
 * Such an inode cannot be opened (ENXIO).
 *
 * /proc/PID/fd/N opens the object again, as the mode permits. A descriptor that was
 * passed on with less access than the mode gives must not be a way to more, so the
 * inode of an anonymous object has no write permission and its mode stays as it is.
 *
 * The file system refers to its module, which nothing that is always mounted may
 * do: kipc_inodes_init() gives that reference back, and kipc_inodes_exit() takes it
 * again before it unmounts. Meanwhile the objects' files, the names that persist,
 * and the inodes that have outlived their objects keep the module loaded.
 */
#ifndef KIPC_INODE_H
#define KIPC_INODE_H

#include <linux/fs.h>

struct kipc_object;

/**
 * struct kipc_inode_args - what the inode of a new object is like
 * @name: of the object, NULL for an anonymous one
 * @mode: permission bits, 0..0777
 * @bytes: its size, as fstat() shows it
 * @operations: of its files
 * @flags: of its first file, O_RDWR and the like
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
