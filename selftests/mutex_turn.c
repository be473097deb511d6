// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mutexes with waiters: which waiter is next when the owner unlocks, which
 * threads may overtake it, and what happens to the other waiters when it dies
 * or gives up.
 */
#include "kipc_test.h"
#include "handler.h"
#include "lock_child.h"
#include "mutex_word.h"
#include "parameter.h"
#include "schedule.h"
#include "word.h"

struct order {
	int fd;
	unsigned int next;
	unsigned int got[8];	/* numbers in the order of their locks */
};

struct order_request {
	struct order *order;
	unsigned int number;
	int priority;		/* real-time priority, or 0 */
	int cpu;		/* -1: any CPU */
};

static int run_in_order(void *data)
{
	const struct order_request *request = data;
	struct order *order = request->order;
	struct mutexes mutexes;
	int ret = request->cpu < 0 ? 0 : pin(request->cpu);

	ret = ret ?: set_priority(request->priority) ?:
	      mutexes_attach(&mutexes, order->fd) ?: mutex_lock(order->fd, 0);
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
	set_priority(0);
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

/* Starts one more waiter behind count others. All of them share this CPU. */
#define WAIT_BEHIND(count, child, priority) do { \
	start_in_order(child, self->order, count, priority, 0); \
	wait_for_lockers(self->fd, (count) + 1); \
} while (0)

/*
 * Unlocks the mutex at a higher priority than the waiters have. The first
 * waiter is woken but cannot run until LET_THEM_RUN().
 */
#define CALL_FIRST() do { \
	ASSERT_EQ(0, set_priority(2)); \
	EXPECT_EQ(0, mutex_unlock(self->fd, 0)); \
} while (0)

#define LET_THEM_RUN()	ASSERT_EQ(0, set_priority(0))

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

/* Real-time threads get the mutex first, by priority, and then the others. */
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

/*
 * Another thread may lock the mutex before the waiter that was kicked runs. The
 * waiter of a fair mutex is the owner before the unlock returns.
 */
TEST_F(turn, may_be_overtaken)
{
	bool fair = variant->flags & KIPC_FAIR;
	struct child child;

	ASSERT_EQ(0, pin(0));
	WAIT_BEHIND(0, &child, 0);
	CALL_FIRST();
	EXPECT_EQ(fair ? -EAGAIN : 0, mutex_trylock(self->fd, 0));
	check_mutex(self->fd, 0, fair ? child.pid : getpid(), 1, 0);
	EXPECT_EQ(fair ? -EPERM : 0, mutex_unlock(self->fd, 0));
	LET_THEM_RUN();
	EXPECT_EQ(0, child_finish(&child));
}

/*
 * The waiter loses the race for the mutex twice. The third unlock hands it
 * over.
 */
TEST_F(turn, handed_over_after_losses)
{
	int i, lost_races = variant->flags & KIPC_FAIR ? 0 : 2;
	struct child child;

	ASSERT_EQ(0, pin(0));
	WAIT_BEHIND(0, &child, 0);
	for (i = 0; i < lost_races; i++) {
		CALL_FIRST();
		/*
		 * The waiter is awake already. Until it has lost the race, an
		 * unlock need not kick it again.
		 */
		EXPECT_EQ(0ULL, word_load(self->word));
		ASSERT_TRUE(word_lock(self->word, self->me));
		EXPECT_TRUE(word_unlock(self->word, self->me));
		ASSERT_TRUE(word_lock(self->word, self->me));
		LET_THEM_RUN();
		wait_until(word_load(self->word) ==
			   (self->me | KIPC_MUTEX_WAITERS));
		wait_until(child_sleeps(&child));
		EXPECT_EQ(1L, waiters(self->fd));
	}
	CALL_FIRST();
	EXPECT_FALSE(word_lock(self->word, self->me));
	EXPECT_EQ(-EAGAIN, mutex_trylock(self->fd, 0));
	check_mutex(self->fd, 0, child.pid, 1, 0);
	LET_THEM_RUN();
	EXPECT_EQ(0, child_finish(&child));
}

/*
 * A waiter keeps its lost races when a signal interrupts its wait and the wait
 * restarts.
 */
TEST_F(turn, interrupted_between_losses)
{
	struct child child;
	int i;

	if (variant->flags & KIPC_FAIR)
		SKIP(return, "no thread can overtake a waiter");
	handle_signal(SIGUSR1, SA_RESTART);
	ASSERT_EQ(0, pin(0));
	WAIT_BEHIND(0, &child, 0);
	for (i = 0; i < 2; i++) {
		CALL_FIRST();
		ASSERT_TRUE(word_lock(self->word, self->me));
		LET_THEM_RUN();
		wait_until(word_load(self->word) ==
			   (self->me | KIPC_MUTEX_WAITERS));
		wait_until(child_sleeps(&child));
		interrupt(&child, SIGUSR1);
		wait_for_lockers(self->fd, 1);
		wait_until(child_sleeps(&child));
	}
	CALL_FIRST();
	EXPECT_FALSE(word_lock(self->word, self->me));
	check_mutex(self->fd, 0, child.pid, 1, 0);
	LET_THEM_RUN();
	EXPECT_EQ(0, child_finish(&child));
}

/* A real-time waiter is granted the mutex at once. It cannot be overtaken. */
TEST_F(turn, handed_over_to_real_time)
{
	struct child child;

	ASSERT_EQ(0, pin(0));
	WAIT_BEHIND(0, &child, 1);
	CALL_FIRST();
	EXPECT_EQ(-EAGAIN, mutex_trylock(self->fd, 0));
	check_mutex(self->fd, 0, child.pid, 1, 0);
	LET_THEM_RUN();
	EXPECT_EQ(0, child_finish(&child));
}

/* A waiter that dies after it was kicked kicks the next one. */
TEST_F(turn, death_of_the_one_called)
{
	struct child first, second;

	ASSERT_EQ(0, pin(0));
	WAIT_BEHIND(0, &first, 0);
	WAIT_BEHIND(1, &second, 0);
	CALL_FIRST();
	kill(first.pid, SIGKILL);
	LET_THEM_RUN();
	EXPECT_EQ(CHILD_KILLED, child_finish(&first));
	/*
	 * The first one never learned that it was the owner, so its death is
	 * not reported.
	 */
	EXPECT_EQ(0, child_finish(&second));
}

/*
 * As above, but another thread has locked the mutex meanwhile. Then the unlock
 * by that thread kicks the next waiter.
 */
TEST_F(turn, death_of_the_one_called_in_vain)
{
	struct child first, second;

	if (variant->flags & KIPC_FAIR)
		SKIP(return, "no thread can overtake a waiter");
	ASSERT_EQ(0, pin(0));
	WAIT_BEHIND(0, &first, 0);
	WAIT_BEHIND(1, &second, 0);
	CALL_FIRST();
	ASSERT_TRUE(word_lock(self->word, self->me));
	kill(first.pid, SIGKILL);
	LET_THEM_RUN();
	EXPECT_EQ(CHILD_KILLED, child_finish(&first));
	EXPECT_EQ(self->me | KIPC_MUTEX_WAITERS, word_load(self->word));
	EXPECT_EQ(0, mutex_unlock(self->fd, 0));
	EXPECT_EQ(0, child_finish(&second));
}

/*
 * A waiter that has become the first one after another waiter was kicked has to
 * be woken, too.
 */
TEST_F(turn, real_time_after_one_was_called)
{
	struct child first, second;

	if (variant->flags & KIPC_FAIR)
		SKIP(return, "no thread can overtake a waiter");
	ASSERT_EQ(0, pin(0));
	WAIT_BEHIND(0, &first, 0);
	CALL_FIRST();
	ASSERT_TRUE(word_lock(self->word, self->me));
	start_in_order(&second, self->order, 1, 3, 0);
	/*
	 * This process does not sleep here: the first waiter would run and find
	 * out that it lost the race.
	 */
	wait_for_waiters(self->fd, 2);
	EXPECT_EQ(self->me | KIPC_MUTEX_WAITERS, word_load(self->word));
	EXPECT_EQ(0, mutex_unlock(self->fd, 0));
	EXPECT_EQ(0, child_finish(&second));
	LET_THEM_RUN();
	EXPECT_EQ(0, child_finish(&first));
	EXPECT_EQ(1U, self->order->got[0]);
}

/*
 * A waiter that is interrupted as it is kicked either gets the mutex or leaves
 * it to the next waiter.
 */
TEST_F(turn, signal_to_the_one_called)
{
	struct child first, second;
	int ret;

	handle_signal(SIGUSR1, 0);
	ASSERT_EQ(0, pin(0));
	WAIT_BEHIND(0, &first, 0);
	WAIT_BEHIND(1, &second, 0);
	CALL_FIRST();
	kill(first.pid, SIGUSR1);
	LET_THEM_RUN();
	ret = child_finish(&first);
	EXPECT_TRUE(!ret || ret == -EINTR);
	EXPECT_EQ(0, child_finish(&second));
	check_mutex(self->fd, 0, 0, 0, 0);
}

/* The number of waiters is bounded by the parameter max_waiters. */
TEST_F(turn, waiters_are_bounded)
{
	long limit = parameter_get("max_waiters");
	struct child first, second;

	ASSERT_LT(0, limit);
	start_lock(&first, run_lock_and_unlock, self->fd, 0);
	wait_for_lockers(self->fd, 1);
	ASSERT_EQ(0, parameter_set("max_waiters", 1));
	start_lock(&second, run_lock_and_die, self->fd, 0);
	EXPECT_EQ(-EUSERS, child_finish(&second));
	parameter_set("max_waiters", limit);
	EXPECT_EQ(1L, waiters(self->fd));
	EXPECT_EQ(0, mutex_unlock(self->fd, 0));
	EXPECT_EQ(0, child_finish(&first));
	EXPECT_EQ(0, mutex_trylock(self->fd, 0));
}

TEST_HARNESS_MAIN
