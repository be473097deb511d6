/* SPDX-License-Identifier: MIT */
/**
 * @file kipc.h
 * libkipc: semaphores, barriers, mailboxes, rings, mutexes and shared memory
 * regions of the kipc kernel module.
 *
 * DOC: rules that hold for every function
 *
 * Results. A function returns 0, or what its comment says, or a negative errno.
 * No function sets errno, prints or exits.
 *
 * Handles. A handle owns a descriptor and, where the object can be mapped, a
 * mapping of the object's words. Any number of threads may use a handle at the
 * same time. Close a handle when no thread uses it. Close it with the library,
 * not through its descriptor.
 *
 * Elements. Semaphores and mutexes come in sets. An element is one of the set,
 * 0..elements - 1.
 *
 * Deadlines. A deadline is an absolute time in nanoseconds, of CLOCK_MONOTONIC
 * or, with KIPC_REALTIME, of CLOCK_REALTIME; see kipc_deadline(). KIPC_FOREVER
 * never passes. A deadline in the past means: do not wait. A negative one is
 * -EINVAL.
 *
 * Signals. A wait that a signal handler without SA_RESTART interrupts returns
 * -EINTR and has changed nothing, unless the function says otherwise. If the
 * next wait of the same thread repeats the call, it continues in the same place
 * of the queue. kipc_mutex_lock() and the waits at a barrier do not return
 * -EINTR but go on waiting.
 *
 * Cancellation. No function is a cancellation point (see pthread_cancel()): a
 * thread that is cancelled goes on waiting. Asynchronous cancellation must not
 * be enabled during a call, because what the thread has got would be lost.
 *
 * O_NONBLOCK. Any process that has the descriptor can set this flag. It affects
 * read(2) and write(2) only, and no function of the library.
 *
 * fork(). The child may use the handles of its parent. It does not own the
 * mutexes and does not hold the units that the parent owns and holds, and it
 * is not a member of a barrier until it arrives there. If the parent closed
 * the descriptor of a handle before fork(), the number may belong to another
 * object. For an object that tracks its participants the child's handle then
 * returns -EBADF. In the process that closed the descriptor this is not
 * detected.
 *
 * clone(). A child of clone() without fork() cannot take part, by handles of
 * its parent, in objects that track their participants: these are mutexes,
 * also the mutexes of a region, barriers without KIPC_NO_MEMBERS, rings, and
 * semaphores with KIPC_UNDO. It gets -ENXIO. It may open handles of its own.
 *
 * Versions. A program keeps working with later versions of the library.
 * Structures of options and of answers can grow at the end, so the size that
 * the program was compiled with is passed along: the functions that take such
 * a structure are inline and pass sizeof to the exported function whose name
 * ends in _sized. A library that knows fewer members than the program requires
 * that the unknown options are zero (-E2BIG otherwise) and fills unknown
 * answers with zeros. A library that knows more members takes the missing
 * options as zero and fills in only the answers that the program has room for.
 * A size below that of the first version is -EINVAL. Other languages call the
 * _sized functions, kipc_semaphore_open_words() and
 * kipc_semaphore_import_words().
 *
 * Unknown flags. An object that was created with a flag that the library does
 * not know may have words of another format. If such an object has words,
 * opening it returns -EOPNOTSUPP.
 *
 * The device. The library opens /dev/kipc when it first needs it. It keeps
 * this close-on-exec descriptor until the process ends, even after dlclose().
 * The module cannot be unloaded before that. So a process that changes its
 * root directory or gives up privileges can still create and open objects,
 * with the permissions that it then has. If the program closes the descriptor,
 * as daemons do when they close all descriptors, the library opens the device
 * again.
 *
 * Checkers. ThreadSanitizer sees the happens-before order between calls on one
 * handle, not between two handles of the same object. valgrind knows which
 * bytes the kernel filled in if its headers were installed when the library
 * was built.
 *
 * DOC: errors of create, open, import and unlink
 *
 * These are common to all types; the comments of the functions call them "the
 * common errors" and name only what is special to the function.
 *
 * - -EINVAL: the name is empty or contains a slash; an option is out of range;
 *   a flag is unknown or does not apply to the type; KIPC_EXCLUSIVE or
 *   KIPC_PERSIST without a name; or the name exists and its object has another
 *   number of elements or other flags.
 * - -ENAMETOOLONG: the name is longer than KIPC_NAME_MAX bytes.
 * - -ENOENT: open, unlink: there is no such name.
 * - -EEXIST: create with KIPC_EXCLUSIVE: the name exists.
 * - -EACCES: the mode of the object does not permit the access.
 * - -EPROTOTYPE: the object is of another type.
 * - -EOPNOTSUPP: the object has a flag that the library does not know; see
 *   above.
 * - -E2BIG: the options have a value that the library does not know; see above.
 * - -ENOSPC: the quota of the calling user is used up.
 * - -EUSERS: KIPC_ATTACHMENTS_MAX processes take part in the object already.
 * - -EMFILE, -ENFILE: the process or the system has too many open files.
 * - -ENOMEM: no memory, or no address space for the mapping.
 * - -EINTR: create: the process was killed.
 * - -EBADF, -ENOTTY: import: not an open descriptor, or not one of kipc.
 * - -ENODEV: the module is not loaded, or there is no /dev/kipc. Other errors
 *   of open(2) on /dev/kipc are possible, too.
 *
 * Every function exists since version 0.1 unless its comment says otherwise.
 */
#ifndef KIPC_H
#define KIPC_H

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <linux/kipc.h>

/* src/inline.c redefines this, so that other languages get real symbols. */
#ifndef KIPC_INLINE
#define KIPC_INLINE static inline
#endif

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Calculate an absolute deadline. Does not block.
 * @param nanoseconds  from now, at least 0; KIPC_FOREVER gives KIPC_FOREVER
 * @return the time of CLOCK_MONOTONIC in nanoseconds, or KIPC_FOREVER if that
 *         time is out of range
 * @since 0.1
 */
int64_t kipc_deadline(int64_t nanoseconds);

/**
 * Remove a name. Handles and descriptors of its object stay valid. Does not
 * block.
 * @param name  1..KIPC_NAME_MAX bytes, without a slash
 * @return 0 or one of the common errors; -EACCES: the caller is neither the
 *         owner of the object nor has CAP_IPC_OWNER
 * @since 0.1
 */
int kipc_unlink(const char *name);

/**
 * The exported function that kipc_list() calls.
 * @param size  bytes of one entry, as the program knows it
 * @since 0.2
 */
int kipc_list_sized(uint64_t *cursor, struct kipc_list_entry *entries,
		    unsigned int count, size_t size);

/**
 * List the names in the network namespace of the caller. A name that exists
 * during the whole listing is listed exactly once. Does not block.
 * @param cursor   in: 0 to begin, or the value that the last call left; out:
 *                 where the next call continues
 * @param entries  out: room for @p count entries
 * @param count    1..KIPC_LIST_MAX
 * @return the number of entries that were filled in, 0 at the end; -EINVAL (the
 *         count is out of range), -EFAULT, -ENODEV or another error of opening
 *         the device
 * @since 0.1
 */
static inline int kipc_list(uint64_t *cursor, struct kipc_list_entry *entries,
			    unsigned int count)
{
	return kipc_list_sized(cursor, entries, count, sizeof(*entries));
}

/**
 * Watch an object for participants that die or leave. Only objects that track
 * their participants can be watched: mutexes, regions with mutexes, barriers
 * without KIPC_NO_MEMBERS, rings, and semaphores with KIPC_UNDO. Does not block.
 * @param object_fd  descriptor of the object, open for reading; it still
 *                   belongs to the caller
 * @return a new close-on-exec descriptor, which the caller closes. It can be
 *         polled, and read(2) returns one struct kipc_notice; see struct
 *         kipc_watch_args. Or -EINVAL (the object does not track its
 *         participants), -EBADF (not open, or not for reading), -ENOTTY (not
 *         an object of kipc), -ENOSPC (the quota of the calling user), -EUSERS
 *         (the object has too many watches; a share is reserved for its
 *         creator), -EMFILE, -ENFILE, -ENOMEM
 * @since 0.1
 */
int kipc_watch(int object_fd);

/** A word. Aligned to its size, which a plain 64-bit type is not on i386. */
typedef __aligned_u64 kipc_word;

/*
 * The words that user space may change. The members belong to the library.
 * They are here only because the fast paths below are inlined. If the object
 * cannot be mapped, base points to a word that always has KIPC_SLOW set, so
 * that every fast path calls the kernel.
 *
 * Compiled programs contain the offsets of base, stride and attachment, and the
 * size of this structure. None of them may change; src/inline.c asserts that.
 */
struct kipc_words {
	kipc_word *base;
	size_t stride;		/* from one element to the next, in words */
	size_t map_size;	/* bytes; 0 if nothing is mapped */
	/* For objects that track their participants; see src/attachment.c. */
	uint32_t attachment;	/* of this process; 0: none */
	int fd;			/* of the handle; -1: no longer its object's */
	uint32_t maps;		/* times mapped, the maps of parents included */
	struct kipc_words *next, *previous;
	uint64_t inode;		/* number of the object's inode */
};

/**
 * How often waits by one handle spun before they slept, and how often that
 * avoided a sleep. Spinning means to read the word in a loop.
 */
struct kipc_spins {
	uint64_t waits;		/**< waits that spun */
	uint64_t paid;		/**< hits: waits that did not have to sleep */
	uint64_t looks;		/**< iterations of all these waits together */
	uint64_t reserved;	/**< 0 */
};

/** Upper bound of the iterations of one wait; these take some microseconds. */
#define KIPC_SPINS_MAX	1000

/*
 * The number of the calling thread, in the format that mutex words use. It is 0
 * until the library has asked the kernel for it, and stays 0 if the kernel did
 * not give one.
 */
extern __thread uint64_t kipc_thread;

/* ------------------------------------------------------------------------- */
/* Semaphores                                                                */
/* ------------------------------------------------------------------------- */

/**
 * A set of counting semaphores. The members belong to the library, which has
 * more of them behind these.
 */
struct kipc_semaphore {
	struct kipc_words words;
	uint32_t elements;
	uint32_t max;
};

/** The options of kipc_semaphore_create(). Zero means the default. */
struct kipc_semaphore_options {
	/** KIPC_EXCLUSIVE, _PERSIST, _SEALED, _PACKED, _UNDO, _FAIR */
	uint32_t flags;
	uint32_t mode;		/**< permission bits 0..0777; 0 means 0600 */
	/** semaphores in the set, 1..KIPC_ELEMENTS_MAX; 0 means 1 */
	uint32_t elements;
	uint32_t initial;	/**< units that each starts with, 0..max */
	/** most units of each, 1 is binary; 0 means KIPC_SEMAPHORE_MAX */
	uint32_t max;
	uint32_t access;	/**< KIPC_READ, KIPC_WRITE; 0 means both */
};

/**
 * The exported function that kipc_semaphore_create() calls.
 * @param size  bytes of the options, as the program knows them
 * @since 0.2
 */
int kipc_semaphore_create_sized(struct kipc_semaphore **semaphore, const char *name,
				const struct kipc_semaphore_options *options, size_t size);

/**
 * Create a set of semaphores, or open the existing set of that name.
 *
 * The handle has the access that the options ask for. With KIPC_READ alone, for
 * example, it can open a set whose mode permits only reading. See
 * kipc_semaphore_open() for what a handle without both kinds of access can do.
 *
 * With KIPC_UNDO every operation is a system call. When a process ends, by
 * whatever means, or closes its last handle of the object, the units that it
 * has taken and not posted are posted for it.
 *
 * May sleep for memory, and while another process creates the same name; does
 * not wait for anything else.
 * @param semaphore  out: the handle; NULL on failure
 * @param name       1..KIPC_NAME_MAX bytes without a slash, or NULL for an
 *                   anonymous object
 * @param options    NULL means all defaults
 * @return 0 or one of the common errors; -EUSERS only with KIPC_UNDO
 * @since 0.1
 */
static inline int kipc_semaphore_create(struct kipc_semaphore **semaphore,
					const char *name,
					const struct kipc_semaphore_options *options)
{
	return kipc_semaphore_create_sized(semaphore, name, options, sizeof(*options));
}

/**
 * The exported functions that kipc_semaphore_open() and kipc_semaphore_import()
 * call. The symbols without _words and _sized serve programs that were compiled
 * with version 0.1: see src/release_0_1.c.
 * @since 0.2
 */
int kipc_semaphore_open_words(struct kipc_semaphore **semaphore, const char *name,
			      unsigned int access);
int kipc_semaphore_import_words(struct kipc_semaphore **semaphore, int fd);

/**
 * Open a set of semaphores by name. Does not block.
 * @param semaphore  out: the handle; NULL on failure
 * @param name       of the object, 1..KIPC_NAME_MAX bytes
 * @param access     KIPC_READ, KIPC_WRITE or both. Without both kinds the words
 *                   are not mapped, and every operation is a system call; of a
 *                   KIPC_UNDO semaphore only the state can then be read.
 * @return 0 or one of the common errors; -EUSERS only with KIPC_UNDO
 * @since 0.1
 */
static inline int kipc_semaphore_open(struct kipc_semaphore **semaphore,
				      const char *name, unsigned int access)
{
	return kipc_semaphore_open_words(semaphore, name, access);
}

/**
 * Make a handle from a descriptor, for example from one that was received over
 * a Unix socket. Does not block.
 * @param semaphore  out: the handle; NULL on failure
 * @param fd         belongs to the handle after success, to the caller after
 *                   failure
 * @return 0 or one of the common errors: -EPROTOTYPE (another type of object),
 *         -ENOTTY (not a descriptor of kipc), -EBADF
 * @since 0.1
 */
static inline int kipc_semaphore_import(struct kipc_semaphore **semaphore, int fd)
{
	return kipc_semaphore_import_words(semaphore, fd);
}

/**
 * Close a handle and its descriptor. Does not block.
 * @param semaphore  the handle; NULL is ignored
 * @since 0.1
 */
void kipc_semaphore_close(struct kipc_semaphore *semaphore);

/**
 * Get the descriptor of a handle, for poll, epoll or SCM_RIGHTS.
 * @param semaphore  the handle
 * @return the descriptor, which still belongs to the handle
 * @since 0.1
 */
int kipc_semaphore_fd(const struct kipc_semaphore *semaphore);

/*
 * The slow paths: they are called where the inline fast path cannot complete,
 * and make the system call if the word requires it. Since 0.1.
 */
int kipc_semaphore_post_slow(struct kipc_semaphore *semaphore,
			     uint32_t element, uint32_t count);
int kipc_semaphore_wait_slow(struct kipc_semaphore *semaphore,
			     uint32_t element, uint32_t count,
			     int64_t deadline, unsigned int flags);

/*
 * Returns whether a set has an element. A constant 0 needs no comparison: every
 * set has a first element, except the mutexes of a region without mutexes. The
 * slow path detects that case.
 */
static inline int kipc_has_element(uint32_t elements, uint32_t element)
{
	return (__builtin_constant_p(element) && !element) ||
	       element < elements;
}

/* Returns the word of an element. */
static inline kipc_word *kipc_words_at(const struct kipc_words *words,
				       uint32_t element)
{
	return words->base + element * words->stride;
}

/**
 * Post units. Does not block. Makes no system call while no thread waits.
 * @param semaphore  the handle
 * @param element    which semaphore of the set, 0..elements - 1
 * @param count      units, at least 1
 * @return 0; -EOVERFLOW (the semaphore would exceed its maximum; nothing has
 *         changed), -EINVAL, -EBADF (the handle is not open for writing),
 *         -ENXIO (KIPC_UNDO: the process is not attached, as by a handle
 *         without both kinds of access)
 * @since 0.1
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
			/*
			 * Any bit beside the units makes the word greater than
			 * every maximum.
			 */
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
 * Take units if they are available. Does not block. Makes no system call while
 * no thread waits.
 * @param semaphore  the handle
 * @param element    which semaphore of the set, 0..elements - 1
 * @param count      units, all or none, 1..the maximum of the semaphore
 * @return 0; -EAGAIN (too few units), -EINVAL, -EBADF and -ENXIO as
 *         kipc_semaphore_post()
 * @since 0.1
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
		/* There are too few units, or a bit beside the units is set. */
		if (left > KIPC_SEMAPHORE_COUNT - count)
			return kipc_semaphore_wait_slow(semaphore, element,
							count, 0, KIPC_TRY);
	} while (!__atomic_compare_exchange_n(word, &old, left, 1,
					      __ATOMIC_ACQUIRE,
					      __ATOMIC_RELAXED));
	return 0;
}

/**
 * Take units. Blocks until they are available or the deadline passes.
 * @param semaphore  the handle
 * @param element    which semaphore of the set, 0..elements - 1
 * @param count      units, all at once, 1..the maximum of the semaphore
 * @param deadline   absolute, in nanoseconds; one in the past does not wait
 * @param flags      0 or KIPC_REALTIME
 * @return 0; -ETIMEDOUT, -EINTR, -EINVAL, -EUSERS (too many threads wait
 *         already), -EBADF and -ENXIO as kipc_semaphore_post()
 * @since 0.1
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
		/* There are too few units, or a bit beside the units is set. */
		if (left > KIPC_SEMAPHORE_COUNT - count)
			return kipc_semaphore_wait_slow(semaphore, element,
							count, deadline, flags);
	} while (!__atomic_compare_exchange_n(word, &old, left, 1,
					      __ATOMIC_ACQUIRE,
					      __ATOMIC_RELAXED));
	return 0;
}

/**
 * Take units. Blocks until they are available.
 * @param semaphore  the handle
 * @param element    which semaphore of the set, 0..elements - 1
 * @param count      units, all at once, 1..the maximum of the semaphore
 * @return as kipc_semaphore_timedwait(), but never -ETIMEDOUT
 * @since 0.1
 */
KIPC_INLINE int kipc_semaphore_wait(struct kipc_semaphore *semaphore,
				    uint32_t element, uint32_t count)
{
	return kipc_semaphore_timedwait(semaphore, element, count,
					KIPC_FOREVER, 0);
}

/**
 * Post units of one semaphore, then take units of another. Blocks until these
 * are available or the deadline passes.
 *
 * If both operations need the kernel, they take one system call instead of two,
 * and a thread that the post wakes can run on the processor that the caller
 * leaves. This is for two processes that run in turns.
 *
 * The operations are not one atomic step: operations of other threads may come
 * between them. After -ETIMEDOUT, -EINTR or -EUSERS the units have been
 * posted: continue with kipc_semaphore_timedwait(). After -ENXIO they have
 * been posted only if the attachment of the process ended during the wait.
 * After any other error nothing has changed.
 * @param semaphore     the set to post
 * @param element       which semaphore of that set
 * @param count         units to post, at least 1
 * @param other         the set to wait for; may be the same set
 * @param wait_element  which semaphore of that set; may be the same one
 * @param wait_count    units to take, all at once, 1..the maximum
 * @param deadline      of the wait, absolute, in nanoseconds; one in the past
 *                      does not wait
 * @param flags         0 or KIPC_REALTIME
 * @return 0; -EOVERFLOW as kipc_semaphore_post(), -ETIMEDOUT, -EINTR, -EINVAL,
 *         -EUSERS (too many threads wait already), -EBADF (a handle is not open
 *         for writing), -ENXIO as kipc_semaphore_post()
 * @since 0.1
 */
int kipc_semaphore_post_timedwait(struct kipc_semaphore *semaphore,
				  uint32_t element, uint32_t count,
				  struct kipc_semaphore *other,
				  uint32_t wait_element, uint32_t wait_count,
				  int64_t deadline, unsigned int flags);

/**
 * Post units of one semaphore, then take units of another. Blocks until these
 * are available. The parameters are those of kipc_semaphore_post_timedwait().
 * @return as kipc_semaphore_post_timedwait(), but never -ETIMEDOUT
 * @since 0.1
 */
int kipc_semaphore_post_wait(struct kipc_semaphore *semaphore,
			     uint32_t element, uint32_t count,
			     struct kipc_semaphore *other,
			     uint32_t wait_element, uint32_t wait_count);

/**
 * Read the units that a semaphore holds. Works with any access. Does not block.
 * @param semaphore  the handle
 * @param element    which semaphore of the set, 0..elements - 1
 * @param value      out: units, 0..the maximum; unchanged on failure
 * @return 0 or -EINVAL
 * @since 0.1
 */
int kipc_semaphore_value(struct kipc_semaphore *semaphore, uint32_t element,
			 uint32_t *value);

/**
 * The exported function that kipc_semaphore_spins() calls.
 * @param size  bytes of @p spins, as the program knows it
 * @since 0.2
 */
void kipc_semaphore_spins_sized(const struct kipc_semaphore *semaphore,
				struct kipc_spins *spins, size_t size);

/**
 * Read how the waits by this handle spun. Does not block. The counts can be too
 * small if several threads use the handle at the same time.
 * @param semaphore  the handle
 * @param spins      out: the counts since the handle was made
 * @since 0.1
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

/** The options of kipc_barrier_create(). Zero means the default. */
struct kipc_barrier_options {
	/** KIPC_EXCLUSIVE, _PERSIST, _SEALED, and _DROP or _NO_MEMBERS */
	uint32_t flags;
	uint32_t mode;		/**< permission bits 0..0777; 0 means 0600 */
	/** 2..KIPC_PARTIES_MAX; with KIPC_DROP the initial number */
	uint32_t parties;
	uint32_t access;	/**< KIPC_READ, KIPC_WRITE; 0 means both */
};

/**
 * The exported function that kipc_barrier_create() calls.
 * @param size  bytes of the options, as the program knows them
 * @since 0.2
 */
int kipc_barrier_create_sized(struct kipc_barrier **barrier, const char *name,
			      const struct kipc_barrier_options *options, size_t size);

/**
 * Create a barrier, or open the existing one of that name.
 *
 * A process becomes a member when it arrives. If a member ends before it has
 * left or closed its handles, the barrier breaks: every party that waits or
 * arrives gets -EOWNERDEAD until kipc_barrier_reset().
 *
 * With KIPC_DROP every operation is a system call, and the end of a member
 * does not break the barrier: the kernel knows how many parties each process
 * is (see kipc_barrier_join()), and stops waiting for the parties of a process
 * that ends or leaves.
 *
 * With KIPC_NO_MEMBERS, which excludes KIPC_DROP, only arrivals count, as at a
 * pthread barrier. No process is a member, and the end of a process breaks
 * nothing. An arrival stands even if the process is killed while it waits.
 *
 * May sleep for memory, and while another process creates the same name; does
 * not wait for anything else.
 * @param barrier  out: the handle; NULL on failure
 * @param name     1..KIPC_NAME_MAX bytes without a slash, or NULL for an
 *                 anonymous object
 * @param options  parties has no default and must be set
 * @return 0 or one of the common errors
 * @since 0.1
 */
static inline int kipc_barrier_create(struct kipc_barrier **barrier, const char *name,
				      const struct kipc_barrier_options *options)
{
	return kipc_barrier_create_sized(barrier, name, options, sizeof(*options));
}

/**
 * Open a barrier by name. Does not block.
 * @param barrier  out: the handle; NULL on failure
 * @param name     of the object, 1..KIPC_NAME_MAX bytes
 * @param access   KIPC_READ, KIPC_WRITE or both. To arrive needs KIPC_WRITE.
 *                 To be a member needs both kinds.
 * @return 0 or one of the common errors
 * @since 0.1
 */
int kipc_barrier_open(struct kipc_barrier **barrier, const char *name,
		      unsigned int access);

/**
 * Make a handle from a descriptor. Does not block.
 * @param barrier  out: the handle; NULL on failure
 * @param fd       belongs to the handle after success, to the caller after
 *                 failure
 * @return 0 or one of the common errors, as kipc_semaphore_import()
 * @since 0.1
 */
int kipc_barrier_import(struct kipc_barrier **barrier, int fd);

/**
 * Leave the barrier, then close the handle and its descriptor. Does not block.
 * With KIPC_DROP the process leaves when it closes its last handle of the
 * barrier.
 * @param barrier  the handle; NULL is ignored
 * @since 0.1
 */
void kipc_barrier_close(struct kipc_barrier *barrier);

/**
 * Get the descriptor of a handle, for SCM_RIGHTS or kipc_watch().
 * @param barrier  the handle
 * @return the descriptor, which still belongs to the handle
 * @since 0.1
 */
int kipc_barrier_fd(const struct kipc_barrier *barrier);

/**
 * Become a member before the first arrival, which makes the process a member by
 * itself. Does not block.
 *
 * With KIPC_DROP every call makes the calling process one party more. It fills
 * a vacant place of those that the barrier was created with; if none is vacant
 * it adds a party. An arrival that exceeds the number of times that the
 * process has joined, in one generation, joins once more.
 * @param barrier  the handle
 * @return 0; -ENXIO (the process is not attached, as by a handle without both
 *         kinds of access), -EOVERFLOW (more than KIPC_PARTIES_MAX parties),
 *         -EBADF (the handle is not open for writing), -EINVAL
 *         (KIPC_NO_MEMBERS)
 * @since 0.1
 */
int kipc_barrier_join(struct kipc_barrier *barrier);

/**
 * Stop being a member, so that the end of the process does not break the
 * barrier. Does not block. No other thread of the process may use the handle
 * at the same time, unless the barrier has KIPC_DROP.
 *
 * With KIPC_DROP the calling process becomes one party fewer. If all remaining
 * parties have arrived, the barrier opens.
 * @param barrier  the handle
 * @return 0; -EPERM (not a member by this handle), -ENXIO, -EBADF and -EINVAL
 *         as kipc_barrier_join()
 * @since 0.1
 */
int kipc_barrier_leave(struct kipc_barrier *barrier);

/**
 * Arrive. Blocks until the other parties have arrived or the deadline passes. A
 * signal handler does not end the wait.
 * @param barrier   the handle
 * @param deadline  absolute, in nanoseconds; when it passes, the barrier
 *                  breaks for every party
 * @param flags     0 or KIPC_REALTIME
 * @return 0, or KIPC_BARRIER_SERIAL for exactly one party of each generation;
 *         -ETIMEDOUT, -ECANCELED (broken by a timeout or an abort, or reset),
 *         -EOWNERDEAD (a member died, or a waiting party was killed by
 *         SIGKILL), -EINVAL, -EUSERS (too many threads wait already, and the
 *         caller has not arrived), -EBADF (the handle is not open for
 *         writing); -ENXIO (only with KIPC_DROP) and -EOVERFLOW as
 *         kipc_barrier_join()
 * @since 0.1
 */
int kipc_barrier_timedwait(struct kipc_barrier *barrier, int64_t deadline,
			   unsigned int flags);

/**
 * Arrive. Blocks until the other parties have arrived.
 * @param barrier  the handle
 * @return as kipc_barrier_timedwait(), but never -ETIMEDOUT
 * @since 0.1
 */
int kipc_barrier_wait(struct kipc_barrier *barrier);

/**
 * Arrive only if this opens the barrier. Does not block.
 * @param barrier  the handle
 * @return KIPC_BARRIER_SERIAL; -EAGAIN (the caller is not the last party, and
 *         has not arrived); -ECANCELED, -EOWNERDEAD, -EBADF, -ENXIO and
 *         -EOVERFLOW as kipc_barrier_timedwait()
 * @since 0.1
 */
int kipc_barrier_trywait(struct kipc_barrier *barrier);

/**
 * Break the barrier: every party that waits or arrives gets -ECANCELED until
 * kipc_barrier_reset(). Does not block.
 * @param barrier  the handle
 * @return 0; -EBADF (the handle is not open for writing)
 * @since 0.1
 */
int kipc_barrier_abort(struct kipc_barrier *barrier);

/**
 * Repair a broken barrier. Every party that waits gets -ECANCELED; parties that
 * arrive later begin a new generation. Does not block.
 * @param barrier  the handle
 * @return 0; -EBADF (the handle is not open for writing)
 * @since 0.1
 */
int kipc_barrier_reset(struct kipc_barrier *barrier);

/**
 * The exported function that kipc_barrier_state() calls.
 * @param size  bytes of the state, as the program knows it
 * @since 0.2
 */
int kipc_barrier_state_sized(struct kipc_barrier *barrier,
			     struct kipc_barrier_state_args *state, size_t size);

/**
 * Read the state of a barrier. Works with any access. Does not block.
 * @param barrier  the handle
 * @param state    out: all of it is filled in
 * @return 0
 * @since 0.1
 */
static inline int kipc_barrier_state(struct kipc_barrier *barrier,
				     struct kipc_barrier_state_args *state)
{
	return kipc_barrier_state_sized(barrier, state, sizeof(*state));
}

/**
 * The exported function that kipc_barrier_spins() calls.
 * @param size  bytes of @p spins, as the program knows it
 * @since 0.2
 */
void kipc_barrier_spins_sized(const struct kipc_barrier *barrier,
			      struct kipc_spins *spins, size_t size);

/**
 * Read how the waits by this handle spun, as kipc_semaphore_spins(). Does not
 * block.
 * @param barrier  the handle
 * @param spins    out: the counts since the handle was made
 * @since 0.1
 */
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

/** The options of kipc_mailbox_create(). Zero means the default. */
struct kipc_mailbox_options {
	uint32_t flags;		/**< KIPC_EXCLUSIVE, _PERSIST, _FAIR */
	uint32_t mode;		/**< permission bits 0..0777; 0 means 0600 */
	/** bytes of the longest message, 1..KIPC_MESSAGE_MAX; 0 means 8192 */
	uint32_t message_size;
	/** most messages it holds, 1..KIPC_MESSAGES_MAX; 0 means 64 */
	uint32_t messages;
	/**
	 * most bytes of all its messages together, at least message_size; 0
	 * means message_size times messages, which is also the maximum
	 */
	uint64_t bytes;
	uint32_t access;	/**< KIPC_READ, KIPC_WRITE; 0 means both */
	uint32_t reserved;	/**< 0 */
};

/** What the kernel reports of a message. */
struct kipc_message {
	uint32_t length;	/**< in bytes; also filled in with -EMSGSIZE */
	uint32_t priority;	/**< 0..KIPC_PRIORITIES - 1 */
	/**
	 * the sender's process; 0 if it is gone or not visible in the pid
	 * namespace of the receiver; another process may have it once the
	 * sender is gone
	 */
	uint32_t pid;
	/**
	 * the sender's effective user, in the user namespace of the receiver;
	 * of a message sent by write(2), the user that opened the descriptor
	 */
	uint32_t uid;
	uint32_t gid;		/**< the effective group, likewise */
};

/**
 * The exported function that kipc_mailbox_create() calls.
 * @param size  bytes of the options, as the program knows them
 * @since 0.2
 */
int kipc_mailbox_create_sized(struct kipc_mailbox **mailbox, const char *name,
			      const struct kipc_mailbox_options *options, size_t size);

/**
 * Create a mailbox, or open the existing one of that name. May sleep for
 * memory, and while another process creates the same name; does not wait for
 * anything else.
 * @param mailbox  out: the handle; NULL on failure
 * @param name     1..KIPC_NAME_MAX bytes without a slash, or NULL for an
 *                 anonymous object
 * @param options  NULL means all defaults
 * @return 0 or one of the common errors, but never -EUSERS
 * @since 0.1
 */
static inline int kipc_mailbox_create(struct kipc_mailbox **mailbox, const char *name,
				      const struct kipc_mailbox_options *options)
{
	return kipc_mailbox_create_sized(mailbox, name, options, sizeof(*options));
}

/**
 * Open a mailbox by name. Does not block.
 * @param mailbox  out: the handle; NULL on failure
 * @param name     of the object, 1..KIPC_NAME_MAX bytes
 * @param access   KIPC_WRITE to send, KIPC_READ to receive, or both
 * @return 0 or one of the common errors, but never -EUSERS
 * @since 0.1
 */
int kipc_mailbox_open(struct kipc_mailbox **mailbox, const char *name,
		      unsigned int access);

/**
 * Make a handle from a descriptor. Does not block.
 * @param mailbox  out: the handle; NULL on failure
 * @param fd       belongs to the handle after success, to the caller after
 *                 failure
 * @return 0 or one of the common errors, as kipc_semaphore_import()
 * @since 0.1
 */
int kipc_mailbox_import(struct kipc_mailbox **mailbox, int fd);

/**
 * Close a handle and its descriptor. Does not block.
 * @param mailbox  the handle; NULL is ignored
 * @since 0.1
 */
void kipc_mailbox_close(struct kipc_mailbox *mailbox);

/**
 * Get the descriptor of a handle, for poll, epoll or SCM_RIGHTS.
 * @param mailbox  the handle
 * @return the descriptor, which still belongs to the handle
 * @since 0.1
 */
int kipc_mailbox_fd(const struct kipc_mailbox *mailbox);

/**
 * Send a message. Blocks until there is room for it or the deadline passes.
 * @param mailbox   the handle
 * @param data      the message
 * @param length    in bytes, 0..the message_size of the mailbox
 * @param priority  0..KIPC_PRIORITIES - 1; the highest is received first
 * @param deadline  absolute, in nanoseconds; one in the past does not wait
 * @param flags     0 or KIPC_REALTIME
 * @return 0; -ETIMEDOUT, -EINTR, -EMSGSIZE (the message is too long), -EINVAL,
 *         -EFAULT, -EBADF (the handle is not open for writing), -EUSERS (too
 *         many threads wait already)
 * @since 0.1
 */
int kipc_mailbox_timedsend(struct kipc_mailbox *mailbox, const void *data,
			   size_t length, unsigned int priority,
			   int64_t deadline, unsigned int flags);

/**
 * Send a message. Blocks until there is room for it. The parameters are those
 * of kipc_mailbox_timedsend().
 * @return as kipc_mailbox_timedsend(), but never -ETIMEDOUT
 * @since 0.1
 */
int kipc_mailbox_send(struct kipc_mailbox *mailbox, const void *data,
		      size_t length, unsigned int priority);

/**
 * Send a message if there is room for it. Does not block. The parameters are
 * those of kipc_mailbox_timedsend().
 * @return 0; -EAGAIN (there is no room); -EMSGSIZE, -EINVAL, -EFAULT and -EBADF
 *         as kipc_mailbox_timedsend()
 * @since 0.1
 */
int kipc_mailbox_trysend(struct kipc_mailbox *mailbox, const void *data,
			 size_t length, unsigned int priority);

/**
 * The exported function that all functions that receive call.
 * @param size   bytes of @p message, as the program knows it
 * @param flags  KIPC_REALTIME, or KIPC_TRY, or KIPC_TRY | KIPC_PEEK
 * @since 0.2
 */
ssize_t kipc_mailbox_receive_sized(struct kipc_mailbox *mailbox, void *buffer,
				   size_t capacity, struct kipc_message *message,
				   size_t size, int64_t deadline, unsigned int flags);

/**
 * Receive a message: the oldest of the highest priority. Blocks until there is
 * one or the deadline passes.
 * @param mailbox   the handle
 * @param buffer    out: the bytes of the message
 * @param capacity  of @p buffer, in bytes
 * @param message   out: what the kernel reports of the message; may be NULL
 * @param deadline  absolute, in nanoseconds; one in the past does not wait
 * @param flags     0 or KIPC_REALTIME
 * @return the bytes of the message; -ETIMEDOUT, -EINTR, -EMSGSIZE (the buffer
 *         is too small; the message stays the first one), -EINVAL, -EFAULT
 *         (the message stays, likewise), -EBADF (the handle is not open for
 *         reading), -EUSERS (too many threads wait already)
 * @since 0.1
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

/**
 * Receive a message. Blocks until there is one. The parameters are those of
 * kipc_mailbox_timedreceive().
 * @return as kipc_mailbox_timedreceive(), but never -ETIMEDOUT
 * @since 0.1
 */
static inline ssize_t kipc_mailbox_receive(struct kipc_mailbox *mailbox, void *buffer,
					   size_t capacity,
					   struct kipc_message *message)
{
	return kipc_mailbox_receive_sized(mailbox, buffer, capacity, message,
					  sizeof(*message), KIPC_FOREVER, 0);
}

/**
 * Receive a message if there is one. Does not block. The parameters are those
 * of kipc_mailbox_timedreceive().
 * @return the bytes of the message; -EAGAIN (there is none); -EMSGSIZE, -EFAULT
 *         and -EBADF as kipc_mailbox_timedreceive()
 * @since 0.1
 */
static inline ssize_t kipc_mailbox_tryreceive(struct kipc_mailbox *mailbox,
					      void *buffer, size_t capacity,
					      struct kipc_message *message)
{
	return kipc_mailbox_receive_sized(mailbox, buffer, capacity, message,
					  sizeof(*message), 0, KIPC_TRY);
}

/**
 * Read the first message and leave it in the mailbox. Does not block. The
 * parameters are those of kipc_mailbox_timedreceive().
 * @return as kipc_mailbox_tryreceive()
 * @since 0.1
 */
static inline ssize_t kipc_mailbox_peek(struct kipc_mailbox *mailbox, void *buffer,
					size_t capacity, struct kipc_message *message)
{
	return kipc_mailbox_receive_sized(mailbox, buffer, capacity, message,
					  sizeof(*message), 0, KIPC_TRY | KIPC_PEEK);
}

/**
 * The exported function that kipc_mailbox_state() calls.
 * @param size  bytes of the state, as the program knows it
 * @since 0.2
 */
int kipc_mailbox_state_sized(struct kipc_mailbox *mailbox,
			     struct kipc_mailbox_state_args *state, size_t size);

/**
 * Read the state of a mailbox. Works with any access. Does not block.
 * @param mailbox  the handle
 * @param state    out: all of it is filled in
 * @return 0
 * @since 0.1
 */
static inline int kipc_mailbox_state(struct kipc_mailbox *mailbox,
				     struct kipc_mailbox_state_args *state)
{
	return kipc_mailbox_state_sized(mailbox, state, sizeof(*state));
}

/* ------------------------------------------------------------------------- */
/* Rings                                                                     */
/* ------------------------------------------------------------------------- */

/**
 * A ring: messages of up to a fixed size in memory that all its participants
 * share. Sending and receiving make no system call while there is room and there
 * are messages.
 *
 * Every participant can write to all of it, see "Rings" in <linux/kipc.h>. Each
 * message is received at least once: a message that a participant was receiving
 * or held when it died is received again, marked as repeated.
 */
struct kipc_ring;

/** The options of kipc_ring_create(). Zero means the default. */
struct kipc_ring_options {
	uint32_t flags;		/**< KIPC_EXCLUSIVE, _PERSIST */
	uint32_t mode;		/**< permission bits 0..0777; 0 means 0600 */
	/** bytes of the longest message, 1..KIPC_MESSAGE_MAX; 0 means 256 */
	uint32_t message_size;
	/** messages that each lane holds, a power of two; 0 means 64 */
	uint32_t slots;
	/** lanes, 1..KIPC_RING_LANES_MAX; 0 means 1 */
	uint32_t lanes;
	/**
	 * messages that can be lent and held at the same time, at most
	 * KIPC_RING_LOANS_MAX; 0 means 16
	 */
	uint32_t loans;
	uint32_t access;	/**< KIPC_READ, KIPC_WRITE; 0 means both */
};

/** What is known of a message of a ring. */
struct kipc_ring_message {
	uint32_t length;	/**< in bytes */
	uint32_t lane;		/**< 0 if a dead participant held the message */
	/**
	 * number of the sender's attachment, as in the notices of
	 * kipc_watch(); 0 if it was sent by write(2) or the like, or if it is
	 * not known any more
	 */
	uint32_t sender;
	/** not 0 if a participant that died had received the message before */
	uint32_t repeated;
};

/**
 * The exported function that kipc_ring_create() calls.
 * @param size  bytes of the options, as the program knows them
 * @since 0.3
 */
int kipc_ring_create_sized(struct kipc_ring **ring, const char *name,
			   const struct kipc_ring_options *options, size_t size);

/**
 * Create a ring, or open the existing one of that name. May sleep for memory,
 * and while another process creates the same name; does not wait for anything
 * else.
 * @param ring     out: the handle; NULL on failure
 * @param name     1..KIPC_NAME_MAX bytes without a slash, or NULL for an
 *                 anonymous object
 * @param options  NULL means all defaults
 * @return 0 or one of the common errors
 * @since 0.3
 */
static inline int kipc_ring_create(struct kipc_ring **ring, const char *name,
				   const struct kipc_ring_options *options)
{
	return kipc_ring_create_sized(ring, name, options, sizeof(*options));
}

/**
 * Open a ring by name. Does not block.
 * @param ring    out: the handle; NULL on failure
 * @param name    of the object, 1..KIPC_NAME_MAX bytes
 * @param access  KIPC_READ | KIPC_WRITE to take part; with KIPC_WRITE alone the
 *                handle can only send, by a system call for each message
 * @return 0 or one of the common errors
 * @since 0.3
 */
int kipc_ring_open(struct kipc_ring **ring, const char *name, unsigned int access);

/**
 * Make a handle from a descriptor. Does not block.
 * @param ring  out: the handle; NULL on failure
 * @param fd    belongs to the handle after success, to the caller after failure
 * @return 0 or one of the common errors, as kipc_semaphore_import()
 * @since 0.3
 */
int kipc_ring_import(struct kipc_ring **ring, int fd);

/**
 * Close a handle and its descriptor. Does not block. If no other handle of the
 * process takes part in the ring, its loans can be lent again, and the messages
 * that it held are received again.
 * @param ring  the handle; NULL is ignored
 * @since 0.3
 */
void kipc_ring_close(struct kipc_ring *ring);

/**
 * Get the descriptor of a handle, for poll, epoll or SCM_RIGHTS. A program that
 * polls receives until -EAGAIN before it polls again.
 * @param ring  the handle
 * @return the descriptor, which still belongs to the handle
 * @since 0.3
 */
int kipc_ring_fd(const struct kipc_ring *ring);

/**
 * Send a message. Blocks until there is room for it or the deadline passes.
 * @param ring      the handle
 * @param data      the message
 * @param length    in bytes, 0..the message_size of the ring
 * @param lane      0..lanes - 1; messages in the highest are received first
 * @param deadline  absolute, in nanoseconds; one in the past does not wait
 * @param flags     0 or KIPC_REALTIME
 * @return 0; -ETIMEDOUT, -EINTR, -EMSGSIZE (the message is too long), -EINVAL,
 *         -EBADF (the handle is not open for writing), -EUSERS (too many
 *         threads wait already), -ENXIO (a child of clone()), -EIO (a
 *         participant has written nonsense to the ring), -EFAULT and -ENOMEM
 *         (only if the handle is open for writing alone)
 * @since 0.3
 */
int kipc_ring_timedsend(struct kipc_ring *ring, const void *data, size_t length,
			unsigned int lane, int64_t deadline, unsigned int flags);

/**
 * Send a message. Blocks until there is room for it. The parameters are those of
 * kipc_ring_timedsend().
 * @return as kipc_ring_timedsend(), but never -ETIMEDOUT
 * @since 0.3
 */
int kipc_ring_send(struct kipc_ring *ring, const void *data, size_t length,
		   unsigned int lane);

/**
 * Send a message if there is room for it. Does not block. The parameters are
 * those of kipc_ring_timedsend().
 * @return 0; -EAGAIN (there is no room); other errors of kipc_ring_timedsend()
 *         that have nothing to do with waiting
 * @since 0.3
 */
int kipc_ring_trysend(struct kipc_ring *ring, const void *data, size_t length,
		      unsigned int lane);

/**
 * The exported function that all functions that receive by copying call.
 * @param size   bytes of @p message, as the program knows it
 * @param flags  KIPC_REALTIME, or KIPC_TRY
 * @since 0.3
 */
ssize_t kipc_ring_receive_sized(struct kipc_ring *ring, void *buffer,
				size_t capacity, struct kipc_ring_message *message,
				size_t size, int64_t deadline, unsigned int flags);

/**
 * Receive a message: the oldest in the highest lane that has one. Blocks until
 * there is one or the deadline passes.
 * @param ring      the handle
 * @param buffer    out: the bytes of the message
 * @param capacity  of @p buffer, in bytes, at least the message_size of the ring
 * @param message   out: what is known of the message; may be NULL
 * @param deadline  absolute, in nanoseconds; one in the past does not wait
 * @param flags     0 or KIPC_REALTIME
 * @return the bytes of the message; -ETIMEDOUT, -EINTR, -EMSGSIZE (the buffer
 *         is too small), -EINVAL, -EBADF (the handle is not open for reading
 *         and writing), -EUSERS (too many threads wait already), -ENXIO (a
 *         child of clone()), -EIO (a participant has written nonsense to the
 *         ring, and a message is lost)
 * @since 0.3
 */
static inline ssize_t kipc_ring_timedreceive(struct kipc_ring *ring, void *buffer,
					     size_t capacity,
					     struct kipc_ring_message *message,
					     int64_t deadline, unsigned int flags)
{
	if (flags & ~KIPC_REALTIME)
		return -EINVAL;
	return kipc_ring_receive_sized(ring, buffer, capacity, message,
				       sizeof(*message), deadline, flags);
}

/**
 * Receive a message. Blocks until there is one. The parameters are those of
 * kipc_ring_timedreceive().
 * @return as kipc_ring_timedreceive(), but never -ETIMEDOUT
 * @since 0.3
 */
static inline ssize_t kipc_ring_receive(struct kipc_ring *ring, void *buffer,
					size_t capacity,
					struct kipc_ring_message *message)
{
	return kipc_ring_receive_sized(ring, buffer, capacity, message,
				       sizeof(*message), KIPC_FOREVER, 0);
}

/**
 * Receive a message if there is one. Does not block. The parameters are those of
 * kipc_ring_timedreceive().
 * @return the bytes of the message; -EAGAIN (there is none); other errors of
 *         kipc_ring_timedreceive() that have nothing to do with waiting
 * @since 0.3
 */
static inline ssize_t kipc_ring_tryreceive(struct kipc_ring *ring, void *buffer,
					   size_t capacity,
					   struct kipc_ring_message *message)
{
	return kipc_ring_receive_sized(ring, buffer, capacity, message,
				       sizeof(*message), 0, KIPC_TRY);
}

/**
 * Borrow room for a message, to fill it in place for as long as the program
 * likes. Does not block.
 * @param ring  the handle
 * @param data  out: message_size bytes, aligned to 64; NULL on failure
 * @return 0; -ENOBUFS (all loans of the ring are lent or held), -EACCES (the
 *         handle is not open for reading and writing)
 * @since 0.3
 */
int kipc_ring_loan(struct kipc_ring *ring, void **data);

/**
 * Send a message that is in a loan, without copying it. The loan belongs to the
 * program no longer. After an error it still does. Blocks until there is room or
 * the deadline passes.
 * @param data  from kipc_ring_loan(); the other parameters are those of
 *              kipc_ring_timedsend()
 * @return as kipc_ring_timedsend(), or -EPERM (not lent to this process),
 *         -EINVAL (also if @p data is no address of a loan), -EACCES
 * @since 0.3
 */
int kipc_ring_timedpublish(struct kipc_ring *ring, void *data, size_t length,
			   unsigned int lane, int64_t deadline, unsigned int flags);

/**
 * Send a message that is in a loan. Blocks until there is room. The parameters
 * are those of kipc_ring_timedpublish().
 * @return as kipc_ring_timedpublish(), but never -ETIMEDOUT
 * @since 0.3
 */
int kipc_ring_publish(struct kipc_ring *ring, void *data, size_t length,
		      unsigned int lane);

/**
 * Send a message that is in a loan, if there is room. Does not block. The
 * parameters are those of kipc_ring_timedpublish().
 * @return 0; -EAGAIN (there is no room); other errors of
 *         kipc_ring_timedpublish() that have nothing to do with waiting
 * @since 0.3
 */
int kipc_ring_trypublish(struct kipc_ring *ring, void *data, size_t length,
			 unsigned int lane);

/**
 * Give a loan back that is not needed. Does not block.
 * @param ring  the handle
 * @param data  from kipc_ring_loan()
 * @return 0; -EPERM (not lent to this process), -EINVAL (no address of a loan),
 *         -EACCES
 * @since 0.3
 */
int kipc_ring_discard(struct kipc_ring *ring, void *data);

/**
 * The exported function that all functions that receive in place call.
 * @param size   bytes of @p message, as the program knows it
 * @param flags  KIPC_REALTIME, or KIPC_TRY
 * @since 0.3
 */
ssize_t kipc_ring_hold_sized(struct kipc_ring *ring, const void **data,
			     struct kipc_ring_message *message, size_t size,
			     int64_t deadline, unsigned int flags);

/**
 * Receive a message in place. The program holds it for as long as it likes, which
 * stops no other participant. Blocks until there is a message or the deadline
 * passes.
 * @param ring      the handle
 * @param data      out: the bytes of the message; NULL on failure
 * @param message   out: what is known of the message; may be NULL
 * @param deadline  absolute, in nanoseconds; one in the past does not wait
 * @param flags     0 or KIPC_REALTIME
 * @return the bytes of the message; -ENOBUFS (all loans of the ring are lent or
 *         held), -EACCES (the handle is not open for reading and writing), or
 *         another error of kipc_ring_timedreceive() but -EMSGSIZE
 * @since 0.3
 */
static inline ssize_t kipc_ring_timedhold(struct kipc_ring *ring, const void **data,
					  struct kipc_ring_message *message,
					  int64_t deadline, unsigned int flags)
{
	if (flags & ~KIPC_REALTIME)
		return -EINVAL;
	return kipc_ring_hold_sized(ring, data, message, sizeof(*message), deadline,
				    flags);
}

/**
 * Receive a message in place. Blocks until there is one. The parameters are those
 * of kipc_ring_timedhold().
 * @return as kipc_ring_timedhold(), but never -ETIMEDOUT
 * @since 0.3
 */
static inline ssize_t kipc_ring_hold(struct kipc_ring *ring, const void **data,
				     struct kipc_ring_message *message)
{
	return kipc_ring_hold_sized(ring, data, message, sizeof(*message),
				    KIPC_FOREVER, 0);
}

/**
 * Receive a message in place if there is one. Does not block. The parameters are
 * those of kipc_ring_timedhold().
 * @return the bytes of the message; -EAGAIN (there is none); other errors of
 *         kipc_ring_timedhold() that have nothing to do with waiting
 * @since 0.3
 */
static inline ssize_t kipc_ring_tryhold(struct kipc_ring *ring, const void **data,
					struct kipc_ring_message *message)
{
	return kipc_ring_hold_sized(ring, data, message, sizeof(*message), 0,
				    KIPC_TRY);
}

/**
 * Give a message back that the program holds. It will not be received again.
 * Does not block.
 * @param ring  the handle
 * @param data  from kipc_ring_hold()
 * @return 0; -EPERM (not held by this process), -EINVAL (no address of a
 *         message), -EACCES
 * @since 0.3
 */
int kipc_ring_give_back(struct kipc_ring *ring, const void *data);

/**
 * The exported function that kipc_ring_state() calls.
 * @param size  bytes of the state, as the program knows it
 * @since 0.3
 */
int kipc_ring_state_sized(struct kipc_ring *ring, struct kipc_ring_state_args *state,
			  size_t size);

/**
 * Read the state of a ring: how many messages there are, how many of dead
 * participants wait to be received again, and how many were never sent because
 * their sender died. Works with any access. Does not block.
 * @param ring   the handle
 * @param state  out: all of it is filled in
 * @return 0
 * @since 0.3
 */
static inline int kipc_ring_state(struct kipc_ring *ring,
				  struct kipc_ring_state_args *state)
{
	return kipc_ring_state_sized(ring, state, sizeof(*state));
}

/* ------------------------------------------------------------------------- */
/* Mutexes                                                                   */
/* ------------------------------------------------------------------------- */

/**
 * A set of mutexes. The members belong to the library, which has more of them
 * behind these.
 */
struct kipc_mutex {
	struct kipc_words words;
	uint32_t elements;
};

/** The options of kipc_mutex_create(). Zero means the default. */
struct kipc_mutex_options {
	/**
	 * KIPC_EXCLUSIVE, _PERSIST, _SEALED, _PACKED, _RECURSIVE, _FAIR,
	 * _SPIN, _DETECT
	 */
	uint32_t flags;
	uint32_t mode;		/**< permission bits 0..0777; 0 means 0600 */
	/** mutexes in the set, 1..KIPC_ELEMENTS_MAX; 0 means 1 */
	uint32_t elements;
	uint32_t access;	/**< KIPC_READ, KIPC_WRITE; 0 means both */
};

/**
 * The exported function that kipc_mutex_create() calls.
 * @param size  bytes of the options, as the program knows them
 * @since 0.2
 */
int kipc_mutex_create_sized(struct kipc_mutex **mutex, const char *name,
			    const struct kipc_mutex_options *options, size_t size);

/**
 * Create a set of mutexes, or open the existing set of that name.
 *
 * From now on the calling process takes part, see KIPC_ATTACHMENTS_MAX. The
 * mutexes that a thread owns pass on when the thread ends, by whatever means,
 * or the process closes its last handle of the object: the next locker of each
 * gets it with -EOWNERDEAD.
 *
 * May sleep for memory, and while another process creates the same name; does
 * not wait for anything else.
 * @param mutex    out: the handle; NULL on failure
 * @param name     1..KIPC_NAME_MAX bytes without a slash, or NULL for an
 *                 anonymous object
 * @param options  NULL means all defaults
 * @return 0 or one of the common errors
 * @since 0.1
 */
static inline int kipc_mutex_create(struct kipc_mutex **mutex, const char *name,
				    const struct kipc_mutex_options *options)
{
	return kipc_mutex_create_sized(mutex, name, options, sizeof(*options));
}

/**
 * Open a set of mutexes by name. Does not block.
 * @param mutex   out: the handle; NULL on failure
 * @param name    of the object, 1..KIPC_NAME_MAX bytes
 * @param access  KIPC_READ, KIPC_WRITE or both. Without both kinds only the
 *                state can be read.
 * @return 0 or one of the common errors
 * @since 0.1
 */
int kipc_mutex_open(struct kipc_mutex **mutex, const char *name,
		    unsigned int access);

/**
 * Make a handle from a descriptor. Does not block.
 * @param mutex  out: the handle; NULL on failure
 * @param fd     belongs to the handle after success, to the caller after
 *               failure
 * @return 0 or one of the common errors, as kipc_semaphore_import()
 * @since 0.1
 */
int kipc_mutex_import(struct kipc_mutex **mutex, int fd);

/**
 * Close a handle and its descriptor. Does not block.
 * @param mutex  the handle; NULL is ignored
 * @since 0.1
 */
void kipc_mutex_close(struct kipc_mutex *mutex);

/**
 * Get the descriptor of a handle, for SCM_RIGHTS or kipc_watch().
 * @param mutex  the handle
 * @return the descriptor, which still belongs to the handle
 * @since 0.1
 */
int kipc_mutex_fd(const struct kipc_mutex *mutex);

/*
 * The slow paths: they are called where the inline fast path cannot complete,
 * and make the system call if the word requires it. Since 0.1.
 */
int kipc_mutex_lock_slow(struct kipc_mutex *mutex, uint32_t element,
			 int64_t deadline, unsigned int flags);
int kipc_mutex_unlock_slow(struct kipc_mutex *mutex, uint32_t element);

/* Returns the word of a mutex that the calling thread owns. */
static inline kipc_word kipc_mutex_self(const struct kipc_mutex *mutex)
{
	return (kipc_word)mutex->words.attachment << KIPC_MUTEX_SHIFT |
	       kipc_thread;
}

/*
 * Changes a word with one compare-and-swap; returns whether it did. It reads
 * the word first, because a page that cannot be written to would fault.
 */
static inline int kipc_mutex_swap(kipc_word *word, kipc_word old,
				  kipc_word value, int order)
{
	return __atomic_load_n(word, __ATOMIC_RELAXED) == old &&
	       __atomic_compare_exchange_n(word, &old, value, 0, order,
					   __ATOMIC_RELAXED);
}

/*
 * Makes the calling thread the owner of a mutex that has no owner and no
 * waiter, without the kernel; returns whether it did.
 */
static inline int kipc_mutex_take(struct kipc_mutex *mutex, uint32_t element)
{
	return kipc_thread &&
	       kipc_mutex_swap(kipc_words_at(&mutex->words, element), 0,
			       kipc_mutex_self(mutex), __ATOMIC_ACQUIRE);
}

/**
 * Lock a mutex. Blocks until the calling thread is the owner or the deadline
 * passes. Makes no system call if the mutex has no owner and no waiter, apart
 * from the first lock of a thread.
 * @param mutex     the handle
 * @param element   which mutex of the set, 0..elements - 1
 * @param deadline  absolute, in nanoseconds; one in the past does not wait
 * @param flags     0 or KIPC_REALTIME
 * @return 0; -EOWNERDEAD: the caller is the owner, the previous owner died,
 *         see kipc_mutex_consistent(). On all other errors the caller did not
 *         get the mutex: -ENOTRECOVERABLE, -EDEADLK (the caller owns it
 *         already, or with KIPC_DETECT the wait would close a cycle),
 *         -EOVERFLOW (a KIPC_RECURSIVE mutex was locked too often),
 *         -ETIMEDOUT, -EINTR, -EINVAL, -EBADF (the handle is not open for
 *         writing), -ENXIO (the process is not attached, as by a handle
 *         without both kinds of access), -EUSERS (too many threads wait
 *         already, or no thread number is free), -ENOMEM (only the first lock
 *         of a thread)
 * @since 0.1
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
 * Lock a mutex. Blocks until the calling thread is the owner. Like
 * pthread_mutex_lock(), it goes on waiting after a signal handler;
 * kipc_mutex_timedlock() with KIPC_FOREVER returns -EINTR.
 * @param mutex    the handle
 * @param element  which mutex of the set, 0..elements - 1
 * @return as kipc_mutex_timedlock(), but never -ETIMEDOUT or -EINTR
 * @since 0.1
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

/**
 * Lock a mutex if it has no owner. Does not block.
 * @param mutex    the handle
 * @param element  which mutex of the set, 0..elements - 1
 * @return as kipc_mutex_timedlock(), but -EAGAIN (another thread owns the
 *         mutex) instead of -ETIMEDOUT
 * @since 0.1
 */
KIPC_INLINE int kipc_mutex_trylock(struct kipc_mutex *mutex, uint32_t element)
{
	if (!kipc_has_element(mutex->elements, element))
		return -EINVAL;
	if (kipc_mutex_take(mutex, element))
		return 0;
	return kipc_mutex_lock_slow(mutex, element, 0, KIPC_TRY);
}

/**
 * Unlock a mutex, or undo one of several locks of a KIPC_RECURSIVE one. Does
 * not block. Makes no system call while no thread waits.
 *
 * If the owner got the mutex with -EOWNERDEAD and did not call
 * kipc_mutex_consistent(), the mutex can never be locked again: lockers get
 * -ENOTRECOVERABLE.
 * @param mutex    the handle
 * @param element  which mutex of the set, 0..elements - 1
 * @return 0; -EPERM (the caller is not the owner), -EINVAL, -EBADF and -ENXIO
 *         as kipc_mutex_timedlock()
 * @since 0.1
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
 * Declare, after -EOWNERDEAD, that the data which the mutex protects is
 * consistent again. Does not block.
 * @param mutex    the handle
 * @param element  which mutex of the set, 0..elements - 1
 * @return 0; -EPERM (the caller is not the owner), -EINVAL (no owner died, or
 *         no such element), -EBADF and -ENXIO as kipc_mutex_timedlock()
 * @since 0.1
 */
int kipc_mutex_consistent(struct kipc_mutex *mutex, uint32_t element);

/**
 * The exported function that kipc_mutex_state() calls.
 * @param size  bytes of the state, as the program knows it
 * @since 0.2
 */
int kipc_mutex_state_sized(struct kipc_mutex *mutex, uint32_t element,
			   struct kipc_mutex_state_args *state, size_t size);

/**
 * Read the state of a mutex. Works with any access. Does not block.
 * @param mutex    the handle
 * @param element  which mutex of the set, 0..elements - 1
 * @param state    out: all of it is filled in
 * @return 0 or -EINVAL
 * @since 0.1
 */
static inline int kipc_mutex_state(struct kipc_mutex *mutex, uint32_t element,
				   struct kipc_mutex_state_args *state)
{
	return kipc_mutex_state_sized(mutex, element, state, sizeof(*state));
}

/**
 * The exported function that kipc_mutex_spins() calls.
 * @param size  bytes of @p spins, as the program knows it
 * @since 0.2
 */
void kipc_mutex_spins_sized(const struct kipc_mutex *mutex,
			    struct kipc_spins *spins, size_t size);

/**
 * Read how the locks by this handle spun, as kipc_semaphore_spins(). Does not
 * block.
 * @param mutex  the handle
 * @param spins  out: the counts since the handle was made
 * @since 0.1
 */
static inline void kipc_mutex_spins(const struct kipc_mutex *mutex,
				    struct kipc_spins *spins)
{
	kipc_mutex_spins_sized(mutex, spins, sizeof(*spins));
}

/* ------------------------------------------------------------------------- */
/* Regions                                                                   */
/* ------------------------------------------------------------------------- */

/** A region: shared memory, and a set of mutexes for it. */
struct kipc_region;

/** The options of kipc_region_create(). Zero means the default. */
struct kipc_region_options {
	uint32_t flags;		/**< those of a set of mutexes */
	uint32_t mode;		/**< permission bits 0..0777; 0 means 0600 */
	uint32_t mutexes;	/**< in the region, 0..KIPC_ELEMENTS_MAX */
	uint64_t bytes;		/**< 1..KIPC_REGION_MAX; 0 means 4096 */
	uint32_t access;	/**< KIPC_READ, KIPC_WRITE; 0 means both */
	uint32_t reserved;	/**< 0 */
};

/**
 * The exported function that kipc_region_create() calls.
 * @param size  bytes of the options, as the program knows them
 * @since 0.2
 */
int kipc_region_create_sized(struct kipc_region **region, const char *name,
			     const struct kipc_region_options *options, size_t size);

/**
 * Create a region of zeroed memory, or open the existing one of that name. The
 * existing one may have another size: see kipc_region_size().
 *
 * All memory is allocated by this call, so that accessing it never raises
 * SIGBUS. The memory supports what the memory of a memfd supports:
 * process-shared sem_t and pthread_mutex_t, core dumps, msync(), mbind(),
 * registered buffers of io_uring. The memory, the mutexes and the name exist
 * as long as any process has a descriptor or a mapping. If the region has
 * mutexes the calling process takes part, as with kipc_mutex_create().
 *
 * Sleeps while memory is allocated and zeroed, and while another process
 * creates the same name; does not wait for anything else.
 * @param region   out: the handle; NULL on failure
 * @param name     1..KIPC_NAME_MAX bytes without a slash, or NULL for an
 *                 anonymous object
 * @param options  NULL means all defaults
 * @return 0 or one of the common errors; -ENOMEM: the memory of the machine or
 *         of the memory cgroup is used up; -EUSERS only if the region has
 *         mutexes
 * @since 0.1
 */
static inline int kipc_region_create(struct kipc_region **region, const char *name,
				     const struct kipc_region_options *options)
{
	return kipc_region_create_sized(region, name, options, sizeof(*options));
}

/**
 * Open a region by name. Does not block.
 * @param region  out: the handle; NULL on failure
 * @param name    of the object, 1..KIPC_NAME_MAX bytes
 * @param access  KIPC_READ, KIPC_WRITE or both. It limits how the memory can be
 *                mapped. The mutexes need both kinds.
 * @return 0 or one of the common errors
 * @since 0.1
 */
int kipc_region_open(struct kipc_region **region, const char *name,
		     unsigned int access);

/**
 * Make a handle from a descriptor. Does not block.
 * @param region  out: the handle; NULL on failure
 * @param fd      belongs to the handle after success, to the caller after
 *                failure
 * @return 0 or one of the common errors, as kipc_semaphore_import()
 * @since 0.1
 */
int kipc_region_import(struct kipc_region **region, int fd);

/**
 * Close a handle, its mutexes and its descriptor. Mappings of the memory stay.
 * Does not block.
 * @param region  the handle; NULL is ignored
 * @since 0.1
 */
void kipc_region_close(struct kipc_region *region);

/**
 * Get the descriptor of a handle, for SCM_RIGHTS or kipc_watch().
 * @param region  the handle
 * @return the descriptor, which still belongs to the handle
 * @since 0.1
 */
int kipc_region_fd(const struct kipc_region *region);

/**
 * Get the size that the region was created with. The rest of its last page is
 * zeroed memory, which may be used, too.
 * @param region  the handle
 * @return bytes, 1..KIPC_REGION_MAX
 * @since 0.1
 */
uint64_t kipc_region_size(const struct kipc_region *region);

/**
 * Get the mutexes of a region, for the functions kipc_mutex_*().
 * @param region  the handle
 * @return a handle that is part of the handle of the region: it is valid until
 *         kipc_region_close(), and must not be closed by itself. For a region
 *         without mutexes it is an empty set: every lock and unlock returns
 *         -EINVAL.
 * @since 0.1
 */
struct kipc_mutex *kipc_region_mutex(struct kipc_region *region);

/**
 * Map all memory of a region, shared. A child of fork() inherits the mapping.
 * Does not wait for other threads.
 * @param region  the handle; the mapping stays when the handle is closed
 * @param access  KIPC_READ, or KIPC_READ | KIPC_WRITE
 * @param data    out: the address, at the beginning of a page; NULL on failure
 * @return 0; -EACCES (the handle does not have that access), -EPERM (the
 *         region is sealed), -EINVAL (another value of @p access), -ENFILE
 *         (too many open files in the system), -ENOMEM (no memory, or the
 *         region does not fit the address space)
 * @since 0.1
 */
int kipc_region_map(const struct kipc_region *region, unsigned int access,
		    void **data);

/**
 * Undo kipc_region_map(). After the handle was closed, use munmap() with the
 * size of the region instead. Does not block.
 * @param region  the handle
 * @param data    the address that kipc_region_map() returned; NULL is ignored
 * @since 0.1
 */
void kipc_region_unmap(const struct kipc_region *region, void *data);

/**
 * Seal a region: no process can change the memory any more, for ever. The
 * mutexes are not affected. May wait for a moment until the kernel releases
 * pages.
 * @param region  the handle
 * @param seals   KIPC_SEAL_WRITE
 * @return 0, also if the region is sealed already; -EBUSY (a mapping exists
 *         that may write to the memory, or the kernel holds pages of it, which
 *         a process with read access alone can bring about), -EINTR (the
 *         caller was killed), -EBADF (the handle is not open for writing),
 *         -EINVAL
 * @since 0.1
 */
int kipc_region_seal(struct kipc_region *region, unsigned int seals);

/**
 * The exported function that kipc_region_state() calls.
 * @param size  bytes of the state, as the program knows it
 * @since 0.2
 */
int kipc_region_state_sized(struct kipc_region *region,
			    struct kipc_region_state_args *state, size_t size);

/**
 * Read the state of a region. Works with any access. Does not block.
 * @param region  the handle
 * @param state   out: all of it is filled in
 * @return 0
 * @since 0.1
 */
static inline int kipc_region_state(struct kipc_region *region,
				    struct kipc_region_state_args *state)
{
	return kipc_region_state_sized(region, state, sizeof(*state));
}

#ifdef __cplusplus
}
#endif

#endif /* KIPC_H */
