// SPDX-License-Identifier: GPL-2.0-only
#include "ring.h"

#include "until.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>

#include <linux/io_uring.h>

static void *ring_map(int fd, size_t bytes, off_t offset)
{
	void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED,
			    fd, offset);

	return memory == MAP_FAILED ? NULL : memory;
}

const char *ring_make(struct ring *ring)
{
	struct io_uring_params params = {};
	char *submit, *complete;

	ring->fd = syscall(__NR_io_uring_setup, 1, &params);
	if (ring->fd < 0 || pipe(ring->pipe))
		return "this kernel has no io_uring";
	submit = ring_map(ring->fd, params.sq_off.array + sizeof(int),
			  IORING_OFF_SQ_RING);
	complete = ring_map(ring->fd, params.cq_off.cqes +
			    params.cq_entries * sizeof(struct io_uring_cqe),
			    IORING_OFF_CQ_RING);
	ring->entries = ring_map(ring->fd, sizeof(*ring->entries),
				 IORING_OFF_SQES);
	if (!submit || !complete || !ring->entries)
		return "cannot map the ring";
	ring->tail = (void *)(submit + params.sq_off.tail);
	ring->indices = (void *)(submit + params.sq_off.array);
	ring->completed = (void *)(complete + params.cq_off.tail);
	return NULL;
}

int ring_poll(struct ring *ring)
{
	memset(ring->entries, 0, sizeof(*ring->entries));
	ring->entries->opcode = IORING_OP_POLL_ADD;
	ring->entries->fd = ring->pipe[0];
	ring->entries->poll32_events = POLLIN;
	ring->indices[0] = 0;
	__atomic_store_n(ring->tail, *ring->tail + 1, __ATOMIC_RELEASE);
	return syscall(__NR_io_uring_enter, ring->fd, 1, 0, 0, NULL, 0) == 1 ?
	       0 : -errno;
}

const char *by_ring(struct ring *ring, const struct child *child)
{
	if (write(ring->pipe[1], "", 1) != 1)
		return "cannot write to a pipe";
	wait_until(__atomic_load_n(ring->completed, __ATOMIC_ACQUIRE) ||
		   child_ended(child));
	return NULL;
}
