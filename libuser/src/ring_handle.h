/* SPDX-License-Identifier: MIT */
/**
 * @file ring_handle.h
 * DOC: rings in the library
 *
 * ring.c makes and frees handles and has the verbs that copy messages.
 * ring_loan.c has those that pass messages on in place. Both use what is here:
 * to claim a slot or a message, by the steps in linux/kipc_ring.h and, where
 * those find nothing, by KIPC_RING_CLAIM.
 *
 * After an error of a participant (nonsense in a slot) the slot is given up, so
 * that the ring goes on.
 */
#ifndef KIPC_RING_HANDLE_H
#define KIPC_RING_HANDLE_H

#include <linux/kipc_ring.h>

#include "attachment.h"
#include "checkers.h"
#include "sized.h"

/* How many chunks a handle remembers that it has given up last. */
#define RING_RECENT	8

/*
 * Looks for a slot before the kernel is asked. Only if other participants move
 * on all the time, or write nonsense, more looks are needed.
 */
#define RING_TRIES	1024

struct kipc_ring {
	struct kipc_words words;
	struct kipc_ring_layout layout;
	uint32_t copy_max;	/* bytes that go into a slot without a loan */
	/* Chunks that may be unused, plus 1; only hints. */
	uint32_t recent[RING_RECENT];
	uint32_t next;		/* where the next search begins; a hint */
};

/** A slot, or a message that is outside the slots. */
struct ring_claim {
	__u64 position;
	uint32_t lane;
	uint32_t found;		/**< KIPC_RING_REPEATED, KIPC_RING_OUTSIDE */
	uint32_t chunk;		/**< with KIPC_RING_OUTSIDE */
	uint32_t sender;
};

/** Whether the ring is mapped, so that this process can make the steps. */
static inline int ring_mapped(const struct kipc_ring *ring)
{
	return ring->words.map_size != 0;
}

/** The ring as this process sees it now; another one after fork(). */
static inline struct kipc_ring_map ring_map(const struct kipc_ring *ring)
{
	struct kipc_ring_map map;

	map.layout = &ring->layout;
	map.memory = ring->words.base;
	map.me = ring->words.attachment;
	map.slots = ring->layout.slots;
	return map;
}

static inline void *ring_chunk(const struct kipc_ring_map *map, uint32_t chunk)
{
	return KIPC_RING_AT(map->memory, kipc_ring_chunk_at(map, chunk));
}

/** Chunk and length that a claimed slot says. */
static inline uint64_t ring_content(const struct kipc_ring_map *map, uint32_t lane,
				    uint64_t position)
{
	return kipc_ring_load(&kipc_ring_slot(map, lane, position)->content);
}

/** Call KIPC_RING_KICK. */
void kipc_ring_kick(const struct kipc_ring *ring, uint32_t side, uint32_t lane);

/**
 * Claim a slot of a lane. Looks for one and then calls KIPC_RING_CLAIM, unless the
 * caller does not want to wait and the kernel need not know that it has found
 * nothing.
 * @param deadline  absolute, in nanoseconds; 0 with KIPC_TRY
 * @param flags     KIPC_TRY, KIPC_REALTIME
 * @param claim     out: what was claimed
 * @return 0, or a negative errno
 */
int kipc_ring_wait_slot(const struct kipc_ring *ring, uint32_t lane,
			int64_t deadline, unsigned int flags,
			struct ring_claim *claim);

/** Claim a message of any lane; otherwise as kipc_ring_wait_slot(). */
int kipc_ring_wait_message(const struct kipc_ring *ring, int64_t deadline,
			   unsigned int flags, struct ring_claim *claim);

/**
 * Make an unused chunk a spare or a loan of this process.
 * @param kind  KIPC_RING_SPARE or KIPC_RING_LOAN
 * @param chunk out: its number
 * @return 0, or -ENOBUFS if no chunk is unused
 */
int kipc_ring_take_chunk(struct kipc_ring *ring, uint32_t kind, uint32_t *chunk);

/** Make a chunk of this process unused, that is where @p kind says. */
int kipc_ring_drop_chunk(struct kipc_ring *ring, uint32_t kind, uint32_t chunk);

/** Publish a loan; otherwise as kipc_ring_timedpublish(), with KIPC_TRY. */
int kipc_ring_publish_chunk(struct kipc_ring *ring, uint32_t chunk, uint32_t length,
			    uint32_t lane, int64_t deadline, unsigned int flags);

/** Claim a slot of a lane if the first look finds one; returns whether it has. */
static inline __attribute__((always_inline))
int ring_try_slot(const struct kipc_ring_map *map, uint32_t lane, __u64 *position)
{
	if (!kipc_ring_likely(kipc_ring_try_send(map, lane, position) ==
			      KIPC_RING_FOUND))
		return 0;
	kipc_checker_acquire(kipc_ring_slot(map, lane, *position));
	return 1;
}

/**
 * Claim a message of a lane if the first look finds one, and no message is
 * outside the slots; returns whether it has.
 */
static inline __attribute__((always_inline))
int ring_try_message(const struct kipc_ring *ring, const struct kipc_ring_map *map,
		     uint32_t lane, __u64 *position)
{
	uint32_t sender;
	int bell = 0;

	if (kipc_ring_load(&kipc_ring_head(map)->returned))
		return 0;
	if (!kipc_ring_likely(kipc_ring_try_receive(map, lane, position, &sender,
						    &bell) == KIPC_RING_FOUND)) {
		if (bell)
			kipc_ring_kick(ring, KIPC_RING_SENDERS, lane);
		return 0;
	}
	kipc_checker_acquire(kipc_ring_slot(map, lane, *position));
	return 1;
}

static inline __attribute__((always_inline))
void ring_finish_send(const struct kipc_ring *ring, const struct kipc_ring_map *map,
		      uint32_t lane, __u64 position, __u64 content)
{
	kipc_checker_release(kipc_ring_slot(map, lane, position));
	if (kipc_ring_finish_send(map, lane, position, content))
		kipc_ring_kick(ring, KIPC_RING_RECEIVERS, lane);
}

static inline void ring_cancel_send(const struct kipc_ring *ring,
				    const struct kipc_ring_map *map, uint32_t lane,
				    __u64 position)
{
	if (kipc_ring_cancel_send(map, lane, position))
		kipc_ring_kick(ring, KIPC_RING_RECEIVERS, lane);
}

static inline __attribute__((always_inline))
void ring_finish_receive(const struct kipc_ring *ring,
			 const struct kipc_ring_map *map, uint32_t lane,
			 __u64 position)
{
	kipc_checker_release(kipc_ring_slot(map, lane, position));
	if (kipc_ring_finish_receive(map, lane, position))
		kipc_ring_kick(ring, KIPC_RING_SENDERS, lane);
}

/**
 * Fill in what the program is told of a message.
 * @param message  may be NULL
 * @param size     its size in bytes, as the program knows it
 */
static inline void ring_describe(struct kipc_ring_message *message, size_t size,
				 const struct ring_claim *claim, uint32_t length)
{
	const struct kipc_ring_message known = {
		.length = length,
		.lane = claim->lane,
		.sender = claim->sender,
		.repeated = claim->found & KIPC_RING_REPEATED,
	};

	if (message)
		kipc_sized_out(message, size, &known, sizeof(known));
}

#endif /* KIPC_RING_HANDLE_H */
