// SPDX-License-Identifier: GPL-2.0-only
/*
 * What happens to a barrier, and to a member of it, while the element is entered.
 * A member that is NULL is a party that is not attached, or not any more; there
 * are none of these at a KIPC_DROP barrier.
 */
#include <linux/minmax.h>

#include "barrier.h"

/* ------------------------------------------------------------------------ */
/* The value                                                                */
/* ------------------------------------------------------------------------ */

/* What a barrier of that value gives a party: 0 where it is whole. */
int kipc_barrier_broken(u64 value)
{
	if (!(value & KIPC_BARRIER_BROKEN))
		return 0;
	return value & KIPC_BARRIER_DIED ? -EOWNERDEAD : -ECANCELED;
}

/* The first reason stays. */
void kipc_barrier_break(struct kipc_barrier *barrier, u64 flags)
{
	struct kipc_element *e = kipc_barrier_element(barrier);

	kipc_assert_held(e);
	if (!kipc_barrier_broken(e->value))
		e->value |= KIPC_BARRIER_BROKEN | flags;
}

static void barrier_open(struct kipc_barrier *barrier)
{
	struct kipc_element *e = kipc_barrier_element(barrier);

	e->value = KIPC_SLOW | (e->value & KIPC_BARRIER_RESETS) |
		   ((e->value + (1ULL << KIPC_BARRIER_SHIFT)) &
		    KIPC_BARRIER_GENERATION);
	barrier->epoch++;
	barrier->serial = KIPC_BARRIER_NO_SERIAL;
}

void kipc_barrier_reset_value(struct kipc_barrier *barrier)
{
	struct kipc_element *e = kipc_barrier_element(barrier);

	kipc_assert_held(e);
	e->value = KIPC_SLOW | (e->value & KIPC_BARRIER_GENERATION) |
		   ((e->value + KIPC_BARRIER_RESET_ONE) & KIPC_BARRIER_RESETS);
	barrier->epoch++;
	barrier->serial = KIPC_BARRIER_NO_SERIAL;
}

/*
 * What to tell a party of that word: the outcome, but the first one of a
 * generation that opened because others went is its serial one.
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
 * Of a plain barrier: JOINs are counted, because a process may use it at several
 * places. One that is a member because it came says so with the first of them.
 */
static int barrier_plain_join(struct kipc_barrier *barrier,
			      struct kipc_barrier_member *member)
{
	if (member->came) {
		member->came = false;
		return 0;
	}
	if (member->joined == KIPC_PARTIES_MAX)
		return -EOVERFLOW;
	barrier_member_add(barrier, member);
	return 0;
}

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

/* Is that one party more than the member has joined as? */
static bool barrier_member_joins(const struct kipc_barrier *barrier,
				 const struct kipc_barrier_member *member)
{
	return kipc_barrier_drops(barrier) &&
	       barrier_member_arrived(barrier, member) == member->joined;
}

/* How many parties there are once the member arrives, or -EOVERFLOW. */
int kipc_member_parties(const struct kipc_barrier *barrier,
			const struct kipc_barrier_member *member)
{
	kipc_assert_held(kipc_barrier_element(barrier));
	if (!barrier_member_joins(barrier, member) || barrier->vacant)
		return barrier->parties;
	return barrier_is_full(barrier) ? -EOVERFLOW : barrier->parties + 1;
}

/* The member, if there is one, has arrived; without a JOIN it is one by that. */
void kipc_member_came(struct kipc_barrier *barrier,
		      struct kipc_barrier_member *member)
{
	kipc_assert_held(kipc_barrier_element(barrier));
	if (!member)
		return;
	if (!kipc_barrier_drops(barrier)) {
		if (member->joined)
			return;
		barrier_member_add(barrier, member);
		member->came = true;
		return;
	}
	if (barrier_member_joins(barrier, member))
		barrier_party_add(barrier, member);
	barrier_member_set_arrived(barrier, member,
				   barrier_member_arrived(barrier, member) + 1);
}

/* Where it can be; returns KIPC_BARRIER_SERIAL or KIPC_PENDING. */
int kipc_member_arrive(struct kipc_barrier *barrier,
		       struct kipc_barrier_member *member)
{
	struct kipc_element *e = kipc_barrier_element(barrier);

	kipc_assert_held(e);
	kipc_member_came(barrier, member);
	if (kipc_barrier_arrived(e) + 1 < barrier->parties) {
		e->value++;
		return KIPC_PENDING;
	}
	barrier_open(barrier);
	return KIPC_BARRIER_SERIAL;
}

/* Undo an arrival of this generation; where it is known, only one that was. */
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
/* Going                                                                    */
/* ------------------------------------------------------------------------ */

/* The last one missing has gone: nobody's arrival opens the barrier. */
static void barrier_open_if_all_came(struct kipc_barrier *barrier)
{
	struct kipc_element *e = kipc_barrier_element(barrier);
	u64 counts = e->value & KIPC_BARRIER_COUNTS;
	u32 arrived = kipc_barrier_arrived(e);

	if (kipc_barrier_broken(e->value) || arrived < barrier->parties)
		return;
	/* Nobody is left, but one may look on whose arrival went with a LEAVE. */
	if (!arrived && !e->waiters.first)
		return;
	barrier_open(barrier);
	barrier->serial = counts;
}

/* So many parties fewer, and the arrivals that are more than those left. */
static void barrier_member_drop(struct kipc_barrier *barrier,
				struct kipc_barrier_member *member, u32 count)
{
	struct kipc_element *e = kipc_barrier_element(barrier);
	u32 arrived = barrier_member_arrived(barrier, member);
	u32 stay = min(arrived, member->joined);

	barrier->parties -= count;
	barrier_member_set_arrived(barrier, member, stay);
	e->value -= arrived - stay;
	barrier_open_if_all_came(barrier);
}

static void barrier_member_end(struct kipc_barrier *barrier,
			       struct kipc_barrier_member *member, u32 count)
{
	if (count == member->joined)
		barrier->members--;
	member->joined -= count;
	member->came = false;
	if (kipc_barrier_drops(barrier))
		barrier_member_drop(barrier, member, count);
}

int kipc_member_leave(struct kipc_barrier *barrier,
		      struct kipc_barrier_member *member)
{
	kipc_assert_held(kipc_barrier_element(barrier));
	if (!member->joined)
		return -EPERM;
	barrier_member_end(barrier, member, 1);
	return 0;
}

/* Nothing where it has left or died already. */
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
