/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: the word protocol
 *
 * An element is one 64-bit word that user space may change, and the kernel's
 * own record of it, which user space cannot reach.
 *
 *	thawed	bit 63 (KIPC_SLOW) of the record is clear. User space owns the
 *		word and changes it by compare-and-swap.
 *	frozen	bit 63 of the record is set. The kernel owns the element; the
 *		value is in the record, the word in the page says only SLOW.
 *
 * kipc_word_claim() takes the word over with one atomic exchange of the bit,
 * so that every earlier change is in the value and every later one is refused;
 * the caller then clamps the value to what its type allows, because any
 * participant can have written anything. kipc_word_return() gives it back. What
 * the page says while the element is frozen is never looked at.
 *
 * An element is frozen while somebody waits or polls. Elements that are *kept*
 * are frozen for ever: user space cannot be trusted with them, or the kernel has to
 * account for what they count. Their words say SLOW in every mapping, for none can
 * be written to, and a sealed object that there is no reason to map has no words at
 * all.
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
	struct kipc_spin_history spin_history;
	u64 value;			/* lock; KIPC_SLOW: frozen */
	struct kipc_waitlist waiters;	/* lock */
};

struct kipc_words {
	struct kipc_element *elements;	/* constant, what they hold is not */
	struct kipc_element only;	/* elements of one */
	u32 count;			/* constant */
	u32 shift;			/* constant; of the stride in bytes */
	bool kernel_only;			/* constant; never thawed */
	struct kipc_memory memory;	/* no pages if nobody may map them */
};

int kipc_words_alloc(struct kipc_words *words, struct kipc_object *object,
		     u64 value);
void kipc_words_free(struct kipc_words *words);

void kipc_word_return(const struct kipc_words *words, struct kipc_element *e,
		      u32 index);

static inline bool kipc_words_mapped(const struct kipc_words *words)
{
	return words->memory.pages;
}

/* Where it is mapped. */
static inline atomic64_t *kipc_word_at(const struct kipc_words *words, u32 index)
{
	return kipc_memory_at(&words->memory,
			      (unsigned long)index << words->shift);
}

/*
 * The word, to be changed by compare-and-swap as user space does, without
 * the lock; NULL where it is the kernel's just now, or always.
 */
static inline atomic64_t *kipc_word_shared(const struct kipc_words *words,
					   u32 index)
{
	/* A guess that saves the way to the page; the word itself tells for sure. */
	if (data_race(READ_ONCE(words->elements[index].value)) & KIPC_SLOW)
		return NULL;
	return kipc_word_at(words, index);
}

static inline void kipc_assert_held(const struct kipc_element *e)
{
	lockdep_assert_held(&e->lock);
}

/* The element, or NULL out of range; the index is safe to use after that. */
static inline struct kipc_element *kipc_words_at(const struct kipc_words *words,
						 u32 *index)
{
	if (*index >= words->count)
		return NULL;
	*index = array_index_nospec(*index, words->count);
	return &words->elements[*index];
}

/*
 * Own the element. Returns what user space left in the word, without KIPC_SLOW
 * and not checked at all.
 */
static inline u64 kipc_word_claim(const struct kipc_words *words,
				  struct kipc_element *e, u32 index)
{
	kipc_assert_held(e);
	/*
	 * Fully ordered: a fast post is either in the value or sees the bit and
	 * comes to us, after the lock that we hold.
	 */
	if (!(e->value & KIPC_SLOW))
		e->value = atomic64_fetch_or(KIPC_SLOW, kipc_word_at(words, index)) |
			   KIPC_SLOW;
	return e->value & ~KIPC_SLOW;
}

/*
 * What the element holds just now, whoever owns it; not checked, and without
 * the lock out of date at once. But never older than what the caller knows of,
 * for instance that it owns the element.
 */
static inline u64 kipc_word_peek(const struct kipc_words *words,
				 const struct kipc_element *e, u32 index)
{
	/*
	 * It is changed under the lock; a value that was is as good. Pairs with the
	 * release in kipc_word_return().
	 */
	u64 value = data_race(smp_load_acquire(&e->value));

	if (!(value & KIPC_SLOW))
		value = atomic64_read(kipc_word_at(words, index));
	return value & ~KIPC_SLOW;
}

#endif /* KIPC_WORD_H */
