// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mailboxes: messages and their order, the bounds, and the sender of a message.
 * No test waits here; mailbox_wait.c tests waiting.
 */
#include "kipc_test.h"
#include "parameter.h"

#define MESSAGE_SIZE	64
#define MESSAGES	8

FIXTURE(mailbox) {
	int fd;
	struct message message;
};

FIXTURE_SETUP(mailbox)
{
	self->fd = create(mailbox_args(MESSAGE_SIZE, MESSAGES));
	ASSERT_LE(0, self->fd);
}

FIXTURE_TEARDOWN(mailbox)
{
	close(self->fd);
}

/* Returns true if the poison behind a message of this length is unchanged. */
static bool poisoned_from(const struct message *message, size_t length)
{
	size_t i;

	for (i = length; i < sizeof(message->data); i++)
		if (message->data[i] != (char)KIPC_POISON)
			return false;
	return true;
}

#define EXPECT_RECEIVE(text) do { \
	EXPECT_EQ(0, mailbox_tryreceive(self->fd, &self->message)); \
	EXPECT_EQ((__u32)strlen(text), self->message.args.length); \
	EXPECT_EQ(0, memcmp(text, self->message.data, strlen(text))); \
} while (0)

/* Sends a text as a message. */
static int send_text(int fd, const char *text, unsigned int priority)
{
	return mailbox_trysend(fd, text, strlen(text), priority);
}

TEST_F(mailbox, lengths)
{
	char data[MESSAGE_SIZE];
	size_t length, i;

	for (length = 0; length <= MESSAGE_SIZE; length++) {
		for (i = 0; i < length; i++)
			data[i] = length + i;
		EXPECT_EQ(0, mailbox_trysend(self->fd, data, length, 0));
		check_mailbox(self->fd, 1, length);
		EXPECT_EQ(0, mailbox_tryreceive(self->fd, &self->message));
		EXPECT_EQ((__u32)length, self->message.args.length);
		EXPECT_EQ(0, memcmp(data, self->message.data, length));
		EXPECT_TRUE(poisoned_from(&self->message, length));
		check_mailbox(self->fd, 0, 0);
	}
}

TEST_F(mailbox, empty_messages)
{
	struct kipc_mailbox_receive_args args;
	int i;

	/*
	 * Empty messages need neither data nor a buffer, but each of them
	 * counts as a message.
	 */
	for (i = 0; i < MESSAGES; i++)
		EXPECT_EQ(0, mailbox_trysend(self->fd, NULL, 0, i));
	EXPECT_EQ(-EAGAIN, mailbox_trysend(self->fd, NULL, 0, 0));
	check_mailbox(self->fd, MESSAGES, 0);
	for (i = MESSAGES - 1; i >= 0; i--) {
		EXPECT_EQ(0, receive_into(self->fd, &args, NULL, 0, 0,
					  KIPC_TRY));
		EXPECT_EQ(0U, args.length);
		EXPECT_EQ((__u32)i, args.priority);
	}
	EXPECT_EQ(-EAGAIN, receive_into(self->fd, &args, NULL, 0, 0, KIPC_TRY));
}

TEST_F(mailbox, too_long_messages)
{
	const size_t lengths[] = { MESSAGE_SIZE + 1, 4096, KIPC_MESSAGE_MAX,
				   KIPC_MESSAGE_MAX + 1, 0xffffffff };
	char data[4096] = {};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(lengths); i++)
		EXPECT_EQ(-EMSGSIZE, mailbox_trysend(self->fd, data, lengths[i],
						     0));
	check_mailbox(self->fd, 0, 0);
}

/* A message of the greatest length, in which neighbouring bytes differ. */
TEST_F(mailbox, longest_message)
{
	struct kipc_mailbox_receive_args args;
	__u32 *sent = malloc(KIPC_MESSAGE_MAX);
	__u32 *got = malloc(KIPC_MESSAGE_MAX);
	int fd = create(mailbox_args(KIPC_MESSAGE_MAX, 1));
	__u32 i;

	ASSERT_LE(0, fd);
	for (i = 0; i < KIPC_MESSAGE_MAX / sizeof(*sent); i++)
		sent[i] = i * 2654435761U;
	EXPECT_EQ(0, mailbox_trysend(fd, sent, KIPC_MESSAGE_MAX, 1));
	check_mailbox(fd, 1, KIPC_MESSAGE_MAX);
	EXPECT_EQ(-EMSGSIZE, receive_into(fd, &args, got, KIPC_MESSAGE_MAX - 1,
					  0, KIPC_TRY));
	EXPECT_EQ(0, receive_into(fd, &args, got, KIPC_MESSAGE_MAX, 0,
				  KIPC_TRY));
	EXPECT_EQ(KIPC_MESSAGE_MAX, args.length);
	EXPECT_EQ(0, memcmp(sent, got, KIPC_MESSAGE_MAX));
	/* Send once more, into the memory of the first message. */
	EXPECT_EQ(0, mailbox_trysend(fd, got, KIPC_MESSAGE_MAX - 3, 1));
	memset(got, 0, KIPC_MESSAGE_MAX);
	EXPECT_EQ(0, receive_into(fd, &args, got, KIPC_MESSAGE_MAX, 0,
				  KIPC_TRY));
	EXPECT_EQ(KIPC_MESSAGE_MAX - 3, args.length);
	EXPECT_EQ(0, memcmp(sent, got, KIPC_MESSAGE_MAX - 3));
	free(sent);
	free(got);
}

/* Order of messages. */

TEST_F(mailbox, first_in_first_out)
{
	__u32 i, j;

	for (j = 0; j < 5; j++) {
		for (i = 0; i < MESSAGES; i++)
			EXPECT_EQ(0, mailbox_trysend(self->fd, &i, sizeof(i),
						     3));
		for (i = 0; i < MESSAGES; i++) {
			EXPECT_EQ(0, mailbox_tryreceive(self->fd,
							&self->message));
			EXPECT_EQ(0, memcmp(&i, self->message.data, sizeof(i)));
			EXPECT_EQ(3U, self->message.args.priority);
		}
	}
}

TEST_F(mailbox, highest_priority_first)
{
	EXPECT_EQ(0, send_text(self->fd, "five", 5));
	EXPECT_EQ(0, send_text(self->fd, "lowest", 0));
	EXPECT_EQ(0, send_text(self->fd, "highest", KIPC_PRIORITIES - 1));
	EXPECT_EQ(0, send_text(self->fd, "five too", 5));
	EXPECT_EQ(0, send_text(self->fd, "six", 6));
	EXPECT_RECEIVE("highest");
	EXPECT_EQ((__u32)KIPC_PRIORITIES - 1, self->message.args.priority);
	EXPECT_RECEIVE("six");
	EXPECT_RECEIVE("five");
	EXPECT_EQ(5U, self->message.args.priority);
	/* The newest message belongs between the two that are left. */
	EXPECT_EQ(0, send_text(self->fd, "four", 4));
	EXPECT_RECEIVE("five too");
	EXPECT_RECEIVE("four");
	EXPECT_RECEIVE("lowest");
	EXPECT_EQ(-EAGAIN, mailbox_tryreceive(self->fd, &self->message));
}

TEST_F(mailbox, priorities_out_of_range)
{
	EXPECT_EQ(-EINVAL, send_text(self->fd, "", KIPC_PRIORITIES));
	EXPECT_EQ(-EINVAL, send_text(self->fd, "", 0x7fffffff));
	EXPECT_EQ(-EINVAL, send_text(self->fd, "", 0xffffffff));
	check_mailbox(self->fd, 0, 0);
}

static __u32 next_random(__u32 *random)
{
	*random ^= *random << 13;
	*random ^= *random >> 17;
	*random ^= *random << 5;
	return *random;
}

static void shuffle(__u16 *numbers, __u32 count)
{
	__u32 i, j, random = 2463534242U;
	__u16 number;

	for (i = count - 1; i > 0; i--) {
		j = next_random(&random) % (i + 1);
		number = numbers[i];
		numbers[i] = numbers[j];
		numbers[j] = number;
	}
}

/*
 * Two messages of each priority are in the mailbox at once. They are sent in a
 * mixed order.
 */
TEST_F_TIMEOUT(mailbox, all_priorities_at_once, 100)
{
	__u16 priorities[KIPC_PRIORITIES], which;
	int fd = create(mailbox_args(sizeof(which), 2 * KIPC_PRIORITIES));
	__u32 i;

	ASSERT_LE(0, fd);
	for (i = 0; i < KIPC_PRIORITIES; i++)
		priorities[i] = i;
	for (which = 0; which < 2; which++) {
		shuffle(priorities, KIPC_PRIORITIES);
		for (i = 0; i < KIPC_PRIORITIES; i++)
			ASSERT_EQ(0, mailbox_trysend(fd, &which, sizeof(which),
						     priorities[i]));
	}
	EXPECT_EQ(-EAGAIN, mailbox_trysend(fd, &which, sizeof(which), 0));
	for (i = 0; i < 2 * KIPC_PRIORITIES; i++) {
		ASSERT_EQ(0, mailbox_tryreceive(fd, &self->message));
		ASSERT_EQ(KIPC_PRIORITIES - 1 - i / 2,
			  self->message.args.priority);
		which = i % 2;
		ASSERT_EQ(0, memcmp(&which, self->message.data, sizeof(which)));
	}
	check_mailbox(fd, 0, 0);
}

/* Bounds. */

TEST_F(mailbox, bound_on_messages)
{
	int i;

	for (i = 0; i < MESSAGES; i++)
		EXPECT_EQ(0, send_text(self->fd, "x", 0));
	EXPECT_EQ(-EAGAIN, send_text(self->fd, "y", 0));
	EXPECT_EQ(-EAGAIN, send_text(self->fd, "y", KIPC_PRIORITIES - 1));
	check_mailbox(self->fd, MESSAGES, MESSAGES);
	EXPECT_RECEIVE("x");
	EXPECT_EQ(0, send_text(self->fd, "y", 0));
	EXPECT_EQ(-EAGAIN, send_text(self->fd, "z", 0));
}

TEST_F(mailbox, bound_on_bytes)
{
	struct kipc_create_args args = mailbox_args(MESSAGE_SIZE, MESSAGES);
	char data[MESSAGE_SIZE] = {};
	int fd;

	args.attributes.mailbox.bytes = 100;
	fd = create(args);
	ASSERT_LE(0, fd);
	EXPECT_EQ(0, mailbox_trysend(fd, data, 64, 0));
	EXPECT_EQ(-EAGAIN, mailbox_trysend(fd, data, 37, 0));
	EXPECT_EQ(0, mailbox_trysend(fd, data, 36, 0));
	EXPECT_EQ(-EAGAIN, mailbox_trysend(fd, data, 1, 0));
	/* An empty message does not count towards the bound on bytes. */
	EXPECT_EQ(0, mailbox_trysend(fd, data, 0, 0));
	check_mailbox(fd, 3, 100);
	EXPECT_EQ(0, mailbox_tryreceive(fd, &self->message));
	check_mailbox(fd, 2, 36);
	EXPECT_EQ(0, mailbox_trysend(fd, data, 64, 0));
	EXPECT_EQ(-EAGAIN, mailbox_trysend(fd, data, 1, 0));
}

/* Any mix of lengths that keeps both bounds fits, because no room is wasted. */
TEST_F(mailbox, bounds_are_promises)
{
	struct kipc_create_args args = mailbox_args(5000, 100);
	struct kipc_mailbox_state_args state;
	struct kipc_mailbox_receive_args receive;
	__u32 i, length, random = 123456789, rounds = scaled(20000);
	char data[5000] = {};
	int fd;

	args.attributes.mailbox.bytes = 20000;
	fd = create(args);
	ASSERT_LE(0, fd);
	for (i = 0; i < rounds; i++) {
		length = next_random(&random) % (i % 2 ? 5001 : 300);
		ASSERT_EQ(0, mailbox_state(fd, &state));
		ASSERT_EQ(state.messages < 100 &&
			  state.bytes + length <= 20000 ? 0 : -EAGAIN,
			  mailbox_trysend(fd, data, length, i % 3));
		if (next_random(&random) % 2)
			receive_into(fd, &receive, data, sizeof(data), 0,
				     KIPC_TRY);
	}
}

TEST_F(mailbox, tells_its_state)
{
	struct kipc_mailbox_state_args state;

	EXPECT_EQ(0, send_text(self->fd, "abc", 1));
	EXPECT_EQ(0, send_text(self->fd, "de", 2));
	ASSERT_EQ(0, mailbox_state(self->fd, &state));
	EXPECT_EQ(2U, state.messages);
	EXPECT_EQ(5ULL, state.bytes);
	EXPECT_EQ(0U, state.senders);
	EXPECT_EQ(0U, state.receivers);
}

/* Calls that fail leave the messages where they are. */

TEST_F(mailbox, small_buffer)
{
	struct kipc_mailbox_receive_args args;
	char buffer[5] = "....";

	EXPECT_EQ(0, send_text(self->fd, "longer", 7));
	EXPECT_EQ(0, send_text(self->fd, "b", 7));
	EXPECT_EQ(-EMSGSIZE, receive_into(self->fd, &args, buffer, 5, 0,
					  KIPC_TRY));
	EXPECT_EQ(6U, args.length);
	EXPECT_STREQ("....", buffer);
	EXPECT_EQ(-EMSGSIZE, receive_into(self->fd, &args, NULL, 0, 0,
					  KIPC_TRY));
	EXPECT_EQ(6U, args.length);
	check_mailbox(self->fd, 2, 7);
	EXPECT_RECEIVE("longer");
	EXPECT_RECEIVE("b");
}

TEST_F(mailbox, bad_buffer)
{
	struct kipc_mailbox_receive_args args;
	char *pages = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ASSERT_TRUE(pages != MAP_FAILED);
	ASSERT_EQ(0, mprotect(pages + 4096, 4096, PROT_READ));
	EXPECT_EQ(0, send_text(self->fd, "first", 7));
	EXPECT_EQ(0, send_text(self->fd, "second", 7));
	EXPECT_EQ(-EFAULT, receive_into(self->fd, &args, bad_pointer(), 64, 0,
					KIPC_TRY));
	EXPECT_EQ(-EFAULT, receive_into(self->fd, &args, pages + 4096, 64, 0,
					KIPC_TRY));
	EXPECT_EQ(-EFAULT, receive_into(self->fd, &args, pages + 4096 - 3, 64,
					0, KIPC_TRY));
	check_mailbox(self->fd, 2, 11);
	/* The end of a buffer that is too large need not be mapped. */
	EXPECT_EQ(0, receive_into(self->fd, &args, pages + 4096 - 5, 64, 0,
				  KIPC_TRY));
	EXPECT_EQ(0, memcmp("first", pages + 4096 - 5, 5));
	EXPECT_RECEIVE("second");
}

/*
 * The message exists, but the kernel cannot write the arguments of its
 * receiver.
 */
TEST_F(mailbox, read_only_arguments)
{
	struct message *message = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
				       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ASSERT_TRUE(message != MAP_FAILED);
	EXPECT_EQ(0, send_text(self->fd, "first", 7));
	EXPECT_EQ(0, send_text(self->fd, "second", 7));
	message->args.size = sizeof(message->args);
	message->args.flags = KIPC_TRY;
	message->args.data = (uintptr_t)self->message.data;
	message->args.capacity = sizeof(self->message.data);
	ASSERT_EQ(0, mprotect(message, 4096, PROT_READ));
	EXPECT_EQ(-EFAULT, kipc_call(self->fd, KIPC_MAILBOX_RECEIVE, message));
	check_mailbox(self->fd, 2, 11);
	EXPECT_RECEIVE("first");
	EXPECT_RECEIVE("second");
}

TEST_F(mailbox, bad_data)
{
	char *pages = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int i;

	ASSERT_TRUE(pages != MAP_FAILED);
	ASSERT_EQ(0, munmap(pages + 4096, 4096));
	/* More often than there are places that could be lost. */
	for (i = 0; i < 3 * MESSAGES; i++) {
		EXPECT_EQ(-EFAULT, mailbox_trysend(self->fd, bad_pointer(), 64,
						   0));
		EXPECT_EQ(-EFAULT, mailbox_trysend(self->fd, pages + 4096 - 32,
						   64, 0));
	}
	check_mailbox(self->fd, 0, 0);
	for (i = 0; i < MESSAGES; i++)
		EXPECT_EQ(0, mailbox_trysend(self->fd, pages, 64, 0));
}

/* Peeking. */

TEST_F(mailbox, peeks)
{
	int i;

	EXPECT_EQ(-EAGAIN, mailbox_peek(self->fd, &self->message));
	EXPECT_EQ(0, send_text(self->fd, "low", 1));
	EXPECT_EQ(0, send_text(self->fd, "high", 2));
	for (i = 0; i < 3 * MESSAGES; i++) {
		EXPECT_EQ(0, mailbox_peek(self->fd, &self->message));
		EXPECT_EQ(4U, self->message.args.length);
		EXPECT_EQ(2U, self->message.args.priority);
		EXPECT_EQ((__u32)getpid(), self->message.args.pid);
		EXPECT_EQ(0, memcmp("high", self->message.data, 4));
		EXPECT_TRUE(poisoned_from(&self->message, 4));
	}
	check_mailbox(self->fd, 2, 7);
	EXPECT_RECEIVE("high");
	EXPECT_EQ(0, mailbox_peek(self->fd, &self->message));
	EXPECT_EQ(0, memcmp("low", self->message.data, 3));
	EXPECT_RECEIVE("low");
}

TEST_F(mailbox, peek_goes_wrong)
{
	const unsigned int peek = KIPC_TRY | KIPC_PEEK;
	struct kipc_mailbox_receive_args args;
	char buffer[2];

	EXPECT_EQ(0, send_text(self->fd, "message", 1));
	EXPECT_EQ(-EMSGSIZE, receive_into(self->fd, &args, buffer, 2, 0, peek));
	EXPECT_EQ(7U, args.length);
	EXPECT_EQ(-EFAULT, receive_into(self->fd, &args, bad_pointer(), 7, 0,
					peek));
	EXPECT_EQ(-EINVAL, receive_into(self->fd, &args, buffer, 2, 0,
					KIPC_PEEK));
	EXPECT_EQ(-EINVAL, receive_into(self->fd, &args, buffer, 2,
					KIPC_FOREVER, KIPC_PEEK));
	check_mailbox(self->fd, 1, 7);
	EXPECT_RECEIVE("message");
}

/*
 * The sender of a message, as the kernel knows it and as the receiver may see
 * it.
 */

TEST_F(mailbox, sender)
{
	EXPECT_EQ(0, send_text(self->fd, "mine", 0));
	EXPECT_RECEIVE("mine");
	EXPECT_EQ((__u32)getpid(), self->message.args.pid);
	EXPECT_EQ(geteuid(), self->message.args.uid);
	EXPECT_EQ(getegid(), self->message.args.gid);
}

/*
 * The receiver is told the process of the sender, not its thread, and its
 * effective user and group.
 */
TEST_F(mailbox, sender_is_another_user)
{
	pid_t child = child_fork();

	if (!child) {
		ASSERT_EQ(0, setresgid(3000, 3001, 3002));
		ASSERT_EQ(0, setresuid(2000, 2001, 2002));
		EXPECT_EQ(0, send_text(self->fd, "from a child", 0));
		_exit(_metadata->exit_code);
	}
	/*
	 * The process is told until the sender is reaped. The user and the
	 * group are told for ever.
	 */
	wait_until(!waitid(P_PID, child, &(siginfo_t){}, WEXITED | WNOWAIT));
	EXPECT_EQ(0, mailbox_peek(self->fd, &self->message));
	EXPECT_EQ((__u32)child, self->message.args.pid);
	EXPECT_EQ(0, child_wait(child));
	EXPECT_RECEIVE("from a child");
	EXPECT_EQ(0U, self->message.args.pid);
	EXPECT_EQ(2001U, self->message.args.uid);
	EXPECT_EQ(3001U, self->message.args.gid);
}

/* Forks a process with this number. Fails if another process has the number. */
static pid_t fork_as(pid_t pid)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", pid - 1);
	if (write_file("/proc/sys/kernel/ns_last_pid", text))
		return -1;
	return child_fork();
}

/*
 * A process that gets the number of a dead sender is not taken for the sender.
 */
TEST_F(mailbox, sender_whose_number_came_back)
{
	pid_t child = child_fork(), innocent;

	if (!child)
		_exit(send_text(self->fd, "from a child", 0) ? 1 : 0);
	EXPECT_EQ(0, child_wait(child));
	innocent = fork_as(child);
	if (!innocent)
		for (;;)
			pause();
	if (innocent != child) {
		if (innocent > 0)
			kill(innocent, SIGKILL);
		SKIP(return, "cannot choose the number of a process");
	}
	EXPECT_RECEIVE("from a child");
	EXPECT_EQ(0U, self->message.args.pid);
	kill(innocent, SIGKILL);
	EXPECT_EQ(CHILD_KILLED, child_wait(innocent));
}

TEST_F(mailbox, sender_in_a_pid_namespace)
{
	pid_t child;

	if (geteuid())
		SKIP(return, "needs root to enter a pid namespace");
	ASSERT_EQ(0, unshare(CLONE_NEWPID));
	EXPECT_EQ(0, send_text(self->fd, "from outside", 1));
	child = child_fork();
	if (!child) {
		EXPECT_EQ(1, getpid());
		EXPECT_RECEIVE("from outside");
		/* The sender has no number in this namespace. */
		EXPECT_EQ(0U, self->message.args.pid);
		EXPECT_EQ(0, send_text(self->fd, "from inside", 1));
		EXPECT_EQ(0, mailbox_peek(self->fd, &self->message));
		EXPECT_EQ(1U, self->message.args.pid);
		_exit(_metadata->exit_code);
	}
	wait_until(!waitid(P_PID, child, &(siginfo_t){}, WEXITED | WNOWAIT));
	EXPECT_RECEIVE("from inside");
	EXPECT_EQ((__u32)child, self->message.args.pid);
	EXPECT_EQ(0, child_wait(child));
}

TEST_F(mailbox, sender_in_a_user_namespace)
{
	pid_t child;

	if (geteuid())
		SKIP(return, "needs root to map users");
	EXPECT_EQ(0, send_text(self->fd, "from outside", 1));
	EXPECT_EQ(0, send_text(self->fd, "from outside", 1));
	child = child_fork();
	if (!child) {
		ASSERT_EQ(0, unshare(CLONE_NEWUSER));
		EXPECT_RECEIVE("from outside");
		EXPECT_EQ(65534U, self->message.args.uid);
		EXPECT_EQ(65534U, self->message.args.gid);
		ASSERT_EQ(0, write_file("/proc/self/uid_map", "77 0 1"));
		ASSERT_EQ(0, write_file("/proc/self/setgroups", "deny"));
		ASSERT_EQ(0, write_file("/proc/self/gid_map", "78 0 1"));
		EXPECT_RECEIVE("from outside");
		EXPECT_EQ(77U, self->message.args.uid);
		EXPECT_EQ(78U, self->message.args.gid);
		EXPECT_EQ(0, send_text(self->fd, "from inside", 1));
		_exit(_metadata->exit_code);
	}
	EXPECT_EQ(0, child_wait(child));
	EXPECT_RECEIVE("from inside");
	EXPECT_EQ(0U, self->message.args.uid);
	EXPECT_EQ(0U, self->message.args.gid);
}

/* Messages stay in a mailbox that exists only by its persistent name. */
TEST_F(mailbox, keeps_its_messages)
{
	char name[64];
	int fd;

	unique_name(name, "keeps");
	fd = create_named(mailbox_args(MESSAGE_SIZE, MESSAGES), name,
			  KIPC_PERSIST);
	ASSERT_LE(0, fd);
	EXPECT_EQ(0, send_text(fd, "kept", 9));
	close(fd);
	fd = open_named(KIPC_MAILBOX, name, KIPC_READ);
	ASSERT_LE(0, fd);
	EXPECT_EQ(0, mailbox_tryreceive(fd, &self->message));
	EXPECT_EQ(0, memcmp("kept", self->message.data, 4));
	EXPECT_EQ(0, unlink_named(name));
}

TEST_F(mailbox, access)
{
	int sender, receiver;
	char name[64];

	unique_name(name, "access");
	sender = create_named(mailbox_args(MESSAGE_SIZE, MESSAGES), name,
			      KIPC_PERSIST);
	ASSERT_LE(0, sender);
	close(sender);
	sender = open_named(KIPC_MAILBOX, name, KIPC_WRITE);
	receiver = open_named(KIPC_MAILBOX, name, KIPC_READ);
	ASSERT_LE(0, sender);
	ASSERT_LE(0, receiver);
	EXPECT_EQ(-EBADF, send_text(receiver, "no", 0));
	EXPECT_EQ(0, send_text(sender, "yes", 0));
	EXPECT_EQ(-EBADF, mailbox_tryreceive(sender, &self->message));
	EXPECT_EQ(-EBADF, mailbox_peek(sender, &self->message));
	EXPECT_EQ(0, mailbox_peek(receiver, &self->message));
	EXPECT_EQ(0, mailbox_tryreceive(receiver, &self->message));
	EXPECT_EQ(0, unlink_named(name));
}

TEST_HARNESS_MAIN
