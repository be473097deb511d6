// SPDX-License-Identifier: MIT
#include "sized.h"
#include "spin.h"

#define MIN_BUDGET	16	/* so that the average can grow from 0 */
#define WEIGHT		8	/* 1/WEIGHT of the average is the latest spin */
#define TRIAL_PERIOD	64	/* one wait in so many has the maximal budget */

enum { UNKNOWN, ONE, SEVERAL };

static int spin_processors = UNKNOWN;

/* Counts the processors on the first call. */
static int spin_processors_known(void)
{
	int known = __atomic_load_n(&spin_processors, __ATOMIC_RELAXED);

	if (known == UNKNOWN) {
		known = kipc_online_cpus() > 1 ? SEVERAL : ONE;
		__atomic_store_n(&spin_processors, known, __ATOMIC_RELAXED);
	}
	return known;
}

void kipc_spin_prepare(void)
{
	spin_processors_known();
}

uint32_t kipc_spin_budget(const struct spins *history)
{
	uint32_t budget;

	if (spin_processors_known() == ONE)
		return 0;
	if (!(__atomic_load_n(&history->counts.waits, __ATOMIC_RELAXED) %
	      TRIAL_PERIOD))
		return KIPC_SPINS_MAX;
	budget = 2 * __atomic_load_n(&history->learnt, __ATOMIC_RELAXED) +
		 MIN_BUDGET;
	return budget < KIPC_SPINS_MAX ? budget : KIPC_SPINS_MAX;
}

int kipc_spin_is_promising(const struct spins *history)
{
	/*
	 * Misses lower the average until it is below WEIGHT. A budget above
	 * this comes from recent hits, or is the maximal one.
	 */
	return kipc_spin_budget(history) > 2 * WEIGHT + MIN_BUDGET;
}

/*
 * Adds to a counter. Threads that do so at the same time can overwrite each
 * other's result. That is accepted: an atomic addition would cost more.
 */
static void spin_count(uint64_t *counter, uint64_t more)
{
	uint64_t before = __atomic_load_n(counter, __ATOMIC_RELAXED);

	__atomic_store_n(counter, before + more, __ATOMIC_RELAXED);
}

/* The same race is accepted for the average, which is an estimate. */
void kipc_spin_learn(struct spins *history, uint32_t iterations, int hit)
{
	uint32_t known = __atomic_load_n(&history->learnt, __ATOMIC_RELAXED);

	known -= known / WEIGHT;
	if (hit)
		known += iterations / WEIGHT;
	__atomic_store_n(&history->learnt, known, __ATOMIC_RELAXED);
	spin_count(&history->counts.waits, 1);
	spin_count(&history->counts.paid, !!hit);
	spin_count(&history->counts.looks, iterations);
}

void kipc_spin_read(const struct spins *history, struct kipc_spins *copy,
		    size_t size)
{
	const struct kipc_spins *counts = &history->counts;
	const struct kipc_spins now = {
		.waits = __atomic_load_n(&counts->waits, __ATOMIC_RELAXED),
		.paid = __atomic_load_n(&counts->paid, __ATOMIC_RELAXED),
		.looks = __atomic_load_n(&counts->looks, __ATOMIC_RELAXED),
	};

	kipc_sized_out(copy, size, &now, sizeof(now));
}
