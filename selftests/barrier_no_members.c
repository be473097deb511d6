// SPDX-License-Identifier: GPL-2.0-only
/*
 * Barriers of KIPC_NO_MEMBERS: arrivals count, and the end of a party breaks
 * nothing. They behave like a pthread barrier that is shared between processes.
 */
#include "kipc_test.h"
#include "member.h"
#include "member_main.h"
#include "wait_child.h"
#include "word.h"

#define PARTIES		3

FIXTURE(ends) {
	int fd;
	struct member members[PARTIES];
	struct child a, b;
};

FIXTURE_VARIANT(ends) {
	enum end end;
	unsigned int flags;
};

FIXTURE_VARIANT_ADD(ends, by_kill) {
	.end = END_BY_KILL,
};

FIXTURE_VARIANT_ADD(ends, by_exit) {
	.end = END_BY_EXIT,
};

FIXTURE_VARIANT_ADD(ends, by_exec) {
	.end = END_BY_EXEC,
};

FIXTURE_VARIANT_ADD(ends, sealed_by_kill) {
	.end = END_BY_KILL,
	.flags = KIPC_SEALED,
};

FIXTURE_SETUP(ends)
{
	self->fd = create_flags(barrier_args(PARTIES),
				variant->flags | KIPC_NO_MEMBERS);
	ASSERT_LE(0, self->fd);
}

FIXTURE_TEARDOWN(ends)
{
	close(self->fd);
}

static int map_unless_sealed(struct member_shared *shared)
{
	struct kipc_info_args info;
	int ret = object_info(shared->fd, &info);

	if (ret || info.created & KIPC_SEALED)
		return ret;
	return words_map(&shared->words, shared->fd);
}

/*
 * Maps the words, arrives in one generation through the kernel, and ends
 * between two generations.
 */
static int meet_once(void *data)
{
	struct member_shared *shared = data;

	if (map_unless_sealed(shared) || barrier_wait(shared->fd) < 0)
		_exit(1);
	return member_await_end(shared);
}

/* The barrier goes on with a process that takes the place of the ended one. */
TEST_F(ends, between_two_generations)
{
	int i;

	for (i = 0; i < PARTIES; i++)
		member_start(&self->members[i], self->fd, variant->end,
			     meet_once, 0);
	for (i = 0; i < PARTIES; i++)
		wait_for_member(&self->members[i]);
	check_barrier(self->fd, 0, 1, 0);
	check_membership(self->fd, 0, PARTIES);
	for (i = 0; i < PARTIES; i++) {
		member_end(&self->members[i]);
		member_finish(&self->members[i]);
	}
	check_barrier(self->fd, 0, 1, 0);
	start_barrier_wait(&self->a, self->fd);
	start_barrier_wait(&self->b, self->fd);
	wait_for_waiters(self->fd, PARTIES - 1);
	EXPECT_EQ(KIPC_BARRIER_SERIAL, barrier_wait(self->fd));
	EXPECT_EQ(0, child_finish(&self->a));
	EXPECT_EQ(0, child_finish(&self->b));
	check_barrier(self->fd, 0, 2, 0);
}

FIXTURE(no_members) {
	int fd;
	struct words words;
	struct word *word;
	struct child a, b;
};

FIXTURE_SETUP(no_members)
{
	self->fd = create_flags(barrier_args(PARTIES), KIPC_NO_MEMBERS);
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, words_map(&self->words, self->fd));
	self->word = word_at(&self->words, 0);
}

FIXTURE_TEARDOWN(no_members)
{
	close(self->fd);
}

/*
 * The arrival of the killed waiter stands: the two other parties open the
 * barrier.
 */
TEST_F(no_members, killed_while_it_waits)
{
	start_barrier_wait(&self->a, self->fd);
	wait_for_waiters(self->fd, 1);
	EXPECT_EQ(CHILD_KILLED, child_kill(&self->a));
	EXPECT_EQ(0L, waiters(self->fd));
	check_barrier(self->fd, 1, 0, 0);
	start_barrier_wait(&self->b, self->fd);
	wait_for_waiters(self->fd, 1);
	EXPECT_EQ(KIPC_BARRIER_SERIAL, barrier_wait(self->fd));
	EXPECT_EQ(0, child_finish(&self->b));
	check_barrier(self->fd, 0, 1, 0);
}

/*
 * Arrives by the word and ends. This stands for a process that is killed in the
 * library before it enters the kernel to wait.
 */
static int arrive_by_word(void *data)
{
	struct word *word = data;
	__u64 left;

	return word_arrive(word, PARTIES, &left);
}

TEST_F(no_members, ended_after_it_arrived_by_the_word)
{
	child_start(&self->a, arrive_by_word, self->word);
	EXPECT_EQ(0, child_finish(&self->a));
	check_barrier(self->fd, 1, 0, 0);
	start_barrier_wait(&self->b, self->fd);
	wait_for_waiters(self->fd, 1);
	EXPECT_EQ(KIPC_BARRIER_SERIAL, barrier_wait(self->fd));
	EXPECT_EQ(0, child_finish(&self->b));
}

/* A timeout and an abort break this barrier like any other one. */
TEST_F(no_members, breaks_and_is_mended)
{
	EXPECT_EQ(-ETIMEDOUT, barrier_timedwait(self->fd, 1, 0));
	check_barrier(self->fd, 1, 0, ECANCELED);
	EXPECT_EQ(-ECANCELED, barrier_wait(self->fd));
	EXPECT_EQ(0, barrier_reset(self->fd));
	check_barrier(self->fd, 0, 0, 0);
	start_barrier_wait(&self->a, self->fd);
	wait_for_waiters(self->fd, 1);
	EXPECT_EQ(0, barrier_abort(self->fd));
	EXPECT_EQ(-ECANCELED, child_finish(&self->a));
}

/* The arrival of a killed waiter stands until a reset. */
TEST_F(no_members, reset_before_a_restart)
{
	start_barrier_wait(&self->a, self->fd);
	wait_for_waiters(self->fd, 1);
	EXPECT_EQ(CHILD_KILLED, child_kill(&self->a));
	EXPECT_EQ(0, barrier_reset(self->fd));
	check_barrier(self->fd, 0, 0, 0);
	EXPECT_EQ(-EAGAIN, barrier_trywait(self->fd));
}

/*
 * No process is attached, so no process can be told that another one has ended.
 */
TEST_F(no_members, knows_nobody)
{
	struct kipc_info_args info;

	EXPECT_EQ(-EINVAL, barrier_join(self->fd));
	EXPECT_EQ(-EINVAL, barrier_leave(self->fd));
	EXPECT_EQ(-EINVAL, object_watch(self->fd));
	EXPECT_EQ(0, object_info(self->fd, &info));
	EXPECT_EQ((__u32)KIPC_NO_MEMBERS, info.created);
	EXPECT_EQ(0U, info.attachment);
	EXPECT_EQ(-ENOENT, (int)fdinfo_number(self->fd, "kipc-attachments:"));
	check_membership(self->fd, 0, PARTIES);
}

/*
 * Arrives by the word that the child has inherited. The child need not map
 * anything itself.
 */
static int meet_by_inherited_word(void *data)
{
	FIXTURE_DATA(no_members) *self = data;
	__u64 left;
	int ret = word_arrive(self->word, PARTIES, &left);

	return ret ? ret : barrier_wait_arrived(self->fd, left);
}

TEST_F(no_members, mapping_is_inherited)
{
	child_start(&self->a, meet_by_inherited_word, self);
	wait_for_waiters(self->fd, 1);
	start_barrier_wait(&self->b, self->fd);
	wait_for_waiters(self->fd, 2);
	EXPECT_EQ(KIPC_BARRIER_SERIAL, barrier_wait(self->fd));
	EXPECT_EQ(0, child_finish(&self->a));
	EXPECT_EQ(0, child_finish(&self->b));
}

TEST_F(no_members, flags)
{
	struct kipc_list_entry entry;
	char name[64];
	int fd;

	EXPECT_EQ(-EINVAL, create_flags(barrier_args(PARTIES),
					KIPC_NO_MEMBERS | KIPC_DROP));
	EXPECT_EQ(-EINVAL, create_flags(mutex_args(1), KIPC_NO_MEMBERS));
	EXPECT_EQ(-EINVAL, create_flags(semaphore_args(1, 0, 1),
					KIPC_NO_MEMBERS));
	unique_name(name, "flags");
	fd = create_named(barrier_args(PARTIES), name, KIPC_NO_MEMBERS);
	ASSERT_LE(0, fd);
	EXPECT_EQ(1, list_find(name, &entry));
	EXPECT_EQ((__u32)KIPC_NO_MEMBERS, entry.flags);
	/*
	 * Creating a barrier of another kind under the name does not open this
	 * one.
	 */
	EXPECT_EQ(-EINVAL, create_named(barrier_args(PARTIES), name, 0));
	close(fd);
}

int main(int argc, char **argv)
{
	return member_main(argc, argv);
}
