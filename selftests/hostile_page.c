// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hostile pages: processes scribble over the words of objects that others use, by
 * every verb, by the word and by the kernel. That harms those who share these
 * words: verbs fail, units and arrivals get lost. It does not harm the kernel,
 * whose every wait still ends, who never says what cannot be and who loses
 * nothing of its own; nor any object whose words the scribblers cannot write.
 *
 * A new type of object needs a row among the hostile and one among the innocent,
 * its verbs, and how the innocent is played and checked.
 */
#include "kipc_leaks.h"
#include "kipc_poll.h"
#include "kipc_word.h"

#include <sys/random.h>

#define PLAYERS		4
#define ELEMENTS	64
#define UNITS		2
#define PARTIES		3	/* fewer than play: some come too late */
#define TOKENS		3
#define MEETINGS	32	/* one for so many rounds */

#define SEED		"KIPC_SEED"

struct object;

/*
 * One verb on a random element. Returns 0 where what came of it is possible,
 * whatever the words say, else an errno that says why not.
 */
typedef int (*verb)(struct object *object, unsigned int element);

/* An object that scribblers have mapped. */
struct hostile {
	const char *label;
	struct kipc_create_args (*args)(void);
	__u32 flags;
	const verb *verbs;		/* the last is followed by NULL */
	int (*works)(struct object *object);	/* once they have gone */
};

/* An object that they have not. */
struct innocent {
	const char *label;
	struct kipc_create_args (*args)(void);
	__u32 flags;
	bool together;			/* all players at once */
	int (*prepare)(struct object *object);
	verb play;
	int (*whole)(struct object *object, unsigned int meetings);
};

/* What all players share of an object that they play with. */
struct score {
	unsigned int held[ELEMENTS];	/* units */
	unsigned int serial;		/* parties */
};

struct object {
	int fd;
	int impatient;			/* another descriptor: O_NONBLOCK */
	struct kipc_create_args args;
	struct words words;		/* of this process; or no base */
	struct score *score;
};

static __u64 random_word(void)
{
	return (__u64)random() << 42 ^ (__u64)random() << 21 ^ random();
}

static __s64 soon(void)
{
	return now_ns(CLOCK_MONOTONIC) + random() % (2 * NS_PER_MS);
}

/* Nothing that should ever end takes so long. */
static __s64 late(void)
{
	return now_ns(CLOCK_MONOTONIC) + 600 * NS_PER_SEC;
}

static struct word *object_word(struct object *object, unsigned int element)
{
	return object->words.base ? word_at(&object->words, element) : NULL;
}

/* The result of a verb that may do its work or fail for one of two reasons. */
static int possible(int ret, int one, int other)
{
	return ret >= 0 || ret == one || ret == other ? 0 : ret;
}

/* Semaphores. */

static struct kipc_create_args many_semaphores(void)
{
	return semaphore_args(ELEMENTS, UNITS, UNITS);
}

static int hostile_post(struct object *object, unsigned int element)
{
	return possible(semaphore_post(object->fd, element,
				       1 + random() % (UNITS + 1)),
			-EOVERFLOW, 0);
}

static int hostile_wait(struct object *object, unsigned int element)
{
	return possible(semaphore_timedwait(object->fd, element,
					    1 + random() % UNITS, soon(), 0),
			-ETIMEDOUT, 0);
}

static int hostile_trywait(struct object *object, unsigned int element)
{
	return possible(semaphore_trywait(object->fd, element,
					  1 + random() % UNITS),
			-EAGAIN, 0);
}

static int hostile_value(struct object *object, unsigned int element)
{
	__u32 value = ~0U;
	int ret = semaphore_value(object->fd, element, &value);

	return ret || value <= UNITS ? ret : -ERANGE;
}

static int hostile_read(struct object *object, unsigned int element)
{
	__u64 units = 0;
	ssize_t ret = read(object->impatient, &units, sizeof(units));

	(void)element;
	if (ret < 0)
		return possible(-errno, -EAGAIN, 0);
	return ret == sizeof(units) && units == 1 ? 0 : -EPROTO;
}

static int hostile_write(struct object *object, unsigned int element)
{
	__u64 units = 1;

	(void)element;
	if (write(object->impatient, &units, sizeof(units)) < 0)
		return possible(-errno, -EOVERFLOW, 0);
	return 0;
}

static int hostile_poll(struct object *object, unsigned int element)
{
	(void)element;
	return possible(poll_for(object->fd, POLLIN, random() % 2), 0, 0);
}

/* The fast paths do not wait: whoever is refused asks the kernel. */
static int hostile_take(struct object *object, unsigned int element)
{
	if (word_take(object_word(object, element)))
		return 0;
	return hostile_wait(object, element);
}

static int hostile_give(struct object *object, unsigned int element)
{
	if (word_give(object_word(object, element), UNITS))
		return 0;
	return hostile_post(object, element);
}

static const verb semaphore_verbs[] = {
	hostile_post, hostile_wait, hostile_trywait, hostile_value,
	hostile_read, hostile_write, hostile_poll, hostile_take, hostile_give,
	NULL,
};

/* Whatever was left there: a semaphore counts, and user space has its word. */
static int semaphore_works(struct object *object, unsigned int element)
{
	struct word *word = object_word(object, element);
	__u32 value = 0;
	int ret = semaphore_value(object->fd, element, &value);

	if (!ret && value)
		ret = semaphore_trywait(object->fd, element, value);
	if (!ret)
		ret = semaphore_post(object->fd, element, UNITS);
	if (!ret && (word_load(word) != UNITS || !word_take(word)))
		ret = -EPROTO;
	if (!ret)
		ret = semaphore_timedwait(object->fd, element, UNITS - 1,
					  late(), 0);
	if (!ret && semaphore_trywait(object->fd, element, 1) != -EAGAIN)
		ret = -EPROTO;
	return ret;
}

static int semaphores_work(struct object *object)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; i < ELEMENTS && !ret; i++)
		ret = semaphore_works(object, i);
	return ret;
}

/* Takes a unit if there is one soon, and gives it back: there is room for it. */
static int play_units(struct object *object, unsigned int element)
{
	unsigned int *held = &object->score->held[element];
	struct word *word = object_word(object, element);
	int ret = 0;

	if (!word || !word_take(word))
		ret = semaphore_timedwait(object->fd, element, 1, soon(), 0);
	if (ret)
		return possible(ret, -ETIMEDOUT, 0);
	if (__atomic_add_fetch(held, 1, __ATOMIC_SEQ_CST) > UNITS)
		ret = -ERANGE;
	__atomic_sub_fetch(held, 1, __ATOMIC_SEQ_CST);
	if (!ret && (!word || !word_give(word, UNITS)))
		ret = semaphore_post(object->fd, element, 1);
	return ret;
}

static int units_are_whole(struct object *object, unsigned int meetings)
{
	__u32 value = 0;
	unsigned int i;
	int ret = 0;

	(void)meetings;
	for (i = 0; i < ELEMENTS && !ret; i++) {
		ret = semaphore_value(object->fd, i, &value);
		if (!ret && value != UNITS)
			ret = -ERANGE;
	}
	return ret;
}

/* Barriers. */

static struct kipc_create_args small_barrier(void)
{
	return barrier_args(PARTIES);
}

static struct kipc_create_args barrier_of_players(void)
{
	return barrier_args(PLAYERS);
}

/* A barrier breaks for reasons that a scribbler can make up. */
static int possible_wait(int ret)
{
	return ret == -ETIMEDOUT ? 0 : possible(ret, -ECANCELED, -EOWNERDEAD);
}

static int hostile_meet(struct object *object, unsigned int element)
{
	(void)element;
	return possible_wait(barrier_timedwait(object->fd, soon(), 0));
}

static int hostile_try(struct object *object, unsigned int element)
{
	int ret = barrier_trywait(object->fd);

	(void)element;
	return ret == -EAGAIN ? 0 : possible_wait(ret);
}

static int hostile_arrive(struct object *object, unsigned int element)
{
	__u64 left;
	int ret = word_arrive(object_word(object, element), PARTIES, &left);

	if (ret == -EAGAIN)
		return hostile_meet(object, element);
	if (!ret)
		ret = barrier_timedwait_arrived(object->fd, left & ~KIPC_SLOW,
						soon());
	return possible_wait(ret);
}

/* As if it had arrived: with what the word says, or with a word of dreams. */
static int hostile_pretend(struct object *object, unsigned int element)
{
	__u64 word = random() % 2 ? random_word() :
				    word_load(object_word(object, element));

	return possible_wait(barrier_timedwait_arrived(object->fd,
						       word & ~KIPC_SLOW,
						       soon()));
}

static int hostile_abort(struct object *object, unsigned int element)
{
	(void)element;
	return barrier_abort(object->fd);
}

static int hostile_reset(struct object *object, unsigned int element)
{
	(void)element;
	return barrier_reset(object->fd);
}

static int hostile_state(struct object *object, unsigned int element)
{
	struct kipc_barrier_state_args state;
	int ret = barrier_state(object->fd, &state);

	(void)element;
	if (ret)
		return ret;
	if (state.parties != PARTIES || state.arrived >= PARTIES ||
	    state.waiters > PLAYERS || state.generation >> 31)
		return -ERANGE;
	return possible(-(int)state.broken, -ECANCELED, -EOWNERDEAD);
}

/* Resets more often than anything else: or it is broken all the time. */
static const verb barrier_verbs[] = {
	hostile_meet, hostile_try, hostile_arrive, hostile_pretend,
	hostile_abort, hostile_state, hostile_reset, hostile_reset,
	hostile_reset, NULL,
};

static int barrier_works(struct object *object)
{
	struct kipc_barrier_state_args state;
	struct child others[PARTIES - 1];
	size_t i;
	int ret = barrier_reset(object->fd), serial;

	if (ret)
		return ret;
	for (i = 0; i < ARRAY_SIZE(others); i++)
		start_barrier_wait(&others[i], object->fd);
	serial = barrier_timedwait(object->fd, late(), 0);
	for (i = 0; i < ARRAY_SIZE(others); i++) {
		ret = child_finish(&others[i]);
		serial = ret < 0 ? ret : serial + ret;
	}
	ret = barrier_state(object->fd, &state);
	if (!ret && (serial != KIPC_BARRIER_SERIAL || state.arrived ||
		     state.broken))
		ret = -EPROTO;
	return ret;
}

static int play_meeting(struct object *object, unsigned int element)
{
	struct word *word = object_word(object, element);
	int ret = -EAGAIN;
	__u64 left;

	if (word)
		ret = word_arrive(word, PLAYERS, &left);
	if (ret == -EAGAIN)
		ret = barrier_timedwait(object->fd, late(), 0);
	else if (!ret)
		ret = barrier_timedwait_arrived(object->fd, left, late());
	if (ret == KIPC_BARRIER_SERIAL)
		__atomic_add_fetch(&object->score->serial, 1, __ATOMIC_SEQ_CST);
	return ret < 0 ? ret : 0;
}

/* Each meeting has opened it once, and had one serial party. */
static int meetings_are_whole(struct object *object, unsigned int meetings)
{
	struct kipc_barrier_state_args state;
	int ret = barrier_state(object->fd, &state);

	if (ret)
		return ret;
	return !state.arrived && !state.broken &&
	       state.generation == meetings &&
	       object->score->serial == meetings ? 0 : -ERANGE;
}

/* Mailboxes have no words; they suffer from no page. */

static struct kipc_create_args mailbox_of_tokens(void)
{
	return mailbox_args(sizeof(int), TOKENS);
}

static int send_tokens(struct object *object)
{
	int token, ret = 0;

	for (token = 0; token < TOKENS && !ret; token++)
		ret = mailbox_trysend(object->fd, &token, sizeof(token), token);
	return ret;
}

/* Takes a message out if there is one soon, and sends it: there is room for it. */
static int play_tokens(struct object *object, unsigned int element)
{
	struct message message;
	int ret = mailbox_timedreceive(object->fd, &message, soon(), 0);

	(void)element;
	if (ret)
		return possible(ret, -ETIMEDOUT, 0);
	if (message.args.length != sizeof(int))
		return -EPROTO;
	return mailbox_trysend(object->fd, message.data, sizeof(int),
			       message.args.priority);
}

/* Each message is there, once, and no other. */
static int tokens_are_whole(struct object *object, unsigned int meetings)
{
	unsigned int times[TOKENS] = {}, i;
	struct message message;
	int token, ret = 0;

	(void)meetings;
	for (i = 0; i < TOKENS && !ret; i++) {
		ret = mailbox_tryreceive(object->fd, &message);
		memcpy(&token, message.data, sizeof(token));
		if (!ret && (token < 0 || token >= TOKENS || times[token]++))
			ret = -ERANGE;
	}
	if (!ret && mailbox_tryreceive(object->fd, &message) != -EAGAIN)
		ret = -ERANGE;
	return ret;
}

/* The tables. */

static const struct hostile hostiles[] = {
	{ "hostile semaphores", many_semaphores, 0, semaphore_verbs,
	  semaphores_work },
	{ "hostile packed semaphores", many_semaphores, KIPC_PACKED,
	  semaphore_verbs, semaphores_work },
	{ "hostile barrier", small_barrier, 0, barrier_verbs, barrier_works },
};

static const struct innocent innocents[] = {
	{ "semaphores", many_semaphores, 0, false, NULL, play_units,
	  units_are_whole },
	{ "packed semaphores", many_semaphores, KIPC_PACKED, false, NULL,
	  play_units, units_are_whole },
	{ "sealed semaphores", many_semaphores, KIPC_SEALED, false, NULL,
	  play_units, units_are_whole },
	{ "barrier", barrier_of_players, 0, true, NULL, play_meeting,
	  meetings_are_whole },
	{ "sealed barrier", barrier_of_players, KIPC_SEALED, true, NULL,
	  play_meeting, meetings_are_whole },
	{ "mailbox", mailbox_of_tokens, 0, false, send_tokens, play_tokens,
	  tokens_are_whole },
};

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

static unsigned int choose_seed(void)
{
	const char *text = getenv(SEED);
	unsigned int seed = 0;

	if (text)
		return strtoul(text, NULL, 0);
	if (getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
		abort();
	return seed;
}

FIXTURE_SETUP(hostile)
{
	size_t i;

	if (geteuid())
		SKIP(return, "needs root to see that its quota is free");
	ASSERT_EQ(0, quota_check());
	self->before = holdings_now();
	self->seed = choose_seed();
	self->rounds = variant->rounds;
	self->done = shared_alloc(sizeof(*self->done));
	TH_LOG("seed %u: " SEED "=%u chooses it again", self->seed,
	       self->seed);
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
	PARTIES - 1, PARTIES, KIPC_BARRIER_ARRIVED,
	KIPC_BARRIER_BROKEN, KIPC_BARRIER_DIED,
	KIPC_BARRIER_BROKEN | KIPC_BARRIER_DIED, KIPC_BARRIER_RESETS,
	KIPC_BARRIER_RESETS | (PARTIES - 1), KIPC_BARRIER_GENERATION,
	KIPC_BARRIER_GENERATION | KIPC_BARRIER_RESETS | (PARTIES - 1),
};

/* What a word could become: made up, or near to what it is, or was at some time. */
static __u64 evil_word(__u64 now)
{
	static __u64 seen[16];
	__u64 *then = &seen[random() % ARRAY_SIZE(seen)], stale = *then;

	*then = now;
	switch (random() % 9) {
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
	default:
		return evil_words[random() % ARRAY_SIZE(evil_words)];
	}
}

/* Mostly words that are used, whole, sometimes a byte anywhere in the mapping. */
static void scribble(struct object *object)
{
	unsigned int element = random() % object->args.elements;
	struct word *word = object_word(object, element);
	__u64 now = word_load(word), evil = evil_word(now);

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
}

static int run_scribbler(void *data)
{
	FIXTURE_DATA(hostile) *self = data;
	size_t i;
	int ret;

	srandom(self->seed + self->next);
	for (i = 0; i < HOSTILES; i++) {
		ret = words_map(&self->hostiles[i].words,
				self->hostiles[i].fd);
		if (ret)
			return ret;
	}
	while (__atomic_load_n(self->done, __ATOMIC_ACQUIRE) < PLAYERS) {
		scribble(&self->hostiles[random() % HOSTILES]);
		/* Leave the others some time in which a word is what it was. */
		if (random() % 4 == 0)
			sched_yield();
	}
	return 0;
}

/* Players. */

static int map_if_possible(struct object *object, __u32 flags)
{
	if (object->args.type == KIPC_MAILBOX || (flags & KIPC_SEALED))
		return 0;
	return words_map(&object->words, object->fd);
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
	__atomic_add_fetch(self->done, 1, __ATOMIC_RELEASE);
	return ret;
}

/* Once nobody scribbles any more. */

static void check_hostile(struct __test_metadata *_metadata,
			  struct object *object, const struct hostile *hostile)
{
	EXPECT_EQ(0L, waiters(object->fd));
	ASSERT_EQ(0, words_map(&object->words, object->fd));
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
	unsigned int meetings = (variant->rounds + MEETINGS - 1) / MEETINGS;
	size_t i;

	ASSERT_GE(ARRAY_SIZE(scribblers), variant->scribblers);
	for (i = 0; i < variant->scribblers; i++, self->next++)
		child_start(&scribblers[i], run_scribbler, self);
	for (i = 0; i < PLAYERS; i++, self->next++)
		child_start(&players[i], run_player, self);
	for (i = 0; i < PLAYERS; i++)
		EXPECT_EQ(0, child_finish(&players[i]));
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

TEST_HARNESS_MAIN
