/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: operations
 *
 * A program is a sequence of operations. An operation has a kind, the number of
 * the worker that performs it, and arguments. The kind states the name and the
 * class of each argument. The kinds are in op_table.c. Those of ioctls also
 * state where each argument is in the structure, so that one function can
 * perform all ioctls.
 */
#ifndef FUZZ_OP_H
#define FUZZ_OP_H

#include <stdbool.h>

#include <linux/types.h>

#include "value.h"

#define OP_ARGS_MAX	20
#define OP_OWN_ARGS_MAX	8	/* the last one is not used */

/* The first arguments of every ioctl. They are not in the table. */
enum ioctl_arg {
	IOCTL_FD,
	IOCTL_AT,		/* where the structure is, an enum place */
	IOCTL_EXTRA,		/* bytes added to its size */
	IOCTL_FILL,		/* what these bytes hold */
	IOCTL_FIELDS,		/* the first field of the structure */
};

struct op_arg {
	const char *name;
	__u8 class;		/* enum value_class */
	__u8 width;		/* ioctl: bytes in the structure, or 0 */
	__u16 offset;		/* ioctl: in the structure */
};

struct op_kind {
	const char *name;
	unsigned int weight;	/* how often it is chosen */
	__u32 type;		/* that its object must have, or 0 */
	__u32 flags;		/* ioctl: valid bits of the field flags */
	bool makes;		/* puts a descriptor into the slot "into" */
	bool dispatched;	/* the dispatcher performs it, not a worker */
	bool device;		/* ioctl: of /dev/kipc */
	unsigned int command;	/* ioctl: its number, else 0 */
	unsigned int size;	/* ioctl: bytes of the structure */
	long (*perform)(const struct op_kind *kind, const __u64 *args);
	const struct op_arg *fields;		/* ioctl: of the structure */
	const struct op_arg *attributes;	/* CREATE: of the type */
	struct op_arg args[OP_OWN_ARGS_MAX];	/* see op_arg() */
};

struct op {
	__u8 kind;		/* index of op_kinds */
	__u8 worker;
	bool async;		/* the dispatcher does not wait for its end */
	__u64 args[OP_ARGS_MAX];
};

extern const struct op_kind op_kinds[];
extern const unsigned int op_kind_count;

static inline const struct op_kind *op_kind(const struct op *op)
{
	return &op_kinds[op->kind];
}

/*
 * Returns argument @i. The order is: the arguments of every ioctl, the fields
 * of the structure, the attributes of the type, the arguments of the kind
 * itself.
 */
const struct op_arg *op_arg(const struct op_kind *kind, unsigned int i);

/* Returns the number of arguments. */
unsigned int op_arity(const struct op_kind *kind);

/* Returns the index of the argument of that name, or -1. */
int op_find_arg(const struct op_kind *kind, const char *name);

/* Returns the index of the first argument of that class, or -1. */
int op_find_class(const struct op_kind *kind, enum value_class class);

/* Returns the index of the kind of that name, or -1. */
int op_find_kind(const char *name);

/* Returns whether the kind creates an object, of the type that it states. */
bool op_creates(const struct op_kind *kind);

/* Writes an operation as text. Returns the length, like snprintf(). */
int op_print(const struct op *op, char *text, size_t size);

/* Reads an operation. Returns NULL or an error message. Changes @text. */
const char *op_parse(struct op *op, char *text);

#endif /* FUZZ_OP_H */
