// SPDX-License-Identifier: GPL-2.0-only
#include <linux/hashtable.h>
#include <linux/sched.h>
#include <linux/spinlock.h>

#include "deadlock.h"

/* Mutexes in the longest cycle that is seen. */
#define STEPS_MAX	128

static DEFINE_HASHTABLE(blocked_table, 8);
static DEFINE_SPINLOCK(blocked_lock);

static struct kipc_blocked *blocked_find(const struct task_struct *task)
{
	struct kipc_blocked *blocked;

	hash_for_each_possible(blocked_table, blocked, node,
			       (unsigned long)task)
		if (blocked->task == task)
			return blocked;
	return NULL;
}

static bool closes_cycle(const struct kipc_blocked *self)
{
	const struct kipc_blocked *blocked = self;
	struct task_struct *owner;
	int i;

	lockdep_assert_held(&blocked_lock);
	for (i = 0; blocked && i < STEPS_MAX; i++) {
		owner = blocked->owner(blocked);
		if (owner == self->task)
			return true;
		blocked = owner ? blocked_find(owner) : NULL;
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
