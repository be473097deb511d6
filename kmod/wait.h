/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: waiting
 *
 * A thread that has to wait puts a record, which lives on its own stack and
 * which user space never sees, on a waitlist and sleeps. Whoever makes its
 * wish possible does all the work: takes the record off the list, does to the
 * object what the waiter came for and *grants* it, all under the list's lock.
 * A waiter that finds itself granted takes no lock and touches the list no
 * more; one that gives up takes the lock, looks once more whether it has been
 * granted (success beats a timeout or a signal), and takes itself off.
 *
 * Granting stores the outcome last: the record may vanish at once, so the
 * wake_q holds a reference on the task, not on the record. Wake-ups happen after
 * the unlock, a bounded number for each time the lock is held.
 *
 * Before it sleeps a waiter looks for a while whether it has been granted, if
 * another processor could do that. To grant is then no more than a store. Whether
 * the waiter still looks is decided by a compare-and-swap of its record: by the
 * granter from KIPC_SPINNING to the outcome, by the waiter back to KIPC_PENDING,
 * after which it has to be woken. How long it looks is learnt for each place where
 * one can wait; where it has not hit it hardly ever does. The clock ends it in any
 * case: the other processor may go offline, a hypervisor may have given it to others.
 *
 * Where newcomers may go first, a waiter is *kicked* instead: it stays on the list,
 * wakes up, takes the lock and looks for itself. If it is the first and finds that
 * somebody was faster it has lost a race. A first waiter that has lost two, or is a
 * real-time thread, is *due*: it races no more and is granted what it waits for.
 *
 * A waitlist is ordered: real-time threads by priority, then the others, each in
 * the order of their tickets. A waiter draws the next ticket of the object when it
 * arrives, under the lock of the list, so that is the order of arrival. One that was
 * interrupted comes back with the ticket that it had: see place.h. The list is a
 * balanced tree, because such a waiter can belong anywhere in it, and user space
 * decides how many wait.
 */
#ifndef KIPC_WAIT_H
#define KIPC_WAIT_H

#include <linux/minmax.h>
#include <linux/rbtree.h>
#include <linux/sched.h>
#include <linux/sched/prio.h>
#include <linux/spinlock.h>

struct kipc_object;

/* How often a first waiter may find that somebody was faster. */
#define KIPC_LOST_RACES_MAX	2

/* Waiters of one list that are woken to look at the same time. */
#define KIPC_KICKED_MAX		16

/* Not granted yet. Outcomes are what a verb returns, so never these two. */
#define KIPC_PENDING	INT_MAX
/* To wake up and look for itself; still on the list. */
#define KIPC_KICKED	(INT_MAX - 1)
/* Neither granted nor kicked yet, and looks for it: needs not be woken. */
#define KIPC_SPINNING	(INT_MAX - 2)

/* Wake-ups for each time a lock is held. */
#define KIPC_WAKE_BATCH	16

struct kipc_deadline {
	ktime_t at;		/* host time; KTIME_MAX never passes */
	clockid_t clock;
	bool try;		/* do not wait at all */
	bool spin;		/* look for a while before sleeping */
};

struct kipc_waiter {
	struct rb_node node;		/* the list's lock */
	struct task_struct *task;	/* constant */
	u64 ticket;			/* constant; the lowest goes first */
	int priority;			/* constant; likewise, and before that */
	int outcome;			/* release by the granter, acquire */
	u32 wants;			/* constant; units or bytes, see place.h */
	u32 lost_races;			/* the list's lock */
	bool returns;			/* constant; to its place, see place.h */
	bool returned;			/* constant; it has its place again */
	bool raced;			/* the list's lock; kicked as the first */
};

/* What is known of a place where one can wait: a guess, not locked. */
struct kipc_spin_history {
	u16 units;			/* of time, that the last ones that hit took */
	u8 waits;
	u8 served;			/* kipc_taker_mark() of who was it last */
};

/* The first of a tree of waiters, whose root is found from it: eight bytes an element. */
struct kipc_waitlist {
	struct kipc_waiter *first;
};

/* Tasks to wake once the lock is dropped. */
struct kipc_wake_q {
	unsigned int count;
	unsigned int woken;	/* in all, without those who were spinning */
	bool sync;		/* whoever wakes them is about to sleep */
	struct task_struct *tasks[KIPC_WAKE_BATCH];
};

void kipc_wait_init(void);

int kipc_deadline_init(struct kipc_deadline *deadline, u32 flags, s64 at);

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

/* The caller's place in a waitlist: real-time threads before all others. */
static inline int kipc_priority(void)
{
	/* Not ->prio: what a lock's waiters lend us is not for this queue. */
	return min(READ_ONCE(current->normal_prio), MAX_RT_PRIO);
}

/* Does it not have to race any more? */
static inline bool kipc_wait_is_due(const struct kipc_waiter *waiter)
{
	return waiter->lost_races >= KIPC_LOST_RACES_MAX ||
	       waiter->priority < MAX_RT_PRIO;
}

/* Is the first waiter the only one? */
static inline bool kipc_waitlist_is_single(const struct kipc_waitlist *list)
{
	const struct rb_node *node = &list->first->node;

	/* The leftmost of a tree. */
	return !rb_parent(node) && !node->rb_right;
}

/*
 * Who was served last? One who takes and gives again will be back at once; one who
 * gives to another that takes will not. A few bits of the thread tell that well enough.
 */
static inline u8 kipc_taker_mark(const struct task_struct *task)
{
	return task->pid;
}

static inline void kipc_note_taker(struct kipc_spin_history *spin_history,
				   const struct task_struct *task)
{
	WRITE_ONCE(spin_history->served, kipc_taker_mark(task));
}

static inline bool kipc_took_last(const struct kipc_spin_history *spin_history)
{
	return READ_ONCE(spin_history->served) == kipc_taker_mark(current);
}

/* Would a waiter of this priority be the first? */
static inline bool kipc_waitlist_leads(const struct kipc_waitlist *list,
				       int priority)
{
	return !list->first || priority < list->first->priority;
}

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

/* The lock is not held any more. */
static inline void kipc_wake_q_flush(struct kipc_wake_q *wake_q)
{
	if (wake_q->count)
		kipc_wake_q_wake(wake_q);
}

static inline bool kipc_granted(const struct kipc_waiter *waiter)
{
	/* Pairs with the store in kipc_grant(). */
	return smp_load_acquire(&waiter->outcome) < KIPC_SPINNING;
}

/* Has it been told to look for itself, and not done so yet? The list is locked. */
static inline bool kipc_kicked(const struct kipc_waiter *waiter)
{
	return READ_ONCE(waiter->outcome) == KIPC_KICKED;
}

/* Between kipc_spin_begin() and kipc_spin_end(): is it not granted yet? */
static inline bool kipc_spinning(const struct kipc_waiter *waiter)
{
	/* Pairs with the release in kipc_grant(). */
	return smp_load_acquire(&waiter->outcome) == KIPC_SPINNING;
}

/* Is there a reason to be awake? */
static inline bool kipc_called(const struct kipc_waiter *waiter)
{
	/* Pairs with the stores in kipc_grant() and kipc_kick(). */
	return smp_load_acquire(&waiter->outcome) != KIPC_PENDING;
}

#endif /* KIPC_WAIT_H */
