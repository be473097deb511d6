// SPDX-License-Identifier: MIT
/*
 * Mailboxes. Messages are in the kernel, so every verb is a system call.
 * write() and read() cost less than an ioctl. They are used if the priority is
 * 0, the caller does not ask for a description of the message, and there is no
 * deadline.
 */
#include <string.h>

#include "checkers.h"
#include "object.h"
#include "sized.h"

#define DEFAULT_MESSAGE_SIZE	8192
#define DEFAULT_MESSAGES	64

struct kipc_mailbox {
	uint32_t message_size;
	int fd;
};

static struct kipc_mailbox *mailbox_of(const struct kipc_object *object)
{
	struct kipc_mailbox *mailbox = object->handle;

	mailbox->message_size = object->attributes.mailbox.message_size;
	mailbox->fd = object->fd;
	return mailbox;
}

int kipc_mailbox_create_sized(struct kipc_mailbox **mailbox, const char *name,
			      const struct kipc_mailbox_options *given, size_t size)
{
	struct kipc_mailbox_options options;
	struct kipc_create_args args;
	struct kipc_object object;
	int error;

	*mailbox = NULL;
	error = kipc_sized_in(&options, sizeof(options),
			      SIZE_UP_TO(struct kipc_mailbox_options, access), given,
			      size);
	if (error)
		return error;
	/* An initialiser need not clear the attributes' unused bytes. */
	memset(&args, 0, sizeof(args));
	args.flags = options.flags;
	args.type = KIPC_MAILBOX;
	args.elements = 1;
	args.mode = options.mode ?: 0600;
	args.access = options.access;
	args.attributes.mailbox.message_size =
		options.message_size ?: DEFAULT_MESSAGE_SIZE;
	args.attributes.mailbox.messages =
		options.messages ?: DEFAULT_MESSAGES;
	args.attributes.mailbox.bytes = options.bytes;
	error = kipc_object_create(&object, sizeof(**mailbox), &args, name);
	*mailbox = error ? NULL : mailbox_of(&object);
	return error;
}

int kipc_mailbox_open(struct kipc_mailbox **mailbox, const char *name,
		      unsigned int access)
{
	struct kipc_object object;
	int error;

	error = kipc_object_open(&object, sizeof(**mailbox), KIPC_MAILBOX,
				 name, access);
	*mailbox = error ? NULL : mailbox_of(&object);
	return error;
}

int kipc_mailbox_import(struct kipc_mailbox **mailbox, int fd)
{
	struct kipc_object object;
	int error;

	error = kipc_object_import(&object, sizeof(**mailbox), KIPC_MAILBOX,
				   fd);
	*mailbox = error ? NULL : mailbox_of(&object);
	return error;
}

void kipc_mailbox_close(struct kipc_mailbox *mailbox)
{
	if (mailbox)
		kipc_object_close(mailbox, NULL, mailbox->fd);
}

int kipc_mailbox_fd(const struct kipc_mailbox *mailbox)
{
	return mailbox->fd;
}

static int mailbox_send(struct kipc_mailbox *mailbox, const void *data,
			size_t length, unsigned int priority,
			int64_t deadline, unsigned int flags)
{
	struct kipc_mailbox_send_args args = {
		.size = sizeof(args),
		.flags = flags,
		.priority = priority,
		.data = (uintptr_t)data,
		.length = length,
		.deadline = deadline,
	};

	/* This also refuses lengths that do not fit into args.length. */
	if (length > mailbox->message_size)
		return -EMSGSIZE;
	kipc_checker_release(mailbox);
	return kipc_call(mailbox->fd, KIPC_MAILBOX_SEND, &args);
}

int kipc_mailbox_timedsend(struct kipc_mailbox *mailbox, const void *data,
			   size_t length, unsigned int priority,
			   int64_t deadline, unsigned int flags)
{
	if (flags & ~KIPC_REALTIME)
		return -EINVAL;
	return mailbox_send(mailbox, data, length, priority, deadline, flags);
}

int kipc_mailbox_send(struct kipc_mailbox *mailbox, const void *data,
		      size_t length, unsigned int priority)
{
	ssize_t sent;

	if (priority)
		return mailbox_send(mailbox, data, length, priority,
				    KIPC_FOREVER, 0);
	/* write() refuses some lengths with other errors. */
	if (length > mailbox->message_size)
		return -EMSGSIZE;
	kipc_checker_release(mailbox);
	sent = kipc_write(mailbox->fd, data, length);
	/* O_NONBLOCK is set on the descriptor, which must not matter. */
	if (sent == -EAGAIN)
		return mailbox_send(mailbox, data, length, 0, KIPC_FOREVER, 0);
	return sent < 0 ? sent : 0;
}

int kipc_mailbox_trysend(struct kipc_mailbox *mailbox, const void *data,
			 size_t length, unsigned int priority)
{
	return mailbox_send(mailbox, data, length, priority, 0, KIPC_TRY);
}

static ssize_t mailbox_received(const struct kipc_mailbox *mailbox,
				const void *buffer, ssize_t bytes)
{
	kipc_checker_acquire(mailbox);
	kipc_checker_written(buffer, bytes);
	return bytes;
}

/* Receives by read(), which costs less but does not describe the message. */
static ssize_t mailbox_read(struct kipc_mailbox *mailbox, void *buffer,
			    size_t capacity)
{
	ssize_t result;

	if (capacity > mailbox->message_size)
		capacity = mailbox->message_size;
	result = kipc_read(mailbox->fd, buffer, capacity);
	return result < 0 ? result : mailbox_received(mailbox, buffer, result);
}

static void mailbox_message_fill(struct kipc_message *message, size_t size,
				 const struct kipc_mailbox_receive_args *args)
{
	const struct kipc_message known = {
		.length = args->length,
		.priority = args->priority,
		.pid = args->pid,
		.uid = args->uid,
		.gid = args->gid,
	};

	kipc_sized_out(message, size, &known, sizeof(known));
}

/*
 * Receives by the ioctl. Not inlined, so that its large arguments do not make
 * kipc_mailbox_receive_sized() slower when it uses mailbox_read().
 */
__attribute__((noinline))
static ssize_t mailbox_receive(struct kipc_mailbox *mailbox, void *buffer,
			       size_t capacity, struct kipc_message *message,
			       size_t size, int64_t deadline, unsigned int flags)
{
	struct kipc_mailbox_receive_args args = {
		.size = sizeof(args),
		.flags = flags,
		.data = (uintptr_t)buffer,
		/* No message is longer than UINT32_MAX. */
		.capacity = capacity < UINT32_MAX ? capacity : UINT32_MAX,
		.deadline = deadline,
	};
	int error;

	error = kipc_call(mailbox->fd, KIPC_MAILBOX_RECEIVE, &args);
	if (message && (!error || error == -EMSGSIZE))
		mailbox_message_fill(message, size, &args);
	return error ?: mailbox_received(mailbox, buffer, args.length);
}

ssize_t kipc_mailbox_receive_sized(struct kipc_mailbox *mailbox, void *buffer,
				   size_t capacity, struct kipc_message *message,
				   size_t size, int64_t deadline, unsigned int flags)
{
	ssize_t received;

	if (message || deadline != KIPC_FOREVER || flags)
		return mailbox_receive(mailbox, buffer, capacity, message, size,
				       deadline, flags);
	received = mailbox_read(mailbox, buffer, capacity);
	/* O_NONBLOCK is set on the descriptor, which must not matter. */
	if (received == -EAGAIN)
		return mailbox_receive(mailbox, buffer, capacity, NULL, 0,
				       KIPC_FOREVER, 0);
	return received;
}

int kipc_mailbox_state_sized(struct kipc_mailbox *mailbox,
			     struct kipc_mailbox_state_args *state, size_t size)
{
	return kipc_object_state(mailbox->fd, KIPC_MAILBOX_STATE, 0, state, size);
}
