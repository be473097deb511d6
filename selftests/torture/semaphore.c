// SPDX-License-Identifier: GPL-2.0-only
/*
 * Semaphores. With KIPC_UNDO no unit is ever lost. Without it a process that is killed
 * keeps its units. They are posted when the process is reaped, both those that it
 * held and those that it may have held. The latter are counted as doubtful. So at the
 * end there are as many units as at the beginning, or more by at most the doubtful
 * ones.
 */
#include "target.h"

#define ELEMENTS	2
#define UNITS		4
#define MAX		1000000U

struct semaphore_share {
	__u32 doubtful[ELEMENTS];	/* atomic; units that may be posted in excess */
};

static struct kipc_create_args args(void)
{
	return semaphore_args(ELEMENTS, UNITS, MAX);
}

static int take(const struct seat *seat, const struct op *op,
		__s64 deadline)
{
	if (op->count == 1 &&
	    word_take(word_at(&seat->words, op->element)))
		return 0;
	return semaphore_timedwait(seat->fd, op->element, op->count,
				   deadline, 0);
}

static int give(const struct seat *seat, const struct op *op)
{
	if (op->count == 1 &&
	    word_give(word_at(&seat->words, op->element), MAX))
		return 0;
	return semaphore_post(seat->fd, op->element, op->count);
}

static void semaphore_use(struct worker *worker, const struct target *target,
			  unsigned int depth)
{
	struct seat *seat = &worker->seats[target->number];
	__s64 deadline = worker_deadline(worker, depth);
	bool hangs = deadline > now_ns(CLOCK_MONOTONIC) + NS_PER_SEC;
	struct op *op = op_at(worker, depth);
	int ret;

	op_begin(worker, depth, target, chance(worker, ELEMENTS),
		 1 + !chance(worker, 3));
	ret = take(seat, op, deadline);
	if (ret) {
		if (!in_vain(ret) || (ret == -ETIMEDOUT && hangs))
			broken("%s: wait: %d", label_of(target), ret);
		op_end(worker, depth);
		return;
	}
	op_step(worker, depth, HOLDING);
	if (!depth)
		worker_meanwhile(worker, target);
	op_step(worker, depth, GIVING);
	ret = give(seat, op);
	if (ret)
		broken("%s: post: %d", label_of(target), ret);
	op_end(worker, depth);
}

static void semaphore_reap(const struct target *target, const struct op *op)
{
	struct semaphore_share *share = target->share;
	int ret;

	if (target->row->flags & KIPC_UNDO)
		return;
	ret = semaphore_post(target->fd, op->element, op->count);
	if (ret)
		broken("%s: post for the dead: %d", label_of(target), ret);
	if (op->step != HOLDING)
		__atomic_fetch_add(&share->doubtful[op->element], op->count,
				   __ATOMIC_SEQ_CST);
}

static void semaphore_check(const struct target *target)
{
	struct semaphore_share *share = target->share;
	__u32 units, most, i;

	for (i = 0; i < ELEMENTS; i++) {
		most = UNITS + share->doubtful[i];
		if (semaphore_value(target->fd, i, &units) || units < UNITS ||
		    units > most)
			broken("%s %u: %u units, not %u to %u", label_of(target),
			       i, units, UNITS, most);
		/* Restore the number of units for the next round. */
		if (units > UNITS &&
		    semaphore_trywait(target->fd, i, units - UNITS))
			broken("%s %u: units not to be had", label_of(target),
			       i);
		share->doubtful[i] = 0;
	}
}

const struct kind semaphore_kind = {
	.args = args,
	.maps = true,
	.nests = true,
	.share = sizeof(struct semaphore_share),
	.use = semaphore_use,
	.reap = semaphore_reap,
	.check = semaphore_check,
};
