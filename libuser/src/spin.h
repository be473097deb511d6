/* SPDX-License-Identifier: MIT */
/**
 * @file spin.h
 * DOC: looking before sleeping
 *
 * Whoever has to wait looks at the word for a while, because to sleep and be
 * woken costs more than most waits last. How long is learnt for each handle from
 * whether it paid: the budget is twice what the last successes took, some more,
 * so that it can grow, and shrinks with each failure. It is bounded, and nothing
 * where no other processor could change the word meanwhile.
 */
#ifndef KIPC_SPIN_H
#define KIPC_SPIN_H

#include <stdint.h>

/** Some microseconds, about what sleeping and being woken costs. */
#define KIPC_SPINS_MAX	1000

static inline void kipc_pause(void)
{
#if defined(__x86_64__) || defined(__i386__)
	__builtin_ia32_pause();
#elif defined(__aarch64__)
	__asm__ volatile("yield");
#endif
}

/** How often to look. @param learnt  the handle's, shared by its threads */
uint32_t kipc_spin_budget(const uint32_t *learnt);

/** What came of it. @param looks  it took; the whole budget where it failed */
void kipc_spin_learn(uint32_t *learnt, uint32_t looks, int paid);

#endif /* KIPC_SPIN_H */
