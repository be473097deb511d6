/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How scribblers and players meet over the tables "hostiles" and "innocents" of
 * the program that includes this; see kipc_hostile.h.
 */
#ifndef KIPC_HOSTILE_PLAY_H
#define KIPC_HOSTILE_PLAY_H

#include "kipc_hostile.h"

#define HOSTILES	ARRAY_SIZE(hostiles)
#define INNOCENTS	ARRAY_SIZE(innocents)

FIXTURE(hostile) {
	struct holdings before;
	struct object hostiles[HOSTILES];
	struct object innocents[INNOCENTS];
	unsigned int seed;
	unsigned int rounds;
	unsigned int next;	/* number for the next process */
	unsigned int *done;	/* players that have ended */
};

FIXTURE_VARIANT(hostile) {
	unsigned int scribblers;
	unsigned int rounds;	/* of each player */
};

FIXTURE_VARIANT_ADD(hostile, one_scribbler) {
	.scribblers = 1,
	.rounds = 2000,
};

FIXTURE_VARIANT_ADD(hostile, two_scribblers) {
	.scribblers = 2,
	.rounds = 2000,
};

static int object_make(struct object *object, struct kipc_create_args args,
		       __u32 flags)
{
	char name[64];

	unique_name(name, "hostile");
	object->args = args;
	object->args.flags = flags;
	object->score = shared_alloc(sizeof(*object->score));
	object->fd = create_named(args, name, flags);
	if (object->fd < 0)
		return object->fd;
	object->impatient = open_named(args.type, name, KIPC_READ | KIPC_WRITE);
	if (object->impatient < 0)
		return object->impatient;
	if (fcntl(object->impatient, F_SETFL, O_NONBLOCK))
		return -errno;
	return unlink_named(name);
}

static void object_drop(struct object *object)
{
	if (object->words.base)
		words_unmap(&object->words);
	munmap(object->score, sizeof(*object->score));
	close(object->impatient);
	close(object->fd);
}

FIXTURE_SETUP(hostile)
{
	size_t i;

	if (geteuid())
		SKIP(return, "needs root to see that its quota is free");
	ASSERT_EQ(0, quota_check());
	self->before = holdings_now();
	self->seed = test_seed();
	/* It is on slow kernels that mistakes are seen: not a tenth there. */
	self->rounds = kernel_is_slow() ? variant->rounds / 4 : variant->rounds;
	self->done = shared_alloc(sizeof(*self->done));
	for (i = 0; i < HOSTILES; i++)
		ASSERT_EQ(0, object_make(&self->hostiles[i], hostiles[i].args(),
					 hostiles[i].flags));
	for (i = 0; i < INNOCENTS; i++) {
		ASSERT_EQ(0, object_make(&self->innocents[i],
					 innocents[i].args(),
					 innocents[i].flags));
		if (innocents[i].prepare)
			ASSERT_EQ(0, innocents[i].prepare(&self->innocents[i]));
	}
}

FIXTURE_TEARDOWN(hostile)
{
}

/* Scribblers. */

static const __u64 evil_words[] = {
	0, 1, UNITS, UNITS + 1, ~0ULL, KIPC_SLOW, ~KIPC_SLOW,
	KIPC_SLOW | UNITS, KIPC_SEMAPHORE_COUNT, KIPC_SEMAPHORE_COUNT + 1,
	KIPC_SEMAPHORE_WAITERS, KIPC_SEMAPHORE_WAITERS | UNITS,
	KIPC_SEMAPHORE_WOKEN, KIPC_SEMAPHORE_WOKEN | UNITS,
	PARTIES - 1, PARTIES, KIPC_BARRIER_ARRIVED,
	KIPC_BARRIER_BROKEN, KIPC_BARRIER_DIED,
	KIPC_BARRIER_BROKEN | KIPC_BARRIER_DIED, KIPC_BARRIER_RESETS,
	KIPC_BARRIER_RESETS | (PARTIES - 1), KIPC_BARRIER_GENERATION,
	KIPC_BARRIER_GENERATION | KIPC_BARRIER_RESETS | (PARTIES - 1),
	KIPC_MUTEX_OWNER, KIPC_MUTEX_THREAD, KIPC_MUTEX_ATTACHMENT,
	KIPC_MUTEX_OWNER_DIED, KIPC_MUTEX_NOT_RECOVERABLE, KIPC_MUTEX_WAITERS,
	KIPC_MUTEX_DEPTH, KIPC_MUTEX_DEPTH_ONE,
};

/* What a word could become: made up, or near to what it is, or was at some time. */
static __u64 evil_word(__u64 now)
{
	static __u64 seen[16];
	__u64 *then = &seen[random() % ARRAY_SIZE(seen)], stale = *then;

	*then = now;
	switch (random() % 11) {
	case 0:
		return random_word();
	case 1:
		return stale;
	case 2:
		return now ^ 1ULL << random() % 64;
	case 3:
		return now ^ KIPC_SLOW;
	case 4:
		return now + (1ULL << KIPC_BARRIER_SHIFT);
	case 5:
		return now + KIPC_BARRIER_RESET_ONE;
	case 6:
		return now + 1;
	case 7:
		return now - 1;
	case 8:
		return now ^ KIPC_MUTEX_WAITERS;
	case 9:
		return now ^ KIPC_MUTEX_OWNER_DIED;
	default:
		return evil_words[random() % ARRAY_SIZE(evil_words)];
	}
}

/* Mostly words that are used, whole, sometimes a byte anywhere in the mapping. */
static int scribble(struct object *object)
{
	unsigned int element = random() % object->args.elements;
	struct word *word = object_word(object, element);
	__u64 now = word_load(word), evil = evil_word(now);

	/* The kernel's words are not to be had. */
	if (object->args.flags & KIPC_KERNEL_WORDS)
		return mprotect(object->words.base, object->words.size,
				PROT_READ | PROT_WRITE) ? 0 : -EPROTO;
	switch (random() % 4) {
	case 0:
		((volatile char *)object->words.base)[random() %
						      object->words.size] =
			evil;
		break;
	case 1:
		word_swap(word, now, evil);
		break;
	default:
		word_store(word, evil);
	}
	return 0;
}

static int run_scribbler(void *data)
{
	FIXTURE_DATA(hostile) *self = data;
	int ret = 0;
	size_t i;

	srandom(self->seed + self->next);
	for (i = 0; i < HOSTILES; i++) {
		ret = words_attach(&self->hostiles[i].words,
				   self->hostiles[i].fd);
		if (ret)
			return ret;
	}
	while (!ret && __atomic_load_n(self->done, __ATOMIC_ACQUIRE) < PLAYERS) {
		ret = scribble(&self->hostiles[random() % HOSTILES]);
		/* Leave the others some time in which a word is what it was. */
		if (random() % 4 == 0)
			sched_yield();
	}
	return ret;
}

/* Players. */

static int map_if_possible(struct object *object, __u32 flags)
{
	struct mutexes mutexes;
	int ret;

	if (object->args.type == KIPC_MUTEX ||
	    object->args.type == KIPC_REGION) {
		ret = mutexes_attach(&mutexes, object->fd);
		if (ret)
			return ret;
		object->words = mutexes.words;
		object->attachment = mutexes.attachment;
		return 0;
	}
	if (object->args.type == KIPC_MAILBOX || (flags & KIPC_SEALED))
		return 0;
	return words_attach(&object->words, object->fd);
}

static int map_all(FIXTURE_DATA(hostile) *self)
{
	int ret = 0;
	size_t i;

	for (i = 0; i < HOSTILES && !ret; i++)
		ret = map_if_possible(&self->hostiles[i], hostiles[i].flags);
	for (i = 0; i < INNOCENTS && !ret; i++)
		ret = map_if_possible(&self->innocents[i], innocents[i].flags);
	return ret;
}

static int complain(const char *label, unsigned int verb, unsigned int round,
		    int ret)
{
	if (ret)
		fprintf(stderr, "# %s, verb %u, round %u: %d\n", label, verb,
			round, ret);
	return ret;
}

static int play_hostile(FIXTURE_DATA(hostile) *self, unsigned int round)
{
	size_t i = random() % HOSTILES;
	struct object *object = &self->hostiles[i];
	unsigned int count = 0, chosen;

	while (hostiles[i].verbs[count])
		count++;
	chosen = random() % count;
	return complain(hostiles[i].label, chosen, round,
			hostiles[i].verbs[chosen](object, random() %
						  object->args.elements));
}

static int play_innocent(FIXTURE_DATA(hostile) *self, size_t i,
			 unsigned int round)
{
	struct object *object = &self->innocents[i];

	return complain(innocents[i].label, 0, round,
			innocents[i].play(object, random() %
					  object->args.elements));
}

/* Some verbs on hostile objects, one on an innocent; now and then all meet. */
static int play(FIXTURE_DATA(hostile) *self, unsigned int round)
{
	size_t i, chosen = random() % INNOCENTS;
	int ret = 0;

	for (i = 0; i < 3 && !ret; i++)
		ret = play_hostile(self, round);
	if (!ret && !innocents[chosen].together)
		ret = play_innocent(self, chosen, round);
	for (i = 0; i < INNOCENTS && !ret; i++)
		if (innocents[i].together && !(round % MEETINGS))
			ret = play_innocent(self, i, round);
	return ret;
}

/* Nobody is to wait for one who has failed. */
static void give_up(FIXTURE_DATA(hostile) *self)
{
	size_t i;

	for (i = 0; i < INNOCENTS; i++)
		if (innocents[i].together)
			barrier_abort(self->innocents[i].fd);
}

/* A barrier breaks with the first member that ends without having left. */
static void leave_meetings(FIXTURE_DATA(hostile) *self)
{
	size_t i;

	for (i = 0; i < INNOCENTS; i++)
		if (innocents[i].together)
			barrier_leave(self->innocents[i].fd);
}

static int run_player(void *data)
{
	FIXTURE_DATA(hostile) *self = data;
	unsigned int round;
	int ret = map_all(self);

	srandom(self->seed + self->next);
	for (round = 0; round < self->rounds && !ret; round++)
		ret = play(self, round);
	if (ret)
		give_up(self);
	leave_meetings(self);
	__atomic_add_fetch(self->done, 1, __ATOMIC_RELEASE);
	return ret;
}

/* Once nobody scribbles any more. */

static void check_hostile(struct __test_metadata *_metadata,
			  struct object *object, const struct hostile *hostile)
{
	EXPECT_EQ(0L, waiters(object->fd));
	ASSERT_EQ(0, words_attach(&object->words, object->fd));
	EXPECT_EQ(0, hostile->works(object)) {
		TH_LOG("%s", hostile->label);
	}
	EXPECT_EQ(0L, waiters(object->fd));
}

static void check_innocent(struct __test_metadata *_metadata,
			   struct object *object,
			   const struct innocent *innocent,
			   unsigned int meetings)
{
	EXPECT_EQ(0L, waiters(object->fd));
	EXPECT_EQ(0, innocent->whole(object, meetings)) {
		TH_LOG("%s", innocent->label);
	}
}

TEST_F_TIMEOUT(hostile, harms_nobody_else, 800)
{
	struct child players[PLAYERS], scribblers[2];
	unsigned int meetings = (self->rounds + MEETINGS - 1) / MEETINGS;
	size_t i;

	ASSERT_GE(ARRAY_SIZE(scribblers), variant->scribblers);
	for (i = 0; i < variant->scribblers; i++, self->next++)
		child_start(&scribblers[i], run_scribbler, self);
	for (i = 0; i < PLAYERS; i++, self->next++)
		child_start(&players[i], run_player, self);
	for (i = 0; i < PLAYERS; i++)
		EXPECT_EQ(0, child_finish(&players[i]));
	/* One that was killed has not said that it is done. */
	__atomic_store_n(self->done, PLAYERS, __ATOMIC_RELEASE);
	for (i = 0; i < variant->scribblers; i++)
		EXPECT_EQ(0, child_finish(&scribblers[i]));
	for (i = 0; i < HOSTILES; i++) {
		check_hostile(_metadata, &self->hostiles[i], &hostiles[i]);
		object_drop(&self->hostiles[i]);
	}
	for (i = 0; i < INNOCENTS; i++) {
		check_innocent(_metadata, &self->innocents[i], &innocents[i],
			       meetings);
		object_drop(&self->innocents[i]);
	}
	check_holdings(self->before);
	EXPECT_EQ(0, quota_check());
}

#endif /* KIPC_HOSTILE_PLAY_H */
