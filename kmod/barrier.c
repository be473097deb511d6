// SPDX-License-Identifier: GPL-2.0-only
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>

#include "barrier.h"
#include "compat.h"
#include "wait.h"

#define BROKEN_FLAGS	(KIPC_BARRIER_BROKEN | KIPC_BARRIER_DIED)

struct barrier_waiter {
	struct kipc_waiter waiter;
	struct kipc_barrier_member *member;	/* constant */
	u64 word;			/* constant; what its arrival left */
};

static struct barrier_waiter *barrier_waiter_of(struct kipc_waiter *waiter)
{
	return container_of(waiter, struct barrier_waiter, waiter);
}

/* Lock and own the element; the value is made a possible one. */
static struct kipc_element *barrier_lock(struct kipc_barrier *barrier)
	__acquires(&barrier->words.elements->lock)
{
	struct kipc_element *e = kipc_barrier_element(barrier);
	u64 value, arrived;

	spin_lock(&e->lock);
	value = kipc_word_claim(&barrier->words, e, 0);
	if (barrier->words.kernel_only)
		return e;
	arrived = min_t(u64, value & KIPC_BARRIER_ARRIVED,
			barrier->parties - 1);
	e->value = KIPC_SLOW | arrived |
		   (value & (KIPC_BARRIER_COUNTS | BROKEN_FLAGS));
	return e;
}

/* What became of an arrival that left this word; KIPC_PENDING if nothing yet. */
static int barrier_outcome(const struct kipc_barrier *barrier, u64 word)
{
	u64 value = kipc_barrier_element(barrier)->value, changed = value ^ word;
	int broken = kipc_barrier_broken(value);

	if (changed & KIPC_BARRIER_RESETS)
		return -ECANCELED;
	if (changed & KIPC_BARRIER_GENERATION)
		return 0;
	return broken ? broken : KIPC_PENDING;
}

/* Grant those whose wait has ended; true if there are more. */
static bool barrier_grant_waiters(struct kipc_barrier *barrier, struct kipc_element *e,
				  struct kipc_wake_q *wake_q)
{
	struct barrier_waiter *first;
	int outcome;

	kipc_assert_held(e);
	while (e->waiters.first) {
		first = barrier_waiter_of(e->waiters.first);
		outcome = barrier_outcome(barrier, first->word);
		if (outcome == KIPC_PENDING)
			return false;
		if (kipc_wake_q_full(wake_q))
			return true;
		outcome = kipc_barrier_take_serial(barrier, first->word, outcome);
		kipc_grant(wake_q, &e->waiters, &first->waiter, outcome);
	}
	return false;
}

/* Serve, give the word back if nobody waits, unlock, and only then wake. */
static void barrier_unlock(struct kipc_barrier *barrier, struct kipc_element *e)
	__releases(&barrier->words.elements->lock)
{
	struct kipc_wake_q wake_q __uninitialized;
	bool more;

	kipc_wake_q_init(&wake_q, false);
	for (;;) {
		more = barrier_grant_waiters(barrier, e, &wake_q);
		if (!e->waiters.first)
			kipc_word_return(&barrier->words, e, 0);
		spin_unlock(&e->lock);
		kipc_wake_q_flush(&wake_q);
		if (!more)
			break;
		cond_resched();
		barrier_lock(barrier);
	}
}

/* ------------------------------------------------------------------------ */
/* Waiting                                                                  */
/* ------------------------------------------------------------------------ */

/*
 * A waiting party was killed. Where only arrivals count, this one stands; otherwise
 * the others are told at once. As a member it is dead too, if nobody else uses its
 * memory: else one of these may yet arrive, and it is when the memory goes that this
 * is over.
 */
static void barrier_killed(struct kipc_barrier *barrier,
			   struct kipc_barrier_member *member)
{
	if (!barrier->object.tracks)
		return;
	if (member && atomic_read(&current->mm->mm_users) == 1)
		kipc_member_die(barrier, member);
	if (!kipc_barrier_drops(barrier))
		kipc_barrier_break(barrier, KIPC_BARRIER_DIED);
}

/* A wait that failed: look again, then make the others know. */
static int barrier_give_up(struct kipc_barrier *barrier,
			   struct barrier_waiter *self, int ret)
{
	struct kipc_element *e = barrier_lock(barrier);
	int outcome = barrier_outcome(barrier, self->word);

	if (kipc_granted(&self->waiter)) {
		ret = self->waiter.outcome;
	} else {
		kipc_waitlist_remove(&e->waiters, &self->waiter);
		if (outcome != KIPC_PENDING)
			ret = kipc_barrier_take_serial(barrier, self->word, outcome);
		else if (fatal_signal_pending(current))
			barrier_killed(barrier, self->member);
		else if (ret == -ETIMEDOUT)
			kipc_barrier_break(barrier, 0);
	}
	barrier_unlock(barrier, e);
	return ret;
}

static int barrier_sleep(struct kipc_barrier *barrier,
			 struct barrier_waiter *self,
			 const struct kipc_deadline *deadline)
{
	int ret;

	kipc_wait_spin(&barrier->object, &self->waiter,
		       &kipc_barrier_element(barrier)->spin_history);
	ret = kipc_wait_sleep(&self->waiter, deadline);
	if (ret)
		ret = barrier_give_up(barrier, self, ret);
	else
		ret = self->waiter.outcome;
	kipc_wait_end(&barrier->object, &kipc_barrier_element(barrier)->waiters,
		      &self->waiter, ret);
	return ret;
}

/* ------------------------------------------------------------------------ */
/* The verbs                                                                */
/* ------------------------------------------------------------------------ */

/*
 * In the order in which they come here, whatever was interrupted: those of an older
 * generation are to be the first ones.
 */
static int barrier_queue(struct kipc_barrier *barrier, struct kipc_element *e,
			 struct barrier_waiter *self)
{
	return kipc_wait_begin(&barrier->object, &e->waiters, &self->waiter,
			       MAX_RT_PRIO);
}

/* Arrive; queued first, where that is needed, because it may fail. */
static int barrier_arrive(struct kipc_barrier *barrier, struct kipc_element *e,
			  struct barrier_waiter *self, bool try)
{
	int parties = kipc_member_parties(barrier, self->member);
	int ret = kipc_barrier_broken(e->value);

	if (ret)
		return ret;
	if (parties < 0)
		return parties;
	if (kipc_barrier_arrived(e) + 1 < parties) {
		ret = try ? -EAGAIN : barrier_queue(barrier, e, self);
		if (ret)
			return ret;
	}
	ret = kipc_member_arrive(barrier, self->member);
	self->word = e->value & ~KIPC_SLOW;
	return ret;
}

static void barrier_withdraw(struct kipc_barrier *barrier,
			     struct barrier_waiter *self)
{
	if (barrier_outcome(barrier, self->word) == KIPC_PENDING)
		kipc_member_withdraw(barrier, self->member);
}

/* What has become of an arrival? Queued where that is open yet. */
static int barrier_look(struct kipc_barrier *barrier, struct kipc_element *e,
			struct barrier_waiter *self, bool try)
{
	int ret = barrier_outcome(barrier, self->word);

	if (ret != KIPC_PENDING)
		return kipc_barrier_take_serial(barrier, self->word, ret);
	/* Of a KIPC_DROP barrier that is known already, if it is true. */
	if (!kipc_barrier_drops(barrier))
		kipc_member_came(barrier, self->member);
	if (try)
		return -EAGAIN;
	ret = barrier_queue(barrier, e, self);
	if (ret)
		barrier_withdraw(barrier, self);
	return ret ? ret : KIPC_PENDING;
}

/* Whose memory has let go of the barrier meanwhile is no member any more. */
static int barrier_check_member(struct kipc_barrier *barrier,
				struct barrier_waiter *self)
{
	if (self->member && kipc_attachment_over(&self->member->attachment))
		self->member = NULL;
	return !self->member && kipc_barrier_drops(barrier) ? -ENXIO : 0;
}

int kipc_barrier_wait(struct kipc_barrier *barrier,
			struct kipc_barrier_member *member,
			struct kipc_barrier_wait_args *args,
			const struct kipc_deadline *deadline)
{
	struct barrier_waiter self = { .member = member, .word = args->word };
	struct kipc_element *e = barrier_lock(barrier);
	int ret = barrier_check_member(barrier, &self);

	if (!ret && (args->flags & KIPC_ARRIVED))
		ret = barrier_look(barrier, e, &self, deadline->try);
	else if (!ret)
		ret = barrier_arrive(barrier, e, &self, deadline->try);
	barrier_unlock(barrier, e);
	if (ret == KIPC_PENDING)
		ret = barrier_sleep(barrier, &self, deadline);
	args->word = self.word;
	return ret;
}

/* The arrival of that word is not to have been. */
void kipc_barrier_unwait(struct kipc_barrier *barrier,
			   struct kipc_barrier_member *member, u64 word)
{
	struct barrier_waiter self = { .member = member, .word = word };
	struct kipc_element *e = barrier_lock(barrier);

	if (!barrier_check_member(barrier, &self))
		barrier_withdraw(barrier, &self);
	barrier_unlock(barrier, e);
}

void kipc_barrier_abort(struct kipc_barrier *barrier)
{
	struct kipc_element *e = barrier_lock(barrier);

	kipc_barrier_break(barrier, 0);
	barrier_unlock(barrier, e);
}

/* Has everybody been granted whose wait has ended? */
static bool barrier_settled(const struct kipc_barrier *barrier,
			    const struct kipc_element *e)
{
	struct kipc_waiter *first = e->waiters.first;

	kipc_assert_held(e);
	return !first || barrier_outcome(barrier, barrier_waiter_of(first)->word) ==
			 KIPC_PENDING;
}

void kipc_barrier_reset(struct kipc_barrier *barrier)
{
	struct kipc_element *e = barrier_lock(barrier);

	/* Whose generation has opened already is not to hear of the reset. */
	while (!barrier_settled(barrier, e)) {
		barrier_unlock(barrier, e);
		barrier_lock(barrier);
	}
	kipc_barrier_reset_value(barrier);
	barrier_unlock(barrier, e);
}

int kipc_barrier_change_member(struct kipc_barrier *barrier,
				 struct kipc_barrier_member *member,
				 int (*change)(struct kipc_barrier *barrier,
					       struct kipc_barrier_member *m))
{
	struct kipc_element *e = barrier_lock(barrier);
	int ret = -ENXIO;

	if (!kipc_attachment_over(&member->attachment))
		ret = change(barrier, member);
	barrier_unlock(barrier, e);
	return ret;
}

/* To look is not to freeze: the parties go on by the word meanwhile. */
void kipc_barrier_state(struct kipc_barrier *barrier,
			  struct kipc_barrier_state_args *args)
{
	struct kipc_element *e = kipc_barrier_element(barrier);
	u64 value;

	spin_lock(&e->lock);
	value = kipc_word_peek(&barrier->words, e, 0);
	args->parties = barrier->parties;
	args->arrived = value & KIPC_BARRIER_ARRIVED;
	/* The page may say anything. */
	if (!barrier->words.kernel_only)
		args->arrived = min(args->arrived, barrier->parties - 1);
	args->generation = (value & KIPC_BARRIER_GENERATION) >>
			   KIPC_BARRIER_SHIFT;
	args->broken = -kipc_barrier_broken(value);
	args->waiters = atomic_read(&barrier->object.waiters);
	args->members = barrier->members;
	spin_unlock(&e->lock);
}

/* Repair what a member that has ended leaves; returns whether it was a member. */
u32 kipc_barrier_end_member(struct kipc_barrier *barrier,
			    struct kipc_barrier_member *member)
{
	struct kipc_element *e = barrier_lock(barrier);

	/* A member that was killed while it waited may be known to be dead already. */
	kipc_member_die(barrier, member);
	barrier_unlock(barrier, e);
	return member->died;
}
