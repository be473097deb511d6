// SPDX-License-Identifier: GPL-2.0-only
/* libkipc: mutexes. */
#include "kipc_test.h"
#include "handler.h"
#include "library.h"

#include <poll.h>

static char name[64];

static struct kipc_mutex_state_args state_of(struct kipc_mutex *mutex,
					     uint32_t element)
{
	struct kipc_mutex_state_args state;

	if (kipc_mutex_state(mutex, element, &state))
		abort();
	return state;
}

TEST(mutex_verbs)
{
	const struct kipc_mutex_options options = { .elements = 3 };
	struct kipc_mutex_state_args state;
	struct kipc_mutex *mutex;

	ASSERT_EQ(0, kipc_mutex_create(&mutex, NULL, &options));
	EXPECT_EQ(0, kipc_mutex_lock(mutex, 2));
	EXPECT_EQ((uint32_t)getpid(), state_of(mutex, 2).owner);
	EXPECT_EQ(1, state_of(mutex, 2).depth);
	EXPECT_EQ(0, state_of(mutex, 1).owner);
	EXPECT_EQ(-EDEADLK, kipc_mutex_lock(mutex, 2));
	EXPECT_EQ(-EDEADLK, kipc_mutex_trylock(mutex, 2));
	EXPECT_EQ(-EINVAL, kipc_mutex_consistent(mutex, 2));
	EXPECT_EQ(0, kipc_mutex_unlock(mutex, 2));
	EXPECT_EQ(-EPERM, kipc_mutex_unlock(mutex, 2));
	EXPECT_EQ(-EPERM, kipc_mutex_consistent(mutex, 2));
	EXPECT_EQ(0, kipc_mutex_trylock(mutex, 1));
	EXPECT_EQ(0, kipc_mutex_unlock(mutex, 1));
	EXPECT_EQ(0, kipc_mutex_timedlock(mutex, 1, 1, KIPC_REALTIME));
	EXPECT_EQ(0, kipc_mutex_unlock(mutex, 1));
	EXPECT_EQ(-EINVAL, kipc_mutex_lock(mutex, 3));
	EXPECT_EQ(-EINVAL, kipc_mutex_trylock(mutex, 3));
	EXPECT_EQ(-EINVAL, kipc_mutex_unlock(mutex, 3));
	EXPECT_EQ(-EINVAL, kipc_mutex_consistent(mutex, 3));
	EXPECT_EQ(-EINVAL, kipc_mutex_state(mutex, 3, &state));
	EXPECT_EQ(-EINVAL, kipc_mutex_timedlock(mutex, 0, -1, 0));
	EXPECT_EQ(-EINVAL, kipc_mutex_timedlock(mutex, 0, 1, KIPC_TRY));
	kipc_mutex_close(mutex);
	kipc_mutex_close(NULL);
}

TEST(mutex_is_recursive)
{
	const struct kipc_mutex_options options = { .flags = KIPC_RECURSIVE };
	struct kipc_mutex *mutex;
	int i;

	ASSERT_EQ(0, kipc_mutex_create(&mutex, NULL, &options));
	for (i = 1; i <= 4; i++) {
		EXPECT_EQ(0, kipc_mutex_lock(mutex, 0));
		EXPECT_EQ(i, (int)state_of(mutex, 0).depth);
	}
	EXPECT_EQ(0, kipc_mutex_trylock(mutex, 0));
	for (i = 4; i >= 0; i--) {
		EXPECT_EQ(0, kipc_mutex_unlock(mutex, 0));
		EXPECT_EQ(i, (int)state_of(mutex, 0).depth);
	}
	EXPECT_EQ(-EPERM, kipc_mutex_unlock(mutex, 0));
	while (!(i = kipc_mutex_lock(mutex, 0)))
		;
	EXPECT_EQ(-EOVERFLOW, i);
	kipc_mutex_close(mutex);
}

/* A sealed mutex works like any other mutex, but only through the kernel. */
TEST(sealed_mutex_works_alike)
{
	const struct kipc_mutex_options options = {
		.flags = KIPC_SEALED, .elements = 2,
	};
	struct kipc_mutex *mutex;

	ASSERT_EQ(0, kipc_mutex_create(&mutex, NULL, &options));
	EXPECT_EQ(0, kipc_mutex_lock(mutex, 1));
	EXPECT_EQ(-EDEADLK, kipc_mutex_lock(mutex, 1));
	EXPECT_EQ(0, kipc_mutex_trylock(mutex, 0));
	EXPECT_EQ(0, kipc_mutex_unlock(mutex, 1));
	EXPECT_EQ(-EPERM, kipc_mutex_unlock(mutex, 1));
	EXPECT_EQ(1, state_of(mutex, 0).depth);
	kipc_mutex_close(mutex);
}

/* Checks that a child takes part under a number of its own and owns nothing. */
static int run_mutex_child(void *data)
{
	struct kipc_mutex *mutex = data;
	uint32_t parent = (mutex->words.base[0] & KIPC_MUTEX_ATTACHMENT) >>
			  KIPC_MUTEX_SHIFT;

	if (!mutex->words.attachment || mutex->words.attachment == parent)
		return 1;
	if (kipc_mutex_unlock(mutex, 0) != -EPERM ||
	    kipc_mutex_trylock(mutex, 0) != -EAGAIN)
		return 2;
	if (kipc_mutex_timedlock(mutex, 0, 1, 0) != -ETIMEDOUT ||
	    kipc_mutex_timedlock(mutex, 0, 1, KIPC_REALTIME) != -ETIMEDOUT)
		return 3;
	if (kipc_mutex_lock(mutex, 1) || kipc_mutex_unlock(mutex, 1))
		return 4;
	return 0;
}

static int run_mutex_grandchild(void *data)
{
	struct child child;

	child_start(&child, run_mutex_child, data);
	return child_finish(&child) ?: run_mutex_child(data);
}

TEST(child_uses_its_parents_mutex)
{
	const struct kipc_mutex_options options = { .elements = 2 };
	struct kipc_mutex *mutex, *second;
	struct child child;

	ASSERT_EQ(0, kipc_mutex_create(&mutex, NULL, &options));
	ASSERT_EQ(0, kipc_mutex_create(&second, NULL, &options));
	ASSERT_EQ(0, kipc_mutex_lock(mutex, 0));
	ASSERT_EQ(0, kipc_mutex_lock(second, 0));
	child_start(&child, run_mutex_grandchild, mutex);
	EXPECT_EQ(0, child_finish(&child));
	kipc_mutex_close(mutex);
	child_start(&child, run_mutex_grandchild, second);
	EXPECT_EQ(0, child_finish(&child));
	EXPECT_EQ((uint32_t)getpid(), state_of(second, 0).owner);
	EXPECT_EQ(0, kipc_mutex_unlock(second, 0));
	kipc_mutex_close(second);
}

static int run_owner(void *data)
{
	int ret = kipc_mutex_lock(data, 0);

	if (!ret)
		for (;;)
			pause();
	return ret;
}

/* Kills a child that owns the mutex. */
static void kill_an_owner(struct kipc_mutex *mutex)
{
	struct child child;

	child_start(&child, run_owner, mutex);
	wait_until(state_of(mutex, 0).depth || child_ended(&child));
	child_kill(&child);
}

TEST(mutex_survives_its_owner)
{
	struct kipc_mutex *mutex;

	ASSERT_EQ(0, kipc_mutex_create(&mutex, NULL, NULL));
	kill_an_owner(mutex);
	EXPECT_EQ(KIPC_MUTEX_STATE_OWNER_DIED, state_of(mutex, 0).state);
	EXPECT_EQ(-EOWNERDEAD, kipc_mutex_lock(mutex, 0));
	EXPECT_EQ(0, kipc_mutex_consistent(mutex, 0));
	EXPECT_EQ(0, kipc_mutex_unlock(mutex, 0));
	EXPECT_EQ(0, kipc_mutex_trylock(mutex, 0));
	EXPECT_EQ(0, kipc_mutex_unlock(mutex, 0));
	kill_an_owner(mutex);
	EXPECT_EQ(-EOWNERDEAD, kipc_mutex_trylock(mutex, 0));
	EXPECT_EQ(0, kipc_mutex_unlock(mutex, 0));
	EXPECT_EQ(KIPC_MUTEX_STATE_NOT_RECOVERABLE, state_of(mutex, 0).state);
	EXPECT_EQ(-ENOTRECOVERABLE, kipc_mutex_lock(mutex, 0));
	EXPECT_EQ(-ENOTRECOVERABLE, kipc_mutex_trylock(mutex, 0));
	kipc_mutex_close(mutex);
}

static int run_lock_in_turn(void *data)
{
	return kipc_mutex_lock(data, 0) ?: kipc_mutex_unlock(data, 0);
}

TEST(mutex_waits_until_unlocked)
{
	struct kipc_mutex *mutex;
	struct child child;

	ASSERT_EQ(0, kipc_mutex_create(&mutex, NULL, NULL));
	ASSERT_EQ(0, kipc_mutex_lock(mutex, 0));
	child_start(&child, run_lock_in_turn, mutex);
	/* This process sleeps, because waiters spin while the owner runs. */
	while (!state_of(mutex, 0).waiters && !child_ended(&child))
		poll(NULL, 0, 1);
	EXPECT_EQ(0, kipc_mutex_unlock(mutex, 0));
	EXPECT_EQ(0, child_finish(&child));
	EXPECT_EQ(0, *mutex->words.base);
	kipc_mutex_close(mutex);
}

static int run_timedlock(void *data)
{
	return kipc_mutex_timedlock(data, 0, KIPC_FOREVER, 0);
}

FIXTURE(lock_and_signal) {
	struct kipc_mutex *mutex;
	struct child child;
};

FIXTURE_VARIANT(lock_and_signal) {
	int (*run)(void *data);
	int result;
};

FIXTURE_VARIANT_ADD(lock_and_signal, goes_on) {
	.run = run_lock_in_turn,
};

FIXTURE_VARIANT_ADD(lock_and_signal, with_a_deadline_ends) {
	.run = run_timedlock,
	.result = -EINTR,
};

FIXTURE_SETUP(lock_and_signal)
{
	handle_signal(SIGUSR1, 0);
	ASSERT_EQ(0, kipc_mutex_create(&self->mutex, NULL, NULL));
	ASSERT_EQ(0, kipc_mutex_lock(self->mutex, 0));
}

FIXTURE_TEARDOWN(lock_and_signal)
{
	kipc_mutex_close(self->mutex);
}

TEST_F(lock_and_signal, of_a_waiting_thread)
{
	child_start(&self->child, variant->run, self->mutex);
	while (!state_of(self->mutex, 0).waiters && !child_ended(&self->child))
		poll(NULL, 0, 1);
	interrupt(&self->child, SIGUSR1);
	/* A wait that goes on lasts until the waiter gets the mutex. */
	if (!variant->result)
		EXPECT_EQ(0, kipc_mutex_unlock(self->mutex, 0));
	EXPECT_EQ(variant->result, child_finish(&self->child));
}

TEST(mutex_opened_for_less_works_within_that)
{
	struct kipc_mutex *full, *again, *reader, *writer;
	struct kipc_mutex_state_args state;

	ASSERT_EQ(0, kipc_mutex_create(&full, unique_name(name, "library"),
				       NULL));
	ASSERT_EQ(0, kipc_mutex_open(&again, name, KIPC_READ | KIPC_WRITE));
	ASSERT_EQ(0, kipc_mutex_open(&reader, name, KIPC_READ));
	ASSERT_EQ(0, kipc_mutex_open(&writer, name, KIPC_WRITE));
	EXPECT_EQ(-EBADF, kipc_mutex_lock(reader, 0));
	EXPECT_EQ(-ENXIO, kipc_mutex_lock(writer, 0));
	EXPECT_EQ(0, kipc_mutex_state(writer, 0, &state));
	EXPECT_EQ(0U, state.owner);
	/* A process is one participant, whatever handle it uses. */
	EXPECT_EQ(0, kipc_mutex_lock(full, 0));
	EXPECT_EQ(-EDEADLK, kipc_mutex_lock(again, 0));
	kipc_mutex_close(full);
	EXPECT_EQ((uint32_t)getpid(), state_of(reader, 0).owner);
	kipc_mutex_close(again);
	EXPECT_EQ(KIPC_MUTEX_STATE_OWNER_DIED, state_of(reader, 0).state);
	kipc_mutex_close(reader);
	kipc_mutex_close(writer);
}

TEST(mutex_is_imported)
{
	unsigned int before = descriptors_with_device();
	struct kipc_mutex *mutex, *imported;
	struct kipc_semaphore *semaphore;
	int fd;

	ASSERT_EQ(0, kipc_mutex_create(&mutex, NULL, NULL));
	fd = dup(kipc_mutex_fd(mutex));
	EXPECT_EQ(-EPROTOTYPE, kipc_semaphore_import(&semaphore, fd));
	EXPECT_EQ(0, kipc_mutex_import(&imported, fd));
	EXPECT_EQ(fd, kipc_mutex_fd(imported));
	EXPECT_EQ(0, kipc_mutex_lock(imported, 0));
	EXPECT_EQ(-EDEADLK, kipc_mutex_trylock(mutex, 0));
	EXPECT_EQ(0, kipc_mutex_unlock(mutex, 0));
	kipc_mutex_close(imported);
	EXPECT_EQ(0, kipc_mutex_trylock(mutex, 0));
	kipc_mutex_close(mutex);
	ASSERT_EQ(0, kipc_semaphore_create(&semaphore, NULL, NULL));
	EXPECT_EQ(-EPROTOTYPE,
		  kipc_mutex_import(&imported, kipc_semaphore_fd(semaphore)));
	EXPECT_EQ(NULL, imported);
	kipc_semaphore_close(semaphore);
	EXPECT_EQ(before, count_descriptors());
}

TEST(death_is_noticed)
{
	struct kipc_semaphore *semaphore;
	struct kipc_notice notice;
	struct kipc_mutex *mutex;
	int watch;

	ASSERT_EQ(0, kipc_mutex_create(&mutex, NULL, NULL));
	watch = kipc_watch(kipc_mutex_fd(mutex));
	ASSERT_LE(0, watch);
	kill_an_owner(mutex);
	ASSERT_EQ((ssize_t)sizeof(notice),
		  read(watch, &notice, sizeof(notice)));
	EXPECT_EQ(1, notice.repaired);
	EXPECT_EQ(0, close(watch));
	kipc_mutex_close(mutex);
	EXPECT_EQ(-EBADF, kipc_watch(-1));
	ASSERT_EQ(0, kipc_semaphore_create(&semaphore, NULL, NULL));
	EXPECT_EQ(-EINVAL, kipc_watch(kipc_semaphore_fd(semaphore)));
	kipc_semaphore_close(semaphore);
}

TEST_HARNESS_MAIN
