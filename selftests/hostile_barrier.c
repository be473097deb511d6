// SPDX-License-Identifier: GPL-2.0-only
/* Barriers whose words are scribbled over. */
#include "kipc_test.h"
#include "hostile.h"
#include "wait_child.h"
#include "word.h"

static struct kipc_create_args small_barrier(void)
{
	return barrier_args(PARTIES);
}

static struct kipc_create_args barrier_of_workers(void)
{
	return barrier_args(WORKERS);
}

/*
 * Returns 0 if the result of a wait is possible. A scribbler can make up the
 * reasons for which a barrier breaks.
 */
static int possible_wait(int ret)
{
	return ret == -ETIMEDOUT ? 0 : possible(ret, -ECANCELED, -EOWNERDEAD);
}

static int hostile_meet(struct object *object, unsigned int element)
{
	(void)element;
	return possible_wait(barrier_timedwait(object->fd, soon(), 0));
}

static int hostile_try(struct object *object, unsigned int element)
{
	int ret = barrier_trywait(object->fd);

	(void)element;
	return ret == -EAGAIN ? 0 : possible_wait(ret);
}

static int hostile_arrive(struct object *object, unsigned int element)
{
	__u64 left;
	int ret = word_arrive(object_word(object, element), PARTIES, &left);

	if (ret == -EAGAIN)
		return hostile_meet(object, element);
	if (!ret)
		ret = barrier_timedwait_arrived(object->fd, left & ~KIPC_SLOW,
						soon());
	return possible_wait(ret);
}

/* Pretends to have arrived, with the present word or with a random one. */
static int hostile_pretend(struct object *object, unsigned int element)
{
	__u64 word = random() % 2 ? random_word() :
				    word_load(object_word(object, element));

	return possible_wait(barrier_timedwait_arrived(object->fd,
						       word & ~KIPC_SLOW,
						       soon()));
}

static int hostile_abort(struct object *object, unsigned int element)
{
	(void)element;
	return barrier_abort(object->fd);
}

static int hostile_reset(struct object *object, unsigned int element)
{
	(void)element;
	return barrier_reset(object->fd);
}

static int hostile_state(struct object *object, unsigned int element)
{
	struct kipc_barrier_state_args state;
	int ret = barrier_state(object->fd, &state);

	(void)element;
	if (ret)
		return ret;
	if (state.parties != PARTIES || state.arrived >= PARTIES ||
	    state.waiters > WORKERS || state.generation >> 31)
		return -ERANGE;
	return possible(-(int)state.broken, -ECANCELED, -EOWNERDEAD);
}

static int hostile_join(struct object *object, unsigned int element)
{
	(void)element;
	return possible(barrier_join(object->fd), -EOVERFLOW, 0);
}

static int hostile_leave(struct object *object, unsigned int element)
{
	(void)element;
	return possible(barrier_leave(object->fd), -EPERM, 0);
}

/*
 * Resets are more frequent than other verbs, because the barrier would
 * otherwise be broken nearly all the time.
 */
static const verb barrier_verbs[] = {
	hostile_meet, hostile_try, hostile_arrive, hostile_pretend,
	hostile_abort, hostile_state, hostile_reset, hostile_reset,
	hostile_reset, hostile_join, hostile_leave, hostile_info,
	hostile_watch, NULL,
};

/*
 * Barriers of KIPC_DROP: their words do not say how many parties there are and
 * which processes they belong to.
 */

static int hostile_drop_state(struct object *object, unsigned int element)
{
	struct kipc_barrier_state_args state;
	int ret = barrier_state(object->fd, &state);

	(void)element;
	if (ret)
		return ret;
	return state.arrived <= state.parties && state.members <= WORKERS &&
	       (!state.broken || state.broken == ECANCELED) ? 0 : -ERANGE;
}

static const verb drop_verbs[] = {
	hostile_meet, hostile_try, hostile_arrive, hostile_pretend,
	hostile_abort, hostile_drop_state, hostile_reset, hostile_reset,
	hostile_join, hostile_leave, hostile_leave, hostile_info,
	hostile_watch, NULL,
};

/*
 * All participants have ended, so a process that takes the vacant parties is
 * alone.
 */
static int drop_works(struct object *object)
{
	struct kipc_barrier_state_args state;
	int ret = barrier_state(object->fd, &state);
	unsigned int i;

	if (ret)
		return ret;
	if (state.members || state.arrived)
		return -EPROTO;
	ret = barrier_reset(object->fd);
	for (i = 0; i < state.parties && !ret; i++)
		ret = barrier_join(object->fd);
	for (i = 1; i < state.parties && !ret; i++)
		ret = barrier_leave(object->fd);
	if (!ret && barrier_wait(object->fd) != KIPC_BARRIER_SERIAL)
		ret = -EPROTO;
	return ret ? ret : barrier_leave(object->fd);
}

static int barrier_works(struct object *object)
{
	struct kipc_barrier_state_args state;
	struct child others[PARTIES - 1];
	size_t i;
	int ret = barrier_reset(object->fd), serial;

	if (ret)
		return ret;
	for (i = 0; i < ARRAY_SIZE(others); i++)
		start_barrier_wait(&others[i], object->fd);
	serial = barrier_timedwait(object->fd, late(), 0);
	for (i = 0; i < ARRAY_SIZE(others); i++) {
		ret = child_finish(&others[i]);
		serial = ret < 0 ? ret : serial + ret;
	}
	ret = barrier_state(object->fd, &state);
	if (!ret && (serial != KIPC_BARRIER_SERIAL || state.arrived ||
		     state.broken))
		ret = -EPROTO;
	return ret;
}

static int use_meeting(struct object *object, unsigned int element)
{
	struct word *word = object_word(object, element);
	int ret = -EAGAIN;
	__u64 left;

	if (word)
		ret = word_arrive(word, WORKERS, &left);
	if (ret == -EAGAIN)
		ret = barrier_timedwait(object->fd, late(), 0);
	else if (!ret)
		ret = barrier_timedwait_arrived(object->fd, left, late());
	if (ret == KIPC_BARRIER_SERIAL)
		__atomic_add_fetch(&object->score->serial, 1, __ATOMIC_SEQ_CST);
	return ret < 0 ? ret : 0;
}

/* Each meeting has opened the barrier once and has had one serial party. */
static int meetings_are_whole(struct object *object, unsigned int meetings)
{
	struct kipc_barrier_state_args state;
	int ret = barrier_state(object->fd, &state);

	if (ret)
		return ret;
	return !state.arrived && !state.broken &&
	       state.generation == meetings &&
	       object->score->serial == meetings ? 0 : -ERANGE;
}

/* The tables. */

static const struct hostile hostiles[] = {
	{ "hostile barrier", small_barrier, 0, barrier_verbs, barrier_works },
	{ "hostile barrier that drops", small_barrier, KIPC_DROP, drop_verbs,
	  drop_works },
};

static const struct innocent innocents[] = {
	{ "barrier", barrier_of_workers, 0, true, NULL, use_meeting,
	  meetings_are_whole },
	{ "barrier that drops", barrier_of_workers, KIPC_DROP, true, NULL,
	  use_meeting, meetings_are_whole },
	{ "sealed barrier", barrier_of_workers, KIPC_SEALED, true, NULL,
	  use_meeting, meetings_are_whole },
};

#include "hostile_test.h"

TEST_HARNESS_MAIN
