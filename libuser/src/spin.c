// SPDX-License-Identifier: MIT
#include "sized.h"
#include "spin.h"

#define LEAST	16	/* iterations, so that the average can grow from 0 */
#define WEIGHT	8	/* 1/WEIGHT of the average is the latest spin */
#define TRIAL	64	/* one wait in so many has the maximal budget */

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

void kipc_spin_prepare(void)
{
	processors_known();
}

uint32_t kipc_spin_budget(const struct spins *spins)
{
	uint32_t budget;

	if (processors_known() == ONE)
		return 0;
	if (!(__atomic_load_n(&spins->counts.waits, __ATOMIC_RELAXED) % TRIAL))
		return KIPC_SPINS_MAX;
	budget = 2 * __atomic_load_n(&spins->learnt, __ATOMIC_RELAXED) + LEAST;
	return budget < KIPC_SPINS_MAX ? budget : KIPC_SPINS_MAX;
}

int kipc_spin_promises(const struct spins *spins)
{
	/*
	 * Misses lower the average until it is below WEIGHT. A budget above
	 * this comes from recent hits, or is the maximal one.
	 */
	return kipc_spin_budget(spins) > 2 * WEIGHT + LEAST;
}

/*
 * Adds to a counter. Threads that do so at the same time can overwrite each
 * other's result. That is accepted: an atomic addition would cost more.
 */
static void count(uint64_t *counter, uint64_t more)
{
	uint64_t before = __atomic_load_n(counter, __ATOMIC_RELAXED);

	__atomic_store_n(counter, before + more, __ATOMIC_RELAXED);
}

/* The same race is accepted for the average, which is an estimate. */
void kipc_spin_learn(struct spins *spins, uint32_t looks, int paid)
{
	uint32_t known = __atomic_load_n(&spins->learnt, __ATOMIC_RELAXED);

	known -= known / WEIGHT;
	if (paid)
		known += looks / WEIGHT;
	__atomic_store_n(&spins->learnt, known, __ATOMIC_RELAXED);
	count(&spins->counts.waits, 1);
	count(&spins->counts.paid, !!paid);
	count(&spins->counts.looks, looks);
}

void kipc_spin_read(const struct spins *spins, struct kipc_spins *copy, size_t size)
{
	const struct kipc_spins *counts = &spins->counts;
	const struct kipc_spins now = {
		.waits = __atomic_load_n(&counts->waits, __ATOMIC_RELAXED),
		.paid = __atomic_load_n(&counts->paid, __ATOMIC_RELAXED),
		.looks = __atomic_load_n(&counts->looks, __ATOMIC_RELAXED),
	};

	kipc_sized_out(copy, size, &now, sizeof(now));
}
