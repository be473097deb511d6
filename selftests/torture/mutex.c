// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mutexes, alone and of regions. Each protects two numbers, which its owner increments
 * one after the other. The next owner finds the numbers equal, unless the mutex tells
 * it that the previous owner has died. The numbers of a region are in its bytes.
 */
#include "target.h"
#include "mutex_word.h"

#define ELEMENTS	3

struct guarded {
	__u64 inside;		/* the owner's word; 0: no owner */
	__u64 first;
	__u64 second;
};

struct mutex_share {
	struct guarded guarded[ELEMENTS];
	/* atomic */
	__u64 told;		/* locks that returned EOWNERDEAD */
	__u64 deaths;		/* of processes that were or may have been owners */
};

static struct kipc_create_args mutex_kind_args(void)
{
	return mutex_args(ELEMENTS);
}

static struct kipc_create_args region_kind_args(void)
{
	return region_args(ELEMENTS * sizeof(struct guarded), ELEMENTS);
}

static struct guarded *guarded_at(const struct target *target,
				  const struct seat *seat, unsigned int element)
{
	struct mutex_share *share = target->share;

	return target->row->kind->bytes ?
	       (struct guarded *)seat->bytes.base + element :
	       &share->guarded[element];
}

static int lock(const struct seat *seat, unsigned int element, __u64 me,
		__s64 deadline)
{
	if (word_lock(word_at(&seat->words, element), me))
		return 0;
	return mutex_timedlock_as(seat->fd, element, seat->attachment, deadline,
				  0);
}

static int unlock(const struct seat *seat, unsigned int element, __u64 me)
{
	if (word_unlock(word_at(&seat->words, element), me))
		return 0;
	return mutex_call_as(seat->fd, KIPC_MUTEX_UNLOCK, element,
			     seat->attachment);
}

/* The previous owner has died. It may have incremented one number only. */
static void mend(const struct target *target, const struct seat *seat,
		 unsigned int element)
{
	struct guarded *guarded = guarded_at(target, seat, element);
	struct mutex_share *share = target->share;
	int ret;

	count_up(share->told);
	if (guarded->first - guarded->second > 1)
		broken("%s %u: %llu and %llu", label_of(target), element,
		       guarded->first, guarded->second);
	guarded->second = guarded->first;
	guarded->inside = 0;
	ret = mutex_call_as(seat->fd, KIPC_MUTEX_CONSISTENT, element,
			    seat->attachment);
	if (ret)
		broken("%s %u: consistent: %d", label_of(target), element, ret);
}

/* Checks that there is no other owner, and that the numbers are equal. */
static void check_whole(const struct target *target, const struct seat *seat,
			unsigned int element)
{
	struct guarded *guarded = guarded_at(target, seat, element);
	__u64 inside = read_once(guarded->inside);

	if (inside)
		broken("%s %u: two owners, %llx too", label_of(target), element,
		       inside);
	if (guarded->first != guarded->second)
		broken("%s %u: %llu and %llu, but no owner died", label_of(target),
		       element, guarded->first, guarded->second);
}

/* Begins to own the mutex. @ret is what the lock has returned. */
static void enter(struct worker *worker, const struct target *target,
		  unsigned int depth, int ret)
{
	struct seat *seat = &worker->seats[target->number];
	unsigned int element = op_at(worker, depth)->element;
	struct guarded *guarded = guarded_at(target, seat, element);

	op_step(worker, depth, ret ? MENDING : HOLDING);
	if (ret)
		mend(target, seat, element);
	check_whole(target, seat, element);
	write_once(guarded->inside, owner_word(seat->attachment));
	write_once(guarded->first, guarded->first + 1);
}

/* Begins an op and locks. Returns whether the worker owns the mutex. */
static bool acquire(struct worker *worker, const struct target *target,
		    unsigned int depth, unsigned int element, __s64 deadline)
{
	struct seat *seat = &worker->seats[target->number];
	bool hangs = deadline > now_ns(CLOCK_MONOTONIC) + NS_PER_SEC;
	bool detects = depth && (target->row->flags & KIPC_DETECT);
	int ret;

	op_begin(worker, depth, target, element, 1);
	ret = lock(seat, element, owner_word(seat->attachment), deadline);
	if (!ret || ret == -EOWNERDEAD) {
		enter(worker, target, depth, ret);
		return true;
	}
	if (!(in_vain(ret) && !(ret == -ETIMEDOUT && hangs)) &&
	    !(ret == -EDEADLK && detects))
		broken("%s %u: lock: %d", label_of(target), element, ret);
	op_end(worker, depth);
	return false;
}

static void release(struct worker *worker, const struct target *target,
		    unsigned int depth)
{
	struct seat *seat = &worker->seats[target->number];
	unsigned int element = op_at(worker, depth)->element;
	struct guarded *guarded = guarded_at(target, seat, element);
	__u64 me = owner_word(seat->attachment);
	int ret;

	if (read_once(guarded->inside) != me)
		broken("%s %u: two owners", label_of(target), element);
	write_once(guarded->second, guarded->second + 1);
	write_once(guarded->inside, 0);
	op_step(worker, depth, GIVING);
	ret = unlock(seat, element, me);
	if (ret)
		broken("%s %u: unlock: %d", label_of(target), element, ret);
	op_end(worker, depth);
}

/* Locks a recursive mutex once more, and unlocks it once. */
static void lock_again(struct worker *worker, const struct target *target,
		       unsigned int element)
{
	struct seat *seat = &worker->seats[target->number];
	int ret = mutex_timedlock_as(seat->fd, element, seat->attachment,
				     KIPC_FOREVER, 0);

	if (!ret)
		ret = mutex_call_as(seat->fd, KIPC_MUTEX_UNLOCK, element,
				    seat->attachment);
	if (ret)
		broken("%s %u: locked again: %d", label_of(target), element,
		       ret);
}

/* Locks another mutex of the set in any order. The kernel detects a deadlock. */
static void lock_another(struct worker *worker, const struct target *target,
			 unsigned int element)
{
	unsigned int other = element + 1 + chance(worker, ELEMENTS - 1);

	if (!acquire(worker, target, 1, other % ELEMENTS, wait_deadline()))
		return;
	worker_dawdle(worker, 300);
	release(worker, target, 1);
}

/* Element 0 is locked more often than the others. */
static void mutex_use(struct worker *worker, const struct target *target,
		      unsigned int depth)
{
	unsigned int element = chance(worker, 2) ? chance(worker, ELEMENTS) : 0;
	__u32 flags = target->row->flags;

	if (!acquire(worker, target, depth, element,
		     worker_deadline(worker, depth)))
		return;
	if ((flags & KIPC_RECURSIVE) && chance(worker, 2))
		lock_again(worker, target, element);
	if (!depth && (flags & KIPC_DETECT) && chance(worker, 2))
		lock_another(worker, target, element);
	if (!depth)
		worker_meanwhile(worker, target);
	release(worker, target, depth);
}

static void mutex_reap(const struct target *target, const struct op *op)
{
	struct mutex_share *share = target->share;

	(void)op;
	count_up(share->deaths);
}

/* All workers have ended, so the mutex can be locked at once. */
static void check_one(const struct target *target, struct seat *seat,
		      unsigned int element)
{
	struct kipc_mutex_state_args state;
	int ret = mutex_timedlock_as(seat->fd, element, seat->attachment, 0,
				     KIPC_TRY);

	if (ret == -EOWNERDEAD)
		mend(target, seat, element);
	else if (ret)
		broken("%s %u: at the end: %d", label_of(target), element, ret);
	check_whole(target, seat, element);
	ret = mutex_call_as(seat->fd, KIPC_MUTEX_UNLOCK, element,
			    seat->attachment);
	if (ret || mutex_state(seat->fd, element, &state) || state.owner ||
	    state.depth || state.state || state.waiters)
		broken("%s %u: not free at the end", label_of(target), element);
}

static void mutex_check(const struct target *target)
{
	struct mutex_share *share = target->share;
	struct seat seat = { 0 };
	unsigned int i;
	int ret = seat_take(&seat, target);

	if (ret) {
		broken("%s: cannot attach: %d", label_of(target), ret);
		return;
	}
	for (i = 0; i < ELEMENTS; i++)
		check_one(target, &seat, i);
	seat_leave(&seat);
	if (share->told > share->deaths)
		broken("%s: told of %llu deaths, but %llu died",
		       label_of(target), share->told, share->deaths);
}

const struct kind mutex_kind = {
	.args = mutex_kind_args,
	.maps = true,
	.nests = true,
	.share = sizeof(struct mutex_share),
	.use = mutex_use,
	.reap = mutex_reap,
	.check = mutex_check,
};

const struct kind region_kind = {
	.args = region_kind_args,
	.maps = true,
	.bytes = true,
	.nests = true,
	.share = sizeof(struct mutex_share),
	.use = mutex_use,
	.reap = mutex_reap,
	.check = mutex_check,
};
