// SPDX-License-Identifier: MIT
#include <errno.h>
#include <error.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <stdnoreturn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "team.h"
#include "wordcount.h"

/*
 * The barrier that the handler of SIGCHLD aborts; a handler has no argument.
 */
static struct kipc_barrier *meeting;

static size_t shares_size(const struct team *team)
{
	return (team->workers + 1) * sizeof(*team->shares);
}

/* Ends the program if a create function has failed. */
static void check_created(int status, const char *what)
{
	if (status == -ENODEV)
		error(EXIT_TROUBLE, 0, "%s: %s: is the module loaded?",
		      KIPC_DEVICE, strerror(-status));
	if (status)
		error(EXIT_TROUBLE, -status, "cannot create the %s", what);
}

static void create_objects(struct team *team)
{
	const struct kipc_mailbox_options names = {
		.message_size = PATH_MAX,
		.messages = team->workers,
	};
	const struct kipc_semaphore_options flight = {
		.initial = team->in_flight,
		.max = team->in_flight,
	};
	const struct kipc_semaphore_options guard = { .initial = 1, .max = 1 };
	const struct kipc_barrier_options counted = {
		.parties = team->workers + 1,
	};

	check_created(kipc_mailbox_create(&team->names, NULL, &names),
		      "mailbox");
	check_created(kipc_semaphore_create(&team->flight, NULL, &flight),
		      "semaphore of the files in flight");
	check_created(kipc_semaphore_create(&team->guard, NULL, &guard),
		      "semaphore of the result");
	check_created(kipc_barrier_create(&team->counted, NULL, &counted),
		      "barrier");
}

void team_create(struct team *team)
{
	create_objects(team);
	team->shares = mmap(NULL, shares_size(team), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (team->shares == MAP_FAILED)
		error(EXIT_TROUBLE, errno, "no memory to share");
	team->result = table_create(team->files->bytes, team->files->count,
				    true);
	if (!team->result)
		error(EXIT_TROUBLE, errno,
		      "no memory for the words of %ju bytes of text",
		      (uintmax_t)team->files->bytes);
}

void team_destroy(struct team *team)
{
	table_destroy(team->result);
	munmap(team->shares, shares_size(team));
	kipc_barrier_close(team->counted);
	kipc_semaphore_close(team->guard);
	kipc_semaphore_close(team->flight);
	kipc_mailbox_close(team->names);
}

/* ------------------------------------------------------------------------- */
/* Workers: start, end and failure                                           */
/* ------------------------------------------------------------------------- */

/* Returns the share of a worker, NULL if no worker has that pid. */
static struct share *share_of(struct team *team, pid_t pid)
{
	unsigned int i;

	for (i = 1; i <= team->workers; i++)
		if (team->shares[i].pid == pid)
			return &team->shares[i];
	return NULL;
}

/*
 * Records that a worker has ended. If it failed, prints a message and returns
 * false.
 */
static bool worker_ended(struct team *team, pid_t pid, int status)
{
	struct share *share = share_of(team, pid);

	if (share)
		share->ended = true;
	if (WIFSIGNALED(status))
		error(0, 0, "worker %d ended by a signal: %s", (int)pid,
		      strsignal(WTERMSIG(status)));
	else if (WEXITSTATUS(status))
		error(0, 0, "worker %d failed", (int)pid);
	else
		return true;
	team->lost = true;
	return false;
}

/* Kills the remaining workers and ends the program. */
static noreturn void give_up(struct team *team)
{
	unsigned int i;

	for (i = 1; i <= team->workers; i++) {
		struct share *share = &team->shares[i];

		if (share->pid <= 0 || share->ended)
			continue;
		kill(share->pid, SIGKILL);
		waitpid(share->pid, NULL, 0);
	}
	exit(EXIT_TROUBLE);
}

/*
 * Returns whether all workers are alive. Before the barrier opens no worker
 * should end, not even with success.
 */
static bool all_alive(struct team *team)
{
	int status;
	pid_t pid;

	pid = waitpid(-1, &status, WNOHANG);
	if (pid > 0 && worker_ended(team, pid, status)) {
		error(0, 0, "worker %d ended too early", (int)pid);
		team->lost = true;
	}
	return !team->lost;
}

/* Ends the program if an operation has failed. */
static void check_done(struct team *team, int status, const char *what)
{
	if (!status)
		return;
	/* If a worker has ended, that is the cause and has been reported. */
	if (all_alive(team))
		error(0, -status, "coordinator: %s", what);
	give_up(team);
}

static void start_workers(struct team *team)
{
	pid_t coordinator = getpid();
	unsigned int i;

	fflush(stdout);
	for (i = 1; i <= team->workers; i++) {
		struct share *share = &team->shares[i];
		pid_t pid = fork();

		if (pid < 0) {
			error(0, errno, "cannot fork worker %u", i);
			give_up(team);
		}
		if (!pid) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			if (getppid() != coordinator)
				_exit(EXIT_FAILURE);
			_exit(worker_run(team, share));
		}
		share->pid = pid;
	}
}

static void await_workers(struct team *team)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, 0)) > 0)
		if (!worker_ended(team, pid, status))
			give_up(team);
}

/* ------------------------------------------------------------------------- */
/* Handing out the files                                                     */
/* ------------------------------------------------------------------------- */

static void take_flight(struct team *team, uint32_t count, const char *what)
{
	struct share *self = &team->shares[0];

	check_done(team, team_take(team, team->flight, count,
				   &self->tallies[TAKE_FLIGHT], all_alive),
		   what);
}

static void send_name(struct team *team, const char *name)
{
	check_done(team, team_send(team, &team->shares[0], name, all_alive),
		   "cannot send a name");
}

static void hand_out(struct team *team)
{
	size_t i;

	for (i = 0; i < team->files->count; i++) {
		take_flight(team, 1, "cannot take a file into flight");
		send_name(team, team->files->list[i].path);
	}
	take_flight(team, team->in_flight, "files are still in flight");
	for (i = 0; i < team->workers; i++)
		send_name(team, "");
}

static void abort_meeting(int number)
{
	(void)number;
	kipc_barrier_abort(meeting);
}

/*
 * Meets the workers at the barrier. If a worker ended before it arrived there,
 * the other processes would wait for ever. So the handler of SIGCHLD aborts the
 * barrier. A worker may also end after the barrier has opened but before this
 * process has seen that. The abort is harmless then: it does not change the
 * result of a generation that has opened.
 */
static void meet(struct team *team)
{
	const struct sigaction on_end = {
		.sa_handler = abort_meeting,
		.sa_flags = SA_RESTART | SA_NOCLDSTOP,
	};
	struct sigaction before;
	int status = -ECANCELED;

	meeting = team->counted;
	sigaction(SIGCHLD, &on_end, &before);
	/* A worker may have ended before the handler was set. */
	if (all_alive(team))
		status = team_arrive(team, &team->shares[0]);
	sigaction(SIGCHLD, &before, NULL);
	check_done(team, status, "the workers do not meet");
}

void team_run(struct team *team)
{
	team->shares[0].pid = getpid();
	start_workers(team);
	hand_out(team);
	meet(team);
	await_workers(team);
}
