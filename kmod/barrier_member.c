// SPDX-License-Identifier: GPL-2.0-only
/*
 * Changes of a barrier and of its members. The element is locked and its word
 * is kernel-owned. Nothing here sleeps or wakes a task; unlocking grants the
 * waiters.
 *
 * A member that is NULL stands for a party that is not attached, or not any
 * more. KIPC_DROP barriers have no such parties.
 */
#include <linux/minmax.h>

#include "barrier.h"

/* ------------------------------------------------------------------------ */
/* The value                                                                */
/* ------------------------------------------------------------------------ */

/**
 * kipc_barrier_broken() - what a broken barrier returns to its parties
 * @value: value of the barrier
 *
 * Context: does not sleep
 * Return: 0 if the barrier is not broken, -EOWNERDEAD if it is broken because a
 * party died, -ECANCELED if there is another reason
 */
int kipc_barrier_broken(u64 value)
{
	if (!(value & KIPC_BARRIER_BROKEN))
		return 0;
	return value & KIPC_BARRIER_DIED ? -EOWNERDEAD : -ECANCELED;
}

/**
 * kipc_barrier_break() - break a barrier
 * @barrier: locked; if it is broken already, the first reason stays
 * @flags: KIPC_BARRIER_DIED if a party died, else 0
 *
 * Context: the element lock is held; does not sleep
 */
void kipc_barrier_break(struct kipc_barrier *barrier, u64 flags)
{
	struct kipc_element *e = kipc_barrier_element(barrier);

	kipc_assert_held(e);
	if (!kipc_barrier_broken(e->value))
		e->value |= KIPC_BARRIER_BROKEN | flags;
}

/* Begins the next generation, in which no party has arrived yet. */
static void barrier_open(struct kipc_barrier *barrier)
{
	struct kipc_element *e = kipc_barrier_element(barrier);

	e->value = KIPC_SLOW | (e->value & KIPC_BARRIER_RESETS) |
		   ((e->value + (1ULL << KIPC_BARRIER_SHIFT)) &
		    KIPC_BARRIER_GENERATION);
	barrier->epoch++;
	barrier->serial = KIPC_BARRIER_NO_SERIAL;
}

/**
 * kipc_barrier_reset_value() - cancel all arrivals and mend the barrier
 * @barrier: locked; no waiter whose generation has opened is on its list
 *
 * Context: the element lock is held; does not sleep
 */
void kipc_barrier_reset_value(struct kipc_barrier *barrier)
{
	struct kipc_element *e = kipc_barrier_element(barrier);

	kipc_assert_held(e);
	e->value = KIPC_SLOW | (e->value & KIPC_BARRIER_GENERATION) |
		   ((e->value + KIPC_BARRIER_RESET_ONE) & KIPC_BARRIER_RESETS);
	barrier->epoch++;
	barrier->serial = KIPC_BARRIER_NO_SERIAL;
}

/**
 * kipc_barrier_take_serial() - decide what a party is told
 * @barrier: locked
 * @word: what the arrival of the party left
 * @outcome: of that arrival; 0 if the barrier has opened, or an error
 *
 * Usually the party whose arrival opens the barrier is the serial party. If the
 * barrier opened because the last missing party left or died, then the first
 * party of that generation that asks here is. @barrier->serial holds the counts
 * of the generation until then.
 *
 * Context: the element lock is held; does not sleep
 * Return: KIPC_BARRIER_SERIAL to the serial party, otherwise @outcome
 */
int kipc_barrier_take_serial(struct kipc_barrier *barrier, u64 word, int outcome)
{
	kipc_assert_held(kipc_barrier_element(barrier));
	if (outcome || (word & KIPC_BARRIER_COUNTS) != barrier->serial)
		return outcome;
	barrier->serial = KIPC_BARRIER_NO_SERIAL;
	return KIPC_BARRIER_SERIAL;
}

/* ------------------------------------------------------------------------ */
/* Joining                                                                  */
/* ------------------------------------------------------------------------ */

/* Returns how many parties of the member have arrived in this epoch. */
static u32 barrier_member_arrived(const struct kipc_barrier *barrier,
				  const struct kipc_barrier_member *member)
{
	return member->epoch == barrier->epoch ? member->arrived : 0;
}

static void barrier_member_set_arrived(struct kipc_barrier *barrier,
				       struct kipc_barrier_member *member, u32 arrived)
{
	member->arrived = arrived;
	member->epoch = barrier->epoch;
}

static void barrier_member_add(struct kipc_barrier *barrier,
			       struct kipc_barrier_member *member)
{
	if (!member->joined++)
		barrier->members++;
}

/* Returns true if no party can join a KIPC_DROP barrier. */
static bool barrier_is_full(const struct kipc_barrier *barrier)
{
	return !barrier->vacant && barrier->parties == KIPC_PARTIES_MAX;
}

static void barrier_party_add(struct kipc_barrier *barrier,
			      struct kipc_barrier_member *member)
{
	barrier_member_add(barrier, member);
	if (barrier->vacant)
		barrier->vacant--;
	else
		barrier->parties++;
}

static int barrier_party_join(struct kipc_barrier *barrier,
			      struct kipc_barrier_member *member)
{
	if (barrier_is_full(barrier))
		return -EOVERFLOW;
	barrier_party_add(barrier, member);
	return 0;
}

/*
 * Joins a plain barrier. JOINs are counted, because several parts of a process
 * may use the same barrier. The first JOIN of a process that is a member
 * because it has arrived replaces the membership by arrival.
 */
static int barrier_plain_join(struct kipc_barrier *barrier,
			      struct kipc_barrier_member *member)
{
	if (member->noted) {
		member->noted = false;
		return 0;
	}
	if (member->joined == KIPC_PARTIES_MAX)
		return -EOVERFLOW;
	barrier_member_add(barrier, member);
	return 0;
}

/**
 * kipc_member_join() - join a barrier, as one more party with KIPC_DROP
 * @barrier: locked
 * @member: the participant; its attachment is not over
 *
 * Context: the element lock is held; does not sleep
 * Return: 0; -EOVERFLOW if there would be more than KIPC_PARTIES_MAX parties,
 * or if the participant of a plain barrier has joined that often already
 */
int kipc_member_join(struct kipc_barrier *barrier,
		     struct kipc_barrier_member *member)
{
	kipc_assert_held(kipc_barrier_element(barrier));
	return kipc_barrier_drops(barrier) ? barrier_party_join(barrier, member) :
					     barrier_plain_join(barrier, member);
}

/* ------------------------------------------------------------------------ */
/* Arriving                                                                 */
/* ------------------------------------------------------------------------ */

/*
 * Returns true if the next arrival joins as well: as many parties have arrived
 * in this epoch as the member has joined.
 */
static bool barrier_member_joins(const struct kipc_barrier *barrier,
				 const struct kipc_barrier_member *member)
{
	return kipc_barrier_drops(barrier) &&
	       barrier_member_arrived(barrier, member) == member->joined;
}

/**
 * kipc_member_parties() - how many parties an arrival makes the barrier have
 * @barrier: locked
 * @member: the participant that is about to arrive; not NULL with KIPC_DROP
 *
 * Context: the element lock is held; does not sleep
 * Return: the number of parties, or -EOVERFLOW if that would be more than
 * KIPC_PARTIES_MAX
 */
int kipc_member_parties(const struct kipc_barrier *barrier,
			const struct kipc_barrier_member *member)
{
	kipc_assert_held(kipc_barrier_element(barrier));
	if (!barrier_member_joins(barrier, member) || barrier->vacant)
		return barrier->parties;
	return barrier_is_full(barrier) ? -EOVERFLOW : barrier->parties + 1;
}

/**
 * kipc_member_note_arrival() - note which participant has arrived
 * @barrier: locked
 * @member: the participant; NULL if the party is not attached
 *
 * The participant becomes a member if it is none yet. With KIPC_DROP the
 * arrival is counted for it. The value of the barrier does not change.
 *
 * Context: the element lock is held; does not sleep
 */
void kipc_member_note_arrival(struct kipc_barrier *barrier,
			      struct kipc_barrier_member *member)
{
	kipc_assert_held(kipc_barrier_element(barrier));
	if (!member)
		return;
	if (!kipc_barrier_drops(barrier)) {
		if (member->joined)
			return;
		barrier_member_add(barrier, member);
		member->noted = true;
		return;
	}
	if (barrier_member_joins(barrier, member))
		barrier_party_add(barrier, member);
	barrier_member_set_arrived(barrier, member,
				   barrier_member_arrived(barrier, member) + 1);
}

/**
 * kipc_member_arrive() - arrive at a barrier
 * @barrier: locked and not broken; kipc_member_parties() has found no error
 * @member: the participant; NULL if the party is not attached
 *
 * Context: the element lock is held; does not sleep
 * Return: KIPC_BARRIER_SERIAL if that opened the barrier, or KIPC_PENDING if
 * parties are still missing
 */
int kipc_member_arrive(struct kipc_barrier *barrier,
		       struct kipc_barrier_member *member)
{
	struct kipc_element *e = kipc_barrier_element(barrier);

	kipc_assert_held(e);
	kipc_member_note_arrival(barrier, member);
	if (kipc_barrier_arrived(e) + 1 < barrier->parties) {
		e->value++;
		return KIPC_PENDING;
	}
	barrier_open(barrier);
	return KIPC_BARRIER_SERIAL;
}

/**
 * kipc_member_withdraw() - undo an arrival of this generation
 * @barrier: locked; has neither opened nor been reset since the arrival
 * @member: the participant; NULL if the party is not attached
 *
 * Does nothing if no party has arrived or, with KIPC_DROP, no party of the
 * participant, because the caller's word need not be true.
 *
 * Context: the element lock is held; does not sleep
 */
void kipc_member_withdraw(struct kipc_barrier *barrier,
			  struct kipc_barrier_member *member)
{
	struct kipc_element *e = kipc_barrier_element(barrier);
	u32 arrived = kipc_barrier_arrived(e);

	kipc_assert_held(e);
	if (kipc_barrier_drops(barrier)) {
		arrived = barrier_member_arrived(barrier, member);
		if (arrived)
			barrier_member_set_arrived(barrier, member, arrived - 1);
	}
	if (arrived)
		e->value--;
}

/* ------------------------------------------------------------------------ */
/* Leaving and dying                                                        */
/* ------------------------------------------------------------------------ */

/*
 * Opens the barrier if no party is missing any more. No arrival did that, so
 * the serial party is yet to be found, see kipc_barrier_take_serial().
 */
static void barrier_open_if_complete(struct kipc_barrier *barrier)
{
	struct kipc_element *e = kipc_barrier_element(barrier);
	u64 counts = e->value & KIPC_BARRIER_COUNTS;
	u32 arrived = kipc_barrier_arrived(e);

	if (kipc_barrier_broken(e->value) || arrived < barrier->parties)
		return;
	/*
	 * Without any party the barrier stays as it is. But a thread may wait
	 * whose arrival was removed when another thread of its process sent a
	 * LEAVE; it has to be granted.
	 */
	if (!arrived && !e->waiters.first)
		return;
	barrier_open(barrier);
	barrier->serial = counts;
}

/*
 * Removes @count parties of a member from a KIPC_DROP barrier, and its arrivals
 * that exceed the parties that it has left.
 */
static void barrier_member_drop(struct kipc_barrier *barrier,
				struct kipc_barrier_member *member, u32 count)
{
	struct kipc_element *e = kipc_barrier_element(barrier);
	u32 arrived = barrier_member_arrived(barrier, member);
	u32 stay = min(arrived, member->joined);

	barrier->parties -= count;
	barrier_member_set_arrived(barrier, member, stay);
	e->value -= arrived - stay;
	barrier_open_if_complete(barrier);
}

/* Takes back @count of what the member has joined. */
static void barrier_member_end(struct kipc_barrier *barrier,
			       struct kipc_barrier_member *member, u32 count)
{
	if (count == member->joined)
		barrier->members--;
	member->joined -= count;
	member->noted = false;
	if (kipc_barrier_drops(barrier))
		barrier_member_drop(barrier, member, count);
}

/**
 * kipc_member_leave() - take back one JOIN or the membership by arrival
 * @barrier: locked
 * @member: the participant; its attachment is not over
 *
 * With KIPC_DROP there is one party fewer, which may open the barrier.
 *
 * Context: the element lock is held; does not sleep
 * Return: 0, or -EPERM if the participant is not a member
 */
int kipc_member_leave(struct kipc_barrier *barrier,
		      struct kipc_barrier_member *member)
{
	kipc_assert_held(kipc_barrier_element(barrier));
	if (!member->joined)
		return -EPERM;
	barrier_member_end(barrier, member, 1);
	return 0;
}

/**
 * kipc_member_die() - end a membership because the participant is dead
 * @barrier: locked
 * @member: the participant
 *
 * Does nothing if the participant is not a member, for instance because it has
 * left or this was called already. Otherwise a KIPC_DROP barrier loses the
 * parties of the member, and a plain barrier breaks.
 *
 * Context: the element lock is held; does not sleep
 */
void kipc_member_die(struct kipc_barrier *barrier,
		     struct kipc_barrier_member *member)
{
	kipc_assert_held(kipc_barrier_element(barrier));
	if (!member->joined)
		return;
	member->died = true;
	barrier_member_end(barrier, member, member->joined);
	if (!kipc_barrier_drops(barrier))
		kipc_barrier_break(barrier, KIPC_BARRIER_DIED);
}
