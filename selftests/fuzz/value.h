/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: values
 *
 * Every argument of an operation is a 64 bit value of some class, which knows
 * what is worth trying and how to write it. Some values stand for what is known
 * only when the program runs: a place in memory, a time from now, the length of
 * the name that is given. Those of a *closed* class can be nothing but one of
 * its choices; other classes take any number.
 */
#ifndef FUZZ_VALUE_H
#define FUZZ_VALUE_H

#include <stdbool.h>
#include <stddef.h>

#include <linux/types.h>

#include "random.h"

/* Limits of a program. */
#define FD_SLOTS	6	/* descriptors a process has names for */
#define FD_DEVICE	FD_SLOTS
#define FD_NONE		(FD_SLOTS + 1)
#define MAP_SLOTS	3	/* mappings likewise */
#define ACTORS		4	/* threads, in one process or several */

enum value_class {
	VALUE_NONE,		/* no argument */
	VALUE_FD,
	VALUE_DEVICE,
	VALUE_INTO,
	VALUE_MAP,
	VALUE_ACTOR,
	VALUE_NEW_ACTOR,
	VALUE_PLACE,
	VALUE_ANSWER,
	VALUE_EXTRA,
	VALUE_FILL,
	VALUE_ZERO,
	VALUE_TYPE,
	VALUE_CREATE_FLAGS,
	VALUE_ACCESS,
	VALUE_WAIT_FLAGS,
	VALUE_ELEMENTS,
	VALUE_NAME,
	VALUE_NAME_LENGTH,
	VALUE_MODE,
	VALUE_UNITS,
	VALUE_MAXIMUM,
	VALUE_PARTIES,
	VALUE_MESSAGE_SIZE,
	VALUE_MESSAGES,
	VALUE_BYTES,
	VALUE_REGION_BYTES,
	VALUE_SEALS,
	VALUE_LIST_COUNT,
	VALUE_ENTRY_SIZE,
	VALUE_CURSOR,
	VALUE_ELEMENT,
	VALUE_COUNT,
	VALUE_DEADLINE,
	VALUE_WORD,
	VALUE_ATTACHMENT,
	VALUE_PRIORITY,
	VALUE_LENGTH,
	VALUE_COMMAND,
	VALUE_EVENTS,
	VALUE_MILLISECONDS,
	VALUE_MICROSECONDS,
	VALUE_CONTROL,
	VALUE_SIGNAL,
	VALUE_HANDLER,
	VALUE_STATUS_FLAGS,
	VALUE_READ_FLAGS,
	VALUE_PROTECTION,
	VALUE_MAP_FLAGS,
	VALUE_PAGE,
	VALUE_ADVICE,
	VALUE_CHANGE,
	VALUE_SCRIBBLE,
	VALUE_USER,
	VALUE_NAMESPACES,
	VALUE_POLICY,
	VALUE_FILES,
	VALUE_SWITCH,
	VALUE_CLASSES
};

/* VALUE_PLACE: where an argument of a system call lies. */
enum place {
	PLACE_GOOD,
	PLACE_ODD,		/* not aligned */
	PLACE_NULL,
	PLACE_UNMAPPED,
	PLACE_KERNEL,
	PLACE_EDGE,		/* its second half is unmapped */
	PLACE_READONLY,
	PLACE_MAP,		/* in the first mapping of an object, ... */
	PLACE_MAP_LAST = PLACE_MAP + MAP_SLOTS - 1,
};

/* VALUE_ANSWER: one of these places, or none. */
#define ANSWER_NONE	(PLACE_MAP_LAST + 1)

/* VALUE_NAME */
enum name {
	NAME_NONE,
	NAME_A,
	NAME_B,
	NAME_C,
	NAME_LONG,		/* the longest one */
	NAME_TOO_LONG,
	NAME_SLASH,
	NAME_NUL,
	NAME_BAD,		/* a bad pointer */
};

/* VALUE_CHANGE: what is done to a mapped word. */
enum change {
	CHANGE_STORE,
	CHANGE_ADD,
	CHANGE_OR,
	CHANGE_AND,
	CHANGE_SWAP,		/* compare and swap, as a fast path does */
	CHANGE_LOAD,
	CHANGE_STORM,		/* store it and its complement for a while */
};

/* VALUE_HANDLER */
enum handler {
	HANDLER_INTERRUPT,
	HANDLER_RESTART,
	HANDLER_IGNORE,
};

/* Values to be replaced when the operation runs. */
#define VALUE_AUTO	0x10000000000ULL	/* the length that is right */
#define VALUE_OWN	0x10000000000ULL	/* the process's attachment */
#define VALUE_SELF	0x2000000000000001ULL	/* the thread as the owner */
#define VALUE_MAPPED	0x4000000000000000ULL	/* the first mapped word */
#define VALUE_LAST	0x20000000000ULL	/* where LIST ended */
#define VALUE_SOON	0x4000000000000000ULL	/* + microseconds from now */
#define VALUE_SOON_MAX	0xffffffffULL

__u64 value_default(enum value_class class);
bool value_valid(enum value_class class, __u64 value);

/* A value that is likely to be fit for something. */
__u64 value_choose(enum value_class class, struct random *random);

/* Another one, perhaps a near or an odd one. */
__u64 value_mutate(enum value_class class, __u64 value, struct random *random);

/* As snprintf(): the length of the text. */
int value_print(enum value_class class, __u64 value, char *text, size_t size);

/* False where the text is not a value of this class. */
bool value_parse(enum value_class class, const char *text, __u64 *value);

#endif /* FUZZ_VALUE_H */
