/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hostile pages: processes scribble over the words of objects that others use, by
 * every verb, by the word and by the kernel. That harms those who share these
 * words: verbs fail, units and arrivals get lost. It does not harm the kernel,
 * whose every wait still ends, who never says what cannot be and who loses
 * nothing of its own; nor any object whose words the scribblers cannot write.
 *
 * A program for a type of object includes this, has its verbs, and how the
 * innocent is played and checked, in a table of the hostile and one of the
 * innocent, and then includes kipc_hostile_play.h.
 */
#ifndef KIPC_HOSTILE_H
#define KIPC_HOSTILE_H

#include "kipc_leaks.h"
#include "kipc_mutex_word.h"
#include "kipc_poll.h"
#include "kipc_seed.h"
#include "kipc_word.h"

#define PLAYERS		4
#define ELEMENTS	64
#define UNITS		2
#define PARTIES		3	/* fewer than play: some come too late */
#define TOKENS		3
#define MEETINGS	32	/* one for so many rounds */

struct object;

/*
 * One verb on a random element. Returns 0 where what came of it is possible,
 * whatever the words say, else an errno that says why not.
 */
typedef int (*verb)(struct object *object, unsigned int element);

/* An object that scribblers have mapped. */
struct hostile {
	const char *label;
	struct kipc_create_args (*args)(void);
	__u32 flags;
	const verb *verbs;		/* the last is followed by NULL */
	int (*works)(struct object *object);	/* once they have gone */
};

/* An object that they have not. */
struct innocent {
	const char *label;
	struct kipc_create_args (*args)(void);
	__u32 flags;
	bool together;			/* all players at once */
	int (*prepare)(struct object *object);
	verb play;
	int (*whole)(struct object *object, unsigned int meetings);
};

/* What all players share of an object that they play with. */
struct score {
	unsigned int held[ELEMENTS];	/* units, or the mutex */
	unsigned int serial;		/* parties */
};

struct object {
	int fd;
	int impatient;			/* another descriptor: O_NONBLOCK */
	struct kipc_create_args args;
	struct words words;		/* of this process; or no base */
	__u32 attachment;		/* of this process, to mutexes */
	struct score *score;
};

static inline __u64 random_word(void)
{
	return (__u64)random() << 42 ^ (__u64)random() << 21 ^ random();
}

static inline __s64 soon(void)
{
	return now_ns(CLOCK_MONOTONIC) + random() % (2 * NS_PER_MS);
}

/* Nothing that should ever end takes so long. */
static inline __s64 late(void)
{
	return now_ns(CLOCK_MONOTONIC) + 600 * NS_PER_SEC;
}

static inline struct word *object_word(struct object *object,
				       unsigned int element)
{
	return object->words.base ? word_at(&object->words, element) : NULL;
}

/* The result of a verb that may do its work or fail for one of two reasons. */
static inline int possible(int ret, int one, int other)
{
	return ret >= 0 || ret == one || ret == other ? 0 : ret;
}

/* Verbs of objects of any type, or any that knows its participants. */

static inline int hostile_info(struct object *object, unsigned int element)
{
	struct kipc_info_args info;
	int ret = object_info(object->fd, &info);

	(void)element;
	if (ret)
		return ret;
	return info.type == object->args.type &&
	       info.elements == object->args.elements ? 0 : -ERANGE;
}

static inline int hostile_watch(struct object *object, unsigned int element)
{
	int watch = object_watch(object->fd);

	(void)element;
	return watch < 0 ? watch : possible(close(watch), 0, 0);
}

#endif /* KIPC_HOSTILE_H */
