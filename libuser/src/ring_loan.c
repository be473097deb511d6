// SPDX-License-Identifier: MIT
/*
 * Messages in place: a chunk of the ring is lent to the program, which fills it,
 * or the program holds the chunk of a message that it has received. Each is
 * swapped for the chunk in a slot, see linux/kipc_ring.h.
 *
 * A chunk outside the slots that belongs to no process is *unused*. The numbers of
 * chunks that this process has made unused are remembered, so that there is
 * seldom a search. Remembering a chunk does not keep others from taking it.
 */
#include "ring_handle.h"

/* Takes the chunk if it is unused. */
static int ring_try_chunk(const struct kipc_ring_map *map, uint32_t kind,
			  uint32_t chunk)
{
	if (!kipc_ring_move(map, chunk, KIPC_RING_UNUSED, kind))
		return 0;
	kipc_checker_acquire(kipc_ring_place(map, chunk));
	return 1;
}

/* Takes a chunk that this process has made unused, if it still is. */
static int ring_take_recent(struct kipc_ring *ring, const struct kipc_ring_map *map,
			    uint32_t kind, uint32_t *chunk)
{
	uint32_t i, remembered;

	for (i = 0; i < RING_RECENT; i++) {
		if (!__atomic_load_n(&ring->recent[i], __ATOMIC_RELAXED))
			continue;
		remembered = __atomic_exchange_n(&ring->recent[i], 0,
						 __ATOMIC_RELAXED);
		*chunk = remembered - 1;
		if (remembered && ring_try_chunk(map, kind, *chunk))
			return 1;
	}
	return 0;
}

int kipc_ring_take_chunk(struct kipc_ring *ring, uint32_t kind, uint32_t *chunk)
{
	const struct kipc_ring_map map = ring_map(ring);
	uint32_t chunks = map.layout->chunks, i;
	uint32_t first = __atomic_load_n(&ring->next, __ATOMIC_RELAXED);

	if (ring_take_recent(ring, &map, kind, chunk))
		return 0;
	for (i = 0; i < chunks; i++) {
		*chunk = (first + i) % chunks;
		if (ring_try_chunk(&map, kind, *chunk)) {
			__atomic_store_n(&ring->next, *chunk + 1,
					 __ATOMIC_RELAXED);
			return 0;
		}
	}
	return -ENOBUFS;
}

static void ring_remember(struct kipc_ring *ring, uint32_t chunk)
{
	uint32_t i;

	for (i = 0; i < RING_RECENT - 1; i++)
		if (!__atomic_load_n(&ring->recent[i], __ATOMIC_RELAXED))
			break;
	__atomic_store_n(&ring->recent[i], chunk + 1, __ATOMIC_RELAXED);
}

int kipc_ring_drop_chunk(struct kipc_ring *ring, uint32_t kind, uint32_t chunk)
{
	const struct kipc_ring_map map = ring_map(ring);

	kipc_checker_release(kipc_ring_place(&map, chunk));
	if (!kipc_ring_move(&map, chunk, kind, KIPC_RING_UNUSED))
		return -EPERM;
	ring_remember(ring, chunk);
	return 0;
}

/* Returns 0 and the chunk that begins at an address, or -EINVAL. */
static int ring_chunk_of(const struct kipc_ring_map *map, const void *data,
			 uint32_t *chunk)
{
	uintptr_t first = (uintptr_t)ring_chunk(map, 0);
	uintptr_t offset = (uintptr_t)data - first;

	if ((uintptr_t)data < first || offset % map->layout->stride ||
	    offset / map->layout->stride >= map->layout->chunks)
		return -EINVAL;
	*chunk = offset / map->layout->stride;
	return 0;
}

/* ------------------------------------------------------------------------- */
/* Sending                                                                   */
/* ------------------------------------------------------------------------- */

int kipc_ring_loan(struct kipc_ring *ring, void **data)
{
	const struct kipc_ring_map map = ring_map(ring);
	uint32_t chunk;
	int error;

	*data = NULL;
	if (!ring_mapped(ring))
		return -EACCES;
	error = kipc_ring_take_chunk(ring, KIPC_RING_LOAN, &chunk);
	if (!error)
		*data = ring_chunk(&map, chunk);
	return error;
}

/*
 * The loan becomes a spare first. So of two threads that publish the same loan
 * only one does.
 */
int kipc_ring_publish_chunk(struct kipc_ring *ring, uint32_t chunk, uint32_t length,
			    uint32_t lane, int64_t deadline, unsigned int flags)
{
	const struct kipc_ring_map map = ring_map(ring);
	struct ring_claim claim;
	uint32_t spare;
	int error;

	if (!kipc_ring_move(&map, chunk, KIPC_RING_LOAN, KIPC_RING_SPARE))
		return -EPERM;
	error = kipc_ring_wait_slot(ring, lane, deadline, flags, &claim);
	if (!error && !kipc_ring_swap_in(&map, lane, claim.position, chunk, length,
					 &spare)) {
		ring_cancel_send(ring, &map, lane, claim.position);
		error = -EIO;
	}
	if (error) {
		kipc_ring_move(&map, chunk, KIPC_RING_SPARE, KIPC_RING_LOAN);
		return error;
	}
	ring_finish_send(ring, &map, lane, claim.position,
			 kipc_ring_content(chunk, length));
	kipc_ring_drop_chunk(ring, KIPC_RING_SPARE, spare);
	return 0;
}

static int ring_publish(struct kipc_ring *ring, void *data, size_t length,
			unsigned int lane, int64_t deadline, unsigned int flags)
{
	const struct kipc_ring_map map = ring_map(ring);
	uint32_t chunk;
	int error;

	if (!ring_mapped(ring))
		return -EACCES;
	if (length > map.layout->message_size)
		return -EMSGSIZE;
	if (lane >= map.layout->lanes)
		return -EINVAL;
	error = ring_chunk_of(&map, data, &chunk);
	if (error)
		return error;
	return kipc_ring_publish_chunk(ring, chunk, length, lane, deadline, flags);
}

int kipc_ring_timedpublish(struct kipc_ring *ring, void *data, size_t length,
			   unsigned int lane, int64_t deadline, unsigned int flags)
{
	if ((flags & ~KIPC_REALTIME) || deadline < 0)
		return -EINVAL;
	return ring_publish(ring, data, length, lane, deadline, flags);
}

int kipc_ring_publish(struct kipc_ring *ring, void *data, size_t length,
		      unsigned int lane)
{
	return ring_publish(ring, data, length, lane, KIPC_FOREVER, 0);
}

int kipc_ring_trypublish(struct kipc_ring *ring, void *data, size_t length,
			 unsigned int lane)
{
	return ring_publish(ring, data, length, lane, 0, KIPC_TRY);
}

/* Makes the chunk at an address unused, if it is where it has to be. */
static int ring_drop(struct kipc_ring *ring, const void *data, uint32_t kind)
{
	const struct kipc_ring_map map = ring_map(ring);
	uint32_t chunk;
	int error;

	if (!ring_mapped(ring))
		return -EACCES;
	error = ring_chunk_of(&map, data, &chunk);
	return error ?: kipc_ring_drop_chunk(ring, kind, chunk);
}

int kipc_ring_discard(struct kipc_ring *ring, void *data)
{
	return ring_drop(ring, data, KIPC_RING_LOAN);
}

/* ------------------------------------------------------------------------- */
/* Receiving                                                                 */
/* ------------------------------------------------------------------------- */

/* Takes a claimed message out of its slot, for which it leaves the spare. */
static ssize_t ring_hold_claimed(struct kipc_ring *ring,
				 const struct kipc_ring_map *map,
				 struct ring_claim *claim, uint32_t spare)
{
	uint64_t content = ring_content(map, claim->lane, claim->position);
	int valid = kipc_ring_content_valid(map, content);

	if (valid)
		kipc_ring_swap_out(map, claim->lane, claim->position, content,
				   spare);
	else
		kipc_ring_drop_chunk(ring, KIPC_RING_SPARE, spare);
	ring_finish_receive(ring, map, claim->lane, claim->position);
	claim->chunk = kipc_ring_content_chunk(content);
	return valid ? (ssize_t)kipc_ring_content_length(content) : -EIO;
}

/* Returns the length of a message that a dead participant held. */
static ssize_t ring_hold_outside(const struct kipc_ring_map *map, uint32_t chunk)
{
	uint64_t place = kipc_ring_load(kipc_ring_place(map, chunk));
	uint32_t length = kipc_ring_place_length(place);

	return length <= map->layout->message_size ? (ssize_t)length : -EIO;
}

static ssize_t ring_hold(struct kipc_ring *ring, const struct kipc_ring_map *map,
			 struct ring_claim *claim, int64_t deadline,
			 unsigned int flags)
{
	uint32_t spare;
	int error;

	error = kipc_ring_take_chunk(ring, KIPC_RING_SPARE, &spare);
	if (error)
		return error;
	error = kipc_ring_wait_message(ring, deadline, flags, claim);
	if (!error && !(claim->found & KIPC_RING_OUTSIDE))
		return ring_hold_claimed(ring, map, claim, spare);
	kipc_ring_drop_chunk(ring, KIPC_RING_SPARE, spare);
	return error ?: ring_hold_outside(map, claim->chunk);
}

ssize_t kipc_ring_hold_sized(struct kipc_ring *ring, const void **data,
			     struct kipc_ring_message *message, size_t size,
			     int64_t deadline, unsigned int flags)
{
	const struct kipc_ring_map map = ring_map(ring);
	struct ring_claim claim;
	ssize_t length;

	*data = NULL;
	if ((flags & ~(KIPC_TRY | KIPC_REALTIME)) || deadline < 0)
		return -EINVAL;
	if (!ring_mapped(ring))
		return -EACCES;
	length = ring_hold(ring, &map, &claim, deadline, flags);
	if (length < 0)
		return length;
	*data = ring_chunk(&map, claim.chunk);
	ring_describe(message, size, &claim, length);
	return length;
}

int kipc_ring_give_back(struct kipc_ring *ring, const void *data)
{
	return ring_drop(ring, data, KIPC_RING_HELD);
}
