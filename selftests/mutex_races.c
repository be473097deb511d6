// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every verb of mutexes against every other at random, by threads of several
 * processes that are disturbed before, after and within the fast paths. Nobody is
 * let in while somebody else is inside, and nobody who waits is forgotten.
 */
#include "kipc_disturb.h"
#include "kipc_mutex_word.h"

#define ELEMENTS	2

struct mutex_stage {
	struct stage stage;
	int fd;
	__u32 flags;
	unsigned int turns;		/* of each participant */
	unsigned int inside[ELEMENTS];
	unsigned long count[ELEMENTS];	/* plain: only the mutex orders it */
	unsigned long entered[ELEMENTS];
};

static struct mutex_stage *mutex_stage_of(struct participant *self)
{
	return (struct mutex_stage *)self->stage;
}

/* This process's. */
static struct mutexes mutexes;

static int enter(struct stage *data)
{
	return mutexes_attach(&mutexes, ((struct mutex_stage *)data)->fd);
}

/* One try; false where the kernel is to do it. */
static bool change_word(struct participant *self, unsigned int element,
			__u64 from, __u64 to)
{
	struct word *word = word_at(&mutexes.words, element);
	__u64 old = word_load(word);

	disturb(self);
	return old == from && word_swap(word, from, to);
}

/* Looking takes the word away from those who change it, and gives it back. */
static int look(int fd, unsigned int element)
{
	struct kipc_mutex_state_args state;
	int ret = mutex_state(fd, element, &state);

	if (ret)
		return ret;
	return state.state || state.depth > 2 ? -EPROTO : 0;
}

static int lock(struct participant *self, unsigned int element, __u64 me)
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

/* Locks once more what is its own already, and undoes that where it has. */
static int relock(struct participant *self, unsigned int element)
{
	bool recursive = mutex_stage_of(self)->flags & KIPC_RECURSIVE;
	int ret = mutex_lock(mutexes.fd, element);

	if (!recursive)
		return ret == -EDEADLK ? 0 : -EPROTO;
	disturb(self);
	return ret ? ret : mutex_unlock(mutexes.fd, element);
}

static int unlock(struct participant *self, unsigned int element, __u64 me)
{
	if (chance(self, 3) && change_word(self, element, me, 0))
		return 0;
	return mutex_unlock(mutexes.fd, element);
}

/* The caller owns the mutex. */
static int stay_inside(struct participant *self, unsigned int element)
{
	struct mutex_stage *stage = mutex_stage_of(self);
	int ret = 0;

	if (__atomic_add_fetch(&stage->inside[element], 1, __ATOMIC_SEQ_CST) != 1)
		return -EOVERFLOW;
	stage->count[element]++;
	__atomic_add_fetch(&stage->entered[element], 1, __ATOMIC_RELAXED);
	disturb(self);
	switch (chance(self, 12)) {
	case 0:
		ret = relock(self, element);
		break;
	case 1:
		ret = look(mutexes.fd, element);
		break;
	}
	__atomic_sub_fetch(&stage->inside[element], 1, __ATOMIC_SEQ_CST);
	return ret;
}

static int play_mutex(struct participant *self)
{
	const __u64 me = owner_word(mutexes.attachment);
	unsigned int turn, element;
	int ret;

	for (turn = 0; turn < mutex_stage_of(self)->turns; turn++) {
		element = chance(self, ELEMENTS);
		disturb(self);
		/* What is another's is not to be unlocked. */
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
	struct mutex_stage *stage;
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
	struct mutex_stage *stage = shared_alloc(sizeof(*stage));

	self->stage = stage;
	stage->fd = create_flags(variant->type == KIPC_REGION ?
				 region_args(4096, ELEMENTS) :
				 mutex_args(ELEMENTS), variant->flags);
	ASSERT_LE(0, stage->fd);
	stage->flags = variant->flags;
	stage->turns = scaled(1000);
	stage->stage.enter = enter;
}

FIXTURE_TEARDOWN(mutex)
{
	close(self->stage->fd);
}

TEST_F_TIMEOUT(mutex, lets_in_one_at_a_time, 400)
{
	struct mutex_stage *stage = self->stage;
	int i;

	EXPECT_EQ(0, stage_run(&stage->stage, play_mutex));
	EXPECT_EQ(0, enter(&stage->stage));
	for (i = 0; i < ELEMENTS; i++) {
		EXPECT_EQ(0U, stage->inside[i]);
		EXPECT_EQ(stage->entered[i], stage->count[i]);
		EXPECT_LT(0UL, stage->count[i]);
		check_mutex(stage->fd, i, 0, 0, 0);
		EXPECT_EQ(0, mutex_trylock(stage->fd, i));
		EXPECT_EQ(0, mutex_unlock(stage->fd, i));
	}
	EXPECT_EQ(0L, waiters(stage->fd));
	/* Nobody waits, so the words are user space's again. */
	if (!(variant->flags & KIPC_SEALED))
		EXPECT_EQ(0ULL, word_load(word_at(&mutexes.words, 0)));
}

TEST_HARNESS_MAIN
