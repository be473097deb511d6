// SPDX-License-Identifier: GPL-2.0-only
/*
 * Waiting for a semaphore: deadlines on both clocks and in time namespaces,
 * signals, deaths, and the limit on the number of waiters.
 */
#include "kipc_test.h"
#include "handler.h"
#include "parameter.h"
#include "wait_child.h"

#include <pthread.h>

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME	0x80
#endif

#define INITIAL		2
#define MAX		10

static int create_semaphore(__u32 flags)
{
	return create_flags(semaphore_args(1, INITIAL, MAX), flags);
}

/* Deadlines. */

FIXTURE(deadline) {
	int fd;
};

FIXTURE_VARIANT(deadline) {
	clockid_t clock;
	unsigned int flags;
	__u32 created;
};

FIXTURE_VARIANT_ADD(deadline, monotonic) {
	.clock = CLOCK_MONOTONIC,
};

FIXTURE_VARIANT_ADD(deadline, realtime) {
	.clock = CLOCK_REALTIME,
	.flags = KIPC_REALTIME,
};

FIXTURE_VARIANT_ADD(deadline, monotonic_sealed) {
	.clock = CLOCK_MONOTONIC,
	.created = KIPC_SEALED,
};

FIXTURE_SETUP(deadline)
{
	self->fd = create_semaphore(variant->created);
	ASSERT_LE(0, self->fd);
}

FIXTURE_TEARDOWN(deadline)
{
	close(self->fd);
}

TEST_F(deadline, passes)
{
	__s64 deadline;
	int ms;

	for (ms = 1; ms <= 64; ms *= 4) {
		deadline = deadline_in_ms(variant->clock, ms);
		EXPECT_EQ(-ETIMEDOUT,
			  semaphore_timedwait(self->fd, 0, INITIAL + 1,
					      deadline, variant->flags));
		EXPECT_LE(deadline, now_ns(variant->clock));
	}
	check_value(self->fd, 0, INITIAL);
	EXPECT_EQ(0L, waiters(self->fd));
}

/*
 * A call whose deadline has passed does not wait, but it takes what is there.
 */
TEST_F(deadline, has_passed)
{
	const __s64 past[] = { 0, 1, now_ns(variant->clock) - 1 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(past); i++) {
		EXPECT_EQ(-ETIMEDOUT,
			  semaphore_timedwait(self->fd, 0, INITIAL + 1,
					      past[i], variant->flags));
		check_value(self->fd, 0, INITIAL);
		EXPECT_EQ(0, semaphore_timedwait(self->fd, 0, 1, past[i],
						 variant->flags));
		EXPECT_EQ(0, semaphore_post(self->fd, 0, 1));
	}
}

TEST_F(deadline, is_negative)
{
	const __s64 negative[] = { -1, -NS_PER_SEC, -KIPC_FOREVER,
				   -KIPC_FOREVER - 1 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(negative); i++)
		EXPECT_EQ(-EINVAL, semaphore_timedwait(self->fd, 0, 1,
						       negative[i],
						       variant->flags));
	check_value(self->fd, 0, INITIAL);
}

/*
 * A deadline so far away that an offset cannot be added to it without overflow.
 */
TEST_F(deadline, is_far_away)
{
	const __s64 far[] = { KIPC_FOREVER, KIPC_FOREVER - 1,
			      KIPC_FOREVER - NS_PER_SEC, KIPC_FOREVER / 2 };
	struct wait_request request = {
		.fd = self->fd,
		.count = INITIAL + 1,
		.flags = variant->flags,
	};
	struct child waiter;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(far); i++) {
		request.deadline = far[i];
		child_start(&waiter, run_semaphore_wait, &request);
		wait_for_waiters(self->fd, 1);
		EXPECT_EQ(0, semaphore_post(self->fd, 0, 1));
		EXPECT_EQ(0, child_finish(&waiter));
		EXPECT_EQ(0, semaphore_post(self->fd, 0, INITIAL));
	}
}

TEST_F(deadline, is_met)
{
	struct wait_request request = {
		.fd = self->fd,
		.count = INITIAL + 1,
		.flags = variant->flags,
		.deadline = now_ns(variant->clock) + 1000 * NS_PER_SEC,
	};
	struct child waiter;

	child_start(&waiter, run_semaphore_wait, &request);
	wait_for_waiters(self->fd, 1);
	EXPECT_EQ(0, semaphore_post(self->fd, 0, 1));
	EXPECT_EQ(0, child_finish(&waiter));
	check_value(self->fd, 0, 0);
}

/*
 * Signals with SA_RESTART arrive all the time, more often than the deadline is
 * long. If a restart extended the deadline, the wait would never end.
 */
TEST_F(deadline, is_not_stretched_by_signals)
{
	struct wait_request request = {
		.fd = self->fd,
		.count = INITIAL + 1,
		.flags = variant->flags,
		.deadline = deadline_in_ms(variant->clock, 300),
	};
	struct child waiter;

	handle_signal(SIGUSR1, SA_RESTART);
	child_start(&waiter, run_semaphore_wait, &request);
	while (!child_ended(&waiter))
		interrupt(&waiter, SIGUSR1);
	EXPECT_EQ(-ETIMEDOUT, child_finish(&waiter));
	EXPECT_LE(request.deadline, now_ns(variant->clock));
	EXPECT_LT(0U, *handled);
	check_value(self->fd, 0, INITIAL);
}

TEST_F(deadline, does_not_go_with_a_try)
{
	const unsigned int flags = KIPC_TRY | variant->flags;

	EXPECT_EQ(-EINVAL, semaphore_timedwait(self->fd, 0, 1, 1, flags));
	EXPECT_EQ(-EINVAL, semaphore_timedwait(self->fd, 0, 1, KIPC_FOREVER,
					       flags));
	check_value(self->fd, 0, INITIAL);
}

/*
 * O_NONBLOCK concerns read() and write() only. Other processes can set it, so
 * it must not change how a wait is bounded.
 */
TEST_F(deadline, counts_on_a_descriptor_that_does_not_block)
{
	ASSERT_EQ(0, fcntl(self->fd, F_SETFL, O_NONBLOCK));
	EXPECT_EQ(0, semaphore_timedwait(self->fd, 0, INITIAL, KIPC_FOREVER,
					 variant->flags));
	EXPECT_EQ(-ETIMEDOUT, semaphore_timedwait(self->fd, 0, 1, 1,
						  variant->flags));
}

/* Time namespaces: a monotonic deadline refers to the clock of the caller. */

FIXTURE(time_namespace) {
	int fd;
	__s64 offset;
};

FIXTURE_VARIANT(time_namespace) {
	bool ahead;
};

FIXTURE_VARIANT_ADD(time_namespace, ahead) {
	.ahead = true,
};

FIXTURE_VARIANT_ADD(time_namespace, behind) {
};

FIXTURE_SETUP(time_namespace)
{
	__s64 now = now_ns(CLOCK_MONOTONIC);
	char offsets[64];

	if (geteuid())
		SKIP(return, "needs root to enter a time namespace");
	self->fd = create_semaphore(0);
	ASSERT_LE(0, self->fd);
	self->offset = variant->ahead ? 1000000 : -(now / 2 / NS_PER_SEC) - 1;
	if (unshare(CLONE_NEWTIME))
		SKIP(return, "no time namespaces");
	snprintf(offsets, sizeof(offsets), "monotonic %lld 0",
		 (long long)self->offset);
	ASSERT_EQ(0, write_file("/proc/self/timens_offsets", offsets));
}

FIXTURE_TEARDOWN(time_namespace)
{
	close(self->fd);
}

TEST_F(time_namespace, deadline_passes)
{
	__s64 outside = now_ns(CLOCK_MONOTONIC), deadline;
	pid_t child = child_fork();

	if (!child) {
		deadline = deadline_in_ms(CLOCK_MONOTONIC, 50);
		/* The child really runs in the other time namespace. */
		EXPECT_EQ(variant->ahead, deadline > outside +
			  self->offset / 2 * NS_PER_SEC);
		EXPECT_EQ(-ETIMEDOUT,
			  semaphore_timedwait(self->fd, 0, INITIAL + 1,
					      deadline, 0));
		EXPECT_LE(deadline, now_ns(CLOCK_MONOTONIC));
		_exit(_metadata->exit_code);
	}
	EXPECT_EQ(0, child_wait(child));
}

TEST_F(time_namespace, deadline_has_passed)
{
	pid_t child = child_fork();

	if (!child) {
		EXPECT_EQ(-ETIMEDOUT,
			  semaphore_timedwait(self->fd, 0, INITIAL + 1, 0, 0));
		EXPECT_EQ(-ETIMEDOUT,
			  semaphore_timedwait(self->fd, 0, INITIAL + 1, 1, 0));
		EXPECT_EQ(-ETIMEDOUT,
			  semaphore_timedwait(self->fd, 0, INITIAL + 1,
					      now_ns(CLOCK_MONOTONIC) - 1, 0));
		EXPECT_EQ(-EINVAL,
			  semaphore_timedwait(self->fd, 0, INITIAL + 1, -1, 0));
		_exit(_metadata->exit_code);
	}
	EXPECT_EQ(0, child_wait(child));
}

/*
 * An offset never turns a deadline that is too far away to pass into one that
 * passes.
 */
TEST_F(time_namespace, deadline_is_far_away)
{
	const __s64 far[] = { KIPC_FOREVER, KIPC_FOREVER - 1,
			      KIPC_FOREVER - NS_PER_SEC };
	struct wait_request request = {
		.fd = self->fd,
		.count = INITIAL + 1,
	};
	struct child waiter;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(far); i++) {
		request.deadline = far[i];
		child_start(&waiter, run_semaphore_wait, &request);
		wait_for_waiters(self->fd, 1);
		EXPECT_EQ(0, semaphore_post(self->fd, 0, 1));
		EXPECT_EQ(0, child_finish(&waiter));
		EXPECT_EQ(0, semaphore_post(self->fd, 0, INITIAL));
	}
}

TEST_F(time_namespace, real_time_is_everywhere)
{
	__s64 deadline;
	pid_t child = child_fork();

	if (!child) {
		deadline = deadline_in_ms(CLOCK_REALTIME, 50);
		EXPECT_EQ(-ETIMEDOUT,
			  semaphore_timedwait(self->fd, 0, INITIAL + 1,
					      deadline, KIPC_REALTIME));
		EXPECT_LE(deadline, now_ns(CLOCK_REALTIME));
		_exit(_metadata->exit_code);
	}
	EXPECT_EQ(0, child_wait(child));
}

/* Signals and deaths. */

FIXTURE(interrupted) {
	int fd;
	struct child waiter;
};

FIXTURE_VARIANT(interrupted) {
	__u32 created;
};

FIXTURE_VARIANT_ADD(interrupted, mapped) {
};

FIXTURE_VARIANT_ADD(interrupted, sealed) {
	.created = KIPC_SEALED,
};

FIXTURE_SETUP(interrupted)
{
	self->fd = create_semaphore(variant->created);
	ASSERT_LE(0, self->fd);
}

FIXTURE_TEARDOWN(interrupted)
{
	close(self->fd);
}

/* Starts a waiter for one unit more than there is. */
#define START_WAITER() do { \
	start_semaphore_wait(&self->waiter, self->fd, 0, INITIAL + 1); \
	wait_for_waiters(self->fd, 1); \
} while (0)

TEST_F(interrupted, ends_with_eintr)
{
	handle_signal(SIGUSR1, 0);
	START_WAITER();
	interrupt(&self->waiter, SIGUSR1);
	EXPECT_EQ(-EINTR, child_finish(&self->waiter));
	EXPECT_EQ(1U, *handled);
	EXPECT_EQ(0L, waiters(self->fd));
	check_value(self->fd, 0, INITIAL);
}

TEST_F(interrupted, restarts)
{
	unsigned int i;

	handle_signal(SIGUSR1, SA_RESTART);
	START_WAITER();
	for (i = 1; i <= 20; i++) {
		interrupt(&self->waiter, SIGUSR1);
		wait_for_waiters(self->fd, 1);
		EXPECT_EQ(i, *handled);
	}
	EXPECT_EQ(0, semaphore_post(self->fd, 0, 1));
	EXPECT_EQ(0, child_finish(&self->waiter));
	check_value(self->fd, 0, 0);
}

TEST_F(interrupted, ignored_signals_do_nothing)
{
	signal(SIGUSR1, SIG_IGN);
	START_WAITER();
	kill(self->waiter.pid, SIGUSR1);
	kill(self->waiter.pid, SIGCHLD);
	EXPECT_EQ(0, semaphore_post(self->fd, 0, 1));
	EXPECT_EQ(0, child_finish(&self->waiter));
}

/* A stop does not end the wait: the waiter continues it and gets its unit. */
TEST_F(interrupted, stops_and_continues)
{
	START_WAITER();
	kill(self->waiter.pid, SIGSTOP);
	ASSERT_EQ(self->waiter.pid,
		  waitpid(self->waiter.pid, NULL, WUNTRACED));
	EXPECT_EQ(0, semaphore_post(self->fd, 0, 1));
	kill(self->waiter.pid, SIGCONT);
	EXPECT_EQ(0, child_finish(&self->waiter));
	check_value(self->fd, 0, 0);
}

/* The unit goes to the next waiter. */
TEST_F(interrupted, death_loses_nothing)
{
	struct child next;

	START_WAITER();
	start_semaphore_wait(&next, self->fd, 0, INITIAL + 1);
	wait_for_waiters(self->fd, 2);
	EXPECT_EQ(CHILD_KILLED, child_kill(&self->waiter));
	EXPECT_EQ(1L, waiters(self->fd));
	check_value(self->fd, 0, INITIAL);
	EXPECT_EQ(0, semaphore_post(self->fd, 0, 1));
	EXPECT_EQ(0, child_finish(&next));
}

TEST_F(interrupted, death_of_one_in_the_middle)
{
	struct child children[5];
	size_t i;

	ASSERT_EQ(0, semaphore_trywait(self->fd, 0, INITIAL));
	for (i = 0; i < ARRAY_SIZE(children); i++) {
		start_semaphore_wait(&children[i], self->fd, 0, 1);
		wait_for_waiters(self->fd, i + 1);
	}
	EXPECT_EQ(CHILD_KILLED, child_kill(&children[0]));
	EXPECT_EQ(CHILD_KILLED, child_kill(&children[2]));
	EXPECT_EQ(CHILD_KILLED, child_kill(&children[4]));
	EXPECT_EQ(0, semaphore_post(self->fd, 0, 2));
	EXPECT_EQ(0, child_finish(&children[1]));
	EXPECT_EQ(0, child_finish(&children[3]));
	check_value(self->fd, 0, 0);
}

/* A unit is posted for a waiter that is being killed. The unit is not lost. */
TEST_F(interrupted, death_races_with_a_post)
{
	int i, rounds = scaled(200);

	for (i = 0; i < rounds; i++) {
		START_WAITER();
		kill(self->waiter.pid, SIGKILL);
		EXPECT_EQ(0, semaphore_post(self->fd, 0, 1));
		EXPECT_EQ(CHILD_KILLED, child_finish(&self->waiter));
		EXPECT_EQ(0L, waiters(self->fd));
		check_value(self->fd, 0, INITIAL + 1);
		ASSERT_EQ(0, semaphore_trywait(self->fd, 0, 1));
	}
}

struct taker {
	int fd;
	unsigned int wanted;
	unsigned int taken;
	unsigned int interrupted;
};

static int run_taker(void *data)
{
	struct taker *taker = data;
	int ret;

	while (taker->taken < taker->wanted) {
		ret = semaphore_wait(taker->fd, 0, 1);
		if (!ret)
			__atomic_add_fetch(&taker->taken, 1, __ATOMIC_SEQ_CST);
		else if (ret == -EINTR)
			taker->interrupted++;
		else
			return ret;
	}
	return 0;
}

/*
 * A signal and a unit arrive at the same time. A wait that ends with EINTR has
 * taken no unit.
 */
TEST_F(interrupted, signal_races_with_a_post)
{
	struct taker *taker = shared_alloc(sizeof(*taker));
	unsigned int i;

	ASSERT_EQ(0, semaphore_trywait(self->fd, 0, INITIAL));
	taker->fd = self->fd;
	taker->wanted = 3000;
	handle_signal(SIGUSR1, 0);
	child_start(&self->waiter, run_taker, taker);
	for (i = 0; i < taker->wanted; i++) {
		if (i % 2)
			kill(self->waiter.pid, SIGUSR1);
		EXPECT_EQ(0, semaphore_post(self->fd, 0, 1));
		if (!(i % 2))
			kill(self->waiter.pid, SIGUSR1);
		wait_until(__atomic_load_n(&taker->taken, __ATOMIC_SEQ_CST) > i);
	}
	EXPECT_EQ(0, child_finish(&self->waiter));
	EXPECT_LT(0U, taker->interrupted);
	check_value(self->fd, 0, 0);
}

struct thread_wait {
	int fd;
	int ret;
};

static void *run_thread(void *data)
{
	struct thread_wait *wait = data;

	wait->ret = semaphore_wait(wait->fd, 0, INITIAL + 1);
	return NULL;
}

/* A waiter does not need the descriptor any more. */
TEST_F(interrupted, closing_the_descriptor_is_no_end)
{
	struct thread_wait wait = { .fd = dup(self->fd) };
	pthread_t thread;

	ASSERT_LE(0, wait.fd);
	ASSERT_EQ(0, pthread_create(&thread, NULL, run_thread, &wait));
	wait_for_waiters(self->fd, 1);
	EXPECT_EQ(0, close(wait.fd));
	EXPECT_EQ(1L, waiters(self->fd));
	EXPECT_EQ(0, semaphore_post(self->fd, 0, 1));
	EXPECT_EQ(0, pthread_join(thread, NULL));
	EXPECT_EQ(0, wait.ret);
}

/* The limit on the number of waiters. */

FIXTURE(crowd) {
	long max_waiters;
};

FIXTURE_VARIANT(crowd) {
	__u32 type;
	int (*wait)(int fd);
};

static int crowd_semaphore(int fd)
{
	return semaphore_wait(fd, 0, 1);
}

FIXTURE_VARIANT_ADD(crowd, semaphore) {
	.type = KIPC_SEMAPHORE,
	.wait = crowd_semaphore,
};

FIXTURE_VARIANT_ADD(crowd, barrier) {
	.type = KIPC_BARRIER,
	.wait = barrier_wait,
};

static int crowd_mailbox(int fd)
{
	struct message message;

	return mailbox_receive(fd, &message);
}

FIXTURE_VARIANT_ADD(crowd, mailbox) {
	.type = KIPC_MAILBOX,
	.wait = crowd_mailbox,
};

FIXTURE_SETUP(crowd)
{
	if (geteuid())
		SKIP(return, "needs root to change the limit");
	self->max_waiters = parameter_get("max_waiters");
	ASSERT_LT(0, self->max_waiters);
	ASSERT_EQ(0, parameter_set("max_waiters", 3));
}

FIXTURE_TEARDOWN(crowd)
{
	parameter_set("max_waiters", self->max_waiters);
}

struct crowd_wait {
	int fd;
	int (*wait)(int fd);
};

static int run_crowd(void *data)
{
	struct crowd_wait *crowd = data;

	return crowd->wait(crowd->fd);
}

TEST_F(crowd, is_bounded)
{
	struct kipc_create_args args = any_args(variant->type);
	struct crowd_wait crowd = { .wait = variant->wait };
	struct child children[3];
	size_t i;

	if (variant->type == KIPC_BARRIER)
		args = barrier_args(5);
	crowd.fd = create(args);
	ASSERT_LE(0, crowd.fd);
	for (i = 0; i < ARRAY_SIZE(children); i++)
		child_start(&children[i], run_crowd, &crowd);
	wait_for_waiters(crowd.fd, ARRAY_SIZE(children));
	EXPECT_EQ(-EUSERS, variant->wait(crowd.fd));
	/* The refused call has not arrived at the barrier either. */
	if (variant->type == KIPC_BARRIER)
		check_barrier(crowd.fd, 3, 0, 0);
	EXPECT_EQ((long)ARRAY_SIZE(children), waiters(crowd.fd));
	/* A death breaks a barrier, and then the others end by themselves. */
	for (i = 0; i < ARRAY_SIZE(children); i++)
		EXPECT_GT(0, child_kill(&children[i]));
	EXPECT_EQ(0L, waiters(crowd.fd));
}

/* The limit is lowered below the number of threads that wait already. */
TEST_F(crowd, is_bounded_by_a_lower_limit)
{
	struct kipc_create_args args = any_args(variant->type);
	struct crowd_wait crowd = { .wait = variant->wait };
	struct child children[3];
	size_t i;

	if (variant->type == KIPC_BARRIER)
		args = barrier_args(5);
	crowd.fd = create(args);
	ASSERT_LE(0, crowd.fd);
	for (i = 0; i < ARRAY_SIZE(children); i++)
		child_start(&children[i], run_crowd, &crowd);
	wait_for_waiters(crowd.fd, ARRAY_SIZE(children));
	ASSERT_EQ(0, parameter_set("max_waiters", 1));
	EXPECT_EQ(-EUSERS, variant->wait(crowd.fd));
	for (i = 0; i < ARRAY_SIZE(children); i++)
		child_kill(&children[i]);
	close(crowd.fd);
}

TEST_HARNESS_MAIN
