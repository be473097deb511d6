// SPDX-License-Identifier: MIT
/*
 * Rings: handles, and the verbs that copy messages. Those that pass them on in
 * place are in ring_loan.c. A handle that has no mapping, because its descriptor
 * is not open for both reading and writing, uses KIPC_RING_SEND.
 */
#include <stdbool.h>
#include <string.h>
#include <sys/uio.h>

#include "ring_handle.h"

#define DEFAULT_MESSAGE_SIZE	256
#define DEFAULT_SLOTS		64
#define DEFAULT_LANES		1
#define DEFAULT_LOANS		16

/*
 * Messages above this size, in bytes, are copied into a loan if there is one,
 * so that the slot is claimed only for a moment.
 */
#define COPY_MAX		1024

static struct kipc_ring *ring_of(const struct kipc_object *object)
{
	struct kipc_ring *ring = object->handle;

	ring->words = object->words;
	kipc_ring_layout_init(&ring->layout, object->attributes.ring.message_size,
			      object->attributes.ring.slots,
			      object->attributes.ring.lanes,
			      object->attributes.ring.loans);
	ring->next = ring->layout.chunks - object->attributes.ring.loans;
	kipc_words_register(&ring->words);
	return ring;
}

int kipc_ring_create_sized(struct kipc_ring **ring, const char *name,
			   const struct kipc_ring_options *given, size_t size)
{
	struct kipc_ring_options options;
	struct kipc_create_args args;
	struct kipc_object object;
	int error;

	*ring = NULL;
	error = kipc_sized_in(&options, sizeof(options),
			      SIZE_UP_TO(struct kipc_ring_options, access), given,
			      size);
	if (error)
		return error;
	/* An initialiser need not clear the attributes' unused bytes. */
	memset(&args, 0, sizeof(args));
	args.flags = options.flags;
	args.type = KIPC_RING;
	args.elements = 1;
	args.mode = options.mode ?: 0600;
	args.access = options.access;
	args.attributes.ring.message_size =
		options.message_size ?: DEFAULT_MESSAGE_SIZE;
	args.attributes.ring.slots = options.slots ?: DEFAULT_SLOTS;
	args.attributes.ring.lanes = options.lanes ?: DEFAULT_LANES;
	args.attributes.ring.loans = options.loans ?: DEFAULT_LOANS;
	error = kipc_object_create(&object, sizeof(**ring), &args, name);
	*ring = error ? NULL : ring_of(&object);
	return error;
}

int kipc_ring_open(struct kipc_ring **ring, const char *name, unsigned int access)
{
	struct kipc_object object;
	int error;

	error = kipc_object_open(&object, sizeof(**ring), KIPC_RING, name, access);
	*ring = error ? NULL : ring_of(&object);
	return error;
}

int kipc_ring_import(struct kipc_ring **ring, int fd)
{
	struct kipc_object object;
	int error;

	error = kipc_object_import(&object, sizeof(**ring), KIPC_RING, fd);
	*ring = error ? NULL : ring_of(&object);
	return error;
}

void kipc_ring_close(struct kipc_ring *ring)
{
	if (!ring)
		return;
	kipc_words_unregister(&ring->words);
	kipc_object_close(ring, &ring->words, ring->words.fd);
}

int kipc_ring_fd(const struct kipc_ring *ring)
{
	return ring->words.fd;
}

/* ------------------------------------------------------------------------- */
/* The kernel's part                                                         */
/* ------------------------------------------------------------------------- */

void kipc_ring_kick(const struct kipc_ring *ring, uint32_t side, uint32_t lane)
{
	struct kipc_ring_kick_args args = {
		.size = sizeof(args),
		.side = side,
		.lane = lane,
	};

	kipc_call(ring->words.fd, KIPC_RING_KICK, &args);
}

int kipc_ring_claim_slow(const struct kipc_ring *ring,
			 const struct kipc_ring_map *map, uint32_t side,
			 int64_t deadline, unsigned int flags,
			 struct ring_claim *claim)
{
	const struct kipc_ring_head *head = kipc_ring_head(map);
	struct kipc_ring_claim_args args = {
		.size = sizeof(args),
		.flags = flags,
		.side = side,
		.lane = side == KIPC_RING_SENDERS ? claim->lane : 0,
		.deadline = deadline,
	};
	int error;

	if ((flags & KIPC_TRY) && !kipc_ring_load(&head->polled) &&
	    (side == KIPC_RING_SENDERS || !kipc_ring_load(&head->returned)))
		return -EAGAIN;
	error = kipc_call(ring->words.fd, KIPC_RING_CLAIM, &args);
	if (error)
		return error;
	claim->position = args.position;
	claim->lane = args.from;
	claim->found = args.found;
	claim->chunk = args.chunk;
	claim->sender = args.sender;
	return 0;
}

/* ------------------------------------------------------------------------- */
/* Sending                                                                   */
/* ------------------------------------------------------------------------- */

/* Sends through a descriptor that is not mapped. */
static int ring_send_unmapped(const struct kipc_ring *ring, const void *data,
			      uint32_t length, uint32_t lane, int64_t deadline,
			      unsigned int flags)
{
	struct kipc_ring_send_args args = {
		.size = sizeof(args),
		.flags = flags,
		.lane = lane,
		.length = length,
		.data = (uintptr_t)data,
		.deadline = deadline,
	};

	return kipc_call(ring->words.fd, KIPC_RING_SEND, &args);
}

/* Copies into a loan and publishes it. -ENOBUFS: there is none. */
__attribute__((noinline))
static int ring_send_loan(struct kipc_ring *ring, const struct kipc_ring_map *map,
			  const void *data, uint32_t length, uint32_t lane,
			  int64_t deadline, unsigned int flags)
{
	uint32_t chunk;
	int error;

	error = kipc_ring_take_chunk(ring, map, KIPC_RING_LOAN, &chunk);
	if (error)
		return error;
	memcpy(ring_chunk(map, chunk), data, length);
	error = kipc_ring_publish_chunk(ring, map, chunk, length, lane, deadline,
					flags);
	if (error)
		kipc_ring_drop_chunk(ring, map, KIPC_RING_LOAN, chunk);
	return error;
}

static inline __attribute__((always_inline))
int ring_send(struct kipc_ring *ring, const void *data, size_t length,
	      unsigned int lane, int64_t deadline, unsigned int flags)
{
	const struct kipc_ring_map map = ring_map(ring);
	struct ring_claim claim;
	uint32_t chunk;
	int error;

	if (length > map.layout.message_size)
		return -EMSGSIZE;
	if (lane >= map.layout.lanes)
		return -EINVAL;
	if (!ring_mapped(ring))
		return ring_send_unmapped(ring, data, length, lane, deadline,
					  flags);
	if (length > COPY_MAX) {
		error = ring_send_loan(ring, &map, data, length, lane, deadline,
				       flags);
		if (error != -ENOBUFS)
			return error;
	}
	error = ring_claim_slot(ring, &map, lane, deadline, flags, &claim);
	if (error)
		return error;
	chunk = kipc_ring_content_chunk(ring_content(&map, lane, claim.position));
	if (chunk >= map.layout.chunks) {
		ring_cancel_send(ring, &map, &claim);
		return -EIO;
	}
	memcpy(ring_chunk(&map, chunk), data, length);
	ring_finish_send(ring, &map, &claim, chunk, length);
	return 0;
}

int kipc_ring_timedsend(struct kipc_ring *ring, const void *data, size_t length,
			unsigned int lane, int64_t deadline, unsigned int flags)
{
	if ((flags & ~KIPC_REALTIME) || deadline < 0)
		return -EINVAL;
	return ring_send(ring, data, length, lane, deadline, flags);
}

int kipc_ring_send(struct kipc_ring *ring, const void *data, size_t length,
		   unsigned int lane)
{
	return ring_send(ring, data, length, lane, KIPC_FOREVER, 0);
}

int kipc_ring_trysend(struct kipc_ring *ring, const void *data, size_t length,
		      unsigned int lane)
{
	return ring_send(ring, data, length, lane, 0, KIPC_TRY);
}

/* ------------------------------------------------------------------------- */
/* Receiving                                                                 */
/* ------------------------------------------------------------------------- */

/* Receives through a descriptor that is not mapped. */
static ssize_t ring_receive_unmapped(const struct kipc_ring *ring, void *buffer,
				     struct kipc_ring_message *message, size_t size,
				     int64_t deadline, unsigned int flags)
{
	struct kipc_ring_receive_args args = {
		.size = sizeof(args),
		.flags = flags,
		.capacity = ring->layout.message_size,
		.data = (uintptr_t)buffer,
		.deadline = deadline,
	};
	struct ring_claim claim = {};
	int error;

	error = kipc_call(ring->words.fd, KIPC_RING_RECEIVE, &args);
	if (error)
		return error;
	kipc_checker_written(buffer, args.length);
	claim.lane = args.lane;
	claim.sender = args.sender;
	claim.found = args.found;
	ring_describe(message, size, &claim, args.length);
	return args.length;
}

/* Copies a message that a dead participant held, and makes its chunk unused. */
static ssize_t ring_receive_outside(struct kipc_ring *ring,
				    const struct kipc_ring_map *map, void *buffer,
				    struct kipc_ring_message *message, size_t size,
				    struct ring_claim *claim)
{
	uint64_t place = kipc_ring_load(kipc_ring_place(map, claim->chunk));
	uint32_t length = kipc_ring_place_length(place);

	if (length > map->layout.message_size)
		length = 0;
	memcpy(buffer, ring_chunk(map, claim->chunk), length);
	ring_describe(message, size, claim, length);
	kipc_ring_drop_chunk(ring, map, KIPC_RING_HELD, claim->chunk);
	return length;
}

ssize_t kipc_ring_receive_sized(struct kipc_ring *ring, void *buffer,
				size_t capacity, struct kipc_ring_message *message,
				size_t size, int64_t deadline, unsigned int flags)
{
	const struct kipc_ring_map map = ring_map(ring);
	struct ring_claim claim;
	uint64_t content;
	uint32_t length;
	int error;

	if ((flags & ~(KIPC_TRY | KIPC_REALTIME)) || deadline < 0)
		return -EINVAL;
	if (capacity < map.layout.message_size)
		return -EMSGSIZE;
	if (!ring_mapped(ring))
		return ring_receive_unmapped(ring, buffer, message, size,
					     deadline, flags);
	error = ring_claim_message(ring, &map, deadline, flags, &claim);
	if (error)
		return error;
	if (__builtin_expect(claim.found & KIPC_RING_OUTSIDE, 0))
		return ring_receive_outside(ring, &map, buffer, message, size,
					    &claim);
	content = ring_content(&map, claim.lane, claim.position);
	length = kipc_ring_content_length(content);
	if (kipc_ring_content_valid(&map, content))
		memcpy(buffer, ring_chunk(&map, kipc_ring_content_chunk(content)),
		       length);
	else
		error = -EIO;
	ring_finish_receive(ring, &map, &claim);
	if (error)
		return error;
	ring_describe(message, size, &claim, length);
	return length;
}

int kipc_ring_state_sized(struct kipc_ring *ring, struct kipc_ring_state_args *state,
			  size_t size)
{
	return kipc_object_state(ring->words.fd, KIPC_RING_STATE, 0, state, size);
}
