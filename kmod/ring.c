// SPDX-License-Identifier: GPL-2.0-only
/* Claiming, waiting and kicking. The arguments are checked in ring_ioctl.c. */
#include <linux/bitmap.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "compat.h"
#include "poll.h"
#include "ring.h"
#include "scan.h"

#define LOOK_TRIES	64	/* steps for each time that the lock is held */
#define LOOK_ROUNDS	16	/* times that the lock is taken for a search */
#define BEHIND_MAX	16	/* kicked waiters that the scan looks behind */

/* ------------------------------------------------------------------------ */
/* Bells                                                                    */
/* ------------------------------------------------------------------------ */

static bool ring_receives(const struct kipc_ring *ring,
			  const struct kipc_ring_side *side)
{
	return side == &ring->receivers;
}

static u32 ring_lane(const struct kipc_ring *ring,
		     const struct kipc_ring_side *side)
{
	return side - ring->senders;
}

static struct wait_queue_head *ring_pollers(struct kipc_ring *ring,
					    const struct kipc_ring_side *side)
{
	if (ring_receives(ring, side))
		return &ring->object.pollers;
	return side == ring->senders ? &ring->writers : NULL;
}

/* Sets the bell. What is looked at after that is up to date, see ring.h. */
static void ring_set_bell(u64 *index)
{
	kipc_ring_or(index, KIPC_RING_BELL);
}

static void ring_clear_bell(u64 *index)
{
	if (kipc_ring_load(index) & KIPC_RING_BELL)
		atomic64_andnot(KIPC_RING_BELL, (atomic64_t *)index);
}

/* Does one of these to the bells that call the waiters of a side. */
static void ring_for_bells(struct kipc_ring *ring,
			   const struct kipc_ring_side *side,
			   void (*change)(u64 *index))
{
	const struct kipc_ring_map *map = &ring->map;
	u32 lane;

	lockdep_assert_held(&ring->lock);
	if (!ring_receives(ring, side)) {
		change(kipc_ring_head_index(map, ring_lane(ring, side)));
		return;
	}
	for (lane = 0; lane < map->layout->lanes; lane++)
		change(kipc_ring_tail_index(map, lane));
}

/* Returns true if a task of this side may find what it looks for. */
static bool ring_has(const struct kipc_ring *ring,
		     const struct kipc_ring_side *side)
{
	const struct kipc_ring_map *map = &ring->map;
	u64 index, state;
	u32 lane;

	if (!ring_receives(ring, side))
		return kipc_ring_find_send(map, ring_lane(ring, side), &index,
					   &state) != KIPC_RING_NOTHING;
	if (ring->returned_count)
		return true;
	for (lane = 0; lane < map->layout->lanes; lane++)
		if (kipc_ring_find_receive(map, lane, &index, &state) !=
		    KIPC_RING_NOTHING)
			return true;
	return false;
}

/* ------------------------------------------------------------------------ */
/* Kicking                                                                  */
/* ------------------------------------------------------------------------ */

/*
 * Returns the waiter to kick, or NULL if none has to be. As long as the first
 * waiter has not looked since its last kick, that is none. With @behind, for
 * the case that the first one cannot run, it is one behind it.
 */
static struct kipc_waiter *ring_sleeper(const struct kipc_ring_side *side,
					bool behind)
{
	struct kipc_waiter *waiter = side->waiters.first;
	u32 i;

	for (i = 0; behind && i < BEHIND_MAX && waiter && kipc_kicked(waiter); i++)
		waiter = kipc_waitlist_next(waiter);
	return waiter && !kipc_kicked(waiter) ? waiter : NULL;
}

/*
 * Kicks a waiter if there is what it waits for, and sets or clears the bells.
 * Returns true if the pollers of the side are to be woken.
 */
static bool ring_kick_side(struct kipc_ring *ring, struct kipc_ring_side *side,
			   bool behind, struct kipc_wake_q *wake_q)
{
	struct kipc_waiter *waiter = ring_sleeper(side, behind);
	bool armed = side->armed;

	if (!waiter && !armed) {
		ring_for_bells(ring, side, ring_clear_bell);
		return false;
	}
	ring_for_bells(ring, side, ring_set_bell);
	if (!ring_has(ring, side))
		return false;
	ring_for_bells(ring, side, ring_clear_bell);
	if (waiter)
		kipc_kick(wake_q, &side->waiters, waiter);
	side->armed = false;
	return armed;
}

static void ring_wake_pollers(struct kipc_ring *ring, bool readers, bool writers)
{
	if (readers)
		kipc_pollers_wake(&ring->object.pollers, EPOLLIN | EPOLLRDNORM,
				  KIPC_POLLERS_ALL);
	if (writers)
		kipc_pollers_wake(&ring->writers, EPOLLOUT | EPOLLWRNORM,
				  KIPC_POLLERS_ALL);
}

/* Kicks all sides but one, which may be NULL, and unlocks. */
static void ring_unlock_kicking(struct kipc_ring *ring, bool behind,
				const struct kipc_ring_side *except)
	__releases(&ring->lock)
{
	struct kipc_wake_q wake_q __uninitialized;
	bool readers = false, writers = false;
	struct kipc_ring_side *side;

	BUILD_BUG_ON(KIPC_RING_LANES_MAX >= KIPC_WAKE_BATCH);
	kipc_wake_q_init(&wake_q, false);
	if (except != &ring->receivers)
		readers = ring_kick_side(ring, &ring->receivers, behind,
					 &wake_q);
	for (side = ring->senders;
	     side < ring->senders + ring->map.layout->lanes; side++)
		if (side != except)
			writers |= ring_kick_side(ring, side, behind, &wake_q);
	spin_unlock(&ring->lock);
	kipc_wake_q_flush(&wake_q);
	ring_wake_pollers(ring, readers, writers);
}

/**
 * kipc_ring_kick_all() - kick the waiters and the pollers of all sides
 * @ring: the ring
 * @behind: kick a waiter also if one before it was kicked and has not looked
 *
 * Context: does not sleep
 */
void kipc_ring_kick_all(struct kipc_ring *ring, bool behind)
{
	spin_lock(&ring->lock);
	ring_unlock_kicking(ring, behind, NULL);
}

/**
 * kipc_ring_kick() - kick a waiter and the pollers of one side
 * @ring: the ring
 * @side: one of its sides
 *
 * Context: does not sleep
 */
void kipc_ring_kick(struct kipc_ring *ring, struct kipc_ring_side *side)
{
	struct kipc_wake_q wake_q __uninitialized;
	bool pollers;

	kipc_wake_q_init(&wake_q, false);
	spin_lock(&ring->lock);
	pollers = ring_kick_side(ring, side, false, &wake_q);
	spin_unlock(&ring->lock);
	kipc_wake_q_flush(&wake_q);
	if (pollers)
		ring_wake_pollers(ring, ring_receives(ring, side),
				  !ring_receives(ring, side));
}

/* ------------------------------------------------------------------------ */
/* Messages of the dead                                                     */
/* ------------------------------------------------------------------------ */

/* Tells the participants how many messages only the kernel gives out. */
static void ring_tell_returned(struct kipc_ring *ring)
{
	kipc_ring_store(&kipc_ring_head(&ring->map)->returned,
			ring->returned_count);
}

/**
 * kipc_ring_note_returned() - note that a message has to be given out again
 * @ring: the ring
 * @bit: number of its slot, or, of a message outside the slots, of its chunk
 *	plus the number of slots
 *
 * Context: the ring lock is held
 */
void kipc_ring_note_returned(struct kipc_ring *ring, u32 bit)
{
	lockdep_assert_held(&ring->lock);
	if (!__test_and_set_bit(bit, ring->returned))
		ring->returned_count++;
	ring_tell_returned(ring);
}

/* Claims the message in a slot again. Returns false if it is not there. */
static bool ring_take_slot(const struct kipc_ring_map *map, u32 number,
			   struct kipc_ring_claim *claim)
{
	struct kipc_ring_slot *slot = kipc_ring_slot_at(map, number);
	u64 state = kipc_ring_load(&slot->state);

	claim->lane = number / map->layout->slots;
	claim->position = kipc_ring_state_position(state);
	claim->found = KIPC_RING_REPEATED;
	return kipc_ring_state_phase(state) == KIPC_RING_RETURNED &&
	       kipc_ring_slot_number(map, claim->lane, claim->position) ==
	       number &&
	       kipc_ring_cas(&slot->state, &state,
			     kipc_ring_state_of(claim->position, map->me,
						KIPC_RING_READING));
}

/* Takes a message outside the slots. Returns false if it is not there. */
static bool ring_take_chunk(const struct kipc_ring_map *map, u32 chunk,
			    struct kipc_ring_claim *claim)
{
	u64 *word = kipc_ring_place(map, chunk), place = kipc_ring_load(word);
	u32 length = kipc_ring_place_length(place);

	claim->chunk = chunk;
	claim->found = KIPC_RING_REPEATED | KIPC_RING_OUTSIDE;
	return kipc_ring_place_kind(place) == KIPC_RING_BACK &&
	       length <= map->layout->message_size &&
	       kipc_ring_cas(word, &place,
			     kipc_ring_place_of(KIPC_RING_HELD, map->me,
						length));
}

/*
 * Takes the next message that a dead participant had. A bit whose message is
 * not there, because a participant has overwritten it, is dropped.
 */
static bool ring_take_returned(struct kipc_ring *ring,
			       const struct kipc_ring_map *map,
			       struct kipc_ring_claim *claim)
{
	u32 slots = kipc_ring_slots(ring), bits = slots + map->layout->chunks;
	u32 bit, tries;
	bool found = false;

	for (tries = 0; ring->returned_count && !found && tries < LOOK_TRIES;
	     tries++) {
		bit = find_first_bit(ring->returned, bits);
		__clear_bit(bit, ring->returned);
		ring->returned_count--;
		found = bit < slots ? ring_take_slot(map, bit, claim) :
				      ring_take_chunk(map, bit - slots, claim);
	}
	ring_tell_returned(ring);
	return found;
}

/* ------------------------------------------------------------------------ */
/* Looking                                                                  */
/* ------------------------------------------------------------------------ */

static int ring_take_message(struct kipc_ring *ring,
			     const struct kipc_ring_map *map,
			     struct kipc_ring_claim *claim)
{
	int bell = 0, found;	/* all sides are kicked in any case */

	if (ring->returned_count && ring_take_returned(ring, map, claim))
		return KIPC_RING_FOUND;
	if (ring->returned_count)
		return KIPC_RING_AGAIN;
	for (claim->lane = map->layout->lanes; claim->lane--; ) {
		found = kipc_ring_claim_receive(map, claim->lane, LOOK_TRIES,
						&claim->position,
						&claim->sender, &bell);
		if (found != KIPC_RING_NOTHING)
			return found;
	}
	return KIPC_RING_NOTHING;
}

/* Looks for what the side wants, in a bounded number of steps. */
static int ring_take(struct kipc_ring *ring, const struct kipc_ring_side *side,
		     struct kipc_ring_claim *claim)
{
	struct kipc_ring_map map = ring->map;

	claim->found = 0;
	claim->sender = 0;
	claim->chunk = 0;
	map.me = claim->attachment ? claim->attachment->id : 0;
	if (ring_receives(ring, side))
		return ring_take_message(ring, &map, claim);
	claim->lane = ring_lane(ring, side);
	return kipc_ring_claim_send(&map, claim->lane, LOOK_TRIES,
				    &claim->position);
}

/*
 * Looks until it is known whether there is something. With @bell the bells are
 * set before each look, so that a caller that finds nothing may sleep. Only a
 * participant that writes nonsense to the indices can use up all rounds; that
 * counts as nothing. The lock is dropped between two rounds.
 *
 * Returns 0, -EAGAIN, or -ENXIO if the attachment has ended.
 */
static int ring_look(struct kipc_ring *ring, const struct kipc_ring_side *side,
		     bool bell, struct kipc_ring_claim *claim)
	__must_hold(&ring->lock)
{
	u32 round;
	int found;

	for (round = 0;; round++) {
		if (claim->attachment && kipc_attachment_over(claim->attachment))
			return -ENXIO;
		if (bell)
			ring_for_bells(ring, side, ring_set_bell);
		found = ring_take(ring, side, claim);
		if (found != KIPC_RING_AGAIN)
			return found == KIPC_RING_FOUND ? 0 : -EAGAIN;
		if (round == LOOK_ROUNDS)
			return -EAGAIN;
		spin_unlock(&ring->lock);
		cond_resched();
		spin_lock(&ring->lock);
	}
}

/* ------------------------------------------------------------------------ */
/* Waiting                                                                  */
/* ------------------------------------------------------------------------ */

/*
 * Notes that a caller that does not wait was told that there is nothing. If the
 * side is polled, it is armed, and a last look follows. If the ring is not polled
 * at all, the participants need not ask any more.
 */
static int ring_refuse(struct kipc_ring *ring, struct kipc_ring_side *side,
		       struct kipc_ring_claim *claim)
	__must_hold(&ring->lock)
{
	struct wait_queue_head *pollers = ring_pollers(ring, side);
	int ret;

	if (!pollers || !kipc_pollers_present(pollers)) {
		if (!kipc_pollers_present(&ring->object.pollers) &&
		    !kipc_pollers_present(&ring->writers))
			kipc_ring_store(&kipc_ring_head(&ring->map)->polled, 0);
		return -EAGAIN;
	}
	side->armed = true;
	ret = ring_look(ring, side, true, claim);
	if (ret != -EAGAIN)
		side->armed = false;
	return ret;
}

/*
 * Returns why a waiter that was kicked must not sleep again, or 0. Kicks that are
 * for nothing would otherwise keep it from noticing, and any participant can
 * cause these.
 */
static int ring_interrupted(const struct kipc_deadline *deadline)
{
	if (signal_pending(current))
		return -ERESTARTSYS;
	return kipc_deadline_passed(deadline) ? -ETIMEDOUT : 0;
}

/*
 * Looks, and sleeps until there is something. The waiter stays queued while it
 * looks, so it may be kicked meanwhile; that is no loss, because a look that
 * finds nothing has set the bells after the kick. The lock is held on entry and
 * on return.
 */
static int ring_sleep(struct kipc_ring *ring, struct kipc_ring_side *side,
		      const struct kipc_deadline *deadline,
		      struct kipc_waiter *self, struct kipc_ring_claim *claim)
	__must_hold(&ring->lock)
{
	bool spun = false;
	int slept = 0, ret;

	for (;;) {
		ret = ring_look(ring, side, true, claim);
		if (ret != -EAGAIN)
			return ret;
		if (slept)
			return slept;
		if (kipc_kicked(self))
			kipc_wait_lost(&ring->object, &side->waiters, self);
		WRITE_ONCE(self->outcome, KIPC_PENDING);
		/* The other sides may sleep although there is something. */
		ring_unlock_kicking(ring, false, side);
		if (!spun)
			kipc_wait_spin(&ring->object, self, &side->spin_history);
		spun = true;
		slept = kipc_wait_sleep(self, deadline) ?:
			ring_interrupted(deadline);
		spin_lock(&ring->lock);
		if (slept == -ERESTARTSYS)
			return slept;
	}
}

/* Waits; the lock is held on entry and not on return. */
static int ring_wait(struct kipc_ring *ring, struct kipc_ring_side *side,
		     const struct kipc_deadline *deadline,
		     struct kipc_ring_claim *claim)
	__releases(&ring->lock)
{
	struct kipc_waiter self = { .wants = 1, .returns = true };
	int ret = kipc_wait_begin(&ring->object, &side->waiters, &self,
				  kipc_priority());

	if (ret) {
		spin_unlock(&ring->lock);
		return ret;
	}
	side->count++;
	ret = ring_sleep(ring, side, deadline, &self, claim);
	kipc_waitlist_remove(&side->waiters, &self);
	side->count--;
	/* There may be more, or a kick that the caller does not use. */
	ring_unlock_kicking(ring, false, NULL);
	kipc_wait_end(&ring->object, &side->waiters, &self, ret);
	return ret;
}

/**
 * kipc_ring_claim() - claim a slot, or a message outside the slots, and wait
 * @ring: the ring
 * @side: the side that the claim is for
 * @deadline: when to give up
 * @claim: @claim->attachment is set, with a reference, or NULL; the rest is
 *	filled in
 *
 * kipc_ring_finish_send(), kipc_ring_finish_receive() or the like follows, by the
 * participant or by the kernel, or kipc_ring_unclaim().
 *
 * Context: may sleep
 * Return: 0; -EAGAIN if the caller must not wait; -ETIMEDOUT; -ERESTARTSYS;
 * -EUSERS if too many tasks wait; -ENXIO if the attachment has ended
 */
int kipc_ring_claim(struct kipc_ring *ring, struct kipc_ring_side *side,
		    const struct kipc_deadline *deadline,
		    struct kipc_ring_claim *claim)
{
	int ret;

	spin_lock(&ring->lock);
	ret = ring_look(ring, side, false, claim);
	if (ret == -EAGAIN && !deadline->try)
		return ring_wait(ring, side, deadline, claim);
	if (ret == -EAGAIN)
		ret = ring_refuse(ring, side, claim);
	ring_unlock_kicking(ring, false, NULL);
	return ret;
}

/* Gives a message back, to be received again. */
static void ring_return(struct kipc_ring *ring, const struct kipc_ring_map *map,
			const struct kipc_ring_claim *claim)
{
	u32 number = kipc_ring_slot_number(map, claim->lane, claim->position);
	struct kipc_ring_slot *slot;
	u32 length;
	u64 *place;

	if (claim->found & KIPC_RING_OUTSIDE) {
		place = kipc_ring_place(map, claim->chunk);
		length = kipc_ring_place_length(kipc_ring_load(place));
		kipc_ring_store(place, kipc_ring_place_of(KIPC_RING_BACK, 0,
							  length));
		number = kipc_ring_slots(ring) + claim->chunk;
	} else {
		slot = kipc_ring_slot_at(map, number);
		kipc_ring_store_release(&slot->state,
					kipc_ring_state_of(claim->position, 0,
							   KIPC_RING_RETURNED));
	}
	kipc_ring_note_returned(ring, number);
}

/**
 * kipc_ring_unclaim() - undo kipc_ring_claim()
 * @ring: the ring
 * @side: as for kipc_ring_claim()
 * @claim: from there
 *
 * A message is received by the next receiver, marked as repeated. A free slot
 * is passed over.
 *
 * Context: does not sleep
 */
void kipc_ring_unclaim(struct kipc_ring *ring,
		       const struct kipc_ring_side *side,
		       const struct kipc_ring_claim *claim)
{
	struct kipc_ring_map map = ring->map;

	map.me = claim->attachment ? claim->attachment->id : 0;
	spin_lock(&ring->lock);
	/* What a participant has claimed is repaired when it has ended. */
	if (!claim->attachment || !kipc_attachment_over(claim->attachment)) {
		if (ring_receives(ring, side))
			ring_return(ring, &map, claim);
		else
			kipc_ring_cancel_send(&map, claim->lane, claim->position);
	}
	ring_unlock_kicking(ring, false, NULL);
}

/* ------------------------------------------------------------------------ */
/* Pollers and state                                                        */
/* ------------------------------------------------------------------------ */

/*
 * Returns true if there is something for pollers of this side. If not, they are
 * told of the next change.
 */
static bool ring_side_ready(struct kipc_ring *ring, struct kipc_ring_side *side)
{
	if (ring_has(ring, side))
		return true;
	side->armed = true;
	ring_for_bells(ring, side, ring_set_bell);
	if (!ring_has(ring, side))
		return false;
	side->armed = false;
	return true;
}

/**
 * kipc_ring_ready() - what a poller is told
 * @ring: the ring
 * @asked: the events that the poller waits for
 *
 * Context: does not sleep
 * Return: EPOLLIN if there is a message, EPOLLOUT if there is a free slot in
 * lane 0, each with its EPOLLRDNORM or EPOLLWRNORM
 */
__poll_t kipc_ring_ready(struct kipc_ring *ring, __poll_t asked)
{
	__poll_t ready = 0;

	spin_lock(&ring->lock);
	kipc_ring_store(&kipc_ring_head(&ring->map)->polled, 1);
	if ((asked & (EPOLLIN | EPOLLRDNORM)) &&
	    ring_side_ready(ring, &ring->receivers))
		ready |= EPOLLIN | EPOLLRDNORM;
	if ((asked & (EPOLLOUT | EPOLLWRNORM)) &&
	    ring_side_ready(ring, &ring->senders[0]))
		ready |= EPOLLOUT | EPOLLWRNORM;
	spin_unlock(&ring->lock);
	return ready;
}

/* Returns how many messages the indices of a lane enclose. */
static u32 ring_lane_messages(const struct kipc_ring_map *map, u32 lane)
{
	u64 head = kipc_ring_load(kipc_ring_head_index(map, lane));
	u64 tail = kipc_ring_load(kipc_ring_tail_index(map, lane));
	u64 count = (tail - head) & KIPC_RING_POSITION;

	/* The head is read first. It may be helped past the tail. */
	return count > map->layout->slots ? 0 : count;
}

/**
 * kipc_ring_state_get() - count messages and waiters
 * @ring: the ring
 * @args: filled in
 *
 * Context: does not sleep
 */
void kipc_ring_state_get(struct kipc_ring *ring,
			 struct kipc_ring_state_args *args)
{
	u32 lane;

	args->messages = 0;
	args->senders = 0;
	args->reserved = 0;
	spin_lock(&ring->lock);
	for (lane = 0; lane < ring->map.layout->lanes; lane++) {
		args->messages += ring_lane_messages(&ring->map, lane);
		args->senders += ring->senders[lane].count;
	}
	args->receivers = ring->receivers.count;
	args->returned = ring->returned_count;
	args->dead = ring->dead;
	args->dead_sender = ring->dead_sender;
	spin_unlock(&ring->lock);
}

/* ------------------------------------------------------------------------ */
/* Creation                                                                 */
/* ------------------------------------------------------------------------ */

/* All slots are free and have a chunk each; the other chunks are unused. */
static void ring_fill(const struct kipc_ring_map *map)
{
	u32 slots = map->layout->slots * map->layout->lanes, i;
	struct kipc_ring_slot *slot;

	for (i = 0; i < slots; i++) {
		slot = kipc_ring_slot_at(map, i);
		slot->state = kipc_ring_state_of(i & (map->layout->slots - 1), 0,
						 KIPC_RING_FREE);
		slot->content = kipc_ring_content(i, KIPC_RING_EMPTY);
		cond_resched();
	}
	for (i = 0; i < map->layout->chunks; i++) {
		*kipc_ring_place(map, i) =
			kipc_ring_place_of(i < slots ? KIPC_RING_IN_SLOT :
						       KIPC_RING_UNUSED, 0, 0);
		cond_resched();
	}
}

/**
 * kipc_ring_init() - allocate what a ring needs
 * @ring: zeroed but for the object, whose attributes were checked
 *
 * What is allocated is freed by kipc_ring_exit(), also after an error.
 *
 * Context: may sleep
 * Return: 0, -ENOMEM, -ENOSPC or -EINTR
 */
int kipc_ring_init(struct kipc_ring *ring)
{
	const union kipc_attributes *attributes = &ring->object.attributes;
	struct kipc_ring_layout *layout = &ring->layout;
	u64 bitmap;
	int ret;

	/* A claimer has to fit into the state of a slot. */
	BUILD_BUG_ON(KIPC_ATTACHMENTS_MAX > KIPC_RING_CLAIMER_MAX);
	BUILD_BUG_ON(ARRAY_SIZE(((struct kipc_ring_head *)0)->lanes) !=
		     KIPC_RING_LANES_MAX);
	kipc_ring_layout_init(layout, attributes->ring.message_size,
			      attributes->ring.slots, attributes->ring.lanes,
			      attributes->ring.loans);
	spin_lock_init(&ring->lock);
	init_waitqueue_head(&ring->writers);
	ring->object.tracks = true;
	ring->map.layout = layout;
	ring->map.slots = layout->slots;
	ring->map.memory = &ring->words.memory;
	bitmap = BITS_TO_LONGS(kipc_ring_slots(ring) + layout->chunks) *
		 sizeof(long);
	ret = kipc_object_charge(&ring->object,
				 PAGE_ALIGN(layout->bytes) + bitmap);
	if (ret)
		return ret;
	ring->returned = kvzalloc(bitmap, KIPC_GFP);
	if (!ring->returned)
		return -ENOMEM;
	ret = kipc_memory_alloc(&ring->words.memory, layout->bytes);
	if (!ret)
		ring_fill(&ring->map);
	return ret;
}

/**
 * kipc_ring_exit() - free what kipc_ring_init() has allocated
 * @ring: perhaps initialised only in part
 *
 * Context: may sleep
 */
void kipc_ring_exit(struct kipc_ring *ring)
{
	kipc_scan_forget(&ring->object);
	kipc_memory_free(&ring->words.memory);
	kvfree(ring->returned);
}
