/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Ways to make a child leave a wait in the kernel for a moment. The child continues
 * the same wait afterwards. Each function returns NULL when the child has left the
 * wait, or else the reason why that is not possible here.
 */
#ifndef INTERRUPT_H
#define INTERRUPT_H

#include "child.h"

/* Signals that have a handler, with and without SA_RESTART. */
#define SIGNAL_RESTARTS	SIGUSR1
#define SIGNAL_ENDS	SIGUSR2

/* Installs the handlers, for all children that are forked from now on. */
void handle_interruptions(void);

const char *by_handler(const struct child *child);
const char *by_handler_without_restart(const struct child *child);
const char *by_stop(const struct child *child);

/* The child remains traced afterwards, but it is not stopped. */
const char *by_tracer(const struct child *child);

/* By the freezer of a cgroup. */
const char *by_freezer(const struct child *child);

#endif /* INTERRUPT_H */
