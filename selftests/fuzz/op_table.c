// SPDX-License-Identifier: GPL-2.0-only
/*
 * Everything that a program can do. A new ioctl is one entry, with the kind of value
 * that each field of its structure takes; a new type of object is the entry that
 * creates it and its number in value_table.c. What check-description finds here
 * and in dev_kipc.txt is all of the header.
 */
#include <stddef.h>

#include <linux/kipc.h>

#include "array.h"
#include "op.h"
#include "perform.h"

#define ARG(text, kind)		{ .name = (text), .class = VALUE_##kind }

#define FIELD(structure, field, text, kind) { \
	.name = (text), \
	.class = VALUE_##kind, \
	.width = sizeof(((struct structure){}).field), \
	.offset = offsetof(struct structure, field), \
}

#define CREATE(field, kind)	FIELD(kipc_create_args, field, #field, kind)
#define ATTRIBUTE(type, field, kind) \
	FIELD(kipc_create_args, attributes.type.field, #field, kind)
#define OPEN(field, kind)	FIELD(kipc_open_args, field, #field, kind)
#define UNLINK(field, kind)	FIELD(kipc_unlink_args, field, #field, kind)
#define LIST(field, kind)	FIELD(kipc_list_args, field, #field, kind)
#define INFO(field, kind)	FIELD(kipc_info_args, field, #field, kind)
#define POST(field, kind) \
	FIELD(kipc_semaphore_post_args, field, #field, kind)
#define WAIT(field, kind) \
	FIELD(kipc_semaphore_wait_args, field, #field, kind)
#define VALUE(field, kind) \
	FIELD(kipc_semaphore_value_args, field, #field, kind)
#define POST_WAIT(field, kind) \
	FIELD(kipc_semaphore_post_wait_args, field, #field, kind)
#define ARRIVE(field, kind)	FIELD(kipc_barrier_wait_args, field, #field, kind)
#define BARRIER(field, kind)	FIELD(kipc_barrier_args, field, #field, kind)
#define STATE(field, kind)	FIELD(kipc_barrier_state_args, field, #field, kind)
#define SEND(field, kind)	FIELD(kipc_mailbox_send_args, field, #field, kind)
#define RECEIVE(field, kind) \
	FIELD(kipc_mailbox_receive_args, field, #field, kind)
#define MAILBOX(field, kind) \
	FIELD(kipc_mailbox_state_args, field, #field, kind)
#define WATCH(field, kind)	FIELD(kipc_watch_args, field, #field, kind)
#define THREAD(field, kind)	FIELD(kipc_thread_args, field, #field, kind)
#define LOCK(field, kind)	FIELD(kipc_mutex_lock_args, field, #field, kind)
#define MUTEX(field, kind)	FIELD(kipc_mutex_args, field, #field, kind)
#define OWNER(field, kind) \
	FIELD(kipc_mutex_state_args, field, #field, kind)

#define SEAL(field, kind)	FIELD(kipc_region_seal_args, field, #field, kind)
#define REGION(field, kind) \
	FIELD(kipc_region_state_args, field, #field, kind)

#define CREATE_REST(index) \
	FIELD(kipc_create_args, attributes.reserved[index], \
	      "reserved" #index, ZERO)

#define FLAGS_OF_CREATE	(KIPC_EXCLUSIVE | KIPC_PERSIST | KIPC_SEALED)
#define FLAGS_OF_MUTEX	(KIPC_RECURSIVE | KIPC_FAIR | KIPC_SPIN | KIPC_DETECT)
#define FLAGS_OF_WAIT	(KIPC_TRY | KIPC_REALTIME)

const struct op_kind op_kinds[] = {
	{
		.name = "create_semaphore",
		.weight = 8,
		.type = KIPC_SEMAPHORE,
		.flags = FLAGS_OF_CREATE | KIPC_PACKED | KIPC_UNDO | KIPC_FAIR,
		.makes = true,
		.device = true,
		.command = KIPC_CREATE,
		.size = sizeof(struct kipc_create_args),
		.perform = perform_ioctl,
		.args = {
			CREATE(flags, CREATE_FLAGS), CREATE(type, TYPE),
			CREATE(elements, ELEMENTS), CREATE(name, NAME),
			CREATE(name_length, NAME_LENGTH), CREATE(mode, MODE),
			CREATE(access, ACCESS), CREATE(reserved, ZERO),
			CREATE(info, ANSWER),
			ATTRIBUTE(semaphore, initial, UNITS),
			ATTRIBUTE(semaphore, max, MAXIMUM),
			CREATE_REST(1), CREATE_REST(2), CREATE_REST(3),
			ARG("into", INTO),
		},
	}, {
		.name = "create_barrier",
		.weight = 6,
		.type = KIPC_BARRIER,
		.flags = FLAGS_OF_CREATE | KIPC_DROP | KIPC_NO_MEMBERS,
		.makes = true,
		.device = true,
		.command = KIPC_CREATE,
		.size = sizeof(struct kipc_create_args),
		.perform = perform_ioctl,
		.args = {
			CREATE(flags, CREATE_FLAGS), CREATE(type, TYPE),
			CREATE(elements, ELEMENTS), CREATE(name, NAME),
			CREATE(name_length, NAME_LENGTH), CREATE(mode, MODE),
			CREATE(access, ACCESS), CREATE(reserved, ZERO),
			CREATE(info, ANSWER),
			ATTRIBUTE(barrier, parties, PARTIES),
			CREATE_REST(1), CREATE_REST(2), CREATE_REST(3),
			ARG("into", INTO),
		},
	}, {
		.name = "create_mailbox",
		.weight = 8,
		.type = KIPC_MAILBOX,
		.flags = FLAGS_OF_CREATE | KIPC_FAIR,
		.makes = true,
		.device = true,
		.command = KIPC_CREATE,
		.size = sizeof(struct kipc_create_args),
		.perform = perform_ioctl,
		.args = {
			CREATE(flags, CREATE_FLAGS), CREATE(type, TYPE),
			CREATE(elements, ELEMENTS), CREATE(name, NAME),
			CREATE(name_length, NAME_LENGTH), CREATE(mode, MODE),
			CREATE(access, ACCESS), CREATE(reserved, ZERO),
			CREATE(info, ANSWER),
			ATTRIBUTE(mailbox, message_size, MESSAGE_SIZE),
			ATTRIBUTE(mailbox, messages, MESSAGES),
			ATTRIBUTE(mailbox, bytes, BYTES),
			CREATE_REST(2), CREATE_REST(3),
			ARG("into", INTO),
		},
	}, {
		.name = "create_mutex",
		.weight = 8,
		.type = KIPC_MUTEX,
		.flags = FLAGS_OF_CREATE | KIPC_PACKED | FLAGS_OF_MUTEX,
		.makes = true,
		.device = true,
		.command = KIPC_CREATE,
		.size = sizeof(struct kipc_create_args),
		.perform = perform_ioctl,
		.args = {
			CREATE(flags, CREATE_FLAGS), CREATE(type, TYPE),
			CREATE(elements, ELEMENTS), CREATE(name, NAME),
			CREATE(name_length, NAME_LENGTH), CREATE(mode, MODE),
			CREATE(access, ACCESS), CREATE(reserved, ZERO),
			CREATE(info, ANSWER),
			CREATE_REST(0), CREATE_REST(1), CREATE_REST(2),
			CREATE_REST(3), ARG("into", INTO),
		},
	}, {
		.name = "create_region",
		.weight = 8,
		.type = KIPC_REGION,
		.flags = FLAGS_OF_CREATE | KIPC_PACKED | FLAGS_OF_MUTEX,
		.makes = true,
		.device = true,
		.command = KIPC_CREATE,
		.size = sizeof(struct kipc_create_args),
		.perform = perform_ioctl,
		.args = {
			CREATE(flags, CREATE_FLAGS), CREATE(type, TYPE),
			CREATE(elements, ELEMENTS), CREATE(name, NAME),
			CREATE(name_length, NAME_LENGTH), CREATE(mode, MODE),
			CREATE(access, ACCESS), CREATE(reserved, ZERO),
			CREATE(info, ANSWER),
			ATTRIBUTE(region, bytes, REGION_BYTES),
			CREATE_REST(1), CREATE_REST(2), CREATE_REST(3),
			ARG("into", INTO),
		},
	}, {
		.name = "open",
		.weight = 6,
		.makes = true,
		.device = true,
		.command = KIPC_OPEN,
		.size = sizeof(struct kipc_open_args),
		.perform = perform_ioctl,
		.args = {
			OPEN(flags, ACCESS), OPEN(type, TYPE),
			OPEN(name_length, NAME_LENGTH), OPEN(name, NAME),
			OPEN(info, ANSWER), ARG("into", INTO),
		},
	}, {
		.name = "unlink",
		.weight = 4,
		.device = true,
		.command = KIPC_UNLINK,
		.size = sizeof(struct kipc_unlink_args),
		.perform = perform_ioctl,
		.args = {
			UNLINK(flags, ZERO), UNLINK(reserved, ZERO),
			UNLINK(name_length, NAME_LENGTH), UNLINK(name, NAME),
		},
	}, {
		.name = "list",
		.weight = 4,
		.device = true,
		.command = KIPC_LIST,
		.size = sizeof(struct kipc_list_args),
		.perform = perform_ioctl,
		.args = {
			LIST(flags, ZERO), LIST(count, LIST_COUNT),
			LIST(entry_size, ENTRY_SIZE), LIST(entries, PLACE),
			LIST(cursor, CURSOR),
		},
	}, {
		.name = "info",
		.weight = 3,
		.command = KIPC_INFO,
		.size = sizeof(struct kipc_info_args),
		.perform = perform_ioctl,
		.args = {
			INFO(flags, ZERO), INFO(type, ZERO),
			INFO(created, ZERO), INFO(elements, ZERO),
			INFO(stride, ZERO), INFO(map_size, ZERO),
			INFO(uid, ZERO), INFO(gid, ZERO), INFO(mode, ZERO),
			INFO(access, ZERO), INFO(attributes.reserved[0], ZERO),
			INFO(attachment, ZERO), INFO(reserved, ZERO),
			INFO(inode, ZERO),
		},
	}, {
		/* fd is what is watched; what it makes is no object */
		.name = "watch",
		.weight = 4,
		.makes = true,
		.command = KIPC_WATCH,
		.size = sizeof(struct kipc_watch_args),
		.perform = perform_ioctl,
		.args = { WATCH(flags, ZERO), ARG("into", INTO) },
	}, {
		.name = "thread_number",
		.weight = 3,
		.command = KIPC_THREAD,
		.size = sizeof(struct kipc_thread_args),
		.perform = perform_ioctl,
		.args = {
			THREAD(flags, ZERO), THREAD(thread, ZERO),
			THREAD(attachment, ZERO), THREAD(reserved, ZERO),
		},
	}, {
		.name = "semaphore_post",
		.weight = 12,
		.type = KIPC_SEMAPHORE,
		.command = KIPC_SEMAPHORE_POST,
		.size = sizeof(struct kipc_semaphore_post_args),
		.perform = perform_ioctl,
		.args = {
			POST(flags, ZERO), POST(element, ELEMENT),
			POST(count, COUNT),
		},
	}, {
		.name = "semaphore_wait",
		.weight = 14,
		.type = KIPC_SEMAPHORE,
		.flags = FLAGS_OF_WAIT,
		.command = KIPC_SEMAPHORE_WAIT,
		.size = sizeof(struct kipc_semaphore_wait_args),
		.perform = perform_ioctl,
		.args = {
			WAIT(flags, WAIT_FLAGS), WAIT(element, ELEMENT),
			WAIT(count, COUNT), WAIT(deadline, DEADLINE),
		},
	}, {
		.name = "semaphore_value",
		.weight = 3,
		.type = KIPC_SEMAPHORE,
		.command = KIPC_SEMAPHORE_VALUE,
		.size = sizeof(struct kipc_semaphore_value_args),
		.perform = perform_ioctl,
		.args = {
			VALUE(flags, ZERO), VALUE(element, ELEMENT),
			VALUE(value, ZERO),
		},
	}, {
		/* A wait_fd of none, which is -1, means the same set. */
		.name = "semaphore_post_wait",
		.weight = 12,
		.type = KIPC_SEMAPHORE,
		.flags = FLAGS_OF_WAIT | KIPC_POSTED,
		.command = KIPC_SEMAPHORE_POST_WAIT,
		.size = sizeof(struct kipc_semaphore_post_wait_args),
		.perform = perform_ioctl,
		.args = {
			POST_WAIT(flags, WAIT_FLAGS),
			POST_WAIT(element, ELEMENT), POST_WAIT(count, COUNT),
			POST_WAIT(wait_fd, FD),
			POST_WAIT(wait_element, ELEMENT),
			POST_WAIT(wait_count, COUNT), POST_WAIT(reserved, ZERO),
			POST_WAIT(deadline, DEADLINE),
		},
	}, {
		.name = "barrier_wait",
		.weight = 14,
		.type = KIPC_BARRIER,
		.flags = FLAGS_OF_WAIT | KIPC_ARRIVED,
		.command = KIPC_BARRIER_WAIT,
		.size = sizeof(struct kipc_barrier_wait_args),
		.perform = perform_ioctl,
		.args = {
			ARRIVE(flags, WAIT_FLAGS), ARRIVE(element, ZERO),
			ARRIVE(reserved, ZERO), ARRIVE(word, WORD),
			ARRIVE(deadline, DEADLINE),
		},
	}, {
		.name = "barrier_abort",
		.weight = 4,
		.type = KIPC_BARRIER,
		.command = KIPC_BARRIER_ABORT,
		.size = sizeof(struct kipc_barrier_args),
		.perform = perform_ioctl,
		.args = {
			BARRIER(flags, ZERO), BARRIER(element, ZERO),
			BARRIER(reserved, ZERO),
		},
	}, {
		.name = "barrier_reset",
		.weight = 5,
		.type = KIPC_BARRIER,
		.command = KIPC_BARRIER_RESET,
		.size = sizeof(struct kipc_barrier_args),
		.perform = perform_ioctl,
		.args = {
			BARRIER(flags, ZERO), BARRIER(element, ZERO),
			BARRIER(reserved, ZERO),
		},
	}, {
		.name = "barrier_join",
		.weight = 5,
		.type = KIPC_BARRIER,
		.command = KIPC_BARRIER_JOIN,
		.size = sizeof(struct kipc_barrier_args),
		.perform = perform_ioctl,
		.args = {
			BARRIER(flags, ZERO), BARRIER(element, ZERO),
			BARRIER(reserved, ZERO),
		},
	}, {
		.name = "barrier_leave",
		.weight = 5,
		.type = KIPC_BARRIER,
		.command = KIPC_BARRIER_LEAVE,
		.size = sizeof(struct kipc_barrier_args),
		.perform = perform_ioctl,
		.args = {
			BARRIER(flags, ZERO), BARRIER(element, ZERO),
			BARRIER(reserved, ZERO),
		},
	}, {
		.name = "barrier_state",
		.weight = 3,
		.type = KIPC_BARRIER,
		.command = KIPC_BARRIER_STATE,
		.size = sizeof(struct kipc_barrier_state_args),
		.perform = perform_ioctl,
		.args = {
			STATE(flags, ZERO), STATE(element, ZERO),
			STATE(parties, ZERO), STATE(arrived, ZERO),
			STATE(generation, ZERO), STATE(broken, ZERO),
			STATE(waiters, ZERO), STATE(members, ZERO),
			STATE(reserved, ZERO),
		},
	}, {
		.name = "mailbox_send",
		.weight = 14,
		.type = KIPC_MAILBOX,
		.flags = FLAGS_OF_WAIT,
		.command = KIPC_MAILBOX_SEND,
		.size = sizeof(struct kipc_mailbox_send_args),
		.perform = perform_ioctl,
		.args = {
			SEND(flags, WAIT_FLAGS), SEND(element, ZERO),
			SEND(priority, PRIORITY), SEND(data, PLACE),
			SEND(length, LENGTH), SEND(reserved, ZERO),
			SEND(deadline, DEADLINE),
		},
	}, {
		.name = "mailbox_receive",
		.weight = 14,
		.type = KIPC_MAILBOX,
		.flags = FLAGS_OF_WAIT | KIPC_PEEK,
		.command = KIPC_MAILBOX_RECEIVE,
		.size = sizeof(struct kipc_mailbox_receive_args),
		.perform = perform_ioctl,
		.args = {
			RECEIVE(flags, WAIT_FLAGS), RECEIVE(element, ZERO),
			RECEIVE(priority, ZERO), RECEIVE(data, PLACE),
			RECEIVE(capacity, LENGTH), RECEIVE(length, ZERO),
			RECEIVE(deadline, DEADLINE), RECEIVE(pid, ZERO),
			RECEIVE(uid, ZERO), RECEIVE(gid, ZERO),
			RECEIVE(reserved, ZERO),
		},
	}, {
		.name = "mailbox_state",
		.weight = 3,
		.type = KIPC_MAILBOX,
		.command = KIPC_MAILBOX_STATE,
		.size = sizeof(struct kipc_mailbox_state_args),
		.perform = perform_ioctl,
		.args = {
			MAILBOX(flags, ZERO), MAILBOX(element, ZERO),
			MAILBOX(messages, ZERO), MAILBOX(bytes, ZERO),
			MAILBOX(senders, ZERO), MAILBOX(receivers, ZERO),
		},
	}, {
		.name = "mutex_lock",
		.weight = 14,
		.type = KIPC_MUTEX,
		.flags = FLAGS_OF_WAIT,
		.command = KIPC_MUTEX_LOCK,
		.size = sizeof(struct kipc_mutex_lock_args),
		.perform = perform_ioctl,
		.args = {
			LOCK(flags, WAIT_FLAGS), LOCK(element, ELEMENT),
			LOCK(attachment, ATTACHMENT), LOCK(deadline, DEADLINE),
		},
	}, {
		.name = "mutex_unlock",
		.weight = 10,
		.type = KIPC_MUTEX,
		.command = KIPC_MUTEX_UNLOCK,
		.size = sizeof(struct kipc_mutex_args),
		.perform = perform_ioctl,
		.args = {
			MUTEX(flags, ZERO), MUTEX(element, ELEMENT),
			MUTEX(attachment, ATTACHMENT),
		},
	}, {
		.name = "mutex_consistent",
		.weight = 4,
		.type = KIPC_MUTEX,
		.command = KIPC_MUTEX_CONSISTENT,
		.size = sizeof(struct kipc_mutex_args),
		.perform = perform_ioctl,
		.args = {
			MUTEX(flags, ZERO), MUTEX(element, ELEMENT),
			MUTEX(attachment, ATTACHMENT),
		},
	}, {
		.name = "mutex_state",
		.weight = 3,
		.type = KIPC_MUTEX,
		.command = KIPC_MUTEX_STATE,
		.size = sizeof(struct kipc_mutex_state_args),
		.perform = perform_ioctl,
		.args = {
			OWNER(flags, ZERO), OWNER(element, ELEMENT),
			OWNER(owner, ZERO), OWNER(thread, ZERO),
			OWNER(depth, ZERO), OWNER(state, ZERO),
			OWNER(waiters, ZERO),
		},
	}, {
		.name = "region_seal",
		.weight = 4,
		.type = KIPC_REGION,
		.command = KIPC_REGION_SEAL,
		.size = sizeof(struct kipc_region_seal_args),
		.perform = perform_ioctl,
		.args = {
			SEAL(flags, ZERO), SEAL(seals, SEALS),
			SEAL(reserved, ZERO),
		},
	}, {
		.name = "region_state",
		.weight = 3,
		.type = KIPC_REGION,
		.command = KIPC_REGION_STATE,
		.size = sizeof(struct kipc_region_state_args),
		.perform = perform_ioctl,
		.args = {
			REGION(flags, ZERO), REGION(seals, ZERO),
			REGION(writers, ZERO), REGION(bytes, ZERO),
		},
	}, {
		/* Any command on any descriptor, with 256 bytes of zeros. */
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
		/* fd is what is watched, epoll the one that watches */
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
		/* without any access the path alone */
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
		/* RLIMIT_NOFILE: so many more than are open */
		.name = "files",
		.weight = 1,
		.perform = perform_files,
		.args = { ARG("more", FILES) },
	}, {
		/* data: the bytes of a region, not its words */
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
		.args = { ARG("map", MAP), ARG("page", PAGE), ARG("more", PAGE) },
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
		.args = { ARG("actor", NEW_ACTOR) },
	}, {
		.name = "thread",
		.weight = 7,
		.perform = perform_thread,
		.args = { ARG("actor", NEW_ACTOR) },
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
		.args = { ARG("actor", ACTOR), ARG("number", SIGNAL) },
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
