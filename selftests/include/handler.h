/* SPDX-License-Identifier: GPL-2.0-only */
/* A signal handler that counts, to interrupt a child in a system call. */
#ifndef HANDLER_H
#define HANDLER_H

#include "child.h"

/*
 * The number of times that the handler has run. The memory is shared, so that
 * the number includes the runs in children.
 */
extern volatile unsigned int *handled;

void count_signal(int signal);

/*
 * Installs the counting handler. Must be called before fork(). @flags is
 * SA_RESTART or 0.
 */
void handle_signal(int signal, int flags);

/*
 * Sends a signal to a child. Returns when the child has handled the signal or
 * has ended.
 */
void interrupt(const struct child *child, int signal);

#endif /* HANDLER_H */
