/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The mutexes that a process is attached to, and their fast paths. The tests have
 * fast paths of their own, so that they check the protocol and not the library. A
 * child of fork() has no mapping, so it has to attach itself.
 */
#ifndef MUTEX_WORD_H
#define MUTEX_WORD_H

#include "word.h"

struct mutexes {
	int fd;
	__u32 attachment;
	struct words words;
};

/* Maps the words, which attaches the process. Returns 0 or a negative errno. */
int mutexes_attach(struct mutexes *mutexes, int fd);
void mutexes_detach(struct mutexes *mutexes);

/*
 * Returns the number of the calling thread. It asks the kernel only once in each
 * thread; a child of fork() is a thread with a number of its own.
 */
__u64 own_number(void);

/* Returns the word of a mutex that the calling thread owns. */
__u64 owner_word(__u32 attachment);

/*
 * Locks a mutex in user space. Returns false if the caller has to enter the kernel.
 * It is always inlined, so that a test can step through its instructions.
 */
static __always_inline bool word_lock(struct word *word, __u64 owner)
{
	const __u64 free = KIPC_MUTEX_WAITERS;
	__u64 old;

	do {
		old = word_load(word);
		if (old & ~free)
			return false;
	} while (!word_swap(word, old, old | owner));
	return true;
}

/* Unlocks a mutex in user space. Returns false if that needs the kernel. */
static __always_inline bool word_unlock(struct word *word, __u64 owner)
{
	/* The load comes first because the words may be mapped for reading only. */
	return word_load(word) == owner && word_swap(word, owner, 0);
}

/* These try in user space first, then in the kernel. */
int mutexes_lock(const struct mutexes *mutexes, unsigned int element,
		 __u64 owner, __s64 deadline);
int mutexes_unlock(const struct mutexes *mutexes, unsigned int element,
		   __u64 owner);

#endif /* MUTEX_WORD_H */
