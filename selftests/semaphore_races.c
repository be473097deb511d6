// SPDX-License-Identifier: GPL-2.0-only
/*
 * All verbs of semaphores race with each other at random. Threads of several
 * processes are disturbed before, after and within the fast paths. A worker
 * that takes units holds them for a while and gives them back. No unit is lost
 * or made.
 */
#include "kipc_test.h"
#include "mutex_word.h"
#include "polling.h"
#include "race.h"
#include "word.h"

#define UNITS		4	/* of each element; fewer than workers */
#define ELEMENTS	2	/* the first one is also polled */

struct semaphore_race {
	struct race_shared shared;
	int fd;
	bool mapped;
	struct words words;
	unsigned int turns;		/* of each worker */
	int held[ELEMENTS];
};

static struct semaphore_race *semaphore_race_of(struct race_worker *self)
{
	return (struct semaphore_race *)self->shared;
}

/* Tries once to change the word. Returns false if the kernel has to do it. */
static bool change_units(struct race_worker *self, unsigned int element,
			 int change)
{
	struct semaphore_race *race = semaphore_race_of(self);
	struct word *word;
	__u64 old;
	__s64 units;

	if (!race->mapped)
		return false;
	word = word_at(&race->words, element);
	old = word_load(word);
	disturb(self);
	units = (old & KIPC_SEMAPHORE_COUNT) + change;
	if ((old & ~SEMAPHORE_BITS) || units < 0 || units > UNITS)
		return false;
	if (change > 0 && ((old & KIPC_SEMAPHORE_WAITERS) ||
			   ((old & KIPC_SEMAPHORE_WOKEN) && units > 1)))
		return false;
	return word_swap(word, old, old + change);
}

static int read_unit(int fd)
{
	__u64 units = 0;

	if (read(fd, &units, sizeof(units)) != sizeof(units))
		return -errno;
	return units == 1 ? 0 : -EPROTO;
}

static int poll_unit(struct race_worker *self, int fd)
{
	int ret = poll_for(fd, POLLIN, chance(self, 3));

	if (ret < 0)
		return ret;
	disturb(self);
	return semaphore_trywait(fd, 0, 1);
}

/*
 * Takes a unit of one element, gives it back while taking one of the same or
 * another element in one call, and gives that back too.
 */
static int exchange_unit(struct race_worker *self)
{
	struct semaphore_race *race = semaphore_race_of(self);
	struct kipc_semaphore_post_wait_args args =
		post_wait_args(chance(self, ELEMENTS), chance(self, ELEMENTS));
	int ret = semaphore_trywait(race->fd, args.element, 1);

	if (ret)
		return ret;
	args.wait_fd = chance(self, 2) ? -1 : race->fd;
	disturb(self);
	/*
	 * A call that is interrupted leaves in the arguments what continues the
	 * wait.
	 */
	do {
		ret = semaphore_post_wait(race->fd, &args);
	} while (ret == -EINTR);
	return ret ? ret : semaphore_post(race->fd, args.wait_element, 1);
}

static int take_units(struct race_worker *self, unsigned int element,
		      unsigned int *count)
{
	int fd = semaphore_race_of(self)->fd;

	switch (chance(self, element ? 8 : 10)) {
	case 0:
	case 1:
		return semaphore_timedwait(fd, element, *count,
			random_deadline(self, CLOCK_MONOTONIC), 0);
	case 2:
		return semaphore_timedwait(fd, element, *count,
			random_deadline(self, CLOCK_REALTIME), KIPC_REALTIME);
	case 3:
		return semaphore_trywait(fd, element, *count);
	case 4:
	case 5:
	case 6:
		if (change_units(self, element, -(int)*count))
			return 0;
		return semaphore_wait(fd, element, *count);
	case 8:
		*count = 1;
		return read_unit(fd);
	case 9:
		*count = 1;
		return poll_unit(self, fd);
	default:
		return semaphore_wait(fd, element, *count);
	}
}

static int give_units(struct race_worker *self, unsigned int element,
		      unsigned int count)
{
	int fd = semaphore_race_of(self)->fd;
	__u64 units = count;
	int ret = 0;

	switch (chance(self, element ? 5 : 6)) {
	case 0:
		for (; count && !ret; count--)
			ret = semaphore_post(fd, element, 1);
		return ret;
	case 1:
	case 2:
	case 3:
		if (change_units(self, element, count))
			return 0;
		return semaphore_post(fd, element, count);
	case 5:
		ret = write(fd, &units, sizeof(units));
		return ret == sizeof(units) ? 0 : -errno;
	default:
		return semaphore_post(fd, element, count);
	}
}

static int work_semaphore(struct race_worker *self)
{
	struct semaphore_race *race = semaphore_race_of(self);
	unsigned int turn, element, count;
	int ret;

	for (turn = 0; turn < race->turns; turn++) {
		element = chance(self, ELEMENTS);
		count = 1 + chance(self, chance(self, 4) ? 1 : UNITS);
		disturb(self);
		if (!chance(self, 8)) {
			ret = exchange_unit(self);
			if (ret && !in_vain(ret))
				return ret;
			continue;
		}
		ret = take_units(self, element, &count);
		if (in_vain(ret))
			continue;
		if (ret)
			return ret;
		if (__atomic_add_fetch(&race->held[element], count,
				       __ATOMIC_SEQ_CST) > UNITS)
			return -EOVERFLOW;
		disturb(self);
		__atomic_sub_fetch(&race->held[element], count,
				   __ATOMIC_SEQ_CST);
		ret = give_units(self, element, count);
		if (ret)
			return ret;
	}
	return 0;
}

FIXTURE(semaphore) {
	struct semaphore_race *race;
};

FIXTURE_VARIANT(semaphore) {
	__u32 flags;
};

FIXTURE_VARIANT_ADD(semaphore, packed) {
	.flags = KIPC_PACKED,
};

FIXTURE_VARIANT_ADD(semaphore, fair) {
	.flags = KIPC_FAIR,
};

FIXTURE_VARIANT_ADD(semaphore, sealed) {
	.flags = KIPC_SEALED,
};

FIXTURE_SETUP(semaphore)
{
	struct semaphore_race *race = shared_alloc(sizeof(*race));

	self->race = race;
	race->fd = create_flags(semaphore_args(ELEMENTS, UNITS, UNITS),
				variant->flags);
	ASSERT_LE(0, race->fd);
	race->mapped = !(variant->flags & KIPC_SEALED);
	if (race->mapped)
		ASSERT_EQ(0, words_map(&race->words, race->fd));
	race->turns = scaled(3000);
}

FIXTURE_TEARDOWN(semaphore)
{
	close(self->race->fd);
}

TEST_F_TIMEOUT(semaphore, conserves_units, 400)
{
	int i;

	EXPECT_EQ(0, race_run(&self->race->shared, work_semaphore));
	for (i = 0; i < ELEMENTS; i++) {
		EXPECT_EQ(0, self->race->held[i]);
		check_value(self->race->fd, i, UNITS);
		if (self->race->mapped)
			EXPECT_FALSE(word_is_slow(word_at(&self->race->words,
							  i)));
	}
	EXPECT_EQ(0L, waiters(self->race->fd));
}

TEST_HARNESS_MAIN
