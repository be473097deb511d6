// SPDX-License-Identifier: GPL-2.0-only
/* libkipc: what all handles have in common. */
#include "kipc_test.h"
#include "library.h"

#include <pthread.h>

static char name[64];

TEST(import_takes_what_fits)
{
	struct kipc_semaphore *semaphore, *imported;
	struct kipc_barrier *barrier;
	struct kipc_mailbox *mailbox;
	int fd, other;

	ASSERT_EQ(0, kipc_semaphore_create(&semaphore, NULL, NULL));
	fd = dup(kipc_semaphore_fd(semaphore));
	EXPECT_EQ(-EPROTOTYPE, kipc_barrier_import(&barrier, fd));
	EXPECT_EQ(NULL, barrier);
	EXPECT_EQ(-EPROTOTYPE, kipc_mailbox_import(&mailbox, fd));
	EXPECT_EQ(NULL, mailbox);
	EXPECT_EQ(0, kipc_semaphore_import(&imported, fd));
	EXPECT_EQ(fd, kipc_semaphore_fd(imported));
	EXPECT_EQ(0, kipc_semaphore_post(imported, 0, 1));
	EXPECT_EQ(0, kipc_semaphore_trywait(semaphore, 0, 1));
	kipc_semaphore_close(imported);
	EXPECT_EQ(-1, fcntl(fd, F_GETFD));
	other = open("/dev/null", O_RDWR);
	EXPECT_EQ(-ENOTTY, kipc_semaphore_import(&imported, other));
	EXPECT_EQ(0, close(other));
	EXPECT_EQ(-EBADF, kipc_semaphore_import(&imported, -1));
	kipc_semaphore_close(semaphore);
}

TEST(failures_leave_nothing_behind)
{
	const struct kipc_semaphore_options bad = { .initial = 2, .max = 1 };
	const struct kipc_semaphore_options exclusive = {
		.flags = KIPC_EXCLUSIVE,
	};
	unsigned int before = descriptors_with_device();
	struct kipc_semaphore *semaphore, *other;
	struct kipc_barrier *barrier;
	char text[KIPC_NAME_MAX + 2];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	EXPECT_EQ(-EINVAL, kipc_semaphore_create(&semaphore, NULL, &bad));
	EXPECT_EQ(NULL, semaphore);
	EXPECT_EQ(-EINVAL, kipc_semaphore_create(&semaphore, "", NULL));
	EXPECT_EQ(-EINVAL, kipc_semaphore_create(&semaphore, "a/b", NULL));
	EXPECT_EQ(-ENAMETOOLONG, kipc_semaphore_create(&semaphore, text, NULL));
	EXPECT_EQ(-EINVAL, kipc_barrier_create(&barrier, NULL, NULL));
	EXPECT_EQ(-ENOENT, kipc_semaphore_open(&semaphore, unique_name(name, "library"),
					       KIPC_READ));
	ASSERT_EQ(0, kipc_semaphore_create(&semaphore, name, &exclusive));
	EXPECT_EQ(-EEXIST, kipc_semaphore_create(&other, name, &exclusive));
	EXPECT_EQ(-EPROTOTYPE, kipc_barrier_open(&barrier, name, KIPC_READ));
	EXPECT_EQ(before + 1, count_descriptors());
	kipc_semaphore_close(semaphore);
	kipc_semaphore_close(NULL);
	kipc_barrier_close(NULL);
	kipc_mailbox_close(NULL);
	EXPECT_EQ(before, count_descriptors());
}

TEST(errno_is_left_alone)
{
	struct kipc_semaphore *semaphore;

	errno = 42;
	EXPECT_EQ(-ENOENT, kipc_unlink(unique_name(name, "library")));
	EXPECT_EQ(0, kipc_semaphore_create(&semaphore, NULL, NULL));
	EXPECT_EQ(-ETIMEDOUT, kipc_semaphore_timedwait(semaphore, 0, 1, 1, 0));
	kipc_semaphore_close(semaphore);
	EXPECT_EQ(42, errno);
}

/* Returns how often a name is listed. Two entries are fetched at a time. */
static int times_listed(const char *text)
{
	struct kipc_list_entry entries[2];
	int i, count, times = 0;
	uint64_t cursor = 0;

	while ((count = kipc_list(&cursor, entries, 2)) > 0)
		for (i = 0; i < count; i++)
			times += !strcmp(entries[i].name, text);
	return count < 0 ? count : times;
}

/*
 * Creates an object in a thread with a pending cancellation. The call
 * completes, because the object would be lost otherwise.
 */
static void *run_cancelled(void *data)
{
	struct kipc_semaphore *semaphore;
	bool *through = data;

	pthread_cancel(pthread_self());
	if (kipc_semaphore_create(&semaphore, NULL, NULL))
		return NULL;
	kipc_semaphore_close(semaphore);
	*through = true;
	pthread_testcancel();
	return NULL;
}

TEST(cancelling_leaves_nothing_behind)
{
	unsigned int before = descriptors_with_device();
	bool through = false;
	pthread_t thread;
	void *result;

	ASSERT_EQ(0, pthread_create(&thread, NULL, run_cancelled, &through));
	ASSERT_EQ(0, pthread_join(thread, &result));
	EXPECT_TRUE(through);
	EXPECT_TRUE(result == PTHREAD_CANCELED);
	EXPECT_EQ(before, count_descriptors());
}

/*
 * Closes the descriptor of a handle and gives its number to another object, as
 * daemons do. A child maps the words again, but it must not map those of the
 * other object.
 */
static void replace_descriptor(int fd, int other)
{
	dup2(other, fd);
}

TEST(child_knows_a_mutex_from_another)
{
	struct kipc_mutex *mutex, *other;
	pid_t child;

	ASSERT_EQ(0, kipc_mutex_create(&mutex, NULL, NULL));
	ASSERT_EQ(0, kipc_mutex_create(&other, NULL, NULL));
	EXPECT_EQ(0, kipc_mutex_lock(mutex, 0));
	replace_descriptor(kipc_mutex_fd(mutex), kipc_mutex_fd(other));
	child = child_fork();
	if (!child) {
		EXPECT_EQ(-EBADF, kipc_mutex_trylock(mutex, 0));
		EXPECT_EQ(-EBADF, kipc_mutex_unlock(mutex, 0));
		EXPECT_EQ(-1, kipc_mutex_fd(mutex));
		EXPECT_EQ(0, kipc_mutex_trylock(other, 0));
		EXPECT_EQ(0, kipc_mutex_unlock(other, 0));
		kipc_mutex_close(mutex);
		_exit(_metadata->exit_code);
	}
	EXPECT_EQ(0, child_wait(child));
	EXPECT_EQ(0, kipc_mutex_unlock(mutex, 0));
}

TEST(child_knows_a_semaphore_from_another)
{
	const struct kipc_semaphore_options options = {
		.flags = KIPC_UNDO,
		.initial = 1,
	};
	struct kipc_semaphore *semaphore, *other;
	uint32_t value;
	pid_t child;

	ASSERT_EQ(0, kipc_semaphore_create(&semaphore, NULL, &options));
	ASSERT_EQ(0, kipc_semaphore_create(&other, NULL, &options));
	replace_descriptor(kipc_semaphore_fd(semaphore),
			   kipc_semaphore_fd(other));
	child = child_fork();
	if (!child) {
		EXPECT_EQ(-EBADF, kipc_semaphore_trywait(semaphore, 0, 1));
		EXPECT_EQ(-EBADF, kipc_semaphore_post(semaphore, 0, 1));
		EXPECT_EQ(0, kipc_semaphore_value(other, 0, &value));
		EXPECT_EQ(1U, value);
		_exit(_metadata->exit_code);
	}
	EXPECT_EQ(0, child_wait(child));
}

TEST(child_knows_a_barrier_from_another)
{
	const struct kipc_barrier_options options = { .parties = 2 };
	struct kipc_barrier *barrier, *other;
	pid_t child;

	ASSERT_EQ(0, kipc_barrier_create(&barrier, NULL, &options));
	ASSERT_EQ(0, kipc_barrier_create(&other, NULL, &options));
	replace_descriptor(kipc_barrier_fd(barrier), kipc_barrier_fd(other));
	child = child_fork();
	if (!child) {
		EXPECT_EQ(-ENXIO, kipc_barrier_join(barrier));
		EXPECT_EQ(-EBADF, kipc_barrier_timedwait(barrier, 0, 0));
		_exit(_metadata->exit_code);
	}
	EXPECT_EQ(0, child_wait(child));
}

/*
 * The number of the descriptor belongs to no file, or to a file that is not an
 * object.
 */
TEST(child_knows_a_lost_descriptor)
{
	struct kipc_mutex *mutex, *second;
	pid_t child;

	ASSERT_EQ(0, kipc_mutex_create(&mutex, NULL, NULL));
	ASSERT_EQ(0, kipc_mutex_create(&second, NULL, NULL));
	close(kipc_mutex_fd(mutex));
	replace_descriptor(kipc_mutex_fd(second), 0);
	child = child_fork();
	if (!child) {
		EXPECT_EQ(-EBADF, kipc_mutex_trylock(mutex, 0));
		EXPECT_EQ(-EBADF, kipc_mutex_trylock(second, 0));
		_exit(_metadata->exit_code);
	}
	EXPECT_EQ(0, child_wait(child));
}

TEST(access_of_create)
{
	const struct kipc_mailbox_options queue = {
		.mode = 0600,
		.access = KIPC_WRITE,
	};
	struct kipc_mailbox *sender, *receiver;
	struct kipc_mailbox_state_args state;
	char byte;

	unique_name(name, "library");
	ASSERT_EQ(0, kipc_mailbox_create(&sender, name, &queue));
	ASSERT_EQ(0, kipc_mailbox_open(&receiver, name, KIPC_READ));
	EXPECT_EQ(0, kipc_mailbox_trysend(sender, "m", 1, 0));
	EXPECT_EQ(-EBADF, kipc_mailbox_tryreceive(sender, &byte, 1, NULL));
	EXPECT_EQ(-EBADF, kipc_mailbox_trysend(receiver, "m", 1, 0));
	EXPECT_EQ(0, kipc_mailbox_state(sender, &state));
	EXPECT_EQ(1U, state.messages);
	kipc_mailbox_close(sender);
	kipc_mailbox_close(receiver);
}

TEST(names_are_listed_and_unlinked)
{
	struct kipc_semaphore *semaphore;

	ASSERT_EQ(0, kipc_semaphore_create(&semaphore, unique_name(name, "library"), NULL));
	EXPECT_EQ(1, times_listed(name));
	EXPECT_EQ(0, kipc_unlink(name));
	EXPECT_EQ(0, times_listed(name));
	EXPECT_EQ(-ENOENT, kipc_unlink(name));
	EXPECT_EQ(0, kipc_semaphore_post(semaphore, 0, 1));
	kipc_semaphore_close(semaphore);
}

TEST_HARNESS_MAIN
