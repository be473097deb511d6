// SPDX-License-Identifier: GPL-2.0-only
/* Tests kipc_deadline(), which converts a duration into a point in time. */
#include <time.h>

#include "kselftest_harness.h"

#include <kipc.h>

static int64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000LL + time.tv_nsec;
}

TEST(now_lies_between_before_and_after)
{
	int64_t before = now();
	int64_t deadline = kipc_deadline(0);

	EXPECT_LE(before, deadline);
	EXPECT_GE(now(), deadline);
}

TEST(what_is_given_is_added)
{
	const int64_t hour = 3600 * 1000000000LL;
	int64_t before = now();
	int64_t deadline = kipc_deadline(hour);

	EXPECT_LE(before + hour, deadline);
	EXPECT_GE(now() + hour, deadline);
}

TEST(forever_stays_forever)
{
	EXPECT_EQ(KIPC_FOREVER, kipc_deadline(KIPC_FOREVER));
}

TEST(beyond_range_is_forever)
{
	EXPECT_EQ(KIPC_FOREVER, kipc_deadline(KIPC_FOREVER - 1));
}

TEST(errno_is_left_alone)
{
	errno = 42;
	kipc_deadline(1);
	EXPECT_EQ(42, errno);
}

TEST_HARNESS_MAIN
