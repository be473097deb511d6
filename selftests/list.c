// SPDX-License-Identifier: GPL-2.0-only
/*
 * LIST returns the names that exist. Other programs may have names too, so each
 * test looks only at the names that begin with its own prefix.
 */
#include "kipc_test.h"
#include "lock_child.h"
#include "mutex_word.h"
#include "wait_child.h"

#define NAMES		20

FIXTURE(list) {
	char prefix[64];
	int fd[NAMES];
};

static const char *name_at(const char *prefix, unsigned int i, char name[64])
{
	snprintf(name, 64, "%.48s%u", prefix, i);
	return name;
}

FIXTURE_SETUP(list)
{
	unsigned int i;
	char name[64];

	unique_name(self->prefix, "list-");
	for (i = 0; i < NAMES; i++) {
		name_at(self->prefix, i, name);
		self->fd[i] = create_named(semaphore_args(1, 0, 1), name, 0);
		ASSERT_LE(0, self->fd[i]);
	}
}

FIXTURE_TEARDOWN(list)
{
}

/* Returns the number behind the prefix, or -1. */
static int number_of(const char *prefix, const struct kipc_list_entry *entry)
{
	if (strncmp(entry->name, prefix, strlen(prefix)))
		return -1;
	return atoi(entry->name + strlen(prefix));
}

/* Counts how often each name of this test is listed, in batches of @count. */
static int count_names(const char *prefix, unsigned int count,
		       unsigned int times[2 * NAMES])
{
	struct kipc_list_entry entries[32];
	__u64 cursor = 0;
	int ret, i, number;

	memset(times, 0, 2 * NAMES * sizeof(*times));
	do {
		ret = list_names(&cursor, entries, count);
		for (i = 0; i < ret; i++) {
			number = number_of(prefix, &entries[i]);
			if (number >= 0 && number < 2 * NAMES)
				times[number]++;
		}
	} while (ret > 0);
	return ret;
}

#define EXPECT_EACH_ONCE(times) do { \
	unsigned int __i; \
	for (__i = 0; __i < NAMES; __i++) \
		EXPECT_EQ(1U, (times)[__i]); \
} while (0)

TEST_F(list, in_batches)
{
	const unsigned int batches[] = { 1, 2, 3, 7, 19, 20, 21, 32 };
	unsigned int times[2 * NAMES];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(batches); i++) {
		EXPECT_EQ(0, count_names(self->prefix, batches[i], times));
		EXPECT_EACH_ONCE(times);
	}
}

TEST_F(list, ends)
{
	struct kipc_list_entry entry;
	__u64 cursor = 0, end;

	while (list_names(&cursor, &entry, 1) == 1)
		;
	end = cursor;
	EXPECT_EQ(0, list_names(&cursor, &entry, 1));
	EXPECT_EQ(0, list_names(&cursor, &entry, 1));
	EXPECT_EQ(end, cursor);
	/* Nothing was written if there was no entry. */
	EXPECT_EQ(KIPC_POISON_32, entry.type);
}

TEST_F(list, entry)
{
	struct kipc_create_args args = semaphore_args(1000, 1, 2);
	struct kipc_list_entry entry;
	char name[64];
	int fd, copy;
	size_t i;

	unique_name(name, "entry");
	args.mode = 0751;
	fd = create_named(args, name, KIPC_PACKED | KIPC_PERSIST);
	ASSERT_LE(0, fd);
	copy = open_named(KIPC_SEMAPHORE, name, KIPC_READ);
	ASSERT_LE(0, copy);
	ASSERT_EQ(1, list_find(name, &entry));
	EXPECT_EQ((__u32)KIPC_SEMAPHORE, entry.type);
	EXPECT_EQ((__u32)(KIPC_PACKED | KIPC_PERSIST), entry.flags);
	EXPECT_EQ(1000U, entry.elements);
	EXPECT_EQ(0751U, entry.mode);
	EXPECT_EQ(geteuid(), entry.uid);
	EXPECT_EQ(getegid(), entry.gid);
	EXPECT_EQ(0U, entry.waiters);
	EXPECT_EQ(2U, entry.descriptors);
	EXPECT_EQ(0U, entry.owner);
	EXPECT_EQ((__u32)strlen(name), entry.name_length);
	EXPECT_EQ(0, strncmp(name, entry.name, entry.name_length));
	for (i = entry.name_length; i < sizeof(entry.name); i++)
		EXPECT_EQ(0, entry.name[i]);
	EXPECT_EQ(0, unlink_named(name));
}

TEST_F(list, descriptors)
{
	struct kipc_list_entry entry = {};
	char name[64];
	int fd, copy;

	unique_name(name, "descriptors");
	fd = create_named(semaphore_args(1, 1, 2), name, KIPC_PERSIST);
	ASSERT_LE(0, fd);
	/*
	 * There is one open file description, however many descriptors it has.
	 */
	copy = dup(fd);
	EXPECT_EQ(1, list_find(name, &entry));
	EXPECT_EQ(1U, entry.descriptors);
	close(fd);
	close(copy);
	EXPECT_EQ(1, list_find(name, &entry));
	EXPECT_EQ(0U, entry.descriptors);
	EXPECT_EQ(0, unlink_named(name));
}

TEST_F(list, waiters)
{
	struct kipc_list_entry entry = {};
	struct child waiters[3];
	char name[64];
	size_t i;
	int fd;

	unique_name(name, "waiters");
	fd = create_named(semaphore_args(3, 0, 2), name, 0);
	ASSERT_LE(0, fd);
	for (i = 0; i < ARRAY_SIZE(waiters); i++)
		start_semaphore_wait(&waiters[i], fd, i, 1);
	wait_until(list_find(name, &entry) != 1 || entry.waiters == 3);
	EXPECT_EQ(3U, entry.waiters);
	for (i = 0; i < ARRAY_SIZE(waiters); i++) {
		EXPECT_EQ(0, semaphore_post(fd, i, 1));
		EXPECT_EQ(0, child_finish(&waiters[i]));
	}
	EXPECT_EQ(1, list_find(name, &entry));
	EXPECT_EQ(0U, entry.waiters);
}

/* Only the first mutex of a set is listed. */
TEST_F(list, owner_and_waiters_of_a_mutex)
{
	struct child owner, other, waiter;
	struct kipc_list_entry entry = {};
	char name[64];
	int fd;

	unique_name(name, "mutex");
	fd = create_named(mutex_args(2), name, 0);
	ASSERT_LE(0, fd);
	start_lock(&other, run_lock_and_hold, fd, 1);
	wait_for_owner(fd, 1);
	EXPECT_EQ(1, list_find(name, &entry));
	EXPECT_EQ(0U, entry.owner);
	start_lock(&owner, run_lock_and_hold, fd, 0);
	wait_for_owner(fd, 0);
	EXPECT_EQ(1, list_find(name, &entry));
	EXPECT_EQ((__u32)owner.pid, entry.owner);
	EXPECT_EQ(0U, entry.waiters);
	start_lock(&waiter, run_lock_and_hold, fd, 0);
	wait_until(list_find(name, &entry) != 1 || entry.waiters == 1);
	EXPECT_EQ((__u32)owner.pid, entry.owner);
	child_kill(&owner);
	wait_for_owner(fd, 0);
	EXPECT_EQ(1, list_find(name, &entry));
	EXPECT_EQ((__u32)waiter.pid, entry.owner);
	/*
	 * The waiter gets the mutex before it runs, and after that it is no
	 * waiter.
	 */
	wait_until(list_find(name, &entry) != 1 || !entry.waiters);
	EXPECT_EQ(1, list_find(name, &entry));
	EXPECT_EQ(0U, entry.waiters);
	child_kill(&waiter);
	EXPECT_EQ(1, list_find(name, &entry));
	EXPECT_EQ(0U, entry.owner);
	child_kill(&other);
}

static int run_look_for_owner(void *data)
{
	struct kipc_list_entry entry = {};

	if (list_find(data, &entry) != 1)
		return -ENOENT;
	return entry.owner ? -EINVAL : 0;
}

TEST_F(list, owner_in_another_namespace)
{
	struct mutexes mutexes;
	struct child looker;
	char name[64];
	int fd;

	if (geteuid())
		SKIP(return, "needs root to make a pid namespace");
	unique_name(name, "abroad");
	fd = create_named(mutex_args(1), name, 0);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, mutexes_attach(&mutexes, fd));
	ASSERT_EQ(0, mutex_lock(fd, 0));
	ASSERT_EQ(0, unshare(CLONE_NEWPID));
	child_start(&looker, run_look_for_owner, name);
	EXPECT_EQ(0, child_finish(&looker));
}

TEST_F(list, shows_only_names)
{
	struct kipc_list_entry entry;
	char name[64];

	EXPECT_LE(0, create(semaphore_args(1, 0, 1)));
	EXPECT_EQ(0, unlink_named(name_at(self->prefix, 3, name)));
	EXPECT_EQ(0, list_find(name, &entry));
	close(self->fd[4]);
	EXPECT_EQ(0, list_find(name_at(self->prefix, 4, name), &entry));
	EXPECT_EQ(1, list_find(name_at(self->prefix, 5, name), &entry));
}

/*
 * A name that exists all the time is listed once, whatever other names come and
 * go.
 */
TEST_F(list, while_names_come_and_go)
{
	unsigned int i, times[2 * NAMES] = {};
	struct kipc_list_entry entry;
	__u64 cursor = 0;
	int fd = -1, number;
	char name[64];

	for (i = 0; list_names(&cursor, &entry, 1) == 1; i++) {
		number = number_of(self->prefix, &entry);
		if (number >= 0 && number < NAMES)
			times[number]++;
		/*
		 * Names that are made behind the cursor may be listed, so stop
		 * making them.
		 */
		if (i >= 200)
			continue;
		close(fd);
		name_at(self->prefix, 1000 + i, name);
		fd = create_named(barrier_args(2), name, 0);
		EXPECT_LE(0, fd);
	}
	EXPECT_EACH_ONCE(times);
}

TEST_F(list, longer_entries)
{
	const size_t longer = sizeof(struct kipc_list_entry) + 40;
	struct kipc_list_args args = {
		.size = sizeof(args),
		.count = 8,
		.entry_size = longer,
	};
	char *entries = calloc(8, longer);
	struct kipc_list_entry entry;
	__u64 cursor = 0;
	int i;

	args.entries = (uintptr_t)entries;
	ASSERT_EQ(8, device_call(KIPC_LIST, &args));
	for (i = 0; i < 8; i++) {
		ASSERT_EQ(1, list_names(&cursor, &entry, 1));
		EXPECT_EQ(0, memcmp(entries + i * longer, &entry,
				    sizeof(entry)));
	}
	EXPECT_EQ(cursor, args.cursor);
	free(entries);
}

TEST_F(list, bad_buffer)
{
	const size_t size = sizeof(struct kipc_list_entry);
	struct kipc_list_args args = {
		.size = sizeof(args),
		.count = 4,
		.entry_size = size,
	};
	char *pages = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ASSERT_TRUE(pages != MAP_FAILED);
	ASSERT_EQ(0, munmap(pages + 4096, 4096));
	EXPECT_EQ(-EFAULT, device_call(KIPC_LIST, &args));
	args.entries = (__u64)-4096;
	EXPECT_EQ(-EFAULT, device_call(KIPC_LIST, &args));
	/* The buffer has room for three and a half entries. */
	args.entries = (uintptr_t)pages + 4096 - size * 7 / 2;
	EXPECT_EQ(-EFAULT, device_call(KIPC_LIST, &args));
	EXPECT_EQ(0ULL, args.cursor);
	args.count = 3;
	EXPECT_EQ(3, device_call(KIPC_LIST, &args));
}

/* A cursor that the kernel did not give out does no harm. */
TEST_F(list, strange_cursors)
{
	const __u64 cursors[] = {
		~0ULL, ~0ULL - 1, 1ULL << 63, 1ULL << 32, 0xffffffff,
		0xfffffffe, 0x80000000,
	};
	struct kipc_list_entry entry;
	__u64 cursor;
	size_t i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(cursors); i++) {
		cursor = cursors[i];
		ret = list_names(&cursor, &entry, 1);
		EXPECT_TRUE(ret == 0 || ret == -EINVAL) {
			TH_LOG("cursor %#llx: %d", cursors[i], ret);
		}
	}
}

TEST_HARNESS_MAIN
