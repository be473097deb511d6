// SPDX-License-Identifier: GPL-2.0-only
/*
 * Waiters of a mailbox that send or receive: which of them gets room or a
 * message, which callers may overtake it, and what happens to the other waiters
 * if one of them dies or gives up.
 */
#include "kipc_test.h"
#include "epoll.h"
#include "handler.h"
#include "hold.h"
#include "polling.h"
#include "schedule.h"
#include "turn.h"

#include <pthread.h>

#define MESSAGE_SIZE	64
#define CAPACITY	4

static const char data[MESSAGE_SIZE];

static int fill(int fd)
{
	int ret;

	do {
		ret = mailbox_trysend(fd, data, 1, 0);
	} while (!ret);
	return ret == -EAGAIN ? 0 : ret;
}

static int run_receive(void *request)
{
	const struct comer *comer = request;
	struct message message;
	int ret = comer_prepare(comer);

	ret = ret ?: mailbox_receive(comer->turns->fd, &message);
	if (!ret)
		turns_note(comer->turns, comer->number);
	return ret;
}

static int run_send(void *request)
{
	const struct comer *comer = request;
	int ret = comer_prepare(comer);

	ret = ret ?: mailbox_send(comer->turns->fd, data, comer->count, 0);
	if (!ret)
		turns_note(comer->turns, comer->number);
	return ret;
}

static void start_comer(struct child *child, int (*run)(void *data),
			struct turns *turns, struct comer comer)
{
	comer.turns = turns;
	comer.count = comer.count ?: 1;
	child_start(child, run, &comer);
}

/*
 * Starts a child that waits behind this number of waiters. No other waiter may
 * arrive meanwhile.
 */
#define START(behind, child, run, ...) do { \
	start_comer(child, run, self->turns, \
		    (struct comer){ .number = behind, __VA_ARGS__ }); \
	wait_for_waiters(self->fd, (behind) + 1); \
	wait_until(child_sleeps(child)); \
} while (0)

#define MAX_LOST_RACES()	fdinfo_number(self->fd, "kipc-most-lost-races:")

/* ------------------------------------------------------------------------ */
/* Waiters that send and waiters that receive                               */
/* ------------------------------------------------------------------------ */

/* Each side takes what the other side gives: messages or room. */

static int give_message(int fd)
{
	return mailbox_trysend(fd, data, 1, 0);
}

static int take_message(int fd)
{
	struct message message;

	return mailbox_tryreceive(fd, &message);
}

static int wait_for_message(int fd, __s64 deadline)
{
	struct message message;

	return mailbox_timedreceive(fd, &message, deadline, 0);
}

static int wait_for_room(int fd, __s64 deadline)
{
	return mailbox_timedsend(fd, data, 1, 0, deadline, 0);
}

struct visit {
	int fd;
	int (*wait)(int fd, __s64 deadline);
	__s64 deadline;
};

static int run_visit(void *request)
{
	const struct visit *visit = request;

	return visit->wait(visit->fd, visit->deadline);
}

FIXTURE(turn) {
	int fd;
	struct hold hold;
	struct turns *turns;
	bool fair;
};

FIXTURE_VARIANT(turn) {
	__u32 flags;
	bool full;		/* at the beginning */
	int (*run)(void *data);	/* waits to take */
	int (*wait)(int fd, __s64 deadline);
	int (*take)(int fd);
	int (*give)(int fd);
};

FIXTURE_VARIANT_ADD(turn, receivers) {
	.run = run_receive,
	.wait = wait_for_message,
	.take = take_message,
	.give = give_message,
};

FIXTURE_VARIANT_ADD(turn, receivers_fair) {
	.flags = KIPC_FAIR,
	.run = run_receive,
	.wait = wait_for_message,
	.take = take_message,
	.give = give_message,
};

FIXTURE_VARIANT_ADD(turn, senders) {
	.full = true,
	.run = run_send,
	.wait = wait_for_room,
	.take = give_message,
	.give = take_message,
};

FIXTURE_VARIANT_ADD(turn, senders_fair) {
	.flags = KIPC_FAIR,
	.full = true,
	.run = run_send,
	.wait = wait_for_room,
	.take = give_message,
	.give = take_message,
};

FIXTURE_SETUP(turn)
{
	const char *problem;

	problem = hold_prepare(&self->hold);
	if (problem)
		SKIP(return, "%s", problem);
	self->fd = create_flags(mailbox_args(MESSAGE_SIZE, CAPACITY),
				variant->flags);
	ASSERT_LE(0, self->fd);
	self->fair = variant->flags & KIPC_FAIR;
	self->turns = turns_alloc(self->fd);
	if (variant->full)
		ASSERT_EQ(0, fill(self->fd));
}

FIXTURE_TEARDOWN(turn)
{
	hold_finish(&self->hold);
	close(self->fd);
}

#define WAIT_BEHIND(behind, child, ...) \
	START(behind, child, variant->run, __VA_ARGS__)

#define GIVE()		EXPECT_EQ(0, variant->give(self->fd))
#define TAKE()		variant->take(self->fd)

/* Checks that as much has been taken as was given. */
#define CHECK_BALANCE() do { \
	unsigned int __messages = variant->full ? CAPACITY : 0; \
	check_mailbox(self->fd, __messages, __messages); \
	EXPECT_EQ(0L, waiters(self->fd)); \
} while (0)

TEST_F(turn, first_come_first_served)
{
	struct child children[5];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(children); i++)
		WAIT_BEHIND(i, &children[i], .cpu = -1);
	for (i = 0; i < ARRAY_SIZE(children); i++) {
		GIVE();
		EXPECT_EQ(0, child_finish(&children[i]));
	}
	for (i = 0; i < ARRAY_SIZE(children); i++)
		EXPECT_EQ(i, self->turns->got[i]);
	EXPECT_EQ(0L, MAX_LOST_RACES());
	CHECK_BALANCE();
}

/*
 * Waiters are granted in the order of their real-time priority; the other
 * waiters follow.
 */
TEST_F(turn, real_time_first)
{
	const int priorities[] = { 0, 5, 10, 5, 0 };
	const unsigned int expected[] = { 2, 1, 3, 0, 4 };
	struct child children[5];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(children); i++)
		WAIT_BEHIND(i, &children[i], .cpu = -1,
			    .priority = priorities[i]);
	for (i = 0; i < ARRAY_SIZE(children); i++) {
		GIVE();
		EXPECT_EQ(0, child_finish(&children[expected[i]]));
		EXPECT_EQ(expected[i], self->turns->got[i]);
	}
	CHECK_BALANCE();
}

/* More waiters are granted at once than the kernel wakes at once. */
TEST_F(turn, something_for_each)
{
	struct child children[40];
	struct visit visit = {
		.fd = create_flags(mailbox_args(MESSAGE_SIZE,
						ARRAY_SIZE(children)),
				   variant->flags),
		.wait = variant->wait,
		.deadline = KIPC_FOREVER,
	};
	unsigned int i;

	ASSERT_LE(0, visit.fd);
	if (variant->full)
		ASSERT_EQ(0, fill(visit.fd));
	for (i = 0; i < ARRAY_SIZE(children); i++)
		child_start(&children[i], run_visit, &visit);
	wait_for_waiters(visit.fd, ARRAY_SIZE(children));
	for (i = 0; i < ARRAY_SIZE(children); i++)
		EXPECT_EQ(0, variant->give(visit.fd));
	for (i = 0; i < ARRAY_SIZE(children); i++)
		EXPECT_EQ(0, child_finish(&children[i]));
	EXPECT_EQ(-EAGAIN, variant->take(visit.fd));
	close(visit.fd);
}

/* A waiter that waits alone has its grant before the giving call returns. */
TEST_F(turn, handed_over_to_the_only_one)
{
	struct child child;

	WAIT_BEHIND(0, &child);
	hold_begin(&self->hold);
	GIVE();
	EXPECT_EQ(-EAGAIN, TAKE());
	hold_end(&self->hold);
	EXPECT_EQ(0, child_finish(&child));
	EXPECT_EQ(0L, MAX_LOST_RACES());
	CHECK_BALANCE();
}

struct gift {
	int fd;
	int (*give)(int fd);
};

static int run_give_to_us(void *request)
{
	const struct gift *gift = request;

	wait_until(waiters(gift->fd) == 1);
	return gift->give(gift->fd);
}

/*
 * Unless the mailbox is fair, the only waiter is kicked instead if the giver is
 * the task that was granted last.
 */
TEST_F(turn, not_handed_over_by_who_was_served)
{
	struct gift gift = { .fd = self->fd, .give = variant->give };
	struct child giver, child;

	child_start(&giver, run_give_to_us, &gift);
	EXPECT_EQ(0, variant->wait(self->fd, KIPC_FOREVER));
	EXPECT_EQ(0, child_finish(&giver));
	WAIT_BEHIND(0, &child);
	hold_begin(&self->hold);
	GIVE();
	EXPECT_EQ(self->fair ? -EAGAIN : 0, TAKE());
	hold_end(&self->hold);
	if (!self->fair)
		GIVE();
	EXPECT_EQ(0, child_finish(&child));
	CHECK_BALANCE();
}

TEST_F(turn, may_be_overtaken)
{
	struct child children[2];

	WAIT_BEHIND(0, &children[0]);
	WAIT_BEHIND(1, &children[1]);
	hold_begin(&self->hold);
	GIVE();
	EXPECT_EQ(self->fair ? -EAGAIN : 0, TAKE());
	GIVE();
	if (!self->fair)
		GIVE();
	hold_end(&self->hold);
	EXPECT_EQ(0, child_finish(&children[0]));
	EXPECT_EQ(0, child_finish(&children[1]));
	CHECK_BALANCE();
}

/* A caller that would wait overtakes the waiters, too, if it need not wait. */
TEST_F(turn, may_be_overtaken_by_who_would_wait)
{
	struct child children[2];

	if (self->fair)
		SKIP(return, "no thread can overtake a waiter");
	WAIT_BEHIND(0, &children[0]);
	WAIT_BEHIND(1, &children[1]);
	hold_begin(&self->hold);
	GIVE();
	EXPECT_EQ(0, variant->wait(self->fd, 0));
	GIVE();
	GIVE();
	hold_end(&self->hold);
	EXPECT_EQ(0, child_finish(&children[0]));
	EXPECT_EQ(0, child_finish(&children[1]));
	CHECK_BALANCE();
}

/* Makes the first waiter lose a race and sleep again. */
#define LOSE_RACE(child, lost_races) do { \
	hold_begin(&self->hold); \
	GIVE(); \
	ASSERT_EQ(0, TAKE()); \
	hold_end(&self->hold); \
	wait_until(fdinfo_number(self->fd, "kipc-lost-races:") == (lost_races)); \
	wait_until(child_sleeps(child)); \
} while (0)

/*
 * The first waiter loses two races against faster callers. The third time it
 * gets a grant.
 */
TEST_F(turn, handed_over_after_losses)
{
	int i, lost_races = self->fair ? 0 : 2;
	struct child children[2];

	WAIT_BEHIND(0, &children[0]);
	WAIT_BEHIND(1, &children[1]);
	for (i = 1; i <= lost_races; i++) {
		LOSE_RACE(&children[0], i);
		EXPECT_EQ(2L, waiters(self->fd));
	}
	hold_begin(&self->hold);
	GIVE();
	EXPECT_EQ(-EAGAIN, TAKE());
	hold_end(&self->hold);
	EXPECT_EQ(0, child_finish(&children[0]));
	EXPECT_EQ((long)lost_races, MAX_LOST_RACES());
	GIVE();
	EXPECT_EQ(0, child_finish(&children[1]));
	CHECK_BALANCE();
}

/* A waiter that is interrupted by a signal does not forget its lost races. */
TEST_F(turn, interrupted_between_losses)
{
	struct child children[2];
	int i;

	if (self->fair)
		SKIP(return, "no thread can overtake a waiter");
	handle_signal(SIGUSR1, SA_RESTART);
	WAIT_BEHIND(0, &children[0]);
	WAIT_BEHIND(1, &children[1]);
	for (i = 1; i <= 2; i++) {
		LOSE_RACE(&children[0], i);
		interrupt(&children[0], SIGUSR1);
		wait_for_waiters(self->fd, 2);
		wait_until(child_sleeps(&children[0]));
	}
	hold_begin(&self->hold);
	GIVE();
	EXPECT_EQ(-EAGAIN, TAKE());
	hold_end(&self->hold);
	EXPECT_EQ(0, child_finish(&children[0]));
	EXPECT_EQ(2L, MAX_LOST_RACES());
	GIVE();
	EXPECT_EQ(0, child_finish(&children[1]));
	CHECK_BALANCE();
}

/* A real-time thread loses no race. */
TEST_F(turn, handed_over_to_real_time)
{
	struct child children[2];

	WAIT_BEHIND(0, &children[0]);
	WAIT_BEHIND(1, &children[1], .priority = 1);
	hold_begin(&self->hold);
	GIVE();
	EXPECT_EQ(-EAGAIN, TAKE());
	hold_end(&self->hold);
	EXPECT_EQ(0, child_finish(&children[1]));
	EXPECT_EQ(1L, waiters(self->fd));
	GIVE();
	EXPECT_EQ(0, child_finish(&children[0]));
	EXPECT_EQ(0L, MAX_LOST_RACES());
	CHECK_BALANCE();
}

/* A waiter that was woken and then dies wakes the next waiter. */
TEST_F(turn, death_of_the_one_woken)
{
	struct child children[3];

	WAIT_BEHIND(0, &children[0]);
	WAIT_BEHIND(1, &children[1]);
	WAIT_BEHIND(2, &children[2]);
	hold_begin(&self->hold);
	GIVE();
	kill(children[0].pid, SIGKILL);
	hold_end(&self->hold);
	EXPECT_EQ(CHILD_KILLED, child_finish(&children[0]));
	/*
	 * A fair mailbox had given the room to the killed sender already, so
	 * its message was sent.
	 */
	if (self->fair && variant->full)
		GIVE();
	EXPECT_EQ(0, child_finish(&children[1]));
	GIVE();
	EXPECT_EQ(0, child_finish(&children[2]));
	CHECK_BALANCE();
}

/*
 * A waiter that is interrupted when it is woken either takes or leaves it to
 * the next waiter.
 */
TEST_F(turn, signal_to_the_one_woken)
{
	struct child children[3];
	int ret;

	handle_signal(SIGUSR1, 0);
	WAIT_BEHIND(0, &children[0]);
	WAIT_BEHIND(1, &children[1]);
	WAIT_BEHIND(2, &children[2]);
	hold_begin(&self->hold);
	GIVE();
	kill(children[0].pid, SIGUSR1);
	hold_end(&self->hold);
	ret = child_finish(&children[0]);
	EXPECT_TRUE(!ret || ret == -EINTR);
	if (!ret)
		GIVE();
	EXPECT_EQ(0, child_finish(&children[1]));
	GIVE();
	EXPECT_EQ(0, child_finish(&children[2]));
	CHECK_BALANCE();
}

/*
 * The deadline of a waiter passes when it is woken. It either takes or leaves
 * it to the next waiter.
 */
TEST_F(turn, deadline_of_the_one_woken)
{
	struct visit visit = { .fd = self->fd, .wait = variant->wait };
	unsigned int i, rounds = scaled(100);
	struct child children[3];
	int ret;

	for (i = 0; i < rounds; i++) {
		visit.deadline = deadline_in_ms(CLOCK_MONOTONIC, 5);
		child_start(&children[0], run_visit, &visit);
		wait_until(waiters(self->fd) == 1 || child_ended(&children[0]));
		start_comer(&children[1], variant->run, self->turns,
			    (struct comer){ .cpu = -1 });
		start_comer(&children[2], variant->run, self->turns,
			    (struct comer){ .cpu = -1 });
		wait_until(waiters(self->fd) >= 2);
		wait_until(now_ns(CLOCK_MONOTONIC) >= visit.deadline);
		self->turns->next = 0;
		GIVE();
		ret = child_finish(&children[0]);
		EXPECT_TRUE(!ret || ret == -ETIMEDOUT);
		if (!ret)
			GIVE();
		GIVE();
		EXPECT_EQ(0, child_finish(&children[1]));
		EXPECT_EQ(0, child_finish(&children[2]));
		CHECK_BALANCE();
	}
}

/* ------------------------------------------------------------------------ */
/* Long messages and short ones                                             */
/* ------------------------------------------------------------------------ */

#define SHORT	1
#define LONG	MESSAGE_SIZE

/*
 * A mailbox has room for one long message, or for as many short ones as the
 * long one has bytes.
 */
FIXTURE(room) {
	int fd;
	struct hold hold;
	struct turns *turns;
	bool fair;
};

FIXTURE_VARIANT(room) {
	__u32 flags;
};

FIXTURE_VARIANT_ADD(room, by_default) {
};

FIXTURE_VARIANT_ADD(room, fair) {
	.flags = KIPC_FAIR,
};

FIXTURE_SETUP(room)
{
	struct kipc_create_args args = mailbox_args(MESSAGE_SIZE,
						    2 * MESSAGE_SIZE);
	const char *problem;

	problem = hold_prepare(&self->hold);
	if (problem)
		SKIP(return, "%s", problem);
	args.attributes.mailbox.bytes = MESSAGE_SIZE;
	self->fd = create_flags(args, variant->flags);
	ASSERT_LE(0, self->fd);
	self->fair = variant->flags & KIPC_FAIR;
	self->turns = turns_alloc(self->fd);
}

FIXTURE_TEARDOWN(room)
{
	hold_finish(&self->hold);
	close(self->fd);
}

#define SEND(length)	mailbox_trysend(self->fd, data, length, 0)
#define RECEIVE()	EXPECT_EQ(0, take_message(self->fd))

/* Room that is too little for the first sender is kept for it. */
TEST_F(room, adds_up_for_the_first)
{
	struct child children[2];

	ASSERT_EQ(0, SEND(LONG / 2));
	ASSERT_EQ(0, SEND(LONG / 2));
	START(0, &children[0], run_send, .count = LONG, .cpu = -1);
	START(1, &children[1], run_send, .count = SHORT, .cpu = -1);
	RECEIVE();
	EXPECT_EQ(-EAGAIN, SEND(SHORT));
	check_mailbox(self->fd, 1, LONG / 2);
	EXPECT_EQ(2L, waiters(self->fd));
	RECEIVE();
	EXPECT_EQ(0, child_finish(&children[0]));
	check_mailbox(self->fd, 1, LONG);
	RECEIVE();
	EXPECT_EQ(0, child_finish(&children[1]));
}

/*
 * Short messages take room that would do for the long one, but at most twice.
 */
TEST_F(room, is_lost_to_short_messages_twice)
{
	int i, lost_races = self->fair ? 0 : 2;
	struct child children[2];

	ASSERT_EQ(0, SEND(LONG));
	START(0, &children[0], run_send, .count = LONG);
	START(1, &children[1], run_send, .count = LONG);
	for (i = 1; i <= lost_races; i++) {
		hold_begin(&self->hold);
		RECEIVE();
		ASSERT_EQ(0, SEND(SHORT));
		EXPECT_EQ(-EAGAIN, SEND(SHORT));
		hold_end(&self->hold);
		wait_until(fdinfo_number(self->fd, "kipc-lost-races:") == i);
		wait_until(child_sleeps(&children[0]));
		EXPECT_EQ(2L, waiters(self->fd));
	}
	hold_begin(&self->hold);
	RECEIVE();
	EXPECT_EQ(-EAGAIN, SEND(SHORT));
	hold_end(&self->hold);
	EXPECT_EQ(0, child_finish(&children[0]));
	EXPECT_EQ((long)lost_races, MAX_LOST_RACES());
	RECEIVE();
	EXPECT_EQ(0, child_finish(&children[1]));
}

/* Several senders are woken for the room, as many as have messages that fit. */
TEST_F(room, is_for_several)
{
	struct child children[4];
	unsigned int i;

	ASSERT_EQ(0, SEND(LONG));
	for (i = 0; i < 3; i++)
		START(i, &children[i], run_send, .count = LONG / 3, .cpu = -1);
	START(3, &children[3], run_send, .count = LONG / 3, .cpu = -1);
	RECEIVE();
	for (i = 0; i < 3; i++)
		EXPECT_EQ(0, child_finish(&children[i]));
	EXPECT_EQ(1L, waiters(self->fd));
	check_mailbox(self->fd, 3, 3 * (LONG / 3));
	RECEIVE();
	EXPECT_EQ(0, child_finish(&children[3]));
}

/* Senders that need less room than the one that gives up get the room. */
TEST_F(room, is_left_by_who_gives_up)
{
	struct child children[3];

	ASSERT_EQ(0, SEND(LONG / 2));
	START(0, &children[0], run_send, .count = LONG, .cpu = -1);
	START(1, &children[1], run_send, .count = SHORT, .cpu = -1);
	START(2, &children[2], run_send, .count = SHORT, .cpu = -1);
	EXPECT_EQ(CHILD_KILLED, child_kill(&children[0]));
	EXPECT_EQ(0, child_finish(&children[1]));
	EXPECT_EQ(0, child_finish(&children[2]));
	check_mailbox(self->fd, 3, LONG / 2 + 2 * SHORT);
}

struct mailbox_crowd {
	int fd;
	bool over;
	unsigned int threads;
	unsigned long sent;
};

static void *send_short(void *request)
{
	struct mailbox_crowd *crowd = request;

	if (pin(__atomic_fetch_add(&crowd->threads, 1, __ATOMIC_RELAXED) % 2))
		return (void *)1;
	while (!__atomic_load_n(&crowd->over, __ATOMIC_ACQUIRE)) {
		if (mailbox_send(crowd->fd, data, SHORT, 0))
			return (void *)1;
		__atomic_add_fetch(&crowd->sent, 1, __ATOMIC_RELAXED);
	}
	return NULL;
}

/* Receives until there is an empty message. */
static void *receive_all(void *request)
{
	struct mailbox_crowd *crowd = request;
	struct message message;
	int ret;

	do {
		ret = mailbox_receive(crowd->fd, &message);
	} while (!ret && message.args.length);
	return (void *)(intptr_t)ret;
}

/*
 * Long messages are sent although many threads send short ones as fast as they
 * can.
 */
TEST_F(room, beside_a_crowd)
{
	struct mailbox_crowd crowd = { .fd = self->fd };
	pthread_t senders[6], receiver;
	unsigned int i, rounds = scaled(300);
	void *result;

	ASSERT_EQ(0, pthread_create(&receiver, NULL, receive_all, &crowd));
	for (i = 0; i < ARRAY_SIZE(senders); i++)
		ASSERT_EQ(0, pthread_create(&senders[i], NULL, send_short,
					    &crowd));
	wait_until(crowd.sent > ARRAY_SIZE(senders));
	for (i = 0; i < rounds; i++)
		EXPECT_EQ(0, mailbox_send(self->fd, data, LONG, 0));
	__atomic_store_n(&crowd.over, true, __ATOMIC_RELEASE);
	for (i = 0; i < ARRAY_SIZE(senders); i++) {
		ASSERT_EQ(0, pthread_join(senders[i], &result));
		EXPECT_EQ(NULL, result);
	}
	EXPECT_EQ(0, mailbox_send(self->fd, NULL, 0, 0));
	ASSERT_EQ(0, pthread_join(receiver, &result));
	EXPECT_EQ(NULL, result);
	check_mailbox(self->fd, 0, 0);
	EXPECT_GE(self->fair ? 0 : 2, MAX_LOST_RACES());
}

/* ------------------------------------------------------------------------ */
/* Waiters and pollers                                                      */
/* ------------------------------------------------------------------------ */

FIXTURE(polled) {
	int fd;
	struct hold hold;
	int set;
	struct turns *turns;
	struct child children[2];
};

FIXTURE_VARIANT(polled) {
	__u32 flags;
};

FIXTURE_VARIANT_ADD(polled, by_default) {
};

FIXTURE_VARIANT_ADD(polled, fair) {
	.flags = KIPC_FAIR,
};

FIXTURE_SETUP(polled)
{
	const char *problem;

	problem = hold_prepare(&self->hold);
	if (problem)
		SKIP(return, "%s", problem);
	self->fd = create_flags(mailbox_args(MESSAGE_SIZE, CAPACITY),
				variant->flags);
	ASSERT_LE(0, self->fd);
	self->set = -1;
	self->turns = turns_alloc(self->fd);
}

FIXTURE_TEARDOWN(polled)
{
	hold_finish(&self->hold);
	close(self->set);
	close(self->fd);
}

/*
 * A message for which a receiver was woken does not wake pollers. One more
 * message does.
 */
TEST_F(polled, messages)
{
	self->set = epoll_of(self->fd, EPOLLIN | EPOLLET);
	ASSERT_LE(0, self->set);
	START(0, &self->children[0], run_receive);
	START(1, &self->children[1], run_receive);
	hold_begin(&self->hold);
	EXPECT_EQ(0, SEND(1));
	EXPECT_EQ(0, SEND(1));
	EXPECT_EQ(0U, epoll_news(self->set));
	EXPECT_EQ(0, SEND(1));
	EXPECT_EQ((__u32)EPOLLIN, epoll_news(self->set));
	hold_end(&self->hold);
	EXPECT_EQ(0, child_finish(&self->children[0]));
	EXPECT_EQ(0, child_finish(&self->children[1]));
	EXPECT_EQ(0U, epoll_news(self->set));
	EXPECT_EQ(POLLIN, poll_now(self->fd, POLLIN));
	check_mailbox(self->fd, 1, 1);
}

/* The message wakes pollers once that receiver has died. */
TEST_F(polled, messages_of_the_dead)
{
	self->set = epoll_of(self->fd, EPOLLIN | EPOLLET);
	ASSERT_LE(0, self->set);
	START(0, &self->children[0], run_receive);
	START(1, &self->children[1], run_receive);
	hold_begin(&self->hold);
	EXPECT_EQ(0, SEND(1));
	EXPECT_EQ(0U, epoll_news(self->set));
	kill(self->children[0].pid, SIGKILL);
	kill(self->children[1].pid, SIGKILL);
	hold_end(&self->hold);
	EXPECT_EQ(CHILD_KILLED, child_finish(&self->children[0]));
	EXPECT_EQ(CHILD_KILLED, child_finish(&self->children[1]));
	EXPECT_EQ((__u32)EPOLLIN, epoll_news(self->set));
	check_mailbox(self->fd, 1, 1);
}

/*
 * Room for which senders were woken does not wake pollers until those senders
 * have left it.
 */
TEST_F(polled, room)
{
	ASSERT_EQ(0, fill(self->fd));
	START(0, &self->children[0], run_send);
	START(1, &self->children[1], run_send);
	hold_begin(&self->hold);
	RECEIVE();
	EXPECT_EQ(0, poll_now(self->fd, POLLOUT));
	self->set = epoll_of(self->fd, EPOLLOUT | EPOLLET);
	ASSERT_LE(0, self->set);
	EXPECT_EQ(0U, epoll_news(self->set));
	kill(self->children[0].pid, SIGKILL);
	kill(self->children[1].pid, SIGKILL);
	hold_end(&self->hold);
	EXPECT_EQ(CHILD_KILLED, child_finish(&self->children[0]));
	EXPECT_EQ(CHILD_KILLED, child_finish(&self->children[1]));
	/* A sender that was granted its room sends even though it is killed. */
	if (variant->flags & KIPC_FAIR)
		RECEIVE();
	EXPECT_EQ((__u32)EPOLLOUT, epoll_news(self->set));
	EXPECT_EQ(0, SEND(1));
}

TEST_HARNESS_MAIN
