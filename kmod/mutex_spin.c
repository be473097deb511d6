// SPDX-License-Identifier: GPL-2.0-only
/*
 * DOC: spinning for a mutex
 *
 * While the owner runs on another processor, it may unlock the mutex sooner than the
 * caller could go to sleep and be woken. So a caller spins before it sleeps, for at
 * most SPIN_NS, or with KIPC_SPIN for at most SPIN_MAX_NS. It stops as soon as the
 * owner no longer runs.
 *
 * The word may name any thread, so the owner alone does not bound the loop: a
 * signal, the deadline and the time limit do. Live patching needs tasks to leave the
 * kernel or to sleep now and then, hence the limit of KIPC_SPIN mutexes.
 */
#include <linux/sched.h>
#include <linux/sched/clock.h>
#include <linux/sched/signal.h>

#include "compat.h"
#include "mutex.h"

#define SPIN_NS		20000
#define SPIN_MAX_NS	100000000

static bool mutex_spin_expired(const struct kipc_deadline *deadline)
{
	if (deadline->at == KTIME_MAX)
		return false;
	return deadline->at <= (deadline->clock == CLOCK_REALTIME ?
				ktime_get_real() : ktime_get());
}

/* Returns true if the owner runs on a processor, so that spinning makes sense. */
static bool mutex_spin_once(struct kipc_mutex *mutex, struct kipc_element *e,
			    u32 index)
{
	u64 value = kipc_word_peek(&mutex->words, e, index);
	struct task_struct *owner;
	bool runs;

	if (!(value & KIPC_MUTEX_OWNER))
		return false;
	rcu_read_lock();
	owner = kipc_mutex_owner_task(mutex, value);
	runs = owner && owner != current && kipc_runs(owner);
	rcu_read_unlock();
	cpu_relax();
	return runs;
}

static bool mutex_spins_long(const struct kipc_mutex *mutex)
{
	return mutex->object.flags & KIPC_SPIN;
}

/*
 * Returns whether there is time left to spin. A long spin does not yield to other
 * tasks, so each of its iterations reports a quiescent state to RCU tasks.
 */
static bool mutex_spin_continues(struct kipc_mutex *mutex, u64 until,
				 const struct kipc_deadline *deadline)
{
	if (signal_pending(current) || mutex_spin_expired(deadline) ||
	    local_clock() > until)
		return false;
	if (!mutex_spins_long(mutex))
		return !need_resched();
	cond_resched_tasks_rcu_qs();
	return true;
}

static u64 mutex_spin_until(struct kipc_mutex *mutex)
{
	return local_clock() +
	       (mutex_spins_long(mutex) ? SPIN_MAX_NS : SPIN_NS);
}

/**
 * kipc_mutex_spin() - spin while the owner runs, before queueing
 * @mutex: to be locked
 * @e: its element, not locked
 * @index: of the element
 * @deadline: of the wait
 *
 * A spinning task is in no queue, so it has no place in the order of arrival: a
 * KIPC_FAIR mutex is not waited for in this way. Nor is a KIPC_DETECT mutex: two
 * tasks in a deadlock would spin because the other one runs, and neither would be
 * found in a queue.
 *
 * Context: may be preempted; does not sleep
 */
void kipc_mutex_spin(struct kipc_mutex *mutex, struct kipc_element *e,
		     u32 index, const struct kipc_deadline *deadline)
{
	u64 until;

	if (kipc_mutex_is_fair(mutex) || kipc_mutex_detects(mutex))
		return;
	until = mutex_spin_until(mutex);
	while (mutex_spin_once(mutex, e, index) &&
	       mutex_spin_continues(mutex, until, deadline))
		;
}

/*
 * Like mutex_spin_once(), but returns true if there is no owner, because the mutex is
 * then about to be handed over.
 */
static bool mutex_spin_once_queued(struct kipc_mutex *mutex,
				   struct kipc_element *e, u32 index)
{
	if (kipc_word_peek(&mutex->words, e, index) & KIPC_MUTEX_OWNER)
		return mutex_spin_once(mutex, e, index);
	cpu_relax();
	return true;
}

/**
 * kipc_mutex_spin_queued() - spin for the hand-over of a KIPC_FAIR mutex
 * @mutex: to be locked
 * @e: its element, not locked
 * @index: of the element
 * @waiter: of the caller, queued
 * @deadline: of the wait
 *
 * The caller calls kipc_wait_sleep() afterwards, whether it was granted or not.
 *
 * Context: may be preempted; does not sleep
 */
void kipc_mutex_spin_queued(struct kipc_mutex *mutex, struct kipc_element *e,
			    u32 index, struct kipc_waiter *waiter,
			    const struct kipc_deadline *deadline)
{
	u64 until = mutex_spin_until(mutex);

	if (!mutex_spins_long(mutex) || kipc_mutex_detects(mutex)) {
		kipc_wait_spin(&mutex->object, waiter, &e->spin_history);
		return;
	}
	if (!kipc_spin_begin(waiter))
		return;
	while (kipc_spinning(waiter) &&
	       mutex_spin_once_queued(mutex, e, index) &&
	       mutex_spin_continues(mutex, until, deadline))
		;
	kipc_spin_end(waiter);
}
