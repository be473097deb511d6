// SPDX-License-Identifier: GPL-2.0-only
/* The verbs of mutexes. Their arguments are checked in mutex_ioctl.c. */
#include <linux/err.h>
#include <linux/sched/signal.h>

#include "compat.h"
#include "deadlock.h"
#include "death.h"
#include "mutex.h"
#include "thread.h"

#define STATE_FLAGS	(KIPC_MUTEX_OWNER_DIED | KIPC_MUTEX_NOT_RECOVERABLE)
#define OWNED_FLAGS	(KIPC_MUTEX_OWNER | KIPC_MUTEX_DEPTH)

#define SCAN_BATCH	1024	/* elements between two cond_resched() */
#define PEEKS_MAX	8	/* of a word that changes meanwhile */

struct mutex_waiter {
	struct kipc_waiter waiter;
	struct kipc_attachment *attachment;	/* constant */
	u64 owner;			/* constant; what the word will say */

	/* For deadlock detection; constant. */
	struct kipc_mutex *mutex;
	struct kipc_element *element;
	u32 index;
	struct kipc_blocked blocked;
};

static struct mutex_waiter *mutex_waiter_of(struct kipc_waiter *waiter)
{
	return container_of(waiter, struct mutex_waiter, waiter);
}

/* Returns the owner part of a word that this thread owns. */
static u64 mutex_owner_word(const struct kipc_attachment *attachment,
			    const struct kipc_thread *thread)
{
	return (u64)attachment->id << KIPC_MUTEX_SHIFT | thread->number;
}

/*
 * Returns what a word that the caller owns says, or 0 if the caller has no
 * thread record and therefore has never owned a mutex.
 */
static u64 mutex_owner_word_of_caller(const struct kipc_attachment *attachment)
{
	const struct kipc_thread *thread = kipc_thread_find();

	return thread ? mutex_owner_word(attachment, thread) : 0;
}

/* Returns true if the value names an owner and that owner is dead. */
static bool mutex_owner_is_dead(struct kipc_mutex *mutex, u64 value)
{
	bool dead;

	if (!(value & KIPC_MUTEX_OWNER))
		return false;
	rcu_read_lock();
	dead = !kipc_mutex_owner_task(mutex, value);
	rcu_read_unlock();
	return dead;
}

/*
 * Counts a mutex that is repaired before the attachment of its owner ends. The
 * count is reported when the attachment ends.
 */
static void mutex_count_repair(struct kipc_mutex *mutex, u64 value)
{
	struct kipc_attachment *attachment;

	rcu_read_lock();
	attachment = kipc_attachment_find(&mutex->object,
					  kipc_mutex_owner_attachment(value));
	if (attachment)
		atomic_inc(&attachment->repaired);
	rcu_read_unlock();
}

/*
 * Returns a possible value for what was found in a word. A participant may have
 * scribbled over the word: an owner that is not attached counts as dead. No
 * other dead owner looks like that, because the number of an attachment becomes
 * free only after the repair. KIPC_MUTEX_WAITERS is dropped here, and set again
 * by mutex_return_element().
 */
static u64 mutex_value_checked(struct kipc_mutex *mutex, u64 value)
{
	u64 owner = value & KIPC_MUTEX_OWNER;

	if (!owner)
		return value & STATE_FLAGS;
	if (kipc_attachment_exists(&mutex->object, kipc_mutex_owner_attachment(value)))
		return value & (OWNED_FLAGS | STATE_FLAGS);
	return (value & STATE_FLAGS) | KIPC_MUTEX_OWNER_DIED;
}

/* Claims the word of a locked element. */
static void mutex_claim(struct kipc_mutex *mutex, struct kipc_element *e,
			u32 index)
{
	u64 value = kipc_word_claim(&mutex->words, e, index);

	e->value = mutex_value_checked(mutex, value) | KIPC_SLOW;
}

/*
 * Locks the element and claims its word. An unlock in user space cannot slip
 * past that, so the owner always learns of a waiter:
 *
 *	CPU 0 (waiter in the kernel)		CPU 1 (owner in user space)
 *
 *						old = word, without WAITERS
 *	locks the element
 *	claims the word: it names an owner
 *						cmpxchg(word, old, 0)
 *						  fails, KIPC_SLOW is set
 *	queues itself
 *	returns the word, with WAITERS
 *	unlocks the element
 *						ioctl: locks the element,
 *						  finds the waiter
 *
 * If the compare-and-swap comes first instead, the claim finds no owner.
 */
static void mutex_lock_element(struct kipc_mutex *mutex, struct kipc_element *e,
			       u32 index)
	__acquires(&e->lock)
{
	spin_lock(&e->lock);
	mutex_claim(mutex, e, index);
}

/* ------------------------------------------------------------------------ */
/* Pure changes of a locked element                                         */
/* ------------------------------------------------------------------------ */

/* Returns what a task gets that locks a mutex without an owner. */
static int mutex_outcome(const struct kipc_element *e)
{
	if (e->value & KIPC_MUTEX_NOT_RECOVERABLE)
		return -ENOTRECOVERABLE;
	return e->value & KIPC_MUTEX_OWNER_DIED ? -EOWNERDEAD : 0;
}

/* Locks a mutex that the caller owns already. */
static int mutex_take_again(struct kipc_element *e, u32 flags)
{
	kipc_assert_held(e);
	if (!(flags & KIPC_RECURSIVE))
		return -EDEADLK;
	if ((e->value & KIPC_MUTEX_DEPTH) == KIPC_MUTEX_DEPTH)
		return -EOVERFLOW;
	e->value += KIPC_MUTEX_DEPTH_ONE;
	return 0;
}

/*
 * Makes @owner the owner if possible. Returns 0, -EOWNERDEAD if it is the owner
 * now but an earlier owner died, KIPC_PENDING if there is another owner, or an
 * error.
 */
static int mutex_take(struct kipc_element *e, u64 owner, u32 flags)
{
	u64 before = e->value & KIPC_MUTEX_OWNER;

	kipc_assert_held(e);
	if (before == owner)
		return mutex_take_again(e, flags);
	if (e->value & KIPC_MUTEX_NOT_RECOVERABLE)
		return -ENOTRECOVERABLE;
	if (before)
		return KIPC_PENDING;
	e->value |= owner;
	return mutex_outcome(e);
}

/*
 * Undoes one lock of @owner. The last unlock of a mutex that is not consistent
 * makes it unrecoverable.
 */
static int mutex_drop(struct kipc_element *e, u64 owner)
{
	kipc_assert_held(e);
	if (!owner || (e->value & KIPC_MUTEX_OWNER) != owner)
		return -EPERM;
	if (e->value & KIPC_MUTEX_DEPTH) {
		e->value -= KIPC_MUTEX_DEPTH_ONE;
		return 0;
	}
	e->value &= ~OWNED_FLAGS;
	if (e->value & KIPC_MUTEX_OWNER_DIED)
		e->value = (e->value & ~KIPC_MUTEX_OWNER_DIED) |
			   KIPC_MUTEX_NOT_RECOVERABLE;
	return 0;
}

static int mutex_set_consistent(struct kipc_element *e, u64 owner)
{
	kipc_assert_held(e);
	if (!owner || (e->value & KIPC_MUTEX_OWNER) != owner)
		return -EPERM;
	if (!(e->value & KIPC_MUTEX_OWNER_DIED))
		return -EINVAL;
	e->value &= ~KIPC_MUTEX_OWNER_DIED;
	return 0;
}

static void mutex_set_owner_died(struct kipc_element *e)
{
	kipc_assert_held(e);
	e->value = (e->value & ~OWNED_FLAGS) | KIPC_MUTEX_OWNER_DIED;
}

/*
 * Removes the owner if it is dead. A dead thread stays dead, and while the word
 * is claimed no other thread can become the owner. So the owner that was found
 * dead is still the owner when it is removed.
 */
static void mutex_reap(struct kipc_mutex *mutex, struct kipc_element *e)
{
	kipc_assert_held(e);
	if (!mutex_owner_is_dead(mutex, e->value))
		return;
	mutex_count_repair(mutex, e->value);
	mutex_set_owner_died(e);
}

/* ------------------------------------------------------------------------ */
/* Hand-over and kick                                                       */
/* ------------------------------------------------------------------------ */

static bool mutex_waiter_is_due(const struct kipc_mutex *mutex,
				const struct mutex_waiter *waiter)
{
	return kipc_mutex_is_fair(mutex) || kipc_wait_is_due(&waiter->waiter);
}

/* Ends the wait of the first waiter: with the mutex, or with an error. */
static void mutex_grant_first(struct kipc_element *e, struct mutex_waiter *first,
			      struct kipc_wake_q *wake_q)
{
	int outcome = mutex_outcome(e);

	if (kipc_attachment_gone(first->attachment))
		outcome = -ENXIO;
	else if (outcome != -ENOTRECOVERABLE)
		e->value |= first->owner;
	kipc_grant(wake_q, &e->waiters, &first->waiter, outcome);
}

/*
 * Grants or kicks waiters while the mutex has no owner: one of them can lock a
 * usable mutex, but all of them get -ENOTRECOVERABLE. Returns true if the wake
 * queue is full before that is done.
 */
static bool mutex_grant_waiters(const struct kipc_mutex *mutex,
				struct kipc_element *e, struct kipc_wake_q *wake_q)
{
	struct mutex_waiter *first;

	kipc_assert_held(e);
	while (e->waiters.first && !(e->value & KIPC_MUTEX_OWNER)) {
		if (kipc_wake_q_full(wake_q))
			return true;
		first = mutex_waiter_of(e->waiters.first);
		if ((e->value & KIPC_MUTEX_NOT_RECOVERABLE) ||
		    kipc_attachment_gone(first->attachment) ||
		    mutex_waiter_is_due(mutex, first)) {
			mutex_grant_first(e, first, wake_q);
			continue;
		}
		if (!kipc_called(&first->waiter))
			kipc_kick(wake_q, &e->waiters, &first->waiter);
		break;
	}
	return false;
}

/*
 * Returns true if the next unlock has to wake the first waiter. That is not so
 * while this waiter is kicked: it is awake already and looks for itself.
 */
static bool mutex_must_kick(const struct kipc_element *e)
{
	return e->waiters.first && !kipc_kicked(e->waiters.first);
}

/*
 * Returns the word to user space, unless the order of a fair mutex forbids
 * that, and unlocks the element. It wakes nothing.
 */
static void mutex_return_element(struct kipc_mutex *mutex,
				 struct kipc_element *e, u32 index)
	__releases(&e->lock)
{
	if (mutex_must_kick(e))
		e->value |= KIPC_MUTEX_WAITERS;
	if (!e->waiters.first || !kipc_mutex_is_fair(mutex))
		kipc_word_return(&mutex->words, e, index);
	spin_unlock(&e->lock);
}

/* Grants or kicks waiters, unlocks the element, and then wakes the tasks. */
static void mutex_unlock_element(struct kipc_mutex *mutex, struct kipc_element *e,
				 u32 index)
	__releases(&e->lock)
{
	struct kipc_wake_q wake_q __uninitialized;
	bool more;

	kipc_wake_q_init(&wake_q, false);
	for (;;) {
		more = mutex_grant_waiters(mutex, e, &wake_q);
		mutex_return_element(mutex, e, index);
		kipc_wake_q_flush(&wake_q);
		if (!more)
			break;
		cond_resched();
		mutex_lock_element(mutex, e, index);
	}
}

/* ------------------------------------------------------------------------ */
/* Waiting                                                                  */
/* ------------------------------------------------------------------------ */

/*
 * Returns the owner of the mutex that a task waits for, or NULL. This is called
 * with the lock of a bucket held and under RCU (deadlock.h), so it does not
 * take the element lock.
 */
static struct task_struct *mutex_blocked_owner(const struct kipc_blocked *blocked)
{
	const struct mutex_waiter *waiter =
		container_of(blocked, struct mutex_waiter, blocked);
	u64 value = kipc_word_peek(&waiter->mutex->words, waiter->element,
				   waiter->index);

	return kipc_mutex_owner_task(waiter->mutex, value);
}

/*
 * Queues the caller, unless deadlock detection refuses the wait. The element is
 * locked.
 */
static int mutex_wait_begin(struct kipc_mutex *mutex,
			    struct mutex_waiter *self)
{
	int ret;

	if (kipc_mutex_detects(mutex)) {
		ret = kipc_blocked_begin(&self->blocked);
		if (ret)
			return ret;
	}
	ret = kipc_wait_begin(&mutex->object, &self->element->waiters,
			      &self->waiter, kipc_priority());
	if (ret && kipc_mutex_detects(mutex))
		kipc_blocked_end(&self->blocked);
	return ret;
}

static void mutex_wait_end(struct kipc_mutex *mutex,
			   struct mutex_waiter *self, int ret)
{
	if (kipc_mutex_detects(mutex))
		kipc_blocked_end(&self->blocked);
	kipc_wait_end(&mutex->object, &self->element->waiters, &self->waiter,
		      ret);
}

/*
 * Decides what becomes of a wait after the waiter woke up and locked the
 * element. @ret is the reason: 0 for a grant or a kick, or an error. Returns
 * KIPC_PENDING if the wait goes on, and otherwise its result. A fair mutex is
 * not taken here but handed over when the element is unlocked.
 */
static int mutex_look(struct kipc_mutex *mutex, struct mutex_waiter *self,
		      int ret)
{
	struct kipc_element *e = self->element;
	int locked;

	if (kipc_granted(&self->waiter))
		return self->waiter.outcome;
	mutex_reap(mutex, e);
	if (kipc_attachment_gone(self->attachment))
		locked = -ENXIO;
	else if (kipc_mutex_is_fair(mutex))
		locked = KIPC_PENDING;
	else
		locked = mutex_take(e, self->owner, 0);
	if (locked == KIPC_PENDING && kipc_kicked(&self->waiter))
		kipc_wait_lost(&mutex->object, &e->waiters, &self->waiter);
	if (locked == KIPC_PENDING && !ret) {
		self->waiter.outcome = KIPC_PENDING;
		return KIPC_PENDING;
	}
	kipc_waitlist_remove(&e->waiters, &self->waiter);
	return locked == KIPC_PENDING ? ret : locked;
}

/*
 * Sleeps until there is an outcome. The waiter is queued, and the element is
 * not locked any more.
 */
static int mutex_sleep(struct kipc_mutex *mutex, struct mutex_waiter *self,
		       const struct kipc_deadline *deadline)
{
	int ret;

	if (kipc_mutex_is_fair(mutex))
		kipc_mutex_spin_queued(mutex, self->element, self->index,
				       &self->waiter, deadline);
	do {
		ret = kipc_wait_sleep(&self->waiter, deadline);
		if (!ret && kipc_granted(&self->waiter))
			return self->waiter.outcome;
		mutex_lock_element(mutex, self->element, self->index);
		ret = mutex_look(mutex, self, ret);
		mutex_unlock_element(mutex, self->element, self->index);
	} while (ret == KIPC_PENDING);
	return ret;
}

/* ------------------------------------------------------------------------ */
/* The verbs                                                                */
/* ------------------------------------------------------------------------ */

/*
 * Locks the mutex for the caller if that is possible without waiting. Returns
 * KIPC_PENDING if not: another thread owns the mutex, or the mutex is fair and
 * belongs to its first waiter.
 */
static int mutex_try(struct kipc_mutex *mutex, struct mutex_waiter *self)
{
	struct kipc_element *e = self->element;
	u64 owner;

	if (kipc_attachment_gone(self->attachment))
		return -ENXIO;
	mutex_reap(mutex, e);
	owner = e->value & KIPC_MUTEX_OWNER;
	if (kipc_mutex_is_fair(mutex) && !owner && e->waiters.first)
		return KIPC_PENDING;
	return mutex_take(e, self->owner, mutex->object.flags);
}

/**
 * kipc_mutex_unlock() - unlock a mutex that the caller owns
 * @mutex: the set of mutexes
 * @index: index of the element
 * @attachment: of the caller's memory; the caller has a reference
 *
 * If the mutex was locked several times, this undoes one of them.
 *
 * Context: process context; takes the element lock; may reschedule
 * Return: 0; -EINVAL if there is no such element; -EPERM if the caller is not
 * the owner; -ENXIO if the attachment is gone
 */
int kipc_mutex_unlock(struct kipc_mutex *mutex, u32 index,
		      struct kipc_attachment *attachment)
{
	struct kipc_element *e = kipc_words_at(&mutex->words, &index);
	int ret;

	if (!e)
		return -EINVAL;
	mutex_lock_element(mutex, e, index);
	/*
	 * The mutexes of an attachment that is gone are repaired or will be.
	 * Another participant may have its number already, so the word must not
	 * be compared with it.
	 */
	if (kipc_attachment_gone(attachment))
		ret = -ENXIO;
	else
		ret = mutex_drop(e, mutex_owner_word_of_caller(attachment));
	mutex_unlock_element(mutex, e, index);
	return ret;
}

/*
 * Takes the mutex back from a caller that became the owner in its sleep and was
 * killed before it learnt of that. The caller has not changed what the mutex
 * protects, so the mutex is left as it was before: only if an earlier owner
 * died does the next owner get -EOWNERDEAD.
 */
static void mutex_refuse(struct kipc_mutex *mutex,
			 struct mutex_waiter *self)
{
	struct kipc_element *e = self->element;

	mutex_lock_element(mutex, e, self->index);
	if ((e->value & KIPC_MUTEX_OWNER) == self->owner &&
	    !kipc_attachment_gone(self->attachment))
		e->value &= ~OWNED_FLAGS;
	mutex_unlock_element(mutex, e, self->index);
}

/**
 * kipc_mutex_lock() - lock a mutex, and wait for it if necessary
 * @mutex: the set of mutexes
 * @index: index of the element
 * @attachment: of the caller's memory; the caller has a reference
 * @deadline: when to give up
 *
 * The caller may spin while the owner runs (mutex_spin.c). Then it is queued
 * and sleeps. The owner will be the calling thread, as one of @attachment.
 *
 * Context: may sleep
 * Return: 0; -EOWNERDEAD if the caller is the owner now, but an earlier owner
 * died and what the mutex protects may be inconsistent; -ENOTRECOVERABLE if it
 * was unlocked in that state; -EINVAL if there is no such element; -EDEADLK if
 * the caller is the owner already, or if waiting would close a deadlock that
 * KIPC_DETECT finds; -EOVERFLOW if the caller has locked it too often; -EAGAIN
 * if the caller must not wait; -ETIMEDOUT; -ERESTARTSYS; -EINTR if the caller
 * was killed; -EUSERS if too many tasks wait or no thread number is free;
 * -ENOMEM; -ENXIO if the attachment is gone
 */
int kipc_mutex_lock(struct kipc_mutex *mutex, u32 index,
		    struct kipc_attachment *attachment,
		    const struct kipc_deadline *deadline)
{
	struct kipc_element *e = kipc_words_at(&mutex->words, &index);
	struct mutex_waiter self = {
		.waiter.returns = true,
		.attachment = attachment,
		.mutex = mutex,
		.element = e,
		.blocked.owner = mutex_blocked_owner,
	};
	struct kipc_thread *thread;
	bool queued = false;
	int ret;

	if (!e)
		return -EINVAL;
	thread = kipc_thread_get();
	if (IS_ERR(thread))
		return PTR_ERR(thread);
	self.index = index;
	self.owner = mutex_owner_word(attachment, thread);
	if (!deadline->try)
		kipc_mutex_spin(mutex, e, index, deadline);
	mutex_lock_element(mutex, e, index);
	ret = mutex_try(mutex, &self);
	if (ret == KIPC_PENDING) {
		ret = deadline->try ? -EAGAIN :
				      mutex_wait_begin(mutex, &self);
		queued = !ret;
	}
	mutex_unlock_element(mutex, e, index);
	if (!queued)
		return ret;
	ret = mutex_sleep(mutex, &self, deadline);
	mutex_wait_end(mutex, &self, ret);
	if ((!ret || ret == -EOWNERDEAD) && fatal_signal_pending(current)) {
		mutex_refuse(mutex, &self);
		ret = -EINTR;
	}
	return ret;
}

/**
 * kipc_mutex_consistent() - say that what a mutex protects is consistent again
 * @mutex: the set of mutexes
 * @index: index of the element
 * @attachment: of the caller's memory; the caller has a reference
 *
 * Context: process context; takes the element lock; may reschedule
 * Return: 0; -EINVAL if there is no such element or no owner of it died; -EPERM
 * if the caller is not the owner; -ENXIO if the attachment is gone
 */
int kipc_mutex_consistent(struct kipc_mutex *mutex, u32 index,
			  struct kipc_attachment *attachment)
{
	struct kipc_element *e = kipc_words_at(&mutex->words, &index);
	int ret;

	if (!e)
		return -EINVAL;
	mutex_lock_element(mutex, e, index);
	if (kipc_attachment_gone(attachment))
		ret = -ENXIO;
	else
		ret = mutex_set_consistent(e, mutex_owner_word_of_caller(attachment));
	mutex_unlock_element(mutex, e, index);
	return ret;
}

/*
 * Removes the owner of an element if it is dead, and grants waiters. The word
 * is claimed only if the owner is dead.
 */
static void mutex_repair_dead(struct kipc_mutex *mutex, u32 index)
{
	struct kipc_element *e = &mutex->words.elements[index];

	if (!mutex_owner_is_dead(mutex, kipc_word_peek(&mutex->words, e, index)))
		return;
	mutex_lock_element(mutex, e, index);
	mutex_reap(mutex, e);
	mutex_unlock_element(mutex, e, index);
}

/*
 * Reads the value of an element without a claim, so that other tasks go on with
 * the word meanwhile, and finds its owner. The owner may unlock the mutex and
 * end during that:
 *
 *	CPU 0 (mutex_peek())			CPU 1 (owner)
 *
 *	value = word, names the owner
 *						unlocks: word = 0
 *						ends
 *	finds no living owner
 *	reads the word again: it differs
 *
 * So the owner died as the owner only if the word still names it after it was
 * found dead. Otherwise the new value is looked at. The tries are bounded,
 * because a participant may scribble over the word all the time.
 */
static u64 mutex_peek(struct kipc_mutex *mutex, struct kipc_element *e,
		      u32 index, u32 *process, u32 *thread)
{
	u64 value, now = kipc_word_peek(&mutex->words, e, index);
	int tries = PEEKS_MAX;

	do {
		value = now;
		if (kipc_mutex_owner(mutex, value, process, thread))
			return value & (OWNED_FLAGS | STATE_FLAGS);
		if (!(value & KIPC_MUTEX_OWNER))
			return value & STATE_FLAGS;
		now = kipc_word_peek(&mutex->words, e, index);
	} while (now != value && --tries);
	return (value & STATE_FLAGS) | KIPC_MUTEX_OWNER_DIED;
}

/**
 * kipc_mutex_state() - report the state of a mutex without claiming its word
 * @mutex: the set of mutexes
 * @args: its @element says which mutex; the results are filled in
 *
 * Context: takes no lock; does not sleep
 * Return: 0, or -EINVAL if there is no such element
 */
int kipc_mutex_state(struct kipc_mutex *mutex,
		     struct kipc_mutex_state_args *args)
{
	struct kipc_element *e = kipc_words_at(&mutex->words, &args->element);
	u64 value;

	if (!e)
		return -EINVAL;
	value = mutex_peek(mutex, e, args->element, &args->owner,
			   &args->thread);
	args->depth = 0;
	if (value & KIPC_MUTEX_OWNER)
		args->depth = 1 + (value & KIPC_MUTEX_DEPTH) /
				  KIPC_MUTEX_DEPTH_ONE;
	args->state = 0;
	if (value & KIPC_MUTEX_OWNER_DIED)
		args->state |= KIPC_MUTEX_STATE_OWNER_DIED;
	if (value & KIPC_MUTEX_NOT_RECOVERABLE)
		args->state |= KIPC_MUTEX_STATE_NOT_RECOVERABLE;
	args->waiters = atomic_read(&mutex->object.waiters);
	return 0;
}

/* ------------------------------------------------------------------------ */
/* Death                                                                    */
/* ------------------------------------------------------------------------ */

/*
 * Removes the owner of an element if it belongs to the attachment @id, which is
 * marked as gone. The word is claimed only if it names that attachment. It
 * cannot come to name it later: no mapping is left through which user space
 * could store that, and the kernel looks at the mark under the element lock
 * before it makes a task the owner. Returns true if the element was repaired.
 */
static bool mutex_repair(struct kipc_mutex *mutex, u32 index, u32 id)
{
	struct kipc_element *e = &mutex->words.elements[index];

	spin_lock(&e->lock);
	if (kipc_mutex_owner_attachment(kipc_word_peek(&mutex->words, e, index)) != id) {
		spin_unlock(&e->lock);
		return false;
	}
	mutex_claim(mutex, e, index);
	mutex_set_owner_died(e);
	mutex_unlock_element(mutex, e, index);
	return true;
}

/**
 * kipc_mutex_detach() - repair the mutexes that an attachment owns
 * @object: the set of mutexes
 * @attachment: marked as gone
 *
 * Context: process context; may reschedule; takes the lock of each element in
 * turn
 * Return: how many mutexes were repaired
 */
u32 kipc_mutex_detach(struct kipc_object *object,
		      struct kipc_attachment *attachment)
{
	struct kipc_mutex *mutex = kipc_mutex_of(object);
	u32 i, repaired = 0;

	for (i = 0; i < mutex->words.count; i++) {
		repaired += mutex_repair(mutex, i, attachment->id);
		cond_resched();
	}
	return repaired;
}

/**
 * kipc_mutex_settle() - repair what dead threads of an attachment own
 * @object: the set of mutexes
 * @attachment: of the threads; it may still have mappings
 *
 * Each repair is counted in the attachment as it is made, see
 * mutex_count_repair(), and therefore not in the return value.
 *
 * Context: process context; may reschedule; takes element locks one at a time
 * Return: 0
 */
u32 kipc_mutex_settle(struct kipc_object *object,
		      struct kipc_attachment *attachment)
{
	struct kipc_mutex *mutex = kipc_mutex_of(object);
	u64 value;
	u32 i;

	for (i = 0; i < mutex->words.count; i++) {
		value = kipc_word_peek(&mutex->words,
				       &mutex->words.elements[i], i);
		if (kipc_mutex_owner_attachment(value) == attachment->id)
			mutex_repair_dead(mutex, i);
		cond_resched();
	}
	return 0;
}

/**
 * kipc_mutex_scan() - repair the mutexes on which tasks wait for a dead owner
 * @object: the set of mutexes
 *
 * Context: process context; may reschedule; takes element locks one at a time
 */
void kipc_mutex_scan(struct kipc_object *object)
{
	struct kipc_mutex *mutex = kipc_mutex_of(object);
	u32 i;

	for (i = 0; i < mutex->words.count; i++) {
		/* A hint: a wait that begins now is seen by the next scan. */
		if (data_race(READ_ONCE(mutex->words.elements[i].waiters.first)))
			mutex_repair_dead(mutex, i);
		if (!(i % SCAN_BATCH))
			cond_resched();
	}
}
