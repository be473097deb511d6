// SPDX-License-Identifier: GPL-2.0-only
/*
 * Semaphores. With KIPC_UNDO no unit is ever lost. Without it who is killed takes
 * his units with him: those that he is known to have held are given back when he is
 * buried, and so are those that he may have held, which are counted. At the end
 * there are so many as in the beginning, and at most that many more.
 */
#include "target.h"

#define ELEMENTS	2
#define UNITS		4
#define MAX		1000000U

struct semaphore_share {
	__u32 doubtful[ELEMENTS];	/* atomic; units given back too many */
};

static struct kipc_create_args args(void)
{
	return semaphore_args(ELEMENTS, UNITS, MAX);
}

static int take(const struct seat *seat, const struct deed *deed,
		__s64 deadline)
{
	if (deed->count == 1 &&
	    word_take(word_at(&seat->words, deed->element)))
		return 0;
	return semaphore_timedwait(seat->fd, deed->element, deed->count,
				   deadline, 0);
}

static int give(const struct seat *seat, const struct deed *deed)
{
	if (deed->count == 1 &&
	    word_give(word_at(&seat->words, deed->element), MAX))
		return 0;
	return semaphore_post(seat->fd, deed->element, deed->count);
}

static void semaphore_play(struct player *player, const struct target *target,
			   unsigned int depth)
{
	struct seat *seat = &player->seats[target->number];
	__s64 deadline = player_deadline(player, depth);
	bool hangs = deadline > now_ns(CLOCK_MONOTONIC) + NS_PER_SEC;
	struct deed *deed = deed_at(player, depth);
	int ret;

	deed_begin(player, depth, target, chance(player, ELEMENTS),
		   1 + !chance(player, 3));
	ret = take(seat, deed, deadline);
	if (ret) {
		if (!in_vain(ret) || (ret == -ETIMEDOUT && hangs))
			broken("%s: wait: %d", label_of(target), ret);
		deed_end(player, depth);
		return;
	}
	deed_step(player, depth, HOLDING);
	if (!depth)
		player_meanwhile(player, target);
	deed_step(player, depth, GIVING);
	ret = give(seat, deed);
	if (ret)
		broken("%s: post: %d", label_of(target), ret);
	deed_end(player, depth);
}

static void semaphore_bury(const struct target *target, const struct deed *deed)
{
	struct semaphore_share *share = target->share;
	int ret;

	if (target->row->flags & KIPC_UNDO)
		return;
	ret = semaphore_post(target->fd, deed->element, deed->count);
	if (ret)
		broken("%s: post for the dead: %d", label_of(target), ret);
	if (deed->step != HOLDING)
		__atomic_fetch_add(&share->doubtful[deed->element], deed->count,
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
		/* As in the beginning, for the next round. */
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
	.play = semaphore_play,
	.bury = semaphore_bury,
	.check = semaphore_check,
};
