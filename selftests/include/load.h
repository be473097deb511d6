/* SPDX-License-Identifier: GPL-2.0-only */
/* How much work a test does that repeats a race. */
#ifndef LOAD_H
#define LOAD_H

#include <stdbool.h>

/*
 * Returns the given number of rounds divided by KIPC_TEST_DIVISOR. The divisor is
 * 1 in vm/soak, larger in vm/check, and larger still on a kernel with debug checks.
 */
unsigned int scaled(unsigned int load);

/* Returns whether the kernel has debug checks that make it slow. */
bool kernel_is_slow(void);

#endif /* LOAD_H */
