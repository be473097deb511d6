// SPDX-License-Identifier: GPL-2.0-only
/*
 * Access to the memory of a region other than through its descriptor. None of
 * it may take pages away, and none of it may write after the region was sealed.
 */
#include "kipc_test.h"
#include "bytes.h"

#include <sys/stat.h>
#include <sys/syscall.h>

#define PAGE	4096UL
#define SIZE	(5 * PAGE)

FIXTURE(outside) {
	int fd;
	struct bytes bytes;
	char path[128];		/* file behind the mapping */
};

FIXTURE_VARIANT(outside) {
	bool sealed;
};

FIXTURE_VARIANT_ADD(outside, writable) {
};

FIXTURE_VARIANT_ADD(outside, sealed) {
	.sealed = true,
};

FIXTURE_SETUP(outside)
{
	self->fd = create(region_args(SIZE, 0));
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, bytes_map(&self->bytes, self->fd));
	memset(self->bytes.base, 7, SIZE);
	if (variant->sealed) {
		bytes_unmap(&self->bytes);
		ASSERT_EQ(0, region_seal(self->fd));
		ASSERT_EQ(0, bytes_map_for(&self->bytes, self->fd, PROT_READ,
					   MAP_SHARED));
	}
	snprintf(self->path, sizeof(self->path), "/proc/self/map_files/%lx-%lx",
		 (unsigned long)self->bytes.base,
		 (unsigned long)self->bytes.base + SIZE);
}

/* No test may have changed the bytes. */
FIXTURE_TEARDOWN(outside)
{
	struct bytes copy;
	size_t i;

	ASSERT_EQ(0, bytes_map_for(&copy, self->fd, PROT_READ, MAP_PRIVATE));
	for (i = 0; i < SIZE; i++)
		ASSERT_EQ(7, copy.base[i]);
	check_region(self->fd, variant->sealed ? KIPC_SEAL_WRITE : 0,
		     !variant->sealed);
	close(self->fd);
}

TEST_F(outside, remap_file_pages)
{
	EXPECT_EQ(-1, syscall(SYS_remap_file_pages, self->bytes.base, PAGE, 0, 2,
			      0));
	EXPECT_EQ(7, self->bytes.base[0]);
}

TEST_F(outside, remove)
{
	EXPECT_EQ(-1, madvise(self->bytes.base, SIZE, MADV_REMOVE));
	EXPECT_EQ(7, self->bytes.base[SIZE - 1]);
}

/* The descriptor is not one of a regular file. */
TEST_F(outside, descriptor)
{
	char byte;

	EXPECT_EQ(-1, ftruncate(self->fd, 0));
	EXPECT_EQ(-1, fallocate(self->fd, FALLOC_FL_PUNCH_HOLE |
				FALLOC_FL_KEEP_SIZE, 0, PAGE));
	EXPECT_EQ(-1, pwrite64(self->fd, "x", 1, KIPC_REGION_DATA));
	EXPECT_EQ(-1, pread64(self->fd, &byte, 1, KIPC_REGION_DATA));
	EXPECT_EQ(-1, fcntl(self->fd, F_ADD_SEALS, F_SEAL_FUTURE_WRITE));
}

/*
 * Root can follow map_files to the file behind the mapping, but cannot write to
 * that file.
 */
TEST_F(outside, map_files_for_writing)
{
	if (geteuid())
		SKIP(return, "needs root to follow /proc/self/map_files");
	EXPECT_EQ(-1, open(self->path, O_RDWR | O_CLOEXEC));
	EXPECT_EQ(EPERM, errno);
	EXPECT_EQ(-1, open(self->path, O_WRONLY | O_TRUNC | O_CLOEXEC));
	EXPECT_EQ(EPERM, errno);
	EXPECT_EQ(-1, truncate(self->path, 0));
	EXPECT_EQ(EPERM, errno);
	EXPECT_EQ(-1, chmod(self->path, 0777));
	EXPECT_EQ(EPERM, errno);
}

TEST_F(outside, map_files_for_reading)
{
	struct bytes bytes = { .size = SIZE };
	char path[64], byte;
	int fd;

	if (geteuid())
		SKIP(return, "needs root to follow /proc/self/map_files");
	fd = open(self->path, O_RDONLY | O_CLOEXEC);
	ASSERT_LE(0, fd);
	EXPECT_EQ(1, pread(fd, &byte, 1, PAGE));
	EXPECT_EQ(7, byte);
	EXPECT_EQ(-1, ftruncate(fd, 0));
	EXPECT_EQ(-1, fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
				0, PAGE));
	EXPECT_EQ(-1, fchmod(fd, 0));
	EXPECT_EQ(-1, fcntl(fd, F_ADD_SEALS, F_SEAL_FUTURE_WRITE));
	EXPECT_TRUE(mmap(NULL, SIZE, KIPC_BOTH, MAP_SHARED, fd, 0) ==
		    MAP_FAILED);
	EXPECT_EQ(EACCES, errno);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	EXPECT_EQ(-1, open(path, O_RDWR | O_CLOEXEC));
	EXPECT_EQ(EPERM, errno);
	bytes.base = mmap(NULL, SIZE, PROT_READ, MAP_SHARED, fd, 0);
	ASSERT_TRUE(bytes.base != MAP_FAILED);
	EXPECT_EQ(7, bytes.base[SIZE - 1]);
	bytes_unmap(&bytes);
	close(fd);
}

/*
 * A file that root has opened through map_files outlives the object. Only root
 * can read the bytes in this way.
 */
TEST_F(outside, map_files_after_the_object)
{
	int fd, other = create(region_args(SIZE, 0));
	struct bytes bytes;
	char path[128], byte;

	if (geteuid())
		SKIP(return, "needs root to follow /proc/self/map_files");
	ASSERT_LE(0, other);
	ASSERT_EQ(0, bytes_map(&bytes, other));
	bytes.base[0] = 9;
	snprintf(path, sizeof(path), "/proc/self/map_files/%lx-%lx",
		 (unsigned long)bytes.base, (unsigned long)bytes.base + SIZE);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	ASSERT_LE(0, fd);
	bytes_unmap(&bytes);
	close(other);
	EXPECT_EQ(1, pread(fd, &byte, 1, 0));
	EXPECT_EQ(9, byte);
	close(fd);
}

TEST_HARNESS_MAIN
