/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: barriers
 *
 * The value holds the parties that have arrived, the generation, how often the
 * barrier was reset and whether it is broken. What became of an arrival can be
 * told from the value alone by anyone who remembers the one he left: opening
 * counts in the generation, a reset in the resets, and breaking in neither. So
 * a party that arrived by changing the word and comes to the kernel late learns
 * the same as one that was waiting there.
 *
 * Waiters are served by arrival alone, so those of an ended generation are
 * always before those of the current one.
 *
 * A participant (see attachment.h) that has arrived through the kernel, or said
 * that it will, is a *member* until it says that it leaves. The parties of a plain
 * barrier are a number that nothing changes, and who they are is not known: when
 * a member dies the barrier breaks, because it may have been one of them.
 *
 * A KIPC_NO_MEMBERS barrier knows no participants. Arrivals count, and no end of a
 * process is noticed: an arrival stands even if the party is killed as it waits.
 *
 * Of a KIPC_DROP barrier the kernel knows more, because nobody arrives without
 * it: how many parties each member is, and how many of these have arrived in the
 * current *epoch*, which ends when the barrier opens or is reset. Those that
 * die or leave are waited for no more. At any time
 *
 *	parties = vacant + the members' joined
 *	arrived = the members' arrived of this epoch, each at most its joined
 *
 * When it opens because the last one missing has gone, nobody's arrival did
 * that: the first party that is told is the serial one.
 */
#ifndef KIPC_BARRIER_H
#define KIPC_BARRIER_H

#include "attachment.h"
#include "object.h"
#include "word.h"

/* What tells one arrival's fate from another's. */
#define KIPC_BARRIER_COUNTS	(KIPC_BARRIER_GENERATION | KIPC_BARRIER_RESETS)

/* No counts of any generation. */
#define KIPC_BARRIER_NO_SERIAL	KIPC_SLOW

struct kipc_barrier {
	struct kipc_object object;
	struct kipc_words words;	/* of one element */

	/* the element's lock; the first is constant but of KIPC_DROP */
	u32 parties;
	u32 vacant;			/* of them, that nobody has joined as */
	u32 members;
	u64 epoch;			/* counted up for KIPC_DROP alone */
	u64 serial;			/* see kipc_barrier_take_serial() */
};

struct kipc_barrier_member {
	struct kipc_attachment attachment;

	/* the element's lock */
	u32 joined;			/* parties it is, or JOINs without LEAVE */
	bool came;			/* counted in joined, without a JOIN */
	bool died;			/* while it was a member */
	u32 arrived;			/* with KIPC_DROP, in that epoch */
	u64 epoch;
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

/* Is it known who the parties are? */
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
void kipc_member_came(struct kipc_barrier *barrier,
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
