/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The words of an object, mapped, and the fast paths of semaphores and barriers.
 * The tests have fast paths of their own, so that they check the protocol and not
 * the library.
 */
#ifndef WORD_H
#define WORD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/mman.h>

#include <linux/kipc.h>

/* It is a structure because 32-bit programs align a bare __u64 to four bytes. */
struct word {
	__aligned_u64 value;
};

struct words {
	char *base;
	size_t stride;
	size_t size;
};

/* Maps all words with that protection. Returns 0 or a negative errno. */
int words_map_for(struct words *words, int fd, int protection);
int words_map(struct words *words, int fd);

/*
 * Maps the words for reading and writing if the object allows it, else for
 * reading. Mapping attaches the process to an object that has attachments.
 */
int words_attach(struct words *words, int fd);
void words_unmap(struct words *words);

static inline struct word *word_at(const struct words *words,
				   unsigned int element)
{
	return (struct word *)(words->base + element * words->stride);
}

static inline __u64 word_load(const struct word *word)
{
	return __atomic_load_n(&word->value, __ATOMIC_ACQUIRE);
}

static inline void word_store(struct word *word, __u64 value)
{
	__atomic_store_n(&word->value, value, __ATOMIC_RELEASE);
}

static inline bool word_swap(struct word *word, __u64 old, __u64 new)
{
	return __atomic_compare_exchange_n(&word->value, &old, new, 0,
					   __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
}

static inline bool word_is_slow(const struct word *word)
{
	return word_load(word) & KIPC_SLOW;
}

#define SEMAPHORE_BITS	(KIPC_SEMAPHORE_COUNT | KIPC_SEMAPHORE_WAITERS | \
			 KIPC_SEMAPHORE_WOKEN)

/*
 * Takes a unit in user space. Returns false if the caller has to enter the kernel.
 */
bool word_take(struct word *word);

/*
 * Posts a unit in user space. Returns false if the caller has to enter the kernel.
 */
bool word_give(struct word *word, __u32 max);

/* Returns the word of a barrier after its last party has arrived. */
__u64 word_opened(__u64 old);

/*
 * Arrives in user space. Returns KIPC_BARRIER_SERIAL if the arrival has opened the
 * barrier, 0 if the caller has to wait with the word *left, and -EAGAIN if the
 * caller has to arrive in the kernel.
 */
int word_arrive(struct word *word, __u32 parties, __u64 *left);

#endif /* WORD_H */
