/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Parties of a barrier: functions for member_start(). The child exits with
 * status 1 if a verb fails.
 */
#ifndef PARTY_H
#define PARTY_H

/* Joins the barrier and lets go of it when told to. */
int party_join(void *shared);

/* Waits for one generation in the kernel and lets go when told to. */
int party_meet(void *shared);

/* Waits in the kernel and returns the result of the wait. */
int party_wait(void *shared);

/* Joins. One of its two threads waits in the kernel, the other does not. */
int party_wait_in_thread(void *shared);

#endif /* PARTY_H */
