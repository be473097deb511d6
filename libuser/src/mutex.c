// SPDX-License-Identifier: MIT
/*
 * Mutexes: what the inline fast path leaves. A locker that finds an owner looks
 * for a while whether he stops being it; whatever else the word says (somebody
 * waits in a queue, an owner died) is for the kernel to decide.
 */
#include <stdbool.h>
#include <string.h>

#include "attachment.h"
#include "mutex.h"
#include "spin.h"

#define ASK_TO_LOCK	(KIPC_SLOW | KIPC_MUTEX_OWNER_DIED | \
			 KIPC_MUTEX_NOT_RECOVERABLE)
#define ASK_TO_UNLOCK	(KIPC_SLOW | KIPC_MUTEX_OWNER_DIED | \
			 KIPC_MUTEX_WAITERS)

/* Pauses between two looks, at the most. */
#define PAUSES_MAX	32

/* With KIPC_SPIN the kernel goes on while the owner runs. */
#define SPINS_OF_SPINLOCK KIPC_SPINS_MAX

/* The word does not say what to do: ask the kernel. */
#define ASK		1

struct kipc_mutex *kipc_mutex_of(const struct kipc_object *object)
{
	struct kipc_mutex *mutex = object->handle;

	mutex->words = object->words;
	mutex->elements = object->elements;
	mutex->flags = object->flags;
	kipc_words_join(&mutex->words);
	return mutex;
}

int kipc_mutex_create(struct kipc_mutex **mutex, const char *name,
		      const struct kipc_mutex_options *options)
{
	static const struct kipc_mutex_options defaults;
	struct kipc_create_args args;
	struct kipc_object object;
	int error;

	if (!options)
		options = &defaults;
	/* An initialiser need not clear the attributes' unused bytes. */
	memset(&args, 0, sizeof(args));
	args.flags = options->flags;
	args.type = KIPC_MUTEX;
	args.elements = options->elements ?: 1;
	args.mode = options->mode ?: 0600;
	args.access = options->access;
	error = kipc_object_create(&object, sizeof(**mutex), &args, name);
	*mutex = error ? NULL : kipc_mutex_of(&object);
	return error;
}

int kipc_mutex_open(struct kipc_mutex **mutex, const char *name,
		    unsigned int access)
{
	struct kipc_object object;
	int error;

	error = kipc_object_open(&object, sizeof(**mutex), KIPC_MUTEX, name,
				 access);
	*mutex = error ? NULL : kipc_mutex_of(&object);
	return error;
}

int kipc_mutex_import(struct kipc_mutex **mutex, int fd)
{
	struct kipc_object object;
	int error;

	error = kipc_object_import(&object, sizeof(**mutex), KIPC_MUTEX, fd);
	*mutex = error ? NULL : kipc_mutex_of(&object);
	return error;
}

void kipc_mutex_close(struct kipc_mutex *mutex)
{
	if (!mutex)
		return;
	kipc_words_leave(&mutex->words);
	kipc_object_close(mutex, &mutex->words, mutex->words.fd);
}

int kipc_mutex_fd(const struct kipc_mutex *mutex)
{
	return mutex->words.fd;
}

/* ------------------------------------------------------------------------- */
/* By the word                                                               */
/* ------------------------------------------------------------------------- */

/* Lock it again: 0, a negative errno, or ASK where the word has changed. */
static int word_relock(const struct kipc_mutex *mutex, kipc_word *word,
		       kipc_word old)
{
	if (!(mutex->flags & KIPC_RECURSIVE))
		return -EDEADLK;
	if ((old & KIPC_MUTEX_DEPTH) == KIPC_MUTEX_DEPTH)
		return -EOVERFLOW;
	return kipc_mutex_swap(word, old, old + KIPC_MUTEX_DEPTH_ONE,
			       __ATOMIC_ACQUIRE) ? 0 : ASK;
}

/* One look: 0, a negative errno, -EAGAIN where it is somebody else's, or ASK. */
static int word_lock(const struct kipc_mutex *mutex, kipc_word *word)
{
	kipc_word old = __atomic_load_n(word, __ATOMIC_RELAXED);
	kipc_word self = kipc_mutex_self(mutex);

	if (old & ASK_TO_LOCK)
		return ASK;
	if ((old & KIPC_MUTEX_OWNER) == self)
		return word_relock(mutex, word, old);
	if (old & KIPC_MUTEX_OWNER)
		return -EAGAIN;
	return kipc_mutex_swap(word, old, old | self, __ATOMIC_ACQUIRE) ?
	       0 : -EAGAIN;
}

/* None for a fair mutex: its order begins where the kernel queues the caller. */
static uint32_t spin_budget(const struct kipc_mutex *mutex)
{
	uint32_t budget = mutex->flags & KIPC_FAIR ?
			  0 : kipc_spin_budget(&mutex->spins);

	return budget && (mutex->flags & KIPC_SPIN) ? SPINS_OF_SPINLOCK : budget;
}

/* Looks until there is something else to say than -EAGAIN, or the budget ends. */
static int word_spin(struct kipc_mutex *mutex, kipc_word *word)
{
	uint32_t budget = spin_budget(mutex), looks, pauses = 1, i;
	int result = -EAGAIN;

	for (looks = 0; looks < budget && result == -EAGAIN; looks += pauses) {
		for (i = 0; i < pauses; i++)
			kipc_pause();
		if (pauses < PAUSES_MAX)
			pauses *= 2;
		result = word_lock(mutex, word);
	}
	if (budget)
		kipc_spin_learn(&mutex->spins, looks, !result);
	return result;
}

/* Unlock it: 0, -EPERM, or ASK. */
static int word_unlock(const struct kipc_mutex *mutex, kipc_word *word)
{
	kipc_word old = __atomic_load_n(word, __ATOMIC_RELAXED), left = 0;

	if (old & ASK_TO_UNLOCK)
		return ASK;
	if ((old & KIPC_MUTEX_OWNER) != kipc_mutex_self(mutex))
		return -EPERM;
	if (old & KIPC_MUTEX_DEPTH)
		left = old - KIPC_MUTEX_DEPTH_ONE;
	/* It fails where somebody has begun to wait. */
	return kipc_mutex_swap(word, old, left, __ATOMIC_RELEASE) ? 0 : ASK;
}

/* ------------------------------------------------------------------------- */
/* The verbs                                                                 */
/* ------------------------------------------------------------------------- */

/*
 * A word does not tell whether its owner lives. Threads that wait have the kernel look
 * after that; one that only tries asks now and then, by a clock that costs some
 * nanoseconds.
 */
#define ASK_EVERY_MS	10

static bool time_to_ask(struct kipc_mutex *mutex)
{
	uint32_t now = kipc_coarse_ms();

	if (now - __atomic_load_n(&mutex->asked, __ATOMIC_RELAXED) <
	    ASK_EVERY_MS)
		return false;
	__atomic_store_n(&mutex->asked, now, __ATOMIC_RELAXED);
	return true;
}

/* By the word, as far as the caller waits there; else ASK, or -EAGAIN of a try. */
static int lock_by_word(struct kipc_mutex *mutex, kipc_word *word, bool try)
{
	int result;

	if (!kipc_thread && kipc_thread_find(mutex->words.fd))
		return ASK;
	result = word_lock(mutex, word);
	if (result != -EAGAIN)
		return result;
	if (try)
		return time_to_ask(mutex) ? ASK : -EAGAIN;
	result = word_spin(mutex, word);
	return result == -EAGAIN ? ASK : result;
}

static int mutex_call(struct kipc_mutex *mutex, unsigned long command,
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
	int result;

	if (element >= mutex->elements)
		return -EINVAL;
	result = lock_by_word(mutex, kipc_words_at(&mutex->words, element),
			      flags & KIPC_TRY);
	return result == ASK ? kipc_call(mutex->words.fd, KIPC_MUTEX_LOCK, &args) :
			       result;
}

int kipc_mutex_unlock_slow(struct kipc_mutex *mutex, uint32_t element)
{
	int result = ASK;

	if (element >= mutex->elements)
		return -EINVAL;
	if (kipc_thread || !kipc_thread_find(mutex->words.fd))
		result = word_unlock(mutex, kipc_words_at(&mutex->words, element));
	if (result == ASK)
		result = mutex_call(mutex, KIPC_MUTEX_UNLOCK, element);
	return result;
}

int kipc_mutex_consistent(struct kipc_mutex *mutex, uint32_t element)
{
	return mutex_call(mutex, KIPC_MUTEX_CONSISTENT, element);
}

void kipc_mutex_spins(const struct kipc_mutex *mutex, struct kipc_spins *spins)
{
	kipc_spin_read(&mutex->spins, spins);
}

int kipc_mutex_state(struct kipc_mutex *mutex, uint32_t element,
		     struct kipc_mutex_state_args *state)
{
	memset(state, 0, sizeof(*state));
	state->size = sizeof(*state);
	state->element = element;
	return kipc_call(mutex->words.fd, KIPC_MUTEX_STATE, state);
}
