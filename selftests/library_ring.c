// SPDX-License-Identifier: GPL-2.0-only
/* libkipc: rings. */
#include "kipc_test.h"
#include "library.h"
#include "polling.h"
#include "schedule.h"

#include <pthread.h>

#define SIZE	64

FIXTURE(library_ring) {
	struct kipc_ring *ring;
	struct kipc_ring_message message;
	char buffer[SIZE];
};

FIXTURE_SETUP(library_ring)
{
	const struct kipc_ring_options options = {
		.message_size = SIZE, .slots = 4, .lanes = 2, .loans = 2,
	};

	ASSERT_EQ(0, kipc_ring_create(&self->ring, NULL, &options));
}

FIXTURE_TEARDOWN(library_ring)
{
	kipc_ring_close(self->ring);
}

TEST_F(library_ring, verbs)
{
	struct kipc_ring_state_args state;
	int i;

	EXPECT_EQ(-EAGAIN, kipc_ring_tryreceive(self->ring, self->buffer, SIZE,
						NULL));
	EXPECT_EQ(0, kipc_ring_send(self->ring, "low", 3, 0));
	EXPECT_EQ(0, kipc_ring_trysend(self->ring, "high", 4, 1));
	for (i = 0; i < 3; i++)
		EXPECT_EQ(0, kipc_ring_timedsend(self->ring, "more", 4, 0, 1, 0));
	EXPECT_EQ(-EAGAIN, kipc_ring_trysend(self->ring, "", 0, 0));
	EXPECT_EQ(-ETIMEDOUT, kipc_ring_timedsend(self->ring, "", 0, 0, 1, 0));
	EXPECT_EQ(0, kipc_ring_state(self->ring, &state));
	EXPECT_EQ(5, state.messages);
	EXPECT_EQ(4, kipc_ring_receive(self->ring, self->buffer, SIZE,
				       &self->message));
	EXPECT_EQ(0, memcmp("high", self->buffer, 4));
	EXPECT_EQ(4, self->message.length);
	EXPECT_EQ(1, self->message.lane);
	EXPECT_EQ(attachment_of(kipc_ring_fd(self->ring)),
		  self->message.sender);
	EXPECT_EQ(0, self->message.repeated);
	EXPECT_EQ(3, kipc_ring_timedreceive(self->ring, self->buffer, SIZE,
					    NULL, 1, KIPC_REALTIME));
	for (i = 0; i < 3; i++)
		EXPECT_EQ(4, kipc_ring_receive(self->ring, self->buffer, SIZE,
					       NULL));
	EXPECT_EQ(-ETIMEDOUT, kipc_ring_timedreceive(self->ring, self->buffer,
						     SIZE, NULL, 1, 0));
}

TEST_F(library_ring, passes_messages_on_in_place)
{
	const void *held, *other;
	void *loan;

	ASSERT_EQ(0, kipc_ring_loan(self->ring, &loan));
	EXPECT_EQ(0, (uintptr_t)loan % 64);
	memcpy(loan, "in place", 9);
	EXPECT_EQ(0, kipc_ring_publish(self->ring, loan, 9, 0));
	EXPECT_EQ(9, kipc_ring_hold(self->ring, &held, &self->message));
	EXPECT_EQ(loan, held);
	EXPECT_STREQ("in place", held);
	/* Meanwhile the ring goes on. */
	EXPECT_EQ(0, kipc_ring_send(self->ring, "next", 4, 0));
	EXPECT_EQ(4, kipc_ring_tryhold(self->ring, &other, NULL));
	EXPECT_EQ(0, memcmp("next", other, 4));
	EXPECT_STREQ("in place", held);
	EXPECT_EQ(0, kipc_ring_give_back(self->ring, other));
	EXPECT_EQ(0, kipc_ring_give_back(self->ring, held));
}

TEST_F(library_ring, lends_each_loan_once)
{
	void *loans[2], *third;
	const void *held;

	ASSERT_EQ(0, kipc_ring_loan(self->ring, &loans[0]));
	ASSERT_EQ(0, kipc_ring_loan(self->ring, &loans[1]));
	EXPECT_NE(loans[0], loans[1]);
	EXPECT_EQ(-ENOBUFS, kipc_ring_loan(self->ring, &third));
	EXPECT_EQ(NULL, third);
	EXPECT_EQ(0, kipc_ring_send(self->ring, "x", 1, 0));
	EXPECT_EQ(-ENOBUFS, kipc_ring_hold(self->ring, &held, NULL));
	EXPECT_EQ(0, kipc_ring_discard(self->ring, loans[0]));
	EXPECT_EQ(1, kipc_ring_hold(self->ring, &held, NULL));
	EXPECT_EQ(0, kipc_ring_give_back(self->ring, held));
	EXPECT_EQ(0, kipc_ring_discard(self->ring, loans[1]));
}

TEST_F(library_ring, refuses_what_is_not_lent_or_held)
{
	const void *held;
	void *loan;

	ASSERT_EQ(0, kipc_ring_loan(self->ring, &loan));
	EXPECT_EQ(-EMSGSIZE, kipc_ring_publish(self->ring, loan, SIZE + 1, 0));
	EXPECT_EQ(-EINVAL, kipc_ring_publish(self->ring, loan, 1, 2));
	EXPECT_EQ(-EINVAL, kipc_ring_publish(self->ring, (char *)loan + 1, 1, 0));
	EXPECT_EQ(-EINVAL, kipc_ring_publish(self->ring, self->buffer, 1, 0));
	EXPECT_EQ(-EINVAL, kipc_ring_publish(self->ring, NULL, 1, 0));
	EXPECT_EQ(-EPERM, kipc_ring_give_back(self->ring, loan));
	EXPECT_EQ(0, kipc_ring_publish(self->ring, loan, 1, 0));
	EXPECT_EQ(-EPERM, kipc_ring_publish(self->ring, loan, 1, 0));
	EXPECT_EQ(-EPERM, kipc_ring_discard(self->ring, loan));
	EXPECT_EQ(1, kipc_ring_hold(self->ring, &held, NULL));
	EXPECT_EQ(-EPERM, kipc_ring_discard(self->ring, (void *)held));
	EXPECT_EQ(0, kipc_ring_give_back(self->ring, held));
	EXPECT_EQ(-EPERM, kipc_ring_give_back(self->ring, held));
}

TEST_F(library_ring, refuses_bad_arguments)
{
	const struct kipc_ring_options odd_slots = { .slots = 3 };
	const struct kipc_ring_options many_lanes = { .lanes = 5 };
	int mailbox = create(mailbox_args(1, 1));
	struct kipc_ring *ring;

	EXPECT_EQ(-EMSGSIZE, kipc_ring_send(self->ring, "", SIZE + 1, 0));
	EXPECT_EQ(-EMSGSIZE, kipc_ring_send(self->ring, "", SIZE_MAX, 0));
	EXPECT_EQ(-EINVAL, kipc_ring_send(self->ring, "", 0, 2));
	EXPECT_EQ(-EMSGSIZE, kipc_ring_tryreceive(self->ring, self->buffer,
						  SIZE - 1, NULL));
	EXPECT_EQ(-EINVAL, kipc_ring_timedsend(self->ring, "", 0, 0, -1, 0));
	EXPECT_EQ(-EINVAL, kipc_ring_timedsend(self->ring, "", 0, 0, 0,
					       KIPC_TRY));
	EXPECT_EQ(-EINVAL, kipc_ring_create(&ring, NULL, &odd_slots));
	EXPECT_EQ(-EINVAL, kipc_ring_create(&ring, NULL, &many_lanes));
	EXPECT_EQ(-EPROTOTYPE, kipc_ring_import(&ring, mailbox));
	EXPECT_EQ(NULL, ring);
}

/* Messages above a kilobyte go through a loan, if there is one. */
TEST_F(library_ring, sends_long_messages)
{
	const struct kipc_ring_options options = {
		.message_size = 100000, .slots = 2, .loans = 1,
	};
	char *sent = malloc(100000), *got = malloc(100000);
	struct kipc_ring *ring;
	void *loan;
	int i;

	ASSERT_EQ(0, kipc_ring_create(&ring, NULL, &options));
	for (i = 0; i < 100000; i++)
		sent[i] = i * 3;
	for (i = 0; i < 10; i++) {
		if (i == 5)
			ASSERT_EQ(0, kipc_ring_loan(ring, &loan));
		sent[0] = i;
		ASSERT_EQ(0, kipc_ring_send(ring, sent, 100000, 0));
		ASSERT_EQ(100000, kipc_ring_receive(ring, got, 100000, NULL));
		EXPECT_EQ(0, memcmp(sent, got, 100000));
	}
	kipc_ring_close(ring);
}

/* A handle that can only send uses the kernel. */
TEST_F(library_ring, sends_without_a_mapping)
{
	struct kipc_ring *owner, *writer;
	const void *held;
	char name[64];
	void *loan;

	unique_name(name, "writer");
	ASSERT_EQ(0, kipc_ring_create(&owner, name, NULL));
	ASSERT_EQ(0, kipc_ring_open(&writer, name, KIPC_WRITE));
	EXPECT_EQ(0, kipc_ring_send(writer, "text", 5, 0));
	EXPECT_EQ(-EBADF, kipc_ring_tryreceive(writer, self->buffer, 256, NULL));
	EXPECT_EQ(-EACCES, kipc_ring_loan(writer, &loan));
	EXPECT_EQ(5, kipc_ring_hold(owner, &held, &self->message));
	EXPECT_STREQ("text", held);
	EXPECT_EQ(0, self->message.sender);
	kipc_ring_close(writer);
	kipc_ring_close(owner);
}

/* A child of fork() is a participant of its own. */
TEST_F(library_ring, works_in_a_child)
{
	const void *held;
	void *loan;
	pid_t child;

	ASSERT_EQ(0, kipc_ring_loan(self->ring, &loan));
	child = child_fork();
	if (!child) {
		EXPECT_EQ(-EPERM, kipc_ring_publish(self->ring, loan, 1, 0));
		EXPECT_EQ(0, kipc_ring_send(self->ring, "child", 6, 0));
		EXPECT_EQ(6, kipc_ring_hold(self->ring, &held, NULL));
		_exit(_metadata->exit_code);
	}
	EXPECT_EQ(0, child_wait(child));
	/* The child has ended while it held the message. */
	EXPECT_EQ(6, kipc_ring_receive(self->ring, self->buffer, SIZE,
				       &self->message));
	EXPECT_STREQ("child", self->buffer);
	EXPECT_NE(0, self->message.repeated);
	EXPECT_EQ(0, kipc_ring_discard(self->ring, loan));
}

/* EAGAIN reaches the kernel if the ring is polled, so that the next edge is told. */
TEST_F(library_ring, tells_pollers)
{
	int fd = kipc_ring_fd(self->ring);

	EXPECT_EQ(0, poll_now(fd, POLLIN));
	EXPECT_EQ(0, kipc_ring_send(self->ring, "x", 1, 0));
	EXPECT_EQ(POLLIN, poll_now(fd, POLLIN));
	EXPECT_EQ(1, kipc_ring_receive(self->ring, self->buffer, SIZE, NULL));
	EXPECT_EQ(-EAGAIN, kipc_ring_tryreceive(self->ring, self->buffer, SIZE,
						NULL));
	EXPECT_EQ(0, poll_now(fd, POLLIN));
}

/* ------------------------------------------------------------------------ */
/* Many to many                                                             */
/* ------------------------------------------------------------------------ */

#define SENDERS		4
#define RECEIVERS	4

struct traffic {
	struct kipc_ring *ring;
	unsigned int each;		/* messages of each sender */
	unsigned int received;
	unsigned int disorder;
	uint64_t sum;
	int sender;
};

static void *run_sender(void *data)
{
	struct traffic *traffic = data;
	unsigned int number = __atomic_fetch_add(&traffic->sender, 1,
						 __ATOMIC_RELAXED);
	uint32_t content[2] = { number };
	void *loan;

	for (content[1] = 1; content[1] <= traffic->each; content[1]++) {
		/* Every fourth message is passed on in place. */
		if (content[1] % 4 || kipc_ring_loan(traffic->ring, &loan)) {
			kipc_ring_send(traffic->ring, content, SIZE, 0);
			continue;
		}
		memcpy(loan, content, sizeof(content));
		kipc_ring_publish(traffic->ring, loan, SIZE, 0);
	}
	return NULL;
}

static void *run_receiver(void *data)
{
	struct traffic *traffic = data;
	uint32_t last[SENDERS] = {}, content[SIZE / 4];
	const void *held;

	for (;;) {
		if (kipc_ring_hold(traffic->ring, &held, NULL) >= 0) {
			memcpy(content, held, sizeof(content));
			kipc_ring_give_back(traffic->ring, held);
		} else {
			kipc_ring_receive(traffic->ring, content, SIZE, NULL);
		}
		if (content[0] == SENDERS)
			return NULL;
		if (content[1] <= last[content[0]])
			__atomic_fetch_add(&traffic->disorder, 1,
					   __ATOMIC_RELAXED);
		last[content[0]] = content[1];
		__atomic_fetch_add(&traffic->received, 1, __ATOMIC_RELAXED);
		__atomic_fetch_add(&traffic->sum, content[1], __ATOMIC_RELAXED);
	}
}

/*
 * Each receiver sees the messages of each sender in order, and together they see
 * all of them once.
 */
TEST_F(library_ring, carries_many_messages)
{
	struct traffic traffic = { .ring = self->ring, .each = scaled(50000) };
	const uint32_t end[SIZE / 4] = { SENDERS };
	pthread_t senders[SENDERS], receivers[RECEIVERS];
	int i;

	for (i = 0; i < RECEIVERS; i++)
		ASSERT_EQ(0, pthread_create(&receivers[i], NULL, run_receiver,
					    &traffic));
	for (i = 0; i < SENDERS; i++)
		ASSERT_EQ(0, pthread_create(&senders[i], NULL, run_sender,
					    &traffic));
	for (i = 0; i < SENDERS; i++)
		pthread_join(senders[i], NULL);
	for (i = 0; i < RECEIVERS; i++)
		ASSERT_EQ(0, kipc_ring_send(self->ring, end, SIZE, 0));
	for (i = 0; i < RECEIVERS; i++)
		pthread_join(receivers[i], NULL);
	EXPECT_EQ(SENDERS * traffic.each, traffic.received);
	EXPECT_EQ(0, traffic.disorder);
	EXPECT_EQ((uint64_t)SENDERS * traffic.each * (traffic.each + 1) / 2,
		  traffic.sum);
}

TEST_HARNESS_MAIN
