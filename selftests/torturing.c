// SPDX-License-Identifier: GPL-2.0-only
/*
 * A little torture: those who use objects of all types are killed, and nothing is
 * lost by that. A longer run is torture/run. And what becomes of the living where
 * others are killed, compared with the C library's objects.
 */
#include "kipc_test.h"

#define KILLS	600

/* Its status, or CHILD_KILLED. */
static int run_program(const char *path, const char *option, const char *value)
{
	pid_t pid = child_fork();

	if (!pid) {
		execl(path, path, option, value, NULL);
		_exit(127);
	}
	return child_wait(pid);
}

TEST(torture)
{
	char kills[16];

	snprintf(kills, sizeof(kills), "%u", scaled(KILLS));
	EXPECT_EQ(0, run_program("./torture", "--kills", kills));
}

TEST(peers)
{
	if (kernel_is_slow())
		SKIP(return, "compares others' objects, as other kernels do");
	EXPECT_EQ(0, run_program("./peers", NULL, NULL));
}

TEST_HARNESS_MAIN
