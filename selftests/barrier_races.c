// SPDX-License-Identifier: GPL-2.0-only
/*
 * Threads of several processes call every verb of barriers at random, so that
 * each verb races with every other one. The threads are disturbed before, after
 * and within the fast path. All of them are parties of the barrier. They keep
 * in step, and a reset repairs the barrier whatever has happened to it.
 */
#include "kipc_test.h"
#include "mutex_word.h"
#include "race.h"
#include "schedule.h"
#include "word.h"

#define ROUNDS		1500	/* in step, at most */

struct barrier_race {
	struct race_shared shared;
	int fd;
	bool mapped;
	unsigned int rounds;
	unsigned int came[WORKERS];
	unsigned int serial[ROUNDS];
	unsigned int opened;		/* arrivals that succeeded */
	unsigned int openers;		/* the serial parties among them */
	unsigned int left;		/* workers that arrive no more */
};

static struct barrier_race *barrier_race_of(struct race_worker *self)
{
	return (struct barrier_race *)self->shared;
}

/* The words as this process has mapped them. */
static struct words words;

/*
 * Joins as a member. The death of a member would break the barrier, so each
 * process leaves before it ends.
 */
static int begin_process(struct race_shared *data)
{
	struct barrier_race *race = (struct barrier_race *)data;
	int ret = words_map(&words, race->fd);

	return ret ? ret : barrier_join(race->fd);
}

static int end_as_member(struct race_shared *data)
{
	return barrier_leave(((struct barrier_race *)data)->fd);
}

/*
 * Tries once to arrive by the word. Returns KIPC_BARRIER_SERIAL; or 0, and
 * stores what the arrival left; or -EAGAIN if the kernel has to do it.
 */
static int arrive_by_word(struct race_worker *self, __u64 *left)
{
	struct barrier_race *race = barrier_race_of(self);
	struct word *word;
	__u64 old, new;
	bool last;

	if (!race->mapped)
		return -EAGAIN;
	word = word_at(&words, 0);
	old = word_load(word);
	disturb(self);
	if (old & (KIPC_SLOW | KIPC_BARRIER_BROKEN))
		return -EAGAIN;
	last = (old & KIPC_BARRIER_ARRIVED) + 1 == WORKERS;
	new = last ? word_opened(old) : old + 1;
	if (!word_swap(word, old, new))
		return -EAGAIN;
	*left = new;
	return last ? KIPC_BARRIER_SERIAL : 0;
}

/*
 * Waits. An interrupted wait goes on with the arguments as the kernel left
 * them.
 */
static int wait_on(struct race_worker *self,
		   struct kipc_barrier_wait_args *args)
{
	int fd = barrier_race_of(self)->fd;
	int ret;

	for (;;) {
		ret = kipc_call(fd, KIPC_BARRIER_WAIT, args);
		if (ret != -EINTR)
			return ret;
		disturb(self);
	}
}

/* Arrives and waits. Returns -EAGAIN if a try has not arrived. */
static int meet(struct race_worker *self, __s64 deadline)
{
	struct kipc_barrier_wait_args args = {
		.size = sizeof(args),
		.deadline = deadline,
	};
	__u64 word;
	int ret;

	disturb(self);
	switch (chance(self, 4)) {
	case 0:
		return barrier_trywait(barrier_race_of(self)->fd);
	case 1:
		return wait_on(self, &args);
	}
	ret = arrive_by_word(self, &word);
	if (ret == KIPC_BARRIER_SERIAL)
		return ret;
	if (!ret) {
		args.flags = KIPC_ARRIVED;
		args.word = word;
		disturb(self);
	}
	return wait_on(self, &args);
}

static bool all_have_come(const struct barrier_race *race, unsigned int times)
{
	unsigned int i, came;

	for (i = 0; i < WORKERS; i++) {
		came = __atomic_load_n(&race->came[i], __ATOMIC_SEQ_CST);
		if (came != times && came != times + 1)
			return false;
	}
	return true;
}

static int work_in_step(struct race_worker *self)
{
	struct barrier_race *race = barrier_race_of(self);
	unsigned int round;
	int ret;

	for (round = 0; round < race->rounds; round++) {
		__atomic_store_n(&race->came[self->number], round + 1,
				 __ATOMIC_SEQ_CST);
		do {
			ret = meet(self, KIPC_FOREVER);
		} while (ret == -EAGAIN);
		if (ret < 0)
			return ret;
		if (ret == KIPC_BARRIER_SERIAL)
			__atomic_add_fetch(&race->serial[round], 1,
					   __ATOMIC_SEQ_CST);
		if (!all_have_come(race, round + 1))
			return -EPROTO;
	}
	return 0;
}

/*
 * Resets the barrier unless this has been done already. Most workers that are
 * told that the barrier is broken do so.
 */
static int mend(struct race_worker *self)
{
	int fd = barrier_race_of(self)->fd;
	struct kipc_barrier_state_args state;
	int ret = barrier_state(fd, &state);

	if (ret || !state.broken || !chance(self, 4))
		return ret;
	disturb(self);
	return barrier_reset(fd);
}

static int arrive_somehow(struct race_worker *self)
{
	struct barrier_race *race = barrier_race_of(self);
	int ret = meet(self, chance(self, 50) ? KIPC_FOREVER :
			     random_deadline(self, CLOCK_MONOTONIC));

	if (ret == KIPC_BARRIER_SERIAL)
		__atomic_add_fetch(&race->openers, 1, __ATOMIC_SEQ_CST);
	if (ret >= 0)
		__atomic_add_fetch(&race->opened, 1, __ATOMIC_SEQ_CST);
	else if (ret != -ECANCELED && !in_vain(ret))
		return ret;
	return ret == -ECANCELED || ret == -ETIMEDOUT ? mend(self) : 0;
}

/*
 * Counts a worker that arrives no more. The first such worker stays and aborts
 * the barrier, which frees the workers that wait for a worker that has gone.
 */
static int leave(struct race_worker *self)
{
	struct barrier_race *race = barrier_race_of(self);
	int ret = 0;

	if (__atomic_fetch_add(&race->left, 1, __ATOMIC_SEQ_CST))
		return 0;
	set_priority(0);
	while (!ret && __atomic_load_n(&race->left, __ATOMIC_SEQ_CST) <
	       WORKERS) {
		ret = barrier_abort(race->fd);
		sched_yield();
	}
	return ret;
}

static int work_breaking(struct race_worker *self)
{
	struct barrier_race *race = barrier_race_of(self);
	unsigned int round;
	int ret = 0;

	for (round = 0; round < race->rounds && !ret; round++) {
		if (__atomic_load_n(&race->left, __ATOMIC_SEQ_CST))
			break;
		switch (chance(self, 120)) {
		case 0:
			ret = barrier_abort(race->fd);
			break;
		case 1:
			ret = barrier_reset(race->fd);
			break;
		default:
			ret = arrive_somehow(self);
		}
	}
	return ret ? ret : leave(self);
}

FIXTURE(barrier) {
	struct barrier_race *race;
};

FIXTURE_VARIANT(barrier) {
	__u32 flags;
};

FIXTURE_VARIANT_ADD(barrier, mapped) {
};

FIXTURE_VARIANT_ADD(barrier, sealed) {
	.flags = KIPC_SEALED,
};

FIXTURE_SETUP(barrier)
{
	struct barrier_race *race = shared_alloc(sizeof(*race));

	self->race = race;
	race->fd = create_flags(barrier_args(WORKERS), variant->flags);
	ASSERT_LE(0, race->fd);
	race->mapped = !(variant->flags & KIPC_SEALED);
	if (race->mapped) {
		race->shared.begin = begin_process;
		race->shared.end = end_as_member;
	}
	race->rounds = scaled(ROUNDS);
}

FIXTURE_TEARDOWN(barrier)
{
	close(self->race->fd);
}

/*
 * Runs the workers in step on a barrier that has opened so many times before.
 */
static void check_in_step(struct __test_metadata *_metadata,
			  struct barrier_race *race, unsigned int generations)
{
	unsigned int i, once = 0;

	EXPECT_EQ(0, race_run(&race->shared, work_in_step));
	for (i = 0; i < race->rounds; i++)
		once += race->serial[i] == 1;
	EXPECT_EQ(race->rounds, once);
	check_barrier(race->fd, 0, generations + race->rounds, 0);
	EXPECT_EQ(0L, waiters(race->fd));
	if (!race->mapped)
		return;
	ASSERT_EQ(0, words_map(&words, race->fd));
	EXPECT_FALSE(word_is_slow(word_at(&words, 0)));
	words_unmap(&words);
}

TEST_F_TIMEOUT(barrier, keeps_in_step, 400)
{
	check_in_step(_metadata, self->race, 0);
}

/*
 * Each opening has one serial party and at most WORKERS - 1 other ones. A reset
 * repairs the barrier whatever has happened to it.
 */
TEST_F_TIMEOUT(barrier, breaks_and_mends, 400)
{
	struct barrier_race *race = self->race;
	struct kipc_barrier_state_args state;

	EXPECT_EQ(0, race_run(&race->shared, work_breaking));
	EXPECT_EQ(0L, waiters(race->fd));
	EXPECT_EQ(0, barrier_state(race->fd, &state));
	EXPECT_EQ(state.generation, race->openers);
	EXPECT_GE(WORKERS * race->openers, race->opened);
	TH_LOG("opened %u times", race->openers);
	EXPECT_EQ(0, barrier_reset(race->fd));
	race->rounds = 20;
	check_in_step(_metadata, race, state.generation);
}

TEST_HARNESS_MAIN
