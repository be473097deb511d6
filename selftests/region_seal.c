// SPDX-License-Identifier: GPL-2.0-only
/*
 * Regions that are sealed: their bytes do not change any more.
 */
#include "kipc_test.h"
#include "bytes.h"

#include <pthread.h>
#include <sys/uio.h>

#define PAGE		4096UL
#define SIZE		(5 * PAGE)
#define LARGE		(4096 * PAGE)

FIXTURE(seal) {
	int fd;
	int reader;	/* another, read-only descriptor */
	char name[64];
};

FIXTURE_SETUP(seal)
{
	unique_name(self->name, "seal");
	self->fd = create_named(region_args(SIZE, 1), self->name, 0);
	ASSERT_LE(0, self->fd);
	self->reader = open_named(KIPC_REGION, self->name, KIPC_READ);
	ASSERT_LE(0, self->reader);
}

FIXTURE_TEARDOWN(seal)
{
	close(self->fd);
	close(self->reader);
}

static int map_errno(int fd, int protection, int flags)
{
	struct bytes bytes;
	int ret = bytes_map_for(&bytes, fd, protection, flags);

	if (!ret)
		bytes_unmap(&bytes);
	return -ret;
}

TEST_F(seal, ends_writing)
{
	struct bytes bytes;

	ASSERT_EQ(0, bytes_map(&bytes, self->fd));
	bytes.base[PAGE] = 9;
	bytes_unmap(&bytes);
	check_region(self->fd, 0, 0);
	EXPECT_EQ(0, region_seal(self->fd));
	check_region(self->fd, KIPC_SEAL_WRITE, 0);
	EXPECT_EQ((long)KIPC_SEAL_WRITE, fdinfo_number(self->fd, "kipc-seals:"));
	EXPECT_EQ(EPERM, map_errno(self->fd, KIPC_BOTH, MAP_SHARED));
	EXPECT_EQ(EPERM, map_errno(self->fd, PROT_WRITE, MAP_SHARED));
	EXPECT_EQ(EACCES, map_errno(self->reader, KIPC_BOTH, MAP_SHARED));
	ASSERT_EQ(0, bytes_map_for(&bytes, self->fd, PROT_READ, MAP_SHARED));
	EXPECT_EQ(9, bytes.base[PAGE]);
	EXPECT_EQ(-1, mprotect(bytes.base, SIZE, KIPC_BOTH));
	EXPECT_EQ(EACCES, errno);
	EXPECT_EQ(-1, mprotect(bytes.base + PAGE, PAGE, PROT_WRITE));
	EXPECT_EQ(EACCES, errno);
	check_region(self->fd, KIPC_SEAL_WRITE, 0);
	bytes_unmap(&bytes);
	/* Sealing again does nothing. */
	EXPECT_EQ(0, region_seal(self->fd));
	check_region(self->reader, KIPC_SEAL_WRITE, 0);
}

/*
 * /proc/PID/mem lets a debugger write where the program cannot, but not to a
 * sealed region.
 */
TEST_F(seal, against_debuggers)
{
	char path[64];
	struct bytes bytes;
	int memory;

	EXPECT_EQ(0, region_seal(self->fd));
	ASSERT_EQ(0, bytes_map_for(&bytes, self->fd, PROT_READ, MAP_SHARED));
	snprintf(path, sizeof(path), "/proc/%d/mem", getpid());
	memory = open(path, O_RDWR | O_CLOEXEC);
	ASSERT_LE(0, memory);
	EXPECT_GT(0, pwrite64(memory, "x", 1, (uintptr_t)bytes.base));
	EXPECT_EQ(0, bytes.base[0]);
}

TEST_F(seal, needs_write_access)
{
	EXPECT_EQ(-EBADF, region_seal(self->reader));
	check_region(self->fd, 0, 0);
}

/* Read-only and private mappings may exist before and after sealing. */
TEST_F(seal, beside_readers)
{
	struct bytes shared, copy;

	ASSERT_EQ(0, bytes_map_for(&shared, self->reader, PROT_READ,
				   MAP_SHARED));
	ASSERT_EQ(0, bytes_map_for(&copy, self->fd, KIPC_BOTH, MAP_PRIVATE));
	copy.base[0] = 1;
	check_region(self->fd, 0, 0);
	EXPECT_EQ(0, region_seal(self->fd));
	copy.base[0] = 2;
	copy.base[PAGE] = 2;
	EXPECT_EQ(0, shared.base[0]);
	EXPECT_EQ(0, shared.base[PAGE]);
	ASSERT_EQ(0, bytes_map_for(&copy, self->fd, KIPC_BOTH, MAP_PRIVATE));
	copy.base[2 * PAGE] = 3;
	EXPECT_EQ(0, shared.base[2 * PAGE]);
	EXPECT_EQ(0, map_errno(self->reader, PROT_READ, MAP_SHARED));
}

TEST_F(seal, is_refused_to_writers)
{
	struct bytes bytes;

	ASSERT_EQ(0, bytes_map(&bytes, self->fd));
	EXPECT_EQ(-EBUSY, region_seal(self->fd));
	check_region(self->fd, 0, 1);
	/* The mapping is not writable now, but it can be made writable. */
	ASSERT_EQ(0, mprotect(bytes.base, SIZE, PROT_READ));
	EXPECT_EQ(-EBUSY, region_seal(self->fd));
	ASSERT_EQ(0, mprotect(bytes.base, SIZE, KIPC_BOTH));
	bytes.base[0] = 1;
	/* Any part that is left of the mapping prevents sealing. */
	ASSERT_EQ(0, munmap(bytes.base + PAGE, PAGE));
	ASSERT_EQ(0, munmap(bytes.base, PAGE));
	EXPECT_EQ(-EBUSY, region_seal(self->fd));
	ASSERT_EQ(0, munmap(bytes.base + 2 * PAGE, SIZE - 2 * PAGE));
	EXPECT_EQ(0, region_seal(self->fd));
}

TEST_F(seal, is_refused_to_those_who_may_write)
{
	struct bytes bytes;

	ASSERT_EQ(0, bytes_map_for(&bytes, self->fd, PROT_READ, MAP_SHARED));
	check_region(self->fd, 0, 1);
	EXPECT_EQ(-EBUSY, region_seal(self->fd));
	bytes_unmap(&bytes);
	EXPECT_EQ(0, region_seal(self->fd));
}

static int run_nothing(void *data)
{
	(void)data;
	for (;;)
		pause();
	return 0;
}

/*
 * The mapping that a child inherits prevents sealing until the child is killed.
 */
TEST_F(seal, is_refused_to_children)
{
	struct child child;
	struct bytes bytes;

	ASSERT_EQ(0, bytes_map(&bytes, self->fd));
	child_start(&child, run_nothing, NULL);
	bytes_unmap(&bytes);
	check_region(self->fd, 0, 1);
	EXPECT_EQ(-EBUSY, region_seal(self->fd));
	EXPECT_EQ(CHILD_KILLED, child_kill(&child));
	EXPECT_EQ(0, region_seal(self->fd));
}

/* A mapping that failed leaves nothing behind that would count as a writer. */
TEST_F(seal, after_failed_mappings)
{
	struct bytes bytes;

	EXPECT_EQ(-EINVAL, bytes_map_part(&bytes, self->fd, KIPC_BOTH,
					  MAP_SHARED, 0, 2 * SIZE));
	check_region(self->fd, 0, 0);
	EXPECT_EQ(0, region_seal(self->fd));
	EXPECT_EQ(-EINVAL, bytes_map_part(&bytes, self->fd, PROT_READ,
					  MAP_SHARED, 0, 2 * SIZE));
	check_region(self->fd, KIPC_SEAL_WRITE, 0);
}

/* Maps and unmaps many pages until it is killed. */
static int run_map_for_ever(void *data)
{
	int fd = *(int *)data, ret;
	struct bytes bytes;

	for (;;) {
		ret = bytes_map(&bytes, fd);
		if (ret)
			return ret;
		bytes_unmap(&bytes);
	}
}

/*
 * A process is killed during a mapping, when some pages are mapped and others
 * are not. It leaves no writer behind.
 */
TEST_F(seal, after_mappings_killed_halfway)
{
	int fd = create(region_args(LARGE, 0));
	unsigned int round, turn, rounds = scaled(50);
	struct child child;

	ASSERT_LE(0, fd);
	for (round = 0; round < rounds; round++) {
		child_start(&child, run_map_for_ever, &fd);
		for (turn = 0; turn < round * 100; turn++)
			sched_yield();
		EXPECT_EQ(CHILD_KILLED, child_kill(&child));
		check_region(fd, 0, 0);
	}
	EXPECT_EQ(0, region_seal(fd));
	close(fd);
}

/*
 * A page in a pipe is not copied, and may still be written through the pipe. So
 * it prevents sealing.
 */
TEST_F(seal, is_refused_while_pinned)
{
	struct iovec vector;
	struct bytes bytes;
	char byte;
	int ends[2];

	ASSERT_EQ(0, pipe(ends));
	ASSERT_EQ(0, bytes_map(&bytes, self->fd));
	bytes.base[3 * PAGE] = 'x';
	vector.iov_base = bytes.base + 3 * PAGE;
	vector.iov_len = 1;
	ASSERT_EQ(1, vmsplice(ends[1], &vector, 1, 0));
	bytes_unmap(&bytes);
	EXPECT_EQ(-EBUSY, region_seal(self->fd));
	/* The refusal has changed nothing. */
	check_region(self->fd, 0, 0);
	ASSERT_EQ(0, bytes_map(&bytes, self->fd));
	bytes.base[3 * PAGE] = 'y';
	bytes_unmap(&bytes);
	ASSERT_EQ(1, read(ends[0], &byte, 1));
	EXPECT_EQ('y', byte);
	EXPECT_EQ(0, region_seal(self->fd));
}

static int run_seal(void *data)
{
	return region_seal(*(int *)data);
}

/*
 * While the kernel waits for a page to be released, the region can still be
 * mapped for writing.
 */
TEST_F(seal, does_not_refuse_mappings_before_it_succeeds)
{
	const int protection[] = { KIPC_BOTH, PROT_READ };
	struct iovec vector = { .iov_len = 1 };
	struct bytes bytes;
	struct child child;
	int ends[2];
	size_t i;

	ASSERT_EQ(0, pipe(ends));
	ASSERT_EQ(0, bytes_map_for(&bytes, self->reader, PROT_READ,
				   MAP_SHARED));
	vector.iov_base = bytes.base;
	ASSERT_EQ(1, vmsplice(ends[1], &vector, 1, 0));
	for (i = 0; i < ARRAY_SIZE(protection); i++) {
		child_start(&child, run_seal, &self->fd);
		wait_until(child_state(&child) == 'D' || child_ended(&child));
		ASSERT_EQ(0, bytes_map_for(&bytes, self->fd, protection[i],
					   MAP_SHARED));
		EXPECT_EQ(0, mprotect(bytes.base, SIZE, KIPC_BOTH));
		bytes_unmap(&bytes);
		EXPECT_EQ(-EBUSY, child_finish(&child));
	}
	close(ends[0]);
	close(ends[1]);
	EXPECT_EQ(0, region_seal(self->fd));
	EXPECT_EQ(EPERM, map_errno(self->fd, KIPC_BOTH, MAP_SHARED));
}

/* Sealing does not affect the mutexes. */
TEST_F(seal, spares_the_mutexes)
{
	EXPECT_EQ(0, region_seal(self->fd));
	EXPECT_TRUE(mmap(NULL, PAGE, KIPC_BOTH, MAP_SHARED, self->fd, 0) !=
		    MAP_FAILED);
	EXPECT_EQ(0, mutex_lock(self->fd, 0));
	EXPECT_EQ(0, mutex_unlock(self->fd, 0));
}

/* Races. */

#define ROUNDS	200

struct seal_race {
	int fd;
	unsigned int written;
	int ended;	/* the error that stopped the writer */
};

/* Writes through short-lived mappings until a mapping is refused. */
static void *write_for_ever(void *data)
{
	struct seal_race *race = data;
	struct bytes bytes;

	for (;;) {
		race->ended = bytes_map(&bytes, race->fd);
		if (race->ended)
			return NULL;
		bytes.base[race->written++ % SIZE]++;
		bytes_unmap(&bytes);
	}
}

/* Seals the region, and tries again as long as a writer prevents that. */
static void *seal_for_ever(void *data)
{
	struct seal_race *race = data;
	int ret;

	do {
		ret = region_seal(race->fd);
	} while (ret == -EBUSY);
	return (void *)(intptr_t)ret;
}

/*
 * Two threads seal at once while a third one writes. Once the region is sealed,
 * no byte changes any more.
 */
TEST_F(seal, races)
{
	unsigned char before[SIZE];
	unsigned int round, rounds = scaled(ROUNDS);
	pthread_t writer, sealer;
	struct bytes bytes;
	void *ret;

	for (round = 0; round < rounds; round++) {
		struct seal_race race = { .fd = create(region_args(SIZE, 0)) };

		ASSERT_LE(0, race.fd);
		ASSERT_EQ(0, pthread_create(&writer, NULL, write_for_ever,
					    &race));
		ASSERT_EQ(0, pthread_create(&sealer, NULL, seal_for_ever,
					    &race));
		EXPECT_EQ(NULL, seal_for_ever(&race));
		ASSERT_EQ(0, bytes_map_for(&bytes, race.fd, PROT_READ,
					   MAP_SHARED));
		memcpy(before, bytes.base, SIZE);
		ASSERT_EQ(0, pthread_join(sealer, &ret));
		EXPECT_EQ(NULL, ret);
		ASSERT_EQ(0, pthread_join(writer, NULL));
		EXPECT_EQ(-EPERM, race.ended);
		EXPECT_EQ(0, memcmp(before, bytes.base, SIZE));
		check_region(race.fd, KIPC_SEAL_WRITE, 0);
		bytes_unmap(&bytes);
		close(race.fd);
	}
}

TEST_HARNESS_MAIN
