/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: semaphores
 *
 * The value of an element is its units. While threads wait the word goes back to user
 * space with one of two bits beside the units, so that takers need no system call:
 *
 *	KIPC_SEMAPHORE_WAITERS	Whoever gives units comes to the kernel, where a waiter
 *				is kicked for each of them.
 *	KIPC_SEMAPHORE_WOKEN	The first waiter is kicked, and has not looked yet. Whoever
 *				gives comes to the kernel if there are several units then.
 *
 * A first waiter that is due (wait.h), and one that wants several units, gets them
 * handed over, and newcomers none: while there are any, the word is the kernel's. With
 * KIPC_FAIR that goes for all. Who waits alone gets units handed over too, because to be
 * kicked costs more, unless the poster was served last and may be back at once.
 *
 * What holds whenever an element is left: where there are units enough for the first
 * waiter it is kicked. It sees to those behind it when it looks, and also if it goes away
 * without units. A unit for which there is no room is made room for: waiters that are
 * kicked are given theirs before they look.
 *
 * Poll, read and write are about element 0. Pollers are told of units that no waiter is
 * there for.
 *
 * With KIPC_UNDO the kernel alone moves units, and counts for each participant
 * how many it holds. Whoever gives units to a participant does that, count
 * included, while the element is locked and the participant not gone; the repair
 * takes each lock after that, so it finds every unit there is to give back. A
 * waiter whose attachment is gone gets none, and is told so when its turn comes.
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

/* A participant of a KIPC_UNDO semaphore; there are none of others: NULL. */
struct kipc_semaphore_holder {
	struct kipc_attachment attachment;
	struct kipc_undo *undo;		/* see undo.h */
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

/* Could an element ever hold so many units? */
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
