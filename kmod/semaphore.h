/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: semaphores
 *
 * The value of an element is its number of units. While tasks wait, the word
 * may be user-owned all the same, so that tasks that take need no system call.
 * Then it has one of two bits beside the units:
 *
 *	KIPC_SEMAPHORE_WAITERS	Giving units enters the kernel, which kicks
 *				a waiter for each unit.
 *	KIPC_SEMAPHORE_WOKEN	The first waiter is kicked and has not looked
 *				yet. Giving enters the kernel only if the
 *				word would hold several units then.
 *
 * Units are handed over to the first waiter, and no other task can take them,
 * in these cases:
 *
 * - the waiter is due (wait.h), or the semaphore is KIPC_FAIR;
 * - the waiter wants several units, which it would never find together if other
 *   tasks took single units.
 *
 * While there are units in these cases the word stays kernel-owned.
 *
 * Units are also handed over to a waiter that waits alone, because that costs
 * less than to kick it. If the poster is the task that took last, it may be
 * back at once, as with a lock; then the waiter is kicked.
 *
 * Invariants when the element lock is released:
 *
 * - If there are enough units for the first waiter, it is kicked. When it looks
 *   it sees to the waiters behind it, and also if it gives up without units.
 * - A post does not fail for want of room as long as waiters that are kicked
 *   could take units. It hands them their units instead, before they look.
 *
 * Poll, read and write are about element 0. Pollers are told about units that
 * no waiter is there for.
 *
 * With KIPC_UNDO only the kernel moves units, and it counts for each
 * participant how many units it holds (undo.h). Giving units to a participant
 * and counting them are one step under the element lock, and only if the
 * participant is not over. The repair takes each element lock after the
 * participant has been marked, so it finds every unit that is to be given back.
 * A waiter whose attachment is over gets no unit, and is told so (-ENXIO) when
 * it is the first waiter.
 *
 * The element lock guards value, waiters and counts. Only waiting, attaching
 * and copying to and from user space sleep.
 */
#ifndef KIPC_SEMAPHORE_H
#define KIPC_SEMAPHORE_H

#include "attachment.h"
#include "object.h"
#include "wait.h"
#include "word.h"

struct kipc_semaphore {
	struct kipc_object object;
	struct kipc_words words;
};

/* A participant of a KIPC_UNDO semaphore. For other semaphores it is NULL. */
struct kipc_semaphore_holder {
	struct kipc_attachment attachment;
	struct kipc_undo *undo;		/* see undo.h for the lock */
};

static inline struct kipc_semaphore *
kipc_semaphore_of(struct kipc_object *object)
{
	return container_of(object, struct kipc_semaphore, object);
}

static inline u32 kipc_semaphore_max(const struct kipc_semaphore *semaphore)
{
	return semaphore->object.attributes.semaphore.max;
}

/* Returns true if an element can ever hold that many units. */
static inline bool kipc_semaphore_counts(const struct kipc_semaphore *semaphore,
					 u32 count)
{
	return count && count <= kipc_semaphore_max(semaphore);
}

int kipc_semaphore_post(struct kipc_semaphore *semaphore, u32 index, u32 count,
			struct kipc_semaphore_holder *holder);
int kipc_semaphore_post_waking(struct kipc_semaphore *semaphore, u32 index,
			       u32 count, struct kipc_semaphore_holder *holder,
			       struct kipc_wake_q *wake_q);
int kipc_semaphore_wait(struct kipc_semaphore *semaphore, u32 index, u32 count,
			struct kipc_semaphore_holder *holder,
			const struct kipc_deadline *deadline);
int kipc_semaphore_value(struct kipc_semaphore *semaphore, u32 index,
			 u32 *value);
void kipc_semaphore_claim(struct kipc_semaphore *semaphore);
__poll_t kipc_semaphore_ready(const struct kipc_semaphore *semaphore);
u32 kipc_semaphore_undo(struct kipc_semaphore *semaphore,
			struct kipc_semaphore_holder *holder);
u32 kipc_semaphore_held(struct kipc_semaphore *semaphore,
			struct kipc_semaphore_holder *holder);

#endif /* KIPC_SEMAPHORE_H */
