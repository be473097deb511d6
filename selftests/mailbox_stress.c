// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mailboxes under load: up to a hundred thousand messages go from four senders
 * to four receivers. None is lost or received twice, and each receiver gets the
 * messages of one sender and priority in the order in which they were sent.
 */
#include "kipc_test.h"
#include "handler.h"

#define SENDERS		4
#define RECEIVERS	4
#define MESSAGES	25000	/* of each sender, at most */
#define LEVELS		4	/* of priority, in turn */
#define MESSAGE_SIZE	48

struct stress_letter {
	__u32 sender;
	__u32 number;
	char padding[MESSAGE_SIZE - 8];
};

struct traffic {
	int fd;
	unsigned int levels;		/* constant */
	unsigned int messages;		/* constant; of each sender */
	unsigned int next_sender;
	unsigned int finished;		/* senders */
	__u8 times[SENDERS][MESSAGES];
};

FIXTURE(traffic) {
	struct traffic *traffic;
	struct child senders[SENDERS];
	struct child receivers[RECEIVERS];
};

FIXTURE_VARIANT(traffic) {
	unsigned int room;		/* messages that fit into it */
	unsigned int bytes;		/* 0: enough for these messages */
	unsigned int levels;
	unsigned int messages;		/* of each sender; few if all sleep */
	__u32 flags;
	bool interrupted;		/* signals arrive all the time */
};

FIXTURE_VARIANT_ADD(traffic, roomy) {
	.room = 256,
	.levels = 1,
	.messages = MESSAGES,
};

FIXTURE_VARIANT_ADD(traffic, one_at_a_time) {
	.room = 1,
	.levels = 1,
	.messages = MESSAGES / 5,
};

FIXTURE_VARIANT_ADD(traffic, one_at_a_time_fair) {
	.room = 1,
	.levels = 1,
	.messages = MESSAGES / 5,
	.flags = KIPC_FAIR,
};

FIXTURE_VARIANT_ADD(traffic, few_bytes) {
	.room = 16,
	.bytes = 2 * MESSAGE_SIZE + 5,
	.levels = LEVELS,
	.messages = MESSAGES / 5,
};

FIXTURE_VARIANT_ADD(traffic, few_bytes_fair) {
	.room = 16,
	.bytes = 2 * MESSAGE_SIZE + 5,
	.levels = LEVELS,
	.messages = MESSAGES / 5,
	.flags = KIPC_FAIR,
};

FIXTURE_VARIANT_ADD(traffic, signals) {
	.room = 2,
	.levels = LEVELS,
	.messages = MESSAGES / 25,
	.interrupted = true,
};

FIXTURE_SETUP(traffic)
{
	struct kipc_create_args args = mailbox_args(MESSAGE_SIZE,
						    variant->room);

	args.attributes.mailbox.bytes = variant->bytes;
	self->traffic = shared_alloc(sizeof(*self->traffic));
	self->traffic->fd = create_flags(args, variant->flags);
	ASSERT_LE(0, self->traffic->fd);
	self->traffic->levels = variant->levels;
	self->traffic->messages = scaled(variant->messages);
}

FIXTURE_TEARDOWN(traffic)
{
}

/*
 * Returns a length between that of the two numbers and that of a whole letter.
 */
static size_t length_of(const struct stress_letter *letter)
{
	return 8 + (letter->number * 7 + letter->sender) % (MESSAGE_SIZE - 7);
}

static int send_all(struct traffic *traffic)
{
	struct stress_letter letter = {};
	int ret;

	letter.sender = __atomic_fetch_add(&traffic->next_sender, 1,
					   __ATOMIC_SEQ_CST);
	while (letter.number < traffic->messages) {
		memset(letter.padding, letter.number, sizeof(letter.padding));
		ret = mailbox_send(traffic->fd, &letter, length_of(&letter),
				   letter.number % traffic->levels);
		if (ret == -EINTR)
			continue;
		if (ret)
			return ret;
		letter.number++;
	}
	return 0;
}

/* Returns true if the message is what was sent, down to the last byte. */
static bool letter_is_whole(const struct message *message)
{
	struct stress_letter letter;
	size_t i;

	memcpy(&letter, message->data, sizeof(letter));
	if (letter.sender >= SENDERS || letter.number >= MESSAGES ||
	    message->args.length != length_of(&letter))
		return false;
	for (i = 8; i < message->args.length; i++)
		if ((__u8)message->data[i] != (__u8)letter.number)
			return false;
	return true;
}

/* Receives until there is an empty message. */
static int receive_all(struct traffic *traffic)
{
	__s64 last[SENDERS][LEVELS];
	struct message message;
	struct stress_letter letter;
	int ret;

	memset(last, 0xff, sizeof(last));
	for (;;) {
		ret = mailbox_receive(traffic->fd, &message);
		if (ret == -EINTR)
			continue;
		if (ret || !message.args.length)
			return ret;
		if (!letter_is_whole(&message))
			return -EBADMSG;
		memcpy(&letter, message.data, sizeof(letter));
		if (last[letter.sender][message.args.priority] >= letter.number)
			return -EILSEQ;
		last[letter.sender][message.args.priority] = letter.number;
		__atomic_add_fetch(&traffic->times[letter.sender][letter.number],
				   1, __ATOMIC_RELAXED);
	}
}

static int run_sender(void *data)
{
	struct traffic *traffic = data;
	int ret = send_all(traffic);

	__atomic_add_fetch(&traffic->finished, 1, __ATOMIC_SEQ_CST);
	return ret;
}

static int run_receiver(void *data)
{
	return receive_all(data);
}

/* Sends signals to all children until the senders have finished. */
static void disturb(FIXTURE_DATA(traffic) *self)
{
	unsigned int i;

	while (__atomic_load_n(&self->traffic->finished, __ATOMIC_SEQ_CST) <
	       SENDERS) {
		for (i = 0; i < SENDERS; i++)
			kill(self->senders[i].pid, SIGUSR1);
		for (i = 0; i < RECEIVERS; i++)
			kill(self->receivers[i].pid, SIGUSR1);
		sched_yield();
	}
}

TEST_F_TIMEOUT(traffic, four_senders_and_four_receivers, 140)
{
	struct traffic *traffic = self->traffic;
	unsigned int i, j, once = 0;

	handle_signal(SIGUSR1, 0);
	for (i = 0; i < RECEIVERS; i++)
		child_start(&self->receivers[i], run_receiver, traffic);
	for (i = 0; i < SENDERS; i++)
		child_start(&self->senders[i], run_sender, traffic);
	if (variant->interrupted)
		disturb(self);
	for (i = 0; i < SENDERS; i++)
		EXPECT_EQ(0, child_finish(&self->senders[i]));
	for (i = 0; i < RECEIVERS; i++)
		EXPECT_EQ(0, mailbox_send(traffic->fd, NULL, 0, 0));
	for (i = 0; i < RECEIVERS; i++)
		EXPECT_EQ(0, child_finish(&self->receivers[i]));
	for (i = 0; i < SENDERS; i++)
		for (j = 0; j < MESSAGES; j++)
			once += traffic->times[i][j] == 1;
	EXPECT_EQ(SENDERS * traffic->messages, once);
	check_mailbox(traffic->fd, 0, 0);
	EXPECT_EQ(0L, waiters(traffic->fd));
	EXPECT_GE(variant->flags & KIPC_FAIR ? 0 : 2,
		  fdinfo_number(traffic->fd, "kipc-most-lost-races:"));
}

TEST_HARNESS_MAIN
