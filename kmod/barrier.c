// SPDX-License-Identifier: GPL-2.0-only
/*
 * The verbs of barriers. Their arguments are checked in barrier_ioctl.c; what
 * they change is in barrier_member.c.
 *
 * The last party can arrive in user space while another party is about to wait
 * in the kernel. The claim of the word orders the two::
 *
 *     CPU 0 (party that waits)          CPU 1 (last party, user space)
 *
 *     arrives by compare-and-swap
 *     BARRIER_WAIT with KIPC_ARRIVED
 *                                       old = word
 *     barrier_lock(): claims the word
 *                                       cmpxchg(word, old, next generation)
 *                                         fails, KIPC_SLOW is set
 *     barrier_look(): parties are
 *       missing, queues itself
 *     barrier_unlock(): the word stays
 *       claimed
 *                                       BARRIER_WAIT: barrier_lock()
 *                                       barrier_arrive(): opens
 *                                       barrier_unlock(): grants CPU 0
 *
 * If the compare-and-swap comes first instead, the claimed value contains the
 * next generation, and barrier_look() finds that the barrier has opened.
 */
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>

#include "barrier.h"
#include "compat.h"
#include "wait.h"

#define BROKEN_FLAGS	(KIPC_BARRIER_BROKEN | KIPC_BARRIER_DIED)

struct barrier_waiter {
	struct kipc_waiter waiter;
	struct kipc_barrier_member *member;	/* constant once queued */
	u64 word;			/* left by the arrival; constant then */
};

static struct barrier_waiter *barrier_waiter_of(struct kipc_waiter *waiter)
{
	return container_of(waiter, struct barrier_waiter, waiter);
}

/*
 * Locks the element and claims its word. A participant may have scribbled over
 * the word, so the value is clamped to a possible one. A kernel-only word needs
 * no check.
 */
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

/*
 * Returns what has become of the arrival that left @word: 0 if the barrier has
 * opened, -ECANCELED after a reset, or why the barrier is broken. Returns
 * KIPC_PENDING if parties are still missing.
 */
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

/*
 * Grants the waiters whose wait has ended. They are the first ones of the list,
 * see barrier.h. Returns true if the wake queue is full before all are granted.
 */
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

/*
 * Grants waiters, returns the word if no task waits, and unlocks the element.
 * Wakes the granted waiters after that. Each hold of the lock grants at most
 * KIPC_WAKE_BATCH waiters, so the lock may be dropped and taken again.
 */
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
 * Tells the other parties that a waiting party was killed. With KIPC_NO_MEMBERS
 * its arrival stands, and the others are told nothing. A plain barrier breaks.
 *
 * The membership of its process ends at once if no other task uses the memory.
 * Otherwise another thread of the process may still arrive, so the membership
 * ends with the attachment.
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

/*
 * Ends a wait that kipc_wait_sleep() has ended with the error @ret, and returns
 * its result.
 *
 * The barrier may have opened meanwhile. Then the waiter is granted, or it is
 * still on the list because the wake queue of the granter was full::
 *
 *     CPU 0 (waiter)                    CPU 1 (last party)
 *
 *     kipc_wait_sleep(): -ETIMEDOUT
 *                                       lock, opens the barrier
 *                                       grants KIPC_WAKE_BATCH other waiters
 *                                       unlock, wakes these
 *     lock
 *     kipc_granted(): false
 *     barrier_outcome(): 0
 *     takes itself off the list
 *     unlock, return 0
 *                                       lock, grants the next waiters
 *
 * Otherwise parties are still missing. Then a timeout breaks the barrier, and
 * barrier_killed() handles a fatal signal. Any other signal changes nothing,
 * and the wait can be continued with KIPC_ARRIVED.
 */
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
 * Queues the caller behind all other waiters. All get the same priority, and
 * none gets back the place that it had before an interruption (place.h), so
 * that waiters of an older generation stay the first ones.
 */
static int barrier_queue(struct kipc_barrier *barrier, struct kipc_element *e,
			 struct barrier_waiter *self)
{
	return kipc_wait_begin(&barrier->object, &e->waiters, &self->waiter,
			       MAX_RT_PRIO);
}

/*
 * Arrives. Returns KIPC_BARRIER_SERIAL if that opens the barrier, KIPC_PENDING
 * if the caller is queued and has to wait, or an error without having arrived.
 * The caller is queued before it arrives, because only queueing can fail.
 */
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

/* Undoes an arrival, unless something has become of it already. */
static void barrier_withdraw(struct kipc_barrier *barrier,
			     struct barrier_waiter *self)
{
	if (barrier_outcome(barrier, self->word) == KIPC_PENDING)
		kipc_member_withdraw(barrier, self->member);
}

/*
 * Continues to wait after an arrival: in user space, or in a call that a signal
 * ended. Returns the result if there is one, and KIPC_PENDING if the caller is
 * queued and has to wait. The arrival stands with -EAGAIN, and is undone if the
 * caller cannot be queued.
 */
static int barrier_look(struct kipc_barrier *barrier, struct kipc_element *e,
			struct barrier_waiter *self, bool try)
{
	int ret = barrier_outcome(barrier, self->word);

	if (ret != KIPC_PENDING)
		return kipc_barrier_take_serial(barrier, self->word, ret);
	/*
	 * With KIPC_DROP the kernel has counted the arrival already, because it
	 * was made here. If it was not, it is a false claim of the caller.
	 */
	if (!kipc_barrier_drops(barrier))
		kipc_member_note_arrival(barrier, self->member);
	if (try)
		return -EAGAIN;
	ret = barrier_queue(barrier, e, self);
	if (ret)
		barrier_withdraw(barrier, self);
	return ret ? ret : KIPC_PENDING;
}

/*
 * Forgets the participant if its attachment is over. A plain barrier treats the
 * caller as a party without a member then; with KIPC_DROP that is -ENXIO.
 */
static int barrier_check_member(struct kipc_barrier *barrier,
				struct barrier_waiter *self)
{
	if (self->member && kipc_attachment_over(&self->member->attachment))
		self->member = NULL;
	return !self->member && kipc_barrier_drops(barrier) ? -ENXIO : 0;
}

/**
 * kipc_barrier_wait() - arrive at a barrier and wait for the other parties
 * @barrier: the barrier
 * @member: the caller as a participant; NULL if it is not attached
 * @args: checked; @args->flags with KIPC_ARRIVED says that the caller has
 *	arrived already and that its arrival left @args->word. Afterwards
 *	@args->word is what the arrival left
 * @deadline: when to give up
 *
 * Context: may sleep
 * Return: KIPC_BARRIER_SERIAL to one party of a generation and 0 to the others;
 * -EAGAIN if the caller must not wait, without having arrived unless it had
 * before; -ETIMEDOUT, and the barrier is broken; -ERESTARTSYS, and the arrival
 * stands; -ECANCELED after a reset, or if the barrier is broken; -EOWNERDEAD if
 * it is broken because a party died; -EUSERS if too many tasks wait, and the
 * caller has not arrived. With KIPC_DROP also -ENXIO if the caller is not
 * attached, and -EOVERFLOW if there would be more than KIPC_PARTIES_MAX parties
 */
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

/**
 * kipc_barrier_unwait() - undo an arrival that the caller cannot be told of
 * @barrier: the barrier
 * @member: as for kipc_barrier_wait()
 * @word: what the arrival left
 *
 * Does nothing if the barrier has opened, was reset or is broken meanwhile.
 * With KIPC_DROP it also does nothing if the attachment of the caller is over.
 *
 * Context: takes the element lock; may reschedule
 */
void kipc_barrier_unwait(struct kipc_barrier *barrier,
			 struct kipc_barrier_member *member, u64 word)
{
	struct barrier_waiter self = { .member = member, .word = word };
	struct kipc_element *e = barrier_lock(barrier);

	if (!barrier_check_member(barrier, &self))
		barrier_withdraw(barrier, &self);
	barrier_unlock(barrier, e);
}

/**
 * kipc_barrier_abort() - break a barrier, so that all its parties fail
 * @barrier: the barrier; if it is broken already, the reason stays
 *
 * Context: takes the element lock; may reschedule
 */
void kipc_barrier_abort(struct kipc_barrier *barrier)
{
	struct kipc_element *e = barrier_lock(barrier);

	kipc_barrier_break(barrier, 0);
	barrier_unlock(barrier, e);
}

/* Returns true if all waiters whose wait has ended are granted. */
static bool barrier_settled(const struct kipc_barrier *barrier,
			    const struct kipc_element *e)
{
	struct kipc_waiter *first = e->waiters.first;

	kipc_assert_held(e);
	return !first || barrier_outcome(barrier, barrier_waiter_of(first)->word) ==
			 KIPC_PENDING;
}

/**
 * kipc_barrier_reset() - cancel the arrivals of a barrier and mend it
 * @barrier: the barrier
 *
 * A waiter whose generation has opened must not get -ECANCELED. Such a waiter
 * may still be on the list::
 *
 *     CPU 0 (opens the barrier)         CPU 1 (RESET)
 *
 *     barrier_unlock():
 *       grants KIPC_WAKE_BATCH waiters
 *       unlock, wakes these
 *                                       lock
 *                                       barrier_settled(): false
 *                                       barrier_unlock(): grants the others
 *                                       lock
 *                                       barrier_settled(): true, resets
 *                                       unlock
 *
 * Context: takes the element lock; may reschedule
 */
void kipc_barrier_reset(struct kipc_barrier *barrier)
{
	struct kipc_element *e = barrier_lock(barrier);

	/* The lock was dropped, so the barrier may have opened once more. */
	while (!barrier_settled(barrier, e)) {
		barrier_unlock(barrier, e);
		barrier_lock(barrier);
	}
	kipc_barrier_reset_value(barrier);
	barrier_unlock(barrier, e);
}

/**
 * kipc_barrier_change_member() - change the membership of a participant
 * @barrier: of @member
 * @member: the caller's participant
 * @change: kipc_member_join() or kipc_member_leave()
 *
 * Context: takes the element lock; may reschedule
 * Return: what @change returns, or -ENXIO if the attachment is over
 */
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

/**
 * kipc_barrier_state() - read the state of a barrier
 * @barrier: the barrier
 * @args: its output fields are filled in
 *
 * The word is not claimed, so that parties go on to arrive by changing it.
 *
 * Context: takes the element lock; does not sleep
 */
void kipc_barrier_state(struct kipc_barrier *barrier,
			struct kipc_barrier_state_args *args)
{
	struct kipc_element *e = kipc_barrier_element(barrier);
	u64 value;

	spin_lock(&e->lock);
	value = kipc_word_peek(&barrier->words, e, 0);
	args->parties = barrier->parties;
	args->arrived = value & KIPC_BARRIER_ARRIVED;
	/* A participant may have scribbled over the word. */
	if (!barrier->words.kernel_only)
		args->arrived = min(args->arrived, barrier->parties - 1);
	args->generation = (value & KIPC_BARRIER_GENERATION) >>
			   KIPC_BARRIER_SHIFT;
	args->broken = -kipc_barrier_broken(value);
	args->waiters = atomic_read(&barrier->object.waiters);
	args->members = barrier->members;
	spin_unlock(&e->lock);
}

/**
 * kipc_barrier_end_member() - end the membership of a participant that is over
 * @barrier: of @member
 * @member: its attachment is marked as over or gone
 *
 * Context: takes the element lock; may reschedule
 * Return: how many things were repaired: 1 if the participant was a member when
 * it died, else 0
 */
u32 kipc_barrier_end_member(struct kipc_barrier *barrier,
			    struct kipc_barrier_member *member)
{
	struct kipc_element *e = barrier_lock(barrier);

	/* Does nothing if barrier_killed() has ended the membership already. */
	kipc_member_die(barrier, member);
	barrier_unlock(barrier, e);
	return member->died;
}
