// SPDX-License-Identifier: GPL-2.0-only
/*
 * Semaphore words. The kernel sees what user space writes, user space cannot
 * change a word that the kernel needs for its waiters, and no value of a word
 * makes the kernel misbehave.
 */
#include "kipc_test.h"
#include "handler.h"
#include "wait_child.h"
#include "word.h"

#define ELEMENTS	8
#define LAST		(ELEMENTS - 1)
#define INITIAL		2
#define MAX		10

FIXTURE(word) {
	int fd;
	struct words words;
	struct word *first;
};

FIXTURE_VARIANT(word) {
	__u32 flags;
};

FIXTURE_VARIANT_ADD(word, spaced) {
};

FIXTURE_VARIANT_ADD(word, packed) {
	.flags = KIPC_PACKED,
};

FIXTURE_SETUP(word)
{
	self->fd = create_flags(semaphore_args(ELEMENTS, INITIAL, MAX),
				variant->flags);
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, words_map(&self->words, self->fd));
	self->first = word_at(&self->words, 0);
}

FIXTURE_TEARDOWN(word)
{
	close(self->fd);
}

TEST_F(word, shows_what_the_kernel_does)
{
	EXPECT_EQ((__u64)INITIAL, word_load(self->first));
	EXPECT_EQ(0, semaphore_post(self->fd, 0, 3));
	EXPECT_EQ((__u64)INITIAL + 3, word_load(self->first));
	EXPECT_EQ(0, semaphore_trywait(self->fd, 0, 5));
	EXPECT_EQ(0ULL, word_load(self->first));
	EXPECT_EQ(-EAGAIN, semaphore_trywait(self->fd, 0, 1));
	EXPECT_EQ(0ULL, word_load(self->first));
}

TEST_F(word, shows_the_kernel_what_we_do)
{
	EXPECT_TRUE(word_give(self->first, MAX));
	check_value(self->fd, 0, INITIAL + 1);
	EXPECT_EQ(0, semaphore_trywait(self->fd, 0, INITIAL + 1));
	EXPECT_FALSE(word_take(self->first));
	EXPECT_EQ(0, semaphore_post(self->fd, 0, 1));
	EXPECT_TRUE(word_take(self->first));
	EXPECT_EQ(-EAGAIN, semaphore_trywait(self->fd, 0, 1));
}

TEST_F(word, of_each_element)
{
	unsigned int i;

	for (i = 0; i < ELEMENTS; i++)
		word_store(word_at(&self->words, i), i);
	for (i = 0; i < ELEMENTS; i++)
		check_value(self->fd, i, i);
	for (i = 0; i < ELEMENTS; i++)
		EXPECT_EQ(0, semaphore_post(self->fd, i, 1));
	for (i = 0; i < ELEMENTS; i++)
		EXPECT_EQ(i + 1ULL, word_load(word_at(&self->words, i)));
}

TEST_F(word, of_the_last_of_the_largest_set)
{
	const __u32 last = KIPC_ELEMENTS_MAX - 1;
	int fd = create_flags(semaphore_args(KIPC_ELEMENTS_MAX, 1, 3),
			      variant->flags);
	struct words words = {};

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, words_map(&words, fd));
	EXPECT_TRUE(word_give(word_at(&words, last), 3));
	check_value(fd, last, 2);
	check_value(fd, last - 1, 1);
	EXPECT_EQ(0, semaphore_trywait(fd, last, 2));
	EXPECT_EQ(0ULL, word_load(word_at(&words, last)));
	EXPECT_EQ(1ULL, word_load(word_at(&words, last - 1)));
}

/*
 * The kernel owns the word while it holds units that the first waiter wants but
 * that are not yet enough for it.
 */
TEST_F(word, is_the_kernels_while_somebody_wants_several)
{
	struct child children[2];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(children); i++) {
		start_semaphore_wait(&children[i], self->fd, 0, INITIAL + 1);
		wait_for_waiters(self->fd, i + 1);
		EXPECT_TRUE(word_is_slow(self->first));
	}
	EXPECT_FALSE(word_take(self->first));
	EXPECT_FALSE(word_give(self->first, MAX));
	EXPECT_EQ((__u64)INITIAL, word_load(word_at(&self->words, 1)));
	EXPECT_EQ(0, semaphore_post(self->fd, 0, 1));
	EXPECT_EQ(KIPC_SEMAPHORE_WAITERS, word_load(self->first));
	EXPECT_EQ(0, semaphore_post(self->fd, 0, INITIAL));
	EXPECT_TRUE(word_is_slow(self->first));
	EXPECT_EQ(0, semaphore_post(self->fd, 0, 2));
	EXPECT_EQ(1ULL, word_load(self->first));
	for (i = 0; i < ARRAY_SIZE(children); i++)
		EXPECT_EQ(0, child_finish(&children[i]));
	EXPECT_TRUE(word_take(self->first));
}

/*
 * While a thread waits for one unit, user space may still take by the word.
 * Giving has to enter the kernel, which wakes the waiter.
 */
TEST_F(word, is_ours_to_take_from_while_somebody_waits)
{
	struct child children[2];
	size_t i;

	ASSERT_EQ(0, semaphore_trywait(self->fd, 0, INITIAL));
	for (i = 0; i < ARRAY_SIZE(children); i++) {
		start_semaphore_wait(&children[i], self->fd, 0, 1);
		wait_for_waiters(self->fd, i + 1);
		EXPECT_EQ(KIPC_SEMAPHORE_WAITERS, word_load(self->first));
	}
	EXPECT_FALSE(word_take(self->first));
	EXPECT_FALSE(word_give(self->first, MAX));
	check_value(self->fd, 0, 0);
	EXPECT_EQ(0, semaphore_post(self->fd, 0, ARRAY_SIZE(children) + 1));
	for (i = 0; i < ARRAY_SIZE(children); i++)
		EXPECT_EQ(0, child_finish(&children[i]));
	EXPECT_EQ(1ULL, word_load(self->first));
}

TEST_F(word, is_ours_again_after_a_timeout)
{
	__s64 deadline = deadline_in_ms(CLOCK_MONOTONIC, 1);

	EXPECT_EQ(-ETIMEDOUT, semaphore_timedwait(self->fd, 0, INITIAL + 1,
						  deadline, 0));
	EXPECT_EQ((__u64)INITIAL, word_load(self->first));
	EXPECT_TRUE(word_take(self->first));
}

TEST_F(word, is_ours_again_after_a_death)
{
	struct child waiter;

	start_semaphore_wait(&waiter, self->fd, 0, INITIAL + 1);
	wait_for_waiters(self->fd, 1);
	EXPECT_TRUE(word_is_slow(self->first));
	EXPECT_EQ(CHILD_KILLED, child_kill(&waiter));
	EXPECT_EQ((__u64)INITIAL, word_load(self->first));
}

TEST_F(word, is_ours_again_after_a_signal)
{
	struct child waiter;

	handle_signal(SIGUSR1, 0);
	start_semaphore_wait(&waiter, self->fd, 0, INITIAL + 1);
	wait_for_waiters(self->fd, 1);
	interrupt(&waiter, SIGUSR1);
	EXPECT_EQ(-EINTR, child_finish(&waiter));
	EXPECT_EQ((__u64)INITIAL, word_load(self->first));
}

/*
 * A unit is given just as the other process begins to wait for it. The waiter
 * must get it.
 */
TEST_F(word, give_races_with_a_wait)
{
	struct child waiter;
	int i, rounds = scaled(500);

	ASSERT_EQ(0, semaphore_trywait(self->fd, 0, INITIAL));
	for (i = 0; i < rounds; i++) {
		start_semaphore_wait(&waiter, self->fd, 0, 1);
		if (i % 2)
			wait_until(word_load(self->first));
		if (!word_give(self->first, MAX))
			EXPECT_EQ(0, semaphore_post(self->fd, 0, 1));
		EXPECT_EQ(0, child_finish(&waiter));
		check_value(self->fd, 0, 0);
	}
}

/* Hostile words. */

static const __u64 garbage[] = {
	KIPC_SEMAPHORE_WAITERS, KIPC_SEMAPHORE_WAITERS | MAX, KIPC_SEMAPHORE_WOKEN,
	KIPC_SEMAPHORE_WOKEN | KIPC_SEMAPHORE_WAITERS | 0xffffffff, MAX + 1,
	0xffffffff, 0x100000000, 0x7fffffffffffffff, KIPC_SLOW, KIPC_SLOW | 5,
	KIPC_SLOW | 0xffffffff, ~0ULL, 0xfffffffffffffffe,
	0x8000000100000000, 0xaaaaaaaaaaaaaaaa,
};

/* The value is never more than the maximum, whatever the word says. */
TEST_F(word, garbage_is_clamped)
{
	__u32 value;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(garbage); i++) {
		word_store(self->first, garbage[i]);
		EXPECT_EQ(0, semaphore_value(self->fd, 0, &value));
		EXPECT_GE((__u32)MAX, value);
		word_store(self->first, garbage[i]);
		while (!semaphore_trywait(self->fd, 0, 1))
			;
		check_value(self->fd, 0, 0);
		word_store(self->first, garbage[i]);
		while (!semaphore_post(self->fd, 0, 1))
			;
		check_value(self->fd, 0, MAX);
	}
	check_value(self->fd, 1, INITIAL);
}

/*
 * After a call the word is valid and owned by user space again: a scribbler
 * must not lock the other processes out.
 */
TEST_F(word, garbage_does_not_stay)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(garbage); i++) {
		word_store(self->first, garbage[i]);
		check_value(self->fd, 1, INITIAL);
		semaphore_trywait(self->fd, 0, 1);
		EXPECT_GE((__u64)MAX, word_load(self->first));
	}
}

/*
 * A word that is scribbled while a thread waits for a unit is only taken for a
 * value, which is at most the maximum.
 */
TEST_F(word, garbage_while_somebody_waits_for_a_unit)
{
	struct child waiter;
	__u32 value;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(garbage); i++) {
		word_store(self->first, 0);
		start_semaphore_wait(&waiter, self->fd, 0, 1);
		wait_for_waiters(self->fd, 1);
		word_store(self->first, garbage[i]);
		EXPECT_EQ(0, semaphore_value(self->fd, 0, &value));
		EXPECT_GE((__u32)MAX, value);
		/*
		 * There is a unit now, from the scribbled word or from the
		 * post.
		 */
		semaphore_post(self->fd, 0, 1);
		EXPECT_EQ(0, child_finish(&waiter));
		EXPECT_GE((__u64)MAX, word_load(self->first));
	}
	word_store(self->first, INITIAL);
}

/* The kernel does not read what is written into a word that it owns. */
TEST_F(word, garbage_while_somebody_waits)
{
	struct child waiter;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(garbage); i++) {
		start_semaphore_wait(&waiter, self->fd, 0, INITIAL + 2);
		wait_for_waiters(self->fd, 1);
		word_store(self->first, garbage[i]);
		check_value(self->fd, 0, INITIAL);
		word_store(self->first, garbage[i]);
		EXPECT_EQ(0, semaphore_post(self->fd, 0, 1));
		check_value(self->fd, 0, INITIAL + 1);
		word_store(self->first, garbage[i]);
		EXPECT_EQ(0, semaphore_post(self->fd, 0, 3));
		EXPECT_EQ(0, child_finish(&waiter));
		EXPECT_EQ(2ULL, word_load(self->first));
	}
}

static int scribble(void *data)
{
	struct word *word = data;
	__u64 random = 88172645463325252ULL;

	for (;;) {
		random ^= random << 13;
		random ^= random >> 7;
		random ^= random << 17;
		word_store(word, random);
	}
	return 0;
}

/*
 * A process writes random words all the time. Every verb returns, and returns a
 * result that is valid for it. Units are not conserved, of course.
 */
TEST_F(word, scribbler)
{
	struct child scribbler;
	__u32 value;
	int i, ret, rounds = scaled(20000);

	child_start(&scribbler, scribble, self->first);
	for (i = 0; i < rounds; i++) {
		ret = semaphore_post(self->fd, 0, 1 + i % MAX);
		EXPECT_TRUE(ret == 0 || ret == -EOVERFLOW);
		ret = semaphore_trywait(self->fd, 0, 1 + i % 3);
		EXPECT_TRUE(ret == 0 || ret == -EAGAIN);
		ret = semaphore_timedwait(self->fd, 0, MAX,
					  now_ns(CLOCK_MONOTONIC) + 1000, 0);
		EXPECT_TRUE(ret == 0 || ret == -ETIMEDOUT);
		EXPECT_EQ(0, semaphore_value(self->fd, 0, &value));
		EXPECT_GE((__u32)MAX, value);
	}
	EXPECT_EQ(CHILD_KILLED, child_kill(&scribbler));
	check_value(self->fd, 1, INITIAL);
	/* The scribbler has done no lasting harm. */
	word_store(self->first, 1);
	EXPECT_EQ(0, semaphore_wait(self->fd, 0, 1));
	check_value(self->fd, 0, 0);
}

TEST_HARNESS_MAIN
