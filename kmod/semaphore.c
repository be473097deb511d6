// SPDX-License-Identifier: GPL-2.0-only
/* What happens to the elements; semaphores as a type are in semaphore_type.c. */
#include <linux/sched/signal.h>

#include "compat.h"
#include "poll.h"
#include "semaphore.h"
#include "undo.h"
#include "wait.h"

struct semaphore_waiter {
	struct kipc_waiter waiter;
	struct kipc_semaphore_holder *holder;	/* constant */
};

static struct semaphore_waiter *semaphore_waiter_of(struct kipc_waiter *waiter)
{
	return container_of(waiter, struct semaphore_waiter, waiter);
}

static u32 semaphore_units(const struct kipc_element *e)
{
	return e->value & KIPC_SEMAPHORE_COUNT;
}

/* ------------------------------------------------------------------------ */
/* What happens to an element that is entered                               */
/* ------------------------------------------------------------------------ */

static bool semaphore_holder_is_gone(const struct kipc_semaphore_holder *holder)
{
	return holder && kipc_attachment_over(&holder->attachment);
}

/* Are there the units for it? KIPC_PENDING where it has to wait. */
static int semaphore_has(const struct kipc_element *e,
			 const struct kipc_semaphore_holder *holder, u32 count)
{
	kipc_assert_held(e);
	if (semaphore_holder_is_gone(holder))
		return -ENXIO;
	return count <= semaphore_units(e) ? 0 : KIPC_PENDING;
}

static void semaphore_take(struct kipc_element *e, u32 index,
			   struct kipc_semaphore_holder *holder, u32 count)
{
	kipc_assert_held(e);
	e->value -= count;
	if (holder)
		kipc_undo_take(holder->undo, index, count);
}

static int semaphore_add(struct kipc_element *e, u32 index,
			 struct kipc_semaphore_holder *holder, u32 count, u32 max)
{
	kipc_assert_held(e);
	if (semaphore_holder_is_gone(holder))
		return -ENXIO;
	if (count > max - semaphore_units(e))
		return -EOVERFLOW;
	e->value += count;
	if (holder)
		kipc_undo_give(holder->undo, index, count);
	return 0;
}

/* What the dead held, as far as there is room for it. */
static void semaphore_undo(struct kipc_element *e, u32 index,
			   struct kipc_semaphore_holder *holder, u32 max)
{
	u32 held = kipc_undo_held(holder->undo, index);

	kipc_assert_held(e);
	e->value += min(held, max - semaphore_units(e));
	kipc_undo_give(holder->undo, index, held);
}

/* ------------------------------------------------------------------------ */
/* Whose turn it is                                                         */
/* ------------------------------------------------------------------------ */

/*
 * Is nobody to take before the first waiter? One that wants several units would
 * never see them beside others that want one.
 */
static bool semaphore_first_is_due(const struct kipc_semaphore *semaphore,
				   const struct kipc_element *e)
{
	const struct kipc_waiter *first = e->waiters.first;

	return (semaphore->object.flags & KIPC_FAIR) || first->wants > 1 ||
	       kipc_wait_is_due(first);
}

/* May a newcomer of this priority take, or a waiter that looks? */
static bool semaphore_lets(const struct kipc_semaphore *semaphore,
			   const struct kipc_element *e, int priority)
{
	return kipc_waitlist_leads(&e->waiters, priority) ||
	       !semaphore_first_is_due(semaphore, e);
}

/*
 * Units are handed over to a first waiter that is due. Also to one that waits alone,
 * unless the caller is who was served last: it may be back before the other is
 * awake, as with a lock.
 */
static bool semaphore_hands_over(const struct kipc_semaphore *semaphore,
				 const struct kipc_element *e)
{
	return semaphore_first_is_due(semaphore, e) ||
	       (kipc_waitlist_is_single(&e->waiters) &&
		!kipc_kicked(e->waiters.first) &&
		!kipc_took_last(&e->spin_history));
}

/*
 * Beside the units in a word that user space has while threads wait: must giving wake
 * somebody, or only where there is more than a unit then, because one is up already?
 */
static u64 semaphore_waiters_bits(const struct kipc_semaphore *semaphore,
				  const struct kipc_element *e)
{
	if (!e->waiters.first)
		return 0;
	/* One that became the first, and due, after it was kicked gets its unit from us. */
	return kipc_kicked(e->waiters.first) && !semaphore_first_is_due(semaphore, e) ?
	       KIPC_SEMAPHORE_WOKEN : KIPC_SEMAPHORE_WAITERS;
}

/* Must user space leave units where they are? */
static bool semaphore_withholds(const struct kipc_semaphore *semaphore,
				const struct kipc_element *e)
{
	return e->waiters.first && semaphore_units(e) &&
	       semaphore_first_is_due(semaphore, e);
}

/* ------------------------------------------------------------------------ */
/* Entering and leaving an element                                          */
/* ------------------------------------------------------------------------ */

/* Lock the element and own it; what a scribbler left is made a possible value. */
static void semaphore_lock(struct kipc_semaphore *semaphore,
			   struct kipc_element *e, u32 index)
	__acquires(&e->lock)
{
	u32 units;

	spin_lock(&e->lock);
	units = kipc_word_claim(&semaphore->words, e, index) &
		KIPC_SEMAPHORE_COUNT;
	e->value = min(units, kipc_semaphore_max(semaphore)) | KIPC_SLOW;
}

static bool semaphore_is_full(const struct kipc_semaphore *semaphore,
			      const struct kipc_element *e)
{
	return semaphore_units(e) == kipc_semaphore_max(semaphore);
}

static void semaphore_grant_first(struct kipc_element *e, u32 index, int outcome,
				  struct kipc_wake_q *wake_q)
{
	struct semaphore_waiter *first = semaphore_waiter_of(e->waiters.first);

	if (!outcome)
		semaphore_take(e, index, first->holder, first->waiter.wants);
	kipc_note_taker(&e->spin_history, first->waiter.task);
	kipc_grant(wake_q, &e->waiters, &first->waiter, outcome);
}

/*
 * Wake a waiter for each unit, some at a time: each that looks sees to those behind
 * it. Who wants several is not woken for what others may take before it is the first.
 */
static bool semaphore_kick(struct kipc_element *e, struct kipc_wake_q *wake_q)
{
	struct kipc_waiter *waiter = e->waiters.first;
	u32 units = min_t(u32, semaphore_units(e), KIPC_KICKED_MAX);

	for (; waiter && units && waiter->wants == 1; units--) {
		if (!kipc_kicked(waiter)) {
			if (kipc_wake_q_full(wake_q))
				return true;
			kipc_kick(wake_q, &e->waiters, waiter);
		}
		waiter = kipc_waitlist_next(waiter);
	}
	return false;
}

/* Serve who can be served; true where more can be than fit in the wake_q. */
static bool semaphore_grant_waiters(const struct kipc_semaphore *semaphore,
				    struct kipc_element *e, u32 index,
				    struct kipc_wake_q *wake_q)
{
	struct semaphore_waiter *first;
	int outcome;

	kipc_assert_held(e);
	while (e->waiters.first) {
		first = semaphore_waiter_of(e->waiters.first);
		outcome = semaphore_has(e, first->holder, first->waiter.wants);
		if (outcome == KIPC_PENDING)
			return false;
		if (!outcome && !semaphore_hands_over(semaphore, e))
			return semaphore_kick(e, wake_q);
		if (kipc_wake_q_full(wake_q))
			return true;
		semaphore_grant_first(e, index, outcome, wake_q);
	}
	return false;
}

/* Give the word back as far as it is user space's, and unlock. */
static void semaphore_unlock_quiet(struct kipc_semaphore *semaphore,
				   struct kipc_element *e, u32 index)
	__releases(&e->lock)
{
	bool polled = !index &&
		      kipc_pollers_present(&semaphore->object.pollers);

	if (!polled && !semaphore_withholds(semaphore, e)) {
		e->value |= semaphore_waiters_bits(semaphore, e);
		kipc_word_return(&semaphore->words, e, index);
	}
	spin_unlock(&e->lock);
}

/* Tell the pollers of units to be taken, and of room where there was none. */
static void semaphore_tell(struct kipc_semaphore *semaphore, u32 index,
			   u32 units, bool room)
{
	if (index)
		return;
	if (units)
		kipc_pollers_wake(&semaphore->object.pollers,
				  EPOLLIN | EPOLLRDNORM, units);
	if (room)
		kipc_pollers_wake(&semaphore->object.pollers,
				  EPOLLOUT | EPOLLWRNORM, KIPC_POLLERS_ALL);
}

/* Serve those who wait, unlock, and tell the pollers of what is left. */
static noinline void semaphore_unlock_granting(struct kipc_semaphore *semaphore,
					       struct kipc_element *e, u32 index,
					       struct kipc_wake_q *wake_q, bool room)
	__releases(&e->lock)
{
	bool full, more;
	u32 left;

	do {
		full = semaphore_is_full(semaphore, e);
		more = semaphore_grant_waiters(semaphore, e, index, wake_q);
		/* What the last waiter leaves is news, for it kept others from it. */
		left = e->waiters.first ? 0 : semaphore_units(e);
		room |= full && !semaphore_is_full(semaphore, e);
		semaphore_unlock_quiet(semaphore, e, index);
		kipc_wake_q_flush(wake_q);
		if (more) {
			cond_resched();
			semaphore_lock(semaphore, e, index);
		}
	} while (more);
	semaphore_tell(semaphore, index, left, room);
}

/*
 * Unlock after a change that made @fresh units takable, or room: serve those who wait,
 * and tell the pollers. The caller flushes what the wake_q held before.
 */
static void semaphore_unlock_waking(struct kipc_semaphore *semaphore,
				    struct kipc_element *e, u32 index,
				    struct kipc_wake_q *wake_q, u32 fresh, bool room)
	__releases(&e->lock)
{
	if (e->waiters.first) {
		semaphore_unlock_granting(semaphore, e, index, wake_q, room);
		return;
	}
	semaphore_unlock_quiet(semaphore, e, index);
	semaphore_tell(semaphore, index, fresh, room);
}

static void semaphore_unlock(struct kipc_semaphore *semaphore,
			     struct kipc_element *e, u32 index, u32 fresh,
			     bool room)
	__releases(&e->lock)
{
	struct kipc_wake_q wake_q __uninitialized;

	kipc_wake_q_init(&wake_q, false);
	semaphore_unlock_waking(semaphore, e, index, &wake_q,
				min(fresh, semaphore_units(e)), room);
}

/* ------------------------------------------------------------------------ */
/* The verbs                                                                */
/* ------------------------------------------------------------------------ */

/* Give the first waiter its units before it looks; false where that is not to be. */
static bool semaphore_make_room(struct kipc_semaphore *semaphore,
				struct kipc_element *e, u32 index,
				struct kipc_wake_q *wake_q)
	__must_hold(&e->lock)
{
	struct kipc_waiter *first = e->waiters.first;
	int outcome;

	if (!first)
		return false;
	outcome = semaphore_has(e, semaphore_waiter_of(first)->holder, first->wants);
	if (outcome == KIPC_PENDING)
		return false;
	if (kipc_wake_q_full(wake_q)) {
		semaphore_unlock_quiet(semaphore, e, index);
		kipc_wake_q_flush(wake_q);
		cond_resched();
		semaphore_lock(semaphore, e, index);
	} else {
		semaphore_grant_first(e, index, outcome, wake_q);
	}
	return true;
}

/*
 * Make room for so many units, as far as waiters are on their way for what is there.
 * Says whether there was none at all.
 */
static bool semaphore_make_room_for(struct kipc_semaphore *semaphore,
				    struct kipc_element *e, u32 index,
				    u32 count, struct kipc_wake_q *wake_q)
{
	u32 max = kipc_semaphore_max(semaphore);
	bool full = false;

	do {
		/* Each time: it may have been unlocked. */
		full |= semaphore_is_full(semaphore, e);
	} while (count > max - semaphore_units(e) &&
		 semaphore_make_room(semaphore, e, index, wake_q));
	return full;
}

/* Post what cannot just be added: @ret says why. The element is entered. */
static noinline int semaphore_post_full(struct kipc_semaphore *semaphore,
					struct kipc_element *e, u32 index,
					u32 count,
					struct kipc_semaphore_holder *holder,
					struct kipc_wake_q *wake_q, int ret)
	__releases(&e->lock)
{
	u32 max = kipc_semaphore_max(semaphore);
	bool awaited = e->waiters.first, full = false;

	if (ret == -EOVERFLOW && count <= max) {
		full = semaphore_make_room_for(semaphore, e, index, count, wake_q);
		ret = semaphore_add(e, index, holder, count, max);
	}
	/* Where all that waited have theirs the rest is news, whatever came of the post. */
	semaphore_unlock_waking(semaphore, e, index, wake_q,
				awaited ? semaphore_units(e) : 0,
				full && !semaphore_is_full(semaphore, e));
	/* Those who made room. */
	kipc_wake_q_flush(wake_q);
	return ret;
}

int kipc_semaphore_post_waking(struct kipc_semaphore *semaphore, u32 index,
			       u32 count, struct kipc_semaphore_holder *holder,
			       struct kipc_wake_q *wake_q)
{
	struct kipc_element *e = kipc_words_at(&semaphore->words, &index);
	int ret;

	if (!e || !count)
		return -EINVAL;
	semaphore_lock(semaphore, e, index);
	ret = semaphore_add(e, index, holder, count,
			    kipc_semaphore_max(semaphore));
	if (ret)
		return semaphore_post_full(semaphore, e, index, count, holder,
					   wake_q, ret);
	semaphore_unlock_waking(semaphore, e, index, wake_q, count, false);
	return 0;
}

int kipc_semaphore_post(struct kipc_semaphore *semaphore, u32 index,
			u32 count, struct kipc_semaphore_holder *holder)
{
	struct kipc_wake_q wake_q __uninitialized;

	kipc_wake_q_init(&wake_q, false);
	return kipc_semaphore_post_waking(semaphore, index, count, holder,
					  &wake_q);
}

/*
 * Awake, and the element entered: what has become of the wait? @ret says why, 0 for a
 * call. KIPC_PENDING: to be waited on.
 */
static int semaphore_look(struct kipc_semaphore *semaphore,
			  struct kipc_element *e, u32 index,
			  struct semaphore_waiter *self, int ret)
{
	bool first = e->waiters.first == &self->waiter;
	int taken;

	if (kipc_granted(&self->waiter))
		return self->waiter.outcome;
	taken = semaphore_has(e, self->holder, self->waiter.wants);
	if (!taken && !first && semaphore_first_is_due(semaphore, e))
		taken = KIPC_PENDING;
	if (taken == KIPC_PENDING && kipc_kicked(&self->waiter))
		kipc_wait_lost(&semaphore->object, &e->waiters, &self->waiter);
	if (taken == KIPC_PENDING && !ret) {
		self->waiter.outcome = KIPC_PENDING;
		return KIPC_PENDING;
	}
	/* In this order: see kipc_semaphore_ready(). */
	if (!taken) {
		semaphore_take(e, index, self->holder, self->waiter.wants);
		kipc_note_taker(&e->spin_history, current);
	}
	kipc_waitlist_remove(&e->waiters, &self->waiter);
	return taken == KIPC_PENDING ? ret : taken;
}

/* Look, and see to those behind: they, and pollers, may want fewer units. */
static int semaphore_look_entering(struct kipc_semaphore *semaphore,
				   struct kipc_element *e, u32 index,
				   struct semaphore_waiter *self, int ret)
{
	bool full, granted;

	semaphore_lock(semaphore, e, index);
	full = semaphore_is_full(semaphore, e);
	granted = kipc_granted(&self->waiter);
	ret = semaphore_look(semaphore, e, index, self, ret);
	semaphore_unlock(semaphore, e, index, granted ? 0 : U32_MAX,
			 full && !semaphore_is_full(semaphore, e));
	return ret;
}

/* Queued and unlocked: sleep until there is an outcome. */
static int semaphore_sleep(struct kipc_semaphore *semaphore,
			   struct kipc_element *e, u32 index,
			   struct semaphore_waiter *self,
			   const struct kipc_deadline *deadline)
{
	int ret;

	if (deadline->spin)
		kipc_wait_spin(&semaphore->object, &self->waiter, &e->spin_history);
	do {
		ret = kipc_wait_sleep(&self->waiter, deadline);
		if (!ret && kipc_granted(&self->waiter))
			ret = self->waiter.outcome;
		else
			ret = semaphore_look_entering(semaphore, e, index, self,
						      ret);
	} while (ret == KIPC_PENDING);
	kipc_wait_end(&semaphore->object, &e->waiters, &self->waiter, ret);
	/*
	 * Units of a thread that is killed now would be lost. With
	 * KIPC_UNDO they go back with its memory, but others may use that for
	 * longer; where it has gone already, this does nothing.
	 */
	if (!ret && fatal_signal_pending(current)) {
		kipc_semaphore_post(semaphore, index, self->waiter.wants,
				    self->holder);
		ret = -EINTR;
	}
	return ret;
}

/* Not the caller's turn, and the element entered: queue, and sleep. */
static noinline int semaphore_queue(struct kipc_semaphore *semaphore,
				    struct kipc_element *e, u32 index,
				    u32 count,
				    struct kipc_semaphore_holder *holder,
				    const struct kipc_deadline *deadline,
				    int priority)
	__releases(&e->lock)
{
	struct semaphore_waiter self = {
		.waiter.wants = count,
		.waiter.returns = true,
		.holder = holder,
	};
	int ret;

	ret = kipc_wait_begin(&semaphore->object, &e->waiters, &self.waiter,
			      priority);
	/* Back in its place it may want fewer units than those behind it. */
	if (!ret && self.waiter.returned)
		semaphore_unlock(semaphore, e, index, 0, false);
	else
		semaphore_unlock_quiet(semaphore, e, index);
	return ret ? ret :
		     semaphore_sleep(semaphore, e, index, &self, deadline);
}

/* Unlock after a take: that is news only where a poller may wait for room. */
static void semaphore_unlock_taken(struct kipc_semaphore *semaphore,
				   struct kipc_element *e, u32 index, bool full)
	__releases(&e->lock)
{
	bool room = full && !semaphore_is_full(semaphore, e);

	semaphore_unlock_quiet(semaphore, e, index);
	if (room)
		semaphore_tell(semaphore, index, 0, room);
}

int kipc_semaphore_wait(struct kipc_semaphore *semaphore, u32 index,
			u32 count, struct kipc_semaphore_holder *holder,
			const struct kipc_deadline *deadline)
{
	struct kipc_element *e = kipc_words_at(&semaphore->words, &index);
	int priority = kipc_priority();
	bool full;
	int ret;

	if (!e || !kipc_semaphore_counts(semaphore, count))
		return -EINVAL;
	semaphore_lock(semaphore, e, index);
	ret = semaphore_has(e, holder, count);
	if (!ret && !semaphore_lets(semaphore, e, priority))
		ret = KIPC_PENDING;
	if (ret == KIPC_PENDING && !deadline->try)
		return semaphore_queue(semaphore, e, index, count, holder,
				       deadline, priority);
	full = semaphore_is_full(semaphore, e);
	if (!ret)
		semaphore_take(e, index, holder, count);
	semaphore_unlock_taken(semaphore, e, index, full);
	return ret == KIPC_PENDING ? -EAGAIN : ret;
}

/* To look is not to freeze: others go on by the word meanwhile. */
static u32 semaphore_peek(const struct kipc_semaphore *semaphore,
			  const struct kipc_element *e, u32 index)
{
	u32 units = kipc_word_peek(&semaphore->words, e, index) &
		    KIPC_SEMAPHORE_COUNT;

	return min(units, kipc_semaphore_max(semaphore));
}

int kipc_semaphore_value(struct kipc_semaphore *semaphore, u32 index,
			 u32 *value)
{
	struct kipc_element *e = kipc_words_at(&semaphore->words, &index);

	if (!e)
		return -EINVAL;
	*value = semaphore_peek(semaphore, e, index);
	return 0;
}

/*
 * For a poller that has registered: the word is the kernel's from here on, and
 * each post that is not in its value yet finds the poller.
 */
void kipc_semaphore_claim(struct kipc_semaphore *semaphore)
{
	struct kipc_element *e = semaphore->words.elements;

	semaphore_lock(semaphore, e, 0);
	semaphore_unlock_quiet(semaphore, e, 0);
}

/*
 * What a poller is told. Without the lock: a registered poller is woken after each
 * change that makes anything ready, however old the answer is, and looks again.
 */
__poll_t kipc_semaphore_ready(const struct kipc_semaphore *semaphore)
{
	const struct kipc_element *e = semaphore->words.elements;
	/*
	 * Before the value: a unit on its way to a waiter is out of the value by
	 * the time that the waiter is off the list.
	 */
	bool waiters = data_race(smp_load_acquire(&e->waiters.first));
	u32 units = semaphore_peek(semaphore, e, 0);
	__poll_t ready = 0;

	if (units && !waiters)
		ready |= EPOLLIN | EPOLLRDNORM;
	if (units < kipc_semaphore_max(semaphore))
		ready |= EPOLLOUT | EPOLLWRNORM;
	return ready;
}

/* Give back what the dead held of an element; how much that was. */
static u32 semaphore_undo_element(struct kipc_semaphore *semaphore, u32 index,
				  struct kipc_semaphore_holder *holder)
{
	struct kipc_element *e = &semaphore->words.elements[index];
	struct kipc_wake_q wake_q __uninitialized;
	bool awaited, full;
	u32 held;

	kipc_wake_q_init(&wake_q, false);
	semaphore_lock(semaphore, e, index);
	awaited = e->waiters.first;
	held = kipc_undo_held(holder->undo, index);
	full = semaphore_make_room_for(semaphore, e, index, held, &wake_q);
	semaphore_undo(e, index, holder, kipc_semaphore_max(semaphore));
	semaphore_unlock_waking(semaphore, e, index, &wake_q,
				awaited ? semaphore_units(e) :
					 min(held, semaphore_units(e)),
				full && !semaphore_is_full(semaphore, e));
	kipc_wake_q_flush(&wake_q);
	return held;
}

/* Give back what the dead held; how many elements that were. */
u32 kipc_semaphore_undo(struct kipc_semaphore *semaphore,
			struct kipc_semaphore_holder *holder)
{
	u32 i, repaired = 0;

	for (i = 0; i < semaphore->words.count; i++) {
		if (semaphore_undo_element(semaphore, i, holder))
			repaired++;
		cond_resched();
	}
	return repaired;
}

/* Units of element 0; what is gone holds nothing, and its counts may be too. */
u32 kipc_semaphore_held(struct kipc_semaphore *semaphore,
			struct kipc_semaphore_holder *holder)
{
	struct kipc_element *e = semaphore->words.elements;
	u32 held = 0;

	spin_lock(&e->lock);
	if (!semaphore_holder_is_gone(holder))
		held = kipc_undo_held(holder->undo, 0);
	spin_unlock(&e->lock);
	return held;
}
