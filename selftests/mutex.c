// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mutexes: which thread may lock and unlock them, what happens when their owner
 * dies, and what the word says meanwhile. mutex_turn.c tests the order in which
 * waiters get a mutex; death_mutex.c tests all kinds of death.
 */
#include "kipc_test.h"
#include "handler.h"
#include "lock_child.h"
#include "mutex_word.h"
#include "word.h"

#include <pthread.h>

#define ELEMENTS	5
#define DEPTH_MAX	(KIPC_MUTEX_DEPTH / KIPC_MUTEX_DEPTH_ONE + 1)

FIXTURE(mutex) {
	int fd;
	struct mutexes mutexes;
	__u64 me;
	struct word *word;
};

FIXTURE_VARIANT(mutex) {
	__u32 flags;
};

FIXTURE_VARIANT_ADD(mutex, spaced) {
};

FIXTURE_VARIANT_ADD(mutex, packed) {
	.flags = KIPC_PACKED,
};

FIXTURE_VARIANT_ADD(mutex, sealed) {
	.flags = KIPC_SEALED,
};

FIXTURE_VARIANT_ADD(mutex, fair) {
	.flags = KIPC_FAIR,
};

FIXTURE_VARIANT_ADD(mutex, spinning) {
	.flags = KIPC_SPIN,
};

FIXTURE_VARIANT_ADD(mutex, detecting) {
	.flags = KIPC_DETECT,
};

FIXTURE_VARIANT_ADD(mutex, recursive) {
	.flags = KIPC_RECURSIVE,
};

FIXTURE_SETUP(mutex)
{
	self->fd = create_flags(mutex_args(ELEMENTS), variant->flags);
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, mutexes_attach(&self->mutexes, self->fd));
	ASSERT_LT(0U, self->mutexes.attachment);
	self->me = owner_word(self->mutexes.attachment);
	self->word = word_at(&self->mutexes.words, 0);
}

FIXTURE_TEARDOWN(mutex)
{
	close(self->fd);
}

/*
 * Checks the word of a mutex that the kernel does not need to own. The word of
 * a sealed set always says KIPC_SLOW.
 */
#define CHECK_WORD(expected) \
	EXPECT_EQ(variant->flags & KIPC_SEALED ? KIPC_SLOW : (expected), \
		  word_load(self->word))

TEST_F(mutex, starts_free)
{
	struct kipc_mutex_state_args state;
	unsigned int i;

	for (i = 0; i < ELEMENTS; i++) {
		ASSERT_EQ(0, mutex_state(self->fd, i, &state));
		EXPECT_EQ(0U, state.owner);
		EXPECT_EQ(0U, state.thread);
		EXPECT_EQ(0U, state.depth);
		EXPECT_EQ(0U, state.state);
		EXPECT_EQ(0U, state.waiters);
	}
	CHECK_WORD(0);
}

TEST_F(mutex, locks_and_unlocks)
{
	struct kipc_mutex_state_args state;
	int i;

	for (i = 0; i < 3; i++) {
		ASSERT_EQ(0, mutex_lock(self->fd, 0));
		CHECK_WORD(self->me);
		ASSERT_EQ(0, mutex_state(self->fd, 0, &state));
		EXPECT_EQ((__u32)getpid(), state.owner);
		EXPECT_EQ((__u32)getpid(), state.thread);
		EXPECT_EQ(1U, state.depth);
		EXPECT_EQ(0U, state.state);
		check_mutex(self->fd, 1, 0, 0, 0);
		EXPECT_EQ(0, mutex_unlock(self->fd, 0));
		CHECK_WORD(0);
		check_mutex(self->fd, 0, 0, 0, 0);
	}
}

/*
 * A lock taken by the word can be released by the kernel, and the reverse: the
 * word and the kernel always agree about the owner.
 */
TEST_F(mutex, by_word_and_kernel)
{
	if (variant->flags & KIPC_SEALED) {
		EXPECT_FALSE(word_lock(self->word, self->me));
		return;
	}
	ASSERT_TRUE(word_lock(self->word, self->me));
	check_mutex(self->fd, 0, getpid(), 1, 0);
	EXPECT_EQ(0, mutex_unlock(self->fd, 0));
	EXPECT_EQ(0, mutex_trylock(self->fd, 0));
	EXPECT_FALSE(word_lock(self->word, self->me));
	EXPECT_TRUE(word_unlock(self->word, self->me));
	check_mutex(self->fd, 0, 0, 0, 0);
}

TEST_F(mutex, excludes)
{
	struct lock_request request = { .fd = self->fd, .flags = KIPC_TRY };
	struct child child;

	ASSERT_EQ(0, mutex_lock(self->fd, 0));
	child_start(&child, run_lock_and_die, &request);
	EXPECT_EQ(-EAGAIN, child_finish(&child));
	request.element = 1;
	child_start(&child, run_lock_and_unlock, &request);
	EXPECT_EQ(0, child_finish(&child));
	check_mutex(self->fd, 0, getpid(), 1, 0);
	check_mutex(self->fd, 1, 0, 0, 0);
}

TEST_F(mutex, waits_its_turn)
{
	struct child child;

	ASSERT_EQ(0, mutex_lock(self->fd, 0));
	start_lock(&child, run_lock_and_unlock, self->fd, 0);
	wait_for_lockers(self->fd, 1);
	EXPECT_EQ(0, mutex_unlock(self->fd, 0));
	EXPECT_EQ(0, child_finish(&child));
	check_mutex(self->fd, 0, 0, 0, 0);
	CHECK_WORD(0);
	EXPECT_EQ(0L, waiters(self->fd));
}

/*
 * A waiter makes the word say that an unlock has to enter the kernel. A waiter
 * that dies takes this back.
 */
TEST_F(mutex, waiters_show)
{
	struct child child;
	__u64 expected = self->me | KIPC_MUTEX_WAITERS;

	ASSERT_EQ(0, mutex_lock(self->fd, 0));
	start_lock(&child, run_lock_and_unlock, self->fd, 0);
	wait_for_lockers(self->fd, 1);
	EXPECT_FALSE(word_unlock(self->word, self->me));
	/*
	 * The kernel owns the word of a fair mutex that has waiters. Its other
	 * bits mean nothing.
	 */
	if (variant->flags & KIPC_FAIR)
		expected = word_load(self->word) | KIPC_SLOW;
	CHECK_WORD(expected);
	child_kill(&child);
	CHECK_WORD(self->me);
	EXPECT_EQ(0, mutex_unlock(self->fd, 0));
}

TEST_F(mutex, deadlines)
{
	struct lock_request request = {
		.fd = self->fd,
		.deadline = deadline_in_ms(CLOCK_MONOTONIC, 20),
	};
	struct child child;

	ASSERT_EQ(0, mutex_lock(self->fd, 0));
	child_start(&child, run_lock_and_die, &request);
	EXPECT_EQ(-ETIMEDOUT, child_finish(&child));
	EXPECT_LE(request.deadline, now_ns(CLOCK_MONOTONIC));
	request.deadline = deadline_in_ms(CLOCK_REALTIME, 20);
	request.flags = KIPC_REALTIME;
	child_start(&child, run_lock_and_die, &request);
	EXPECT_EQ(-ETIMEDOUT, child_finish(&child));
	EXPECT_LE(request.deadline, now_ns(CLOCK_REALTIME));
	/*
	 * This deadline has long passed. A lock that need not wait still
	 * succeeds.
	 */
	request.deadline = 1;
	child_start(&child, run_lock_and_die, &request);
	EXPECT_EQ(-ETIMEDOUT, child_finish(&child));
	CHECK_WORD(self->me);
	EXPECT_EQ(0, mutex_timedlock(self->fd, 1, 1, 0));
	EXPECT_EQ(-EINVAL, mutex_timedlock(self->fd, 2, -1, 0));
	EXPECT_EQ(-EINVAL, mutex_timedlock(self->fd, 2, 1, KIPC_TRY));
	EXPECT_EQ(-EINVAL, mutex_timedlock(self->fd, 2, 0,
					   KIPC_TRY | KIPC_REALTIME));
	check_mutex(self->fd, 2, 0, 0, 0);
}

TEST_F(mutex, deadline_is_met)
{
	struct lock_request request = {
		.fd = self->fd,
		.deadline = now_ns(CLOCK_MONOTONIC) + 1000 * NS_PER_SEC,
	};
	struct child child;

	ASSERT_EQ(0, mutex_lock(self->fd, 0));
	child_start(&child, run_lock_and_unlock, &request);
	wait_for_lockers(self->fd, 1);
	EXPECT_EQ(0, mutex_unlock(self->fd, 0));
	EXPECT_EQ(0, child_finish(&child));
}

/*
 * O_NONBLOCK concerns read() and write() only. Other processes can set it, so
 * it must not change how a lock waits.
 */
TEST_F(mutex, waits_on_a_descriptor_that_does_not_block)
{
	struct lock_request request = {
		.fd = self->fd,
		.deadline = KIPC_FOREVER,
	};
	struct child child;

	ASSERT_EQ(0, mutex_lock(self->fd, 0));
	ASSERT_EQ(0, fcntl(self->fd, F_SETFL, O_NONBLOCK));
	child_start(&child, run_lock_and_unlock, &request);
	wait_for_waiters(self->fd, 1);
	EXPECT_EQ(0, mutex_unlock(self->fd, 0));
	EXPECT_EQ(0, child_finish(&child));
}

/*
 * Only the owner can unlock a mutex or make it consistent, and only with the
 * number of its own attachment.
 */
TEST_F(mutex, only_its_owner)
{
	__u32 mine = self->mutexes.attachment, i;
	struct child child;

	EXPECT_EQ(-EPERM, mutex_unlock(self->fd, 0));
	EXPECT_EQ(-EPERM, mutex_consistent(self->fd, 0));
	start_lock(&child, run_lock_and_hold, self->fd, 0);
	wait_for_owner(self->fd, 0);
	EXPECT_EQ(-EPERM, mutex_unlock(self->fd, 0));
	EXPECT_EQ(-EPERM, mutex_consistent(self->fd, 0));
	check_mutex(self->fd, 0, child.pid, 1, 0);
	/*
	 * The attachment number of the child is refused, like any other number
	 * that is not that of this process.
	 */
	for (i = 0; i <= mine + 3; i++) {
		if (i == mine)
			continue;
		EXPECT_EQ(-ENXIO, mutex_timedlock_as(self->fd, 1, i, 0,
						     KIPC_TRY));
		EXPECT_EQ(-ENXIO, mutex_call_as(self->fd, KIPC_MUTEX_UNLOCK, 0,
						i));
		EXPECT_EQ(-ENXIO, mutex_call_as(self->fd, KIPC_MUTEX_CONSISTENT,
						0, i));
	}
	EXPECT_EQ(-ENXIO, mutex_call_as(self->fd, KIPC_MUTEX_UNLOCK, 0,
					0xffffffff));
	check_mutex(self->fd, 0, child.pid, 1, 0);
	child_kill(&child);
}

static void *unlock_from_a_thread(void *data)
{
	return (void *)(intptr_t)mutex_unlock(*(int *)data, 0);
}

/*
 * The owner of a mutex is a thread, not a process: another thread of the same
 * process cannot unlock it.
 */
TEST_F(mutex, only_its_thread)
{
	pthread_t thread;
	void *ret;

	ASSERT_EQ(0, mutex_lock(self->fd, 0));
	ASSERT_EQ(0, pthread_create(&thread, NULL, unlock_from_a_thread,
				    &self->fd));
	ASSERT_EQ(0, pthread_join(thread, &ret));
	EXPECT_EQ((intptr_t)-EPERM, (intptr_t)ret);
	check_mutex(self->fd, 0, getpid(), 1, 0);
}

TEST_F(mutex, locked_again)
{
	__u64 i;

	ASSERT_EQ(0, mutex_lock(self->fd, 0));
	if (!(variant->flags & KIPC_RECURSIVE)) {
		EXPECT_EQ(-EDEADLK, mutex_lock(self->fd, 0));
		EXPECT_EQ(-EDEADLK, mutex_trylock(self->fd, 0));
		check_mutex(self->fd, 0, getpid(), 1, 0);
		return;
	}
	for (i = 1; i < DEPTH_MAX; i++)
		ASSERT_EQ(0, mutex_lock(self->fd, 0));
	check_mutex(self->fd, 0, getpid(), DEPTH_MAX, 0);
	EXPECT_EQ(-EOVERFLOW, mutex_lock(self->fd, 0));
	EXPECT_EQ(-EOVERFLOW, mutex_trylock(self->fd, 0));
	for (i = DEPTH_MAX - 1; i; i--)
		ASSERT_EQ(0, mutex_unlock(self->fd, 0));
	check_mutex(self->fd, 0, getpid(), 1, 0);
	EXPECT_EQ(0, mutex_unlock(self->fd, 0));
	EXPECT_EQ(-EPERM, mutex_unlock(self->fd, 0));
	check_mutex(self->fd, 0, 0, 0, 0);
}

/* Signals. */

TEST_F(mutex, eintr)
{
	struct child child;

	ASSERT_EQ(0, mutex_lock(self->fd, 0));
	handle_signal(SIGUSR1, 0);
	start_lock(&child, run_lock_and_die, self->fd, 0);
	wait_for_lockers(self->fd, 1);
	interrupt(&child, SIGUSR1);
	EXPECT_EQ(-EINTR, child_finish(&child));
	EXPECT_EQ(0L, waiters(self->fd));
	CHECK_WORD(self->me);
}

TEST_F(mutex, restarts)
{
	struct child child;
	int i;

	ASSERT_EQ(0, mutex_lock(self->fd, 0));
	handle_signal(SIGUSR1, SA_RESTART);
	start_lock(&child, run_lock_and_unlock, self->fd, 0);
	for (i = 0; i < 10; i++) {
		wait_for_lockers(self->fd, 1);
		interrupt(&child, SIGUSR1);
	}
	EXPECT_EQ(0, mutex_unlock(self->fd, 0));
	EXPECT_EQ(0, child_finish(&child));
}

/*
 * A waiter that is stopped leaves the queue, so that it is not granted the
 * mutex and does not block others. This is also true of a fair mutex.
 */
TEST_F(mutex, stop_of_a_waiter)
{
	struct child child;

	ASSERT_EQ(0, mutex_lock(self->fd, 0));
	start_lock(&child, run_lock_and_unlock, self->fd, 0);
	wait_for_lockers(self->fd, 1);
	kill(child.pid, SIGSTOP);
	ASSERT_EQ(child.pid, waitpid(child.pid, NULL, WUNTRACED));
	EXPECT_EQ(0L, waiters(self->fd));
	EXPECT_EQ(0, mutex_unlock(self->fd, 0));
	EXPECT_EQ(0, mutex_trylock(self->fd, 0));
	EXPECT_EQ(0, mutex_unlock(self->fd, 0));
	kill(child.pid, SIGCONT);
	EXPECT_EQ(0, child_finish(&child));
}

/* Robustness. */

static void leave_dirty(struct __test_metadata *_metadata, int fd,
			unsigned int element)
{
	struct child child;

	start_lock(&child, run_lock_and_die, fd, element);
	ASSERT_EQ(0, child_finish(&child));
}

TEST_F(mutex, owner_died)
{
	leave_dirty(_metadata, self->fd, 0);
	check_mutex(self->fd, 0, 0, 0, KIPC_MUTEX_STATE_OWNER_DIED);
	CHECK_WORD(KIPC_MUTEX_OWNER_DIED);
	EXPECT_FALSE(word_lock(self->word, self->me));
	EXPECT_EQ(-EPERM, mutex_consistent(self->fd, 0));
	EXPECT_EQ(-EOWNERDEAD, mutex_lock(self->fd, 0));
	check_mutex(self->fd, 0, getpid(), 1, KIPC_MUTEX_STATE_OWNER_DIED);
	EXPECT_EQ(0, mutex_consistent(self->fd, 0));
	check_mutex(self->fd, 0, getpid(), 1, 0);
	EXPECT_EQ(-EINVAL, mutex_consistent(self->fd, 0));
	EXPECT_EQ(0, mutex_unlock(self->fd, 0));
	EXPECT_EQ(0, mutex_lock(self->fd, 0));
	EXPECT_EQ(-EINVAL, mutex_consistent(self->fd, 0));
}

TEST_F(mutex, owner_died_try)
{
	leave_dirty(_metadata, self->fd, 0);
	EXPECT_EQ(-EOWNERDEAD, mutex_trylock(self->fd, 0));
	EXPECT_EQ(0, mutex_consistent(self->fd, 0));
	EXPECT_EQ(0, mutex_unlock(self->fd, 0));
}

/*
 * The mutex stays in the owner-died state while one owner after the other dies
 * without making it consistent.
 */
TEST_F(mutex, owners_die_in_turn)
{
	struct child child;
	int i;

	leave_dirty(_metadata, self->fd, 0);
	for (i = 0; i < 3; i++) {
		start_lock(&child, run_lock_and_die, self->fd, 0);
		EXPECT_EQ(-EOWNERDEAD, child_finish(&child));
	}
	check_mutex(self->fd, 0, 0, 0, KIPC_MUTEX_STATE_OWNER_DIED);
	EXPECT_EQ(-EOWNERDEAD, mutex_lock(self->fd, 0));
}

TEST_F(mutex, not_recoverable)
{
	int i;

	leave_dirty(_metadata, self->fd, 0);
	EXPECT_EQ(-EOWNERDEAD, mutex_lock(self->fd, 0));
	EXPECT_EQ(0, mutex_unlock(self->fd, 0));
	check_mutex(self->fd, 0, 0, 0, KIPC_MUTEX_STATE_NOT_RECOVERABLE);
	for (i = 0; i < 2; i++) {
		EXPECT_EQ(-ENOTRECOVERABLE, mutex_lock(self->fd, 0));
		EXPECT_EQ(-ENOTRECOVERABLE, mutex_trylock(self->fd, 0));
		EXPECT_EQ(-ENOTRECOVERABLE, mutex_timedlock(self->fd, 0, 1, 0));
	}
	EXPECT_FALSE(word_lock(self->word, self->me));
	EXPECT_EQ(-EPERM, mutex_consistent(self->fd, 0));
	EXPECT_EQ(-EPERM, mutex_unlock(self->fd, 0));
	EXPECT_EQ(0, mutex_lock(self->fd, 1));
}

/*
 * A scribbled word harms only the processes that share it, and only until the
 * word is written again: every call returns a plausible result.
 */
TEST_F(mutex, scribbled_words)
{
	const __u64 words[] = {
		0xffffffffffffffffULL, KIPC_SLOW, KIPC_MUTEX_WAITERS,
		KIPC_MUTEX_DEPTH, KIPC_MUTEX_THREAD, KIPC_MUTEX_ATTACHMENT,
		0xfffULL << KIPC_MUTEX_SHIFT | 1, 1ULL << 30, 3ULL << 30,
		KIPC_MUTEX_OWNER_DIED | KIPC_MUTEX_WAITERS,
	};
	size_t i;
	int ret;

	/* User space cannot write the words of a sealed set. */
	if (variant->flags & KIPC_SEALED)
		return;
	for (i = 0; i < ARRAY_SIZE(words); i++) {
		word_store(self->word, words[i]);
		ret = mutex_trylock(self->fd, 0);
		EXPECT_TRUE(words[i] & KIPC_MUTEX_NOT_RECOVERABLE ?
			    ret == -ENOTRECOVERABLE :
			    !ret || ret == -EOWNERDEAD);
		word_store(self->word, 0);
		check_mutex(self->fd, 0, 0, 0, 0);
	}
	EXPECT_EQ(0L, waiters(self->fd));
}

TEST_F(mutex, fdinfo)
{
	char text[4096], line[128];

	ASSERT_EQ(0, mutex_lock(self->fd, 3));
	ASSERT_EQ(0, fdinfo_text(self->fd, text, sizeof(text)));
	snprintf(line, sizeof(line), "kipc-owner:\t3 process %d thread %d\n",
		 getpid(), getpid());
	EXPECT_NE((char *)NULL, strstr(text, line));
	EXPECT_EQ(1L, fdinfo_number(self->fd, "kipc-attachments:"));
	EXPECT_EQ(3L, fdinfo_number(self->fd, "kipc-owner:"));
	EXPECT_EQ(0, mutex_unlock(self->fd, 3));
	EXPECT_EQ(-ENOENT, fdinfo_number(self->fd, "kipc-owner:"));
}

/*
 * The state names the owner by its number in the pid namespace of the caller,
 * and by 0 if it has no number there.
 */
TEST_F(mutex, owner_in_another_namespace)
{
	struct kipc_mutex_state_args state;
	pid_t child;
	int ret;

	if (geteuid())
		SKIP(return, "needs root to make a pid namespace");
	ASSERT_EQ(0, mutex_lock(self->fd, 0));
	ASSERT_EQ(0, unshare(CLONE_NEWPID));
	child = child_fork();
	if (!child) {
		ret = mutex_state(self->fd, 0, &state);
		_exit(ret || state.owner || state.depth != 1);
	}
	EXPECT_EQ(0, child_wait(child));
}

/*
 * A process in another pid namespace locks with the numbers that it has there.
 */
TEST_F(mutex, lock_in_another_namespace)
{
	struct kipc_mutex_state_args state;
	struct child child;

	if (geteuid())
		SKIP(return, "needs root to make a pid namespace");
	ASSERT_EQ(0, unshare(CLONE_NEWPID));
	start_lock(&child, run_lock_and_hold, self->fd, 0);
	wait_for_owner(self->fd, 0);
	ASSERT_EQ(0, mutex_state(self->fd, 0, &state));
	EXPECT_EQ((__u32)child.pid, state.owner);
	EXPECT_EQ(1U, state.thread);
	child_kill(&child);
	EXPECT_EQ(-EOWNERDEAD, mutex_lock(self->fd, 0));
}

/* Flags that are only valid for other types, or for no type, are refused. */
TEST(other_flags)
{
	unsigned int bit;
	__u32 flags = KIPC_SEALED | KIPC_PACKED | KIPC_RECURSIVE | KIPC_FAIR |
		      KIPC_SPIN | KIPC_DETECT;
	int fd = create_flags(mutex_args(1), flags);

	ASSERT_LE(0, fd);
	close(fd);
	for (bit = 0; bit < 32; bit++)
		if (!(flags & (1U << bit)))
			EXPECT_EQ(-EINVAL, create_flags(mutex_args(1),
							1U << bit));
}

/* Recursion. */

FIXTURE(recursive) {
	int fd;
	struct mutexes mutexes;
	__u64 me;
	struct word *word;
};

FIXTURE_SETUP(recursive)
{
	self->fd = create_flags(mutex_args(1), KIPC_RECURSIVE);
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, mutexes_attach(&self->mutexes, self->fd));
	self->me = owner_word(self->mutexes.attachment);
	self->word = word_at(&self->mutexes.words, 0);
}

FIXTURE_TEARDOWN(recursive)
{
	close(self->fd);
}

/*
 * A recursion depth that the owner has written into the word counts like a
 * depth that the kernel has counted.
 */
TEST_F(recursive, by_word)
{
	__u64 twice = self->me + KIPC_MUTEX_DEPTH_ONE;
	struct child child;

	ASSERT_TRUE(word_lock(self->word, self->me));
	ASSERT_TRUE(word_swap(self->word, self->me, twice));
	check_mutex(self->fd, 0, getpid(), 2, 0);
	start_lock(&child, run_lock_and_unlock, self->fd, 0);
	wait_for_lockers(self->fd, 1);
	EXPECT_EQ(0, mutex_unlock(self->fd, 0));
	check_mutex(self->fd, 0, getpid(), 1, 0);
	EXPECT_EQ(1L, waiters(self->fd));
	EXPECT_EQ(0, mutex_unlock(self->fd, 0));
	EXPECT_EQ(0, child_finish(&child));
}

TEST_F(recursive, dies_as_one)
{
	struct child child;

	leave_dirty(_metadata, self->fd, 0);
	ASSERT_EQ(-EOWNERDEAD, mutex_lock(self->fd, 0));
	EXPECT_EQ(0, mutex_lock(self->fd, 0));
	start_lock(&child, run_lock_and_die, self->fd, 0);
	wait_for_lockers(self->fd, 1);
	mutexes_detach(&self->mutexes);
	EXPECT_EQ(-EOWNERDEAD, child_finish(&child));
	check_mutex(self->fd, 0, 0, 0, KIPC_MUTEX_STATE_OWNER_DIED);
}

/* More waiters than the kernel wakes in one batch. */

#define CROWD	40

FIXTURE(crowd) {
	int fd;
	struct mutexes mutexes;
	struct word *word;
};

FIXTURE_VARIANT(crowd) {
	__u32 flags;
};

FIXTURE_VARIANT_ADD(crowd, by_default) {
};

FIXTURE_VARIANT_ADD(crowd, fair) {
	.flags = KIPC_FAIR,
};

FIXTURE_VARIANT_ADD(crowd, sealed) {
	.flags = KIPC_SEALED,
};

FIXTURE_SETUP(crowd)
{
	self->fd = create_flags(mutex_args(1), variant->flags);
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, mutexes_attach(&self->mutexes, self->fd));
	self->word = word_at(&self->mutexes.words, 0);
}

FIXTURE_TEARDOWN(crowd)
{
	close(self->fd);
}

TEST_F_TIMEOUT(crowd, hears_that_it_is_lost, 100)
{
	struct child children[CROWD];
	int i;

	leave_dirty(_metadata, self->fd, 0);
	ASSERT_EQ(-EOWNERDEAD, mutex_lock(self->fd, 0));
	for (i = 0; i < CROWD; i++)
		start_lock(&children[i], run_lock_and_die, self->fd, 0);
	wait_for_lockers(self->fd, CROWD);
	EXPECT_EQ(0, mutex_unlock(self->fd, 0));
	for (i = 0; i < CROWD; i++)
		EXPECT_EQ(-ENOTRECOVERABLE, child_finish(&children[i]));
	EXPECT_EQ(0L, waiters(self->fd));
	check_mutex(self->fd, 0, 0, 0, KIPC_MUTEX_STATE_NOT_RECOVERABLE);
	CHECK_WORD(KIPC_MUTEX_NOT_RECOVERABLE);
}

/* Each waiter locks the mutex and dies, and the next one is told of that. */
TEST_F_TIMEOUT(crowd, dies_one_after_the_other, 100)
{
	struct child children[CROWD];
	int i;

	ASSERT_EQ(0, mutex_lock(self->fd, 0));
	for (i = 0; i < CROWD; i++)
		start_lock(&children[i], run_lock_and_die, self->fd, 0);
	wait_for_lockers(self->fd, CROWD);
	EXPECT_EQ(0, mutex_unlock(self->fd, 0));
	for (i = 0; i < CROWD; i++)
		EXPECT_EQ(0, child_wait(children[i].pid));
	for (i = 0; i < CROWD; i++)
		EXPECT_TRUE(*children[i].result == -EOWNERDEAD ||
			    *children[i].result == 0);
	check_mutex(self->fd, 0, 0, 0, KIPC_MUTEX_STATE_OWNER_DIED);
}

/* A set of as many mutexes as one object can have. */

FIXTURE(full_set) {
	int fd;
	struct mutexes mutexes;
};

FIXTURE_VARIANT(full_set) {
	__u32 flags;
};

FIXTURE_VARIANT_ADD(full_set, spaced) {
};

FIXTURE_VARIANT_ADD(full_set, packed) {
	.flags = KIPC_PACKED,
};

FIXTURE_VARIANT_ADD(full_set, sealed) {
	.flags = KIPC_SEALED,
};

FIXTURE_SETUP(full_set)
{
	self->fd = create_flags(mutex_args(KIPC_ELEMENTS_MAX), variant->flags);
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, mutexes_attach(&self->mutexes, self->fd));
}

FIXTURE_TEARDOWN(full_set)
{
	close(self->fd);
}

TEST_F(full_set, has_its_ends)
{
	const unsigned int last = KIPC_ELEMENTS_MAX - 1;
	int fd = self->fd;

	EXPECT_EQ(0, mutex_lock(fd, 0));
	EXPECT_EQ(0, mutex_lock(fd, last));
	EXPECT_EQ(-EINVAL, mutex_lock(fd, KIPC_ELEMENTS_MAX));
	leave_dirty(_metadata, fd, last - 1);
	check_mutex(fd, last, getpid(), 1, 0);
	check_mutex(fd, last - 1, 0, 0, KIPC_MUTEX_STATE_OWNER_DIED);
	check_mutex(fd, last - 2, 0, 0, 0);
}

TEST_HARNESS_MAIN
