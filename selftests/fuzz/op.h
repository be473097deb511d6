/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: operations
 *
 * A program is a sequence of operations. Each names the actor, a thread, that
 * performs it, and arguments that its kind gives names and classes. The kinds
 * are in op_table.c; an ioctl is described there well enough for one function to
 * perform them all.
 */
#ifndef FUZZ_OP_H
#define FUZZ_OP_H

#include <stdbool.h>

#include <linux/types.h>

#include "value.h"

#define OP_ARGS_MAX	20
#define OP_OWN_ARGS_MAX	8	/* the last one is not used */

/* The first arguments of every ioctl, which no entry of the table repeats. */
enum ioctl_arg {
	IOCTL_FD,
	IOCTL_AT,		/* where the structure lies */
	IOCTL_EXTRA,		/* bytes it is longer than published */
	IOCTL_FILL,		/* what these bytes hold */
	IOCTL_FIELDS,		/* from here on: the structure's fields */
};

struct op_arg {
	const char *name;
	__u8 class;		/* enum value_class */
	__u8 width;		/* ioctl: bytes in the structure, 0 if not there */
	__u16 offset;		/* ioctl: in the structure */
};

struct op_kind {
	const char *name;
	unsigned int weight;	/* how often it is chosen */
	__u32 type;		/* of the object it is about, or 0 */
	__u32 flags;		/* ioctl: what makes sense in its field flags */
	bool makes;		/* puts a descriptor into the slot "into" */
	bool dispatched;	/* performed by the dispatcher, no actor */
	bool device;		/* ioctl: one on /dev/kipc */
	unsigned int command;	/* ioctl: its number, else 0 */
	unsigned int size;	/* ioctl: bytes of the structure */
	long (*perform)(const struct op_kind *kind, const __u64 *args);
	const struct op_arg *fields;		/* ioctl: of the structure */
	const struct op_arg *attributes;	/* CREATE: of the type */
	struct op_arg args[OP_OWN_ARGS_MAX];	/* see op_arg() */
};

struct op {
	__u8 kind;		/* index of op_kinds */
	__u8 actor;
	bool async;		/* do not wait for its end */
	__u64 args[OP_ARGS_MAX];
};

extern const struct op_kind op_kinds[];
extern const unsigned int op_kind_count;

static inline const struct op_kind *op_kind(const struct op *op)
{
	return &op_kinds[op->kind];
}

/* An argument: of those that every ioctl has, or the table's. */
const struct op_arg *op_arg(const struct op_kind *kind, unsigned int i);

/* How many arguments there are. */
unsigned int op_arity(const struct op_kind *kind);

/* The index of the argument of that name, or -1. */
int op_find_arg(const struct op_kind *kind, const char *name);

/* The first argument of that class, or -1. */
int op_find_class(const struct op_kind *kind, enum value_class class);

/* The index of the kind of that name, or -1. */
int op_find_kind(const char *name);

/* Does it create an object? Its type says of which type. */
bool op_creates(const struct op_kind *kind);

/* The text of an operation: its length, as snprintf(). */
int op_print(const struct op *op, char *text, size_t size);

/* NULL, or what is wrong with the text, which is changed. */
const char *op_parse(struct op *op, char *text);

#endif /* FUZZ_OP_H */
