/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: deadlocks
 *
 * A thread that waits for a mutex with KIPC_DETECT has a record in a table, which
 * says for which mutex it waits. There is one table for the whole module, because a
 * cycle may involve several objects, users and namespaces. Before it sleeps, the
 * thread walks from its mutex to the owner of that mutex, from there to the mutex
 * that the owner waits for, and so on. If the walk leads back to the thread, its
 * wait would close a cycle that no thread could leave. The wait is refused then.
 *
 * The table is hashed by thread. Each bucket has a lock, and no task holds two of
 * them, so that threads that wait for unrelated mutexes rarely disturb each other. A
 * thread gets a ticket when it enters the table, which is higher than all tickets
 * before. The walk passes only threads whose tickets are lower than that of the
 * walking thread. Two properties follow from this:
 *
 * - If several threads close a cycle together, one of them is refused, which is the
 *   one with the highest ticket. It walks after it has taken its ticket. Each of the
 *   others took a lower ticket while it held the lock of its bucket, so the walk
 *   finds its record::
 *
 *	CPU 0, will have ticket 1		CPU 1, will have ticket 2
 *
 *	lock its bucket
 *	ticket = 1
 *						lock its bucket
 *						ticket = 2, add the record
 *						unlock its bucket
 *						walk: lock the bucket of CPU 0
 *	add the record				(waits for the lock)
 *	unlock its bucket
 *						find the record: -EDEADLK
 *
 * - No other thread of the cycle is refused, and no thread is refused without a
 *   cycle. A thread that is found with a lower ticket has been in the table since
 *   before the higher ticket was taken. A thread in the table unlocks nothing, so
 *   what it owns now it has owned since then. So the whole cycle existed at the time
 *   when the highest ticket was taken.
 *
 * A thread that need not wait, or that only tries, has no record.
 *
 * The walk is bounded in steps and in records that it looks at, so longer cycles are
 * not detected. Neither are cycles through waits that have no record: for mutexes
 * without KIPC_DETECT and for objects of other types. Deadlines are not taken into
 * account.
 */
#ifndef KIPC_DEADLOCK_H
#define KIPC_DEADLOCK_H

#include <linux/list.h>
#include <linux/types.h>

struct task_struct;

struct kipc_blocked {
	struct hlist_node node;		/* the bucket's lock */
	s64 ticket;			/* constant while it is in the table */
	struct task_struct *task;	/* constant */
	/*
	 * constant; returns the thread that it waits for, or NULL. Called with
	 * rcu_read_lock() and the lock of a bucket held, and must take no lock.
	 */
	struct task_struct *(*owner)(const struct kipc_blocked *blocked);
};

void kipc_blocked_init(void);

int kipc_blocked_begin(struct kipc_blocked *self);
void kipc_blocked_end(struct kipc_blocked *self);

#endif /* KIPC_DEADLOCK_H */
