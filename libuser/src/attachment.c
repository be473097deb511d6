// SPDX-License-Identifier: MIT
#include <pthread.h>
#include <stdbool.h>
#include <sys/mman.h>

#include "attachment.h"

__thread uint64_t kipc_thread;

/* The word of every object that is not mapped. Nothing writes to it. */
static const kipc_word attachment_always_slow = KIPC_SLOW;

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
static pthread_mutex_t attachment_list_lock;
/* Nested forks of a thread that held the lock already; under the lock. */
static unsigned int attachment_nested_forks;
static struct kipc_words *attachment_list;	/* under the lock */

/* Forks from the first process with the library to this one. */
static unsigned int attachment_forks;
/* The value of attachment_forks when this thread last mapped words. */
static __thread unsigned int attachment_forks_mapped;

/*
 * The address of the words that were unmapped last, NULL if it has been used
 * again. It is the hint for the next mapping: if the place is free, the kernel
 * need not search for one.
 */
static kipc_word *attachment_vacant;

void kipc_words_set_unmapped(struct kipc_words *words)
{
	words->base = (kipc_word *)&attachment_always_slow;
	words->stride = 0;
	words->map_size = 0;
	words->attachment = 0;
}

/* Asks the kernel for the numbers of the thread and of the attachment. */
static int attachment_thread_query(int fd, struct kipc_thread_args *args)
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

	return attachment_thread_query(fd, &args);
}

/*
 * Returns whether mapping the words attaches the process. See "Participants" in
 * <linux/kipc.h>.
 */
static bool attachment_tracks(const struct kipc_info_args *info)
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
static int attachment_query(int fd, uint32_t *attachment)
{
	struct kipc_thread_args args;
	struct kipc_info_args info;
	int error;

	if (!attachment_thread_query(fd, &args)) {
		*attachment = args.attachment;
		return 0;
	}
	error = kipc_object_info(fd, &info);
	*attachment = error ? 0 : info.attachment;
	return error;
}

static void attachment_list_add(struct kipc_words *words)
{
	words->previous = NULL;
	words->next = attachment_list;
	if (attachment_list)
		attachment_list->previous = words;
	__atomic_store_n(&attachment_list, words, __ATOMIC_RELEASE);
}

static void attachment_list_remove(struct kipc_words *words)
{
	if (words->previous)
		words->previous->next = words->next;
	else
		attachment_list = words->next;
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

	attachment_forks_mapped = attachment_forks;
	if (!base)
		base = __atomic_exchange_n(&attachment_vacant, NULL,
					   __ATOMIC_RELAXED);
	base = mmap(base, info->map_size, protection, flags, words->fd, 0);
	if (base == MAP_FAILED)
		return -errno;
	if (attachment_tracks(info))
		error = attachment_query(words->fd, &attachment);
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
	__atomic_store_n(&attachment_vacant, words->base, __ATOMIC_RELAXED);
}

/*
 * Maps the words of the parent in the child. At their address the child has a
 * read-only mapping that says KIPC_SLOW, or a mapping that a fork handler of
 * another library made there. If the parent closed the descriptor, its number
 * may belong to another object now. The inode number tells; verbs must not act
 * on that object.
 */
static int attachment_remap(struct kipc_words *words)
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

static void attachment_lock_init(void)
{
	pthread_mutexattr_t attributes;

	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_ERRORCHECK);
	pthread_mutexattr_setprotocol(&attributes, PTHREAD_PRIO_INHERIT);
	pthread_mutex_init(&attachment_list_lock, &attributes);
	pthread_mutexattr_destroy(&attributes);
}

/* Locks the list, or counts that this thread holds the lock already. */
static void attachment_before_fork(void)
{
	if (pthread_mutex_lock(&attachment_list_lock) == EDEADLK)
		attachment_nested_forks++;
}

/* Undoes attachment_before_fork() in the parent. */
static void attachment_after_fork(void)
{
	if (attachment_nested_forks)
		attachment_nested_forks--;
	else
		pthread_mutex_unlock(&attachment_list_lock);
}

/*
 * Makes a new lock in the child: the owner of the old one is a thread of the
 * parent. The child holds it if the thread that forked held it before fork().
 */
static void attachment_lock_renew(void)
{
	attachment_lock_init();
	if (!attachment_nested_forks)
		return;
	pthread_mutex_lock(&attachment_list_lock);
	attachment_nested_forks--;
}

/*
 * Maps the words of the parent's handles in the child. Words that cannot be
 * mapped become unmapped ones.
 */
static void attachment_in_child(void)
{
	const int saved_errno = errno;
	struct kipc_words *words, *next;

	kipc_thread = 0;
	attachment_forks++;
	for (words = attachment_list; words; words = next) {
		next = words->next;
		if (attachment_remap(words)) {
			attachment_list_remove(words);
			kipc_words_set_unmapped(words);
		}
	}
	attachment_lock_renew();
	errno = saved_errno;
}

/*
 * Registers the fork handlers before the program can register its own, even in
 * a constructor of a program that contains the library. Handlers that run
 * before fork() run in reverse order of registration, so those of the program
 * run before ours. Handlers that run after fork() run in the order of
 * registration, so those of the program find the words mapped.
 */
__attribute__((constructor(CONSTRUCTOR_PRIORITY)))
static void attachment_init(void)
{
	attachment_lock_init();
	pthread_atfork(attachment_before_fork, attachment_after_fork,
		       attachment_in_child);
}

void kipc_words_register(struct kipc_words *words)
{
	/*
	 * A signal handler may have called fork() since this thread mapped the
	 * words. Then this is the child, and its words were not in the list.
	 */
	if (words->map_size && attachment_forks_mapped != attachment_forks &&
	    attachment_remap(words))
		kipc_words_set_unmapped(words);
	if (!words->attachment)
		return;
	pthread_mutex_lock(&attachment_list_lock);
	attachment_list_add(words);
	pthread_mutex_unlock(&attachment_list_lock);
}

void kipc_words_unregister(struct kipc_words *words)
{
	if (!words->attachment)
		return;
	pthread_mutex_lock(&attachment_list_lock);
	attachment_list_remove(words);
	pthread_mutex_unlock(&attachment_list_lock);
}
