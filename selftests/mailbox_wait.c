// SPDX-License-Identifier: GPL-2.0-only
/*
 * Waiting to send to a mailbox or to receive from it: hand-over, order,
 * deadlines, signals and deaths.
 */
#include "kipc_test.h"
#include "handler.h"

#define MESSAGE_SIZE	64

/* What a child sends or receives, and its result, which the test can see. */
struct errand {
	int fd;
	__s64 deadline;
	unsigned int flags;
	unsigned int priority;
	char text[32];			/* to send */
	unsigned int *done;		/* counts finished children */
	unsigned int place;		/* of this child among them */
	struct message message;		/* received */
};

static struct errand *errand_for(int fd, const char *text)
{
	struct errand *errand = shared_alloc(sizeof(*errand));

	errand->fd = fd;
	errand->deadline = KIPC_FOREVER;
	snprintf(errand->text, sizeof(errand->text), "%s", text);
	return errand;
}

static int errand_done(struct errand *errand, int ret)
{
	if (errand->done)
		errand->place = __atomic_fetch_add(errand->done, 1,
						   __ATOMIC_SEQ_CST);
	return ret;
}

static int run_send(void *data)
{
	struct errand *errand = data;

	return errand_done(errand,
			   mailbox_timedsend(errand->fd, errand->text,
					     strlen(errand->text),
					     errand->priority, errand->deadline,
					     errand->flags));
}

static int run_receive(void *data)
{
	struct errand *errand = data;

	return errand_done(errand,
			   mailbox_timedreceive(errand->fd, &errand->message,
						errand->deadline,
						errand->flags));
}

static int send_text(int fd, const char *text, unsigned int priority)
{
	return mailbox_trysend(fd, text, strlen(text), priority);
}

static bool holds(const struct message *message, const char *text)
{
	return message->args.length == strlen(text) &&
	       !memcmp(message->data, text, strlen(text));
}

/* The mailbox has room for one message and is empty at the beginning. */

FIXTURE(waiting) {
	int fd;
	struct child child;
	struct errand *errand;
	struct message message;
};

FIXTURE_VARIANT(waiting) {
	__u32 flags;
};

FIXTURE_VARIANT_ADD(waiting, by_default) {
};

FIXTURE_VARIANT_ADD(waiting, fair) {
	.flags = KIPC_FAIR,
};

FIXTURE_SETUP(waiting)
{
	self->fd = create_flags(mailbox_args(MESSAGE_SIZE, 1), variant->flags);
	ASSERT_LE(0, self->fd);
	self->errand = errand_for(self->fd, "sent");
}

FIXTURE_TEARDOWN(waiting)
{
	close(self->fd);
}

#define EXPECT_RECEIVE(text) do { \
	EXPECT_EQ(0, mailbox_tryreceive(self->fd, &self->message)); \
	EXPECT_TRUE(holds(&self->message, text)); \
} while (0)

#define START_RECEIVER() do { \
	child_start(&self->child, run_receive, self->errand); \
	wait_for_waiters(self->fd, 1); \
} while (0)

/* Starts a sender that finds the mailbox full. */
#define START_SENDER() do { \
	ASSERT_EQ(0, send_text(self->fd, "full", 0)); \
	child_start(&self->child, run_send, self->errand); \
	wait_for_waiters(self->fd, 1); \
} while (0)

TEST_F(waiting, receiver_gets_a_message)
{
	struct kipc_mailbox_state_args state;

	START_RECEIVER();
	ASSERT_EQ(0, mailbox_state(self->fd, &state));
	EXPECT_EQ(1U, state.receivers);
	EXPECT_EQ(0U, state.senders);
	EXPECT_EQ(0, send_text(self->fd, "message", 9));
	EXPECT_EQ(0, child_finish(&self->child));
	EXPECT_TRUE(holds(&self->errand->message, "message"));
	EXPECT_EQ(9U, self->errand->message.args.priority);
	EXPECT_EQ((__u32)getpid(), self->errand->message.args.pid);
	check_mailbox(self->fd, 0, 0);
}

/* A message for the only waiter is not given to another receiver. */
TEST_F(waiting, receiver_is_not_overtaken)
{
	START_RECEIVER();
	EXPECT_EQ(0, send_text(self->fd, "message", 9));
	EXPECT_EQ(-EAGAIN, mailbox_tryreceive(self->fd, &self->message));
	EXPECT_EQ(0, child_finish(&self->child));
}

TEST_F(waiting, sender_gets_room)
{
	struct kipc_mailbox_state_args state;

	START_SENDER();
	ASSERT_EQ(0, mailbox_state(self->fd, &state));
	EXPECT_EQ(0U, state.receivers);
	EXPECT_EQ(1U, state.senders);
	EXPECT_EQ(1U, state.messages);
	EXPECT_RECEIVE("full");
	wait_until(child_ended(&self->child));
	EXPECT_RECEIVE("sent");
	EXPECT_EQ((__u32)self->child.pid, self->message.args.pid);
	EXPECT_EQ(0, child_finish(&self->child));
}

TEST_F(waiting, sender_is_not_overtaken)
{
	START_SENDER();
	EXPECT_RECEIVE("full");
	EXPECT_EQ(-EAGAIN, send_text(self->fd, "overtaking", 0));
	EXPECT_EQ(0, child_finish(&self->child));
	EXPECT_RECEIVE("sent");
}

#define CROWD	5

/* Starts children that queue up one after the other. */
static void start_crowd(struct __test_metadata *_metadata, int fd,
			struct child children[CROWD],
			struct errand *errands[CROWD], int (*run)(void *data))
{
	unsigned int *done = shared_alloc(sizeof(*done));
	char text[2] = "a";
	int i;

	for (i = 0; i < CROWD; i++) {
		text[0] = 'a' + i;
		errands[i] = errand_for(fd, text);
		errands[i]->done = done;
		child_start(&children[i], run, errands[i]);
		wait_for_waiters(fd, i + 1);
	}
}

TEST_F(waiting, receivers_in_order)
{
	struct errand *errands[CROWD];
	struct child children[CROWD];
	unsigned int i;

	start_crowd(_metadata, self->fd, children, errands, run_receive);
	for (i = 0; i < CROWD; i++) {
		EXPECT_EQ(0, mailbox_send(self->fd, &i, sizeof(i), i));
		wait_until(*errands[i]->done == i + 1);
	}
	for (i = 0; i < CROWD; i++) {
		EXPECT_EQ(0, child_finish(&children[i]));
		EXPECT_EQ(i, errands[i]->place);
		EXPECT_EQ(0, memcmp(&i, errands[i]->message.data, sizeof(i)));
	}
}

/*
 * Senders get room in the order of arrival, not by the priorities of their
 * messages.
 */
TEST_F(waiting, senders_in_order)
{
	struct errand *errands[CROWD];
	struct child children[CROWD];
	char text[2] = "a";
	unsigned int i;

	ASSERT_EQ(0, send_text(self->fd, "full", 0));
	start_crowd(_metadata, self->fd, children, errands, run_send);
	EXPECT_EQ(0, mailbox_receive(self->fd, &self->message));
	for (i = 0; i < CROWD; i++) {
		text[0] = 'a' + i;
		EXPECT_EQ(0, mailbox_receive(self->fd, &self->message));
		EXPECT_TRUE(holds(&self->message, text));
	}
	for (i = 0; i < CROWD; i++)
		EXPECT_EQ(0, child_finish(&children[i]));
	check_mailbox(self->fd, 0, 0);
}

/* The room for several senders becomes free at once. */
TEST_F(waiting, senders_together)
{
	struct kipc_create_args args = mailbox_args(MESSAGE_SIZE, CROWD);
	char data[MESSAGE_SIZE] = {};
	struct errand *errands[CROWD];
	struct child children[CROWD];
	unsigned int i;
	int fd;

	args.attributes.mailbox.bytes = MESSAGE_SIZE;
	fd = create_flags(args, variant->flags);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, mailbox_trysend(fd, data, MESSAGE_SIZE, 0));
	start_crowd(_metadata, fd, children, errands, run_send);
	EXPECT_EQ(0, mailbox_tryreceive(fd, &self->message));
	for (i = 0; i < CROWD; i++)
		EXPECT_EQ(0, child_finish(&children[i]));
	check_mailbox(fd, CROWD, CROWD);
}

/* A message that the first receiver cannot take goes to the next one. */
TEST_F(waiting, receiver_with_a_small_buffer)
{
	struct kipc_mailbox_receive_args *args = shared_alloc(sizeof(*args));
	pid_t small = child_fork();

	if (!small) {
		EXPECT_EQ(-EMSGSIZE, receive_into(self->fd, args,
						  self->message.data, 3,
						  KIPC_FOREVER, 0));
		EXPECT_EQ(7U, args->length);
		_exit(0);
	}
	wait_for_waiters(self->fd, 1);
	child_start(&self->child, run_receive, self->errand);
	wait_for_waiters(self->fd, 2);
	EXPECT_EQ(0, send_text(self->fd, "message", 1));
	EXPECT_EQ(0, child_wait(small));
	EXPECT_EQ(0, child_finish(&self->child));
	EXPECT_TRUE(holds(&self->errand->message, "message"));
	check_mailbox(self->fd, 0, 0);
}

TEST_F(waiting, receiver_with_a_bad_buffer)
{
	struct kipc_mailbox_receive_args *args = shared_alloc(sizeof(*args));
	pid_t bad = child_fork();

	if (!bad) {
		EXPECT_EQ(-EFAULT, receive_into(self->fd, args, bad_pointer(),
						64, KIPC_FOREVER, 0));
		_exit(0);
	}
	wait_for_waiters(self->fd, 1);
	child_start(&self->child, run_receive, self->errand);
	wait_for_waiters(self->fd, 2);
	EXPECT_EQ(0, send_text(self->fd, "message", 1));
	EXPECT_EQ(0, child_wait(bad));
	EXPECT_EQ(0, child_finish(&self->child));
	EXPECT_TRUE(holds(&self->errand->message, "message"));
}

TEST_F(waiting, sender_with_bad_data)
{
	pid_t bad;

	ASSERT_EQ(0, send_text(self->fd, "full", 0));
	bad = child_fork();
	if (!bad) {
		EXPECT_EQ(-EFAULT, mailbox_send(self->fd, bad_pointer(), 64,
						0));
		_exit(0);
	}
	wait_for_waiters(self->fd, 1);
	child_start(&self->child, run_send, self->errand);
	wait_for_waiters(self->fd, 2);
	EXPECT_RECEIVE("full");
	EXPECT_EQ(0, child_wait(bad));
	EXPECT_EQ(0, child_finish(&self->child));
	EXPECT_RECEIVE("sent");
	check_mailbox(self->fd, 0, 0);
}

/* Deaths. */

TEST_F(waiting, killed_receiver_takes_nothing)
{
	START_RECEIVER();
	EXPECT_EQ(CHILD_KILLED, child_kill(&self->child));
	EXPECT_EQ(0L, waiters(self->fd));
	EXPECT_EQ(0, send_text(self->fd, "message", 1));
	EXPECT_RECEIVE("message");
}

/* A message for a receiver that is being killed is not lost. */
TEST_F(waiting, killed_receiver_gives_back)
{
	int i, rounds = scaled(200);

	for (i = 0; i < rounds; i++) {
		START_RECEIVER();
		kill(self->child.pid, SIGKILL);
		EXPECT_EQ(0, send_text(self->fd, "message", 1));
		EXPECT_EQ(CHILD_KILLED, child_finish(&self->child));
		EXPECT_EQ(0L, waiters(self->fd));
		EXPECT_RECEIVE("message");
	}
	check_mailbox(self->fd, 0, 0);
}

TEST_F(waiting, killed_sender_leaves_nothing)
{
	START_SENDER();
	EXPECT_EQ(CHILD_KILLED, child_kill(&self->child));
	EXPECT_EQ(0L, waiters(self->fd));
	EXPECT_RECEIVE("full");
	check_mailbox(self->fd, 0, 0);
	EXPECT_EQ(0, send_text(self->fd, "again", 0));
}

/* The sender behind the killed one needs less room and can go on. */
TEST_F(waiting, killed_sender_lets_others_pass)
{
	struct kipc_create_args args = mailbox_args(MESSAGE_SIZE, 4);
	char data[MESSAGE_SIZE] = {};
	pid_t big;

	args.attributes.mailbox.bytes = MESSAGE_SIZE;
	self->errand->fd = create_flags(args, variant->flags);
	ASSERT_LE(0, self->errand->fd);
	ASSERT_EQ(0, send_text(self->errand->fd, "some", 0));
	big = child_fork();
	if (!big)
		_exit(!mailbox_send(self->errand->fd, data, MESSAGE_SIZE, 0));
	wait_for_waiters(self->errand->fd, 1);
	child_start(&self->child, run_send, self->errand);
	wait_for_waiters(self->errand->fd, 2);
	kill(big, SIGKILL);
	EXPECT_EQ(CHILD_KILLED, child_wait(big));
	EXPECT_EQ(0, child_finish(&self->child));
	check_mailbox(self->errand->fd, 2, 8);
}

/* Signals. */

TEST_F(waiting, interrupted_receiver)
{
	handle_signal(SIGUSR1, 0);
	START_RECEIVER();
	interrupt(&self->child, SIGUSR1);
	EXPECT_EQ(-EINTR, child_finish(&self->child));
	EXPECT_EQ(0, send_text(self->fd, "message", 1));
	EXPECT_RECEIVE("message");
}

TEST_F(waiting, interrupted_sender)
{
	handle_signal(SIGUSR1, 0);
	START_SENDER();
	interrupt(&self->child, SIGUSR1);
	EXPECT_EQ(-EINTR, child_finish(&self->child));
	EXPECT_RECEIVE("full");
	check_mailbox(self->fd, 0, 0);
}

TEST_F(waiting, restarted_receiver)
{
	int i;

	handle_signal(SIGUSR1, SA_RESTART);
	START_RECEIVER();
	for (i = 0; i < 10; i++) {
		interrupt(&self->child, SIGUSR1);
		wait_for_waiters(self->fd, 1);
	}
	EXPECT_EQ(0, send_text(self->fd, "message", 1));
	EXPECT_EQ(0, child_finish(&self->child));
	EXPECT_TRUE(holds(&self->errand->message, "message"));
}

TEST_F(waiting, restarted_sender)
{
	int i;

	handle_signal(SIGUSR1, SA_RESTART);
	START_SENDER();
	for (i = 0; i < 10; i++) {
		interrupt(&self->child, SIGUSR1);
		wait_for_waiters(self->fd, 1);
	}
	EXPECT_RECEIVE("full");
	EXPECT_EQ(0, child_finish(&self->child));
	EXPECT_RECEIVE("sent");
	check_mailbox(self->fd, 0, 0);
}

TEST_F(waiting, deadline_is_not_stretched_by_signals)
{
	handle_signal(SIGUSR1, SA_RESTART);
	self->errand->deadline = deadline_in_ms(CLOCK_MONOTONIC, 200);
	child_start(&self->child, run_receive, self->errand);
	while (!child_ended(&self->child))
		interrupt(&self->child, SIGUSR1);
	EXPECT_EQ(-ETIMEDOUT, child_finish(&self->child));
	EXPECT_LE(self->errand->deadline, now_ns(CLOCK_MONOTONIC));
	ASSERT_EQ(0, send_text(self->fd, "full", 0));
	self->errand->deadline = deadline_in_ms(CLOCK_MONOTONIC, 200);
	child_start(&self->child, run_send, self->errand);
	while (!child_ended(&self->child))
		interrupt(&self->child, SIGUSR1);
	EXPECT_EQ(-ETIMEDOUT, child_finish(&self->child));
	EXPECT_LE(self->errand->deadline, now_ns(CLOCK_MONOTONIC));
}

/* Deadlines, on either clock. */

FIXTURE(deadline) {
	int fd;
	struct message message;
};

FIXTURE_VARIANT(deadline) {
	clockid_t clock;
	unsigned int flags;
};

FIXTURE_VARIANT_ADD(deadline, monotonic) {
	.clock = CLOCK_MONOTONIC,
};

FIXTURE_VARIANT_ADD(deadline, realtime) {
	.clock = CLOCK_REALTIME,
	.flags = KIPC_REALTIME,
};

FIXTURE_SETUP(deadline)
{
	self->fd = create(mailbox_args(MESSAGE_SIZE, 1));
	ASSERT_LE(0, self->fd);
}

FIXTURE_TEARDOWN(deadline)
{
	close(self->fd);
}

#define EXPECT_TIMED_RECEIVE(expected, at) \
	EXPECT_EQ(expected, mailbox_timedreceive(self->fd, &self->message, at, \
						 variant->flags))

#define EXPECT_TIMED_SEND(expected, at) \
	EXPECT_EQ(expected, mailbox_timedsend(self->fd, "x", 1, 0, at, \
					      variant->flags))

TEST_F(deadline, passes)
{
	__s64 at = deadline_in_ms(variant->clock, 20);

	EXPECT_TIMED_RECEIVE(-ETIMEDOUT, at);
	EXPECT_LE(at, now_ns(variant->clock));
	EXPECT_TIMED_SEND(0, at);
	at = deadline_in_ms(variant->clock, 20);
	EXPECT_TIMED_SEND(-ETIMEDOUT, at);
	EXPECT_LE(at, now_ns(variant->clock));
	check_mailbox(self->fd, 1, 1);
	EXPECT_EQ(0L, waiters(self->fd));
}

TEST_F(deadline, has_passed)
{
	const __s64 past[] = { 0, 1, now_ns(variant->clock) - 1 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(past); i++) {
		EXPECT_TIMED_RECEIVE(-ETIMEDOUT, past[i]);
		EXPECT_TIMED_SEND(0, past[i]);
		EXPECT_TIMED_SEND(-ETIMEDOUT, past[i]);
		EXPECT_TIMED_RECEIVE(0, past[i]);
	}
}

TEST_F(deadline, is_negative)
{
	EXPECT_TIMED_RECEIVE(-EINVAL, -1);
	EXPECT_TIMED_SEND(-EINVAL, -1);
	EXPECT_TIMED_RECEIVE(-EINVAL, -KIPC_FOREVER - 1);
	EXPECT_TIMED_SEND(-EINVAL, -KIPC_FOREVER - 1);
	check_mailbox(self->fd, 0, 0);
}

/*
 * O_NONBLOCK, which other users of the open file can set, affects only read()
 * and write().
 */
TEST_F(deadline, counts_on_a_descriptor_that_does_not_block)
{
	ASSERT_EQ(0, fcntl(self->fd, F_SETFL, O_NONBLOCK));
	EXPECT_TIMED_RECEIVE(-ETIMEDOUT, 1);
	EXPECT_TIMED_SEND(0, KIPC_FOREVER);
	EXPECT_TIMED_SEND(-ETIMEDOUT, 1);
	EXPECT_TIMED_RECEIVE(0, KIPC_FOREVER);
}

TEST_F(deadline, is_far_away)
{
	struct errand *errand = errand_for(self->fd, "sent");
	struct child child;

	errand->flags = variant->flags;
	errand->deadline = KIPC_FOREVER - 1;
	child_start(&child, run_receive, errand);
	wait_for_waiters(self->fd, 1);
	EXPECT_TIMED_SEND(0, KIPC_FOREVER);
	EXPECT_EQ(0, child_finish(&child));
	EXPECT_TIMED_SEND(0, KIPC_FOREVER - 1);
	child_start(&child, run_send, errand);
	wait_for_waiters(self->fd, 1);
	EXPECT_TIMED_RECEIVE(0, KIPC_FOREVER);
	EXPECT_EQ(0, child_finish(&child));
}

TEST_HARNESS_MAIN
