/* SPDX-License-Identifier: GPL-2.0-only */
/* The ioctls of mailboxes. */
#ifndef MAILBOX_H
#define MAILBOX_H

#include <stddef.h>

#include <linux/kipc.h>

int mailbox_timedsend(int fd, const void *data, size_t length,
		      unsigned int priority, __s64 deadline,
		      unsigned int flags);
int mailbox_send(int fd, const void *data, size_t length,
		 unsigned int priority);
int mailbox_trysend(int fd, const void *data, size_t length,
		    unsigned int priority);

/* A received message: the fields that the kernel has filled in, and its data. */
struct message {
	struct kipc_mailbox_receive_args args;
	char data[128];
};

int receive_into(int fd, struct kipc_mailbox_receive_args *args, void *buffer,
		 size_t capacity, __s64 deadline, unsigned int flags);
int mailbox_timedreceive(int fd, struct message *message, __s64 deadline,
			 unsigned int flags);
int mailbox_receive(int fd, struct message *message);
int mailbox_tryreceive(int fd, struct message *message);
int mailbox_peek(int fd, struct message *message);
int mailbox_state(int fd, struct kipc_mailbox_state_args *state);

#define check_mailbox(fd, expected_messages, expected_bytes) do { \
	struct kipc_mailbox_state_args __state; \
	EXPECT_EQ(0, mailbox_state(fd, &__state)); \
	EXPECT_EQ((__u32)(expected_messages), __state.messages); \
	EXPECT_EQ((__u64)(expected_bytes), __state.bytes); \
} while (0)

#endif /* MAILBOX_H */
