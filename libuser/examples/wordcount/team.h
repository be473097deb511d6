/* SPDX-License-Identifier: MIT */
/**
 * @file team.h
 * DOC: how the processes work together
 *
 * The coordinator sends the names of files through the mailbox to whichever
 * worker receives first. Before it sends one it takes a unit of the semaphore
 * "flight"; the worker that has counted the file gives it back. At the end
 * each worker gets one empty message. All meet at the barrier: then nobody
 * counts any more, and each worker adds what it has counted to the shared
 * result, some words at a time, while it holds the binary semaphore "guard".
 *
 * A worker that waits needs nobody's care: it is killed if the coordinator
 * ends. The coordinator never waits for longer than a moment without a look at
 * whether its workers are alive; at the barrier, where a deadline that passes
 * is the end of it all, a worker's end aborts the wait instead.
 *
 * An operation is tried first. It counts as a wait if that answered -EAGAIN.
 */
#ifndef WORDCOUNT_TEAM_H
#define WORDCOUNT_TEAM_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include <kipc.h>

#include "count.h"
#include "files.h"

enum operation {
	SEND,
	RECEIVE,
	TAKE_FLIGHT,
	TAKE_GUARD,
	ARRIVE,
	OPERATIONS
};

struct tally {
	uint64_t times;
	uint64_t waits;
};

/** What one process did, in shared memory; written by it alone. */
struct share {
	pid_t pid;
	bool ended;		/**< and was waited for */
	struct counted counted;
	struct tally tallies[OPERATIONS];
};

struct team {
	unsigned int workers;
	unsigned int in_flight;	/**< most files sent and not yet counted */
	bool lost;		/**< a worker ended that should not have */
	const struct files *files;
	struct kipc_mailbox *names;
	struct kipc_semaphore *flight;
	struct kipc_semaphore *guard;
	struct kipc_barrier *counted;
	struct table *result;	/**< shared, guarded by @guard */
	struct share *shares;	/**< of the coordinator, then of each worker */
};

/** Make what the processes share; ends the program if that fails. */
void team_create(struct team *team);

/** Give it back. */
void team_destroy(struct team *team);

/**
 * Fork the workers, hand out the files and wait for the end.
 * Ends the program, and the workers with it, if anything fails.
 */
void team_run(struct team *team);

/** A worker's life; returns its exit status. */
int worker_run(struct team *team, struct share *share);

/*
 * The operations. @share is the caller's. Each returns what the library's
 * function does; @watch, if there is one, is asked now and then whether to go
 * on waiting, and -ETIMEDOUT means that it said no.
 */
typedef bool watch_function(struct team *team);

int team_send(struct team *team, struct share *share, const char *name,
	      watch_function *watch);
ssize_t team_receive(struct team *team, struct share *share, char *name,
		     size_t room);
int team_take(struct team *team, struct kipc_semaphore *semaphore,
	      uint32_t count, struct tally *tally, watch_function *watch);
int team_arrive(struct team *team, struct share *share);

#endif /* WORDCOUNT_TEAM_H */
