// SPDX-License-Identifier: GPL-2.0-only
#include "mailbox.h"

#include "call.h"

#include <stdint.h>
#include <string.h>

int mailbox_timedsend(int fd, const void *data, size_t length,
		      unsigned int priority, __s64 deadline, unsigned int flags)
{
	struct kipc_mailbox_send_args args = {
		.size = sizeof(args),
		.flags = flags,
		.priority = priority,
		.data = (uintptr_t)data,
		.length = length,
		.deadline = deadline,
	};

	return kipc_call(fd, KIPC_MAILBOX_SEND, &args);
}

int mailbox_send(int fd, const void *data, size_t length, unsigned int priority)
{
	return mailbox_timedsend(fd, data, length, priority, KIPC_FOREVER, 0);
}

int mailbox_trysend(int fd, const void *data, size_t length,
		    unsigned int priority)
{
	return mailbox_timedsend(fd, data, length, priority, 0, KIPC_TRY);
}

int receive_into(int fd, struct kipc_mailbox_receive_args *args, void *buffer,
		 size_t capacity, __s64 deadline, unsigned int flags)
{
	memset(args, KIPC_POISON, sizeof(*args));
	args->size = sizeof(*args);
	args->flags = flags;
	args->element = 0;
	args->data = (uintptr_t)buffer;
	args->capacity = capacity;
	args->deadline = deadline;
	args->reserved = 0;
	return kipc_call(fd, KIPC_MAILBOX_RECEIVE, args);
}

int mailbox_timedreceive(int fd, struct message *message, __s64 deadline,
			 unsigned int flags)
{
	memset(message->data, KIPC_POISON, sizeof(message->data));
	return receive_into(fd, &message->args, message->data,
			    sizeof(message->data), deadline, flags);
}

int mailbox_receive(int fd, struct message *message)
{
	return mailbox_timedreceive(fd, message, KIPC_FOREVER, 0);
}

int mailbox_tryreceive(int fd, struct message *message)
{
	return mailbox_timedreceive(fd, message, 0, KIPC_TRY);
}

int mailbox_peek(int fd, struct message *message)
{
	return mailbox_timedreceive(fd, message, 0, KIPC_TRY | KIPC_PEEK);
}

int mailbox_state(int fd, struct kipc_mailbox_state_args *state)
{
	memset(state, KIPC_POISON, sizeof(*state));
	state->size = sizeof(*state);
	state->flags = 0;
	state->element = 0;
	return kipc_call(fd, KIPC_MAILBOX_STATE, state);
}
