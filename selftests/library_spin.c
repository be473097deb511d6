// SPDX-License-Identifier: GPL-2.0-only
/* libkipc spins for a while before it sleeps, and it adapts the length. */
#include "kipc_test.h"
#include "library.h"

#define WAITS	200

/*
 * Checks the counts of waits that all failed. They never exceed the budget,
 * which gets small if spinning never pays off. There are none on a single
 * processor, on which no other thread could change anything meanwhile.
 */
static void check_spins(struct __test_metadata *_metadata,
			const struct kipc_spins *spins, unsigned int waits)
{
	if (sysconf(_SC_NPROCESSORS_ONLN) == 1)
		waits = 0;
	EXPECT_EQ(waits, spins->waits);
	EXPECT_EQ(0U, spins->paid);
	EXPECT_LE(spins->waits, spins->looks);
	EXPECT_GE(spins->waits * KIPC_SPINS_MAX, spins->looks);
	if (waits == WAITS)
		EXPECT_GE(spins->waits * KIPC_SPINS_MAX / 8, spins->looks);
}

TEST(semaphore_spins_within_its_budget)
{
	struct kipc_semaphore *semaphore;
	struct kipc_spins spins;
	int i;

	ASSERT_EQ(0, kipc_semaphore_create(&semaphore, NULL, NULL));
	kipc_semaphore_spins(semaphore, &spins);
	EXPECT_EQ(0U, spins.waits);
	for (i = 1; i <= WAITS; i++) {
		EXPECT_EQ(-ETIMEDOUT,
			  kipc_semaphore_timedwait(semaphore, 0, 1, 1, 0));
		kipc_semaphore_spins(semaphore, &spins);
		check_spins(_metadata, &spins, i);
	}
	EXPECT_EQ(-EAGAIN, kipc_semaphore_trywait(semaphore, 0, 1));
	kipc_semaphore_spins(semaphore, &spins);
	check_spins(_metadata, &spins, WAITS);
	kipc_semaphore_close(semaphore);
}

TEST(barrier_spins_within_its_budget)
{
	const struct kipc_barrier_options options = { .parties = 2 };
	struct kipc_barrier *barrier;
	struct kipc_spins spins;
	int i;

	ASSERT_EQ(0, kipc_barrier_create(&barrier, NULL, &options));
	for (i = 0; i < WAITS; i++) {
		EXPECT_EQ(-ETIMEDOUT, kipc_barrier_timedwait(barrier, 1, 0));
		EXPECT_EQ(0, kipc_barrier_reset(barrier));
	}
	kipc_barrier_spins(barrier, &spins);
	check_spins(_metadata, &spins, WAITS);
	kipc_barrier_close(barrier);
}

static int post_when_awaited(void *data)
{
	struct kipc_semaphore *semaphore = data;
	int ret;

	do {
		ret = kipc_semaphore_wait(semaphore, 1, 1) ?:
		      kipc_semaphore_post(semaphore, 0, 1);
	} while (!ret);
	return ret;
}

/* Two processors hand a unit over without a system call. */
TEST(semaphore_spins_and_that_pays)
{
	const struct kipc_semaphore_options options = { .elements = 2 };
	struct kipc_semaphore *semaphore;
	struct kipc_spins spins;
	struct child child;

	if (sysconf(_SC_NPROCESSORS_ONLN) == 1)
		SKIP(return, "needs two processors");
	ASSERT_EQ(0, kipc_semaphore_create(&semaphore, NULL, &options));
	child_start(&child, post_when_awaited, semaphore);
	do {
		ASSERT_EQ(0, kipc_semaphore_post_wait(semaphore, 1, 1,
						      semaphore, 0, 1));
		kipc_semaphore_spins(semaphore, &spins);
	} while (!spins.paid);
	EXPECT_LE(spins.paid, spins.waits);
	EXPECT_EQ(CHILD_KILLED, child_kill(&child));
	kipc_semaphore_close(semaphore);
}

/*
 * The fair order begins when the kernel queues a waiter, so the library enters
 * the kernel at once.
 */
TEST(fair_semaphore_does_not_spin)
{
	const struct kipc_semaphore_options options = { .flags = KIPC_FAIR };
	struct kipc_semaphore *semaphore;
	struct kipc_spins spins;
	int i;

	ASSERT_EQ(0, kipc_semaphore_create(&semaphore, NULL, &options));
	for (i = 0; i < WAITS; i++)
		EXPECT_EQ(-ETIMEDOUT,
			  kipc_semaphore_timedwait(semaphore, 0, 1, 1, 0));
	kipc_semaphore_spins(semaphore, &spins);
	EXPECT_EQ(0U, spins.waits);
	EXPECT_EQ(0U, spins.looks);
	kipc_semaphore_close(semaphore);
}

static int hold_mutex(void *data)
{
	int ret = kipc_mutex_lock(data, 0);

	if (!ret)
		for (;;)
			pause();
	return ret;
}

TEST(fair_mutex_does_not_spin)
{
	const struct kipc_mutex_options options = { .flags = KIPC_FAIR };
	struct kipc_mutex_state_args state;
	struct kipc_mutex *mutex;
	struct kipc_spins spins;
	struct child child;
	int i;

	ASSERT_EQ(0, kipc_mutex_create(&mutex, NULL, &options));
	child_start(&child, hold_mutex, mutex);
	do {
		ASSERT_EQ(0, kipc_mutex_state(mutex, 0, &state));
	} while (!state.depth);
	for (i = 0; i < WAITS; i++)
		EXPECT_EQ(-ETIMEDOUT, kipc_mutex_timedlock(mutex, 0, 1, 0));
	kipc_mutex_spins(mutex, &spins);
	EXPECT_EQ(0U, spins.waits);
	EXPECT_EQ(0U, spins.looks);
	EXPECT_EQ(CHILD_KILLED, child_kill(&child));
	kipc_mutex_close(mutex);
}

TEST_HARNESS_MAIN
