// SPDX-License-Identifier: GPL-2.0-only
/*
 * Regions: which bytes there are, which descriptors may map them, how and for
 * how long, and the mutexes that come with them. region_size.c tests what
 * regions cost, and region_seal.c their seals.
 */
#include "kipc_test.h"
#include "bytes.h"
#include "mutex_word.h"
#include "parameter.h"
#include "user.h"

#include <sys/syscall.h>

#define PAGE		4096UL
#define PAGES		5
#define SIZE		(PAGES * PAGE)
#define BYTES		(SIZE - PAGE + 1)	/* these fill PAGES pages */
#define USER		1000

FIXTURE(region) {
	int fd;
	char name[64];
	struct bytes bytes;
};

FIXTURE_VARIANT(region) {
	__u32 flags;
	unsigned int mutexes;
};

FIXTURE_VARIANT_ADD(region, plain) {
};

FIXTURE_VARIANT_ADD(region, with_mutexes) {
	.mutexes = 3,
};

FIXTURE_VARIANT_ADD(region, with_sealed_mutexes) {
	.flags = KIPC_SEALED | KIPC_PACKED,
	.mutexes = KIPC_ELEMENTS_MAX,
};

FIXTURE_SETUP(region)
{
	struct kipc_create_args args = region_args(BYTES, variant->mutexes);

	args.mode = 0640;
	unique_name(self->name, "region");
	self->fd = create_named(args, self->name, variant->flags);
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, bytes_map(&self->bytes, self->fd));
}

FIXTURE_TEARDOWN(region)
{
	close(self->fd);
}

/*
 * Returns the errno of a mapping at that offset from KIPC_REGION_DATA, or 0 if
 * it succeeds.
 */
static int map_errno(int fd, int protection, int flags, __s64 from, size_t size)
{
	struct bytes bytes;
	int ret = bytes_map_part(&bytes, fd, protection, flags, from, size);

	if (!ret)
		bytes_unmap(&bytes);
	return -ret;
}

TEST_F(region, says_what_it_is)
{
	struct kipc_region_state_args state;
	struct kipc_info_args info;

	ASSERT_EQ(0, object_info(self->fd, &info));
	EXPECT_EQ((__u32)KIPC_REGION, info.type);
	EXPECT_EQ(variant->mutexes, info.elements);
	EXPECT_EQ(variant->flags, info.created);
	EXPECT_EQ((__u64)BYTES, info.attributes.region.bytes);
	EXPECT_EQ(!variant->mutexes, !info.map_size);
	EXPECT_EQ(!variant->mutexes, !info.stride);
	ASSERT_EQ(0, region_state(self->fd, &state));
	EXPECT_EQ((__u64)SIZE, state.bytes);
	check_region(self->fd, 0, 1);
	EXPECT_EQ((long)SIZE, fdinfo_number(self->fd, "kipc-region-bytes:"));
	EXPECT_EQ(0L, fdinfo_number(self->fd, "kipc-seals:"));
	EXPECT_EQ(1L, fdinfo_number(self->fd, "kipc-writers:"));
}

/* The bytes extend to the end of the last page, and are zero at first. */
TEST_F(region, holds_whole_pages)
{
	EXPECT_TRUE(all_zero(self->bytes.base, SIZE));
	memset(self->bytes.base, 0xa5, SIZE);
	EXPECT_EQ(0xa5, self->bytes.base[SIZE - 1]);
}

TEST_F(region, is_shared)
{
	int fd = create_named(region_args(BYTES, variant->mutexes), self->name,
			      variant->flags);
	struct bytes other;
	size_t i;

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, bytes_map(&other, fd));
	EXPECT_TRUE(other.base != self->bytes.base);
	for (i = 0; i < SIZE; i += 256)
		self->bytes.base[i] = i / 256;
	for (i = 0; i < SIZE; i += 256)
		EXPECT_EQ(i / 256 % 256, other.base[i]);
	EXPECT_EQ(0, map_errno(fd, KIPC_BOTH, MAP_SHARED, 0, SIZE));
	/*
	 * An existing region keeps its size, whatever size is asked for. Its
	 * other attributes have to match.
	 */
	EXPECT_LE(0, create_named(region_args(1, variant->mutexes), self->name,
				  variant->flags));
	EXPECT_EQ(-EINVAL, create_named(region_args(BYTES, 7), self->name,
					variant->flags));
}

TEST_F(region, read_only_descriptor)
{
	int fd = open_named(KIPC_REGION, self->name, KIPC_READ);
	struct bytes bytes;

	ASSERT_LE(0, fd);
	EXPECT_EQ(EACCES, map_errno(fd, KIPC_BOTH, MAP_SHARED, 0, SIZE));
	EXPECT_EQ(EACCES, map_errno(fd, PROT_WRITE, MAP_SHARED, 0, SIZE));
	ASSERT_EQ(0, bytes_map_for(&bytes, fd, PROT_READ, MAP_SHARED));
	EXPECT_EQ(-1, mprotect(bytes.base, PAGE, KIPC_BOTH));
	EXPECT_EQ(EACCES, errno);
	self->bytes.base[PAGE] = 7;
	EXPECT_EQ(7, bytes.base[PAGE]);
	check_region(self->fd, 0, 1);
}

TEST_F(region, write_only_descriptor)
{
	int fd = open_named(KIPC_REGION, self->name, KIPC_WRITE);

	ASSERT_LE(0, fd);
	EXPECT_EQ(EACCES, map_errno(fd, KIPC_BOTH, MAP_SHARED, 0, SIZE));
	EXPECT_EQ(EACCES, map_errno(fd, PROT_WRITE, MAP_SHARED, 0, SIZE));
	EXPECT_EQ(EACCES, map_errno(fd, PROT_READ, MAP_SHARED, 0, SIZE));
	EXPECT_EQ(EACCES, map_errno(fd, PROT_READ, MAP_PRIVATE, 0, SIZE));
}

/* The mode of the object says what a descriptor may be opened for. */
TEST_F(region, of_another_user)
{
	pid_t child;

	if (geteuid())
		SKIP(return, "needs root to become another user");
	child = child_fork();
	if (!child) {
		/* The group is that of root, which may only read. */
		ASSERT_EQ(0, become_user(USER, 0));
		EXPECT_EQ(-EACCES, open_named(KIPC_REGION, self->name,
					      KIPC_READ | KIPC_WRITE));
		EXPECT_EQ(-EACCES, open_named(KIPC_REGION, self->name,
					      KIPC_WRITE));
		EXPECT_LE(0, open_named(KIPC_REGION, self->name, KIPC_READ));
		_exit(_metadata->exit_code);
	}
	EXPECT_EQ(0, child_wait(child));
	child = child_fork();
	if (!child) {
		ASSERT_EQ(0, become_user(USER, USER));
		EXPECT_EQ(-EACCES, open_named(KIPC_REGION, self->name,
					      KIPC_READ));
		_exit(_metadata->exit_code);
	}
	EXPECT_EQ(0, child_wait(child));
}

TEST_F(region, parts)
{
	struct bytes part;

	ASSERT_EQ(0, bytes_map_part(&part, self->fd, KIPC_BOTH, MAP_SHARED,
				    2 * PAGE, 2 * PAGE));
	self->bytes.base[2 * PAGE] = 1;
	self->bytes.base[4 * PAGE - 1] = 2;
	EXPECT_EQ(1, part.base[0]);
	EXPECT_EQ(2, part.base[2 * PAGE - 1]);
	ASSERT_EQ(0, bytes_map_part(&part, self->fd, KIPC_BOTH, MAP_SHARED,
				    SIZE - PAGE, 1));
	part.base[PAGE - 1] = 3;
	EXPECT_EQ(3, self->bytes.base[SIZE - 1]);
}

TEST_F(region, beyond_the_end)
{
	/*
	 * MAP_NORESERVE: a private mapping must not fail for lack of memory for
	 * copies.
	 */
	const int flags[] = { MAP_SHARED, MAP_PRIVATE | MAP_NORESERVE };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(flags); i++) {
		EXPECT_EQ(EINVAL, map_errno(self->fd, KIPC_BOTH, flags[i], 0,
					    SIZE + PAGE));
		EXPECT_EQ(EINVAL, map_errno(self->fd, KIPC_BOTH, flags[i],
					    SIZE, PAGE));
		EXPECT_EQ(EINVAL, map_errno(self->fd, KIPC_BOTH, flags[i], PAGE,
					    SIZE));
		EXPECT_EQ(EINVAL, map_errno(self->fd, KIPC_BOTH, flags[i], 0,
					    1U << 30));
		/* The largest offset that a 32-bit program can ask for. */
		EXPECT_EQ(EINVAL,
			  map_errno(self->fd, KIPC_BOTH, flags[i],
				    (1LL << 44) - KIPC_REGION_DATA - PAGE,
				    PAGE));
		EXPECT_EQ(EINVAL, map_errno(self->fd, KIPC_BOTH, flags[i], 1,
					    PAGE));
	}
}

/*
 * An offset before the bytes is refused: it is neither in the words nor in the
 * bytes.
 */
TEST_F(region, before_the_beginning)
{
	const int error = variant->mutexes ? EINVAL : EACCES;
	const __s64 data = KIPC_REGION_DATA;

	EXPECT_EQ(error, map_errno(self->fd, PROT_READ, MAP_SHARED,
				   -(__s64)PAGE, PAGE));
	EXPECT_EQ(error, map_errno(self->fd, PROT_READ, MAP_SHARED,
				   -(__s64)PAGE, 2 * PAGE));
	EXPECT_EQ(error, map_errno(self->fd, PROT_READ, MAP_SHARED, -data / 2,
				   PAGE));
}

#ifdef __x86_64__
/*
 * Offsets that would wrap around in the kernel. mmap2() has no room for these.
 */
TEST_F(region, hostile_offsets)
{
	const unsigned long farthest = -PAGE;
	const long start = KIPC_REGION_DATA;
	void *base;

	base = (void *)syscall(SYS_mmap, NULL, PAGE, KIPC_BOTH, MAP_SHARED,
			       self->fd, farthest);
	EXPECT_TRUE(base == MAP_FAILED);
	base = (void *)syscall(SYS_mmap, NULL, 2 * PAGE, KIPC_BOTH, MAP_SHARED,
			       self->fd, farthest);
	EXPECT_TRUE(base == MAP_FAILED);
	base = (void *)syscall(SYS_mmap, NULL, PAGE, KIPC_BOTH, MAP_SHARED,
			       self->fd, start | 1L << 63);
	EXPECT_TRUE(base == MAP_FAILED);
	base = (void *)syscall(SYS_mmap, NULL, 1UL << 46, PROT_READ,
			       MAP_SHARED | MAP_NORESERVE, self->fd, start);
	EXPECT_TRUE(base == MAP_FAILED);
}
#endif

TEST_F(region, executable)
{
	int error = map_errno(self->fd, PROT_READ | PROT_EXEC, MAP_SHARED, 0,
			      SIZE);

	EXPECT_TRUE(error == EACCES || error == EPERM);
	error = map_errno(self->fd, PROT_READ | PROT_EXEC, MAP_PRIVATE, 0,
			  SIZE);
	EXPECT_TRUE(error == EACCES || error == EPERM);
	EXPECT_EQ(-1, mprotect(self->bytes.base, SIZE, PROT_READ | PROT_EXEC));
	EXPECT_EQ(EACCES, errno);
}

/* A mapping that is shrunk, split and moved still shows the same bytes. */
TEST_F(region, resized)
{
	unsigned char *base = self->bytes.base;
	size_t i;

	for (i = 0; i < PAGES; i++)
		base[i * PAGE] = i + 1;
	ASSERT_EQ(0, munmap(base + PAGE, PAGE));
	check_region(self->fd, 0, 2);
	EXPECT_EQ(1, base[0]);
	EXPECT_EQ(3, base[2 * PAGE]);
	base = mremap(base + 2 * PAGE, 3 * PAGE, 2 * PAGE, MREMAP_MAYMOVE);
	ASSERT_TRUE(base != MAP_FAILED);
	EXPECT_EQ(3, base[0]);
	EXPECT_EQ(4, base[PAGE]);
	check_region(self->fd, 0, 2);
	ASSERT_EQ(0, munmap(base, 2 * PAGE));
	check_region(self->fd, 0, 1);
	ASSERT_EQ(0, bytes_map(&self->bytes, self->fd));
	for (i = 0; i < PAGES; i++)
		EXPECT_EQ(i + 1, self->bytes.base[i * PAGE]);
}

TEST_F(region, survives_advice)
{
	const int advice[] = { MADV_DONTNEED, MADV_WILLNEED, MADV_COLD,
			       MADV_PAGEOUT, MADV_REMOVE, MADV_FREE };
	size_t i;

	memset(self->bytes.base, 4, SIZE);
	for (i = 0; i < ARRAY_SIZE(advice); i++) {
		madvise(self->bytes.base, SIZE, advice[i]);
		EXPECT_EQ(4, self->bytes.base[0]);
		EXPECT_EQ(4, self->bytes.base[SIZE - 1]);
	}
	/* Pages that were dropped are mapped again by a write, too. */
	ASSERT_EQ(0, madvise(self->bytes.base, SIZE, MADV_DONTNEED));
	self->bytes.base[PAGE] = 5;
	ASSERT_EQ(0, madvise(self->bytes.base, SIZE, MADV_DONTNEED));
	EXPECT_EQ(5, self->bytes.base[PAGE]);
}

/*
 * A private mapping copies the pages that are written to. The other pages show
 * the current bytes of the region.
 */
TEST_F(region, private)
{
	struct bytes copy;
	int fd = open_named(KIPC_REGION, self->name, KIPC_READ);

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, bytes_map_for(&copy, fd, KIPC_BOTH, MAP_PRIVATE));
	check_region(self->fd, 0, 1);
	self->bytes.base[0] = 1;
	self->bytes.base[PAGE] = 1;
	EXPECT_EQ(1, copy.base[0]);
	copy.base[0] = 2;
	self->bytes.base[0] = 3;
	self->bytes.base[PAGE] = 3;
	EXPECT_EQ(2, copy.base[0]);
	EXPECT_EQ(3, copy.base[PAGE]);
	EXPECT_EQ(3, self->bytes.base[0]);
	ASSERT_EQ(0, madvise(copy.base, SIZE, MADV_DONTNEED));
	EXPECT_EQ(3, copy.base[0]);
}

TEST_F(region, private_in_a_child)
{
	struct bytes copy;
	pid_t child;

	ASSERT_EQ(0, bytes_map_for(&copy, self->fd, KIPC_BOTH, MAP_PRIVATE));
	copy.base[0] = 1;
	child = child_fork();
	if (!child) {
		if (copy.base[0] != 1 || copy.base[PAGE])
			_exit(1);
		copy.base[0] = 2;
		copy.base[PAGE] = 2;
		_exit(0);
	}
	EXPECT_EQ(0, child_wait(child));
	EXPECT_EQ(1, copy.base[0]);
	EXPECT_EQ(0, copy.base[PAGE]);
	EXPECT_TRUE(all_zero(self->bytes.base, SIZE));
}

TEST_F(region, inherited_by_fork)
{
	pid_t child = child_fork();

	if (!child) {
		check_region(self->fd, 0, 2);
		self->bytes.base[0] = 1;
		wait_until(__atomic_load_n(&self->bytes.base[PAGE],
					   __ATOMIC_ACQUIRE) == 2);
		_exit(0);
	}
	wait_until(__atomic_load_n(&self->bytes.base[0], __ATOMIC_ACQUIRE));
	__atomic_store_n(&self->bytes.base[PAGE], 2, __ATOMIC_RELEASE);
	EXPECT_EQ(0, child_wait(child));
	check_region(self->fd, 0, 1);
}

/*
 * A mapping keeps working without its descriptor and name, and it holds a
 * reference on the module.
 */
TEST_F(region, outlives_the_descriptor)
{
	long mapped;
	int fd;

	self->bytes.base[0] = 1;
	EXPECT_EQ(0, unlink_named(self->name));
	fd = open_named(KIPC_REGION, self->name, KIPC_READ);
	EXPECT_EQ(-ENOENT, fd);
	close(self->fd);
	self->fd = -1;
	EXPECT_EQ(1, self->bytes.base[0]);
	self->bytes.base[SIZE - 1] = 1;
	mapped = module_number("refcnt");
	bytes_unmap(&self->bytes);
	EXPECT_EQ(mapped - 1, module_number("refcnt"));
}

/*
 * The offset of the bytes fits into a 32-bit off_t, the largest that some
 * 32-bit programs know.
 */
TEST_F(region, within_reach_of_small_offsets)
{
	const off_t start = (off_t)KIPC_REGION_DATA;
	unsigned char *base;

	EXPECT_LT(0, (int)KIPC_REGION_DATA);
	EXPECT_EQ(KIPC_REGION_DATA, (__u64)start);
	base = mmap(NULL, SIZE, KIPC_BOTH, MAP_SHARED, self->fd, start);
	ASSERT_TRUE(base != MAP_FAILED);
	base[PAGE] = 3;
	EXPECT_EQ(3, self->bytes.base[PAGE]);
}

/*
 * System calls read and write the bytes, which touches the pages from within
 * the kernel.
 */
TEST_F(region, in_system_calls)
{
	int ends[2];

	ASSERT_EQ(0, pipe(ends));
	memcpy(self->bytes.base + PAGE - 2, "data", 4);
	EXPECT_EQ(4, write(ends[1], self->bytes.base + PAGE - 2, 4));
	EXPECT_EQ(4, read(ends[0], self->bytes.base + 3 * PAGE - 2, 4));
	EXPECT_EQ(0, memcmp(self->bytes.base + 3 * PAGE - 2, "data", 4));
}

/* Mutexes. */

/* Data in the region that one of its mutexes protects. */
struct account {
	unsigned int from;
	unsigned int to;
};

static int run_clerk(void *data)
{
	int fd = *(int *)data, ret;
	struct mutexes mutexes;
	struct bytes bytes;
	struct account *account;

	ret = bytes_map(&bytes, fd);
	if (!ret)
		ret = mutexes_attach(&mutexes, fd);
	if (!ret)
		ret = mutex_lock(fd, 1);
	if (ret)
		return ret;
	account = (struct account *)bytes.base;
	account->from -= 10;
	for (;;)
		pause();
}

TEST(region_mutex_outlives_its_owner)
{
	int fd = create(region_args(sizeof(struct account), 2));
	struct account *account;
	struct mutexes mutexes;
	struct bytes bytes;
	struct child child;

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, bytes_map(&bytes, fd));
	account = (struct account *)bytes.base;
	account->from = 100;
	child_start(&child, run_clerk, &fd);
	wait_until(__atomic_load_n(&account->from, __ATOMIC_ACQUIRE) == 90 ||
		   child_ended(&child));
	ASSERT_EQ(0, mutexes_attach(&mutexes, fd));
	EXPECT_EQ(-EAGAIN, mutex_trylock(fd, 1));
	EXPECT_EQ(CHILD_KILLED, child_kill(&child));
	EXPECT_EQ(-EOWNERDEAD, mutex_lock(fd, 1));
	EXPECT_EQ(90U, account->from);
	account->to += 10;
	EXPECT_EQ(0, mutex_consistent(fd, 1));
	EXPECT_EQ(0, mutex_unlock(fd, 1));
	check_mutex(fd, 0, 0, 0, 0);
}

/* Mapping the bytes attaches no process. Only a mapping of the words does. */
TEST(region_bytes_attach_nobody)
{
	int fd = create(region_args(PAGE, 1)), watch;
	struct kipc_notice notice;
	struct mutexes mutexes;
	struct bytes bytes;

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, bytes_map(&bytes, fd));
	EXPECT_EQ(0U, attachment_of(fd));
	EXPECT_EQ(0L, fdinfo_number(fd, "kipc-attachments:"));
	EXPECT_EQ(-ENXIO, mutex_lock(fd, 0));
	ASSERT_EQ(0, mutexes_attach(&mutexes, fd));
	EXPECT_EQ(0, mutex_lock(fd, 0));
	watch = object_watch(fd);
	ASSERT_LE(0, watch);
	/* A mapping of the bytes does not keep the attachment. */
	mutexes_detach(&mutexes);
	EXPECT_EQ(1, watch_read(watch, &notice));
	EXPECT_EQ(1U, notice.repaired);
	EXPECT_EQ(0U, attachment_of(fd));
	check_mutex(fd, 0, 0, 0, KIPC_MUTEX_STATE_OWNER_DIED);
	bytes.base[0] = 1;
}

TEST(region_without_mutexes)
{
	int fd = create(region_args(PAGE, 0));
	struct kipc_mutex_state_args state;

	ASSERT_LE(0, fd);
	EXPECT_TRUE(mmap(NULL, PAGE, KIPC_BOTH, MAP_SHARED, fd, 0) ==
		    MAP_FAILED);
	EXPECT_EQ(EACCES, errno);
	EXPECT_EQ(-ENXIO, mutex_lock(fd, 0));
	EXPECT_EQ(-ENXIO, mutex_unlock(fd, 0));
	EXPECT_EQ(-EINVAL, mutex_state(fd, 0, &state));
	EXPECT_EQ(-EINVAL, object_watch(fd));
	EXPECT_EQ(-ENOENT, fdinfo_number(fd, "kipc-attachments:"));
}

/* A set of mutexes is not a region and refuses its verbs. */
TEST(region_verbs_of_a_mutex)
{
	struct kipc_region_state_args state;
	int fd = create(mutex_args(1));

	ASSERT_LE(0, fd);
	EXPECT_EQ(-ENOTTY, region_seal(fd));
	EXPECT_EQ(-ENOTTY, region_state(fd, &state));
	EXPECT_TRUE(mmap64(NULL, PAGE, KIPC_BOTH, MAP_SHARED, fd,
			   KIPC_REGION_DATA) == MAP_FAILED);
	EXPECT_EQ(EINVAL, errno);
}

TEST_HARNESS_MAIN
