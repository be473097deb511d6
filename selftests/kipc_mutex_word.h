/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A process and the mutexes that it is attached to: fast paths of the tests'
 * own, so that they check the protocol and not the library, and children that
 * lock. A child of fork() has no mapping, so it attaches anew.
 */
#ifndef KIPC_MUTEX_WORD_H
#define KIPC_MUTEX_WORD_H

#include "kipc_child.h"
#include "kipc_word.h"

#include <poll.h>

struct mutexes {
	int fd;
	__u32 attachment;
	struct words words;
};

/* Maps the words, which attaches; 0 or a negative errno. */
static inline int mutexes_attach(struct mutexes *mutexes, int fd)
{
	int ret = words_map(&mutexes->words, fd);

	/* Words that are sealed are mapped only to be attached. */
	if (ret == -EACCES)
		ret = words_map_for(&mutexes->words, fd, PROT_READ);
	if (ret)
		return ret;
	mutexes->fd = fd;
	mutexes->attachment = attachment_of(fd);
	return 0;
}

static inline void mutexes_detach(struct mutexes *mutexes)
{
	words_unmap(&mutexes->words);
}

/* The calling thread's number, asked for once; a child of fork() is another thread. */
static inline __u64 own_number(void)
{
	static __thread __s64 number;
	static __thread pid_t tid;

	if (tid != syscall(SYS_gettid)) {
		tid = syscall(SYS_gettid);
		number = thread_number();
	}
	return number;
}

/* What the calling thread writes into a word that it locks. */
static inline __u64 owner_word(__u32 attachment)
{
	return (__u64)attachment << KIPC_MUTEX_SHIFT | own_number();
}

/* Becomes the owner by the word alone: false where the kernel must be asked. */
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

/* Stops being the owner by the word alone. */
static __always_inline bool word_unlock(struct word *word, __u64 owner)
{
	/* Looked at first: one that is sealed cannot be written to. */
	return word_load(word) == owner && word_swap(word, owner, 0);
}

/* By the word if that does, else by the kernel. */
static inline int mutexes_lock(const struct mutexes *mutexes,
			       unsigned int element, __u64 owner,
			       __s64 deadline)
{
	if (word_lock(word_at(&mutexes->words, element), owner))
		return 0;
	return mutex_timedlock_as(mutexes->fd, element, mutexes->attachment,
				  deadline, 0);
}

static inline int mutexes_unlock(const struct mutexes *mutexes,
				 unsigned int element, __u64 owner)
{
	if (word_unlock(word_at(&mutexes->words, element), owner))
		return 0;
	return mutex_call_as(mutexes->fd, KIPC_MUTEX_UNLOCK, element,
			     mutexes->attachment);
}

/* Children. */

struct lock_request {
	int fd;
	unsigned int element;
	unsigned int flags;
	__s64 deadline;
};

/* Whoever gets the mutex dies as its owner: the child ends with that. */
static inline int run_lock_and_die(void *data)
{
	const struct lock_request *request = data;
	struct mutexes mutexes;
	int ret = mutexes_attach(&mutexes, request->fd);

	if (ret)
		return ret;
	return mutex_timedlock(request->fd, request->element, request->deadline,
			       request->flags);
}

static inline int run_lock_and_unlock(void *data)
{
	const struct lock_request *request = data;
	int ret = run_lock_and_die(data);

	if (ret == -EOWNERDEAD)
		mutex_consistent(request->fd, request->element);
	if (!ret || ret == -EOWNERDEAD)
		mutex_unlock(request->fd, request->element);
	return ret;
}

/* Owns it until the child is killed. */
static inline int run_lock_and_hold(void *data)
{
	int ret = run_lock_and_die(data);

	if (!ret || ret == -EOWNERDEAD)
		for (;;)
			pause();
	return ret;
}

static inline void start_lock(struct child *child, int (*run)(void *data),
			      int fd, unsigned int element)
{
	struct lock_request request = {
		.fd = fd,
		.element = element,
		.deadline = KIPC_FOREVER,
	};

	child_start(child, run, &request);
}

/*
 * Like wait_for_waiters(), for one who owns the mutex: those who want it spin
 * while he runs, so he lets go of the processor between two looks.
 */
#define wait_for_lockers(fd, count) do { \
	long __waiters; \
	while ((__waiters = waiters(fd)) != (long)(count) && __waiters >= 0) \
		poll(NULL, 0, 1); \
	ASSERT_EQ((long)(count), __waiters); \
} while (0)

/* Until somebody owns that mutex. */
static inline void wait_for_owner(int fd, unsigned int element)
{
	struct kipc_mutex_state_args state;

	wait_until(mutex_state(fd, element, &state) || state.depth);
}

/* Until an owner of that mutex has died. */
static inline void wait_for_death(int fd, unsigned int element)
{
	struct kipc_mutex_state_args state;

	wait_until(mutex_state(fd, element, &state) ||
		   (state.state & KIPC_MUTEX_STATE_OWNER_DIED));
}

#endif /* KIPC_MUTEX_WORD_H */
