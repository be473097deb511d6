/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: barriers
 *
 * The value holds the number of parties that have arrived, the generation, the
 * number of resets, and whether the barrier is broken. An arrival leaves a
 * certain value behind. That value and the present one tell together what has
 * become of the arrival:
 *
 * - If the resets differ, the arrival was cancelled.
 * - Otherwise, if the generation differs, the barrier has opened.
 * - Otherwise, if the barrier is broken, the arrival has failed.
 * - Otherwise parties are still missing.
 *
 * So a party that arrived by changing the word in user space, and calls the
 * kernel late, gets the same answer as a party that waited in the kernel.
 *
 * The waitlist is ordered by arrival in the kernel alone. Therefore waiters of
 * a generation that has ended always precede those of the current one.
 *
 * There are three kinds of barriers:
 *
 * *Plain* barriers have a constant number of parties. The kernel does not know
 * which tasks the parties are. A participant (see attachment.h) is a *member*
 * after it has arrived through the kernel or has sent a JOIN, and until it
 * leaves. The barrier breaks when a member dies, because a party that is
 * waited for may have died with it. It also breaks when a party is killed while
 * it waits, member or not.
 *
 * KIPC_NO_MEMBERS barriers have no participants. Only arrivals count, and the
 * end of a process is not noticed. An arrival stands even if the party is
 * killed while it waits.
 *
 * KIPC_DROP barriers have a number of parties that changes. Every party
 * arrives through the kernel, because the word is kernel-only. So the kernel
 * knows as how many parties each member has joined, and how many of these have
 * arrived in the current *epoch*. An epoch ends when the barrier opens or is
 * reset. A party that dies or leaves is not waited for any more. Invariants
 * when the element lock is released::
 *
 *	parties = vacant + the sum of all members' joined
 *	arrived = the sum of all members' arrived in this epoch
 *	arrived of a member <= its joined
 *
 * Such a barrier can open because the last missing party has left or died, and
 * not because of an arrival. Then the first party that learns of it is the
 * serial party, which is the one that gets KIPC_BARRIER_SERIAL.
 *
 * The element lock guards the value and all that is said here of members. A
 * participant becomes a member, or joins once more, only if its attachment is
 * not over. The attachment is marked as over or gone before the repair takes
 * the element lock, so the repair finds every membership::
 *
 *     CPU 0 (JOIN)                      CPU 1 (end of the attachment)
 *
 *     lock
 *     kipc_attachment_over(): false
 *                                       attachment->gone = true
 *     joined++                          kipc_barrier_end_member():
 *     unlock                              lock
 *                                         kipc_member_die(): joined = 0
 *                                         unlock
 *
 * If the repair takes the lock first, JOIN finds the mark and fails (-ENXIO).
 *
 * Only waiting, attaching and copying to and from user space sleep.
 */
#ifndef KIPC_BARRIER_H
#define KIPC_BARRIER_H

#include "attachment.h"
#include "object.h"
#include "word.h"

/* The bits of the value that change when the barrier opens or is reset. */
#define KIPC_BARRIER_COUNTS	(KIPC_BARRIER_GENERATION | KIPC_BARRIER_RESETS)

/* Equals no counts, because KIPC_SLOW is not among the bits of the counts. */
#define KIPC_BARRIER_NO_SERIAL	KIPC_SLOW

struct kipc_barrier {
	struct kipc_object object;
	struct kipc_words words;	/* of one element */

	/* the element's lock */
	u32 parties;			/* constant without KIPC_DROP */
	u32 vacant;			/* KIPC_DROP; parties of no member */
	u32 members;
	u64 epoch;			/* only used with KIPC_DROP */
	u64 serial;			/* see kipc_barrier_take_serial() */
};

/* A participant. It is a member while @joined is not 0. */
struct kipc_barrier_member {
	struct kipc_attachment attachment;

	/* the element's lock */
	u32 joined;			/* KIPC_DROP: parties; else JOINs */
	bool noted;			/* plain; @joined is 1 without a JOIN */
	bool died;			/* while it was a member */
	u32 arrived;			/* KIPC_DROP; in @epoch, else 0 */
	u64 epoch;			/* KIPC_DROP; which @arrived belongs to */
};

static inline struct kipc_barrier *kipc_barrier_of(struct kipc_object *object)
{
	return container_of(object, struct kipc_barrier, object);
}

static inline struct kipc_barrier_member *
kipc_barrier_member_of(struct kipc_attachment *attachment)
{
	return container_of(attachment, struct kipc_barrier_member, attachment);
}

static inline struct kipc_element *
kipc_barrier_element(const struct kipc_barrier *barrier)
{
	return barrier->words.elements;
}

/* Returns true if the kernel knows which member each party belongs to. */
static inline bool kipc_barrier_drops(const struct kipc_barrier *barrier)
{
	return barrier->object.flags & KIPC_DROP;
}

static inline u32 kipc_barrier_arrived(const struct kipc_element *e)
{
	return e->value & KIPC_BARRIER_ARRIVED;
}

int kipc_barrier_wait(struct kipc_barrier *barrier,
		      struct kipc_barrier_member *member,
		      struct kipc_barrier_wait_args *args,
		      const struct kipc_deadline *deadline);
void kipc_barrier_unwait(struct kipc_barrier *barrier,
			 struct kipc_barrier_member *member, u64 word);
void kipc_barrier_abort(struct kipc_barrier *barrier);
void kipc_barrier_reset(struct kipc_barrier *barrier);
int kipc_barrier_change_member(struct kipc_barrier *barrier,
			       struct kipc_barrier_member *member,
			       int (*change)(struct kipc_barrier *barrier,
					     struct kipc_barrier_member *m));
void kipc_barrier_state(struct kipc_barrier *barrier,
			struct kipc_barrier_state_args *args);
u32 kipc_barrier_end_member(struct kipc_barrier *barrier,
			    struct kipc_barrier_member *member);

int kipc_barrier_broken(u64 value);
void kipc_barrier_break(struct kipc_barrier *barrier, u64 flags);
void kipc_barrier_reset_value(struct kipc_barrier *barrier);
int kipc_barrier_take_serial(struct kipc_barrier *barrier, u64 word, int outcome);

int kipc_member_parties(const struct kipc_barrier *barrier,
			const struct kipc_barrier_member *member);
void kipc_member_note_arrival(struct kipc_barrier *barrier,
			      struct kipc_barrier_member *member);
int kipc_member_arrive(struct kipc_barrier *barrier,
		       struct kipc_barrier_member *member);
void kipc_member_withdraw(struct kipc_barrier *barrier,
			  struct kipc_barrier_member *member);

int kipc_member_join(struct kipc_barrier *barrier,
		     struct kipc_barrier_member *member);
int kipc_member_leave(struct kipc_barrier *barrier,
		      struct kipc_barrier_member *member);
void kipc_member_die(struct kipc_barrier *barrier,
		     struct kipc_barrier_member *member);

#endif /* KIPC_BARRIER_H */
