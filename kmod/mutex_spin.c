// SPDX-License-Identifier: GPL-2.0-only
/*
 * DOC: spinning for a mutex
 *
 * While the owner runs on another processor it may unlock the mutex sooner than
 * the caller could go to sleep and be woken. So a caller spins before it
 * sleeps, for at most SPIN_NS, or with KIPC_SPIN for at most SPIN_MAX_NS. It
 * stops as soon as the owner does not run any more.
 *
 * A participant may scribble over the word and name any running thread as the
 * owner, so the owner alone does not bound the loop. A signal, the deadline and
 * the time limit end it too. KIPC_SPIN has a limit because live patching needs
 * each task to leave the kernel or to sleep now and then.
 *
 * The caller of a KIPC_FAIR mutex is queued before it spins, and spins on its
 * own record, see wait.h. The caller of any other mutex spins on the word and
 * is not queued. It claims nothing, so other tasks go on with the word.
 */
#include <linux/sched.h>
#include <linux/sched/clock.h>
#include <linux/sched/signal.h>

#include "compat.h"
#include "mutex.h"

#define SPIN_NS		20000
#define SPIN_MAX_NS	100000000	/* with KIPC_SPIN */

static bool mutex_spin_expired(const struct kipc_deadline *deadline)
{
	if (deadline->at == KTIME_MAX)
		return false;
	return deadline->at <= (deadline->clock == CLOCK_REALTIME ?
				ktime_get_real() : ktime_get());
}

/*
 * Reads the word once. Returns true if another thread owns the mutex and runs,
 * so that the next iteration may find the mutex unlocked.
 */
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
 * Returns true if there is time left to spin. A long spin does not yield to
 * other tasks, so each of its iterations reports a quiescent state to RCU
 * tasks.
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
 * @mutex: the set of mutexes
 * @e: the element to be locked; its lock is not held
 * @index: of @e
 * @deadline: of the wait
 *
 * A task that spins here is in no queue and has no place in the order of
 * arrival, so this does nothing for a KIPC_FAIR mutex. It does nothing for a
 * KIPC_DETECT mutex either: of two tasks in a deadlock each would spin because
 * the other one runs, and detection would find neither, because it looks only
 * at tasks that are queued.
 *
 * Context: no lock is held; spins for at most SPIN_MAX_NS. Without KIPC_SPIN it
 * spins for at most SPIN_NS and stops when the processor is needed.
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
 * As mutex_spin_once(), but goes on if there is no owner: the mutex is about to
 * be handed over to a queued waiter.
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
 * @mutex: the set of mutexes
 * @e: the element to be locked; its lock is not held
 * @index: of @e
 * @waiter: of the caller, queued
 * @deadline: of the wait
 *
 * Without KIPC_SPIN, and with KIPC_DETECT, this is kipc_wait_spin(). Otherwise
 * the caller spins until it is granted, as long as the owner runs. In any case
 * kipc_wait_sleep() follows.
 *
 * Context: no lock is held; spins for at most SPIN_MAX_NS, does not sleep
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
