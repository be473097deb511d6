// SPDX-License-Identifier: GPL-2.0-only
/*
 * The rules that hold for every ioctl: sizes, flags, reserved fields, pointers,
 * types and access. Each test runs for each verb of the table in
 * include/kipc_abi_defs.h. A refused call must not have changed anything.
 */
#include "kipc_test.h"
#include "descriptor.h"
#include "kipc_abi.h"
#include "kipc_layout.h"
#include "word.h"

/*
 * Longer than any structure, and than the longest structure that the kernel
 * reads.
 */
union verb_args {
	struct {
		__u32 size;
		__u32 flags;
	} any;
	__u8 bytes[8192];
};

/* The device and one object of each type. */
struct verb_objects {
	int fd[KIPC_ABI_FILES];
	char name[KIPC_ABI_FILES][64];	/* index 0: no object has this name */
	struct kipc_list_entry entry;
	char buffer[KIPC_ABI_BUFFER_BYTES];
	__u32 attachment;
};

FIXTURE(verb) {
	struct verb_objects objects;
	union verb_args *args;
	/* State of the objects and of the process after the set-up. */
	struct kipc_barrier_state_args barrier;
	struct kipc_mailbox_state_args mailbox;
	unsigned int descriptors;
};

FIXTURE_VARIANT(verb) {
	const struct kipc_abi_verb *verb;
};

#define ABI_VERB(name, ...) \
	FIXTURE_VARIANT_ADD(verb, name) { \
		.verb = &kipc_abi_verbs[KIPC_ABI_VERB_##name], \
	};
#include "kipc_abi_defs.h"

/* ------------------------------------------------------------------------ */
/* Objects                                                                  */
/* ------------------------------------------------------------------------ */

static int verb_create(unsigned int type, const char *name)
{
	struct kipc_create_args args = any_args(type);

	if (type == KIPC_SEMAPHORE)
		args = semaphore_args(1, KIPC_ABI_UNITS, KIPC_ABI_MAX);
	if (type == KIPC_MUTEX)
		args = mutex_args(KIPC_ABI_MUTEXES);
	return create_named(args, name, KIPC_EXCLUSIVE);
}

FIXTURE_SETUP(verb)
{
	struct verb_objects *objects = &self->objects;
	struct words words = {};
	unsigned int type;

	self->args = shared_alloc(sizeof(*self->args));
	unique_name(objects->name[KIPC_ABI_DEVICE], "none");
	objects->fd[KIPC_ABI_DEVICE] = device_open();
	ASSERT_LE(0, objects->fd[KIPC_ABI_DEVICE]);
	for (type = 1; type < KIPC_ABI_TYPES_END; type++) {
		unique_name(objects->name[type], kipc_abi_types[type].name);
		objects->fd[type] = verb_create(type, objects->name[type]);
		ASSERT_LE(0, objects->fd[type]);
	}
	ASSERT_EQ(0, mailbox_trysend(objects->fd[KIPC_MAILBOX], "m", 1, 7));
	ASSERT_EQ(0, ring_trysend(objects->fd[KIPC_RING], "m", 1, 0));
	ASSERT_EQ(0, words_map(&words, objects->fd[KIPC_MUTEX]));
	objects->attachment = attachment_of(objects->fd[KIPC_MUTEX]);
	ASSERT_EQ(0, mutex_trylock(objects->fd[KIPC_MUTEX], 0));
	ASSERT_EQ(0, barrier_state(objects->fd[KIPC_BARRIER], &self->barrier));
	ASSERT_EQ(0, mailbox_state(objects->fd[KIPC_MAILBOX], &self->mailbox));
	self->descriptors = count_descriptors();
}

FIXTURE_TEARDOWN(verb)
{
}

/* Checks that nothing has changed since the set-up. */
static void check_unchanged(struct __test_metadata *_metadata,
			    FIXTURE_DATA(verb) *self)
{
	const int *fd = self->objects.fd;
	struct message message;

	EXPECT_EQ(self->descriptors, count_descriptors());
	check_value(fd[KIPC_SEMAPHORE], 0, KIPC_ABI_UNITS);
	check_barrier(fd[KIPC_BARRIER], self->barrier.arrived,
		      self->barrier.generation, self->barrier.broken);
	check_mailbox(fd[KIPC_MAILBOX], self->mailbox.messages,
		      self->mailbox.bytes);
	EXPECT_EQ(0, mailbox_peek(fd[KIPC_MAILBOX], &message));
	EXPECT_EQ(7U, message.args.priority);
	EXPECT_EQ('m', message.data[0]);
	check_mutex(fd[KIPC_MUTEX], 0, getpid(), 1, 0);
	check_mutex(fd[KIPC_MUTEX], 1, 0, 0, 0);
	check_region(fd[KIPC_REGION], 0, 0);
	check_ring(fd[KIPC_RING], 1, 0);
}

/* ------------------------------------------------------------------------ */
/* Calls                                                                    */
/* ------------------------------------------------------------------------ */

static __u64 good_value(struct verb_objects *objects,
			const struct kipc_abi_field *field)
{
	switch (field->good) {
	case KIPC_ABI_NAME:
		return (uintptr_t)objects->name[KIPC_SEMAPHORE];
	case KIPC_ABI_NAME_LENGTH:
		return strlen(objects->name[KIPC_SEMAPHORE]);
	case KIPC_ABI_NO_NAME:
		return (uintptr_t)objects->name[KIPC_ABI_DEVICE];
	case KIPC_ABI_NO_NAME_LENGTH:
		return strlen(objects->name[KIPC_ABI_DEVICE]);
	case KIPC_ABI_ENTRY:
		return (uintptr_t)&objects->entry;
	case KIPC_ABI_BUFFER:
		return (uintptr_t)objects->buffer;
	case KIPC_ABI_ATTACHMENT:
		return objects->attachment;
	default:
		return field->good;
	}
}

static void set_field(union verb_args *args, const struct kipc_abi_field *field,
		      __u64 value)
{
	__u32 low = value;

	if (field->size == sizeof(value))
		memcpy(args->bytes + field->offset, &value, sizeof(value));
	else if (field->size == sizeof(low))
		memcpy(args->bytes + field->offset, &low, sizeof(low));
}

/* Fills the structure with good values, and the bytes after it with zeros. */
static void prepare(const FIXTURE_VARIANT(verb) *variant,
		    FIXTURE_DATA(verb) *self)
{
	const struct kipc_abi_structure *structure = variant->verb->structure;
	const struct kipc_abi_field *field;

	memset(self->args, 0, sizeof(*self->args));
	self->args->any.size = structure->size;
	for (field = structure->fields; field->size; field++)
		set_field(self->args, field, good_value(&self->objects, field));
}

static int fd_of(const FIXTURE_VARIANT(verb) *variant,
		 const FIXTURE_DATA(verb) *self)
{
	return self->objects.fd[kipc_abi_file(variant->verb)];
}

static int call(const FIXTURE_VARIANT(verb) *variant, FIXTURE_DATA(verb) *self,
		void *args)
{
	const struct kipc_abi_verb *verb = variant->verb;
	int ret = kipc_call(fd_of(variant, self), verb->command, args);

	if (verb->returns == KIPC_ABI_DESCRIPTOR && ret >= 0) {
		close(ret);
		return KIPC_ABI_DESCRIPTOR;
	}
	return ret;
}

#define EXPECT_CALL(expected, args) \
	EXPECT_EQ(expected, call(variant, self, args))

/* ------------------------------------------------------------------------ */
/* The rules                                                                */
/* ------------------------------------------------------------------------ */

TEST_F(verb, good_arguments)
{
	prepare(variant, self);
	EXPECT_CALL(variant->verb->returns, self->args);
	EXPECT_EQ((__u32)variant->verb->structure->size, self->args->any.size);
	EXPECT_EQ(self->descriptors, count_descriptors());
}

TEST_F(verb, too_small_size)
{
	const size_t first = variant->verb->structure->first_size;
	const size_t sizes[] = { 0, 1, 4, 7, 8, first / 2, first - 8,
				 first - 1 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		if (sizes[i] >= first)
			continue;
		prepare(variant, self);
		self->args->any.size = sizes[i];
		EXPECT_CALL(-EINVAL, self->args);
	}
	check_unchanged(_metadata, self);
}

/* The kernel neither reads nor writes beyond the end of an older structure. */
TEST_F(verb, size_of_older_structures)
{
	const struct kipc_abi_structure *structure = variant->verb->structure;
	const size_t rest = sizeof(*self->args);
	char *bytes = (char *)self->args;
	size_t size, i;

	for (size = structure->first_size; size < structure->size; size++) {
		prepare(variant, self);
		self->args->any.size = size;
		memset(bytes + size, KIPC_POISON, rest - size);
		EXPECT_CALL(variant->verb->returns, self->args);
		EXPECT_EQ((__u32)size, self->args->any.size);
		for (i = size; i < rest; i++)
			ASSERT_EQ((char)KIPC_POISON, bytes[i]);
	}
}

TEST_F(verb, longer_with_zero_tail)
{
	const size_t size = variant->verb->structure->size;
	const size_t tails[] = { 1, 4, 8, 256, 4096 - size };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(tails); i++) {
		prepare(variant, self);
		self->args->any.size = size + tails[i];
		EXPECT_CALL(variant->verb->returns, self->args);
	}
}

TEST_F(verb, longer_with_other_tail)
{
	const size_t size = variant->verb->structure->size;
	size_t i;

	for (i = 0; i < 64; i++) {
		prepare(variant, self);
		self->args->any.size = size + 64;
		self->args->bytes[size + i] = 1;
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
		if (variant->verb->flags & (1U << bit))
			continue;
		prepare(variant, self);
		self->args->any.flags |= 1U << bit;
		EXPECT_CALL(-EINVAL, self->args) {
			TH_LOG("flag bit %u", bit);
		}
	}
	check_unchanged(_metadata, self);
}

/*
 * Verbs without bad values of fields only have bad flags, which unknown_flags
 * tests.
 */
TEST_F(verb, bad_fields)
{
	const struct kipc_abi_field *field = variant->verb->structure->fields;
	size_t i;

	for (; field->size; field++) {
		for (i = 0; i < field->bad_count; i++) {
			prepare(variant, self);
			set_field(self->args, field, field->bad[i]);
			EXPECT_CALL(-EINVAL, self->args) {
				TH_LOG("%s is %#x", field->name, field->bad[i]);
			}
		}
	}
	check_unchanged(_metadata, self);
}

TEST_F(verb, bad_pointer)
{
	char *pages = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	const size_t size = variant->verb->structure->size;
	char *last;

	ASSERT_TRUE(pages != MAP_FAILED);
	ASSERT_EQ(0, munmap(pages + 4096, 4096));
	EXPECT_CALL(-EFAULT, NULL);
	EXPECT_CALL(-EFAULT, bad_pointer());
	EXPECT_CALL(-EFAULT, (void *)-4096L);
	EXPECT_CALL(-EFAULT, pages + 4096);
	/* The size can be read, but the rest cannot. */
	prepare(variant, self);
	last = pages + 4096 - size + 4;
	memcpy(last, self->args, size - 4);
	EXPECT_CALL(-EFAULT, last);
	check_unchanged(_metadata, self);
}

TEST_F(verb, read_only_arguments)
{
	/* A call that fails writes nothing. */
	const bool writes = kipc_abi_writes(variant->verb->structure) &&
			    variant->verb->returns >= 0;

	prepare(variant, self);
	ASSERT_EQ(0, mprotect(self->args, sizeof(*self->args), PROT_READ));
	EXPECT_CALL(writes ? -EFAULT : variant->verb->returns, self->args);
	ASSERT_EQ(0, mprotect(self->args, sizeof(*self->args),
			      PROT_READ | PROT_WRITE));
	if (writes)
		check_unchanged(_metadata, self);
}

/* The device, objects of the other types and another device refuse the verb. */
TEST_F(verb, other_type)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	const struct kipc_abi_verb *verb = variant->verb;
	unsigned int file;

	ASSERT_LE(0, null);
	for (file = 0; file < KIPC_ABI_FILES; file++) {
		if (kipc_abi_known(verb, file))
			continue;
		prepare(variant, self);
		EXPECT_EQ(-ENOTTY, kipc_call(self->objects.fd[file],
					     verb->command, self->args));
	}
	EXPECT_EQ(-ENOTTY, kipc_call(null, verb->command, self->args));
	close(null);
	check_unchanged(_metadata, self);
}

/* All bits of a command count, not only its number. */
TEST_F(verb, other_command)
{
	const unsigned long command = variant->verb->command;
	const unsigned long commands[] = {
		command | _IOC(_IOC_READ, 0, 0, 0),
		command | _IOC(_IOC_WRITE, 0, 0,
			       variant->verb->structure->size),
		command ^ _IOC(0, 1, 0, 0),
		command + 0x80,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		prepare(variant, self);
		EXPECT_EQ(-ENOTTY, kipc_call(fd_of(variant, self), commands[i],
					     self->args));
	}
	check_unchanged(_metadata, self);
}

static int open_for(struct verb_objects *objects, unsigned int file,
		    __u32 access)
{
	if (file != KIPC_ABI_DEVICE)
		return open_named(file, objects->name[file], access);
	return open(KIPC_DEVICE, access == KIPC_READ ? O_RDONLY : O_WRONLY);
}

TEST_F(verb, access)
{
	const struct kipc_abi_verb *verb = variant->verb;
	unsigned int file = kipc_abi_file(verb);
	int both = self->objects.fd[file], fd;
	bool refused;
	__u32 access;

	for (access = KIPC_READ; access <= KIPC_WRITE; access++) {
		fd = open_for(&self->objects, file, access);
		ASSERT_LE(0, fd);
		self->objects.fd[file] = fd;
		refused = verb->access && access != verb->access;
		prepare(variant, self);
		EXPECT_CALL(refused ? -EBADF : verb->returns, self->args);
		close(fd);
	}
	close(both);
}

TEST_HARNESS_MAIN
