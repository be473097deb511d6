// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mutexes under load: processes with several threads each contend for them and
 * count with a plain counter; some give up at a deadline, some are interrupted,
 * some are killed at whatever place they are and replaced. Nobody is ever let in
 * twice, nobody waits for the dead.
 */
#include "kipc_test.h"
#include "handler.h"
#include "mutex_word.h"
#include "seed.h"
#include "word.h"

#include <pthread.h>

#define PROCESSES	3
#define THREADS		2
#define ELEMENTS	2

/* One mutex, and what it protects. */
struct guarded {
	__u64 inside;		/* the owner's word; 0: nobody is in there */
	unsigned long count;	/* plain: only the mutex orders it */
	unsigned long entered;	/* atomic: what it should be */
	unsigned long deaths;	/* of owners, that somebody was told of */
};

struct arena {
	int fd;
	unsigned int rounds;	/* constant; 0: until it is over */
	unsigned int over;
	unsigned int overtaken;	/* times two were inside */
	unsigned int late;	/* times a deadline passed */
	__u32 seed;
	unsigned int players;	/* who have begun */
	struct guarded guarded[ELEMENTS];
};

struct player {
	struct arena *arena;
	struct mutexes mutexes;
	__u32 random;
};

static __u32 random_below(struct player *player, __u32 limit)
{
	/* Numerical Recipes' generator. */
	player->random = player->random * 1664525 + 1013904223;
	return (player->random >> 8) % limit;
}

static void delay(struct player *player)
{
	volatile __u32 turns = random_below(player, 500);

	if (!random_below(player, 50))
		sched_yield();
	while (turns)
		turns--;
}

/* The caller owns the mutex. */
static void inside(struct player *player, struct guarded *guarded, __u64 me,
		   int status)
{
	__u64 before = guarded->inside;

	if (status == -EOWNERDEAD) {
		/* Half done: what was counted may be lacking. */
		guarded->deaths++;
		guarded->entered = guarded->count;
		before = 0;
	}
	guarded->inside = me;
	if (before)
		__atomic_add_fetch(&player->arena->overtaken, 1,
				   __ATOMIC_RELAXED);
	__atomic_add_fetch(&guarded->entered, 1, __ATOMIC_RELAXED);
	delay(player);
	guarded->count++;
	if (guarded->inside != me)
		__atomic_add_fetch(&player->arena->overtaken, 1,
				   __ATOMIC_RELAXED);
	guarded->inside = 0;
}

static __s64 some_deadline(struct player *player)
{
	if (random_below(player, 4))
		return KIPC_FOREVER;
	return now_ns(CLOCK_MONOTONIC) + random_below(player, 200000);
}

static int play_once(struct player *player, __u64 me)
{
	unsigned int element = random_below(player, ELEMENTS);
	const struct mutexes *mutexes = &player->mutexes;
	int ret = mutexes_lock(mutexes, element, me, some_deadline(player));

	if (ret == -ETIMEDOUT)
		__atomic_add_fetch(&player->arena->late, 1, __ATOMIC_RELAXED);
	if (ret == -ETIMEDOUT || ret == -EINTR)
		return 0;
	if (ret && ret != -EOWNERDEAD)
		return ret;
	inside(player, &player->arena->guarded[element], me, ret);
	if (ret == -EOWNERDEAD)
		ret = mutex_call_as(mutexes->fd, KIPC_MUTEX_CONSISTENT, element,
				    mutexes->attachment);
	return ret ? ret : mutexes_unlock(mutexes, element, me);
}

static int play(struct player *player)
{
	__u64 me = owner_word(player->mutexes.attachment);
	struct arena *arena = player->arena;
	unsigned int round;
	int ret = 0;

	player->random = arena->seed +
			 __atomic_fetch_add(&arena->players, 1, __ATOMIC_RELAXED);
	for (round = 0; !ret; round++) {
		if (arena->rounds ? round == arena->rounds :
				    __atomic_load_n(&arena->over,
						    __ATOMIC_ACQUIRE))
			break;
		ret = play_once(player, me);
		delay(player);
	}
	return ret;
}

static void *run_thread(void *data)
{
	struct player player = *(struct player *)data;

	return (void *)(intptr_t)play(&player);
}

/* A process with so many threads. */
static int run_players(void *data)
{
	struct player player = { .arena = data };
	pthread_t threads[THREADS];
	int ret = mutexes_attach(&player.mutexes, player.arena->fd);
	void *result;
	int i;

	if (ret)
		return ret;
	for (i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, run_thread, &player))
			return -EAGAIN;
	for (i = 0; i < THREADS; i++) {
		pthread_join(threads[i], &result);
		if ((intptr_t)result)
			ret = (intptr_t)result;
	}
	return ret;
}

FIXTURE(stress) {
	struct arena *arena;
	struct child children[PROCESSES];
	struct mutexes mutexes;
};

FIXTURE_VARIANT(stress) {
	__u32 flags;
	unsigned int rounds;
	unsigned int kills;
};

FIXTURE_VARIANT_ADD(stress, by_default) {
	.rounds = 4000,
	.kills = 150,
};

FIXTURE_VARIANT_ADD(stress, packed) {
	.flags = KIPC_PACKED,
	.rounds = 2000,
	.kills = 50,
};

FIXTURE_VARIANT_ADD(stress, fair) {
	.flags = KIPC_FAIR,
	.rounds = 1000,
	.kills = 100,
};

FIXTURE_VARIANT_ADD(stress, sealed) {
	.flags = KIPC_SEALED,
	.rounds = 1000,
	.kills = 50,
};

FIXTURE_VARIANT_ADD(stress, spinning) {
	.flags = KIPC_SPIN,
	.rounds = 2000,
	.kills = 50,
};

FIXTURE_VARIANT_ADD(stress, detecting) {
	.flags = KIPC_DETECT,
	.rounds = 1000,
	.kills = 50,
};

FIXTURE_SETUP(stress)
{
	self->arena = shared_alloc(sizeof(*self->arena));
	self->arena->seed = test_seed();
	self->arena->fd = create_flags(mutex_args(ELEMENTS), variant->flags);
	ASSERT_LE(0, self->arena->fd);
	ASSERT_EQ(0, mutexes_attach(&self->mutexes, self->arena->fd));
}

FIXTURE_TEARDOWN(stress)
{
	close(self->arena->fd);
}

/* Nobody is in, nobody waits, and the counters agree. */
static void check_over(struct __test_metadata *_metadata, struct arena *arena)
{
	unsigned int i;

	EXPECT_EQ(0U, arena->overtaken);
	EXPECT_EQ(0L, waiters(arena->fd));
	EXPECT_EQ(1L, fdinfo_number(arena->fd, "kipc-attachments:"));
	for (i = 0; i < ELEMENTS; i++) {
		EXPECT_EQ(arena->guarded[i].entered, arena->guarded[i].count);
		EXPECT_EQ(0ULL, arena->guarded[i].inside);
		check_mutex(arena->fd, i, 0, 0, 0);
	}
}

TEST_F_TIMEOUT(stress, mutual_exclusion, 200)
{
	struct arena *arena = self->arena;
	int i;

	arena->rounds = scaled(variant->rounds);
	for (i = 0; i < PROCESSES; i++)
		child_start(&self->children[i], run_players, arena);
	for (i = 0; i < PROCESSES; i++)
		EXPECT_EQ(0, child_finish(&self->children[i]));
	check_over(_metadata, arena);
	EXPECT_EQ((unsigned long)PROCESSES * THREADS * arena->rounds,
		  arena->late + arena->guarded[0].count +
		  arena->guarded[1].count);
	TH_LOG("%u of %u times a deadline passed", arena->late,
	       PROCESSES * THREADS * arena->rounds);
}

/* What the last one to die as an owner has left. */
static void mend(struct __test_metadata *_metadata, struct arena *arena)
{
	struct guarded *guarded;
	int i, ret;

	for (i = 0; i < ELEMENTS; i++) {
		guarded = &arena->guarded[i];
		ret = mutex_trylock(arena->fd, i);
		if (ret == -EOWNERDEAD) {
			guarded->deaths++;
			guarded->inside = 0;
			guarded->entered = guarded->count;
			ret = mutex_consistent(arena->fd, i);
		}
		EXPECT_EQ(0, ret);
		EXPECT_EQ(0, mutex_unlock(arena->fd, i));
	}
}

static unsigned long entered(const struct arena *arena)
{
	return __atomic_load_n(&arena->guarded[0].count, __ATOMIC_RELAXED) +
	       __atomic_load_n(&arena->guarded[1].count, __ATOMIC_RELAXED);
}

/* Those who live go on whoever is killed. */
TEST_F_TIMEOUT(stress, random_kills, 200)
{
	struct arena *arena = self->arena;
	unsigned long before;
	unsigned int i, kills = scaled(variant->kills);
	struct child *victim;

	for (i = 0; i < PROCESSES; i++)
		child_start(&self->children[i], run_players, arena);
	for (i = 0; i < kills; i++) {
		victim = &self->children[i % PROCESSES];
		before = entered(arena);
		wait_until(entered(arena) > before + i % 7);
		ASSERT_EQ(CHILD_KILLED, child_kill(victim));
		before = entered(arena);
		wait_until(entered(arena) > before);
		child_start(victim, run_players, arena);
	}
	__atomic_store_n(&arena->over, 1, __ATOMIC_RELEASE);
	for (i = 0; i < PROCESSES; i++)
		EXPECT_EQ(0, child_finish(&self->children[i]));
	mend(_metadata, arena);
	check_over(_metadata, arena);
	TH_LOG("%u killed, %lu of them as owners", kills,
	       arena->guarded[0].deaths + arena->guarded[1].deaths);
}

/* Signals everywhere lose nobody's turn. */
TEST_F_TIMEOUT(stress, interruptions, 200)
{
	struct arena *arena = self->arena;
	unsigned int i, alive = PROCESSES;

	handle_signal(SIGUSR1, 0);
	arena->rounds = scaled(variant->rounds / 4);
	for (i = 0; i < PROCESSES; i++)
		child_start(&self->children[i], run_players, arena);
	while (alive) {
		for (i = alive = 0; i < PROCESSES; i++) {
			kill(self->children[i].pid, SIGUSR1);
			alive += !child_ended(&self->children[i]);
		}
		sched_yield();
	}
	for (i = 0; i < PROCESSES; i++)
		EXPECT_EQ(0, child_finish(&self->children[i]));
	check_over(_metadata, arena);
}

/* Philosophers who are told of each deadlock, and never starve. */

#define PHILOSOPHERS	4
#define MEALS		300

struct table {
	int fd;
	unsigned int next;
	unsigned int armed;		/* the first time */
	unsigned int deadlocks;
};

/* Gives the others an opportunity to get in the way; the first time all are. */
static void hesitate(struct table *table, const struct mutexes *mutexes,
		     unsigned int right, bool first)
{
	unsigned int i;

	if (first) {
		__atomic_add_fetch(&table->armed, 1, __ATOMIC_SEQ_CST);
		wait_until(__atomic_load_n(&table->armed, __ATOMIC_ACQUIRE) ==
			   PHILOSOPHERS);
	}
	for (i = 0; i < 20 && !word_load(word_at(&mutexes->words, right)); i++)
		sched_yield();
}

/* The left fork, then the right one; where that would be for ever, anew. */
static int dine_once(struct table *table, const struct mutexes *mutexes,
		     unsigned int left, __u64 me, bool first)
{
	unsigned int right = (left + 1) % PHILOSOPHERS;
	int ret = mutexes_lock(mutexes, left, me, KIPC_FOREVER);

	if (ret)
		return ret;
	hesitate(table, mutexes, right, first);
	ret = mutexes_lock(mutexes, right, me, KIPC_FOREVER);
	if (!ret)
		ret = mutexes_unlock(mutexes, right, me);
	if (mutexes_unlock(mutexes, left, me))
		return -EPERM;
	if (ret == -EDEADLK)
		__atomic_add_fetch(&table->deadlocks, 1, __ATOMIC_RELAXED);
	return ret;
}

static int run_philosopher(void *data)
{
	struct table *table = data;
	struct mutexes mutexes;
	unsigned int left, meals = 0;
	bool first = true;
	int ret = mutexes_attach(&mutexes, table->fd);
	__u64 me = owner_word(mutexes.attachment);

	left = __atomic_fetch_add(&table->next, 1, __ATOMIC_SEQ_CST);
	wait_until(__atomic_load_n(&table->next, __ATOMIC_ACQUIRE) ==
		   PHILOSOPHERS);
	while (meals < scaled(MEALS) && !ret) {
		ret = dine_once(table, &mutexes, left, me, first);
		first = false;
		if (ret == -EDEADLK)
			ret = 0;
		else
			meals++;
	}
	return ret;
}

FIXTURE(philosophers) {
	struct table *table;
};

FIXTURE_VARIANT(philosophers) {
	__u32 flags;
};

FIXTURE_VARIANT_ADD(philosophers, by_default) {
	.flags = KIPC_DETECT,
};

FIXTURE_VARIANT_ADD(philosophers, fair) {
	.flags = KIPC_DETECT | KIPC_FAIR,
};

FIXTURE_VARIANT_ADD(philosophers, spinning) {
	.flags = KIPC_DETECT | KIPC_SPIN,
};

FIXTURE_SETUP(philosophers)
{
	self->table = shared_alloc(sizeof(*self->table));
	self->table->fd = create_flags(mutex_args(PHILOSOPHERS),
				       variant->flags);
	ASSERT_LE(0, self->table->fd);
}

FIXTURE_TEARDOWN(philosophers)
{
	close(self->table->fd);
}

TEST_F_TIMEOUT(philosophers, dine, 200)
{
	struct child children[PHILOSOPHERS];
	int i;

	for (i = 0; i < PHILOSOPHERS; i++)
		child_start(&children[i], run_philosopher, self->table);
	for (i = 0; i < PHILOSOPHERS; i++)
		EXPECT_EQ(0, child_finish(&children[i]));
	EXPECT_EQ(0L, waiters(self->table->fd));
	EXPECT_LT(0U, self->table->deadlocks);
	TH_LOG("%u deadlocks in %u meals", self->table->deadlocks,
	       PHILOSOPHERS * scaled(MEALS));
}

TEST_HARNESS_MAIN
