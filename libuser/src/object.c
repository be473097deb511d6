// SPDX-License-Identifier: MIT
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "attachment.h"
#include "checkers.h"
#include "device.h"
#include "spin.h"

#define NANOSECONDS_PER_SECOND	1000000000LL

/*
 * The flags of objects that this library knows. The test library_unknown builds
 * a library that knows fewer.
 */
#ifndef OBJECT_FLAGS_KNOWN
#define OBJECT_FLAGS_KNOWN	0x7ffU
#endif

bool kipc_valgrind;

__attribute__((constructor(CONSTRUCTOR_PRIORITY)))
static void object_init(void)
{
	kipc_valgrind = kipc_valgrind_running();
}

static void object_restore_errno(const int *saved)
{
	errno = *saved;
}

/*
 * Restores errno when the function returns. It is the first declaration of
 * every function that makes system calls through the C library.
 */
#define KEEP_ERRNO() \
	const int saved_errno \
		__attribute__((cleanup(object_restore_errno), unused)) = errno

/*
 * Makes one system call on a descriptor; returns its result or a negative
 * errno. It does not call read() and write(), because these are cancellation
 * points. On x86-64 it does not use the C library at all, because to save,
 * read and restore errno takes more instructions than the system call itself.
 */
#if defined(__x86_64__) && defined(__LP64__)
static ssize_t object_syscall(long number, int fd, uintptr_t first,
			      uintptr_t second)
{
	ssize_t result;

	__asm__ volatile("syscall"
			 : "=a" (result)
			 : "a" (number), "D" ((long)fd), "S" (first),
			   "d" (second)
			 : "rcx", "r11", "memory");
	return result;
}
#else
static ssize_t object_syscall(long number, int fd, uintptr_t first,
			      uintptr_t second)
{
	KEEP_ERRNO();
	ssize_t result;

	result = syscall(number, fd, first, second);
	return result < 0 ? -errno : result;
}
#endif

int kipc_call(int fd, unsigned long command, void *args)
{
	return object_syscall(SYS_ioctl, fd, command, (uintptr_t)args);
}

ssize_t kipc_read(int fd, void *buffer, size_t size)
{
	return object_syscall(SYS_read, fd, (uintptr_t)buffer, size);
}

ssize_t kipc_write(int fd, const void *data, size_t size)
{
	return object_syscall(SYS_write, fd, (uintptr_t)data, size);
}

int kipc_map(int fd, uint64_t offset, uint64_t bytes, int protection,
	     void **at)
{
	/*
	 * The kernel maps all words at once, but the pages of a region on
	 * demand unless MAP_POPULATE is given.
	 */
	int flags = offset < KIPC_REGION_DATA ? MAP_SHARED :
						MAP_SHARED | MAP_POPULATE;
	KEEP_ERRNO();

	*at = NULL;
	if (bytes > SIZE_MAX)
		return -ENOMEM;
	*at = mmap(NULL, bytes, protection, flags, fd, offset);
	if (*at != MAP_FAILED)
		return 0;
	*at = NULL;
	return -errno;
}

void kipc_unmap(void *at, uint64_t bytes)
{
	KEEP_ERRNO();

	munmap(at, bytes);
}

int kipc_online_cpus(void)
{
	KEEP_ERRNO();

	return sysconf(_SC_NPROCESSORS_ONLN);
}

/*
 * Closes a descriptor. It uses syscall(), because close() is a cancellation
 * point; a thread that is cancelled here would leave state behind.
 */
static void object_close_fd(int fd)
{
	syscall(SYS_close, fd);
}

/*
 * Gets the length of a name, at most KIPC_NAME_MAX + 1, which the kernel
 * refuses as too long. An empty name is refused here, because the kernel takes
 * the length 0 for an anonymous object.
 */
static int object_name_length(const char *name, uint32_t *length)
{
	if (!name || !*name)
		return -EINVAL;
	*length = strnlen(name, KIPC_NAME_MAX + 1);
	return 0;
}

/* Step 1 of object.h: allocates the handle. */
static int object_prepare(struct kipc_object *object, size_t handle_size)
{
	memset(object, 0, sizeof(*object));
	object->fd = -1;
	object->handle = calloc(1, handle_size);
	return object->handle ? 0 : -ENOMEM;
}

/* Maps the words if the object has any and the descriptor permits it. */
static int object_words_map(struct kipc_words *words, int fd,
			    const struct kipc_info_args *info)
{
	const uint32_t both = KIPC_READ | KIPC_WRITE;

	words->fd = fd;
	words->inode = info->inode;
	if (info->map_size && (info->access & both) == both)
		return kipc_words_map(words, info);
	kipc_words_set_unmapped(words);
	return 0;
}

static void object_info_init(struct kipc_info_args *info)
{
	memset(info, 0, sizeof(*info));
	info->size = sizeof(*info);
}

int kipc_object_info(int fd, struct kipc_info_args *info)
{
	object_info_init(info);
	return kipc_call(fd, KIPC_INFO, info);
}

/* The common first members of the state structures of all types. */
struct object_state_head {
	uint32_t size;
	uint32_t flags;
	uint32_t element;
};

int kipc_object_state(int fd, unsigned long command, uint32_t element, void *state,
		      size_t size)
{
	struct object_state_head *head = state;

	if (size < sizeof(*head) || size > UINT32_MAX)
		return -EINVAL;
	memset(state, 0, size);
	head->size = size;
	head->flags = 0;
	head->element = element;
	return kipc_call(fd, command, state);
}

/*
 * Returns whether this library knows the format of the words. A flag of a later
 * version can stand for another format.
 */
static bool object_words_known(const struct kipc_info_args *info)
{
	return !info->map_size || !(info->created & ~OBJECT_FLAGS_KNOWN);
}

/*
 * Completes a prepared object with the words and the descriptor. On failure the
 * object has not changed, apart from its words.
 */
static int object_attach(struct kipc_object *object, uint32_t type, int fd,
			 const struct kipc_info_args *info)
{
	int error;

	if (info->type != type)
		return -EPROTOTYPE;
	if (!object_words_known(info))
		return -EOPNOTSUPP;
	error = object_words_map(&object->words, fd, info);
	if (error)
		return error;
	object->attributes = info->attributes;
	object->elements = info->elements;
	object->flags = info->created;
	object->fd = fd;
	return 0;
}

int kipc_object_import(struct kipc_object *object, size_t handle_size,
		       uint32_t type, int fd)
{
	KEEP_ERRNO();
	struct kipc_info_args info;
	int error;

	error = object_prepare(object, handle_size);
	if (error)
		return error;
	kipc_spin_prepare();
	error = kipc_object_info(fd, &info);
	if (!error)
		error = object_attach(object, type, fd, &info);
	if (error)
		free(object->handle);
	return error;
}

/* Attaches a descriptor that the library opened; closes it on failure. */
static int object_adopt(struct kipc_object *object, uint32_t type, int fd,
			const struct kipc_info_args *info)
{
	int error;

	error = object_attach(object, type, fd, info);
	if (error)
		object_close_fd(fd);
	return error;
}

/*
 * Creates an object and attaches it. If attaching fails, it also removes a
 * KIPC_PERSIST name, which would outlive the descriptor, but only with
 * KIPC_EXCLUSIVE: otherwise the name may have existed before.
 */
static int object_make(struct kipc_object *object, struct kipc_create_args *args,
		       const char *name, struct kipc_info_args *info)
{
	const uint32_t ours = KIPC_EXCLUSIVE | KIPC_PERSIST;
	int error, fd;

	object_info_init(info);
	args->info = (uintptr_t)info;
	fd = kipc_device_call(KIPC_CREATE, args, &info->inode);
	if (fd < 0)
		return fd;
	error = object_adopt(object, args->type, fd, info);
	if (error && (args->flags & ours) == ours)
		kipc_unlink(name);
	return error;
}

int kipc_object_create(struct kipc_object *object, size_t handle_size,
		       struct kipc_create_args *args, const char *name)
{
	KEEP_ERRNO();
	struct kipc_info_args info;
	int error;

	args->size = sizeof(*args);
	if (name) {
		error = object_name_length(name, &args->name_length);
		if (error)
			return error;
		args->name = (uintptr_t)name;
	}
	error = object_prepare(object, handle_size);
	if (error)
		return error;
	error = object_make(object, args, name, &info);
	if (error)
		free(object->handle);
	return error;
}

int kipc_object_open(struct kipc_object *object, size_t handle_size,
		     uint32_t type, const char *name, unsigned int access)
{
	struct kipc_info_args info;
	struct kipc_open_args args = {
		.size = sizeof(args),
		.flags = access,
		.type = type,
		.name = (uintptr_t)name,
		.info = (uintptr_t)&info,
	};
	KEEP_ERRNO();
	int error, fd;

	error = object_name_length(name, &args.name_length);
	if (error)
		return error;
	error = object_prepare(object, handle_size);
	if (error)
		return error;
	object_info_init(&info);
	fd = kipc_device_call(KIPC_OPEN, &args, &info.inode);
	error = fd < 0 ? fd : object_adopt(object, type, fd, &info);
	if (error)
		free(object->handle);
	return error;
}

void kipc_object_close(void *handle, const struct kipc_words *words, int fd)
{
	KEEP_ERRNO();

	if (words)
		kipc_words_unmap(words);
	object_close_fd(fd);
	free(handle);
}

int kipc_unlink(const char *name)
{
	struct kipc_unlink_args args = {
		.size = sizeof(args),
		.name = (uintptr_t)name,
	};
	int error;

	error = object_name_length(name, &args.name_length);
	if (error)
		return error;
	return kipc_device_call(KIPC_UNLINK, &args, NULL);
}

int kipc_list_sized(uint64_t *cursor, struct kipc_list_entry *entries,
		    unsigned int count, size_t size)
{
	struct kipc_list_args args = {
		.size = sizeof(args),
		.count = count,
		/* Larger sizes do not fit into entry_size. */
		.entry_size = size < UINT32_MAX ? size : UINT32_MAX,
		.entries = (uintptr_t)entries,
		.cursor = *cursor,
	};
	int filled;

	filled = kipc_device_call(KIPC_LIST, &args, NULL);
	if (filled < 0)
		return filled;
	*cursor = args.cursor;
	kipc_checker_written(entries, filled * size);
	return filled;
}

int kipc_watch(int object_fd)
{
	struct kipc_watch_args args = { .size = sizeof(args) };

	return kipc_call(object_fd, KIPC_WATCH, &args);
}

uint32_t kipc_coarse_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t kipc_deadline(int64_t nanoseconds)
{
	struct timespec now;
	int64_t deadline;

	/* This cannot fail: the clock exists and the pointer is valid. */
	clock_gettime(CLOCK_MONOTONIC, &now);
	deadline = now.tv_sec * NANOSECONDS_PER_SECOND + now.tv_nsec;
	if (__builtin_add_overflow(deadline, nanoseconds, &deadline))
		return KIPC_FOREVER;
	return deadline;
}
