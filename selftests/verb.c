// SPDX-License-Identifier: GPL-2.0-only
/*
 * The rules that hold for every ioctl: sizes, flags, reserved fields, pointers,
 * types and access. Each test runs for each ioctl, and no refused call may
 * have changed anything.
 */
#include "kipc_test.h"
#include "descriptor.h"
#include "kipc_layout.h"
#include "word.h"

#define SEMAPHORE_UNITS		3
#define SEMAPHORE_MAX		5
#define PARTIES			2
#define MUTEXES			2	/* the first one is ours */

/* Longer than any argument, up to the longest that the kernel looks at. */
union verb_args {
	struct {
		__u32 size;
		__u32 flags;
	} any;
	struct kipc_create_args create;
	struct kipc_open_args open;
	struct kipc_unlink_args unlink;
	struct kipc_list_args list;
	struct kipc_info_args info;
	struct kipc_watch_args watch;
	struct kipc_thread_args thread;
	struct kipc_semaphore_post_args post;
	struct kipc_semaphore_wait_args wait;
	struct kipc_semaphore_value_args value;
	struct kipc_semaphore_post_wait_args post_wait;
	struct kipc_barrier_wait_args barrier_wait;
	struct kipc_barrier_args barrier;
	struct kipc_barrier_state_args barrier_state;
	struct kipc_mailbox_send_args send;
	struct kipc_mailbox_receive_args receive;
	struct kipc_mailbox_state_args mailbox_state;
	struct kipc_mutex_lock_args lock;
	struct kipc_mutex_args mutex;
	struct kipc_mutex_state_args mutex_state;
	struct kipc_region_seal_args region_seal;
	struct kipc_region_state_args region_state;
	__u8 bytes[8192];
	__u32 words[2048];
};

/* One of each: the device, and the objects under their types' numbers. */
enum {
	DEVICE,
	SEMAPHORE = KIPC_SEMAPHORE,
	BARRIER = KIPC_BARRIER,
	MAILBOX = KIPC_MAILBOX,
	MUTEX = KIPC_MUTEX,
	REGION = KIPC_REGION,
	FILES
};

struct verb_objects {
	int fd[FILES];
	char name[FILES][64];
	struct kipc_list_entry entry;
	char buffer[64];
	__u32 attachment;
};

/* What a verb returns when all is well; what it did is undone. */
#define RETURNS_DESCRIPTOR	1000

/* A value that a 32-bit field may not have. */
struct bad_field {
	size_t offset;
	__u32 value;
};

#define BAD(type, field, value) { offsetof(struct type, field), value }

FIXTURE(verb) {
	struct verb_objects objects;
	union verb_args *args;
	/* What the objects and the process were like before. */
	struct kipc_barrier_state_args barrier;
	struct kipc_mailbox_state_args mailbox;
	int descriptors;
};

FIXTURE_VARIANT(verb) {
	unsigned long command;
	unsigned int file;	/* which one it is a verb of */
	size_t size;
	size_t least;		/* size as first published; 0: the same */
	__u32 flags;		/* it knows */
	__u32 access;		/* it needs; 0 is any */
	bool writes_back;
	bool of_all;		/* types, that is */
	struct bad_field bad[12];	/* each is EINVAL for itself */
	int returns;
	void (*prepare)(union verb_args *args, struct verb_objects *objects);
};

/* ------------------------------------------------------------------------ */
/* The ioctls, each with good arguments                                     */
/* ------------------------------------------------------------------------ */

static void prepare_create(union verb_args *args, struct verb_objects *objects)
{
	(void)objects;
	args->create = semaphore_args(1, 0, 1);
}

FIXTURE_VARIANT_ADD(verb, create) {
	.command = KIPC_CREATE,
	.file = DEVICE,
	.size = sizeof(struct kipc_create_args),
	.least = 72,
	/* Those that need a name are a matter of object.c. */
	.flags = KIPC_EXCLUSIVE | KIPC_PERSIST | KIPC_SEALED | KIPC_PACKED |
		 KIPC_FAIR | KIPC_UNDO,
	.bad = {
		BAD(kipc_create_args, type, 0),
		BAD(kipc_create_args, type, KIPC_REGION + 1),
		BAD(kipc_create_args, type, 0xffffffff),
		BAD(kipc_create_args, elements, 0),
		BAD(kipc_create_args, elements, KIPC_ELEMENTS_MAX + 1),
		BAD(kipc_create_args, elements, 0xffffffff),
		BAD(kipc_create_args, mode, 01000),
		BAD(kipc_create_args, mode, 0x80000000),
		BAD(kipc_create_args, access, KIPC_WRITE << 1),
		BAD(kipc_create_args, access, 0x80000000),
		BAD(kipc_create_args, reserved, 1),
		BAD(kipc_create_args, reserved, 0x80000000),
	},
	.returns = RETURNS_DESCRIPTOR,
	.prepare = prepare_create,
};

static void prepare_open(union verb_args *args, struct verb_objects *objects)
{
	args->open.flags = KIPC_READ;
	args->open.type = KIPC_SEMAPHORE;
	args->open.name = (uintptr_t)objects->name[SEMAPHORE];
	args->open.name_length = strlen(objects->name[SEMAPHORE]);
}

FIXTURE_VARIANT_ADD(verb, open) {
	.command = KIPC_OPEN,
	.file = DEVICE,
	.size = sizeof(struct kipc_open_args),
	.least = 24,
	.flags = KIPC_READ | KIPC_WRITE,
	.bad = {
		BAD(kipc_open_args, flags, 0),
		BAD(kipc_open_args, type, 0),
		BAD(kipc_open_args, type, KIPC_REGION + 1),
		BAD(kipc_open_args, name_length, 0),
	},
	.returns = RETURNS_DESCRIPTOR,
	.prepare = prepare_open,
};

/* A name that does not exist: the call gets as far as looking for it. */
static void prepare_unlink(union verb_args *args, struct verb_objects *objects)
{
	args->unlink.name = (uintptr_t)objects->name[DEVICE];
	args->unlink.name_length = strlen(objects->name[DEVICE]);
}

FIXTURE_VARIANT_ADD(verb, unlink) {
	.command = KIPC_UNLINK,
	.file = DEVICE,
	.size = sizeof(struct kipc_unlink_args),
	.bad = {
		BAD(kipc_unlink_args, reserved, 1),
		BAD(kipc_unlink_args, reserved, 0x80000000),
		BAD(kipc_unlink_args, name_length, 0),
	},
	.returns = -ENOENT,
	.prepare = prepare_unlink,
};

static void prepare_list(union verb_args *args, struct verb_objects *objects)
{
	args->list.count = 1;
	args->list.entry_size = sizeof(objects->entry);
	args->list.entries = (uintptr_t)&objects->entry;
}

FIXTURE_VARIANT_ADD(verb, list) {
	.command = KIPC_LIST,
	.file = DEVICE,
	.size = sizeof(struct kipc_list_args),
	.writes_back = true,
	.bad = {
		BAD(kipc_list_args, count, 0),
		BAD(kipc_list_args, count, KIPC_LIST_MAX + 1),
		BAD(kipc_list_args, count, 0xffffffff),
		BAD(kipc_list_args, entry_size, 0),
		BAD(kipc_list_args, entry_size,
		    sizeof(struct kipc_list_entry) - 1),
	},
	.returns = 1,
	.prepare = prepare_list,
};

static void prepare_nothing(union verb_args *args, struct verb_objects *objects)
{
	(void)args;
	(void)objects;
}

FIXTURE_VARIANT_ADD(verb, info) {
	.command = KIPC_INFO,
	.file = SEMAPHORE,
	.size = sizeof(struct kipc_info_args),
	.writes_back = true,
	.of_all = true,
	.prepare = prepare_nothing,
};

FIXTURE_VARIANT_ADD(verb, watch) {
	.command = KIPC_WATCH,
	.file = MUTEX,
	.size = sizeof(struct kipc_watch_args),
	.access = KIPC_READ,
	.of_all = true,
	.returns = RETURNS_DESCRIPTOR,
	.prepare = prepare_nothing,
};

FIXTURE_VARIANT_ADD(verb, thread) {
	.command = KIPC_THREAD,
	.file = DEVICE,
	.size = sizeof(struct kipc_thread_args),
	.least = 16,
	.writes_back = true,
	.of_all = true,
	.bad = {
		BAD(kipc_thread_args, reserved, 1),
		BAD(kipc_thread_args, reserved, 0x80000000),
	},
	.prepare = prepare_nothing,
};

/* One unit too many, so that nothing changes. */
static void prepare_post(union verb_args *args, struct verb_objects *objects)
{
	(void)objects;
	args->post.count = SEMAPHORE_MAX - SEMAPHORE_UNITS + 1;
}

FIXTURE_VARIANT_ADD(verb, semaphore_post) {
	.command = KIPC_SEMAPHORE_POST,
	.file = SEMAPHORE,
	.size = sizeof(struct kipc_semaphore_post_args),
	.access = KIPC_WRITE,
	.bad = {
		BAD(kipc_semaphore_post_args, element, 1),
		BAD(kipc_semaphore_post_args, element, 0xffffffff),
		BAD(kipc_semaphore_post_args, count, 0),
	},
	.returns = -EOVERFLOW,
	.prepare = prepare_post,
};

static void prepare_wait(union verb_args *args, struct verb_objects *objects)
{
	(void)objects;
	args->wait.flags = KIPC_TRY;
	args->wait.count = SEMAPHORE_UNITS + 1;
}

FIXTURE_VARIANT_ADD(verb, semaphore_wait) {
	.command = KIPC_SEMAPHORE_WAIT,
	.file = SEMAPHORE,
	.size = sizeof(struct kipc_semaphore_wait_args),
	.flags = KIPC_TRY | KIPC_REALTIME,
	.access = KIPC_WRITE,
	.bad = {
		BAD(kipc_semaphore_wait_args, element, 1),
		BAD(kipc_semaphore_wait_args, element, 0xffffffff),
		BAD(kipc_semaphore_wait_args, count, 0),
		BAD(kipc_semaphore_wait_args, count, SEMAPHORE_MAX + 1),
		BAD(kipc_semaphore_wait_args, count, 0xffffffff),
		/* A try has no deadline. */
		BAD(kipc_semaphore_wait_args, deadline, 1),
	},
	.returns = -EAGAIN,
	.prepare = prepare_wait,
};

FIXTURE_VARIANT_ADD(verb, semaphore_value) {
	.command = KIPC_SEMAPHORE_VALUE,
	.file = SEMAPHORE,
	.size = sizeof(struct kipc_semaphore_value_args),
	.writes_back = true,
	.bad = {
		BAD(kipc_semaphore_value_args, element, 1),
		BAD(kipc_semaphore_value_args, element, 0xffffffff),
	},
	.prepare = prepare_nothing,
};

/* One unit too many, too. */
static void prepare_post_wait(union verb_args *args,
			      struct verb_objects *objects)
{
	(void)objects;
	args->post_wait.flags = KIPC_TRY;
	args->post_wait.count = SEMAPHORE_MAX - SEMAPHORE_UNITS + 1;
	args->post_wait.wait_fd = -1;
	args->post_wait.wait_count = 1;
}

FIXTURE_VARIANT_ADD(verb, semaphore_post_wait) {
	.command = KIPC_SEMAPHORE_POST_WAIT,
	.file = SEMAPHORE,
	.size = sizeof(struct kipc_semaphore_post_wait_args),
	.flags = KIPC_TRY | KIPC_REALTIME | KIPC_POSTED,
	.access = KIPC_WRITE,
	.bad = {
		BAD(kipc_semaphore_post_wait_args, element, 1),
		BAD(kipc_semaphore_post_wait_args, count, 0),
		BAD(kipc_semaphore_post_wait_args, wait_element, 1),
		BAD(kipc_semaphore_post_wait_args, wait_count, 0),
		BAD(kipc_semaphore_post_wait_args, wait_count,
		    SEMAPHORE_MAX + 1),
		BAD(kipc_semaphore_post_wait_args, reserved, 1),
		BAD(kipc_semaphore_post_wait_args, reserved, 0x80000000),
		BAD(kipc_semaphore_post_wait_args, deadline, 1),
	},
	.returns = -EOVERFLOW,
	.prepare = prepare_post_wait,
};

static void prepare_barrier_wait(union verb_args *args,
				 struct verb_objects *objects)
{
	(void)objects;
	args->barrier_wait.flags = KIPC_TRY;
}

FIXTURE_VARIANT_ADD(verb, barrier_wait) {
	.command = KIPC_BARRIER_WAIT,
	.file = BARRIER,
	.size = sizeof(struct kipc_barrier_wait_args),
	.flags = KIPC_TRY | KIPC_REALTIME | KIPC_ARRIVED,
	.access = KIPC_WRITE,
	.bad = {
		BAD(kipc_barrier_wait_args, element, 1),
		BAD(kipc_barrier_wait_args, element, 0xffffffff),
		BAD(kipc_barrier_wait_args, reserved, 1),
		BAD(kipc_barrier_wait_args, reserved, 0x80000000),
		/* Only one who has arrived has left a word. */
		BAD(kipc_barrier_wait_args, word, 1),
		BAD(kipc_barrier_wait_args, word, 0x80000000),
		BAD(kipc_barrier_wait_args, deadline, 1),
	},
	.returns = -EAGAIN,
	.prepare = prepare_barrier_wait,
};

/* Of the verbs that have nothing else to say. */
#define BAD_BARRIER_FIELDS { \
	BAD(kipc_barrier_args, element, 1), \
	BAD(kipc_barrier_args, element, 0xffffffff), \
	BAD(kipc_barrier_args, reserved, 1), \
	BAD(kipc_barrier_args, reserved, 0x80000000), \
}

FIXTURE_VARIANT_ADD(verb, barrier_abort) {
	.command = KIPC_BARRIER_ABORT,
	.file = BARRIER,
	.size = sizeof(struct kipc_barrier_args),
	.access = KIPC_WRITE,
	.bad = BAD_BARRIER_FIELDS,
	.prepare = prepare_nothing,
};

FIXTURE_VARIANT_ADD(verb, barrier_reset) {
	.command = KIPC_BARRIER_RESET,
	.file = BARRIER,
	.size = sizeof(struct kipc_barrier_args),
	.access = KIPC_WRITE,
	.bad = BAD_BARRIER_FIELDS,
	.prepare = prepare_nothing,
};

/* Good ones of a process that is not attached. */
FIXTURE_VARIANT_ADD(verb, barrier_join) {
	.command = KIPC_BARRIER_JOIN,
	.file = BARRIER,
	.size = sizeof(struct kipc_barrier_args),
	.access = KIPC_WRITE,
	.bad = BAD_BARRIER_FIELDS,
	.returns = -ENXIO,
	.prepare = prepare_nothing,
};

FIXTURE_VARIANT_ADD(verb, barrier_leave) {
	.command = KIPC_BARRIER_LEAVE,
	.file = BARRIER,
	.size = sizeof(struct kipc_barrier_args),
	.access = KIPC_WRITE,
	.bad = BAD_BARRIER_FIELDS,
	.returns = -ENXIO,
	.prepare = prepare_nothing,
};

FIXTURE_VARIANT_ADD(verb, barrier_state) {
	.command = KIPC_BARRIER_STATE,
	.file = BARRIER,
	.size = sizeof(struct kipc_barrier_state_args),
	.writes_back = true,
	.bad = {
		BAD(kipc_barrier_state_args, element, 1),
		BAD(kipc_barrier_state_args, element, 0xffffffff),
		BAD(kipc_barrier_state_args, reserved, 1),
	},
	.prepare = prepare_nothing,
};

/* The mailbox is full. */
static void prepare_send(union verb_args *args, struct verb_objects *objects)
{
	args->send.flags = KIPC_TRY;
	args->send.data = (uintptr_t)objects->buffer;
	args->send.length = 1;
}

FIXTURE_VARIANT_ADD(verb, mailbox_send) {
	.command = KIPC_MAILBOX_SEND,
	.file = MAILBOX,
	.size = sizeof(struct kipc_mailbox_send_args),
	.flags = KIPC_TRY | KIPC_REALTIME,
	.access = KIPC_WRITE,
	.bad = {
		BAD(kipc_mailbox_send_args, element, 1),
		BAD(kipc_mailbox_send_args, element, 0xffffffff),
		BAD(kipc_mailbox_send_args, reserved, 1),
		BAD(kipc_mailbox_send_args, reserved, 0x80000000),
		BAD(kipc_mailbox_send_args, priority, KIPC_PRIORITIES),
		BAD(kipc_mailbox_send_args, priority, 0xffffffff),
		BAD(kipc_mailbox_send_args, deadline, 1),
	},
	.returns = -EAGAIN,
	.prepare = prepare_send,
};

static void prepare_receive(union verb_args *args, struct verb_objects *objects)
{
	args->receive.flags = KIPC_TRY | KIPC_PEEK;
	args->receive.data = (uintptr_t)objects->buffer;
	args->receive.capacity = sizeof(objects->buffer);
}

FIXTURE_VARIANT_ADD(verb, mailbox_receive) {
	.command = KIPC_MAILBOX_RECEIVE,
	.file = MAILBOX,
	.size = sizeof(struct kipc_mailbox_receive_args),
	.flags = KIPC_TRY | KIPC_REALTIME | KIPC_PEEK,
	.access = KIPC_READ,
	.writes_back = true,
	.bad = {
		BAD(kipc_mailbox_receive_args, element, 1),
		BAD(kipc_mailbox_receive_args, element, 0xffffffff),
		BAD(kipc_mailbox_receive_args, reserved, 1),
		BAD(kipc_mailbox_receive_args, reserved, 0x80000000),
		BAD(kipc_mailbox_receive_args, deadline, 1),
		/* A look at the message never waits. */
		BAD(kipc_mailbox_receive_args, flags, KIPC_PEEK),
	},
	.prepare = prepare_receive,
};

FIXTURE_VARIANT_ADD(verb, mailbox_state) {
	.command = KIPC_MAILBOX_STATE,
	.file = MAILBOX,
	.size = sizeof(struct kipc_mailbox_state_args),
	.writes_back = true,
	.bad = {
		BAD(kipc_mailbox_state_args, element, 1),
		BAD(kipc_mailbox_state_args, element, 0xffffffff),
	},
	.prepare = prepare_nothing,
};

/* It is ours already. */
static void prepare_lock(union verb_args *args, struct verb_objects *objects)
{
	args->lock.flags = KIPC_TRY;
	args->lock.attachment = objects->attachment;
}

FIXTURE_VARIANT_ADD(verb, mutex_lock) {
	.command = KIPC_MUTEX_LOCK,
	.file = MUTEX,
	.size = sizeof(struct kipc_mutex_lock_args),
	.flags = KIPC_TRY | KIPC_REALTIME,
	.access = KIPC_WRITE,
	.bad = {
		BAD(kipc_mutex_lock_args, element, MUTEXES),
		BAD(kipc_mutex_lock_args, element, 0xffffffff),
		BAD(kipc_mutex_lock_args, deadline, 1),
	},
	.returns = -EDEADLK,
	.prepare = prepare_lock,
};

/* This one is nobody's. */
static void prepare_unlock(union verb_args *args, struct verb_objects *objects)
{
	args->mutex.element = 1;
	args->mutex.attachment = objects->attachment;
}

FIXTURE_VARIANT_ADD(verb, mutex_unlock) {
	.command = KIPC_MUTEX_UNLOCK,
	.file = MUTEX,
	.size = sizeof(struct kipc_mutex_args),
	.access = KIPC_WRITE,
	.bad = {
		BAD(kipc_mutex_args, element, MUTEXES),
		BAD(kipc_mutex_args, element, 0xffffffff),
	},
	.returns = -EPERM,
	.prepare = prepare_unlock,
};

FIXTURE_VARIANT_ADD(verb, mutex_consistent) {
	.command = KIPC_MUTEX_CONSISTENT,
	.file = MUTEX,
	.size = sizeof(struct kipc_mutex_args),
	.access = KIPC_WRITE,
	.bad = {
		BAD(kipc_mutex_args, element, MUTEXES),
		BAD(kipc_mutex_args, element, 0xffffffff),
	},
	.returns = -EPERM,
	.prepare = prepare_unlock,
};

FIXTURE_VARIANT_ADD(verb, mutex_state) {
	.command = KIPC_MUTEX_STATE,
	.file = MUTEX,
	.size = sizeof(struct kipc_mutex_state_args),
	.writes_back = true,
	.bad = {
		BAD(kipc_mutex_state_args, element, MUTEXES),
		BAD(kipc_mutex_state_args, element, 0xffffffff),
	},
	.prepare = prepare_nothing,
};

static void prepare_seal(union verb_args *args, struct verb_objects *objects)
{
	(void)objects;
	args->region_seal.seals = KIPC_SEAL_WRITE;
}

FIXTURE_VARIANT_ADD(verb, region_seal) {
	.command = KIPC_REGION_SEAL,
	.file = REGION,
	.size = sizeof(struct kipc_region_seal_args),
	.access = KIPC_WRITE,
	.bad = {
		BAD(kipc_region_seal_args, seals, 0),
		BAD(kipc_region_seal_args, seals, KIPC_SEAL_WRITE << 1),
		BAD(kipc_region_seal_args, seals, KIPC_SEAL_WRITE | 0x80000000),
		BAD(kipc_region_seal_args, reserved, 1),
		BAD(kipc_region_seal_args, reserved, 0x80000000),
	},
	.prepare = prepare_seal,
};

FIXTURE_VARIANT_ADD(verb, region_state) {
	.command = KIPC_REGION_STATE,
	.file = REGION,
	.size = sizeof(struct kipc_region_state_args),
	.writes_back = true,
	.prepare = prepare_nothing,
};

/* ------------------------------------------------------------------------ */
/* The rules                                                                */
/* ------------------------------------------------------------------------ */

static int create_object(unsigned int type, const char *name)
{
	struct kipc_create_args args = any_args(type);

	if (type == KIPC_SEMAPHORE)
		args = semaphore_args(1, SEMAPHORE_UNITS, SEMAPHORE_MAX);
	if (type == KIPC_MUTEX)
		args = mutex_args(MUTEXES);
	return create_named(args, name, KIPC_EXCLUSIVE);
}

FIXTURE_SETUP(verb)
{
	struct verb_objects *objects = &self->objects;
	struct words words = {};
	unsigned int type;

	self->args = shared_alloc(sizeof(*self->args));
	unique_name(objects->name[DEVICE], "none");
	unique_name(objects->name[SEMAPHORE], "semaphore");
	unique_name(objects->name[BARRIER], "barrier");
	unique_name(objects->name[MAILBOX], "mailbox");
	unique_name(objects->name[MUTEX], "mutex");
	unique_name(objects->name[REGION], "region");
	objects->fd[DEVICE] = device_open();
	ASSERT_LE(0, objects->fd[DEVICE]);
	for (type = KIPC_SEMAPHORE; type <= KIPC_REGION; type++) {
		objects->fd[type] = create_object(type, objects->name[type]);
		ASSERT_LE(0, objects->fd[type]);
	}
	ASSERT_EQ(0, mailbox_trysend(objects->fd[MAILBOX], "m", 1, 7));
	ASSERT_EQ(0, words_map(&words, objects->fd[MUTEX]));
	objects->attachment = attachment_of(objects->fd[MUTEX]);
	ASSERT_EQ(0, mutex_trylock(objects->fd[MUTEX], 0));
	ASSERT_EQ(0, barrier_state(objects->fd[BARRIER], &self->barrier));
	ASSERT_EQ(0, mailbox_state(objects->fd[MAILBOX], &self->mailbox));
	self->descriptors = count_descriptors();
}

FIXTURE_TEARDOWN(verb)
{
}

/* Good arguments, followed by zeros. */
static void prepare(const FIXTURE_VARIANT(verb) *variant,
		    FIXTURE_DATA(verb) *self)
{
	memset(self->args, 0, sizeof(*self->args));
	self->args->any.size = variant->size;
	variant->prepare(self->args, &self->objects);
}

static int call(const FIXTURE_VARIANT(verb) *variant, FIXTURE_DATA(verb) *self,
		void *args)
{
	int ret = kipc_call(self->objects.fd[variant->file], variant->command,
			    args);

	if (variant->returns == RETURNS_DESCRIPTOR && ret >= 0) {
		close(ret);
		return RETURNS_DESCRIPTOR;
	}
	return ret;
}

#define EXPECT_CALL(expected, args) \
	EXPECT_EQ(expected, call(variant, self, args))

/* Nothing has changed since the set-up. */
static void check_unchanged(struct __test_metadata *_metadata,
			    FIXTURE_DATA(verb) *self)
{
	const int *fd = self->objects.fd;
	struct message message;

	EXPECT_EQ(self->descriptors, count_descriptors());
	check_value(fd[SEMAPHORE], 0, SEMAPHORE_UNITS);
	check_barrier(fd[BARRIER], self->barrier.arrived,
		      self->barrier.generation, self->barrier.broken);
	check_mailbox(fd[MAILBOX], self->mailbox.messages, self->mailbox.bytes);
	EXPECT_EQ(0, mailbox_peek(fd[MAILBOX], &message));
	EXPECT_EQ(7U, message.args.priority);
	EXPECT_EQ('m', message.data[0]);
	check_mutex(fd[MUTEX], 0, getpid(), 1, 0);
	check_mutex(fd[MUTEX], 1, 0, 0, 0);
	check_region(fd[REGION], 0, 0);
}

TEST_F(verb, good_arguments)
{
	prepare(variant, self);
	EXPECT_CALL(variant->returns, self->args);
	EXPECT_EQ((__u32)variant->size, self->args->any.size);
	EXPECT_EQ(self->descriptors, count_descriptors());
}

static size_t least_size(const FIXTURE_VARIANT(verb) *variant)
{
	return variant->least ?: variant->size;
}

TEST_F(verb, too_small_size)
{
	const size_t least = least_size(variant);
	const size_t sizes[] = { 0, 1, 4, 7, 8, least / 2, least - 8,
				 least - 1 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		if (sizes[i] >= least)
			continue;
		prepare(variant, self);
		self->args->any.size = sizes[i];
		EXPECT_CALL(-EINVAL, self->args);
	}
	check_unchanged(_metadata, self);
}

/* What lies behind an older structure is neither read nor written. */
TEST_F(verb, size_of_older_structures)
{
	const size_t rest = sizeof(*self->args);
	char *bytes = (char *)self->args;
	size_t size, i;

	for (size = least_size(variant); size < variant->size; size++) {
		prepare(variant, self);
		self->args->any.size = size;
		memset(bytes + size, KIPC_POISON, rest - size);
		EXPECT_CALL(variant->returns, self->args);
		EXPECT_EQ((__u32)size, self->args->any.size);
		for (i = size; i < rest; i++)
			ASSERT_EQ((char)KIPC_POISON, bytes[i]);
	}
}

TEST_F(verb, longer_with_zero_tail)
{
	const size_t tails[] = { 1, 4, 8, 256, 4096 - variant->size };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(tails); i++) {
		prepare(variant, self);
		self->args->any.size = variant->size + tails[i];
		EXPECT_CALL(variant->returns, self->args);
	}
}

TEST_F(verb, longer_with_other_tail)
{
	size_t i;

	for (i = 0; i < 64; i++) {
		prepare(variant, self);
		self->args->any.size = variant->size + 64;
		self->args->bytes[variant->size + i] = 1;
		EXPECT_CALL(-E2BIG, self->args);
	}
	check_unchanged(_metadata, self);
}

TEST_F(verb, huge_size)
{
	const __u32 sizes[] = { 4097, 8192, 1U << 20, 0x7fffffff, 0xffffffff };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		prepare(variant, self);
		self->args->any.size = sizes[i];
		EXPECT_CALL(-E2BIG, self->args);
	}
	check_unchanged(_metadata, self);
}

TEST_F(verb, unknown_flags)
{
	unsigned int bit;

	for (bit = 0; bit < 32; bit++) {
		if (variant->flags & (1U << bit))
			continue;
		prepare(variant, self);
		self->args->any.flags |= 1U << bit;
		EXPECT_CALL(-EINVAL, self->args) {
			TH_LOG("flag bit %u", bit);
		}
	}
	check_unchanged(_metadata, self);
}

/* One that has no such field is left with unknown_flags. */
TEST_F(verb, bad_fields)
{
	const struct bad_field *bad = variant->bad;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(variant->bad) && bad[i].offset; i++) {
		prepare(variant, self);
		self->args->words[bad[i].offset / 4] = bad[i].value;
		EXPECT_CALL(-EINVAL, self->args) {
			TH_LOG("offset %zu value %#x", bad[i].offset,
			       bad[i].value);
		}
	}
	check_unchanged(_metadata, self);
}

TEST_F(verb, bad_pointer)
{
	char *pages = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *last;

	ASSERT_TRUE(pages != MAP_FAILED);
	ASSERT_EQ(0, munmap(pages + 4096, 4096));
	EXPECT_CALL(-EFAULT, NULL);
	EXPECT_CALL(-EFAULT, bad_pointer());
	EXPECT_CALL(-EFAULT, (void *)-4096L);
	EXPECT_CALL(-EFAULT, pages + 4096);
	/* The size can be read, the rest cannot. */
	prepare(variant, self);
	last = pages + 4096 - variant->size + 4;
	memcpy(last, self->args, variant->size - 4);
	EXPECT_CALL(-EFAULT, last);
	check_unchanged(_metadata, self);
}

TEST_F(verb, read_only_arguments)
{
	prepare(variant, self);
	ASSERT_EQ(0, mprotect(self->args, sizeof(*self->args), PROT_READ));
	EXPECT_CALL(variant->writes_back ? -EFAULT : variant->returns,
		    self->args);
	ASSERT_EQ(0, mprotect(self->args, sizeof(*self->args),
			      PROT_READ | PROT_WRITE));
	if (variant->writes_back)
		check_unchanged(_metadata, self);
}

/* On the device, on objects of the other types, and on another device. */
TEST_F(verb, other_type)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	unsigned int file;

	ASSERT_LE(0, null);
	for (file = DEVICE; file < FILES; file++) {
		if (file == variant->file)
			continue;
		if (file != DEVICE && variant->of_all)
			continue;
		/* A region is a set of mutexes too. */
		if (file == REGION && variant->file == MUTEX)
			continue;
		prepare(variant, self);
		EXPECT_EQ(-ENOTTY, kipc_call(self->objects.fd[file],
					     variant->command, self->args));
	}
	EXPECT_EQ(-ENOTTY, kipc_call(null, variant->command, self->args));
	close(null);
	check_unchanged(_metadata, self);
}

/* The command's number alone does not make the command. */
TEST_F(verb, other_command)
{
	const unsigned long commands[] = {
		variant->command | _IOC(_IOC_READ, 0, 0, 0),
		variant->command | _IOC(_IOC_WRITE, 0, 0, variant->size),
		variant->command ^ _IOC(0, 1, 0, 0),
		variant->command + 0x80,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		prepare(variant, self);
		EXPECT_EQ(-ENOTTY,
			  kipc_call(self->objects.fd[variant->file],
				    commands[i], self->args));
	}
	check_unchanged(_metadata, self);
}

static int open_for(struct verb_objects *objects, unsigned int file,
		    __u32 access)
{
	if (file != DEVICE)
		return open_named(file, objects->name[file], access);
	return open(KIPC_DEVICE, access == KIPC_READ ? O_RDONLY : O_WRONLY);
}

TEST_F(verb, access)
{
	int both = self->objects.fd[variant->file], fd;
	bool refused;
	__u32 access;

	for (access = KIPC_READ; access <= KIPC_WRITE; access++) {
		fd = open_for(&self->objects, variant->file, access);
		ASSERT_LE(0, fd);
		self->objects.fd[variant->file] = fd;
		refused = variant->access && access != variant->access;
		prepare(variant, self);
		EXPECT_CALL(refused ? -EBADF : variant->returns, self->args);
		close(fd);
	}
	close(both);
}

TEST_HARNESS_MAIN
