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
 *
 * Two who wake each other never find that looking would pay, because each has
 * been asleep when its turn comes. So now and then the budget is all there can be.
 */
#ifndef KIPC_SPIN_H
#define KIPC_SPIN_H

#include "object.h"

static inline void kipc_pause(void)
{
#if defined(__x86_64__) || defined(__i386__)
	__builtin_ia32_pause();
#elif defined(__aarch64__)
	__asm__ volatile("yield");
#endif
}

/**
 * Find out how many processors there are, which opens a file. With the first handle: a
 * program that waits may not be allowed to open any more (seccomp).
 */
void kipc_spin_prepare(void);

/** What a handle has learnt; shared by its threads. Zero to begin with. */
struct spins {
	struct kipc_spins counts;
	uint32_t learnt;	/**< what the last that paid took */
};

/** How often to look. */
uint32_t kipc_spin_budget(const struct spins *spins);

/** Is it likely to pay, or to be found out? */
int kipc_spin_promises(const struct spins *spins);

/** What came of it. @param looks  it took; the whole budget where it failed */
void kipc_spin_learn(struct spins *spins, uint32_t looks, int paid);

/** A copy for the user, who has room for so many bytes of it. */
void kipc_spin_read(const struct spins *spins, struct kipc_spins *copy, size_t size);

#endif /* KIPC_SPIN_H */
