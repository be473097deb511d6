// SPDX-License-Identifier: MIT
#include "object.h"
#include "spin.h"

#define LEAST	16	/* looks, so that a success can be found again */
#define WEIGHT	8	/* one success or failure is that part of what is known */

enum { UNKNOWN, ONE, SEVERAL };

static int processors = UNKNOWN;

static int processors_known(void)
{
	int known = __atomic_load_n(&processors, __ATOMIC_RELAXED);

	if (known == UNKNOWN) {
		known = kipc_online_cpus() > 1 ? SEVERAL : ONE;
		__atomic_store_n(&processors, known, __ATOMIC_RELAXED);
	}
	return known;
}

uint32_t kipc_spin_budget(const uint32_t *learnt)
{
	uint32_t budget;

	if (processors_known() == ONE)
		return 0;
	budget = 2 * __atomic_load_n(learnt, __ATOMIC_RELAXED) + LEAST;
	return budget < KIPC_SPINS_MAX ? budget : KIPC_SPINS_MAX;
}

/* Threads that learn at once may overwrite each other's lesson: it is a guess. */
void kipc_spin_learn(uint32_t *learnt, uint32_t looks, int paid)
{
	uint32_t known = __atomic_load_n(learnt, __ATOMIC_RELAXED);

	known -= known / WEIGHT;
	if (paid)
		known += looks / WEIGHT;
	__atomic_store_n(learnt, known, __ATOMIC_RELAXED);
}
