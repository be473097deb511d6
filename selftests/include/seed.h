/* SPDX-License-Identifier: GPL-2.0-only */
/* The seed of a test that makes random choices. */
#ifndef SEED_H
#define SEED_H

#include <linux/types.h>

/*
 * Prints and returns a seed: KIPC_TEST_SEED from the environment, or else a random
 * one. The same seed repeats the choices of each process and thread, but not the
 * order in which they run.
 */
__u32 test_seed(void);

#endif /* SEED_H */
