/* SPDX-License-Identifier: GPL-2.0-only */
/* Children that record the order in which they are granted something. */
#ifndef TURN_H
#define TURN_H

#include "child.h"

#define TURNS_MAX	8

struct turns {
	int fd;
	unsigned int next;
	unsigned int got[TURNS_MAX];	/* numbers of children, in order */
};

/* A child that waits for its turn. */
struct comer {
	struct turns *turns;
	unsigned int number;
	unsigned int count;	/* of the units that it wants */
	int priority;		/* of a real-time thread, or 0 */
	int cpu;		/* -1: any */
};

struct turns *turns_alloc(int fd);

/* In the child: sets its processor and priority. Returns 0 or a negative errno. */
int comer_prepare(const struct comer *comer);

/* Records a turn. It is atomic, because several children may be granted at once. */
void turns_note(struct turns *turns, unsigned int number);

#endif /* TURN_H */
