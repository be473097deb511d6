// SPDX-License-Identifier: GPL-2.0-only
/*
 * Barriers are opened, broken and reset. The tests use the kernel alone;
 * barrier_word.c tests the word.
 */
#include "kipc_test.h"
#include "handler.h"
#include "wait_child.h"

#include <sys/epoll.h>

#define PARTIES		3

FIXTURE(barrier) {
	int fd;
	struct child a, b;
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
	self->fd = create_flags(barrier_args(PARTIES), variant->flags);
	ASSERT_LE(0, self->fd);
}

FIXTURE_TEARDOWN(barrier)
{
	close(self->fd);
}

/* Starts two parties, which wait for the third. */
#define START_BOTH() do { \
	start_barrier_wait(&self->a, self->fd); \
	wait_for_waiters(self->fd, 1); \
	start_barrier_wait(&self->b, self->fd); \
	wait_for_waiters(self->fd, 2); \
} while (0)

/* Checks the result that both waiters get. */
#define FINISH_BOTH(expected) do { \
	EXPECT_EQ(expected, child_finish(&self->a)); \
	EXPECT_EQ(expected, child_finish(&self->b)); \
} while (0)

TEST_F(barrier, starts_empty)
{
	struct kipc_barrier_state_args state;

	ASSERT_EQ(0, barrier_state(self->fd, &state));
	EXPECT_EQ((__u32)PARTIES, state.parties);
	EXPECT_EQ(0U, state.arrived);
	EXPECT_EQ(0U, state.generation);
	EXPECT_EQ(0U, state.broken);
	EXPECT_EQ(0U, state.waiters);
}

/* The serial party is the last one to arrive, which need not wait. */
TEST_F(barrier, opens)
{
	START_BOTH();
	check_barrier(self->fd, 2, 0, 0);
	EXPECT_EQ(KIPC_BARRIER_SERIAL, barrier_wait(self->fd));
	FINISH_BOTH(0);
	check_barrier(self->fd, 0, 1, 0);
	EXPECT_EQ(0L, waiters(self->fd));
}

TEST_F(barrier, counts_those_who_wait)
{
	struct kipc_barrier_state_args state = {};

	START_BOTH();
	EXPECT_EQ(0, barrier_state(self->fd, &state));
	EXPECT_EQ(2U, state.waiters);
	EXPECT_EQ(KIPC_BARRIER_SERIAL, barrier_wait(self->fd));
	FINISH_BOTH(0);
	EXPECT_EQ(0, barrier_state(self->fd, &state));
	EXPECT_EQ(0U, state.waiters);
}

TEST_F(barrier, opens_again_and_again)
{
	unsigned int i;

	for (i = 0; i < 10; i++) {
		START_BOTH();
		EXPECT_EQ(KIPC_BARRIER_SERIAL, barrier_wait(self->fd));
		FINISH_BOTH(0);
		check_barrier(self->fd, 0, i + 1, 0);
	}
}

/* The most parties are more than the kernel wakes in one go. */
TEST_F(barrier, of_the_most_parties)
{
	int fd = create_flags(barrier_args(KIPC_PARTIES_MAX), variant->flags);
	struct kipc_barrier_state_args state = {};
	struct child waiter;

	ASSERT_LE(0, fd);
	EXPECT_EQ(0, barrier_state(fd, &state));
	EXPECT_EQ((__u32)KIPC_PARTIES_MAX, state.parties);
	start_barrier_wait(&waiter, fd);
	wait_for_waiters(fd, 1);
	EXPECT_EQ(-EAGAIN, barrier_trywait(fd));
	check_barrier(fd, 1, 0, 0);
	EXPECT_EQ(0, barrier_abort(fd));
	EXPECT_EQ(-ECANCELED, child_finish(&waiter));
}

/* A try arrives only if its arrival opens the barrier. */
TEST_F(barrier, tries)
{
	EXPECT_EQ(-EAGAIN, barrier_trywait(self->fd));
	check_barrier(self->fd, 0, 0, 0);
	start_barrier_wait(&self->a, self->fd);
	wait_for_waiters(self->fd, 1);
	EXPECT_EQ(-EAGAIN, barrier_trywait(self->fd));
	check_barrier(self->fd, 1, 0, 0);
	start_barrier_wait(&self->b, self->fd);
	wait_for_waiters(self->fd, 2);
	EXPECT_EQ(KIPC_BARRIER_SERIAL, barrier_trywait(self->fd));
	FINISH_BOTH(0);
}

/*
 * O_NONBLOCK, which other users of the open file can set, affects only read()
 * and write().
 */
TEST_F(barrier, waits_on_a_descriptor_that_does_not_block)
{
	ASSERT_EQ(0, fcntl(self->fd, F_SETFL, O_NONBLOCK));
	start_barrier_wait(&self->a, self->fd);
	wait_for_waiters(self->fd, 1);
	start_barrier_wait(&self->b, self->fd);
	wait_for_waiters(self->fd, 2);
	EXPECT_EQ(KIPC_BARRIER_SERIAL, barrier_wait(self->fd));
	FINISH_BOTH(0);
}

/* A barrier cannot be read, written or polled. */
TEST_F(barrier, is_not_to_be_read)
{
	struct epoll_event event = { .events = EPOLLIN };
	int epoll = epoll_create1(EPOLL_CLOEXEC);
	__u64 value = 1;

	ASSERT_LE(0, epoll);
	EXPECT_EQ(-1, epoll_ctl(epoll, EPOLL_CTL_ADD, self->fd, &event));
	EXPECT_EQ(EPERM, errno);
	EXPECT_EQ((ssize_t)-1, read(self->fd, &value, sizeof(value)));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ((ssize_t)-1, write(self->fd, &value, sizeof(value)));
	EXPECT_EQ(EINVAL, errno);
	check_barrier(self->fd, 0, 0, 0);
	close(epoll);
}

/* A deadline that passes breaks the barrier for all parties. */

TEST_F(barrier, deadline_breaks_it)
{
	__s64 deadline;

	start_barrier_wait(&self->a, self->fd);
	wait_for_waiters(self->fd, 1);
	deadline = deadline_in_ms(CLOCK_MONOTONIC, 20);
	EXPECT_EQ(-ETIMEDOUT, barrier_timedwait(self->fd, deadline, 0));
	EXPECT_LE(deadline, now_ns(CLOCK_MONOTONIC));
	EXPECT_EQ(-ECANCELED, child_finish(&self->a));
	/* Parties that arrive later fail too, and at once. */
	EXPECT_EQ(-ECANCELED, barrier_wait(self->fd));
	EXPECT_EQ(-ECANCELED, barrier_trywait(self->fd));
	EXPECT_EQ(-ECANCELED, barrier_timedwait(self->fd, 1, 0));
	check_barrier(self->fd, 2, 0, ECANCELED);
}

TEST_F(barrier, real_deadline_breaks_it)
{
	__s64 deadline = deadline_in_ms(CLOCK_REALTIME, 20);

	start_barrier_wait(&self->a, self->fd);
	wait_for_waiters(self->fd, 1);
	EXPECT_EQ(-ETIMEDOUT,
		  barrier_timedwait(self->fd, deadline, KIPC_REALTIME));
	EXPECT_LE(deadline, now_ns(CLOCK_REALTIME));
	EXPECT_EQ(-ECANCELED, child_finish(&self->a));
}

TEST_F(barrier, past_deadline)
{
	START_BOTH();
	/* The last party need not wait. */
	EXPECT_EQ(KIPC_BARRIER_SERIAL, barrier_timedwait(self->fd, 1, 0));
	FINISH_BOTH(0);
	EXPECT_EQ(-ETIMEDOUT, barrier_timedwait(self->fd, 1, 0));
	EXPECT_EQ(-ECANCELED, barrier_wait(self->fd));
}

TEST_F(barrier, bad_deadlines)
{
	EXPECT_EQ(-EINVAL, barrier_timedwait(self->fd, -1, 0));
	EXPECT_EQ(-EINVAL, barrier_timedwait(self->fd, -KIPC_FOREVER, 0));
	EXPECT_EQ(-EINVAL, barrier_timedwait(self->fd, -1, KIPC_REALTIME));
	EXPECT_EQ(-EINVAL, barrier_timedwait(self->fd, 1, KIPC_TRY));
	EXPECT_EQ(-EINVAL, barrier_timedwait(self->fd, KIPC_FOREVER, KIPC_TRY));
	check_barrier(self->fd, 0, 0, 0);
}

TEST_F(barrier, deadline_is_met)
{
	struct wait_request request = {
		.fd = self->fd,
		.deadline = now_ns(CLOCK_MONOTONIC) + 1000 * NS_PER_SEC,
	};

	child_start(&self->a, run_barrier_wait, &request);
	request.deadline = KIPC_FOREVER - 1;
	child_start(&self->b, run_barrier_wait, &request);
	wait_for_waiters(self->fd, 2);
	EXPECT_EQ(KIPC_BARRIER_SERIAL, barrier_wait(self->fd));
	FINISH_BOTH(0);
}

/* Abort and reset. */

TEST_F(barrier, abort_breaks_it)
{
	START_BOTH();
	EXPECT_EQ(0, barrier_abort(self->fd));
	FINISH_BOTH(-ECANCELED);
	EXPECT_EQ(-ECANCELED, barrier_wait(self->fd));
	check_barrier(self->fd, 2, 0, ECANCELED);
	EXPECT_EQ(0, barrier_abort(self->fd));
	EXPECT_EQ(0L, waiters(self->fd));
}

TEST_F(barrier, abort_before_anybody_comes)
{
	EXPECT_EQ(0, barrier_abort(self->fd));
	EXPECT_EQ(-ECANCELED, barrier_wait(self->fd));
	EXPECT_EQ(-ECANCELED, barrier_trywait(self->fd));
	check_barrier(self->fd, 0, 0, ECANCELED);
}

TEST_F(barrier, reset_mends_it)
{
	EXPECT_EQ(0, barrier_abort(self->fd));
	EXPECT_EQ(0, barrier_reset(self->fd));
	check_barrier(self->fd, 0, 0, 0);
	START_BOTH();
	EXPECT_EQ(KIPC_BARRIER_SERIAL, barrier_wait(self->fd));
	FINISH_BOTH(0);
	check_barrier(self->fd, 0, 1, 0);
}

/* A reset cancels the waits; parties that arrive later form a new group. */
TEST_F(barrier, reset_cancels)
{
	START_BOTH();
	EXPECT_EQ(0, barrier_reset(self->fd));
	FINISH_BOTH(-ECANCELED);
	check_barrier(self->fd, 0, 0, 0);
	START_BOTH();
	EXPECT_EQ(KIPC_BARRIER_SERIAL, barrier_wait(self->fd));
	FINISH_BOTH(0);
}

TEST_F(barrier, reset_of_an_idle_one)
{
	int i;

	for (i = 0; i < 5; i++)
		EXPECT_EQ(0, barrier_reset(self->fd));
	check_barrier(self->fd, 0, 0, 0);
	START_BOTH();
	EXPECT_EQ(KIPC_BARRIER_SERIAL, barrier_wait(self->fd));
	FINISH_BOTH(0);
}

/* Signals. */

TEST_F(barrier, signal_restarts_the_wait)
{
	int i;

	handle_signal(SIGUSR1, SA_RESTART);
	start_barrier_wait(&self->a, self->fd);
	for (i = 0; i < 20; i++) {
		wait_for_waiters(self->fd, 1);
		interrupt(&self->a, SIGUSR1);
	}
	wait_for_waiters(self->fd, 1);
	/* In spite of all restarts the party has arrived only once. */
	check_barrier(self->fd, 1, 0, 0);
	start_barrier_wait(&self->b, self->fd);
	wait_for_waiters(self->fd, 2);
	EXPECT_EQ(KIPC_BARRIER_SERIAL, barrier_wait(self->fd));
	FINISH_BOTH(0);
	check_barrier(self->fd, 0, 1, 0);
}

/* A wait that goes on after EINTR with the arguments that the kernel left. */
struct persistent {
	struct kipc_barrier_wait_args args;
	int fd;
	unsigned int interrupted;
};

static int run_persistent(void *data)
{
	struct persistent *persistent = data;
	int ret;

	do {
		ret = kipc_call(persistent->fd, KIPC_BARRIER_WAIT,
				&persistent->args);
		if (ret == -EINTR)
			persistent->interrupted++;
	} while (ret == -EINTR);
	return ret;
}

static struct persistent *persistent_wait(int fd)
{
	struct persistent *persistent = shared_alloc(sizeof(*persistent));

	persistent->fd = fd;
	persistent->args.size = sizeof(persistent->args);
	persistent->args.deadline = KIPC_FOREVER;
	return persistent;
}

TEST_F(barrier, eintr_keeps_the_arrival)
{
	struct persistent *persistent = persistent_wait(self->fd);
	unsigned int i;

	handle_signal(SIGUSR1, 0);
	child_start(&self->a, run_persistent, persistent);
	for (i = 1; i <= 5; i++) {
		wait_for_waiters(self->fd, 1);
		interrupt(&self->a, SIGUSR1);
		wait_until(persistent->interrupted == i);
		EXPECT_EQ((__u32)KIPC_ARRIVED, persistent->args.flags);
	}
	wait_for_waiters(self->fd, 1);
	check_barrier(self->fd, 1, 0, 0);
	start_barrier_wait(&self->b, self->fd);
	wait_for_waiters(self->fd, 2);
	EXPECT_EQ(KIPC_BARRIER_SERIAL, barrier_wait(self->fd));
	FINISH_BOTH(0);
}

/* A wait that was restarted leaves arguments that are ready for a new wait. */
TEST_F(barrier, arguments_are_good_for_the_next_wait)
{
	struct persistent *persistent = persistent_wait(self->fd);

	handle_signal(SIGUSR1, SA_RESTART);
	child_start(&self->a, run_persistent, persistent);
	wait_for_waiters(self->fd, 1);
	interrupt(&self->a, SIGUSR1);
	wait_for_waiters(self->fd, 1);
	start_barrier_wait(&self->b, self->fd);
	wait_for_waiters(self->fd, 2);
	EXPECT_EQ(KIPC_BARRIER_SERIAL, barrier_wait(self->fd));
	FINISH_BOTH(0);
	EXPECT_EQ(0, persistent->args.flags);
	EXPECT_EQ(0, persistent->args.word);
}

/* The barrier opens while a signal keeps one party out of its wait. */
TEST_F(barrier, opens_during_a_signal)
{
	struct persistent *persistent = persistent_wait(self->fd);

	handle_signal(SIGUSR1, 0);
	child_start(&self->a, run_persistent, persistent);
	wait_for_waiters(self->fd, 1);
	kill(self->a.pid, SIGSTOP);
	waitpid(self->a.pid, NULL, WUNTRACED);
	kill(self->a.pid, SIGUSR1);
	start_barrier_wait(&self->b, self->fd);
	wait_for_waiters(self->fd, 1);
	EXPECT_EQ(KIPC_BARRIER_SERIAL, barrier_wait(self->fd));
	EXPECT_EQ(0, child_finish(&self->b));
	check_barrier(self->fd, 0, 1, 0);
	kill(self->a.pid, SIGCONT);
	EXPECT_EQ(0, child_finish(&self->a));
	check_barrier(self->fd, 0, 1, 0);
}

/*
 * The barrier is broken, or reset, while a signal keeps one party out of its
 * wait.
 */
TEST_F(barrier, breaks_during_a_signal)
{
	START_BOTH();
	kill(self->a.pid, SIGSTOP);
	waitpid(self->a.pid, NULL, WUNTRACED);
	EXPECT_EQ(0, barrier_abort(self->fd));
	EXPECT_EQ(-ECANCELED, child_finish(&self->b));
	kill(self->a.pid, SIGCONT);
	EXPECT_EQ(-ECANCELED, child_finish(&self->a));
}

TEST_F(barrier, is_reset_during_a_signal)
{
	START_BOTH();
	kill(self->a.pid, SIGSTOP);
	waitpid(self->a.pid, NULL, WUNTRACED);
	EXPECT_EQ(0, barrier_reset(self->fd));
	EXPECT_EQ(-ECANCELED, child_finish(&self->b));
	kill(self->a.pid, SIGCONT);
	EXPECT_EQ(-ECANCELED, child_finish(&self->a));
	check_barrier(self->fd, 0, 0, 0);
}

TEST_F(barrier, deadline_is_not_stretched_by_signals)
{
	struct wait_request request = {
		.fd = self->fd,
		.deadline = deadline_in_ms(CLOCK_MONOTONIC, 300),
	};

	handle_signal(SIGUSR1, SA_RESTART);
	child_start(&self->a, run_barrier_wait, &request);
	while (!child_ended(&self->a))
		interrupt(&self->a, SIGUSR1);
	EXPECT_EQ(-ETIMEDOUT, child_finish(&self->a));
	EXPECT_LE(request.deadline, now_ns(CLOCK_MONOTONIC));
	check_barrier(self->fd, 1, 0, ECANCELED);
}

/*
 * Deaths: a killed party never arrives again, so its death breaks the barrier.
 */

TEST_F(barrier, death_breaks_it)
{
	START_BOTH();
	EXPECT_EQ(CHILD_KILLED, child_kill(&self->a));
	EXPECT_EQ(-EOWNERDEAD, child_finish(&self->b));
	EXPECT_EQ(-EOWNERDEAD, barrier_wait(self->fd));
	EXPECT_EQ(-EOWNERDEAD, barrier_trywait(self->fd));
	check_barrier(self->fd, 2, 0, EOWNERDEAD);
	/* The first reason for breaking is the one that is reported. */
	EXPECT_EQ(0, barrier_abort(self->fd));
	EXPECT_EQ(-EOWNERDEAD, barrier_wait(self->fd));
}

TEST_F(barrier, reset_after_a_death)
{
	START_BOTH();
	EXPECT_EQ(CHILD_KILLED, child_kill(&self->b));
	EXPECT_EQ(-EOWNERDEAD, child_finish(&self->a));
	EXPECT_EQ(0, barrier_reset(self->fd));
	check_barrier(self->fd, 0, 0, 0);
	START_BOTH();
	EXPECT_EQ(KIPC_BARRIER_SERIAL, barrier_wait(self->fd));
	FINISH_BOTH(0);
}

/*
 * Either the barrier opened first or it broke. The two parties that are left
 * get the same answer.
 */
TEST_F(barrier, death_races_with_the_last_party)
{
	int i, last, other, rounds = scaled(100);

	for (i = 0; i < rounds; i++) {
		START_BOTH();
		kill(self->a.pid, SIGKILL);
		last = barrier_wait(self->fd);
		child_finish(&self->a);
		other = child_finish(&self->b);
		if (last == KIPC_BARRIER_SERIAL) {
			EXPECT_EQ(0, other);
		} else {
			EXPECT_EQ(-EOWNERDEAD, last);
			EXPECT_EQ(-EOWNERDEAD, other);
			EXPECT_EQ(0, barrier_reset(self->fd));
		}
		EXPECT_EQ(-EAGAIN, barrier_trywait(self->fd));
	}
}

TEST_HARNESS_MAIN
