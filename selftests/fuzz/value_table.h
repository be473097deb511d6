/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is worth trying for each class of value. The first choice is the default;
 * one that is written several times is chosen more often, and odd ones, which
 * are wrong for most purposes, rarely.
 */
#ifndef FUZZ_VALUE_TABLE_H
#define FUZZ_VALUE_TABLE_H

#include <stdbool.h>

#include "value.h"

struct value_choice {
	__u64 value;
	const char *token;	/* or NULL: written as a number */
	bool odd;
};

struct value_kind {
	const struct value_choice *choices;
	unsigned int count;
	bool closed;		/* nothing but the choices */
	bool bits;		/* any union of the choices */
};

extern const struct value_kind value_kinds[VALUE_CLASSES];

#endif /* FUZZ_VALUE_TABLE_H */
