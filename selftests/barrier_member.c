// SPDX-License-Identifier: GPL-2.0-only
/*
 * Members of a barrier. A member may end in any way and at any point; the other
 * parties are told of its end instead of waiting for it for ever.
 */
#include "kipc_test.h"
#include "flag.h"
#include "member.h"
#include "member_main.h"
#include "mutex_word.h"
#include "party.h"
#include "wait_child.h"
#include "waiting_thread.h"
#include "word.h"

#define PARTIES		3

/* ------------------------------------------------------------------------ */
/* Ends of a member                                                         */
/* ------------------------------------------------------------------------ */

FIXTURE(ends) {
	int fd;
	struct words words;
	struct word *word;
	struct member member;
	struct child a;
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

FIXTURE_VARIANT_ADD(ends, by_unmap) {
	.end = END_BY_UNMAP,
};

FIXTURE_VARIANT_ADD(ends, sealed_by_kill) {
	.end = END_BY_KILL,
	.flags = KIPC_SEALED,
};

FIXTURE_SETUP(ends)
{
	self->fd = create_flags(barrier_args(PARTIES), variant->flags);
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, words_attach(&self->words, self->fd));
	self->word = word_at(&self->words, 0);
}

FIXTURE_TEARDOWN(ends)
{
	close(self->fd);
}

/*
 * Arrives by the word as a party that is not the last. Returns the word after
 * the arrival, or KIPC_SLOW if the kernel owns the word.
 */
static __u64 arrive(struct word *word)
{
	__u64 old;

	do {
		old = word_load(word);
		if (old & KIPC_SLOW)
			return KIPC_SLOW;
	} while (!word_swap(word, old, old + 1));
	return old + 1;
}

static int join_and_arrive(void *data)
{
	struct member_shared *shared = data;

	if (member_attach(shared) || barrier_join(shared->fd) ||
	    arrive(word_at(&shared->words, 0)) == KIPC_SLOW)
		_exit(1);
	return member_await_end(shared);
}

static int join_and_leave(void *data)
{
	struct member_shared *shared = data;

	if (member_attach(shared) || barrier_join(shared->fd) ||
	    barrier_leave(shared->fd))
		_exit(1);
	return member_await_end(shared);
}

static int attach_only(void *data)
{
	struct member_shared *shared = data;

	if (member_attach(shared))
		_exit(1);
	return member_await_end(shared);
}

static __u32 broken(int fd)
{
	struct kipc_barrier_state_args state;

	return barrier_state(fd, &state) ? KIPC_POISON_32 : state.broken;
}

/*
 * A survivor that waits in the kernel is told of the end, and so is a party
 * that arrives later. A reset repairs the barrier for good.
 */
TEST_F(ends, that_joined)
{
	member_start(&self->member, self->fd, variant->end, party_join, 0);
	wait_for_member(&self->member);
	check_membership(self->fd, 1, PARTIES);
	start_barrier_wait(&self->a, self->fd);
	wait_for_waiters(self->fd, 1);
	member_end(&self->member);
	EXPECT_EQ(-EOWNERDEAD, child_finish(&self->a));
	EXPECT_EQ(-EOWNERDEAD, barrier_wait(self->fd));
	EXPECT_EQ(-EOWNERDEAD, barrier_trywait(self->fd));
	check_membership(self->fd, 0, PARTIES);
	EXPECT_EQ(0, barrier_reset(self->fd));
	member_finish(&self->member);
	check_barrier(self->fd, 0, 0, 0);
}

/* The member ends between the compare-and-swap and the system call. */
TEST_F(ends, that_arrived_by_the_word)
{
	if (variant->flags & KIPC_SEALED)
		SKIP(return, "a sealed barrier has no word to arrive by");
	member_start(&self->member, self->fd, variant->end, join_and_arrive, 0);
	wait_for_member(&self->member);
	check_barrier(self->fd, 1, 0, 0);
	start_barrier_wait(&self->a, self->fd);
	wait_for_waiters(self->fd, 1);
	member_end(&self->member);
	EXPECT_EQ(-EOWNERDEAD, child_finish(&self->a));
	member_finish(&self->member);
	EXPECT_EQ(-EOWNERDEAD, barrier_wait(self->fd));
}

/* The survivor has arrived by the word too and spins on it. */
TEST_F(ends, while_a_survivor_spins)
{
	__u64 left, now;

	if (variant->flags & KIPC_SEALED)
		SKIP(return, "a sealed barrier has no word to arrive by");
	member_start(&self->member, self->fd, variant->end, party_join, 0);
	wait_for_member(&self->member);
	left = arrive(self->word);
	member_end(&self->member);
	/* The kernel owns the word while it breaks the barrier. */
	wait_until(((now = word_load(self->word)) & KIPC_BARRIER_BROKEN) &&
		   !(now & KIPC_SLOW));
	EXPECT_EQ(left | KIPC_BARRIER_BROKEN | KIPC_BARRIER_DIED, now);
	EXPECT_EQ(-EOWNERDEAD, barrier_wait_arrived(self->fd, left));
	member_finish(&self->member);
}

/* An arrival through the kernel is enough to become a member. */
TEST_F(ends, that_took_part)
{
	member_start(&self->member, self->fd, variant->end, party_meet, 0);
	start_barrier_wait(&self->a, self->fd);
	wait_for_waiters(self->fd, 2);
	check_membership(self->fd, 1, PARTIES);
	EXPECT_EQ(KIPC_BARRIER_SERIAL, barrier_wait(self->fd));
	EXPECT_EQ(0, child_finish(&self->a));
	wait_for_member(&self->member);
	check_membership(self->fd, 2, PARTIES);
	start_barrier_wait(&self->a, self->fd);
	wait_for_waiters(self->fd, 1);
	member_end(&self->member);
	EXPECT_EQ(-EOWNERDEAD, child_finish(&self->a));
	member_finish(&self->member);
	check_membership(self->fd, 1, PARTIES);
}

/*
 * A generation that has opened before the end is over, even for a party that
 * looks at the result only afterwards.
 */
TEST_F(ends, after_it_opened)
{
	__u64 left;

	if (variant->flags & KIPC_SEALED)
		SKIP(return, "a sealed barrier has no word to arrive by");
	left = arrive(self->word);
	member_start(&self->member, self->fd, variant->end, party_meet, 0);
	wait_for_waiters(self->fd, 1);
	EXPECT_EQ(KIPC_BARRIER_SERIAL, barrier_wait(self->fd));
	wait_for_member(&self->member);
	member_end(&self->member);
	wait_until(broken(self->fd) == EOWNERDEAD);
	EXPECT_EQ(0, barrier_wait_arrived(self->fd, left));
	member_finish(&self->member);
}

/* Members whose end does not break the barrier. */

TEST_F(ends, that_left)
{
	member_start(&self->member, self->fd, variant->end, join_and_leave, 0);
	wait_for_member(&self->member);
	check_membership(self->fd, 0, PARTIES);
	start_barrier_wait(&self->a, self->fd);
	wait_for_waiters(self->fd, 1);
	member_end(&self->member);
	member_finish(&self->member);
	check_barrier(self->fd, 1, 0, 0);
	EXPECT_EQ(0, barrier_reset(self->fd));
	EXPECT_EQ(-ECANCELED, child_finish(&self->a));
}

TEST_F(ends, that_never_came)
{
	member_start(&self->member, self->fd, variant->end, attach_only, 0);
	wait_for_member(&self->member);
	check_membership(self->fd, 0, PARTIES);
	member_end(&self->member);
	member_finish(&self->member);
	check_barrier(self->fd, 0, 0, 0);
}

/* The barrier keeps the first reason for which it was broken. */
TEST_F(ends, when_it_is_broken)
{
	member_start(&self->member, self->fd, variant->end, party_join, 0);
	wait_for_member(&self->member);
	EXPECT_EQ(-ETIMEDOUT, barrier_timedwait(self->fd, 1, 0));
	member_end(&self->member);
	member_finish(&self->member);
	check_barrier(self->fd, 1, 0, ECANCELED);
	EXPECT_EQ(-ECANCELED, barrier_wait(self->fd));
	EXPECT_EQ(0, barrier_reset(self->fd));
	check_barrier(self->fd, 0, 0, 0);
}

/* ------------------------------------------------------------------------ */
/* Members that are killed while they wait                                  */
/* ------------------------------------------------------------------------ */

static int attach_and_wait_arrived(void *data)
{
	struct member_shared *shared = data;

	if (member_attach(shared) || barrier_join(shared->fd))
		_exit(1);
	return barrier_wait_arrived(shared->fd,
				    arrive(word_at(&shared->words, 0)));
}

FIXTURE(member) {
	int fd;
	struct words words;
	struct word *word;
	struct member a, b;
};

FIXTURE_SETUP(member)
{
	self->fd = create(barrier_args(PARTIES));
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, words_map(&self->words, self->fd));
	self->word = word_at(&self->words, 0);
}

FIXTURE_TEARDOWN(member)
{
	close(self->fd);
}

/*
 * A death breaks the barrier only once, however long the process takes to end.
 */
TEST_F_TIMEOUT(member, killed_while_it_waits, 100)
{
	int i, rounds = scaled(100);

	words_unmap(&self->words);
	for (i = 0; i < rounds; i++) {
		member_start(&self->a, self->fd, END_BY_KILL,
			     i & 1 ? party_wait : attach_and_wait_arrived,
			     0);
		wait_for_waiters(self->fd, 1);
		member_end(&self->a);
		EXPECT_EQ(-EOWNERDEAD, barrier_wait(self->fd));
		EXPECT_EQ(0, barrier_reset(self->fd));
		EXPECT_EQ(CHILD_KILLED, member_finish(&self->a));
		check_barrier(self->fd, 0, 0, 0);
	}
	check_membership(self->fd, 0, PARTIES);
}

/* Once the process has ended, nothing breaks the barrier after a reset. */
TEST_F_TIMEOUT(member, killed_with_its_threads, 100)
{
	int i, rounds = scaled(50);

	words_unmap(&self->words);
	for (i = 0; i < rounds; i++) {
		member_start(&self->a, self->fd, END_BY_KILL,
			     party_wait_in_thread, 0);
		wait_for_member(&self->a);
		member_end(&self->a);
		EXPECT_EQ(-EOWNERDEAD, barrier_wait(self->fd));
		EXPECT_EQ(CHILD_KILLED, member_finish(&self->a));
		EXPECT_EQ(0, barrier_reset(self->fd));
		check_barrier(self->fd, 0, 0, 0);
		check_membership(self->fd, 0, PARTIES);
	}
}

/*
 * Arrives all the time, by the word and through the kernel, until it is killed.
 */
static int meet_until_killed(void *data)
{
	struct member_shared *shared = data;
	struct word *word;
	__u64 old, new;
	bool last;

	if (member_attach(shared) || barrier_join(shared->fd))
		_exit(1);
	word = word_at(&shared->words, 0);
	flag_raise(&shared->ready);
	for (;;) {
		old = word_load(word);
		if (old & KIPC_SLOW) {
			barrier_wait(shared->fd);
			continue;
		}
		last = (old & KIPC_BARRIER_ARRIVED) + 1 == PARTIES;
		new = last ? (old | KIPC_BARRIER_ARRIVED) -
			     KIPC_BARRIER_ARRIVED +
			     (1ULL << KIPC_BARRIER_SHIFT) : old + 1;
		if (!(old & KIPC_BARRIER_BROKEN) && word_swap(word, old, new) &&
		    !last)
			barrier_wait_arrived(shared->fd, new);
	}
	return 0;
}

/* The two members that are left are told, wherever the member was killed. */
TEST_F_TIMEOUT(member, killed_wherever_it_is, 100)
{
	struct member members[PARTIES];
	int i, j, rounds = scaled(100);

	for (i = 0; i < rounds; i++) {
		for (j = 0; j < PARTIES; j++)
			member_start(&members[j], self->fd, END_BY_KILL,
				     meet_until_killed, 0);
		for (j = 0; j < PARTIES; j++)
			wait_for_member(&members[j]);
		member_end(&members[i % PARTIES]);
		wait_until(broken(self->fd));
		EXPECT_EQ((__u32)EOWNERDEAD, broken(self->fd));
		for (j = 0; j < PARTIES; j++) {
			member_end(&members[j]);
			member_finish(&members[j]);
		}
		EXPECT_EQ(0, barrier_reset(self->fd));
	}
	check_membership(self->fd, 0, PARTIES);
	EXPECT_EQ(0L, waiters(self->fd));
}

/*
 * Unmaps the words while another thread of the process waits. That thread is
 * told like any other party.
 */
static int unmap_under_waiter(void *data)
{
	struct waiting_thread waiter;
	struct member_shared *shared = data;

	if (member_attach(shared) ||
	    thread_start(&waiter, shared->fd, barrier_wait))
		_exit(1);
	wait_until(waiters(shared->fd) == shared->value);
	words_unmap(&shared->words);
	return thread_finish(&waiter);
}

TEST_F(member, unmapped_while_a_thread_waits)
{
	member_start(&self->a, self->fd, END_BY_EXIT, unmap_under_waiter, 1);
	EXPECT_EQ(-EOWNERDEAD, member_finish(&self->a));
	EXPECT_EQ(-EOWNERDEAD, barrier_wait(self->fd));
}

/*
 * The child of a member is not a member, so its end does not break the barrier.
 */
static int run_fork_child(void *data)
{
	struct member_shared *shared = data;

	if (barrier_join(shared->fd) != -ENXIO ||
	    barrier_leave(shared->fd) != -ENXIO)
		return 1;
	if (member_attach(shared))
		return 2;
	return barrier_leave(shared->fd) == -EPERM ? 0 : 3;
}

TEST_F(member, not_by_fork)
{
	EXPECT_EQ(0, barrier_join(self->fd));
	member_start(&self->a, self->fd, END_BY_EXIT, run_fork_child, 0);
	EXPECT_EQ(0, member_finish(&self->a));
	check_barrier(self->fd, 0, 0, 0);
	check_membership(self->fd, 1, PARTIES);
}

TEST_F(member, joins_and_leaves)
{
	EXPECT_EQ(-EPERM, barrier_leave(self->fd));
	check_membership(self->fd, 0, PARTIES);
	EXPECT_EQ(0, barrier_join(self->fd));
	EXPECT_EQ(0, barrier_join(self->fd));
	check_membership(self->fd, 1, PARTIES);
	EXPECT_EQ(1L, fdinfo_number(self->fd, "kipc-members:"));
	EXPECT_EQ(0, barrier_leave(self->fd));
	check_membership(self->fd, 1, PARTIES);
	EXPECT_EQ(0, barrier_leave(self->fd));
	EXPECT_EQ(-EPERM, barrier_leave(self->fd));
	check_membership(self->fd, 0, PARTIES);
	/* User space owns the word again. */
	EXPECT_EQ(0ULL, word_load(self->word));
}

/* A process that has arrived and joins only afterwards is a member once. */
TEST_F(member, joins_late)
{
	struct child others[PARTIES - 1];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(others); i++)
		start_barrier_wait(&others[i], self->fd);
	wait_for_waiters(self->fd, PARTIES - 1);
	EXPECT_EQ(KIPC_BARRIER_SERIAL, barrier_wait(self->fd));
	for (i = 0; i < ARRAY_SIZE(others); i++)
		EXPECT_EQ(0, child_finish(&others[i]));
	EXPECT_EQ(0, barrier_join(self->fd));
	check_membership(self->fd, 1, PARTIES);
	EXPECT_EQ(0, barrier_leave(self->fd));
	check_membership(self->fd, 0, PARTIES);
}

/*
 * Neither a try that did not arrive nor an arrival that failed makes a process
 * a member.
 */
TEST_F(member, not_by_failing)
{
	EXPECT_EQ(-EAGAIN, barrier_trywait(self->fd));
	EXPECT_EQ(0, barrier_abort(self->fd));
	EXPECT_EQ(-ECANCELED, barrier_wait(self->fd));
	check_membership(self->fd, 0, PARTIES);
}

int main(int argc, char **argv)
{
	return member_main(argc, argv);
}
