// SPDX-License-Identifier: GPL-2.0-only
#include "load.h"

#include <stdlib.h>

/* vm/check sets at least this divisor for a kernel with debug checks. */
#define LOAD_SLOW_DIVISOR	10

static unsigned int load_divisor(void)
{
	const char *divisor = getenv("KIPC_TEST_DIVISOR");

	return divisor ? atoi(divisor) : 1;
}

unsigned int scaled(unsigned int load)
{
	return load / load_divisor();
}

bool kernel_is_slow(void)
{
	return load_divisor() >= LOAD_SLOW_DIVISOR;
}
