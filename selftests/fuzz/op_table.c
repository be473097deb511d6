// SPDX-License-Identifier: GPL-2.0-only
/*
 * The operations that programs consist of. Those that are ioctls come from the
 * table in ../include/kipc_abi_defs.h: one for each verb, and one for each type
 * that CREATE creates. The others are listed here.
 */
#include <errno.h>
#include <stddef.h>

#include <linux/kipc.h>

#include "array.h"
#include "kipc_abi.h"
#include "op.h"
#include "perform.h"

#define ARG(text, kind)		{ .name = (text), .class = VALUE_##kind }

/*
 * Fields have 4 or 8 bytes. Of a longer field, which only INFO has, the fuzzer
 * fills the first 8.
 */
#define WIDTH(bytes)		((bytes) == 4 ? 4 : 8)

#define FIELD_ARG(text, at, bytes, kind) { \
	.name = (text), \
	.class = VALUE_##kind, \
	.width = WIDTH(bytes), \
	.offset = (at), \
},

/* Arguments for the fields of each structure, ended by one without a name */
#define ABI_STRUCTURE(name, ...) \
static const struct op_arg args_of_##name[] __attribute__((unused)) = {
#define FIELD(field, at, bytes, kind, ...) FIELD_ARG(#field, at, bytes, kind)
#define OUTPUT(field, at, bytes) FIELD_ARG(#field, at, bytes, ZERO)
#define RESERVED OUTPUT
#define ABI_STRUCTURE_END() \
	{} \
};

#include "kipc_abi_defs.h"

/* The same for the attributes of each type */
#define ATTRIBUTES_AT	offsetof(struct kipc_create_args, attributes)
#define ABI_TYPE(name, ...) \
static const struct op_arg attributes_of_##name[] = {
#define ATTRIBUTE(part, field, at, bytes, kind) \
	FIELD_ARG(#field, ATTRIBUTES_AT + (at), bytes, kind)
#define UNUSED(index) \
	FIELD_ARG("reserved" #index, ATTRIBUTES_AT + 8 * (index), 8, ZERO)
#define ABI_TYPE_END() \
	{} \
};

#include "kipc_abi_defs.h"

const struct op_kind op_kinds[] = {
#define ABI_TYPE(text, ID, number, known, chance) \
	{ \
		.name = "create_" #text, \
		.weight = (chance), \
		.type = KIPC_##ID, \
		.flags = (known), \
		.makes = true, \
		.device = true, \
		.command = KIPC_CREATE, \
		.size = sizeof(struct kipc_create_args), \
		.fields = args_of_kipc_create_args, \
		.attributes = attributes_of_##text, \
		.perform = perform_ioctl, \
		.args = { ARG("into", INTO) }, \
	},
#include "kipc_abi_defs.h"

#define TYPE_OF(file) \
	(KIPC_ABI_##file < KIPC_ABI_TYPES_END ? KIPC_ABI_##file : 0)
#define ABI_VERB_OF_TYPES(...)
#define ABI_VERB(text, COMMAND, number, structure, file, access, known, \
		 result, chance) \
	{ \
		.name = #text, \
		.weight = (chance), \
		.type = TYPE_OF(file), \
		.flags = (known), \
		.makes = (result) == KIPC_ABI_DESCRIPTOR, \
		.device = KIPC_ABI_##file == KIPC_ABI_DEVICE, \
		.command = KIPC_##COMMAND, \
		.size = sizeof(struct structure), \
		.fields = args_of_##structure, \
		.perform = perform_ioctl, \
		.args = { \
			[0] = { \
				.name = (result) == KIPC_ABI_DESCRIPTOR ? \
					"into" : NULL, \
				.class = VALUE_INTO, \
			}, \
		}, \
	},
#include "kipc_abi_defs.h"

	{
		/* Any command on any descriptor, with zeros after the size */
		.name = "command",
		.weight = 2,
		.perform = perform_command,
		.args = {
			ARG("fd", FD), ARG("at", PLACE),
			ARG("number", COMMAND), ARG("size", ENTRY_SIZE),
		},
	}, {
		.name = "read",
		.weight = 6,
		.perform = perform_read,
		.args = {
			ARG("fd", FD), ARG("at", PLACE), ARG("length", LENGTH),
			ARG("flags", READ_FLAGS), ARG("split", SWITCH),
		},
	}, {
		.name = "write",
		.weight = 6,
		.perform = perform_write,
		.args = {
			ARG("fd", FD), ARG("at", PLACE), ARG("length", LENGTH),
			ARG("flags", READ_FLAGS), ARG("split", SWITCH),
			ARG("value", COUNT),
		},
	}, {
		.name = "poll",
		.weight = 5,
		.perform = perform_poll,
		.args = {
			ARG("fd", FD), ARG("events", EVENTS),
			ARG("timeout", MILLISECONDS),
		},
	}, {
		.name = "epoll",
		.weight = 2,
		.makes = true,
		.perform = perform_epoll,
		.args = { ARG("into", INTO) },
	}, {
		/* "epoll" watches "fd" */
		.name = "epoll_control",
		.weight = 4,
		.perform = perform_epoll_control,
		.args = {
			ARG("fd", FD), ARG("epoll", INTO), ARG("how", CONTROL),
			ARG("events", EVENTS),
		},
	}, {
		.name = "epoll_wait",
		.weight = 3,
		.perform = perform_epoll_wait,
		.args = { ARG("epoll", INTO), ARG("timeout", MILLISECONDS) },
	}, {
		.name = "dup",
		.weight = 3,
		.makes = true,
		.perform = perform_dup,
		.args = { ARG("fd", FD), ARG("into", INTO) },
	}, {
		.name = "close",
		.weight = 6,
		.perform = perform_close,
		.args = { ARG("fd", INTO) },
	}, {
		.name = "status",
		.weight = 2,
		.perform = perform_status,
		.args = { ARG("fd", FD), ARG("flags", STATUS_FLAGS) },
	}, {
		.name = "fdinfo",
		.weight = 2,
		.perform = perform_fdinfo,
		.args = { ARG("fd", FD) },
	}, {
		.name = "stat",
		.weight = 1,
		.perform = perform_stat,
		.args = { ARG("fd", FD) },
	}, {
		/* Without any access it is opened with O_PATH. */
		.name = "reopen",
		.weight = 4,
		.makes = true,
		.perform = perform_reopen,
		.args = {
			ARG("fd", FD), ARG("into", INTO), ARG("access", ACCESS),
			ARG("flags", STATUS_FLAGS),
		},
	}, {
		.name = "change_mode",
		.weight = 2,
		.perform = perform_change_mode,
		.args = { ARG("fd", FD), ARG("mode", MODE) },
	}, {
		.name = "change_owner",
		.weight = 1,
		.perform = perform_change_owner,
		.args = { ARG("fd", FD), ARG("user", USER) },
	}, {
		.name = "pass",
		.weight = 2,
		.perform = perform_pass,
		.args = { ARG("fd", FD) },
	}, {
		.name = "take",
		.weight = 2,
		.makes = true,
		.perform = perform_take,
		.args = { ARG("into", INTO) },
	}, {
		/* Sets RLIMIT_NOFILE, "more" above the descriptors in use */
		.name = "files",
		.weight = 1,
		.perform = perform_files,
		.args = { ARG("more", FILES) },
	}, {
		/* With "data" it maps the bytes of a region, not its words. */
		.name = "map",
		.weight = 8,
		.perform = perform_map,
		.args = {
			ARG("fd", FD), ARG("map", MAP),
			ARG("protection", PROTECTION), ARG("flags", MAP_FLAGS),
			ARG("page", PAGE), ARG("more", PAGE),
			ARG("data", SWITCH),
		},
	}, {
		.name = "unmap",
		.weight = 3,
		.perform = perform_unmap,
		.args = {
			ARG("map", MAP), ARG("page", PAGE), ARG("more", PAGE),
		},
	}, {
		.name = "protect",
		.weight = 2,
		.perform = perform_protect,
		.args = { ARG("map", MAP), ARG("protection", PROTECTION) },
	}, {
		.name = "remap",
		.weight = 2,
		.perform = perform_remap,
		.args = {
			ARG("map", MAP), ARG("more", PAGE), ARG("move", SWITCH),
		},
	}, {
		.name = "advise",
		.weight = 3,
		.perform = perform_advise,
		.args = { ARG("map", MAP), ARG("how", ADVICE) },
	}, {
		.name = "lock",
		.weight = 1,
		.perform = perform_lock,
		.args = { ARG("map", MAP), ARG("on", SWITCH) },
	}, {
		.name = "scribble",
		.weight = 12,
		.perform = perform_scribble,
		.args = {
			ARG("map", MAP), ARG("byte", LENGTH),
			ARG("how", CHANGE), ARG("value", SCRIBBLE),
		},
	}, {
		.name = "futex",
		.weight = 1,
		.perform = perform_futex,
		.args = { ARG("map", MAP), ARG("wait", SWITCH) },
	}, {
		/* process_vm_readv() and process_vm_writev() of a mapping */
		.name = "copy",
		.weight = 1,
		.perform = perform_copy,
		.args = {
			ARG("map", MAP), ARG("write", SWITCH),
			ARG("length", LENGTH),
		},
	}, {
		.name = "fork",
		.weight = 7,
		.perform = perform_fork,
		.args = { ARG("worker", NEW_WORKER) },
	}, {
		.name = "start_thread",
		.weight = 7,
		.perform = perform_start_thread,
		.args = { ARG("worker", NEW_WORKER) },
	}, {
		.name = "exit",
		.weight = 2,
		.perform = perform_exit,
		.args = { ARG("group", SWITCH) },
	}, {
		.name = "exec",
		.weight = 1,
		.perform = perform_exec,
	}, {
		.name = "signal",
		.weight = 8,
		.dispatched = true,
		.perform = perform_signal,
		.args = { ARG("worker", WORKER), ARG("number", SIGNAL) },
	}, {
		.name = "handle",
		.weight = 3,
		.perform = perform_handle,
		.args = { ARG("how", HANDLER) },
	}, {
		.name = "become",
		.weight = 2,
		.perform = perform_become,
		.args = { ARG("user", USER) },
	}, {
		.name = "unshare",
		.weight = 1,
		.perform = perform_unshare,
		.args = { ARG("what", NAMESPACES) },
	}, {
		.name = "schedule",
		.weight = 2,
		.perform = perform_schedule,
		.args = { ARG("policy", POLICY), ARG("priority", COUNT) },
	}, {
		.name = "sleep",
		.weight = 2,
		.perform = perform_sleep,
		.args = { ARG("microseconds", MICROSECONDS) },
	},
};

const unsigned int op_kind_count = ARRAY_SIZE(op_kinds);
