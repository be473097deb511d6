// SPDX-License-Identifier: GPL-2.0-only
/*
 * Creating an object of each type, and what its descriptor says about it. A
 * creation that fails leaves nothing behind.
 */
#include "kipc_test.h"
#include "descriptor.h"
#include "word.h"

#include <sys/resource.h>

#define ATTRIBUTE_WORDS \
	(sizeof(union kipc_attributes) / sizeof(__u32))

FIXTURE(object) {
	unsigned int descriptors;
};

FIXTURE_VARIANT(object) {
	__u32 type;
	const char *label;
	__u32 flags;			/* flags that need no name */
	__u32 good[ATTRIBUTE_WORDS];
	unsigned int known;		/* words of attributes in use */
	__u32 bad[8][ATTRIBUTE_WORDS];
	unsigned int bad_count;
};

FIXTURE_VARIANT_ADD(object, semaphore) {
	.type = KIPC_SEMAPHORE,
	.label = "semaphore",
	.flags = KIPC_SEALED | KIPC_PACKED | KIPC_FAIR,
	.good = { 3, 9 },
	.known = 2,
	.bad = {
		{ 0, 0 },		/* no units at all */
		{ 1, 0 },
		{ 2, 1 },		/* more than the maximum */
		{ 0xffffffff, 0xfffffffe },
	},
	.bad_count = 4,
};

FIXTURE_VARIANT_ADD(object, barrier) {
	.type = KIPC_BARRIER,
	.label = "barrier",
	.flags = KIPC_SEALED,
	.good = { 7 },
	.known = 1,
	.bad = {
		{ 0 },
		{ 1 },			/* no other party to wait for */
		{ KIPC_PARTIES_MAX + 1 },
		{ 0xffffffff },
	},
	.bad_count = 4,
};

/*
 * The bound in bytes has 64 bits, which are two words. Their order does not
 * matter here.
 */
FIXTURE_VARIANT_ADD(object, mailbox) {
	.type = KIPC_MAILBOX,
	.label = "mailbox",
	.flags = KIPC_SEALED | KIPC_FAIR,
	.good = { 100, 10 },
	.known = 4,
	.bad = {
		{ 0, 1 },
		{ 1, 0 },
		{ KIPC_MESSAGE_MAX + 1, 1 },
		{ 0xffffffff, 1 },
		{ 1, KIPC_MESSAGES_MAX + 1 },
		{ 1, 0xffffffff },
		{ 8, 8, 0xffffffff, 0xffffffff },
		{ 8, 8, 1, 1 },		/* far more than the product */
	},
	.bad_count = 8,
};

FIXTURE_VARIANT_ADD(object, mutex) {
	.type = KIPC_MUTEX,
	.label = "mutex",
	.flags = KIPC_SEALED | KIPC_PACKED | KIPC_RECURSIVE | KIPC_FAIR |
		 KIPC_SPIN | KIPC_DETECT,
	.bad = {
		{ 1 },
		{ 0, 0, 0, 0, 0, 0, 0, 1 },
	},
	.bad_count = 2,
};

/* The size in bytes has 64 bits, lower half first. */
FIXTURE_VARIANT_ADD(object, region) {
	.type = KIPC_REGION,
	.label = "region",
	.flags = KIPC_SEALED | KIPC_PACKED | KIPC_RECURSIVE | KIPC_FAIR |
		 KIPC_SPIN | KIPC_DETECT,
	.good = { 100 },
	.known = 2,
	.bad = {
		{ 0 },
		{ 1, KIPC_REGION_MAX >> 32 },
		{ 0, 0x80000000 },
		{ 0xffffffff, 0xffffffff },
	},
	.bad_count = 4,
};

FIXTURE_VARIANT_ADD(object, ring) {
	.type = KIPC_RING,
	.label = "ring",
	.good = { 100, 4, 2, 3 },
	.known = 4,
	.bad = {
		{ 0, 1, 1 },
		{ KIPC_MESSAGE_MAX + 1, 1, 1 },
		{ 1, 0, 1 },
		{ 1, 3, 1 },			/* not a power of two */
		{ 1, KIPC_RING_SLOTS_MAX, 2 },
		{ 1, 1, 0 },
		{ 1, 1, KIPC_RING_LANES_MAX + 1 },
		{ 1, 1, 1, KIPC_RING_LOANS_MAX + 1 },
	},
	.bad_count = 8,
};

FIXTURE_SETUP(object)
{
	self->descriptors = count_descriptors();
}

FIXTURE_TEARDOWN(object)
{
}

static struct kipc_create_args args_of(const FIXTURE_VARIANT(object) *variant)
{
	struct kipc_create_args args = create_args(variant->type);

	memcpy(&args.attributes, variant->good, sizeof(args.attributes));
	return args;
}

TEST_F(object, closes_on_exec)
{
	int fd = create(args_of(variant));

	ASSERT_LE(0, fd);
	EXPECT_EQ(FD_CLOEXEC, fcntl(fd, F_GETFD));
	EXPECT_EQ(O_RDWR, fcntl(fd, F_GETFL) & O_ACCMODE);
}

TEST_F(object, says_what_it_is)
{
	struct kipc_create_args args = args_of(variant);
	struct kipc_info_args info;
	int fd;

	args.mode = 0642;
	fd = create(args);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, object_info(fd, &info));
	EXPECT_EQ(variant->type, info.type);
	EXPECT_EQ(0U, info.created);
	EXPECT_EQ(1U, info.elements);
	EXPECT_EQ(geteuid(), info.uid);
	EXPECT_EQ(getegid(), info.gid);
	/* An anonymous object cannot be opened for writing. */
	EXPECT_EQ(0440U, info.mode);
	EXPECT_EQ((__u32)(KIPC_READ | KIPC_WRITE), info.access);
	if (variant->type == KIPC_MAILBOX) {
		EXPECT_EQ(0U, info.stride);
		EXPECT_EQ(0ULL, info.map_size);
		/* 0 stands for this bound. */
		EXPECT_EQ(1000ULL, info.attributes.mailbox.bytes);
		info.attributes.mailbox.bytes = 0;
	} else {
		EXPECT_LE(8ULL, info.map_size);
	}
	EXPECT_EQ(0, memcmp(&info.attributes, variant->good,
			    sizeof(info.attributes)));
}

TEST_F(object, says_its_flags)
{
	struct kipc_create_args args = args_of(variant);
	struct kipc_info_args info;
	char name[64];
	int fd;

	unique_name(name, "flags");
	fd = create_named(args, name,
			  variant->flags | KIPC_PERSIST | KIPC_EXCLUSIVE);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, object_info(fd, &info));
	EXPECT_EQ(variant->flags | KIPC_PERSIST,
		  info.created & ~KIPC_EXCLUSIVE);
	/* A sealed object has no words to map, unless mapping them attaches. */
	if (variant->type == KIPC_RING) {
		EXPECT_EQ(0U, info.stride);
		EXPECT_LE(8ULL, info.map_size);
	} else if (variant->type != KIPC_SEMAPHORE &&
		   variant->type != KIPC_MAILBOX) {
		EXPECT_EQ(variant->type != KIPC_BARRIER ? 8U : 64U,
			  info.stride);
		EXPECT_LE(8ULL, info.map_size);
	} else {
		EXPECT_EQ(0U, info.stride);
		EXPECT_EQ(0ULL, info.map_size);
	}
	EXPECT_EQ(0, unlink_named(name));
}

TEST_F(object, says_its_access)
{
	struct kipc_info_args info;
	char name[64];
	__u32 access;
	int fd;

	unique_name(name, "access");
	fd = create_named(args_of(variant), name, 0);
	ASSERT_LE(0, fd);
	for (access = KIPC_READ; access <= (KIPC_READ | KIPC_WRITE); access++) {
		fd = open_named(variant->type, name, access);
		ASSERT_LE(0, fd);
		EXPECT_EQ(0, object_info(fd, &info));
		EXPECT_EQ(access, info.access);
	}
}

TEST_F(object, bad_attributes)
{
	struct kipc_create_args args = args_of(variant);
	unsigned int i;

	for (i = 0; i < variant->bad_count; i++) {
		memcpy(&args.attributes, variant->bad[i],
		       sizeof(args.attributes));
		EXPECT_EQ(-EINVAL, create(args)) {
			TH_LOG("bad attributes %u", i);
		}
	}
	EXPECT_EQ(self->descriptors, count_descriptors());
}

TEST_F(object, attributes_of_no_meaning)
{
	struct kipc_create_args args;
	size_t i;

	for (i = variant->known * sizeof(__u32);
	     i < sizeof(args.attributes); i++) {
		args = args_of(variant);
		((__u8 *)&args.attributes)[i] = 0x80;
		EXPECT_EQ(-EINVAL, create(args)) {
			TH_LOG("byte %zu", i);
		}
	}
	EXPECT_EQ(self->descriptors, count_descriptors());
}

TEST_F(object, flags_of_no_meaning)
{
	struct kipc_create_args args = args_of(variant);

	/* There is no name that could be exclusive or persistent. */
	EXPECT_EQ(-EINVAL, create_flags(args, KIPC_EXCLUSIVE));
	EXPECT_EQ(-EINVAL, create_flags(args, KIPC_PERSIST));
	if (!(variant->flags & KIPC_PACKED)) {
		EXPECT_EQ(-EINVAL, create_flags(args, KIPC_PACKED));
		args.elements = 2;
		EXPECT_EQ(-EINVAL, create(args));
	}
	EXPECT_EQ(self->descriptors, count_descriptors());
}

/* A name needs both a pointer and a length. */
TEST_F(object, name_without_length)
{
	struct kipc_create_args args = args_of(variant);
	int ret;

	args.name = (uintptr_t)"name";
	EXPECT_EQ(-EINVAL, create(args));
	args.name = 0;
	args.name_length = 4;
	ret = create(args);
	EXPECT_TRUE(ret == -EINVAL || ret == -EFAULT);
	EXPECT_EQ(self->descriptors, count_descriptors());
}

TEST_F(object, bad_name_pointer)
{
	struct kipc_create_args args = args_of(variant);

	args.name_length = 8;
	args.name = 8;
	EXPECT_EQ(-EFAULT, create(args));
	args.name = (__u64)-4096;
	EXPECT_EQ(-EFAULT, create(args));
	EXPECT_EQ(self->descriptors, count_descriptors());
}

/* A creation without a free descriptor makes neither an object nor a name. */
TEST_F(object, no_descriptor)
{
	struct rlimit limit = { .rlim_max = 4096 };
	int device = device_open();
	struct kipc_create_args args = args_of(variant);
	char name[64];

	ASSERT_LE(0, device);
	unique_name(name, "emfile");
	args.name = (uintptr_t)name;
	args.name_length = strlen(name);
	limit.rlim_cur = device + 1;
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &limit));
	EXPECT_EQ(-EMFILE, kipc_call(device, KIPC_CREATE, &args));
	limit.rlim_cur = limit.rlim_max;
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &limit));
	close(device);
	EXPECT_EQ(-ENOENT, open_named(variant->type, name, KIPC_READ));
	EXPECT_EQ(self->descriptors, count_descriptors());
}

/* Creating a name in vain leaves the object that has it as it was. */
TEST_F(object, failed_creation_of_a_name)
{
	struct kipc_create_args args = args_of(variant);
	struct kipc_list_entry entry;
	char name[64];
	int fd;

	unique_name(name, "taken");
	fd = create_named(args, name, 0);
	ASSERT_LE(0, fd);
	EXPECT_EQ(-EEXIST, create_named(args, name, KIPC_EXCLUSIVE));
	memcpy(&args.attributes, variant->bad[0], sizeof(args.attributes));
	EXPECT_EQ(-EINVAL, create_named(args, name, 0));
	EXPECT_EQ(self->descriptors + 1, count_descriptors());
	ASSERT_EQ(1, list_find(name, &entry));
	EXPECT_EQ(1U, entry.descriptors);
	close(fd);
	EXPECT_EQ(-EINVAL, create_named(args, name, 0));
	EXPECT_EQ(0, list_find(name, &entry));
}

/* Anonymous objects that are created alike are separate objects. */
TEST_F(object, anonymous_ones_are_separate)
{
	int one = create(args_of(variant)), two = create(args_of(variant));
	struct words words = {};

	ASSERT_LE(0, one);
	ASSERT_LE(0, two);
	switch (variant->type) {
	case KIPC_SEMAPHORE:
		EXPECT_EQ(0, semaphore_post(one, 0, 1));
		check_value(one, 0, 4);
		check_value(two, 0, 3);
		break;
	case KIPC_BARRIER:
		EXPECT_EQ(0, barrier_abort(one));
		check_barrier(one, 0, 0, ECANCELED);
		check_barrier(two, 0, 0, 0);
		break;
	case KIPC_MAILBOX:
		EXPECT_EQ(0, mailbox_send(one, "x", 1, 0));
		check_mailbox(one, 1, 1);
		check_mailbox(two, 0, 0);
		break;
	case KIPC_RING:
		EXPECT_EQ(0, ring_trysend(one, "x", 1, 0));
		check_ring(one, 1, 0);
		check_ring(two, 0, 0);
		break;
	case KIPC_MUTEX:
	case KIPC_REGION:
		ASSERT_EQ(0, words_map(&words, one));
		EXPECT_EQ(0, mutex_trylock(one, 0));
		check_mutex(two, 0, 0, 0, 0);
		break;
	}
}

/*
 * Returns a line of /proc/self/fdinfo without its key, or an empty string if
 * there is no such line.
 */
static const char *fdinfo_line(int fd, const char *key, char line[256])
{
	char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	file = fopen(path, "re");
	while (file && fgets(line, 256, file)) {
		if (strncmp(line, key, strlen(key)))
			continue;
		line[strcspn(line, "\n")] = 0;
		fclose(file);
		return line + strlen(key);
	}
	if (file)
		fclose(file);
	return "";
}

TEST_F(object, fdinfo)
{
	char name[64], line[256];
	int fd;

	unique_name(name, "fdinfo");
	fd = create_named(args_of(variant), name, KIPC_PERSIST);
	ASSERT_LE(0, fd);
	EXPECT_STREQ(variant->label, fdinfo_line(fd, "kipc-type:\t", line));
	EXPECT_STREQ(name, fdinfo_line(fd, "kipc-name:\t", line));
	EXPECT_STREQ("1", fdinfo_line(fd, "kipc-elements:\t", line));
	EXPECT_STREQ("0x2", fdinfo_line(fd, "kipc-flags:\t", line));
	EXPECT_STREQ("0", fdinfo_line(fd, "kipc-waiters:\t", line));
	EXPECT_EQ(0, unlink_named(name));
	EXPECT_STREQ("", fdinfo_line(fd, "kipc-name:", line));
}

/* A name cannot add a line of its own to fdinfo. */
TEST_F(object, fdinfo_of_a_strange_name)
{
	char name[64], line[256];
	int fd;

	unique_name(name, "\nkipc-type:\tfake\n\t\x01\xff\\");
	fd = create_named(args_of(variant), name, 0);
	ASSERT_LE(0, fd);
	EXPECT_STREQ(variant->label, fdinfo_line(fd, "kipc-type:\t", line));
	EXPECT_STREQ("1", fdinfo_line(fd, "kipc-elements:\t", line));
}

/* A descriptor can be duplicated, and either of the two can be closed. */
TEST_F(object, duplicates)
{
	struct kipc_info_args info;
	int fd = create(args_of(variant)), copy;

	ASSERT_LE(0, fd);
	copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	ASSERT_LE(0, copy);
	close(fd);
	EXPECT_EQ(0, object_info(copy, &info));
	EXPECT_EQ(variant->type, info.type);
	EXPECT_EQ(-EBADF, object_info(fd, &info));
}

TEST_HARNESS_MAIN
