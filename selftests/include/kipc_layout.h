/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Asserts that <linux/kipc.h> has the numbers, sizes and offsets of the table
 * in kipc_abi_defs.h. They are the same for 32 and 64 bit programs and never
 * change.
 */
#ifndef KIPC_LAYOUT_H
#define KIPC_LAYOUT_H

#include <assert.h>
#include <stddef.h>

#include <linux/kipc.h>

#define CHECK_FIELD(type, field, offset, size) \
	static_assert(offsetof(type, field) == (offset) && \
		      sizeof(((type *)0)->field) == (size), #field)

static_assert(sizeof(union kipc_attributes) == 32, "size of kipc_attributes");

/* Numbers of types and verbs, and constants */

#define ABI_TYPE(name, ID, number, ...) \
	static_assert(KIPC_##ID == (number), "KIPC_" #ID);
#define ATTRIBUTE(part, field, offset, size, ...) \
	CHECK_FIELD(union kipc_attributes, part.field, offset, size);
#define ABI_VERB(name, COMMAND, number, ...) \
	static_assert(KIPC_##COMMAND == (0xb900 | (number)), \
		      "KIPC_" #COMMAND);
#define ABI_CONSTANT(name, value) static_assert((name) == (value), #name);
#include "kipc_abi_defs.h"

/* Structures: each is a function, of which the structure is the parameter. */

#define ABI_STRUCTURE(name, bytes, ...) \
	static inline void layout_of_##name(const struct name *args) \
	{ \
		(void)args; \
		static_assert(sizeof(*args) == (bytes), "size of " #name);
#define FIELD(field, offset, size, ...) \
		CHECK_FIELD(__typeof__(*args), field, offset, size);
#define OUTPUT(field, offset, size) \
		CHECK_FIELD(__typeof__(*args), field, offset, size);
#define SIZE OUTPUT
#define RESERVED OUTPUT
#define ATTRIBUTES OUTPUT
#define PART FIELD
#define ABI_STRUCTURE_END() }
#include "kipc_abi_defs.h"

/* The fields fill the structure: without padding their size is its size. */

#define ABI_STRUCTURE(name, ...) struct fields_of_##name {
#define FIELD(field, offset, size, ...) char field[size];
#define OUTPUT(field, offset, size) char field[size];
#define SIZE OUTPUT
#define RESERVED OUTPUT
#define ATTRIBUTES OUTPUT
#define ABI_STRUCTURE_END() };
#include "kipc_abi_defs.h"

#define ABI_STRUCTURE(name, ...) \
	static_assert(sizeof(struct fields_of_##name) == sizeof(struct name), \
		      "kipc_abi_defs.h lacks a field of " #name);
#include "kipc_abi_defs.h"

#undef CHECK_FIELD

#endif /* KIPC_LAYOUT_H */
