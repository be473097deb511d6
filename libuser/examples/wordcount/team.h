/* SPDX-License-Identifier: MIT */
/**
 * @file team.h
 * DOC: how the processes work together
 *
 * The coordinator sends the names of files through the mailbox, to the worker
 * that receives first. Before it sends a name it takes a unit of the semaphore
 * "flight". The worker posts this unit when it has counted the file. At the end
 * each worker gets one empty message. All processes meet at the barrier. After
 * that no process counts any more, and each worker adds what it has counted to
 * the shared result, some words at a time, while it holds the binary semaphore
 * "guard".
 *
 * A worker can wait without a deadline, because it is killed if the
 * coordinator ends. The coordinator checks at short intervals, while it waits,
 * whether its workers are alive. At the barrier, where a deadline that passes
 * would break the barrier, the end of a worker aborts the wait instead.
 *
 * Each operation is tried first. It counts as a wait if the try returned
 * -EAGAIN.
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

/** What one process did. In shared memory, written by that process alone. */
struct share {
	pid_t pid;
	bool ended;		/**< the process has been waited for */
	struct counted counted;
	struct tally tallies[OPERATIONS];
};

struct team {
	unsigned int workers;
	unsigned int in_flight;	/**< most files sent and not yet counted */
	bool lost;		/**< a worker failed or ended too early */
	const struct files *files;
	struct kipc_mailbox *names;
	struct kipc_semaphore *flight;
	struct kipc_semaphore *guard;
	struct kipc_barrier *counted;
	struct table *result;	/**< shared, guarded by @guard */
	struct share *shares;	/**< of the coordinator, then of the workers */
};

/** Create what the processes share. Ends the program on failure. */
void team_create(struct team *team);

/** Free what team_create() created. */
void team_destroy(struct team *team);

/**
 * Fork the workers, hand out the files and wait for the workers to end. Ends
 * the program and kills the workers on failure.
 */
void team_run(struct team *team);

/** Run a worker; returns its exit status. */
int worker_run(struct team *team, struct share *share);

/*
 * The operations. @share is that of the caller. Each operation returns the
 * result of the library's function. While it waits it calls @watch, if not
 * NULL, at short intervals; if that returns false the result is -ETIMEDOUT.
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
