/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The table of kipc_abi_defs.h as data: see there how to enter a verb, a type
 * or a constant.
 */
#ifndef KIPC_ABI_H
#define KIPC_ABI_H

#include <stdbool.h>
#include <stddef.h>

#include <linux/kipc.h>

/*
 * A file that verbs belong to: the device is 0, an object the number of its
 * type.
 */
enum kipc_abi_file {
	KIPC_ABI_DEVICE,
#define ABI_TYPE(name, ID, number, ...) KIPC_ABI_##ID = (number),
#include "kipc_abi_defs.h"
	KIPC_ABI_TYPES_END,	/* number of the last type + 1 */
	KIPC_ABI_FILES = KIPC_ABI_TYPES_END,
	KIPC_ABI_OBJECT,	/* any object */
	KIPC_ABI_ANY,		/* the device and any object */
};

/* What verbs that return a new descriptor return. */
#define KIPC_ABI_DESCRIPTOR	1000

/* The objects that verb.c makes. The good values of fields depend on them. */
#define KIPC_ABI_UNITS		3	/* of the semaphore */
#define KIPC_ABI_MAX		5	/* of the semaphore */
#define KIPC_ABI_MUTEXES	2	/* the caller owns the first */
#define KIPC_ABI_BUFFER_BYTES	64

/* Good values that only the running test knows. */
enum kipc_abi_given {
	KIPC_ABI_NAME = 0x7fff0000,	/* address of the semaphore's name */
	KIPC_ABI_NAME_LENGTH,
	KIPC_ABI_NO_NAME,		/* address of a name of no object */
	KIPC_ABI_NO_NAME_LENGTH,
	KIPC_ABI_ENTRY,			/* address of a list entry */
	KIPC_ABI_BUFFER,		/* address of a buffer */
	KIPC_ABI_ATTACHMENT,		/* of the caller, to the mutexes */
};

#define KIPC_ABI_FIELDS_MAX	16
#define KIPC_ABI_BAD_MAX	4

struct kipc_abi_field {
	const char *name;
	__u16 offset;
	__u16 size;
	bool written;			/* by a successful call */
	__u64 good;			/* or an enum kipc_abi_given */
	__u32 bad[KIPC_ABI_BAD_MAX];	/* each gets EINVAL */
	unsigned int bad_count;
};

struct kipc_abi_structure {
	const char *name;
	size_t size;
	size_t first_size;		/* with which it was first published */
	/* Without the field size. The one after the last has size 0. */
	struct kipc_abi_field fields[KIPC_ABI_FIELDS_MAX];
};

struct kipc_abi_verb {
	const char *name;
	unsigned int command;
	const struct kipc_abi_structure *structure;
	enum kipc_abi_file on;
	__u32 access;			/* that the descriptor needs, or 0 */
	__u32 flags;			/* that the verb knows */
	int returns;			/* with the good value of each field */
};

struct kipc_abi_type {
	const char *name;
	__u32 flags;			/* that CREATE accepts */
};

/* Index of kipc_abi_structures */
enum kipc_abi_structure_index {
#define ABI_STRUCTURE(name, ...) KIPC_ABI_##name,
#include "kipc_abi_defs.h"
	KIPC_ABI_STRUCTURES
};

/* Index of kipc_abi_verbs */
enum kipc_abi_verb_index {
#define ABI_VERB(name, ...) KIPC_ABI_VERB_##name,
#include "kipc_abi_defs.h"
	KIPC_ABI_VERBS
};

extern const struct kipc_abi_structure kipc_abi_structures[KIPC_ABI_STRUCTURES];
extern const struct kipc_abi_verb kipc_abi_verbs[KIPC_ABI_VERBS];

/* The index is the number of the type; there is no type 0. */
extern const struct kipc_abi_type kipc_abi_types[KIPC_ABI_TYPES_END];

/* Returns whether that file knows the verb. */
bool kipc_abi_known(const struct kipc_abi_verb *verb, enum kipc_abi_file file);

/* Returns a file that knows the verb. */
enum kipc_abi_file kipc_abi_file(const struct kipc_abi_verb *verb);

/* Returns whether _IOC_NR() of any verb's command is @number. */
bool kipc_abi_number_known(unsigned int number);

/* Returns whether a successful call writes to the structure. */
bool kipc_abi_writes(const struct kipc_abi_structure *structure);

#endif /* KIPC_ABI_H */
