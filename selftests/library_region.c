// SPDX-License-Identifier: GPL-2.0-only
/* libkipc: regions. */
#include "kipc_test.h"
#include "library.h"

static char name[64];

static int run_region_child(void *data)
{
	struct kipc_region *region = data;
	struct kipc_mutex *mutex = kipc_region_mutex(region);
	void *bytes;
	int ret;

	ret = kipc_region_map(region, KIPC_READ | KIPC_WRITE, &bytes) ?:
	      kipc_mutex_lock(mutex, 1);
	if (ret)
		return ret;
	memcpy(bytes, "half", 5);
	for (;;)
		pause();
}

TEST(region_outlives_the_owner_of_its_mutex)
{
	const struct kipc_region_options options = {
		.mutexes = 2, .bytes = 10000,
	};
	struct kipc_region *region;
	struct kipc_mutex *mutex;
	struct child child;
	char *bytes;
	void *data;

	ASSERT_EQ(0, kipc_region_create(&region, NULL, &options));
	mutex = kipc_region_mutex(region);
	ASSERT_EQ(0, kipc_region_map(region, KIPC_READ | KIPC_WRITE, &data));
	bytes = data;
	EXPECT_EQ(0, kipc_mutex_lock(mutex, 0));
	child_start(&child, run_region_child, region);
	wait_until(__atomic_load_n(&bytes[3], __ATOMIC_ACQUIRE) ||
		   child_ended(&child));
	EXPECT_EQ(-EAGAIN, kipc_mutex_trylock(mutex, 1));
	EXPECT_EQ(CHILD_KILLED, child_kill(&child));
	EXPECT_EQ(-EOWNERDEAD, kipc_mutex_lock(mutex, 1));
	EXPECT_STREQ("half", bytes);
	EXPECT_EQ(0, kipc_mutex_consistent(mutex, 1));
	EXPECT_EQ(0, kipc_mutex_unlock(mutex, 1));
	EXPECT_EQ(0, kipc_mutex_unlock(mutex, 0));
	EXPECT_EQ(-EINVAL, kipc_mutex_lock(mutex, 2));
	kipc_region_close(region);
	/* The memory stays after the handle is closed. */
	EXPECT_STREQ("half", bytes);
	EXPECT_EQ(0, munmap(bytes, options.bytes));
}

TEST(region_defaults)
{
	struct kipc_region_state_args state;
	struct kipc_region *region;
	void *data;

	ASSERT_EQ(0, kipc_region_create(&region, NULL, NULL));
	EXPECT_EQ(4096ULL, kipc_region_size(region));
	EXPECT_EQ(-EINVAL, kipc_mutex_lock(kipc_region_mutex(region), 0));
	EXPECT_EQ(-EINVAL, kipc_mutex_unlock(kipc_region_mutex(region), 0));
	EXPECT_EQ(-EINVAL, kipc_region_map(region, 0, &data));
	EXPECT_EQ(-EINVAL, kipc_region_map(region, KIPC_WRITE, &data));
	EXPECT_EQ(-EINVAL, kipc_region_map(region, 7, &data));
	EXPECT_EQ(NULL, data);
	ASSERT_EQ(0, kipc_region_state(region, &state));
	EXPECT_EQ(4096ULL, state.bytes);
	EXPECT_EQ(0, state.writers);
	kipc_region_close(region);
	kipc_region_close(NULL);
}

TEST(region_is_sealed)
{
	struct kipc_region_state_args state;
	struct kipc_region *region;
	void *data;

	ASSERT_EQ(0, kipc_region_create(&region, NULL, NULL));
	ASSERT_EQ(0, kipc_region_map(region, KIPC_READ | KIPC_WRITE, &data));
	memcpy(data, "final", 6);
	EXPECT_EQ(-EBUSY, kipc_region_seal(region, KIPC_SEAL_WRITE));
	kipc_region_unmap(region, data);
	kipc_region_unmap(region, NULL);
	EXPECT_EQ(-EINVAL, kipc_region_seal(region, 0));
	EXPECT_EQ(-EINVAL, kipc_region_seal(region, KIPC_SEAL_WRITE << 1));
	EXPECT_EQ(0, kipc_region_seal(region, KIPC_SEAL_WRITE));
	EXPECT_EQ(0, kipc_region_seal(region, KIPC_SEAL_WRITE));
	ASSERT_EQ(0, kipc_region_state(region, &state));
	EXPECT_EQ(KIPC_SEAL_WRITE, state.seals);
	EXPECT_EQ(-EPERM, kipc_region_map(region, KIPC_READ | KIPC_WRITE,
					  &data));
	EXPECT_EQ(NULL, data);
	ASSERT_EQ(0, kipc_region_map(region, KIPC_READ, &data));
	EXPECT_STREQ("final", (char *)data);
	kipc_region_unmap(region, data);
	kipc_region_close(region);
}

TEST(region_opened_for_less_works_within_that)
{
	const struct kipc_region_options options = {
		.mutexes = 1, .bytes = 5000,
	};
	const struct kipc_region_options larger = {
		.mutexes = 1, .bytes = 5001,
	};
	struct kipc_region *full, *again, *reader, *writer, *import;
	struct kipc_region_state_args state;
	void *data, *seen;

	unique_name(name, "library");
	ASSERT_EQ(0, kipc_region_create(&full, name, &options));
	/*
	 * A region that exists needs as many mutexes as are asked for. Its size
	 * stays.
	 */
	EXPECT_EQ(-EINVAL, kipc_region_create(&again, name, NULL));
	ASSERT_EQ(0, kipc_region_create(&again, name, &larger));
	ASSERT_EQ(0, kipc_region_open(&reader, name, KIPC_READ));
	ASSERT_EQ(0, kipc_region_open(&writer, name, KIPC_WRITE));
	EXPECT_EQ(5000ULL, kipc_region_size(again));
	EXPECT_EQ(5000ULL, kipc_region_size(reader));
	ASSERT_EQ(0, kipc_region_map(again, KIPC_READ | KIPC_WRITE, &data));
	EXPECT_EQ(-EACCES, kipc_region_map(reader, KIPC_READ | KIPC_WRITE,
					   &seen));
	EXPECT_EQ(-EACCES, kipc_region_map(writer, KIPC_READ | KIPC_WRITE,
					   &seen));
	EXPECT_EQ(-EACCES, kipc_region_map(writer, KIPC_READ, &seen));
	ASSERT_EQ(0, kipc_region_map(reader, KIPC_READ, &seen));
	memcpy(data, "seen", 5);
	EXPECT_STREQ("seen", (char *)seen);
	EXPECT_EQ(-EBADF, kipc_region_seal(reader, KIPC_SEAL_WRITE));
	EXPECT_EQ(0, kipc_region_state(writer, &state));
	EXPECT_LE((uint64_t)kipc_region_size(writer), state.bytes);
	EXPECT_EQ(-EBADF, kipc_mutex_lock(kipc_region_mutex(reader), 0));
	EXPECT_EQ(-ENXIO, kipc_mutex_lock(kipc_region_mutex(writer), 0));
	EXPECT_EQ(0, kipc_mutex_lock(kipc_region_mutex(full), 0));
	EXPECT_EQ(-EDEADLK, kipc_mutex_lock(kipc_region_mutex(again), 0));
	EXPECT_EQ(0, kipc_mutex_unlock(kipc_region_mutex(again), 0));
	EXPECT_EQ(0, kipc_region_import(&import,
					dup(kipc_region_fd(reader))));
	EXPECT_EQ(5000ULL, kipc_region_size(import));
	kipc_region_close(import);
	kipc_region_unmap(again, data);
	kipc_region_unmap(reader, seen);
	kipc_region_close(full);
	kipc_region_close(again);
	kipc_region_close(reader);
	kipc_region_close(writer);
}

TEST_HARNESS_MAIN
