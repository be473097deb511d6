/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: the word protocol
 *
 * An element consists of a 64-bit word in a page that user space maps and may
 * change, and of the kernel's own record (struct kipc_element), which user
 * space cannot reach. Bit 63, KIPC_SLOW, says which side owns it:
 *
 *	user-owned	KIPC_SLOW is clear in the record. User space changes the
 *			word by compare-and-swap.
 *	kernel-owned	KIPC_SLOW is set in the record, and the value is there.
 *			The page says KIPC_SLOW; anything else in it is ignored.
 *
 * kipc_word_claim() makes a word kernel-owned. One atomic operation sets the
 * bit and reads the value, so every earlier change is part of the value and
 * every later compare-and-swap fails. Any participant can have written anything
 * to the page, so the caller then clamps the value to what the type of the
 * object allows. kipc_word_return() makes the word user-owned again.
 *
 * A word stays claimed while a task waits or polls, except that semaphores and
 * mutexes return the word while tasks wait, with bits in it that say so, where
 * the order of the waiters allows that. Words that are *kernel-only* are never
 * returned, either because the participants cannot be trusted with them
 * (KIPC_SEALED) or because the kernel has to count what each participant holds.
 * They say KIPC_SLOW in every mapping, and no mapping of them is writable. A
 * sealed object that does not track its participants has no mapped words at
 * all.
 *
 * The lock of the element guards the record, and the claim and the return of
 * its word. kipc_word_shared() and kipc_word_peek() are used without it.
 * Nothing here sleeps but the allocation.
 */
#ifndef KIPC_WORD_H
#define KIPC_WORD_H

#include <linux/atomic.h>
#include <linux/nospec.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include <linux/kipc.h>

#include "memory.h"
#include "wait.h"

struct kipc_object;

struct kipc_element {
	spinlock_t lock;		/* guards what names it here */
	struct kipc_spin_history spin_history;	/* hints, see wait.h */
	u64 value;			/* lock; KIPC_SLOW: kernel-owned */
	struct kipc_waitlist waiters;	/* lock */
};

struct kipc_words {
	struct kipc_element *elements;	/* constant; what it points to is not */
	struct kipc_element only;	/* used if there is only one */
	u32 count;			/* constant */
	u32 shift;			/* constant; log2 of the stride */
	bool kernel_only;		/* constant; never returned */
	struct kipc_memory memory;	/* no pages if no mapping is allowed */
};

int kipc_words_alloc(struct kipc_words *words, struct kipc_object *object,
		     u64 value);
void kipc_words_free(struct kipc_words *words);

void kipc_word_return(const struct kipc_words *words, struct kipc_element *e,
		      u32 index);

/* Returns true if there are pages, so that the words can be mapped. */
static inline bool kipc_words_mapped(const struct kipc_words *words)
{
	return words->memory.pages;
}

/* Returns the word in the page. The words of the object are mapped. */
static inline atomic64_t *kipc_word_at(const struct kipc_words *words, u32 index)
{
	return kipc_memory_at(&words->memory,
			      (unsigned long)index << words->shift);
}

/*
 * Returns the word if it is user-owned, or NULL. The caller does not hold the
 * lock and changes the word by compare-and-swap, as user space does.
 */
static inline atomic64_t *kipc_word_shared(const struct kipc_words *words,
					   u32 index)
{
	/*
	 * The record is read without the lock as a hint that avoids touching
	 * the page. If it is out of date, KIPC_SLOW in the word itself makes
	 * the caller fail.
	 */
	if (data_race(READ_ONCE(words->elements[index].value)) & KIPC_SLOW)
		return NULL;
	return kipc_word_at(words, index);
}

static inline void kipc_assert_held(const struct kipc_element *e)
{
	lockdep_assert_held(&e->lock);
}

/*
 * Returns the element, or NULL if @index is out of range. @index is safe to use
 * after that, also under speculation.
 */
static inline struct kipc_element *kipc_words_at(const struct kipc_words *words,
						 u32 *index)
{
	if (*index >= words->count)
		return NULL;
	*index = array_index_nospec(*index, words->count);
	return &words->elements[*index];
}

/*
 * Makes the word kernel-owned, and returns its value without KIPC_SLOW. User
 * space may have written the value, so the caller has to check it.
 *
 * A post in user space cannot slip past a claim:
 *
 *	CPU 0 (kernel, e->lock held)		CPU 1 (post in user space)
 *
 *						old = word
 *	value = fetch_or(KIPC_SLOW, word)
 *						cmpxchg(word, old, old + 1)
 *						  fails, KIPC_SLOW is set
 *	adds a waiter or sees a poller
 *	unlocks e->lock
 *						ioctl: locks e->lock,
 *						  finds the waiter or poller
 *
 * If the compare-and-swap comes first instead, the value contains the unit.
 */
static inline u64 kipc_word_claim(const struct kipc_words *words,
				  struct kipc_element *e, u32 index)
{
	kipc_assert_held(e);
	/*
	 * Fully ordered. Pairs with the compare-and-swap of the fast paths in
	 * user space and of semaphore_add_shared() and semaphore_take_shared().
	 */
	if (!(e->value & KIPC_SLOW))
		e->value = atomic64_fetch_or(KIPC_SLOW, kipc_word_at(words, index)) |
			   KIPC_SLOW;
	return e->value & ~KIPC_SLOW;
}

/*
 * Returns the current value of the element without KIPC_SLOW, and does not
 * claim the word. The value is not checked, and out of date at once if the
 * caller does not hold the lock. But it is never older than what the caller
 * knows to have happened, for instance that the caller owns the element.
 *
 * A return of the word during the peek is harmless, because kipc_word_return()
 * stores the value in the page before it clears KIPC_SLOW in the record:
 *
 *	CPU 0 (kipc_word_return())		CPU 1 (kipc_word_peek())
 *
 *	word = value | KIPC_SLOW
 *	release: record loses KIPC_SLOW
 *						acquire: record has no KIPC_SLOW
 *						reads word: value | KIPC_SLOW
 *	release: word = value
 */
static inline u64 kipc_word_peek(const struct kipc_words *words,
				 const struct kipc_element *e, u32 index)
{
	/*
	 * The record may change meanwhile under the lock; both the old and the
	 * new value are right answers. Pairs with the release in
	 * kipc_word_return().
	 */
	u64 value = data_race(smp_load_acquire(&e->value));

	if (!(value & KIPC_SLOW))
		value = atomic64_read(kipc_word_at(words, index));
	return value & ~KIPC_SLOW;
}

#endif /* KIPC_WORD_H */
