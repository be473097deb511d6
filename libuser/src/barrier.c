// SPDX-License-Identifier: MIT
/*
 * Barriers. A party arrives with one compare-and-swap of the word; that of the
 * last party opens the next generation. A party that has arrived spins on the
 * word for a short while. Then it waits in the kernel and passes the word that
 * its arrival left.
 *
 * Every arrival reads and writes the same word. So the acquire load that sees a
 * new generation also sees what each party wrote before it arrived.
 *
 * The kernel does not see the arrivals by the word. So a handle joins before
 * its first arrival in this process. From then on, until the handle is closed,
 * the kernel notices the death of the process. words.maps tells whether the
 * handle has joined in this process or in its parent. The number of the
 * attachment cannot tell that, because the kernel may issue the same number
 * again.
 *
 * With KIPC_DROP the word is always kernel-owned and the kernel sees every
 * arrival. With KIPC_NO_MEMBERS there is no attachment, and nothing to join.
 */
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "attachment.h"
#include "checkers.h"
#include "sized.h"
#include "spin.h"

/* Results of an arrival, besides KIPC_BARRIER_SERIAL and negative errnos. */
enum {
	ARRIVED = 0,	/* by the word; other parties are missing */
	UNARRIVED = 2,	/* kernel-owned or invalid word: call the kernel */
};

/* Results of reading the word after the arrival, besides ARRIVED. */
enum {
	OPENED = 1,	/* the barrier has opened */
	ASK_KERNEL = 2,	/* only the kernel can tell */
};

struct kipc_barrier {
	struct kipc_words words;
	uint32_t parties;
	uint32_t flags;		/* that the object was created with */
	uint32_t member;	/* words.maps when it joined; 0: never */
	struct spins spins;
};

static struct kipc_barrier *barrier_of(const struct kipc_object *object)
{
	struct kipc_barrier *barrier = object->handle;

	barrier->words = object->words;
	barrier->parties = object->attributes.barrier.parties;
	barrier->flags = object->flags;
	kipc_words_register(&barrier->words);
	return barrier;
}

int kipc_barrier_create_sized(struct kipc_barrier **barrier, const char *name,
			      const struct kipc_barrier_options *given, size_t size)
{
	struct kipc_barrier_options options;
	struct kipc_create_args args;
	struct kipc_object object;
	int error;

	*barrier = NULL;
	error = kipc_sized_in(&options, sizeof(options),
			      SIZE_UP_TO(struct kipc_barrier_options, access), given,
			      size);
	if (error)
		return error;
	/* An initialiser need not clear the attributes' unused bytes. */
	memset(&args, 0, sizeof(args));
	args.flags = options.flags;
	args.type = KIPC_BARRIER;
	args.elements = 1;
	args.mode = options.mode ?: 0600;
	args.access = options.access;
	args.attributes.barrier.parties = options.parties;
	error = kipc_object_create(&object, sizeof(**barrier), &args, name);
	*barrier = error ? NULL : barrier_of(&object);
	return error;
}

int kipc_barrier_open(struct kipc_barrier **barrier, const char *name,
		      unsigned int access)
{
	struct kipc_object object;
	int error;

	error = kipc_object_open(&object, sizeof(**barrier), KIPC_BARRIER,
				 name, access);
	*barrier = error ? NULL : barrier_of(&object);
	return error;
}

int kipc_barrier_import(struct kipc_barrier **barrier, int fd)
{
	struct kipc_object object;
	int error;

	error = kipc_object_import(&object, sizeof(**barrier), KIPC_BARRIER,
				   fd);
	*barrier = error ? NULL : barrier_of(&object);
	return error;
}

void kipc_barrier_close(struct kipc_barrier *barrier)
{
	if (!barrier)
		return;
	if (!(barrier->flags & KIPC_DROP))
		kipc_barrier_leave(barrier);
	kipc_words_unregister(&barrier->words);
	kipc_object_close(barrier, &barrier->words, barrier->words.fd);
}

int kipc_barrier_fd(const struct kipc_barrier *barrier)
{
	return barrier->words.fd;
}

static int barrier_ioctl(struct kipc_barrier *barrier, unsigned long command)
{
	struct kipc_barrier_args args = { .size = sizeof(args) };

	return kipc_call(barrier->words.fd, command, &args);
}

/*
 * Joins, once for each handle and process. Does nothing if the process is not
 * attached, and with KIPC_DROP, where each JOIN would add a party.
 */
static int barrier_member_join(struct kipc_barrier *barrier)
{
	uint32_t self = barrier->words.maps;
	uint32_t joined = __atomic_load_n(&barrier->member, __ATOMIC_RELAXED);
	int error;

	if (!barrier->words.attachment || joined == self ||
	    (barrier->flags & KIPC_DROP))
		return 0;
	error = barrier_ioctl(barrier, KIPC_BARRIER_JOIN);
	if (error)
		return error;
	/*
	 * The handle leaves once, so it must join once:
	 *
	 *	thread A                        thread B
	 *	--------                        --------
	 *	member is not self              member is not self
	 *	JOIN
	 *	                                JOIN
	 *	member = self
	 *	                                the exchange fails: LEAVE
	 */
	if (!__atomic_compare_exchange_n(&barrier->member, &joined, self, 0,
					 __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		barrier_ioctl(barrier, KIPC_BARRIER_LEAVE);
	return 0;
}

static int barrier_member_leave(struct kipc_barrier *barrier)
{
	uint32_t joined = __atomic_exchange_n(&barrier->member, 0,
					      __ATOMIC_RELAXED);

	if (!joined || joined != barrier->words.maps)
		return -EPERM;
	return barrier_ioctl(barrier, KIPC_BARRIER_LEAVE);
}

int kipc_barrier_join(struct kipc_barrier *barrier)
{
	if (barrier->flags & KIPC_NO_MEMBERS)
		return -EINVAL;
	if (!barrier->words.attachment)
		return -ENXIO;
	if (barrier->flags & KIPC_DROP)
		return barrier_ioctl(barrier, KIPC_BARRIER_JOIN);
	return barrier_member_join(barrier);
}

int kipc_barrier_leave(struct kipc_barrier *barrier)
{
	if (barrier->flags & KIPC_NO_MEMBERS)
		return -EINVAL;
	if (!barrier->words.attachment)
		return -ENXIO;
	if (barrier->flags & KIPC_DROP)
		return barrier_ioctl(barrier, KIPC_BARRIER_LEAVE);
	return barrier_member_leave(barrier);
}

/* Returns the word after the arrival of the last party. */
static kipc_word barrier_word_opened(kipc_word word)
{
	return (word & KIPC_BARRIER_RESETS) |
	       ((word + (1ULL << KIPC_BARRIER_SHIFT)) &
		KIPC_BARRIER_GENERATION);
}

/*
 * Arrives by changing the word. Returns KIPC_BARRIER_SERIAL if this opened the
 * barrier, ARRIVED if other parties are missing, -EAGAIN if they are missing
 * and last_only is set, UNARRIVED if the kernel has to be called, or another
 * negative errno. *left is the word after the arrival.
 */
static int barrier_word_arrive(struct kipc_barrier *barrier, bool last_only,
			       kipc_word *left)
{
	kipc_word *word = barrier->words.base;
	kipc_word old = __atomic_load_n(word, __ATOMIC_RELAXED);
	uint32_t arrived;
	bool last;
	int error;

	do {
		if (old & KIPC_SLOW)
			return UNARRIVED;
		if (old & KIPC_BARRIER_BROKEN)
			return old & KIPC_BARRIER_DIED ?
				-EOWNERDEAD : -ECANCELED;
		arrived = old & KIPC_BARRIER_ARRIVED;
		/* The word is invalid; the kernel decides what to do. */
		if (arrived >= barrier->parties)
			return UNARRIVED;
		last = arrived + 1 == barrier->parties;
		if (last_only && !last)
			return -EAGAIN;
		error = barrier_member_join(barrier);
		if (error)
			return error;
		*left = last ? barrier_word_opened(old) : old + 1;
	} while (!__atomic_compare_exchange_n(word, &old, *left, 1,
					      __ATOMIC_ACQ_REL,
					      __ATOMIC_RELAXED));
	return last ? KIPC_BARRIER_SERIAL : ARRIVED;
}

/*
 * Reads the word once. Returns OPENED, ARRIVED if the barrier may still open,
 * or ASK_KERNEL.
 */
static int barrier_word_read(const struct kipc_barrier *barrier,
			     kipc_word arrived)
{
	/* Pairs with the release of the last party in barrier_word_arrive(). */
	kipc_word word = __atomic_load_n(barrier->words.base, __ATOMIC_ACQUIRE);

	if ((word & KIPC_SLOW) || ((word ^ arrived) & KIPC_BARRIER_RESETS))
		return ASK_KERNEL;
	if ((word ^ arrived) & KIPC_BARRIER_GENERATION)
		return OPENED;
	return word & KIPC_BARRIER_BROKEN ? ASK_KERNEL : ARRIVED;
}

/*
 * Spins until the barrier opens or the budget is used up; returns whether it
 * opened. All other changes are left to the kernel.
 */
static bool barrier_word_opens(struct kipc_barrier *barrier, kipc_word arrived)
{
	uint32_t budget = kipc_spin_budget(&barrier->spins), iterations;
	int result = barrier_word_read(barrier, arrived);

	for (iterations = 0; iterations < budget && result == ARRIVED;
	     iterations++) {
		kipc_pause();
		result = barrier_word_read(barrier, arrived);
	}
	if (iterations)
		kipc_spin_learn(&barrier->spins, iterations, result == OPENED);
	return result == OPENED;
}

/*
 * Waits in the kernel. When a signal interrupts the wait, the kernel updates
 * the arguments so that the same call continues it.
 */
static int barrier_wait_ioctl(struct kipc_barrier *barrier,
			      struct kipc_barrier_wait_args *args)
{
	int result;

	do {
		result = kipc_call(barrier->words.fd, KIPC_BARRIER_WAIT, args);
	} while (result == -EINTR);
	return result;
}

static int barrier_wait(struct kipc_barrier *barrier, int64_t deadline,
			unsigned int flags)
{
	struct kipc_barrier_wait_args args = {
		.size = sizeof(args),
		.flags = flags,
		.deadline = deadline,
	};
	kipc_word left;
	int result;

	result = barrier_word_arrive(barrier, false, &left);
	switch (result) {
	case ARRIVED:
		if (barrier_word_opens(barrier, left))
			return 0;
		args.flags |= KIPC_ARRIVED;
		args.word = left;
		return barrier_wait_ioctl(barrier, &args);
	case UNARRIVED:
		return barrier_member_join(barrier) ?:
		       barrier_wait_ioctl(barrier, &args);
	default:
		return result;
	}
}

int kipc_barrier_timedwait(struct kipc_barrier *barrier, int64_t deadline,
			   unsigned int flags)
{
	int result;

	if (deadline < 0 || (flags & ~KIPC_REALTIME))
		return -EINVAL;
	kipc_checker_release(barrier);
	result = barrier_wait(barrier, deadline, flags);
	if (result >= 0)
		kipc_checker_acquire(barrier);
	return result;
}

int kipc_barrier_wait(struct kipc_barrier *barrier)
{
	return kipc_barrier_timedwait(barrier, KIPC_FOREVER, 0);
}

static int barrier_trywait(struct kipc_barrier *barrier)
{
	struct kipc_barrier_wait_args args = {
		.size = sizeof(args),
		.flags = KIPC_TRY,
	};
	kipc_word left;
	int result;

	result = barrier_word_arrive(barrier, true, &left);
	if (result != UNARRIVED)
		return result;
	result = barrier_wait_ioctl(barrier, &args);
	/*
	 * The arrival made the process a member. Joining by the handle makes it
	 * leave when the handle is closed.
	 */
	if (result == KIPC_BARRIER_SERIAL)
		barrier_member_join(barrier);
	return result;
}

int kipc_barrier_trywait(struct kipc_barrier *barrier)
{
	int result;

	kipc_checker_release(barrier);
	result = barrier_trywait(barrier);
	if (result >= 0)
		kipc_checker_acquire(barrier);
	return result;
}

int kipc_barrier_abort(struct kipc_barrier *barrier)
{
	return barrier_ioctl(barrier, KIPC_BARRIER_ABORT);
}

int kipc_barrier_reset(struct kipc_barrier *barrier)
{
	return barrier_ioctl(barrier, KIPC_BARRIER_RESET);
}

void kipc_barrier_spins_sized(const struct kipc_barrier *barrier,
			      struct kipc_spins *spins, size_t size)
{
	kipc_spin_read(&barrier->spins, spins, size);
}

int kipc_barrier_state_sized(struct kipc_barrier *barrier,
			     struct kipc_barrier_state_args *state, size_t size)
{
	return kipc_object_state(barrier->words.fd, KIPC_BARRIER_STATE, 0, state, size);
}
