// SPDX-License-Identifier: GPL-2.0-only
/* Every row of kipc-bench, which is installed beside this program, works. */
#include "kipc_test.h"

FIXTURE(bench) {
	char program[256];
};

FIXTURE_SETUP(bench)
{
	ssize_t length;
	char *name;

	length = readlink("/proc/self/exe", self->program,
			  sizeof(self->program) - sizeof("kipc-bench"));
	ASSERT_LT(0, length);
	self->program[length] = 0;
	name = strrchr(self->program, '/');
	ASSERT_NE(NULL, name);
	memcpy(name + 1, "kipc-bench", sizeof("kipc-bench"));
}

FIXTURE_TEARDOWN(bench)
{
}

/* Starts the program. Returns a stream of its output. */
static FILE *start(const char *program, pid_t *pid)
{
	int ends[2];

	if (pipe(ends))
		return NULL;
	*pid = fork();
	if (!*pid) {
		dup2(ends[1], STDOUT_FILENO);
		close(ends[0]);
		execl(program, program, "--quick", "--settle", "1", "--format",
		      "csv", NULL);
		_exit(EXIT_FAILURE);
	}
	close(ends[1]);
	return fdopen(ends[0], "r");
}

TEST_F_TIMEOUT(bench, every_row_works, 600)
{
	unsigned int rows = 0, seen = 0, failed = 0;
	char line[1024];
	FILE *output;
	int status;
	pid_t pid;

	if (kernel_is_slow())
		SKIP(return, "takes minutes here, and measures nothing");
	output = start(self->program, &pid);
	ASSERT_NE(NULL, output);
	while (fgets(line, sizeof(line), output)) {
		if (sscanf(line, "# rows: %u", &rows) == 1 || line[0] == '#' ||
		    !strncmp(line, "pattern,", strlen("pattern,")))
			continue;
		seen++;
		if (!strstr(line, ",failed,"))
			continue;
		failed++;
		TH_LOG("%s", line);
	}
	fclose(output);
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	EXPECT_LT(0U, rows);
	EXPECT_EQ(rows, seen);
	EXPECT_EQ(0U, failed);
}

TEST_HARNESS_MAIN
