// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "value.h"
#include "value_table.h"

/* One choice in that many is odd. */
#define ODD_RARITY	24

/* Numbers near which code often has defects */
static const __u64 odd_numbers[] = {
	0, 1, 2, 7, 8, 63, 64, 255, 256, 4095, 4096, 4097, 32767, 32768,
	65535, 65536, 0x7fffffff, 0x80000000, 0xffffffff, 0x100000000,
	0x7fffffffffffffff, 0x8000000000000000, 0xffffffffffffffff,
};

static __u64 choice_value(const struct value_kind *kind, unsigned int i)
{
	return kind->choices[i].value;
}

/* The default is no flags, and the first choice for every other class. */
__u64 value_default(enum value_class class)
{
	const struct value_kind *kind = &value_kinds[class];

	return kind->bits ? 0 : choice_value(kind, 0);
}

bool value_valid(enum value_class class, __u64 value)
{
	const struct value_kind *kind = &value_kinds[class];
	unsigned int i;

	if (!kind->closed)
		return true;
	for (i = 0; i < kind->count; i++)
		if (choice_value(kind, i) == value)
			return true;
	return false;
}

/* ------------------------------------------------------------------------ */
/* Choosing                                                                 */
/* ------------------------------------------------------------------------ */

static __u64 choose_bits(const struct value_kind *kind, struct random *random)
{
	__u64 value = 0;

	while (random_one_in(random, 2))
		value |= choice_value(kind, random_below(random, kind->count));
	return value;
}

/* Returns a choice that is odd, or not odd; the default if there is none. */
static __u64 choose_one(const struct value_kind *kind, bool odd,
			struct random *random)
{
	__u64 value = choice_value(kind, 0);
	unsigned int i, found = 0;

	for (i = 0; i < kind->count; i++)
		if (kind->choices[i].odd == odd &&
		    random_one_in(random, ++found))
			value = choice_value(kind, i);
	return value;
}

__u64 value_choose(enum value_class class, struct random *random)
{
	const struct value_kind *kind = &value_kinds[class];

	if (kind->bits)
		return choose_bits(kind, random);
	return choose_one(kind, random_one_in(random, ODD_RARITY), random);
}

static __u64 odd_number(struct random *random)
{
	return odd_numbers[random_below(random, ARRAY_SIZE(odd_numbers))];
}

__u64 value_mutate(enum value_class class, __u64 value, struct random *random)
{
	const struct value_kind *kind = &value_kinds[class];

	if (kind->closed)
		return choose_one(kind, random_one_in(random, 4), random);
	switch (random_below(random, 8)) {
	case 0:
		return odd_number(random);
	case 1:
		return value ^ 1ULL << random_below(random, 64);
	case 2:
		return value + 1;
	case 3:
		return value - 1;
	default:
		return value_choose(class, random);
	}
}

/* ------------------------------------------------------------------------ */
/* Printing                                                                 */
/* ------------------------------------------------------------------------ */

static int print_number(__u64 value, char *text, size_t size)
{
	if (value < 10000)
		return snprintf(text, size, "%llu", value);
	if (-value <= 4096)
		return snprintf(text, size, "-%llu", -value);
	return snprintf(text, size, "0x%llx", value);
}

static int print_bits(const struct value_kind *kind, __u64 value, char *text,
		      size_t size)
{
	int length = 0;
	unsigned int i;

	for (i = 0; i < kind->count; i++) {
		if (!(value & choice_value(kind, i)))
			continue;
		value &= ~choice_value(kind, i);
		length += snprintf(text + length, size - length, "%s%s",
				   length ? "|" : "", kind->choices[i].token);
	}
	if (!value && length)
		return length;
	if (length)
		length += snprintf(text + length, size - length, "|");
	return length + print_number(value, text + length, size - length);
}

static bool is_soon(enum value_class class, __u64 value)
{
	return class == VALUE_DEADLINE && value >= VALUE_SOON &&
	       value - VALUE_SOON <= VALUE_SOON_MAX;
}

int value_print(enum value_class class, __u64 value, char *text, size_t size)
{
	const struct value_kind *kind = &value_kinds[class];
	unsigned int i;

	if (kind->bits)
		return print_bits(kind, value, text, size);
	if (class == VALUE_MODE)
		return snprintf(text, size, "0%llo", value);
	if (is_soon(class, value))
		return snprintf(text, size, "now+%llu", value - VALUE_SOON);
	for (i = 0; i < kind->count; i++)
		if (kind->choices[i].token && choice_value(kind, i) == value)
			return snprintf(text, size, "%s",
					kind->choices[i].token);
	return print_number(value, text, size);
}

/* ------------------------------------------------------------------------ */
/* Parsing                                                                  */
/* ------------------------------------------------------------------------ */

static bool parse_number(const char *text, __u64 *value)
{
	bool negative = *text == '-';
	char *end;

	text += negative;
	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	*value = strtoull(text, &end, 0);
	if (negative)
		*value = -*value;
	return !errno && !*end;
}

static bool parse_token(const struct value_kind *kind, const char *text,
			__u64 *value)
{
	unsigned int i;

	for (i = 0; i < kind->count; i++) {
		const char *token = kind->choices[i].token;

		if (token && !strcmp(token, text)) {
			*value = choice_value(kind, i);
			return true;
		}
	}
	return parse_number(text, value);
}

static bool parse_bits(const struct value_kind *kind, const char *text,
		       __u64 *value)
{
	char one[32];
	__u64 bits;

	*value = 0;
	for (;;) {
		size_t length = strcspn(text, "|");

		if (length >= sizeof(one))
			return false;
		memcpy(one, text, length);
		one[length] = '\0';
		if (!parse_token(kind, one, &bits))
			return false;
		*value |= bits;
		if (!text[length])
			return true;
		text += length + 1;
	}
}

static bool parse_soon(const char *text, __u64 *value)
{
	__u64 microseconds;

	if (strncmp(text, "now+", 4) || !parse_number(text + 4, &microseconds) ||
	    microseconds > VALUE_SOON_MAX)
		return false;
	*value = VALUE_SOON + microseconds;
	return true;
}

bool value_parse(enum value_class class, const char *text, __u64 *value)
{
	const struct value_kind *kind = &value_kinds[class];

	if (kind->bits)
		return parse_bits(kind, text, value);
	if (class == VALUE_DEADLINE && parse_soon(text, value))
		return true;
	return parse_token(kind, text, value) && value_valid(class, *value);
}
