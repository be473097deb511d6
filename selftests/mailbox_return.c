// SPDX-License-Identifier: GPL-2.0-only
/*
 * Messages that are put back: a receiver takes a message and then turns out to
 * have no memory for it. Other messages are sent and received meanwhile. In the
 * end each message is in the mailbox once and in its place.
 *
 * A page fault that waits for userfaultfd(2) stops a receiver between the two
 * steps.
 */
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include "kipc_test.h"

#define LARGE	5000		/* bytes of a message: more than a page */

#define LOW	1
#define MIDDLE	5
#define HIGH	9

/* A receiver into two pages, the first of which is not there yet. */
struct receiver {
	int fd;
	int fault_fd;
	unsigned char *pages;
	pthread_t thread;
	struct kipc_mailbox_receive_args args;
	int ret;
};

static void *run_receiver(void *data)
{
	struct receiver *receiver = data;

	receiver->ret = receive_into(receiver->fd, &receiver->args,
				     receiver->pages, 2 * getpagesize(), 0,
				     KIPC_TRY);
	return NULL;
}

FIXTURE(returning) {
	int fd;
	struct receiver receivers[2];
};

FIXTURE_SETUP(returning)
{
	struct receiver *receiver;

	self->fd = create(mailbox_args(2 * getpagesize(), 8));
	ASSERT_LE(0, self->fd);
	for (receiver = self->receivers; receiver < self->receivers + 2;
	     receiver++) {
		struct uffdio_api api = { .api = UFFD_API };

		receiver->fd = self->fd;
		receiver->fault_fd = syscall(SYS_userfaultfd, O_CLOEXEC);
		if (receiver->fault_fd < 0)
			SKIP(return, "needs userfaultfd(2), and root to use it");
		ASSERT_EQ(0, ioctl(receiver->fault_fd, UFFDIO_API, &api));
	}
}

FIXTURE_TEARDOWN(returning)
{
	close(self->receivers[0].fault_fd);
	close(self->receivers[1].fault_fd);
	close(self->fd);
}

/*
 * Lets a receiver take the first message and stops it. The second page of its
 * buffer cannot be accessed.
 */
static void hold_up(struct __test_metadata *_metadata, struct receiver *receiver)
{
	size_t page = getpagesize();
	struct uffdio_register watched = {
		.mode = UFFDIO_REGISTER_MODE_MISSING,
		.range.len = page,
	};
	struct uffd_msg fault;

	receiver->pages = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, (void *)receiver->pages);
	ASSERT_EQ(0, mprotect(receiver->pages + page, page, PROT_NONE));
	watched.range.start = (uintptr_t)receiver->pages;
	ASSERT_EQ(0, ioctl(receiver->fault_fd, UFFDIO_REGISTER, &watched));
	ASSERT_EQ(0, pthread_create(&receiver->thread, NULL, run_receiver,
				    receiver));
	ASSERT_EQ((ssize_t)sizeof(fault),
		  read(receiver->fault_fd, &fault, sizeof(fault)));
	ASSERT_EQ(UFFD_EVENT_PAGEFAULT, fault.event);
}

/*
 * Lets the receiver go on. Returns the result of its call or a negative errno.
 */
static int go_on(struct receiver *receiver)
{
	struct uffdio_zeropage page = {
		.range.start = (uintptr_t)receiver->pages,
		.range.len = getpagesize(),
	};

	if (ioctl(receiver->fault_fd, UFFDIO_ZEROPAGE, &page))
		return -errno;
	return -pthread_join(receiver->thread, NULL) ?: receiver->ret;
}

#define HOLD_UP(index)	hold_up(_metadata, &self->receivers[index])

#define GO_ON(index, expected) \
	EXPECT_EQ(expected, go_on(&self->receivers[index]))

#define SEND(letter, priority) do { \
	unsigned char __data[LARGE]; \
	memset(__data, letter, LARGE); \
	ASSERT_EQ(0, mailbox_trysend(self->fd, __data, LARGE, priority)); \
} while (0)

#define EXPECT_RECEIVE(letter, expected_priority) do { \
	struct kipc_mailbox_receive_args __args; \
	unsigned char __data[LARGE], __expected[LARGE]; \
	ASSERT_EQ(0, receive_into(self->fd, &__args, __data, LARGE, 0, \
				  KIPC_TRY)); \
	memset(__expected, letter, LARGE); \
	EXPECT_EQ((__u32)LARGE, __args.length); \
	EXPECT_EQ((__u32)(expected_priority), __args.priority); \
	EXPECT_EQ(0, memcmp(__expected, __data, LARGE)); \
} while (0)

#define EXPECT_EMPTY() check_mailbox(self->fd, 0, 0)

TEST_F(returning, to_an_empty_mailbox)
{
	SEND('a', MIDDLE);
	HOLD_UP(0);
	EXPECT_EMPTY();
	GO_ON(0, -EFAULT);
	check_mailbox(self->fd, 1, LARGE);
	EXPECT_RECEIVE('a', MIDDLE);
	EXPECT_EMPTY();
}

TEST_F(returning, before_the_younger_ones)
{
	SEND('a', MIDDLE);
	HOLD_UP(0);
	SEND('b', MIDDLE);
	GO_ON(0, -EFAULT);
	EXPECT_RECEIVE('a', MIDDLE);
	EXPECT_RECEIVE('b', MIDDLE);
	EXPECT_EMPTY();
}

TEST_F(returning, between_an_older_and_a_younger_one)
{
	SEND('a', MIDDLE);
	SEND('b', MIDDLE);
	HOLD_UP(0);
	HOLD_UP(1);
	SEND('c', MIDDLE);
	GO_ON(0, -EFAULT);
	GO_ON(1, -EFAULT);
	EXPECT_RECEIVE('a', MIDDLE);
	EXPECT_RECEIVE('b', MIDDLE);
	EXPECT_RECEIVE('c', MIDDLE);
	EXPECT_EMPTY();
}

TEST_F(returning, above_a_lower_priority)
{
	SEND('a', MIDDLE);
	HOLD_UP(0);
	SEND('b', LOW);
	GO_ON(0, -EFAULT);
	EXPECT_RECEIVE('a', MIDDLE);
	EXPECT_RECEIVE('b', LOW);
	EXPECT_EMPTY();
}

TEST_F(returning, between_a_higher_and_a_lower_priority)
{
	SEND('a', MIDDLE);
	HOLD_UP(0);
	SEND('b', LOW);
	SEND('c', HIGH);
	GO_ON(0, -EFAULT);
	EXPECT_RECEIVE('c', HIGH);
	EXPECT_RECEIVE('a', MIDDLE);
	EXPECT_RECEIVE('b', LOW);
	EXPECT_EMPTY();
}

/*
 * Other messages of the same priority are in the mailbox, behind a message of a
 * higher priority.
 */
TEST_F(returning, as_the_oldest_of_a_lower_priority)
{
	SEND('a', MIDDLE);
	HOLD_UP(0);
	SEND('b', MIDDLE);
	SEND('c', MIDDLE);
	SEND('d', HIGH);
	GO_ON(0, -EFAULT);
	EXPECT_RECEIVE('d', HIGH);
	EXPECT_RECEIVE('a', MIDDLE);
	EXPECT_RECEIVE('b', MIDDLE);
	EXPECT_RECEIVE('c', MIDDLE);
	EXPECT_EMPTY();
}

TEST_F(returning, into_the_middle_of_a_lower_priority)
{
	SEND('a', MIDDLE);
	SEND('b', MIDDLE);
	HOLD_UP(0);
	HOLD_UP(1);
	SEND('c', MIDDLE);
	SEND('d', HIGH);
	GO_ON(0, -EFAULT);
	GO_ON(1, -EFAULT);
	EXPECT_RECEIVE('d', HIGH);
	EXPECT_RECEIVE('a', MIDDLE);
	EXPECT_RECEIVE('b', MIDDLE);
	EXPECT_RECEIVE('c', MIDDLE);
	EXPECT_EMPTY();
}

/* A receiver that is stopped and then has the memory keeps its message. */
TEST_F(returning, not_at_all)
{
	unsigned char *pages;

	SEND('a', MIDDLE);
	HOLD_UP(0);
	pages = self->receivers[0].pages;
	SEND('b', HIGH);
	ASSERT_EQ(0, mprotect(pages + getpagesize(), getpagesize(),
			      PROT_READ | PROT_WRITE));
	GO_ON(0, 0);
	EXPECT_EQ('a', pages[0]);
	EXPECT_EQ('a', pages[LARGE - 1]);
	EXPECT_EQ(0, pages[LARGE]);
	EXPECT_RECEIVE('b', HIGH);
	EXPECT_EMPTY();
}

TEST_HARNESS_MAIN
