// SPDX-License-Identifier: GPL-2.0-only
/*
 * Semaphores under load. No unit is lost or made, whether it is passed by the
 * fast path or by the kernel, between processes or against a deadline.
 */
#include "kipc_test.h"
#include "word.h"

#include <pthread.h>
#include <sys/prctl.h>

#define OPERATIONS	1000000

FIXTURE(stress) {
	int fd;
	struct words words;
	struct word *word;	/* NULL if sealed */
	__u32 max;
};

FIXTURE_VARIANT(stress) {
	__u32 flags;
	unsigned int races;	/* fewer if the code is the same */
};

FIXTURE_VARIANT_ADD(stress, spaced) {
	.races = 100000,
};

FIXTURE_VARIANT_ADD(stress, packed) {
	.flags = KIPC_PACKED,
	.races = 5000,
};

FIXTURE_VARIANT_ADD(stress, fair) {
	.flags = KIPC_FAIR,
	.races = 5000,
};

FIXTURE_VARIANT_ADD(stress, sealed) {
	.flags = KIPC_SEALED,
	.races = 5000,
};

FIXTURE_SETUP(stress)
{
	self->max = 100;
	self->fd = create_flags(semaphore_args(2, 0, self->max),
				variant->flags);
	ASSERT_LE(0, self->fd);
	if (variant->flags & KIPC_SEALED)
		return;
	ASSERT_EQ(0, words_map(&self->words, self->fd));
	self->word = word_at(&self->words, 0);
}

FIXTURE_TEARDOWN(stress)
{
	close(self->fd);
}

/* Gives a unit by the word if possible, and otherwise by the kernel. */
static int give(FIXTURE_DATA(stress) *self)
{
	if (self->word && word_give(self->word, self->max))
		return 0;
	return semaphore_post(self->fd, 0, 1);
}

static int take(FIXTURE_DATA(stress) *self)
{
	if (self->word && word_take(self->word))
		return 0;
	return semaphore_wait(self->fd, 0, 1);
}

static int run_giver(void *data)
{
	FIXTURE_DATA(stress) *self = data;
	unsigned int i, count = scaled(OPERATIONS / 2);
	int ret;

	for (i = 0; i < count; i++) {
		wait_until((ret = give(self)) != -EOVERFLOW);
		if (ret)
			return ret;
	}
	return 0;
}

/* One process gives half a million units and the other takes them. */
TEST_F_TIMEOUT(stress, a_million_operations, 800)
{
	unsigned int i, count = scaled(OPERATIONS / 2);
	struct child giver;

	child_start(&giver, run_giver, self);
	for (i = 0; i < count; i++)
		ASSERT_EQ(0, take(self));
	EXPECT_EQ(0, child_finish(&giver));
	check_value(self->fd, 0, 0);
	check_value(self->fd, 1, 0);
	EXPECT_EQ(0L, waiters(self->fd));
}

struct lock {
	FIXTURE_DATA(stress) *semaphore;
	unsigned long counter;	/* written by the holder of the unit */
};

#define LOCKERS		4
#define LOCKINGS	20000

static int run_locker(void *data)
{
	unsigned int i, count = scaled(LOCKINGS);
	struct lock *lock = data;
	int ret = 0;

	for (i = 0; i < count && !ret; i++) {
		ret = take(lock->semaphore);
		lock->counter++;
		if (!ret)
			ret = give(lock->semaphore);
	}
	return ret;
}

/*
 * The holder of the only unit excludes all other processes, and sees what
 * earlier holders wrote.
 */
TEST_F_TIMEOUT(stress, mutual_exclusion, 800)
{
	struct lock *lock = shared_alloc(sizeof(*lock));
	struct child lockers[LOCKERS];
	int i;

	self->max = 1;
	lock->semaphore = self;
	ASSERT_EQ(0, semaphore_post(self->fd, 0, 1));
	for (i = 0; i < LOCKERS; i++)
		child_start(&lockers[i], run_locker, lock);
	for (i = 0; i < LOCKERS; i++)
		EXPECT_EQ(0, child_finish(&lockers[i]));
	EXPECT_EQ((unsigned long)LOCKERS * scaled(LOCKINGS), lock->counter);
	check_value(self->fd, 0, 1);
}

/*
 * Several threads wait until a deadline, and this thread posts a unit for each
 * of them at about that time. Every unit is either taken by a wait or still
 * there. The time of the posts moves towards the deadline: later if they came
 * in time, and earlier if they came too late.
 */
#define RIVALS		8	/* threads with the same deadline */

struct stress_race {
	FIXTURE_DATA(stress) *semaphore;
	unsigned int rounds;		/* constant */
	pthread_barrier_t turn;		/* met twice in a round */
	__s64 deadline;			/* of this round's waits */
	unsigned int late;		/* waits of this round that timed out */
};

static void *run_rival(void *data)
{
	struct stress_race *race = data;
	unsigned int round;
	int ret, error = 0;

	for (round = 0; round < race->rounds; round++) {
		pthread_barrier_wait(&race->turn);
		ret = semaphore_timedwait(race->semaphore->fd, 0, 1,
					  race->deadline, 0);
		if (ret == -ETIMEDOUT)
			__atomic_add_fetch(&race->late, 1, __ATOMIC_RELAXED);
		else if (ret)
			error = ret;
		pthread_barrier_wait(&race->turn);
	}
	return (void *)(intptr_t)error;
}

/*
 * Returns the number of units that the waits of this round did not get, or a
 * negative errno.
 */
static int race_once(struct stress_race *race, __s64 *lead)
{
	int i, ret = 0;

	race->late = 0;
	race->deadline = now_ns(CLOCK_MONOTONIC) + 200000;
	pthread_barrier_wait(&race->turn);
	wait_until(now_ns(CLOCK_MONOTONIC) >= race->deadline - *lead);
	for (i = 0; i < RIVALS && !ret; i++)
		ret = give(race->semaphore);
	pthread_barrier_wait(&race->turn);
	*lead += (2 * (int)race->late - RIVALS) * 2000;
	return ret ? ret : (int)race->late;
}

TEST_F_TIMEOUT(stress, timeout_races_with_a_post, 800)
{
	unsigned int round, races = scaled(variant->races), late = 0;
	struct stress_race race = { .semaphore = self, .rounds = races / RIVALS };
	pthread_t rivals[RIVALS];
	__s64 lead = 0;
	void *error;
	int i, left;

	/*
	 * The default slack would let each deadline pass by some 50
	 * microseconds.
	 */
	prctl(PR_SET_TIMERSLACK, 1);
	ASSERT_EQ(0, pthread_barrier_init(&race.turn, NULL, RIVALS + 1));
	for (i = 0; i < RIVALS; i++)
		ASSERT_EQ(0, pthread_create(&rivals[i], NULL, run_rival,
					    &race));
	for (round = 0; round < race.rounds; round++) {
		left = race_once(&race, &lead);
		ASSERT_LE(0, left);
		/*
		 * Each unit that was not taken is still there, and there is no
		 * other.
		 */
		if (left)
			ASSERT_EQ(0, semaphore_trywait(self->fd, 0, left));
		ASSERT_EQ(-EAGAIN, semaphore_trywait(self->fd, 0, 1));
		late += left;
	}
	for (i = 0; i < RIVALS; i++) {
		ASSERT_EQ(0, pthread_join(rivals[i], &error));
		EXPECT_EQ((intptr_t)0, (intptr_t)error);
	}
	check_value(self->fd, 0, 0);
	EXPECT_EQ(0L, waiters(self->fd));
	/* Enough waits ended in each way for this to have been a race. */
	EXPECT_LT(scaled(100), late);
	EXPECT_GT(races - scaled(100), late);
	TH_LOG("%u of %u waits timed out", late, races);
}

TEST_HARNESS_MAIN
