/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: values
 *
 * Every argument of an operation is a 64-bit value of some class. The class has
 * the values that are worth trying, and their text. Some values stand for what
 * is known only when the program runs: an address in memory, a time from now,
 * the length of the name. A value of a *closed* class is always one of its
 * choices; a value of another class can be any number.
 */
#ifndef FUZZ_VALUE_H
#define FUZZ_VALUE_H

#include <stdbool.h>
#include <stddef.h>

#include <linux/types.h>

#include "random.h"

/* Limits of a program. */
#define FD_SLOTS	6	/* descriptors of a process that have a slot */
#define FD_DEVICE	FD_SLOTS
#define FD_NONE		(FD_SLOTS + 1)
#define MAP_SLOTS	3	/* mappings of a process that have a slot */
#define WORKERS		4	/* threads, in one process or several */

enum value_class {
	VALUE_NONE,		/* no argument */
	VALUE_FD,
	VALUE_DEVICE,
	VALUE_INTO,
	VALUE_MAP,
	VALUE_WORKER,
	VALUE_NEW_WORKER,
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
	VALUE_RING_SLOTS,
	VALUE_RING_LANES,
	VALUE_RING_LOANS,
	VALUE_RING_SIDE,
	VALUE_RING_LANE,
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

/* VALUE_PLACE: where an argument of a system call is */
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

/* VALUE_CHANGE: how a mapped word is changed */
enum change {
	CHANGE_STORE,
	CHANGE_ADD,
	CHANGE_OR,
	CHANGE_AND,
	CHANGE_SWAP,		/* compare and swap, like a fast path */
	CHANGE_LOAD,
	CHANGE_STORM,		/* store it and its complement by turns */
};

/* VALUE_HANDLER */
enum handler {
	HANDLER_INTERRUPT,
	HANDLER_RESTART,
	HANDLER_IGNORE,
};

/* Values that are replaced when the operation runs */
#define VALUE_AUTO	0x10000000000ULL	/* the name's real length */
#define VALUE_OWN	0x10000000000ULL	/* the process's attachment */
#define VALUE_SELF	0x2000000000000001ULL	/* the thread as the owner */
#define VALUE_MAPPED	0x4000000000000000ULL	/* first mapped word */
#define VALUE_LAST	0x20000000000ULL	/* where the last LIST ended */
#define VALUE_SOON	0x4000000000000000ULL	/* + microseconds from now */
#define VALUE_SOON_MAX	0xffffffffULL

__u64 value_default(enum value_class class);
bool value_valid(enum value_class class, __u64 value);

/* Returns a value of the class that is likely to be useful. */
__u64 value_choose(enum value_class class, struct random *random);

/* Returns another value, which may be close to @value or odd. */
__u64 value_mutate(enum value_class class, __u64 value, struct random *random);

/* Writes a value as text. Returns the length, like snprintf(). */
int value_print(enum value_class class, __u64 value, char *text, size_t size);

/* Reads a value. Returns false if the text is not a value of the class. */
bool value_parse(enum value_class class, const char *text, __u64 *value);

#endif /* FUZZ_VALUE_H */
