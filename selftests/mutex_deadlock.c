// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mutexes that are locked in a cycle. With KIPC_DETECT, the thread whose wait
 * would close the cycle gets EDEADLK, and no other thread does.
 */
#include "kipc_test.h"
#include "flag.h"
#include "lock_child.h"
#include "member.h"
#include "mutex_word.h"
#include "parameter.h"
#include "schedule.h"

#define CYCLE_MAX	4

FIXTURE(deadlock) {
	int fd;
	struct mutexes mutexes;
	struct child children[CYCLE_MAX];
};

FIXTURE_VARIANT(deadlock) {
	__u32 flags;
};

FIXTURE_VARIANT_ADD(deadlock, detected) {
	.flags = KIPC_DETECT,
};

FIXTURE_VARIANT_ADD(deadlock, detected_fairly) {
	.flags = KIPC_DETECT | KIPC_FAIR,
};

FIXTURE_VARIANT_ADD(deadlock, detected_sealed) {
	.flags = KIPC_DETECT | KIPC_SEALED,
};

FIXTURE_VARIANT_ADD(deadlock, detected_spinning) {
	.flags = KIPC_DETECT | KIPC_SPIN,
};

FIXTURE_SETUP(deadlock)
{
	self->fd = create_flags(mutex_args(CYCLE_MAX), variant->flags);
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, mutexes_attach(&self->mutexes, self->fd));
}

FIXTURE_TEARDOWN(deadlock)
{
	close(self->fd);
}

/* Locks one mutex and then the next one. */
static int run_link(void *data)
{
	const struct lock_request *request = data;
	struct mutexes mutexes;
	int ret = mutexes_attach(&mutexes, request->fd);

	if (!ret)
		ret = mutex_lock(request->fd, request->element);
	if (!ret)
		ret = mutex_lock(request->fd, request->element + 1);
	if (!ret)
		ret = mutex_unlock(request->fd, request->element + 1);
	if (!ret)
		ret = mutex_unlock(request->fd, request->element);
	return ret;
}

/*
 * Each child owns one mutex and waits for the next one, and the last child
 * waits for a mutex of this process. The lock that closes the cycle fails.
 */
TEST_F(deadlock, the_last_one_is_told)
{
	int processes, i;

	for (processes = 2; processes <= CYCLE_MAX; processes++) {
		ASSERT_EQ(0, mutex_lock(self->fd, processes - 1));
		for (i = processes - 2; i >= 0; i--) {
			start_lock(&self->children[i], run_link, self->fd, i);
			wait_for_lockers(self->fd, processes - 1 - i);
		}
		EXPECT_EQ(-EDEADLK, mutex_lock(self->fd, 0));
		EXPECT_EQ(-EAGAIN, mutex_trylock(self->fd, 0));
		EXPECT_EQ(0, mutex_unlock(self->fd, processes - 1));
		for (i = 0; i < processes - 1; i++)
			EXPECT_EQ(0, child_finish(&self->children[i]));
	}
	EXPECT_EQ(0L, waiters(self->fd));
}

/* A long chain of waiters that does not close is not a cycle. */
TEST_F(deadlock, chain_is_none)
{
	int i;

	ASSERT_EQ(0, mutex_lock(self->fd, CYCLE_MAX - 1));
	for (i = CYCLE_MAX - 2; i >= 0; i--) {
		start_lock(&self->children[i], run_link, self->fd, i);
		wait_for_lockers(self->fd, CYCLE_MAX - 1 - i);
	}
	EXPECT_EQ(0, mutex_unlock(self->fd, CYCLE_MAX - 1));
	for (i = 0; i < CYCLE_MAX - 1; i++)
		EXPECT_EQ(0, child_finish(&self->children[i]));
}

struct crossing {
	int fd;
	unsigned int arrived;
	unsigned int next;
};

/*
 * Locks both mutexes, in an order that differs between the two processes, until
 * a lock fails. Returns the number of deadlocks that it was told of.
 */
static int run_crossing(void *data)
{
	struct crossing *crossing = data;
	unsigned int first, round;
	struct mutexes mutexes;
	int ret, told = 0;

	first = __atomic_fetch_add(&crossing->next, 1, __ATOMIC_SEQ_CST);
	ret = pin(first) ?: mutexes_attach(&mutexes, crossing->fd);
	for (round = 1; !ret && round <= 300; round++) {
		ret = mutex_lock(crossing->fd, first);
		/*
		 * The process spins here, because a waiter may itself spin
		 * while the owner runs.
		 */
		__atomic_add_fetch(&crossing->arrived, 1, __ATOMIC_SEQ_CST);
		while (__atomic_load_n(&crossing->arrived, __ATOMIC_ACQUIRE) <
		       round * 2)
			;
		if (!ret)
			ret = mutex_lock(crossing->fd, !first);
		if (!ret)
			ret = mutex_unlock(crossing->fd, !first);
		if (ret == -EDEADLK) {
			told++;
			ret = 0;
		}
		if (!ret)
			ret = mutex_unlock(crossing->fd, first);
		__atomic_add_fetch(&crossing->next, 1, __ATOMIC_SEQ_CST);
		wait_until(__atomic_load_n(&crossing->next, __ATOMIC_ACQUIRE) >=
			   round * 2 + 2);
	}
	return ret ? ret : told;
}

/*
 * Both processes lock crosswise at once. In each round exactly one of them gets
 * EDEADLK.
 */
TEST_F_TIMEOUT(deadlock, of_two_at_once, 60)
{
	struct crossing *crossing = shared_alloc(sizeof(*crossing));
	int told[2], i;

	if (sysconf(_SC_NPROCESSORS_ONLN) < 2)
		SKIP(return, "needs two processors");
	crossing->fd = self->fd;
	for (i = 0; i < 2; i++)
		child_start(&self->children[i], run_crossing, crossing);
	for (i = 0; i < 2; i++) {
		told[i] = child_finish(&self->children[i]);
		EXPECT_LE(0, told[i]);
	}
	EXPECT_EQ(300, told[0] + told[1]);
}

struct deadlock_ring {
	int fd;
	unsigned int next;	/* number of the next process */
	unsigned int own;	/* locks of an own mutex, all rounds */
	unsigned int done;	/* processes that are done, likewise */
};

#define RING_ROUNDS	100

/*
 * Locks its own mutex and, once each process of the ring has its own, the mutex
 * of the next process. Returns the number of deadlocks that it was told of.
 */
static int run_ring(void *data)
{
	struct deadlock_ring *ring = data;
	unsigned int place, next, round;
	struct mutexes mutexes;
	int ret, told = 0;

	place = __atomic_fetch_add(&ring->next, 1, __ATOMIC_SEQ_CST);
	next = (place + 1) % CYCLE_MAX;
	ret = mutexes_attach(&mutexes, ring->fd);
	for (round = 1; !ret && round <= RING_ROUNDS; round++) {
		ret = mutex_lock(ring->fd, place);
		__atomic_add_fetch(&ring->own, 1, __ATOMIC_SEQ_CST);
		wait_until(__atomic_load_n(&ring->own, __ATOMIC_ACQUIRE) >=
			   round * CYCLE_MAX);
		if (!ret)
			ret = mutex_lock(ring->fd, next);
		if (!ret)
			ret = mutex_unlock(ring->fd, next);
		if (ret == -EDEADLK) {
			told++;
			ret = 0;
		}
		if (!ret)
			ret = mutex_unlock(ring->fd, place);
		__atomic_add_fetch(&ring->done, 1, __ATOMIC_SEQ_CST);
		wait_until(__atomic_load_n(&ring->done, __ATOMIC_ACQUIRE) >=
			   round * CYCLE_MAX);
	}
	return ret ? ret : told;
}

/*
 * Several processes close a cycle at the same time. One of them gets EDEADLK,
 * and the others then succeed.
 */
TEST_F_TIMEOUT(deadlock, of_a_ring_at_once, 120)
{
	struct deadlock_ring *ring = shared_alloc(sizeof(*ring));
	int i, ret, told = 0;

	ring->fd = self->fd;
	for (i = 0; i < CYCLE_MAX; i++)
		child_start(&self->children[i], run_ring, ring);
	for (i = 0; i < CYCLE_MAX; i++) {
		ret = child_finish(&self->children[i]);
		EXPECT_LE(0, ret);
		told += ret;
	}
	EXPECT_EQ(RING_ROUNDS, told);
}

/* Locks the first mutex and waits until it is told to lock the second one. */
static int run_link_when_told(void *data)
{
	struct member_shared *shared = data;
	int ret = member_attach(shared);

	if (!ret)
		ret = mutex_lock(shared->fd, 0);
	if (ret)
		return ret;
	flag_raise(&shared->ready);
	wait_until(flag_is_raised(&shared->go));
	return mutex_timedlock(shared->fd, 1,
			       deadline_in_ms(CLOCK_MONOTONIC, 5), 0);
}

/*
 * A thread whose wait was refused does not count as waiting, so no cycle is
 * found through it.
 */
TEST_F(deadlock, who_was_refused_is_not_waiting)
{
	const long max_waiters = parameter_get("max_waiters");
	struct member other;

	if (geteuid())
		SKIP(return, "needs root to change a parameter");
	ASSERT_EQ(0, mutex_lock(self->fd, 1));
	member_start(&other, self->fd, END_BY_EXIT, run_link_when_told, 0);
	wait_for_member(&other);
	ASSERT_EQ(0, parameter_set("max_waiters", 0));
	EXPECT_EQ(-EUSERS, mutex_lock(self->fd, 0));
	EXPECT_EQ(0, parameter_set("max_waiters", max_waiters));
	member_end(&other);
	EXPECT_EQ(-ETIMEDOUT, member_finish(&other));
	EXPECT_EQ(0, mutex_unlock(self->fd, 1));
}

/*
 * Without KIPC_DETECT the threads wait, and only a deadline ends the deadlock.
 */
TEST(deadlock_without_detection)
{
	int fd = create(mutex_args(CYCLE_MAX));
	struct mutexes mutexes;
	struct child child;

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, mutexes_attach(&mutexes, fd));
	ASSERT_EQ(0, mutex_lock(fd, 1));
	start_lock(&child, run_link, fd, 0);
	wait_for_lockers(fd, 1);
	EXPECT_EQ(-ETIMEDOUT,
		  mutex_timedlock(fd, 0, deadline_in_ms(CLOCK_MONOTONIC, 20),
				  0));
	EXPECT_EQ(0, mutex_unlock(fd, 1));
	EXPECT_EQ(0, child_finish(&child));
	close(fd);
}

TEST_HARNESS_MAIN
