/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Keeping ordinary threads off a processor. A real-time thread runs there
 * meanwhile, so that a thread pinned to that processor may be woken but cannot
 * run yet. The caller runs on another processor and remains an ordinary thread,
 * because waiters are granted by priority.
 */
#ifndef HOLD_H
#define HOLD_H

#include "child.h"

#define HELD_CPU	0
#define OUR_CPU		1

/* Higher than that of any real-time thread that a test holds. */
#define HOLD_PRIORITY	50

struct hold {
	int pipe[2];
	struct child child;
	struct {
		bool wanted;
		bool held;
	} *shared;
};

/* Returns NULL, or the reason why threads cannot be held here. */
const char *hold_prepare(struct hold *hold);
void hold_finish(struct hold *hold);

/* Returns when no other thread runs on HELD_CPU. */
void hold_begin(struct hold *hold);
void hold_end(struct hold *hold);

#endif /* HOLD_H */
