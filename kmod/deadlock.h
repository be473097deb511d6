/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: deadlocks
 *
 * Each thread that waits for a mutex with KIPC_DETECT says for which, in a table
 * of the whole module. Before it does, it follows the way from its mutex to the
 * owner, from there to the mutex that the owner waits for, and so on; if the way
 * comes back to it, its wait would close a cycle that none of them leaves.
 *
 * To look and to enter the table is one step, so of those who close a cycle
 * together the last one sees it. Whoever is in the table does not unlock
 * anything, so what it owns now it owns for as long as it is there.
 *
 * The way is followed for a bounded number of steps, and of looks at those who are
 * in the table: longer ones are not seen. Nor are cycles through waits that are not
 * in the table (other mutexes, other objects, deadlines apart).
 */
#ifndef KIPC_DEADLOCK_H
#define KIPC_DEADLOCK_H

#include <linux/list.h>

struct task_struct;

struct kipc_blocked {
	struct hlist_node node;		/* blocked_lock */
	struct task_struct *task;	/* constant */
	/* constant; the thread it waits for, or NULL; under RCU */
	struct task_struct *(*owner)(const struct kipc_blocked *blocked);
};

/* All but the owner function is filled in. */
int kipc_blocked_begin(struct kipc_blocked *self);
void kipc_blocked_end(struct kipc_blocked *self);

#endif /* KIPC_DEADLOCK_H */
