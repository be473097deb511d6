/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: rows
 *
 * A row of the report is a pattern of work, done with a subject. A pattern is
 * "two processes on one processor hand a unit to and fro"; a subject is "kipc's
 * semaphore", or "glibc's sem_t", one of its peers. All subjects of a pattern do
 * the same work in the same layout of processes, so that their costs compare.
 *
 * A subject says of which kind it is and gives the verbs of that kind; each
 * pattern of the kind then has a row with it. A new object joins as one file in
 * subjects/ with a SUBJECT() in it, a new kind of work as one in patterns/ with a
 * PATTERN(); nothing else has to know of either.
 *
 * A floor is a subject that does not do the work, but what the work cannot be
 * done without: a compare-and-swap, a context switch, a copy.
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
	KIND_ANY,		/* one waits for whichever of many comes first */
	KIND_NAMES,		/* opened by name */
	KIND_MEMORY,		/* take memory */
	KIND_CALL,		/* something done alone */
};

enum role {
	ROLE_PEER,
	ROLE_OURS,
	ROLE_FLOOR,
};

/* What a pattern asks of a subject. */
enum ability {
	ABLE_ALONE = 1,		/* to work within one process */
	ABLE_TO_SLEEP = 2,	/* to give the processor up while it waits */
	ABLE_ACROSS = 4,	/* to work between two processors */
	ABLE_TO_STREAM = 8,	/* to let the sender run ahead of the receiver */
	ABLE_TO_CROWD = 16,	/* to serve more processes than processors */
	ABLE_TO_CREATE = 32,	/* to be created and destroyed */
};

#define ABLE_TO_ALL	(ABLE_ALONE | ABLE_TO_SLEEP | ABLE_ACROSS | \
			 ABLE_TO_STREAM | ABLE_TO_CROWD | ABLE_TO_CREATE)
/* Who spins while it waits. */
#define ABLE_TO_SPIN	(ABLE_ALONE | ABLE_ACROSS | ABLE_TO_STREAM)

/* What a pattern wants created. */
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

	/* Gives up where it cannot. NULL where there is nothing to create. */
	void *(*create)(const struct shape *shape);
	void (*destroy)(void *object);

	union {
		struct {
			/* @count units at once; only one for patterns of two */
			void (*post)(void *object, unsigned int element,
				     unsigned int count);
			void (*wait)(void *object, unsigned int element);
			/* posts one and waits for another; NULL if it cannot */
			void (*post_wait)(void *object, unsigned int post,
					  unsigned int wait);
			/* posts and waits, as inline as in a user's program */
			void (*pairs)(void *object, unsigned int count);
		} semaphore;
		struct {
			void (*lock)(void *object);
			void (*unlock)(void *object);
			void (*pairs)(void *object, unsigned int count);
		} lock;
		struct {
			/* Before the data there is room for a header. */
			void (*send)(void *object, unsigned int element,
				     void *data, size_t size);
			void (*receive)(void *object, unsigned int element,
					void *buffer, size_t size);
		} mailbox;
		struct {
			void (*wait)(void *object);
		} barrier;
		struct {
			/* where it is mapped, from its creation on */
			char *(*data)(void *object);
		} region;
		struct {
			void (*post)(void *object, unsigned int element);
			/* takes one unit from any element */
			void (*wait)(void *object);
		} any;
		struct {
			/* opens by name and closes */
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
	unsigned int cpus;	/* at least */
	bool fused;		/* needs semaphore.post_wait */
	const char *unit;	/* of its values; NULL if that is the clock's */

	/* Part of the row's name. The first may be 0, which stands for none. */
	unsigned long parameters[PATTERN_PARAMETERS];

	unsigned int samples;	/* 0: as many as there is time for */
	bool once;		/* it costs much to begin, so do not repeat */

	/* Takes run->samples samples of run->batch operations each. */
	void (*run)(struct run *run);
};

/* Linkers collect the pointers into arrays, in the order of the files' names. */
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

/* "PATTERN-PARAMETER/SUBJECT" */
void row_name(const struct row *row, char *name, size_t size);

/**
 * row_next() - iterate over all rows, those of a pattern together
 * @row: all zero to begin
 *
 * Return: false where there are no more.
 */
bool row_next(struct row *row);

#endif /* BENCH_ROW_H */
