/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: deadlocks
 *
 * A task that has to wait for a KIPC_DETECT mutex first puts a record (struct
 * kipc_blocked) into a table. The record says how to find the owner of that
 * mutex. There is one table for the whole module, because a cycle may lead
 * through several objects, users and namespaces. A task that need not wait, or
 * that only tries, does not come here.
 *
 * After that the task follows a chain: from its mutex to the owner, from there
 * to the mutex that the owner waits for, to the owner of that, and so on. If
 * the chain comes back to the task, its wait would close a cycle of tasks that
 * wait for each other. It leaves the table, and the lock fails with -EDEADLK.
 *
 * The table is hashed by task. Each bucket has a lock, and a task never holds
 * two of them, so that waits for unrelated mutexes do not contend. The table is
 * therefore not seen as a whole, and it changes while a chain is followed. Two
 * rules make the result right all the same:
 *
 * - A task draws a ticket, which is higher than all before it, and adds its
 *   record under the same hold of the lock of its bucket.
 * - The chain goes on only past tasks whose tickets are lower than that of the
 *   task that follows it.
 *
 * One of the tasks that close a cycle together is refused: the one with the
 * highest ticket. It follows the chain after it has drawn its ticket. Each of
 * the other tasks drew a lower one before that, with the lock of its bucket
 * held, so its record is found under that lock::
 *
 *	CPU 0 (A owns mutex 1)		CPU 1 (B owns mutex 2)
 *
 *	locks the bucket of A
 *	draws ticket 7, adds A
 *	  as waiting for mutex 2
 *	unlocks
 *					locks the bucket of B
 *					draws ticket 8, adds B
 *					  as waiting for mutex 1
 *					unlocks
 *	mutex 2 is owned by B
 *	finds B: 8 > 7, stops
 *	waits
 *					mutex 1 is owned by A
 *					finds A: 7 < 8, goes on
 *					mutex 2 is owned by B
 *					-EDEADLK
 *
 * No other task is refused, and none is refused without a cycle. A record with
 * a lower ticket that is found now has been in the table ever since the higher
 * ticket was drawn. A task in the table unlocks nothing, so what it is seen to
 * own it has owned since then too. So all links of the cycle existed at the
 * same moment, when the highest ticket was drawn. There is one exception: a
 * task may have been granted meanwhile the mutex that its record is about. It
 * is harmless, because the record leads to the task itself then, and the chain
 * never gets past it.
 *
 * Some cycles are not found:
 *
 * - A chain is followed for a bounded number of steps and of records that are
 *   compared on the way.
 * - Only waits for KIPC_DETECT mutexes are in the table, so a cycle through
 *   another mutex or another type of object is not seen.
 *
 * The deadlines of waits are not considered: a wait is refused even if the
 * deadline of a wait in the cycle would end it.
 *
 * Nothing here sleeps. The lock of a bucket, a spinlock, is taken inside the
 * element lock of the mutex.
 */
#ifndef KIPC_DEADLOCK_H
#define KIPC_DEADLOCK_H

#include <linux/list.h>
#include <linux/types.h>

struct task_struct;

struct kipc_blocked {
	struct hlist_node node;		/* the bucket's lock */
	s64 ticket;			/* constant once it is in the table */
	struct task_struct *task;	/* constant */
	/*
	 * Constant. Returns the owner of what the task waits for, or NULL. It
	 * is called under RCU, and perhaps with the lock of a bucket held, so
	 * it takes no lock.
	 */
	struct task_struct *(*owner)(const struct kipc_blocked *blocked);
};

void kipc_blocked_init(void);

int kipc_blocked_begin(struct kipc_blocked *self);
void kipc_blocked_end(struct kipc_blocked *self);

#endif /* KIPC_DEADLOCK_H */
