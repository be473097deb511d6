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
	ring->copy_max = ring->layout.message_size < COPY_MAX ?
			 ring->layout.message_size : COPY_MAX;
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

/*
 * What checkers.h is told to stand for what was claimed: the slot, or the place
 * of the chunk.
 */
static const void *ring_claimed(const struct kipc_ring_map *map,
				const struct ring_claim *claim)
{
	if (claim->found & KIPC_RING_OUTSIDE)
		return kipc_ring_place(map, claim->chunk);
	return kipc_ring_slot(map, claim->lane, claim->position);
}

/* Claims by KIPC_RING_CLAIM. */
static int ring_claim(const struct kipc_ring *ring, uint32_t side, uint32_t lane,
		      int64_t deadline, unsigned int flags,
		      struct ring_claim *claim)
{
	struct kipc_ring_claim_args args = {
		.size = sizeof(args),
		.flags = flags,
		.side = side,
		.lane = lane,
		.deadline = deadline,
	};
	int error = kipc_call(ring->words.fd, KIPC_RING_CLAIM, &args);

	if (error)
		return error;
	claim->position = args.position;
	claim->lane = args.from;
	claim->found = args.found;
	claim->chunk = args.chunk;
	claim->sender = args.sender;
	return 0;
}

int kipc_ring_wait_slot(const struct kipc_ring *ring, uint32_t lane,
			int64_t deadline, unsigned int flags,
			struct ring_claim *claim)
{
	const struct kipc_ring_map map = ring_map(ring);
	int error = 0;

	*claim = (struct ring_claim){ .lane = lane };
	if (kipc_ring_claim_send(&map, lane, RING_TRIES, &claim->position) !=
	    KIPC_RING_FOUND) {
		if ((flags & KIPC_TRY) &&
		    !kipc_ring_load(&kipc_ring_head(&map)->polled))
			return -EAGAIN;
		error = ring_claim(ring, KIPC_RING_SENDERS, lane, deadline,
				   flags, claim);
	}
	if (!error)
		kipc_checker_acquire(ring_claimed(&map, claim));
	return error;
}

/*
 * Looks in all lanes, from the highest one down. Returns KIPC_RING_FOUND, or
 * another value if there was nothing.
 */
static int ring_find_message(const struct kipc_ring *ring,
			     const struct kipc_ring_map *map,
			     struct ring_claim *claim)
{
	int found = KIPC_RING_NOTHING, bell = 0;

	*claim = (struct ring_claim){ .lane = map->layout->lanes };
	while (claim->lane && found != KIPC_RING_FOUND) {
		claim->lane--;
		found = kipc_ring_claim_receive(map, claim->lane, RING_TRIES,
						&claim->position,
						&claim->sender, &bell);
		if (bell)
			kipc_ring_kick(ring, KIPC_RING_SENDERS, claim->lane);
		bell = 0;
	}
	return found;
}

int kipc_ring_wait_message(const struct kipc_ring *ring, int64_t deadline,
			   unsigned int flags, struct ring_claim *claim)
{
	const struct kipc_ring_map map = ring_map(ring);
	const struct kipc_ring_head *head = kipc_ring_head(&map);
	int error = 0;

	if (kipc_ring_load(&head->returned) ||
	    ring_find_message(ring, &map, claim) != KIPC_RING_FOUND) {
		if ((flags & KIPC_TRY) && !kipc_ring_load(&head->polled) &&
		    !kipc_ring_load(&head->returned))
			return -EAGAIN;
		error = ring_claim(ring, KIPC_RING_RECEIVERS, 0, deadline,
				   flags, claim);
	}
	if (!error)
		kipc_checker_acquire(ring_claimed(&map, claim));
	return error;
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
static int ring_send_loan(struct kipc_ring *ring, const void *data, uint32_t length,
			  uint32_t lane, int64_t deadline, unsigned int flags)
{
	const struct kipc_ring_map map = ring_map(ring);
	uint32_t chunk;
	int error;

	error = kipc_ring_take_chunk(ring, KIPC_RING_LOAN, &chunk);
	if (error)
		return error;
	memcpy(ring_chunk(&map, chunk), data, length);
	error = kipc_ring_publish_chunk(ring, chunk, length, lane, deadline, flags);
	if (error)
		kipc_ring_drop_chunk(ring, KIPC_RING_LOAN, chunk);
	return error;
}

/* Copies a message into a slot that is claimed, and sends it. */
static inline __attribute__((always_inline))
int ring_send_slot(const struct kipc_ring *ring, const struct kipc_ring_map *map,
		   uint32_t lane, __u64 position, const void *data, size_t length)
{
	uint64_t content = ring_content(map, lane, position);
	uint32_t chunk = kipc_ring_content_chunk(content);

	if (!kipc_ring_likely(chunk < map->layout->chunks)) {
		ring_cancel_send(ring, map, lane, position);
		return -EIO;
	}
	memcpy(ring_chunk(map, chunk), data, length);
	ring_finish_send(ring, map, lane, position,
			 kipc_ring_content(chunk, length));
	return 0;
}

/* Sends a message that is long, or for which there is no slot at once. */
__attribute__((noinline))
static int ring_send_slow(struct kipc_ring *ring, const void *data, size_t length,
			  uint32_t lane, int64_t deadline, unsigned int flags)
{
	const struct kipc_ring_map map = ring_map(ring);
	struct ring_claim claim;
	int error;

	if (length > map.layout->message_size)
		return -EMSGSIZE;
	if (lane >= map.layout->lanes)
		return -EINVAL;
	if (!ring_mapped(ring))
		return ring_send_unmapped(ring, data, length, lane, deadline,
					  flags);
	if (length > COPY_MAX) {
		error = ring_send_loan(ring, data, length, lane, deadline, flags);
		if (error != -ENOBUFS)
			return error;
	}
	error = kipc_ring_wait_slot(ring, lane, deadline, flags, &claim);
	if (error)
		return error;
	return ring_send_slot(ring, &map, claim.lane, claim.position, data, length);
}

static inline __attribute__((always_inline))
int ring_send(struct kipc_ring *ring, const void *data, size_t length,
	      unsigned int lane, int64_t deadline, unsigned int flags)
{
	const struct kipc_ring_map map = ring_map(ring);
	__u64 position;

	if (length > ring->copy_max || lane >= map.layout->lanes ||
	    !ring_mapped(ring) ||
	    !ring_try_slot(&map, lane, &position))
		return ring_send_slow(ring, data, length, lane, deadline, flags);
	return ring_send_slot(ring, &map, lane, position, data, length);
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
static ssize_t ring_receive_outside(struct kipc_ring *ring, void *buffer,
				    struct kipc_ring_message *message, size_t size,
				    const struct ring_claim *claim)
{
	const struct kipc_ring_map map = ring_map(ring);
	uint64_t place = kipc_ring_load(kipc_ring_place(&map, claim->chunk));
	uint32_t length = kipc_ring_place_length(place);

	if (length > map.layout->message_size)
		length = 0;
	memcpy(buffer, ring_chunk(&map, claim->chunk), length);
	ring_describe(message, size, claim, length);
	kipc_ring_drop_chunk(ring, KIPC_RING_HELD, claim->chunk);
	return length;
}

/* Copies the message in a slot that is claimed, and makes the slot free. */
static inline __attribute__((always_inline))
ssize_t ring_receive_slot(const struct kipc_ring *ring,
			  const struct kipc_ring_map *map, uint32_t lane,
			  __u64 position, void *buffer)
{
	uint64_t content = ring_content(map, lane, position);
	ssize_t length = kipc_ring_content_length(content);

	if (kipc_ring_likely(kipc_ring_content_valid(map, content)))
		memcpy(buffer, ring_chunk(map, kipc_ring_content_chunk(content)),
		       length);
	else
		length = -EIO;
	ring_finish_receive(ring, map, lane, position);
	return length;
}

/* Receives if the first look finds no message, or more is to be told of it. */
__attribute__((noinline))
static ssize_t ring_receive_slow(struct kipc_ring *ring, void *buffer,
				 struct kipc_ring_message *message, size_t size,
				 int64_t deadline, unsigned int flags)
{
	const struct kipc_ring_map map = ring_map(ring);
	struct ring_claim claim;
	ssize_t length;
	int error;

	if (!ring_mapped(ring))
		return ring_receive_unmapped(ring, buffer, message, size,
					     deadline, flags);
	error = kipc_ring_wait_message(ring, deadline, flags, &claim);
	if (error)
		return error;
	if (claim.found & KIPC_RING_OUTSIDE)
		return ring_receive_outside(ring, buffer, message, size, &claim);
	length = ring_receive_slot(ring, &map, claim.lane, claim.position, buffer);
	if (length >= 0)
		ring_describe(message, size, &claim, length);
	return length;
}

ssize_t kipc_ring_receive_sized(struct kipc_ring *ring, void *buffer,
				size_t capacity, struct kipc_ring_message *message,
				size_t size, int64_t deadline, unsigned int flags)
{
	const struct kipc_ring_map map = ring_map(ring);
	const uint32_t lane = map.layout->lanes - 1;
	__u64 position;

	if ((flags & ~(KIPC_TRY | KIPC_REALTIME)) || deadline < 0)
		return -EINVAL;
	if (capacity < map.layout->message_size)
		return -EMSGSIZE;
	if (message || !ring_mapped(ring) ||
	    !ring_try_message(ring, &map, lane, &position))
		return ring_receive_slow(ring, buffer, message, size, deadline,
					 flags);
	return ring_receive_slot(ring, &map, lane, position, buffer);
}

int kipc_ring_state_sized(struct kipc_ring *ring, struct kipc_ring_state_args *state,
			  size_t size)
{
	return kipc_object_state(ring->words.fd, KIPC_RING_STATE, 0, state, size);
}
