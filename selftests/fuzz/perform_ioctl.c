// SPDX-License-Identifier: GPL-2.0-only
/* Performs every ioctl of the module, as its kind in op_table.c states. */
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>

#include <linux/kipc.h>

#include "worker.h"
#include "arena.h"
#include "futex.h"
#include "perform.h"

#define STRUCT_MAX	8192	/* longer than any structure that is tried */

struct text {
	const char *at;
	unsigned int length;
};

static char long_name[KIPC_NAME_MAX + 2];

static struct text name_text(enum name name)
{
	static const struct text texts[] = {
		[NAME_A] = { "a", 1 },
		[NAME_B] = { "b.with-more_to.it", 17 },
		[NAME_C] = { "c c\n", 4 },
		[NAME_SLASH] = { "a/b", 3 },
		[NAME_NUL] = { "a\0b", 3 },
	};

	memset(long_name, 'x', sizeof(long_name));
	switch (name) {
	case NAME_LONG:
		return (struct text){ long_name, KIPC_NAME_MAX };
	case NAME_TOO_LONG:
		return (struct text){ long_name, KIPC_NAME_MAX + 1 };
	case NAME_A ... NAME_C:
	case NAME_SLASH:
	case NAME_NUL:
		return texts[name];
	default:
		return (struct text){ "", 0 };
	}
}

static __u64 arg_of_class(const struct op_kind *kind, const __u64 *args,
			  enum value_class class)
{
	int i = op_find_class(kind, class);

	return i < 0 ? 0 : args[i];
}

static __u64 name_address(enum name name)
{
	struct text text = name_text(name);

	if (name == NAME_NONE)
		return 0;
	if (name == NAME_BAD)
		return (uintptr_t)arena_place(ARENA_DATA, PLACE_UNMAPPED, NULL,
					      1);
	return (uintptr_t)arena_place(ARENA_DATA, PLACE_GOOD, text.at,
				      text.length);
}

static __u64 deadline(__u64 value, __u64 flags)
{
	clockid_t clock = flags & KIPC_REALTIME ? CLOCK_REALTIME :
						  CLOCK_MONOTONIC;

	if (value < VALUE_SOON || value - VALUE_SOON > VALUE_SOON_MAX)
		return value;
	return now_ns(clock) + (value - VALUE_SOON) * 1000;
}

static long load_word(void *data)
{
	__u64 *word = data;

	*word = __atomic_load_n((__u64 *)here.maps[0].at, __ATOMIC_RELAXED);
	return 0;
}

static __u64 word(__u64 value)
{
	__u64 loaded = 0;

	if (value != VALUE_MAPPED)
		return value;
	if (here.maps[0].at)
		worker_try(load_word, &loaded);
	return loaded & ~KIPC_SLOW;
}

/* Returns the process's attachment to the object, 0 if it has none. */
static __u64 attachment(__u64 value, int fd)
{
	struct kipc_info_args info = { .size = sizeof(info) };

	if (value != VALUE_OWN)
		return value;
	return ioctl(fd, KIPC_INFO, &info) ? 0 : info.attachment;
}

static __u64 answer_address(__u64 value)
{
	const struct kipc_info_args info = { .size = sizeof(info) };

	if (value == ANSWER_NONE)
		return 0;
	return (uintptr_t)arena_place(ARENA_ANSWER, value, &info, sizeof(info));
}

/* Returns the value that an argument stands for. */
static __u64 field_value(const struct op_kind *kind, const __u64 *args,
			 unsigned int i)
{
	__u64 value = args[i];

	switch (op_arg(kind, i)->class) {
	case VALUE_FD:
		return process_fd(value);
	case VALUE_NAME:
		return name_address(value);
	case VALUE_NAME_LENGTH:
		if (value != VALUE_AUTO)
			return value;
		return name_text(arg_of_class(kind, args, VALUE_NAME)).length;
	case VALUE_PLACE:
		return (uintptr_t)arena_place(ARENA_DATA, value, NULL, 64);
	case VALUE_ANSWER:
		return answer_address(value);
	case VALUE_DEADLINE:
		return deadline(value,
				arg_of_class(kind, args, VALUE_WAIT_FLAGS));
	case VALUE_WORD:
		return word(value);
	case VALUE_ATTACHMENT:
		return attachment(value, process_fd(args[IOCTL_FD]));
	case VALUE_CURSOR:
		return value == VALUE_LAST ? here.cursor : value;
	default:
		return value;
	}
}

static void set_field(void *structure, const struct op_arg *field, __u64 value)
{
	/* x86 is little-endian: the low bytes of the value come first. */
	memcpy((char *)structure + field->offset, &value, field->width);
}

/*
 * Fills the structure. Returns the number of bytes that are filled: as many as
 * its size field states, but at least its real size and at most STRUCT_MAX.
 */
static size_t build(const struct op_kind *kind, const __u64 *args,
		    char *structure)
{
	__u32 size = kind->size + args[IOCTL_EXTRA];
	size_t used = size < STRUCT_MAX ? size : STRUCT_MAX;
	unsigned int i;

	if (used < kind->size)
		used = kind->size;
	memset(structure, 0, kind->size);
	memset(structure + kind->size, args[IOCTL_FILL], used - kind->size);
	for (i = IOCTL_FIELDS; i < op_arity(kind); i++)
		if (op_arg(kind, i)->width)
			set_field(structure, op_arg(kind, i),
				  field_value(kind, args, i));
	memcpy(structure, &size, sizeof(size));
	return used;
}

static int data_place(const struct op_kind *kind, const __u64 *args)
{
	unsigned int i;

	for (i = IOCTL_FIELDS; i < op_arity(kind); i++)
		if (op_arg(kind, i)->class == VALUE_PLACE)
			return args[i];
	return PLACE_GOOD;
}

static long load_cursor(void *data)
{
	here.cursor = ((struct kipc_list_args *)data)->cursor;
	return 0;
}

static long finish(const struct op_kind *kind, const __u64 *args, int ret,
		   void *argument)
{
	int into = op_find_class(kind, VALUE_INTO);

	if (kind->command == KIPC_LIST && ret > 0)
		worker_try(load_cursor, argument);
	if (kind->makes)
		return process_install(args[into], ret);
	return ret < 0 ? -errno : ret;
}

long perform_ioctl(const struct op_kind *kind, const __u64 *args)
{
	char structure[STRUCT_MAX];
	size_t used = build(kind, args, structure);
	void *argument = arena_place(ARENA_ARGS, args[IOCTL_AT], structure,
				     used);
	int ret = ioctl(process_fd(args[IOCTL_FD]), kind->command, argument);
	long result = finish(kind, args, ret, argument);

	arena_release(ARENA_ARGS, args[IOCTL_AT]);
	arena_release(ARENA_DATA, data_place(kind, args));
	arena_release(ARENA_ANSWER, arg_of_class(kind, args, VALUE_ANSWER));
	return result;
}

long perform_command(const struct op_kind *kind, const __u64 *args)
{
	__u32 words[64] = { args[3] };
	void *argument = arena_place(ARENA_ARGS, args[1], words,
				     sizeof(words));
	int ret = ioctl(process_fd(args[0]), args[2], argument);

	(void)kind;
	ret = ret < 0 ? -errno : ret;
	arena_release(ARENA_ARGS, args[1]);
	return ret;
}
