// SPDX-License-Identifier: GPL-2.0-only
/*
 * Waiters that are interrupted and continue. They keep the place in the queue
 * that they had, whatever made them leave the kernel, unless they did something
 * else meanwhile or were away for too long.
 */
#include "kipc_test.h"
#include "handler.h"
#include "interrupt.h"
#include "lock_child.h"
#include "mutex_word.h"
#include "ring.h"
#include "wait_child.h"

#include <sys/time.h>

#define WAITERS		4
#define TIMES		3	/* interruptions of a waiter */
#define MESSAGE		"message"

/* The waiters and the order in which they succeed. */
struct line {
	int fd;
	unsigned int granted;
	unsigned int order[WAITERS];
};

struct line_request {
	struct line *line;
	unsigned int number;
	struct ring *ring;		/* or NULL */
	int (*enter)(int fd);		/* or NULL */
	int (*wait)(int fd);
	int (*leave)(int fd);		/* or NULL */
};

static int run_in_line(void *data)
{
	const struct line_request *request = data;
	struct line *line = request->line;
	int ret = request->enter ? request->enter(line->fd) : 0;

	if (!ret && request->ring)
		ret = ring_poll(request->ring);
	if (!ret)
		ret = request->wait(line->fd);
	if (ret)
		return ret;
	line->order[__atomic_fetch_add(&line->granted, 1, __ATOMIC_SEQ_CST)] =
		request->number;
	return request->leave ? request->leave(line->fd) : 0;
}

/* ------------------------------------------------------------------------ */
/* What waiters can wait for, until they get it                             */
/* ------------------------------------------------------------------------ */

#define RETRY(expression) ({ \
	long __ret = -EINTR; \
	while (__ret == -EINTR) \
		__ret = (expression); \
	__ret; \
})

static int create_semaphores(void)
{
	return create(semaphore_args(2, 0, 100));
}

static int create_sealed_semaphores(void)
{
	return create_flags(semaphore_args(2, 0, 100), KIPC_SEALED);
}

static int wait_semaphore(int fd)
{
	return RETRY(semaphore_wait(fd, 0, 1));
}

static int wait_read(int fd)
{
	__u64 units;
	long ret = RETRY(read(fd, &units, sizeof(units)) < 0 ? -errno : 1L);

	return ret == 1 ? 0 : ret;
}

/* Posts a unit that no other thread waits for. */
static int wait_post_wait(int fd)
{
	struct kipc_semaphore_post_wait_args args = {
		.size = sizeof(args),
		.element = 1,
		.count = 1,
		.wait_fd = -1,
		.wait_count = 1,
		.deadline = KIPC_FOREVER,
	};

	return RETRY(kipc_call(fd, KIPC_SEMAPHORE_POST_WAIT, &args));
}

static int grant_semaphore(int fd)
{
	return semaphore_post(fd, 0, 1);
}

static struct kipc_create_args mailbox_of_one(void)
{
	struct kipc_create_args args = create_args(KIPC_MAILBOX);

	args.attributes.mailbox.message_size = 64;
	args.attributes.mailbox.messages = 1;
	return args;
}

static int create_empty_mailbox(void)
{
	return create(mailbox_of_one());
}

static int create_empty_fair_mailbox(void)
{
	return create_flags(mailbox_of_one(), KIPC_FAIR);
}

static int fill_mailbox(int fd)
{
	return fd < 0 ? fd : mailbox_trysend(fd, MESSAGE, 1, 0) ?: fd;
}

static int create_full_mailbox(void)
{
	return fill_mailbox(create_empty_mailbox());
}

static int create_full_fair_mailbox(void)
{
	return fill_mailbox(create_empty_fair_mailbox());
}

static int wait_receive(int fd)
{
	struct message message;

	return RETRY(mailbox_receive(fd, &message));
}

static int wait_read_message(int fd)
{
	char message[64];
	long ret = RETRY(read(fd, message, sizeof(message)) < 0 ? -errno : 1L);

	return ret == 1 ? 0 : ret;
}

static int grant_receiver(int fd)
{
	return mailbox_trysend(fd, MESSAGE, 1, 0);
}

static int wait_send(int fd)
{
	return RETRY(mailbox_send(fd, MESSAGE, 1, 0));
}

static int wait_write_message(int fd)
{
	long ret = RETRY(write(fd, MESSAGE, 1) < 0 ? -errno : 1L);

	return ret == 1 ? 0 : ret;
}

static int grant_sender(int fd)
{
	struct message message;

	return mailbox_tryreceive(fd, &message);
}

static int mutex_attach(int fd)
{
	struct mutexes mutexes;

	return mutexes_attach(&mutexes, fd);
}

static int create_owned(__u32 flags)
{
	int fd = create_flags(mutex_args(1), flags);

	return fd < 0 ? fd : mutex_attach(fd) ?: mutex_lock(fd, 0) ?: fd;
}

static int create_owned_mutex(void)
{
	return create_owned(0);
}

static int create_owned_fair_mutex(void)
{
	return create_owned(KIPC_FAIR);
}

static int wait_mutex(int fd)
{
	return RETRY(mutex_lock(fd, 0));
}

static int unlock_mutex(int fd)
{
	return mutex_unlock(fd, 0);
}

/* ------------------------------------------------------------------------ */
/* All kinds of waits and interruptions                                     */
/* ------------------------------------------------------------------------ */

FIXTURE(place) {
	struct line *line;
	struct child children[WAITERS];
	struct ring *ring;
	const char *problem;
};

FIXTURE_VARIANT(place) {
	int (*create)(void);		/* so that a thread has to wait */
	int (*enter)(int fd);
	int (*wait)(int fd);
	int (*grant)(int fd);		/* one waiter, or the first one */
	int (*leave)(int fd);		/* lets the next one have it */
};

FIXTURE_VARIANT_ADD(place, semaphore) {
	.create = create_semaphores,
	.wait = wait_semaphore,
	.grant = grant_semaphore,
};

FIXTURE_VARIANT_ADD(place, semaphore_sealed) {
	.create = create_sealed_semaphores,
	.wait = wait_semaphore,
	.grant = grant_semaphore,
};

FIXTURE_VARIANT_ADD(place, semaphore_read) {
	.create = create_semaphores,
	.wait = wait_read,
	.grant = grant_semaphore,
};

FIXTURE_VARIANT_ADD(place, semaphore_post_wait) {
	.create = create_semaphores,
	.wait = wait_post_wait,
	.grant = grant_semaphore,
};

FIXTURE_VARIANT_ADD(place, mailbox_receive) {
	.create = create_empty_mailbox,
	.wait = wait_receive,
	.grant = grant_receiver,
};

FIXTURE_VARIANT_ADD(place, mailbox_receive_fair) {
	.create = create_empty_fair_mailbox,
	.wait = wait_receive,
	.grant = grant_receiver,
};

FIXTURE_VARIANT_ADD(place, mailbox_read) {
	.create = create_empty_mailbox,
	.wait = wait_read_message,
	.grant = grant_receiver,
};

FIXTURE_VARIANT_ADD(place, mailbox_send) {
	.create = create_full_mailbox,
	.wait = wait_send,
	.grant = grant_sender,
};

FIXTURE_VARIANT_ADD(place, mailbox_send_fair) {
	.create = create_full_fair_mailbox,
	.wait = wait_send,
	.grant = grant_sender,
};

FIXTURE_VARIANT_ADD(place, mailbox_write) {
	.create = create_full_mailbox,
	.wait = wait_write_message,
	.grant = grant_sender,
};

FIXTURE_VARIANT_ADD(place, mutex) {
	.create = create_owned_mutex,
	.enter = mutex_attach,
	.wait = wait_mutex,
	.grant = unlock_mutex,
	.leave = unlock_mutex,
};

FIXTURE_VARIANT_ADD(place, mutex_fair) {
	.create = create_owned_fair_mutex,
	.enter = mutex_attach,
	.wait = wait_mutex,
	.grant = unlock_mutex,
	.leave = unlock_mutex,
};

FIXTURE_SETUP(place)
{
	handle_interruptions();
	self->line = shared_alloc(sizeof(*self->line));
	self->line->fd = variant->create();
	ASSERT_LE(0, self->line->fd);
}

FIXTURE_TEARDOWN(place)
{
	close(self->line->fd);
}

#define LINE_UP() do { \
	unsigned int __i; \
	for (__i = 0; __i < WAITERS; __i++) { \
		struct line_request __request = { \
			.line = self->line, \
			.number = __i, \
			.ring = __i ? NULL : self->ring, \
			.enter = variant->enter, \
			.wait = variant->wait, \
			.leave = variant->leave, \
		}; \
		child_start(&self->children[__i], run_in_line, &__request); \
		wait_for_lockers(self->line->fd, __i + 1); \
	} \
} while (0)

/* Makes one waiter leave and come back. */
#define INTERRUPT(number, by) do { \
	self->problem = by(&self->children[number]); \
	if (!self->problem) \
		wait_for_lockers(self->line->fd, WAITERS); \
} while (0)

#define CHECK_ORDER() do { \
	unsigned int __i; \
	for (__i = 0; __i < WAITERS; __i++) { \
		if (!__i || !variant->leave) \
			ASSERT_EQ(0, variant->grant(self->line->fd)); \
		EXPECT_EQ(0, child_finish(&self->children[__i])); \
	} \
	for (__i = 0; __i < WAITERS; __i++) \
		EXPECT_EQ(__i, self->line->order[__i]); \
} while (0)

#define CHECK_KEPT(by) do { \
	unsigned int __times; \
	LINE_UP(); \
	for (__times = 0; __times < TIMES && !self->problem; __times++) \
		INTERRUPT(0, by); \
	if (!self->problem) \
		CHECK_ORDER(); \
} while (0)

TEST_F(place, survives_a_handler)
{
	CHECK_KEPT(by_handler);
}

/* The program itself repeats the call after EINTR. */
TEST_F(place, survives_eintr)
{
	CHECK_KEPT(by_handler_without_restart);
}

TEST_F(place, survives_a_stop)
{
	CHECK_KEPT(by_stop);
}

TEST_F(place, survives_the_freezer)
{
	CHECK_KEPT(by_freezer);
	if (self->problem)
		SKIP(return, "%s", self->problem);
}

TEST_F(place, survives_a_tracer)
{
	LINE_UP();
	INTERRUPT(0, by_tracer);
	if (self->problem)
		SKIP(return, "%s", self->problem);
	CHECK_ORDER();
}

TEST_F(place, survives_task_work)
{
	struct ring ring = {};

	self->ring = &ring;
	self->problem = ring_make(&ring);
	if (self->problem)
		SKIP(return, "%s", self->problem);
	LINE_UP();
	self->problem = by_ring(&ring, &self->children[0]);
	ASSERT_EQ(NULL, self->problem);
	wait_for_lockers(self->line->fd, WAITERS);
	CHECK_ORDER();
}

/* Interrupts waiters that are neither first nor last. */
TEST_F(place, in_the_middle)
{
	LINE_UP();
	INTERRUPT(1, by_handler);
	INTERRUPT(2, by_handler);
	INTERRUPT(1, by_handler);
	CHECK_ORDER();
}

/* All waiters leave, in another order than they arrived in. */
TEST_F(place, of_all)
{
	LINE_UP();
	INTERRUPT(2, by_handler);
	INTERRUPT(0, by_handler);
	INTERRUPT(3, by_handler);
	INTERRUPT(1, by_handler);
	CHECK_ORDER();
}

/* ------------------------------------------------------------------------ */
/* While a waiter is away                                                   */
/* ------------------------------------------------------------------------ */

FIXTURE(away) {
	int fd;
	struct child first, second;
};

FIXTURE_SETUP(away)
{
	handle_interruptions();
	self->fd = create_semaphores();
	ASSERT_LE(0, self->fd);
}

FIXTURE_TEARDOWN(away)
{
	close(self->fd);
}

static void stop(const struct child *child)
{
	int status;

	kill(child->pid, SIGSTOP);
	waitpid(child->pid, &status, WUNTRACED);
}

/*
 * The waiter becomes the first one again when it comes back. It can take a unit
 * that is not enough for the second waiter.
 */
TEST_F(away, comes_back_to_units_for_itself)
{
	start_semaphore_wait(&self->first, self->fd, 0, 1);
	wait_for_waiters(self->fd, 1);
	start_semaphore_wait(&self->second, self->fd, 0, 3);
	wait_for_waiters(self->fd, 2);
	stop(&self->first);
	EXPECT_EQ(1L, waiters(self->fd));
	EXPECT_EQ(0, semaphore_post(self->fd, 0, 1));
	check_value(self->fd, 0, 1);
	kill(self->first.pid, SIGCONT);
	EXPECT_EQ(0, child_finish(&self->first));
	check_value(self->fd, 0, 0);
	EXPECT_EQ(0, semaphore_post(self->fd, 0, 3));
	EXPECT_EQ(0, child_finish(&self->second));
}

struct send_request {
	int fd;
	size_t length;
};

static int run_send(void *data)
{
	const struct send_request *request = data;
	static const char text[64];

	return mailbox_send(request->fd, text, request->length, 0);
}

/* The same for room for messages. */
TEST_F(away, comes_back_to_room_for_itself)
{
	struct kipc_create_args args = create_args(KIPC_MAILBOX);
	struct send_request short_one, long_one;
	static const char half[32];
	struct message message;

	args.attributes.mailbox.message_size = 64;
	args.attributes.mailbox.messages = 4;
	args.attributes.mailbox.bytes = 64;
	short_one.fd = create(args);
	ASSERT_LE(0, short_one.fd);
	long_one.fd = short_one.fd;
	short_one.length = 8;
	long_one.length = 64;
	ASSERT_EQ(0, mailbox_trysend(short_one.fd, half, sizeof(half), 0));
	ASSERT_EQ(0, mailbox_trysend(short_one.fd, half, sizeof(half), 0));
	child_start(&self->first, run_send, &short_one);
	wait_for_waiters(short_one.fd, 1);
	child_start(&self->second, run_send, &long_one);
	wait_for_waiters(short_one.fd, 2);
	stop(&self->first);
	EXPECT_EQ(0, mailbox_tryreceive(short_one.fd, &message));
	check_mailbox(short_one.fd, 1, 32);
	kill(self->first.pid, SIGCONT);
	EXPECT_EQ(0, child_finish(&self->first));
	check_mailbox(short_one.fd, 2, 40);
	EXPECT_EQ(0, mailbox_tryreceive(short_one.fd, &message));
	EXPECT_EQ(0, mailbox_tryreceive(short_one.fd, &message));
	EXPECT_EQ(0, child_finish(&self->second));
	close(short_one.fd);
}

/*
 * A place does not last for ever. If enough other waiters have arrived and
 * enough time has passed, the first waiter comes back behind the second one.
 */
#define ARRIVALS	80	/* more than KIPC_PLACE_ARRIVALS */
#define AWAY_MS		200	/* more than KIPC_PLACE_MS */

#define COME_BACK_SECOND() do { \
	start_semaphore_wait(&self->second, self->fd, 0, 1); \
	wait_for_waiters(self->fd, 1); \
	kill(self->first.pid, SIGCONT); \
	wait_for_waiters(self->fd, 2); \
	EXPECT_EQ(0, semaphore_post(self->fd, 0, 1)); \
} while (0)

static int arrive_often(int fd)
{
	int i, ret = -ETIMEDOUT;

	for (i = 0; i < ARRIVALS && ret == -ETIMEDOUT; i++)
		ret = semaphore_timedwait(fd, 0, 1, 1, 0);
	return ret;
}

static int arrive_late(int fd)
{
	return semaphore_timedwait(fd, 0, 1,
				   deadline_in_ms(CLOCK_MONOTONIC, AWAY_MS), 0);
}

TEST_F(away, for_too_long_behind_too_many)
{
	start_semaphore_wait(&self->first, self->fd, 0, 1);
	wait_for_waiters(self->fd, 1);
	stop(&self->first);
	ASSERT_EQ(-ETIMEDOUT, arrive_often(self->fd));
	ASSERT_EQ(-ETIMEDOUT, arrive_late(self->fd));
	COME_BACK_SECOND();
	EXPECT_EQ(0, child_finish(&self->second));
	EXPECT_EQ(0, semaphore_post(self->fd, 0, 1));
	EXPECT_EQ(0, child_finish(&self->first));
}

/* The time alone does not matter while few others have arrived. */
TEST_F(away, for_long_behind_few)
{
	start_semaphore_wait(&self->first, self->fd, 0, 1);
	wait_for_waiters(self->fd, 1);
	stop(&self->first);
	ASSERT_EQ(-ETIMEDOUT, arrive_late(self->fd));
	COME_BACK_SECOND();
	EXPECT_EQ(0, child_finish(&self->first));
	EXPECT_EQ(0, semaphore_post(self->fd, 0, 1));
	EXPECT_EQ(0, child_finish(&self->second));
}

/* ------------------------------------------------------------------------ */
/* What makes the kernel forget a place                                     */
/* ------------------------------------------------------------------------ */

/* Waits until it is interrupted, does something else, and waits again. */
struct detour {
	int fd, other;
	int (*what)(const struct detour *detour);
	unsigned int count;		/* units of the second wait */
	__s64 deadline;			/* of the first wait */
	int expected;			/* result of the first wait */
	unsigned int *turns;		/* shared: the first wait is over */
};

static int run_detour(void *data)
{
	const struct detour *detour = data;
	int ret = semaphore_timedwait(detour->fd, 0, 1, detour->deadline, 0);

	if (ret != detour->expected)
		return -EPROTO;
	__atomic_store_n(detour->turns, 1, __ATOMIC_SEQ_CST);
	if (detour->what && detour->what(detour))
		return -EPROTO;
	return semaphore_wait(detour->fd, 0, detour->count);
}

static int wait_elsewhere(const struct detour *detour)
{
	int ret = semaphore_timedwait(detour->fd, 1, 1, 1, 0);

	return ret == -ETIMEDOUT ? 0 : -EPROTO;
}

static int wait_for_another(const struct detour *detour)
{
	int ret = semaphore_timedwait(detour->other, 0, 1, 1, 0);

	return ret == -ETIMEDOUT ? 0 : -EPROTO;
}

static int wait_at_a_barrier(const struct detour *detour)
{
	int ret = barrier_timedwait(detour->other, 1, 0);

	return ret == -ETIMEDOUT ? 0 : -EPROTO;
}

/* Does something that is not a wait. */
static int post_and_try(const struct detour *detour)
{
	return semaphore_post(detour->fd, 1, 1) ?:
	       semaphore_trywait(detour->fd, 1, 1);
}

FIXTURE(detour) {
	struct detour detour;
	struct child first, second;
};

FIXTURE_VARIANT(detour) {
	int (*what)(const struct detour *detour);
	int (*create_other)(void);
	unsigned int count;
	bool keeps;
};

static int create_barrier(void)
{
	return create(barrier_args(2));
}

FIXTURE_VARIANT_ADD(detour, none) {
	.count = 1,
	.keeps = true,
};

FIXTURE_VARIANT_ADD(detour, without_a_wait) {
	.what = post_and_try,
	.count = 1,
	.keeps = true,
};

FIXTURE_VARIANT_ADD(detour, another_element) {
	.what = wait_elsewhere,
	.count = 1,
};

FIXTURE_VARIANT_ADD(detour, another_object) {
	.what = wait_for_another,
	.create_other = create_semaphores,
	.count = 1,
};

FIXTURE_VARIANT_ADD(detour, barrier) {
	.what = wait_at_a_barrier,
	.create_other = create_barrier,
	.count = 1,
};

FIXTURE_VARIANT_ADD(detour, more_units) {
	.count = 2,
};

FIXTURE_SETUP(detour)
{
	handle_interruptions();
	self->detour.fd = create_semaphores();
	ASSERT_LE(0, self->detour.fd);
	self->detour.other = variant->create_other ? variant->create_other() : -1;
	ASSERT_EQ(!variant->create_other, self->detour.other < 0);
	self->detour.what = variant->what;
	self->detour.count = variant->count;
	self->detour.deadline = KIPC_FOREVER;
	self->detour.expected = -EINTR;
	self->detour.turns = shared_alloc(sizeof(*self->detour.turns));
}

FIXTURE_TEARDOWN(detour)
{
	close(self->detour.fd);
	close(self->detour.other);
}

#define CHECK_ORDER_OF_TWO(first_is_first) do { \
	bool __first = first_is_first; \
	struct child *__next = __first ? &self->first : &self->second; \
	struct child *__last = __first ? &self->second : &self->first; \
	wait_for_waiters(self->detour.fd, 2); \
	EXPECT_EQ(0, semaphore_post(self->detour.fd, 0, 1)); \
	EXPECT_EQ(0, child_finish(__next)); \
	EXPECT_EQ(1L, waiters(self->detour.fd)); \
	EXPECT_EQ(0, semaphore_post(self->detour.fd, 0, 2)); \
	EXPECT_EQ(0, child_finish(__last)); \
} while (0)

#define LINE_UP_TWO() do { \
	*self->detour.turns = 0; \
	child_start(&self->first, run_detour, &self->detour); \
	wait_for_waiters(self->detour.fd, 1); \
	start_semaphore_wait(&self->second, self->detour.fd, 0, 1); \
	wait_for_waiters(self->detour.fd, 2); \
} while (0)

static bool has_turned(const struct detour *detour)
{
	return __atomic_load_n(detour->turns, __ATOMIC_SEQ_CST);
}

TEST_F(detour, order)
{
	LINE_UP_TWO();
	interrupt(&self->first, SIGNAL_ENDS);
	CHECK_ORDER_OF_TWO(variant->keeps);
}

/*
 * A deadline ends a wait for good, so the place is lost. The second waiter has
 * arrived before the deadline passes; otherwise the test tries again with a
 * longer deadline.
 */
TEST_F(detour, after_a_deadline)
{
	unsigned int ms;

	if (variant->what || !variant->keeps)
		SKIP(return, "does something else, too");
	self->detour.expected = -ETIMEDOUT;
	for (ms = 100;; ms *= 2) {
		self->detour.deadline = deadline_in_ms(CLOCK_MONOTONIC, ms);
		LINE_UP_TWO();
		if (!has_turned(&self->detour))
			break;
		child_kill(&self->first);
		child_kill(&self->second);
	}
	wait_until(has_turned(&self->detour));
	CHECK_ORDER_OF_TWO(false);
}

/* ------------------------------------------------------------------------ */
/* Shares                                                                   */
/* ------------------------------------------------------------------------ */

#define CONTENDERS	5
#define TURNS		40	/* turns of each contender */
#define HOLD_MS		4
#define INTERVAL_US	10000	/* interval of the first one's timer */

struct shares {
	int fd;
	unsigned int turns;		/* sum of all; the owner writes it */
	unsigned int ready;
	unsigned int of[CONTENDERS];
};

struct share_request {
	struct shares *shares;
	unsigned int number;
};

static void start_timer(void)
{
	const struct itimerval timer = {
		.it_interval.tv_usec = INTERVAL_US,
		.it_value.tv_usec = INTERVAL_US,
	};
	struct sigaction action = {
		.sa_handler = count_signal,
		.sa_flags = SA_RESTART,
	};

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &timer, NULL);
}

/* Sleeps for HOLD_MS, although the timer may interrupt the sleep. */
static void hold(void)
{
	struct timespec left = { .tv_nsec = HOLD_MS * NS_PER_MS };

	while (nanosleep(&left, &left))
		;
}

static int run_share(void *data)
{
	const struct share_request *request = data;
	struct shares *shares = request->shares;
	bool goes_on = true;
	int ret = mutex_attach(shares->fd);

	if (ret)
		return ret;
	if (!request->number)
		start_timer();
	__atomic_add_fetch(&shares->ready, 1, __ATOMIC_SEQ_CST);
	wait_until(__atomic_load_n(&shares->ready, __ATOMIC_SEQ_CST) ==
		   CONTENDERS);
	while (goes_on && !ret) {
		ret = mutex_lock(shares->fd, 0);
		if (ret)
			break;
		hold();
		goes_on = shares->turns < CONTENDERS * TURNS;
		if (goes_on) {
			shares->turns++;
			shares->of[request->number]++;
		}
		ret = mutex_unlock(shares->fd, 0);
	}
	return ret;
}

TEST(shares_of_a_fair_mutex)
{
	struct shares *shares = shared_alloc(sizeof(*shares));
	struct child children[CONTENDERS];
	struct share_request request = { .shares = shares };
	unsigned int i;

	handle_interruptions();
	shares->fd = create_flags(mutex_args(1), KIPC_FAIR);
	ASSERT_LE(0, shares->fd);
	for (i = 0; i < CONTENDERS; i++) {
		request.number = i;
		child_start(&children[i], run_share, &request);
	}
	for (i = 0; i < CONTENDERS; i++)
		EXPECT_EQ(0, child_finish(&children[i]));
	EXPECT_LT(0U, *handled);
	for (i = 0; i < CONTENDERS; i++) {
		EXPECT_LE(TURNS * 8U / 10, shares->of[i]);
		EXPECT_GE(TURNS * 12U / 10, shares->of[i]);
	}
	close(shares->fd);
}

TEST_HARNESS_MAIN
