// SPDX-License-Identifier: GPL-2.0-only
#include "mutex.h"

#include "call.h"
#include "object.h"

#include <string.h>

int mutex_timedlock_as(int fd, unsigned int element, __u32 attachment,
		       __s64 deadline, unsigned int flags)
{
	struct kipc_mutex_lock_args args = {
		.size = sizeof(args),
		.flags = flags,
		.element = element,
		.attachment = attachment,
		.deadline = deadline,
	};

	return kipc_call(fd, KIPC_MUTEX_LOCK, &args);
}

int mutex_timedlock(int fd, unsigned int element, __s64 deadline,
		    unsigned int flags)
{
	return mutex_timedlock_as(fd, element, attachment_of(fd), deadline,
				  flags);
}

int mutex_lock(int fd, unsigned int element)
{
	return mutex_timedlock(fd, element, KIPC_FOREVER, 0);
}

int mutex_trylock(int fd, unsigned int element)
{
	return mutex_timedlock(fd, element, 0, KIPC_TRY);
}

int mutex_call_as(int fd, unsigned long command, unsigned int element,
		  __u32 attachment)
{
	struct kipc_mutex_args args = {
		.size = sizeof(args),
		.element = element,
		.attachment = attachment,
	};

	return kipc_call(fd, command, &args);
}

int mutex_unlock(int fd, unsigned int element)
{
	return mutex_call_as(fd, KIPC_MUTEX_UNLOCK, element, attachment_of(fd));
}

int mutex_consistent(int fd, unsigned int element)
{
	return mutex_call_as(fd, KIPC_MUTEX_CONSISTENT, element,
			     attachment_of(fd));
}

int mutex_state(int fd, unsigned int element,
		struct kipc_mutex_state_args *state)
{
	memset(state, KIPC_POISON, sizeof(*state));
	state->size = sizeof(*state);
	state->flags = 0;
	state->element = element;
	return kipc_call(fd, KIPC_MUTEX_STATE, state);
}
