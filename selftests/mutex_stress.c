// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mutexes under load. Processes with several threads each contend for them and
 * increment a plain counter. Some threads give up at a deadline, some are
 * interrupted, and some processes are killed anywhere and replaced. A mutex
 * never has two owners, and no thread waits for a dead owner.
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

/* One mutex and the data that it protects. */
struct stress_guarded {
	__u64 inside;		/* the owner's word; 0: no owner */
	unsigned long count;	/* plain: only the mutex orders it */
	unsigned long entered;	/* atomic: the expected count */
	unsigned long deaths;	/* locks that returned EOWNERDEAD */
};

struct stress_shared {
	int fd;
	unsigned int rounds;	/* constant; 0: run until over is set */
	unsigned int over;
	unsigned int overtaken;	/* times two threads were inside */
	unsigned int late;	/* times a deadline passed */
	__u32 seed;
	unsigned int workers;	/* number of workers that have begun */
	struct stress_guarded guarded[ELEMENTS];
};

struct stress_worker {
	struct stress_shared *shared;
	struct mutexes mutexes;
	__u32 random;
};

static __u32 random_below(struct stress_worker *worker, __u32 limit)
{
	/* The linear congruential generator of "Numerical Recipes". */
	worker->random = worker->random * 1664525 + 1013904223;
	return (worker->random >> 8) % limit;
}

static void delay(struct stress_worker *worker)
{
	volatile __u32 turns = random_below(worker, 500);

	if (!random_below(worker, 50))
		sched_yield();
	while (turns)
		turns--;
}

/*
 * Checks that no other thread is inside and counts. The caller owns the mutex,
 * and status is what its lock returned.
 */
static void inside(struct stress_worker *worker,
		   struct stress_guarded *guarded, __u64 me, int status)
{
	__u64 before = guarded->inside;

	if (status == -EOWNERDEAD) {
		/* The dead owner may have entered without counting. */
		guarded->deaths++;
		guarded->entered = guarded->count;
		before = 0;
	}
	guarded->inside = me;
	if (before)
		__atomic_add_fetch(&worker->shared->overtaken, 1,
				   __ATOMIC_RELAXED);
	__atomic_add_fetch(&guarded->entered, 1, __ATOMIC_RELAXED);
	delay(worker);
	guarded->count++;
	if (guarded->inside != me)
		__atomic_add_fetch(&worker->shared->overtaken, 1,
				   __ATOMIC_RELAXED);
	guarded->inside = 0;
}

static __s64 some_deadline(struct stress_worker *worker)
{
	if (random_below(worker, 4))
		return KIPC_FOREVER;
	return now_ns(CLOCK_MONOTONIC) + random_below(worker, 200000);
}

static int work_once(struct stress_worker *worker, __u64 me)
{
	unsigned int element = random_below(worker, ELEMENTS);
	const struct mutexes *mutexes = &worker->mutexes;
	int ret = mutexes_lock(mutexes, element, me, some_deadline(worker));

	if (ret == -ETIMEDOUT)
		__atomic_add_fetch(&worker->shared->late, 1, __ATOMIC_RELAXED);
	if (ret == -ETIMEDOUT || ret == -EINTR)
		return 0;
	if (ret && ret != -EOWNERDEAD)
		return ret;
	inside(worker, &worker->shared->guarded[element], me, ret);
	if (ret == -EOWNERDEAD)
		ret = mutex_call_as(mutexes->fd, KIPC_MUTEX_CONSISTENT, element,
				    mutexes->attachment);
	return ret ? ret : mutexes_unlock(mutexes, element, me);
}

static int work(struct stress_worker *worker)
{
	__u64 me = owner_word(worker->mutexes.attachment);
	struct stress_shared *shared = worker->shared;
	unsigned int round;
	int ret = 0;

	worker->random = shared->seed +
			 __atomic_fetch_add(&shared->workers, 1, __ATOMIC_RELAXED);
	for (round = 0; !ret; round++) {
		if (shared->rounds ? round == shared->rounds :
				    __atomic_load_n(&shared->over,
						    __ATOMIC_ACQUIRE))
			break;
		ret = work_once(worker, me);
		delay(worker);
	}
	return ret;
}

static void *run_thread(void *data)
{
	struct stress_worker worker = *(struct stress_worker *)data;

	return (void *)(intptr_t)work(&worker);
}

/*
 * Runs THREADS threads in a process of its own. Returns the error of one of
 * them, or 0.
 */
static int run_workers(void *data)
{
	struct stress_worker worker = { .shared = data };
	pthread_t threads[THREADS];
	int ret = mutexes_attach(&worker.mutexes, worker.shared->fd);
	void *result;
	int i;

	if (ret)
		return ret;
	for (i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, run_thread, &worker))
			return -EAGAIN;
	for (i = 0; i < THREADS; i++) {
		pthread_join(threads[i], &result);
		if ((intptr_t)result)
			ret = (intptr_t)result;
	}
	return ret;
}

FIXTURE(stress) {
	struct stress_shared *shared;
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
	self->shared = shared_alloc(sizeof(*self->shared));
	self->shared->seed = test_seed();
	self->shared->fd = create_flags(mutex_args(ELEMENTS), variant->flags);
	ASSERT_LE(0, self->shared->fd);
	ASSERT_EQ(0, mutexes_attach(&self->mutexes, self->shared->fd));
}

FIXTURE_TEARDOWN(stress)
{
	close(self->shared->fd);
}

/*
 * Checks that no thread is inside, that no thread waits, and that the counters
 * agree.
 */
static void check_over(struct __test_metadata *_metadata, struct stress_shared *shared)
{
	unsigned int i;

	EXPECT_EQ(0U, shared->overtaken);
	EXPECT_EQ(0L, waiters(shared->fd));
	EXPECT_EQ(1L, fdinfo_number(shared->fd, "kipc-attachments:"));
	for (i = 0; i < ELEMENTS; i++) {
		EXPECT_EQ(shared->guarded[i].entered, shared->guarded[i].count);
		EXPECT_EQ(0ULL, shared->guarded[i].inside);
		check_mutex(shared->fd, i, 0, 0, 0);
	}
}

TEST_F_TIMEOUT(stress, mutual_exclusion, 200)
{
	struct stress_shared *shared = self->shared;
	int i;

	shared->rounds = scaled(variant->rounds);
	for (i = 0; i < PROCESSES; i++)
		child_start(&self->children[i], run_workers, shared);
	for (i = 0; i < PROCESSES; i++)
		EXPECT_EQ(0, child_finish(&self->children[i]));
	check_over(_metadata, shared);
	EXPECT_EQ((unsigned long)PROCESSES * THREADS * shared->rounds,
		  shared->late + shared->guarded[0].count +
		  shared->guarded[1].count);
	TH_LOG("%u of %u times a deadline passed", shared->late,
	       PROCESSES * THREADS * shared->rounds);
}

/* Makes mutexes whose owner died consistent, and corrects their counters. */
static void mend(struct __test_metadata *_metadata, struct stress_shared *shared)
{
	struct stress_guarded *guarded;
	int i, ret;

	for (i = 0; i < ELEMENTS; i++) {
		guarded = &shared->guarded[i];
		ret = mutex_trylock(shared->fd, i);
		if (ret == -EOWNERDEAD) {
			guarded->deaths++;
			guarded->inside = 0;
			guarded->entered = guarded->count;
			ret = mutex_consistent(shared->fd, i);
		}
		EXPECT_EQ(0, ret);
		EXPECT_EQ(0, mutex_unlock(shared->fd, i));
	}
}

static unsigned long entered(const struct stress_shared *shared)
{
	return __atomic_load_n(&shared->guarded[0].count, __ATOMIC_RELAXED) +
	       __atomic_load_n(&shared->guarded[1].count, __ATOMIC_RELAXED);
}

/* The survivors continue, whatever process is killed. */
TEST_F_TIMEOUT(stress, random_kills, 200)
{
	struct stress_shared *shared = self->shared;
	unsigned long before;
	unsigned int i, kills = scaled(variant->kills);
	struct child *victim;

	for (i = 0; i < PROCESSES; i++)
		child_start(&self->children[i], run_workers, shared);
	for (i = 0; i < kills; i++) {
		victim = &self->children[i % PROCESSES];
		before = entered(shared);
		wait_until(entered(shared) > before + i % 7);
		ASSERT_EQ(CHILD_KILLED, child_kill(victim));
		before = entered(shared);
		wait_until(entered(shared) > before);
		child_start(victim, run_workers, shared);
	}
	__atomic_store_n(&shared->over, 1, __ATOMIC_RELEASE);
	for (i = 0; i < PROCESSES; i++)
		EXPECT_EQ(0, child_finish(&self->children[i]));
	mend(_metadata, shared);
	check_over(_metadata, shared);
	TH_LOG("%u killed, %lu of them as owners", kills,
	       shared->guarded[0].deaths + shared->guarded[1].deaths);
}

/* Signals that arrive at any time make no waiter miss its grant or wake-up. */
TEST_F_TIMEOUT(stress, interruptions, 200)
{
	struct stress_shared *shared = self->shared;
	unsigned int i, alive = PROCESSES;

	handle_signal(SIGUSR1, 0);
	shared->rounds = scaled(variant->rounds / 4);
	for (i = 0; i < PROCESSES; i++)
		child_start(&self->children[i], run_workers, shared);
	while (alive) {
		for (i = alive = 0; i < PROCESSES; i++) {
			kill(self->children[i].pid, SIGUSR1);
			alive += !child_ended(&self->children[i]);
		}
		sched_yield();
	}
	for (i = 0; i < PROCESSES; i++)
		EXPECT_EQ(0, child_finish(&self->children[i]));
	check_over(_metadata, shared);
}

/*
 * Dining philosophers: each deadlock is reported to one of them, and none
 * starves.
 */

#define PHILOSOPHERS	4
#define MEALS		300

struct table {
	int fd;
	unsigned int next;
	unsigned int armed;		/* have their first fork */
	unsigned int deadlocks;
};

/*
 * Gives the other philosophers time to take the right fork. In the first round,
 * waits until each of them has its left fork, which ensures a deadlock.
 */
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

/*
 * Takes the left fork and then the right one. Returns -EDEADLK, without any
 * fork, if that was a deadlock; the caller then tries again.
 */
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
