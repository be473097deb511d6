// SPDX-License-Identifier: GPL-2.0-only
/* POSIX message queues. */
#include <mqueue.h>

#include "subject.h"

#define DEPTH	10	/* the default limit for unprivileged users */

/* Raises the limits of the system, if the user is allowed to. */
static void posix_queue_raise_limits(const struct shape *shape)
{
	raise_limit("/proc/sys/fs/mqueue/msg_max", shape->depth);
	raise_limit("/proc/sys/fs/mqueue/msgsize_max", shape->size);
	errno = 0;
}

static mqd_t posix_queue_open_new(const char *name, const struct shape *shape)
{
	struct mq_attr attributes = {
		.mq_maxmsg = shape->depth,
		.mq_msgsize = shape->size,
	};

	const int flags = O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC;
	mqd_t queue;

	queue = mq_open(name, flags, 0600, &attributes);
	if (queue >= 0 || errno != EINVAL || attributes.mq_maxmsg <= DEPTH)
		return queue;
	attributes.mq_maxmsg = DEPTH;
	return mq_open(name, flags, 0600, &attributes);
}

static void *posix_queue_create(const struct shape *shape)
{
	struct descriptors *queues = descriptors_alloc(shape->elements);
	char name[64];
	unsigned int i;

	posix_queue_raise_limits(shape);
	for (i = 0; i < shape->elements; i++) {
		queues->list[i].in = posix_queue_open_new(unique_name(name, "/", i), shape);
		queues->list[i].out = queues->list[i].in;
		must(queues->list[i].in >= 0);
		mq_unlink(name);
	}
	return queues;
}

static void posix_queue_send(void *object, unsigned int element, void *data, size_t size)
{
	struct descriptors *queues = object;

	must(!mq_send(queues->list[element].in, data, size, 0));
}

static void posix_queue_receive(void *object, unsigned int element, void *buffer,
				size_t size)
{
	struct descriptors *queues = object;

	must(mq_receive(queues->list[element].out, buffer, size, NULL) ==
	     (ssize_t)size);
}

static const struct subject posix_queue = {
	.name = "mq",
	.about = "POSIX message queue",
	.kind = KIND_MAILBOX,
	.able = ABLE_TO_ALL,
	.create = posix_queue_create,
	.destroy = descriptors_close,
	.mailbox = { .send = posix_queue_send, .receive = posix_queue_receive },
};

SUBJECT(posix_queue);

/* Names exist until they are unlinked. */

struct names {
	unsigned int count;
};

static void *posix_queue_create_names(const struct shape *shape)
{
	const struct shape smallest = { .depth = 1, .size = 1 };
	struct names *names = allocate(sizeof(*names));
	char name[64];
	mqd_t queue;

	for (; names->count < shape->elements; names->count++) {
		queue = posix_queue_open_new(unique_name(name, "/", names->count),
					     &smallest);
		must(queue >= 0);
		mq_close(queue);
	}
	return names;
}

static void posix_queue_destroy_names(void *object)
{
	struct names *names = object;
	char name[64];

	while (names->count)
		mq_unlink(unique_name(name, "/", --names->count));
	free(names);
}

static void posix_queue_visit(void *object, unsigned int element)
{
	char name[64];
	mqd_t queue;

	(void)object;
	queue = mq_open(unique_name(name, "/", element), O_RDWR | O_CLOEXEC);
	must(queue >= 0);
	mq_close(queue);
}

static const struct subject posix_queue_names = {
	.name = "mq_open",
	.about = "POSIX message queue by name, mq_open()",
	.kind = KIND_NAMES,
	.able = ABLE_ALONE,
	.create = posix_queue_create_names,
	.destroy = posix_queue_destroy_names,
	.names = { .visit = posix_queue_visit },
};

SUBJECT(posix_queue_names);
