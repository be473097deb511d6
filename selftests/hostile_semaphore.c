// SPDX-License-Identifier: GPL-2.0-only
/* Semaphores whose words are scribbled over, and mailboxes, which have none. */
#include "kipc_test.h"
#include "hostile.h"
#include "polling.h"
#include "word.h"

static struct kipc_create_args many_semaphores(void)
{
	return semaphore_args(ELEMENTS, UNITS, UNITS);
}

static int hostile_post(struct object *object, unsigned int element)
{
	return possible(semaphore_post(object->fd, element,
				       1 + random() % (UNITS + 1)),
			-EOVERFLOW, 0);
}

static int hostile_wait(struct object *object, unsigned int element)
{
	return possible(semaphore_timedwait(object->fd, element,
					    1 + random() % UNITS, soon(), 0),
			-ETIMEDOUT, 0);
}

static int hostile_trywait(struct object *object, unsigned int element)
{
	return possible(semaphore_trywait(object->fd, element,
					  1 + random() % UNITS),
			-EAGAIN, 0);
}

static int hostile_post_wait(struct object *object, unsigned int element)
{
	struct kipc_semaphore_post_wait_args args =
		post_wait_args(element, random() % ELEMENTS);

	args.deadline = soon();
	return possible(semaphore_post_wait(object->fd, &args), -ETIMEDOUT,
			-EOVERFLOW);
}

static int hostile_value(struct object *object, unsigned int element)
{
	__u32 value = ~0U;
	int ret = semaphore_value(object->fd, element, &value);

	return ret || value <= UNITS ? ret : -ERANGE;
}

static int hostile_read(struct object *object, unsigned int element)
{
	__u64 units = 0;
	ssize_t ret = read(object->impatient, &units, sizeof(units));

	(void)element;
	if (ret < 0)
		return possible(-errno, -EAGAIN, 0);
	return ret == sizeof(units) && units == 1 ? 0 : -EPROTO;
}

static int hostile_write(struct object *object, unsigned int element)
{
	__u64 units = 1;

	(void)element;
	if (write(object->impatient, &units, sizeof(units)) < 0)
		return possible(-errno, -EOVERFLOW, 0);
	return 0;
}

static int hostile_poll(struct object *object, unsigned int element)
{
	(void)element;
	return possible(poll_for(object->fd, POLLIN, random() % 2), 0, 0);
}

/* The fast paths do not wait. A caller that fails asks the kernel. */
static int hostile_take(struct object *object, unsigned int element)
{
	if (word_take(object_word(object, element)))
		return 0;
	return hostile_wait(object, element);
}

static int hostile_give(struct object *object, unsigned int element)
{
	if (word_give(object_word(object, element), UNITS))
		return 0;
	return hostile_post(object, element);
}

static const verb semaphore_verbs[] = {
	hostile_post, hostile_wait, hostile_trywait, hostile_post_wait,
	hostile_value, hostile_read, hostile_write, hostile_poll, hostile_take,
	hostile_give, hostile_info, NULL,
};

/*
 * Semaphores of KIPC_UNDO have kernel-only words, so they have no fast paths.
 */
static const verb undo_verbs[] = {
	hostile_post, hostile_wait, hostile_trywait, hostile_post_wait,
	hostile_value, hostile_read, hostile_write, hostile_poll, hostile_info,
	hostile_watch, NULL,
};

/*
 * Returns 0 if the semaphore counts, whatever its word was, and user space owns
 * the word.
 */
static int semaphore_works(struct object *object, unsigned int element)
{
	struct word *word = object_word(object, element);
	__u32 value = 0;
	int ret = semaphore_value(object->fd, element, &value);

	if (!ret && value)
		ret = semaphore_trywait(object->fd, element, value);
	if (!ret)
		ret = semaphore_post(object->fd, element, UNITS);
	if (!ret && (word_load(word) != UNITS || !word_take(word)))
		ret = -EPROTO;
	if (!ret)
		ret = semaphore_timedwait(object->fd, element, UNITS - 1,
					  late(), 0);
	if (!ret && semaphore_trywait(object->fd, element, 1) != -EAGAIN)
		ret = -EPROTO;
	return ret;
}

static int semaphores_work(struct object *object)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; i < ELEMENTS && !ret; i++)
		ret = semaphore_works(object, i);
	return ret;
}

/*
 * Units may have been posted that were never taken, but none beyond the
 * maximum.
 */
static int undo_works(struct object *object)
{
	__u32 value = 0;
	unsigned int i;
	int ret = 0;

	for (i = 0; i < ELEMENTS && !ret; i++) {
		ret = semaphore_value(object->fd, i, &value);
		if (!ret && value)
			ret = semaphore_trywait(object->fd, i, value);
		if (!ret)
			ret = semaphore_post(object->fd, i, UNITS);
		if (!ret && semaphore_post(object->fd, i, 1) != -EOVERFLOW)
			ret = -EPROTO;
	}
	return ret;
}

/*
 * Takes a unit if there is one soon and gives it back, for which there is
 * always room.
 */
static int use_units(struct object *object, unsigned int element)
{
	unsigned int *held = &object->score->held[element];
	struct word *word = object_word(object, element);
	int ret = 0;

	if (!word || !word_take(word))
		ret = semaphore_timedwait(object->fd, element, 1, soon(), 0);
	if (ret)
		return possible(ret, -ETIMEDOUT, 0);
	if (__atomic_add_fetch(held, 1, __ATOMIC_SEQ_CST) > UNITS)
		ret = -ERANGE;
	__atomic_sub_fetch(held, 1, __ATOMIC_SEQ_CST);
	if (!ret && (!word || !word_give(word, UNITS)))
		ret = semaphore_post(object->fd, element, 1);
	return ret;
}

static int units_are_whole(struct object *object, unsigned int meetings)
{
	__u32 value = 0;
	unsigned int i;
	int ret = 0;

	(void)meetings;
	for (i = 0; i < ELEMENTS && !ret; i++) {
		ret = semaphore_value(object->fd, i, &value);
		if (!ret && value != UNITS)
			ret = -ERANGE;
	}
	return ret;
}

/* Mailboxes have no words, so no page can harm them. */

static struct kipc_create_args mailbox_of_tokens(void)
{
	return mailbox_args(sizeof(int), TOKENS);
}

static int send_tokens(struct object *object)
{
	int token, ret = 0;

	for (token = 0; token < TOKENS && !ret; token++)
		ret = mailbox_trysend(object->fd, &token, sizeof(token), token);
	return ret;
}

/*
 * Receives a message if there is one soon and sends it back, for which there is
 * always room.
 */
static int use_tokens(struct object *object, unsigned int element)
{
	struct message message;
	int ret = mailbox_timedreceive(object->fd, &message, soon(), 0);

	(void)element;
	if (ret)
		return possible(ret, -ETIMEDOUT, 0);
	if (message.args.length != sizeof(int))
		return -EPROTO;
	return mailbox_trysend(object->fd, message.data, sizeof(int),
			       message.args.priority);
}

/* Each message is in the mailbox once, and there is no other message. */
static int tokens_are_whole(struct object *object, unsigned int meetings)
{
	unsigned int times[TOKENS] = {}, i;
	struct message message;
	int token, ret = 0;

	(void)meetings;
	for (i = 0; i < TOKENS && !ret; i++) {
		ret = mailbox_tryreceive(object->fd, &message);
		memcpy(&token, message.data, sizeof(token));
		if (!ret && (token < 0 || token >= TOKENS || times[token]++))
			ret = -ERANGE;
	}
	if (!ret && mailbox_tryreceive(object->fd, &message) != -EAGAIN)
		ret = -ERANGE;
	return ret;
}

/* The tables. */

static const struct hostile hostiles[] = {
	{ "hostile semaphores", many_semaphores, 0, semaphore_verbs,
	  semaphores_work },
	{ "hostile packed semaphores", many_semaphores, KIPC_PACKED,
	  semaphore_verbs, semaphores_work },
	{ "hostile fair semaphores", many_semaphores, KIPC_FAIR,
	  semaphore_verbs, semaphores_work },
	{ "hostile semaphores with undo", many_semaphores, KIPC_UNDO,
	  undo_verbs, undo_works },
};

static const struct innocent innocents[] = {
	{ "semaphores", many_semaphores, 0, false, NULL, use_units,
	  units_are_whole },
	{ "packed semaphores", many_semaphores, KIPC_PACKED, false, NULL,
	  use_units, units_are_whole },
	{ "fair semaphores", many_semaphores, KIPC_FAIR, false, NULL,
	  use_units, units_are_whole },
	{ "sealed semaphores", many_semaphores, KIPC_SEALED, false, NULL,
	  use_units, units_are_whole },
	{ "semaphores with undo", many_semaphores, KIPC_UNDO, false, NULL,
	  use_units, units_are_whole },
	{ "mailbox", mailbox_of_tokens, 0, false, send_tokens, use_tokens,
	  tokens_are_whole },
};

#include "hostile_test.h"

TEST_HARNESS_MAIN
