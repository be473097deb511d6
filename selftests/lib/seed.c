// SPDX-License-Identifier: GPL-2.0-only
#include "seed.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

__u32 test_seed(void)
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
