/* SPDX-License-Identifier: GPL-2.0-only */
/* What makes a test that goes by chance try the same again. */
#ifndef KIPC_SEED_H
#define KIPC_SEED_H

#include <linux/types.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

/*
 * KIPC_TEST_SEED, or another one each time, which is printed. It fixes what each
 * participant tries, not who comes first.
 */
static inline __u32 test_seed(void)
{
	const char *given = getenv("KIPC_TEST_SEED");
	__u32 seed = 0;

	if (given && *given)
		seed = strtoul(given, NULL, 0);
	else if (getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
		seed = getpid();
	fprintf(stderr, "# KIPC_TEST_SEED=%u\n", seed);
	return seed;
}

#endif /* KIPC_SEED_H */
