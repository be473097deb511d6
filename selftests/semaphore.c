// SPDX-License-Identifier: GPL-2.0-only
/*
 * Semaphores through the kernel: units, sets, and which waiter gets a unit that
 * several wait for. semaphore_word.c tests the words.
 */
#include "kipc_test.h"
#include "schedule.h"
#include "wait_child.h"

#define ELEMENTS	8
#define LAST		(ELEMENTS - 1)
#define INITIAL		2
#define MAX		10
#define WAITERS		5

FIXTURE(semaphore) {
	int fd;
};

FIXTURE_VARIANT(semaphore) {
	__u32 flags;
};

FIXTURE_VARIANT_ADD(semaphore, spaced) {
};

FIXTURE_VARIANT_ADD(semaphore, packed) {
	.flags = KIPC_PACKED,
};

FIXTURE_VARIANT_ADD(semaphore, sealed) {
	.flags = KIPC_SEALED,
};

FIXTURE_SETUP(semaphore)
{
	self->fd = create_flags(semaphore_args(ELEMENTS, INITIAL, MAX),
				variant->flags);
	ASSERT_LE(0, self->fd);
}

FIXTURE_TEARDOWN(semaphore)
{
	close(self->fd);
}

TEST_F(semaphore, counts)
{
	check_value(self->fd, 0, INITIAL);
	EXPECT_EQ(0, semaphore_post(self->fd, 0, 3));
	check_value(self->fd, 0, 5);
	EXPECT_EQ(0, semaphore_trywait(self->fd, 0, 1));
	check_value(self->fd, 0, 4);
	EXPECT_EQ(0, semaphore_wait(self->fd, 0, 4));
	check_value(self->fd, 0, 0);
	EXPECT_EQ(-EAGAIN, semaphore_trywait(self->fd, 0, 1));
	check_value(self->fd, 0, 0);
}

TEST_F(semaphore, binary)
{
	int fd = create_flags(semaphore_args(1, 1, 1), variant->flags);

	ASSERT_LE(0, fd);
	EXPECT_EQ(-EOVERFLOW, semaphore_post(fd, 0, 1));
	EXPECT_EQ(0, semaphore_wait(fd, 0, 1));
	EXPECT_EQ(-EAGAIN, semaphore_trywait(fd, 0, 1));
	EXPECT_EQ(-EINVAL, semaphore_trywait(fd, 0, 2));
	EXPECT_EQ(0, semaphore_post(fd, 0, 1));
	EXPECT_EQ(-EOVERFLOW, semaphore_post(fd, 0, 1));
	check_value(fd, 0, 1);
}

TEST_F(semaphore, all_units_or_none)
{
	EXPECT_EQ(-EAGAIN, semaphore_trywait(self->fd, 0, 3));
	check_value(self->fd, 0, INITIAL);
	EXPECT_EQ(0, semaphore_trywait(self->fd, 0, 2));
	check_value(self->fd, 0, 0);
}

TEST_F(semaphore, overflow_changes_nothing)
{
	const __u32 counts[] = { 9, 10, 11, 0x7fffffff, 0x80000000,
				 0xfffffffe, 0xffffffff };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(counts); i++) {
		EXPECT_EQ(-EOVERFLOW, semaphore_post(self->fd, 0, counts[i]));
		check_value(self->fd, 0, INITIAL);
	}
	EXPECT_EQ(0, semaphore_post(self->fd, 0, MAX - INITIAL));
	check_value(self->fd, 0, MAX);
	EXPECT_EQ(-EOVERFLOW, semaphore_post(self->fd, 0, 1));
	check_value(self->fd, 0, MAX);
}

TEST_F(semaphore, greatest_maximum)
{
	int fd = create_flags(semaphore_args(1, 0, KIPC_SEMAPHORE_MAX),
			      variant->flags);

	ASSERT_LE(0, fd);
	EXPECT_EQ(0, semaphore_post(fd, 0, KIPC_SEMAPHORE_MAX));
	check_value(fd, 0, KIPC_SEMAPHORE_MAX);
	EXPECT_EQ(-EOVERFLOW, semaphore_post(fd, 0, 1));
	EXPECT_EQ(-EOVERFLOW, semaphore_post(fd, 0, KIPC_SEMAPHORE_MAX));
	EXPECT_EQ(0, semaphore_trywait(fd, 0, KIPC_SEMAPHORE_MAX));
	check_value(fd, 0, 0);
}

TEST_F(semaphore, starts_full)
{
	int fd = create_flags(semaphore_args(2, KIPC_SEMAPHORE_MAX,
					     KIPC_SEMAPHORE_MAX),
			      variant->flags);

	ASSERT_LE(0, fd);
	check_value(fd, 0, KIPC_SEMAPHORE_MAX);
	check_value(fd, 1, KIPC_SEMAPHORE_MAX);
}

TEST_F(semaphore, elements_are_separate)
{
	unsigned int i;

	EXPECT_EQ(0, semaphore_post(self->fd, 0, 1));
	EXPECT_EQ(0, semaphore_trywait(self->fd, LAST, INITIAL));
	check_value(self->fd, 0, INITIAL + 1);
	for (i = 1; i < LAST; i++)
		check_value(self->fd, i, INITIAL);
	check_value(self->fd, LAST, 0);
	EXPECT_EQ(-EAGAIN, semaphore_trywait(self->fd, LAST, 1));
}

TEST_F(semaphore, elements_out_of_range)
{
	const __u32 elements[] = { ELEMENTS, ELEMENTS + 1, KIPC_ELEMENTS_MAX,
				   0x7fffffff, 0x80000000, 0xffffffff };
	__u32 value;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(elements); i++) {
		EXPECT_EQ(-EINVAL, semaphore_post(self->fd, elements[i], 1));
		EXPECT_EQ(-EINVAL, semaphore_wait(self->fd, elements[i], 1));
		EXPECT_EQ(-EINVAL, semaphore_trywait(self->fd, elements[i], 1));
		EXPECT_EQ(-EINVAL, semaphore_value(self->fd, elements[i],
						   &value));
		EXPECT_EQ(KIPC_POISON_32, value);
	}
}

TEST_F(semaphore, largest_set)
{
	const __u32 last = KIPC_ELEMENTS_MAX - 1;
	int fd = create_flags(semaphore_args(KIPC_ELEMENTS_MAX, 1, 3),
			      variant->flags);

	ASSERT_LE(0, fd);
	EXPECT_EQ(0, semaphore_post(fd, 0, 1));
	EXPECT_EQ(0, semaphore_trywait(fd, last, 1));
	EXPECT_EQ(-EINVAL, semaphore_post(fd, last + 1, 1));
	check_value(fd, 0, 2);
	check_value(fd, last - 1, 1);
	check_value(fd, last, 0);
}

TEST_F(semaphore, wakes_a_waiter)
{
	struct child waiter;

	start_semaphore_wait(&waiter, self->fd, LAST, INITIAL + 1);
	wait_for_waiters(self->fd, 1);
	EXPECT_EQ(0, semaphore_post(self->fd, LAST, 1));
	EXPECT_EQ(0, child_finish(&waiter));
	check_value(self->fd, LAST, 0);
	EXPECT_EQ(0L, waiters(self->fd));
}

/*
 * A unit goes straight to the waiter. It never shows in the count, where
 * another thread could take it.
 */
TEST_F(semaphore, hands_over)
{
	struct child waiter;

	start_semaphore_wait(&waiter, self->fd, 0, INITIAL + 1);
	wait_for_waiters(self->fd, 1);
	kill(waiter.pid, SIGSTOP);
	waitpid(waiter.pid, NULL, WUNTRACED);
	/* A stopped waiter leaves the queue. */
	wait_for_waiters(self->fd, 0);
	kill(waiter.pid, SIGCONT);
	wait_for_waiters(self->fd, 1);
	EXPECT_EQ(0, semaphore_post(self->fd, 0, 1));
	EXPECT_EQ(-EAGAIN, semaphore_trywait(self->fd, 0, 1));
	EXPECT_EQ(0, child_finish(&waiter));
}

/*
 * A waiter for several units waits until there are that many, and takes them
 * all at once.
 */
TEST_F(semaphore, many_units)
{
	struct child waiter;

	start_semaphore_wait(&waiter, self->fd, 0, MAX);
	wait_for_waiters(self->fd, 1);
	EXPECT_EQ(0, semaphore_post(self->fd, 0, 1));
	check_value(self->fd, 0, INITIAL + 1);
	EXPECT_EQ(0, semaphore_post(self->fd, 0, MAX - INITIAL - 2));
	check_value(self->fd, 0, MAX - 1);
	EXPECT_EQ(1L, waiters(self->fd));
	EXPECT_EQ(0, semaphore_post(self->fd, 0, 1));
	EXPECT_EQ(0, child_finish(&waiter));
	check_value(self->fd, 0, 0);
}

/*
 * A post may exceed the maximum if waiters take enough units, so that less than
 * the maximum is left.
 */
TEST_F(semaphore, overflow_with_waiters)
{
	struct child waiter;

	start_semaphore_wait(&waiter, self->fd, 0, MAX);
	wait_for_waiters(self->fd, 1);
	EXPECT_EQ(-EOVERFLOW, semaphore_post(self->fd, 0, 0xffffffff));
	check_value(self->fd, 0, INITIAL);
	EXPECT_EQ(1L, waiters(self->fd));
	EXPECT_EQ(0, semaphore_post(self->fd, 0, MAX - INITIAL));
	EXPECT_EQ(0, child_finish(&waiter));
	check_value(self->fd, 0, 0);
}

/* No thread overtakes a waiter that wants more units than there are. */
TEST_F(semaphore, is_not_overtaken)
{
	struct child big, small;

	start_semaphore_wait(&big, self->fd, 0, INITIAL + 2);
	wait_for_waiters(self->fd, 1);
	start_semaphore_wait(&small, self->fd, 0, 1);
	wait_for_waiters(self->fd, 2);
	EXPECT_EQ(-EAGAIN, semaphore_trywait(self->fd, 0, 1));
	EXPECT_EQ(-ETIMEDOUT, semaphore_timedwait(self->fd, 0, 1, 1, 0));
	EXPECT_EQ(0, semaphore_post(self->fd, 0, 1));
	check_value(self->fd, 0, INITIAL + 1);
	EXPECT_EQ(2L, waiters(self->fd));
	EXPECT_EQ(0, semaphore_post(self->fd, 0, 1));
	EXPECT_EQ(0, child_finish(&big));
	wait_for_waiters(self->fd, 1);
	EXPECT_EQ(0, semaphore_post(self->fd, 0, 1));
	EXPECT_EQ(0, child_finish(&small));
	check_value(self->fd, 0, 0);
}

/*
 * When the waiter for many units gives up, the waiters behind it get the units
 * that are there.
 */
TEST_F(semaphore, is_overtaken_once_it_has_gone)
{
	struct child big, small;

	start_semaphore_wait(&big, self->fd, 0, MAX);
	wait_for_waiters(self->fd, 1);
	start_semaphore_wait(&small, self->fd, 0, 1);
	wait_for_waiters(self->fd, 2);
	EXPECT_EQ(CHILD_KILLED, child_kill(&big));
	EXPECT_EQ(0, child_finish(&small));
	check_value(self->fd, 0, INITIAL - 1);
}

/* Waiters of one element do not block another element. */
TEST_F(semaphore, waiters_of_another_element)
{
	struct child waiter;

	start_semaphore_wait(&waiter, self->fd, 1, MAX);
	wait_for_waiters(self->fd, 1);
	EXPECT_EQ(0, semaphore_trywait(self->fd, 0, 1));
	EXPECT_EQ(0, semaphore_post(self->fd, 2, 1));
	EXPECT_EQ(1L, waiters(self->fd));
	EXPECT_EQ(0, semaphore_post(self->fd, 1, MAX - INITIAL));
	EXPECT_EQ(0, child_finish(&waiter));
}

/*
 * The order in which waiters get a unit: each writes its number down when its
 * wait returns.
 */
struct queue {
	int fd;
	unsigned int granted;
	unsigned int order[WAITERS];
};

struct place {
	struct queue *queue;
	unsigned int number;
	int priority;		/* real-time priority, or 0 */
};

static int run_place(void *data)
{
	struct place *place = data;
	struct queue *queue = place->queue;
	int ret = set_priority(place->priority);

	if (ret)
		return ret;
	ret = semaphore_wait(queue->fd, 0, 1);
	queue->order[__atomic_fetch_add(&queue->granted, 1, __ATOMIC_SEQ_CST)] =
		place->number;
	return ret;
}

/*
 * Queues WAITERS waiters of these priorities, posts one unit at a time, and
 * returns the order in which they got them.
 */
static struct queue *serve_in_turn(struct __test_metadata *_metadata, int fd,
				   const int priorities[WAITERS])
{
	struct queue *queue = shared_alloc(sizeof(*queue));
	struct child children[WAITERS];
	unsigned int i;

	queue->fd = fd;
	for (i = 0; i < WAITERS; i++) {
		struct place place = {
			.queue = queue,
			.number = i,
			.priority = priorities[i],
		};

		child_start(&children[i], run_place, &place);
		wait_for_waiters(fd, i + 1);
	}
	for (i = 0; i < WAITERS; i++) {
		EXPECT_EQ(0, semaphore_post(fd, 0, 1));
		wait_until(queue->granted == i + 1);
	}
	for (i = 0; i < WAITERS; i++)
		EXPECT_EQ(0, child_finish(&children[i]));
	return queue;
}

TEST_F(semaphore, first_come_first_served)
{
	const int priorities[WAITERS] = {};
	struct queue *queue;
	unsigned int i;

	ASSERT_EQ(0, semaphore_trywait(self->fd, 0, INITIAL));
	queue = serve_in_turn(_metadata, self->fd, priorities);
	for (i = 0; i < WAITERS; i++)
		EXPECT_EQ(i, queue->order[i]);
}

/*
 * Real-time threads go first, by priority, and in the order of arrival within
 * one priority.
 */
TEST_F(semaphore, real_time_first)
{
	const int priorities[WAITERS] = { 0, 10, 0, 20, 10 };
	const unsigned int expected[WAITERS] = { 3, 1, 4, 0, 2 };
	struct queue *queue;
	unsigned int i;

	if (geteuid())
		SKIP(return, "needs root for real-time scheduling");
	ASSERT_EQ(0, semaphore_trywait(self->fd, 0, INITIAL));
	queue = serve_in_turn(_metadata, self->fd, priorities);
	for (i = 0; i < WAITERS; i++)
		EXPECT_EQ(expected[i], queue->order[i]);
}

/* One post grants units to more waiters than the kernel wakes in one batch. */
TEST_F(semaphore, wakes_many_at_once)
{
	struct child children[50];
	int fd = create_flags(semaphore_args(1, 0, 100), variant->flags);
	size_t i;

	ASSERT_LE(0, fd);
	for (i = 0; i < ARRAY_SIZE(children); i++)
		start_semaphore_wait(&children[i], fd, 0, 1);
	wait_for_waiters(fd, ARRAY_SIZE(children));
	EXPECT_EQ(0, semaphore_post(fd, 0, ARRAY_SIZE(children) - 1));
	wait_for_waiters(fd, 1);
	check_value(fd, 0, 0);
	EXPECT_EQ(0, semaphore_post(fd, 0, 2));
	for (i = 0; i < ARRAY_SIZE(children); i++)
		EXPECT_EQ(0, child_finish(&children[i]));
	check_value(fd, 0, 1);
}

TEST_HARNESS_MAIN
