/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: hostile pages
 *
 * Processes scribble over the words of objects that other processes use by
 * every verb, in user space and in the kernel. This harms the processes that
 * share the words: verbs fail, and units and arrivals get lost. It must not
 * harm the kernel: every wait still ends, the kernel never returns an
 * impossible result, and it loses nothing of its own. Nor may it harm an object
 * whose words the scribblers cannot write.
 *
 * A program for a type of object includes this header, defines a table
 * "hostiles" of the objects that are scribbled over and a table "innocents" of
 * those that are not, and then includes hostile_test.h.
 */
#ifndef HOSTILE_H
#define HOSTILE_H

#include "word.h"

#include <linux/kipc.h>

#define WORKERS		4
#define ELEMENTS	64
#define UNITS		2
#define PARTIES		3	/* fewer than workers: some arrive too late */
#define TOKENS		3
#define MEETINGS	32	/* rounds for each meeting of all workers */

struct object;

/*
 * Runs a verb on a random element. Returns 0 if its result is possible,
 * whatever the words say, else an errno that says why the result is impossible.
 */
typedef int (*verb)(struct object *object, unsigned int element);

/* An object that scribblers have mapped. */
struct hostile {
	const char *label;
	struct kipc_create_args (*args)(void);
	__u32 flags;
	const verb *verbs;		/* NULL follows the last verb */
	int (*works)(struct object *object);	/* after the scribbling */
};

/* An object that scribblers have not mapped. */
struct innocent {
	const char *label;
	struct kipc_create_args (*args)(void);
	__u32 flags;
	bool together;			/* all workers use it at once */
	int (*prepare)(struct object *object);
	verb use;
	int (*whole)(struct object *object, unsigned int meetings);
};

/* What the workers share about an object. */
struct score {
	unsigned int held[ELEMENTS];	/* units, or the mutex */
	unsigned int serial;	/* waits that returned KIPC_BARRIER_SERIAL */
};

struct object {
	int fd;
	int impatient;			/* another descriptor with O_NONBLOCK */
	struct kipc_create_args args;
	struct words words;		/* of this process; base may be NULL */
	__u32 attachment;		/* of this process, to mutexes */
	struct score *score;
};

/* Everything that the scribblers and the workers need. */
struct hostile_run {
	const struct hostile *hostiles;
	const struct innocent *innocents;
	unsigned int hostile_count, innocent_count;
	struct object *hostile_objects, *innocent_objects;
	unsigned int seed;
	unsigned int rounds;	/* of each worker */
	unsigned int next;	/* number of the next process */
	unsigned int *done;	/* workers that have ended; shared */
};

__u64 random_word(void);

/* Returns a deadline within the next two milliseconds. */
__s64 soon(void);

/*
 * Returns a deadline that passes only if a wait that has to end does not end.
 */
__s64 late(void);

/* Returns the word of an element, or NULL if the words are not mapped. */
struct word *object_word(struct object *object, unsigned int element);

/* Returns 0 if a verb has succeeded or has failed with one of two errors. */
int possible(int ret, int one, int other);

/* Verbs of objects of all types. */
int hostile_info(struct object *object, unsigned int element);
int hostile_watch(struct object *object, unsigned int element);

int object_make(struct object *object, struct kipc_create_args args,
		__u32 flags);
void object_drop(struct object *object);

/* Functions for child_start(); @data is a struct hostile_run. */
int run_scribbler(void *data);
int run_hostile_worker(void *data);

#endif /* HOSTILE_H */
