// SPDX-License-Identifier: GPL-2.0-only
#include <linux/atomic.h>
#include <linux/hash.h>
#include <linux/init.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/spinlock.h>

#include "deadlock.h"

#define TABLE_BITS	10
#define STEPS_MAX	128	/* mutexes in the longest cycle that is found */
#define RECORDS_MAX	1024	/* other records in the buckets of a chain */

/* The records of the tasks that hash to the same value. */
struct deadlock_bucket {
	spinlock_t lock;		/* of the bucket */
	struct hlist_head list;		/* lock */
};

static struct deadlock_bucket blocked_table[1 << TABLE_BITS];
static atomic64_t blocked_tickets;

/**
 * kipc_blocked_init() - prepare the table of tasks that wait
 */
void __init kipc_blocked_init(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(blocked_table); i++)
		spin_lock_init(&blocked_table[i].lock);
}

static struct deadlock_bucket *deadlock_bucket(const struct task_struct *task)
{
	return &blocked_table[hash_ptr(task, TABLE_BITS)];
}

/*
 * Returns the record of a task, or NULL if it has none in this bucket or if
 * @records is used up. Each record of another task uses up one of @records.
 */
static struct kipc_blocked *deadlock_find(const struct deadlock_bucket *bucket,
					  const struct task_struct *task,
					  int *records)
{
	struct kipc_blocked *blocked;

	lockdep_assert_held(&bucket->lock);
	hlist_for_each_entry(blocked, &bucket->list, node) {
		if (blocked->task == task)
			return blocked;
		if (!--*records)
			break;
	}
	return NULL;
}

/*
 * Returns the task that @task waits for. Returns NULL if @task does not wait,
 * or has begun to wait after @ticket was drawn.
 */
static struct task_struct *deadlock_next(const struct task_struct *task,
					 s64 ticket, int *records)
{
	struct deadlock_bucket *bucket = deadlock_bucket(task);
	const struct kipc_blocked *blocked;
	struct task_struct *owner = NULL;

	spin_lock(&bucket->lock);
	blocked = deadlock_find(bucket, task, records);
	if (blocked && blocked->ticket < ticket)
		owner = blocked->owner(blocked);
	spin_unlock(&bucket->lock);
	return owner;
}

/* Returns true if the chain that begins with the caller's mutex comes back. */
static bool deadlock_closes_cycle(const struct kipc_blocked *self)
{
	const struct task_struct *owner = self->owner(self);
	int i, records = RECORDS_MAX;

	for (i = 0; owner && records && i < STEPS_MAX; i++) {
		if (owner == self->task)
			return true;
		owner = deadlock_next(owner, self->ticket, &records);
	}
	return false;
}

/*
 * Adds a record. The ticket is drawn under the same hold of the lock. A task
 * that draws a higher ticket and then takes this lock therefore finds the
 * record.
 */
static void deadlock_add(struct kipc_blocked *self)
{
	struct deadlock_bucket *bucket = deadlock_bucket(self->task);

	spin_lock(&bucket->lock);
	self->ticket = atomic64_inc_return(&blocked_tickets);
	hlist_add_head(&self->node, &bucket->list);
	spin_unlock(&bucket->lock);
}

/**
 * kipc_blocked_begin() - note that the caller waits, unless that is a deadlock
 * @self: on the caller's stack; @owner is set, all else is filled in
 *
 * kipc_blocked_end() has to follow if this succeeds.
 *
 * Context: the caller holds the element lock of what it waits for and is not
 * queued there yet, so it cannot be granted meanwhile; does not sleep
 * Return: 0, or -EDEADLK if the wait would close a cycle; @self is not in the
 * table then
 */
int kipc_blocked_begin(struct kipc_blocked *self)
{
	bool cycle;

	self->task = current;
	rcu_read_lock();
	deadlock_add(self);
	cycle = deadlock_closes_cycle(self);
	rcu_read_unlock();
	if (!cycle)
		return 0;
	kipc_blocked_end(self);
	return -EDEADLK;
}

/**
 * kipc_blocked_end() - note that the caller does not wait any more
 * @self: as for kipc_blocked_begin(), in the table
 *
 * The caller must not unlock anything it owns before this.
 *
 * Context: the element lock may be held; does not sleep
 */
void kipc_blocked_end(struct kipc_blocked *self)
{
	struct deadlock_bucket *bucket = deadlock_bucket(self->task);

	spin_lock(&bucket->lock);
	hlist_del(&self->node);
	spin_unlock(&bucket->lock);
}
