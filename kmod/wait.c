// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lock order, outermost first:
 *
 *	create_races_mutex			which tasks create names (creation.c);
 *					nothing is allocated inside
 *	names_mutex			a name comes or goes (name.c)
 *	mmap_lock			of a caller who maps an object, or of one
 *					that ends
 *	ending, of an attachment	what a process leaves is repaired
 *					(attachment.c)
 *	users_mutex			quotas (user.c)
 *	watchers' mutex			of an object: its watches (watch.c)
 *	watch lock			notices of death in one watch; no user access,
 *					no wake-up inside
 *	element lock, mailbox lock	state and waiters (word.h, mailbox.h);
 *					never two at once, no user access,
 *					no allocation, no wake-up inside
 *	lock of a bucket		who waits for what (deadlock.c); never two
 *	threads_lock			the registry of threads (thread.c)
 *	scan_lock			objects where threads wait (scan.c)
 *	waitqueue lock			pollers of an object, woken after the
 *					unlock
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
 * About what it takes to sleep and be woken; none by default where a thread that
 * spins may be one that others urgently wait for.
 */
static unsigned int spin_ns = IS_ENABLED(CONFIG_PREEMPT_RT) ? 0 : 10000;
module_param(spin_ns, uint, 0644);
MODULE_PARM_DESC(spin_ns,
		 "nanoseconds that a wait may look before it sleeps, 0 for none (default 10000; 0 with PREEMPT_RT)");

#define SPIN_UNIT	16	/* ns, in which spins are learnt */
#define SPIN_MAX	(U16_MAX * SPIN_UNIT)	/* whatever the administrator says */
#define SPIN_WEIGHT	8	/* one success or failure is that part of what is known */
#define SPIN_TRIAL	64	/* one wait in so many has all of spin_ns */

/**
 * kipc_deadline_init() - check how long a verb may wait
 * @deadline: filled
 * @flags: KIPC_TRY and KIPC_REALTIME are looked at
 * @at: absolute, in nanoseconds of the caller's clock
 *
 * Return: 0 or -EINVAL
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

/* The tree that the first waiter is in; there are as many steps as levels. */
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

void kipc_waitlist_remove(struct kipc_waitlist *list,
			  struct kipc_waiter *waiter)
{
	struct rb_root tree;

	if (kipc_waitlist_is_single(list)) {
		list->first = NULL;
		return;
	}
	tree = waitlist_tree(list);
	if (list->first == waiter)
		list->first = kipc_waitlist_next(waiter);
	rb_erase(&waiter->node, &tree);
}

/* The one after it, or NULL. */
struct kipc_waiter *kipc_waitlist_next(struct kipc_waiter *waiter)
{
	return waiter_of_node(rb_next(&waiter->node));
}

/**
 * kipc_wait_begin() - queue the caller
 * @object: whose waiters are counted
 * @list: to wait on, locked
 * @waiter: on the caller's stack; wants, lost_races and returns are set
 * @priority: kipc_priority(), or the same for all to serve by arrival alone
 *
 * A waiter that returns to its place may be the first now, and one that can be
 * granted what those behind it cannot: the caller looks before it unlocks.
 *
 * Must be followed by kipc_wait_end(), and unless granted by
 * kipc_waitlist_remove() before.
 *
 * Return: 0, or -EUSERS where too many wait already
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
	if (object->tracks)
		kipc_scan_begin(object);
	return 0;
}

/**
 * kipc_wait_end() - the caller waits no more
 * @object: as for kipc_wait_begin()
 * @list: likewise; not locked
 * @waiter: not on the list any more
 * @ret: what kipc_wait_sleep() returned, or what has become of the wait since then
 *
 * May sleep.
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
 * For how long to look: never where nobody else could do anything meanwhile, else
 * twice what has hit. That is tried now and then with all the time there can be:
 * two who wake each other find out no other way, because each has been asleep when
 * its turn comes.
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
	/* Less is what failures leave. */
	return known < SPIN_WEIGHT ? 0 : min(2 * known * SPIN_UNIT, max);
}

static void wait_spin_learn(struct kipc_spin_history *spin_history, u64 ns, bool hit)
{
	u32 known = READ_ONCE(spin_history->units);

	known -= known / SPIN_WEIGHT;
	if (hit)
		known += min_t(u64, ns, SPIN_MAX) / SPIN_UNIT / SPIN_WEIGHT;
	WRITE_ONCE(spin_history->units, known);
}

/* From here on a call is a store and no wake-up; false where there was one before. */
bool kipc_spin_begin(struct kipc_waiter *waiter)
{
	return cmpxchg_relaxed(&waiter->outcome, KIPC_PENDING,
			       KIPC_SPINNING) == KIPC_PENDING;
}

/* True where the waiter has been called; else it has to be woken from here on. */
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
 * kipc_wait_spin() - look for a while whether the waiter is called
 * @object: whose spins are counted
 * @waiter: queued by kipc_wait_begin(); the list is not locked any more
 * @spin_history: of that list
 *
 * kipc_wait_sleep() follows in any case. Bounded, whatever the deadline.
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
 * @waiter: queued by kipc_wait_begin(), the list is not locked any more
 * @deadline: when to give up
 *
 * After a failure the caller locks the list and asks kipc_granted() once more.
 *
 * Return: 0 (granted or kicked), -ETIMEDOUT or -ERESTARTSYS
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
 * kipc_wait_lost() - what a waiter was kicked for was not there any more
 * @object: whose races are counted
 * @list: the waiter is on, locked
 * @waiter: was kicked
 *
 * A waiter that is not the first, and was not when it was kicked, has lost nothing that
 * was its own: there was enough for several. It may be the first no more because an
 * earlier one is back in its place. One that is due does not race any more.
 */
void kipc_wait_lost(struct kipc_object *object,
		    const struct kipc_waitlist *list,
		    struct kipc_waiter *waiter)
{
	if ((list->first != waiter && !waiter->raced) || kipc_wait_is_due(waiter))
		return;
	waiter->lost_races++;
	atomic_inc(&object->lost_races);
	/* Of a set there may be several at once: the maximum is a guess then. */
	if (waiter->lost_races > READ_ONCE(object->max_lost_races))
		WRITE_ONCE(object->max_lost_races, waiter->lost_races);
}

/*
 * To call one that still looks is a store. Once a waiter has ceased to look it does
 * not begin again.
 */
static bool wait_call_spinning(struct kipc_waiter *waiter, int outcome)
{
	/* Pairs with kipc_spin_end(), whose compare-and-swap fails after this one. */
	return READ_ONCE(waiter->outcome) == KIPC_SPINNING &&
	       cmpxchg_release(&waiter->outcome, KIPC_SPINNING, outcome) ==
	       KIPC_SPINNING;
}

/**
 * kipc_grant() - end a wait with an outcome
 * @wake_q: not full; flushed after the unlock
 * @list: the waiter is on, locked
 * @waiter: is gone once this returns
 * @outcome: what its verb returns, not KIPC_PENDING
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
	/* Pairs with kipc_granted(): the record is the waiter's from here. */
	smp_store_release(&waiter->outcome, outcome);
}

/**
 * kipc_kick() - wake a waiter that is to look for itself
 * @wake_q: not full; flushed after the unlock
 * @list: the waiter is on, locked
 * @waiter: neither granted nor kicked
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

/* WF_SYNC. The scheduler keeps its flags to itself and to wait queues. */
static int sync_flag __ro_after_init;

static int __init wait_note_flags(struct wait_queue_entry *entry, unsigned int mode,
				  int flags, void *key)
{
	sync_flag = flags;
	return 0;
}

void __init kipc_wait_init(void)
{
	struct wait_queue_entry entry = { .func = wait_note_flags };
	DECLARE_WAIT_QUEUE_HEAD_ONSTACK(queue);

	add_wait_queue(&queue, &entry);
	__wake_up_sync(&queue, TASK_NORMAL);
	remove_wait_queue(&queue, &entry);
}

/* The task had better run where we do, once we sleep. */
static void wake_q_wake_sync(struct task_struct *task)
{
	struct wait_queue_entry entry = { .private = task };

	default_wake_function(&entry, TASK_NORMAL, sync_flag, NULL);
}

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
