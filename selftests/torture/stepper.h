/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: the stepper
 *
 * One process after the other uses a target once, while all workers run. It is killed
 * after one instruction of TAKING or GIVING: the first process after the first
 * instruction, the next one after the second, and so on, until there are no more
 * instructions.
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
	__u64 seen;			/* different places in the program */
	unsigned long places[PLACES_MAX];	/* a hash table of these */
};

/* Starts one process, kills it, and reaps it. */
void stepper_kill_one(struct stepper *stepper, struct slot *slot,
		      struct deaths *deaths);

#endif /* TORTURE_STEPPER_H */
