// SPDX-License-Identifier: GPL-2.0-only
/*
 * A libkipc that is older than a flag of an object. It is built so that it
 * knows no flag after KIPC_RECURSIVE, see the Makefile. The words of objects
 * with other flags may mean anything to it.
 */
#include "kipc_test.h"
#include "library.h"

#define UNKNOWN		KIPC_FAIR

static char name[64];

TEST(words_are_not_touched)
{
	struct kipc_semaphore *semaphore;
	struct kipc_mutex *mutex;
	unsigned int before = descriptors_with_device();
	int fd;

	fd = create_named(semaphore_args(1, 0, 1), unique_name(name, "unknown"), UNKNOWN);
	ASSERT_LE(0, fd);
	EXPECT_EQ(-EOPNOTSUPP, kipc_semaphore_open(&semaphore, name,
						   KIPC_READ | KIPC_WRITE));
	EXPECT_EQ(NULL, semaphore);
	EXPECT_EQ(-EOPNOTSUPP, kipc_semaphore_import(&semaphore, fd));
	EXPECT_EQ(NULL, semaphore);
	EXPECT_EQ(before + 1, count_descriptors());
	EXPECT_EQ(0, close(fd));
	fd = create_flags(mutex_args(1), UNKNOWN);
	ASSERT_LE(0, fd);
	EXPECT_EQ(-EOPNOTSUPP, kipc_mutex_import(&mutex, fd));
	EXPECT_EQ(0, close(fd));
}

TEST(a_name_made_for_it_goes)
{
	const struct kipc_semaphore_options options = {
		.flags = UNKNOWN | KIPC_EXCLUSIVE | KIPC_PERSIST,
	};
	struct kipc_semaphore *semaphore;
	unsigned int before = descriptors_with_device();

	EXPECT_EQ(-EOPNOTSUPP, kipc_semaphore_create(&semaphore,
						     unique_name(name, "unknown"),
						     &options));
	EXPECT_EQ(NULL, semaphore);
	EXPECT_EQ(-ENOENT, kipc_unlink(name));
	EXPECT_EQ(before, count_descriptors());
}

TEST(without_words_the_kernel_alone_has_to_know)
{
	const struct kipc_mailbox_options options = { .flags = UNKNOWN };
	struct kipc_mailbox *mailbox;

	ASSERT_EQ(0, kipc_mailbox_create(&mailbox, NULL, &options));
	EXPECT_EQ(0, kipc_mailbox_send(mailbox, "abc", 3, 0));
	kipc_mailbox_close(mailbox);
}

TEST(what_is_known_works)
{
	const struct kipc_mutex_options options = { .flags = KIPC_RECURSIVE };
	struct kipc_mutex *mutex;

	ASSERT_EQ(0, kipc_mutex_create(&mutex, NULL, &options));
	EXPECT_EQ(0, kipc_mutex_lock(mutex, 0));
	EXPECT_EQ(0, kipc_mutex_unlock(mutex, 0));
	kipc_mutex_close(mutex);
}

TEST_HARNESS_MAIN
