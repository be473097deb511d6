// SPDX-License-Identifier: GPL-2.0-only
/*
 * Attachments: which processes are participants of an object that tracks its
 * participants, when an attachment begins and ends, and which number it has.
 */
#include "kipc_test.h"
#include "lock_child.h"
#include "mutex_word.h"
#include "parameter.h"
#include "word.h"

#include <pthread.h>
#include <spawn.h>
#include <sys/resource.h>

#define PAGES		3
#define HOLD		"--hold"

static long attached(int fd)
{
	return fdinfo_number(fd, "kipc-attachments:");
}

FIXTURE(attachment) {
	int fd;
	char name[64];
	size_t page;
	struct mutexes mutexes;
	__u32 id;
};

FIXTURE_SETUP(attachment)
{
	unsigned int elements;

	self->page = sysconf(_SC_PAGESIZE);
	elements = PAGES * self->page / 64;
	unique_name(self->name, "attachment");
	self->fd = create_named(mutex_args(elements), self->name, 0);
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0U, attachment_of(self->fd));
	ASSERT_EQ(0L, attached(self->fd));
	ASSERT_EQ(0, mutexes_attach(&self->mutexes, self->fd));
	ASSERT_EQ(PAGES * self->page, self->mutexes.words.size);
	self->id = self->mutexes.attachment;
	ASSERT_LT(0U, self->id);
	/* The state of this mutex shows whether the attachment has ended. */
	ASSERT_EQ(0, mutex_lock(self->fd, 0));
}

FIXTURE_TEARDOWN(attachment)
{
	close(self->fd);
}

#define CHECK_ATTACHED() do { \
	EXPECT_EQ(self->id, attachment_of(self->fd)); \
	EXPECT_EQ(1L, attached(self->fd)); \
	check_mutex(self->fd, 0, getpid(), 1, 0); \
} while (0)

#define CHECK_DETACHED() do { \
	EXPECT_EQ(0U, attachment_of(self->fd)); \
	EXPECT_EQ(0L, attached(self->fd)); \
	check_mutex(self->fd, 0, 0, 0, KIPC_MUTEX_STATE_OWNER_DIED); \
} while (0)

TEST_F(attachment, by_mapping)
{
	CHECK_ATTACHED();
	mutexes_detach(&self->mutexes);
	CHECK_DETACHED();
}

/* An object that tracks no participants gives out no numbers. */
TEST(of_no_object_that_tracks_nobody)
{
	int fd = create(semaphore_args(1, 0, 1));
	struct words words = {};

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, words_map(&words, fd));
	EXPECT_EQ(0U, attachment_of(fd));
	EXPECT_EQ(-ENOENT, attached(fd));
	close(fd);
}

TEST_F(attachment, verbs_need_it)
{
	mutexes_detach(&self->mutexes);
	EXPECT_EQ(-ENXIO, mutex_timedlock_as(self->fd, 1, self->id, 0,
					     KIPC_TRY));
	EXPECT_EQ(-ENXIO, mutex_timedlock_as(self->fd, 1, 0, 0, KIPC_TRY));
	EXPECT_EQ(-ENXIO, mutex_call_as(self->fd, KIPC_MUTEX_UNLOCK, 0,
					self->id));
	EXPECT_EQ(-ENXIO, mutex_call_as(self->fd, KIPC_MUTEX_CONSISTENT, 0,
					self->id));
	check_mutex(self->fd, 1, 0, 0, 0);
}

/*
 * All mappings in one memory are one attachment, which ends with the last
 * mapping.
 */
TEST_F(attachment, of_several_mappings)
{
	struct words more[3] = {};
	int i;

	for (i = 0; i < 3; i++) {
		ASSERT_EQ(0, words_map(&more[i], self->fd));
		CHECK_ATTACHED();
	}
	mutexes_detach(&self->mutexes);
	for (i = 0; i < 3; i++) {
		CHECK_ATTACHED();
		words_unmap(&more[i]);
	}
	CHECK_DETACHED();
}

/* Mappings through different descriptors belong to the same attachment. */
TEST_F(attachment, through_several_descriptors)
{
	int fd = open_named(KIPC_MUTEX, self->name, KIPC_READ | KIPC_WRITE);
	struct words words = {};

	ASSERT_LE(0, fd);
	EXPECT_EQ(self->id, attachment_of(fd));
	ASSERT_EQ(0, words_map(&words, fd));
	mutexes_detach(&self->mutexes);
	CHECK_ATTACHED();
	close(fd);
	CHECK_ATTACHED();
	words_unmap(&words);
	CHECK_DETACHED();
}

TEST_F(attachment, outlives_the_descriptor)
{
	int fd = open_named(KIPC_MUTEX, self->name, KIPC_READ | KIPC_WRITE);

	ASSERT_LE(0, fd);
	close(self->fd);
	self->fd = fd;
	CHECK_ATTACHED();
	EXPECT_EQ(0, mutex_unlock(fd, 0));
}

TEST_F(attachment, of_a_part)
{
	char *base = self->mutexes.words.base;

	/* Pages are unmapped at the front, at the back and in the middle. */
	ASSERT_EQ(0, munmap(base + self->page, self->page));
	CHECK_ATTACHED();
	ASSERT_EQ(0, munmap(base, self->page));
	CHECK_ATTACHED();
	ASSERT_EQ(0, munmap(base + 2 * self->page, self->page));
	CHECK_DETACHED();
	/* Mapping a part of the words is enough to attach. */
	base = mmap(NULL, self->page, PROT_READ, MAP_SHARED, self->fd,
		    self->page);
	ASSERT_TRUE(base != MAP_FAILED);
	EXPECT_LT(0U, attachment_of(self->fd));
	EXPECT_EQ(1L, attached(self->fd));
	EXPECT_EQ(-EOWNERDEAD, mutex_lock(self->fd, 0));
}

/*
 * Splitting or moving a mapping, or changing its protection, does not end the
 * attachment.
 */
TEST_F(attachment, of_a_mapping_that_moves)
{
	char *base = self->mutexes.words.base, *to;
	size_t size = self->mutexes.words.size;

	ASSERT_EQ(0, mprotect(base + self->page, self->page, PROT_READ));
	CHECK_ATTACHED();
	ASSERT_EQ(0, mprotect(base + self->page, self->page,
			      PROT_READ | PROT_WRITE));
	ASSERT_EQ(0, mprotect(base, size, PROT_NONE));
	CHECK_ATTACHED();
	ASSERT_EQ(0, mprotect(base, size, PROT_READ | PROT_WRITE));
	to = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_TRUE(to != MAP_FAILED);
	while (size) {
		size -= self->page;
		ASSERT_EQ(to + size,
			  mremap(base + size, self->page, self->page,
				 MREMAP_MAYMOVE | MREMAP_FIXED, to + size));
		CHECK_ATTACHED();
	}
	EXPECT_EQ(owner_word(self->id), word_load((struct word *)to));
	ASSERT_EQ(0, munmap(to, self->mutexes.words.size));
	CHECK_DETACHED();
}

/*
 * A new mapping replaces the only one. The old attachment ends before the new
 * one begins.
 */
TEST_F(attachment, of_a_mapping_replaced)
{
	struct words *words = &self->mutexes.words;

	ASSERT_EQ(words->base, mmap(words->base, words->size, PROT_READ,
				    MAP_SHARED | MAP_FIXED, self->fd, 0));
	EXPECT_NE(self->id, attachment_of(self->fd));
	EXPECT_LT(0U, attachment_of(self->fd));
	EXPECT_EQ(1L, attached(self->fd));
	EXPECT_EQ(-EOWNERDEAD, mutex_trylock(self->fd, 0));
}

/*
 * A mapping that fails attaches nothing, and it does not end an existing
 * attachment.
 */
TEST_F(attachment, of_a_mapping_that_fails)
{
	size_t size = self->mutexes.words.size;

	EXPECT_EQ(MAP_FAILED, mmap(NULL, size * 2, PROT_READ, MAP_SHARED,
				   self->fd, 0));
	EXPECT_EQ(MAP_FAILED, mmap(NULL, size, PROT_READ, MAP_SHARED, self->fd,
				   self->page));
	EXPECT_EQ(MAP_FAILED, mmap(NULL, size, PROT_READ, MAP_PRIVATE, self->fd,
				   0));
	CHECK_ATTACHED();
	mutexes_detach(&self->mutexes);
	EXPECT_EQ(MAP_FAILED, mmap(NULL, size * 2, PROT_READ, MAP_SHARED,
				   self->fd, 0));
	CHECK_DETACHED();
}

/* A process that cannot write cannot own a mutex, so it is not attached. */
TEST_F(attachment, of_no_reader)
{
	int fd = open_named(KIPC_MUTEX, self->name, KIPC_READ);
	struct words words = {};

	ASSERT_LE(0, fd);
	mutexes_detach(&self->mutexes);
	ASSERT_EQ(0, words_map_for(&words, fd, PROT_READ));
	CHECK_DETACHED();
	EXPECT_EQ(KIPC_MUTEX_OWNER_DIED, word_load(word_at(&words, 0)));
	EXPECT_EQ(-EBADF, mutex_timedlock_as(fd, 0, 1, 0, KIPC_TRY));
	EXPECT_EQ(-ENXIO, mutex_timedlock_as(self->fd, 0, 0, 0, KIPC_TRY));
}

TEST_F(attachment, of_sealed_words)
{
	int fd = create_flags(mutex_args(1), KIPC_SEALED);
	struct words words = {};

	ASSERT_LE(0, fd);
	EXPECT_EQ(-EACCES, words_map(&words, fd));
	EXPECT_EQ(0U, attachment_of(fd));
	ASSERT_EQ(0, words_map_for(&words, fd, PROT_READ));
	EXPECT_LT(0U, attachment_of(fd));
	EXPECT_EQ(-1, mprotect(words.base, words.size, PROT_READ | PROT_WRITE));
	EXPECT_EQ(EACCES, errno);
	EXPECT_EQ(KIPC_SLOW, word_load(word_at(&words, 0)));
	EXPECT_EQ(0, mutex_lock(fd, 0));
	EXPECT_EQ(KIPC_SLOW, word_load(word_at(&words, 0)));
	words_unmap(&words);
	check_mutex(fd, 0, 0, 0, KIPC_MUTEX_STATE_OWNER_DIED);
	close(fd);
}

static void *number_of_a_thread(void *data)
{
	return (void *)(uintptr_t)attachment_of(*(int *)data);
}

TEST_F(attachment, of_threads_is_one)
{
	pthread_t thread;
	void *ret;

	ASSERT_EQ(0, pthread_create(&thread, NULL, number_of_a_thread,
				    &self->fd));
	ASSERT_EQ(0, pthread_join(thread, &ret));
	EXPECT_EQ((uintptr_t)self->id, (uintptr_t)ret);
	CHECK_ATTACHED();
}

/* Child processes. */

/* Returns 0 if the child has neither the words nor the attachment. */
static int run_stranger(void *data)
{
	const struct mutexes *mutexes = data;

	if (attachment_of(mutexes->fd))
		return 1;
	if (word_load(word_at(&mutexes->words, 0)) != KIPC_SLOW)
		return 2;
	if (mutex_timedlock_as(mutexes->fd, 1, mutexes->attachment, 0,
			       KIPC_TRY) != -ENXIO)
		return 3;
	return 0;
}

TEST_F(attachment, of_no_child)
{
	struct child child;

	child_start(&child, run_stranger, &self->mutexes);
	EXPECT_EQ(0, child_finish(&child));
	CHECK_ATTACHED();
}

/*
 * The child has a number of its own. The mutex that it leaves behind is not the
 * parent's.
 */
TEST_F(attachment, of_a_child)
{
	struct child child;

	start_lock(&child, run_lock_and_hold, self->fd, 1);
	wait_for_owner(self->fd, 1);
	EXPECT_EQ(2L, attached(self->fd));
	EXPECT_EQ(self->id, attachment_of(self->fd));
	check_mutex(self->fd, 1, child.pid, 1, 0);
	child_kill(&child);
	CHECK_ATTACHED();
	check_mutex(self->fd, 1, 0, 0, KIPC_MUTEX_STATE_OWNER_DIED);
}

/*
 * Runs in a child that has inherited the mapping but not the words: what is
 * mapped there says that the kernel must be asked, and it cannot be changed.
 */
static int run_forked(void *data)
{
	struct mutexes *mutexes = data;
	struct word *word = word_at(&mutexes->words, 0);
	struct words words = {};

	if (attachment_of(mutexes->fd) || attached(mutexes->fd) != 1)
		return 1;
	if (word_load(word) != KIPC_SLOW)
		return 2;
	if (!mprotect(mutexes->words.base, mutexes->words.size,
		      PROT_READ | PROT_WRITE) || errno != EACCES)
		return 6;
	/*
	 * Splitting and unmapping the mapping in the child does not affect the
	 * parent.
	 */
	munmap(mutexes->words.base + sysconf(_SC_PAGESIZE),
	       sysconf(_SC_PAGESIZE));
	if (attached(mutexes->fd) != 1)
		return 3;
	if (words_map(&words, mutexes->fd))
		return 4;
	if (attachment_of(mutexes->fd) == mutexes->attachment ||
	    attached(mutexes->fd) != 2)
		return 5;
	words_unmap(&words);
	return attachment_of(mutexes->fd) || attached(mutexes->fd) != 1;
}

TEST_F(attachment, of_no_child_that_inherits)
{
	struct child child;

	child_start(&child, run_forked, &self->mutexes);
	EXPECT_EQ(0, child_finish(&child));
	CHECK_ATTACHED();
	mutexes_detach(&self->mutexes);
	CHECK_DETACHED();
}

/*
 * A child of vfork() shares the memory until it ends or becomes another
 * program.
 */
TEST_F(attachment, through_vfork)
{
	char name[] = "true";
	char *const arguments[] = { name, NULL };
	pid_t child = vfork();
	int status;

	if (!child)
		_exit(0);
	ASSERT_EQ(0, child_wait(child));
	CHECK_ATTACHED();
	ASSERT_EQ(0, posix_spawn(&child, "/proc/self/exe", NULL, NULL,
				 arguments, environ));
	ASSERT_EQ(child, waitpid(child, &status, 0));
	CHECK_ATTACHED();
}

static int in_our_memory(void *data)
{
	const struct mutexes *mutexes = data;

	if (attachment_of(mutexes->fd) != mutexes->attachment ||
	    mutex_trylock(mutexes->fd, 0) != -EAGAIN ||
	    mutex_unlock(mutexes->fd, 0) != -EPERM)
		_exit(1);
	_exit(mutex_lock(mutexes->fd, 1) || mutex_unlock(mutexes->fd, 1));
}

/* Another process that uses the same memory has the same attachment. */
TEST_F(attachment, of_one_memory)
{
	const size_t size = 65536;
	char *stack = shared_alloc(size);
	pid_t child = clone(in_our_memory, stack + size, CLONE_VM | SIGCHLD,
			    &self->mutexes);

	ASSERT_LT(0, child);
	EXPECT_EQ(0, child_wait(child));
	CHECK_ATTACHED();
	check_mutex(self->fd, 1, 0, 0, 0);
}

/* Locks a mutex and becomes another program, which does not hold that mutex. */
static int run_exec(void *data)
{
	struct mutexes mutexes = {};
	int fd = *(int *)data, ret = mutexes_attach(&mutexes, fd);
	char number[16];

	if (ret || mutex_lock(fd, 1))
		return 1;
	fcntl(fd, F_SETFD, 0);
	snprintf(number, sizeof(number), "%d", fd);
	execl("/proc/self/exe", "attachment", HOLD, number, NULL);
	return 2;
}

/*
 * Runs as that other program: checks that it is not attached, attaches, and
 * holds another mutex.
 */
static int hold(int fd)
{
	struct lock_request request = {
		.fd = fd,
		.element = 2,
		.deadline = KIPC_FOREVER,
	};

	return attachment_of(fd) ? 3 : run_lock_and_hold(&request);
}

TEST_F(attachment, ends_with_exec)
{
	struct child child;

	child_start(&child, run_exec, &self->fd);
	wait_for_owner(self->fd, 2);
	EXPECT_EQ(2L, attached(self->fd));
	check_mutex(self->fd, 1, 0, 0, KIPC_MUTEX_STATE_OWNER_DIED);
	check_mutex(self->fd, 2, child.pid, 1, 0);
	check_mutex(self->fd, 0, getpid(), 1, 0);
	child_kill(&child);
	CHECK_ATTACHED();
}

/* Numbers of attachments. */

static int run_attach(void *data)
{
	struct mutexes mutexes = {};
	int ret = mutexes_attach(&mutexes, *(int *)data);

	return ret ? ret : (int)mutexes.attachment;
}

/*
 * A number is not given out again soon, so that no process is taken for another
 * one.
 */
TEST_F(attachment, numbers_go_round)
{
	struct child child;
	int last = self->id, next, i;

	for (i = 0; i < 20; i++) {
		child_start(&child, run_attach, &self->fd);
		next = child_finish(&child);
		EXPECT_LT(last, next);
		last = next;
	}
	EXPECT_EQ(1L, attached(self->fd));
}

struct attachment_crowd {
	int fd;
	unsigned int attached;
	int error;
};

/* Attaches and does nothing else, in as little memory as possible. */
static void crowd_one(struct attachment_crowd *crowd)
{
	if (mmap(NULL, 4096, PROT_READ, MAP_SHARED, crowd->fd, 0) == MAP_FAILED)
		crowd->error = errno;
	__atomic_add_fetch(&crowd->attached, 1, __ATOMIC_SEQ_CST);
	for (;;)
		pause();
}

/* The bytes that a process takes, including its page tables. */
#define CROWD_BYTES	(200 << 10)

static bool memory_for_a_crowd(void)
{
	long pages = sysconf(_SC_AVPHYS_PAGES);

	return pages > (long)KIPC_ATTACHMENTS_MAX * CROWD_BYTES /
			       sysconf(_SC_PAGESIZE);
}

TEST_F_TIMEOUT(attachment, of_no_more_than_the_most, 300)
{
	struct attachment_crowd *crowd = shared_alloc(sizeof(*crowd));
	static pid_t pids[KIPC_ATTACHMENTS_MAX];
	struct child child;
	unsigned int i;

	if (kernel_is_slow())
		SKIP(return, "so many processes take minutes here");
	if (geteuid())
		SKIP(return, "needs root to have so many processes");
	if (!memory_for_a_crowd())
		SKIP(return, "not enough memory for so many processes");
	ASSERT_EQ(0, write_file("/proc/sys/kernel/threads-max", "20000"));
	crowd->fd = self->fd;
	for (i = 1; i < KIPC_ATTACHMENTS_MAX; i++) {
		pids[i] = child_fork();
		ASSERT_LE(0, pids[i]);
		if (!pids[i])
			crowd_one(crowd);
	}
	wait_until(__atomic_load_n(&crowd->attached, __ATOMIC_ACQUIRE) ==
		   KIPC_ATTACHMENTS_MAX - 1);
	EXPECT_EQ(0, crowd->error);
	EXPECT_EQ((long)KIPC_ATTACHMENTS_MAX, attached(self->fd));
	for (i = 0; i < 2; i++) {
		child_start(&child, run_attach, &self->fd);
		EXPECT_EQ(-EUSERS, child_finish(&child));
	}
	/* A process that is attached already may map as often as it wants. */
	EXPECT_EQ(0, mutexes_attach(&self->mutexes, self->fd));
	/* As many processes may attach as have left, in any order. */
	for (i = 1; i < 4; i++) {
		kill(pids[i * 1000], SIGKILL);
		ASSERT_EQ(CHILD_KILLED, child_wait(pids[i * 1000]));
		pids[i * 1000] = 0;
	}
	for (i = 1; i < 4; i++) {
		child_start(&child, run_attach, &self->fd);
		EXPECT_LT(0, child_finish(&child));
	}
	for (i = 1; i < KIPC_ATTACHMENTS_MAX; i++)
		if (pids[i])
			kill(pids[i], SIGKILL);
	for (i = 1; i < KIPC_ATTACHMENTS_MAX; i++)
		if (pids[i])
			waitpid(pids[i], NULL, 0);
	CHECK_ATTACHED();
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], HOLD))
		return hold(atoi(argv[2]));
	if (argc == 1 && !strcmp(argv[0], "true"))
		return 0;
	return test_harness_run(argc, argv);
}
