// SPDX-License-Identifier: GPL-2.0-only
/*
 * KIPC_UNDO semaphores. In whatever way a process lets go of a semaphore, the
 * units that it holds are given back, each exactly once.
 */
#include "kipc_test.h"
#include "flag.h"
#include "hold.h"
#include "member.h"
#include "member_main.h"
#include "parameter.h"
#include "polling.h"
#include "schedule.h"
#include "user.h"
#include "waiting_thread.h"
#include "word.h"

#define ELEMENTS	3
#define UNITS		4
#define MAX		6

static int create_undo(unsigned int flags)
{
	return create_flags(semaphore_args(ELEMENTS, UNITS, MAX),
			    KIPC_UNDO | flags);
}

static unsigned int units(int fd, unsigned int element)
{
	__u32 value;

	return semaphore_value(fd, element, &value) ? KIPC_POISON_32 : value;
}

/* ------------------------------------------------------------------------ */
/* Ends                                                                     */
/* ------------------------------------------------------------------------ */

FIXTURE(ends) {
	int fd;
	struct words words;
	struct member holder, other;
};

FIXTURE_VARIANT(ends) {
	enum end end;
	unsigned int flags;
};

FIXTURE_VARIANT_ADD(ends, by_kill) {
	.end = END_BY_KILL,
};

FIXTURE_VARIANT_ADD(ends, by_exit) {
	.end = END_BY_EXIT,
};

FIXTURE_VARIANT_ADD(ends, by_exec) {
	.end = END_BY_EXEC,
};

FIXTURE_VARIANT_ADD(ends, by_unmap) {
	.end = END_BY_UNMAP,
};

FIXTURE_VARIANT_ADD(ends, sealed_by_kill) {
	.end = END_BY_KILL,
	.flags = KIPC_SEALED,
};

FIXTURE_VARIANT_ADD(ends, packed_by_exec) {
	.end = END_BY_EXEC,
	.flags = KIPC_PACKED,
};

FIXTURE_SETUP(ends)
{
	self->fd = create_undo(variant->flags);
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, words_attach(&self->words, self->fd));
}

FIXTURE_TEARDOWN(ends)
{
	close(self->fd);
}

static void take_or_die(int fd, unsigned int element, long count)
{
	if (count > 0 && semaphore_trywait(fd, element, count))
		_exit(1);
}

/*
 * Takes value units of element 0, value - 1 of element 1 and so on, and holds
 * them.
 */
static int hold(void *data)
{
	struct member_shared *shared = data;
	unsigned int i;

	if (member_attach(shared))
		_exit(1);
	for (i = 0; i < ELEMENTS; i++)
		take_or_die(shared->fd, i, shared->value - i);
	return member_await_end(shared);
}

TEST_F(ends, while_it_holds)
{
	unsigned int i;

	member_start(&self->holder, self->fd, variant->end, hold, UNITS);
	wait_for_member(&self->holder);
	for (i = 0; i < ELEMENTS; i++)
		check_value(self->fd, i, i);
	member_end(&self->holder);
	for (i = 0; i < ELEMENTS; i++)
		wait_until(units(self->fd, i) == UNITS);
	member_finish(&self->holder);
	for (i = 0; i < ELEMENTS; i++)
		check_value(self->fd, i, UNITS);
}

/*
 * The survivor waits in the kernel for all units, including those of the dead
 * process.
 */
TEST_F(ends, and_a_waiter_is_served)
{
	struct member *holder = &self->holder;

	member_start(holder, self->fd, variant->end, hold, UNITS);
	wait_for_member(holder);
	EXPECT_EQ(-EAGAIN, semaphore_trywait(self->fd, 0, UNITS));
	member_end(holder);
	EXPECT_EQ(0, semaphore_wait(self->fd, 0, UNITS));
	member_finish(holder);
	check_value(self->fd, 0, 0);
}

/* The survivor polls, and is woken by the units of the dead process. */
TEST_F(ends, and_a_poller_is_woken)
{
	member_start(&self->holder, self->fd, variant->end, hold, UNITS);
	wait_for_member(&self->holder);
	EXPECT_EQ(0, poll_now(self->fd, POLLIN));
	member_end(&self->holder);
	EXPECT_EQ(POLLIN, poll_for(self->fd, POLLIN, -1));
	member_finish(&self->holder);
}

static int hold_by_read(void *data)
{
	struct member_shared *shared = data;
	__u64 units;

	if (member_attach(shared) ||
	    read(shared->fd, &units, sizeof(units)) != sizeof(units) ||
	    read(shared->fd, &units, sizeof(units)) != sizeof(units))
		_exit(1);
	units = 1;
	if (write(shared->fd, &units, sizeof(units)) != sizeof(units))
		_exit(1);
	return member_await_end(shared);
}

TEST_F(ends, after_read_and_write)
{
	member_start(&self->holder, self->fd, variant->end, hold_by_read, 0);
	wait_for_member(&self->holder);
	check_value(self->fd, 0, UNITS - 1);
	member_end(&self->holder);
	wait_until(units(self->fd, 0) != UNITS - 1);
	member_finish(&self->holder);
	check_value(self->fd, 0, UNITS);
}

/* Takes all units of element 0 and posts value units. */
static int hold_and_post(void *data)
{
	struct member_shared *shared = data;

	if (member_attach(shared))
		_exit(1);
	take_or_die(shared->fd, 0, UNITS);
	if (semaphore_post(shared->fd, 0, shared->value))
		_exit(1);
	take_or_die(shared->fd, 1, 1);
	return member_await_end(shared);
}

TEST_F(ends, after_it_gave_some_back)
{
	member_start(&self->holder, self->fd, variant->end, hold_and_post,
		     UNITS - 1);
	wait_for_member(&self->holder);
	check_value(self->fd, 0, UNITS - 1);
	member_end(&self->holder);
	wait_until(units(self->fd, 1) == UNITS);
	member_finish(&self->holder);
	check_value(self->fd, 0, UNITS);
}

/*
 * A process that gave more units than it took holds nothing and owes nothing.
 */
TEST_F(ends, after_it_gave_more_back)
{
	member_start(&self->holder, self->fd, variant->end, hold_and_post,
		     UNITS + 1);
	wait_for_member(&self->holder);
	member_end(&self->holder);
	wait_until(units(self->fd, 1) == UNITS);
	member_finish(&self->holder);
	check_value(self->fd, 0, UNITS + 1);
}

/*
 * Another process has given units meanwhile. Only as many are given back as
 * there is room for.
 */
TEST_F(ends, with_more_than_there_is_room_for)
{
	member_start(&self->holder, self->fd, variant->end, hold, UNITS);
	wait_for_member(&self->holder);
	EXPECT_EQ(0, semaphore_post(self->fd, 0, MAX - 1));
	member_end(&self->holder);
	wait_until(units(self->fd, 0) != MAX - 1);
	member_finish(&self->holder);
	check_value(self->fd, 0, MAX);
	check_value(self->fd, 1, UNITS);
}

/* The other processes keep the units that they hold. */
TEST_F(ends, alone)
{
	EXPECT_EQ(0, semaphore_trywait(self->fd, 0, 1));
	member_start(&self->other, self->fd, END_BY_KILL, hold, 1);
	wait_for_member(&self->other);
	member_start(&self->holder, self->fd, variant->end, hold, 2);
	wait_for_member(&self->holder);
	check_value(self->fd, 0, UNITS - 4);
	member_end(&self->holder);
	wait_until(units(self->fd, 1) == UNITS);
	member_finish(&self->holder);
	check_value(self->fd, 0, UNITS - 2);
	member_end(&self->other);
	member_finish(&self->other);
	check_value(self->fd, 0, UNITS - 1);
	EXPECT_EQ(0, semaphore_post(self->fd, 0, 1));
}

/* ------------------------------------------------------------------------ */
/* Killed while it waits                                                    */
/* ------------------------------------------------------------------------ */

/*
 * Holds units of element 1 and waits for more units of element 0 than there
 * are.
 */
static int hold_and_wait(void *data)
{
	struct member_shared *shared = data;

	if (member_attach(shared))
		_exit(1);
	take_or_die(shared->fd, 1, 2);
	return semaphore_wait(shared->fd, 0, shared->value);
}

FIXTURE(undo) {
	int fd;
	struct words words;
	struct member a, b;
};

FIXTURE_SETUP(undo)
{
	self->fd = create_undo(0);
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, words_attach(&self->words, self->fd));
}

FIXTURE_TEARDOWN(undo)
{
	close(self->fd);
}

TEST_F(undo, killed_while_it_waits)
{
	member_start(&self->a, self->fd, END_BY_KILL, hold_and_wait, MAX);
	wait_for_waiters(self->fd, 1);
	check_value(self->fd, 1, UNITS - 2);
	member_end(&self->a);
	EXPECT_EQ(CHILD_KILLED, member_finish(&self->a));
	check_value(self->fd, 0, UNITS);
	check_value(self->fd, 1, UNITS);
	EXPECT_EQ(0L, waiters(self->fd));
}

/*
 * The process is killed as it is granted units. They are given back exactly
 * once.
 */
TEST_F_TIMEOUT(undo, killed_while_it_is_granted, 100)
{
	int i, rounds = scaled(300);

	for (i = 0; i < rounds; i++) {
		ASSERT_EQ(0, semaphore_trywait(self->fd, 0, UNITS));
		member_start(&self->a, self->fd, END_BY_KILL, hold_and_wait, 1);
		wait_for_waiters(self->fd, 1);
		if (i & 1)
			member_end(&self->a);
		EXPECT_EQ(0, semaphore_post(self->fd, 0, UNITS));
		member_end(&self->a);
		member_finish(&self->a);
		check_value(self->fd, 0, UNITS);
		check_value(self->fd, 1, UNITS);
	}
}

/*
 * Waits for a unit of element 0 on HELD_CPU, where it can be kept from running,
 * and then holds the unit.
 */
static int wait_and_hold(void *data)
{
	struct member_shared *shared = data;

	if (member_attach(shared) || pin(HELD_CPU) ||
	    semaphore_wait(shared->fd, 0, 1))
		_exit(1);
	return member_await_end(shared);
}

/*
 * The semaphore is full, but two woken waiters have not yet taken their units.
 * Units that are given back use the room of those two.
 */
TEST_F(undo, given_back_while_waiters_are_on_their_way)
{
	struct member takers[2];
	struct hold hold_back;
	const char *problem = hold_prepare(&hold_back);
	unsigned int i;

	if (problem)
		SKIP(return, "%s", problem);
	member_start(&self->a, self->fd, END_BY_KILL, hold, UNITS);
	wait_for_member(&self->a);
	for (i = 0; i < ARRAY_SIZE(takers); i++) {
		member_start(&takers[i], self->fd, END_BY_KILL, wait_and_hold, 0);
		wait_for_waiters(self->fd, i + 1);
		wait_until(child_sleeps(&takers[i].child));
	}
	hold_begin(&hold_back);
	EXPECT_EQ(0, semaphore_post(self->fd, 0, MAX));
	member_end(&self->a);
	/* Element 1 is given back after element 0. */
	wait_until(units(self->fd, 1) == UNITS);
	hold_end(&hold_back);
	hold_finish(&hold_back);
	member_finish(&self->a);
	for (i = 0; i < ARRAY_SIZE(takers); i++)
		wait_for_member(&takers[i]);
	check_value(self->fd, 0, MAX);
	for (i = 0; i < ARRAY_SIZE(takers); i++) {
		member_end(&takers[i]);
		member_finish(&takers[i]);
	}
}

/* Takes and gives units until it is killed. */
static int take_and_give(void *data)
{
	struct member_shared *shared = data;
	unsigned int i, other;

	if (member_attach(shared))
		_exit(1);
	flag_raise(&shared->ready);
	for (i = 0;; i++) {
		other = 1 + i % 2;
		if (semaphore_wait(shared->fd, 0, 1) ||
		    semaphore_wait(shared->fd, other, UNITS - other) ||
		    semaphore_post(shared->fd, 0, 1) ||
		    semaphore_post(shared->fd, other, UNITS - other))
			_exit(1);
	}
	return 0;
}

TEST_F_TIMEOUT(undo, killed_wherever_it_is, 100)
{
	struct member members[4];
	int i, j, rounds = scaled(100);

	for (i = 0; i < rounds; i++) {
		for (j = 0; j < 4; j++)
			member_start(&members[j], self->fd, END_BY_KILL,
				     take_and_give, 0);
		for (j = 0; j < 4; j++)
			wait_for_member(&members[j]);
		for (j = 0; j < 4; j++) {
			member_end(&members[j]);
			EXPECT_EQ(CHILD_KILLED, member_finish(&members[j]));
		}
		for (j = 0; j < ELEMENTS; j++)
			check_value(self->fd, j, UNITS);
	}
	EXPECT_EQ(0L, waiters(self->fd));
}

/* ------------------------------------------------------------------------ */
/* A thread waits while another one unmaps                                  */
/* ------------------------------------------------------------------------ */

static int wait_for_all(int fd)
{
	return semaphore_wait(fd, 0, MAX);
}

static int wait_for_one(int fd)
{
	return semaphore_wait(fd, 0, 1);
}

/*
 * Runs two threads that wait for units that are not there, and unmaps the
 * words. Both waits must fail with ENXIO.
 */
static int unmap_under_waiters(void *data)
{
	struct waiting_thread first, second;
	struct member_shared *shared = data;

	if (member_attach(shared) ||
	    thread_start(&first, shared->fd, wait_for_all))
		_exit(1);
	wait_until(waiters(shared->fd) == 1);
	if (thread_start(&second, shared->fd, wait_for_one))
		_exit(1);
	wait_until(waiters(shared->fd) == 2);
	flag_raise(&shared->ready);
	wait_until(flag_is_raised(&shared->go));
	words_unmap(&shared->words);
	if (thread_finish(&first) != -ENXIO)
		return 1;
	return thread_finish(&second) == -ENXIO ? 0 : 2;
}

TEST_F(undo, unmapped_while_threads_wait)
{
	member_start(&self->a, self->fd, END_BY_EXIT, unmap_under_waiters, 0);
	wait_for_member(&self->a);
	member_end(&self->a);
	EXPECT_EQ(0, member_finish(&self->a));
	check_value(self->fd, 0, UNITS);
}

/* A waiter of another process behind them does not wait for ever. */
TEST_F(undo, unmapped_before_another_waiter)
{
	struct waiting_thread thread;

	member_start(&self->a, self->fd, END_BY_EXIT, unmap_under_waiters, 0);
	wait_for_member(&self->a);
	ASSERT_EQ(0, thread_start(&thread, self->fd, wait_for_one));
	wait_for_waiters(self->fd, 3);
	member_end(&self->a);
	EXPECT_EQ(0, thread_finish(&thread));
	EXPECT_EQ(0, member_finish(&self->a));
	check_value(self->fd, 0, UNITS - 1);
}

struct undo_unmapping {
	struct member_shared *shared;
	pthread_barrier_t *start;
};

static void *run_unmap(void *data)
{
	struct undo_unmapping *unmapping = data;

	pthread_barrier_wait(unmapping->start);
	words_unmap(&unmapping->shared->words);
	return NULL;
}

/*
 * A post, the wait that it satisfies and an unmapping race with each other. In
 * each round the unit must be there afterwards, whether the waiter got it or
 * not.
 */
static int race_with_unmap(void *data)
{
	struct member_shared *shared = data;
	pthread_barrier_t start;
	struct undo_unmapping unmapping = { .shared = shared, .start = &start };
	struct waiting_thread waiter;
	pthread_t unmapper;
	int i, ret;

	pthread_barrier_init(&start, NULL, 2);
	for (i = 0; i < shared->value; i++) {
		if (member_attach(shared) ||
		    thread_start(&waiter, shared->fd, wait_for_one) ||
		    pthread_create(&unmapper, NULL, run_unmap, &unmapping))
			return 1;
		if (i & 1)
			wait_until(waiters(shared->fd) == 1);
		pthread_barrier_wait(&start);
		/* The post is made by the parent, which is attached. */
		flag_raise(&shared->ready);
		ret = thread_finish(&waiter);
		if (ret && ret != -ENXIO)
			return 2;
		pthread_join(unmapper, NULL);
		wait_until(!flag_is_raised(&shared->ready));
		if (units(shared->fd, 0) != 1)
			return 3;
		flag_raise(&shared->go);
		wait_until(!flag_is_raised(&shared->go));
	}
	return 0;
}

TEST_F_TIMEOUT(undo, unmapped_while_it_is_granted, 100)
{
	struct member_shared *shared;
	int i, rounds = scaled(300);

	EXPECT_EQ(0, semaphore_trywait(self->fd, 0, UNITS));
	member_start(&self->a, self->fd, END_BY_EXIT, race_with_unmap, rounds);
	shared = self->a.shared;
	for (i = 0; i < rounds && !child_ended(&self->a.child); i++) {
		wait_until(flag_is_raised(&shared->ready) ||
			   child_ended(&self->a.child));
		EXPECT_EQ(0, semaphore_post(self->fd, 0, 1));
		__atomic_store_n(&shared->ready, 0, __ATOMIC_SEQ_CST);
		wait_until(flag_is_raised(&shared->go) ||
			   child_ended(&self->a.child));
		EXPECT_EQ(0, semaphore_trywait(self->fd, 0, 1));
		__atomic_store_n(&shared->go, 0, __ATOMIC_SEQ_CST);
	}
	EXPECT_EQ(0, member_finish(&self->a));
	EXPECT_EQ(rounds, i);
}

/* ------------------------------------------------------------------------ */
/* Attachments                                                              */
/* ------------------------------------------------------------------------ */

static int run_store(void *data)
{
	struct words words = {};
	int ret = words_attach(&words, *(int *)data);

	if (!ret)
		word_store(word_at(&words, 1), MAX);
	return ret;
}

/*
 * The kernel owns the words all the time, and user space cannot write to them.
 */
TEST_F(undo, is_kept_by_the_kernel)
{
	struct child child;
	unsigned int i;

	EXPECT_EQ(0, semaphore_trywait(self->fd, 1, 1));
	EXPECT_EQ(0, semaphore_post(self->fd, 1, 1));
	for (i = 0; i < ELEMENTS; i++)
		EXPECT_EQ(KIPC_SLOW, word_load(word_at(&self->words, i)));
	child_start(&child, run_store, &self->fd);
	EXPECT_EQ(CHILD_KILLED, child_finish(&child));
	for (i = 0; i < ELEMENTS; i++)
		EXPECT_EQ(KIPC_SLOW, word_load(word_at(&self->words, i)));
	check_value(self->fd, 1, UNITS);
}

TEST_F(undo, needs_a_mapping)
{
	struct kipc_info_args info;
	__u64 one = 1;

	words_unmap(&self->words);
	EXPECT_EQ(-ENXIO, semaphore_wait(self->fd, 0, 1));
	EXPECT_EQ(-ENXIO, semaphore_trywait(self->fd, 0, 1));
	EXPECT_EQ(-ENXIO, semaphore_post(self->fd, 0, 1));
	EXPECT_EQ(-1, read(self->fd, &one, sizeof(one)));
	EXPECT_EQ(ENXIO, errno);
	EXPECT_EQ(-1, write(self->fd, &one, sizeof(one)));
	EXPECT_EQ(ENXIO, errno);
	check_value(self->fd, 0, UNITS);
	EXPECT_EQ(POLLIN, poll_now(self->fd, POLLIN));
	EXPECT_EQ(0, object_info(self->fd, &info));
	EXPECT_EQ(0U, info.attachment);
	EXPECT_EQ(0, words_attach(&self->words, self->fd));
	EXPECT_EQ(0, semaphore_trywait(self->fd, 0, 1));
	EXPECT_EQ(0, object_info(self->fd, &info));
	EXPECT_NE(0U, info.attachment);
}

TEST_F(undo, shows_who_holds)
{
	EXPECT_EQ(-ENOENT, fdinfo_number(self->fd, "kipc-holder:"));
	EXPECT_EQ(0, semaphore_trywait(self->fd, 0, 3));
	EXPECT_EQ(0, semaphore_trywait(self->fd, 1, 1));
	EXPECT_EQ((long)getpid(),
		  fdinfo_number(self->fd, "kipc-holder:\tprocess"));
	EXPECT_EQ(3L, fdinfo_number(self->fd, " units"));
	EXPECT_EQ(0, semaphore_post(self->fd, 0, 3));
	EXPECT_EQ(-ENOENT, fdinfo_number(self->fd, "kipc-holder:"));
}

/* Only the end of the last mapping gives the units back. */
TEST_F(undo, mapped_twice)
{
	struct words again = {};

	ASSERT_EQ(0, words_attach(&again, self->fd));
	EXPECT_EQ(0, semaphore_trywait(self->fd, 0, 1));
	words_unmap(&again);
	check_value(self->fd, 0, UNITS - 1);
	EXPECT_EQ(0, semaphore_trywait(self->fd, 0, 1));
	words_unmap(&self->words);
	check_value(self->fd, 0, UNITS);
	ASSERT_EQ(0, words_attach(&self->words, self->fd));
	/* A process that maps again holds nothing from before. */
	words_unmap(&self->words);
	check_value(self->fd, 0, UNITS);
}

/* All descriptors of an object share one attachment. */
TEST_F(undo, by_any_descriptor)
{
	int again = dup(self->fd);

	EXPECT_EQ(0, semaphore_trywait(again, 0, 1));
	EXPECT_EQ(0, semaphore_post(self->fd, 0, 1));
	words_unmap(&self->words);
	check_value(again, 0, UNITS);
}

/*
 * A child of fork() holds nothing, and can use the semaphore only once it has
 * mapped the words.
 */
static int run_fork_child(void *data)
{
	struct member_shared *shared = data;

	if (semaphore_post(shared->fd, 0, 1) != -ENXIO)
		return 1;
	if (member_attach(shared) || semaphore_trywait(shared->fd, 0, 1))
		return 2;
	return units(shared->fd, 0) == UNITS - 3 ? 0 : 3;
}

TEST_F(undo, not_inherited_by_fork)
{
	EXPECT_EQ(0, semaphore_trywait(self->fd, 0, 2));
	member_start(&self->a, self->fd, END_BY_EXIT, run_fork_child, 0);
	EXPECT_EQ(0, member_finish(&self->a));
	check_value(self->fd, 0, UNITS - 2);
	words_unmap(&self->words);
	check_value(self->fd, 0, UNITS);
}

static int take_one(int fd)
{
	return semaphore_trywait(fd, 0, 1);
}

/* Units belong to the process, not to the thread that took them. */
TEST_F(undo, outlive_a_thread)
{
	struct waiting_thread thread;

	ASSERT_EQ(0, thread_start(&thread, self->fd, take_one));
	EXPECT_EQ(0, thread_finish(&thread));
	check_value(self->fd, 0, UNITS - 1);
	EXPECT_EQ(0, semaphore_post(self->fd, 0, 1));
	words_unmap(&self->words);
	check_value(self->fd, 0, UNITS);
}

/* A read that cannot copy the unit out has not taken it. */
TEST_F(undo, read_into_nowhere)
{
	EXPECT_EQ(-1, read(self->fd, bad_pointer(), sizeof(__u64)));
	EXPECT_EQ(EFAULT, errno);
	check_value(self->fd, 0, UNITS);
	words_unmap(&self->words);
	check_value(self->fd, 0, UNITS);
}

TEST(undo_is_of_semaphores)
{
	EXPECT_EQ(-EINVAL, create_flags(barrier_args(2), KIPC_UNDO));
	EXPECT_EQ(-EINVAL, create_flags(mailbox_args(64, 1), KIPC_UNDO));
	EXPECT_EQ(-EINVAL, create_flags(create_args(KIPC_MUTEX), KIPC_UNDO));
}

/* ------------------------------------------------------------------------ */
/* Quota                                                                    */
/* ------------------------------------------------------------------------ */

#define USER		1000
#define QUOTA		(32L << 10)

FIXTURE(quota) {
	long max_bytes;
	struct child child;
};

FIXTURE_SETUP(quota)
{
	if (geteuid())
		SKIP(return, "needs root to become another user");
	self->max_bytes = parameter_get("max_bytes");
	ASSERT_EQ(0, parameter_set("max_bytes", QUOTA));
}

FIXTURE_TEARDOWN(quota)
{
	parameter_set("max_bytes", self->max_bytes);
}

/*
 * Attaches as many of the sets as the quota allows, checks that one more is
 * refused, and that the quota is released at the end.
 */
static int attach_as_user(void *data)
{
	const int *fds = data;
	struct words words[2] = {};
	int ret = become_user(USER, USER);

	if (!ret)
		ret = words_attach(&words[0], fds[0]);
	if (ret)
		return ret;
	if (words_attach(&words[1], fds[1]) != -ENOSPC)
		return 1;
	if (semaphore_trywait(fds[1], 0, 1) != -ENXIO)
		return 2;
	words_unmap(&words[0]);
	return words_attach(&words[1], fds[1]);
}

/*
 * The counts of an attachment are charged to the user that attaches, not to the
 * creator.
 */
TEST_F(quota, of_who_attaches)
{
	int fds[2], i;

	for (i = 0; i < 2; i++) {
		/* The counts of one set take six eighths of the quota. */
		fds[i] = create_flags(semaphore_args(QUOTA / 4 * 6 / 8, 1, 1),
				      KIPC_UNDO);
		ASSERT_LE(0, fds[i]);
	}
	child_start(&self->child, attach_as_user, fds);
	EXPECT_EQ(0, child_finish(&self->child));
	/* The quota of the first child is available again for the next one. */
	child_start(&self->child, attach_as_user, fds);
	EXPECT_EQ(0, child_finish(&self->child));
}

int main(int argc, char **argv)
{
	return member_main(argc, argv);
}
