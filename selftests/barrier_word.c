// SPDX-License-Identifier: GPL-2.0-only
/*
 * The word of a barrier: a party arrives by changing it and learns later how
 * its generation ended. Other tests store values that no barrier ever has.
 */
#include "kipc_test.h"
#include "mutex_word.h"
#include "wait_child.h"
#include "word.h"

#define PARTIES		3
#define OPENED(n)	((__u64)(n) << KIPC_BARRIER_SHIFT)
#define LAST_GENERATION	0x7fffffffU

FIXTURE(word) {
	int fd;
	struct words words;
	struct word *word;
	struct child a, b;
};

FIXTURE_SETUP(word)
{
	self->fd = create(barrier_args(PARTIES));
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, words_map(&self->words, self->fd));
	self->word = word_at(&self->words, 0);
}

FIXTURE_TEARDOWN(word)
{
	close(self->fd);
}

struct arrival {
	int fd;
	__u64 word;
};

static int run_arrived(void *data)
{
	struct arrival *arrival = data;

	return barrier_wait_arrived(arrival->fd, arrival->word);
}

static void start_arrived(struct child *child, int fd, __u64 word)
{
	struct arrival arrival = { .fd = fd, .word = word };

	child_start(child, run_arrived, &arrival);
}

/*
 * Arrives by the word as a party that is not the last. Returns the word after
 * the arrival.
 */
static __u64 arrive(struct word *word)
{
	__u64 old;

	do {
		old = word_load(word);
	} while (!word_swap(word, old, old + 1));
	return old + 1;
}

/*
 * A party that has arrived by the word waits and does not get EAGAIN, even if
 * its descriptor has O_NONBLOCK.
 */
TEST_F(word, waits_all_the_same_once_arrived)
{
	__u64 left = arrive(self->word);

	ASSERT_EQ(0, fcntl(self->fd, F_SETFL, O_NONBLOCK));
	EXPECT_EQ(-ETIMEDOUT,
		  barrier_timedwait_arrived(self->fd, left,
					    deadline_in_ms(CLOCK_MONOTONIC, 5)));
	check_barrier(self->fd, 1, 0, ECANCELED);
}

TEST_F(word, shows_the_state)
{
	EXPECT_EQ(0ULL, word_load(self->word));
	start_barrier_wait(&self->a, self->fd);
	wait_for_waiters(self->fd, 1);
	EXPECT_TRUE(word_is_slow(self->word));
	start_barrier_wait(&self->b, self->fd);
	wait_for_waiters(self->fd, 2);
	EXPECT_EQ(KIPC_BARRIER_SERIAL, barrier_wait(self->fd));
	EXPECT_EQ(OPENED(1), word_load(self->word));
	EXPECT_EQ(0, child_finish(&self->a));
	EXPECT_EQ(0, child_finish(&self->b));
	EXPECT_EQ(0, barrier_abort(self->fd));
	EXPECT_EQ(OPENED(1) | KIPC_BARRIER_BROKEN, word_load(self->word));
	EXPECT_EQ(0, barrier_reset(self->fd));
	EXPECT_EQ(OPENED(1) | KIPC_BARRIER_RESET_ONE, word_load(self->word));
}

/*
 * One party arrives by the word and waits in the kernel; the others arrive in
 * the kernel.
 */
TEST_F(word, arrival)
{
	__u64 left = arrive(self->word);

	check_barrier(self->fd, 1, 0, 0);
	start_arrived(&self->a, self->fd, left);
	wait_for_waiters(self->fd, 1);
	check_barrier(self->fd, 1, 0, 0);
	start_barrier_wait(&self->b, self->fd);
	wait_for_waiters(self->fd, 2);
	EXPECT_EQ(KIPC_BARRIER_SERIAL, barrier_wait(self->fd));
	EXPECT_EQ(0, child_finish(&self->a));
	EXPECT_EQ(0, child_finish(&self->b));
	check_barrier(self->fd, 0, 1, 0);
}

/*
 * The last party opens the barrier by the word if no other party waits in the
 * kernel.
 */
TEST_F(word, opening)
{
	__u64 first = arrive(self->word), second = arrive(self->word);

	EXPECT_TRUE(word_swap(self->word, second, OPENED(1)));
	check_barrier(self->fd, 0, 1, 0);
	EXPECT_EQ(0, barrier_wait_arrived(self->fd, first));
	EXPECT_EQ(0, barrier_wait_arrived(self->fd, second));
	check_barrier(self->fd, 0, 1, 0);
}

/* A party that looks late gets the same result as the parties that waited. */
TEST_F(word, late_after_opening)
{
	__u64 left = arrive(self->word);

	start_barrier_wait(&self->a, self->fd);
	wait_for_waiters(self->fd, 1);
	EXPECT_EQ(KIPC_BARRIER_SERIAL, barrier_wait(self->fd));
	EXPECT_EQ(0, child_finish(&self->a));
	EXPECT_EQ(0, barrier_wait_arrived(self->fd, left));
	/* The result stays when the next two parties have arrived. */
	start_barrier_wait(&self->a, self->fd);
	wait_for_waiters(self->fd, 1);
	EXPECT_EQ(0, barrier_wait_arrived(self->fd, left));
	EXPECT_EQ(0, barrier_abort(self->fd));
	EXPECT_EQ(0, barrier_wait_arrived(self->fd, left));
	EXPECT_EQ(-ECANCELED, child_finish(&self->a));
	/*
	 * Only a reset changes the result of a party that has not returned yet.
	 */
	EXPECT_EQ(0, barrier_reset(self->fd));
	EXPECT_EQ(-ECANCELED, barrier_wait_arrived(self->fd, left));
}

TEST_F(word, late_after_breaking)
{
	__u64 left = arrive(self->word);

	EXPECT_EQ(0, barrier_abort(self->fd));
	EXPECT_EQ(-ECANCELED, barrier_wait_arrived(self->fd, left));
	EXPECT_EQ(0, barrier_reset(self->fd));
	EXPECT_EQ(-ECANCELED, barrier_wait_arrived(self->fd, left));
}

TEST_F(word, late_after_a_death)
{
	__u64 left = arrive(self->word);

	start_barrier_wait(&self->a, self->fd);
	wait_for_waiters(self->fd, 1);
	EXPECT_EQ(CHILD_KILLED, child_kill(&self->a));
	EXPECT_EQ(-EOWNERDEAD, barrier_wait_arrived(self->fd, left));
	EXPECT_EQ(KIPC_BARRIER_BROKEN | KIPC_BARRIER_DIED,
		  word_load(self->word) &
		  (KIPC_BARRIER_BROKEN | KIPC_BARRIER_DIED));
}

TEST_F(word, late_after_a_reset)
{
	__u64 left = arrive(self->word);

	EXPECT_EQ(0, barrier_reset(self->fd));
	EXPECT_EQ(-ECANCELED, barrier_wait_arrived(self->fd, left));
	/* The party has not arrived in the generation after the reset. */
	check_barrier(self->fd, 0, 0, 0);
	EXPECT_EQ(0, barrier_reset(self->fd));
	EXPECT_EQ(-ECANCELED, barrier_wait_arrived(self->fd, left));
}

TEST_F(word, arrival_is_cancelled)
{
	start_arrived(&self->a, self->fd, arrive(self->word));
	wait_for_waiters(self->fd, 1);
	EXPECT_EQ(0, barrier_reset(self->fd));
	EXPECT_EQ(-ECANCELED, child_finish(&self->a));
	check_barrier(self->fd, 0, 0, 0);
}

/* A try by a party that has arrived tells whether the barrier has opened. */
TEST_F(word, arrival_and_try)
{
	struct kipc_barrier_wait_args args = {
		.size = sizeof(args),
		.flags = KIPC_ARRIVED | KIPC_TRY,
		.word = arrive(self->word),
	};

	EXPECT_EQ(-EAGAIN, kipc_call(self->fd, KIPC_BARRIER_WAIT, &args));
	check_barrier(self->fd, 1, 0, 0);
	/* The arrival stands, and the arguments still say so. */
	EXPECT_EQ((__u32)(KIPC_ARRIVED | KIPC_TRY), args.flags);
	arrive(self->word);
	EXPECT_EQ(KIPC_BARRIER_SERIAL, barrier_wait(self->fd));
	EXPECT_EQ(0, kipc_call(self->fd, KIPC_BARRIER_WAIT, &args));
	/* Now the arguments say that the next arrival has yet to be made. */
	EXPECT_EQ((__u32)KIPC_TRY, args.flags);
	EXPECT_EQ(0ULL, args.word);
}

TEST_F(word, arrival_and_deadline)
{
	struct kipc_barrier_wait_args args = {
		.size = sizeof(args),
		.flags = KIPC_ARRIVED,
		.word = arrive(self->word),
		.deadline = deadline_in_ms(CLOCK_MONOTONIC, 10),
	};

	EXPECT_EQ(-ETIMEDOUT, kipc_call(self->fd, KIPC_BARRIER_WAIT, &args));
	EXPECT_LE(args.deadline, now_ns(CLOCK_MONOTONIC));
	check_barrier(self->fd, 1, 0, ECANCELED);
}

/* The counters wrap without an effect that can be seen. */
TEST_F(word, last_generation)
{
	__u64 left;

	word_store(self->word, OPENED(LAST_GENERATION));
	left = arrive(self->word);
	check_barrier(self->fd, 1, LAST_GENERATION, 0);
	start_arrived(&self->a, self->fd, left);
	wait_for_waiters(self->fd, 1);
	start_barrier_wait(&self->b, self->fd);
	wait_for_waiters(self->fd, 2);
	EXPECT_EQ(KIPC_BARRIER_SERIAL, barrier_wait(self->fd));
	EXPECT_EQ(0, child_finish(&self->a));
	EXPECT_EQ(0, child_finish(&self->b));
	check_barrier(self->fd, 0, 0, 0);
	EXPECT_EQ(0ULL, word_load(self->word));
	EXPECT_EQ(0, barrier_wait_arrived(self->fd, left));
}

TEST_F(word, last_reset)
{
	__u64 left;

	word_store(self->word, OPENED(5) | KIPC_BARRIER_RESETS);
	left = arrive(self->word);
	EXPECT_EQ(0, barrier_reset(self->fd));
	EXPECT_EQ(OPENED(5), word_load(self->word));
	EXPECT_EQ(-ECANCELED, barrier_wait_arrived(self->fd, left));
	check_barrier(self->fd, 0, 5, 0);
}

/* Hostile values of the word. */

static const __u64 garbage[] = {
	PARTIES, PARTIES + 1, KIPC_BARRIER_ARRIVED, KIPC_BARRIER_DIED,
	KIPC_SLOW, KIPC_SLOW | 1, ~0ULL, ~KIPC_SLOW, 0xaaaaaaaaaaaaaaaa,
	0x5555555555555555, OPENED(LAST_GENERATION) | KIPC_BARRIER_ARRIVED,
};

/*
 * The kernel never reports more arrivals than the number of parties less one.
 */
TEST_F(word, garbage_is_made_a_barrier)
{
	struct kipc_barrier_state_args state;
	size_t i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(garbage); i++) {
		word_store(self->word, garbage[i]);
		ASSERT_EQ(0, barrier_state(self->fd, &state));
		EXPECT_EQ((__u32)PARTIES, state.parties);
		EXPECT_GT((__u32)PARTIES, state.arrived);
		EXPECT_TRUE(!state.broken || state.broken == ECANCELED ||
			    state.broken == EOWNERDEAD);
		word_store(self->word, garbage[i]);
		ret = barrier_trywait(self->fd);
		EXPECT_TRUE(ret == KIPC_BARRIER_SERIAL || ret == -EAGAIN ||
			    ret == -ECANCELED || ret == -EOWNERDEAD);
		word_store(self->word, garbage[i]);
		EXPECT_EQ(0, barrier_reset(self->fd));
		EXPECT_FALSE(word_is_slow(self->word));
		check_barrier(self->fd, 0, state.generation, 0);
	}
}

/* The kernel ignores what is written to the word while it owns the word. */
TEST_F(word, garbage_while_somebody_waits)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(garbage); i++) {
		start_barrier_wait(&self->a, self->fd);
		wait_for_waiters(self->fd, 1);
		word_store(self->word, garbage[i]);
		check_barrier(self->fd, 1, i, 0);
		start_barrier_wait(&self->b, self->fd);
		wait_for_waiters(self->fd, 2);
		word_store(self->word, garbage[i]);
		EXPECT_EQ(KIPC_BARRIER_SERIAL, barrier_wait(self->fd));
		EXPECT_EQ(0, child_finish(&self->a));
		EXPECT_EQ(0, child_finish(&self->b));
		EXPECT_EQ(OPENED(i + 1), word_load(self->word));
	}
}

/*
 * A process that claims an arrival which it never made harms only the parties
 * of the same barrier.
 */
TEST_F(word, lies)
{
	struct kipc_barrier_wait_args args = { .size = sizeof(args) };
	size_t i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(garbage); i++) {
		args.flags = KIPC_ARRIVED | KIPC_TRY;
		args.word = garbage[i];
		ret = kipc_call(self->fd, KIPC_BARRIER_WAIT, &args);
		if (garbage[i] & KIPC_SLOW) {
			EXPECT_EQ(-EINVAL, ret);
		} else {
			EXPECT_TRUE(ret == 0 || ret == -EAGAIN ||
				    ret == -ECANCELED);
		}
	}
	check_barrier(self->fd, 0, 0, 0);
}

static int scribble(void *data)
{
	const int *fd = data;
	struct words words = {};
	struct word *word;
	__u64 random = 88172645463325252ULL;

	if (words_map(&words, *fd))
		return 1;
	word = word_at(&words, 0);
	for (;;) {
		random ^= random << 13;
		random ^= random >> 7;
		random ^= random << 17;
		word_store(word, random);
	}
	return 0;
}

static int look_all_the_time(void *data)
{
	struct kipc_barrier_state_args state;
	const int *fd = data;

	while (!barrier_state(*fd, &state))
		;
	return 1;
}

/* Reading the state of a barrier does not make the kernel claim its word. */
TEST_F(word, stays_while_somebody_looks)
{
	int i, rounds = scaled(200000);

	child_start(&self->a, look_all_the_time, &self->fd);
	for (i = 0; i < rounds; i++)
		ASSERT_FALSE(word_load(self->word) & KIPC_SLOW);
	EXPECT_EQ(CHILD_KILLED, child_kill(&self->a));
}

/*
 * A child writes random values to the word all the time. Every verb still
 * returns.
 */
TEST_F(word, scribbler)
{
	struct kipc_barrier_state_args state;
	__s64 deadline;
	int i, ret, rounds = scaled(10000);

	child_start(&self->a, scribble, &self->fd);
	for (i = 0; i < rounds; i++) {
		deadline = now_ns(CLOCK_MONOTONIC) + 1000;
		ret = barrier_timedwait(self->fd, deadline, 0);
		EXPECT_TRUE(ret == KIPC_BARRIER_SERIAL || ret == -ETIMEDOUT ||
			    ret == -ECANCELED || ret == -EOWNERDEAD);
		EXPECT_EQ(0, barrier_state(self->fd, &state));
		EXPECT_GT((__u32)PARTIES, state.arrived);
		EXPECT_EQ(0, barrier_reset(self->fd));
	}
	EXPECT_EQ(CHILD_KILLED, child_kill(&self->a));
	EXPECT_EQ(0, barrier_reset(self->fd));
	EXPECT_EQ(-EAGAIN, barrier_trywait(self->fd));
}

TEST_HARNESS_MAIN
