// SPDX-License-Identifier: MIT
/*
 * Semaphores: the slow paths. The fast paths are inline in kipc.h, for words
 * that contain nothing but units. A thread that finds too few units spins for
 * a while and may then take units before threads that wait in the kernel
 * already. At a fair semaphore it does not, because there the kernel decides
 * the order.
 */
#include <string.h>

#include "attachment.h"
#include "checkers.h"
#include "semaphore_handle.h"
#include "sized.h"

/* The word does not tell the result: call the kernel. */
#define ASK_KERNEL	1

static struct semaphore *semaphore_handle(struct kipc_semaphore *semaphore)
{
	return (struct semaphore *)semaphore;
}

static struct kipc_semaphore *semaphore_of(const struct kipc_object *object)
{
	struct semaphore *semaphore = object->handle;
	struct kipc_semaphore *shown = &semaphore->shown;

	shown->words = object->words;
	shown->elements = object->elements;
	shown->max = object->attributes.semaphore.max;
	semaphore->flags = object->flags;
	kipc_words_register(&shown->words);
	return shown;
}

int kipc_semaphore_create_sized(struct kipc_semaphore **semaphore, const char *name,
				const struct kipc_semaphore_options *given, size_t size)
{
	struct kipc_semaphore_options options;
	struct kipc_create_args args;
	struct kipc_object object;
	int error;

	*semaphore = NULL;
	error = kipc_sized_in(&options, sizeof(options),
			      SIZE_UP_TO(struct kipc_semaphore_options, access), given,
			      size);
	if (error)
		return error;
	/* An initialiser need not clear the attributes' unused bytes. */
	memset(&args, 0, sizeof(args));
	args.flags = options.flags;
	args.type = KIPC_SEMAPHORE;
	args.elements = options.elements ?: 1;
	args.mode = options.mode ?: 0600;
	args.access = options.access;
	args.attributes.semaphore.initial = options.initial;
	args.attributes.semaphore.max = options.max ?: KIPC_SEMAPHORE_MAX;
	error = kipc_object_create(&object, sizeof(struct semaphore), &args, name);
	*semaphore = error ? NULL : semaphore_of(&object);
	return error;
}

int kipc_semaphore_open_words(struct kipc_semaphore **semaphore, const char *name,
			      unsigned int access)
{
	struct kipc_object object;
	int error;

	error = kipc_object_open(&object, sizeof(struct semaphore), KIPC_SEMAPHORE,
				 name, access);
	*semaphore = error ? NULL : semaphore_of(&object);
	return error;
}

int kipc_semaphore_import_words(struct kipc_semaphore **semaphore, int fd)
{
	struct kipc_object object;
	int error;

	error = kipc_object_import(&object, sizeof(struct semaphore),
				   KIPC_SEMAPHORE, fd);
	*semaphore = error ? NULL : semaphore_of(&object);
	return error;
}

void kipc_semaphore_close(struct kipc_semaphore *semaphore)
{
	if (!semaphore)
		return;
	kipc_words_unregister(&semaphore->words);
	kipc_object_close(semaphore, &semaphore->words, semaphore->words.fd);
}

int kipc_semaphore_fd(const struct kipc_semaphore *semaphore)
{
	return semaphore->words.fd;
}

/*
 * Returns whether the word is user-owned and has no unknown bits, so that the
 * units may be changed here. There may be waiters.
 */
static int semaphore_word_is_user_owned(kipc_word word)
{
	return !(word & ~(KIPC_SEMAPHORE_COUNT | KIPC_SEMAPHORE_WAITERS |
			  KIPC_SEMAPHORE_WOKEN));
}

/* Takes units by the word. Returns 0, -EAGAIN (too few units) or ASK_KERNEL. */
static int semaphore_word_take(kipc_word *word, uint32_t count)
{
	kipc_word old = __atomic_load_n(word, __ATOMIC_RELAXED);

	do {
		if (!semaphore_word_is_user_owned(old))
			return ASK_KERNEL;
		if ((old & KIPC_SEMAPHORE_COUNT) < count)
			return -EAGAIN;
	} while (!__atomic_compare_exchange_n(word, &old, old - count, 1,
					      __ATOMIC_ACQUIRE,
					      __ATOMIC_RELAXED));
	return 0;
}

/*
 * Spins until semaphore_word_take() returns something else than -EAGAIN or the
 * budget is used up.
 */
static int semaphore_word_spin(struct semaphore *semaphore, kipc_word *word,
			       uint32_t count)
{
	int result = semaphore_word_take(word, count);
	uint32_t budget = 0, iterations;

	if (result == -EAGAIN && !(semaphore->flags & KIPC_FAIR))
		budget = kipc_spin_budget(&semaphore->spins);
	for (iterations = 0; iterations < budget && result == -EAGAIN;
	     iterations++) {
		kipc_pause();
		result = semaphore_word_take(word, count);
	}
	if (iterations)
		kipc_spin_learn(&semaphore->spins, iterations, !result);
	return result;
}

static int semaphore_wait_ioctl(struct kipc_semaphore *semaphore,
				uint32_t element, uint32_t count,
				int64_t deadline, unsigned int flags)
{
	struct kipc_semaphore_wait_args args = {
		.size = sizeof(args),
		.flags = flags,
		.element = element,
		.count = count,
		.deadline = deadline,
	};

	return kipc_call(semaphore->words.fd, KIPC_SEMAPHORE_WAIT, &args);
}

int kipc_semaphore_wait_slow(struct kipc_semaphore *semaphore,
			     uint32_t element, uint32_t count,
			     int64_t deadline, unsigned int flags)
{
	kipc_word *word = kipc_words_at(&semaphore->words, element);
	int result;

	if (count > semaphore->max)
		return -EINVAL;
	if (flags & KIPC_TRY)
		result = semaphore_word_take(word, count);
	else
		result = semaphore_word_spin(semaphore_handle(semaphore), word,
					     count);
	if (result == ASK_KERNEL || (result == -EAGAIN && !(flags & KIPC_TRY)))
		result = semaphore_wait_ioctl(semaphore, element, count,
					      deadline, flags);
	if (!result)
		kipc_checker_acquire(kipc_checker_address(&semaphore->words, element));
	return result;
}

/*
 * Posts units by the word. Returns 0, -EOVERFLOW or ASK_KERNEL. With WOKEN a
 * waiter is awake already and will take one unit; for more units the kernel
 * has to wake another one.
 */
static int semaphore_word_give(kipc_word *word, uint32_t count, uint32_t max)
{
	kipc_word old = __atomic_load_n(word, __ATOMIC_RELAXED);
	uint64_t units;

	do {
		if (!semaphore_word_is_user_owned(old) ||
		    (old & KIPC_SEMAPHORE_WAITERS))
			return ASK_KERNEL;
		units = (old & KIPC_SEMAPHORE_COUNT) + count;
		if ((old & KIPC_SEMAPHORE_WOKEN) && units > 1)
			return ASK_KERNEL;
		if (units > max)
			return -EOVERFLOW;
	} while (!__atomic_compare_exchange_n(word, &old, old + count, 1,
					      __ATOMIC_RELEASE,
					      __ATOMIC_RELAXED));
	return 0;
}

static int semaphore_post_ioctl(struct kipc_semaphore *semaphore,
				uint32_t element, uint32_t count)
{
	struct kipc_semaphore_post_args args = {
		.size = sizeof(args),
		.element = element,
		.count = count,
	};

	return kipc_call(semaphore->words.fd, KIPC_SEMAPHORE_POST, &args);
}

int kipc_semaphore_post_slow(struct kipc_semaphore *semaphore,
			     uint32_t element, uint32_t count)
{
	kipc_word *word = kipc_words_at(&semaphore->words, element);
	int result;

	kipc_checker_release(kipc_checker_address(&semaphore->words, element));
	result = semaphore_word_give(word, count, semaphore->max);
	return result == ASK_KERNEL ?
	       semaphore_post_ioctl(semaphore, element, count) : result;
}

/*
 * Makes the post alone, if possible; returns its result, or ASK_KERNEL if one
 * system call shall make both the post and the wait.
 *
 * If the awaited word is kernel-owned the wait is a system call. The kernel
 * then has to see both operations at once, so that it can report errors of the
 * wait before the post.
 *
 * If the post has to wake a waiter, one system call for both lets that waiter
 * run on this processor. But if the caller's wait is likely to end while it
 * spins, the caller keeps the processor and posts alone.
 */
static int semaphore_post_alone(struct kipc_semaphore *semaphore,
				uint32_t element, uint32_t count,
				struct kipc_semaphore *other,
				uint32_t wait_element)
{
	kipc_word *word = kipc_words_at(&semaphore->words, element);
	kipc_word *awaited = kipc_words_at(&other->words, wait_element);
	int result;

	kipc_checker_release(kipc_checker_address(&semaphore->words, element));
	if (__atomic_load_n(awaited, __ATOMIC_RELAXED) & KIPC_SLOW)
		return ASK_KERNEL;
	result = semaphore_word_give(word, count, semaphore->max);
	if (result == ASK_KERNEL &&
	    kipc_spin_is_promising(&semaphore_handle(other)->spins))
		result = semaphore_post_ioctl(semaphore, element, count);
	return result;
}

int kipc_semaphore_post_timedwait(struct kipc_semaphore *semaphore,
				  uint32_t element, uint32_t count,
				  struct kipc_semaphore *other,
				  uint32_t wait_element, uint32_t wait_count,
				  int64_t deadline, unsigned int flags)
{
	struct kipc_semaphore_post_wait_args args;
	int result;

	if (element >= semaphore->elements || !count ||
	    wait_element >= other->elements || !wait_count ||
	    wait_count > other->max || deadline < 0 ||
	    (flags & ~KIPC_REALTIME))
		return -EINVAL;
	result = semaphore_post_alone(semaphore, element, count, other,
				      wait_element);
	if (!result) {
		result = kipc_semaphore_timedwait(other, wait_element, wait_count,
						  deadline, flags);
		goto out;
	}
	if (result != ASK_KERNEL)
		return result;
	args = (struct kipc_semaphore_post_wait_args) {
		.size = sizeof(args),
		.flags = flags,
		.element = element,
		.count = count,
		.wait_fd = other == semaphore ? -1 : other->words.fd,
		.wait_element = wait_element,
		.wait_count = wait_count,
		.deadline = deadline,
	};
	result = kipc_call(semaphore->words.fd, KIPC_SEMAPHORE_POST_WAIT, &args);
out:
	if (!result)
		kipc_checker_acquire(kipc_checker_address(&other->words,
							  wait_element));
	return result;
}

int kipc_semaphore_post_wait(struct kipc_semaphore *semaphore,
			     uint32_t element, uint32_t count,
			     struct kipc_semaphore *other,
			     uint32_t wait_element, uint32_t wait_count)
{
	return kipc_semaphore_post_timedwait(semaphore, element, count, other,
					     wait_element, wait_count,
					     KIPC_FOREVER, 0);
}

void kipc_semaphore_spins_sized(const struct kipc_semaphore *semaphore,
				struct kipc_spins *spins, size_t size)
{
	kipc_spin_read(&((const struct semaphore *)semaphore)->spins, spins, size);
}

int kipc_semaphore_value(struct kipc_semaphore *semaphore, uint32_t element,
			 uint32_t *value)
{
	struct kipc_semaphore_value_args args = {
		.size = sizeof(args),
		.element = element,
	};
	int error;

	error = kipc_call(semaphore->words.fd, KIPC_SEMAPHORE_VALUE, &args);
	if (!error)
		*value = args.value;
	return error;
}
