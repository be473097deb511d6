// SPDX-License-Identifier: GPL-2.0-only
/* kipc's mailboxes, by the library and by read() and write(). */
#include <kipc.h>

#include "subject.h"

struct mailboxes {
	unsigned int count;
	struct kipc_mailbox *list[];
};

static void *mailbox_create_with(const struct shape *shape, unsigned int flags)
{
	const struct kipc_mailbox_options options = {
		.flags = flags,
		.message_size = shape->size,
		.messages = shape->depth,
	};
	struct mailboxes *mailboxes =
		allocate(sizeof(*mailboxes) +
			 shape->elements * sizeof(mailboxes->list[0]));
	unsigned int i;

	mailboxes->count = shape->elements;
	for (i = 0; i < shape->elements; i++)
		must_be_created(kipc_mailbox_create(&mailboxes->list[i], NULL,
						    &options), flags);
	return mailboxes;
}

static void *mailbox_create(const struct shape *shape)
{
	return mailbox_create_with(shape, 0);
}

static void *mailbox_create_fair(const struct shape *shape)
{
	return mailbox_create_with(shape, KIPC_FAIR);
}

static void mailbox_destroy(void *object)
{
	struct mailboxes *mailboxes = object;

	while (mailboxes->count)
		kipc_mailbox_close(mailboxes->list[--mailboxes->count]);
	free(mailboxes);
}

static void mailbox_send(void *object, unsigned int element, void *data, size_t size)
{
	struct mailboxes *mailboxes = object;

	must_be_zero(kipc_mailbox_send(mailboxes->list[element], data, size, 0));
}

static void mailbox_receive(void *object, unsigned int element, void *buffer,
			    size_t size)
{
	struct mailboxes *mailboxes = object;
	ssize_t length;

	length = kipc_mailbox_receive(mailboxes->list[element], buffer, size,
				      NULL);
	must_be_zero(length == (ssize_t)size ? 0 : length);
}

static const struct subject kipc = {
	.name = "kipc",
	.about = "kipc's mailbox",
	.kind = KIND_MAILBOX,
	.role = ROLE_OURS,
	.able = ABLE_TO_ALL,
	.create = mailbox_create,
	.destroy = mailbox_destroy,
	.mailbox = { .send = mailbox_send, .receive = mailbox_receive },
};

SUBJECT(kipc);

static const struct subject kipc_fair = {
	.name = "kipc-fair",
	.about = "kipc's mailbox, KIPC_FAIR: first come, first served",
	.kind = KIND_MAILBOX,
	.role = ROLE_OURS,
	.able = ABLE_ALONE | ABLE_TO_CROWD,
	.create = mailbox_create_fair,
	.destroy = mailbox_destroy,
	.mailbox = { .send = mailbox_send, .receive = mailbox_receive },
};

SUBJECT(kipc_fair);

static void mailbox_write_message(void *object, unsigned int element, void *data,
				  size_t size)
{
	struct mailboxes *mailboxes = object;

	must(write(kipc_mailbox_fd(mailboxes->list[element]), data, size) ==
	     (ssize_t)size);
}

static void mailbox_read_message(void *object, unsigned int element, void *buffer,
				 size_t size)
{
	struct mailboxes *mailboxes = object;

	must(read(kipc_mailbox_fd(mailboxes->list[element]), buffer, size) ==
	     (ssize_t)size);
}

static const struct subject kipc_file = {
	.name = "kipc-file",
	.about = "kipc's mailbox by read() and write()",
	.kind = KIND_MAILBOX,
	.role = ROLE_OURS,
	.able = ABLE_TO_ALL & ~ABLE_TO_CREATE,
	.create = mailbox_create,
	.destroy = mailbox_destroy,
	.mailbox = {
		.send = mailbox_write_message,
		.receive = mailbox_read_message,
	},
};

SUBJECT(kipc_file);
