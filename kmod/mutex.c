// SPDX-License-Identifier: GPL-2.0-only
#include <linux/err.h>
#include <linux/sched/signal.h>

#include "compat.h"
#include "deadlock.h"
#include "death.h"
#include "mutex.h"
#include "thread.h"

#define STATE_FLAGS	(KIPC_MUTEX_OWNER_DIED | KIPC_MUTEX_NOT_RECOVERABLE)
#define OWNED_FLAGS	(KIPC_MUTEX_OWNER | KIPC_MUTEX_DEPTH)

#define SCAN_BATCH	1024	/* elements looked at in one go */

struct mutex_waiter {
	struct kipc_waiter waiter;
	struct kipc_attachment *attachment;	/* constant */
	u64 owner;			/* constant; what the word will say */

	/* for deadlock detection; constant */
	struct kipc_mutex *mutex;
	struct kipc_element *element;
	u32 index;
	struct kipc_blocked blocked;
};

static struct mutex_waiter *mutex_waiter_of(struct kipc_waiter *waiter)
{
	return container_of(waiter, struct mutex_waiter, waiter);
}

static u64 mutex_owner_word(const struct kipc_attachment *attachment,
			    const struct kipc_thread *thread)
{
	return (u64)attachment->id << KIPC_MUTEX_SHIFT | thread->number;
}

/* What a word that the caller owns says; 0 if it never can have owned any. */
static u64 mutex_owner_word_of_caller(const struct kipc_attachment *attachment)
{
	const struct kipc_thread *thread = kipc_thread_find();

	return thread ? mutex_owner_word(attachment, thread) : 0;
}

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

/* A thing of a participant's that is repaired before it ends is told with its end. */
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
 * What a scribbler left is made a possible value: an owner that is not attached
 * died long ago, as far as anybody can tell.
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

/* Own the element, which is locked. */
static void mutex_claim(struct kipc_mutex *mutex, struct kipc_element *e,
			u32 index)
{
	u64 value = kipc_word_claim(&mutex->words, e, index);

	e->value = mutex_value_checked(mutex, value) | KIPC_SLOW;
}

static void mutex_lock_element(struct kipc_mutex *mutex, struct kipc_element *e,
			       u32 index)
	__acquires(&e->lock)
{
	spin_lock(&e->lock);
	mutex_claim(mutex, e, index);
}

/* ------------------------------------------------------------------------ */
/* What happens to an element that is entered                               */
/* ------------------------------------------------------------------------ */

/* What locking a mutex without an owner returns. */
static int mutex_outcome(const struct kipc_element *e)
{
	if (e->value & KIPC_MUTEX_NOT_RECOVERABLE)
		return -ENOTRECOVERABLE;
	return e->value & KIPC_MUTEX_OWNER_DIED ? -EOWNERDEAD : 0;
}

/* Lock a mutex that is the caller's already. */
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

/* KIPC_PENDING where somebody else owns it. */
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
 * A dead owner is none. It stays dead, and while the element is locked there is no
 * other owner, so it does not matter since when.
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
/* Whose turn it is                                                         */
/* ------------------------------------------------------------------------ */

static bool mutex_waiter_is_due(const struct kipc_mutex *mutex,
				const struct mutex_waiter *waiter)
{
	return kipc_mutex_is_fair(mutex) || kipc_wait_is_due(&waiter->waiter);
}

/* The first waiter gets what there is, an error or the mutex. */
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

/* True where more can be served than fit in the wake_q. */
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

/* Is somebody to be woken? Not while the first waiter is up, and looks for itself. */
static bool mutex_must_kick(const struct kipc_element *e)
{
	return e->waiters.first && !kipc_kicked(e->waiters.first);
}

/* Give the word back as far as it is user space's, and unlock. */
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

/* Serve, unlock, and only then wake. */
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

static struct task_struct *mutex_blocked_owner(const struct kipc_blocked *blocked)
{
	const struct mutex_waiter *waiter =
		container_of(blocked, struct mutex_waiter, blocked);
	u64 value = kipc_word_peek(&waiter->mutex->words, waiter->element,
				   waiter->index);

	return kipc_mutex_owner_task(waiter->mutex, value);
}

/* Queue the caller, unless that would be for ever. The element is entered. */
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
 * Awake, and the element entered: what has become of it? @ret says why, 0 for
 * a call. KIPC_PENDING: to be waited on.
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

/* Queued and unlocked: sleep until there is an outcome. */
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

/* A fair mutex with waiters is not to be had by those who come. */
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

int kipc_mutex_unlock(struct kipc_mutex *mutex, u32 index,
		      struct kipc_attachment *attachment)
{
	struct kipc_element *e = kipc_words_at(&mutex->words, &index);
	int ret;

	if (!e)
		return -EINVAL;
	mutex_lock_element(mutex, e, index);
	/* What it owned is another's by now, its number too perhaps. */
	if (kipc_attachment_gone(attachment))
		ret = -ENXIO;
	else
		ret = mutex_drop(e, mutex_owner_word_of_caller(attachment));
	mutex_unlock_element(mutex, e, index);
	return ret;
}

/*
 * The caller became the owner and is killed before it knew of that. The mutex is what
 * it was before: the next owner hears of an earlier one that died, but not of this.
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

/* An owner that is found dead without having been waited for. */
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
 * What the mutex is like, for a caller that only looks: the word stays as it is, so
 * that others go on by it meanwhile. An owner is dead if the word names it after it
 * has been found dead, too; one that unlocked and ended is not named any more.
 */
static u64 mutex_peek(struct kipc_mutex *mutex, struct kipc_element *e,
		      u32 index)
{
	u64 value = kipc_word_peek(&mutex->words, e, index);

	if (mutex_owner_is_dead(mutex, value) &&
	    kipc_word_peek(&mutex->words, e, index) == value)
		return (value & STATE_FLAGS) | KIPC_MUTEX_OWNER_DIED;
	return mutex_value_checked(mutex, value);
}

int kipc_mutex_state(struct kipc_mutex *mutex,
		     struct kipc_mutex_state_args *args)
{
	struct kipc_element *e = kipc_words_at(&mutex->words, &args->element);
	u64 value;

	if (!e)
		return -EINVAL;
	value = mutex_peek(mutex, e, args->element);
	kipc_mutex_owner(mutex, value, &args->owner, &args->thread);
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

/* Nobody else can have made the dead one the owner since he is gone. */
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

/*
 * What dead threads own by that attachment, though its mapping is there. Each is counted
 * as it is repaired.
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

/* Does any thread wait for a dead one? */
void kipc_mutex_scan(struct kipc_object *object)
{
	struct kipc_mutex *mutex = kipc_mutex_of(object);
	u32 i;

	for (i = 0; i < mutex->words.count; i++) {
		/* One that begins to wait now is seen the next time. */
		if (data_race(READ_ONCE(mutex->words.elements[i].waiters.first)))
			mutex_repair_dead(mutex, i);
		if (!(i % SCAN_BATCH))
			cond_resched();
	}
}
