// SPDX-License-Identifier: GPL-2.0-only
/*
 * Semaphores with waiters: which waiter is next when units are posted, which
 * threads may overtake it, and what happens to the other waiters when it dies
 * or gives up.
 */
#include "kipc_test.h"
#include "epoll.h"
#include "handler.h"
#include "hold.h"
#include "schedule.h"
#include "turn.h"
#include "wait_child.h"
#include "word.h"

#include <poll.h>
#include <pthread.h>

#define MAX	6

static int run_take(void *data)
{
	const struct comer *comer = data;
	int ret = comer_prepare(comer);

	ret = ret ?: semaphore_wait(comer->turns->fd, 0, comer->count);
	if (!ret)
		turns_note(comer->turns, comer->number);
	return ret;
}

FIXTURE(turn) {
	int fd;
	struct turns *turns;
	struct words words;
	struct word *word;	/* NULL if sealed */
	bool fair;
	struct hold hold;
};

FIXTURE_VARIANT(turn) {
	__u32 flags;
};

FIXTURE_VARIANT_ADD(turn, by_default) {
};

FIXTURE_VARIANT_ADD(turn, sealed) {
	.flags = KIPC_SEALED,
};

FIXTURE_VARIANT_ADD(turn, fair) {
	.flags = KIPC_FAIR,
};

FIXTURE_VARIANT_ADD(turn, fair_sealed) {
	.flags = KIPC_FAIR | KIPC_SEALED,
};

FIXTURE_SETUP(turn)
{
	const char *problem = hold_prepare(&self->hold);

	if (problem)
		SKIP(return, "%s", problem);
	self->fd = create_flags(semaphore_args(1, 0, MAX), variant->flags);
	ASSERT_LE(0, self->fd);
	self->fair = variant->flags & KIPC_FAIR;
	if (!(variant->flags & KIPC_SEALED)) {
		ASSERT_EQ(0, words_map(&self->words, self->fd));
		self->word = word_at(&self->words, 0);
	}
	self->turns = turns_alloc(self->fd);
}

FIXTURE_TEARDOWN(turn)
{
	hold_finish(&self->hold);
	close(self->fd);
}

static void start_taker(struct child *child, struct turns *turns,
			struct comer comer)
{
	comer.turns = turns;
	comer.count = comer.count ?: 1;
	child_start(child, run_take, &comer);
}

/* Starts one more waiter behind the others. */
#define START(behind, child, ...) do { \
	start_taker(child, self->turns, \
		    (struct comer){ .number = behind, __VA_ARGS__ }); \
	wait_for_waiters(self->fd, (behind) + 1); \
	wait_until(child_sleeps(child)); \
} while (0)

#define POST(count)	EXPECT_EQ(0, semaphore_post(self->fd, 0, count))
#define TRY(count)	semaphore_trywait(self->fd, 0, count)
#define MAX_LOST_RACES()	fdinfo_number(self->fd, "kipc-most-lost-races:")

static void expect_word(struct __test_metadata *_metadata, struct word *word,
			__u64 expected)
{
	if (word)
		EXPECT_EQ(expected, word_load(word));
}

/*
 * Takes a unit as a thread does that overtakes the waiters. Returns false if it
 * may not take one.
 */
static bool take_fast(int fd, struct word *word)
{
	return word ? word_take(word) : !semaphore_trywait(fd, 0, 1);
}

static bool give_fast(int fd, struct word *word)
{
	return word ? word_give(word, MAX) : !semaphore_post(fd, 0, 1);
}

TEST_F(turn, first_come_first_served)
{
	struct child children[5];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(children); i++)
		START(i, &children[i], .cpu = -1);
	for (i = 0; i < ARRAY_SIZE(children); i++) {
		POST(1);
		EXPECT_EQ(0, child_finish(&children[i]));
	}
	for (i = 0; i < ARRAY_SIZE(children); i++)
		EXPECT_EQ(i, self->turns->got[i]);
	EXPECT_EQ(0L, MAX_LOST_RACES());
	check_value(self->fd, 0, 0);
}

/* Real-time threads get units first, by priority, and then the others. */
TEST_F(turn, real_time_first)
{
	const int priorities[] = { 0, 5, 10, 5, 0 };
	const unsigned int expected[] = { 2, 1, 3, 0, 4 };
	struct child children[5];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(children); i++)
		START(i, &children[i], .cpu = -1, .priority = priorities[i]);
	for (i = 0; i < ARRAY_SIZE(children); i++) {
		POST(1);
		EXPECT_EQ(0, child_finish(&children[expected[i]]));
		EXPECT_EQ(expected[i], self->turns->got[i]);
	}
}

/*
 * Each waiter gets its unit although one post has to wake more waiters than the
 * kernel wakes in one batch.
 */
TEST_F(turn, a_unit_for_each)
{
	struct child children[40];
	int fd = create_flags(semaphore_args(1, 0, ARRAY_SIZE(children)),
			      variant->flags);
	unsigned int i;

	ASSERT_LE(0, fd);
	for (i = 0; i < ARRAY_SIZE(children); i++)
		start_semaphore_wait(&children[i], fd, 0, 1);
	wait_for_waiters(fd, ARRAY_SIZE(children));
	EXPECT_EQ(0, semaphore_post(fd, 0, ARRAY_SIZE(children)));
	for (i = 0; i < ARRAY_SIZE(children); i++)
		EXPECT_EQ(0, child_finish(&children[i]));
	check_value(fd, 0, 0);
	close(fd);
}

static int run_post_to_us(void *data)
{
	const int *fd = data;

	wait_until(waiters(*fd) == 1);
	return semaphore_post(*fd, 0, 1);
}

/* The only waiter has its unit before the post returns. */
TEST_F(turn, handed_over_to_the_only_one)
{
	struct child child;

	START(0, &child);
	hold_begin(&self->hold);
	POST(1);
	expect_word(_metadata, self->word, 0);
	EXPECT_EQ(-EAGAIN, TRY(1));
	hold_end(&self->hold);
	EXPECT_EQ(0, child_finish(&child));
	EXPECT_EQ(0L, MAX_LOST_RACES());
}

/*
 * As above, but the poster is the thread that was granted a unit last, like a
 * thread that locks and unlocks in a loop. It may then overtake the only
 * waiter.
 */
TEST_F(turn, not_handed_over_by_who_was_served)
{
	struct child poster, child;

	/*
	 * The post of a child makes this process the last one that was granted
	 * a unit.
	 */
	child_start(&poster, run_post_to_us, &self->fd);
	EXPECT_EQ(0, semaphore_wait(self->fd, 0, 1));
	EXPECT_EQ(0, child_finish(&poster));
	START(0, &child);
	hold_begin(&self->hold);
	POST(1);
	EXPECT_EQ(!self->fair, take_fast(self->fd, self->word));
	hold_end(&self->hold);
	if (!self->fair)
		POST(1);
	EXPECT_EQ(0, child_finish(&child));
	check_value(self->fd, 0, 0);
}

TEST_F(turn, may_be_overtaken)
{
	struct child children[2];

	START(0, &children[0]);
	START(1, &children[1]);
	hold_begin(&self->hold);
	POST(1);
	if (self->fair) {
		EXPECT_FALSE(take_fast(self->fd, self->word));
		EXPECT_EQ(-EAGAIN, TRY(1));
		POST(1);
	} else {
		/*
		 * The first waiter is awake already, which suffices for one
		 * unit.
		 */
		expect_word(_metadata, self->word, KIPC_SEMAPHORE_WOKEN | 1);
		EXPECT_TRUE(take_fast(self->fd, self->word));
		expect_word(_metadata, self->word, KIPC_SEMAPHORE_WOKEN);
		EXPECT_TRUE(give_fast(self->fd, self->word));
		/*
		 * Two units need another kick, so the word cannot take the
		 * second one.
		 */
		if (self->word)
			EXPECT_FALSE(word_give(self->word, MAX));
		POST(1);
	}
	hold_end(&self->hold);
	EXPECT_EQ(0, child_finish(&children[0]));
	EXPECT_EQ(0, child_finish(&children[1]));
	check_value(self->fd, 0, 0);
	expect_word(_metadata, self->word, 0);
}

/* A thread that posts and waits in one call may also overtake the waiter. */
TEST_F(turn, may_be_overtaken_by_the_poster)
{
	struct kipc_semaphore_post_wait_args both = post_wait_args(0, 0);
	struct child children[2];

	START(0, &children[0]);
	START(1, &children[1]);
	both.flags = KIPC_TRY;
	both.deadline = 0;
	hold_begin(&self->hold);
	EXPECT_EQ(self->fair ? -EAGAIN : 0,
		  semaphore_post_wait(self->fd, &both));
	hold_end(&self->hold);
	POST(1);
	if (!self->fair)
		POST(1);
	EXPECT_EQ(0, child_finish(&children[0]));
	EXPECT_EQ(0, child_finish(&children[1]));
	check_value(self->fd, 0, 0);
}

/*
 * The first waiter loses the race for a unit twice. The third post hands the
 * unit over.
 */
TEST_F(turn, handed_over_after_losses)
{
	int i, lost_races = self->fair ? 0 : 2;
	struct child children[2];

	START(0, &children[0]);
	START(1, &children[1]);
	for (i = 0; i < lost_races; i++) {
		hold_begin(&self->hold);
		POST(1);
		ASSERT_TRUE(take_fast(self->fd, self->word));
		hold_end(&self->hold);
		wait_until(fdinfo_number(self->fd, "kipc-lost-races:") == i + 1);
		wait_until(child_sleeps(&children[0]));
		expect_word(_metadata, self->word, KIPC_SEMAPHORE_WAITERS);
		EXPECT_EQ(2L, waiters(self->fd));
	}
	hold_begin(&self->hold);
	POST(1);
	EXPECT_FALSE(take_fast(self->fd, self->word));
	EXPECT_EQ(-EAGAIN, TRY(1));
	hold_end(&self->hold);
	EXPECT_EQ(0, child_finish(&children[0]));
	EXPECT_EQ((long)lost_races, MAX_LOST_RACES());
	POST(1);
	EXPECT_EQ(0, child_finish(&children[1]));
}

/*
 * A waiter keeps its lost races when a signal interrupts its wait and the wait
 * restarts.
 */
TEST_F(turn, interrupted_between_losses)
{
	struct child children[2];
	int i;

	if (self->fair)
		SKIP(return, "no thread can overtake a waiter");
	handle_signal(SIGUSR1, SA_RESTART);
	START(0, &children[0]);
	START(1, &children[1]);
	for (i = 0; i < 2; i++) {
		hold_begin(&self->hold);
		POST(1);
		ASSERT_TRUE(take_fast(self->fd, self->word));
		hold_end(&self->hold);
		wait_until(fdinfo_number(self->fd, "kipc-lost-races:") == i + 1);
		wait_until(child_sleeps(&children[0]));
		interrupt(&children[0], SIGUSR1);
		wait_for_waiters(self->fd, 2);
		wait_until(child_sleeps(&children[0]));
	}
	hold_begin(&self->hold);
	POST(1);
	EXPECT_FALSE(take_fast(self->fd, self->word));
	hold_end(&self->hold);
	EXPECT_EQ(0, child_finish(&children[0]));
	POST(1);
	EXPECT_EQ(0, child_finish(&children[1]));
}

/*
 * A waiter that leaves when a signal arrives, and waits again when it is told
 * to.
 */
struct truant {
	int fd;
	unsigned int left, back;
};

static int run_truant(void *data)
{
	struct truant *truant = data;
	unsigned int times = 0;
	int ret = pin(1);

	while (!ret) {
		ret = semaphore_wait(truant->fd, 0, 1);
		if (ret != -EINTR)
			break;
		__atomic_store_n(&truant->left, ++times, __ATOMIC_SEQ_CST);
		wait_until(__atomic_load_n(&truant->back, __ATOMIC_SEQ_CST) == times);
		ret = 0;
	}
	return ret;
}

/*
 * A waiter loses a race as the first one, but before it runs an earlier waiter
 * comes back to the front. The lost race counts all the same.
 */
TEST_F(turn, lost_behind_one_that_came_back)
{
	struct child first, children[2];
	struct truant *truant;
	unsigned int i;

	if (self->fair)
		SKIP(return, "no thread can overtake a waiter");
	if (sysconf(_SC_NPROCESSORS_ONLN) == 1)
		SKIP(return, "needs two processors");
	truant = shared_alloc(sizeof(*truant));
	truant->fd = self->fd;
	handle_signal(SIGUSR1, 0);
	child_start(&first, run_truant, truant);
	wait_for_waiters(self->fd, 1);
	wait_until(child_sleeps(&first));
	START(1, &children[0]);
	START(2, &children[1]);
	for (i = 1; i <= 3; i++) {
		kill(first.pid, SIGUSR1);
		wait_until(__atomic_load_n(&truant->left, __ATOMIC_SEQ_CST) == i);
		hold_begin(&self->hold);
		POST(1);
		ASSERT_EQ(i <= 2, take_fast(self->fd, self->word));
		__atomic_store_n(&truant->back, i, __ATOMIC_SEQ_CST);
		wait_for_waiters(self->fd, 3);
		wait_until(child_sleeps(&first));
		hold_end(&self->hold);
		if (i <= 2)
			wait_until(child_sleeps(&children[0]));
	}
	POST(2);
	EXPECT_EQ(0, child_finish(&children[0]));
	EXPECT_EQ(0, child_finish(&first));
	EXPECT_EQ(0, child_finish(&children[1]));
	check_value(self->fd, 0, 0);
}

/* A real-time waiter is granted its unit at once. It cannot be overtaken. */
TEST_F(turn, handed_over_to_real_time)
{
	struct child children[2];

	START(0, &children[0]);
	START(1, &children[1], .priority = 1);
	hold_begin(&self->hold);
	POST(1);
	EXPECT_FALSE(take_fast(self->fd, self->word));
	EXPECT_EQ(-EAGAIN, TRY(1));
	hold_end(&self->hold);
	EXPECT_EQ(0, child_finish(&children[1]));
	EXPECT_EQ(1L, waiters(self->fd));
	POST(1);
	EXPECT_EQ(0, child_finish(&children[0]));
	EXPECT_EQ(0L, MAX_LOST_RACES());
}

/* No thread takes the units that are saved for the first waiter. */
TEST_F(turn, of_several_units)
{
	struct child children[2];

	START(0, &children[0], .count = 3, .cpu = -1);
	START(1, &children[1], .cpu = -1);
	POST(2);
	EXPECT_FALSE(take_fast(self->fd, self->word));
	EXPECT_EQ(-EAGAIN, TRY(1));
	check_value(self->fd, 0, 2);
	if (self->word)
		EXPECT_TRUE(word_is_slow(self->word));
	POST(1);
	EXPECT_EQ(0, child_finish(&children[0]));
	EXPECT_EQ(1L, waiters(self->fd));
	POST(1);
	EXPECT_EQ(0, child_finish(&children[1]));
}

/*
 * When a waiter for several units gives up, the waiters behind it get the units
 * that were saved for it.
 */
TEST_F(turn, of_several_units_given_up)
{
	struct child children[3];

	START(0, &children[0], .count = 3, .cpu = -1);
	START(1, &children[1], .cpu = -1);
	START(2, &children[2], .cpu = -1);
	POST(2);
	EXPECT_EQ(3L, waiters(self->fd));
	EXPECT_EQ(CHILD_KILLED, child_kill(&children[0]));
	EXPECT_EQ(0, child_finish(&children[1]));
	EXPECT_EQ(0, child_finish(&children[2]));
	check_value(self->fd, 0, 0);
}

/* A waiter that dies after it was woken wakes the next one. */
TEST_F(turn, death_of_the_one_woken)
{
	struct child children[2];

	START(0, &children[0]);
	START(1, &children[1]);
	hold_begin(&self->hold);
	POST(1);
	kill(children[0].pid, SIGKILL);
	hold_end(&self->hold);
	EXPECT_EQ(CHILD_KILLED, child_finish(&children[0]));
	EXPECT_EQ(0, child_finish(&children[1]));
	check_value(self->fd, 0, 0);
}

/*
 * A waiter that is interrupted as it is woken either gets its unit or leaves it
 * to the next waiter.
 */
TEST_F(turn, signal_to_the_one_woken)
{
	struct child children[2];
	int ret;

	handle_signal(SIGUSR1, 0);
	START(0, &children[0]);
	START(1, &children[1]);
	hold_begin(&self->hold);
	POST(1);
	kill(children[0].pid, SIGUSR1);
	hold_end(&self->hold);
	ret = child_finish(&children[0]);
	EXPECT_TRUE(!ret || ret == -EINTR);
	if (!ret)
		POST(1);
	EXPECT_EQ(0, child_finish(&children[1]));
	check_value(self->fd, 0, 0);
}

/*
 * Units for which there is no room are granted to the waiters that are already
 * awake.
 */
TEST_F(turn, full_while_they_are_on_their_way)
{
	struct child children[2];
	unsigned int i;

	START(0, &children[0]);
	START(1, &children[1]);
	hold_begin(&self->hold);
	POST(MAX);
	POST(1);
	POST(1);
	EXPECT_EQ(-EOVERFLOW, semaphore_post(self->fd, 0, 1));
	check_value(self->fd, 0, MAX);
	if (self->word)
		EXPECT_FALSE(word_give(self->word, MAX));
	hold_end(&self->hold);
	for (i = 0; i < ARRAY_SIZE(children); i++)
		EXPECT_EQ(0, child_finish(&children[i]));
	check_value(self->fd, 0, MAX);
}

/*
 * A poller for room is woken when a waiter that was on its way takes a unit
 * from a full semaphore.
 */
TEST_F(turn, room_is_told)
{
	struct pollfd poller = { .fd = self->fd, .events = POLLOUT };
	struct child children[2];

	START(0, &children[0]);
	START(1, &children[1]);
	hold_begin(&self->hold);
	POST(MAX);
	if (!self->fair)
		EXPECT_EQ(0, poll(&poller, 1, 0));
	hold_end(&self->hold);
	EXPECT_EQ(1, poll(&poller, 1, -1));
	EXPECT_EQ(POLLOUT, poller.revents);
	EXPECT_EQ(0, child_finish(&children[0]));
	EXPECT_EQ(0, child_finish(&children[1]));
	check_value(self->fd, 0, MAX - 2);
}

/*
 * Pollers are told of the units that are left once no thread waits any more. A
 * post that fails but has granted the units of the waiters, to make room, tells
 * them too.
 */
TEST_F(turn, units_are_told_by_a_post_that_fails)
{
	struct child children[2];
	int set;

	START(0, &children[0]);
	START(1, &children[1]);
	set = epoll_of(self->fd, EPOLLIN | EPOLLET);
	ASSERT_LE(0, set);
	hold_begin(&self->hold);
	POST(MAX);
	EXPECT_EQ(self->fair ? EPOLLIN : 0U, epoll_news(set));
	/* Once the two waiters have their units there is room for two more. */
	EXPECT_EQ(-EOVERFLOW, semaphore_post(self->fd, 0, 3));
	check_value(self->fd, 0, MAX - 2);
	EXPECT_EQ(self->fair ? 0U : EPOLLIN, epoll_news(set));
	hold_end(&self->hold);
	EXPECT_EQ(0, child_finish(&children[0]));
	EXPECT_EQ(0, child_finish(&children[1]));
	check_value(self->fd, 0, MAX - 2);
	close(set);
}

/*
 * A thread takes all units at once, beside threads that take and give single
 * units as fast as they can. It cannot be starved.
 */

struct semaphore_crowd {
	int fd;
	bool over;
	unsigned long rounds;
};

static void *crowd_run(void *data)
{
	struct semaphore_crowd *crowd = data;

	while (!__atomic_load_n(&crowd->over, __ATOMIC_ACQUIRE)) {
		if (semaphore_wait(crowd->fd, 0, 1) ||
		    semaphore_post(crowd->fd, 0, 1))
			return (void *)1;
		__atomic_add_fetch(&crowd->rounds, 1, __ATOMIC_RELAXED);
	}
	return NULL;
}

TEST_F(turn, all_units_beside_a_crowd)
{
	struct semaphore_crowd crowd = { .fd = self->fd };
	pthread_t threads[2 * MAX];
	unsigned int i, rounds = scaled(300);
	void *result;

	POST(MAX);
	for (i = 0; i < ARRAY_SIZE(threads); i++)
		ASSERT_EQ(0, pthread_create(&threads[i], NULL, crowd_run, &crowd));
	wait_until(crowd.rounds > ARRAY_SIZE(threads));
	for (i = 0; i < rounds; i++) {
		EXPECT_EQ(0, semaphore_wait(self->fd, 0, MAX));
		check_value(self->fd, 0, 0);
		EXPECT_EQ(0, semaphore_post(self->fd, 0, MAX));
	}
	__atomic_store_n(&crowd.over, true, __ATOMIC_RELEASE);
	for (i = 0; i < ARRAY_SIZE(threads); i++) {
		ASSERT_EQ(0, pthread_join(threads[i], &result));
		EXPECT_EQ(NULL, result);
	}
	check_value(self->fd, 0, MAX);
	EXPECT_GE(self->fair ? 0 : 2, MAX_LOST_RACES());
}

TEST_HARNESS_MAIN
