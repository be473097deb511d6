/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: rows
 *
 * A row of the report is a pattern of work, done with a subject. An example of a
 * pattern is "two processes on one processor hand a unit to and fro". Examples of a
 * subject are "kipc's semaphore" and "glibc's sem_t", one of its peers. All subjects
 * of a pattern do the same work in the same layout of processes, so that their costs
 * are comparable.
 *
 * A subject has a kind and implements the operations of that kind. Each pattern of
 * the same kind then has a row with the subject. A new object is one file in
 * subjects/ with a SUBJECT(), a new kind of work one file in patterns/ with a
 * PATTERN(). No other file has to change.
 *
 * A floor is a subject that does not do the work, but only a part that every
 * implementation needs: a compare-and-swap, a context switch, a copy.
 */
#ifndef BENCH_ROW_H
#define BENCH_ROW_H

#include <stdbool.h>
#include <stddef.h>

#include "run.h"

enum kind {
	KIND_SEMAPHORE,		/* units are posted and waited for */
	KIND_LOCK,
	KIND_MAILBOX,		/* messages are sent and received */
	KIND_BARRIER,
	KIND_REGION,		/* memory that processes share */
	KIND_ANY,		/* a process waits for any of many objects */
	KIND_NAMES,		/* objects are opened by name */
	KIND_MEMORY,		/* objects take memory */
	KIND_CALL,		/* a process repeats a call */
};

enum role {
	ROLE_PEER,
	ROLE_OURS,
	ROLE_FLOOR,
};

/* The abilities of a subject that a pattern may need. */
enum ability {
	ABLE_ALONE = 1,		/* works within one process */
	ABLE_TO_SLEEP = 2,	/* gives up the processor while it waits */
	ABLE_ACROSS = 4,	/* works between two processors */
	ABLE_TO_STREAM = 8,	/* lets the sender run ahead of the receiver */
	ABLE_TO_CROWD = 16,	/* works with more processes than processors */
	ABLE_TO_CREATE = 32,	/* can be created and destroyed */
};

#define ABLE_TO_ALL	(ABLE_ALONE | ABLE_TO_SLEEP | ABLE_ACROSS | \
			 ABLE_TO_STREAM | ABLE_TO_CROWD | ABLE_TO_CREATE)
/* The abilities of a subject that spins while it waits. */
#define ABLE_TO_SPIN	(ABLE_ALONE | ABLE_ACROSS | ABLE_TO_STREAM)

/* The size of the object that a pattern needs. */
struct shape {
	unsigned int elements;		/* semaphores, mailboxes, names, ... */
	unsigned int parties;		/* of a barrier */
	unsigned int depth;		/* messages that a mailbox holds */
	size_t size;			/* bytes of a message, a region or a copy */
};

struct subject {
	const char *name;
	const char *about;
	enum kind kind;
	enum role role;
	unsigned int able;

	/* Calls give_up() on failure. NULL if there is nothing to create. */
	void *(*create)(const struct shape *shape);
	void (*destroy)(void *object);

	union {
		struct {
			/* Posts @count units; patterns of two post only one. */
			void (*post)(void *object, unsigned int element,
				     unsigned int count);
			void (*wait)(void *object, unsigned int element);
			/* Posts one and waits for another; NULL if unsupported. */
			void (*post_wait)(void *object, unsigned int post,
					  unsigned int wait);
			/* Posts and waits, inlined as in a user's program. */
			void (*pairs)(void *object, unsigned int count);
		} semaphore;
		struct {
			void (*lock)(void *object);
			void (*unlock)(void *object);
			void (*pairs)(void *object, unsigned int count);
		} lock;
		struct {
			/* There is room for a header before the data. */
			void (*send)(void *object, unsigned int element,
				     void *data, size_t size);
			void (*receive)(void *object, unsigned int element,
					void *buffer, size_t size);
		} mailbox;
		struct {
			void (*wait)(void *object);
		} barrier;
		struct {
			/* Returns the address of its mapping. */
			char *(*data)(void *object);
		} region;
		struct {
			void (*post)(void *object, unsigned int element);
			/* Takes one unit from any element. */
			void (*wait)(void *object);
		} any;
		struct {
			/* Opens by name and closes. */
			void (*visit)(void *object, unsigned int element);
		} names;
		struct {
			void (*repeat)(void *object, unsigned int count);
		} call;
	};
};

#define PATTERN_PARAMETERS	8

struct pattern {
	const char *name;
	const char *about;
	enum kind kind;
	unsigned int needs;	/* abilities */
	unsigned int cpus;	/* the number of processors needed */
	bool fused;		/* needs semaphore.post_wait */
	const char *unit;	/* of its values; NULL: the clock's unit */

	/* Part of the row's name. The first may be 0, which means none. */
	unsigned long parameters[PATTERN_PARAMETERS];

	unsigned int samples;	/* 0: as many as there is time for */
	bool once;		/* expensive to set up, so not repeated */

	/* Takes run->samples samples of run->batch operations each. */
	void (*run)(struct run *run);
};

/* The linker collects the pointers in arrays, in the order of the file names. */
#define SUBJECT(it) \
	static const struct subject *const it##_subject \
	__attribute__((section("subjects"), used)) = &(it)

#define PATTERN(it) \
	static const struct pattern *const it##_pattern \
	__attribute__((section("patterns"), used)) = &(it)

extern const struct subject *const subjects_start[] asm("__start_subjects");
extern const struct subject *const subjects_stop[] asm("__stop_subjects");
extern const struct pattern *const patterns_start[] asm("__start_patterns");
extern const struct pattern *const patterns_stop[] asm("__stop_patterns");

struct row {
	const struct pattern *pattern;
	const struct subject *subject;
	unsigned long parameter;
};

/* Prints "PATTERN-PARAMETER/SUBJECT", or "PATTERN/SUBJECT" if the parameter is 0. */
void row_name(const struct row *row, char *name, size_t size);

/**
 * row_next() - iterate over all rows, pattern by pattern
 * @row: all zero at the beginning
 *
 * Return: false if there are no more rows.
 */
bool row_next(struct row *row);

#endif /* BENCH_ROW_H */
