// SPDX-License-Identifier: GPL-2.0-only
/*
 * The memory of a region compared with that of a memfd: what works on the one
 * works on the other, with the same result. region_outside.c tests the intended
 * differences.
 */
#include "kipc_test.h"
#include "bytes.h"
#include "parameter.h"

#include <pthread.h>
#include <semaphore.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include <linux/io_uring.h>
#include <linux/mempolicy.h>
#include <linux/userfaultfd.h>

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE	23
#endif
#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE		25
#endif

#define PAGE	4096UL
#define MIB	0x100000UL
#define SIZE	(16 * PAGE)
#define LARGE	(32 * MIB)

FIXTURE(memory) {
	int fd;
	int reader;		/* another, read-only descriptor */
	__u64 start;		/* offset of the memory in the descriptor */
	unsigned char *base;	/* SIZE bytes, shared and writable */
};

FIXTURE_VARIANT(memory) {
	bool region;
};

FIXTURE_VARIANT_ADD(memory, memfd) {
};

FIXTURE_VARIANT_ADD(memory, region) {
	.region = true,
};

/* Returns a descriptor of that many bytes, and at which offset they begin. */
static int memory_create(bool region, size_t bytes, __u64 *start)
{
	int fd;

	*start = region ? KIPC_REGION_DATA : 0;
	if (region)
		return create(region_args(bytes, 0));
	fd = syscall(SYS_memfd_create, "memory", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	return fd < 0 || ftruncate(fd, bytes) ? -errno : fd;
}

static void *memory_map(int fd, __u64 start, int protection, size_t bytes)
{
	return mmap64(NULL, bytes, protection, MAP_SHARED, fd, start);
}

/*
 * Returns a read-only descriptor of the same memory. A region is opened again
 * by name, and a memfd by its path in /proc.
 */
static int memory_open_reader(bool region, int *fd)
{
	char name[64];

	unique_name(name, "reader");
	if (region) {
		*fd = create_named(region_args(SIZE, 0), name, 0);
		return open_named(KIPC_REGION, name, KIPC_READ);
	}
	snprintf(name, sizeof(name), "/proc/self/fd/%d", *fd);
	return open(name, O_RDONLY | O_CLOEXEC);
}

/* Seals the memory against writing. Returns 0 or a negative errno. */
static int memory_seal(bool region, int fd)
{
	if (region)
		return region_seal(fd);
	return fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE) ? -errno : 0;
}

FIXTURE_SETUP(memory)
{
	self->fd = memory_create(variant->region, SIZE, &self->start);
	ASSERT_LE(0, self->fd);
	self->reader = memory_open_reader(variant->region, &self->fd);
	ASSERT_LE(0, self->reader);
	self->base = memory_map(self->fd, self->start, KIPC_BOTH, SIZE);
	ASSERT_TRUE(self->base != MAP_FAILED);
}

FIXTURE_TEARDOWN(memory)
{
	close(self->fd);
	close(self->reader);
}

/* Futexes. */

TEST_F(memory, holds_a_semaphore)
{
	sem_t *semaphore = (sem_t *)self->base, *reply = semaphore + 1;
	pid_t child;

	ASSERT_EQ(0, sem_init(semaphore, 1, 0));
	ASSERT_EQ(0, sem_init(reply, 1, 0));
	child = child_fork();
	if (!child)
		_exit(sem_wait(semaphore) || sem_post(reply));
	EXPECT_EQ(0, sem_post(semaphore));
	EXPECT_EQ(0, sem_wait(reply));
	EXPECT_EQ(0, child_wait(child));
}

TEST_F(memory, holds_a_robust_mutex)
{
	pthread_mutex_t *mutex = (pthread_mutex_t *)self->base;
	pthread_mutexattr_t attributes;
	pid_t child;

	ASSERT_EQ(0, pthread_mutexattr_init(&attributes));
	ASSERT_EQ(0, pthread_mutexattr_setpshared(&attributes,
						  PTHREAD_PROCESS_SHARED));
	ASSERT_EQ(0, pthread_mutexattr_setrobust(&attributes,
						 PTHREAD_MUTEX_ROBUST));
	ASSERT_EQ(0, pthread_mutex_init(mutex, &attributes));
	child = child_fork();
	if (!child) {
		if (pthread_mutex_lock(mutex))
			_exit(1);
		__atomic_store_n(&self->base[PAGE], 1, __ATOMIC_RELEASE);
		for (;;)
			pause();
	}
	wait_until(__atomic_load_n(&self->base[PAGE], __ATOMIC_ACQUIRE));
	EXPECT_EQ(EBUSY, pthread_mutex_trylock(mutex));
	kill(child, SIGKILL);
	EXPECT_EQ(EOWNERDEAD, pthread_mutex_lock(mutex));
	EXPECT_EQ(CHILD_KILLED, child_wait(child));
	EXPECT_EQ(0, pthread_mutex_consistent(mutex));
	EXPECT_EQ(0, pthread_mutex_unlock(mutex));
}

TEST_F(memory, holds_a_condition)
{
	struct shared {
		pthread_mutex_t mutex;
		pthread_cond_t condition;
		int turn;
	} *shared = (struct shared *)self->base;
	pthread_mutexattr_t mutex;
	pthread_condattr_t condition;
	pid_t child;

	pthread_mutexattr_init(&mutex);
	pthread_mutexattr_setpshared(&mutex, PTHREAD_PROCESS_SHARED);
	pthread_condattr_init(&condition);
	pthread_condattr_setpshared(&condition, PTHREAD_PROCESS_SHARED);
	ASSERT_EQ(0, pthread_mutex_init(&shared->mutex, &mutex));
	ASSERT_EQ(0, pthread_cond_init(&shared->condition, &condition));
	child = child_fork();
	if (!child) {
		pthread_mutex_lock(&shared->mutex);
		shared->turn = 1;
		pthread_cond_broadcast(&shared->condition);
		while (shared->turn != 2)
			pthread_cond_wait(&shared->condition, &shared->mutex);
		pthread_mutex_unlock(&shared->mutex);
		_exit(0);
	}
	pthread_mutex_lock(&shared->mutex);
	while (shared->turn != 1)
		pthread_cond_wait(&shared->condition, &shared->mutex);
	shared->turn = 2;
	pthread_cond_broadcast(&shared->condition);
	pthread_mutex_unlock(&shared->mutex);
	EXPECT_EQ(0, child_wait(child));
}

/* Core dumps. */

#define CORE_FOLDER	"/tmp/kipc-core"
#define PATTERN		256

/*
 * Makes the pattern, each byte XORed with the mask. The pattern itself is only
 * in a process that makes it with a mask of 0.
 */
static void pattern_make(unsigned char *pattern, unsigned char mask)
{
	unsigned int i, word = 0x9e3779b9;

	for (i = 0; i < PATTERN; i++) {
		word ^= word << 13;
		word ^= word >> 17;
		word ^= word << 5;
		pattern[i] = word ^ mask;
	}
}

static bool pattern_found(const unsigned char *text, size_t size)
{
	unsigned char masked[PATTERN];
	size_t at, i;

	pattern_make(masked, 0xff);
	for (at = 0; at + PATTERN <= size; at++) {
		for (i = 0; i < PATTERN; i++)
			if (text[at + i] != (masked[i] ^ 0xff))
				break;
		if (i == PATTERN)
			return true;
	}
	return false;
}

/* Returns whether the file contains the pattern, or a negative errno. */
static int pattern_in_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), ret;
	struct stat stat;
	void *text;

	if (fd < 0 || fstat(fd, &stat))
		return -errno;
	text = mmap(NULL, stat.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (text == MAP_FAILED)
		return -errno;
	ret = pattern_found(text, stat.st_size);
	munmap(text, stat.st_size);
	return ret;
}

/*
 * Returns whether the last page is in the core dump of a process that aborts,
 * or a negative errno.
 */
static int dumped(unsigned char *base)
{
	const struct rlimit limit = { RLIM_INFINITY, RLIM_INFINITY };
	pid_t child = child_fork();
	char path[64];
	int ret;

	if (!child) {
		setrlimit(RLIMIT_CORE, &limit);
		pattern_make(base + SIZE - PAGE, 0);
		signal(SIGABRT, SIG_DFL);
		abort();
	}
	waitpid(child, NULL, 0);
	snprintf(path, sizeof(path), CORE_FOLDER "/core.%d", child);
	ret = pattern_in_file(path);
	unlink(path);
	return ret;
}

TEST_F(memory, is_in_core_dumps)
{
	char before[128] = "core";
	int fd = open("/proc/sys/kernel/core_pattern", O_RDWR | O_CLOEXEC);

	if (fd < 0 || read(fd, before, sizeof(before) - 1) < 0 ||
	    write_file("/proc/sys/kernel/core_pattern", CORE_FOLDER "/core.%p"))
		SKIP(return, "cannot say where core dumps go");
	mkdir(CORE_FOLDER, 0700);
	EXPECT_EQ(1, dumped(self->base));
	EXPECT_EQ(0, madvise(self->base, SIZE, MADV_DONTDUMP));
	EXPECT_EQ(0, dumped(self->base));
	EXPECT_EQ(0, madvise(self->base, SIZE, MADV_DODUMP));
	EXPECT_EQ(1, dumped(self->base));
	rmdir(CORE_FOLDER);
	pwrite(fd, before, strlen(before), 0);
	close(fd);
}

/* Advice. */

TEST_F(memory, takes_advice)
{
	const int advice[] = { MADV_DODUMP, MADV_DONTFORK, MADV_DOFORK,
			       MADV_WILLNEED, MADV_DONTNEED, MADV_RANDOM,
			       MADV_COLD, MADV_PAGEOUT, MADV_POPULATE_WRITE };
	size_t i;

	memset(self->base, 4, SIZE);
	for (i = 0; i < ARRAY_SIZE(advice); i++) {
		EXPECT_EQ(0, madvise(self->base, SIZE, advice[i]))
			TH_LOG("advice %d: errno %d", advice[i], errno);
		EXPECT_EQ(4, self->base[0]);
		EXPECT_EQ(4, self->base[SIZE - 1]);
	}
	EXPECT_EQ(-1, madvise(self->base, SIZE, MADV_FREE));
	EXPECT_EQ(EINVAL, errno);
}

TEST_F(memory, is_synchronised)
{
	self->base[0] = 1;
	EXPECT_EQ(0, msync(self->base, SIZE, MS_SYNC));
	EXPECT_EQ(0, msync(self->base, SIZE, MS_ASYNC));
	EXPECT_EQ(0, msync(self->base, SIZE, MS_SYNC | MS_INVALIDATE));
}

TEST_F(memory, is_locked)
{
	ASSERT_EQ(0, mlock(self->base, SIZE));
	self->base[SIZE - 1] = 1;
	EXPECT_EQ(0, munlock(self->base, SIZE));
}

/*
 * A mapping can be enlarged to the size of the memory or beyond, but pages
 * beyond the end cannot be touched.
 */
TEST_F(memory, grows_as_a_mapping)
{
	unsigned char *base = self->base;
	int ends[2];

	ASSERT_EQ(0, pipe(ends));
	base[PAGE] = 1;
	base = mremap(base, SIZE, 2 * SIZE, MREMAP_MAYMOVE);
	ASSERT_TRUE(base != MAP_FAILED);
	EXPECT_EQ(1, base[PAGE]);
	EXPECT_EQ(1, write(ends[1], base + SIZE - 1, 1));
	EXPECT_EQ(-1, write(ends[1], base + SIZE, 1));
	EXPECT_EQ(EFAULT, errno);
	/* An old size of 0 makes another mapping of the same memory. */
	base = mremap(base, 0, SIZE, MREMAP_MAYMOVE);
	ASSERT_TRUE(base != MAP_FAILED);
	EXPECT_EQ(1, base[PAGE]);
}

/* Placement: NUMA, page tables and huge pages. */

/* A policy belongs to the memory and not to one mapping of it. */
TEST_F(memory, has_a_policy)
{
	/* Some 32-bit kernels clear 64 bits of the mask. */
	unsigned long nodes = 1, nodes_there[2] = { 0 };
	unsigned char *other;
	int mode = -1, status = -1;
	void *pages[] = { self->base };

	if (syscall(SYS_get_mempolicy, &mode, NULL, 0, NULL, 0))
		SKIP(return, "this kernel has no NUMA");
	memset(self->base, 1, SIZE);
	ASSERT_EQ(0, syscall(SYS_mbind, self->base, 4 * PAGE, MPOL_BIND, &nodes,
			     2, MPOL_MF_MOVE | MPOL_MF_STRICT));
	other = memory_map(self->fd, self->start, KIPC_BOTH, SIZE);
	ASSERT_TRUE(other != MAP_FAILED);
	ASSERT_EQ(0, syscall(SYS_get_mempolicy, &mode, nodes_there,
			     8 * sizeof(nodes_there[0]), other + 3 * PAGE,
			     MPOL_F_ADDR));
	EXPECT_EQ(MPOL_BIND, mode);
	EXPECT_EQ(1UL, nodes_there[0]);
	ASSERT_EQ(0, syscall(SYS_get_mempolicy, &mode, NULL, 0,
			     other + 4 * PAGE, MPOL_F_ADDR));
	EXPECT_EQ(MPOL_DEFAULT, mode);
	ASSERT_EQ(0, syscall(SYS_move_pages, 0, 1, pages, NULL, &status, 0));
	EXPECT_EQ(0, status);
}

/*
 * Returns a number of /proc/self/status in the unit of that line, or -1 if
 * there is no such line.
 */
static long status_number(const char *key)
{
	FILE *file = fopen("/proc/self/status", "re");
	char line[256];
	long number = -1;

	if (!file)
		return -1;
	while (fgets(line, sizeof(line), file))
		if (!strncmp(line, key, strlen(key)))
			number = strtol(line + strlen(key), NULL, 10);
	fclose(file);
	return number;
}

/*
 * The page tables of a child start out empty. They are filled when the child
 * touches the pages.
 */
TEST_F(memory, costs_fork_no_page_tables)
{
	int fd = memory_create(variant->region, LARGE, &self->start), result;
	unsigned char *base;
	long parent, child;
	pid_t pid;

	ASSERT_LE(0, fd);
	base = memory_map(fd, self->start, KIPC_BOTH, LARGE);
	ASSERT_TRUE(base != MAP_FAILED);
	memset(base, 1, LARGE);
	parent = status_number("VmPTE:");
	/* One page of page tables maps 2 MiB. */
	ASSERT_LE((long)(LARGE / (2 * MIB) * 4), parent);
	pid = child_fork();
	if (!pid) {
		child = status_number("VmPTE:");
		if (child < 0 || child > parent - (long)(LARGE / (2 * MIB) * 3))
			_exit(1);
		_exit(base[LARGE - 1] != 1);
	}
	result = child_wait(pid);
	EXPECT_EQ(0, result);
	close(fd);
}

/*
 * Returns a number of /proc/self/smaps, in KiB, for the mapping that begins at
 * @base, or -1.
 */
static long smaps_number(const void *base, const char *key)
{
	FILE *file = fopen("/proc/self/smaps", "re");
	char line[256], start[32];
	bool here = false;
	long number = -1;

	if (!file)
		return -1;
	snprintf(start, sizeof(start), "%08lx-", (unsigned long)base);
	while (number < 0 && fgets(line, sizeof(line), file)) {
		here = here || !strncmp(line, start, strlen(start));
		if (here && !strncmp(line, key, strlen(key)))
			number = strtol(line + strlen(key), NULL, 10);
	}
	fclose(file);
	return number;
}

/*
 * Maps the memory where its pages can be huge. The reserved range around it
 * stays reserved.
 */
static unsigned char *map_aligned(int fd, __u64 start, size_t bytes)
{
	const uintptr_t huge = 2 * MIB;
	uintptr_t at = (uintptr_t)mmap(NULL, bytes + huge, PROT_NONE,
				       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	void *base;

	if ((void *)at == MAP_FAILED)
		return MAP_FAILED;
	base = (void *)((at + huge - 1) & -huge);
	return mmap64(base, bytes, KIPC_BOTH, MAP_SHARED | MAP_FIXED, fd, start);
}

/*
 * The memory uses huge pages if asked to. Sealing then leaves the same bytes.
 */
TEST_F(memory, takes_huge_pages)
{
	int fd = memory_create(variant->region, 4 * MIB, &self->start);
	unsigned char *base;

	ASSERT_LE(0, fd);
	base = map_aligned(fd, self->start, 4 * MIB);
	ASSERT_TRUE(base != MAP_FAILED);
	memset(base, 5, 4 * MIB);
	if (madvise(base, 4 * MIB, MADV_COLLAPSE) && errno == EINVAL)
		SKIP(return, "this kernel has no huge pages for shared memory");
	EXPECT_EQ(4096L, smaps_number(base, "ShmemPmdMapped:"));
	EXPECT_EQ(5, base[4 * MIB - 1]);
	EXPECT_EQ(-EBUSY, memory_seal(variant->region, fd));
	ASSERT_EQ(0, munmap(base, 4 * MIB));
	EXPECT_EQ(0, memory_seal(variant->region, fd));
	base = mmap64(NULL, 4 * MIB, PROT_READ, MAP_PRIVATE, fd, self->start);
	ASSERT_TRUE(base != MAP_FAILED);
	EXPECT_EQ(5, base[0]);
	EXPECT_EQ(5, base[4 * MIB - 1]);
	close(fd);
}

/* Other references to the pages. */

static int ring_setup(unsigned int entries, struct io_uring_params *params)
{
	memset(params, 0, sizeof(*params));
	return syscall(SYS_io_uring_setup, entries, params);
}

static void *ring_map(int ring, size_t bytes, __u64 offset)
{
	return mmap64(NULL, bytes, KIPC_BOTH, MAP_SHARED | MAP_POPULATE, ring,
		      offset);
}

/* Submits one operation and waits for what it returns. */
static int ring_run(int ring, const struct io_uring_params *params,
		    const struct io_uring_sqe *operation)
{
	size_t submissions = params->sq_off.array +
			     params->sq_entries * sizeof(__u32);
	size_t completions = params->cq_off.cqes +
			     params->cq_entries * sizeof(struct io_uring_cqe);
	char *sq = ring_map(ring, submissions, IORING_OFF_SQ_RING);
	char *cq = ring_map(ring, completions, IORING_OFF_CQ_RING);
	struct io_uring_sqe *entries =
		ring_map(ring, params->sq_entries * sizeof(*entries),
			 IORING_OFF_SQES);
	struct io_uring_cqe *results;
	__u32 *tail, *head;
	int ret;

	if (sq == MAP_FAILED || cq == MAP_FAILED || entries == MAP_FAILED)
		return -errno;
	results = (struct io_uring_cqe *)(cq + params->cq_off.cqes);
	tail = (__u32 *)(sq + params->sq_off.tail);
	head = (__u32 *)(cq + params->cq_off.head);
	entries[*tail % params->sq_entries] = *operation;
	((__u32 *)(sq + params->sq_off.array))[*tail % params->sq_entries] =
		*tail % params->sq_entries;
	__atomic_store_n(tail, *tail + 1, __ATOMIC_RELEASE);
	if (syscall(SYS_io_uring_enter, ring, 1, 1, IORING_ENTER_GETEVENTS,
		    NULL, 0) != 1)
		return -errno;
	ret = results[*head % params->cq_entries].res;
	__atomic_store_n(head, *head + 1, __ATOMIC_RELEASE);
	munmap(sq, submissions);
	munmap(cq, completions);
	munmap(entries, params->sq_entries * sizeof(*entries));
	return ret;
}

TEST_F(memory, is_a_registered_buffer)
{
	struct iovec vector = { self->base, SIZE };
	struct io_uring_sqe operation = {
		.opcode = IORING_OP_WRITE_FIXED,
		.addr = (uintptr_t)self->base + SIZE - 4,
		.len = 4,
		.off = -1,
	};
	struct io_uring_params params;
	int ring = ring_setup(4, &params), ends[2];

	if (ring < 0)
		SKIP(return, "this kernel has no io_uring");
	ASSERT_EQ(0, pipe(ends));
	ASSERT_EQ(0, syscall(SYS_io_uring_register, ring,
			     IORING_REGISTER_BUFFERS, &vector, 1));
	memcpy(self->base + SIZE - 4, "data", 4);
	operation.fd = ends[1];
	EXPECT_EQ(4, ring_run(ring, &params, &operation));
	operation.opcode = IORING_OP_READ_FIXED;
	operation.fd = ends[0];
	operation.addr = (uintptr_t)self->base + PAGE - 2;
	EXPECT_EQ(4, ring_run(ring, &params, &operation));
	EXPECT_EQ(0, memcmp(self->base + PAGE - 2, "data", 4));
	/*
	 * The kernel may write to a buffer as long as it is registered, so the
	 * memory cannot be sealed.
	 */
	ASSERT_EQ(0, munmap(self->base, SIZE));
	EXPECT_EQ(-EBUSY, memory_seal(variant->region, self->fd));
	ASSERT_EQ(0, syscall(SYS_io_uring_register, ring,
			     IORING_UNREGISTER_BUFFERS, NULL, 0));
	wait_until(memory_seal(variant->region, self->fd) != -EBUSY);
	EXPECT_EQ(0, memory_seal(variant->region, self->fd));
}

TEST_F(memory, is_watched_by_userfaultfd)
{
	struct uffdio_register registration = {
		.range = { (uintptr_t)self->base, SIZE },
		.mode = UFFDIO_REGISTER_MODE_MISSING,
	};
	struct uffdio_api api = { .api = UFFD_API };
	int watch = syscall(SYS_userfaultfd, O_CLOEXEC | UFFD_USER_MODE_ONLY);

	if (watch < 0)
		SKIP(return, "this kernel has no userfaultfd");
	ASSERT_EQ(0, ioctl(watch, UFFDIO_API, &api));
	EXPECT_EQ(0, ioctl(watch, UFFDIO_REGISTER, &registration));
	close(watch);
}

/*
 * The kernel only knows that a page is referenced by a pipe, not whether it is
 * read or written there. So even a reader can prevent sealing.
 */
TEST_F(memory, is_not_sealed_while_a_reader_has_it_in_a_pipe)
{
	struct iovec vector = { NULL, 1 };
	char byte;
	int ends[2];

	ASSERT_EQ(0, pipe(ends));
	self->base[0] = 'x';
	ASSERT_EQ(0, munmap(self->base, SIZE));
	vector.iov_base = memory_map(self->reader, self->start, PROT_READ, SIZE);
	ASSERT_TRUE(vector.iov_base != MAP_FAILED);
	ASSERT_EQ(1, vmsplice(ends[1], &vector, 1, 0));
	EXPECT_EQ(-EBUSY, memory_seal(variant->region, self->fd));
	ASSERT_EQ(1, read(ends[0], &byte, 1));
	EXPECT_EQ('x', byte);
	EXPECT_EQ(0, memory_seal(variant->region, self->fd));
}

TEST_HARNESS_MAIN
