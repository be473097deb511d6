/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: players
 *
 * A player is a thread that does something to objects, again and again, until the
 * round is over or it is killed. It plays at the target of its crew, or at a few
 * that chance chose when its process began. While it holds something it may play at
 * another target, fork a child that plays too, exec itself, or exit.
 *
 * After fork and exec nothing is allocated, because other threads may have had the
 * locks of the allocator.
 */
#ifndef TORTURE_PLAYER_H
#define TORTURE_PLAYER_H

#include "arena.h"
#include "../kipc_region.h"
#include "../kipc_word.h"

#include <sys/resource.h>

/* There are many players, and they are always busy: others go before them. */
#define NICE_KILLER	(-10)
#define NICE_STEPPER	(-5)
#define NICE_PLAYER	0

struct target;

/* A process and an object. */
struct seat {
	int fd;
	__u32 attachment;
	struct words words;
	struct bytes bytes;	/* of a region */
};

struct player {
	struct slot *slot;
	struct record *record;
	unsigned int incarnation;	/* of the process */
	struct seat *seats;		/* of the process, by target */
	const __u8 *choice;		/* targets that it plays at */
	unsigned int choices;
	unsigned int turns;		/* left; 0: for ever */
	struct random random;
	bool stepped;			/* stops before TAKING and GIVING */
	bool alone;			/* neither forks nor execs nor exits */
};

static inline unsigned int chance(struct player *player, unsigned int limit)
{
	return random_below(&player->random, limit);
}

/* Deeds. */

static inline struct deed *deed_at(const struct player *player,
				   unsigned int depth)
{
	return &player->record->deeds[player->incarnation][depth];
}

/* From now on TAKING. */
void deed_begin(struct player *player, unsigned int depth,
		const struct target *target, unsigned int element,
		unsigned int count);
void deed_step(struct player *player, unsigned int depth, enum step step);
void deed_end(struct player *player, unsigned int depth);

/* While something is HOLDING, at depth 0: play at something else, or end. */
void player_meanwhile(struct player *player, const struct target *target);

/* A short deadline where it would delay others, else one that never passes. */
__s64 player_deadline(struct player *player, unsigned int depth);

/* Some time passes, at most that many turns of a loop. */
void player_dawdle(struct player *player, unsigned int turns);

/* What a process in that slot does; none of them returns. */
void player_run(struct slot *slot);
void player_run_stepped(struct slot *slot, unsigned int target);

#endif /* TORTURE_PLAYER_H */
