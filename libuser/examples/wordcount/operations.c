// SPDX-License-Identifier: MIT
/*
 * The operations on the objects. Each is tried first and counted. While it
 * waits it calls the watch function from time to time.
 */
#include <string.h>

#include "team.h"

#define WATCH_INTERVAL	200000000LL	/* nanoseconds */

/* Returns the deadline of a wait, at which the watch function is called. */
static int64_t operation_deadline(watch_function *watch)
{
	return watch ? kipc_deadline(WATCH_INTERVAL) : KIPC_FOREVER;
}

/* Returns whether to repeat a wait. */
static bool operation_waits_again(struct team *team, int status,
				  watch_function *watch)
{
	return status == -ETIMEDOUT && watch && watch(team);
}

/* Counts a try; returns whether the operation has to wait. */
static bool operation_must_wait(struct tally *tally, int status)
{
	tally->times++;
	if (status != -EAGAIN)
		return false;
	tally->waits++;
	return true;
}

int team_send(struct team *team, struct share *share, const char *name,
	      watch_function *watch)
{
	size_t length = strlen(name);
	int status;

	status = kipc_mailbox_trysend(team->names, name, length, 0);
	if (!operation_must_wait(&share->tallies[SEND], status))
		return status;
	do {
		status = kipc_mailbox_timedsend(team->names, name, length, 0,
						operation_deadline(watch), 0);
	} while (operation_waits_again(team, status, watch));
	return status;
}

ssize_t team_receive(struct team *team, struct share *share, char *name,
		     size_t room)
{
	ssize_t length;

	length = kipc_mailbox_tryreceive(team->names, name, room, NULL);
	if (operation_must_wait(&share->tallies[RECEIVE], length))
		length = kipc_mailbox_receive(team->names, name, room, NULL);
	return length;
}

int team_take(struct team *team, struct kipc_semaphore *semaphore,
	      uint32_t count, struct tally *tally, watch_function *watch)
{
	int status;

	status = kipc_semaphore_trywait(semaphore, 0, count);
	if (!operation_must_wait(tally, status))
		return status;
	do {
		status = kipc_semaphore_timedwait(semaphore, 0, count,
						  operation_deadline(watch), 0);
	} while (operation_waits_again(team, status, watch));
	return status;
}

int team_arrive(struct team *team, struct share *share)
{
	int status;

	status = kipc_barrier_trywait(team->counted);
	if (operation_must_wait(&share->tallies[ARRIVE], status))
		status = kipc_barrier_wait(team->counted);
	return status < 0 ? status : 0;
}
