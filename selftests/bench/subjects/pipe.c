// SPDX-License-Identifier: GPL-2.0-only
/* Pipes and FIFOs, for messages and as semaphores with one byte per unit. */
#include <sys/stat.h>

#include "subject.h"

#define UNITS	4096	/* bytes in one write, at most */

static void *pipe_create_pipe(const struct shape *shape)
{
	struct descriptors *pipes = descriptors_alloc(shape->elements);
	int ends[2];
	unsigned int i;

	for (i = 0; i < shape->elements; i++) {
		must(!pipe2(ends, O_CLOEXEC));
		pipes->list[i].out = ends[0];
		pipes->list[i].in = ends[1];
	}
	return pipes;
}

static void *pipe_create_fifo(const struct shape *shape)
{
	struct descriptors *fifos = descriptors_alloc(shape->elements);
	char name[64];
	unsigned int i;

	for (i = 0; i < shape->elements; i++) {
		must(!mkfifo(unique_name(name, "/tmp/", i), 0600));
		fifos->list[i].in = open(name, O_RDWR | O_CLOEXEC);
		fifos->list[i].out = fifos->list[i].in;
		unlink(name);
		must(fifos->list[i].in >= 0);
	}
	return fifos;
}

static void pipe_post(void *object, unsigned int element, unsigned int count)
{
	static const char units[UNITS];
	struct descriptors *pipes = object;
	unsigned int now;

	for (; count; count -= now) {
		now = count < UNITS ? count : UNITS;
		write_all(pipes->list[element].in, units, now);
	}
}

static void pipe_wait(void *object, unsigned int element)
{
	struct descriptors *pipes = object;
	char unit;

	read_all(pipes->list[element].out, &unit, 1);
}

static void pipe_pairs(void *object, unsigned int count)
{
	while (count--) {
		pipe_post(object, 0, 1);
		pipe_wait(object, 0);
	}
}

static const struct subject pipe_semaphore = {
	.name = "pipe",
	.about = "a pipe, one byte per unit",
	.kind = KIND_SEMAPHORE,
	.able = ABLE_TO_ALL,
	.create = pipe_create_pipe,
	.destroy = descriptors_close,
	.semaphore = {
		.post = pipe_post,
		.wait = pipe_wait,
		.pairs = pipe_pairs,
	},
};

SUBJECT(pipe_semaphore);

static void pipe_send(void *object, unsigned int element, void *data, size_t size)
{
	struct descriptors *pipes = object;

	write_all(pipes->list[element].in, data, size);
}

static void pipe_receive(void *object, unsigned int element, void *buffer,
			 size_t size)
{
	struct descriptors *pipes = object;

	read_all(pipes->list[element].out, buffer, size);
}

static const struct subject pipe_mailbox = {
	.name = "pipe",
	.about = "a pipe",
	.kind = KIND_MAILBOX,
	.able = ABLE_TO_ALL,
	.create = pipe_create_pipe,
	.destroy = descriptors_close,
	.mailbox = { .send = pipe_send, .receive = pipe_receive },
};

SUBJECT(pipe_mailbox);

static const struct subject fifo_mailbox = {
	.name = "fifo",
	.about = "a FIFO",
	.kind = KIND_MAILBOX,
	.able = ABLE_TO_ALL,
	.create = pipe_create_fifo,
	.destroy = descriptors_close,
	.mailbox = { .send = pipe_send, .receive = pipe_receive },
};

SUBJECT(fifo_mailbox);

/* FIFOs exist until they are unlinked. */

struct names {
	unsigned int count;
};

static void *pipe_create_names(const struct shape *shape)
{
	struct names *names = allocate(sizeof(*names));
	char name[64];

	for (; names->count < shape->elements; names->count++)
		must(!mkfifo(unique_name(name, "/tmp/", names->count), 0600));
	return names;
}

static void pipe_destroy_names(void *object)
{
	struct names *names = object;
	char name[64];

	while (names->count)
		unlink(unique_name(name, "/tmp/", --names->count));
	free(names);
}

static void pipe_visit(void *object, unsigned int element)
{
	char name[64];
	int fd;

	(void)object;
	fd = open(unique_name(name, "/tmp/", element), O_RDWR | O_CLOEXEC);
	must(fd >= 0);
	close(fd);
}

static const struct subject fifo_names = {
	.name = "fifo",
	.about = "a FIFO, open()",
	.kind = KIND_NAMES,
	.able = ABLE_ALONE,
	.create = pipe_create_names,
	.destroy = pipe_destroy_names,
	.names = { .visit = pipe_visit },
};

SUBJECT(fifo_names);
