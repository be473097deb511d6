// SPDX-License-Identifier: MIT
#include "sized.h"
#include "spin.h"

#define LEAST	16	/* looks, so that a success can be found again */
#define WEIGHT	8	/* one success or failure is that part of what is known */
#define TRIAL	64	/* one wait in so many has the whole budget */

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
	/* Failures alone leave no more than that. */
	return kipc_spin_budget(spins) > 2 * WEIGHT + LEAST;
}

/* Threads that count at once may overwrite each other's counts: so be it. */
static void count(uint64_t *counter, uint64_t more)
{
	uint64_t before = __atomic_load_n(counter, __ATOMIC_RELAXED);

	__atomic_store_n(counter, before + more, __ATOMIC_RELAXED);
}

/* Likewise with their lessons: what is learnt is a guess. */
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
