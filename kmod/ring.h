/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: rings
 *
 * The participants of a ring send and receive by the steps in
 * linux/kipc_ring.h. The kernel makes the same steps in three cases:
 *
 * - for a participant that has found nothing and wants to wait (CLAIM)
 * - for a process that has not mapped the ring (SEND, RECEIVE, read, write)
 * - to repair what a dead participant has left (ring_repair.c)
 *
 * There is one *side* for the receivers of all lanes and one for the senders of
 * each lane. A side has its waiters, and says whether its pollers are *armed*,
 * that is, have found nothing and want to be told of the next change. While
 * there is a waiter or a poller to be told, the bell in the index that the other
 * side advances is set, so that the participant that advances it calls KICK.
 *
 * A kick gives nothing away. It wakes the first waiter, which then looks for
 * itself, and disarms the pollers. Until the waiter has looked there is no
 * second kick, however many messages are sent. When it has looked it kicks the
 * next waiter if there is more. No wake-up is lost, because a waiter sets the
 * bell before its last look::
 *
 *	CPU 0 (receiver, ring lock held)	CPU 1 (sender)
 *
 *						slot: READY
 *	sets the bell in the tail
 *	looks at the slot			advances the tail, or sees that
 *						  another participant has
 *	sleeps					sees the bell: KICK
 *
 * Both operations on the tail are fully ordered read-modify-writes. So the
 * receiver sees the slot, or the sender sees the bell.
 *
 * A participant that is stopped after it has changed a slot and before it has
 * looked at the bell cannot call KICK. Therefore a waiter that goes to sleep
 * kicks the other sides, and the scan (scan.h) kicks all of them while a task
 * waits.
 *
 * The pages can be written to by all participants, so nothing in them is
 * trusted. A search for a slot makes a bounded number of steps for each time
 * that the lock is held, and a bounded number in all. Which messages are to be
 * given out again is kept in a bitmap outside the pages.
 *
 * A spinlock, the ring lock, guards the sides and the bitmap. Bytes are copied
 * and user memory is touched without it.
 */
#ifndef KIPC_RING_H
#define KIPC_RING_H

#include <linux/kipc.h>

#include "memory.h"
#include "object.h"
#include "wait.h"
#include "word.h"

/* The memory in a struct kipc_ring_map of the kernel is a struct kipc_memory. */
#define KIPC_RING_AT(memory, offset)	kipc_memory_at(memory, offset)
#include <linux/kipc_ring.h>

struct iov_iter;

struct kipc_ring_side {
	struct kipc_waitlist waiters;		/* the ring lock */
	u32 count;				/* the ring lock; waiters */
	bool armed;				/* the ring lock */
	struct kipc_spin_history spin_history;	/* hints, see wait.h */
};

struct kipc_ring {
	struct kipc_object object;
	struct kipc_words words;	/* only the memory of these is used */
	struct kipc_ring_layout layout;	/* constant */
	struct kipc_ring_map map;	/* constant; @me is 0 */
	spinlock_t lock;		/* the ring lock */
	struct kipc_ring_side receivers;
	struct kipc_ring_side senders[KIPC_RING_LANES_MAX];
	struct wait_queue_head writers;	/* pollers that want to send */

	/* The ring lock guards these. */
	unsigned long *returned;	/* a bit for each slot and each chunk */
	u32 returned_count;		/* bits that are set */
	u32 dead;			/* messages that were never sent */
	u32 dead_sender;		/* of the last of them */
};

/* What was claimed, and for which attachment. */
struct kipc_ring_claim {
	struct kipc_attachment *attachment;	/* NULL for the kernel */
	u64 position;
	u32 lane;
	u32 found;		/* KIPC_RING_REPEATED, KIPC_RING_OUTSIDE */
	u32 chunk;		/* with KIPC_RING_OUTSIDE */
	u32 sender;
};

static inline struct kipc_ring *kipc_ring_of(struct kipc_object *object)
{
	return container_of(object, struct kipc_ring, object);
}

static inline u32 kipc_ring_slots(const struct kipc_ring *ring)
{
	return ring->map.layout->slots * ring->map.layout->lanes;
}

int kipc_ring_init(struct kipc_ring *ring);
void kipc_ring_exit(struct kipc_ring *ring);

int kipc_ring_claim(struct kipc_ring *ring, struct kipc_ring_side *side,
		    const struct kipc_deadline *deadline,
		    struct kipc_ring_claim *claim);
void kipc_ring_unclaim(struct kipc_ring *ring,
		       const struct kipc_ring_side *side,
		       const struct kipc_ring_claim *claim);
void kipc_ring_kick(struct kipc_ring *ring, struct kipc_ring_side *side);
void kipc_ring_kick_all(struct kipc_ring *ring, bool behind);
__poll_t kipc_ring_ready(struct kipc_ring *ring, __poll_t asked);
void kipc_ring_state_get(struct kipc_ring *ring,
			 struct kipc_ring_state_args *args);

void kipc_ring_note_returned(struct kipc_ring *ring, u32 bit);

int kipc_ring_send(struct kipc_ring *ring, u32 lane, struct iov_iter *from,
		   const struct kipc_deadline *deadline);
int kipc_ring_receive(struct kipc_ring *ring, struct iov_iter *to,
		      const struct kipc_deadline *deadline,
		      struct kipc_ring_receive_args *args, void __user *arg);

u32 kipc_ring_repair(struct kipc_object *object,
		     struct kipc_attachment *attachment);

#endif /* KIPC_RING_H */
