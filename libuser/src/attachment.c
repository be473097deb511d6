// SPDX-License-Identifier: MIT
#include <pthread.h>
#include <stdbool.h>
#include <sys/mman.h>

#include "attachment.h"

__thread uint64_t kipc_thread;

/* The word of every object that is not mapped. Nothing writes to it. */
static const kipc_word always_slow = KIPC_SLOW;

/*
 * The lock is held while the list changes and while the process forks. A signal
 * handler may call fork() while its thread holds the lock, and must detect
 * that. So the mutex has the type ERRORCHECK, with priority inheritance: then
 * the compare-and-swap that takes the lock also records the owner, and there is
 * no moment at which the owner would not get EDEADLK.
 *
 * The forward links of the list are valid at every moment, so that the child of
 * such a fork() can follow them.
 */
static pthread_mutex_t list_lock;
/* Nested forks of a thread that held the lock already; under list_lock. */
static unsigned int inside;
static struct kipc_words *list;		/* under list_lock */

/* Forks from the first process with the library to this one. */
static unsigned int forks;
/* The value of forks when this thread last mapped words. */
static __thread unsigned int mapped_after;

/*
 * The address of the words that were unmapped last, NULL if it has been used
 * again. It is the hint for the next mapping: if the place is free, the kernel
 * need not search for one.
 */
static kipc_word *vacant;

void kipc_words_none(struct kipc_words *words)
{
	words->base = (kipc_word *)&always_slow;
	words->stride = 0;
	words->map_size = 0;
	words->attachment = 0;
}

static int thread_ask(int fd, struct kipc_thread_args *args)
{
	int error;

	*args = (struct kipc_thread_args){ .size = sizeof(*args) };
	error = kipc_call(fd, KIPC_THREAD, args);
	kipc_thread = error ? 0 : args->thread;
	return error;
}

int kipc_thread_find(int fd)
{
	struct kipc_thread_args args;

	return thread_ask(fd, &args);
}

/*
 * Returns whether mapping the words attaches the process. See "Participants" in
 * <linux/kipc.h>.
 */
static bool object_tracks(const struct kipc_info_args *info)
{
	switch (info->type) {
	case KIPC_SEMAPHORE:
		return info->created & KIPC_UNDO;
	case KIPC_BARRIER:
		return !(info->created & KIPC_NO_MEMBERS);
	default:
		return true;
	}
}

/*
 * Gets the number of this process's attachment. The same call gets the number
 * of the thread, because the stored one can be wrong: it can be the parent's,
 * in a child that fork() did not make, or come from a module that has been
 * replaced since. The process may be attached even if the thread cannot have a
 * number.
 */
static int attachment_find(int fd, uint32_t *attachment)
{
	struct kipc_thread_args args;
	struct kipc_info_args info;
	int error;

	if (!thread_ask(fd, &args)) {
		*attachment = args.attachment;
		return 0;
	}
	error = kipc_object_info(fd, &info);
	*attachment = error ? 0 : info.attachment;
	return error;
}

static void list_add(struct kipc_words *words)
{
	words->previous = NULL;
	words->next = list;
	if (list)
		list->previous = words;
	__atomic_store_n(&list, words, __ATOMIC_RELEASE);
}

static void list_remove(struct kipc_words *words)
{
	if (words->previous)
		words->previous->next = words->next;
	else
		list = words->next;
	if (words->next)
		words->next->previous = words->previous;
}

int kipc_words_map(struct kipc_words *words, const struct kipc_info_args *info)
{
	int protection = PROT_READ |
			 ((info->created & KIPC_KERNEL_WORDS) ? 0 : PROT_WRITE);
	/* In a child, the inherited mapping at that address is replaced. */
	int flags = words->base ? MAP_SHARED | MAP_FIXED : MAP_SHARED;
	uint32_t attachment = 0;
	void *base = words->base;
	int error = 0;

	mapped_after = forks;
	if (!base)
		base = __atomic_exchange_n(&vacant, NULL, __ATOMIC_RELAXED);
	base = mmap(base, info->map_size, protection, flags, words->fd, 0);
	if (base == MAP_FAILED)
		return -errno;
	if (object_tracks(info))
		error = attachment_find(words->fd, &attachment);
	if (error) {
		munmap(base, info->map_size);
		return error;
	}
	words->base = base;
	words->stride = info->stride / sizeof(*words->base);
	words->map_size = info->map_size;
	words->attachment = attachment;
	words->maps++;
	return 0;
}

void kipc_words_unmap(const struct kipc_words *words)
{
	if (!words->map_size)
		return;
	munmap(words->base, words->map_size);
	__atomic_store_n(&vacant, words->base, __ATOMIC_RELAXED);
}

/*
 * Maps the words of the parent in the child. At their address the child has a
 * read-only mapping that says KIPC_SLOW, or a mapping that a fork handler of
 * another library made there. If the parent closed the descriptor, its number
 * may belong to another object now. The inode number tells; verbs must not act
 * on that object.
 */
static int words_map_again(struct kipc_words *words)
{
	struct kipc_info_args info;

	if (kipc_object_info(words->fd, &info) || info.inode != words->inode) {
		words->fd = -1;
		return -EBADF;
	}
	if (!kipc_words_map(words, &info))
		return 0;
	words->base = NULL;
	return kipc_words_map(words, &info);
}

static void lock_prepare(void)
{
	pthread_mutexattr_t attributes;

	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_ERRORCHECK);
	pthread_mutexattr_setprotocol(&attributes, PTHREAD_PRIO_INHERIT);
	pthread_mutex_init(&list_lock, &attributes);
	pthread_mutexattr_destroy(&attributes);
}

static void before_fork(void)
{
	if (pthread_mutex_lock(&list_lock) == EDEADLK)
		inside++;
}

static void after_fork(void)
{
	if (inside)
		inside--;
	else
		pthread_mutex_unlock(&list_lock);
}

/*
 * Makes a new lock in the child: the owner of the old one is a thread of the
 * parent. The child holds it if the thread that forked held it before fork().
 */
static void lock_again(void)
{
	lock_prepare();
	if (!inside)
		return;
	pthread_mutex_lock(&list_lock);
	inside--;
}

static void in_child(void)
{
	const int saved_errno = errno;
	struct kipc_words *words, *next;

	kipc_thread = 0;
	forks++;
	for (words = list; words; words = next) {
		next = words->next;
		if (words_map_again(words)) {
			list_remove(words);
			kipc_words_none(words);
		}
	}
	lock_again();
	errno = saved_errno;
}

/*
 * Registers the fork handlers before the program can register its own, even in
 * a constructor of a program that contains the library. Handlers that run
 * before fork() run in reverse order of registration, so those of the program
 * run before ours. Handlers that run after fork() run in the order of
 * registration, so those of the program find the words mapped.
 */
__attribute__((constructor(FIRST)))
static void prepare(void)
{
	lock_prepare();
	pthread_atfork(before_fork, after_fork, in_child);
}

void kipc_words_join(struct kipc_words *words)
{
	/*
	 * A signal handler may have called fork() since this thread mapped the
	 * words. Then this is the child, and its words were not in the list.
	 */
	if (words->map_size && mapped_after != forks && words_map_again(words))
		kipc_words_none(words);
	if (!words->attachment)
		return;
	pthread_mutex_lock(&list_lock);
	list_add(words);
	pthread_mutex_unlock(&list_lock);
}

void kipc_words_leave(struct kipc_words *words)
{
	if (!words->attachment)
		return;
	pthread_mutex_lock(&list_lock);
	list_remove(words);
	pthread_mutex_unlock(&list_lock);
}
