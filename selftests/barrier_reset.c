// SPDX-License-Identifier: GPL-2.0-only
/*
 * A reset races with an opening: a generation ends in the same way for all
 * parties.
 */
#include "kipc_test.h"

#include <pthread.h>

/* More waiters than the kernel wakes at once. */
#define WAITERS		40
#define ROUNDS		60

struct party {
	int fd;
	int ret;
};

static void *run_party(void *data)
{
	struct party *party = data;

	party->ret = barrier_wait(party->fd);
	return NULL;
}

struct resetter {
	int fd;
	unsigned int delay;	/* in iterations of a loop */
	bool *go;
};

static void *run_resetter(void *data)
{
	struct resetter *resetter = data;
	volatile unsigned int turn;

	while (!__atomic_load_n(resetter->go, __ATOMIC_ACQUIRE))
		;
	for (turn = 0; turn < resetter->delay; turn++)
		;
	barrier_reset(resetter->fd);
	return NULL;
}

FIXTURE(reset) {
	int fd;
	pthread_t threads[WAITERS];
	struct party parties[WAITERS];
};

FIXTURE_SETUP(reset)
{
	self->fd = create(barrier_args(WAITERS + 1));
	ASSERT_LE(0, self->fd);
}

FIXTURE_TEARDOWN(reset)
{
	close(self->fd);
}

static bool start_parties(FIXTURE_DATA(reset) *self)
{
	int i;

	for (i = 0; i < WAITERS; i++) {
		self->parties[i].fd = self->fd;
		if (pthread_create(&self->threads[i], NULL, run_party,
				   &self->parties[i]))
			return false;
	}
	wait_until(waiters(self->fd) == WAITERS);
	return true;
}

/* Returns the number of parties that got this result. */
static int finish_parties(FIXTURE_DATA(reset) *self, int ret)
{
	int i, count = 0;

	for (i = 0; i < WAITERS; i++) {
		pthread_join(self->threads[i], NULL);
		count += self->parties[i].ret == ret;
	}
	return count;
}

TEST_F_TIMEOUT(reset, ends_a_generation_one_way, 200)
{
	bool go;
	struct resetter resetter = { .fd = self->fd, .go = &go };
	pthread_t thread;
	int round, ret, step = ROUNDS / scaled(ROUNDS);

	for (round = 0; round < ROUNDS; round += step) {
		ASSERT_TRUE(start_parties(self));
		go = false;
		resetter.delay = round * 50;
		ASSERT_EQ(0, pthread_create(&thread, NULL, run_resetter,
					    &resetter));
		__atomic_store_n(&go, true, __ATOMIC_RELEASE);
		/*
		 * If the reset came first, no other party arrives, so a
		 * deadline is needed.
		 */
		ret = barrier_timedwait(self->fd,
					deadline_in_ms(CLOCK_MONOTONIC, 100),
					0);
		ASSERT_EQ(0, pthread_join(thread, NULL));
		ret = ret == KIPC_BARRIER_SERIAL ? 0 : -ECANCELED;
		EXPECT_EQ(WAITERS, finish_parties(self, ret));
		EXPECT_EQ(0, barrier_reset(self->fd));
	}
}

TEST_HARNESS_MAIN
