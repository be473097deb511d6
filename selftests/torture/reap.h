/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: reaping
 *
 * When a process can be waited for, its memory has been freed, and the kernel has
 * repaired what it held. (A reader of its /proc files could delay that.) The slot of
 * the process is free when its ops have been accounted for.
 */
#ifndef TORTURE_REAP_H
#define TORTURE_REAP_H

#include "target.h"

/*
 * What processes were doing when they died, by target and step. The row after the
 * last target counts processes without an op.
 */
struct deaths {
	__u64 by_step[TARGETS_MAX + 1][STEPS];
};

void reap(struct slot *slot, struct deaths *deaths);

/* Prints a table of the targets that have any. */
void deaths_print(const struct deaths *deaths);

#endif /* TORTURE_REAP_H */
