/* SPDX-License-Identifier: GPL-2.0-only */
/* Clocks, and deadlines by them. */
#ifndef DEADLINE_H
#define DEADLINE_H

#include <time.h>

#include <linux/types.h>

#define NS_PER_MS		1000000LL
#define NS_PER_SEC		1000000000LL

__s64 now_ns(clockid_t clock);
__s64 deadline_in_ms(clockid_t clock, unsigned int ms);

#endif /* DEADLINE_H */
