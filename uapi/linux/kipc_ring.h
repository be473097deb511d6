/* SPDX-License-Identifier: (GPL-2.0-only WITH Linux-syscall-note) OR MIT */
/*
 * kipc_ring: the steps by which the participants of a ring send and receive.
 *
 * The module and every participant make the same steps on the same pages, so
 * both compile this header. A step is an atomic operation on one word. No
 * participant ever waits for another one here: what another one has begun is
 * either finished for it or passed over.
 *
 * The memory has these parts, in this order:
 *
 *	head	The two indices of each lane, and two words that only the kernel
 *		writes.
 *	slots	As many for each lane, a power of two. A slot holds the number of
 *		a chunk and the length of the message in it.
 *	places	A word for each chunk that says where the chunk is.
 *	chunks	The bytes of the messages.
 *
 * A lane is a queue. Its index *tail* is the position of the next message to be
 * sent, *head* that of the next one to be received. Positions count messages
 * and wrap after 2^48. The message at position p is in slot p modulo the number
 * of slots. Bit 63 of an index is a bell: a thread of the other side sleeps in
 * the kernel or polls, and the participant that advances the index has to call
 * KIPC_RING_KICK.
 *
 * The state of a slot consists of a position, the number of the attachment of
 * the participant that has claimed the slot (0 for the kernel) and a phase. The
 * slot of position p goes through these states:
 *
 *	(p, FREE)	a sender may claim it
 *	(p, WRITING)	a sender has claimed it and puts a message in
 *	(p, READY)	a receiver may claim it
 *	(p, READING)	a receiver has claimed it and takes the message out
 *	(p + n, FREE)	as the first one, a lap later
 *
 * DEAD follows WRITING if there will be no message, because its sender has
 * died. Receivers pass over it. RETURNED follows READING if the receiver died
 * before it had finished. Receivers pass over it, too; the kernel gives the
 * message to the next receiver that calls KIPC_RING_CLAIM.
 *
 * A participant advances the tail after it has made a slot READY, and the head
 * after it has made one FREE. Another one that finds an index behind the state of
 * its slot advances it instead of waiting for that. So the death of a participant
 * between two steps stops no other one.
 *
 * A message moves without a copy if its chunk moves: a sender swaps a chunk that
 * it has filled for the one in the slot, and a receiver swaps an empty one for
 * the one that it wants to hold. Each swap stores the place of the chunk that
 * comes out before it changes the slot, and the place of the chunk that goes in
 * after that. At any moment at least one of slot and place is right about each
 * chunk, and the slot counts first. That is what a repair relies on.
 *
 * All participants of a ring can write to all of this memory. What is read from
 * it is checked before it is used. A participant that breaks the rules can
 * lose, repeat and forge messages of all participants of the ring.
 */
#ifndef _UAPI_LINUX_KIPC_RING_H
#define _UAPI_LINUX_KIPC_RING_H

#include <linux/types.h>

/* An index: a position and a bell. */
#define KIPC_RING_BELL		0x8000000000000000ULL
#define KIPC_RING_POSITION	0x0000ffffffffffffULL

/* The state of a slot: position, claimer and phase. */
#define KIPC_RING_FREE		0U
#define KIPC_RING_WRITING	1U
#define KIPC_RING_READY		2U
#define KIPC_RING_READING	3U
#define KIPC_RING_DEAD		4U
#define KIPC_RING_RETURNED	5U
#define KIPC_RING_PHASE		0xfULL
#define KIPC_RING_CLAIMER_SHIFT	4
#define KIPC_RING_CLAIMER_MAX	0xfffU
#define KIPC_RING_POSITION_SHIFT 16

/* The length that a slot says while it holds an empty chunk. */
#define KIPC_RING_EMPTY		0xffffffffU

/*
 * The place of a chunk: a kind, the attachment that it belongs to (if the kind
 * says so) and, of a message outside the slots, its length.
 */
#define KIPC_RING_IN_SLOT	0U	/* a slot names it */
#define KIPC_RING_UNUSED	1U	/* any participant may take it */
#define KIPC_RING_SPARE		2U	/* a participant's, without a message */
#define KIPC_RING_LOAN		3U	/* a participant's, being filled */
#define KIPC_RING_HELD		4U	/* a participant's, received */
#define KIPC_RING_BACK		5U	/* was held by a dead participant */
#define KIPC_RING_KIND		0xfULL
#define KIPC_RING_LENGTH_SHIFT	32

/* What a search for a message or for room can find. */
#define KIPC_RING_FOUND		0
#define KIPC_RING_NOTHING	1
#define KIPC_RING_AGAIN		2	/* not known; too many tries */

/* The two indices of a lane are apart, as different processors write them. */
struct kipc_ring_lane {
	__u64 tail;
	__u64 tail_alone[15];
	__u64 head;
	__u64 head_alone[15];
};

struct kipc_ring_head {
	struct kipc_ring_lane lanes[4];
	__u64 returned;		/* messages that only CLAIM gives out */
	__u64 polled;		/* EAGAIN has to be asked for with CLAIM */
	__u64 alone[14];
};

struct kipc_ring_slot {
	__u64 state;
	__u64 content;		/* chunk in bits 0..31, length in 32..63 */
};

/* Offset of the first slot. */
#define KIPC_RING_SLOTS_AT	sizeof(struct kipc_ring_head)

/**
 * struct kipc_ring_layout - where the parts of a ring are
 * @message_size: bytes of the longest message
 * @lanes: how many there are
 * @slots: of each lane
 * @chunks: how many there are: one for each slot, and those for loans
 * @stride: bytes from one chunk to the next, a multiple of 64
 * @reserved: 0
 * @places_at: offset of the first place
 * @chunks_at: offset of the first chunk, a multiple of 4096
 * @bytes: of the whole memory
 *
 * A slot or a place does not cross a multiple of its size.
 */
struct kipc_ring_layout {
	__u32 message_size;
	__u32 lanes;
	__u32 slots;
	__u32 chunks;
	__u32 stride;
	__u32 reserved;
	__u64 places_at;
	__u64 chunks_at;
	__u64 bytes;
};

/**
 * struct kipc_ring_map - the memory of a ring as one participant sees it
 * @layout: what kipc_ring_layout_init() has filled in
 * @memory: what KIPC_RING_AT() finds the parts in: the mapping of the ring at
 *	offset 0
 * @me: number of the participant's attachment; 0 in the kernel
 * @slots: as in @layout
 */
struct kipc_ring_map {
	const struct kipc_ring_layout *layout;
	const void *memory;
	__u32 me;
	__u32 slots;
};

/* The address of the byte at an offset. The module has a form of its own. */
#ifndef KIPC_RING_AT
#define KIPC_RING_AT(memory, offset)	((void *)((char *)(memory) + (offset)))
#endif

/* ------------------------------------------------------------------------ */
/* Atomic operations                                                        */
/* ------------------------------------------------------------------------ */

#ifdef __KERNEL__

static __always_inline __u64 kipc_ring_load(const __u64 *word)
{
	return READ_ONCE(*word);
}

static __always_inline __u64 kipc_ring_load_acquire(const __u64 *word)
{
	/* The steps below say what it pairs with. */
	return smp_load_acquire(word);
}

static __always_inline void kipc_ring_store(__u64 *word, __u64 value)
{
	WRITE_ONCE(*word, value);
}

static __always_inline void kipc_ring_store_release(__u64 *word, __u64 value)
{
	/* Pairs with kipc_ring_load_acquire() and kipc_ring_cas(). */
	smp_store_release(word, value);
}

/* Fully ordered. On failure *old is what the word says. */
static __always_inline int kipc_ring_cas(__u64 *word, __u64 *old, __u64 value)
{
	return try_cmpxchg(word, old, value);
}

/* Fully ordered. */
static __always_inline __u64 kipc_ring_or(__u64 *word, __u64 bits)
{
	return atomic64_fetch_or(bits, (atomic64_t *)word);
}

#define kipc_ring_likely(condition)	likely(condition)

#else /* __KERNEL__ */

static __always_inline __u64 kipc_ring_load(const __u64 *word)
{
	return __atomic_load_n(word, __ATOMIC_RELAXED);
}

static __always_inline __u64 kipc_ring_load_acquire(const __u64 *word)
{
	return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

static __always_inline void kipc_ring_store(__u64 *word, __u64 value)
{
	__atomic_store_n(word, value, __ATOMIC_RELAXED);
}

static __always_inline void kipc_ring_store_release(__u64 *word, __u64 value)
{
	__atomic_store_n(word, value, __ATOMIC_RELEASE);
}

/* Acquires and releases. On failure *old is what the word says. */
static __always_inline int kipc_ring_cas(__u64 *word, __u64 *old, __u64 value)
{
	return __atomic_compare_exchange_n(word, old, value, 0,
					   __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
}

/* Acquires and releases. */
static __always_inline __u64 kipc_ring_or(__u64 *word, __u64 bits)
{
	return __atomic_fetch_or(word, bits, __ATOMIC_ACQ_REL);
}

#define kipc_ring_likely(condition)	__builtin_expect(!!(condition), 1)

#endif /* __KERNEL__ */

/* ------------------------------------------------------------------------ */
/* Layout                                                                   */
/* ------------------------------------------------------------------------ */

static __always_inline __u64 kipc_ring_round_up(__u64 value, __u64 unit)
{
	return (value + unit - 1) & ~(unit - 1);
}

/**
 * kipc_ring_layout_init() - compute where the parts of a ring are
 * @layout: filled in
 * @message_size: 1..KIPC_MESSAGE_MAX
 * @slots: of each lane, a power of two
 * @lanes: 1..4
 * @loans: how many chunks there are beside those in slots
 *
 * The values are those of CREATE, which has checked them.
 */
static __always_inline void
kipc_ring_layout_init(struct kipc_ring_layout *layout, __u32 message_size,
		      __u32 slots, __u32 lanes, __u32 loans)
{
	layout->message_size = message_size;
	layout->lanes = lanes;
	layout->slots = slots;
	layout->chunks = lanes * slots + loans;
	layout->stride = (__u32)kipc_ring_round_up(message_size, 64);
	layout->reserved = 0;
	layout->places_at = KIPC_RING_SLOTS_AT + (__u64)lanes * slots *
			    sizeof(struct kipc_ring_slot);
	layout->chunks_at = kipc_ring_round_up(layout->places_at +
			(__u64)layout->chunks * sizeof(__u64), 4096);
	layout->bytes = layout->chunks_at +
			(__u64)layout->chunks * layout->stride;
}

static __always_inline struct kipc_ring_head *
kipc_ring_head(const struct kipc_ring_map *ring)
{
	return (struct kipc_ring_head *)KIPC_RING_AT(ring->memory, 0);
}

static __always_inline __u64 *
kipc_ring_tail_index(const struct kipc_ring_map *ring, __u32 lane)
{
	return &kipc_ring_head(ring)->lanes[lane].tail;
}

static __always_inline __u64 *
kipc_ring_head_index(const struct kipc_ring_map *ring, __u32 lane)
{
	return &kipc_ring_head(ring)->lanes[lane].head;
}

/* Returns the number, among the slots of all lanes, of the one of a position. */
static __always_inline __u32
kipc_ring_slot_number(const struct kipc_ring_map *ring, __u32 lane,
		      __u64 position)
{
	return lane * ring->slots + ((__u32)position & (ring->slots - 1));
}

static __always_inline struct kipc_ring_slot *
kipc_ring_slot_at(const struct kipc_ring_map *ring, __u32 number)
{
	return (struct kipc_ring_slot *)
		KIPC_RING_AT(ring->memory, KIPC_RING_SLOTS_AT +
			     (__u64)number * sizeof(struct kipc_ring_slot));
}

static __always_inline struct kipc_ring_slot *
kipc_ring_slot(const struct kipc_ring_map *ring, __u32 lane, __u64 position)
{
	return kipc_ring_slot_at(ring, kipc_ring_slot_number(ring, lane,
							     position));
}

static __always_inline __u64 *kipc_ring_place(const struct kipc_ring_map *ring,
					      __u32 chunk)
{
	return (__u64 *)KIPC_RING_AT(ring->memory, ring->layout->places_at +
				     (__u64)chunk * sizeof(__u64));
}

/* Returns the offset of a chunk in the memory. */
static __always_inline __u64
kipc_ring_chunk_at(const struct kipc_ring_map *ring, __u32 chunk)
{
	return ring->layout->chunks_at + (__u64)chunk * ring->layout->stride;
}

/* ------------------------------------------------------------------------ */
/* Words                                                                    */
/* ------------------------------------------------------------------------ */

static __always_inline __u64 kipc_ring_state_of(__u64 position, __u32 claimer,
						__u32 phase)
{
	return position << KIPC_RING_POSITION_SHIFT |
	       (__u64)claimer << KIPC_RING_CLAIMER_SHIFT | phase;
}

static __always_inline __u64 kipc_ring_state_position(__u64 state)
{
	return state >> KIPC_RING_POSITION_SHIFT;
}

static __always_inline __u32 kipc_ring_state_claimer(__u64 state)
{
	return (__u32)(state >> KIPC_RING_CLAIMER_SHIFT) &
	       KIPC_RING_CLAIMER_MAX;
}

static __always_inline __u32 kipc_ring_state_phase(__u64 state)
{
	return (__u32)(state & KIPC_RING_PHASE);
}

/* Returns true if a state has this position and phase, and any claimer. */
static __always_inline int kipc_ring_is(__u64 state, __u64 position, __u32 phase)
{
	const __u64 claimer = (__u64)KIPC_RING_CLAIMER_MAX <<
			      KIPC_RING_CLAIMER_SHIFT;

	return (state & ~claimer) == kipc_ring_state_of(position, 0, phase);
}

/*
 * Returns how far the position of a state is ahead of another one, in units of
 * 2^16; negative if it is behind.
 */
static __always_inline __s64 kipc_ring_ahead(__u64 state, __u64 position)
{
	return (__s64)((state & ~0xffffULL) -
		       (position << KIPC_RING_POSITION_SHIFT));
}

/* Returns the state of the slot of @position when it can be used again. */
static __always_inline __u64
kipc_ring_next_state(const struct kipc_ring_map *ring, __u64 position)
{
	return kipc_ring_state_of(position + ring->slots, 0,
			       KIPC_RING_FREE);
}

static __always_inline __u64 kipc_ring_content(__u32 chunk, __u32 length)
{
	return (__u64)length << KIPC_RING_LENGTH_SHIFT | chunk;
}

static __always_inline __u32 kipc_ring_content_chunk(__u64 content)
{
	return (__u32)content;
}

static __always_inline __u32 kipc_ring_content_length(__u64 content)
{
	return (__u32)(content >> KIPC_RING_LENGTH_SHIFT);
}

/* Returns true if a slot can have this content with a message in it. */
static __always_inline int
kipc_ring_content_valid(const struct kipc_ring_map *ring, __u64 content)
{
	return kipc_ring_content_chunk(content) < ring->layout->chunks &&
	       kipc_ring_content_length(content) <= ring->layout->message_size;
}

static __always_inline __u64 kipc_ring_place_of(__u32 kind, __u32 owner,
						__u32 length)
{
	return (__u64)length << KIPC_RING_LENGTH_SHIFT |
	       (__u64)owner << KIPC_RING_CLAIMER_SHIFT | kind;
}

static __always_inline __u32 kipc_ring_place_kind(__u64 place)
{
	return (__u32)(place & KIPC_RING_KIND);
}

static __always_inline __u32 kipc_ring_place_owner(__u64 place)
{
	return (__u32)(place >> KIPC_RING_CLAIMER_SHIFT) &
	       KIPC_RING_CLAIMER_MAX;
}

static __always_inline __u32 kipc_ring_place_length(__u64 place)
{
	return (__u32)(place >> KIPC_RING_LENGTH_SHIFT);
}

/* ------------------------------------------------------------------------ */
/* Indices                                                                  */
/* ------------------------------------------------------------------------ */

/* The value of an index when it is moved past a position. */
static __always_inline __u64 kipc_ring_moved(__u64 index)
{
	return (index & KIPC_RING_BELL) | ((index + 1) & KIPC_RING_POSITION);
}

/*
 * Moves an index past a position whose slot has changed already. Returns true
 * if the bell is set, so that the other side has to be kicked.
 *
 * A helper may have moved the index, without looking at the bell. The other side
 * sets the bell and then looks at the slot. The operation on the index here, even
 * one that changes nothing, comes either before the bell is set, in which case
 * the other side sees the slot, or after it.
 */
static __always_inline int kipc_ring_advance(__u64 *index, __u64 position)
{
	__u64 old = position;

	if (kipc_ring_likely(kipc_ring_cas(index, &old,
					   kipc_ring_moved(position))))
		return 0;
	while ((old & KIPC_RING_POSITION) == position) {
		if (kipc_ring_cas(index, &old, kipc_ring_moved(old)))
			return !!(old & KIPC_RING_BELL);
	}
	return !!(kipc_ring_or(index, 0) & KIPC_RING_BELL);
}

/* Moves an index on behalf of the participant that has changed its slot. */
static __always_inline void kipc_ring_help(__u64 *index, __u64 old)
{
	kipc_ring_cas(index, &old, kipc_ring_moved(old));
}

/* Claims a slot that has this state. Returns true if it still had it. */
static __always_inline int
kipc_ring_claim_slot(const struct kipc_ring_map *ring, __u32 lane,
		     __u64 position, __u64 state, __u32 phase)
{
	return kipc_ring_cas(&kipc_ring_slot(ring, lane, position)->state,
			     &state,
			     kipc_ring_state_of(position, ring->me, phase));
}

/* ------------------------------------------------------------------------ */
/* Sending                                                                  */
/* ------------------------------------------------------------------------ */

/**
 * kipc_ring_find_send() - look for room
 * @ring: the ring
 * @lane: below @ring->layout->lanes
 * @index: set to what the tail says
 * @state: set to the state of the slot there
 *
 * Return: KIPC_RING_FOUND if the slot can be claimed, KIPC_RING_NOTHING if the
 * lane is full, KIPC_RING_AGAIN if the tail has to move first or has moved
 */
static __always_inline int kipc_ring_find_send(const struct kipc_ring_map *ring,
					       __u32 lane, __u64 *index,
					       __u64 *state)
{
	__u64 *tail = kipc_ring_tail_index(ring, lane), position;

	*index = kipc_ring_load_acquire(tail);
	position = *index & KIPC_RING_POSITION;
	*state = kipc_ring_load_acquire(&kipc_ring_slot(ring, lane,
							position)->state);
	if (kipc_ring_likely(*state == kipc_ring_state_of(position, 0,
							  KIPC_RING_FREE)))
		return KIPC_RING_FOUND;
	if (kipc_ring_ahead(*state, position) >= 0 ||
	    kipc_ring_load(tail) != *index)
		return KIPC_RING_AGAIN;
	return KIPC_RING_NOTHING;
}

/**
 * kipc_ring_try_send() - claim a slot for a message if the first look finds one
 * @ring: the ring
 * @lane: below @ring->layout->lanes
 * @position: set to the position of the slot
 *
 * Moves the tail if it is behind. kipc_ring_finish_send() or
 * kipc_ring_cancel_send() has to follow if a slot is claimed.
 *
 * Return: KIPC_RING_FOUND if it is claimed, KIPC_RING_NOTHING if the lane is
 * full, KIPC_RING_AGAIN if it is worth another look
 */
static __always_inline int kipc_ring_try_send(const struct kipc_ring_map *ring,
					      __u32 lane, __u64 *position)
{
	__u64 index, state;
	int found = kipc_ring_find_send(ring, lane, &index, &state);

	*position = index & KIPC_RING_POSITION;
	if (kipc_ring_likely(found == KIPC_RING_FOUND)) {
		if (!kipc_ring_claim_slot(ring, lane, *position, state,
					  KIPC_RING_WRITING))
			found = KIPC_RING_AGAIN;
	} else if (found == KIPC_RING_AGAIN &&
		   kipc_ring_ahead(state, *position) >= 0) {
		kipc_ring_help(kipc_ring_tail_index(ring, lane), index);
	}
	return found;
}

/**
 * kipc_ring_claim_send() - claim a slot for a message
 * @ring: the ring
 * @lane: below @ring->layout->lanes
 * @tries: how often to look, at least 1
 * @position: set to the position of the slot
 *
 * Return: as kipc_ring_try_send(); KIPC_RING_AGAIN after @tries
 */
static __always_inline int
kipc_ring_claim_send(const struct kipc_ring_map *ring, __u32 lane,
		     unsigned int tries, __u64 *position)
{
	int found;

	do {
		found = kipc_ring_try_send(ring, lane, position);
	} while (found == KIPC_RING_AGAIN && --tries);
	return found;
}

static __always_inline int kipc_ring_end_send(const struct kipc_ring_map *ring,
					      __u32 lane, __u64 position,
					      __u32 phase)
{
	kipc_ring_store_release(&kipc_ring_slot(ring, lane, position)->state,
				kipc_ring_state_of(position, ring->me, phase));
	return kipc_ring_advance(kipc_ring_tail_index(ring, lane), position);
}

/**
 * kipc_ring_finish_send() - send the message in a slot
 * @ring: the ring
 * @lane: of the slot
 * @position: from kipc_ring_claim_send()
 * @content: chunk and length of the message
 *
 * Return: true if the receivers have to be kicked
 */
static __always_inline int
kipc_ring_finish_send(const struct kipc_ring_map *ring, __u32 lane,
		      __u64 position, __u64 content)
{
	kipc_ring_store(&kipc_ring_slot(ring, lane, position)->content,
			content);
	return kipc_ring_end_send(ring, lane, position, KIPC_RING_READY);
}

/**
 * kipc_ring_cancel_send() - give up a slot without sending a message
 * @ring: the ring
 * @lane: of the slot
 * @position: from kipc_ring_claim_send()
 *
 * Return: true if the receivers have to be kicked, which pass over the slot
 */
static __always_inline int
kipc_ring_cancel_send(const struct kipc_ring_map *ring, __u32 lane,
		      __u64 position)
{
	return kipc_ring_end_send(ring, lane, position, KIPC_RING_DEAD);
}

/**
 * kipc_ring_swap_in() - put a filled chunk into a claimed slot
 * @ring: the ring
 * @lane: of the slot
 * @position: from kipc_ring_claim_send()
 * @chunk: that is lent to the caller; the slot names it afterwards
 * @length: bytes of the message in it
 * @spare: set to the chunk that came out, which is a spare of the caller
 *
 * kipc_ring_finish_send() with @chunk and @length follows.
 *
 * Return: true, or false if the slot names no chunk; then nothing has changed
 */
static __always_inline int kipc_ring_swap_in(const struct kipc_ring_map *ring,
					     __u32 lane, __u64 position,
					     __u32 chunk, __u32 length,
					     __u32 *spare)
{
	struct kipc_ring_slot *slot = kipc_ring_slot(ring, lane, position);

	*spare = kipc_ring_content_chunk(kipc_ring_load(&slot->content));
	if (*spare >= ring->layout->chunks)
		return 0;
	kipc_ring_store(kipc_ring_place(ring, *spare),
			kipc_ring_place_of(KIPC_RING_SPARE, ring->me, 0));
	kipc_ring_store_release(&slot->content,
				kipc_ring_content(chunk, length));
	kipc_ring_store_release(kipc_ring_place(ring, chunk),
				kipc_ring_place_of(KIPC_RING_IN_SLOT, 0, 0));
	return 1;
}

/* ------------------------------------------------------------------------ */
/* Receiving                                                                */
/* ------------------------------------------------------------------------ */

/* Returns true if receivers have to move the head past a slot. */
static __always_inline int kipc_ring_is_passed(__u64 state, __u64 position)
{
	__s64 ahead = kipc_ring_ahead(state, position);
	__u32 phase = kipc_ring_state_phase(state);

	return ahead > 0 || (!ahead && (phase == KIPC_RING_READING ||
					phase == KIPC_RING_RETURNED));
}

/**
 * kipc_ring_find_receive() - look for a message
 * @ring: the ring
 * @lane: below @ring->layout->lanes
 * @index: set to what the head says
 * @state: set to the state of the slot there
 *
 * Return: KIPC_RING_FOUND if the slot can be claimed; KIPC_RING_NOTHING if the
 * lane is empty or its first message is not there yet; KIPC_RING_AGAIN if the
 * head has to move first or has moved
 */
static __always_inline int
kipc_ring_find_receive(const struct kipc_ring_map *ring, __u32 lane,
		       __u64 *index, __u64 *state)
{
	__u64 *head = kipc_ring_head_index(ring, lane), position;

	*index = kipc_ring_load_acquire(head);
	position = *index & KIPC_RING_POSITION;
	*state = kipc_ring_load_acquire(&kipc_ring_slot(ring, lane,
							position)->state);
	if (kipc_ring_likely(kipc_ring_is(*state, position, KIPC_RING_READY)))
		return KIPC_RING_FOUND;
	if (kipc_ring_is(*state, position, KIPC_RING_DEAD) ||
	    kipc_ring_is_passed(*state, position) ||
	    kipc_ring_load(head) != *index)
		return KIPC_RING_AGAIN;
	return KIPC_RING_NOTHING;
}

/*
 * Frees the slot of a message that never came. Returns true if the senders have
 * to be kicked.
 */
static __always_inline int kipc_ring_skip(const struct kipc_ring_map *ring,
					  __u32 lane, __u64 position,
					  __u64 state)
{
	if (!kipc_ring_cas(&kipc_ring_slot(ring, lane, position)->state, &state,
			   kipc_ring_next_state(ring, position)))
		return 0;
	return kipc_ring_advance(kipc_ring_head_index(ring, lane), position);
}

/**
 * kipc_ring_try_receive() - claim the slot of a message if the first look finds
 *	one
 * @ring: the ring
 * @lane: below @ring->layout->lanes
 * @position: set to the position of the slot
 * @sender: set to the attachment that has sent the message
 * @bell: set to true if a slot was passed over and the senders have to be
 *	kicked; otherwise left as it is
 *
 * Moves the head if it is behind, and past a message that never came.
 * kipc_ring_finish_receive() has to follow if a slot is claimed.
 *
 * Return: KIPC_RING_FOUND if it is claimed, KIPC_RING_NOTHING if there is no
 * message, KIPC_RING_AGAIN if it is worth another look
 */
static __always_inline int
kipc_ring_try_receive(const struct kipc_ring_map *ring, __u32 lane,
		      __u64 *position, __u32 *sender, int *bell)
{
	__u64 index, state;
	int found = kipc_ring_find_receive(ring, lane, &index, &state);

	*position = index & KIPC_RING_POSITION;
	*sender = kipc_ring_state_claimer(state);
	if (kipc_ring_likely(found == KIPC_RING_FOUND)) {
		if (!kipc_ring_claim_slot(ring, lane, *position, state,
					  KIPC_RING_READING))
			found = KIPC_RING_AGAIN;
	} else if (found == KIPC_RING_AGAIN) {
		if (kipc_ring_is_passed(state, *position))
			kipc_ring_help(kipc_ring_head_index(ring, lane), index);
		else if (kipc_ring_is(state, *position, KIPC_RING_DEAD))
			*bell |= kipc_ring_skip(ring, lane, *position, state);
	}
	return found;
}

/**
 * kipc_ring_claim_receive() - claim the slot of a message
 * @ring: the ring
 * @lane: below @ring->layout->lanes
 * @tries: how often to look, at least 1
 * @position: set to the position of the slot
 * @sender: set to the attachment that has sent the message
 * @bell: as for kipc_ring_try_receive()
 *
 * Return: as kipc_ring_try_receive(); KIPC_RING_AGAIN after @tries
 */
static __always_inline int
kipc_ring_claim_receive(const struct kipc_ring_map *ring, __u32 lane,
			unsigned int tries, __u64 *position, __u32 *sender,
			int *bell)
{
	int found;

	do {
		found = kipc_ring_try_receive(ring, lane, position, sender,
					      bell);
	} while (found == KIPC_RING_AGAIN && --tries);
	return found;
}

/**
 * kipc_ring_finish_receive() - make the slot of a received message free
 * @ring: the ring
 * @lane: of the slot
 * @position: from kipc_ring_claim_receive()
 *
 * Return: true if the senders have to be kicked
 */
static __always_inline int
kipc_ring_finish_receive(const struct kipc_ring_map *ring, __u32 lane,
			 __u64 position)
{
	kipc_ring_store_release(&kipc_ring_slot(ring, lane, position)->state,
				kipc_ring_next_state(ring, position));
	return kipc_ring_advance(kipc_ring_head_index(ring, lane), position);
}

/**
 * kipc_ring_swap_out() - take a message out of a claimed slot with its chunk
 * @ring: the ring
 * @lane: of the slot
 * @position: from kipc_ring_claim_receive()
 * @content: of the slot; kipc_ring_content_valid()
 * @spare: a spare of the caller, that the slot names afterwards
 *
 * The caller holds the message afterwards. kipc_ring_finish_receive() follows.
 */
static __always_inline void kipc_ring_swap_out(const struct kipc_ring_map *ring,
					       __u32 lane, __u64 position,
					       __u64 content, __u32 spare)
{
	__u32 length = kipc_ring_content_length(content);

	kipc_ring_store(kipc_ring_place(ring, kipc_ring_content_chunk(content)),
			kipc_ring_place_of(KIPC_RING_HELD, ring->me, length));
	kipc_ring_store_release(&kipc_ring_slot(ring, lane, position)->content,
				kipc_ring_content(spare, KIPC_RING_EMPTY));
	kipc_ring_store_release(kipc_ring_place(ring, spare),
				kipc_ring_place_of(KIPC_RING_IN_SLOT, 0, 0));
}

/* ------------------------------------------------------------------------ */
/* Chunks outside the slots                                                 */
/* ------------------------------------------------------------------------ */

/**
 * kipc_ring_move() - move a chunk of the caller to another place
 * @ring: the ring
 * @chunk: below @ring->layout->chunks
 * @from: the kind of place where it has to be
 * @to: the kind of place where it shall be, of the caller as well
 *
 * A chunk that is KIPC_RING_UNUSED belongs to no participant.
 *
 * Return: true, or false if the chunk is not there; then nothing has changed
 */
static __always_inline int kipc_ring_move(const struct kipc_ring_map *ring,
					  __u32 chunk, __u32 from, __u32 to)
{
	__u64 *word = kipc_ring_place(ring, chunk), old = kipc_ring_load(word);
	__u32 me = ring->me;

	if (kipc_ring_place_kind(old) != from ||
	    kipc_ring_place_owner(old) != (from == KIPC_RING_UNUSED ? 0 : me))
		return 0;
	return kipc_ring_cas(word, &old,
			     kipc_ring_place_of(to, to == KIPC_RING_UNUSED ?
						0 : me, 0));
}

#endif /* _UAPI_LINUX_KIPC_RING_H */
