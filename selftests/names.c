// SPDX-License-Identifier: GPL-2.0-only
/*
 * Names: which strings are valid, which object a name leads to, and when a name
 * disappears.
 */
#include "kipc_test.h"
#include "wait_child.h"

#include <sys/stat.h>

#define RACES		2000

FIXTURE(names) {
	char name[64];
	struct kipc_create_args args;
	int fd;
};

FIXTURE_SETUP(names)
{
	unique_name(self->name, "name");
	self->args = semaphore_args(2, 3, 10);
	self->fd = create_named(self->args, self->name, KIPC_EXCLUSIVE);
	ASSERT_LE(0, self->fd);
}

FIXTURE_TEARDOWN(names)
{
	unlink_named(self->name);
}

static int open_it(const char *name)
{
	return open_named(KIPC_SEMAPHORE, name, KIPC_READ | KIPC_WRITE);
}

TEST_F(names, open)
{
	int fd = open_it(self->name);

	ASSERT_LE(0, fd);
	EXPECT_NE(self->fd, fd);
	EXPECT_EQ(FD_CLOEXEC, fcntl(fd, F_GETFD));
	EXPECT_EQ(0, semaphore_post(fd, 0, 1));
	check_value(self->fd, 0, 4);
}

/*
 * CREATE opens an object that exists. Its units and maximum stay as they are.
 */
TEST_F(names, create_again)
{
	struct kipc_info_args info;
	int fd;

	self->args.attributes.semaphore.initial = 1;
	self->args.attributes.semaphore.max = 2;
	self->args.mode = 0777;
	fd = create_named(self->args, self->name, 0);
	ASSERT_LE(0, fd);
	check_value(fd, 0, 3);
	ASSERT_EQ(0, object_info(fd, &info));
	EXPECT_EQ(10U, info.attributes.semaphore.max);
	EXPECT_EQ(0600U, info.mode);
	EXPECT_EQ((__u32)(KIPC_READ | KIPC_WRITE), info.access);
	EXPECT_EQ(0, semaphore_post(fd, 0, 1));
	check_value(self->fd, 0, 4);
}

TEST_F(names, create_exclusively)
{
	EXPECT_EQ(-EEXIST,
		  create_named(self->args, self->name, KIPC_EXCLUSIVE));
	EXPECT_EQ(-EEXIST, create_named(barrier_args(2), self->name,
					KIPC_EXCLUSIVE));
}

TEST_F(names, of_another_type)
{
	EXPECT_EQ(-EPROTOTYPE, create_named(barrier_args(2), self->name, 0));
	EXPECT_EQ(-EPROTOTYPE, create_named(mailbox_args(8, 8), self->name, 0));
	EXPECT_EQ(-EPROTOTYPE, open_named(KIPC_BARRIER, self->name, KIPC_READ));
	EXPECT_EQ(-EPROTOTYPE, open_named(KIPC_MAILBOX, self->name, KIPC_READ));
}

TEST_F(names, of_another_shape)
{
	EXPECT_EQ(-EINVAL, create_named(self->args, self->name, KIPC_SEALED));
	EXPECT_EQ(-EINVAL, create_named(self->args, self->name, KIPC_PACKED));
	self->args.elements = 1;
	EXPECT_EQ(-EINVAL, create_named(self->args, self->name, 0));
	self->args.elements = 3;
	EXPECT_EQ(-EINVAL, create_named(self->args, self->name, 0));
}

TEST_F(names, that_nothing_has)
{
	char name[64];

	unique_name(name, "nothing");
	EXPECT_EQ(-ENOENT, open_it(name));
	EXPECT_EQ(-ENOENT, unlink_named(name));
	/* A prefix of a name is another name. */
	self->name[strlen(self->name) - 1] = 0;
	EXPECT_EQ(-ENOENT, open_it(self->name));
	strcat(self->name, "e1");
	EXPECT_EQ(-ENOENT, open_it(self->name));
	self->name[strlen(self->name) - 1] = 0;
	EXPECT_EQ(0, unlink_named(self->name));
}

TEST_F(names, go_with_the_last_descriptor)
{
	int second = open_it(self->name), third = dup(self->fd);

	ASSERT_LE(0, second);
	ASSERT_LE(0, third);
	close(self->fd);
	close(second);
	second = open_it(self->name);
	EXPECT_LE(0, second);
	close(second);
	close(third);
	EXPECT_EQ(-ENOENT, open_it(self->name));
	EXPECT_EQ(-ENOENT, unlink_named(self->name));
}

static int hold_for_ever(void *data)
{
	(void)data;
	for (;;)
		pause();
	return 0;
}

TEST_F(names, go_with_a_killed_process)
{
	struct child holder;
	int fd;

	child_start(&holder, hold_for_ever, NULL);
	close(self->fd);
	fd = open_it(self->name);
	EXPECT_LE(0, fd);
	close(fd);
	EXPECT_EQ(CHILD_KILLED, child_kill(&holder));
	EXPECT_EQ(-ENOENT, open_it(self->name));
}

/*
 * The name goes as well if the process is killed while it waits for the object.
 */
TEST_F(names, go_with_a_killed_waiter)
{
	struct kipc_list_entry entry = {};
	struct child waiter;

	start_semaphore_wait(&waiter, self->fd, 0, 4);
	wait_for_waiters(self->fd, 1);
	close(self->fd);
	EXPECT_EQ(1, list_find(self->name, &entry));
	EXPECT_EQ(1U, entry.descriptors);
	EXPECT_EQ(CHILD_KILLED, child_kill(&waiter));
	EXPECT_EQ(-ENOENT, open_it(self->name));
}

TEST_F(names, make_a_new_object_each_time)
{
	int i, fd = self->fd, rounds = scaled(200);

	for (i = 0; i < rounds; i++) {
		ASSERT_LE(0, fd);
		check_value(fd, 0, 3);
		EXPECT_EQ(0, semaphore_trywait(fd, 0, 3));
		close(fd);
		fd = create_named(self->args, self->name, KIPC_EXCLUSIVE);
	}
}

TEST_F(names, persist)
{
	char name[64];
	int fd;

	unique_name(name, "persist");
	fd = create_named(self->args, name, KIPC_PERSIST);
	ASSERT_LE(0, fd);
	EXPECT_EQ(0, semaphore_post(fd, 1, 2));
	close(fd);
	fd = open_it(name);
	ASSERT_LE(0, fd);
	check_value(fd, 1, 5);
	close(fd);
	/* KIPC_PERSIST makes no difference when the name exists already. */
	fd = create_named(self->args, name, 0);
	EXPECT_LE(0, fd);
	check_value(fd, 1, 5);
	close(fd);
	EXPECT_EQ(0, unlink_named(name));
	EXPECT_EQ(-ENOENT, open_it(name));
}

/*
 * A process that relies on persistence must not get a name that does not
 * persist.
 */
TEST_F(names, persist_only_if_made_so)
{
	EXPECT_EQ(-EINVAL, create_named(self->args, self->name, KIPC_PERSIST));
	close(self->fd);
	EXPECT_EQ(-ENOENT, open_it(self->name));
}

TEST_F(names, persist_no_longer_than_unlink)
{
	char name[64];
	int fd;

	unique_name(name, "persist");
	fd = create_named(self->args, name, KIPC_PERSIST);
	ASSERT_LE(0, fd);
	EXPECT_EQ(0, unlink_named(name));
	EXPECT_EQ(-ENOENT, unlink_named(name));
	check_value(fd, 0, 3);
	close(fd);
	EXPECT_EQ(-ENOENT, open_it(name));
}

TEST_F(names, unlink)
{
	int other;

	ASSERT_EQ(0, unlink_named(self->name));
	EXPECT_EQ(-ENOENT, open_it(self->name));
	EXPECT_EQ(-ENOENT, unlink_named(self->name));
	EXPECT_EQ(0, semaphore_post(self->fd, 0, 1));
	check_value(self->fd, 0, 4);
	/*
	 * The name is free, and a new object keeps it when the former one goes.
	 */
	other = create_named(self->args, self->name, KIPC_EXCLUSIVE);
	ASSERT_LE(0, other);
	check_value(other, 0, 3);
	check_value(self->fd, 0, 4);
	close(self->fd);
	self->fd = open_it(self->name);
	EXPECT_LE(0, self->fd);
	check_value(self->fd, 0, 3);
}

TEST_F(names, unlink_while_somebody_waits)
{
	struct child waiter;

	start_semaphore_wait(&waiter, self->fd, 0, 4);
	wait_for_waiters(self->fd, 1);
	EXPECT_EQ(0, unlink_named(self->name));
	EXPECT_EQ(0, semaphore_post(self->fd, 0, 1));
	EXPECT_EQ(0, child_finish(&waiter));
}

/* The mode is the one that the creator asked for. The umask does not apply. */
TEST_F(names, modes)
{
	struct kipc_list_entry entry = {};
	struct kipc_info_args info;
	char name[64];
	__u32 mode;
	int fd;

	umask(0777);
	unique_name(name, "mode");
	for (mode = 0; mode <= 0777; mode += 037) {
		self->args.mode = mode;
		fd = create_named(self->args, name, KIPC_EXCLUSIVE);
		ASSERT_LE(0, fd);
		EXPECT_EQ(0, object_info(fd, &info));
		EXPECT_EQ(mode, info.mode);
		EXPECT_EQ(1, list_find(name, &entry));
		EXPECT_EQ(mode, entry.mode);
		close(fd);
	}
}

struct names_race {
	struct kipc_create_args args;
	const char *name;
	unsigned int flags;
};

static int run_race(void *data)
{
	struct names_race *race = data;
	int i, fd, wins = 0;

	for (i = 0; i < (int)scaled(RACES); i++) {
		fd = create_named(race->args, race->name, race->flags);
		if (fd < 0 && fd != -EEXIST)
			return fd;
		wins += fd >= 0;
		close(fd);
	}
	return wins;
}

/*
 * A creator that races with the last close gets the old object or a new one,
 * but no error.
 */
TEST_F(names, race)
{
	struct names_race race = { .args = self->args, .name = self->name };
	struct child children[2];
	size_t i;

	close(self->fd);
	for (i = 0; i < ARRAY_SIZE(children); i++)
		child_start(&children[i], run_race, &race);
	for (i = 0; i < ARRAY_SIZE(children); i++)
		EXPECT_EQ((int)scaled(RACES), child_finish(&children[i]));
	EXPECT_EQ(-ENOENT, open_it(self->name));
}

TEST_F(names, race_exclusively)
{
	struct names_race race = {
		.args = self->args,
		.name = self->name,
		.flags = KIPC_EXCLUSIVE,
	};
	struct child children[2];
	size_t i;

	close(self->fd);
	for (i = 0; i < ARRAY_SIZE(children); i++)
		child_start(&children[i], run_race, &race);
	for (i = 0; i < ARRAY_SIZE(children); i++)
		EXPECT_LT(0, child_finish(&children[i]));
	EXPECT_EQ(-ENOENT, open_it(self->name));
}

/* Which strings are valid names, for each call that takes a name. */

FIXTURE(spelling) {
	char name[KIPC_NAME_MAX + 2];
};

FIXTURE_VARIANT(spelling) {
	int (*call)(const void *name, __u32 length);
	int good;	/* result for a name that is not in use */
};

static int call_create(const void *name, __u32 length)
{
	struct kipc_create_args args = semaphore_args(1, 0, 1);
	int fd;

	args.name = (uintptr_t)name;
	args.name_length = length;
	/* Without the flag, a length of 0 would make an anonymous object. */
	args.flags = KIPC_EXCLUSIVE;
	fd = create(args);
	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}

FIXTURE_VARIANT_ADD(spelling, create) {
	.call = call_create,
};

static int call_open(const void *name, __u32 length)
{
	struct kipc_open_args args = {
		.size = sizeof(args),
		.flags = KIPC_READ,
		.type = KIPC_SEMAPHORE,
		.name_length = length,
		.name = (uintptr_t)name,
	};

	return device_call(KIPC_OPEN, &args);
}

FIXTURE_VARIANT_ADD(spelling, open) {
	.call = call_open,
	.good = -ENOENT,
};

static int call_unlink(const void *name, __u32 length)
{
	struct kipc_unlink_args args = {
		.size = sizeof(args),
		.name_length = length,
		.name = (uintptr_t)name,
	};

	return device_call(KIPC_UNLINK, &args);
}

FIXTURE_VARIANT_ADD(spelling, unlink) {
	.call = call_unlink,
	.good = -ENOENT,
};

FIXTURE_SETUP(spelling)
{
	memset(self->name, 'n', sizeof(self->name));
}

FIXTURE_TEARDOWN(spelling)
{
}

TEST_F(spelling, length)
{
	EXPECT_EQ(-EINVAL, variant->call(self->name, 0));
	EXPECT_EQ(variant->good, variant->call(self->name, 1));
	EXPECT_EQ(variant->good, variant->call(self->name, KIPC_NAME_MAX));
	EXPECT_EQ(-ENAMETOOLONG, variant->call(self->name, KIPC_NAME_MAX + 1));
	EXPECT_EQ(-ENAMETOOLONG, variant->call(self->name, 0xffffffff));
	EXPECT_EQ(-ENAMETOOLONG, variant->call(bad_pointer(), 1U << 20));
}

TEST_F(spelling, slash_and_nul)
{
	const char bad[] = { '/', 0 };
	size_t i, at;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		for (at = 0; at < 5; at++) {
			memset(self->name, 'n', 5);
			self->name[at] = bad[i];
			EXPECT_EQ(-EINVAL, variant->call(self->name, 5));
		}
	}
	EXPECT_EQ(-EINVAL, variant->call("/", 1));
	EXPECT_EQ(-EINVAL, variant->call("", 1));
}

TEST_F(spelling, any_other_byte)
{
	unsigned int byte;

	for (byte = 1; byte < 256; byte++) {
		if (byte == '/')
			continue;
		self->name[3] = byte;
		EXPECT_EQ(variant->good, variant->call(self->name, 7)) {
			TH_LOG("byte %u", byte);
		}
	}
}

TEST_F(spelling, bad_pointer)
{
	char *pages = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ASSERT_TRUE(pages != MAP_FAILED);
	ASSERT_EQ(0, munmap(pages + 4096, 4096));
	memset(pages, 'n', 4096);
	EXPECT_EQ(variant->good, variant->call(pages + 4096 - 10, 10));
	EXPECT_EQ(-EFAULT, variant->call(pages + 4096 - 10, 11));
	EXPECT_EQ(-EFAULT, variant->call(pages + 4096, 1));
	EXPECT_EQ(-EFAULT, variant->call((void *)-4096L, 5));
}

TEST_HARNESS_MAIN
