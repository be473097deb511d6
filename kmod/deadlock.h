/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: deadlocks
 *
 * Each thread that waits for a mutex with KIPC_DETECT says for which, in a table of
 * the whole module, since cycles know no bounds of objects, users or namespaces.
 * Then it follows the way from its mutex to the owner, from there to the mutex that
 * the owner waits for, and so on; if the way comes back to it, its wait would close
 * a cycle that none of them leaves, and it is refused.
 *
 * The table is hashed by thread, with a lock for each bucket and never two of them
 * held, so that those who wait for unrelated mutexes do not wait for each other
 * here. A thread enters the table with a ticket, higher than all before, and goes
 * on only past threads whose tickets are lower than its own. Both follow from that:
 *
 *	One of those who close a cycle together is refused: the one with the highest
 *	ticket. It looks after it has taken that, and each of the others took a
 *	lower one with the lock of its bucket held, so it is found there.
 *
 *	No other is refused, and none without a cycle: a thread that is found with a
 *	lower ticket has been in the table ever since the higher one was taken. A
 *	thread in the table unlocks nothing, so what it is seen to own it has owned
 *	since then as well; and all of the cycle was there at that one moment.
 *
 * A thread that need not wait, or only tries, does not come here.
 *
 * The way is followed for a bounded number of steps, and of looks at those who are
 * in the table: longer ones are not seen. Nor are cycles through waits that are not
 * in the table (other mutexes, other objects, deadlines apart).
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
	 * constant; the thread it waits for, or NULL; under RCU and the lock of a
	 * bucket, so it takes no lock
	 */
	struct task_struct *(*owner)(const struct kipc_blocked *blocked);
};

void kipc_blocked_init(void);

/* All but the owner function is filled in. */
int kipc_blocked_begin(struct kipc_blocked *self);
void kipc_blocked_end(struct kipc_blocked *self);

#endif /* KIPC_DEADLOCK_H */
