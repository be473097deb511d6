/* SPDX-License-Identifier: MIT */
/**
 * @file spin.h
 * DOC: spinning before sleeping
 *
 * A thread that has to wait first spins, that is, it reads the word in a loop,
 * because most waits are shorter than sleeping and being woken takes. A wait
 * that ends while the thread spins is a hit. Each handle has a history of its
 * spins, from which it derives the budget of the next one in iterations: twice
 * the average of the recent hits, plus a constant so that it can grow. Each
 * miss lowers the average. The budget is bounded. It is 0 on a machine with
 * one processor, where no other thread can change the word meanwhile.
 *
 * Two threads that wake each other would never find out that spinning helps,
 * because each is asleep when the other one wakes it. So once in a number of
 * waits the budget is the maximum.
 */
#ifndef KIPC_SPIN_H
#define KIPC_SPIN_H

#include "object.h"

/* Tells the processor that this is a spin loop. */
static inline void kipc_pause(void)
{
#if defined(__x86_64__) || defined(__i386__)
	__builtin_ia32_pause();
#elif defined(__aarch64__)
	__asm__ volatile("yield");
#endif
}

/**
 * Find out how many processors there are. This opens a file, so it is done
 * when the first handle is made: later, when the program waits, seccomp may
 * forbid it.
 */
void kipc_spin_prepare(void);

/**
 * The spin history of a handle, shared by its threads. It starts as zeros. The
 * names are kept because the ABI records of releases contain them.
 */
struct spins {
	struct kipc_spins counts;
	uint32_t learnt;	/**< average of the hits; a miss counts 0 */
};

/** Returns how many iterations the next wait may spin, 0..KIPC_SPINS_MAX. */
uint32_t kipc_spin_budget(const struct spins *history);

/**
 * Returns whether a spin is likely to be a hit, or is due to have the maximal
 * budget.
 */
int kipc_spin_is_promising(const struct spins *history);

/**
 * Record a spin in the history.
 * @param iterations  of this spin; the whole budget if it was a miss
 * @param hit         whether it was a hit
 */
void kipc_spin_learn(struct spins *history, uint32_t iterations, int hit);

/**
 * Copy the counts of a history.
 * @param size  bytes of @copy, as the program knows it
 */
void kipc_spin_read(const struct spins *history, struct kipc_spins *copy,
		    size_t size);

#endif /* KIPC_SPIN_H */
