// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mutexes: who may lock and unlock them, who is next, what becomes of them when
 * their owner dies, and what the word says meanwhile. All kinds of death are a
 * matter of death_mutex.c.
 */
#include "kipc_test.h"
#include "kipc_child.h"
#include "kipc_mutex_word.h"

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

/* The word of a mutex of which the kernel has no need. */
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

/* What the word says and what the kernel says is the same. */
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

/* The owner learns from the word that it has to ask the kernel. */
TEST_F(mutex, waiters_show)
{
	struct child child;
	__u64 expected = self->me | KIPC_MUTEX_WAITERS;

	ASSERT_EQ(0, mutex_lock(self->fd, 0));
	start_lock(&child, run_lock_and_unlock, self->fd, 0);
	wait_for_lockers(self->fd, 1);
	EXPECT_FALSE(word_unlock(self->word, self->me));
	/* Whatever else it says, it is the kernel's. */
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
	/* Long past; but who need not wait is not late. */
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

TEST_F(mutex, does_not_block)
{
	struct lock_request request = {
		.fd = self->fd,
		.deadline = KIPC_FOREVER,
	};
	struct child child;

	ASSERT_EQ(0, mutex_lock(self->fd, 0));
	ASSERT_EQ(0, fcntl(self->fd, F_SETFL, O_NONBLOCK));
	child_start(&child, run_lock_and_die, &request);
	EXPECT_EQ(-EAGAIN, child_finish(&child));
}

/* Who asks for what is not his. */
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
	/* The child's number is not for us to use. */
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

/* A thread, not a process. */
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

/* One that is stopped has not been given anything, unless it were fair. */
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
	check_mutex(self->fd, 0, 0, 0, KIPC_MUTEX_IS_DIRTY);
	CHECK_WORD(KIPC_MUTEX_OWNER_DIED);
	EXPECT_FALSE(word_lock(self->word, self->me));
	EXPECT_EQ(-EPERM, mutex_consistent(self->fd, 0));
	EXPECT_EQ(-EOWNERDEAD, mutex_lock(self->fd, 0));
	check_mutex(self->fd, 0, getpid(), 1, KIPC_MUTEX_IS_DIRTY);
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

/* One after the other dies, and nobody has mended anything. */
TEST_F(mutex, owners_die_in_turn)
{
	struct child child;
	int i;

	leave_dirty(_metadata, self->fd, 0);
	for (i = 0; i < 3; i++) {
		start_lock(&child, run_lock_and_die, self->fd, 0);
		EXPECT_EQ(-EOWNERDEAD, child_finish(&child));
	}
	check_mutex(self->fd, 0, 0, 0, KIPC_MUTEX_IS_DIRTY);
	EXPECT_EQ(-EOWNERDEAD, mutex_lock(self->fd, 0));
}

TEST_F(mutex, not_recoverable)
{
	int i;

	leave_dirty(_metadata, self->fd, 0);
	EXPECT_EQ(-EOWNERDEAD, mutex_lock(self->fd, 0));
	EXPECT_EQ(0, mutex_unlock(self->fd, 0));
	check_mutex(self->fd, 0, 0, 0, KIPC_MUTEX_IS_LOST);
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

#define CROWD	40	/* more than are woken in one go */

TEST_F_TIMEOUT(mutex, not_recoverable_for_all, 100)
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
	CHECK_WORD(KIPC_MUTEX_NOT_RECOVERABLE);
}

/* Each dies with it, and the next one hears of that. */
TEST_F_TIMEOUT(mutex, death_goes_from_one_to_the_next, 100)
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
	check_mutex(self->fd, 0, 0, 0, KIPC_MUTEX_IS_DIRTY);
}

/* Scribbled words harm those who share them, and not for long. */
TEST_F(mutex, scribbled_words)
{
	const __u64 words[] = {
		0xffffffffffffffffULL, KIPC_SLOW, KIPC_MUTEX_WAITERS,
		KIPC_MUTEX_DEPTH, KIPC_MUTEX_TID, KIPC_MUTEX_ATTACHMENT,
		0xfffULL << KIPC_MUTEX_SHIFT | 1, 1ULL << 30, 3ULL << 30,
		KIPC_MUTEX_OWNER_DIED | KIPC_MUTEX_WAITERS,
	};
	size_t i;
	int ret;

	/* Nobody can scribble there. */
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

TEST_F(mutex, many_in_one)
{
	int fd = create_flags(mutex_args(KIPC_ELEMENTS_MAX), variant->flags);
	const unsigned int last = KIPC_ELEMENTS_MAX - 1;
	struct mutexes mutexes;

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, mutexes_attach(&mutexes, fd));
	EXPECT_EQ(0, mutex_lock(fd, 0));
	EXPECT_EQ(0, mutex_lock(fd, last));
	EXPECT_EQ(-EINVAL, mutex_lock(fd, KIPC_ELEMENTS_MAX));
	leave_dirty(_metadata, fd, last - 1);
	check_mutex(fd, last, getpid(), 1, 0);
	check_mutex(fd, last - 1, 0, 0, KIPC_MUTEX_IS_DIRTY);
	check_mutex(fd, last - 2, 0, 0, 0);
	close(fd);
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

/* Whom it belongs to is told in the pid namespace of the one who asks. */
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

/* In such a namespace one locks with the numbers that one sees there. */
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

/* What means something to other types only, or to nobody. */
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

/* Depth that the word got from its owner counts like any other. */
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
	check_mutex(self->fd, 0, 0, 0, KIPC_MUTEX_IS_DIRTY);
}

/* Whose turn it is. */

struct order {
	int fd;
	unsigned int next;
	unsigned int got[8];	/* in this order */
};

struct order_request {
	struct order *order;
	unsigned int number;
	int priority;		/* of a real-time thread, or 0 */
	int cpu;		/* -1: any */
};

static void become(int priority)
{
	struct sched_param parameter = { .sched_priority = priority };

	if (sched_setscheduler(0, priority ? SCHED_FIFO : SCHED_OTHER,
			       &parameter))
		_exit(1);
}

static void pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		_exit(1);
}

static int run_in_order(void *data)
{
	const struct order_request *request = data;
	struct order *order = request->order;
	struct mutexes mutexes;
	int ret;

	if (request->cpu >= 0)
		pin(request->cpu);
	become(request->priority);
	ret = mutexes_attach(&mutexes, order->fd);
	if (!ret)
		ret = mutex_lock(order->fd, 0);
	if (ret)
		return ret;
	order->got[order->next++] = request->number;
	return mutex_unlock(order->fd, 0);
}

FIXTURE(turn) {
	int fd;
	struct mutexes mutexes;
	struct order *order;
	struct word *word;
	__u64 me;
};

FIXTURE_VARIANT(turn) {
	__u32 flags;
};

FIXTURE_VARIANT_ADD(turn, by_default) {
};

FIXTURE_VARIANT_ADD(turn, fair) {
	.flags = KIPC_FAIR,
};

FIXTURE_VARIANT_ADD(turn, fair_sealed) {
	.flags = KIPC_FAIR | KIPC_SEALED,
};

FIXTURE_SETUP(turn)
{
	if (geteuid())
		SKIP(return, "needs root for real-time priorities");
	self->fd = create_flags(mutex_args(1), variant->flags);
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, mutexes_attach(&self->mutexes, self->fd));
	self->word = word_at(&self->mutexes.words, 0);
	self->me = owner_word(self->mutexes.attachment);
	self->order = shared_alloc(sizeof(*self->order));
	self->order->fd = self->fd;
	ASSERT_EQ(0, mutex_lock(self->fd, 0));
}

FIXTURE_TEARDOWN(turn)
{
	become(0);
	close(self->fd);
}

static void start_in_order(struct child *child, struct order *order,
			   unsigned int number, int priority, int cpu)
{
	struct order_request request = {
		.order = order,
		.number = number,
		.priority = priority,
		.cpu = cpu,
	};

	child_start(child, run_in_order, &request);
}

TEST_F(turn, first_come_first_served)
{
	struct child children[5];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(children); i++) {
		start_in_order(&children[i], self->order, i, 0, -1);
		wait_for_lockers(self->fd, i + 1);
	}
	EXPECT_EQ(0, mutex_unlock(self->fd, 0));
	for (i = 0; i < ARRAY_SIZE(children); i++)
		EXPECT_EQ(0, child_finish(&children[i]));
	for (i = 0; i < ARRAY_SIZE(children); i++)
		EXPECT_EQ(i, self->order->got[i]);
}

/* Real-time threads by priority, then the others. */
TEST_F(turn, real_time_first)
{
	const int priorities[] = { 0, 5, 10, 5, 0 };
	const unsigned int expected[] = { 2, 1, 3, 0, 4 };
	struct child children[5];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(children); i++) {
		start_in_order(&children[i], self->order, i, priorities[i], -1);
		wait_for_lockers(self->fd, i + 1);
	}
	EXPECT_EQ(0, mutex_unlock(self->fd, 0));
	for (i = 0; i < ARRAY_SIZE(children); i++)
		EXPECT_EQ(0, child_finish(&children[i]));
	for (i = 0; i < ARRAY_SIZE(children); i++)
		EXPECT_EQ(expected[i], self->order->got[i]);
}

/* Fair: the waiter is the owner before the unlock returns. */
TEST_F(turn, may_be_overtaken)
{
	bool fair = variant->flags & KIPC_FAIR;
	struct child child;

	pin(0);
	start_in_order(&child, self->order, 0, 0, 0);
	wait_for_lockers(self->fd, 1);
	/* It shares our processor, and cannot run before we let it. */
	become(1);
	EXPECT_EQ(0, mutex_unlock(self->fd, 0));
	EXPECT_EQ(fair ? -EAGAIN : 0, mutex_trylock(self->fd, 0));
	check_mutex(self->fd, 0, fair ? child.pid : getpid(), 1, 0);
	EXPECT_EQ(fair ? -EPERM : 0, mutex_unlock(self->fd, 0));
	become(0);
	EXPECT_EQ(0, child_finish(&child));
}

/* The waiter loses twice to one who is faster; the third time it has it. */
TEST_F(turn, handed_over_after_losses)
{
	int i, losses = variant->flags & KIPC_FAIR ? 0 : 2;
	struct child child;

	pin(0);
	start_in_order(&child, self->order, 0, 0, 0);
	wait_for_lockers(self->fd, 1);
	for (i = 0; i < losses; i++) {
		become(1);
		ASSERT_EQ(0, mutex_unlock(self->fd, 0));
		/* It is awake by now: until it has lost nobody need wake it. */
		EXPECT_EQ(0ULL, word_load(self->word));
		ASSERT_TRUE(word_lock(self->word, self->me));
		EXPECT_TRUE(word_unlock(self->word, self->me));
		ASSERT_TRUE(word_lock(self->word, self->me));
		become(0);
		wait_until(word_load(self->word) ==
			   (self->me | KIPC_MUTEX_WAITERS));
		wait_until(child_sleeps(&child));
		EXPECT_EQ(1L, waiters(self->fd));
	}
	become(1);
	EXPECT_EQ(0, mutex_unlock(self->fd, 0));
	EXPECT_FALSE(word_lock(self->word, self->me));
	EXPECT_EQ(-EAGAIN, mutex_trylock(self->fd, 0));
	check_mutex(self->fd, 0, child.pid, 1, 0);
	become(0);
	EXPECT_EQ(0, child_finish(&child));
}

/* A real-time thread does not lose at all. */
TEST_F(turn, handed_over_to_real_time)
{
	struct child child;

	pin(0);
	start_in_order(&child, self->order, 0, 1, 0);
	wait_for_lockers(self->fd, 1);
	become(2);
	EXPECT_EQ(0, mutex_unlock(self->fd, 0));
	EXPECT_EQ(-EAGAIN, mutex_trylock(self->fd, 0));
	check_mutex(self->fd, 0, child.pid, 1, 0);
	become(0);
	EXPECT_EQ(0, child_finish(&child));
}

/* One that was called and then gives up calls the next one. */
TEST_F(turn, death_of_the_one_called)
{
	struct child first, second;

	pin(0);
	start_in_order(&first, self->order, 0, 0, 0);
	wait_for_lockers(self->fd, 1);
	start_in_order(&second, self->order, 1, 0, 0);
	wait_for_lockers(self->fd, 2);
	become(1);
	EXPECT_EQ(0, mutex_unlock(self->fd, 0));
	kill(first.pid, SIGKILL);
	become(0);
	EXPECT_EQ(CHILD_KILLED, child_finish(&first));
	/* Nobody hears of an owner who never knew that it was one. */
	EXPECT_EQ(0, child_finish(&second));
}

/* Likewise where somebody was faster: his unlocking is what calls the next one. */
TEST_F(turn, death_of_the_one_called_in_vain)
{
	struct child first, second;

	if (variant->flags & KIPC_FAIR)
		SKIP(return, "nobody can be faster");
	pin(0);
	start_in_order(&first, self->order, 0, 0, 0);
	wait_for_lockers(self->fd, 1);
	start_in_order(&second, self->order, 1, 0, 0);
	wait_for_lockers(self->fd, 2);
	become(1);
	EXPECT_EQ(0, mutex_unlock(self->fd, 0));
	ASSERT_TRUE(word_lock(self->word, self->me));
	kill(first.pid, SIGKILL);
	become(0);
	EXPECT_EQ(CHILD_KILLED, child_finish(&first));
	EXPECT_EQ(self->me | KIPC_MUTEX_WAITERS, word_load(self->word));
	EXPECT_EQ(0, mutex_unlock(self->fd, 0));
	EXPECT_EQ(0, child_finish(&second));
}

/* Who comes first although another one was called has to be woken, too. */
TEST_F(turn, real_time_after_one_was_called)
{
	struct child first, second;

	if (variant->flags & KIPC_FAIR)
		SKIP(return, "nobody can be faster");
	pin(0);
	start_in_order(&first, self->order, 0, 0, 0);
	wait_for_lockers(self->fd, 1);
	become(1);
	EXPECT_EQ(0, mutex_unlock(self->fd, 0));
	ASSERT_TRUE(word_lock(self->word, self->me));
	start_in_order(&second, self->order, 1, 2, 0);
	wait_for_lockers(self->fd, 2);
	EXPECT_EQ(self->me | KIPC_MUTEX_WAITERS, word_load(self->word));
	EXPECT_EQ(0, mutex_unlock(self->fd, 0));
	EXPECT_EQ(0, child_finish(&second));
	become(0);
	EXPECT_EQ(0, child_finish(&first));
	EXPECT_EQ(1U, self->order->got[0]);
}

/* One that is interrupted as it is called has it or leaves it to others. */
TEST_F(turn, signal_to_the_one_called)
{
	struct child first, second;
	int ret;

	handle_signal(SIGUSR1, 0);
	pin(0);
	start_in_order(&first, self->order, 0, 0, 0);
	wait_for_lockers(self->fd, 1);
	start_in_order(&second, self->order, 1, 0, 0);
	wait_for_lockers(self->fd, 2);
	become(1);
	EXPECT_EQ(0, mutex_unlock(self->fd, 0));
	kill(first.pid, SIGUSR1);
	become(0);
	ret = child_finish(&first);
	EXPECT_TRUE(!ret || ret == -EINTR);
	EXPECT_EQ(0, child_finish(&second));
	check_mutex(self->fd, 0, 0, 0, 0);
}

/* How many may wait. */
TEST_F(turn, waiters_are_bounded)
{
	long limit = parameter_get("max_waiters");
	struct child first, second;

	ASSERT_LT(0, limit);
	start_lock(&first, run_lock_and_unlock, self->fd, 0);
	wait_for_lockers(self->fd, 1);
	ASSERT_EQ(0, parameter_set("max_waiters", 1));
	start_lock(&second, run_lock_and_die, self->fd, 0);
	EXPECT_EQ(-ENOSPC, child_finish(&second));
	parameter_set("max_waiters", limit);
	EXPECT_EQ(1L, waiters(self->fd));
	EXPECT_EQ(0, mutex_unlock(self->fd, 0));
	EXPECT_EQ(0, child_finish(&first));
	EXPECT_EQ(0, mutex_trylock(self->fd, 0));
}

/* Deadlocks. */

#define CYCLE_MAX	4

FIXTURE(deadlock) {
	int fd;
	struct mutexes mutexes;
	struct child children[CYCLE_MAX];
};

FIXTURE_VARIANT(deadlock) {
	__u32 flags;
};

FIXTURE_VARIANT_ADD(deadlock, detected) {
	.flags = KIPC_DETECT,
};

FIXTURE_VARIANT_ADD(deadlock, detected_fairly) {
	.flags = KIPC_DETECT | KIPC_FAIR,
};

FIXTURE_VARIANT_ADD(deadlock, detected_sealed) {
	.flags = KIPC_DETECT | KIPC_SEALED,
};

FIXTURE_VARIANT_ADD(deadlock, detected_spinning) {
	.flags = KIPC_DETECT | KIPC_SPIN,
};

FIXTURE_SETUP(deadlock)
{
	self->fd = create_flags(mutex_args(CYCLE_MAX), variant->flags);
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, mutexes_attach(&self->mutexes, self->fd));
}

FIXTURE_TEARDOWN(deadlock)
{
	close(self->fd);
}

/* Owns the one mutex and wants the next. */
static int run_link(void *data)
{
	const struct lock_request *request = data;
	struct mutexes mutexes;
	int ret = mutexes_attach(&mutexes, request->fd);

	if (!ret)
		ret = mutex_lock(request->fd, request->element);
	if (!ret)
		ret = mutex_lock(request->fd, request->element + 1);
	if (!ret)
		ret = mutex_unlock(request->fd, request->element + 1);
	if (!ret)
		ret = mutex_unlock(request->fd, request->element);
	return ret;
}

/* Each child wants what the next one has, and the last one what we have. */
TEST_F(deadlock, the_last_one_is_told)
{
	int processes, i;

	for (processes = 2; processes <= CYCLE_MAX; processes++) {
		ASSERT_EQ(0, mutex_lock(self->fd, processes - 1));
		for (i = processes - 2; i >= 0; i--) {
			start_lock(&self->children[i], run_link, self->fd, i);
			wait_for_lockers(self->fd, processes - 1 - i);
		}
		EXPECT_EQ(-EDEADLK, mutex_lock(self->fd, 0));
		EXPECT_EQ(-EAGAIN, mutex_trylock(self->fd, 0));
		EXPECT_EQ(0, mutex_unlock(self->fd, processes - 1));
		for (i = 0; i < processes - 1; i++)
			EXPECT_EQ(0, child_finish(&self->children[i]));
	}
	EXPECT_EQ(0L, waiters(self->fd));
}

/* A long way that leads nowhere is no cycle. */
TEST_F(deadlock, chain_is_none)
{
	int i;

	ASSERT_EQ(0, mutex_lock(self->fd, CYCLE_MAX - 1));
	for (i = CYCLE_MAX - 2; i >= 0; i--) {
		start_lock(&self->children[i], run_link, self->fd, i);
		wait_for_lockers(self->fd, CYCLE_MAX - 1 - i);
	}
	EXPECT_EQ(0, mutex_unlock(self->fd, CYCLE_MAX - 1));
	for (i = 0; i < CYCLE_MAX - 1; i++)
		EXPECT_EQ(0, child_finish(&self->children[i]));
}

struct crossing {
	int fd;
	unsigned int arrived;
	unsigned int next;
};

/* Locks the two in one of both orders, as far as that does. */
static int run_crossing(void *data)
{
	struct crossing *crossing = data;
	unsigned int first, round;
	struct mutexes mutexes;
	int ret = mutexes_attach(&mutexes, crossing->fd), told = 0;

	first = __atomic_fetch_add(&crossing->next, 1, __ATOMIC_SEQ_CST);
	pin(first);
	for (round = 1; !ret && round <= 300; round++) {
		ret = mutex_lock(crossing->fd, first);
		/* Without a sleep: whoever waits for one who runs might spin. */
		__atomic_add_fetch(&crossing->arrived, 1, __ATOMIC_SEQ_CST);
		while (__atomic_load_n(&crossing->arrived, __ATOMIC_ACQUIRE) <
		       round * 2)
			;
		if (!ret)
			ret = mutex_lock(crossing->fd, !first);
		if (!ret)
			ret = mutex_unlock(crossing->fd, !first);
		if (ret == -EDEADLK) {
			told++;
			ret = 0;
		}
		if (!ret)
			ret = mutex_unlock(crossing->fd, first);
		__atomic_add_fetch(&crossing->next, 1, __ATOMIC_SEQ_CST);
		wait_until(__atomic_load_n(&crossing->next, __ATOMIC_ACQUIRE) >=
			   round * 2 + 2);
	}
	return ret ? ret : told;
}

/* Two at once: in each round exactly one is told. */
TEST_F_TIMEOUT(deadlock, of_two_at_once, 60)
{
	struct crossing *crossing = shared_alloc(sizeof(*crossing));
	int told[2], i;

	if (sysconf(_SC_NPROCESSORS_ONLN) < 2)
		SKIP(return, "needs two processors");
	crossing->fd = self->fd;
	for (i = 0; i < 2; i++)
		child_start(&self->children[i], run_crossing, crossing);
	for (i = 0; i < 2; i++) {
		told[i] = child_finish(&self->children[i]);
		EXPECT_LE(0, told[i]);
	}
	EXPECT_EQ(300, told[0] + told[1]);
}

/* Without the flag they wait, and a deadline ends that. */
TEST(deadlock_without_detection)
{
	int fd = create(mutex_args(CYCLE_MAX));
	struct mutexes mutexes;
	struct child child;

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, mutexes_attach(&mutexes, fd));
	ASSERT_EQ(0, mutex_lock(fd, 1));
	start_lock(&child, run_link, fd, 0);
	wait_for_lockers(fd, 1);
	EXPECT_EQ(-ETIMEDOUT,
		  mutex_timedlock(fd, 0, deadline_in_ms(CLOCK_MONOTONIC, 20),
				  0));
	EXPECT_EQ(0, mutex_unlock(fd, 1));
	EXPECT_EQ(0, child_finish(&child));
	close(fd);
}

TEST_HARNESS_MAIN
