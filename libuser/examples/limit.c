// SPDX-License-Identifier: MIT
/*
 * Runs a command, and limits how many commands run under the same name at a
 * time:
 *
 *	limit --slots 2 --timeout 60 compile make
 *
 * The first process with that name creates the semaphore. The semaphore goes
 * away when the last of them ends. Until then, the slot of a process that is
 * killed stays in use.
 */
#include <errno.h>
#include <error.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <kipc.h>

#define SECOND	1000000000LL

static const char usage[] =
	"usage: limit [--slots N] [--timeout SECONDS] NAME COMMAND [ARGUMENT]...\n";

static unsigned long number(const char *text, const char *what)
{
	char *end;
	unsigned long value;

	errno = 0;
	value = strtoul(text, &end, 10);
	if (errno || end == text || *end || *text == '-' || !value ||
	    value > 1000000)
		error(2, 0, "%s: a number from 1 to 1000000, not '%s'", what,
		      text);
	return value;
}

static int run(char **command)
{
	pid_t child = fork();
	int status;

	if (child < 0)
		error(1, errno, "cannot fork");
	if (!child) {
		execvp(command[0], command);
		error(127, errno, "%s", command[0]);
	}
	if (waitpid(child, &status, 0) < 0)
		error(1, errno, "cannot wait for %s", command[0]);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "slots", required_argument, NULL, 's' },
		{ "timeout", required_argument, NULL, 't' },
		{ "help", no_argument, NULL, 'h' },
		{ }
	};
	struct kipc_semaphore_options semaphore = { .initial = 1, .max = 1 };
	int64_t deadline = KIPC_FOREVER;
	struct kipc_semaphore *slots;
	int letter, status;

	while ((letter = getopt_long(argc, argv, "+", options, NULL)) != -1) {
		switch (letter) {
		case 's':
			semaphore.max = number(optarg, "--slots");
			semaphore.initial = semaphore.max;
			break;
		case 't':
			deadline = kipc_deadline(number(optarg, "--timeout") *
						 SECOND);
			break;
		case 'h':
			fputs(usage, stdout);
			return 0;
		default:
			fputs(usage, stderr);
			return 2;
		}
	}
	if (argc - optind < 2) {
		fputs(usage, stderr);
		return 2;
	}

	status = kipc_semaphore_create(&slots, argv[optind], &semaphore);
	if (status)
		error(1, -status, "semaphore '%s'%s", argv[optind],
		      status == -ENODEV ? "; is the kipc module loaded?" : "");
	status = kipc_semaphore_timedwait(slots, 0, 1, deadline, 0);
	if (status)
		error(1, -status, "no slot of '%s'", argv[optind]);
	status = run(argv + optind + 1);
	kipc_semaphore_post(slots, 0, 1);
	kipc_semaphore_close(slots);
	return status;
}
