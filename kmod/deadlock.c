// SPDX-License-Identifier: GPL-2.0-only
#include <linux/hashtable.h>
#include <linux/sched.h>
#include <linux/spinlock.h>

#include "deadlock.h"

#define STEPS_MAX	128	/* mutexes in the longest cycle that is seen */
#define LOOKS_MAX	1024	/* at others who wait, on the way */

static DEFINE_HASHTABLE(blocked_table, 10);
static DEFINE_SPINLOCK(blocked_lock);

static struct kipc_blocked *blocked_find(const struct task_struct *task,
					 int *looks)
{
	struct kipc_blocked *blocked;

	hash_for_each_possible(blocked_table, blocked, node,
			       (unsigned long)task) {
		if (blocked->task == task)
			return blocked;
		if (!--*looks)
			break;
	}
	return NULL;
}

static bool closes_cycle(const struct kipc_blocked *self)
{
	const struct kipc_blocked *blocked = self;
	struct task_struct *owner;
	int i, looks = LOOKS_MAX;

	lockdep_assert_held(&blocked_lock);
	for (i = 0; blocked && i < STEPS_MAX; i++) {
		owner = blocked->owner(blocked);
		if (owner == self->task)
			return true;
		blocked = owner && looks ? blocked_find(owner, &looks) : NULL;
	}
	return false;
}

/* 0, or -EDEADLK and then not in the table. */
int kipc_blocked_begin(struct kipc_blocked *self)
{
	bool cycle;

	self->task = current;
	rcu_read_lock();
	spin_lock(&blocked_lock);
	cycle = closes_cycle(self);
	if (!cycle)
		hash_add(blocked_table, &self->node, (unsigned long)current);
	spin_unlock(&blocked_lock);
	rcu_read_unlock();
	return cycle ? -EDEADLK : 0;
}

void kipc_blocked_end(struct kipc_blocked *self)
{
	spin_lock(&blocked_lock);
	hash_del(&self->node);
	spin_unlock(&blocked_lock);
}
