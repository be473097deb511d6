// SPDX-License-Identifier: GPL-2.0-only
/*
 * When pollers of a mailbox are woken, which events a descriptor may poll for,
 * and how senders that poll and senders that wait take turns.
 */
#include "kipc_test.h"
#include "epoll.h"
#include "polling.h"

#define MESSAGE_SIZE	64
#define MESSAGES	4

static int create_bounded(unsigned int messages, __u64 bytes, __u32 flags)
{
	struct kipc_create_args args = mailbox_args(MESSAGE_SIZE, messages);

	args.attributes.mailbox.bytes = bytes;
	return create_flags(args, flags);
}

static void fill(int fd)
{
	while (!mailbox_trysend(fd, "x", 1, 0))
		;
}

/* ------------------------------------------------------------------------ */
/* Events                                                                   */
/* ------------------------------------------------------------------------ */

FIXTURE(poll) {
	int fd;
	int set;
	char name[64];
	struct message message;
};

FIXTURE_SETUP(poll)
{
	self->set = -1;
	unique_name(self->name, "poll");
	self->fd = create_named(mailbox_args(MESSAGE_SIZE, MESSAGES),
				self->name, 0);
	ASSERT_LE(0, self->fd);
}

FIXTURE_TEARDOWN(poll)
{
	close(self->set);
	close(self->fd);
}

TEST_F(poll, messages)
{
	self->set = epoll_of(self->fd, EPOLLIN | EPOLLET);
	ASSERT_LE(0, self->set);
	EXPECT_EQ(0, mailbox_trysend(self->fd, "x", 1, 0));
	EXPECT_EQ((__u32)EPOLLIN, epoll_news(self->set));
	EXPECT_EQ(0, mailbox_trysend(self->fd, "y", 1, 0));
	EXPECT_EQ((__u32)EPOLLIN, epoll_news(self->set));
	EXPECT_EQ(0, mailbox_tryreceive(self->fd, &self->message));
	EXPECT_EQ(0U, epoll_news(self->set));
	EXPECT_EQ(0, mailbox_peek(self->fd, &self->message));
	EXPECT_EQ(0U, epoll_news(self->set));
	EXPECT_EQ(0, mailbox_tryreceive(self->fd, &self->message));
	EXPECT_EQ(0U, epoll_news(self->set));
}

/*
 * An edge-triggered poller is told of room only after it was told that there is
 * none.
 */
TEST_F(poll, room)
{
	self->set = epoll_of(self->fd, EPOLLOUT | EPOLLET);
	ASSERT_LE(0, self->set);
	EXPECT_EQ((__u32)EPOLLOUT, epoll_news(self->set));
	EXPECT_EQ(0, mailbox_trysend(self->fd, "x", 1, 0));
	EXPECT_EQ(0, mailbox_tryreceive(self->fd, &self->message));
	EXPECT_EQ(0U, epoll_news(self->set));
	fill(self->fd);
	EXPECT_EQ(0, mailbox_tryreceive(self->fd, &self->message));
	EXPECT_EQ((__u32)EPOLLOUT, epoll_news(self->set));
	EXPECT_EQ(0, mailbox_tryreceive(self->fd, &self->message));
	EXPECT_EQ(0U, epoll_news(self->set));
}

/* A level-triggered poller is told of room each time. */
TEST_F(poll, room_each_time)
{
	int i;

	self->set = epoll_of(self->fd, EPOLLOUT);
	ASSERT_LE(0, self->set);
	for (i = 0; i < 3; i++) {
		fill(self->fd);
		EXPECT_EQ(0U, epoll_news(self->set));
		EXPECT_EQ(0, mailbox_tryreceive(self->fd, &self->message));
		EXPECT_EQ((__u32)EPOLLOUT, epoll_events(self->set, -1));
	}
}

/* A receiver that gives up makes no room. */
TEST_F(poll, a_receiver_that_leaves)
{
	self->set = epoll_of(self->fd, EPOLLIN | EPOLLOUT | EPOLLET);
	ASSERT_LE(0, self->set);
	EXPECT_EQ((__u32)EPOLLOUT, epoll_news(self->set));
	EXPECT_EQ(-ETIMEDOUT, mailbox_timedreceive(self->fd, &self->message,
						   1, 0));
	EXPECT_EQ(0U, epoll_news(self->set));
}

static int run_send(void *data)
{
	int *fd = data;

	return mailbox_send(*fd, "waited", 6, 0);
}

/*
 * A poller is woken for room after the sender that waited before it was killed.
 */
TEST_F(poll, a_sender_that_leaves)
{
	struct child sender, poller;

	fill(self->fd);
	child_start(&sender, run_send, &self->fd);
	wait_for_waiters(self->fd, 1);
	start_poll(&poller, self->fd, POLLOUT);
	EXPECT_EQ(CHILD_KILLED, child_kill(&sender));
	wait_until(child_sleeps(&poller) || child_ended(&poller));
	EXPECT_FALSE(child_ended(&poller));
	EXPECT_EQ(0, mailbox_tryreceive(self->fd, &self->message));
	EXPECT_EQ(POLLOUT, child_finish(&poller));
}

TEST_F(poll, by_access)
{
	int reader = open_named(KIPC_MAILBOX, self->name, KIPC_READ);
	int writer = open_named(KIPC_MAILBOX, self->name, KIPC_WRITE);
	const short both = POLLIN | POLLOUT;

	ASSERT_LE(0, reader);
	ASSERT_LE(0, writer);
	EXPECT_EQ(0, poll_now(reader, both));
	EXPECT_EQ(POLLOUT, poll_now(writer, both));
	EXPECT_EQ(0, mailbox_trysend(writer, "x", 1, 0));
	EXPECT_EQ(POLLIN, poll_now(reader, both));
	EXPECT_EQ(POLLOUT, poll_now(writer, both));
	fill(writer);
	EXPECT_EQ(POLLIN, poll_now(reader, both));
	EXPECT_EQ(0, poll_now(writer, both));
	close(reader);
	close(writer);
}

/* ------------------------------------------------------------------------ */
/* Turns                                                                    */
/* ------------------------------------------------------------------------ */

#define POLLED		'p'
#define WAITED		'w'
#define ROUNDS		20
#define SENDERS		3

FIXTURE(turns) {
	int fd;
	struct child senders[SENDERS];
	struct child poller;
};

FIXTURE_VARIANT(turns) {
	unsigned int messages;
	__u64 bytes;		/* 0 for their product */
	unsigned int senders;
	size_t waited_length;	/* of the waiting senders */
	__u32 flags;
};

/* Short messages take room again and again before the longest message fits. */
FIXTURE_VARIANT_ADD(turns, byte_bound) {
	.messages = MESSAGES,
	.bytes = MESSAGE_SIZE,
	.senders = 1,
	.waited_length = 1 + MESSAGE_SIZE / 3,
};

FIXTURE_VARIANT_ADD(turns, byte_bound_fair) {
	.messages = MESSAGES,
	.bytes = MESSAGE_SIZE,
	.senders = 1,
	.waited_length = 1 + MESSAGE_SIZE / 3,
	.flags = KIPC_FAIR,
};

FIXTURE_VARIANT_ADD(turns, byte_bound_of_two) {
	.messages = 2 * MESSAGES,
	.bytes = 2 * MESSAGE_SIZE,
	.senders = SENDERS,
	.waited_length = MESSAGE_SIZE / 2,
};

/* At each moment at least one sender waits. */
FIXTURE_VARIANT_ADD(turns, several_senders) {
	.messages = MESSAGES,
	.senders = SENDERS,
	.waited_length = MESSAGE_SIZE,
};

FIXTURE_VARIANT_ADD(turns, several_senders_fair) {
	.messages = MESSAGES,
	.senders = SENDERS,
	.waited_length = MESSAGE_SIZE,
	.flags = KIPC_FAIR,
};

FIXTURE_VARIANT_ADD(turns, one_message) {
	.messages = 1,
	.senders = SENDERS,
	.waited_length = 1,
};

static int run_waiting_sender(void *data)
{
	const FIXTURE_VARIANT(turns) *variant = data;
	char text[MESSAGE_SIZE] = { WAITED };
	int ret;

	do {
		ret = mailbox_send(variant->messages, text,
				   variant->waited_length, 0);
	} while (!ret);
	return ret;
}

FIXTURE_SETUP(turns)
{
	FIXTURE_VARIANT(turns) request = *variant;
	unsigned int i;

	self->fd = create_bounded(variant->messages, variant->bytes,
				  variant->flags);
	ASSERT_LE(0, self->fd);
	request.messages = self->fd;
	for (i = 0; i < variant->senders; i++)
		child_start(&self->senders[i], run_waiting_sender, &request);
}

FIXTURE_TEARDOWN(turns)
{
	unsigned int i;

	for (i = 0; i < variant->senders; i++)
		child_kill(&self->senders[i]);
	close(self->fd);
}

static int send_longest(int fd)
{
	char text[MESSAGE_SIZE] = { POLLED };

	return mailbox_trysend(fd, text, sizeof(text), 0);
}

static int run_poller(void *data)
{
	int *fd = data, ret;

	do {
		if (poll_for(*fd, POLLOUT, -1) != POLLOUT)
			return -EPROTO;
		ret = send_longest(*fd);
	} while (!ret || ret == -EAGAIN);
	return ret;
}

/* Polls edge-triggered: sends until it is told that there is no room. */
static int run_edge_poller(void *data)
{
	int *fd = data, ret, set;

	set = epoll_of(*fd, EPOLLOUT | EPOLLET);
	if (set < 0)
		return set;
	do {
		if (epoll_events(set, -1) != EPOLLOUT)
			return -EPROTO;
		do {
			ret = send_longest(*fd);
		} while (!ret);
	} while (ret == -EAGAIN);
	return ret;
}

static bool all_wait(int fd, unsigned int senders)
{
	struct kipc_mailbox_state_args state;

	return mailbox_state(fd, &state) || state.senders == senders;
}

/*
 * Receives until enough messages of both kinds have arrived. Before each
 * receive it waits until all senders wait, so that room is hardly ever free by
 * chance.
 */
static void receive_both(struct __test_metadata *_metadata,
			 FIXTURE_DATA(turns) *self, unsigned int senders)
{
	unsigned int polled = 0, waited = 0;
	struct message message;
	int ret;

	while (polled < ROUNDS || waited < ROUNDS) {
		wait_until(all_wait(self->fd, senders));
		ret = mailbox_tryreceive(self->fd, &message);
		if (ret == -EAGAIN)
			continue;
		ASSERT_EQ(0, ret);
		if (message.data[0] == POLLED)
			polled++;
		else
			waited++;
	}
	EXPECT_EQ(CHILD_KILLED, child_kill(&self->poller));
}

/* Neither the waiting senders nor the polling sender starve. */
TEST_F_TIMEOUT(turns, of_a_poller, 60)
{
	wait_until(all_wait(self->fd, variant->senders));
	child_start(&self->poller, run_poller, &self->fd);
	receive_both(_metadata, self, variant->senders);
}

TEST_F_TIMEOUT(turns, of_an_edge_poller, 60)
{
	wait_until(all_wait(self->fd, variant->senders));
	child_start(&self->poller, run_edge_poller, &self->fd);
	receive_both(_metadata, self, variant->senders);
}

static int run_idle_poller(void *data)
{
	int *fd = data;

	for (;;)
		poll_for(*fd, POLLOUT, 1);
	return 0;
}

/*
 * A poller that is offered room and never sends delays the other senders only
 * for a while.
 */
TEST_F_TIMEOUT(turns, of_an_idle_poller, 60)
{
	struct message message;
	int i;

	child_start(&self->poller, run_idle_poller, &self->fd);
	for (i = 0; i < 2 * ROUNDS; i++)
		EXPECT_EQ(0, mailbox_receive(self->fd, &message));
	EXPECT_EQ(CHILD_KILLED, child_kill(&self->poller));
	for (i = 0; i < 2 * ROUNDS; i++)
		EXPECT_EQ(0, mailbox_receive(self->fd, &message));
}

TEST_HARNESS_MAIN
