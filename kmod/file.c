// SPDX-License-Identifier: GPL-2.0-only
/*
 * The files of objects: what can be done with a descriptor of any type, and how
 * descriptors are made by CREATE and OPEN.
 */
#include <linux/cred.h>
#include <linux/file.h>
#include <linux/module.h>

#include "args.h"
#include "compat.h"
#include "inherit.h"
#include "inode.h"
#include "name.h"
#include "object.h"
#include "thread.h"
#include "watch.h"
#include "word.h"

#define ACCESS_FLAGS	(KIPC_READ | KIPC_WRITE)

/*
 * Answers INFO about an object and a file of it. CREATE and OPEN answer before
 * private_data of the file is set, so the object is passed separately.
 */
static int file_info(struct kipc_object *object, const struct file *file,
		     void __user *arg)
{
	const struct inode *inode = kipc_inode(object);
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
		.uid = from_kuid_munged(current_user_ns(), inode->i_uid),
		.gid = from_kgid_munged(current_user_ns(), inode->i_gid),
		.mode = READ_ONCE(inode->i_mode),
		.attributes = object->attributes,
		.inode = inode->i_ino,
	};
	if (words && kipc_words_mapped(words)) {
		args.stride = words->elements ? 1U << words->shift : 0;
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

/**
 * kipc_file_ioctl() - ioctl() of the files of all types
 * @file: of an object
 * @command: INFO, WATCH, THREAD or a verb of the type
 * @arg: address of the arguments in user space
 *
 * Context: may sleep
 * Return: what the verb returns; -ENOTTY if there is no such verb
 */
long kipc_file_ioctl(struct file *file, unsigned int command,
		     unsigned long arg)
{
	void __user *user = (void __user *)arg;

	switch (command) {
	case KIPC_INFO:
		return file_info(kipc_object_of(file), file, user);
	case KIPC_WATCH:
		return kipc_watch_open(file, user);
	case KIPC_THREAD:
		return kipc_thread_ioctl(kipc_object_of(file), user);
	default:
		return kipc_object_of(file)->type->ioctl(file, command, user);
	}
}

static __poll_t file_poll(struct file *file, struct poll_table_struct *table)
{
	return kipc_object_of(file)->type->poll(file, table);
}

/*
 * For read() and write(). They cost less than file_read_iter() and
 * file_write_iter() because no kiocb is made. Other callers, such as readv()
 * and io_uring, use the latter.
 */
static ssize_t file_read(struct file *file, char __user *buffer, size_t size,
			 loff_t *position)
{
	struct iov_iter to;

	iov_iter_ubuf(&to, ITER_DEST, buffer, size);
	return kipc_object_of(file)->type->read(file, &to, false);
}

static ssize_t file_write(struct file *file, const char __user *data,
			  size_t size, loff_t *position)
{
	struct iov_iter from;

	iov_iter_ubuf(&from, ITER_SOURCE, (void __user *)data, size);
	return kipc_object_of(file)->type->write(file, &from, false);
}

static ssize_t file_read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	struct file *file = iocb->ki_filp;

	return kipc_object_of(file)->type->read(file, to,
						iocb->ki_flags & IOCB_NOWAIT);
}

static ssize_t file_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	struct file *file = iocb->ki_filp;

	return kipc_object_of(file)->type->write(file, from,
						 iocb->ki_flags & IOCB_NOWAIT);
}

static vm_fault_t file_fault(struct vm_fault *vmf)
{
	struct kipc_object *object = kipc_object_of(vmf->vma->vm_file);

	return kipc_memory_fault(&object->type->words(object)->memory, vmf);
}

static const struct vm_operations_struct file_vm_operations = {
	.fault = file_fault,
};

static vm_fault_t file_tracked_fault(struct vm_fault *vmf)
{
	return vmf->vma->vm_private_data ? file_fault(vmf) :
					   kipc_inherit_fault(vmf);
}

/*
 * For mappings that attach their process, and for those that a child inherits
 * from them. Only the former have an attachment in vm_private_data.
 */
static const struct vm_operations_struct file_tracked_vm_operations = {
	.open = kipc_attachment_map,
	.close = kipc_attachment_unmap,
	.fault = file_tracked_fault,
};

/*
 * Maps the words and attaches the process. It attaches last, so that a process
 * that could not map is never counted as a participant. No child inherits the
 * pages, see inherit.h.
 */
static int file_map_and_attach(struct kipc_object *object,
			       struct vm_area_struct *vma)
{
	int ret = kipc_memory_map(&object->type->words(object)->memory, vma);

	if (ret)
		return ret;
	ret = kipc_attach(object, vma);
	if (ret) {
		kipc_unmap_pages(vma);
		return ret;
	}
	vm_flags_mod(vma, KIPC_VM_INHERIT, 0);
	vma->vm_ops = &file_tracked_vm_operations;
	return 0;
}

/**
 * kipc_file_mmap() - mmap() of the files of all types
 * @file: of an object
 * @vma: the new mapping; the mmap_lock is held for writing
 *
 * A writable descriptor of an object that tracks its participants attaches the
 * process. Words that are kernel-only cannot be mapped writable, also not later
 * by mprotect().
 *
 * Context: may sleep
 * Return: 0; -ENODEV if the type has nothing to map; -EACCES if the words
 * cannot be mapped, or not writable; -EINVAL if the mapping is private; an
 * error of @map of the type, of kipc_memory_map() or of kipc_attach()
 */
int kipc_file_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct kipc_object *object = kipc_object_of(file);
	struct kipc_words *words;

	if (!object->type->words)
		return -ENODEV;
	if (object->type->map && vma->vm_pgoff >= KIPC_REGION_DATA >> PAGE_SHIFT)
		return object->type->map(object, vma);
	words = object->type->words(object);
	if (!kipc_words_mapped(words))
		return -EACCES;
	if (!(vma->vm_flags & VM_MAYSHARE))
		return -EINVAL;
	if (words->kernel_only) {
		if (vma->vm_flags & VM_WRITE)
			return -EACCES;
		vm_flags_mod(vma, 0, VM_MAYWRITE);
	}
	if (object->tracks && (file->f_mode & FMODE_WRITE))
		return file_map_and_attach(object, vma);
	vma->vm_ops = &file_vm_operations;
	return kipc_memory_map(&words->memory, vma);
}

/*
 * Makes the file refer to the object, whose reference it takes over. Such a
 * file has no position and causes no fsnotify events.
 */
static void file_set_object(struct kipc_object *object, struct file *file)
{
	file->private_data = object;
	file->f_mode &= ~(FMODE_PREAD | FMODE_PWRITE | FMODE_FSNOTIFY_MASK);
	file->f_mode |= FMODE_NOWAIT | FMODE_STREAM | FMODE_NONOTIFY;
}

/**
 * kipc_file_open() - open() of the files of all types
 * @inode: of an object, which may be gone
 * @file: new; gets a reference to the object
 *
 * Used by OPEN, and by open() with a path that leads to the inode, which is
 * /proc/PID/fd/N.
 *
 * Context: may sleep
 * Return: 0, or -ENXIO if the object is gone
 */
int kipc_file_open(struct inode *inode, struct file *file)
{
	struct kipc_object *object = kipc_inode_object(inode);

	if (!object)
		return -ENXIO;
	file_set_object(object, file);
	return 0;
}

/**
 * kipc_file_flush() - note that a descriptor is closed
 * @file: of an object
 * @id: not used
 *
 * The descriptor may be closed because its process ends or executes another
 * program. Then no thread of the process runs the old program any more, which
 * kipc_attachments_leave() checks. Other processes may still use the memory, so
 * the mappings may last. What the process holds is repaired now, and not only
 * when the last mapping goes.
 *
 * Context: may sleep
 * Return: 0
 */
int kipc_file_flush(struct file *file, fl_owner_t id)
{
	struct kipc_object *object = kipc_object_of(file);

	if (object->tracks && ((current->flags & PF_EXITING) || current->in_execve))
		kipc_attachments_leave(object);
	return 0;
}

/**
 * kipc_file_release() - give back the reference of a file to its object
 * @inode: of the object
 * @file: has no user left
 *
 * Context: may sleep
 * Return: 0
 */
int kipc_file_release(struct inode *inode, struct file *file)
{
	kipc_object_put(kipc_object_of(file));
	return 0;
}

/**
 * kipc_file_show_fdinfo() - print what /proc/PID/fdinfo says about an object
 * @seq: to print to
 * @file: of the object
 *
 * Context: may sleep
 */
void kipc_file_show_fdinfo(struct seq_file *seq, struct file *file)
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
		   atomic_read(&object->spin_hits));
	seq_printf(seq, "kipc-lost-races:\t%u\n",
		   atomic_read(&object->lost_races));
	seq_printf(seq, "kipc-most-lost-races:\t%u\n",
		   READ_ONCE(object->max_lost_races));
	if (object->tracks)
		seq_printf(seq, "kipc-attachments:\t%u\n",
			   kipc_attachment_count(object));
	object->type->show(seq, object);
}

static const struct file_operations file_plain_operations = {
	KIPC_FILE_OPERATIONS,
};

/*
 * For types that can be polled, read and written. Without these functions
 * epoll_ctl() fails with EPERM.
 */
static const struct file_operations file_pollable_operations = {
	KIPC_FILE_OPERATIONS,
	.read = file_read,
	.write = file_write,
	.read_iter = file_read_iter,
	.write_iter = file_write_iter,
	.poll = file_poll,
};

static const struct file_operations *file_operations_of(const struct kipc_type *type)
{
	if (type->operations)
		return type->operations;
	return type->poll ? &file_pollable_operations :
			    &file_plain_operations;
}

/**
 * kipc_object_of_type() - find the object of a file that may be any file
 * @file: need not be a file of an object
 * @type: the type that the object must have
 *
 * Context: does not sleep
 * Return: the object, to which @file has the reference; NULL if @file is not a
 * file of an object, or not of that type
 */
struct kipc_object *kipc_object_of_type(const struct file *file,
					const struct kipc_type *type)
{
	if (file->f_op != file_operations_of(type))
		return NULL;
	return kipc_object_of(file)->type == type ? kipc_object_of(file) : NULL;
}

static int file_open_flags(u32 access)
{
	if (access == ACCESS_FLAGS)
		return O_RDWR;
	return access == KIPC_WRITE ? O_WRONLY : O_RDONLY;
}

/*
 * Creates the inode of the object and a file of it. The file does not refer to
 * the object yet, and has no reference to it.
 */
static struct file *file_create(struct kipc_object *object, const char *name,
				u32 mode, u32 access)
{
	const struct kipc_type *type = object->type;
	const struct kipc_inode_args args = {
		.name = name,
		.mode = mode,
		.bytes = type->id == KIPC_REGION ?
			 object->attributes.region.bytes : 0,
		.operations = file_operations_of(type),
		.flags = file_open_flags(access),
	};

	return kipc_inode_create(object, &args);
}

/* CREATE and OPEN give the answer of INFO too, if the caller asks for it. */
static int file_answer(struct kipc_object *object, const struct file *file,
		       u64 info)
{
	return info ? file_info(object, file, u64_to_user_ptr(info)) : 0;
}

/*
 * Does all that can fail after the file is there. The name comes last, because
 * another task can find the object by it, and then an error could not undo the
 * creation any more.
 */
static int file_publish(struct kipc_object *object, const struct file *file,
			u64 info, const char *name)
{
	int ret = file_answer(object, file, info);

	if (ret || !name)
		return ret;
	return kipc_name_insert(object, name);
}

/**
 * kipc_object_publish() - create inode, name and first descriptor of an object
 * @object: has no inode yet; its reference is consumed, also after an error
 * @args: of CREATE; the mode, the access and where to write the answer of INFO
 * @name: NULL for an anonymous object
 *
 * Context: may sleep
 * Return: the descriptor; -EEXIST if the name is taken; -EFAULT or -EINVAL if
 * the answer cannot be written; -EMFILE, -ENFILE or -ENOMEM
 */
int kipc_object_publish(struct kipc_object *object,
			const struct kipc_create_args *args, const char *name)
{
	struct file *file;
	int fd, ret;

	fd = get_unused_fd_flags(O_CLOEXEC);
	if (fd < 0) {
		kipc_object_put(object);
		return fd;
	}
	file = file_create(object, name, args->mode, args->access);
	ret = PTR_ERR_OR_ZERO(file);
	if (!ret) {
		ret = file_publish(object, file, args->info, name);
		if (ret)
			fput(file);
	}
	if (ret) {
		put_unused_fd(fd);
		kipc_object_put(object);
		return ret;
	}
	file_set_object(object, file);
	fd_install(fd, file);
	return fd;
}

/**
 * kipc_object_reopen() - open another descriptor of an object
 * @object: published; its reference is consumed, also after an error
 * @access: KIPC_READ, KIPC_WRITE or both; the caller has checked the permission
 * @info: address of a struct kipc_info_args in user space, or 0 for none
 *
 * Context: may sleep
 * Return: the descriptor; -EFAULT or -EINVAL if the answer cannot be written;
 * -EMFILE, -ENFILE, -ENOMEM or another error of open()
 */
int kipc_object_reopen(struct kipc_object *object, u32 access, u64 info)
{
	struct file *file;
	int fd, ret = 0;

	fd = get_unused_fd_flags(O_CLOEXEC);
	if (fd < 0) {
		ret = fd;
		goto put;
	}
	file = dentry_open(&object->path, file_open_flags(access),
			   current_cred());
	ret = PTR_ERR_OR_ZERO(file);
	if (!ret) {
		ret = file_answer(object, file, info);
		if (ret)
			fput(file);
	}
	if (ret) {
		put_unused_fd(fd);
		goto put;
	}
	fd_install(fd, file);
	ret = fd;
put:
	kipc_object_put(object);
	return ret;
}
