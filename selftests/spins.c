// SPDX-License-Identifier: GPL-2.0-only
/*
 * A waiter spins in the kernel before it sleeps: as often as the parameter
 * says, only where another CPU could make its wait succeed meanwhile, and not
 * at all where spinning is turned off. The tests count the spins and measure no
 * times.
 */
#include "kipc_test.h"
#include "handler.h"
#include "parameter.h"

#define WAITS		100
#define LONG_NS		1000000	/* about the longest spin there is */

static long spins(int fd)
{
	return fdinfo_number(fd, "kipc-spins:");
}

static long spins_paid(int fd)
{
	return fdinfo_number(fd, "kipc-spins-paid:");
}

static bool several_processors(void)
{
	return sysconf(_SC_NPROCESSORS_ONLN) > 1;
}

FIXTURE(spins) {
	long usual;
	int fd, back;
	struct child child;
};

FIXTURE_VARIANT(spins) {
	__u32 type;
	/* Waits in vain. */
	int (*wait)(int fd);
	/* A round trip: gives to one object, takes from another. */
	int (*give)(int fd);
	int (*take)(int fd);
};

static int wait_semaphore(int fd)
{
	return semaphore_timedwait(fd, 0, 1, 1, 0);
}

static int give_semaphore(int fd)
{
	return semaphore_post(fd, 0, 1);
}

static int take_semaphore(int fd)
{
	return semaphore_wait(fd, 0, 1);
}

FIXTURE_VARIANT_ADD(spins, semaphore) {
	.type = KIPC_SEMAPHORE,
	.wait = wait_semaphore,
	.give = give_semaphore,
	.take = take_semaphore,
};

static int wait_mailbox(int fd)
{
	struct message message;

	return mailbox_timedreceive(fd, &message, 1, 0);
}

static int give_mailbox(int fd)
{
	return mailbox_send(fd, "m", 1, 0);
}

static int take_mailbox(int fd)
{
	struct message message;

	return mailbox_receive(fd, &message);
}

FIXTURE_VARIANT_ADD(spins, mailbox) {
	.type = KIPC_MAILBOX,
	.wait = wait_mailbox,
	.give = give_mailbox,
	.take = take_mailbox,
};

FIXTURE_SETUP(spins)
{
	if (geteuid())
		SKIP(return, "needs root to say how long");
	self->usual = parameter_get("spin_ns");
	ASSERT_LE(0, self->usual);
	self->fd = create_flags(any_args(variant->type), KIPC_SEALED);
	ASSERT_LE(0, self->fd);
	self->back = create_flags(any_args(variant->type), KIPC_SEALED);
	ASSERT_LE(0, self->back);
}

FIXTURE_TEARDOWN(spins)
{
	parameter_set("spin_ns", self->usual);
}

TEST_F(spins, not_at_all)
{
	int i;

	ASSERT_EQ(0, parameter_set("spin_ns", 0));
	for (i = 0; i < WAITS; i++)
		EXPECT_EQ(-ETIMEDOUT, variant->wait(self->fd));
	EXPECT_EQ(0L, spins(self->fd));
	EXPECT_EQ(0L, spins_paid(self->fd));
}

/*
 * Where spinning never succeeds, a waiter spins the first time and then only
 * occasionally.
 */
TEST_F(spins, seldom_in_vain)
{
	int i;

	ASSERT_EQ(0, parameter_set("spin_ns", 1000));
	EXPECT_EQ(-ETIMEDOUT, variant->wait(self->fd));
	EXPECT_EQ(several_processors() ? 1 : 0, spins(self->fd));
	for (i = 1; i < WAITS; i++)
		EXPECT_EQ(-ETIMEDOUT, variant->wait(self->fd));
	EXPECT_GE(several_processors() ? WAITS / 16 : 0, spins(self->fd));
	EXPECT_EQ(0L, spins_paid(self->fd));
}

static int run_answers(void *data)
{
	FIXTURE_DATA(spins) *self = ((void **)data)[0];
	const FIXTURE_VARIANT(spins) *variant = ((void **)data)[1];
	int ret;

	do {
		ret = variant->take(self->fd) ?: variant->give(self->back);
	} while (!ret);
	return ret;
}

/* Two CPUs hand something over without a wake-up. */
TEST_F(spins, pays)
{
	void *data[] = { self, (void *)variant };
	int i;

	if (!several_processors())
		SKIP(return, "needs two processors");
	ASSERT_EQ(0, parameter_set("spin_ns", LONG_NS));
	child_start(&self->child, run_answers, data);
	/*
	 * The count is read only once in WAITS round trips. A thread that read
	 * it every time would be too slow for the spins of its partner to
	 * succeed.
	 */
	do {
		for (i = 0; i < WAITS; i++) {
			ASSERT_EQ(0, variant->give(self->fd));
			ASSERT_EQ(0, variant->take(self->back));
		}
	} while (!spins_paid(self->back));
	EXPECT_LE(spins_paid(self->back), spins(self->back));
	EXPECT_EQ(CHILD_KILLED, child_kill(&self->child));
	EXPECT_EQ(0L, waiters(self->fd));
	EXPECT_EQ(0L, waiters(self->back));
}

/* A signal ends a spin at once. What was given meanwhile is not lost. */
TEST_F(spins, ends_with_a_signal)
{
	void *data[] = { self, (void *)variant };
	int i;

	ASSERT_EQ(0, parameter_set("spin_ns", LONG_NS));
	handle_signal(SIGUSR1, SA_RESTART);
	child_start(&self->child, run_answers, data);
	for (i = 0; i < WAITS; i++) {
		kill(self->child.pid, SIGUSR1);
		ASSERT_EQ(0, variant->give(self->fd));
		kill(self->child.pid, SIGUSR1);
		ASSERT_EQ(0, variant->take(self->back));
	}
	EXPECT_EQ(CHILD_KILLED, child_kill(&self->child));
}

/* A fatal signal ends a spin at once, too. */
TEST_F(spins, ends_with_a_death)
{
	void *data[] = { self, (void *)variant };
	int i;

	ASSERT_EQ(0, parameter_set("spin_ns", LONG_NS));
	for (i = 0; i < WAITS; i++) {
		child_start(&self->child, run_answers, data);
		wait_for_waiters(self->fd, 1);
		EXPECT_EQ(CHILD_KILLED, child_kill(&self->child));
		EXPECT_EQ(0L, waiters(self->fd));
	}
}

TEST_HARNESS_MAIN
