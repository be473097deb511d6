/* SPDX-License-Identifier: GPL-2.0-only */
/* Flags in shared memory by which processes and threads wait for each other. */
#ifndef FLAG_H
#define FLAG_H

#include <stdbool.h>

static inline void flag_raise(unsigned int *flag)
{
	__atomic_store_n(flag, 1, __ATOMIC_SEQ_CST);
}

static inline bool flag_is_raised(const unsigned int *flag)
{
	return __atomic_load_n(flag, __ATOMIC_SEQ_CST);
}

#endif /* FLAG_H */
