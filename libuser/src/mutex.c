// SPDX-License-Identifier: MIT
/*
 * Mutexes: the slow paths behind the inline fast paths. A locker that finds an
 * owner spins until the mutex is unlocked or the budget is used up. Everything
 * else that the word can say (there are waiters, an owner died) is left to the
 * kernel.
 */
#include <stdbool.h>
#include <string.h>

#include "attachment.h"
#include "checkers.h"
#include "mutex_handle.h"
#include "sized.h"
#include "spin.h"

#define ASK_TO_LOCK	(KIPC_SLOW | KIPC_MUTEX_OWNER_DIED | \
			 KIPC_MUTEX_NOT_RECOVERABLE)
#define ASK_TO_UNLOCK	(KIPC_SLOW | KIPC_MUTEX_OWNER_DIED | \
			 KIPC_MUTEX_WAITERS)

/* The most pauses between two reads of the word. */
#define PAUSES_MAX	32

/* The budget with KIPC_SPIN; the kernel then spins on while the owner runs. */
#define SPIN_FLAG_BUDGET KIPC_SPINS_MAX

/* The word does not tell the result: call the kernel. */
#define ASK_KERNEL		1

static struct mutex *mutex_handle(struct kipc_mutex *mutex)
{
	return (struct mutex *)mutex;
}

struct kipc_mutex *kipc_mutex_of(const struct kipc_object *object)
{
	struct mutex *mutex = object->handle;
	struct kipc_mutex *shown = &mutex->shown;

	shown->words = object->words;
	shown->elements = object->elements;
	mutex->flags = object->flags;
	kipc_words_register(&shown->words);
	return shown;
}

int kipc_mutex_create_sized(struct kipc_mutex **mutex, const char *name,
			    const struct kipc_mutex_options *given, size_t size)
{
	struct kipc_mutex_options options;
	struct kipc_create_args args;
	struct kipc_object object;
	int error;

	*mutex = NULL;
	error = kipc_sized_in(&options, sizeof(options),
			      SIZE_UP_TO(struct kipc_mutex_options, access), given,
			      size);
	if (error)
		return error;
	/* An initialiser need not clear the attributes' unused bytes. */
	memset(&args, 0, sizeof(args));
	args.flags = options.flags;
	args.type = KIPC_MUTEX;
	args.elements = options.elements ?: 1;
	args.mode = options.mode ?: 0600;
	args.access = options.access;
	error = kipc_object_create(&object, sizeof(struct mutex), &args, name);
	*mutex = error ? NULL : kipc_mutex_of(&object);
	return error;
}

int kipc_mutex_open(struct kipc_mutex **mutex, const char *name,
		    unsigned int access)
{
	struct kipc_object object;
	int error;

	error = kipc_object_open(&object, sizeof(struct mutex), KIPC_MUTEX, name,
				 access);
	*mutex = error ? NULL : kipc_mutex_of(&object);
	return error;
}

int kipc_mutex_import(struct kipc_mutex **mutex, int fd)
{
	struct kipc_object object;
	int error;

	error = kipc_object_import(&object, sizeof(struct mutex), KIPC_MUTEX, fd);
	*mutex = error ? NULL : kipc_mutex_of(&object);
	return error;
}

void kipc_mutex_close(struct kipc_mutex *mutex)
{
	if (!mutex)
		return;
	kipc_words_unregister(&mutex->words);
	kipc_object_close(mutex, &mutex->words, mutex->words.fd);
}

int kipc_mutex_fd(const struct kipc_mutex *mutex)
{
	return mutex->words.fd;
}

/* ------------------------------------------------------------------------- */
/* By the word                                                               */
/* ------------------------------------------------------------------------- */

/*
 * Locks a mutex again that the caller owns. Returns 0, a negative errno, or
 * ASK_KERNEL if the word has changed.
 */
static int mutex_word_relock(const struct mutex *mutex, kipc_word *word,
			     kipc_word old)
{
	if (!(mutex->flags & KIPC_RECURSIVE))
		return -EDEADLK;
	if ((old & KIPC_MUTEX_DEPTH) == KIPC_MUTEX_DEPTH)
		return -EOVERFLOW;
	return kipc_mutex_swap(word, old, old + KIPC_MUTEX_DEPTH_ONE,
			       __ATOMIC_ACQUIRE) ? 0 : ASK_KERNEL;
}

/*
 * Tries to lock the mutex by its word. Returns 0, -EAGAIN if another thread
 * owns it, another negative errno, or ASK_KERNEL.
 */
static int mutex_word_lock(const struct mutex *mutex, kipc_word *word)
{
	kipc_word old = __atomic_load_n(word, __ATOMIC_RELAXED);
	kipc_word self = kipc_mutex_self(&mutex->shown);

	if (old & ASK_TO_LOCK)
		return ASK_KERNEL;
	if ((old & KIPC_MUTEX_OWNER) == self)
		return mutex_word_relock(mutex, word, old);
	if (old & KIPC_MUTEX_OWNER)
		return -EAGAIN;
	return kipc_mutex_swap(word, old, old | self, __ATOMIC_ACQUIRE) ?
	       0 : -EAGAIN;
}

/*
 * Returns how many iterations to spin. It is 0 for a fair mutex, where a caller
 * has no place in the order until the kernel queues it.
 */
static uint32_t mutex_spin_budget(const struct mutex *mutex)
{
	uint32_t budget = mutex->flags & KIPC_FAIR ?
			  0 : kipc_spin_budget(&mutex->spins);

	return budget && (mutex->flags & KIPC_SPIN) ? SPIN_FLAG_BUDGET : budget;
}

/*
 * Spins until mutex_word_lock() returns something else than -EAGAIN or the
 * budget is used up. The pauses between two reads double, so that the readers
 * disturb the owner less.
 */
static int mutex_word_spin(struct mutex *mutex, kipc_word *word)
{
	uint32_t budget = mutex_spin_budget(mutex), iterations, pauses = 1, i;
	int result = -EAGAIN;

	for (iterations = 0; iterations < budget && result == -EAGAIN;
	     iterations += pauses) {
		for (i = 0; i < pauses; i++)
			kipc_pause();
		if (pauses < PAUSES_MAX)
			pauses *= 2;
		result = mutex_word_lock(mutex, word);
	}
	if (budget)
		kipc_spin_learn(&mutex->spins, iterations, !result);
	return result;
}

/* Tries to unlock the mutex by its word. Returns 0, -EPERM or ASK_KERNEL. */
static int mutex_word_unlock(const struct kipc_mutex *mutex, kipc_word *word)
{
	kipc_word old = __atomic_load_n(word, __ATOMIC_RELAXED), left = 0;

	if (old & ASK_TO_UNLOCK)
		return ASK_KERNEL;
	if ((old & KIPC_MUTEX_OWNER) != kipc_mutex_self(mutex))
		return -EPERM;
	if (old & KIPC_MUTEX_DEPTH)
		left = old - KIPC_MUTEX_DEPTH_ONE;
	/* This fails if a thread has begun to wait since the load. */
	return kipc_mutex_swap(word, old, left, __ATOMIC_RELEASE) ? 0 : ASK_KERNEL;
}

/* ------------------------------------------------------------------------- */
/* The verbs                                                                 */
/* ------------------------------------------------------------------------- */

/*
 * The word does not tell whether the owner lives. When threads wait, the kernel
 * checks that. For threads that only try, the library calls the kernel once in
 * this many milliseconds, by a clock that costs some nanoseconds to read.
 */
#define ASK_EVERY_MS	10

/* Returns whether a failed try shall call the kernel. */
static bool mutex_time_to_ask(struct mutex *mutex)
{
	uint32_t now = kipc_coarse_ms();

	if (now - __atomic_load_n(&mutex->asked, __ATOMIC_RELAXED) <
	    ASK_EVERY_MS)
		return false;
	__atomic_store_n(&mutex->asked, now, __ATOMIC_RELAXED);
	return true;
}

/*
 * Locks the mutex by its word, and spins unless this is a try. Returns 0,
 * ASK_KERNEL if the caller has to wait or the word does not tell the result,
 * -EAGAIN for a try, or another negative errno.
 */
static int mutex_lock_by_word(struct mutex *mutex, kipc_word *word, bool try)
{
	int result;

	if (!kipc_thread && kipc_thread_find(mutex->shown.words.fd))
		return ASK_KERNEL;
	result = mutex_word_lock(mutex, word);
	if (result != -EAGAIN)
		return result;
	if (try)
		return mutex_time_to_ask(mutex) ? ASK_KERNEL : -EAGAIN;
	result = mutex_word_spin(mutex, word);
	return result == -EAGAIN ? ASK_KERNEL : result;
}

static int mutex_ioctl(struct kipc_mutex *mutex, unsigned long command,
		       uint32_t element)
{
	struct kipc_mutex_args args = {
		.size = sizeof(args),
		.element = element,
		.attachment = mutex->words.attachment,
	};

	return kipc_call(mutex->words.fd, command, &args);
}

int kipc_mutex_lock_slow(struct kipc_mutex *mutex, uint32_t element,
			 int64_t deadline, unsigned int flags)
{
	struct kipc_mutex_lock_args args = {
		.size = sizeof(args),
		.flags = flags,
		.element = element,
		.attachment = mutex->words.attachment,
		.deadline = deadline,
	};
	kipc_word *word;
	int result;

	if (element >= mutex->elements)
		return -EINVAL;
	word = kipc_words_at(&mutex->words, element);
	result = mutex_lock_by_word(mutex_handle(mutex), word, flags & KIPC_TRY);
	if (result == ASK_KERNEL)
		result = kipc_call(mutex->words.fd, KIPC_MUTEX_LOCK, &args);
	if (!result || result == -EOWNERDEAD)
		kipc_checker_acquire(kipc_checker_address(&mutex->words, element));
	return result;
}

int kipc_mutex_unlock_slow(struct kipc_mutex *mutex, uint32_t element)
{
	kipc_word *word;
	int result = ASK_KERNEL;

	if (element >= mutex->elements)
		return -EINVAL;
	word = kipc_words_at(&mutex->words, element);
	kipc_checker_release(kipc_checker_address(&mutex->words, element));
	if (kipc_thread || !kipc_thread_find(mutex->words.fd))
		result = mutex_word_unlock(mutex, word);
	if (result == ASK_KERNEL)
		result = mutex_ioctl(mutex, KIPC_MUTEX_UNLOCK, element);
	return result;
}

int kipc_mutex_consistent(struct kipc_mutex *mutex, uint32_t element)
{
	return mutex_ioctl(mutex, KIPC_MUTEX_CONSISTENT, element);
}

void kipc_mutex_spins_sized(const struct kipc_mutex *mutex, struct kipc_spins *spins,
			    size_t size)
{
	kipc_spin_read(&((const struct mutex *)mutex)->spins, spins, size);
}

int kipc_mutex_state_sized(struct kipc_mutex *mutex, uint32_t element,
			   struct kipc_mutex_state_args *state, size_t size)
{
	return kipc_object_state(mutex->words.fd, KIPC_MUTEX_STATE, element, state,
				 size);
}
