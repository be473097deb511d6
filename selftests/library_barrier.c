// SPDX-License-Identifier: GPL-2.0-only
/* libkipc: barriers. */
#include "kipc_test.h"
#include "library.h"
#include "wait_child.h"

#define GENERATIONS	1000
#define PARTIES		3

static int run_party(void *data)
{
	struct kipc_barrier *barrier = data;
	int i, ret, serials = 0;

	for (i = 0; i < GENERATIONS; i++) {
		ret = kipc_barrier_wait(barrier);
		if (ret < 0)
			return ret;
		serials += ret;
	}
	return serials;
}

TEST(barrier_has_one_serial_party_a_generation)
{
	const struct kipc_barrier_options options = { .parties = PARTIES };
	struct kipc_barrier_state_args state;
	struct child children[PARTIES];
	struct kipc_barrier *barrier;
	int i, ret, serials = 0;

	ASSERT_EQ(0, kipc_barrier_create(&barrier, NULL, &options));
	for (i = 0; i < PARTIES; i++)
		child_start(&children[i], run_party, barrier);
	for (i = 0; i < PARTIES; i++) {
		ret = child_finish(&children[i]);
		EXPECT_LE(0, ret);
		serials += ret;
	}
	EXPECT_EQ(GENERATIONS, serials);
	EXPECT_EQ(0, kipc_barrier_state(barrier, &state));
	EXPECT_EQ(GENERATIONS, state.generation);
	EXPECT_EQ(0, state.arrived);
	kipc_barrier_close(barrier);
}

TEST(barrier_breaks_and_is_mended)
{
	const struct kipc_barrier_options options = { .parties = 2 };
	struct kipc_barrier_state_args state;
	struct kipc_barrier *barrier;

	ASSERT_EQ(0, kipc_barrier_create(&barrier, NULL, &options));
	EXPECT_EQ(-ETIMEDOUT, kipc_barrier_timedwait(barrier, 1, 0));
	EXPECT_EQ(-ECANCELED, kipc_barrier_wait(barrier));
	EXPECT_EQ(-ECANCELED, kipc_barrier_trywait(barrier));
	EXPECT_EQ(0, kipc_barrier_state(barrier, &state));
	EXPECT_EQ(ECANCELED, state.broken);
	EXPECT_EQ(0, kipc_barrier_reset(barrier));
	EXPECT_EQ(-EAGAIN, kipc_barrier_trywait(barrier));
	EXPECT_EQ(0, kipc_barrier_abort(barrier));
	EXPECT_EQ(-ECANCELED, kipc_barrier_wait(barrier));
	EXPECT_EQ(-EINVAL, kipc_barrier_timedwait(barrier, -1, 0));
	EXPECT_EQ(-EINVAL, kipc_barrier_timedwait(barrier, 1, KIPC_TRY));
	kipc_barrier_close(barrier);
}

/* A child that arrives and ends, with or without closing its handle. */

struct ending {
	struct kipc_barrier *barrier;
	bool closes;
};

static int run_ending(void *data)
{
	const struct ending *ending = data;
	int ret = kipc_barrier_wait(ending->barrier);

	if (ending->closes)
		kipc_barrier_close(ending->barrier);
	return ret;
}

/*
 * Returns the state of the barrier after a child has met this process there and
 * ended: 0, or the reason why the barrier is broken.
 */
static int end_at_barrier(__u32 flags, bool closes)
{
	const struct kipc_barrier_options options = {
		.flags = flags, .parties = 2,
	};
	struct ending ending = { .closes = closes };
	struct kipc_barrier_state_args state;
	struct child child;
	int ret;

	ret = kipc_barrier_create(&ending.barrier, NULL, &options);
	if (ret)
		return ret;
	child_start(&child, run_ending, &ending);
	ret = kipc_barrier_wait(ending.barrier) + child_finish(&child);
	if (ret == KIPC_BARRIER_SERIAL)
		ret = kipc_barrier_state(ending.barrier, &state) ?:
		      -(int)state.broken;
	kipc_barrier_close(ending.barrier);
	return ret;
}

TEST(barrier_tells_a_regular_end_from_a_death)
{
	EXPECT_EQ(0, end_at_barrier(0, true));
	EXPECT_EQ(-EOWNERDEAD, end_at_barrier(0, false));
	EXPECT_EQ(0, end_at_barrier(KIPC_SEALED, true));
	EXPECT_EQ(-EOWNERDEAD, end_at_barrier(KIPC_SEALED, false));
	EXPECT_EQ(0, end_at_barrier(KIPC_DROP, true));
	EXPECT_EQ(0, end_at_barrier(KIPC_DROP, false));
	EXPECT_EQ(0, end_at_barrier(KIPC_NO_MEMBERS, true));
	EXPECT_EQ(0, end_at_barrier(KIPC_NO_MEMBERS, false));
	EXPECT_EQ(0, end_at_barrier(KIPC_NO_MEMBERS | KIPC_SEALED, false));
}

static __u32 members(struct kipc_barrier *barrier)
{
	struct kipc_barrier_state_args state;

	return kipc_barrier_state(barrier, &state) ? KIPC_POISON_32 :
						     state.members;
}

/* Each handle joins and leaves on its own. */
TEST(barrier_has_a_member_until_the_last_handle)
{
	const struct kipc_barrier_options options = { .parties = 2 };
	struct kipc_barrier *barriers[2];

	ASSERT_EQ(0, kipc_barrier_create(&barriers[0], NULL, &options));
	ASSERT_EQ(0, kipc_barrier_import(&barriers[1],
					 dup(kipc_barrier_fd(barriers[0]))));
	EXPECT_EQ(-EPERM, kipc_barrier_leave(barriers[0]));
	EXPECT_EQ(0, kipc_barrier_join(barriers[0]));
	EXPECT_EQ(0, kipc_barrier_join(barriers[0]));
	EXPECT_EQ(-ETIMEDOUT, kipc_barrier_timedwait(barriers[1], 1, 0));
	EXPECT_EQ(1U, members(barriers[1]));
	kipc_barrier_close(barriers[0]);
	EXPECT_EQ(1U, members(barriers[1]));
	EXPECT_EQ(0, kipc_barrier_leave(barriers[1]));
	EXPECT_EQ(0U, members(barriers[1]));
	EXPECT_EQ(-EPERM, kipc_barrier_leave(barriers[1]));
	kipc_barrier_close(barriers[1]);
}

/* A try that fails makes no member; a try that arrives does. */
TEST(barrier_trywait_may_make_a_member)
{
	const struct kipc_barrier_options options = { .parties = 2 };
	struct kipc_barrier *barrier;
	struct child child;

	ASSERT_EQ(0, kipc_barrier_create(&barrier, NULL, &options));
	EXPECT_EQ(-EAGAIN, kipc_barrier_trywait(barrier));
	EXPECT_EQ(0U, members(barrier));
	start_barrier_wait(&child, kipc_barrier_fd(barrier));
	wait_for_waiters(kipc_barrier_fd(barrier), 1);
	EXPECT_EQ(KIPC_BARRIER_SERIAL, kipc_barrier_trywait(barrier));
	EXPECT_EQ(0, child_finish(&child));
	EXPECT_EQ(1U, members(barrier));
	EXPECT_EQ(0, kipc_barrier_leave(barrier));
	EXPECT_EQ(0U, members(barrier));
	kipc_barrier_close(barrier);
}

TEST(barrier_of_any_number_of_parties)
{
	const struct kipc_barrier_options options = {
		.flags = KIPC_DROP, .parties = 2,
	};
	struct kipc_barrier *barrier;

	ASSERT_EQ(0, kipc_barrier_create(&barrier, NULL, &options));
	EXPECT_EQ(0, kipc_barrier_join(barrier));
	EXPECT_EQ(0, kipc_barrier_join(barrier));
	EXPECT_EQ(-EAGAIN, kipc_barrier_trywait(barrier));
	EXPECT_EQ(0, kipc_barrier_leave(barrier));
	EXPECT_EQ(KIPC_BARRIER_SERIAL, kipc_barrier_wait(barrier));
	EXPECT_EQ(0, kipc_barrier_leave(barrier));
	EXPECT_EQ(-EPERM, kipc_barrier_leave(barrier));
	kipc_barrier_close(barrier);
}

/* Every party is a child, and none of them maps anything itself. */
TEST(barrier_without_members)
{
	const struct kipc_barrier_options options = {
		.flags = KIPC_NO_MEMBERS, .parties = PARTIES,
	};
	struct child children[PARTIES];
	struct kipc_barrier *barrier;
	int i, serials = 0;

	ASSERT_EQ(0, kipc_barrier_create(&barrier, NULL, &options));
	EXPECT_EQ(-EINVAL, kipc_barrier_join(barrier));
	EXPECT_EQ(-EINVAL, kipc_barrier_leave(barrier));
	for (i = 0; i < PARTIES; i++)
		child_start(&children[i], run_party, barrier);
	for (i = 0; i < PARTIES; i++)
		serials += child_finish(&children[i]);
	EXPECT_EQ(GENERATIONS, serials);
	EXPECT_EQ(0U, members(barrier));
	kipc_barrier_close(barrier);
}

TEST(sealed_barrier_works_alike)
{
	const struct kipc_barrier_options options = {
		.flags = KIPC_SEALED, .parties = PARTIES,
	};
	struct child children[PARTIES];
	struct kipc_barrier *barrier;
	int i, serials = 0;

	ASSERT_EQ(0, kipc_barrier_create(&barrier, NULL, &options));
	for (i = 0; i < PARTIES; i++)
		child_start(&children[i], run_party, barrier);
	for (i = 0; i < PARTIES; i++)
		serials += child_finish(&children[i]);
	EXPECT_EQ(GENERATIONS, serials);
	kipc_barrier_close(barrier);
}

TEST_HARNESS_MAIN
