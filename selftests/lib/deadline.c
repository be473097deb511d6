// SPDX-License-Identifier: GPL-2.0-only
#include "deadline.h"

__s64 now_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * NS_PER_SEC + now.tv_nsec;
}

__s64 deadline_in_ms(clockid_t clock, unsigned int ms)
{
	return now_ns(clock) + ms * NS_PER_MS;
}
