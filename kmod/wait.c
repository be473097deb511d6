// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lock order, outermost first: a lock may be taken while locks above it in this
 * list are held, never while locks below it are held.
 *
 *	create_races_mutex		tasks that create names
 *					(create_race.c); no allocation inside
 *	names_mutex			the table of names (name.c)
 *	mmap_lock			of a task that maps an object, or whose
 *					mapping of one ends
 *	attachment->ending		the repair of what a process leaves
 *					(attachment.c)
 *	users_mutex			quotas (user.c)
 *	watchers' mutex			the watches of one object (watch.c)
 *	watch lock			notices of death in one watch; no
 *					user access and no wake-up inside
 *	element lock, mailbox lock,	state and waiters (word.h, mailbox.h,
 *	ring lock			ring.h); never two at once; no user
 *					access, no allocation and no wake-up
 *					inside
 *	lock of a bucket		which task waits for which (deadlock.c);
 *					never two at once
 *	threads_lock			the registry of threads (thread.c)
 *	scan_lock			the objects at which tasks wait (scan.c)
 *	waitqueue lock			the pollers of an object; they are woken
 *					after the element lock is dropped
 */
#include <linux/fs.h>
#include <linux/hrtimer.h>
#include <linux/module.h>
#include <linux/sched/clock.h>
#include <linux/sched/rt.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>

#include <linux/kipc.h>

#include "compat.h"
#include "object.h"
#include "place.h"
#include "scan.h"
#include "wait.h"

static unsigned int max_waiters = 65536;
module_param(max_waiters, uint, 0644);
MODULE_PARM_DESC(max_waiters,
		 "threads that may wait on one object (default 65536)");

/*
 * The default is about the time that it takes to sleep and to be woken. With
 * PREEMPT_RT it is 0, because the spinning task may delay a more urgent one.
 */
static unsigned int spin_ns = IS_ENABLED(CONFIG_PREEMPT_RT) ? 0 : 10000;
module_param(spin_ns, uint, 0644);
MODULE_PARM_DESC(spin_ns,
		 "nanoseconds that a wait may spin before it sleeps, 0 for none (default 10000; 0 with PREEMPT_RT)");

#define SPIN_UNIT	16	/* ns; the unit of kipc_spin_history.units */
#define SPIN_MAX	(U16_MAX * SPIN_UNIT)	/* bounds spin_ns */
#define SPIN_WEIGHT	8	/* each wait has 1/SPIN_WEIGHT of the average */
#define SPIN_TRIAL	64	/* one wait in so many spins for spin_ns */

/**
 * kipc_deadline_init() - check how long a verb may wait
 * @deadline: filled in
 * @flags: flags of the verb, of which KIPC_TRY and KIPC_REALTIME are used
 * @at: absolute time in nanoseconds, KIPC_FOREVER for no limit; of
 *	CLOCK_REALTIME with KIPC_REALTIME, otherwise of CLOCK_MONOTONIC in the
 *	caller's time namespace; 0 with KIPC_TRY
 *
 * Context: does not sleep
 * Return: 0, or -EINVAL if @at is negative or KIPC_TRY is combined with a time
 * or a clock
 */
int kipc_deadline_init(struct kipc_deadline *deadline, u32 flags, s64 at)
{
	if (at < 0)
		return -EINVAL;
	if ((flags & KIPC_TRY) && (at || (flags & KIPC_REALTIME)))
		return -EINVAL;
	deadline->try = flags & KIPC_TRY;
	deadline->spin = true;
	deadline->clock = CLOCK_MONOTONIC;
	if (flags & KIPC_REALTIME)
		deadline->clock = CLOCK_REALTIME;
	else if (at != KIPC_FOREVER)
		at = kipc_monotonic_to_host(at);
	deadline->at = at;
	return 0;
}

static struct kipc_waiter *waiter_of_node(struct rb_node *node)
{
	return rb_entry_safe(node, struct kipc_waiter, node);
}

/*
 * Returns the tree that the first waiter is in. The walk up takes as many steps
 * as the tree has levels.
 */
static struct rb_root waitlist_tree(const struct kipc_waitlist *list)
{
	struct rb_root tree = RB_ROOT;
	struct rb_node *node;

	for (node = list->first ? &list->first->node : NULL; node;
	     node = rb_parent(node))
		tree.rb_node = node;
	return tree;
}

static bool waiter_precedes(const struct kipc_waiter *waiter,
			    const struct kipc_waiter *other)
{
	if (waiter->priority != other->priority)
		return waiter->priority < other->priority;
	return waiter->ticket < other->ticket;
}

static void waitlist_add(struct kipc_waitlist *list, struct kipc_waiter *waiter)
{
	struct rb_root tree = waitlist_tree(list);
	struct rb_node **link = &tree.rb_node, *parent = NULL;
	bool first = true;

	while (*link) {
		parent = *link;
		if (waiter_precedes(waiter, waiter_of_node(parent))) {
			link = &parent->rb_left;
		} else {
			link = &parent->rb_right;
			first = false;
		}
	}
	rb_link_node(&waiter->node, parent, link);
	rb_insert_color(&waiter->node, &tree);
	if (first)
		list->first = waiter;
}

/**
 * kipc_waitlist_remove() - take a waiter off a list
 * @list: locked
 * @waiter: on @list
 *
 * Context: does not sleep
 */
void kipc_waitlist_remove(struct kipc_waitlist *list,
			  struct kipc_waiter *waiter)
{
	struct rb_root tree;

	if (kipc_waitlist_is_single(list)) {
		/*
		 * Pairs with the load in kipc_semaphore_ready(), which must not
		 * see the list empty and the units still there.
		 */
		smp_store_release(&list->first, NULL);
		return;
	}
	tree = waitlist_tree(list);
	if (list->first == waiter)
		list->first = kipc_waitlist_next(waiter);
	rb_erase(&waiter->node, &tree);
}

/**
 * kipc_waitlist_next() - find the waiter that is behind another one
 * @waiter: on a list, which is locked
 *
 * Context: does not sleep
 * Return: the next waiter in the order of the list, or NULL
 */
struct kipc_waiter *kipc_waitlist_next(struct kipc_waiter *waiter)
{
	return waiter_of_node(rb_next(&waiter->node));
}

/**
 * kipc_wait_begin() - put the caller on a waitlist
 * @object: the object to wait at; its waiters are counted
 * @list: a list of @object, locked
 * @waiter: on the caller's stack; @wants, @lost_races and @returns are set
 * @priority: kipc_priority(), or the same value for all waiters of the list if
 *	only the order of arrival counts
 *
 * A waiter that gets its place back (@returned is set then) may be the first,
 * and may be satisfied by what is too little for the waiters behind it. The
 * caller therefore grants waiters before it unlocks.
 *
 * The wait ends with kipc_wait_end(). A waiter that was not granted is taken
 * off the list with kipc_waitlist_remove() before that.
 *
 * Context: does not sleep
 * Return: 0, or -EUSERS if max_waiters tasks wait at the object already
 */
int kipc_wait_begin(struct kipc_object *object, struct kipc_waitlist *list,
		    struct kipc_waiter *waiter, int priority)
{
	unsigned int count = atomic_inc_return(&object->waiters);

	if (count > READ_ONCE(max_waiters)) {
		atomic_dec(&object->waiters);
		return -EUSERS;
	}
	waiter->task = current;
	waiter->returned = kipc_place_take(object, list, waiter);
	if (!waiter->returned)
		waiter->ticket = atomic64_inc_return(&object->tickets);
	waiter->priority = priority;
	waiter->outcome = KIPC_PENDING;
	waiter->raced = false;
	waitlist_add(list, waiter);
	/*
	 * The waiter was counted above by a fully ordered operation. That pairs
	 * with smp_mb() in scan_remove(): either the scan finds the waiter in
	 * the count, or this task finds that the object is not scanned.
	 */
	if (object->tracks)
		kipc_scan_begin(object);
	return 0;
}

/**
 * kipc_wait_end() - end the caller's wait
 * @object: as for kipc_wait_begin()
 * @list: as for kipc_wait_begin(), not locked
 * @waiter: not on the list any more
 * @ret: what kipc_wait_sleep() returned, or the result of the wait if a later
 *	look has changed it
 *
 * An interrupted wait leaves a place for the caller's next wait, see place.h.
 *
 * Context: may sleep
 */
void kipc_wait_end(struct kipc_object *object,
		   const struct kipc_waitlist *list,
		   const struct kipc_waiter *waiter, int ret)
{
	atomic_dec(&object->waiters);
	if (ret == -ERESTARTSYS && waiter->returns &&
	    !fatal_signal_pending(current))
		kipc_place_keep(object, list, waiter);
}

/* Sleeps; returns true if the deadline has passed. */
static bool wait_expired(const struct kipc_deadline *deadline)
{
	u64 slack = rt_task(current) ? 0 : current->timer_slack_ns;
	ktime_t at = deadline->at;

	if (at == KTIME_MAX) {
		schedule();
		return false;
	}
	return !schedule_hrtimeout_range_clock(&at, slack, HRTIMER_MODE_ABS,
					       deadline->clock);
}

/*
 * Returns for how many nanoseconds to spin. The time is 0 if no other processor
 * could grant the wait meanwhile, and otherwise twice what successful spins
 * took. One wait in SPIN_TRIAL may spin for all of spin_ns. Without that two
 * tasks that wake each other in turn would never find out that spinning helps,
 * because each is asleep whenever the other could grant its wait.
 */
static u32 wait_spin_budget(struct kipc_spin_history *spin_history)
{
	u32 max = min_t(u32, READ_ONCE(spin_ns), SPIN_MAX);
	u32 known = READ_ONCE(spin_history->units);
	u8 waits;

	if (!max || num_online_cpus() == 1)
		return 0;
	waits = READ_ONCE(spin_history->waits);
	WRITE_ONCE(spin_history->waits, waits + 1);
	if (!(waits % SPIN_TRIAL))
		return max;
	/*
	 * Failures alone take the average below SPIN_WEIGHT and, because of
	 * rounding, no further. Such an average counts as 0.
	 */
	return known < SPIN_WEIGHT ? 0 : min(2 * known * SPIN_UNIT, max);
}

/* Adds a wait to the moving average; a failed spin counts as 0. */
static void wait_spin_learn(struct kipc_spin_history *spin_history, u64 ns, bool hit)
{
	u32 known = READ_ONCE(spin_history->units);

	known -= known / SPIN_WEIGHT;
	if (hit)
		known += min_t(u64, ns, SPIN_MAX) / SPIN_UNIT / SPIN_WEIGHT;
	WRITE_ONCE(spin_history->units, known);
}

/**
 * kipc_spin_begin() - announce that the caller spins
 * @waiter: of the caller, queued
 *
 * From here on a grant or a kick is a store without a wake-up. kipc_spin_end()
 * has to follow.
 *
 * Context: no lock is held; does not sleep
 * Return: false if the waiter has been granted or kicked already
 */
bool kipc_spin_begin(struct kipc_waiter *waiter)
{
	return cmpxchg_relaxed(&waiter->outcome, KIPC_PENDING,
			       KIPC_SPINNING) == KIPC_PENDING;
}

/**
 * kipc_spin_end() - end what kipc_spin_begin() has begun
 * @waiter: of the caller
 *
 * A granter and the end of the spin can meet. Exactly one of the two
 * compare-and-swaps finds KIPC_SPINNING::
 *
 *     CPU 0 (waiter)                    CPU 1 (granter, list locked)
 *
 *     spins in vain                     kipc_grant():
 *                                         takes the waiter off the list
 *     kipc_spin_end():                    wait_call_spinning():
 *       cmpxchg(SPINNING -> PENDING)        cmpxchg(SPINNING -> outcome)
 *
 * If the waiter wins, the granter stores the outcome and wakes the task. If the
 * granter wins, the waiter reads the outcome, and the granter neither wakes the
 * task nor touches the record again.
 *
 * Context: no lock is held; does not sleep
 * Return: true if the waiter was granted or kicked; after false it has to be
 * woken
 */
bool kipc_spin_end(struct kipc_waiter *waiter)
{
	return !kipc_spinning(waiter) ||
	       cmpxchg_acquire(&waiter->outcome, KIPC_SPINNING,
			       KIPC_PENDING) != KIPC_SPINNING;
}

static void wait_spin_until(struct kipc_waiter *waiter, u64 until)
{
	while (kipc_spinning(waiter) && !need_resched() &&
	       !signal_pending(current) && local_clock() < until)
		cpu_relax();
}

/**
 * kipc_wait_spin() - spin for a bounded time until granted or kicked
 * @object: whose spins are counted
 * @waiter: queued by kipc_wait_begin(); the list is not locked any more
 * @spin_history: of that list
 *
 * The time is bounded by spin_ns whatever the deadline of the wait.
 * kipc_wait_sleep() follows in any case.
 *
 * Context: no lock is held; spins for at most spin_ns, does not sleep
 */
void kipc_wait_spin(struct kipc_object *object, struct kipc_waiter *waiter,
		    struct kipc_spin_history *spin_history)
{
	u32 budget = wait_spin_budget(spin_history);
	u64 begin;
	bool hit;

	if (!budget || !kipc_spin_begin(waiter))
		return;
	begin = local_clock();
	wait_spin_until(waiter, begin + budget);
	hit = kipc_spin_end(waiter);
	wait_spin_learn(spin_history, local_clock() - begin, hit);
	atomic_inc(&object->spins);
	if (hit)
		atomic_inc(&object->spin_hits);
}

/**
 * kipc_wait_sleep() - sleep until granted, kicked, interrupted or timed out
 * @waiter: queued by kipc_wait_begin(); the list is not locked any more
 * @deadline: when to give up
 *
 * The task state is set before the outcome is read, and set_current_state() is
 * a full barrier. The granter stores the outcome before it wakes the task. So
 * either the outcome is seen here or the wake-up finds the task in that state.
 *
 * The wait may be granted at the moment at which the deadline passes. Therefore
 * the caller, after an error, locks the list and asks kipc_granted() again::
 *
 *     CPU 0 (waiter)                    CPU 1 (granter)
 *
 *     kipc_wait_sleep(): -ETIMEDOUT
 *                                       lock
 *                                       kipc_grant(): takes the waiter off
 *                                         the list, stores the outcome 0
 *     lock                              unlock
 *     kipc_granted(): true
 *     unlock, return 0
 *                                       kipc_wake_q_flush(): wakes the task
 *
 * The late wake-up is harmless: the wake queue holds a reference to the task,
 * and every sleep in the kernel tolerates spurious wake-ups.
 *
 * Context: may sleep
 * Return: 0 if granted or kicked, -ETIMEDOUT or -ERESTARTSYS
 */
int kipc_wait_sleep(struct kipc_waiter *waiter,
		    const struct kipc_deadline *deadline)
{
	int ret = 0;

	for (;;) {
		set_current_state(TASK_INTERRUPTIBLE | TASK_FREEZABLE);
		if (kipc_called(waiter))
			break;
		if (signal_pending(current)) {
			ret = -ERESTARTSYS;
			break;
		}
		if (wait_expired(deadline)) {
			ret = -ETIMEDOUT;
			break;
		}
	}
	__set_current_state(TASK_RUNNING);
	return ret;
}

/**
 * kipc_wait_lost() - note that a kicked waiter found nothing to take
 * @object: whose lost races are counted
 * @list: the waiter is on, locked
 * @waiter: was kicked, and has found too little for itself
 *
 * This is how a waiter loses a race::
 *
 *     CPU 0 (first waiter)              CPU 1 (other tasks)
 *
 *     sleeps                            gives a unit: lock, kipc_kick(),
 *                                         unlock, wake-up
 *     wakes up                          takes the unit in user space
 *     lock
 *     finds no unit: kipc_wait_lost()
 *     outcome = KIPC_PENDING
 *     unlock, sleeps again
 *
 * Only a first waiter can lose a race. Waiters behind it were kicked because
 * there was enough for several, and none of that was theirs. A waiter that was
 * the first when it was kicked counts too: it may have become the second
 * because an earlier one is back in its place. A waiter that is due does not
 * race.
 *
 * Context: does not sleep
 */
void kipc_wait_lost(struct kipc_object *object,
		    const struct kipc_waitlist *list,
		    struct kipc_waiter *waiter)
{
	if ((list->first != waiter && !waiter->raced) || kipc_wait_is_due(waiter))
		return;
	waiter->lost_races++;
	atomic_inc(&object->lost_races);
	/*
	 * The elements of an object have a lock each, so several waiters may do
	 * this at the same time. The maximum is a guess then.
	 */
	if (waiter->lost_races > READ_ONCE(object->max_lost_races))
		WRITE_ONCE(object->max_lost_races, waiter->lost_races);
}

/*
 * Grants or kicks a waiter if it spins; a store is enough for that. A waiter
 * that has stopped spinning does not begin again in this wait.
 */
static bool wait_call_spinning(struct kipc_waiter *waiter, int outcome)
{
	/*
	 * Pairs with kipc_spinning() and with the compare-and-swap in
	 * kipc_spin_end(), which fails after this one has succeeded.
	 */
	return READ_ONCE(waiter->outcome) == KIPC_SPINNING &&
	       cmpxchg_release(&waiter->outcome, KIPC_SPINNING, outcome) ==
	       KIPC_SPINNING;
}

/**
 * kipc_grant() - end a wait with an outcome
 * @wake_q: not full; flushed after the unlock
 * @list: the waiter is on, locked
 * @waiter: taken off the list; must not be used after this returns
 * @outcome: what the verb of the waiter returns; none of KIPC_PENDING,
 *	KIPC_KICKED and KIPC_SPINNING
 *
 * Context: does not sleep
 */
void kipc_grant(struct kipc_wake_q *wake_q, struct kipc_waitlist *list,
		struct kipc_waiter *waiter, int outcome)
{
	kipc_waitlist_remove(list, waiter);
	if (wait_call_spinning(waiter, outcome)) {
		wake_q->tasks[wake_q->count++] = NULL;
		return;
	}
	wake_q->tasks[wake_q->count++] = get_task_struct(waiter->task);
	/*
	 * Pairs with kipc_granted(). The waiter may return from here on, so the
	 * record may be gone. The reference to the task was taken before.
	 */
	smp_store_release(&waiter->outcome, outcome);
}

/**
 * kipc_kick() - wake a waiter to let it look for itself
 * @wake_q: not full; flushed after the unlock
 * @list: the waiter is on, locked
 * @waiter: stays on the list; neither granted nor kicked
 *
 * Context: does not sleep
 */
void kipc_kick(struct kipc_wake_q *wake_q, const struct kipc_waitlist *list,
	       struct kipc_waiter *waiter)
{
	waiter->raced = list->first == waiter;
	if (wait_call_spinning(waiter, KIPC_KICKED)) {
		wake_q->tasks[wake_q->count++] = NULL;
		return;
	}
	wake_q->tasks[wake_q->count++] = get_task_struct(waiter->task);
	/* Pairs with kipc_called(). */
	smp_store_release(&waiter->outcome, KIPC_KICKED);
}

/*
 * The value of WF_SYNC. The scheduler passes its flags to the functions of wait
 * queue entries but does not export them, so kipc_wait_init() looks at what
 * such a function gets.
 */
static int sync_flag __ro_after_init;

static int __init wait_note_flags(struct wait_queue_entry *entry, unsigned int mode,
				  int flags, void *key)
{
	sync_flag = flags;
	return 0;
}

/**
 * kipc_wait_init() - find out which flag says that a wake-up is synchronous
 */
void __init kipc_wait_init(void)
{
	struct wait_queue_entry entry = { .func = wait_note_flags };
	DECLARE_WAIT_QUEUE_HEAD_ONSTACK(queue);

	add_wait_queue(&queue, &entry);
	__wake_up_sync(&queue, TASK_NORMAL);
	remove_wait_queue(&queue, &entry);
}

/*
 * Wakes a task that had better run on this processor, because the caller is
 * about to sleep.
 */
static void wake_q_wake_sync(struct task_struct *task)
{
	struct wait_queue_entry entry = { .private = task };

	default_wake_function(&entry, TASK_NORMAL, sync_flag, NULL);
}

/**
 * kipc_wake_q_wake() - wake the tasks of a wake queue and empty it
 * @wake_q: filled by kipc_grant() and kipc_kick()
 *
 * An entry without a task stands for a waiter that was spinning.
 *
 * Context: no lock of a waitlist is held
 */
void kipc_wake_q_wake(struct kipc_wake_q *wake_q)
{
	unsigned int i;

	for (i = 0; i < wake_q->count; i++) {
		if (!wake_q->tasks[i])
			continue;
		if (wake_q->sync)
			wake_q_wake_sync(wake_q->tasks[i]);
		else
			wake_up_process(wake_q->tasks[i]);
		put_task_struct(wake_q->tasks[i]);
		wake_q->woken++;
	}
	wake_q->count = 0;
}
