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

/* Flags of objects that this library knows; a test makes it know fewer. */
#ifndef OBJECT_FLAGS_KNOWN
#define OBJECT_FLAGS_KNOWN	0x7ffU
#endif

bool kipc_valgrind;

__attribute__((constructor(FIRST)))
static void prepare(void)
{
	kipc_valgrind = kipc_valgrind_runs();
}

static void restore_errno(const int *saved)
{
	errno = *saved;
}

/* Stands first in every function that calls the system. */
#define KEEP_ERRNO() \
	const int saved_errno \
		__attribute__((cleanup(restore_errno), unused)) = errno

/*
 * One system call about a descriptor; what it returns, or a negative errno. By its
 * number: read() and write() themselves would be places where a thread can be
 * cancelled. Without the C library where we know how, since to get the error out of
 * errno again takes more instructions than to call.
 */
#if defined(__x86_64__) && defined(__LP64__)
static ssize_t file_call(long number, int fd, uintptr_t first, uintptr_t second)
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
static ssize_t file_call(long number, int fd, uintptr_t first, uintptr_t second)
{
	KEEP_ERRNO();
	ssize_t result;

	result = syscall(number, fd, first, second);
	return result < 0 ? -errno : result;
}
#endif

int kipc_call(int fd, unsigned long command, void *args)
{
	return file_call(SYS_ioctl, fd, command, (uintptr_t)args);
}

ssize_t kipc_read(int fd, void *buffer, size_t size)
{
	return file_call(SYS_read, fd, (uintptr_t)buffer, size);
}

ssize_t kipc_write(int fd, const void *data, size_t size)
{
	return file_call(SYS_write, fd, (uintptr_t)data, size);
}

int kipc_map(int fd, uint64_t offset, uint64_t bytes, int protection,
	     void **at)
{
	/* mmap() maps all words at once, but the memory of a region on demand. */
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

/* By its number, too: a thread that is cancelled here would leave things behind. */
static void file_close(int fd)
{
	syscall(SYS_close, fd);
}

/*
 * The length of a name that the kernel shall judge: one that is too long comes
 * out too long, one that has no bytes is refused here, because no length means
 * an anonymous object to the kernel.
 */
static int name_length(const char *name, uint32_t *length)
{
	if (!name || !*name)
		return -EINVAL;
	*length = strnlen(name, KIPC_NAME_MAX + 1);
	return 0;
}

static int object_prepare(struct kipc_object *object, size_t handle_size)
{
	memset(object, 0, sizeof(*object));
	object->fd = -1;
	object->handle = calloc(1, handle_size);
	return object->handle ? 0 : -ENOMEM;
}

/* Maps the words, where the descriptor allows it and there are any. */
static int words_map(struct kipc_words *words, int fd,
		     const struct kipc_info_args *info)
{
	const uint32_t both = KIPC_READ | KIPC_WRITE;

	words->fd = fd;
	words->inode = info->inode;
	if (info->map_size && (info->access & both) == both)
		return kipc_words_map(words, info);
	kipc_words_none(words);
	return 0;
}

static void info_prepare(struct kipc_info_args *info)
{
	memset(info, 0, sizeof(*info));
	info->size = sizeof(*info);
}

int kipc_object_info(int fd, struct kipc_info_args *info)
{
	info_prepare(info);
	return kipc_call(fd, KIPC_INFO, info);
}

/* What the types' structures of that kind begin with. */
struct state_head {
	uint32_t size;
	uint32_t flags;
	uint32_t element;
};

int kipc_object_state(int fd, unsigned long command, uint32_t element, void *state,
		      size_t size)
{
	struct state_head *head = state;

	if (size < sizeof(*head) || size > UINT32_MAX)
		return -EINVAL;
	memset(state, 0, size);
	head->size = size;
	head->flags = 0;
	head->element = element;
	return kipc_call(fd, command, state);
}

/*
 * May the words be read as this library reads them? A flag of later versions may mean
 * that they are others.
 */
static bool words_known(const struct kipc_info_args *info)
{
	return !info->map_size || !(info->created & ~OBJECT_FLAGS_KNOWN);
}

/* Makes a prepared object one of the descriptor; on failure it stays as it was. */
static int object_attach(struct kipc_object *object, uint32_t type, int fd,
			 const struct kipc_info_args *info)
{
	int error;

	if (info->type != type)
		return -EPROTOTYPE;
	if (!words_known(info))
		return -EOPNOTSUPP;
	error = words_map(&object->words, fd, info);
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

/* Attaches a descriptor of the library's own, which goes with a failure. */
static int object_adopt(struct kipc_object *object, uint32_t type, int fd,
			const struct kipc_info_args *info)
{
	int error;

	error = object_attach(object, type, fd, info);
	if (error)
		file_close(fd);
	return error;
}

/*
 * Creates and attaches. A name that was made here and lasts longer than its
 * descriptors goes with a failure too; without KIPC_EXCLUSIVE it may have been
 * there before, and is not ours to remove.
 */
static int object_make(struct kipc_object *object, struct kipc_create_args *args,
		       const char *name, struct kipc_info_args *info)
{
	const uint32_t ours = KIPC_EXCLUSIVE | KIPC_PERSIST;
	int error, fd;

	info_prepare(info);
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
		error = name_length(name, &args->name_length);
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

	error = name_length(name, &args.name_length);
	if (error)
		return error;
	error = object_prepare(object, handle_size);
	if (error)
		return error;
	info_prepare(&info);
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
	file_close(fd);
	free(handle);
}

int kipc_unlink(const char *name)
{
	struct kipc_unlink_args args = {
		.size = sizeof(args),
		.name = (uintptr_t)name,
	};
	int error;

	error = name_length(name, &args.name_length);
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
		/* No entry is larger than the arguments can say. */
		.entry_size = size < UINT32_MAX ? size : UINT32_MAX,
		.entries = (uintptr_t)entries,
		.cursor = *cursor,
	};
	int filled;

	filled = kipc_device_call(KIPC_LIST, &args, NULL);
	if (filled < 0)
		return filled;
	*cursor = args.cursor;
	kipc_seen_filled(entries, filled * size);
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

	/* Cannot fail: the clock is there and so is the memory. */
	clock_gettime(CLOCK_MONOTONIC, &now);
	deadline = now.tv_sec * NANOSECONDS_PER_SECOND + now.tv_nsec;
	if (__builtin_add_overflow(deadline, nanoseconds, &deadline))
		return KIPC_FOREVER;
	return deadline;
}
