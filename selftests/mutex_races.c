// SPDX-License-Identifier: GPL-2.0-only
/*
 * All verbs of mutexes race with each other at random. Threads of several
 * processes are disturbed before, after and within the fast paths. A mutex
 * never has two owners, and no waiter is forgotten.
 */
#include "kipc_test.h"
#include "mutex_word.h"
#include "race.h"
#include "word.h"

#define ELEMENTS	2

struct mutex_race {
	struct race_shared shared;
	int fd;
	__u32 flags;
	unsigned int turns;		/* of each worker */
	unsigned int inside[ELEMENTS];
	unsigned long count[ELEMENTS];	/* plain: only the mutex orders it */
	unsigned long entered[ELEMENTS];
};

static struct mutex_race *mutex_race_of(struct race_worker *self)
{
	return (struct mutex_race *)self->shared;
}

/* The mutexes as this process has attached them. */
static struct mutexes mutexes;

static int begin_process(struct race_shared *data)
{
	return mutexes_attach(&mutexes, ((struct mutex_race *)data)->fd);
}

/* Tries once to change the word. Returns false if the kernel has to do it. */
static bool change_word(struct race_worker *self, unsigned int element,
			__u64 from, __u64 to)
{
	struct word *word = word_at(&mutexes.words, element);
	__u64 old = word_load(word);

	disturb(self);
	return old == from && word_swap(word, from, to);
}

/*
 * Asks for the state of a mutex. This makes the kernel claim the word from
 * threads that are changing it, and return it.
 */
static int look(int fd, unsigned int element)
{
	struct kipc_mutex_state_args state;
	int ret = mutex_state(fd, element, &state);

	if (ret)
		return ret;
	return state.state || state.depth > 2 ? -EPROTO : 0;
}

static int lock(struct race_worker *self, unsigned int element, __u64 me)
{
	int fd = mutexes.fd;

	switch (chance(self, 8)) {
	case 0:
		return mutex_timedlock(fd, element,
			random_deadline(self, CLOCK_MONOTONIC), 0);
	case 1:
		return mutex_timedlock(fd, element,
			random_deadline(self, CLOCK_REALTIME), KIPC_REALTIME);
	case 2:
		return mutex_trylock(fd, element);
	case 3:
	case 4:
	case 5:
		if (change_word(self, element, 0, me))
			return 0;
		return mutexes_lock(&mutexes, element, me, KIPC_FOREVER);
	default:
		return mutex_lock(fd, element);
	}
}

/*
 * Locks a mutex that the caller owns already. Unlocks it again if the mutex is
 * recursive; otherwise checks that the lock was refused.
 */
static int relock(struct race_worker *self, unsigned int element)
{
	bool recursive = mutex_race_of(self)->flags & KIPC_RECURSIVE;
	int ret = mutex_lock(mutexes.fd, element);

	if (!recursive)
		return ret == -EDEADLK ? 0 : -EPROTO;
	disturb(self);
	return ret ? ret : mutex_unlock(mutexes.fd, element);
}

static int unlock(struct race_worker *self, unsigned int element, __u64 me)
{
	if (chance(self, 3) && change_word(self, element, me, 0))
		return 0;
	return mutex_unlock(mutexes.fd, element);
}

/*
 * Checks that no other thread is inside, counts, and locks again or reads the
 * state at random. The caller owns the mutex.
 */
static int stay_inside(struct race_worker *self, unsigned int element)
{
	struct mutex_race *race = mutex_race_of(self);
	int ret = 0;

	if (__atomic_add_fetch(&race->inside[element], 1, __ATOMIC_SEQ_CST) != 1)
		return -EOVERFLOW;
	race->count[element]++;
	__atomic_add_fetch(&race->entered[element], 1, __ATOMIC_RELAXED);
	disturb(self);
	switch (chance(self, 12)) {
	case 0:
		ret = relock(self, element);
		break;
	case 1:
		ret = look(mutexes.fd, element);
		break;
	}
	__atomic_sub_fetch(&race->inside[element], 1, __ATOMIC_SEQ_CST);
	return ret;
}

static int work_mutex(struct race_worker *self)
{
	const __u64 me = owner_word(mutexes.attachment);
	unsigned int turn, element;
	int ret;

	for (turn = 0; turn < mutex_race_of(self)->turns; turn++) {
		element = chance(self, ELEMENTS);
		disturb(self);
		/*
		 * A thread must not be able to unlock a mutex that it does not
		 * own.
		 */
		if (!chance(self, 10) &&
		    mutex_unlock(mutexes.fd, element) != -EPERM)
			return -EPROTO;
		ret = lock(self, element, me);
		if (in_vain(ret))
			continue;
		if (!ret)
			ret = stay_inside(self, element);
		if (!ret)
			ret = unlock(self, element, me);
		if (ret)
			return ret;
	}
	return 0;
}

FIXTURE(mutex) {
	struct mutex_race *race;
};

FIXTURE_VARIANT(mutex) {
	__u32 type;
	__u32 flags;
};

FIXTURE_VARIANT_ADD(mutex, by_default) {
	.type = KIPC_MUTEX,
};

FIXTURE_VARIANT_ADD(mutex, packed) {
	.type = KIPC_MUTEX,
	.flags = KIPC_PACKED | KIPC_RECURSIVE,
};

FIXTURE_VARIANT_ADD(mutex, fair) {
	.type = KIPC_MUTEX,
	.flags = KIPC_FAIR,
};

FIXTURE_VARIANT_ADD(mutex, sealed) {
	.type = KIPC_MUTEX,
	.flags = KIPC_SEALED,
};

FIXTURE_VARIANT_ADD(mutex, detecting) {
	.type = KIPC_MUTEX,
	.flags = KIPC_DETECT,
};

FIXTURE_VARIANT_ADD(mutex, of_a_region) {
	.type = KIPC_REGION,
};

FIXTURE_SETUP(mutex)
{
	struct mutex_race *race = shared_alloc(sizeof(*race));

	self->race = race;
	race->fd = create_flags(variant->type == KIPC_REGION ?
				 region_args(4096, ELEMENTS) :
				 mutex_args(ELEMENTS), variant->flags);
	ASSERT_LE(0, race->fd);
	race->flags = variant->flags;
	race->turns = scaled(1000);
	race->shared.begin = begin_process;
}

FIXTURE_TEARDOWN(mutex)
{
	close(self->race->fd);
}

TEST_F_TIMEOUT(mutex, lets_in_one_at_a_time, 400)
{
	struct mutex_race *race = self->race;
	int i;

	EXPECT_EQ(0, race_run(&race->shared, work_mutex));
	EXPECT_EQ(0, begin_process(&race->shared));
	for (i = 0; i < ELEMENTS; i++) {
		EXPECT_EQ(0U, race->inside[i]);
		EXPECT_EQ(race->entered[i], race->count[i]);
		EXPECT_LT(0UL, race->count[i]);
		check_mutex(race->fd, i, 0, 0, 0);
		EXPECT_EQ(0, mutex_trylock(race->fd, i));
		EXPECT_EQ(0, mutex_unlock(race->fd, i));
	}
	EXPECT_EQ(0L, waiters(race->fd));
	/* No thread waits, so user space owns the words again. */
	if (!(variant->flags & KIPC_SEALED))
		EXPECT_EQ(0ULL, word_load(word_at(&mutexes.words, 0)));
}

TEST_HARNESS_MAIN
