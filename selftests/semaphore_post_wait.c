// SPDX-License-Identifier: GPL-2.0-only
/*
 * SEMAPHORE_POST_WAIT. A call that is refused before the post changes nothing.
 * After the post the arguments say that it is done, and no restart posts again.
 */
#include "kipc_test.h"
#include "handler.h"
#include "parameter.h"
#include "wait_child.h"
#include "word.h"

#include <pthread.h>

#define ELEMENTS	3
#define POSTED		0	/* an element */
#define AWAITED		1
#define INITIAL		2
#define MAX		10

FIXTURE(post_wait) {
	int fd;
	int other;		/* the set to wait for */
	int wait_fd;		/* as in the arguments */
	struct kipc_semaphore_post_wait_args *args;	/* shared */
	struct child child;
};

FIXTURE_VARIANT(post_wait) {
	__u32 flags;
	bool by_number;		/* the set is named by its own descriptor */
	bool another;		/* two different sets */
};

FIXTURE_VARIANT_ADD(post_wait, one_set) {
};

FIXTURE_VARIANT_ADD(post_wait, one_set_by_number) {
	.by_number = true,
};

FIXTURE_VARIANT_ADD(post_wait, one_sealed_set) {
	.flags = KIPC_SEALED,
};

FIXTURE_VARIANT_ADD(post_wait, two_sets) {
	.another = true,
};

FIXTURE_VARIANT_ADD(post_wait, two_packed_sets) {
	.flags = KIPC_PACKED,
	.another = true,
};

static int create_set(__u32 flags)
{
	return create_flags(semaphore_args(ELEMENTS, INITIAL, MAX), flags);
}

/* Prepares the arguments: post one unit and wait for one unit that is there. */
static void prepare(FIXTURE_DATA(post_wait) *self)
{
	*self->args = post_wait_args(POSTED, AWAITED);
	self->args->wait_fd = self->wait_fd;
}

FIXTURE_SETUP(post_wait)
{
	self->fd = create_set(variant->flags);
	ASSERT_LE(0, self->fd);
	self->other = self->fd;
	self->wait_fd = -1;
	if (variant->another)
		self->other = create_set(variant->flags);
	ASSERT_LE(0, self->other);
	if (variant->another || variant->by_number)
		self->wait_fd = self->other;
	self->args = shared_alloc(sizeof(*self->args));
	prepare(self);
}

FIXTURE_TEARDOWN(post_wait)
{
	close(self->fd);
}

static int call(FIXTURE_DATA(post_wait) *self)
{
	return semaphore_post_wait(self->fd, self->args);
}

static int run_call(void *data)
{
	return call(data);
}

/*
 * Calls and checks the result and the flags that the call leaves in the
 * arguments.
 */
#define EXPECT_CALL(expected, flags_left) do { \
	EXPECT_EQ(expected, call(self)); \
	EXPECT_EQ((__u32)(flags_left), self->args->flags); \
} while (0)

#define check_units(posted, awaited) do { \
	check_value(self->fd, POSTED, posted); \
	check_value(self->other, AWAITED, awaited); \
} while (0)

/* Starts a child that waits for one unit more than there is. */
#define START_WAITING() do { \
	self->args->wait_count = INITIAL + 1; \
	child_start(&self->child, run_call, self); \
	wait_for_waiters(self->other, 1); \
	check_value(self->fd, POSTED, INITIAL + 1); \
} while (0)

TEST_F(post_wait, takes_what_is_there)
{
	EXPECT_CALL(0, 0);
	check_units(INITIAL + 1, INITIAL - 1);
	self->args->count = 3;
	EXPECT_CALL(0, 0);
	check_units(INITIAL + 4, INITIAL - 2);
	EXPECT_EQ(0L, waiters(self->other));
}

TEST_F(post_wait, waits)
{
	START_WAITING();
	EXPECT_EQ(0, semaphore_post(self->other, AWAITED, 1));
	EXPECT_EQ(0, child_finish(&self->child));
	EXPECT_EQ(0U, self->args->flags);
	check_units(INITIAL + 1, 0);
}

TEST_F(post_wait, wakes_a_waiter)
{
	start_semaphore_wait(&self->child, self->fd, POSTED, INITIAL + 1);
	wait_for_waiters(self->fd, 1);
	EXPECT_CALL(0, 0);
	EXPECT_EQ(0, child_finish(&self->child));
	check_units(0, INITIAL - 1);
}

/* Two processes hand one unit back and forth. */
#define ROUNDS	2000

static int run_answers(void *data)
{
	FIXTURE_DATA(post_wait) *self = data;
	struct kipc_semaphore_post_wait_args args = *self->args;
	unsigned int i, rounds = scaled(ROUNDS);
	int ret;

	args.element = AWAITED;
	args.wait_element = POSTED;
	args.wait_fd = self->fd;
	ret = semaphore_wait(self->fd, POSTED, 1);
	for (i = 1; i < rounds && !ret; i++)
		ret = semaphore_post_wait(self->other, &args);
	return ret ? ret : semaphore_post(self->other, AWAITED, 1);
}

TEST_F(post_wait, goes_to_and_fro)
{
	unsigned int i, rounds = scaled(ROUNDS);

	ASSERT_EQ(0, semaphore_trywait(self->fd, POSTED, INITIAL));
	ASSERT_EQ(0, semaphore_trywait(self->other, AWAITED, INITIAL));
	child_start(&self->child, run_answers, self);
	for (i = 0; i < rounds; i++)
		ASSERT_EQ(0, call(self));
	EXPECT_EQ(0, child_finish(&self->child));
	check_units(0, 0);
	EXPECT_EQ(0L, waiters(self->fd));
}

/* Errors before the post. */

TEST_F(post_wait, overflow_changes_nothing)
{
	self->args->count = MAX - INITIAL + 1;
	EXPECT_CALL(-EOVERFLOW, 0);
	self->args->count = 0xffffffff;
	EXPECT_CALL(-EOVERFLOW, 0);
	check_units(INITIAL, INITIAL);
}

TEST_F(post_wait, bad_arguments_change_nothing)
{
	self->args->element = ELEMENTS;
	EXPECT_CALL(-EINVAL, 0);
	prepare(self);
	self->args->count = 0;
	EXPECT_CALL(-EINVAL, 0);
	prepare(self);
	self->args->wait_element = ELEMENTS;
	EXPECT_CALL(-EINVAL, 0);
	prepare(self);
	self->args->wait_element = 0xffffffff;
	EXPECT_CALL(-EINVAL, 0);
	prepare(self);
	self->args->wait_count = 0;
	EXPECT_CALL(-EINVAL, 0);
	prepare(self);
	self->args->wait_count = MAX + 1;
	EXPECT_CALL(-EINVAL, 0);
	prepare(self);
	self->args->deadline = -1;
	EXPECT_CALL(-EINVAL, 0);
	prepare(self);
	self->args->reserved = 1;
	EXPECT_CALL(-EINVAL, 0);
	prepare(self);
	self->args->flags = KIPC_TRY;
	EXPECT_CALL(-EINVAL, KIPC_TRY);
	check_units(INITIAL, INITIAL);
}

TEST_F(post_wait, other_descriptors)
{
	const unsigned int types[] = { KIPC_BARRIER, KIPC_MAILBOX, KIPC_MUTEX };
	int pipe_fds[2];
	size_t i;

	ASSERT_EQ(0, pipe(pipe_fds));
	self->args->wait_fd = pipe_fds[1];
	EXPECT_CALL(-EINVAL, 0);
	close(pipe_fds[1]);
	EXPECT_CALL(-EBADF, 0);
	self->args->wait_fd = -2;
	EXPECT_CALL(-EBADF, 0);
	self->args->wait_fd = 0x7fffffff;
	EXPECT_CALL(-EBADF, 0);
	self->args->wait_fd = device_open();
	EXPECT_CALL(-EINVAL, 0);
	for (i = 0; i < ARRAY_SIZE(types); i++) {
		self->args->wait_fd = create(any_args(types[i]));
		EXPECT_CALL(-EINVAL, 0);
	}
	check_units(INITIAL, INITIAL);
}

TEST_F(post_wait, needs_write_access_to_both)
{
	char name[64];
	int both, reader;

	unique_name(name, "post-wait");
	both = create_named(semaphore_args(ELEMENTS, INITIAL, MAX), name, 0);
	ASSERT_LE(0, both);
	reader = open_named(KIPC_SEMAPHORE, name, KIPC_READ);
	ASSERT_LE(0, reader);
	self->args->wait_fd = reader;
	EXPECT_CALL(-EBADF, 0);
	self->args->wait_fd = self->other;
	EXPECT_EQ(-EBADF, semaphore_post_wait(reader, self->args));
	check_units(INITIAL, INITIAL);
	check_value(both, AWAITED, INITIAL);
}

/* Errors after the post. */

TEST_F(post_wait, try_posts_once)
{
	self->args->flags = KIPC_TRY;
	self->args->deadline = 0;
	self->args->wait_count = INITIAL + 1;
	EXPECT_CALL(-EAGAIN, KIPC_TRY | KIPC_POSTED);
	EXPECT_CALL(-EAGAIN, KIPC_TRY | KIPC_POSTED);
	check_units(INITIAL + 1, INITIAL);
	EXPECT_EQ(0, semaphore_post(self->other, AWAITED, 1));
	EXPECT_CALL(0, KIPC_TRY);
	check_units(INITIAL + 1, 0);
}

TEST_F(post_wait, deadline_passes)
{
	self->args->wait_count = INITIAL + 1;
	self->args->deadline = deadline_in_ms(CLOCK_MONOTONIC, 10);
	EXPECT_CALL(-ETIMEDOUT, KIPC_POSTED);
	EXPECT_LE(self->args->deadline, now_ns(CLOCK_MONOTONIC));
	EXPECT_CALL(-ETIMEDOUT, KIPC_POSTED);
	self->args->flags |= KIPC_REALTIME;
	self->args->deadline = deadline_in_ms(CLOCK_REALTIME, 10);
	EXPECT_CALL(-ETIMEDOUT, KIPC_POSTED | KIPC_REALTIME);
	EXPECT_LE(self->args->deadline, now_ns(CLOCK_REALTIME));
	check_units(INITIAL + 1, INITIAL);
	EXPECT_EQ(0L, waiters(self->other));
}

/* With KIPC_POSTED the call only waits. */
TEST_F(post_wait, posted_already)
{
	self->args->flags = KIPC_POSTED;
	self->args->count = MAX;
	EXPECT_CALL(0, 0);
	check_units(INITIAL, INITIAL - 1);
}

/*
 * O_NONBLOCK concerns read() and write() only. Other processes can set it, so
 * it must not change how the call waits.
 */
TEST_F(post_wait, on_descriptors_that_do_not_block)
{
	ASSERT_EQ(0, fcntl(self->fd, F_SETFL, O_NONBLOCK));
	if (variant->another)
		ASSERT_EQ(0, fcntl(self->other, F_SETFL, O_NONBLOCK));
	self->args->wait_count = INITIAL + 1;
	self->args->deadline = 1;
	EXPECT_CALL(-ETIMEDOUT, KIPC_POSTED);
	check_units(INITIAL + 1, INITIAL);
}

TEST_F(post_wait, too_many_wait)
{
	long limit = parameter_get("max_waiters");

	if (geteuid())
		SKIP(return, "needs root to change the limit");
	ASSERT_EQ(0, parameter_set("max_waiters", 0));
	self->args->wait_count = INITIAL + 1;
	EXPECT_CALL(-EUSERS, KIPC_POSTED);
	parameter_set("max_waiters", limit);
	check_units(INITIAL + 1, INITIAL);
}

/* Signals. */

TEST_F(post_wait, restarts_without_posting)
{
	unsigned int i;

	handle_signal(SIGUSR1, SA_RESTART);
	START_WAITING();
	for (i = 1; i <= 5; i++) {
		interrupt(&self->child, SIGUSR1);
		wait_for_waiters(self->other, 1);
		EXPECT_EQ((__u32)KIPC_POSTED, self->args->flags);
		check_units(INITIAL + 1, INITIAL);
	}
	EXPECT_EQ(0, semaphore_post(self->other, AWAITED, 1));
	EXPECT_EQ(0, child_finish(&self->child));
	EXPECT_EQ(0U, self->args->flags);
	check_units(INITIAL + 1, 0);
}

TEST_F(post_wait, is_interrupted_and_continued)
{
	handle_signal(SIGUSR1, 0);
	START_WAITING();
	interrupt(&self->child, SIGUSR1);
	EXPECT_EQ(-EINTR, child_finish(&self->child));
	EXPECT_EQ((__u32)KIPC_POSTED, self->args->flags);
	check_units(INITIAL + 1, INITIAL);
	EXPECT_EQ(0, semaphore_post(self->other, AWAITED, 1));
	EXPECT_CALL(0, 0);
	check_units(INITIAL + 1, 0);
}

static int run_read_only(void *data)
{
	FIXTURE_DATA(post_wait) *self = data;

	if (mprotect(self->args, sizeof(*self->args), PROT_READ))
		return -errno;
	return call(self);
}

/*
 * A call does not restart if it cannot write into the arguments that it has
 * posted.
 */
TEST_F(post_wait, is_not_restarted_from_read_only_arguments)
{
	handle_signal(SIGUSR1, SA_RESTART);
	self->args->wait_count = INITIAL + 1;
	child_start(&self->child, run_read_only, self);
	wait_for_waiters(self->other, 1);
	interrupt(&self->child, SIGUSR1);
	EXPECT_EQ(-EINTR, child_finish(&self->child));
	EXPECT_EQ(0U, self->args->flags);
	check_units(INITIAL + 1, INITIAL);
}

TEST_F(post_wait, deadline_passes_with_read_only_arguments)
{
	self->args->deadline = 1;
	self->args->wait_count = INITIAL + 1;
	ASSERT_EQ(0, mprotect(self->args, sizeof(*self->args), PROT_READ));
	EXPECT_CALL(-ETIMEDOUT, 0);
	check_units(INITIAL + 1, INITIAL);
}

/* The post of a killed waiter stands, and no unit is lost with the waiter. */
TEST_F(post_wait, is_killed)
{
	struct child next;

	START_WAITING();
	start_semaphore_wait(&next, self->other, AWAITED, INITIAL + 1);
	wait_for_waiters(self->other, 2);
	EXPECT_EQ(CHILD_KILLED, child_kill(&self->child));
	EXPECT_EQ(1L, waiters(self->other));
	check_units(INITIAL + 1, INITIAL);
	EXPECT_EQ(0, semaphore_post(self->other, AWAITED, 1));
	EXPECT_EQ(0, child_finish(&next));
	check_units(INITIAL + 1, 0);
}

/* One element for both. */

TEST_F(post_wait, takes_what_it_posts)
{
	self->args->wait_element = POSTED;
	self->args->wait_count = INITIAL;
	if (!variant->another)
		self->args->wait_count++;
	EXPECT_CALL(0, 0);
	check_value(self->other, POSTED, 0);
}

/*
 * A thread that waits already gets the unit first. The caller goes to the end
 * of the queue.
 */
TEST_F(post_wait, lets_the_first_go_first)
{
	struct child first;

	if (variant->another)
		SKIP(return, "is about one element");
	start_semaphore_wait(&first, self->fd, POSTED, INITIAL + 1);
	wait_for_waiters(self->fd, 1);
	self->args->wait_element = POSTED;
	child_start(&self->child, run_call, self);
	EXPECT_EQ(0, child_finish(&first));
	wait_for_waiters(self->fd, 1);
	check_value(self->fd, POSTED, 0);
	EXPECT_EQ(0, semaphore_post(self->fd, POSTED, 1));
	EXPECT_EQ(0, child_finish(&self->child));
}

/* ------------------------------------------------------------------------ */
/* Units that are undone                                                    */
/* ------------------------------------------------------------------------ */

FIXTURE(undo) {
	int fd;			/* created with KIPC_UNDO */
	int plain;
	struct words words;
	struct kipc_semaphore_post_wait_args args;
};

FIXTURE_SETUP(undo)
{
	self->fd = create_set(KIPC_UNDO);
	ASSERT_LE(0, self->fd);
	self->plain = create_set(0);
	ASSERT_LE(0, self->plain);
	self->args = post_wait_args(POSTED, AWAITED);
}

FIXTURE_TEARDOWN(undo)
{
	close(self->fd);
}

TEST_F(undo, needs_an_attachment)
{
	EXPECT_EQ(-ENXIO, semaphore_post_wait(self->fd, &self->args));
	self->args.wait_fd = self->plain;
	EXPECT_EQ(-ENXIO, semaphore_post_wait(self->fd, &self->args));
	self->args.wait_fd = self->fd;
	EXPECT_EQ(-ENXIO, semaphore_post_wait(self->plain, &self->args));
	EXPECT_EQ(0U, self->args.flags);
	check_value(self->fd, POSTED, INITIAL);
	check_value(self->fd, AWAITED, INITIAL);
	check_value(self->plain, POSTED, INITIAL);
	check_value(self->plain, AWAITED, INITIAL);
}

/*
 * Holds two units of one element, gives one back, takes one of the other
 * element, and then waits to be killed.
 */
static int run_holder(void *data)
{
	FIXTURE_DATA(undo) *self = data;

	return words_attach(&self->words, self->fd) ?:
	       semaphore_trywait(self->fd, POSTED, 2) ?:
	       semaphore_post_wait(self->fd, &self->args) ?:
	       semaphore_post(self->plain, POSTED, 1) ?:
	       semaphore_wait(self->plain, AWAITED, MAX);
}

TEST_F(undo, counts_both)
{
	struct child holder;

	child_start(&holder, run_holder, self);
	wait_for_waiters(self->plain, 1);
	check_value(self->fd, POSTED, INITIAL - 1);
	check_value(self->fd, AWAITED, INITIAL - 1);
	EXPECT_EQ(CHILD_KILLED, child_kill(&holder));
	check_value(self->fd, POSTED, INITIAL);
	check_value(self->fd, AWAITED, INITIAL);
}

struct undo_wait {
	FIXTURE_DATA(undo) *self;
	int ret;
};

static void *run_undo_wait(void *data)
{
	struct undo_wait *wait = data;

	wait->ret = semaphore_post_wait(wait->self->fd, &wait->self->args);
	return NULL;
}

/*
 * If the attachment ends during the wait, the call has posted. It returns
 * ENXIO, and the arguments say KIPC_POSTED.
 */
TEST_F(undo, attachment_ends_in_the_wait)
{
	struct undo_wait wait = { .self = self };
	pthread_t thread;

	ASSERT_EQ(0, words_attach(&self->words, self->fd));
	self->args.wait_count = INITIAL + 1;
	ASSERT_EQ(0, pthread_create(&thread, NULL, run_undo_wait, &wait));
	wait_for_waiters(self->fd, 1);
	words_unmap(&self->words);
	EXPECT_EQ(0, pthread_join(thread, NULL));
	EXPECT_EQ(-ENXIO, wait.ret);
	EXPECT_EQ((__u32)KIPC_POSTED, self->args.flags);
	check_value(self->fd, POSTED, INITIAL + 1);
	check_value(self->fd, AWAITED, INITIAL);
}

TEST_HARNESS_MAIN
