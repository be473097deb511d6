// SPDX-License-Identifier: GPL-2.0-only
#include <linux/err.h>
#include <linux/hashtable.h>
#include <linux/module.h>
#include <linux/pid.h>
#include <linux/random.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

#include <linux/kipc.h>

#include "thread.h"

/*
 * Numbers are 1 to NUMBERS. In a word the low 32 bits of a number are where the
 * number has them, and the high 4 bits begin at bit NUMBER_HIGH_SHIFT.
 */
#define NUMBER_LOW_BITS		32
#define NUMBER_LOW		GENMASK_ULL(NUMBER_LOW_BITS - 1, 0)
#define NUMBER_HIGH_SHIFT	44
#define NUMBERS			GENMASK_ULL(35, 0)

#define CHECKS	2	/* records that each registration checks */

static unsigned int max_threads;
module_param(max_threads, uint, 0644);
MODULE_PARM_DESC(max_threads,
		 "numbers that threads can have, 0 for all 2^36 - 1 (default 0)");

static DEFINE_XARRAY_FLAGS(threads, XA_FLAGS_ACCOUNT);	/* by number; RCU */
static DEFINE_HASHTABLE(threads_by_pid, 12);		/* threads_lock; RCU */
static DEFINE_SPINLOCK(threads_lock);

static struct workqueue_struct *threads_queue __ro_after_init;
static int (*threads_reap)(void) __ro_after_init;
static atomic64_t last_number;
static u64 first_number __ro_after_init;
static atomic_long_t threads_count;
static unsigned long threads_cursor;	/* number checked last; a hint */

static u64 thread_number_to_word(u64 number)
{
	return (number & NUMBER_LOW) |
	       (number >> NUMBER_LOW_BITS) << NUMBER_HIGH_SHIFT;
}

static u64 thread_number_from_word(u64 word)
{
	return (word & NUMBER_LOW) |
	       (word & KIPC_MUTEX_THREAD) >> NUMBER_HIGH_SHIFT << NUMBER_LOW_BITS;
}

/* ------------------------------------------------------------------------ */
/* Finding                                                                  */
/* ------------------------------------------------------------------------ */

/* The caller holds rcu_read_lock(). */
static struct kipc_thread *thread_of_pid(const struct pid *pid)
{
	struct kipc_thread *thread;

	hash_for_each_possible_rcu(threads_by_pid, thread, node,
				   (unsigned long)pid)
		if (thread->pid == pid)
			return thread;
	return NULL;
}

/**
 * kipc_thread_pid() - find the thread that a word names
 * @number: number of the thread as the word has it; may be anything
 *
 * Context: under rcu_read_lock(), which the result is valid for; does not sleep
 * Return: the thread's struct pid, which may have no task any more, or NULL if
 * no thread has that number
 */
struct pid *kipc_thread_pid(u64 number)
{
	struct kipc_thread *thread = xa_load(&threads, thread_number_from_word(number));

	return thread ? thread->pid : NULL;
}

/**
 * kipc_thread_find() - find the record of the calling thread
 *
 * Context: does not sleep
 * Return: the record, which stays while the thread lives, or NULL if there is
 * none
 */
struct kipc_thread *kipc_thread_find(void)
{
	struct kipc_thread *thread;

	rcu_read_lock();
	thread = thread_of_pid(task_pid(current));
	rcu_read_unlock();
	return thread;
}

/* ------------------------------------------------------------------------ */
/* Forgetting                                                               */
/* ------------------------------------------------------------------------ */

static void thread_free(struct rcu_head *rcu)
{
	struct kipc_thread *thread = container_of(rcu, struct kipc_thread, rcu);

	put_pid(thread->pid);
	kfree(thread);
}

/*
 * Removes the record of a thread that has ended. Several tasks may do this with
 * the same record at the same time. The lock decides which of them frees it,
 * and RCU keeps it for the others, so the caller holds rcu_read_lock():
 *
 *     CPU 0 (thread_collect())          CPU 1 (thread_collect())
 *
 *     rcu_read_lock()                   rcu_read_lock()
 *     finds the record                  finds the record
 *     thread_forget():
 *       hashed; removes it
 *                                       thread_forget():
 *                                         not hashed; returns
 *       call_rcu()
 *     rcu_read_unlock()                 rcu_read_unlock()
 */
static void thread_forget(struct kipc_thread *thread)
{
	bool found;

	spin_lock(&threads_lock);
	found = !hlist_unhashed(&thread->node);
	/* A reader that has come to this node can go on to the next one. */
	hash_del_rcu(&thread->node);
	spin_unlock(&threads_lock);
	if (!found)
		return;
	xa_erase(&threads, thread_number_from_word(thread->number));
	atomic_long_dec(&threads_count);
	call_rcu(&thread->rcu, thread_free);
}

/*
 * Checks the next records, and removes those of threads that have ended: a
 * struct pid that has no task never gets another one. The cursor says where to
 * go on; a lost update of it means only that some records are checked again or
 * in the next round.
 */
static void thread_collect(unsigned long checks)
{
	unsigned long at = READ_ONCE(threads_cursor);
	struct kipc_thread *thread;

	rcu_read_lock();
	while (checks--) {
		at++;
		thread = xa_find(&threads, &at, ULONG_MAX, XA_PRESENT);
		if (!thread)
			at = 0;
		else if (!pid_task(thread->pid, PIDTYPE_PID))
			thread_forget(thread);
		if (need_resched()) {
			rcu_read_unlock();
			cond_resched();
			rcu_read_lock();
		}
	}
	rcu_read_unlock();
	WRITE_ONCE(threads_cursor, at);
}

static void thread_collect_all(void)
{
	thread_collect(atomic_long_read(&threads_count) + 1);
}

static void thread_collect_work(struct work_struct *work)
{
	thread_collect_all();
}

static DECLARE_DELAYED_WORK(thread_collection, thread_collect_work);

/**
 * kipc_threads_collect() - remove the records of all threads that have ended
 *
 * A work item does this a second later. To be called when threads have just
 * ended or are about to.
 *
 * Context: any; does not sleep
 */
void kipc_threads_collect(void)
{
	queue_delayed_work(threads_queue, &thread_collection, HZ);
}

/* ------------------------------------------------------------------------ */
/* Registering                                                              */
/* ------------------------------------------------------------------------ */

static u64 thread_number_next(void)
{
	u64 numbers = READ_ONCE(max_threads) ?: NUMBERS;

	return 1 + (u64)atomic64_inc_return(&last_number) % numbers;
}

/*
 * Reserves the next number that is free. A reserved number has its place in the
 * table, and a search for it finds no thread. Returns 0, -ENOMEM, or -EBUSY if
 * all numbers seem to be in use.
 */
static int thread_number_reserve(u64 *number)
{
	long tries = atomic_long_read(&threads_count) + 1;
	int ret = -EBUSY;

	while (ret == -EBUSY && tries-- > 0) {
		*number = thread_number_next();
		ret = xa_insert(&threads, *number, NULL, GFP_KERNEL_ACCOUNT);
		cond_resched();
	}
	return ret;
}

/*
 * Returns true if a number may be issued that another thread has had. That is
 * so after all numbers have been issued once, or if max_threads is set.
 */
static bool thread_numbers_recur(void)
{
	return READ_ONCE(max_threads) ||
	       atomic64_read(&last_number) - first_number > NUMBERS;
}

/*
 * Gives the thread its number. If none is free, the records of threads that
 * have ended are removed first. Returns 0, -ENOMEM, -EUSERS or -EINTR.
 */
static int thread_number(struct kipc_thread *thread)
{
	u64 number;
	int ret = thread_number_reserve(&number);

	if (ret == -EBUSY) {
		thread_collect_all();
		ret = thread_number_reserve(&number);
	}
	if (ret)
		return ret == -EBUSY ? -EUSERS : ret;
	/* While the number is reserved, words with it name a dead thread. */
	if (thread_numbers_recur())
		ret = threads_reap();
	if (ret)
		xa_release(&threads, number);
	thread->number = thread_number_to_word(number);
	return ret;
}

/* Cannot fail, because the reserved number has its place in the table. */
static void thread_publish(struct kipc_thread *thread)
{
	thread->pid = get_pid(task_pid(current));
	xa_store(&threads, thread_number_from_word(thread->number), thread,
		 GFP_KERNEL_ACCOUNT);
	spin_lock(&threads_lock);
	hash_add_rcu(threads_by_pid, &thread->node, (unsigned long)thread->pid);
	spin_unlock(&threads_lock);
	atomic_long_inc(&threads_count);
}

static struct kipc_thread *thread_register(void)
{
	struct kipc_thread *thread = kzalloc(sizeof(*thread),
					     GFP_KERNEL_ACCOUNT);
	int ret;

	if (!thread)
		return ERR_PTR(-ENOMEM);
	ret = thread_number(thread);
	if (ret) {
		kfree(thread);
		return ERR_PTR(ret);
	}
	thread_publish(thread);
	thread_collect(CHECKS);
	return thread;
}

/**
 * kipc_thread_get() - find or make the record of the calling thread
 *
 * There is nothing to put: the record stays while its thread lives, see
 * thread.h.
 *
 * Context: may sleep; may take the mmap_lock of the caller for reading
 * Return: the record, or an error pointer: -ENOMEM, -EUSERS if all numbers are
 * in use, -EINTR if the caller was killed
 */
struct kipc_thread *kipc_thread_get(void)
{
	struct kipc_thread *thread = kipc_thread_find();

	return thread ? thread : thread_register();
}

/* ------------------------------------------------------------------------ */
/* The module                                                               */
/* ------------------------------------------------------------------------ */

/**
 * kipc_threads_init() - prepare the registry of threads
 * @reap_owned: repairs what dead threads own in the caller's memory, before a
 *	number is issued that another thread has had; may sleep; returns 0 or
 *	-EINTR
 *
 * Context: may sleep
 * Return: 0 or -ENOMEM
 */
int __init kipc_threads_init(int (*reap_owned)(void))
{
	BUILD_BUG_ON(thread_number_to_word(NUMBERS) != KIPC_MUTEX_THREAD);
	first_number = get_random_u32();
	atomic64_set(&last_number, first_number);
	threads_reap = reap_owned;
	threads_queue = alloc_workqueue("kipc_threads", WQ_UNBOUND | WQ_FREEZABLE, 0);
	return threads_queue ? 0 : -ENOMEM;
}

/**
 * kipc_threads_exit() - remove all records
 *
 * No file of the module is open any more, so no thread registers.
 *
 * Context: may sleep
 */
void kipc_threads_exit(void)
{
	struct kipc_thread *thread;
	unsigned long number;

	cancel_delayed_work_sync(&thread_collection);
	destroy_workqueue(threads_queue);
	rcu_read_lock();
	xa_for_each(&threads, number, thread)
		thread_forget(thread);
	rcu_read_unlock();
	xa_destroy(&threads);
}
