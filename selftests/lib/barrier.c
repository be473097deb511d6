// SPDX-License-Identifier: GPL-2.0-only
#include "barrier.h"

#include "call.h"

#include <string.h>

int barrier_timedwait(int fd, __s64 deadline, unsigned int flags)
{
	struct kipc_barrier_wait_args args = {
		.size = sizeof(args),
		.flags = flags,
		.deadline = deadline,
	};

	return kipc_call(fd, KIPC_BARRIER_WAIT, &args);
}

int barrier_wait(int fd)
{
	return barrier_timedwait(fd, KIPC_FOREVER, 0);
}

int barrier_trywait(int fd)
{
	return barrier_timedwait(fd, 0, KIPC_TRY);
}

int barrier_timedwait_arrived(int fd, __u64 word, __s64 deadline)
{
	struct kipc_barrier_wait_args args = {
		.size = sizeof(args),
		.flags = KIPC_ARRIVED,
		.word = word,
		.deadline = deadline,
	};

	return kipc_call(fd, KIPC_BARRIER_WAIT, &args);
}

int barrier_wait_arrived(int fd, __u64 word)
{
	return barrier_timedwait_arrived(fd, word, KIPC_FOREVER);
}

int barrier_abort(int fd)
{
	struct kipc_barrier_args args = { .size = sizeof(args) };

	return kipc_call(fd, KIPC_BARRIER_ABORT, &args);
}

int barrier_reset(int fd)
{
	struct kipc_barrier_args args = { .size = sizeof(args) };

	return kipc_call(fd, KIPC_BARRIER_RESET, &args);
}

int barrier_join(int fd)
{
	struct kipc_barrier_args args = { .size = sizeof(args) };

	return kipc_call(fd, KIPC_BARRIER_JOIN, &args);
}

int barrier_leave(int fd)
{
	struct kipc_barrier_args args = { .size = sizeof(args) };

	return kipc_call(fd, KIPC_BARRIER_LEAVE, &args);
}

int barrier_state(int fd, struct kipc_barrier_state_args *state)
{
	memset(state, KIPC_POISON, sizeof(*state));
	state->size = sizeof(*state);
	state->flags = 0;
	state->element = 0;
	state->reserved = 0;
	return kipc_call(fd, KIPC_BARRIER_STATE, state);
}
