// SPDX-License-Identifier: GPL-2.0-only
/*
 * The verbs of mailboxes under faults: with and without a wait, granted and
 * refused. The state is the number of messages, each of which fills the whole
 * buffer.
 */
#include "fault_verb.h"
#include "fault_call.h"

#include <poll.h>

static long messages(struct subject *subject)
{
	struct kipc_mailbox_state_args state;
	int ret = mailbox_state(subject->fd, &state);

	if (ret)
		return ret;
	return state.bytes == (__u64)state.messages * BUFFER_SIZE ?
	       (long)state.messages : -EPROTO;
}

static void fill_buffer(char *buffer)
{
	unsigned int i;

	for (i = 0; i < BUFFER_SIZE; i++)
		buffer[i] = i * 7;
}

static int send_one(struct subject *subject)
{
	fill_buffer(subject->buffer);
	return mailbox_trysend(subject->fd, subject->buffer, BUFFER_SIZE, 5);
}

static int send_all(struct subject *subject)
{
	int ret = send_one(subject);

	return ret ? ret : send_one(subject);
}

static int receive(struct subject *subject, size_t capacity, __s64 deadline,
		   unsigned int flags)
{
	struct kipc_mailbox_receive_args args;
	char expected[BUFFER_SIZE];
	int ret;

	memset(subject->buffer, KIPC_POISON, BUFFER_SIZE);
	ret = receive_into(subject->fd, &args, subject->buffer, capacity,
			   deadline, flags);
	if (ret)
		return ret;
	fill_buffer(expected);
	return args.length == BUFFER_SIZE && args.priority == 5 &&
	       !memcmp(subject->buffer, expected, BUFFER_SIZE) ? 0 : -EPROTO;
}

/* Returns 0 if the next receiver gets the message as it was sent. */
static int works_receive(struct subject *subject)
{
	return receive(subject, BUFFER_SIZE, 0, KIPC_TRY);
}

static void help_sending(struct subject *subject)
{
	char message[BUFFER_SIZE];

	wait_for_a_waiter(subject);
	fill_buffer(message);
	mailbox_trysend(subject->fd, message, BUFFER_SIZE, 5);
}

static void help_receiving(struct subject *subject)
{
	struct kipc_mailbox_receive_args args;
	char message[BUFFER_SIZE];

	wait_for_a_waiter(subject);
	receive_into(subject->fd, &args, message, BUFFER_SIZE, 0, KIPC_TRY);
}

static int call_send(struct subject *subject)
{
	return mailbox_send(subject->fd, subject->buffer, BUFFER_SIZE, 5);
}

static int prepare_message(struct subject *subject)
{
	fill_buffer(subject->buffer);
	return 0;
}

FIXTURE_VARIANT_ADD(verb, mailbox_send) {
	.type = KIPC_MAILBOX,
	.operation = {
		.before = prepare_message,
		.call = call_send,
		.works = works_receive,
		.state = messages,
		.becomes = 1,
	},
};

static int works_receive_all(struct subject *subject)
{
	int ret = works_receive(subject);

	if (!ret)
		ret = works_receive(subject);
	return ret ? ret : works_receive(subject) + EAGAIN;
}

/* Room that was given and not used remains for the next sender. */
FIXTURE_VARIANT_ADD(verb, mailbox_send_and_wait) {
	.type = KIPC_MAILBOX,
	.operation = {
		.before = send_all,
		.help = help_receiving,
		.call = call_send,
		.works = works_receive_all,
	},
};

static int run_receiver(void *data)
{
	struct subject *subject = data;
	struct kipc_mailbox_receive_args args;
	char message[BUFFER_SIZE];

	return receive_into(subject->fd, &args, message, BUFFER_SIZE,
			    KIPC_FOREVER, 0);
}

static int start_receiver(struct subject *subject)
{
	child_start(&subject->helper, run_receiver, subject);
	wait_for_a_waiter(subject);
	return prepare_message(subject);
}

FIXTURE_VARIANT_ADD(verb, mailbox_send_to_a_receiver) {
	.type = KIPC_MAILBOX,
	.operation = {
		.before = start_receiver,
		.call = call_send,
		.state = messages,
	},
};

static int call_send_in_vain(struct subject *subject)
{
	return mailbox_timedsend(subject->fd, subject->buffer, BUFFER_SIZE, 5,
				 1, 0);
}

FIXTURE_VARIANT_ADD(verb, mailbox_send_in_vain) {
	.type = KIPC_MAILBOX,
	.operation = {
		.before = send_all,
		.call = call_send_in_vain,
		.ret = -ETIMEDOUT,
		.works = works_receive,
		.state = messages,
		.was = MESSAGES,
		.becomes = MESSAGES,
	},
};

FIXTURE_VARIANT_ADD(verb, mailbox_try_to_send_in_vain) {
	.type = KIPC_MAILBOX,
	.operation = {
		.before = send_all,
		.call = send_one,
		.ret = -EAGAIN,
		.works = works_receive,
		.state = messages,
		.was = MESSAGES,
		.becomes = MESSAGES,
	},
};

static int call_receive(struct subject *subject)
{
	return receive(subject, BUFFER_SIZE, KIPC_FOREVER, 0);
}

FIXTURE_VARIANT_ADD(verb, mailbox_receive) {
	.type = KIPC_MAILBOX,
	.operation = {
		.before = send_one,
		.call = call_receive,
		.state = messages,
		.was = 1,
	},
};

static int works_empty(struct subject *subject)
{
	return works_receive(subject) + EAGAIN;
}

/* A message that could not be delivered stays in the mailbox. */
FIXTURE_VARIANT_ADD(verb, mailbox_receive_and_wait) {
	.type = KIPC_MAILBOX,
	.operation = {
		.help = help_sending,
		.call = call_receive,
		.works = works_empty,
	},
};

static int call_receive_in_vain(struct subject *subject)
{
	return receive(subject, BUFFER_SIZE, 1, 0);
}

FIXTURE_VARIANT_ADD(verb, mailbox_receive_in_vain) {
	.type = KIPC_MAILBOX,
	.operation = {
		.call = call_receive_in_vain,
		.ret = -ETIMEDOUT,
		.state = messages,
	},
};

FIXTURE_VARIANT_ADD(verb, mailbox_try_to_receive_in_vain) {
	.type = KIPC_MAILBOX,
	.operation = {
		.call = works_receive,
		.ret = -EAGAIN,
		.state = messages,
	},
};

static int call_receive_short(struct subject *subject)
{
	return receive(subject, BUFFER_SIZE - 1, KIPC_FOREVER, 0);
}

FIXTURE_VARIANT_ADD(verb, mailbox_receive_too_long) {
	.type = KIPC_MAILBOX,
	.operation = {
		.before = send_one,
		.call = call_receive_short,
		.ret = -EMSGSIZE,
		.works = works_receive,
		.state = messages,
		.was = 1,
		.becomes = 1,
	},
};

static int call_peek(struct subject *subject)
{
	return receive(subject, BUFFER_SIZE, 0, KIPC_TRY | KIPC_PEEK);
}

FIXTURE_VARIANT_ADD(verb, mailbox_peek) {
	.type = KIPC_MAILBOX,
	.operation = {
		.before = send_one,
		.call = call_peek,
		.works = works_receive,
		.state = messages,
		.was = 1,
		.becomes = 1,
	},
};

static int call_mailbox_state(struct subject *subject)
{
	return messages(subject);
}

FIXTURE_VARIANT_ADD(verb, mailbox_state) {
	.type = KIPC_MAILBOX,
	.operation = {
		.call = call_mailbox_state,
	},
};

static int call_read_message(struct subject *subject)
{
	ssize_t ret = read(subject->fd, subject->buffer, BUFFER_SIZE);

	return ret < 0 ? -errno : (int)ret;
}

FIXTURE_VARIANT_ADD(verb, mailbox_read) {
	.type = KIPC_MAILBOX,
	.operation = {
		.before = send_one,
		.call = call_read_message,
		.ret = BUFFER_SIZE,
		.state = messages,
		.was = 1,
	},
};

FIXTURE_VARIANT_ADD(verb, mailbox_read_and_wait) {
	.type = KIPC_MAILBOX,
	.operation = {
		.help = help_sending,
		.call = call_read_message,
		.ret = BUFFER_SIZE,
		.works = works_empty,
	},
};

static int call_write_message(struct subject *subject)
{
	ssize_t ret = write(subject->fd, subject->buffer, BUFFER_SIZE);

	return ret < 0 ? -errno : (int)ret;
}

FIXTURE_VARIANT_ADD(verb, mailbox_write) {
	.type = KIPC_MAILBOX,
	.operation = {
		.call = call_write_message,
		.ret = BUFFER_SIZE,
		.state = messages,
		.becomes = 1,
	},
};

FIXTURE_VARIANT_ADD(verb, mailbox_poll) {
	.type = KIPC_MAILBOX,
	.operation = {
		.before = send_one,
		.call = call_poll,
		.ret = POLLIN,
		.works = works_receive,
		.state = messages,
		.was = 1,
		.becomes = 1,
	},
};

static int works_epoll_message(struct subject *subject)
{
	int ret = call_epoll_wait(subject);

	if (!ret)
		ret = send_one(subject);
	return ret ? ret : call_epoll_wait(subject) - 1;
}

FIXTURE_VARIANT_ADD(verb, mailbox_epoll_add) {
	.type = KIPC_MAILBOX,
	.operation = {
		.before = make_epoll,
		.call = call_epoll_add,
		.works = works_epoll_message,
		.state = messages,
	},
};

FIXTURE_VARIANT_ADD(verb, mailbox_mmap) {
	.type = KIPC_MAILBOX,
	.operation = {
		.call = call_mmap_page,
		.ret = -ENODEV,
	},
};

int main(int argc, char **argv)
{
	return faults_main(argc, argv);
}
