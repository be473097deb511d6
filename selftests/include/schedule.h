/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The processor and the priority of the calling thread. Both functions return 0 or
 * a negative errno.
 */
#ifndef SCHEDULE_H
#define SCHEDULE_H

int pin(unsigned int cpu);

/* Priorities 1 to 99 are those of real-time threads, 0 is an ordinary thread's. */
int set_priority(int priority);

#endif /* SCHEDULE_H */
