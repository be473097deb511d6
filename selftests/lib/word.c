// SPDX-License-Identifier: GPL-2.0-only
#include "word.h"

#include "object.h"

#include <errno.h>

int words_map_for(struct words *words, int fd, int protection)
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

int words_map(struct words *words, int fd)
{
	return words_map_for(words, fd, PROT_READ | PROT_WRITE);
}

int words_attach(struct words *words, int fd)
{
	struct kipc_info_args info;
	int ret = object_info(fd, &info);

	if (ret)
		return ret;
	return words_map_for(words, fd, info.created & KIPC_KERNEL_WORDS ?
					PROT_READ : PROT_READ | PROT_WRITE);
}

void words_unmap(struct words *words)
{
	munmap(words->base, words->size);
}

bool word_take(struct word *word)
{
	__u64 old;

	do {
		old = word_load(word);
		if ((old & ~SEMAPHORE_BITS) || !(old & KIPC_SEMAPHORE_COUNT))
			return false;
	} while (!word_swap(word, old, old - 1));
	return true;
}

bool word_give(struct word *word, __u32 max)
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

__u64 word_opened(__u64 old)
{
	return (old & KIPC_BARRIER_RESETS) |
	       ((old + (1ULL << KIPC_BARRIER_SHIFT)) & KIPC_BARRIER_GENERATION);
}

int word_arrive(struct word *word, __u32 parties, __u64 *left)
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
