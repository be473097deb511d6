// SPDX-License-Identifier: GPL-2.0-only
/*
 * A mailbox as a file: poll, epoll, and read and write of one message each.
 */
#include "kipc_test.h"
#include "descriptor.h"
#include "handler.h"
#include "polling.h"
#include "user.h"

#include <sys/epoll.h>
#include <sys/uio.h>

#define MESSAGE_SIZE	64
#define MESSAGES	4
#define USER		1000

FIXTURE(file) {
	int fd;
	char name[64];
	char buffer[128];
	struct message message;
};

FIXTURE_SETUP(file)
{
	unique_name(self->name, "file");
	self->fd = create_named(mailbox_args(MESSAGE_SIZE, MESSAGES),
				self->name, 0);
	ASSERT_LE(0, self->fd);
}

FIXTURE_TEARDOWN(file)
{
	close(self->fd);
}

static ssize_t read_errno(int fd, void *buffer, size_t size)
{
	ssize_t ret = read(fd, buffer, size);

	return ret < 0 ? -errno : ret;
}

static ssize_t write_errno(int fd, const void *buffer, size_t size)
{
	ssize_t ret = write(fd, buffer, size);

	return ret < 0 ? -errno : ret;
}

static void fill(int fd)
{
	while (!mailbox_trysend(fd, "x", 1, 0))
		;
}

TEST_F(file, polls)
{
	const short both = POLLIN | POLLOUT;

	EXPECT_EQ(POLLOUT, poll_now(self->fd, both));
	EXPECT_EQ(0, mailbox_trysend(self->fd, "x", 1, 0));
	EXPECT_EQ(both, poll_now(self->fd, both));
	fill(self->fd);
	EXPECT_EQ(POLLIN, poll_now(self->fd, both));
	EXPECT_EQ(POLLIN, poll_now(self->fd, POLLIN));
	EXPECT_EQ(0, poll_now(self->fd, POLLOUT));
	EXPECT_EQ(0, mailbox_tryreceive(self->fd, &self->message));
	EXPECT_EQ(both, poll_now(self->fd, both));
}

/* A mailbox is ready for sending only if the longest message fits. */
TEST_F(file, polls_for_the_longest)
{
	struct kipc_create_args args = mailbox_args(MESSAGE_SIZE, MESSAGES);
	int fd;

	args.attributes.mailbox.bytes = MESSAGE_SIZE;
	fd = create(args);
	ASSERT_LE(0, fd);
	EXPECT_EQ(POLLOUT, poll_now(fd, POLLOUT));
	EXPECT_EQ(0, mailbox_trysend(fd, "", 0, 0));
	EXPECT_EQ(POLLOUT, poll_now(fd, POLLOUT));
	EXPECT_EQ(0, mailbox_trysend(fd, "x", 1, 0));
	EXPECT_EQ(0, poll_now(fd, POLLOUT));
	EXPECT_EQ(0, mailbox_trysend(fd, "y", 1, 0));
	EXPECT_EQ(0, mailbox_tryreceive(fd, &self->message));
	EXPECT_EQ(0, mailbox_tryreceive(fd, &self->message));
	EXPECT_EQ(0, poll_now(fd, POLLOUT));
	EXPECT_EQ(0, mailbox_tryreceive(fd, &self->message));
	EXPECT_EQ(POLLOUT, poll_now(fd, POLLOUT));
}

TEST_F(file, poll_wakes_for_a_message)
{
	struct child pollers[3];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(pollers); i++)
		start_poll(&pollers[i], self->fd, POLLIN);
	EXPECT_FALSE(child_ended(&pollers[0]));
	EXPECT_EQ(0, mailbox_trysend(self->fd, "x", 1, 0));
	for (i = 0; i < ARRAY_SIZE(pollers); i++)
		EXPECT_EQ(POLLIN, child_finish(&pollers[i]));
	check_mailbox(self->fd, 1, 1);
}

TEST_F(file, poll_wakes_for_room)
{
	struct child poller;

	fill(self->fd);
	start_poll(&poller, self->fd, POLLOUT);
	EXPECT_FALSE(child_ended(&poller));
	EXPECT_EQ(0, mailbox_tryreceive(self->fd, &self->message));
	EXPECT_EQ(POLLOUT, child_finish(&poller));
}

static int run_receive(void *data)
{
	int *fd = data;
	struct message message;

	return mailbox_receive(*fd, &message);
}

/* A message that a waiting receiver gets does not wake a poller. */
TEST_F(file, poll_comes_after_receivers)
{
	struct child poller, receiver;

	child_start(&receiver, run_receive, &self->fd);
	wait_for_waiters(self->fd, 1);
	start_poll(&poller, self->fd, POLLIN);
	EXPECT_EQ(0, mailbox_trysend(self->fd, "x", 1, 0));
	EXPECT_EQ(0, child_finish(&receiver));
	wait_until(child_sleeps(&poller) || child_ended(&poller));
	EXPECT_FALSE(child_ended(&poller));
	EXPECT_EQ(0, mailbox_trysend(self->fd, "y", 1, 0));
	EXPECT_EQ(POLLIN, child_finish(&poller));
}

TEST_F(file, epoll)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLET }, got = {};
	int epoll = epoll_create1(EPOLL_CLOEXEC), i;

	ASSERT_LE(0, epoll);
	ASSERT_EQ(0, epoll_ctl(epoll, EPOLL_CTL_ADD, self->fd, &event));
	EXPECT_EQ(0, epoll_wait(epoll, &got, 1, 0));
	for (i = 0; i < MESSAGES; i++) {
		EXPECT_EQ(0, mailbox_trysend(self->fd, "x", 1, 0));
		EXPECT_EQ(1, epoll_wait(epoll, &got, 1, -1));
		EXPECT_EQ((__u32)EPOLLIN, got.events);
		EXPECT_EQ(0, epoll_wait(epoll, &got, 1, 0));
	}
	close(epoll);
}

TEST_F(file, writes_and_reads_a_message)
{
	EXPECT_EQ((ssize_t)5, write_errno(self->fd, "hello", 5));
	check_mailbox(self->fd, 1, 5);
	EXPECT_EQ((ssize_t)5, read_errno(self->fd, self->buffer, 128));
	EXPECT_EQ(0, memcmp("hello", self->buffer, 5));
	EXPECT_EQ(0, self->buffer[5]);
	check_mailbox(self->fd, 0, 0);
}

/* Each read returns one message; the mailbox is not a stream. */
TEST_F(file, keeps_messages_apart)
{
	EXPECT_EQ((ssize_t)3, write_errno(self->fd, "one", 3));
	EXPECT_EQ((ssize_t)3, write_errno(self->fd, "two", 3));
	EXPECT_EQ((ssize_t)3, read_errno(self->fd, self->buffer, 128));
	EXPECT_EQ(0, memcmp("one", self->buffer, 3));
	EXPECT_EQ((ssize_t)3, read_errno(self->fd, self->buffer, 128));
	EXPECT_EQ(0, memcmp("two", self->buffer, 3));
}

/*
 * A write sends with the lowest priority. A read returns the message with the
 * highest priority.
 */
TEST_F(file, priorities)
{
	EXPECT_EQ((ssize_t)3, write_errno(self->fd, "low", 3));
	EXPECT_EQ(0, mailbox_trysend(self->fd, "high", 4, 1));
	EXPECT_EQ((ssize_t)4, read_errno(self->fd, self->buffer, 128));
	EXPECT_EQ(0, memcmp("high", self->buffer, 4));
	EXPECT_EQ(0, mailbox_tryreceive(self->fd, &self->message));
	EXPECT_EQ(0U, self->message.args.priority);
	EXPECT_EQ((__u32)getpid(), self->message.args.pid);
}

/* Runs as another program of another user that was given the descriptor. */
static int run_complainer(void *data)
{
	struct iovec vector = { .iov_base = "vector", .iov_len = 6 };
	int fd = *(int *)data, ret = become_user(USER, USER);

	if (!ret && dup2(fd, STDERR_FILENO) < 0)
		ret = -errno;
	if (!ret && write_errno(STDERR_FILENO, "error", 5) != 5)
		ret = 1;
	if (!ret && writev(STDERR_FILENO, &vector, 1) != 6)
		ret = 2;
	if (!ret)
		ret = mailbox_trysend(STDERR_FILENO, "verb", 4, 0);
	return ret;
}

static int run_opener(void *data)
{
	struct kipc_create_args args = mailbox_args(MESSAGE_SIZE, MESSAGES);
	int ret = become_user(USER, USER);

	return ret ? ret : send_descriptor(*(int *)data, create(args));
}

#define check_ids(fd, message, id) do { \
	EXPECT_EQ(0, mailbox_tryreceive(fd, message)); \
	EXPECT_EQ((__u32)(id), (message)->args.uid); \
	EXPECT_EQ((__u32)(id), (message)->args.gid); \
} while (0)

/*
 * A program that writes to its standard error does not know that this is a
 * mailbox. The sender of such a message is therefore the user that opened the
 * descriptor. A verb is called on purpose, so its sender is the caller.
 */
TEST_F(file, write_is_by_the_opener)
{
	struct child child;

	if (geteuid())
		SKIP(return, "needs root to become another user");
	child_start(&child, run_complainer, &self->fd);
	EXPECT_EQ(0, child_finish(&child));
	check_ids(self->fd, &self->message, 0);
	EXPECT_EQ(0, memcmp("error", self->message.data, 5));
	check_ids(self->fd, &self->message, 0);
	EXPECT_EQ(0, memcmp("vector", self->message.data, 6));
	check_ids(self->fd, &self->message, USER);
	EXPECT_EQ(0, memcmp("verb", self->message.data, 4));
}

/*
 * A user can make programs of root write to a descriptor. The messages do not
 * count as sent by root.
 */
TEST_F(file, write_by_root_is_by_the_opener)
{
	struct child child;
	int sockets[2], fd;

	if (geteuid())
		SKIP(return, "needs root to become another user");
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, sockets));
	child_start(&child, run_opener, &sockets[0]);
	EXPECT_EQ(0, child_finish(&child));
	fd = receive_descriptor(sockets[1]);
	ASSERT_LE(0, fd);
	EXPECT_EQ((ssize_t)5, write_errno(fd, "forge", 5));
	EXPECT_EQ(0, mailbox_trysend(fd, "verb", 4, 0));
	check_ids(fd, &self->message, USER);
	EXPECT_EQ((__u32)getpid(), self->message.args.pid);
	check_ids(fd, &self->message, 0);
	close(fd);
}

TEST_F(file, sizes)
{
	memset(self->buffer, 'x', sizeof(self->buffer));
	EXPECT_EQ((ssize_t)-EMSGSIZE,
		  write_errno(self->fd, self->buffer, MESSAGE_SIZE + 1));
	check_mailbox(self->fd, 0, 0);
	EXPECT_EQ((ssize_t)MESSAGE_SIZE,
		  write_errno(self->fd, self->buffer, MESSAGE_SIZE));
	EXPECT_EQ((ssize_t)-EMSGSIZE,
		  read_errno(self->fd, self->buffer, MESSAGE_SIZE - 1));
	check_mailbox(self->fd, 1, MESSAGE_SIZE);
	EXPECT_EQ((ssize_t)MESSAGE_SIZE,
		  read_errno(self->fd, self->buffer, MESSAGE_SIZE));
	EXPECT_EQ(0, mailbox_trysend(self->fd, "", 0, 0));
	EXPECT_EQ((ssize_t)0, read_errno(self->fd, self->buffer, 128));
	check_mailbox(self->fd, 0, 0);
}

TEST_F(file, bad_buffers)
{
	int i;

	for (i = 0; i < 3 * MESSAGES; i++)
		EXPECT_EQ((ssize_t)-EFAULT,
			  write_errno(self->fd, bad_pointer(), 9));
	check_mailbox(self->fd, 0, 0);
	EXPECT_EQ((ssize_t)3, write_errno(self->fd, "one", 3));
	EXPECT_EQ((ssize_t)3, write_errno(self->fd, "two", 3));
	EXPECT_EQ((ssize_t)-EFAULT, read_errno(self->fd, bad_pointer(), 9));
	EXPECT_EQ((ssize_t)3, read_errno(self->fd, self->buffer, 128));
	EXPECT_EQ(0, memcmp("one", self->buffer, 3));
}

/*
 * Reads and writes with a kiocb use several buffers, and RWF_NOWAIT does not
 * wait although the descriptor would.
 */
TEST_F(file, vectors)
{
	struct iovec out[] = { { "mes", 3 }, { "sage", 4 } };
	struct iovec in[] = { { self->buffer, 1 }, { self->buffer + 64, 63 } };

	EXPECT_EQ((ssize_t)7, writev(self->fd, out, 2));
	check_mailbox(self->fd, 1, 7);
	EXPECT_EQ((ssize_t)7, readv(self->fd, in, 2));
	EXPECT_EQ('m', self->buffer[0]);
	EXPECT_EQ(0, memcmp("essage", self->buffer + 64, 6));
	EXPECT_EQ((ssize_t)-1, preadv2(self->fd, in, 2, -1, RWF_NOWAIT));
	EXPECT_EQ(EAGAIN, errno);
	EXPECT_EQ((ssize_t)7, pwritev2(self->fd, out, 2, -1, RWF_NOWAIT));
	EXPECT_EQ((ssize_t)7, preadv2(self->fd, in, 2, -1, RWF_NOWAIT));
	fill(self->fd);
	EXPECT_EQ((ssize_t)-1, pwritev2(self->fd, out, 2, -1, RWF_NOWAIT));
	EXPECT_EQ(EAGAIN, errno);
}

TEST_F(file, does_not_block)
{
	ASSERT_EQ(0, fcntl(self->fd, F_SETFL, O_NONBLOCK));
	EXPECT_EQ((ssize_t)-EAGAIN, read_errno(self->fd, self->buffer, 128));
	fill(self->fd);
	EXPECT_EQ((ssize_t)-EAGAIN, write_errno(self->fd, "y", 1));
	EXPECT_EQ((ssize_t)1, read_errno(self->fd, self->buffer, 128));
	EXPECT_EQ((ssize_t)1, write_errno(self->fd, "y", 1));
}

static int run_read(void *data)
{
	char buffer[MESSAGE_SIZE];
	int *fd = data;

	return read_errno(*fd, buffer, sizeof(buffer));
}

static int run_write(void *data)
{
	int *fd = data;

	return write_errno(*fd, "written", 7);
}

TEST_F(file, waits)
{
	struct child child;

	child_start(&child, run_read, &self->fd);
	wait_for_waiters(self->fd, 1);
	EXPECT_EQ((ssize_t)7, write_errno(self->fd, "message", 7));
	EXPECT_EQ(7, child_finish(&child));
	fill(self->fd);
	child_start(&child, run_write, &self->fd);
	wait_for_waiters(self->fd, 1);
	EXPECT_EQ((ssize_t)1, read_errno(self->fd, self->buffer, 128));
	EXPECT_EQ(7, child_finish(&child));
	check_mailbox(self->fd, MESSAGES, MESSAGES - 1 + 7);
}

TEST_F(file, is_interrupted)
{
	struct child child;

	handle_signal(SIGUSR1, 0);
	child_start(&child, run_read, &self->fd);
	wait_for_waiters(self->fd, 1);
	interrupt(&child, SIGUSR1);
	EXPECT_EQ(-EINTR, child_finish(&child));
	fill(self->fd);
	child_start(&child, run_write, &self->fd);
	wait_for_waiters(self->fd, 1);
	interrupt(&child, SIGUSR1);
	EXPECT_EQ(-EINTR, child_finish(&child));
	check_mailbox(self->fd, MESSAGES, MESSAGES);
}

TEST_F(file, access)
{
	int reader = open_named(KIPC_MAILBOX, self->name, KIPC_READ);
	int writer = open_named(KIPC_MAILBOX, self->name, KIPC_WRITE);

	ASSERT_LE(0, reader);
	ASSERT_LE(0, writer);
	EXPECT_EQ((ssize_t)-EBADF, write_errno(reader, "x", 1));
	EXPECT_EQ((ssize_t)1, write_errno(writer, "x", 1));
	EXPECT_EQ((ssize_t)-EBADF, read_errno(writer, self->buffer, 128));
	EXPECT_EQ((ssize_t)1, read_errno(reader, self->buffer, 128));
}

TEST_HARNESS_MAIN
