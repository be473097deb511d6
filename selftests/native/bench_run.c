// SPDX-License-Identifier: GPL-2.0-only
/* Tests how kipc-bench runs a row, including rows that fail or hang. */
#include "kselftest_harness.h"

#include <signal.h>

#include "bench/clock.c"
#include "bench/run.c"

static const struct subject peer = { .name = "peer", .role = ROLE_PEER };

/* Runs a row that does @work, and returns its outcome. */
static enum outcome outcome_of(struct run *run, void (*work)(struct run *run))
{
	const struct pattern pattern = { .name = "pattern", .run = work };
	const struct row row = { .pattern = &pattern, .subject = &peer };
	enum outcome outcome;

	run->row = &row;
	run->limit = 1;
	outcome = run_once(run);
	run->row = NULL;
	return outcome;
}

static void give_values(struct run *run)
{
	run_create(run, NULL);
	run_value(run, 1);
	run_value(run, 2);
}

static void fail(struct run *run)
{
	run_create(run, NULL);
	errno = ENOSPC;
	give_up("work");
}

static void have_nothing(struct run *run)
{
	(void)run;
	errno = ENOENT;
	give_up("creation");
}

static void be_impossible(struct run *run)
{
	run_create(run, NULL);
	errno = EAGAIN;
	cannot("threads");
}

static void be_killed(struct run *run)
{
	run_create(run, NULL);
	raise(SIGKILL);
}

static void give_nothing(struct run *run)
{
	run_create(run, NULL);
}

/* The process ID of the worker of a row that hangs, in shared memory. */
static pid_t *worker;

static void hang(struct run *run)
{
	run_create(run, NULL);
	if (!fork())
		*worker = getpid();
	while (1)
		pause();
}

TEST(values_are_kept)
{
	struct run *run = run_alloc();

	EXPECT_EQ(OUTCOME_OK, outcome_of(run, give_values));
	ASSERT_EQ(2U, run->taken);
	EXPECT_EQ(1, run->values[0]);
	EXPECT_EQ(2, run->values[1]);
}

TEST(a_row_that_fails_says_why)
{
	struct run *run = run_alloc();

	EXPECT_EQ(OUTCOME_FAILED, outcome_of(run, fail));
	EXPECT_STREQ("work: No space left on device", run->why);
	EXPECT_EQ(OUTCOME_FAILED, outcome_of(run, be_killed));
	EXPECT_STREQ("ended with status 0x9", run->why);
	EXPECT_EQ(OUTCOME_FAILED, outcome_of(run, give_nothing));
}

TEST(what_cannot_be_had_is_skipped)
{
	struct run *run = run_alloc();

	EXPECT_EQ(OUTCOME_SKIPPED, outcome_of(run, have_nothing));
	EXPECT_STREQ("creation: No such file or directory", run->why);
	EXPECT_EQ(OUTCOME_SKIPPED, outcome_of(run, be_impossible));
}

TEST(a_row_that_hangs_times_out)
{
	struct run *run = run_alloc();
	int status;

	ASSERT_EQ(0, prctl(PR_SET_CHILD_SUBREAPER, 1));
	worker = shared_alloc(sizeof(*worker));
	EXPECT_EQ(OUTCOME_TIMED_OUT, outcome_of(run, hang));
	EXPECT_STREQ("not done after 1 s", run->why);
	/* No process of the row is left. */
	ASSERT_NE(0, *worker);
	ASSERT_EQ(*worker, waitpid(*worker, &status, 0));
	EXPECT_EQ(SIGKILL, WTERMSIG(status));
	/* The next row is not affected. */
	EXPECT_EQ(OUTCOME_OK, outcome_of(run, give_values));
}

TEST_HARNESS_MAIN
