// SPDX-License-Identifier: GPL-2.0-only
/*
 * A short torture run: processes that use objects of all types are killed, and
 * nothing is lost. torture/run is the longer one. A second test compares what
 * the survivors of a killed process see with the objects of the C library.
 */
#include "kipc_test.h"

#define KILLS	600

/* Runs a program. Returns its status, or CHILD_KILLED. */
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
