// SPDX-License-Identifier: GPL-2.0-only
/*
 * The semaphore as a file: poll, epoll, read and write. All of them concern
 * element 0.
 */
#include "kipc_test.h"
#include "handler.h"
#include "polling.h"
#include "schedule.h"
#include "wait_child.h"
#include "word.h"

#include <sys/epoll.h>
#include <sys/uio.h>

#define MAX		10

FIXTURE(file) {
	int fd;
	char name[64];
	struct words words;
	struct word *first;	/* NULL if sealed */
};

FIXTURE_VARIANT(file) {
	__u32 flags;
};

FIXTURE_VARIANT_ADD(file, spaced) {
};

FIXTURE_VARIANT_ADD(file, packed) {
	.flags = KIPC_PACKED,
};

FIXTURE_VARIANT_ADD(file, sealed) {
	.flags = KIPC_SEALED,
};

FIXTURE_SETUP(file)
{
	unique_name(self->name, "file");
	self->fd = create_named(semaphore_args(2, 0, MAX), self->name,
				variant->flags);
	ASSERT_LE(0, self->fd);
	if (variant->flags & KIPC_SEALED)
		return;
	ASSERT_EQ(0, words_map(&self->words, self->fd));
	self->first = word_at(&self->words, 0);
}

FIXTURE_TEARDOWN(file)
{
	close(self->fd);
}

/*
 * Returns true if user space owns the word again. The kernel returns the word
 * at the latest when a call has dealt with the element once more, so the
 * function makes such a call otherwise.
 */
static bool word_returned(FIXTURE_DATA(file) *self)
{
	if (!self->first || !word_is_slow(self->first))
		return true;
	semaphore_trywait(self->fd, 0, MAX);
	return false;
}

TEST_F(file, polls_for_a_unit)
{
	EXPECT_EQ(0, poll_now(self->fd, POLLIN));
	EXPECT_EQ(0, semaphore_post(self->fd, 1, 1));
	EXPECT_EQ(0, poll_now(self->fd, POLLIN));
	EXPECT_EQ(0, semaphore_post(self->fd, 0, 2));
	EXPECT_EQ(POLLIN, poll_now(self->fd, POLLIN));
	EXPECT_EQ(POLLIN, poll_for(self->fd, POLLIN, -1));
	EXPECT_EQ(0, semaphore_trywait(self->fd, 0, 2));
	EXPECT_EQ(0, poll_now(self->fd, POLLIN));
	EXPECT_EQ(0, poll_for(self->fd, POLLIN, 1));
}

TEST_F(file, poll_changes_nothing)
{
	EXPECT_EQ(0, semaphore_post(self->fd, 0, 1));
	EXPECT_EQ(POLLIN, poll_now(self->fd, POLLIN));
	check_value(self->fd, 0, 1);
	EXPECT_EQ(0, semaphore_trywait(self->fd, 0, 1));
	EXPECT_EQ(0, poll_now(self->fd, POLLIN));
	check_value(self->fd, 0, 0);
	wait_until(word_returned(self));
}

TEST_F(file, poll_wakes)
{
	struct child poller;

	start_poll(&poller, self->fd, POLLIN);
	EXPECT_FALSE(child_ended(&poller));
	EXPECT_EQ(0, semaphore_post(self->fd, 0, 1));
	EXPECT_EQ(POLLIN, child_finish(&poller));
	check_value(self->fd, 0, 1);
}

/* A post wakes every poller, not only the first one. */
TEST_F(file, poll_wakes_all)
{
	struct child pollers[5];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(pollers); i++)
		start_poll(&pollers[i], self->fd, POLLIN);
	EXPECT_EQ(0, semaphore_post(self->fd, 0, 1));
	for (i = 0; i < ARRAY_SIZE(pollers); i++)
		EXPECT_EQ(POLLIN, child_finish(&pollers[i]));
}

/*
 * While a poller is registered the kernel owns the word, so that every post
 * enters the kernel and can wake the poller.
 */
TEST_F(file, poll_freezes_the_word)
{
	struct child poller;

	start_poll(&poller, self->fd, POLLIN);
	if (self->first) {
		EXPECT_TRUE(word_is_slow(self->first));
		EXPECT_FALSE(word_give(self->first, MAX));
		EXPECT_EQ(0ULL, word_load(word_at(&self->words, 1)));
	}
	EXPECT_EQ(0, semaphore_post(self->fd, 0, 1));
	EXPECT_EQ(POLLIN, child_finish(&poller));
	wait_until(word_returned(self));
	check_value(self->fd, 0, 1);
}

TEST_F(file, poll_thaws_after_a_death)
{
	struct child poller;

	start_poll(&poller, self->fd, POLLIN);
	EXPECT_EQ(CHILD_KILLED, child_kill(&poller));
	wait_until(word_returned(self));
	EXPECT_EQ(0, semaphore_post(self->fd, 0, 1));
	check_value(self->fd, 0, 1);
}

/*
 * A poller misses no unit that is posted by the word just as it begins to poll.
 */
TEST_F(file, poll_races_with_the_word)
{
	struct poll_request request = { .fd = self->fd, .events = POLLIN };
	struct child poller;
	int i, rounds = scaled(500);

	for (i = 0; i < rounds; i++) {
		child_start(&poller, run_poll, &request);
		if (!self->first || !word_give(self->first, MAX))
			EXPECT_EQ(0, semaphore_post(self->fd, 0, 1));
		EXPECT_EQ(POLLIN, child_finish(&poller));
		EXPECT_EQ(0, semaphore_trywait(self->fd, 0, 1));
	}
}

/* A unit goes to a waiter first. A poller sees the next one. */
TEST_F(file, poll_comes_after_waiters)
{
	struct child poller, waiter;

	start_semaphore_wait(&waiter, self->fd, 0, 1);
	wait_for_waiters(self->fd, 1);
	start_poll(&poller, self->fd, POLLIN);
	EXPECT_EQ(0, semaphore_post(self->fd, 0, 1));
	EXPECT_EQ(0, child_finish(&waiter));
	wait_until(child_sleeps(&poller) || child_ended(&poller));
	EXPECT_FALSE(child_ended(&poller));
	EXPECT_EQ(0, semaphore_post(self->fd, 0, 1));
	EXPECT_EQ(POLLIN, child_finish(&poller));
}

/* A poller sees the units that a waiter leaves behind when it dies. */
TEST_F(file, poll_sees_what_a_waiter_leaves)
{
	struct child poller, waiter;

	start_semaphore_wait(&waiter, self->fd, 0, 3);
	wait_for_waiters(self->fd, 1);
	EXPECT_EQ(0, semaphore_post(self->fd, 0, 2));
	/* These two units are reserved for the waiter. */
	EXPECT_EQ(0, poll_now(self->fd, POLLIN));
	start_poll(&poller, self->fd, POLLIN);
	EXPECT_EQ(CHILD_KILLED, child_kill(&waiter));
	EXPECT_EQ(POLLIN, child_finish(&poller));
	EXPECT_EQ(0, semaphore_trywait(self->fd, 0, 2));
}

TEST_F(file, epoll)
{
	struct epoll_event event = { .events = EPOLLIN }, got = {};
	int epoll = epoll_create1(EPOLL_CLOEXEC), i;

	ASSERT_LE(0, epoll);
	ASSERT_EQ(0, epoll_ctl(epoll, EPOLL_CTL_ADD, self->fd, &event));
	for (i = 0; i < 3; i++) {
		EXPECT_EQ(0, epoll_wait(epoll, &got, 1, 0));
		if (self->first)
			EXPECT_FALSE(word_give(self->first, MAX));
		EXPECT_EQ(0, semaphore_post(self->fd, 0, 1));
		EXPECT_EQ(1, epoll_wait(epoll, &got, 1, -1));
		EXPECT_EQ((__u32)EPOLLIN, got.events);
		EXPECT_EQ(0, semaphore_trywait(self->fd, 0, 1));
	}
	EXPECT_EQ(0, epoll_ctl(epoll, EPOLL_CTL_DEL, self->fd, NULL));
	wait_until(word_returned(self));
	close(epoll);
}

/* An edge-triggered poller gets an edge for each post. */
TEST_F(file, epoll_edges)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLET }, got = {};
	int epoll = epoll_create1(EPOLL_CLOEXEC), i;

	ASSERT_LE(0, epoll);
	ASSERT_EQ(0, epoll_ctl(epoll, EPOLL_CTL_ADD, self->fd, &event));
	for (i = 0; i < 3; i++) {
		EXPECT_EQ(0, semaphore_post(self->fd, 0, 1));
		EXPECT_EQ(1, epoll_wait(epoll, &got, 1, -1));
		EXPECT_EQ(0, epoll_wait(epoll, &got, 1, 0));
	}
	check_value(self->fd, 0, 3);
	close(epoll);
	wait_until(word_returned(self));
}

/* A call that changes nothing for a poller does not wake it. */
TEST_F(file, epoll_edges_need_a_reason)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLET }, got = {};
	int epoll = epoll_create1(EPOLL_CLOEXEC);

	ASSERT_LE(0, epoll);
	EXPECT_EQ(0, semaphore_post(self->fd, 0, 1));
	ASSERT_EQ(0, epoll_ctl(epoll, EPOLL_CTL_ADD, self->fd, &event));
	EXPECT_EQ(1, epoll_wait(epoll, &got, 1, 0));
	EXPECT_EQ(-EAGAIN, semaphore_trywait(self->fd, 0, 2));
	EXPECT_EQ(0, epoll_wait(epoll, &got, 1, 0));
	EXPECT_EQ(-EOVERFLOW, semaphore_post(self->fd, 0, MAX));
	EXPECT_EQ(0, epoll_wait(epoll, &got, 1, 0));
	check_value(self->fd, 0, 1);
	EXPECT_EQ(0, epoll_wait(epoll, &got, 1, 0));
	close(epoll);
	wait_until(word_returned(self));
}

/*
 * Closing the last descriptor of a file that is in an epoll set removes it from
 * the set.
 */
TEST_F(file, epoll_of_a_closed_file)
{
	struct epoll_event event = { .events = EPOLLIN }, got = {};
	int epoll = epoll_create1(EPOLL_CLOEXEC);
	int fd = open_named(KIPC_SEMAPHORE, self->name, KIPC_READ | KIPC_WRITE);

	ASSERT_LE(0, epoll);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event));
	EXPECT_EQ(0, close(fd));
	EXPECT_EQ(0, semaphore_post(self->fd, 0, 1));
	EXPECT_EQ(0, epoll_wait(epoll, &got, 1, 0));
	wait_until(word_returned(self));
	check_value(self->fd, 0, 1);
	close(epoll);
}

/* read() and write() behave as those of an eventfd with EFD_SEMAPHORE. */

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

TEST_F(file, reads_a_unit)
{
	__u64 units[2] = { ~0ULL, ~0ULL };

	EXPECT_EQ(0, semaphore_post(self->fd, 0, 3));
	EXPECT_EQ((ssize_t)8, read_errno(self->fd, units, 8));
	EXPECT_EQ(1ULL, units[0]);
	check_value(self->fd, 0, 2);
	EXPECT_EQ((ssize_t)8, read_errno(self->fd, units, 16));
	EXPECT_EQ(~0ULL, units[1]);
	check_value(self->fd, 0, 1);
	check_value(self->fd, 1, 0);
}

TEST_F(file, writes_units)
{
	__u64 units[2] = { 3, 5 };

	EXPECT_EQ((ssize_t)8, write_errno(self->fd, units, 8));
	check_value(self->fd, 0, 3);
	EXPECT_EQ((ssize_t)8, write_errno(self->fd, &units[1], 8));
	check_value(self->fd, 0, 8);
	check_value(self->fd, 1, 0);
}

TEST_F(file, writes_too_much)
{
	const __u64 counts[] = { MAX + 1, 0xffffffff, 0x100000000,
				 0x100000001, KIPC_SLOW, ~0ULL - 1 };
	__u64 zero = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(counts); i++)
		EXPECT_EQ((ssize_t)-EOVERFLOW,
			  write_errno(self->fd, &counts[i], 8));
	EXPECT_EQ((ssize_t)-EINVAL, write_errno(self->fd, &zero, 8));
	check_value(self->fd, 0, 0);
}

TEST_F(file, short_buffers)
{
	__u64 units = 1;
	size_t size;

	EXPECT_EQ(0, semaphore_post(self->fd, 0, 1));
	for (size = 1; size < 8; size++) {
		EXPECT_EQ((ssize_t)-EINVAL, read_errno(self->fd, &units, size));
		EXPECT_EQ((ssize_t)-EINVAL,
			  write_errno(self->fd, &units, size));
	}
	check_value(self->fd, 0, 1);
}

TEST_F(file, bad_buffers)
{
	EXPECT_EQ(0, semaphore_post(self->fd, 0, 1));
	EXPECT_EQ((ssize_t)-EFAULT, read_errno(self->fd, bad_pointer(), 8));
	check_value(self->fd, 0, 1);
	EXPECT_EQ((ssize_t)-EFAULT, write_errno(self->fd, bad_pointer(), 8));
	check_value(self->fd, 0, 1);
	/*
	 * The semaphore is full: the unit that could not be read still has its
	 * place.
	 */
	EXPECT_EQ(0, semaphore_post(self->fd, 0, MAX - 1));
	EXPECT_EQ((ssize_t)-EFAULT, read_errno(self->fd, bad_pointer(), 8));
	check_value(self->fd, 0, MAX);
}

/*
 * A scribbled word is clamped to a possible value before read() and write() use
 * it.
 */
TEST_F(file, scribbled_words)
{
	const __u64 values[] = { MAX + 1, ~KIPC_SLOW, ~0ULL, KIPC_SLOW };
	__u64 units = 1;
	size_t i;

	if (!self->first)
		SKIP(return, "these words cannot be written");
	for (i = 0; i < ARRAY_SIZE(values); i++) {
		const bool empty = values[i] == KIPC_SLOW;

		word_store(self->first, values[i]);
		EXPECT_EQ((ssize_t)(empty ? 8 : -EOVERFLOW),
			  write_errno(self->fd, &units, 8));
		EXPECT_EQ((ssize_t)8, read_errno(self->fd, &units, 8));
		check_value(self->fd, 0, empty ? 0 : MAX - 1);
	}
}

/*
 * The vector calls work in pieces, and RWF_NOWAIT returns EAGAIN on a
 * descriptor that would block.
 */
TEST_F(file, vectors)
{
	__u64 units = 3;
	struct iovec pieces[] = {
		{ (char *)&units, 3 }, { (char *)&units + 3, 5 },
	};

	EXPECT_EQ((ssize_t)8, writev(self->fd, pieces, 2));
	check_value(self->fd, 0, 3);
	EXPECT_EQ((ssize_t)8, readv(self->fd, pieces, 2));
	EXPECT_EQ(1ULL, units);
	check_value(self->fd, 0, 2);
	EXPECT_EQ((ssize_t)8, preadv2(self->fd, pieces, 2, -1, RWF_NOWAIT));
	EXPECT_EQ((ssize_t)8, preadv2(self->fd, pieces, 2, -1, RWF_NOWAIT));
	EXPECT_EQ((ssize_t)-1, preadv2(self->fd, pieces, 2, -1, RWF_NOWAIT));
	EXPECT_EQ(EAGAIN, errno);
	EXPECT_EQ((ssize_t)8, pwritev2(self->fd, pieces, 2, -1, RWF_NOWAIT));
	check_value(self->fd, 0, 1);
}

TEST_F(file, does_not_block)
{
	__u64 units;

	ASSERT_EQ(0, fcntl(self->fd, F_SETFL, O_NONBLOCK));
	EXPECT_EQ((ssize_t)-EAGAIN, read_errno(self->fd, &units, 8));
	EXPECT_EQ(0, semaphore_post(self->fd, 0, 1));
	EXPECT_EQ((ssize_t)8, read_errno(self->fd, &units, 8));
	EXPECT_EQ((ssize_t)-EAGAIN, read_errno(self->fd, &units, 8));
}

static int run_read(void *data)
{
	int *fd = data;
	__u64 units = 0;
	ssize_t ret = read_errno(*fd, &units, 8);

	return ret == 8 ? (int)units : (int)ret;
}

TEST_F(file, read_waits)
{
	struct child reader;
	__u64 units = 1;

	child_start(&reader, run_read, &self->fd);
	wait_for_waiters(self->fd, 1);
	EXPECT_EQ((ssize_t)8, write_errno(self->fd, &units, 8));
	EXPECT_EQ(1, child_finish(&reader));
	check_value(self->fd, 0, 0);
}

TEST_F(file, read_is_interrupted)
{
	struct child reader;

	handle_signal(SIGUSR1, 0);
	child_start(&reader, run_read, &self->fd);
	wait_for_waiters(self->fd, 1);
	interrupt(&reader, SIGUSR1);
	EXPECT_EQ(-EINTR, child_finish(&reader));
	EXPECT_EQ(0L, waiters(self->fd));
}

/* Reads a unit into memory that cannot be written. */
static int run_bad_read(void *data)
{
	FIXTURE_DATA(file) *self = data;

	/* The unit cannot be copied out, so it has to be given back. */
	return read_errno(self->fd, bad_pointer(), sizeof(__u64));
}

/*
 * A reader is granted a unit, is killed and cannot copy the unit out. The unit
 * is given back exactly once.
 */
TEST_F(file, killed_reader_gives_its_unit_back_once)
{
	struct sched_param realtime = { .sched_priority = 50 };
	struct child reader;
	int i;

	/*
	 * If possible, the reader is killed before it can run: it shares a CPU
	 * with this process, which has a real-time priority.
	 */
	ASSERT_EQ(0, pin(0));
	sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &realtime);
	for (i = 0; i < 20; i++) {
		child_start(&reader, run_bad_read, self);
		while (waiters(self->fd) != 1 && !child_ended(&reader))
			poll(NULL, 0, 1);
		EXPECT_EQ(0, semaphore_post(self->fd, 0, 1));
		child_kill(&reader);
		check_value(self->fd, 0, 1);
		EXPECT_EQ(0, semaphore_trywait(self->fd, 0, 1));
	}
}

/*
 * Taking a unit changes the semaphore, so read() also needs a descriptor for
 * writing.
 */
TEST_F(file, access)
{
	int reader = open_named(KIPC_SEMAPHORE, self->name, KIPC_READ);
	int writer = open_named(KIPC_SEMAPHORE, self->name, KIPC_WRITE);
	__u64 units = 1;

	ASSERT_LE(0, reader);
	ASSERT_LE(0, writer);
	EXPECT_EQ((ssize_t)8, write_errno(writer, &units, 8));
	EXPECT_EQ((ssize_t)-EBADF, read_errno(writer, &units, 8));
	EXPECT_EQ((ssize_t)-EBADF, write_errno(reader, &units, 8));
	EXPECT_EQ((ssize_t)-EBADF, read_errno(reader, &units, 8));
	EXPECT_EQ(0, poll_now(reader, POLLIN));
	EXPECT_EQ(POLLIN, poll_now(self->fd, POLLIN));
	check_value(self->fd, 0, 1);
}

TEST_HARNESS_MAIN
