/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The values that are worth trying for each class. The first choice is the
 * default. A choice that is listed several times is chosen more often. Odd
 * choices, which are wrong for most operations, are chosen rarely.
 */
#ifndef FUZZ_VALUE_TABLE_H
#define FUZZ_VALUE_TABLE_H

#include <stdbool.h>

#include "value.h"

struct value_choice {
	__u64 value;
	const char *token;	/* its text, or NULL: a number */
	bool odd;
};

struct value_kind {
	const struct value_choice *choices;
	unsigned int count;
	bool closed;		/* no value but the choices */
	bool bits;		/* any union of the choices */
};

extern const struct value_kind value_kinds[VALUE_CLASSES];

#endif /* FUZZ_VALUE_TABLE_H */
