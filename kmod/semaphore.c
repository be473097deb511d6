// SPDX-License-Identifier: GPL-2.0-only
/* The verbs of semaphores. Their arguments are checked in semaphore_ioctl.c. */
#include <linux/sched/signal.h>

#include "compat.h"
#include "poll.h"
#include "semaphore.h"
#include "undo.h"
#include "wait.h"

struct semaphore_waiter {
	struct kipc_waiter waiter;
	struct kipc_semaphore_holder *holder;	/* constant; may be NULL */
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
/* Pure changes of a locked element                                         */
/* ------------------------------------------------------------------------ */

static bool semaphore_holder_is_gone(const struct kipc_semaphore_holder *holder)
{
	return holder && kipc_attachment_over(&holder->attachment);
}

/*
 * Returns 0 if there are enough units, KIPC_PENDING if the task has to wait, or
 * -ENXIO if its attachment is over.
 */
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

/* Gives back what a dead participant holds, as far as there is room for it. */
static void semaphore_undo(struct kipc_element *e, u32 index,
			   struct kipc_semaphore_holder *holder, u32 max)
{
	u32 held = kipc_undo_held(holder->undo, index);

	kipc_assert_held(e);
	e->value += min(held, max - semaphore_units(e));
	kipc_undo_give(holder->undo, index, held);
}

/* ------------------------------------------------------------------------ */
/* Overtaking and hand-over                                                 */
/* ------------------------------------------------------------------------ */

/*
 * Returns true if no other task may take units before the first waiter. A
 * waiter that wants several units would never see them together beside tasks
 * that want one.
 */
static bool semaphore_first_is_due(const struct kipc_semaphore *semaphore,
				   const struct kipc_element *e)
{
	const struct kipc_waiter *first = e->waiters.first;

	return (semaphore->object.flags & KIPC_FAIR) || first->wants > 1 ||
	       kipc_wait_is_due(first);
}

/*
 * Returns true if a task of this priority that barges, or a waiter that is not
 * the first and looks, may take units.
 */
static bool semaphore_lets(const struct kipc_semaphore *semaphore,
			   const struct kipc_element *e, int priority)
{
	return kipc_waitlist_leads(&e->waiters, priority) ||
	       !semaphore_first_is_due(semaphore, e);
}

/*
 * Returns true if units are handed over to the first waiter instead of kicking
 * it. That is so if the waiter is due, and if it waits alone, unless the caller
 * is the task that took last: such a task may be back before the waiter is
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
 * Returns the bits beside the units in a word that is user-owned while tasks
 * wait. They say whether each post has to wake a task, or only a post that
 * leaves more than one unit, because one waiter is awake already.
 */
static u64 semaphore_waiters_bits(const struct kipc_semaphore *semaphore,
				  const struct kipc_element *e)
{
	if (!e->waiters.first)
		return 0;
	/*
	 * A waiter may have become the first, and due, after it was kicked. Its
	 * unit is handed over by the kernel then, so a post has to enter.
	 */
	return kipc_kicked(e->waiters.first) && !semaphore_first_is_due(semaphore, e) ?
	       KIPC_SEMAPHORE_WOKEN : KIPC_SEMAPHORE_WAITERS;
}

/*
 * Returns true if the word must stay kernel-owned because there are units that
 * only the first waiter may have.
 */
static bool semaphore_withholds(const struct kipc_semaphore *semaphore,
				const struct kipc_element *e)
{
	return e->waiters.first && semaphore_units(e) &&
	       semaphore_first_is_due(semaphore, e);
}

/* ------------------------------------------------------------------------ */
/* Locking and unlocking an element                                         */
/* ------------------------------------------------------------------------ */

/*
 * Locks the element and claims its word. A participant may have scribbled over
 * the word, so the value is clamped to a possible one.
 */
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
 * Kicks a waiter for each unit, up to KIPC_KICKED_MAX at the same time; each
 * waiter that looks sees to the waiters behind it. A waiter that wants several
 * units stops the walk. It is not woken before it is the first, because other
 * tasks may take the units until then. Returns true if the wake queue is too
 * small.
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

/*
 * Grants or kicks the waiters for which there are units. Returns true if the
 * wake queue is full before all of them are.
 */
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

/*
 * Returns the word to user space, unless a poller or a waiter needs it to be
 * kernel-owned, and unlocks the element. It wakes nothing.
 */
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

/*
 * Tells the pollers about units that can be taken, and about room where there
 * was none.
 */
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

/* Grants waiters, unlocks the element, and tells the pollers what is left. */
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
		/*
		 * What is left after the last waiter is new to the pollers,
		 * because they were not offered it while a task waited.
		 */
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
 * Unlocks the element after a change that made @fresh units or room available:
 * grants waiters and tells the pollers. The wake queue may hold waiters
 * already, which the caller wakes afterwards if they are still in it.
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

/*
 * As semaphore_unlock_waking(), with an empty wake queue. @fresh may exceed the
 * units that there are.
 */
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

/*
 * Hands the first waiter its units before it looks. Drops the lock for a while
 * if the wake queue is full. Returns false if that can make no room: there is
 * no waiter, or there are too few units for it.
 */
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
 * Makes room for @count units as far as waiters can take the units that are in
 * the way. Returns true if there was no room at all in between.
 */
static bool semaphore_make_room_for(struct kipc_semaphore *semaphore,
				    struct kipc_element *e, u32 index,
				    u32 count, struct kipc_wake_q *wake_q)
{
	u32 max = kipc_semaphore_max(semaphore);
	bool full = false;

	do {
		/* The lock may have been dropped, so look again each time. */
		full |= semaphore_is_full(semaphore, e);
	} while (count > max - semaphore_units(e) &&
		 semaphore_make_room(semaphore, e, index, wake_q));
	return full;
}

/*
 * Posts what semaphore_add() has refused with @ret. Room is made if that helps.
 * The element is locked.
 */
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
	/*
	 * If tasks waited and all of them have their units, then what is left
	 * is new to the pollers, whether the post succeeded or not.
	 */
	semaphore_unlock_waking(semaphore, e, index, wake_q,
				awaited ? semaphore_units(e) : 0,
				full && !semaphore_is_full(semaphore, e));
	/* Wake the waiters that were handed units to make room. */
	kipc_wake_q_flush(wake_q);
	return ret;
}

/**
 * kipc_semaphore_post_waking() - post units with a wake queue of the caller
 * @semaphore: the semaphore
 * @index: index of the element
 * @count: how many units, at least 1
 * @holder: the caller; NULL if the semaphore does not count units
 * @wake_q: empty; afterwards it is empty again, and its @woken says how many
 *	tasks were woken
 *
 * Context: process context; may reschedule
 * Return: 0; -EINVAL if there is no such element or @count is 0; -EOVERFLOW if
 * there is no room for all of the units; -ENXIO if the caller's attachment is
 * over
 */
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

/**
 * kipc_semaphore_post() - post units
 * @semaphore: the semaphore
 * @index: index of the element
 * @count: how many units, at least 1
 * @holder: the caller; NULL if the semaphore does not count units
 *
 * Context: process context; may reschedule
 * Return: as kipc_semaphore_post_waking()
 */
int kipc_semaphore_post(struct kipc_semaphore *semaphore, u32 index,
			u32 count, struct kipc_semaphore_holder *holder)
{
	struct kipc_wake_q wake_q __uninitialized;

	kipc_wake_q_init(&wake_q, false);
	return kipc_semaphore_post_waking(semaphore, index, count, holder,
					  &wake_q);
}

/*
 * Decides what becomes of a wait after the waiter woke up and locked the
 * element. @ret is the reason: 0 for a grant or a kick, or an error. Returns
 * KIPC_PENDING if the wait goes on, and otherwise its result.
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
	/*
	 * The units are taken before the waiter leaves the list, see
	 * kipc_semaphore_ready().
	 */
	if (!taken) {
		semaphore_take(e, index, self->holder, self->waiter.wants);
		kipc_note_taker(&e->spin_history, current);
	}
	kipc_waitlist_remove(&e->waiters, &self->waiter);
	return taken == KIPC_PENDING ? ret : taken;
}

/*
 * Locks, decides, and sees to the waiters behind the caller and the pollers,
 * which may want fewer units than the caller.
 */
static int semaphore_look_locking(struct kipc_semaphore *semaphore,
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

/*
 * Sleeps until there is an outcome. The waiter is queued, and the element is
 * not locked any more.
 */
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
			ret = semaphore_look_locking(semaphore, e, index, self,
						     ret);
	} while (ret == KIPC_PENDING);
	kipc_wait_end(&semaphore->object, &e->waiters, &self->waiter, ret);
	/*
	 * The units would be lost with a thread that is killed now, so they are
	 * posted again. With KIPC_UNDO they would come back with the process's
	 * memory, but another process may use that for longer. If the
	 * attachment is over already, the post changes nothing.
	 */
	if (!ret && fatal_signal_pending(current)) {
		kipc_semaphore_post(semaphore, index, self->waiter.wants,
				    self->holder);
		ret = -EINTR;
	}
	return ret;
}

/* Queues the caller and sleeps. The element is locked. */
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
	/*
	 * A waiter that has its place back may be the first, and may want fewer
	 * units than the waiters behind it.
	 */
	if (!ret && self.waiter.returned)
		semaphore_unlock(semaphore, e, index, 0, false);
	else
		semaphore_unlock_quiet(semaphore, e, index);
	return ret ? ret :
		     semaphore_sleep(semaphore, e, index, &self, deadline);
}

/*
 * Unlocks the element after units were taken. No waiter is granted by that.
 * Only a poller that was told that there is no room can be interested.
 */
static void semaphore_unlock_taken(struct kipc_semaphore *semaphore,
				   struct kipc_element *e, u32 index, bool full)
	__releases(&e->lock)
{
	bool room = full && !semaphore_is_full(semaphore, e);

	semaphore_unlock_quiet(semaphore, e, index);
	if (room)
		semaphore_tell(semaphore, index, 0, room);
}

/**
 * kipc_semaphore_wait() - take units, and wait for them if necessary
 * @semaphore: the semaphore
 * @index: index of the element
 * @count: how many units, 1 to the maximum of the semaphore
 * @holder: the caller; NULL if the semaphore does not count units
 * @deadline: when to give up
 *
 * Context: may sleep
 * Return: 0; -EINVAL if there is no such element or @count is not possible;
 * -EAGAIN if the caller must not wait; -ETIMEDOUT; -ERESTARTSYS; -EINTR if the
 * caller was killed; -EUSERS if too many tasks wait; -ENXIO if the caller's
 * attachment is over
 */
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

/*
 * Reads the units without a claim, so that other tasks go on with the word
 * meanwhile. The value may come from a participant that scribbles.
 */
static u32 semaphore_peek(const struct kipc_semaphore *semaphore,
			  const struct kipc_element *e, u32 index)
{
	u32 units = kipc_word_peek(&semaphore->words, e, index) &
		    KIPC_SEMAPHORE_COUNT;

	return min(units, kipc_semaphore_max(semaphore));
}

/**
 * kipc_semaphore_value() - read the units of an element without claiming it
 * @semaphore: the semaphore
 * @index: index of the element
 * @value: filled in with the number of units
 *
 * Context: takes no lock; does not sleep
 * Return: 0, or -EINVAL if there is no such element
 */
int kipc_semaphore_value(struct kipc_semaphore *semaphore, u32 index,
			 u32 *value)
{
	struct kipc_element *e = kipc_words_at(&semaphore->words, &index);

	if (!e)
		return -EINVAL;
	*value = semaphore_peek(semaphore, e, index);
	return 0;
}

/**
 * kipc_semaphore_claim() - make the word of element 0 kernel-owned for a poller
 * @semaphore: the poller is registered on it already
 *
 * The word stays kernel-owned while a poller is registered. A post that is not
 * part of the claimed value enters the kernel and finds the poller, see poll.h.
 *
 * Context: takes the element lock; does not sleep
 */
void kipc_semaphore_claim(struct kipc_semaphore *semaphore)
{
	struct kipc_element *e = semaphore->words.elements;

	semaphore_lock(semaphore, e, 0);
	semaphore_unlock_quiet(semaphore, e, 0);
}

/**
 * kipc_semaphore_ready() - what a poller is told about element 0
 * @semaphore: to look at
 *
 * The lock is not needed. The answer may be out of date, but a registered
 * poller is woken after each change that makes anything ready, and looks again
 * then.
 *
 * Context: takes no lock; does not sleep
 * Return: EPOLLIN if there are units that no waiter gets, EPOLLOUT if there is
 * room for one, each with its EPOLLRDNORM or EPOLLWRNORM
 */
__poll_t kipc_semaphore_ready(const struct kipc_semaphore *semaphore)
{
	const struct kipc_element *e = semaphore->words.elements;
	/*
	 * The waiters are read before the value, because a waiter takes its
	 * units before it leaves the list. The other way round, a unit that a
	 * waiter takes meanwhile could look like one that no waiter gets.
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

/*
 * Gives back what a dead participant holds of an element. Returns how many
 * units that was.
 */
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

/**
 * kipc_semaphore_undo() - give back all units that a participant holds
 * @semaphore: its semaphore
 * @holder: the participant, marked as over
 *
 * Context: process context; may reschedule; takes the lock of each element in
 * turn
 * Return: of how many elements the participant held units
 */
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

/**
 * kipc_semaphore_held() - how many units of element 0 a participant holds
 * @semaphore: its semaphore
 * @holder: the participant
 *
 * A participant that is over holds nothing, and its counts may be freed
 * already. The element lock keeps them while the participant is not over.
 *
 * Context: takes the element lock; does not sleep
 * Return: the number of units
 */
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
