// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a dead participant has left in a ring. It had made some of the steps in
 * linux/kipc_ring.h and will not make the next one:
 *
 *	WRITING		There will be no message: DEAD. The slot keeps the chunk
 *			that it names, which may already be the filled one.
 *	READING, and the slot names an empty chunk
 *			The message was taken out: FREE.
 *	READING		The message is in the slot: RETURNED.
 *
 * Only after all slots the places of the chunks are repaired, because a slot
 * says that the chunk that it names is in a slot, whatever the place says:
 *
 *	SPARE, LOAN	UNUSED.
 *	HELD		BACK; the message is given out again.
 *
 * Another participant changes neither a slot that the dead one has claimed nor
 * the place of a chunk that belongs to the dead one. So the lock is dropped from
 * time to time. What the pages say is checked each time that it is read.
 */
#include "ring.h"

#define REPAIR_BATCH	1024	/* slots or chunks for each hold of the lock */

/* The place of the chunk that a slot names. */
static void ring_repair_named(const struct kipc_ring_map *map, u64 content)
{
	u32 chunk = kipc_ring_content_chunk(content);

	if (chunk < map->layout->chunks)
		kipc_ring_store(kipc_ring_place(map, chunk),
				kipc_ring_place_of(KIPC_RING_IN_SLOT, 0, 0));
}

/* Returns 1 if the participant had claimed the slot, which is repaired then. */
static u32 ring_repair_slot(struct kipc_ring *ring, u32 id, u32 number)
{
	const struct kipc_ring_map *map = &ring->map;
	struct kipc_ring_slot *slot = kipc_ring_slot_at(map, number);
	u64 state = kipc_ring_load(&slot->state);
	u64 content = kipc_ring_load(&slot->content);
	u64 position = kipc_ring_state_position(state);
	u32 phase = kipc_ring_state_phase(state);

	if (kipc_ring_state_claimer(state) != id)
		return 0;
	if (phase == KIPC_RING_WRITING) {
		ring->dead++;
		ring->dead_sender = id;
		state = kipc_ring_state_of(position, id, KIPC_RING_DEAD);
	} else if (phase != KIPC_RING_READING) {
		return 0;
	} else if (kipc_ring_content_length(content) == KIPC_RING_EMPTY) {
		state = kipc_ring_next_state(map, position);
	} else {
		state = kipc_ring_state_of(position, 0, KIPC_RING_RETURNED);
		kipc_ring_note_returned(ring, number);
	}
	ring_repair_named(map, content);
	/* A task that finds the slot in its new state finds the place, too. */
	kipc_ring_store_release(&slot->state, state);
	return 1;
}

/* Returns 1 if the participant held a message there, which is given back. */
static u32 ring_repair_place(struct kipc_ring *ring, u32 id, u32 chunk)
{
	const struct kipc_ring_map *map = &ring->map;
	u64 *word = kipc_ring_place(map, chunk), place = kipc_ring_load(word);
	u32 length = kipc_ring_place_length(place);
	u32 kind = kipc_ring_place_kind(place);

	if (kipc_ring_place_owner(place) != id)
		return 0;
	if (kind == KIPC_RING_HELD && length <= map->layout->message_size) {
		kipc_ring_store(word, kipc_ring_place_of(KIPC_RING_BACK, 0,
							 length));
		kipc_ring_note_returned(ring, kipc_ring_slots(ring) + chunk);
		return 1;
	}
	if (kind == KIPC_RING_SPARE || kind == KIPC_RING_LOAN ||
	    kind == KIPC_RING_HELD)
		kipc_ring_store(word, kipc_ring_place_of(KIPC_RING_UNUSED, 0,
							 0));
	return 0;
}

/* Repairs all slots, or all places. */
static u32 ring_repair_all(struct kipc_ring *ring, u32 id, u32 count,
			   u32 (*repair)(struct kipc_ring *ring, u32 id,
					 u32 number))
{
	u32 number = 0, repaired = 0, end;

	while (number < count) {
		end = min(count, number + REPAIR_BATCH);
		spin_lock(&ring->lock);
		while (number < end)
			repaired += repair(ring, id, number++);
		spin_unlock(&ring->lock);
		cond_resched();
	}
	return repaired;
}

/**
 * kipc_ring_repair() - repair what a participant has left
 * @object: a ring
 * @attachment: is marked as over or gone
 *
 * The participant may have changed a slot without kicking. So all sides are
 * kicked even if there was nothing to repair.
 *
 * Context: may sleep
 * Return: how many messages it was sending, receiving or holding
 */
u32 kipc_ring_repair(struct kipc_object *object,
		     struct kipc_attachment *attachment)
{
	struct kipc_ring *ring = kipc_ring_of(object);
	u32 repaired;

	repaired = ring_repair_all(ring, attachment->id, kipc_ring_slots(ring),
				   ring_repair_slot);
	repaired += ring_repair_all(ring, attachment->id,
				    ring->map.layout->chunks, ring_repair_place);
	kipc_ring_kick_all(ring, false);
	return repaired;
}
