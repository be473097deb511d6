/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The words of an object, mapped, and the fast paths of semaphores and barriers:
 * the tests have their own, so that they check the protocol and not the library.
 */
#ifndef KIPC_WORD_H
#define KIPC_WORD_H

#include "kipc_test.h"

/* A structure, because a 32 bit program aligns a bare __u64 to four bytes. */
struct word {
	__aligned_u64 value;
};

struct words {
	char *base;
	size_t stride;
	size_t size;
};

/* Maps all words for that; 0 or a negative errno. */
static inline int words_map_for(struct words *words, int fd, int protection)
{
	struct kipc_info_args info;
	int ret = object_info(fd, &info);
	void *base;

	if (ret)
		return ret;
	base = mmap(NULL, info.map_size, protection, MAP_SHARED, fd, 0);
	if (base == MAP_FAILED)
		return -errno;
	words->base = base;
	words->stride = info.stride;
	words->size = info.map_size;
	return 0;
}

static inline int words_map(struct words *words, int fd)
{
	return words_map_for(words, fd, PROT_READ | PROT_WRITE);
}

/* Maps them as far as they may be, which attaches where anything does. */
static inline int words_attach(struct words *words, int fd)
{
	struct kipc_info_args info;
	int ret = object_info(fd, &info);

	if (ret)
		return ret;
	return words_map_for(words, fd, info.created & KIPC_KERNEL_WORDS ?
					PROT_READ : PROT_READ | PROT_WRITE);
}

static inline void words_unmap(struct words *words)
{
	munmap(words->base, words->size);
}

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

/* Takes a unit by the word alone: false where the kernel must be asked. */
static inline bool word_take(struct word *word)
{
	__u64 old;

	do {
		old = word_load(word);
		if ((old & ~SEMAPHORE_BITS) || !(old & KIPC_SEMAPHORE_COUNT))
			return false;
	} while (!word_swap(word, old, old - 1));
	return true;
}

/* Gives a unit by the word alone: false where the kernel must be asked. */
static inline bool word_give(struct word *word, __u32 max)
{
	__u64 old, units;

	do {
		old = word_load(word);
		units = old & KIPC_SEMAPHORE_COUNT;
		if ((old & ~(KIPC_SEMAPHORE_COUNT | KIPC_SEMAPHORE_WOKEN)) ||
		    (units && (old & KIPC_SEMAPHORE_WOKEN)) || units >= max)
			return false;
	} while (!word_swap(word, old, old + 1));
	return true;
}

/* What the arrival of the last party makes of a barrier's word. */
static inline __u64 word_opened(__u64 old)
{
	return (old & KIPC_BARRIER_RESETS) |
	       ((old + (1ULL << KIPC_BARRIER_SHIFT)) & KIPC_BARRIER_GENERATION);
}

/*
 * Arrives by the word alone. Returns KIPC_BARRIER_SERIAL where that has opened the
 * barrier, 0 where the others are to be waited for with the word *left, and
 * -EAGAIN where the kernel must be asked.
 */
static inline int word_arrive(struct word *word, __u32 parties, __u64 *left)
{
	__u64 old;
	bool last;

	do {
		old = word_load(word);
		if (old & (KIPC_SLOW | KIPC_BARRIER_BROKEN))
			return -EAGAIN;
		last = (old & KIPC_BARRIER_ARRIVED) + 1 == parties;
		*left = last ? word_opened(old) : old + 1;
	} while (!word_swap(word, old, *left));
	return last ? KIPC_BARRIER_SERIAL : 0;
}

#endif /* KIPC_WORD_H */
