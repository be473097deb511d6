/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: waiting
 *
 * A task that has to wait puts a record (struct kipc_waiter) on a waitlist and
 * sleeps. The record lives on the stack of the task, and user space never sees
 * it. The task that makes the wait succeed does all the work under the lock of
 * the list: it takes the record off the list, changes the object as the waiter
 * asked for, and *grants* the wait by storing an outcome in the record. A
 * waiter that finds an outcome takes no lock and does not touch the list again.
 * A waiter that gives up takes the lock and looks once more for an outcome, so
 * that success beats a timeout or a signal. If there is none it takes itself
 * off the list.
 *
 * The outcome in the record is one of these:
 *
 *	KIPC_PENDING	The waiter sleeps or is about to. It has to be woken.
 *	KIPC_SPINNING	The waiter spins. A store ends that without a wake-up.
 *	KIPC_KICKED	The waiter was woken to look for itself. It is still
 *			on the list.
 *	any other	The wait has ended. This is what the verb returns.
 *
 * The store of the outcome is the last access to the record, because the stack
 * may be reused at once. Therefore the wake queue holds references to tasks and
 * not to records. Tasks are woken after the lock is dropped. The number of
 * wake-ups for each time that the lock is held is bounded by KIPC_WAKE_BATCH.
 *
 * Before a waiter sleeps it spins for a bounded time, if another processor
 * could grant the wait meanwhile. A compare-and-swap of the outcome decides
 * between the two sides: the granter changes KIPC_SPINNING to the outcome, the
 * waiter changes KIPC_SPINNING to KIPC_PENDING, after which it has to be woken.
 * The time to spin is learnt for each waitlist from the time that successful
 * spins took. Where spins have not been successful they are hardly ever tried.
 * The clock bounds the spin in any case, because the other processor may go
 * offline and a hypervisor may have given it to another guest.
 *
 * Where barging is allowed a waiter is *kicked* instead of granted. It stays on
 * the list, wakes up, takes the lock and looks for itself. If it is the first
 * waiter and another task has taken meanwhile what it was kicked for, it has
 * lost a race. A first waiter that has lost KIPC_LOST_RACES_MAX races, and any
 * real-time task, is *due*: it does not race again, and what it waits for is
 * handed over to it.
 *
 * A waitlist is ordered. Real-time tasks come first, by priority, and then all
 * others. Tasks of the same priority are ordered by their tickets. A waiter
 * draws the next ticket of the object under the lock of the list, so the
 * tickets give the order of arrival. A waiter that was interrupted comes back
 * with the ticket that it had before, see place.h. The list is a balanced tree,
 * because such a waiter can belong anywhere in it and because user space
 * decides how many tasks wait.
 *
 * Queueing, granting and kicking do not sleep; the caller holds the lock of the
 * list, a spinlock. kipc_wait_sleep() and kipc_wait_end() may sleep and are
 * called without it.
 */
#ifndef KIPC_WAIT_H
#define KIPC_WAIT_H

#include <linux/ktime.h>
#include <linux/minmax.h>
#include <linux/rbtree.h>
#include <linux/sched.h>
#include <linux/sched/prio.h>
#include <linux/spinlock.h>

struct kipc_object;

/* How many races a first waiter may lose before it is due. */
#define KIPC_LOST_RACES_MAX	2

/* How many waiters of a list may be kicked at the same time. */
#define KIPC_KICKED_MAX		16

/*
 * Neither granted nor kicked. An outcome is what a verb returns, so it is never
 * one of these three values.
 */
#define KIPC_PENDING	INT_MAX
/* Woken to look for itself, and still on the list. */
#define KIPC_KICKED	(INT_MAX - 1)
/* Neither granted nor kicked, and spinning: it need not be woken. */
#define KIPC_SPINNING	(INT_MAX - 2)

/* How many tasks a wake queue holds: the bound for one hold of a lock. */
#define KIPC_WAKE_BATCH	16

struct kipc_deadline {
	ktime_t at;		/* host time; KTIME_MAX never passes */
	clockid_t clock;
	bool try;		/* do not wait at all */
	bool spin;		/* spin for a bounded time before sleeping */
};

struct kipc_waiter {
	struct rb_node node;		/* the list's lock */
	struct task_struct *task;	/* constant */
	u64 ticket;			/* constant; second key of the order */
	int priority;			/* constant; first key, lowest first */
	int outcome;			/* atomic; see above */
	u32 wants;			/* constant; units or bytes */
	u32 lost_races;			/* the list's lock */
	bool returns;			/* constant; can keep its place */
	bool returned;			/* constant; has its place back */
	bool raced;			/* the list's lock; kicked as first */
};

/*
 * What is known about the waits on one list. The fields are only hints, so they
 * are read and written without a lock; a lost update costs a wrong guess.
 */
struct kipc_spin_history {
	u16 units;			/* time of good spins, in SPIN_UNIT */
	u8 waits;			/* counts all waits, modulo 256 */
	u8 taker;			/* mark of the last taker */
};

/*
 * Points to the first waiter of a tree. The root of the tree is found from
 * there, so that a waitlist costs each element only one pointer.
 */
struct kipc_waitlist {
	struct kipc_waiter *first;
};

/* Tasks to wake after the lock is dropped. It belongs to one caller. */
struct kipc_wake_q {
	unsigned int count;
	unsigned int woken;	/* in all, without waiters that were spinning */
	bool sync;		/* the caller is about to sleep */
	struct task_struct *tasks[KIPC_WAKE_BATCH];
};

void kipc_wait_init(void);

int kipc_deadline_init(struct kipc_deadline *deadline, u32 flags, s64 at);

/* Returns true if the time has come; does not sleep. */
static inline bool kipc_deadline_passed(const struct kipc_deadline *deadline)
{
	if (deadline->at == KTIME_MAX)
		return false;
	return deadline->at <= (deadline->clock == CLOCK_REALTIME ?
				ktime_get_real() : ktime_get());
}

int kipc_wait_begin(struct kipc_object *object, struct kipc_waitlist *list,
		    struct kipc_waiter *waiter, int priority);
void kipc_wait_spin(struct kipc_object *object, struct kipc_waiter *waiter,
		    struct kipc_spin_history *spin_history);
bool kipc_spin_begin(struct kipc_waiter *waiter);
bool kipc_spin_end(struct kipc_waiter *waiter);
int kipc_wait_sleep(struct kipc_waiter *waiter,
		    const struct kipc_deadline *deadline);
void kipc_wait_end(struct kipc_object *object,
		   const struct kipc_waitlist *list,
		   const struct kipc_waiter *waiter, int ret);

void kipc_wait_lost(struct kipc_object *object,
		    const struct kipc_waitlist *list,
		    struct kipc_waiter *waiter);

void kipc_waitlist_remove(struct kipc_waitlist *list,
			  struct kipc_waiter *waiter);
struct kipc_waiter *kipc_waitlist_next(struct kipc_waiter *waiter);

void kipc_grant(struct kipc_wake_q *wake_q, struct kipc_waitlist *list,
		struct kipc_waiter *waiter, int outcome);
void kipc_kick(struct kipc_wake_q *wake_q, const struct kipc_waitlist *list,
	       struct kipc_waiter *waiter);
void kipc_wake_q_wake(struct kipc_wake_q *wake_q);

/*
 * Returns the caller's priority in a waitlist. All tasks that are not real-time
 * tasks have the same, MAX_RT_PRIO.
 */
static inline int kipc_priority(void)
{
	/* Not ->prio: a boost by a waiter for a kernel lock does not count. */
	return min(READ_ONCE(current->normal_prio), MAX_RT_PRIO);
}

/* Returns true if the waiter must not lose another race. */
static inline bool kipc_wait_is_due(const struct kipc_waiter *waiter)
{
	return waiter->lost_races >= KIPC_LOST_RACES_MAX ||
	       waiter->priority < MAX_RT_PRIO;
}

/* Returns true if the list, which has a waiter, has only one. */
static inline bool kipc_waitlist_is_single(const struct kipc_waitlist *list)
{
	const struct rb_node *node = &list->first->node;

	/* The first waiter is the leftmost node of the tree. */
	return !rb_parent(node) && !node->rb_right;
}

/*
 * Returns a few bits that identify a task well enough for a guess. They tell
 * whether the task that gives is the one that took last. A task that takes and
 * gives in turn, as with a lock, is likely to be back at once. A task that only
 * gives is not.
 */
static inline u8 kipc_taker_mark(const struct task_struct *task)
{
	return task->pid;
}

/* Notes that this task has taken, or was granted, what the list is for. */
static inline void kipc_note_taker(struct kipc_spin_history *spin_history,
				   const struct task_struct *task)
{
	WRITE_ONCE(spin_history->taker, kipc_taker_mark(task));
}

/* Returns true if the caller seems to be the task that took last. */
static inline bool kipc_took_last(const struct kipc_spin_history *spin_history)
{
	return READ_ONCE(spin_history->taker) == kipc_taker_mark(current);
}

/* Returns true if a waiter of this priority would be the first. */
static inline bool kipc_waitlist_leads(const struct kipc_waitlist *list,
				       int priority)
{
	return !list->first || priority < list->first->priority;
}

/* Prepares an empty wake queue. @sync: the caller is about to sleep. */
static inline void kipc_wake_q_init(struct kipc_wake_q *wake_q, bool sync)
{
	wake_q->count = 0;
	wake_q->woken = 0;
	wake_q->sync = sync;
}

static inline bool kipc_wake_q_full(const struct kipc_wake_q *wake_q)
{
	return wake_q->count == KIPC_WAKE_BATCH;
}

/* Wakes the queued tasks. The lock must not be held any more. */
static inline void kipc_wake_q_flush(struct kipc_wake_q *wake_q)
{
	if (wake_q->count)
		kipc_wake_q_wake(wake_q);
}

/* Returns true if the wait has ended. The outcome can be read after that. */
static inline bool kipc_granted(const struct kipc_waiter *waiter)
{
	/* Pairs with the releases in kipc_grant() and wait_call_spinning(). */
	return smp_load_acquire(&waiter->outcome) < KIPC_SPINNING;
}

/*
 * Returns true if the waiter was kicked and has not looked yet. The list is
 * locked, so the answer stays true: only the waiter itself, with the lock held,
 * and kipc_grant() end this state.
 */
static inline bool kipc_kicked(const struct kipc_waiter *waiter)
{
	return READ_ONCE(waiter->outcome) == KIPC_KICKED;
}

/*
 * Returns true until the waiter is granted or kicked. To be called between
 * kipc_spin_begin() and kipc_spin_end().
 */
static inline bool kipc_spinning(const struct kipc_waiter *waiter)
{
	/* Pairs with the release in wait_call_spinning(). */
	return smp_load_acquire(&waiter->outcome) == KIPC_SPINNING;
}

/*
 * Returns true if the waiter was granted or kicked, so that it must not sleep.
 */
static inline bool kipc_called(const struct kipc_waiter *waiter)
{
	/* Pairs with the releases in kipc_grant() and kipc_kick(). */
	return smp_load_acquire(&waiter->outcome) != KIPC_PENDING;
}

#endif /* KIPC_WAIT_H */
