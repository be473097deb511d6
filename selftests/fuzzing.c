// SPDX-License-Identifier: GPL-2.0-only
/*
 * A little fuzzing that is always the same. It checks that the kernel has what
 * the fuzzer in fuzz/ needs, and that the first programs find nothing. Finding
 * something new takes a longer run, see fuzz/run.
 */
#include "kipc_test.h"
#include "parameter.h"

#define FUZZER	"./fuzzer"
#define KCOV	"/sys/kernel/debug/kcov"

/*
 * The quotas are so low that programs reach them, but the machine stays usable.
 */
static const struct {
	const char *parameter;
	long value;
} quotas[] = {
	{ "max_objects", 12 },
	{ "max_bytes", 32 << 20 },
	{ "max_waiters", 3 },
};

#define QUOTAS	ARRAY_SIZE(quotas)

FIXTURE(fuzzing) {
	long usual[QUOTAS];
};

FIXTURE_SETUP(fuzzing)
{
	unsigned int i;

	if (geteuid())
		SKIP(return, "needs root to become other users");
	if (access(KCOV, F_OK))
		SKIP(return, "no KCOV in this kernel");
	for (i = 0; i < QUOTAS; i++) {
		self->usual[i] = parameter_get(quotas[i].parameter);
		ASSERT_LT(0, self->usual[i]);
		ASSERT_EQ(0, parameter_set(quotas[i].parameter,
					   quotas[i].value));
	}
}

FIXTURE_TEARDOWN(fuzzing)
{
	unsigned int i;

	for (i = 0; i < QUOTAS; i++)
		parameter_set(quotas[i].parameter, self->usual[i]);
}

TEST_F_TIMEOUT(fuzzing, finds_nothing, 200)
{
	int status;
	pid_t pid;

	pid = child_fork();
	if (!pid) {
		execl(FUZZER, FUZZER, "--seconds", "10", "--seed", "1", NULL);
		_exit(127);
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	ASSERT_TRUE(WIFEXITED(status));
	EXPECT_EQ(0, WEXITSTATUS(status));
}

TEST_HARNESS_MAIN
