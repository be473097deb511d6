// SPDX-License-Identifier: GPL-2.0-only
/*
 * The descriptor of a watch: read, poll and epoll, each of which waits for a
 * notice.
 */
#include "kipc_test.h"
#include "handler.h"
#include "mutex_word.h"
#include "polling.h"
#include "watch.h"

#include <pthread.h>
#include <sys/epoll.h>
#include <sys/uio.h>

#include <linux/userfaultfd.h>

FIXTURE(watch_file) {
	int fd;
	int watch;
};

FIXTURE_SETUP(watch_file)
{
	self->fd = create(mutex_args(2));
	ASSERT_LE(0, self->fd);
	self->watch = object_watch(self->fd);
	ASSERT_LE(0, self->watch);
	ASSERT_EQ(0, fcntl(self->watch, F_SETFL, O_NONBLOCK));
}

FIXTURE_TEARDOWN(watch_file)
{
	close(self->watch);
	close(self->fd);
}

/* Reading. */

struct reader {
	int fd;			/* of the object; the reader closes it */
	int watch;
};

/* Returns how many things were repaired, or -ENODATA if the object has gone. */
static int run_reader(void *data)
{
	const struct reader *reader = data;
	struct kipc_notice notice;
	int ret;

	close(reader->fd);
	ret = watch_read(reader->watch, &notice);
	if (ret <= 0)
		return ret ? ret : -ENODATA;
	return (int)notice.repaired;
}

/* Starts a reader and returns when it sleeps. */
static void start_reader(struct child *child, int fd, int watch)
{
	struct reader reader = { .fd = fd, .watch = watch };

	child_start(child, run_reader, &reader);
	wait_until(child_sleeps(child) || child_ended(child));
}

TEST_F(watch_file, read_waits)
{
	struct participant *dead = participant_start(self->fd, 2);
	struct child reader;

	ASSERT_EQ(0, fcntl(self->watch, F_SETFL, 0));
	start_reader(&reader, self->fd, self->watch);
	EXPECT_FALSE(child_ended(&reader));
	child_kill(dead->child);
	EXPECT_EQ(2, child_finish(&reader));
}

TEST_F(watch_file, read_needs_room)
{
	char buffer[sizeof(struct kipc_notice)];
	__u32 attachment = come_and_go(self->fd);

	EXPECT_EQ(-1, read(self->watch, buffer, sizeof(buffer) - 1));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, read(self->watch, buffer, 0));
	EXPECT_EQ(EINVAL, errno);
	check_notice(self->watch, getpid(), attachment, 0, 0);
	/* The result is the same when there is nothing to read. */
	EXPECT_EQ(-1, read(self->watch, buffer, sizeof(buffer) - 1));
	EXPECT_EQ(EINVAL, errno);
}

/* A call returns one notice, however large the buffer is. */
TEST_F(watch_file, read_gives_one)
{
	__u32 first = come_and_go(self->fd), second = come_and_go(self->fd);
	struct kipc_notice notices[2];

	EXPECT_EQ((ssize_t)sizeof(notices[0]),
		  read(self->watch, notices, sizeof(notices)));
	EXPECT_EQ(first, notices[0].attachment);
	check_notice(self->watch, getpid(), second, 0, 0);
}

/*
 * A newer program, which knows of more fields, learns how many the kernel has
 * filled.
 */
TEST_F(watch_file, read_fills_what_the_kernel_knows)
{
	struct {
		struct kipc_notice known;
		__u64 added;
	} notice;
	__u32 attachment = come_and_go(self->fd);

	memset(&notice, KIPC_POISON, sizeof(notice));
	EXPECT_EQ((ssize_t)sizeof(notice.known),
		  read(self->watch, &notice, sizeof(notice)));
	EXPECT_EQ((__u32)sizeof(notice.known), notice.known.size);
	EXPECT_EQ(attachment, notice.known.attachment);
	EXPECT_EQ(0xccccccccccccccccULL, notice.added);
}

TEST_F(watch_file, read_in_pieces)
{
	__u32 attachment = come_and_go(self->fd);
	struct kipc_notice notice = { 0 };
	struct iovec pieces[] = {
		{ .iov_base = &notice, .iov_len = 6 },
		{ .iov_base = (char *)&notice + 6,
		  .iov_len = sizeof(notice) - 6 },
	};

	EXPECT_EQ((ssize_t)sizeof(notice), readv(self->watch, pieces, 2));
	EXPECT_EQ((__u32)getpid(), notice.pid);
	EXPECT_EQ(attachment, notice.attachment);
}

TEST_F(watch_file, a_bad_pointer_keeps_the_notice)
{
	__u32 first = come_and_go(self->fd), second = come_and_go(self->fd);

	EXPECT_EQ(-1, read(self->watch, bad_pointer(), 32));
	EXPECT_EQ(EFAULT, errno);
	check_notice(self->watch, getpid(), first, 0, 0);
	check_notice(self->watch, getpid(), second, 0, 0);
	check_no_notice(self->watch);
}

/*
 * Makes a page on which a copy by the kernel blocks. Returns a descriptor from
 * which an event can be read once a copy blocks there.
 */
static int page_that_hangs(void **page)
{
	struct uffdio_register area = { .mode = UFFDIO_REGISTER_MODE_MISSING };
	struct uffdio_api api = { .api = UFFD_API };
	int fd = syscall(SYS_userfaultfd, O_CLOEXEC);

	if (fd < 0 || ioctl(fd, UFFDIO_API, &api))
		return -1;
	*page = mmap(NULL, getpagesize(), PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	area.range.start = (uintptr_t)*page;
	area.range.len = getpagesize();
	return ioctl(fd, UFFDIO_REGISTER, &area) ? -1 : fd;
}

/* Unmaps the page and wakes the copy, which then fails. */
static int page_end(int fd, void *page)
{
	struct uffdio_range range = {
		.start = (uintptr_t)page,
		.len = getpagesize(),
	};

	return munmap(page, getpagesize()) ?: ioctl(fd, UFFDIO_WAKE, &range);
}

struct failing_read {
	int watch;
	void *page;
	int error;
};

static void *run_failing_read(void *data)
{
	struct failing_read *failing = data;
	ssize_t ret = read(failing->watch, failing->page,
			   sizeof(struct kipc_notice));

	failing->error = ret < 0 ? errno : 0;
	return NULL;
}

/*
 * A notice that a failing reader has put back is available to the other
 * readers, and wakes one of them.
 */
TEST_F_TIMEOUT(watch_file, a_failing_reader_wakes_the_others, 60)
{
	struct failing_read failing = { .watch = self->watch };
	struct uffd_msg message;
	struct child reader;
	pthread_t thread;
	int fault;

	ASSERT_EQ(0, fcntl(self->watch, F_SETFL, 0));
	fault = page_that_hangs(&failing.page);
	if (fault < 0)
		SKIP(return, "needs userfaultfd");
	come_and_go(self->fd);
	ASSERT_EQ(0, pthread_create(&thread, NULL, run_failing_read, &failing));
	ASSERT_EQ((ssize_t)sizeof(message),
		  read(fault, &message, sizeof(message)));
	/*
	 * The first reader has taken the notice, so there is none for the other
	 * one.
	 */
	start_reader(&reader, self->fd, self->watch);
	EXPECT_FALSE(child_ended(&reader));
	ASSERT_EQ(0, page_end(fault, failing.page));
	ASSERT_EQ(0, pthread_join(thread, NULL));
	EXPECT_EQ(EFAULT, failing.error);
	EXPECT_EQ(0, child_finish(&reader));
	close(fault);
}

TEST_F(watch_file, a_signal_ends_a_read)
{
	struct child reader;

	ASSERT_EQ(0, fcntl(self->watch, F_SETFL, 0));
	handle_signal(SIGUSR1, 0);
	start_reader(&reader, self->fd, self->watch);
	interrupt(&reader, SIGUSR1);
	EXPECT_EQ(-EINTR, child_finish(&reader));
	come_and_go(self->fd);
	EXPECT_EQ(POLLIN, poll_now(self->watch, POLLIN));
}

TEST_F(watch_file, a_signal_restarts_a_read)
{
	struct child reader;

	ASSERT_EQ(0, fcntl(self->watch, F_SETFL, 0));
	handle_signal(SIGUSR1, SA_RESTART);
	start_reader(&reader, self->fd, self->watch);
	interrupt(&reader, SIGUSR1);
	EXPECT_FALSE(child_ended(&reader));
	come_and_go(self->fd);
	EXPECT_EQ(0, child_finish(&reader));
}

/* Notices for which there is no room are counted. */
TEST_F(watch_file, more_than_it_holds)
{
	__u32 first = come_and_go(self->fd);
	int i;

	for (i = 1; i < KIPC_NOTICES_MAX; i++)
		come_and_go(self->fd);
	for (i = 0; i < 3; i++)
		come_and_go(self->fd);
	/* A read that fails does not change the count. */
	EXPECT_EQ(-1, read(self->watch, bad_pointer(), 32));
	EXPECT_EQ(EFAULT, errno);
	check_notice(self->watch, getpid(), first, 0, 3);
	for (i = 1; i < KIPC_NOTICES_MAX; i++)
		check_notice(self->watch, getpid(), first + i, 0, 0);
	check_no_notice(self->watch);
	first = come_and_go(self->fd);
	check_notice(self->watch, getpid(), first, 0, 0);
}

/*
 * Attaches, locks a mutex and detaches without unlocking it. Returns the
 * attachment.
 */
static __u32 come_and_die(int fd)
{
	struct mutexes mutexes = {};
	int ret;

	if (mutexes_attach(&mutexes, fd))
		return KIPC_POISON_32;
	ret = mutex_lock(fd, 0);
	if (ret == -EOWNERDEAD)
		ret = mutex_consistent(fd, 0);
	mutexes_detach(&mutexes);
	return ret ? KIPC_POISON_32 : mutexes.attachment;
}

/*
 * Many notices without a repair, as children cause them by fork and exec, do
 * not displace the notice of a death that needed one.
 */
TEST_F(watch_file, a_repair_finds_room_among_others)
{
	__u32 first = come_and_go(self->fd), dead;
	int i;

	for (i = 1; i < KIPC_NOTICES_MAX; i++)
		come_and_go(self->fd);
	dead = come_and_die(self->fd);
	for (i = 0; i < KIPC_NOTICES_MAX; i++)
		come_and_go(self->fd);
	/* The oldest notices without a repair made room. */
	check_notice(self->watch, getpid(), first + 1, 0, KIPC_NOTICES_MAX + 1);
	for (i = 2; i < KIPC_NOTICES_MAX; i++)
		check_notice(self->watch, getpid(), first + i, 0, 0);
	check_notice(self->watch, getpid(), dead, 1, 0);
	check_no_notice(self->watch);
}

/*
 * If all notices report a repair, the first ones stay and the new ones are
 * counted.
 */
TEST_F(watch_file, repairs_make_no_room)
{
	__u32 first = come_and_die(self->fd);
	int i;

	for (i = 1; i < KIPC_NOTICES_MAX; i++)
		come_and_die(self->fd);
	come_and_die(self->fd);
	come_and_go(self->fd);
	check_notice(self->watch, getpid(), first, 1, 2);
	for (i = 1; i < KIPC_NOTICES_MAX; i++)
		check_notice(self->watch, getpid(), first + i, 1, 0);
	check_no_notice(self->watch);
}

/* poll and epoll. */

TEST_F(watch_file, poll_waits)
{
	struct participant *dead = participant_start(self->fd, 0);
	struct child poller;

	EXPECT_EQ(0, poll_now(self->watch, POLLIN | POLLOUT));
	start_poll(&poller, self->watch, POLLIN);
	EXPECT_FALSE(child_ended(&poller));
	child_kill(dead->child);
	EXPECT_EQ(POLLIN, child_finish(&poller));
	EXPECT_EQ(POLLIN | POLLRDNORM,
		  poll_now(self->watch, POLLIN | POLLRDNORM | POLLOUT));
	check_notice(self->watch, dead->child->pid, dead->attachment, 0, 0);
	EXPECT_EQ(0, poll_now(self->watch, POLLIN));
}

TEST_F(watch_file, epoll_by_edge)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLET };
	int epoll = epoll_create1(EPOLL_CLOEXEC), i;

	ASSERT_LE(0, epoll);
	ASSERT_EQ(0, epoll_ctl(epoll, EPOLL_CTL_ADD, self->watch, &event));
	EXPECT_EQ(0, epoll_wait(epoll, &event, 1, 0));
	for (i = 0; i < 2; i++) {
		come_and_go(self->fd);
		EXPECT_EQ(1, epoll_wait(epoll, &event, 1, 0));
		EXPECT_EQ((__u32)EPOLLIN, event.events);
		EXPECT_EQ(0, epoll_wait(epoll, &event, 1, 0));
	}
	close(epoll);
}

/* The end of the object. */

TEST(watch_file_wakes_its_reader_at_the_end)
{
	int fd = create(mutex_args(1)), watch = object_watch(fd);
	struct child reader;

	ASSERT_LE(0, watch);
	start_reader(&reader, fd, watch);
	EXPECT_FALSE(child_ended(&reader));
	close(fd);
	EXPECT_EQ(-ENODATA, child_finish(&reader));
	close(watch);
}

static int run_poller_of_the_end(void *data)
{
	const struct reader *reader = data;

	close(reader->fd);
	return poll_for(reader->watch, POLLIN, -1);
}

TEST(watch_file_wakes_its_poller_at_the_end)
{
	struct reader reader = { .fd = create(mutex_args(1)) };
	struct child poller;

	reader.watch = object_watch(reader.fd);
	ASSERT_LE(0, reader.watch);
	child_start(&poller, run_poller_of_the_end, &reader);
	wait_until(child_sleeps(&poller) || child_ended(&poller));
	EXPECT_FALSE(child_ended(&poller));
	close(reader.fd);
	EXPECT_EQ(POLLHUP, child_finish(&poller));
	close(reader.watch);
}

/* Other system calls on the descriptor. */

TEST_F(watch_file, descriptor)
{
	struct kipc_info_args info;
	__u64 word = 0;

	EXPECT_EQ(FD_CLOEXEC, fcntl(self->watch, F_GETFD));
	EXPECT_EQ(-ENOTTY, object_info(self->watch, &info));
	EXPECT_EQ(-ENOTTY, object_watch(self->watch));
	EXPECT_EQ(-1, write(self->watch, &word, sizeof(word)));
	EXPECT_EQ(EBADF, errno);
	EXPECT_EQ(MAP_FAILED, mmap(NULL, 4096, PROT_READ, MAP_SHARED,
				   self->watch, 0));
	EXPECT_EQ(ENODEV, errno);
}

TEST_HARNESS_MAIN
