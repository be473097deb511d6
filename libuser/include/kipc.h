/* SPDX-License-Identifier: MIT */
/**
 * @file kipc.h
 * libkipc: semaphores, barriers, mailboxes, mutexes and shared regions of memory of
 * the kipc kernel module.
 *
 * - Every function returns 0 (or what it says) or a negative errno; none sets
 *   errno, prints or exits.
 * - ThreadSanitizer sees what happens before what by one handle, not by two of the same
 *   object. valgrind knows what is received where its headers were there when the
 *   library was built.
 * - Every handle is a descriptor and, where the object can be mapped, its
 *   words. Any number of threads may use a handle at once; close it when none
 *   does. A child after fork() may go on using its parent's handles, but owns
 *   none of the mutexes and holds none of the units that its parent does, and is
 *   no member of a barrier until it arrives. Where the descriptor of a handle was
 *   closed before fork(), and its number may be another object's, the child's
 *   handle of an object that knows its participants returns -EBADF. In the process
 *   that closed it this is not noticed: close handles with the library, and not
 *   their descriptors. A child made by clone() itself,
 *   without fork(), does not take part by such a handle in objects that know their
 *   participants (mutexes, also those of a region, barriers, semaphores with
 *   KIPC_UNDO): -ENXIO. It may open handles of its own.
 * - An element is one semaphore of a set, 0 for the first and only one.
 * - A deadline is an absolute time in nanoseconds of CLOCK_MONOTONIC, or with
 *   KIPC_REALTIME of CLOCK_REALTIME; see kipc_deadline(). KIPC_FOREVER never
 *   passes, a negative one is -EINVAL.
 * - A wait that is interrupted by a signal handler without SA_RESTART ends with
 *   -EINTR and has changed nothing, except where a function says otherwise. The
 *   same call again, as the thread's next wait, continues in the same place of the
 *   queue. kipc_mutex_lock() and waiting at a barrier go on instead.
 * - O_NONBLOCK on a descriptor, which everybody who has it can set, concerns read(2) and
 *   write(2) alone, and no function here.
 * - No function here is a cancellation point (pthread_cancel()): a thread that is
 *   cancelled goes on waiting. Asynchronous cancellation must not be enabled meanwhile:
 *   what the thread has got then would be lost.
 * - A program goes on working with later versions of the library. What can grow, the
 *   structures of options and of answers, goes with its size: functions of that kind are
 *   inline and pass sizeof to the function under them, whose name ends in _sized. A
 *   library that knows less than the program accepts what it does not know as zero
 *   (-E2BIG otherwise), and fills in zeros; one that knows more takes the rest as
 *   zero, and fills in no more than there is. Less than the first version had is
 *   -EINVAL. Other languages call the functions that end in _sized, and
 *   kipc_semaphore_open_words() and _import_words(), too.
 * - An object with a flag that the library does not know, and so with words that may
 *   mean something else, is -EOPNOTSUPP.
 * - Errors of create, open, import and unlink that all types share:
 *   -EINVAL: the name is empty or has a slash, or an option is out of its range, or a
 *   flag unknown, or not one of the type; where the name exists, its object has other
 *   elements or flags. -ENAMETOOLONG: more than KIPC_NAME_MAX bytes. -ENOENT: no such
 *   name. -EEXIST: with KIPC_EXCLUSIVE. -EACCES: its mode. -EPROTOTYPE: it is of
 *   another type. -ENOSPC: the user's quota. -EMFILE, -ENFILE: descriptors. -ENOMEM.
 *   -EUSERS: too many processes take part. -ENODEV: the module is not loaded, or there
 *   is no /dev; other errors of open(2) on /dev/kipc.
 * - The library opens /dev/kipc when it first needs it and keeps that descriptor, which
 *   is close-on-exec, until the process ends, after dlclose() too; the module cannot be
 *   unloaded before. So a process that changes its root or gives up privileges goes on
 *   creating and opening objects, with the rights that it then has to them. If the
 *   program closes the descriptor, as daemons close all, the library opens the device
 *   again.
 *
 * Since version 0.1 unless a function says otherwise.
 */
#ifndef KIPC_H
#define KIPC_H

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <linux/kipc.h>

/* src/inline.c redefines this to give other languages real symbols. */
#ifndef KIPC_INLINE
#define KIPC_INLINE static inline
#endif

#ifdef __cplusplus
extern "C" {
#endif

/**
 * The absolute deadline that lies @p nanoseconds from now.
 * @param nanoseconds  from now, at least 0; KIPC_FOREVER stays KIPC_FOREVER
 * @return the time of CLOCK_MONOTONIC then, in nanoseconds, KIPC_FOREVER where
 *         that is beyond range
 */
int64_t kipc_deadline(int64_t nanoseconds);

/**
 * Remove a name; handles and descriptors of its object stay valid.
 * @return 0, -ENOENT, -EACCES (neither owner nor CAP_IPC_OWNER), -EINVAL,
 *         -ENAMETOOLONG
 */
int kipc_unlink(const char *name);

/* What is under kipc_list(). @size: bytes of one entry */
int kipc_list_sized(uint64_t *cursor, struct kipc_list_entry *entries,
		    unsigned int count, size_t size);

/**
 * List the names in this network namespace.
 * @param cursor   0 to begin; afterwards as the last call left it
 * @param entries  room for @p count entries
 * @param count    1..KIPC_LIST_MAX
 * @return entries filled, 0 at the end; -EINVAL, -EFAULT
 */
static inline int kipc_list(uint64_t *cursor, struct kipc_list_entry *entries,
			    unsigned int count)
{
	return kipc_list_sized(cursor, entries, count, sizeof(*entries));
}

/**
 * Be told of participants of an object that die or leave: mutexes have such.
 * @param object_fd  of the object, open for reading; it stays the caller's
 * @return a close-on-exec descriptor to read struct kipc_notice from and to
 *         poll, see struct kipc_watch_args, which the caller closes; -EINVAL
 *         (the object has no participants), -EBADF, -ENOSPC (quota),
 *         -EUSERS (so many watch it already; the creator has a share that others
 *         cannot take), -EMFILE, -ENFILE, -ENOMEM, -ENOTTY (not an object of kipc)
 */
int kipc_watch(int object_fd);

/* Aligned to its size, which a plain 64-bit type is not on i386. */
typedef __aligned_u64 kipc_word;

/*
 * Words that user space may change. The members are the library's: they are
 * here so that the fast paths below can be inlined. Where an object cannot be
 * mapped, base points to a word that always says "ask the kernel". Programs have
 * compiled in where base, stride and attachment are: nothing here moves or grows,
 * which src/inline.c asserts.
 */
struct kipc_words {
	kipc_word *base;
	size_t stride;		/* in words */
	size_t map_size;	/* bytes; 0 where nothing is mapped */
	/* Of an object that knows its participants; src/attachment.c. */
	uint32_t attachment;	/* this process's number; 0: none */
	int fd;			/* the handle's; -1 once it is another object's */
	uint32_t maps;		/* how often they were mapped, by children too */
	struct kipc_words *next, *previous;
	uint64_t inode;		/* number of the object */
};

/** What the waits of one handle have cost and saved by looking before sleeping. */
struct kipc_spins {
	uint64_t waits;		/**< times that a thread began to look */
	uint64_t paid;		/**< of these, after which it need not sleep */
	uint64_t looks;		/**< taken in all of them */
	uint64_t reserved;	/**< 0 */
};

/** The most looks of one wait: some microseconds. */
#define KIPC_SPINS_MAX	1000

/*
 * The calling thread's number, as words have it; 0 until the library has asked the
 * kernel, and where that has given none.
 */
extern __thread uint64_t kipc_thread;

/* ------------------------------------------------------------------------- */
/* Semaphores                                                                */
/* ------------------------------------------------------------------------- */

/** A set of counting semaphores. What is here is the library's, which has more. */
struct kipc_semaphore {
	struct kipc_words words;
	uint32_t elements;
	uint32_t max;
};

/** What kipc_semaphore_create() takes. Zero means the default. */
struct kipc_semaphore_options {
	/** KIPC_EXCLUSIVE, _PERSIST, _SEALED, _PACKED, _UNDO, _FAIR */
	uint32_t flags;
	uint32_t mode;		/**< permission bits; 0 means 0600 */
	uint32_t elements;	/**< semaphores in the set; 0 means 1 */
	uint32_t initial;	/**< units each starts with, 0..max */
	uint32_t max;		/**< 1 is binary; 0 means KIPC_SEMAPHORE_MAX */
	uint32_t access;	/**< KIPC_READ, KIPC_WRITE; 0 means both */
};

/* What is under kipc_semaphore_create(). @size: bytes of the options */
int kipc_semaphore_create_sized(struct kipc_semaphore **semaphore, const char *name,
				const struct kipc_semaphore_options *options, size_t size);

/**
 * Create a set of semaphores, or open the one of that name, for what the options
 * say in access: one that others may only read, say, for KIPC_READ. Without both
 * kinds it is as with kipc_semaphore_open().
 *
 * With KIPC_UNDO every operation is a system call, and the units that a process
 * has taken and not given back are given back when it ends, by whatever means, or
 * closes its last handle of the object.
 * @param semaphore  out: the handle, NULL on failure
 * @param name       its name, or NULL for an anonymous one
 * @param options    NULL for all defaults
 * @return 0 or a negative errno; with KIPC_UNDO also -EUSERS (too many processes
 *         take part) and -ENOSPC (the quota of the calling user)
 */
static inline int kipc_semaphore_create(struct kipc_semaphore **semaphore,
					const char *name,
					const struct kipc_semaphore_options *options)
{
	return kipc_semaphore_create_sized(semaphore, name, options, sizeof(*options));
}

/*
 * What is under kipc_semaphore_open() and kipc_semaphore_import(). Symbols without
 * _words and _sized are for programs of version 0.1: see src/release_0_1.c.
 */
int kipc_semaphore_open_words(struct kipc_semaphore **semaphore, const char *name,
			      unsigned int access);
int kipc_semaphore_import_words(struct kipc_semaphore **semaphore, int fd);

/**
 * Open a set of semaphores by name.
 * @param semaphore  out: the handle, NULL on failure
 * @param name       of the object
 * @param access     KIPC_READ, KIPC_WRITE or both. Without both the words are
 *                   not mapped and every operation is a system call; with
 *                   KIPC_UNDO it can only be looked at.
 * @return 0 or a negative errno
 */
static inline int kipc_semaphore_open(struct kipc_semaphore **semaphore,
				      const char *name, unsigned int access)
{
	return kipc_semaphore_open_words(semaphore, name, access);
}

/**
 * Make a handle of a descriptor, for one that came over a Unix socket.
 * @param semaphore  out: the handle, NULL on failure
 * @param fd         belongs to the handle from now on, unless this fails
 * @return 0, -EPROTOTYPE where it is of another type, -ENOTTY where it is not
 *         of kipc at all, or another negative errno
 */
static inline int kipc_semaphore_import(struct kipc_semaphore **semaphore, int fd)
{
	return kipc_semaphore_import_words(semaphore, fd);
}

/** Give the handle and its descriptor back. NULL is fine. */
void kipc_semaphore_close(struct kipc_semaphore *semaphore);

/** The descriptor, for poll, epoll, SCM_RIGHTS; it stays the handle's. */
int kipc_semaphore_fd(const struct kipc_semaphore *semaphore);

/* The system call under each verb, where the fast path does not do. */
int kipc_semaphore_post_slow(struct kipc_semaphore *semaphore,
			     uint32_t element, uint32_t count);
int kipc_semaphore_wait_slow(struct kipc_semaphore *semaphore,
			     uint32_t element, uint32_t count,
			     int64_t deadline, unsigned int flags);

/*
 * Nothing to look up where it is plainly the first one, which every set has but
 * that of a region without mutexes: there the slow way finds out.
 */
static inline int kipc_has_element(uint32_t elements, uint32_t element)
{
	return (__builtin_constant_p(element) && !element) ||
	       element < elements;
}

static inline kipc_word *kipc_words_at(const struct kipc_words *words,
				       uint32_t element)
{
	return words->base + element * words->stride;
}

/**
 * Give units back. Never waits; without a system call while nobody waits.
 * @param semaphore  the handle
 * @param element    which semaphore of the set
 * @param count      units, at least 1
 * @return 0, -EOVERFLOW (it would pass the maximum; nothing changed), -EINVAL,
 *         -ENXIO (KIPC_UNDO, and the handle has no access to take part with)
 */
KIPC_INLINE int kipc_semaphore_post(struct kipc_semaphore *semaphore,
				    uint32_t element, uint32_t count)
{
	kipc_word *word, old;

	if (!kipc_has_element(semaphore->elements, element) || !count)
		return -EINVAL;
	word = kipc_words_at(&semaphore->words, element);
	old = __atomic_load_n(word, __ATOMIC_RELAXED);
	do {
		if (old + count > semaphore->max) {
			/* With anything beside the units it is beyond any maximum. */
			if (old > KIPC_SEMAPHORE_COUNT)
				return kipc_semaphore_post_slow(semaphore,
								element, count);
			return -EOVERFLOW;
		}
	} while (!__atomic_compare_exchange_n(word, &old, old + count, 1,
					      __ATOMIC_RELEASE,
					      __ATOMIC_RELAXED));
	return 0;
}

/**
 * Take units if they are there. Never waits; without a system call while
 * nobody waits.
 * @param semaphore  the handle
 * @param element    which semaphore of the set
 * @param count      units, 1..the maximum
 * @return 0, -EAGAIN, -EINVAL, -ENXIO as kipc_semaphore_post()
 */
KIPC_INLINE int kipc_semaphore_trywait(struct kipc_semaphore *semaphore,
				       uint32_t element, uint32_t count)
{
	kipc_word *word, old, left;

	if (!kipc_has_element(semaphore->elements, element) || !count)
		return -EINVAL;
	word = kipc_words_at(&semaphore->words, element);
	old = __atomic_load_n(word, __ATOMIC_RELAXED);
	do {
		left = old - count;
		/* Too few units, or there is something beside them. */
		if (left > KIPC_SEMAPHORE_COUNT - count)
			return kipc_semaphore_wait_slow(semaphore, element,
							count, 0, KIPC_TRY);
	} while (!__atomic_compare_exchange_n(word, &old, left, 1,
					      __ATOMIC_ACQUIRE,
					      __ATOMIC_RELAXED));
	return 0;
}

/**
 * Take units, waiting for them until a deadline.
 * @param semaphore  the handle
 * @param element    which semaphore of the set
 * @param count      units, all at once, 1..the maximum
 * @param deadline   absolute; one in the past waits for nothing
 * @param flags      0 or KIPC_REALTIME
 * @return 0, -ETIMEDOUT, -EINTR, -EINVAL, -EUSERS (too many wait already),
 *         -ENXIO as kipc_semaphore_post()
 */
KIPC_INLINE int kipc_semaphore_timedwait(struct kipc_semaphore *semaphore,
					 uint32_t element, uint32_t count,
					 int64_t deadline, unsigned int flags)
{
	kipc_word *word, old, left;

	if (!kipc_has_element(semaphore->elements, element) || !count ||
	    deadline < 0 || (flags & ~KIPC_REALTIME))
		return -EINVAL;
	word = kipc_words_at(&semaphore->words, element);
	old = __atomic_load_n(word, __ATOMIC_RELAXED);
	do {
		left = old - count;
		/* Too few units, or there is something beside them. */
		if (left > KIPC_SEMAPHORE_COUNT - count)
			return kipc_semaphore_wait_slow(semaphore, element,
							count, deadline, flags);
	} while (!__atomic_compare_exchange_n(word, &old, left, 1,
					      __ATOMIC_ACQUIRE,
					      __ATOMIC_RELAXED));
	return 0;
}

/**
 * Take units, waiting for them as long as it takes.
 * @param semaphore  the handle
 * @param element    which semaphore of the set
 * @param count      units, all at once, 1..the maximum
 * @return 0, -EINTR, -EINVAL, -EUSERS (too many wait already), -ENXIO as
 *         kipc_semaphore_post()
 */
KIPC_INLINE int kipc_semaphore_wait(struct kipc_semaphore *semaphore,
				    uint32_t element, uint32_t count)
{
	return kipc_semaphore_timedwait(semaphore, element, count,
					KIPC_FOREVER, 0);
}

/**
 * Give units of one semaphore back, then take units of another, waiting for them
 * until a deadline. What cannot be done without the kernel is one system call
 * instead of two, and whoever it wakes can have the processor that the caller
 * leaves: so two processes that work in turns hand over to each other.
 *
 * These are two operations, between which others may come. After -ETIMEDOUT,
 * -EINTR or -EUSERS the units are posted: go on with kipc_semaphore_timedwait().
 * After any other error nothing has changed.
 * @param semaphore     the set to post
 * @param element       which semaphore of it
 * @param count         units to post, at least 1
 * @param other         the set to wait for; may be the same one
 * @param wait_element  which semaphore of it; may be the same one
 * @param wait_count    units to take, all at once, 1..the maximum
 * @param deadline      of the wait, absolute; one in the past waits for nothing
 * @param flags         0 or KIPC_REALTIME
 * @return 0, -EOVERFLOW as kipc_semaphore_post(), -ETIMEDOUT, -EINTR, -EINVAL,
 *         -EUSERS (too many wait already), -ENXIO as kipc_semaphore_post(),
 *         -EBADF (not open for writing)
 */
int kipc_semaphore_post_timedwait(struct kipc_semaphore *semaphore,
				  uint32_t element, uint32_t count,
				  struct kipc_semaphore *other,
				  uint32_t wait_element, uint32_t wait_count,
				  int64_t deadline, unsigned int flags);

/** The same, waiting as long as it takes. */
int kipc_semaphore_post_wait(struct kipc_semaphore *semaphore,
			     uint32_t element, uint32_t count,
			     struct kipc_semaphore *other,
			     uint32_t wait_element, uint32_t wait_count);

/**
 * Look at the units a semaphore holds.
 * @return 0, -EINVAL; a handle of any access will do
 */
int kipc_semaphore_value(struct kipc_semaphore *semaphore, uint32_t element,
			 uint32_t *value);

/* What is under kipc_semaphore_spins(). @size: bytes of @spins */
void kipc_semaphore_spins_sized(const struct kipc_semaphore *semaphore,
				struct kipc_spins *spins, size_t size);

/**
 * What waiting by this handle has cost before it slept. Threads that use the
 * handle at once may make the counts come out too small.
 */
static inline void kipc_semaphore_spins(const struct kipc_semaphore *semaphore,
					struct kipc_spins *spins)
{
	kipc_semaphore_spins_sized(semaphore, spins, sizeof(*spins));
}

/* ------------------------------------------------------------------------- */
/* Barriers                                                                  */
/* ------------------------------------------------------------------------- */

/** A barrier. */
struct kipc_barrier;

/** What kipc_barrier_create() takes. Zero means the default. */
struct kipc_barrier_options {
	uint32_t flags;		/**< KIPC_EXCLUSIVE, _PERSIST, _SEALED, and _DROP or _NO_MEMBERS */
	uint32_t mode;		/**< permission bits; 0 means 0600 */
	uint32_t parties;	/**< 2..KIPC_PARTIES_MAX; with KIPC_DROP at first */
	uint32_t access;	/**< KIPC_READ, KIPC_WRITE; 0 means both */
};

/* What is under kipc_barrier_create(). @size: bytes of the options */
int kipc_barrier_create_sized(struct kipc_barrier **barrier, const char *name,
			      const struct kipc_barrier_options *options, size_t size);

/**
 * Create a barrier, or open the one of that name; as for semaphores.
 *
 * A process that has arrived is a member. If it ends before it has left or closed
 * its handles, the barrier breaks: everybody who waits or arrives gets
 * -EOWNERDEAD until kipc_barrier_reset().
 *
 * With KIPC_DROP every operation is a system call, and nothing breaks by that: the
 * kernel knows how many parties each process is, see kipc_barrier_join(), and
 * those that end or leave are waited for no more.
 *
 * With KIPC_NO_MEMBERS, which excludes KIPC_DROP, only arrivals count, as with a
 * pthread barrier: no process is a member, and the end of one breaks nothing. An
 * arrival stands even where the process is killed as it waits.
 * @return 0 or a negative errno; -EUSERS: too many processes take part
 */
static inline int kipc_barrier_create(struct kipc_barrier **barrier, const char *name,
				      const struct kipc_barrier_options *options)
{
	return kipc_barrier_create_sized(barrier, name, options, sizeof(*options));
}

/** Open a barrier by name; as for semaphores. */
int kipc_barrier_open(struct kipc_barrier **barrier, const char *name,
		      unsigned int access);

/** Make a handle of a descriptor; as for semaphores. */
int kipc_barrier_import(struct kipc_barrier **barrier, int fd);

/**
 * Give the handle and its descriptor back, and leave before that. With KIPC_DROP
 * the process leaves with its last handle of the barrier. NULL is fine.
 */
void kipc_barrier_close(struct kipc_barrier *barrier);

/** The descriptor; it stays the handle's. */
int kipc_barrier_fd(const struct kipc_barrier *barrier);

/**
 * Be a member without having arrived yet. Arriving does that by itself.
 *
 * With KIPC_DROP the calling process becomes one party more, as often as this is
 * called: it fills a place that nobody has taken yet, of those the barrier was
 * created with, or if there is none adds one. To arrive more often in a generation
 * than the process has joined is to join once more.
 * @return 0, -ENXIO (the handle has no access to take part with), -EOVERFLOW
 *         (more than KIPC_PARTIES_MAX parties), -EBADF (not open for writing),
 *         -EINVAL (KIPC_NO_MEMBERS)
 */
int kipc_barrier_join(struct kipc_barrier *barrier);

/**
 * Be a member no more, so that the end of the process breaks nothing. No other
 * thread of the process may be using the handle, unless with KIPC_DROP.
 *
 * With KIPC_DROP the calling process becomes one party fewer; if all who remain
 * have arrived the barrier opens.
 * @return 0, -EPERM (not a member by this handle), -ENXIO, -EBADF, -EINVAL
 *         (KIPC_NO_MEMBERS)
 */
int kipc_barrier_leave(struct kipc_barrier *barrier);

/**
 * Arrive, and wait for the other parties until a deadline.
 * A signal handler does not end the wait.
 * @param barrier   the handle
 * @param deadline  absolute; where it passes the barrier is broken for everyone
 * @param flags     0 or KIPC_REALTIME
 * @return 0, or KIPC_BARRIER_SERIAL to exactly one party a generation;
 *         -ETIMEDOUT, -ECANCELED (broken by a timeout, an abort or a reset),
 *         -EOWNERDEAD (a member has died, or a waiting party was killed by
 *         SIGKILL), -EINVAL, -EUSERS (too many wait already), with KIPC_DROP
 *         -ENXIO and -EOVERFLOW as kipc_barrier_join()
 */
int kipc_barrier_timedwait(struct kipc_barrier *barrier, int64_t deadline,
			   unsigned int flags);

/** Arrive, and wait for the other parties as long as it takes. */
int kipc_barrier_wait(struct kipc_barrier *barrier);

/**
 * Arrive only if that opens the barrier.
 * @return KIPC_BARRIER_SERIAL, -EAGAIN (not the last party; has not arrived),
 *         -ECANCELED, -EOWNERDEAD, with KIPC_DROP -ENXIO and -EOVERFLOW as
 *         kipc_barrier_join()
 */
int kipc_barrier_trywait(struct kipc_barrier *barrier);

/** Break the barrier: everybody who waits or arrives gets -ECANCELED. */
int kipc_barrier_abort(struct kipc_barrier *barrier);

/** Mend the barrier; who waits gets -ECANCELED, who comes later starts anew. */
int kipc_barrier_reset(struct kipc_barrier *barrier);

/* What is under kipc_barrier_state(). @size: bytes of the state */
int kipc_barrier_state_sized(struct kipc_barrier *barrier,
			     struct kipc_barrier_state_args *state, size_t size);

/** Look at the barrier: fills all of @p state. */
static inline int kipc_barrier_state(struct kipc_barrier *barrier,
				     struct kipc_barrier_state_args *state)
{
	return kipc_barrier_state_sized(barrier, state, sizeof(*state));
}

/* What is under kipc_barrier_spins(). @size: bytes of @spins */
void kipc_barrier_spins_sized(const struct kipc_barrier *barrier,
			      struct kipc_spins *spins, size_t size);

/** What waiting by this handle has cost; as for semaphores. */
static inline void kipc_barrier_spins(const struct kipc_barrier *barrier,
				      struct kipc_spins *spins)
{
	kipc_barrier_spins_sized(barrier, spins, sizeof(*spins));
}

/* ------------------------------------------------------------------------- */
/* Mailboxes                                                                 */
/* ------------------------------------------------------------------------- */

/** A mailbox. */
struct kipc_mailbox;

/** What kipc_mailbox_create() takes. Zero means the default. */
struct kipc_mailbox_options {
	uint32_t flags;		/**< KIPC_EXCLUSIVE, _PERSIST, _FAIR */
	uint32_t mode;		/**< permission bits; 0 means 0600 */
	uint32_t message_size;	/**< bytes of the longest; 0 means 8192 */
	uint32_t messages;	/**< most it holds; 0 means 64 */
	uint64_t bytes;		/**< most bytes it holds; 0 means the product */
	uint32_t access;	/**< KIPC_READ, KIPC_WRITE; 0 means both */
	uint32_t reserved;	/**< 0 */
};

/** What the kernel says of a message. */
struct kipc_message {
	uint32_t length;	/**< bytes, also with -EMSGSIZE */
	uint32_t priority;	/**< 0..KIPC_PRIORITIES - 1 */
	/** sender, as long as it lives; 0 if gone or outside our pid namespace */
	uint32_t pid;
	/** its effective user, if by write() the opener's; in our user namespace */
	uint32_t uid;
	uint32_t gid;		/**< effective group, likewise */
};

/* What is under kipc_mailbox_create(). @size: bytes of the options */
int kipc_mailbox_create_sized(struct kipc_mailbox **mailbox, const char *name,
			      const struct kipc_mailbox_options *options, size_t size);

/** Create a mailbox, or open the one of that name; as for semaphores. */
static inline int kipc_mailbox_create(struct kipc_mailbox **mailbox, const char *name,
				      const struct kipc_mailbox_options *options)
{
	return kipc_mailbox_create_sized(mailbox, name, options, sizeof(*options));
}

/** Open a mailbox by name, KIPC_WRITE to send, KIPC_READ to receive. */
int kipc_mailbox_open(struct kipc_mailbox **mailbox, const char *name,
		      unsigned int access);

/** Make a handle of a descriptor; as for semaphores. */
int kipc_mailbox_import(struct kipc_mailbox **mailbox, int fd);

/** Give the handle and its descriptor back. NULL is fine. */
void kipc_mailbox_close(struct kipc_mailbox *mailbox);

/** The descriptor, for poll and epoll; it stays the handle's. */
int kipc_mailbox_fd(const struct kipc_mailbox *mailbox);

/**
 * Send a message, waiting for room until a deadline.
 * @param mailbox   the handle
 * @param data      the message
 * @param length    bytes, 0..the mailbox's message_size
 * @param priority  0..KIPC_PRIORITIES - 1, the highest is received first
 * @param deadline  absolute; one in the past waits for nothing
 * @param flags     0 or KIPC_REALTIME
 * @return 0, -ETIMEDOUT, -EINTR, -EMSGSIZE, -EINVAL, -EFAULT, -EBADF (not open
 *         for writing), -EUSERS (too many wait already)
 */
int kipc_mailbox_timedsend(struct kipc_mailbox *mailbox, const void *data,
			   size_t length, unsigned int priority,
			   int64_t deadline, unsigned int flags);

/** Send a message, waiting for room as long as it takes. */
int kipc_mailbox_send(struct kipc_mailbox *mailbox, const void *data,
		      size_t length, unsigned int priority);

/** Send a message if there is room, -EAGAIN otherwise. */
int kipc_mailbox_trysend(struct kipc_mailbox *mailbox, const void *data,
			 size_t length, unsigned int priority);

/*
 * What is under the functions that receive. @flags: KIPC_TRY and KIPC_PEEK, too; @size:
 * bytes of the message's description
 */
ssize_t kipc_mailbox_receive_sized(struct kipc_mailbox *mailbox, void *buffer,
				   size_t capacity, struct kipc_message *message,
				   size_t size, int64_t deadline, unsigned int flags);

/**
 * Receive the first message of the highest priority, waiting for one until a
 * deadline.
 * @param mailbox   the handle
 * @param buffer    where the message goes
 * @param capacity  bytes of @p buffer
 * @param message   out: what the kernel says of it; may be NULL
 * @param deadline  absolute; one in the past waits for nothing
 * @param flags     0 or KIPC_REALTIME
 * @return bytes of the message; -ETIMEDOUT, -EINTR, -EMSGSIZE (the buffer is
 *         too small, the message stays first), -EINVAL, -EFAULT, -EBADF (not
 *         open for reading), -EUSERS (too many wait already)
 */
static inline ssize_t kipc_mailbox_timedreceive(struct kipc_mailbox *mailbox,
						void *buffer, size_t capacity,
						struct kipc_message *message,
						int64_t deadline, unsigned int flags)
{
	if (flags & ~KIPC_REALTIME)
		return -EINVAL;
	return kipc_mailbox_receive_sized(mailbox, buffer, capacity, message,
					  sizeof(*message), deadline, flags);
}

/** Receive a message, waiting for one as long as it takes. */
static inline ssize_t kipc_mailbox_receive(struct kipc_mailbox *mailbox, void *buffer,
					   size_t capacity,
					   struct kipc_message *message)
{
	return kipc_mailbox_receive_sized(mailbox, buffer, capacity, message,
					  sizeof(*message), KIPC_FOREVER, 0);
}

/** Receive a message if there is one, -EAGAIN otherwise. */
static inline ssize_t kipc_mailbox_tryreceive(struct kipc_mailbox *mailbox,
					      void *buffer, size_t capacity,
					      struct kipc_message *message)
{
	return kipc_mailbox_receive_sized(mailbox, buffer, capacity, message,
					  sizeof(*message), 0, KIPC_TRY);
}

/** Look at the first message and leave it there; -EAGAIN if there is none. */
static inline ssize_t kipc_mailbox_peek(struct kipc_mailbox *mailbox, void *buffer,
					size_t capacity, struct kipc_message *message)
{
	return kipc_mailbox_receive_sized(mailbox, buffer, capacity, message,
					  sizeof(*message), 0, KIPC_TRY | KIPC_PEEK);
}

/* What is under kipc_mailbox_state(). @size: bytes of the state */
int kipc_mailbox_state_sized(struct kipc_mailbox *mailbox,
			     struct kipc_mailbox_state_args *state, size_t size);

/** Look at the mailbox: fills all of @p state. */
static inline int kipc_mailbox_state(struct kipc_mailbox *mailbox,
				     struct kipc_mailbox_state_args *state)
{
	return kipc_mailbox_state_sized(mailbox, state, sizeof(*state));
}

/* ------------------------------------------------------------------------- */
/* Mutexes                                                                   */
/* ------------------------------------------------------------------------- */

/** A set of mutexes. What is here is the library's, which has more. */
struct kipc_mutex {
	struct kipc_words words;
	uint32_t elements;
};

/** What kipc_mutex_create() takes. Zero means the default. */
struct kipc_mutex_options {
	/** KIPC_EXCLUSIVE, _PERSIST, _SEALED, _PACKED, _RECURSIVE, _FAIR, _SPIN,
	 *  _DETECT
	 */
	uint32_t flags;
	uint32_t mode;		/**< permission bits; 0 means 0600 */
	uint32_t elements;	/**< mutexes in the set; 0 means 1 */
	uint32_t access;	/**< KIPC_READ, KIPC_WRITE; 0 means both */
};

/* What is under kipc_mutex_create(). @size: bytes of the options */
int kipc_mutex_create_sized(struct kipc_mutex **mutex, const char *name,
			    const struct kipc_mutex_options *options, size_t size);

/**
 * Create a set of mutexes, or open the one of that name; as for semaphores.
 *
 * The calling process takes part from now on, see KIPC_ATTACHMENTS_MAX. When a thread
 * of it ends, by whatever means, or the process closes its last handle of the object,
 * what the thread owns is given to the next one to lock it, with -EOWNERDEAD.
 * @return 0 or a negative errno; -EUSERS: too many processes take part
 */
static inline int kipc_mutex_create(struct kipc_mutex **mutex, const char *name,
				    const struct kipc_mutex_options *options)
{
	return kipc_mutex_create_sized(mutex, name, options, sizeof(*options));
}

/**
 * Open a set of mutexes by name; as for semaphores, but without both kinds of
 * access it can only be looked at.
 */
int kipc_mutex_open(struct kipc_mutex **mutex, const char *name,
		    unsigned int access);

/** Make a handle of a descriptor; as for semaphores. */
int kipc_mutex_import(struct kipc_mutex **mutex, int fd);

/** Give the handle and its descriptor back. NULL is fine. */
void kipc_mutex_close(struct kipc_mutex *mutex);

/** The descriptor; it stays the handle's. */
int kipc_mutex_fd(const struct kipc_mutex *mutex);

/* What is left to do where the fast path does not do. */
int kipc_mutex_lock_slow(struct kipc_mutex *mutex, uint32_t element,
			 int64_t deadline, unsigned int flags);
int kipc_mutex_unlock_slow(struct kipc_mutex *mutex, uint32_t element);

/* The word of a mutex that the calling thread owns. */
static inline kipc_word kipc_mutex_self(const struct kipc_mutex *mutex)
{
	return (kipc_word)mutex->words.attachment << KIPC_MUTEX_SHIFT |
	       kipc_thread;
}

/* One compare-and-swap; looks first, for the word need not be writable. */
static inline int kipc_mutex_swap(kipc_word *word, kipc_word old,
				  kipc_word value, int order)
{
	return __atomic_load_n(word, __ATOMIC_RELAXED) == old &&
	       __atomic_compare_exchange_n(word, &old, value, 0, order,
					   __ATOMIC_RELAXED);
}

/* Becomes the owner of one that has none, without the kernel. */
static inline int kipc_mutex_take(struct kipc_mutex *mutex, uint32_t element)
{
	return kipc_thread &&
	       kipc_mutex_swap(kipc_words_at(&mutex->words, element), 0,
			       kipc_mutex_self(mutex), __ATOMIC_ACQUIRE);
}

/**
 * Become the owner, waiting for it until a deadline.
 * @param mutex     the handle
 * @param element   which mutex of the set
 * @param deadline  absolute; one in the past waits for nothing
 * @param flags     0 or KIPC_REALTIME
 * @return 0; -EOWNERDEAD: the caller is the owner, the one before died, see
 *         kipc_mutex_consistent(); -ENOTRECOVERABLE, -EDEADLK (the caller owns
 *         it already, or with KIPC_DETECT the wait would close a cycle),
 *         -EOVERFLOW (locked again too often), -ETIMEDOUT, -EINTR, -EINVAL,
 *         -ENXIO (the handle has no access to lock with), -EUSERS (too many
 *         wait already), -ENOMEM (a thread's first lock)
 */
KIPC_INLINE int kipc_mutex_timedlock(struct kipc_mutex *mutex,
				     uint32_t element, int64_t deadline,
				     unsigned int flags)
{
	if (!kipc_has_element(mutex->elements, element) ||
	    deadline < 0 || (flags & ~KIPC_REALTIME))
		return -EINVAL;
	if (kipc_mutex_take(mutex, element))
		return 0;
	return kipc_mutex_lock_slow(mutex, element, deadline, flags);
}

/**
 * Become the owner, waiting as long as it takes. As pthread_mutex_lock() it goes on
 * after a signal handler; kipc_mutex_timedlock() with KIPC_FOREVER returns -EINTR.
 * @return as kipc_mutex_timedlock(), but never -ETIMEDOUT or -EINTR
 */
KIPC_INLINE int kipc_mutex_lock(struct kipc_mutex *mutex, uint32_t element)
{
	int result;

	if (!kipc_has_element(mutex->elements, element))
		return -EINVAL;
	if (kipc_mutex_take(mutex, element))
		return 0;
	do {
		result = kipc_mutex_lock_slow(mutex, element, KIPC_FOREVER, 0);
	} while (result == -EINTR);
	return result;
}

/** Become the owner if nobody is, -EAGAIN otherwise; as kipc_mutex_timedlock(). */
KIPC_INLINE int kipc_mutex_trylock(struct kipc_mutex *mutex, uint32_t element)
{
	if (!kipc_has_element(mutex->elements, element))
		return -EINVAL;
	if (kipc_mutex_take(mutex, element))
		return 0;
	return kipc_mutex_lock_slow(mutex, element, 0, KIPC_TRY);
}

/**
 * Stop being the owner, or undo one of several lockings. Without
 * kipc_mutex_consistent() after -EOWNERDEAD nobody can lock it again. Never
 * waits; without a system call while nobody waits.
 * @return 0, -EPERM (the caller is not the owner), -EINVAL
 */
KIPC_INLINE int kipc_mutex_unlock(struct kipc_mutex *mutex, uint32_t element)
{
	if (!kipc_has_element(mutex->elements, element))
		return -EINVAL;
	if (kipc_thread &&
	    kipc_mutex_swap(kipc_words_at(&mutex->words, element),
			    kipc_mutex_self(mutex), 0, __ATOMIC_RELEASE))
		return 0;
	return kipc_mutex_unlock_slow(mutex, element);
}

/**
 * Say that what the mutex protects is whole again, after -EOWNERDEAD.
 * @return 0, -EPERM (the caller is not the owner), -EINVAL (no owner died)
 */
int kipc_mutex_consistent(struct kipc_mutex *mutex, uint32_t element);

/* What is under kipc_mutex_state(). @size: bytes of the state */
int kipc_mutex_state_sized(struct kipc_mutex *mutex, uint32_t element,
			   struct kipc_mutex_state_args *state, size_t size);

/** Look at a mutex: fills all of @p state, for any access. @return 0, -EINVAL */
static inline int kipc_mutex_state(struct kipc_mutex *mutex, uint32_t element,
				   struct kipc_mutex_state_args *state)
{
	return kipc_mutex_state_sized(mutex, element, state, sizeof(*state));
}

/* What is under kipc_mutex_spins(). @size: bytes of @spins */
void kipc_mutex_spins_sized(const struct kipc_mutex *mutex,
			    struct kipc_spins *spins, size_t size);

/** What locking by this handle has cost; as for semaphores. */
static inline void kipc_mutex_spins(const struct kipc_mutex *mutex,
				    struct kipc_spins *spins)
{
	kipc_mutex_spins_sized(mutex, spins, sizeof(*spins));
}

/* ------------------------------------------------------------------------- */
/* Regions                                                                   */
/* ------------------------------------------------------------------------- */

/** Memory to share, and mutexes for it. */
struct kipc_region;

/** What kipc_region_create() takes. Zero means the default. */
struct kipc_region_options {
	uint32_t flags;		/**< as of a set of mutexes, which it has */
	uint32_t mode;		/**< permission bits; 0 means 0600 */
	uint32_t mutexes;	/**< in it, 0..KIPC_ELEMENTS_MAX */
	uint64_t bytes;		/**< 1..KIPC_REGION_MAX; 0 means 4096 */
	uint32_t access;	/**< KIPC_READ, KIPC_WRITE; 0 means both */
	uint32_t reserved;	/**< 0 */
};

/* What is under kipc_region_create(). @size: bytes of the options */
int kipc_region_create_sized(struct kipc_region **region, const char *name,
			     const struct kipc_region_options *options, size_t size);

/**
 * Create a region of zeroed memory, or open the one of that name, whose size may be
 * another one: see kipc_region_size().
 *
 * All of it is allocated now, so that touching it never gives a SIGBUS. What works in
 * the memory of a memfd works in it: sem_t and pthread_mutex_t shared between
 * processes, core dumps, msync(), mbind(), registered buffers of io_uring. Memory,
 * mutexes and name live as long as a descriptor or a mapping of any process does.
 * With mutexes the calling process takes part, as with kipc_mutex_create().
 * @param region   out: the handle, NULL on failure
 * @param name     its name, or NULL for an anonymous one
 * @param options  NULL for all defaults
 * @return 0 or a negative errno; -ENOSPC: the quota of the calling user; -ENOMEM:
 *         the memory of the machine or of the memory cgroup; -EUSERS: too many
 *         processes take part
 */
static inline int kipc_region_create(struct kipc_region **region, const char *name,
				     const struct kipc_region_options *options)
{
	return kipc_region_create_sized(region, name, options, sizeof(*options));
}

/**
 * Open a region by name; as for semaphores. What the memory may be mapped for
 * depends on the access; the mutexes need both kinds.
 */
int kipc_region_open(struct kipc_region **region, const char *name,
		     unsigned int access);

/** Make a handle of a descriptor; as for semaphores. */
int kipc_region_import(struct kipc_region **region, int fd);

/**
 * Give the handle, its mutexes and its descriptor back. Memory that is mapped stays
 * so. NULL is fine.
 */
void kipc_region_close(struct kipc_region *region);

/** The descriptor; it stays the handle's. */
int kipc_region_fd(const struct kipc_region *region);

/**
 * The bytes of memory, as it was created with. They are followed by zeroed ones up
 * to the end of a page, which are there to be used, too.
 */
uint64_t kipc_region_size(const struct kipc_region *region);

/**
 * The region's mutexes, to be given to the functions kipc_mutex_*() as long as
 * there is the handle, which they go with: do not close them. A region without any
 * has a set of none, and they say -EINVAL.
 */
struct kipc_mutex *kipc_region_mutex(struct kipc_region *region);

/**
 * Map all of the memory, shared. A child of fork() inherits that.
 * @param region  the handle; the mapping stays when it is closed
 * @param access  KIPC_READ, or KIPC_READ | KIPC_WRITE
 * @param data    out: where it is, at the beginning of a page; NULL on failure
 * @return 0, -EACCES (the handle has not that access), -EPERM (it is sealed),
 *         -EINVAL (no such access), -ENFILE (open files of the system), -ENOMEM
 *         (memory, or too large for the address space)
 */
int kipc_region_map(const struct kipc_region *region, unsigned int access,
		    void **data);

/**
 * Undo kipc_region_map(). After the handle has been closed, munmap() with the
 * region's size does the same.
 * @param data  as kipc_region_map() gave it; NULL is fine
 */
void kipc_region_unmap(const struct kipc_region *region, void *data);

/**
 * Let nobody change the memory any more, for ever. The mutexes are not concerned.
 * @param region  the handle
 * @param seals   KIPC_SEAL_WRITE
 * @return 0, also if it was sealed before; -EBUSY (a mapping may write to it, or the
 *         kernel holds pages of it, also for a process that may only read), -EBADF
 *         (not open for writing), -EINVAL
 */
int kipc_region_seal(struct kipc_region *region, unsigned int seals);

/* What is under kipc_region_state(). @size: bytes of the state */
int kipc_region_state_sized(struct kipc_region *region,
			    struct kipc_region_state_args *state, size_t size);

/** Look at the region: fills all of @p state, for any access. @return 0 */
static inline int kipc_region_state(struct kipc_region *region,
				    struct kipc_region_state_args *state)
{
	return kipc_region_state_sized(region, state, sizeof(*state));
}

#ifdef __cplusplus
}
#endif

#endif /* KIPC_H */
