// SPDX-License-Identifier: GPL-2.0-only
/* Pairs of Unix sockets. */
#include <sys/socket.h>

#include "subject.h"

/* Makes room for the messages of a mailbox, as far as the user may. */
static void socket_make_room(int fd, const struct shape *shape)
{
	int bytes = 2 * shape->size * shape->depth;

	if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &bytes, sizeof(bytes)) &&
	    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes)))
		give_up("SO_SNDBUF");
	errno = 0;
}

static void *socket_create(const struct shape *shape, int type)
{
	struct descriptors *sockets = descriptors_alloc(shape->elements);
	int ends[2];
	unsigned int i;

	for (i = 0; i < shape->elements; i++) {
		must(!socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ends));
		socket_make_room(ends[1], shape);
		sockets->list[i].out = ends[0];
		sockets->list[i].in = ends[1];
	}
	return sockets;
}

/*
 * Creates sockets for packets, and sends one as a test: a packet needs contiguous
 * memory in the kernel, so a large one may be impossible.
 */
static void *socket_create_packet(const struct shape *shape)
{
	struct descriptors *sockets = socket_create(shape, SOCK_SEQPACKET);
	void *data = allocate(shape->size);
	int fd = sockets->list[0].in;

	must(send(fd, data, shape->size, MSG_DONTWAIT) == (ssize_t)shape->size);
	fd = sockets->list[0].out;
	must(recv(fd, data, shape->size, 0) == (ssize_t)shape->size);
	free(data);
	return sockets;
}

static void *socket_create_stream(const struct shape *shape)
{
	return socket_create(shape, SOCK_STREAM);
}

static void socket_send_packet(void *object, unsigned int element, void *data,
			       size_t size)
{
	struct descriptors *sockets = object;

	must(send(sockets->list[element].in, data, size, MSG_NOSIGNAL) ==
	     (ssize_t)size);
}

static void socket_receive_packet(void *object, unsigned int element, void *buffer,
				  size_t size)
{
	struct descriptors *sockets = object;

	must(recv(sockets->list[element].out, buffer, size, MSG_WAITALL) ==
	     (ssize_t)size);
}

static const struct subject seqpacket = {
	.name = "seqpacket",
	.about = "Unix sockets, SOCK_SEQPACKET",
	.kind = KIND_MAILBOX,
	.able = ABLE_TO_ALL,
	.create = socket_create_packet,
	.destroy = descriptors_close,
	.mailbox = {
		.send = socket_send_packet,
		.receive = socket_receive_packet,
	},
};

SUBJECT(seqpacket);

static const struct subject stream = {
	.name = "stream",
	.about = "Unix sockets, SOCK_STREAM",
	.kind = KIND_MAILBOX,
	.able = ABLE_TO_ALL,
	.create = socket_create_stream,
	.destroy = descriptors_close,
	.mailbox = {
		.send = socket_send_packet,
		.receive = socket_receive_packet,
	},
};

SUBJECT(stream);
