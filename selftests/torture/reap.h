/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: the dead
 *
 * When a process can be waited for its memory has gone, unless somebody looks at it
 * by way of /proc just then, and whatever it held was repaired with that. Its slot
 * is free once its ops are accounted for.
 */
#ifndef TORTURE_REAP_H
#define TORTURE_REAP_H

#include "target.h"

/* What the dead were doing, by target and step; that of none beyond the targets. */
struct deaths {
	__u64 by_step[TARGETS_MAX + 1][STEPS];
};

void reap(struct slot *slot, struct deaths *deaths);

/* A table of the rows that have any. */
void deaths_print(const struct deaths *deaths);

#endif /* TORTURE_REAP_H */
