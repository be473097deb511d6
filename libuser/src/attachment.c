// SPDX-License-Identifier: MIT
#include <pthread.h>
#include <stdbool.h>
#include <sys/mman.h>

#include "attachment.h"

__thread uint64_t kipc_thread;

/* What the words of an object that cannot be mapped say. Nothing writes it. */
static const kipc_word always_slow = KIPC_SLOW;

/*
 * Held while the list changes, and while the process forks. A handler of a signal may
 * fork while its thread holds it, and must find that out: this mutex says EDEADLK to its
 * owner from the compare-and-swap on that made him that. The list can be read forwards
 * at any moment.
 */
static pthread_mutex_t list_lock;
static unsigned int inside;		/* list_lock; forks by who held it already */
static struct kipc_words *list;		/* list_lock */

static unsigned int forks;		/* between us and the first process */
static __thread unsigned int mapped_after;	/* of these, the words mapped last */

/*
 * Where the words were that have been unmapped last, NULL if others may be there. The
 * next ones ask for that place, which the kernel gives them if it is free, instead of
 * a search for one.
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

/* Does mapping the words attach? See "Participants" in <linux/kipc.h>. */
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
 * The number of this process's attachment. The thread's own is asked for by the way: the
 * one there may be the parent's, of a child that fork() has not made, or be issued by a
 * module that has been replaced since. A thread that can have none may be attached.
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
	/* What a child inherits is replaced. */
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
 * Where they were in the parent there are words now that only say KIPC_SLOW, or what a
 * handler of somebody else's has put there. If the parent has closed the descriptor, its
 * number may be that of another object, on which no verb shall act.
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

/* The lock is the thread's of the parent, and that is none of ours. */
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
 * Before the program can register handlers of its own, constructors of a program that
 * contains the library included: then those that run before the fork come before ours,
 * and those that run after it find everything in its place.
 */
__attribute__((constructor(FIRST)))
static void prepare(void)
{
	lock_prepare();
	pthread_atfork(before_fork, after_fork, in_child);
}

void kipc_words_join(struct kipc_words *words)
{
	/* A handler of a signal may have forked since they were mapped: we are the child. */
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
