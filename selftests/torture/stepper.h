/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: the stepper
 *
 * One process after the other plays at a target once, in the midst of all others,
 * and is killed after some instruction of what it does at TAKING or GIVING: after
 * the first one, after the second one, and so on, until there are no more of them.
 */
#ifndef TORTURE_STEPPER_H
#define TORTURE_STEPPER_H

#include "reap.h"

#define PLACES_MAX	8192

struct stepper {
	unsigned int target;
	enum step step;
	unsigned int instructions;
	__u64 kills;
	__u64 seen;			/* places in the program */
	unsigned long places[PLACES_MAX];	/* a hash table of these */
};

/* Starts one, kills and reaps it. */
void stepper_kill_one(struct stepper *stepper, struct slot *slot,
		      struct deaths *deaths);

#endif /* TORTURE_STEPPER_H */
