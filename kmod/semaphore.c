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
	u32 count;				/* constant */
};

static struct semaphore_waiter *waiter_of(struct kipc_waiter *waiter)
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

static bool holder_is_gone(const struct kipc_semaphore_holder *holder)
{
	return holder && kipc_attachment_over(&holder->attachment);
}

/* Could the first waiter have the units? KIPC_PENDING where it has to wait. */
static int element_may_take(const struct kipc_element *e,
			    const struct kipc_semaphore_holder *holder, u32 count)
{
	kipc_assert_held(e);
	if (holder_is_gone(holder))
		return -ENXIO;
	return count <= semaphore_units(e) ? 0 : KIPC_PENDING;
}

static void element_move(struct kipc_element *e, u32 index,
			 struct kipc_semaphore_holder *holder, u32 count)
{
	kipc_assert_held(e);
	e->value -= count;
	if (holder)
		kipc_undo_take(holder->undo, index, count);
}

/* Take, if it is the caller's turn; KIPC_PENDING where he has to wait. */
static int element_take(struct kipc_element *e, u32 index,
			struct kipc_semaphore_holder *holder, u32 count,
			int priority)
{
	int ret = element_may_take(e, holder, count);

	if (!ret && !kipc_waitlist_leads(&e->waiters, priority))
		ret = KIPC_PENDING;
	if (!ret)
		element_move(e, index, holder, count);
	return ret;
}

static int element_add(struct kipc_element *e, u32 index,
		       struct kipc_semaphore_holder *holder, u32 count, u32 max)
{
	kipc_assert_held(e);
	if (holder_is_gone(holder))
		return -ENXIO;
	if (count > max - semaphore_units(e))
		return -EOVERFLOW;
	e->value += count;
	if (holder)
		kipc_undo_give(holder->undo, index, count);
	return 0;
}

/* What the dead held, as far as there is room for it; returns what that was. */
static u32 element_undo(struct kipc_element *e, u32 index,
			struct kipc_semaphore_holder *holder, u32 max)
{
	u32 held = kipc_undo_held(holder->undo, index);

	kipc_assert_held(e);
	e->value += min(held, max - semaphore_units(e));
	kipc_undo_give(holder->undo, index, held);
	return held;
}

/* ------------------------------------------------------------------------ */
/* Entering and leaving an element                                          */
/* ------------------------------------------------------------------------ */

/* Lock the element and own it; what a scribbler left is made a possible value. */
static void semaphore_enter(struct kipc_semaphore *semaphore,
			    struct kipc_element *e, u32 index)
	__acquires(&e->lock)
{
	u64 value;

	spin_lock(&e->lock);
	value = kipc_word_freeze(&semaphore->words, e, index);
	e->value = min_t(u64, value, kipc_semaphore_max(semaphore)) | KIPC_SLOW;
}

/* Grant what can be granted; true where more can be than fit in the waker. */
static bool semaphore_serve(struct kipc_element *e, u32 index,
			    struct kipc_waker *waker)
{
	struct semaphore_waiter *first;
	int outcome;

	kipc_assert_held(e);
	while (e->waiters.first) {
		first = waiter_of(e->waiters.first);
		outcome = element_may_take(e, first->holder, first->count);
		if (outcome == KIPC_PENDING)
			return false;
		if (kipc_waker_full(waker))
			return true;
		if (!outcome)
			element_move(e, index, first->holder, first->count);
		kipc_grant(waker, &e->waiters, &first->waiter, outcome);
	}
	return false;
}

/* Give the word back if nobody needs the kernel any more, and unlock. */
static void semaphore_unlock(struct kipc_semaphore *semaphore,
			     struct kipc_element *e, u32 index)
	__releases(&e->lock)
{
	bool polled = !index &&
		      kipc_pollers_present(&semaphore->object.pollers);

	if (!e->waiters.first && !polled)
		kipc_word_thaw(&semaphore->words, e, index);
	spin_unlock(&e->lock);
}

/* Units that anybody may take. */
static u32 semaphore_takable(const struct kipc_element *e)
{
	return e->waiters.first ? 0 : semaphore_units(e);
}

/* Grant to the waiters, and unlock; true where that has to go on. */
static bool semaphore_unlock_serving(struct kipc_semaphore *semaphore,
				     struct kipc_element *e, u32 index,
				     struct kipc_waker *waker, u32 *news)
	__releases(&e->lock)
{
	bool more = semaphore_serve(e, index, waker);

	*news = semaphore_takable(e);
	semaphore_unlock(semaphore, e, index);
	kipc_waker_flush(waker);
	return more;
}

/*
 * Unlock after a change that made up to @fresh units takable: grant to the waiters,
 * and tell the pollers of what is left of these units.
 */
static void semaphore_leave_waking(struct kipc_semaphore *semaphore,
				   struct kipc_element *e, u32 index,
				   struct kipc_waker *waker, u32 fresh)
	__releases(&e->lock)
{
	u32 news;

	if (!e->waiters.first) {
		news = min(fresh, semaphore_units(e));
		semaphore_unlock(semaphore, e, index);
	} else {
		/* What the last waiter leaves is news, for it kept others from it. */
		while (semaphore_unlock_serving(semaphore, e, index, waker, &news)) {
			cond_resched();
			semaphore_enter(semaphore, e, index);
		}
	}
	if (news && !index)
		kipc_pollers_wake(&semaphore->object.pollers,
				  EPOLLIN | EPOLLRDNORM, news);
}

static void semaphore_leave(struct kipc_semaphore *semaphore,
			    struct kipc_element *e, u32 index, u32 fresh)
	__releases(&e->lock)
{
	struct kipc_waker waker __uninitialized;

	kipc_waker_init(&waker, false);
	semaphore_leave_waking(semaphore, e, index, &waker, fresh);
}

/* Unlock after a take: that is news only where a poller may wait for room. */
static void semaphore_leave_taken(struct kipc_semaphore *semaphore,
				  struct kipc_element *e, u32 index, u32 count)
	__releases(&e->lock)
{
	bool room = !index && count && semaphore_units(e) + count ==
				       kipc_semaphore_max(semaphore);

	semaphore_unlock(semaphore, e, index);
	if (room)
		kipc_pollers_wake(&semaphore->object.pollers,
				  EPOLLOUT | EPOLLWRNORM, KIPC_POLLERS_ALL);
}

/* ------------------------------------------------------------------------ */
/* The verbs                                                                */
/* ------------------------------------------------------------------------ */

int kipc_semaphore_post_waking(struct kipc_semaphore *semaphore, u32 index,
			       u32 count, struct kipc_semaphore_holder *holder,
			       struct kipc_waker *waker)
{
	struct kipc_element *e = kipc_words_at(&semaphore->words, &index);
	int ret;

	if (!e || !count)
		return -EINVAL;
	semaphore_enter(semaphore, e, index);
	ret = element_add(e, index, holder, count,
			  kipc_semaphore_max(semaphore));
	if (ret)
		semaphore_unlock(semaphore, e, index);
	else
		semaphore_leave_waking(semaphore, e, index, waker, count);
	return ret;
}

int kipc_semaphore_post(struct kipc_semaphore *semaphore, u32 index,
			u32 count, struct kipc_semaphore_holder *holder)
{
	struct kipc_waker waker __uninitialized;

	kipc_waker_init(&waker, false);
	return kipc_semaphore_post_waking(semaphore, index, count, holder,
					  &waker);
}

/* Queued and unlocked: sleep, and if that fails leave the queue. */
static int semaphore_sleep(struct kipc_semaphore *semaphore,
			   struct kipc_element *e, u32 index,
			   struct semaphore_waiter *self,
			   const struct kipc_deadline *deadline)
{
	int ret;

	if (deadline->spin)
		kipc_wait_spin(&semaphore->object, &self->waiter, &e->patience);
	ret = kipc_wait_sleep(&self->waiter, deadline);
	if (ret) {
		semaphore_enter(semaphore, e, index);
		if (kipc_granted(&self->waiter))
			ret = 0;
		else
			kipc_waitlist_remove(&e->waiters, &self->waiter);
		/* Those behind, and pollers, may want fewer units than it did. */
		semaphore_leave(semaphore, e, index, ret ? U32_MAX : 0);
	}
	kipc_wait_end(&semaphore->object, &e->waiters, &self->waiter, ret);
	if (!ret)
		ret = self->waiter.outcome;
	/*
	 * Units granted to a thread that is killed would be nobody's. With
	 * KIPC_UNDO they go back with its memory, but others may use that for
	 * longer; where it has gone already, this does nothing.
	 */
	if (!ret && fatal_signal_pending(current)) {
		kipc_semaphore_post(semaphore, index, self->count,
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
		.count = count,
		.holder = holder,
	};
	int ret;

	ret = kipc_wait_begin(&semaphore->object, &e->waiters, &self.waiter,
			      priority);
	if (ret) {
		semaphore_unlock(semaphore, e, index);
		return ret;
	}
	/* Back in its place it may want fewer units than those behind it. */
	semaphore_leave(semaphore, e, index, 0);
	return semaphore_sleep(semaphore, e, index, &self, deadline);
}

int kipc_semaphore_wait(struct kipc_semaphore *semaphore, u32 index,
			u32 count, struct kipc_semaphore_holder *holder,
			const struct kipc_deadline *deadline)
{
	struct kipc_element *e = kipc_words_at(&semaphore->words, &index);
	int priority = kipc_priority();
	int ret;

	if (!e || !kipc_semaphore_counts(semaphore, count))
		return -EINVAL;
	semaphore_enter(semaphore, e, index);
	ret = element_take(e, index, holder, count, priority);
	if (ret != KIPC_PENDING) {
		semaphore_leave_taken(semaphore, e, index, ret ? 0 : count);
		return ret;
	}
	if (deadline->try) {
		semaphore_unlock(semaphore, e, index);
		return -EAGAIN;
	}
	return semaphore_queue(semaphore, e, index, count, holder, deadline,
			       priority);
}

/* To look is not to freeze: others go on by the word meanwhile. */
static u32 semaphore_peek(const struct kipc_semaphore *semaphore,
			  const struct kipc_element *e, u32 index)
{
	return min_t(u64, kipc_word_peek(&semaphore->words, e, index),
		     kipc_semaphore_max(semaphore));
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

	semaphore_enter(semaphore, e, 0);
	semaphore_unlock(semaphore, e, 0);
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

/* Give back what the dead held; how many elements that were. */
u32 kipc_semaphore_undo(struct kipc_semaphore *semaphore,
			struct kipc_semaphore_holder *holder)
{
	u32 i, held, repaired = 0;

	for (i = 0; i < semaphore->words.count; i++) {
		struct kipc_element *e = &semaphore->words.elements[i];

		semaphore_enter(semaphore, e, i);
		held = element_undo(e, i, holder, kipc_semaphore_max(semaphore));
		if (held)
			repaired++;
		semaphore_leave(semaphore, e, i, held);
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
	if (!holder_is_gone(holder))
		held = kipc_undo_held(holder->undo, 0);
	spin_unlock(&e->lock);
	return held;
}
