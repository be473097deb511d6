// SPDX-License-Identifier: GPL-2.0-only
/* Mutexes whose words are scribbled over. */
#include "kipc_test.h"
#include "hostile.h"
#include "lock_child.h"
#include "mutex_word.h"
#include "word.h"

static struct kipc_create_args many_mutexes(void)
{
	return mutex_args(ELEMENTS);
}

static struct kipc_create_args region_of_mutexes(void)
{
	return region_args(1, ELEMENTS);
}

/*
 * Returns 0 if the result of a lock is possible. Scribblers can make up owners
 * and deaths of owners, with all their consequences.
 */
static int possible_lock(int ret)
{
	switch (ret) {
	case 0:
	case -EAGAIN:
	case -EDEADLK:
	case -EOVERFLOW:
	case -EOWNERDEAD:
	case -ENOTRECOVERABLE:
	case -ETIMEDOUT:
		return 0;
	default:
		return ret;
	}
}

static int hostile_lock(struct object *object, unsigned int element)
{
	return possible_lock(mutex_timedlock_as(object->fd, element,
						object->attachment, soon(), 0));
}

static int hostile_trylock(struct object *object, unsigned int element)
{
	return possible_lock(mutex_timedlock_as(object->fd, element,
						object->attachment, 0,
						KIPC_TRY));
}

static int hostile_unlock(struct object *object, unsigned int element)
{
	return possible(mutex_call_as(object->fd, KIPC_MUTEX_UNLOCK, element,
				      object->attachment), -EPERM, 0);
}

static int hostile_consistent(struct object *object, unsigned int element)
{
	return possible(mutex_call_as(object->fd, KIPC_MUTEX_CONSISTENT,
				      element, object->attachment),
			-EPERM, -EINVAL);
}

static int hostile_state(struct object *object, unsigned int element)
{
	const __u32 known = KIPC_MUTEX_STATE_OWNER_DIED | KIPC_MUTEX_STATE_NOT_RECOVERABLE;
	struct kipc_mutex_state_args state;
	int ret = mutex_state(object->fd, element, &state);

	if (ret)
		return ret;
	return state.depth <= 1 + KIPC_MUTEX_DEPTH / KIPC_MUTEX_DEPTH_ONE &&
	       !(state.state & ~known) && state.waiters <= WORKERS ? 0 : -ERANGE;
}

static int hostile_fdinfo(struct object *object, unsigned int element)
{
	char text[8192];

	(void)element;
	return fdinfo_text(object->fd, text, sizeof(text));
}

/* The fast paths do not wait. A caller that fails asks the kernel. */
static int hostile_word_lock(struct object *object, unsigned int element)
{
	if (word_lock(object_word(object, element),
		      owner_word(object->attachment)))
		return 0;
	return hostile_lock(object, element);
}

static int hostile_word_unlock(struct object *object, unsigned int element)
{
	if (word_unlock(object_word(object, element),
			owner_word(object->attachment)))
		return 0;
	return hostile_unlock(object, element);
}

/*
 * Seals the object. Only a region can be sealed, and its mutexes are not
 * affected.
 */
static int hostile_seal(struct object *object, unsigned int element)
{
	(void)element;
	return possible(region_seal(object->fd), -ENOTTY, 0);
}

/* The verbs contain as many locks as unlocks, by the word and by the kernel. */
static const verb mutex_verbs[] = {
	hostile_lock, hostile_trylock, hostile_word_lock, hostile_unlock,
	hostile_unlock, hostile_word_unlock, hostile_consistent, hostile_state,
	hostile_fdinfo, hostile_info, hostile_watch, hostile_seal, NULL,
};

/*
 * Returns true if this is the result for a thread that owns the mutex by a
 * made-up word.
 */
static bool is_own(const struct object *object, int ret)
{
	if (object->args.flags & KIPC_RECURSIVE)
		return !ret || ret == -EOVERFLOW;
	return ret == -EDEADLK;
}

/*
 * Returns 0 if the mutex is in a possible state and user space owns its word.
 * The word may say that the mutex is not recoverable or that a thread which
 * never existed owns the mutex. It may also name this thread as the owner,
 * because the numbers of its children differ from its own only in a bit or two.
 */
static int mutex_is_left(struct object *object, unsigned int element)
{
	struct kipc_mutex_state_args state;
	int ret = mutex_state(object->fd, element, &state);

	if (ret)
		return ret;
	/*
	 * Reading the state leaves the word as it is. A try makes it a possible
	 * word.
	 */
	ret = mutex_trylock(object->fd, element);
	if (word_is_slow(object_word(object, element)))
		return -EPROTO;
	if (state.depth && state.owner == (__u32)getpid())
		return is_own(object, ret) ? 0 : -EPROTO;
	if (state.depth)
		return ret == -EAGAIN || ret == -ENOTRECOVERABLE ? 0 : -EPROTO;
	if (state.state & KIPC_MUTEX_STATE_NOT_RECOVERABLE)
		return ret == -ENOTRECOVERABLE ? 0 : -EPROTO;
	return ret == (state.state ? -EOWNERDEAD : 0) ? 0 : -EPROTO;
}

/* Returns 0 if the mutex works again once its word has been repaired. */
static int mutex_works(struct object *object, unsigned int element)
{
	int again = object->args.flags & KIPC_RECURSIVE ? 0 : -EDEADLK;
	struct word *word = object_word(object, element);
	__u64 self = owner_word(attachment_of(object->fd));
	int ret = mutex_is_left(object, element);

	word_store(word, 0);
	if (!ret && (!word_lock(word, self) || !word_unlock(word, self)))
		ret = -EPROTO;
	if (!ret)
		ret = mutex_lock(object->fd, element);
	if (!ret && mutex_trylock(object->fd, element) != again)
		ret = -EPROTO;
	if (!ret && !again)
		ret = mutex_unlock(object->fd, element);
	if (!ret)
		ret = mutex_unlock(object->fd, element);
	return ret || !word_load(word) ? ret : -EPROTO;
}

/* Returns 0 if the kernel knows the owner when it dies. */
static int death_works(struct object *object, unsigned int element)
{
	struct child dead;
	int ret;

	start_lock(&dead, run_lock_and_die, object->fd, element);
	ret = child_finish(&dead);
	if (!ret && mutex_lock(object->fd, element) != -EOWNERDEAD)
		ret = -EPROTO;
	if (!ret)
		ret = mutex_consistent(object->fd, element);
	if (!ret)
		ret = mutex_unlock(object->fd, element);
	return ret;
}

static int mutexes_work(struct object *object)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; i < ELEMENTS && !ret; i++)
		ret = mutex_works(object, i);
	for (i = 0; i < ELEMENTS && !ret; i += ELEMENTS / 4)
		ret = death_works(object, i);
	return ret;
}

/*
 * Locks the mutex if that is possible soon, checks that it is the only owner,
 * and unlocks it.
 */
static int use_owner(struct object *object, unsigned int element)
{
	unsigned int *held = &object->score->held[element];
	const struct mutexes mutexes = {
		.fd = object->fd,
		.attachment = object->attachment,
		.words = object->words,
	};
	__u64 self = owner_word(object->attachment);
	int ret = mutexes_lock(&mutexes, element, self, soon());

	if (ret)
		return possible(ret, -ETIMEDOUT, 0);
	if (__atomic_add_fetch(held, 1, __ATOMIC_SEQ_CST) != 1)
		ret = -ERANGE;
	sched_yield();
	if (__atomic_sub_fetch(held, 1, __ATOMIC_SEQ_CST))
		ret = -ERANGE;
	return ret ? ret : mutexes_unlock(&mutexes, element, self);
}

/* Returns 0 if no mutex has an owner and no owner died. */
static int mutexes_are_whole(struct object *object, unsigned int meetings)
{
	struct kipc_mutex_state_args state;
	unsigned int i;
	int ret = 0;

	(void)meetings;
	for (i = 0; i < ELEMENTS && !ret; i++) {
		ret = mutex_state(object->fd, i, &state);
		if (!ret && (state.depth || state.state || state.owner))
			ret = -ERANGE;
	}
	return ret;
}

/* The tables. */

static const struct hostile hostiles[] = {
	{ "hostile mutexes", many_mutexes, 0, mutex_verbs, mutexes_work },
	{ "hostile packed mutexes", many_mutexes, KIPC_PACKED, mutex_verbs,
	  mutexes_work },
	{ "hostile fair mutexes", many_mutexes, KIPC_FAIR, mutex_verbs,
	  mutexes_work },
	{ "hostile spinning mutexes", many_mutexes, KIPC_SPIN, mutex_verbs,
	  mutexes_work },
	{ "hostile detecting mutexes", many_mutexes,
	  KIPC_DETECT | KIPC_RECURSIVE, mutex_verbs, mutexes_work },
	{ "hostile mutexes of a region", region_of_mutexes, 0, mutex_verbs,
	  mutexes_work },
};

static const struct innocent innocents[] = {
	{ "mutexes", many_mutexes, 0, false, NULL, use_owner,
	  mutexes_are_whole },
	{ "packed mutexes", many_mutexes, KIPC_PACKED, false, NULL,
	  use_owner, mutexes_are_whole },
	{ "fair mutexes", many_mutexes, KIPC_FAIR, false, NULL, use_owner,
	  mutexes_are_whole },
	{ "sealed mutexes", many_mutexes, KIPC_SEALED, false, NULL,
	  use_owner, mutexes_are_whole },
	{ "mutexes of a region", region_of_mutexes, 0, false, NULL,
	  use_owner, mutexes_are_whole },
	{ "sealed mutexes of a region", region_of_mutexes, KIPC_SEALED, false,
	  NULL, use_owner, mutexes_are_whole },
};

#include "hostile_test.h"

TEST_HARNESS_MAIN
