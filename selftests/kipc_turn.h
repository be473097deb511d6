/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whose turn it is: children that note in which order they were served.
 */
#ifndef KIPC_TURN_H
#define KIPC_TURN_H

#include "kipc_child.h"
#include "kipc_schedule.h"

#define TURNS_MAX	8

struct turns {
	int fd;
	unsigned int next;
	unsigned int got[TURNS_MAX];	/* in this order */
};

/* A child that comes for something. */
struct comer {
	struct turns *turns;
	unsigned int number;
	unsigned int count;	/* of what it wants */
	int priority;		/* of a real-time thread, or 0 */
	int cpu;		/* -1: any */
};

static inline struct turns *turns_alloc(int fd)
{
	struct turns *turns = shared_alloc(sizeof(*turns));

	turns->fd = fd;
	return turns;
}

static inline int comer_prepare(const struct comer *comer)
{
	int ret = comer->cpu < 0 ? 0 : pin(comer->cpu);

	return ret ?: set_priority(comer->priority);
}

/* Of those that are served at once none is noted twice. */
static inline void turns_note(struct turns *turns, unsigned int number)
{
	turns->got[__atomic_fetch_add(&turns->next, 1, __ATOMIC_SEQ_CST)] = number;
}

#endif /* KIPC_TURN_H */
