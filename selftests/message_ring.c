// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rings: sending and receiving by the kernel and by the steps of a participant,
 * lanes, waiting, access, polling, and errors.
 */
#include "kipc_test.h"
#include "descriptor.h"
#include "epoll.h"
#include "parameter.h"
#include "polling.h"
#include "waiting_thread.h"

#define SIZE	64
#define SLOTS	4
#define LANES	2
#define LOANS	2
#define LIMIT_MS	4000

FIXTURE(ring) {
	int fd;
	char name[64];
	struct kipc_ring_map map;
	struct ring_message message;
};

FIXTURE_SETUP(ring)
{
	unique_name(self->name, "ring");
	self->fd = create_named(ring_args(SIZE, SLOTS, LANES, LOANS),
				self->name, 0);
	ASSERT_LE(0, self->fd);
}

FIXTURE_TEARDOWN(ring)
{
	close(self->fd);
}

#define check_message(text, expected_lane) do { \
	EXPECT_EQ((__u32)sizeof(text), self->message.args.length); \
	EXPECT_EQ((__u32)(expected_lane), self->message.args.lane); \
	EXPECT_STREQ(text, self->message.data); \
} while (0)

static int fill(int fd, unsigned int lane)
{
	int count = 0;

	while (!ring_trysend(fd, "x", 2, lane))
		count++;
	return count;
}

static bool has_senders(int fd, unsigned int count)
{
	struct kipc_ring_state_args state;

	return !ring_state(fd, &state) && state.senders == count;
}

static bool has_receivers(int fd, unsigned int count)
{
	struct kipc_ring_state_args state;

	return !ring_state(fd, &state) && state.receivers == count;
}

/* ------------------------------------------------------------------------ */
/* Sending and receiving                                                    */
/* ------------------------------------------------------------------------ */

TEST_F(ring, keeps_the_order_of_a_lane)
{
	char text[2] = "a";
	int i, lap;

	/* Several laps, so that slots and chunks are used again. */
	for (lap = 0; lap < 5; lap++) {
		for (i = 0; i < SLOTS; i++) {
			text[0] = 'a' + i;
			EXPECT_EQ(0, ring_trysend(self->fd, text, 2, 0));
		}
		EXPECT_EQ(-EAGAIN, ring_trysend(self->fd, text, 2, 0));
		check_ring(self->fd, SLOTS, 0);
		for (i = 0; i < SLOTS; i++) {
			EXPECT_EQ(0, ring_tryreceive(self->fd, &self->message));
			text[0] = 'a' + i;
			EXPECT_STREQ(text, self->message.data);
		}
		EXPECT_EQ(-EAGAIN, ring_tryreceive(self->fd, &self->message));
	}
}

TEST_F(ring, receives_from_the_highest_lane_first)
{
	EXPECT_EQ(0, ring_trysend(self->fd, "low", 4, 0));
	EXPECT_EQ(0, ring_trysend(self->fd, "high", 5, 1));
	EXPECT_EQ(0, ring_tryreceive(self->fd, &self->message));
	check_message("high", 1);
	EXPECT_EQ(0, ring_tryreceive(self->fd, &self->message));
	check_message("low", 0);
}

TEST_F(ring, has_room_in_each_lane)
{
	EXPECT_EQ(SLOTS, fill(self->fd, 0));
	EXPECT_EQ(SLOTS, fill(self->fd, 1));
	check_ring(self->fd, LANES * SLOTS, 0);
}

TEST_F(ring, is_the_same_for_the_kernel_and_a_participant)
{
	char text[SIZE] = "";

	ASSERT_EQ(0, message_ring_map(&self->map, self->fd));
	EXPECT_EQ(0, ring_trysend(self->fd, "kernel", 7, 0));
	EXPECT_TRUE(ring_step_send(&self->map, "steps", 6, 0));
	EXPECT_TRUE(ring_step_receive(&self->map, text));
	EXPECT_STREQ("kernel", text);
	EXPECT_EQ(0, ring_tryreceive(self->fd, &self->message));
	check_message("steps", 0);
	EXPECT_EQ(self->map.me, self->message.args.sender);
	EXPECT_FALSE(ring_step_receive(&self->map, text));
}

TEST_F(ring, takes_empty_and_full_messages)
{
	char full[SIZE];

	memset(full, 'f', sizeof(full));
	EXPECT_EQ(0, ring_trysend(self->fd, NULL, 0, 0));
	EXPECT_EQ(0, ring_trysend(self->fd, full, SIZE, 0));
	EXPECT_EQ(0, ring_tryreceive(self->fd, &self->message));
	EXPECT_EQ(0U, self->message.args.length);
	EXPECT_EQ(0, ring_tryreceive(self->fd, &self->message));
	EXPECT_EQ((__u32)SIZE, self->message.args.length);
	EXPECT_EQ(0, memcmp(full, self->message.data, SIZE));
}

TEST_F(ring, copies_messages_of_many_pages)
{
	const size_t size = 300000;
	int fd = create(ring_args(size, 2, 1, 0));
	char *sent = malloc(size), *got = malloc(size);
	size_t i;

	ASSERT_LE(0, fd);
	for (i = 0; i < size; i++)
		sent[i] = i * 7 + (i >> 12);
	for (i = 0; i < 3; i++) {
		ASSERT_EQ((ssize_t)size, write(fd, sent, size));
		memset(got, 0, size);
		ASSERT_EQ((ssize_t)size, read(fd, got, size));
		EXPECT_EQ(0, memcmp(sent, got, size));
	}
}

/* ------------------------------------------------------------------------ */
/* Waiting                                                                  */
/* ------------------------------------------------------------------------ */

static int receive_any(int fd)
{
	struct ring_message message;

	return ring_receive(fd, &message);
}

static int send_any(int fd)
{
	return ring_send(fd, "y", 2, 0);
}

/*
 * A sender that does not enter the kernel learns from the bell that it has to.
 */
TEST_F(ring, rings_the_bell_for_a_receiver)
{
	struct waiting_thread thread;
	char text[SIZE];

	ASSERT_EQ(0, message_ring_map(&self->map, self->fd));
	ASSERT_EQ(0, thread_start(&thread, self->fd, receive_any));
	wait_until(has_receivers(self->fd, 1));
	EXPECT_FALSE(ring_step_send(&self->map, "x", 2, 0));
	EXPECT_EQ(0, ring_kick(self->fd, KIPC_RING_RECEIVERS, 0));
	EXPECT_EQ(0, thread_finish(&thread));
	/* There is no bell any more. */
	EXPECT_TRUE(ring_step_send(&self->map, "x", 2, 0));
	EXPECT_TRUE(ring_step_receive(&self->map, text));
}

TEST_F(ring, rings_the_bell_for_a_sender)
{
	struct waiting_thread thread;
	char text[SIZE];

	ASSERT_EQ(0, message_ring_map(&self->map, self->fd));
	EXPECT_EQ(SLOTS, fill(self->fd, 0));
	ASSERT_EQ(0, thread_start(&thread, self->fd, send_any));
	wait_until(has_senders(self->fd, 1));
	EXPECT_FALSE(ring_step_receive(&self->map, text));
	EXPECT_EQ(0, ring_kick(self->fd, KIPC_RING_SENDERS, 0));
	EXPECT_EQ(0, thread_finish(&thread));
	check_ring(self->fd, SLOTS, 0);
}

/* A waiter that is kicked and takes a message kicks the next one if it has to. */
TEST_F(ring, wakes_as_many_as_there_are_messages)
{
	struct waiting_thread threads[3];
	int i;

	ASSERT_EQ(0, message_ring_map(&self->map, self->fd));
	for (i = 0; i < 3; i++)
		ASSERT_EQ(0, thread_start(&threads[i], self->fd, receive_any));
	wait_until(has_receivers(self->fd, 3));
	for (i = 0; i < 3; i++)
		ring_step_send(&self->map, "x", 2, 0);
	EXPECT_EQ(0, ring_kick(self->fd, KIPC_RING_RECEIVERS, 0));
	for (i = 0; i < 3; i++)
		EXPECT_EQ(0, thread_finish(&threads[i]));
	check_ring(self->fd, 0, 0);
}

TEST_F(ring, gives_up_at_the_deadline)
{
	EXPECT_EQ(-ETIMEDOUT, ring_timedreceive(self->fd, &self->message, 1, 0));
	fill(self->fd, 0);
	EXPECT_EQ(-ETIMEDOUT, ring_timedsend(self->fd, "x", 2, 0, 1, 0));
	EXPECT_EQ(-ETIMEDOUT, ring_timedsend(self->fd, "x", 2, 0, 1,
					     KIPC_REALTIME));
	EXPECT_TRUE(has_senders(self->fd, 0));
}

/*
 * A slot that was claimed for a message that never came is passed over by a
 * receiver in the kernel, which wakes the sender that waits for the slot. The
 * scan would do that, too, so it is made to come late. It may come once in time,
 * if it was queued before.
 */
TEST_F(ring, wakes_senders_when_it_passes_over_a_slot)
{
	struct waiting_thread sender, receiver;
	int fd = create(ring_args(SIZE, 1, 1, 0));
	long scan_ms = parameter_get("scan_ms");
	__u64 position;
	__s64 limit;
	int turn;

	ASSERT_LE(0, fd);
	ASSERT_LT(0, scan_ms);
	ASSERT_EQ(0, message_ring_map(&self->map, fd));
	EXPECT_EQ(0, parameter_set("scan_ms", 3 * LIMIT_MS));
	for (turn = 0; turn < 2; turn++) {
		EXPECT_EQ(KIPC_RING_FOUND,
			  kipc_ring_claim_send(&self->map, 0, 1, &position));
		EXPECT_FALSE(kipc_ring_cancel_send(&self->map, 0, position));
		ASSERT_EQ(0, thread_start(&sender, fd, send_any));
		wait_until(has_senders(fd, 1));
		ASSERT_EQ(0, thread_start(&receiver, fd, receive_any));
		limit = deadline_in_ms(CLOCK_MONOTONIC, LIMIT_MS);
		wait_until(has_senders(fd, 0) ||
			   now_ns(CLOCK_MONOTONIC) > limit);
		EXPECT_TRUE(has_senders(fd, 0));
		EXPECT_EQ(0, thread_finish(&sender));
		EXPECT_EQ(0, thread_finish(&receiver));
	}
	EXPECT_EQ(0, parameter_set("scan_ms", scan_ms));
}

/* ------------------------------------------------------------------------ */
/* Claiming                                                                 */
/* ------------------------------------------------------------------------ */

TEST_F(ring, claims_for_a_participant)
{
	struct kipc_ring_claim_args args;
	struct kipc_ring_slot *slot;

	ASSERT_EQ(0, message_ring_map(&self->map, self->fd));
	ASSERT_EQ(0, ring_claim(self->fd, &args, KIPC_RING_SENDERS, 1, 0,
				KIPC_TRY));
	EXPECT_EQ(0ULL, args.position);
	EXPECT_EQ(1U, args.from);
	EXPECT_EQ(0U, args.found);
	slot = kipc_ring_slot(&self->map, 1, 0);
	EXPECT_EQ(kipc_ring_state_of(0, self->map.me, KIPC_RING_WRITING),
		  slot->state);
	kipc_ring_finish_send(&self->map, 1, 0,
			      kipc_ring_content((__u32)slot->content, 2));
	ASSERT_EQ(0, ring_claim(self->fd, &args, KIPC_RING_RECEIVERS, 0, 0,
				KIPC_TRY));
	EXPECT_EQ(1U, args.from);
	EXPECT_EQ(self->map.me, args.sender);
	EXPECT_EQ(kipc_ring_state_of(0, self->map.me, KIPC_RING_READING),
		  slot->state);
	kipc_ring_finish_receive(&self->map, 1, 0);
	EXPECT_EQ(-EAGAIN, ring_claim(self->fd, &args, KIPC_RING_RECEIVERS, 0,
				      0, KIPC_TRY));
}

TEST_F(ring, claims_for_nobody_else)
{
	struct kipc_ring_claim_args args;

	EXPECT_EQ(-ENXIO, ring_claim(self->fd, &args, KIPC_RING_SENDERS, 0, 0,
				     KIPC_TRY));
}

/* ------------------------------------------------------------------------ */
/* Polling                                                                  */
/* ------------------------------------------------------------------------ */

TEST_F(ring, polls_for_messages_and_room)
{
	EXPECT_EQ(POLLOUT, poll_now(self->fd, POLLIN | POLLOUT));
	EXPECT_EQ(SLOTS, fill(self->fd, 0));
	EXPECT_EQ(POLLIN, poll_now(self->fd, POLLIN | POLLOUT));
}

/* Edges come after EAGAIN, also if the message was sent without the kernel. */
TEST_F(ring, tells_edge_triggered_pollers)
{
	int set = epoll_of(self->fd, EPOLLIN | EPOLLET);

	ASSERT_LE(0, set);
	ASSERT_EQ(0, message_ring_map(&self->map, self->fd));
	EXPECT_EQ(0U, epoll_news(set));
	EXPECT_NE(0ULL, kipc_ring_head(&self->map)->polled);
	EXPECT_FALSE(ring_step_send(&self->map, "x", 2, 0));
	EXPECT_EQ(0, ring_kick(self->fd, KIPC_RING_RECEIVERS, 0));
	EXPECT_EQ((__u32)EPOLLIN, epoll_news(set));
	/* Nothing is armed before EAGAIN. */
	EXPECT_TRUE(ring_step_send(&self->map, "x", 2, 0));
	EXPECT_EQ(0, ring_tryreceive(self->fd, &self->message));
	EXPECT_EQ(0, ring_tryreceive(self->fd, &self->message));
	EXPECT_EQ(-EAGAIN, ring_tryreceive(self->fd, &self->message));
	EXPECT_FALSE(ring_step_send(&self->map, "x", 2, 0));
	EXPECT_EQ(0, ring_kick(self->fd, KIPC_RING_RECEIVERS, 0));
	EXPECT_EQ((__u32)EPOLLIN, epoll_news(set));
	close(set);
	/* The ring is not polled any more, so EAGAIN needs no system call. */
	EXPECT_EQ(0, ring_tryreceive(self->fd, &self->message));
	EXPECT_EQ(-EAGAIN, ring_tryreceive(self->fd, &self->message));
	EXPECT_EQ(0ULL, kipc_ring_head(&self->map)->polled);
}

TEST_F(ring, reads_and_writes)
{
	char text[SIZE];

	EXPECT_EQ(5, write(self->fd, "text", 5));
	EXPECT_EQ(5, read(self->fd, text, sizeof(text)));
	EXPECT_STREQ("text", text);
	ASSERT_EQ(0, fcntl(self->fd, F_SETFL, O_NONBLOCK));
	EXPECT_EQ(-1, read(self->fd, text, sizeof(text)));
	EXPECT_EQ(EAGAIN, errno);
	EXPECT_EQ(-1, read(self->fd, text, SIZE - 1));
	EXPECT_EQ(EMSGSIZE, errno);
	EXPECT_EQ(-1, write(self->fd, self->message.data, SIZE + 1));
	EXPECT_EQ(EMSGSIZE, errno);
	EXPECT_EQ(SLOTS, fill(self->fd, 0));
	EXPECT_EQ(-1, write(self->fd, "x", 2));
	EXPECT_EQ(EAGAIN, errno);
}

/* ------------------------------------------------------------------------ */
/* Errors                                                                   */
/* ------------------------------------------------------------------------ */

TEST_F(ring, refuses_bad_arguments)
{
	EXPECT_EQ(-EMSGSIZE, ring_trysend(self->fd, "x", SIZE + 1, 0));
	EXPECT_EQ(-EMSGSIZE, ring_trysend(self->fd, "x", 0xffffffff, 0));
	EXPECT_EQ(-EINVAL, ring_trysend(self->fd, "x", 2, LANES));
	EXPECT_EQ(-EINVAL, ring_kick(self->fd, KIPC_RING_RECEIVERS, LANES));
	EXPECT_EQ(-EINVAL, ring_timedsend(self->fd, "x", 2, 0, -1, 0));
	EXPECT_EQ(-EFAULT, ring_trysend(self->fd, NULL, 2, 0));
	check_ring(self->fd, 0, 0);
}

/* The message stays if it cannot be written to where the receiver wants it. */
TEST_F(ring, keeps_a_message_that_cannot_be_delivered)
{
	struct kipc_ring_receive_args args = {
		.size = sizeof(args),
		.flags = KIPC_TRY,
		.capacity = SIZE,
		.data = 8,
	};

	EXPECT_EQ(0, ring_trysend(self->fd, "text", 5, 0));
	EXPECT_EQ(-EFAULT, kipc_call(self->fd, KIPC_RING_RECEIVE, &args));
	EXPECT_EQ(0, ring_tryreceive(self->fd, &self->message));
	check_message("text", 0);
	EXPECT_EQ(0U, self->message.args.found);
}

TEST_F(ring, needs_both_accesses_to_receive)
{
	int reader = open_named(KIPC_RING, self->name, KIPC_READ);
	int writer = open_named(KIPC_RING, self->name, KIPC_WRITE);

	ASSERT_LE(0, reader);
	ASSERT_LE(0, writer);
	EXPECT_EQ(0, ring_trysend(writer, "x", 2, 0));
	EXPECT_EQ(-EBADF, ring_trysend(reader, "x", 2, 0));
	EXPECT_EQ(-EBADF, ring_tryreceive(reader, &self->message));
	EXPECT_EQ(-EBADF, ring_tryreceive(writer, &self->message));
	EXPECT_EQ(0, poll_now(reader, POLLIN | POLLOUT));
	EXPECT_EQ(POLLOUT, poll_now(writer, POLLIN | POLLOUT));
	check_ring(reader, 1, 0);
}

/* Nonsense in a slot costs this message and nothing else. */
TEST_F(ring, refuses_nonsense_in_a_slot)
{
	ASSERT_EQ(0, message_ring_map(&self->map, self->fd));
	kipc_ring_slot(&self->map, 0, 0)->content = kipc_ring_content(1000, 5);
	EXPECT_EQ(-EIO, ring_trysend(self->fd, "x", 2, 0));
	EXPECT_EQ(0, ring_trysend(self->fd, "one", 4, 0));
	EXPECT_EQ(0, ring_trysend(self->fd, "two", 4, 0));
	kipc_ring_slot(&self->map, 0, 1)->content =
		kipc_ring_content(1, SIZE + 1);
	EXPECT_EQ(-EIO, ring_tryreceive(self->fd, &self->message));
	EXPECT_EQ(0, ring_tryreceive(self->fd, &self->message));
	check_message("two", 0);
}

TEST_HARNESS_MAIN
