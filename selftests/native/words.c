// SPDX-License-Identifier: GPL-2.0-only
/*
 * The inline fast paths of kipc.h on a word that is no kernel's: there is no
 * descriptor behind the handle, so that whatever wants the kernel gets -EBADF.
 */
#include <pthread.h>

#include "kselftest_harness.h"

#include <kipc.h>

#define ELEMENTS	4
#define MAX		100
#define STRIDE		8
#define THREADS		4
#define ROUNDS		20000

FIXTURE(words) {
	kipc_word words[ELEMENTS * STRIDE];
	struct kipc_semaphore semaphore;
};

FIXTURE_SETUP(words)
{
	memset(self->words, 0, sizeof(self->words));
	self->semaphore = (struct kipc_semaphore) {
		.words = { .base = self->words, .stride = STRIDE },
		.elements = ELEMENTS,
		.max = MAX,
		.fd = -1,
	};
}

FIXTURE_TEARDOWN(words)
{
}

TEST_F(words, post_adds)
{
	EXPECT_EQ(0, kipc_semaphore_post(&self->semaphore, 0, 1));
	EXPECT_EQ(0, kipc_semaphore_post(&self->semaphore, 0, 41));
	EXPECT_EQ(42, self->words[0]);
}

TEST_F(words, elements_are_apart)
{
	EXPECT_EQ(0, kipc_semaphore_post(&self->semaphore, ELEMENTS - 1, 7));
	EXPECT_EQ(7, self->words[(ELEMENTS - 1) * STRIDE]);
	EXPECT_EQ(0, self->words[0]);
}

TEST_F(words, post_does_not_pass_the_maximum)
{
	EXPECT_EQ(0, kipc_semaphore_post(&self->semaphore, 0, MAX));
	EXPECT_EQ(-EOVERFLOW, kipc_semaphore_post(&self->semaphore, 0, 1));
	EXPECT_EQ(-EOVERFLOW,
		  kipc_semaphore_post(&self->semaphore, 0, UINT32_MAX));
	EXPECT_EQ(MAX, self->words[0]);
}

TEST_F(words, trywait_takes_all_or_nothing)
{
	self->words[0] = 3;
	EXPECT_EQ(-EAGAIN, kipc_semaphore_trywait(&self->semaphore, 0, 4));
	EXPECT_EQ(3, self->words[0]);
	EXPECT_EQ(0, kipc_semaphore_trywait(&self->semaphore, 0, 3));
	EXPECT_EQ(0, self->words[0]);
	EXPECT_EQ(-EAGAIN, kipc_semaphore_trywait(&self->semaphore, 0, 1));
}

TEST_F(words, wait_takes_what_is_there)
{
	self->words[0] = 2;
	EXPECT_EQ(0, kipc_semaphore_wait(&self->semaphore, 0, 1));
	EXPECT_EQ(0, kipc_semaphore_timedwait(&self->semaphore, 0, 1, 0, 0));
	EXPECT_EQ(0, self->words[0]);
}

TEST_F(words, wait_for_more_asks_the_kernel)
{
	EXPECT_EQ(-EBADF, kipc_semaphore_wait(&self->semaphore, 0, 1));
	EXPECT_EQ(-EBADF,
		  kipc_semaphore_timedwait(&self->semaphore, 0, 1, 0, 0));
	EXPECT_EQ(0, self->words[0]);
}

TEST_F(words, the_kernels_word_is_left_alone)
{
	self->words[0] = KIPC_SLOW | 5;
	EXPECT_EQ(-EBADF, kipc_semaphore_post(&self->semaphore, 0, 1));
	EXPECT_EQ(-EBADF, kipc_semaphore_trywait(&self->semaphore, 0, 1));
	EXPECT_EQ(-EBADF, kipc_semaphore_wait(&self->semaphore, 0, 1));
	EXPECT_EQ(KIPC_SLOW | 5, self->words[0]);
}

TEST_F(words, bad_arguments_are_refused)
{
	struct kipc_semaphore *semaphore = &self->semaphore;

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

TEST_F(words, garbage_gives_no_units)
{
	self->words[0] = ~KIPC_SLOW;
	EXPECT_EQ(-EOVERFLOW, kipc_semaphore_post(&self->semaphore, 0, 1));
	EXPECT_EQ(~KIPC_SLOW, self->words[0]);
}

/* Takes and gives back; owner is only ever touched with the unit in hand. */
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
	struct crowd crowd = { .semaphore = &self->semaphore };
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
