// SPDX-License-Identifier: GPL-2.0-only
/*
 * Members of a barrier of KIPC_DROP: the barrier no longer waits for a member
 * that has ended, and each process that joins adds a party.
 */
#include "kipc_test.h"
#include "flag.h"
#include "handler.h"
#include "member.h"
#include "member_main.h"
#include "parameter.h"
#include "party.h"
#include "waiting_thread.h"
#include "word.h"

#define PARTIES		3

/* ------------------------------------------------------------------------ */
/* The other parties go on without it                                       */
/* ------------------------------------------------------------------------ */

FIXTURE(drop) {
	int fd;
	struct words words;
	struct member a, b, c;
};

FIXTURE_VARIANT(drop) {
	enum end end;
};

FIXTURE_VARIANT_ADD(drop, by_kill) {
	.end = END_BY_KILL,
};

FIXTURE_VARIANT_ADD(drop, by_exit) {
	.end = END_BY_EXIT,
};

FIXTURE_VARIANT_ADD(drop, by_exec) {
	.end = END_BY_EXEC,
};

FIXTURE_VARIANT_ADD(drop, by_unmap) {
	.end = END_BY_UNMAP,
};

FIXTURE_SETUP(drop)
{
	self->fd = create_flags(barrier_args(PARTIES), KIPC_DROP);
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, words_attach(&self->words, self->fd));
}

FIXTURE_TEARDOWN(drop)
{
	close(self->fd);
}

/*
 * The member that is missing ends while the two other parties wait. One of the
 * two is then the serial party.
 */
TEST_F(drop, the_last_one_missing)
{
	member_start(&self->a, self->fd, variant->end, party_join, 0);
	wait_for_member(&self->a);
	check_membership(self->fd, 1, PARTIES);
	member_start(&self->b, self->fd, END_BY_EXIT, party_wait, 0);
	member_start(&self->c, self->fd, END_BY_EXIT, party_wait, 0);
	wait_for_waiters(self->fd, 2);
	check_barrier(self->fd, 2, 0, 0);
	member_end(&self->a);
	EXPECT_EQ(KIPC_BARRIER_SERIAL,
		  member_finish(&self->b) + member_finish(&self->c));
	member_finish(&self->a);
	check_barrier(self->fd, 0, 1, 0);
	/* The two waiters have ended by now, too. */
	check_membership(self->fd, 0, 0);
}

/* The member ends before all other parties have arrived. */
TEST_F(drop, one_of_those_to_come)
{
	member_start(&self->a, self->fd, variant->end, party_join, 0);
	wait_for_member(&self->a);
	member_start(&self->b, self->fd, END_BY_EXIT, party_wait, 0);
	wait_for_waiters(self->fd, 1);
	member_end(&self->a);
	member_finish(&self->a);
	check_barrier(self->fd, 1, 0, 0);
	check_membership(self->fd, 1, PARTIES - 1);
	EXPECT_EQ(KIPC_BARRIER_SERIAL, barrier_wait(self->fd));
	EXPECT_EQ(0, member_finish(&self->b));
}

static int join_twice(void *data)
{
	struct member_shared *shared = data;

	if (member_attach(shared) || barrier_join(shared->fd) ||
	    barrier_join(shared->fd))
		_exit(1);
	return member_await_end(shared);
}

TEST_F(drop, one_who_was_two)
{
	member_start(&self->a, self->fd, variant->end, join_twice, 0);
	wait_for_member(&self->a);
	check_membership(self->fd, 1, PARTIES);
	member_start(&self->b, self->fd, END_BY_EXIT, party_wait, 0);
	wait_for_waiters(self->fd, 1);
	member_end(&self->a);
	EXPECT_EQ(KIPC_BARRIER_SERIAL, member_finish(&self->b));
	member_finish(&self->a);
	check_barrier(self->fd, 0, 1, 0);
}

/* ------------------------------------------------------------------------ */
/* Other tests                                                              */
/* ------------------------------------------------------------------------ */

FIXTURE(dynamic) {
	int fd;
	struct words words;
	struct member a, b;
};

FIXTURE_SETUP(dynamic)
{
	self->fd = create_flags(barrier_args(PARTIES), KIPC_DROP);
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, words_attach(&self->words, self->fd));
}

FIXTURE_TEARDOWN(dynamic)
{
	close(self->fd);
}

/*
 * The death of a waiter removes its arrival and its party, so that the barrier
 * does not open too early.
 */
TEST_F(dynamic, killed_while_it_waits)
{
	member_start(&self->a, self->fd, END_BY_KILL, party_wait, 0);
	wait_for_waiters(self->fd, 1);
	member_start(&self->b, self->fd, END_BY_EXIT, party_wait, 0);
	wait_for_waiters(self->fd, 2);
	member_end(&self->a);
	EXPECT_EQ(CHILD_KILLED, member_finish(&self->a));
	check_barrier(self->fd, 1, 0, 0);
	check_membership(self->fd, 1, PARTIES - 1);
	EXPECT_EQ(KIPC_BARRIER_SERIAL, barrier_wait(self->fd));
	EXPECT_EQ(0, member_finish(&self->b));
}

/* The death of a process removes all its parties and their arrivals. */
TEST_F(dynamic, killed_with_its_threads)
{
	EXPECT_EQ(0, barrier_join(self->fd));
	EXPECT_EQ(0, barrier_join(self->fd));
	member_start(&self->a, self->fd, END_BY_KILL, party_wait_in_thread, 0);
	wait_for_member(&self->a);
	member_start(&self->b, self->fd, END_BY_KILL, party_wait_in_thread, 0);
	wait_for_waiters(self->fd, 2);
	check_barrier(self->fd, 2, 0, 0);
	check_membership(self->fd, 3, PARTIES + 1);
	member_end(&self->a);
	EXPECT_EQ(CHILD_KILLED, member_finish(&self->a));
	check_barrier(self->fd, 1, 0, 0);
	member_end(&self->b);
	EXPECT_EQ(CHILD_KILLED, member_finish(&self->b));
	check_barrier(self->fd, 0, 0, 0);
	check_membership(self->fd, 1, 2);
}

/*
 * Arrives and is interrupted by a signal, which leaves the arrival standing.
 * The end of the process then removes the arrival.
 */
static int arrive_and_be_interrupted(void *data)
{
	struct member_shared *shared = data;

	if (member_attach(shared) || barrier_wait(shared->fd) != -EINTR)
		_exit(1);
	return member_await_end(shared);
}

TEST_F(dynamic, killed_after_a_signal)
{
	handle_signal(SIGUSR1, 0);
	member_start(&self->a, self->fd, END_BY_KILL, arrive_and_be_interrupted,
		     0);
	wait_for_waiters(self->fd, 1);
	interrupt(&self->a.child, SIGUSR1);
	wait_for_member(&self->a);
	check_barrier(self->fd, 1, 0, 0);
	member_end(&self->a);
	member_finish(&self->a);
	check_barrier(self->fd, 0, 0, 0);
	check_membership(self->fd, 0, PARTIES - 1);
}

/* An arrival for a generation that has opened is not removed any more. */
TEST_F(dynamic, killed_after_it_opened)
{
	member_start(&self->a, self->fd, END_BY_KILL, party_meet, 0);
	wait_for_waiters(self->fd, 1);
	EXPECT_EQ(0, barrier_join(self->fd));
	member_start(&self->b, self->fd, END_BY_KILL, party_meet, 0);
	wait_for_waiters(self->fd, 2);
	EXPECT_EQ(KIPC_BARRIER_SERIAL, barrier_wait(self->fd));
	wait_for_member(&self->a);
	wait_for_member(&self->b);
	member_end(&self->b);
	member_finish(&self->b);
	check_barrier(self->fd, 0, 1, 0);
	check_membership(self->fd, 2, 2);
	EXPECT_EQ(-EAGAIN, barrier_trywait(self->fd));
	member_end(&self->a);
	member_finish(&self->a);
	check_membership(self->fd, 1, 1);
}

/*
 * There are more waiters than the kernel wakes at once. The kernel owns the
 * word all the time.
 */
TEST_F_TIMEOUT(dynamic, opens_for_many, 100)
{
	struct member members[40];
	unsigned int i, serial = 0;

	member_start(&self->a, self->fd, END_BY_KILL, join_twice, 0);
	wait_for_member(&self->a);
	for (i = 0; i < ARRAY_SIZE(members); i++)
		member_start(&members[i], self->fd, END_BY_EXIT,
			     party_wait, 0);
	wait_for_waiters(self->fd, ARRAY_SIZE(members));
	check_membership(self->fd, ARRAY_SIZE(members) + 1,
			 ARRAY_SIZE(members) + 2);
	EXPECT_EQ(KIPC_SLOW, word_load(word_at(&self->words, 0)));
	member_end(&self->a);
	for (i = 0; i < ARRAY_SIZE(members); i++)
		serial += member_finish(&members[i]);
	EXPECT_EQ((unsigned int)KIPC_BARRIER_SERIAL, serial);
	member_finish(&self->a);
	check_barrier(self->fd, 0, 1, 0);
}

/* The first joins fill the vacant parties; later joins add parties. */
TEST_F(dynamic, joins_and_leaves)
{
	unsigned int i;

	check_membership(self->fd, 0, PARTIES);
	EXPECT_EQ(-EPERM, barrier_leave(self->fd));
	for (i = 0; i < PARTIES; i++) {
		EXPECT_EQ(0, barrier_join(self->fd));
		check_membership(self->fd, 1, PARTIES);
	}
	EXPECT_EQ(0, barrier_join(self->fd));
	check_membership(self->fd, 1, PARTIES + 1);
	for (i = PARTIES + 1; i > 0; i--) {
		check_membership(self->fd, 1, i);
		EXPECT_EQ(0, barrier_leave(self->fd));
	}
	check_membership(self->fd, 0, 0);
	EXPECT_EQ(-EPERM, barrier_leave(self->fd));
	check_barrier(self->fd, 0, 0, 0);
}

/*
 * The only party need not wait. A process that arrives at a barrier without
 * parties becomes its first party.
 */
TEST_F(dynamic, of_one_and_of_none)
{
	unsigned int i;

	for (i = 0; i < PARTIES; i++)
		EXPECT_EQ(0, barrier_join(self->fd));
	EXPECT_EQ(-EAGAIN, barrier_trywait(self->fd));
	for (i = 0; i < PARTIES - 1; i++)
		EXPECT_EQ(0, barrier_leave(self->fd));
	check_barrier(self->fd, 0, 0, 0);
	EXPECT_EQ(KIPC_BARRIER_SERIAL, barrier_wait(self->fd));
	EXPECT_EQ(KIPC_BARRIER_SERIAL, barrier_trywait(self->fd));
	EXPECT_EQ(0, barrier_leave(self->fd));
	check_membership(self->fd, 0, 0);
	check_barrier(self->fd, 0, 2, 0);
	EXPECT_EQ(KIPC_BARRIER_SERIAL, barrier_wait(self->fd));
	check_membership(self->fd, 1, 1);
}

/* Two threads that arrive are two parties. A try that fails adds none. */
TEST_F(dynamic, joins_by_arriving)
{
	struct waiting_thread first, second;

	EXPECT_EQ(-EAGAIN, barrier_trywait(self->fd));
	check_membership(self->fd, 0, PARTIES);
	ASSERT_EQ(0, thread_start(&first, self->fd, barrier_wait));
	wait_for_waiters(self->fd, 1);
	ASSERT_EQ(0, thread_start(&second, self->fd, barrier_wait));
	wait_for_waiters(self->fd, 2);
	check_membership(self->fd, 1, PARTIES);
	EXPECT_EQ(KIPC_BARRIER_SERIAL, barrier_wait(self->fd));
	EXPECT_EQ(0, thread_finish(&first));
	EXPECT_EQ(0, thread_finish(&second));
	/* In the next generation the process has three parties. */
	EXPECT_EQ(-EAGAIN, barrier_trywait(self->fd));
	EXPECT_EQ(0, barrier_leave(self->fd));
	EXPECT_EQ(0, barrier_leave(self->fd));
	EXPECT_EQ(KIPC_BARRIER_SERIAL, barrier_wait(self->fd));
	check_membership(self->fd, 1, 1);
}

/*
 * Leaving while a thread waits removes the arrival of that thread, but the
 * barrier still lets the thread go on when it opens.
 */
TEST_F(dynamic, leaves_while_a_thread_waits)
{
	struct waiting_thread waiter;

	ASSERT_EQ(0, thread_start(&waiter, self->fd, barrier_wait));
	wait_for_waiters(self->fd, 1);
	check_barrier(self->fd, 1, 0, 0);
	EXPECT_EQ(0, barrier_leave(self->fd));
	check_barrier(self->fd, 0, 0, 0);
	check_membership(self->fd, 0, PARTIES - 1);
	/*
	 * Joining and leaving twice removes the two vacant parties. The barrier
	 * then opens, and the waiting thread is the serial party.
	 */
	EXPECT_EQ(0, barrier_join(self->fd));
	EXPECT_EQ(0, barrier_join(self->fd));
	EXPECT_EQ(0, barrier_leave(self->fd));
	EXPECT_EQ(0, barrier_leave(self->fd));
	EXPECT_EQ(KIPC_BARRIER_SERIAL, thread_finish(&waiter));
	check_barrier(self->fd, 0, 1, 0);
}

TEST_F(dynamic, has_a_limit)
{
	int fd = create_flags(barrier_args(KIPC_PARTIES_MAX), KIPC_DROP);
	struct words words = {};
	unsigned int i;

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, words_attach(&words, fd));
	for (i = 0; i < KIPC_PARTIES_MAX; i++)
		ASSERT_EQ(0, barrier_join(fd));
	EXPECT_EQ(-EOVERFLOW, barrier_join(fd));
	check_membership(fd, 1, KIPC_PARTIES_MAX);
	EXPECT_EQ(0, barrier_leave(fd));
	check_membership(fd, 1, KIPC_PARTIES_MAX - 1);
	EXPECT_EQ(0, barrier_join(fd));
	/* Arriving cannot add a party beyond the limit either. */
	member_start(&self->a, fd, END_BY_EXIT, party_wait, 0);
	EXPECT_EQ(-EOVERFLOW, member_finish(&self->a));
}

TEST_F(dynamic, needs_a_mapping)
{
	words_unmap(&self->words);
	EXPECT_EQ(-ENXIO, barrier_wait(self->fd));
	EXPECT_EQ(-ENXIO, barrier_trywait(self->fd));
	EXPECT_EQ(-ENXIO, barrier_wait_arrived(self->fd, 1));
	EXPECT_EQ(-ENXIO, barrier_join(self->fd));
	EXPECT_EQ(-ENXIO, barrier_leave(self->fd));
	check_barrier(self->fd, 0, 0, 0);
	EXPECT_EQ(0, barrier_abort(self->fd));
	EXPECT_EQ(0, barrier_reset(self->fd));
}

/*
 * Breaking and resetting work as in other barriers. The members stay members.
 */
TEST_F(dynamic, breaks_and_is_mended)
{
	member_start(&self->a, self->fd, END_BY_EXIT, party_wait, 0);
	wait_for_waiters(self->fd, 1);
	EXPECT_EQ(0, barrier_join(self->fd));
	EXPECT_EQ(0, barrier_abort(self->fd));
	EXPECT_EQ(-ECANCELED, member_finish(&self->a));
	check_membership(self->fd, 1, PARTIES - 1);
	EXPECT_EQ(-ECANCELED, barrier_wait(self->fd));
	EXPECT_EQ(0, barrier_leave(self->fd));
	check_barrier(self->fd, 0, 0, ECANCELED);
	EXPECT_EQ(0, barrier_reset(self->fd));
	check_membership(self->fd, 0, 1);
	EXPECT_EQ(KIPC_BARRIER_SERIAL, barrier_wait(self->fd));
}

/*
 * A process that claims an arrival which it never made does not remove the
 * arrival of another process when its wait fails.
 */
TEST_F(dynamic, lies)
{
	const long max_waiters = parameter_get("max_waiters");
	struct kipc_barrier_wait_args args = {
		.size = sizeof(args),
		.flags = KIPC_ARRIVED,
		.word = 1,
		.deadline = KIPC_FOREVER,
	};

	if (geteuid())
		SKIP(return, "needs root to change a parameter");
	member_start(&self->a, self->fd, END_BY_EXIT, party_wait, 0);
	wait_for_waiters(self->fd, 1);
	ASSERT_EQ(0, parameter_set("max_waiters", 1));
	EXPECT_EQ(-EUSERS, kipc_call(self->fd, KIPC_BARRIER_WAIT, &args));
	EXPECT_EQ(-EUSERS, barrier_wait(self->fd));
	EXPECT_EQ(0, parameter_set("max_waiters", max_waiters));
	check_barrier(self->fd, 1, 0, 0);
	check_membership(self->fd, 1, PARTIES);
	EXPECT_EQ(0, barrier_abort(self->fd));
	EXPECT_EQ(-ECANCELED, member_finish(&self->a));
}

/*
 * Members that arrive are killed again and again. The members that stay never
 * get stuck.
 */

#define STAYERS		3
#define KILLED		200

static int stay(void *data)
{
	struct member_shared *shared = data;
	int ret;

	if (member_attach(shared) || barrier_join(shared->fd))
		_exit(1);
	flag_raise(&shared->ready);
	while (!flag_is_raised(&shared->go)) {
		ret = barrier_wait(shared->fd);
		if (ret < 0)
			return ret;
		__atomic_add_fetch(&shared->value, ret, __ATOMIC_SEQ_CST);
	}
	return barrier_leave(shared->fd);
}

static int come_and_go(void *data)
{
	struct member_shared *shared = data;

	if (member_attach(shared) || barrier_join(shared->fd))
		_exit(1);
	flag_raise(&shared->ready);
	while (barrier_wait(shared->fd) >= 0)
		;
	return 0;
}

TEST_F_TIMEOUT(dynamic, killed_wherever_it_is, 200)
{
	struct kipc_barrier_state_args state;
	struct member stayers[STAYERS];
	unsigned int i, serial = 0, killed = scaled(KILLED);

	for (i = 0; i < STAYERS; i++) {
		member_start(&stayers[i], self->fd, END_BY_EXIT, stay, 0);
		wait_for_member(&stayers[i]);
	}
	for (i = 0; i < killed; i++) {
		member_start(&self->a, self->fd, END_BY_KILL, come_and_go, 0);
		wait_for_member(&self->a);
		member_end(&self->a);
		EXPECT_EQ(CHILD_KILLED, member_finish(&self->a));
		check_membership(self->fd, STAYERS, STAYERS);
	}
	for (i = 0; i < STAYERS; i++)
		member_end(&stayers[i]);
	for (i = 0; i < STAYERS; i++) {
		serial += stayers[i].shared->value;
		EXPECT_EQ(0, member_finish(&stayers[i]));
	}
	check_membership(self->fd, 0, 0);
	EXPECT_EQ(0, barrier_state(self->fd, &state));
	EXPECT_EQ(0U, state.arrived);
	EXPECT_EQ(0U, state.broken);
	/*
	 * The killed members were the serial parties of the other generations.
	 */
	EXPECT_LE(serial, state.generation);
	EXPECT_LT(0U, serial);
}

TEST(drop_is_of_barriers)
{
	EXPECT_EQ(-EINVAL, create_flags(semaphore_args(1, 0, 1), KIPC_DROP));
	EXPECT_EQ(-EINVAL, create_flags(mailbox_args(64, 1), KIPC_DROP));
	EXPECT_EQ(-EINVAL, create_flags(create_args(KIPC_MUTEX), KIPC_DROP));
}

int main(int argc, char **argv)
{
	return member_main(argc, argv);
}
