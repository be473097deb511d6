// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests the inline fast paths of kipc.h on a word in ordinary memory. The handle
 * has no descriptor, so each operation that enters the kernel fails with -EBADF.
 */
#include <pthread.h>

#include "kselftest_harness.h"

#include "semaphore_handle.h"

#define ELEMENTS	4
#define MAX		100
#define STRIDE		8
#define THREADS		4
#define ROUNDS		20000

FIXTURE(words) {
	kipc_word words[ELEMENTS * STRIDE];
	struct semaphore semaphore;
};

FIXTURE_SETUP(words)
{
	memset(self->words, 0, sizeof(self->words));
	self->semaphore = (struct semaphore) {
		.shown = {
			.words = { .base = self->words, .stride = STRIDE, .fd = -1 },
			.elements = ELEMENTS,
			.max = MAX,
		},
	};
}

FIXTURE_TEARDOWN(words)
{
}

TEST_F(words, post_adds)
{
	EXPECT_EQ(0, kipc_semaphore_post(&self->semaphore.shown, 0, 1));
	EXPECT_EQ(0, kipc_semaphore_post(&self->semaphore.shown, 0, 41));
	EXPECT_EQ(42, self->words[0]);
}

TEST_F(words, elements_are_apart)
{
	EXPECT_EQ(0, kipc_semaphore_post(&self->semaphore.shown, ELEMENTS - 1, 7));
	EXPECT_EQ(7, self->words[(ELEMENTS - 1) * STRIDE]);
	EXPECT_EQ(0, self->words[0]);
}

TEST_F(words, post_does_not_pass_the_maximum)
{
	EXPECT_EQ(0, kipc_semaphore_post(&self->semaphore.shown, 0, MAX));
	EXPECT_EQ(-EOVERFLOW, kipc_semaphore_post(&self->semaphore.shown, 0, 1));
	EXPECT_EQ(-EOVERFLOW,
		  kipc_semaphore_post(&self->semaphore.shown, 0, UINT32_MAX));
	EXPECT_EQ(MAX, self->words[0]);
}

TEST_F(words, trywait_takes_all_or_nothing)
{
	self->words[0] = 3;
	EXPECT_EQ(-EAGAIN, kipc_semaphore_trywait(&self->semaphore.shown, 0, 4));
	EXPECT_EQ(3, self->words[0]);
	EXPECT_EQ(0, kipc_semaphore_trywait(&self->semaphore.shown, 0, 3));
	EXPECT_EQ(0, self->words[0]);
	EXPECT_EQ(-EAGAIN, kipc_semaphore_trywait(&self->semaphore.shown, 0, 1));
}

TEST_F(words, wait_takes_what_is_there)
{
	self->words[0] = 2;
	EXPECT_EQ(0, kipc_semaphore_wait(&self->semaphore.shown, 0, 1));
	EXPECT_EQ(0, kipc_semaphore_timedwait(&self->semaphore.shown, 0, 1, 0, 0));
	EXPECT_EQ(0, self->words[0]);
}

TEST_F(words, wait_for_more_asks_the_kernel)
{
	EXPECT_EQ(-EBADF, kipc_semaphore_wait(&self->semaphore.shown, 0, 1));
	EXPECT_EQ(-EBADF,
		  kipc_semaphore_timedwait(&self->semaphore.shown, 0, 1, 0, 0));
	EXPECT_EQ(0, self->words[0]);
}

TEST_F(words, the_kernels_word_is_left_alone)
{
	self->words[0] = KIPC_SLOW | 5;
	EXPECT_EQ(-EBADF, kipc_semaphore_post(&self->semaphore.shown, 0, 1));
	EXPECT_EQ(-EBADF, kipc_semaphore_trywait(&self->semaphore.shown, 0, 1));
	EXPECT_EQ(-EBADF, kipc_semaphore_wait(&self->semaphore.shown, 0, 1));
	EXPECT_EQ(KIPC_SLOW | 5, self->words[0]);
}

TEST_F(words, bad_arguments_are_refused)
{
	struct kipc_semaphore *semaphore = &self->semaphore.shown;

	self->words[0] = 5;
	EXPECT_EQ(-EINVAL, kipc_semaphore_post(semaphore, ELEMENTS, 1));
	EXPECT_EQ(-EINVAL, kipc_semaphore_post(semaphore, UINT32_MAX, 1));
	EXPECT_EQ(-EINVAL, kipc_semaphore_post(semaphore, 0, 0));
	EXPECT_EQ(-EINVAL, kipc_semaphore_trywait(semaphore, ELEMENTS, 1));
	EXPECT_EQ(-EINVAL, kipc_semaphore_trywait(semaphore, 0, 0));
	EXPECT_EQ(-EINVAL, kipc_semaphore_trywait(semaphore, 0, MAX + 1));
	EXPECT_EQ(-EINVAL, kipc_semaphore_wait(semaphore, ELEMENTS, 1));
	EXPECT_EQ(-EINVAL, kipc_semaphore_wait(semaphore, 0, MAX + 1));
	EXPECT_EQ(-EINVAL,
		  kipc_semaphore_timedwait(semaphore, 0, 1, -1, 0));
	EXPECT_EQ(-EINVAL,
		  kipc_semaphore_timedwait(semaphore, 0, 1, 1, KIPC_TRY));
	EXPECT_EQ(5, self->words[0]);
}

/* Unknown bits may have any meaning, so only the kernel may interpret them. */
TEST_F(words, garbage_is_left_to_the_kernel)
{
	const kipc_word garbage[] = {
		~KIPC_SLOW, 1ULL << 32, 1ULL << 32 | 5, 1ULL << 60 | 5,
		KIPC_SEMAPHORE_WOKEN | 1ULL << 60,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(garbage); i++) {
		self->words[0] = garbage[i];
		EXPECT_EQ(-EBADF, kipc_semaphore_post(&self->semaphore.shown, 0, 1));
		EXPECT_EQ(-EBADF, kipc_semaphore_trywait(&self->semaphore.shown, 0, 1));
		EXPECT_EQ(-EBADF, kipc_semaphore_wait(&self->semaphore.shown, 0, 1));
		EXPECT_EQ(garbage[i], self->words[0]);
	}
}

TEST_F(words, units_can_be_taken_while_somebody_waits)
{
	self->words[0] = KIPC_SEMAPHORE_WAITERS | 3;
	EXPECT_EQ(0, kipc_semaphore_trywait(&self->semaphore.shown, 0, 1));
	EXPECT_EQ(0, kipc_semaphore_wait(&self->semaphore.shown, 0, 2));
	EXPECT_EQ(KIPC_SEMAPHORE_WAITERS, self->words[0]);
	EXPECT_EQ(-EAGAIN, kipc_semaphore_trywait(&self->semaphore.shown, 0, 1));
	EXPECT_EQ(-EBADF, kipc_semaphore_wait(&self->semaphore.shown, 0, 1));
	EXPECT_EQ(KIPC_SEMAPHORE_WAITERS, self->words[0]);
}

TEST_F(words, units_are_given_to_waiters_by_the_kernel)
{
	self->words[0] = KIPC_SEMAPHORE_WAITERS;
	EXPECT_EQ(-EBADF, kipc_semaphore_post(&self->semaphore.shown, 0, 1));
	EXPECT_EQ(KIPC_SEMAPHORE_WAITERS, self->words[0]);
}

/* WOKEN says that a waiter is awake already for one unit. */
TEST_F(words, one_unit_can_be_given_to_who_is_woken)
{
	self->words[0] = KIPC_SEMAPHORE_WOKEN;
	EXPECT_EQ(-EBADF, kipc_semaphore_post(&self->semaphore.shown, 0, 2));
	EXPECT_EQ(0, kipc_semaphore_post(&self->semaphore.shown, 0, 1));
	EXPECT_EQ(KIPC_SEMAPHORE_WOKEN | 1, self->words[0]);
	EXPECT_EQ(-EBADF, kipc_semaphore_post(&self->semaphore.shown, 0, 1));
	EXPECT_EQ(KIPC_SEMAPHORE_WOKEN | 1, self->words[0]);
	EXPECT_EQ(0, kipc_semaphore_wait(&self->semaphore.shown, 0, 1));
	EXPECT_EQ(KIPC_SEMAPHORE_WOKEN, self->words[0]);
}

/* Posts one unit to the first element, and waits for @count of the second. */
static int post_wait(struct kipc_semaphore *semaphore, unsigned int count)
{
	return kipc_semaphore_post_wait(semaphore, 0, 1, semaphore, 1, count);
}

TEST_F(words, post_wait_changes_both)
{
	self->words[STRIDE] = 3;
	EXPECT_EQ(0, post_wait(&self->semaphore.shown, 2));
	EXPECT_EQ(1, self->words[0]);
	EXPECT_EQ(1, self->words[STRIDE]);
}

TEST_F(words, post_wait_posts_and_asks_the_kernel)
{
	EXPECT_EQ(-EBADF, post_wait(&self->semaphore.shown, 1));
	EXPECT_EQ(1, self->words[0]);
	EXPECT_EQ(0, self->words[STRIDE]);
}

/* If either half needs the kernel, the kernel does both. */
TEST_F(words, post_wait_asks_the_kernel_first)
{
	self->words[STRIDE] = KIPC_SLOW;
	EXPECT_EQ(-EBADF, post_wait(&self->semaphore.shown, 1));
	EXPECT_EQ(0, self->words[0]);
	self->words[0] = KIPC_SLOW;
	self->words[STRIDE] = 1;
	EXPECT_EQ(-EBADF, post_wait(&self->semaphore.shown, 1));
	EXPECT_EQ(1, self->words[STRIDE]);
}

TEST_F(words, post_wait_does_not_pass_the_maximum)
{
	self->words[0] = MAX;
	self->words[STRIDE] = 1;
	EXPECT_EQ(-EOVERFLOW, post_wait(&self->semaphore.shown, 1));
	EXPECT_EQ(MAX, self->words[0]);
	EXPECT_EQ(1, self->words[STRIDE]);
}

/*
 * Counts the waits that spin. The words do not change while a wait spins, so
 * each of them has to enter the kernel in the end.
 */
TEST_F(words, spins_are_counted)
{
	struct kipc_spins spins;
	int i, several = sysconf(_SC_NPROCESSORS_ONLN) > 1;

	self->words[0] = 1;
	EXPECT_EQ(0, kipc_semaphore_wait(&self->semaphore.shown, 0, 1));
	EXPECT_EQ(-EAGAIN, kipc_semaphore_trywait(&self->semaphore.shown, 0, 1));
	kipc_semaphore_spins(&self->semaphore.shown, &spins);
	EXPECT_EQ(0, spins.waits);
	for (i = 0; i < 200; i++)
		EXPECT_EQ(-EBADF, kipc_semaphore_wait(&self->semaphore.shown, 0, 1));
	kipc_semaphore_spins(&self->semaphore.shown, &spins);
	EXPECT_EQ(several ? 200 : 0, spins.waits);
	EXPECT_EQ(0, spins.paid);
	EXPECT_GE(200 / 8 * KIPC_SPINS_MAX, spins.looks);
	self->words[0] = KIPC_SLOW;
	EXPECT_EQ(-EBADF, kipc_semaphore_wait(&self->semaphore.shown, 0, 1));
	EXPECT_EQ(-EBADF, kipc_semaphore_post(&self->semaphore.shown, 0, 1));
	kipc_semaphore_spins(&self->semaphore.shown, &spins);
	EXPECT_EQ(several ? 200 : 0, spins.waits);
}

/* Takes a unit of the first element and posts one to the second, ROUNDS times. */
static void *run_answers(void *data)
{
	struct kipc_semaphore *semaphore = data;
	unsigned int i;

	for (i = 0; i < ROUNDS; i++) {
		while (kipc_semaphore_wait(semaphore, 0, 1))
			sched_yield();
		kipc_semaphore_post(semaphore, 1, 1);
	}
	return NULL;
}

/* After a post that succeeded, only the wait is repeated. */
TEST_F(words, spins_find_units)
{
	struct kipc_spins spins;
	pthread_t thread;
	int i;

	ASSERT_EQ(0, pthread_create(&thread, NULL, run_answers,
				    &self->semaphore.shown));
	for (i = 0; i < ROUNDS; i++) {
		if (!post_wait(&self->semaphore.shown, 1))
			continue;
		while (kipc_semaphore_wait(&self->semaphore.shown, 1, 1))
			sched_yield();
	}
	ASSERT_EQ(0, pthread_join(thread, NULL));
	kipc_semaphore_spins(&self->semaphore.shown, &spins);
	EXPECT_LE(spins.paid, spins.waits);
	EXPECT_EQ(0, self->words[0]);
	EXPECT_EQ(0, self->words[STRIDE]);
}

/* Threads that use a unit as a lock. Only the thread with the unit uses owner. */
struct crowd {
	struct kipc_semaphore *semaphore;
	unsigned int owner;
	unsigned int failures;
};

static void *run_crowd(void *data)
{
	struct crowd *crowd = data;
	unsigned int i;

	for (i = 0; i < ROUNDS; i++) {
		while (kipc_semaphore_trywait(crowd->semaphore, 1, 1))
			sched_yield();
		crowd->owner++;
		if (kipc_semaphore_post(crowd->semaphore, 1, 1))
			__atomic_fetch_add(&crowd->failures, 1,
					   __ATOMIC_RELAXED);
	}
	return NULL;
}

TEST_F(words, threads_lose_no_unit_and_see_each_others_writes)
{
	struct crowd crowd = { .semaphore = &self->semaphore.shown };
	pthread_t threads[THREADS];
	int i;

	self->words[STRIDE] = 1;
	for (i = 0; i < THREADS; i++)
		ASSERT_EQ(0, pthread_create(&threads[i], NULL, run_crowd,
					    &crowd));
	for (i = 0; i < THREADS; i++)
		ASSERT_EQ(0, pthread_join(threads[i], NULL));
	EXPECT_EQ(0, crowd.failures);
	EXPECT_EQ(THREADS * ROUNDS, crowd.owner);
	EXPECT_EQ(1, self->words[STRIDE]);
}

TEST_HARNESS_MAIN
