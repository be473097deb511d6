// SPDX-License-Identifier: GPL-2.0-only
/* libkipc: semaphores. */
#include "kipc_test.h"
#include "library.h"

static char name[64];

TEST(semaphore_defaults)
{
	struct kipc_semaphore *semaphore;
	__u32 value = 1;

	ASSERT_EQ(0, kipc_semaphore_create(&semaphore, NULL, NULL));
	EXPECT_EQ(0, kipc_semaphore_value(semaphore, 0, &value));
	EXPECT_EQ(0, value);
	EXPECT_EQ(0, kipc_semaphore_post(semaphore, 0, KIPC_SEMAPHORE_MAX));
	EXPECT_EQ(-EOVERFLOW, kipc_semaphore_post(semaphore, 0, 1));
	EXPECT_EQ(-EINVAL, kipc_semaphore_post(semaphore, 1, 1));
	kipc_semaphore_close(semaphore);
}

TEST(semaphore_verbs)
{
	const struct kipc_semaphore_options options = {
		.elements = 3, .initial = 1, .max = 2,
	};
	struct kipc_semaphore *semaphore;
	__u32 value;

	ASSERT_EQ(0, kipc_semaphore_create(&semaphore, NULL, &options));
	EXPECT_EQ(0, kipc_semaphore_post(semaphore, 2, 1));
	EXPECT_EQ(0, kipc_semaphore_value(semaphore, 2, &value));
	EXPECT_EQ(2, value);
	EXPECT_EQ(0, kipc_semaphore_wait(semaphore, 2, 2));
	EXPECT_EQ(-EAGAIN, kipc_semaphore_trywait(semaphore, 2, 1));
	EXPECT_EQ(0, kipc_semaphore_trywait(semaphore, 1, 1));
	EXPECT_EQ(-ETIMEDOUT,
		  kipc_semaphore_timedwait(semaphore, 1, 1, 1, 0));
	EXPECT_EQ(-ETIMEDOUT, kipc_semaphore_timedwait(semaphore, 1, 1,
						       kipc_deadline(1000), 0));
	EXPECT_EQ(-ETIMEDOUT, kipc_semaphore_timedwait(semaphore, 1, 1, 1,
						       KIPC_REALTIME));
	EXPECT_EQ(-EINVAL, kipc_semaphore_value(semaphore, 3, &value));
	EXPECT_EQ(-EINVAL, kipc_semaphore_post(semaphore, 3, 1));
	EXPECT_EQ(-EINVAL, kipc_semaphore_wait(semaphore, 3, 1));
	EXPECT_EQ(-EINVAL, kipc_semaphore_trywait(semaphore, 3, 1));
	kipc_semaphore_close(semaphore);
}

/* Counts that are impossible fail at once, whatever the number of units. */
TEST(semaphore_impossible_counts)
{
	const struct kipc_semaphore_options options = { .initial = 2, .max = 2 };
	struct kipc_semaphore *semaphore;

	ASSERT_EQ(0, kipc_semaphore_create(&semaphore, NULL, &options));
	EXPECT_EQ(-EINVAL, kipc_semaphore_wait(semaphore, 0, 3));
	EXPECT_EQ(-EINVAL, kipc_semaphore_trywait(semaphore, 0, 3));
	EXPECT_EQ(-EINVAL, kipc_semaphore_timedwait(semaphore, 0, 3, 1, 0));
	EXPECT_EQ(-EOVERFLOW, kipc_semaphore_post(semaphore, 0, UINT32_MAX));
	EXPECT_EQ(-EINVAL, kipc_semaphore_post(semaphore, 0, 0));
	EXPECT_EQ(-EINVAL, kipc_semaphore_wait(semaphore, 0, 0));
	EXPECT_EQ(-EINVAL, kipc_semaphore_trywait(semaphore, 0, 0));
	EXPECT_EQ(0, kipc_semaphore_wait(semaphore, 0, 2));
	EXPECT_EQ(-EINVAL, kipc_semaphore_wait(semaphore, 0, 3));
	EXPECT_EQ(-EINVAL, kipc_semaphore_trywait(semaphore, 0, 3));
	kipc_semaphore_close(semaphore);
}

static int post_when_asleep(void *data)
{
	struct kipc_semaphore *semaphore = data;

	/* There are no units, but a bit of the word tells of a waiter. */
	wait_until(__atomic_load_n(semaphore->words.base, __ATOMIC_RELAXED));
	return kipc_semaphore_post(semaphore, 0, 1);
}

TEST(semaphore_wait_sleeps_until_posted)
{
	struct kipc_semaphore *semaphore;
	struct child child;

	ASSERT_EQ(0, kipc_semaphore_create(&semaphore, NULL, NULL));
	child_start(&child, post_when_asleep, semaphore);
	EXPECT_EQ(0, kipc_semaphore_wait(semaphore, 0, 1));
	EXPECT_EQ(0, child_finish(&child));
	EXPECT_EQ(0, *semaphore->words.base);
	kipc_semaphore_close(semaphore);
}

TEST(semaphore_without_words_works_alike)
{
	const struct kipc_semaphore_options options = {
		.flags = KIPC_SEALED, .max = 1,
	};
	struct kipc_semaphore *semaphore;

	ASSERT_EQ(0, kipc_semaphore_create(&semaphore, NULL, &options));
	EXPECT_EQ(0, kipc_semaphore_post(semaphore, 0, 1));
	EXPECT_EQ(-EOVERFLOW, kipc_semaphore_post(semaphore, 0, 1));
	EXPECT_EQ(0, kipc_semaphore_trywait(semaphore, 0, 1));
	EXPECT_EQ(-EAGAIN, kipc_semaphore_trywait(semaphore, 0, 1));
	EXPECT_EQ(-ETIMEDOUT, kipc_semaphore_timedwait(semaphore, 0, 1, 1, 0));
	kipc_semaphore_close(semaphore);
}

TEST(semaphore_opened_for_less_works_within_that)
{
	struct kipc_semaphore *full, *reader, *writer;
	__u32 value;

	ASSERT_EQ(0, kipc_semaphore_create(&full, unique_name(name, "library"), NULL));
	ASSERT_EQ(0, kipc_semaphore_open(&reader, name, KIPC_READ));
	ASSERT_EQ(0, kipc_semaphore_open(&writer, name, KIPC_WRITE));
	EXPECT_EQ(0, kipc_semaphore_post(writer, 0, 2));
	EXPECT_EQ(0, kipc_semaphore_trywait(full, 0, 1));
	EXPECT_EQ(0, kipc_semaphore_value(reader, 0, &value));
	EXPECT_EQ(1, value);
	EXPECT_EQ(-EBADF, kipc_semaphore_post(reader, 0, 1));
	EXPECT_EQ(-EBADF, kipc_semaphore_trywait(reader, 0, 1));
	value = 0;
	EXPECT_EQ(0, kipc_semaphore_value(writer, 0, &value));
	EXPECT_EQ(1, value);
	kipc_semaphore_close(full);
	kipc_semaphore_close(reader);
	kipc_semaphore_close(writer);
}

TEST(child_uses_its_parents_handle)
{
	struct kipc_semaphore *semaphore;
	pid_t child;

	ASSERT_EQ(0, kipc_semaphore_create(&semaphore, NULL, NULL));
	child = child_fork();
	if (!child)
		_exit(kipc_semaphore_post(semaphore, 0, 5) ? 1 : 0);
	ASSERT_EQ(0, child_wait(child));
	EXPECT_EQ(0, kipc_semaphore_trywait(semaphore, 0, 5));
	kipc_semaphore_close(semaphore);
}

/* Posts and waits in one call at the other end. */
static int answer_when_asleep(void *data)
{
	struct kipc_semaphore **semaphores = data;

	/* There are no units, but a bit of the word tells of a waiter. */
	wait_until(__atomic_load_n(semaphores[1]->words.base, __ATOMIC_RELAXED));
	return kipc_semaphore_wait(semaphores[0], 0, 1) ?:
	       kipc_semaphore_post_wait(semaphores[1], 0, 1, semaphores[0], 0,
					1);
}

TEST(semaphore_posts_and_waits)
{
	struct kipc_semaphore *semaphores[2];
	struct child child;

	ASSERT_EQ(0, kipc_semaphore_create(&semaphores[0], NULL, NULL));
	ASSERT_EQ(0, kipc_semaphore_create(&semaphores[1], NULL, NULL));
	child_start(&child, answer_when_asleep, semaphores);
	EXPECT_EQ(0, kipc_semaphore_post_wait(semaphores[0], 0, 1,
					      semaphores[1], 0, 1));
	EXPECT_EQ(0, kipc_semaphore_post(semaphores[0], 0, 1));
	EXPECT_EQ(0, child_finish(&child));
	EXPECT_EQ(0, *semaphores[0]->words.base);
	EXPECT_EQ(0, *semaphores[1]->words.base);
	kipc_semaphore_close(semaphores[0]);
	kipc_semaphore_close(semaphores[1]);
}

static int post_wait(struct kipc_semaphore *semaphore, unsigned int element,
		     unsigned int count, unsigned int wait_element,
		     unsigned int wait_count)
{
	return kipc_semaphore_post_timedwait(semaphore, element, count,
					     semaphore, wait_element,
					     wait_count, 1, 0);
}

static void check_post_wait(struct __test_metadata *_metadata, __u32 flags)
{
	const struct kipc_semaphore_options options = {
		.flags = flags, .elements = 2, .initial = 1, .max = 3,
	};
	struct kipc_semaphore *semaphore;
	__u32 posted, awaited;

	ASSERT_EQ(0, kipc_semaphore_create(&semaphore, NULL, &options));
	EXPECT_EQ(-EOVERFLOW, post_wait(semaphore, 0, 3, 1, 1));
	EXPECT_EQ(-EINVAL, post_wait(semaphore, 0, 0, 1, 1));
	EXPECT_EQ(-EINVAL, post_wait(semaphore, 2, 1, 1, 1));
	EXPECT_EQ(-EINVAL, post_wait(semaphore, 0, 1, 2, 1));
	EXPECT_EQ(-EINVAL, post_wait(semaphore, 0, 1, 1, 0));
	EXPECT_EQ(-EINVAL, post_wait(semaphore, 0, 1, 1, 4));
	EXPECT_EQ(-EINVAL, kipc_semaphore_post_timedwait(semaphore, 0, 1,
							 semaphore, 1, 1, -1,
							 0));
	EXPECT_EQ(-EINVAL, kipc_semaphore_post_timedwait(semaphore, 0, 1,
							 semaphore, 1, 1, 1,
							 KIPC_TRY));
	EXPECT_EQ(0, post_wait(semaphore, 0, 1, 1, 1));
	EXPECT_EQ(-ETIMEDOUT, post_wait(semaphore, 0, 1, 1, 1));
	EXPECT_EQ(0, kipc_semaphore_value(semaphore, 0, &posted));
	EXPECT_EQ(0, kipc_semaphore_value(semaphore, 1, &awaited));
	EXPECT_EQ(3U, posted);
	EXPECT_EQ(0U, awaited);
	EXPECT_EQ(0, kipc_semaphore_trywait(semaphore, 0, 3));
	EXPECT_EQ(0, post_wait(semaphore, 0, 1, 0, 1));
	kipc_semaphore_close(semaphore);
}

TEST(semaphore_post_wait_by_the_words)
{
	check_post_wait(_metadata, 0);
}

TEST(semaphore_post_wait_by_the_kernel)
{
	check_post_wait(_metadata, KIPC_SEALED);
}

/* The call posts nothing if it is known that it may not wait. */
TEST(semaphore_post_wait_without_access)
{
	const struct kipc_semaphore_options undo = { .flags = KIPC_UNDO };
	struct kipc_semaphore *full, *reader, *holder;
	__u32 value;

	ASSERT_EQ(0, kipc_semaphore_create(&full, unique_name(name, "both"), NULL));
	ASSERT_EQ(0, kipc_semaphore_open(&reader, name, KIPC_READ));
	EXPECT_EQ(-EBADF, kipc_semaphore_post_wait(full, 0, 1, reader, 0, 1));
	ASSERT_EQ(0, kipc_semaphore_create(&holder, unique_name(name, "undo"), &undo));
	kipc_semaphore_close(reader);
	ASSERT_EQ(0, kipc_semaphore_open(&reader, name, KIPC_WRITE));
	kipc_semaphore_close(holder);
	EXPECT_EQ(-ENXIO, kipc_semaphore_post_wait(full, 0, 1, reader, 0, 1));
	EXPECT_EQ(0, kipc_semaphore_value(full, 0, &value));
	EXPECT_EQ(0U, value);
	kipc_semaphore_close(full);
	kipc_semaphore_close(reader);
}

static int take_and_end(void *data)
{
	struct kipc_semaphore *semaphore = data;

	return kipc_semaphore_wait(semaphore, 1, 2) ?:
	       kipc_semaphore_post(semaphore, 1, 1);
}

TEST(semaphore_gets_back_what_the_dead_held)
{
	struct kipc_semaphore_options options = {
		.flags = KIPC_UNDO, .elements = 2, .initial = 3, .max = 3,
	};
	struct kipc_semaphore *semaphore;
	struct child child;
	__u32 value;

	ASSERT_EQ(0, kipc_semaphore_create(&semaphore, NULL, &options));
	EXPECT_EQ(0, kipc_semaphore_trywait(semaphore, 1, 1));
	child_start(&child, take_and_end, semaphore);
	EXPECT_EQ(0, child_finish(&child));
	EXPECT_EQ(0, kipc_semaphore_value(semaphore, 1, &value));
	EXPECT_EQ(2U, value);
	EXPECT_EQ(0, kipc_semaphore_timedwait(semaphore, 1, 2, 1, 0));
	EXPECT_EQ(-EAGAIN, kipc_semaphore_trywait(semaphore, 1, 1));
	EXPECT_EQ(0, kipc_semaphore_post(semaphore, 1, 3));
	EXPECT_EQ(-EOVERFLOW, kipc_semaphore_post(semaphore, 1, 1));
	kipc_semaphore_close(semaphore);
}

TEST_HARNESS_MAIN
