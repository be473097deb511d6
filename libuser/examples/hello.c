// SPDX-License-Identifier: MIT
/* A child sends its parent a message. */
#include <error.h>
#include <stdio.h>
#include <unistd.h>

#include <kipc.h>

#define SECOND	1000000000LL

int main(void)
{
	struct kipc_mailbox *mailbox;
	struct kipc_message message;
	char text[64];
	ssize_t length;
	int status;

	status = kipc_mailbox_create(&mailbox, NULL, NULL);
	if (status)
		error(1, -status, "no mailbox; is the kipc module loaded?");
	if (!fork()) {
		status = kipc_mailbox_send(mailbox, "Hello", 5, 0);
		if (status)
			error(1, -status, "cannot send");
		return 0;
	}
	length = kipc_mailbox_timedreceive(mailbox, text, sizeof(text), &message,
					   kipc_deadline(5 * SECOND), 0);
	if (length < 0)
		error(1, -length, "cannot receive");
	printf("%.*s from process %u\n", (int)length, text, message.pid);
	kipc_mailbox_close(mailbox);
	return 0;
}
