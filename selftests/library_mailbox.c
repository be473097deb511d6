// SPDX-License-Identifier: GPL-2.0-only
/* libkipc: mailboxes. */
#include "kipc_test.h"
#include "library.h"

TEST(mailbox_verbs)
{
	const struct kipc_mailbox_options options = {
		.message_size = 16, .messages = 2,
	};
	struct kipc_mailbox_state_args state;
	struct kipc_message message;
	struct kipc_mailbox *mailbox;
	char buffer[16];

	ASSERT_EQ(0, kipc_mailbox_create(&mailbox, NULL, &options));
	EXPECT_EQ(-EAGAIN, kipc_mailbox_peek(mailbox, buffer, 16, NULL));
	EXPECT_EQ(-EAGAIN, kipc_mailbox_tryreceive(mailbox, buffer, 16, NULL));
	EXPECT_EQ(0, kipc_mailbox_send(mailbox, "low", 3, 1));
	EXPECT_EQ(0, kipc_mailbox_trysend(mailbox, "high", 4, 2));
	EXPECT_EQ(-EAGAIN, kipc_mailbox_trysend(mailbox, "more", 4, 0));
	EXPECT_EQ(-ETIMEDOUT, kipc_mailbox_timedsend(mailbox, "", 0, 0, 1, 0));
	EXPECT_EQ(-EMSGSIZE, kipc_mailbox_send(mailbox, buffer, 17, 0));
	EXPECT_EQ(0, kipc_mailbox_state(mailbox, &state));
	EXPECT_EQ(2, state.messages);
	EXPECT_EQ(7, state.bytes);
	EXPECT_EQ(4, kipc_mailbox_peek(mailbox, buffer, 16, &message));
	EXPECT_EQ(-EMSGSIZE,
		  kipc_mailbox_receive(mailbox, buffer, 3, &message));
	EXPECT_EQ(4, message.length);
	EXPECT_EQ(4, kipc_mailbox_receive(mailbox, buffer, 16, &message));
	EXPECT_EQ(0, memcmp(buffer, "high", 4));
	EXPECT_EQ(2, message.priority);
	EXPECT_EQ((uint32_t)getpid(), message.pid);
	EXPECT_EQ(getuid(), message.uid);
	EXPECT_EQ(getgid(), message.gid);
	EXPECT_EQ(3, kipc_mailbox_timedreceive(mailbox, buffer, 16, NULL, 1,
					       KIPC_REALTIME));
	EXPECT_EQ(-ETIMEDOUT, kipc_mailbox_timedreceive(mailbox, buffer, 16,
							NULL, 1, 0));
	kipc_mailbox_close(mailbox);
}

/* The messages that the library sends and receives by write() and read(). */
TEST(mailbox_plain_messages)
{
	const struct kipc_mailbox_options options = {
		.message_size = 16, .messages = 4,
	};
	struct kipc_message message;
	struct kipc_mailbox *mailbox;
	char buffer[17] = "0123456789abcdef";

	ASSERT_EQ(0, kipc_mailbox_create(&mailbox, NULL, &options));
	errno = 0;
	EXPECT_EQ(-EMSGSIZE, kipc_mailbox_send(mailbox, buffer, 17, 0));
	EXPECT_EQ(-EMSGSIZE, kipc_mailbox_send(mailbox, buffer, SIZE_MAX, 0));
	EXPECT_EQ(-EFAULT, kipc_mailbox_send(mailbox, bad_pointer(), 1, 0));
	EXPECT_EQ(0, kipc_mailbox_send(mailbox, buffer, 16, 0));
	EXPECT_EQ(0, kipc_mailbox_send(mailbox, NULL, 0, 0));
	EXPECT_EQ(0, kipc_mailbox_send(mailbox, "one", 3, 0));
	EXPECT_EQ(0, kipc_mailbox_send(mailbox, "first", 5, 1));
	EXPECT_EQ(-EMSGSIZE, kipc_mailbox_receive(mailbox, buffer, 4, NULL));
	EXPECT_EQ(-EFAULT,
		  kipc_mailbox_receive(mailbox, bad_pointer(), 16, NULL));
	EXPECT_EQ(5, kipc_mailbox_receive(mailbox, buffer, 16, NULL));
	EXPECT_EQ(0, memcmp("first", buffer, 5));
	EXPECT_EQ(16, kipc_mailbox_receive(mailbox, buffer, SIZE_MAX, NULL));
	EXPECT_EQ(0, memcmp("0123456789abcdef", buffer, 16));
	EXPECT_EQ(0, kipc_mailbox_receive(mailbox, NULL, 0, NULL));
	EXPECT_EQ(3, kipc_mailbox_receive(mailbox, buffer, 16, &message));
	EXPECT_EQ(0, message.priority);
	EXPECT_EQ((uint32_t)getpid(), message.pid);
	EXPECT_EQ(0, errno);
	kipc_mailbox_close(mailbox);
}

TEST(mailbox_defaults)
{
	struct kipc_mailbox *mailbox;
	static char page[8193];
	int i;

	ASSERT_EQ(0, kipc_mailbox_create(&mailbox, NULL, NULL));
	for (i = 0; i < 64; i++)
		EXPECT_EQ(0, kipc_mailbox_trysend(mailbox, page, 8192, 0));
	EXPECT_EQ(-EAGAIN, kipc_mailbox_trysend(mailbox, page, 0, 0));
	EXPECT_EQ(-EMSGSIZE, kipc_mailbox_trysend(mailbox, page, 8193, 0));
	kipc_mailbox_close(mailbox);
}

static int receive_two(void *data)
{
	struct kipc_message message;
	char byte;

	return kipc_mailbox_receive(data, &byte, 1, NULL) == 1 &&
	       kipc_mailbox_receive(data, &byte, 1, &message) == 1 ? 0 : -EPROTO;
}

/*
 * O_NONBLOCK, which other users of the open file can set, affects only read()
 * and write().
 */
TEST(mailbox_waits_on_a_descriptor_that_does_not_block)
{
	const struct kipc_mailbox_options options = {
		.message_size = 1, .messages = 1,
	};
	struct kipc_mailbox *mailbox;
	struct child child;

	ASSERT_EQ(0, kipc_mailbox_create(&mailbox, NULL, &options));
	ASSERT_EQ(0, fcntl(kipc_mailbox_fd(mailbox), F_SETFL, O_NONBLOCK));
	child_start(&child, receive_two, mailbox);
	wait_for_waiters(kipc_mailbox_fd(mailbox), 1);
	EXPECT_EQ(0, kipc_mailbox_send(mailbox, "a", 1, 0));
	EXPECT_EQ(0, kipc_mailbox_send(mailbox, "b", 1, 0));
	EXPECT_EQ(0, child_finish(&child));
	kipc_mailbox_close(mailbox);
}

TEST_HARNESS_MAIN
