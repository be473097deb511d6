// SPDX-License-Identifier: GPL-2.0-only
/* System V message queues. */
#include <sys/ipc.h>
#include <sys/msg.h>

#include "subject.h"

struct queues {
	unsigned int count;
	int ids[];
};

static void *sysv_queue_create(const struct shape *shape)
{
	struct queues *queues =
		allocate(sizeof(*queues) +
			 shape->elements * sizeof(queues->ids[0]));

	raise_limit("/proc/sys/kernel/msgmnb", shape->size * shape->depth);
	errno = 0;
	if (!raise_limit("/proc/sys/kernel/msgmax", shape->size))
		give_up("longer than kernel.msgmax");
	for (; queues->count < shape->elements; queues->count++) {
		queues->ids[queues->count] = msgget(IPC_PRIVATE, 0600);
		must(queues->ids[queues->count] >= 0);
	}
	return queues;
}

static void sysv_queue_destroy(void *object)
{
	struct queues *queues = object;

	while (queues->count)
		msgctl(queues->ids[--queues->count], IPC_RMID, NULL);
	free(queues);
}

/* Returns the header of a message, which is the type before the data. */
static long *sysv_queue_message(void *data)
{
	return (long *)data - 1;
}

static void sysv_queue_send(void *object, unsigned int element, void *data, size_t size)
{
	struct queues *queues = object;

	*sysv_queue_message(data) = 1;
	must(!msgsnd(queues->ids[element], sysv_queue_message(data), size, 0));
}

static void sysv_queue_receive(void *object, unsigned int element, void *buffer,
			       size_t size)
{
	struct queues *queues = object;

	must(msgrcv(queues->ids[element], sysv_queue_message(buffer), size, 0, 0) ==
	     (ssize_t)size);
}

static const struct subject sysv_queue = {
	.name = "msg",
	.about = "System V's message queue, msgsnd()",
	.kind = KIND_MAILBOX,
	.able = ABLE_TO_ALL,
	.create = sysv_queue_create,
	.destroy = sysv_queue_destroy,
	.mailbox = { .send = sysv_queue_send, .receive = sysv_queue_receive },
};

SUBJECT(sysv_queue);
