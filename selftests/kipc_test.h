/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A helper for each ioctl of <linux/kipc.h>.
 *
 * Every helper fills in the size, poisons what the kernel has to overwrite and
 * returns what the ioctl returns, or a negative errno. A test that needs an
 * argument these do not offer builds the structure itself and passes it to
 * kipc_call().
 */
#ifndef KIPC_TEST_H
#define KIPC_TEST_H

/* The harness is for programs of one file; others do without. */
#ifndef KIPC_NO_HARNESS
#include "kselftest_harness.h"
#else
#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))
#endif

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kipc_trap.h"

#include <linux/kipc.h>

/* Seconds: a kernel that watches closely is slow, and the machine may be busy. */
#undef TEST_TIMEOUT_DEFAULT
#define TEST_TIMEOUT_DEFAULT	300

#define KIPC_POISON		0xcc
#define KIPC_POISON_32		0xccccccccU

/* Waits for a condition, never for a time; the harness's timeout bounds it. */
#define wait_until(condition) do { \
	while (!(condition)) \
		sched_yield(); \
} while (0)

/* A kernel that is watched closely is given so small a part of a load, or less. */
#define SLOW_DIVISOR	10

static inline unsigned int load_divisor(void)
{
	const char *divisor = getenv("KIPC_TEST_DIVISOR");

	return divisor ? atoi(divisor) : 1;
}

/*
 * How much of a load that repeats chance to carry: all of it in vm/soak, a part in
 * vm/check, and less on a kernel that is watched so closely that it is slow.
 */
static inline unsigned int scaled(unsigned int load)
{
	return load / load_divisor();
}

static inline bool kernel_is_slow(void)
{
	return load_divisor() >= SLOW_DIVISOR;
}

/* Where nothing is mapped; volatile, because the compiler knows as much. */
static inline void *bad_pointer(void)
{
	static void *volatile pointer = (void *)8;

	return pointer;
}

static inline int kipc_call(int fd, unsigned long command, void *args)
{
	int ret = ioctl(fd, command, args);

	return ret < 0 ? -errno : ret;
}

/* Create, open, unlink, list, info. */

static inline int device_open(void)
{
	int fd = open(KIPC_DEVICE, O_RDWR | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

/* Opens the device for one call, so that no test keeps it open unawares. */
static inline int device_call(unsigned long command, void *args)
{
	int device = device_open();
	int ret;

	if (device < 0)
		return device;
	ret = kipc_call(device, command, args);
	close(device);
	return ret;
}

static inline struct kipc_create_args create_args(unsigned int type)
{
	struct kipc_create_args args;

	memset(&args, 0, sizeof(args));
	args.size = sizeof(args);
	args.type = type;
	args.elements = 1;
	args.mode = 0600;
	return args;
}

static inline struct kipc_create_args
semaphore_args(unsigned int elements, unsigned int initial, unsigned int max)
{
	struct kipc_create_args args = create_args(KIPC_SEMAPHORE);

	args.elements = elements;
	args.attributes.semaphore.initial = initial;
	args.attributes.semaphore.max = max;
	return args;
}

static inline struct kipc_create_args barrier_args(unsigned int parties)
{
	struct kipc_create_args args = create_args(KIPC_BARRIER);

	args.attributes.barrier.parties = parties;
	return args;
}

static inline struct kipc_create_args mailbox_args(unsigned int message_size,
						   unsigned int messages)
{
	struct kipc_create_args args = create_args(KIPC_MAILBOX);

	args.attributes.mailbox.message_size = message_size;
	args.attributes.mailbox.messages = messages;
	return args;
}

static inline struct kipc_create_args mutex_args(unsigned int elements)
{
	struct kipc_create_args args = create_args(KIPC_MUTEX);

	args.elements = elements;
	return args;
}

static inline struct kipc_create_args region_args(__u64 bytes,
						  unsigned int mutexes)
{
	struct kipc_create_args args = create_args(KIPC_REGION);

	args.elements = mutexes;
	args.attributes.region.bytes = bytes;
	return args;
}

/* The smallest object of a type. */
static inline struct kipc_create_args any_args(unsigned int type)
{
	if (type == KIPC_SEMAPHORE)
		return semaphore_args(1, 0, 1);
	if (type == KIPC_BARRIER)
		return barrier_args(2);
	if (type == KIPC_MUTEX)
		return create_args(KIPC_MUTEX);
	if (type == KIPC_REGION)
		return region_args(1, 1);
	return mailbox_args(64, 1);
}

static inline int create(struct kipc_create_args args)
{
	return device_call(KIPC_CREATE, &args);
}

static inline int create_flags(struct kipc_create_args args, unsigned int flags)
{
	args.flags = flags;
	return create(args);
}

static inline int create_named(struct kipc_create_args args, const char *name,
			       unsigned int flags)
{
	args.name = (uintptr_t)name;
	args.name_length = strlen(name);
	return create_flags(args, flags);
}

static inline int open_named(unsigned int type, const char *name,
			     unsigned int access)
{
	struct kipc_open_args args = {
		.size = sizeof(args),
		.flags = access,
		.type = type,
		.name_length = strlen(name),
		.name = (uintptr_t)name,
	};

	return device_call(KIPC_OPEN, &args);
}

static inline int unlink_named(const char *name)
{
	struct kipc_unlink_args args = {
		.size = sizeof(args),
		.name_length = strlen(name),
		.name = (uintptr_t)name,
	};

	return device_call(KIPC_UNLINK, &args);
}

static inline int list_names(__u64 *cursor, struct kipc_list_entry *entries,
			     unsigned int count)
{
	struct kipc_list_args args = {
		.size = sizeof(args),
		.count = count,
		.entry_size = sizeof(*entries),
		.entries = (uintptr_t)entries,
		.cursor = *cursor,
	};
	int ret;

	memset(entries, KIPC_POISON, count * sizeof(*entries));
	ret = device_call(KIPC_LIST, &args);
	*cursor = args.cursor;
	return ret;
}

/* Fills in *entry and returns 1 where the name is listed, else 0. */
static inline int list_find(const char *name, struct kipc_list_entry *entry)
{
	__u64 cursor = 0;
	int ret;

	do {
		ret = list_names(&cursor, entry, 1);
	} while (ret == 1 && (entry->name_length != strlen(name) ||
			      memcmp(entry->name, name, strlen(name))));
	return ret;
}

static inline int object_info(int fd, struct kipc_info_args *info)
{
	memset(info, KIPC_POISON, sizeof(*info));
	info->size = sizeof(*info);
	info->flags = 0;
	return kipc_call(fd, KIPC_INFO, info);
}

/* The descriptor of a watch, or a negative errno. */
static inline int object_watch(int fd)
{
	struct kipc_watch_args args = { .size = sizeof(args) };

	return kipc_call(fd, KIPC_WATCH, &args);
}

/* 1 for a notice, 0 where the object has gone, or a negative errno. */
static inline int watch_read(int watch, struct kipc_notice *notice)
{
	ssize_t length;

	memset(notice, KIPC_POISON, sizeof(*notice));
	length = read(watch, notice, sizeof(*notice));
	if (length < 0)
		return -errno;
	if (!length)
		return 0;
	return length == sizeof(*notice) ? 1 : -EPROTO;
}

/* The text of /proc/self/fdinfo; 0 or a negative errno. */
static inline int fdinfo_text(int fd, char *text, size_t size)
{
	char path[64];
	ssize_t length;
	int file;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	file = open(path, O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return -errno;
	length = read(file, text, size - 1);
	close(file);
	if (length < 0)
		return -EIO;
	text[length] = 0;
	return 0;
}

/* The number that follows a key in /proc/self/fdinfo, or a negative errno. */
static inline long fdinfo_number(int fd, const char *key)
{
	char text[4096];
	const char *line;
	int ret = fdinfo_text(fd, text, sizeof(text));

	if (ret)
		return ret;
	line = strstr(text, key);
	return line ? strtol(line + strlen(key), NULL, 0) : -ENOENT;
}

/* Threads that wait in the kernel for any element of the object. */
static inline long waiters(int fd)
{
	return fdinfo_number(fd, "kipc-waiters:");
}

/* A negative errno (no such line) ends the wait too: the test then fails. */
#define wait_for_waiters(fd, count) do { \
	long __waiters; \
	wait_until((__waiters = waiters(fd)) == (long)(count) || \
		   __waiters < 0); \
	ASSERT_EQ((long)(count), __waiters); \
} while (0)

/* Semaphores. */

static inline int semaphore_post(int fd, unsigned int element,
				 unsigned int count)
{
	struct kipc_semaphore_post_args args = {
		.size = sizeof(args),
		.element = element,
		.count = count,
	};

	return kipc_call(fd, KIPC_SEMAPHORE_POST, &args);
}

static inline int semaphore_timedwait(int fd, unsigned int element,
				      unsigned int count, __s64 deadline,
				      unsigned int flags)
{
	struct kipc_semaphore_wait_args args = {
		.size = sizeof(args),
		.flags = flags,
		.element = element,
		.count = count,
		.deadline = deadline,
	};

	return kipc_call(fd, KIPC_SEMAPHORE_WAIT, &args);
}

static inline int semaphore_wait(int fd, unsigned int element,
				 unsigned int count)
{
	return semaphore_timedwait(fd, element, count, KIPC_FOREVER, 0);
}

static inline int semaphore_trywait(int fd, unsigned int element,
				    unsigned int count)
{
	return semaphore_timedwait(fd, element, count, 0, KIPC_TRY);
}

/* Posts one unit of an element, waits for one of another in the same set. */
static inline struct kipc_semaphore_post_wait_args
post_wait_args(unsigned int element, unsigned int wait_element)
{
	return (struct kipc_semaphore_post_wait_args) {
		.size = sizeof(struct kipc_semaphore_post_wait_args),
		.element = element,
		.count = 1,
		.wait_fd = -1,
		.wait_element = wait_element,
		.wait_count = 1,
		.deadline = KIPC_FOREVER,
	};
}

static inline int semaphore_post_wait(int fd,
				      struct kipc_semaphore_post_wait_args *args)
{
	return kipc_call(fd, KIPC_SEMAPHORE_POST_WAIT, args);
}

static inline int semaphore_value(int fd, unsigned int element, __u32 *value)
{
	struct kipc_semaphore_value_args args = {
		.size = sizeof(args),
		.element = element,
		.value = KIPC_POISON_32,
	};
	int ret = kipc_call(fd, KIPC_SEMAPHORE_VALUE, &args);

	*value = args.value;
	return ret;
}

#define check_value(fd, element, units) do { \
	__u32 __value; \
	EXPECT_EQ(0, semaphore_value(fd, element, &__value)); \
	EXPECT_EQ((__u32)(units), __value); \
} while (0)

/* Barriers. */

static inline int barrier_timedwait(int fd, __s64 deadline, unsigned int flags)
{
	struct kipc_barrier_wait_args args = {
		.size = sizeof(args),
		.flags = flags,
		.deadline = deadline,
	};

	return kipc_call(fd, KIPC_BARRIER_WAIT, &args);
}

static inline int barrier_wait(int fd)
{
	return barrier_timedwait(fd, KIPC_FOREVER, 0);
}

static inline int barrier_trywait(int fd)
{
	return barrier_timedwait(fd, 0, KIPC_TRY);
}

/* Waits on for an arrival by the word, which left that. */
static inline int barrier_timedwait_arrived(int fd, __u64 word, __s64 deadline)
{
	struct kipc_barrier_wait_args args = {
		.size = sizeof(args),
		.flags = KIPC_ARRIVED,
		.word = word,
		.deadline = deadline,
	};

	return kipc_call(fd, KIPC_BARRIER_WAIT, &args);
}

static inline int barrier_wait_arrived(int fd, __u64 word)
{
	return barrier_timedwait_arrived(fd, word, KIPC_FOREVER);
}

static inline int barrier_abort(int fd)
{
	struct kipc_barrier_args args = { .size = sizeof(args) };

	return kipc_call(fd, KIPC_BARRIER_ABORT, &args);
}

static inline int barrier_reset(int fd)
{
	struct kipc_barrier_args args = { .size = sizeof(args) };

	return kipc_call(fd, KIPC_BARRIER_RESET, &args);
}

static inline int barrier_join(int fd)
{
	struct kipc_barrier_args args = { .size = sizeof(args) };

	return kipc_call(fd, KIPC_BARRIER_JOIN, &args);
}

static inline int barrier_leave(int fd)
{
	struct kipc_barrier_args args = { .size = sizeof(args) };

	return kipc_call(fd, KIPC_BARRIER_LEAVE, &args);
}

static inline int barrier_state(int fd, struct kipc_barrier_state_args *state)
{
	memset(state, KIPC_POISON, sizeof(*state));
	state->size = sizeof(*state);
	state->flags = 0;
	state->element = 0;
	state->reserved = 0;
	return kipc_call(fd, KIPC_BARRIER_STATE, state);
}

#define check_barrier(fd, expected_arrived, expected_generation, \
		      expected_broken) \
do { \
	struct kipc_barrier_state_args __state; \
	EXPECT_EQ(0, barrier_state(fd, &__state)); \
	EXPECT_EQ((__u32)(expected_arrived), __state.arrived); \
	EXPECT_EQ((__u32)(expected_generation), __state.generation); \
	EXPECT_EQ((__u32)(expected_broken), __state.broken); \
} while (0)

#define check_membership(fd, expected_members, expected_parties) do { \
	struct kipc_barrier_state_args __state; \
	EXPECT_EQ(0, barrier_state(fd, &__state)); \
	EXPECT_EQ((__u32)(expected_members), __state.members); \
	EXPECT_EQ((__u32)(expected_parties), __state.parties); \
} while (0)

/* Mailboxes. */

static inline int mailbox_timedsend(int fd, const void *data, size_t length,
				    unsigned int priority, __s64 deadline,
				    unsigned int flags)
{
	struct kipc_mailbox_send_args args = {
		.size = sizeof(args),
		.flags = flags,
		.priority = priority,
		.data = (uintptr_t)data,
		.length = length,
		.deadline = deadline,
	};

	return kipc_call(fd, KIPC_MAILBOX_SEND, &args);
}

static inline int mailbox_send(int fd, const void *data, size_t length,
			       unsigned int priority)
{
	return mailbox_timedsend(fd, data, length, priority, KIPC_FOREVER, 0);
}

static inline int mailbox_trysend(int fd, const void *data, size_t length,
				  unsigned int priority)
{
	return mailbox_timedsend(fd, data, length, priority, 0, KIPC_TRY);
}

/* A received message: what the kernel says of it, and its first bytes. */
struct message {
	struct kipc_mailbox_receive_args args;
	char data[128];
};

static inline int receive_into(int fd, struct kipc_mailbox_receive_args *args,
			       void *buffer, size_t capacity, __s64 deadline,
			       unsigned int flags)
{
	memset(args, KIPC_POISON, sizeof(*args));
	args->size = sizeof(*args);
	args->flags = flags;
	args->element = 0;
	args->data = (uintptr_t)buffer;
	args->capacity = capacity;
	args->deadline = deadline;
	args->reserved = 0;
	return kipc_call(fd, KIPC_MAILBOX_RECEIVE, args);
}

static inline int mailbox_timedreceive(int fd, struct message *message,
				       __s64 deadline, unsigned int flags)
{
	memset(message->data, KIPC_POISON, sizeof(message->data));
	return receive_into(fd, &message->args, message->data,
			    sizeof(message->data), deadline, flags);
}

static inline int mailbox_receive(int fd, struct message *message)
{
	return mailbox_timedreceive(fd, message, KIPC_FOREVER, 0);
}

static inline int mailbox_tryreceive(int fd, struct message *message)
{
	return mailbox_timedreceive(fd, message, 0, KIPC_TRY);
}

static inline int mailbox_peek(int fd, struct message *message)
{
	return mailbox_timedreceive(fd, message, 0, KIPC_TRY | KIPC_PEEK);
}

static inline int mailbox_state(int fd, struct kipc_mailbox_state_args *state)
{
	memset(state, KIPC_POISON, sizeof(*state));
	state->size = sizeof(*state);
	state->flags = 0;
	state->element = 0;
	return kipc_call(fd, KIPC_MAILBOX_STATE, state);
}

#define check_mailbox(fd, expected_messages, expected_bytes) do { \
	struct kipc_mailbox_state_args __state; \
	EXPECT_EQ(0, mailbox_state(fd, &__state)); \
	EXPECT_EQ((__u32)(expected_messages), __state.messages); \
	EXPECT_EQ((__u64)(expected_bytes), __state.bytes); \
} while (0)

/* The calling thread's number, by that descriptor; or a negative errno. */
static inline __s64 thread_number_by(int fd)
{
	struct kipc_thread_args args = {
		.size = sizeof(args),
		.thread = KIPC_POISON_32,
	};
	int ret = kipc_call(fd, KIPC_THREAD, &args);

	return ret ? ret : (__s64)args.thread;
}

static inline __s64 thread_number(void)
{
	int device = device_open();
	__s64 number;

	if (device < 0)
		return device;
	number = thread_number_by(device);
	close(device);
	return number;
}

/* Mutexes. */

/* The number of this process's attachment, 0 if it has none. */
static inline __u32 attachment_of(int fd)
{
	struct kipc_info_args info;

	return object_info(fd, &info) ? KIPC_POISON_32 : info.attachment;
}

static inline int mutex_timedlock_as(int fd, unsigned int element,
				     __u32 attachment, __s64 deadline,
				     unsigned int flags)
{
	struct kipc_mutex_lock_args args = {
		.size = sizeof(args),
		.flags = flags,
		.element = element,
		.attachment = attachment,
		.deadline = deadline,
	};

	return kipc_call(fd, KIPC_MUTEX_LOCK, &args);
}

static inline int mutex_timedlock(int fd, unsigned int element, __s64 deadline,
				  unsigned int flags)
{
	return mutex_timedlock_as(fd, element, attachment_of(fd), deadline,
				  flags);
}

static inline int mutex_lock(int fd, unsigned int element)
{
	return mutex_timedlock(fd, element, KIPC_FOREVER, 0);
}

static inline int mutex_trylock(int fd, unsigned int element)
{
	return mutex_timedlock(fd, element, 0, KIPC_TRY);
}

static inline int mutex_call_as(int fd, unsigned long command,
				unsigned int element, __u32 attachment)
{
	struct kipc_mutex_args args = {
		.size = sizeof(args),
		.element = element,
		.attachment = attachment,
	};

	return kipc_call(fd, command, &args);
}

static inline int mutex_unlock(int fd, unsigned int element)
{
	return mutex_call_as(fd, KIPC_MUTEX_UNLOCK, element, attachment_of(fd));
}

static inline int mutex_consistent(int fd, unsigned int element)
{
	return mutex_call_as(fd, KIPC_MUTEX_CONSISTENT, element,
			     attachment_of(fd));
}

static inline int mutex_state(int fd, unsigned int element,
			      struct kipc_mutex_state_args *state)
{
	memset(state, KIPC_POISON, sizeof(*state));
	state->size = sizeof(*state);
	state->flags = 0;
	state->element = element;
	return kipc_call(fd, KIPC_MUTEX_STATE, state);
}

#define check_mutex(fd, element, expected_owner, expected_depth, expected_state) \
do { \
	struct kipc_mutex_state_args __state; \
	EXPECT_EQ(0, mutex_state(fd, element, &__state)); \
	EXPECT_EQ((__u32)(expected_owner), __state.owner); \
	EXPECT_EQ((__u32)(expected_depth), __state.depth); \
	EXPECT_EQ((__u32)(expected_state), __state.state); \
} while (0)

/* Regions. */

static inline int region_seal(int fd)
{
	struct kipc_region_seal_args args = {
		.size = sizeof(args),
		.seals = KIPC_SEAL_WRITE,
	};

	return kipc_call(fd, KIPC_REGION_SEAL, &args);
}

static inline int region_state(int fd, struct kipc_region_state_args *state)
{
	memset(state, KIPC_POISON, sizeof(*state));
	state->size = sizeof(*state);
	state->flags = 0;
	return kipc_call(fd, KIPC_REGION_STATE, state);
}

#define check_region(fd, expected_seals, expected_writers) do { \
	struct kipc_region_state_args __state; \
	EXPECT_EQ(0, region_state(fd, &__state)); \
	EXPECT_EQ((__u32)(expected_seals), __state.seals); \
	EXPECT_EQ((__u32)(expected_writers), __state.writers); \
} while (0)

#endif /* KIPC_TEST_H */
