// SPDX-License-Identifier: GPL-2.0-only
/*
 * Semaphores under load: no unit is lost or made, by fast path or kernel, in
 * passing or against a deadline.
 */
#include "kipc_test.h"
#include "kipc_child.h"
#include "kipc_word.h"

#define OPERATIONS	1000000

FIXTURE(stress) {
	int fd;
	struct words words;
	struct word *word;	/* NULL if sealed */
	__u32 max;
};

FIXTURE_VARIANT(stress) {
	__u32 flags;
	unsigned int races;	/* fewer where it is the same code */
};

FIXTURE_VARIANT_ADD(stress, spaced) {
	.races = 100000,
};

FIXTURE_VARIANT_ADD(stress, packed) {
	.flags = KIPC_PACKED,
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

/* By the word if that does, else by the kernel. */
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
	int i, ret;

	for (i = 0; i < OPERATIONS / 2; i++) {
		wait_until((ret = give(self)) != -EOVERFLOW);
		if (ret)
			return ret;
	}
	return 0;
}

/* One process gives half a million units, the other takes them. */
TEST_F_TIMEOUT(stress, a_million_operations, 800)
{
	struct child giver;
	int i;

	child_start(&giver, run_giver, self);
	for (i = 0; i < OPERATIONS / 2; i++)
		ASSERT_EQ(0, take(self));
	EXPECT_EQ(0, child_finish(&giver));
	check_value(self->fd, 0, 0);
	check_value(self->fd, 1, 0);
	EXPECT_EQ(0L, waiters(self->fd));
}

struct lock {
	FIXTURE_DATA(stress) *semaphore;
	unsigned long counter;	/* by whoever holds the unit */
};

#define LOCKERS		4
#define LOCKINGS	20000

static int run_locker(void *data)
{
	struct lock *lock = data;
	int i, ret = 0;

	for (i = 0; i < LOCKINGS && !ret; i++) {
		ret = take(lock->semaphore);
		lock->counter++;
		if (!ret)
			ret = give(lock->semaphore);
	}
	return ret;
}

/* One unit keeps all the others out, and orders what its holders write. */
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
	EXPECT_EQ((unsigned long)LOCKERS * LOCKINGS, lock->counter);
	check_value(self->fd, 0, 1);
}

/*
 * One waits until a deadline, the other posts at about that time: either the
 * wait has got the unit or the semaphore has. The post moves towards where the
 * two meet: later where it came in time, earlier where it was too late.
 */
struct race {
	unsigned int rounds;		/* constant */
	unsigned int started;		/* by the one who waits */
	unsigned int posted;		/* by the one who posts */
	__s64 deadline;			/* of this round's wait */
	__s64 lead;			/* of the post before the deadline */
};

struct racer {
	FIXTURE_DATA(stress) *self;
	struct race *race;
};

static int run_poster(void *data)
{
	struct racer *racer = data;
	struct race *race = racer->race;
	unsigned int round;
	__s64 at;
	int ret = 0;

	for (round = 1; round <= race->rounds && !ret; round++) {
		wait_until(__atomic_load_n(&race->started, __ATOMIC_ACQUIRE) ==
			   round);
		at = race->deadline - race->lead;
		wait_until(now_ns(CLOCK_MONOTONIC) >= at);
		ret = give(racer->self);
		__atomic_store_n(&race->posted, round, __ATOMIC_RELEASE);
	}
	return ret;
}

/* Units that this round's wait got: 1 or 0, or a negative errno. */
static int race_once(FIXTURE_DATA(stress) *self, struct race *race,
		     unsigned int round)
{
	int ret;

	race->deadline = now_ns(CLOCK_MONOTONIC) + 5000;
	__atomic_store_n(&race->started, round, __ATOMIC_RELEASE);
	ret = semaphore_timedwait(self->fd, 0, 1, race->deadline, 0);
	wait_until(__atomic_load_n(&race->posted, __ATOMIC_ACQUIRE) == round);
	if (!ret) {
		race->lead -= 100;
		return 1;
	}
	race->lead += 100;
	return ret == -ETIMEDOUT ? 0 : ret;
}

TEST_F_TIMEOUT(stress, timeout_races_with_a_post, 800)
{
	struct race *race = shared_alloc(sizeof(*race));
	struct racer racer = { .self = self, .race = race };
	unsigned int round, late = 0;
	struct child poster;
	int got;

	/* Or the kernel lets each deadline pass by some 50 microseconds. */
	prctl(PR_SET_TIMERSLACK, 1);
	race->rounds = variant->races;
	child_start(&poster, run_poster, &racer);
	for (round = 1; round <= race->rounds; round++) {
		got = race_once(self, race, round);
		ASSERT_LE(0, got);
		/* The unit is in one place, and in no other. */
		if (!got)
			ASSERT_EQ(0, semaphore_trywait(self->fd, 0, 1));
		ASSERT_EQ(-EAGAIN, semaphore_trywait(self->fd, 0, 1));
		late += !got;
	}
	EXPECT_EQ(0, child_finish(&poster));
	check_value(self->fd, 0, 0);
	/* It was a race. */
	EXPECT_LT(100U, late);
	EXPECT_GT(race->rounds - 100U, late);
	TH_LOG("%u of %u waits timed out", late, race->rounds);
}

TEST_HARNESS_MAIN
