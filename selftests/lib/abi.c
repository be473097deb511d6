// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>

#include <linux/ioctl.h>

#include "kipc_abi.h"
#include "kipc_layout.h"

#define BAD_COUNT(...)	(sizeof((__u32[]){ __VA_ARGS__ }) / sizeof(__u32))

#define ABI_FIELD(text, at, bytes, is_written, value, ...) { \
	.name = (text), \
	.offset = (at), \
	.size = (bytes), \
	.written = (is_written), \
	.good = (value), \
	.bad = { __VA_ARGS__ }, \
	.bad_count = BAD_COUNT(__VA_ARGS__), \
},

const struct kipc_abi_structure kipc_abi_structures[KIPC_ABI_STRUCTURES] = {
#define ABI_STRUCTURE(text, bytes, first_bytes) \
	[KIPC_ABI_##text] = { \
		.name = #text, \
		.size = (bytes), \
		.first_size = (first_bytes), \
		.fields = {
#define FIELD(field, at, bytes, class, ...) \
			ABI_FIELD(#field, at, bytes, false, __VA_ARGS__)
#define INOUT(field, at, bytes, class, ...) \
			ABI_FIELD(#field, at, bytes, true, __VA_ARGS__)
#define OUTPUT(field, at, bytes) \
			ABI_FIELD(#field, at, bytes, true, 0)
#define RESERVED(field, at, bytes) \
			ABI_FIELD(#field, at, bytes, false, 0, 1, 0x80000000)
#define PART(field, at, bytes, value) \
			ABI_FIELD(#field, at, bytes, false, value)
#define ABI_STRUCTURE_END() \
		}, \
	},
#include "kipc_abi_defs.h"
};

const struct kipc_abi_verb kipc_abi_verbs[KIPC_ABI_VERBS] = {
#define ABI_VERB(text, COMMAND, number, args, file, rights, known, result, \
		 weight) \
	[KIPC_ABI_VERB_##text] = { \
		.name = #text, \
		.command = KIPC_##COMMAND, \
		.structure = &kipc_abi_structures[KIPC_ABI_##args], \
		.on = KIPC_ABI_##file, \
		.access = (rights), \
		.flags = (known), \
		.returns = (result), \
	},
#include "kipc_abi_defs.h"
};

const struct kipc_abi_type kipc_abi_types[KIPC_ABI_TYPES_END] = {
#define ABI_TYPE(text, ID, number, known, weight) \
	[number] = { .name = #text, .flags = (known) },
#include "kipc_abi_defs.h"
};

bool kipc_abi_known(const struct kipc_abi_verb *verb, enum kipc_abi_file file)
{
	switch (verb->on) {
	case KIPC_ABI_ANY:
		return true;
	case KIPC_ABI_OBJECT:
		return file != KIPC_ABI_DEVICE;
	case KIPC_ABI_MUTEX:
		/* A region has mutexes, too. */
		return file == KIPC_ABI_MUTEX || file == KIPC_ABI_REGION;
	default:
		return file == verb->on;
	}
}

enum kipc_abi_file kipc_abi_file(const struct kipc_abi_verb *verb)
{
	switch (verb->on) {
	case KIPC_ABI_ANY:
		return KIPC_ABI_DEVICE;
	case KIPC_ABI_OBJECT:
		/* An object that can be watched: WATCH refuses semaphores. */
		return KIPC_ABI_MUTEX;
	default:
		return verb->on;
	}
}

bool kipc_abi_number_known(unsigned int number)
{
	unsigned int i;

	for (i = 0; i < KIPC_ABI_VERBS; i++)
		if (_IOC_NR(kipc_abi_verbs[i].command) == number)
			return true;
	return false;
}

bool kipc_abi_writes(const struct kipc_abi_structure *structure)
{
	const struct kipc_abi_field *field;

	for (field = structure->fields; field->size; field++)
		if (field->written)
			return true;
	return false;
}
