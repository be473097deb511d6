/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: the table of the ABI
 *
 * This file is the only place of the selftests that lists what <linux/kipc.h>
 * defines. It is included several times, each time with other definitions of
 * the macros below; a macro that the includer has not defined expands to
 * nothing.
 *
 *	kipc_layout.h		asserts every number, size and offset
 *	kipc_abi.h, lib/abi.c	make it data, for verb.c and device.c
 *	fuzz/op_table.c		makes an operation of each verb and each type
 *	fuzz/value_table.c	lists the types and the commands
 *	lib/check-abi		fails the build if this file lacks something
 *
 * How to enter a new verb
 *
 *  1. Write its structure as ABI_STRUCTURE() ... ABI_STRUCTURE_END(), unless it
 *     shares that of another verb. A structure that has grown gets its new size
 *     here, and keeps the size with which it was first published.
 *  2. Write one row ABI_VERB() below that.
 *  3. Describe the ioctl in fuzz/dev_kipc.txt for syzkaller. The program
 *     check-description says what is missing there.
 *
 * A new type is one ABI_TYPE() ... ABI_TYPE_END(), and a new constant is one
 * ABI_CONSTANT().
 *
 * ABI_TYPE(name, ID, number, flags, weight)
 *	KIPC_<ID> is @number. CREATE accepts @flags for it. The fuzzer calls its
 *	operation create_<name> and chooses it with @weight.
 *
 *	ATTRIBUTE(part, field, offset, size, class)
 *		One field of union kipc_attributes, at @offset in the union.
 *	UNUSED(index)
 *		Bytes of attributes.reserved[@index], which must be zero.
 *
 * ABI_STRUCTURE(name, size, first size)
 *	The fields must fill the structure: a field that is missing here fails
 *	the build.
 *
 *	SIZE(field, offset, size)
 *		The size of the structure, which the caller fills in.
 *	FIELD(field, offset, size, class, good, bad...)
 *		The kernel reads it. @class is what the fuzzer puts there, see
 *		enum value_class in fuzz/value.h. A call of the verb with the
 *		@good value of each field has the result that ABI_VERB() states.
 *		Each @bad value gets EINVAL if all other fields are good. A
 *		value that is known only to the running test is an enum
 *		kipc_abi_given.
 *	INOUT(field, offset, size, class, good, bad...)
 *		The same, and a successful call writes it.
 *	OUTPUT(field, offset, size)
 *		A successful call writes it, and the kernel does not read it.
 *	RESERVED(field, offset, size)
 *		It must be zero; anything else is EINVAL.
 *	ATTRIBUTES(field, offset, size)
 *		The union kipc_attributes of CREATE, see ABI_TYPE().
 *	PART(field, offset, size, good)
 *		A member of ATTRIBUTES() that the good call needs.
 *
 * ABI_VERB(name, COMMAND, number, structure,
 *	    on, access, flags, returns, weight)
 *	KIPC_<COMMAND> is _IO(KIPC_IOCTL, @number), and its argument points to a
 *	@structure.
 *	@on: DEVICE, the ID of a type, OBJECT (any object) or ANY (the device
 *	     and any object); MUTEX includes regions, which have mutexes too
 *	@access: KIPC_READ or KIPC_WRITE if the descriptor must be open for
 *		 that, or else gets EBADF; 0 if any descriptor will do
 *	@flags: bits that the field flags may have; any other one is EINVAL
 *	@returns: result of the good call: a number, a negative errno, or
 *		  KIPC_ABI_DESCRIPTOR. It must be the same each time the call
 *		  is repeated. A call that writes to its structure must change
 *		  nothing else.
 *	@weight: how often the fuzzer chooses it, compared with the others
 *
 * CREATE is ABI_VERB_OF_TYPES(), without a weight: the fuzzer has an operation for
 * each ABI_TYPE() instead.
 */
#ifndef ABI_TYPE
#define ABI_TYPE(...)
#endif
#ifndef ATTRIBUTE
#define ATTRIBUTE(...)
#endif
#ifndef UNUSED
#define UNUSED(...)
#endif
#ifndef ABI_TYPE_END
#define ABI_TYPE_END(...)
#endif
#ifndef ABI_STRUCTURE
#define ABI_STRUCTURE(...)
#endif
#ifndef SIZE
#define SIZE(...)
#endif
#ifndef FIELD
#define FIELD(...)
#endif
#ifndef INOUT
#define INOUT FIELD
#endif
#ifndef OUTPUT
#define OUTPUT(...)
#endif
#ifndef RESERVED
#define RESERVED(...)
#endif
#ifndef ATTRIBUTES
#define ATTRIBUTES(...)
#endif
#ifndef PART
#define PART(...)
#endif
#ifndef ABI_STRUCTURE_END
#define ABI_STRUCTURE_END(...)
#endif
#ifndef ABI_VERB
#define ABI_VERB(...)
#endif
#ifndef ABI_VERB_OF_TYPES
#define ABI_VERB_OF_TYPES ABI_VERB
#endif
#ifndef ABI_CONSTANT
#define ABI_CONSTANT(...)
#endif

/* Flags that several types, or several verbs, share. */
#define FLAGS_OF_CREATE	(KIPC_EXCLUSIVE | KIPC_PERSIST | KIPC_SEALED)
#define FLAGS_OF_MUTEX	(KIPC_RECURSIVE | KIPC_FAIR | KIPC_SPIN | KIPC_DETECT)
#define FLAGS_OF_WAIT	(KIPC_TRY | KIPC_REALTIME)

/* ------------------------------------------------------------------------ */
/* Types                                                                    */
/* ------------------------------------------------------------------------ */

ABI_TYPE(semaphore, SEMAPHORE, 1,
	 FLAGS_OF_CREATE | KIPC_PACKED | KIPC_UNDO | KIPC_FAIR, 8)
	ATTRIBUTE(semaphore, initial, 0, 4, UNITS)
	ATTRIBUTE(semaphore, max, 4, 4, MAXIMUM)
	UNUSED(1) UNUSED(2) UNUSED(3)
ABI_TYPE_END()

ABI_TYPE(barrier, BARRIER, 2,
	 FLAGS_OF_CREATE | KIPC_DROP | KIPC_NO_MEMBERS, 6)
	ATTRIBUTE(barrier, parties, 0, 4, PARTIES)
	UNUSED(1) UNUSED(2) UNUSED(3)
ABI_TYPE_END()

ABI_TYPE(mailbox, MAILBOX, 3,
	 FLAGS_OF_CREATE | KIPC_FAIR, 8)
	ATTRIBUTE(mailbox, message_size, 0, 4, MESSAGE_SIZE)
	ATTRIBUTE(mailbox, messages, 4, 4, MESSAGES)
	ATTRIBUTE(mailbox, bytes, 8, 8, BYTES)
	UNUSED(2) UNUSED(3)
ABI_TYPE_END()

ABI_TYPE(mutex, MUTEX, 4,
	 FLAGS_OF_CREATE | KIPC_PACKED | FLAGS_OF_MUTEX, 8)
	UNUSED(0) UNUSED(1) UNUSED(2) UNUSED(3)
ABI_TYPE_END()

ABI_TYPE(region, REGION, 5,
	 FLAGS_OF_CREATE | KIPC_PACKED | FLAGS_OF_MUTEX, 8)
	ATTRIBUTE(region, bytes, 0, 8, REGION_BYTES)
	UNUSED(1) UNUSED(2) UNUSED(3)
ABI_TYPE_END()

/* Rings do not accept KIPC_SEALED: the participants change them. */
ABI_TYPE(ring, RING, 6, KIPC_EXCLUSIVE | KIPC_PERSIST, 8)
	ATTRIBUTE(ring, message_size, 0, 4, MESSAGE_SIZE)
	ATTRIBUTE(ring, slots, 4, 4, RING_SLOTS)
	ATTRIBUTE(ring, lanes, 8, 4, RING_LANES)
	ATTRIBUTE(ring, loans, 12, 4, RING_LOANS)
	UNUSED(2) UNUSED(3)
ABI_TYPE_END()

/* ------------------------------------------------------------------------ */
/* Verbs of the device                                                      */
/* ------------------------------------------------------------------------ */

/*
 * The good call creates an anonymous semaphore. object.c tests the flags that
 * need a name or another type.
 */
ABI_STRUCTURE(kipc_create_args, 80, 72)
	SIZE(size, 0, 4)
	FIELD(flags, 4, 4, CREATE_FLAGS, 0)
	FIELD(type, 8, 4, TYPE, KIPC_SEMAPHORE,
	      0, KIPC_ABI_TYPES_END, 0xffffffff)
	FIELD(elements, 12, 4, ELEMENTS, 1,
	      0, KIPC_ELEMENTS_MAX + 1, 0xffffffff)
	FIELD(name, 16, 8, NAME, 0)
	FIELD(name_length, 24, 4, NAME_LENGTH, 0)
	FIELD(mode, 28, 4, MODE, 0, 01000, 0x80000000)
	ATTRIBUTES(attributes, 32, 32)
	PART(attributes.semaphore.max, 36, 4, 1)
	FIELD(access, 64, 4, ACCESS, 0, KIPC_WRITE << 1, 0x80000000)
	RESERVED(reserved, 68, 4)
	FIELD(info, 72, 8, ANSWER, 0)
ABI_STRUCTURE_END()

ABI_VERB_OF_TYPES(create, CREATE, 0x00, kipc_create_args,
		  DEVICE, 0,
		  FLAGS_OF_CREATE | KIPC_PACKED | KIPC_FAIR | KIPC_UNDO,
		  KIPC_ABI_DESCRIPTOR, 0)

ABI_STRUCTURE(kipc_open_args, 32, 24)
	SIZE(size, 0, 4)
	FIELD(flags, 4, 4, ACCESS, KIPC_READ, 0)
	FIELD(type, 8, 4, TYPE, KIPC_SEMAPHORE, 0, KIPC_ABI_TYPES_END)
	FIELD(name_length, 12, 4, NAME_LENGTH, KIPC_ABI_NAME_LENGTH, 0)
	FIELD(name, 16, 8, NAME, KIPC_ABI_NAME)
	FIELD(info, 24, 8, ANSWER, 0)
ABI_STRUCTURE_END()

ABI_VERB(open, OPEN, 0x01, kipc_open_args,
	 DEVICE, 0, KIPC_READ | KIPC_WRITE, KIPC_ABI_DESCRIPTOR, 6)

/* The good call looks for a name that does not exist. */
ABI_STRUCTURE(kipc_unlink_args, 24, 24)
	SIZE(size, 0, 4)
	FIELD(flags, 4, 4, ZERO, 0)
	RESERVED(reserved, 8, 4)
	FIELD(name_length, 12, 4, NAME_LENGTH, KIPC_ABI_NO_NAME_LENGTH, 0)
	FIELD(name, 16, 8, NAME, KIPC_ABI_NO_NAME)
ABI_STRUCTURE_END()

ABI_VERB(unlink, UNLINK, 0x02, kipc_unlink_args,
	 DEVICE, 0, 0, -ENOENT, 4)

ABI_STRUCTURE(kipc_list_entry, 296, 296)
	OUTPUT(type, 0, 4)
	OUTPUT(flags, 4, 4)
	OUTPUT(elements, 8, 4)
	OUTPUT(mode, 12, 4)
	OUTPUT(uid, 16, 4)
	OUTPUT(gid, 20, 4)
	OUTPUT(waiters, 24, 4)
	OUTPUT(descriptors, 28, 4)
	OUTPUT(owner, 32, 4)
	OUTPUT(name_length, 36, 4)
	OUTPUT(name, 40, 256)
ABI_STRUCTURE_END()

ABI_STRUCTURE(kipc_list_args, 32, 32)
	SIZE(size, 0, 4)
	FIELD(flags, 4, 4, ZERO, 0)
	FIELD(count, 8, 4, LIST_COUNT, 1, 0, KIPC_LIST_MAX + 1, 0xffffffff)
	FIELD(entry_size, 12, 4, ENTRY_SIZE, sizeof(struct kipc_list_entry),
	      0, sizeof(struct kipc_list_entry) - 1)
	FIELD(entries, 16, 8, PLACE, KIPC_ABI_ENTRY)
	INOUT(cursor, 24, 8, CURSOR, 0)
ABI_STRUCTURE_END()

ABI_VERB(list, LIST, 0x03, kipc_list_args,
	 DEVICE, 0, 0, 1, 4)

/* ------------------------------------------------------------------------ */
/* Verbs of every object                                                    */
/* ------------------------------------------------------------------------ */

ABI_STRUCTURE(kipc_info_args, 96, 96)
	SIZE(size, 0, 4)
	FIELD(flags, 4, 4, ZERO, 0)
	OUTPUT(type, 8, 4)
	OUTPUT(created, 12, 4)
	OUTPUT(elements, 16, 4)
	OUTPUT(stride, 20, 4)
	OUTPUT(map_size, 24, 8)
	OUTPUT(uid, 32, 4)
	OUTPUT(gid, 36, 4)
	OUTPUT(mode, 40, 4)
	OUTPUT(access, 44, 4)
	OUTPUT(attributes, 48, 32)
	OUTPUT(attachment, 80, 4)
	OUTPUT(reserved, 84, 4)
	OUTPUT(inode, 88, 8)
ABI_STRUCTURE_END()

ABI_VERB(info, INFO, 0x10, kipc_info_args,
	 OBJECT, 0, 0, 0, 3)

ABI_STRUCTURE(kipc_watch_args, 8, 8)
	SIZE(size, 0, 4)
	FIELD(flags, 4, 4, ZERO, 0)
ABI_STRUCTURE_END()

ABI_VERB(watch, WATCH, 0x11, kipc_watch_args,
	 OBJECT, KIPC_READ, 0, KIPC_ABI_DESCRIPTOR, 4)

/* What read() of the descriptor that WATCH returns gives. */
ABI_STRUCTURE(kipc_notice, 24, 24)
	OUTPUT(size, 0, 4)
	OUTPUT(flags, 4, 4)
	OUTPUT(pid, 8, 4)
	OUTPUT(attachment, 12, 4)
	OUTPUT(repaired, 16, 4)
	OUTPUT(lost, 20, 4)
ABI_STRUCTURE_END()

ABI_STRUCTURE(kipc_thread_args, 24, 16)
	SIZE(size, 0, 4)
	FIELD(flags, 4, 4, ZERO, 0)
	OUTPUT(thread, 8, 8)
	OUTPUT(attachment, 16, 4)
	RESERVED(reserved, 20, 4)
ABI_STRUCTURE_END()

ABI_VERB(thread, THREAD, 0x12, kipc_thread_args,
	 ANY, 0, 0, 0, 3)

/* ------------------------------------------------------------------------ */
/* Semaphores                                                               */
/* ------------------------------------------------------------------------ */

/* The good call posts one unit more than there is room for. */
ABI_STRUCTURE(kipc_semaphore_post_args, 16, 16)
	SIZE(size, 0, 4)
	FIELD(flags, 4, 4, ZERO, 0)
	FIELD(element, 8, 4, ELEMENT, 0, 1, 0xffffffff)
	FIELD(count, 12, 4, COUNT, KIPC_ABI_MAX - KIPC_ABI_UNITS + 1, 0)
ABI_STRUCTURE_END()

ABI_VERB(semaphore_post, SEMAPHORE_POST, 0x20, kipc_semaphore_post_args,
	 SEMAPHORE, KIPC_WRITE, 0, -EOVERFLOW, 12)

/* The good call tries to take one unit more than there is. */
ABI_STRUCTURE(kipc_semaphore_wait_args, 24, 24)
	SIZE(size, 0, 4)
	FIELD(flags, 4, 4, WAIT_FLAGS, KIPC_TRY)
	FIELD(element, 8, 4, ELEMENT, 0, 1, 0xffffffff)
	FIELD(count, 12, 4, COUNT, KIPC_ABI_UNITS + 1,
	      0, KIPC_ABI_MAX + 1, 0xffffffff)
	FIELD(deadline, 16, 8, DEADLINE, 0, 1) /* KIPC_TRY allows none */
ABI_STRUCTURE_END()

ABI_VERB(semaphore_wait, SEMAPHORE_WAIT, 0x21, kipc_semaphore_wait_args,
	 SEMAPHORE, KIPC_WRITE, FLAGS_OF_WAIT, -EAGAIN, 14)

ABI_STRUCTURE(kipc_semaphore_value_args, 16, 16)
	SIZE(size, 0, 4)
	FIELD(flags, 4, 4, ZERO, 0)
	FIELD(element, 8, 4, ELEMENT, 0, 1, 0xffffffff)
	OUTPUT(value, 12, 4)
ABI_STRUCTURE_END()

ABI_VERB(semaphore_value, SEMAPHORE_VALUE, 0x22, kipc_semaphore_value_args,
	 SEMAPHORE, 0, 0, 0, 3)

/*
 * The good call posts one unit more than there is room for, so it does not
 * wait. It writes flags only if the wait fails after the post.
 */
ABI_STRUCTURE(kipc_semaphore_post_wait_args, 40, 40)
	SIZE(size, 0, 4)
	FIELD(flags, 4, 4, WAIT_FLAGS, KIPC_TRY)
	FIELD(element, 8, 4, ELEMENT, 0, 1)
	FIELD(count, 12, 4, COUNT, KIPC_ABI_MAX - KIPC_ABI_UNITS + 1, 0)
	FIELD(wait_fd, 16, 4, FD, 0xffffffff) /* -1: the set itself */
	FIELD(wait_element, 20, 4, ELEMENT, 0, 1)
	FIELD(wait_count, 24, 4, COUNT, 1, 0, KIPC_ABI_MAX + 1)
	RESERVED(reserved, 28, 4)
	FIELD(deadline, 32, 8, DEADLINE, 0, 1)
ABI_STRUCTURE_END()

ABI_VERB(semaphore_post_wait, SEMAPHORE_POST_WAIT, 0x23,
	 kipc_semaphore_post_wait_args,
	 SEMAPHORE, KIPC_WRITE, FLAGS_OF_WAIT | KIPC_POSTED, -EOVERFLOW, 12)

/* ------------------------------------------------------------------------ */
/* Barriers                                                                 */
/* ------------------------------------------------------------------------ */

/*
 * A call that a signal interrupts writes flags and word, the good call does
 * not.
 */
ABI_STRUCTURE(kipc_barrier_wait_args, 32, 32)
	SIZE(size, 0, 4)
	FIELD(flags, 4, 4, WAIT_FLAGS, KIPC_TRY)
	FIELD(element, 8, 4, ZERO, 0, 1, 0xffffffff)
	RESERVED(reserved, 12, 4)
	FIELD(word, 16, 8, WORD, 0, 1, 0x80000000) /* needs KIPC_ARRIVED */
	FIELD(deadline, 24, 8, DEADLINE, 0, 1)
ABI_STRUCTURE_END()

ABI_VERB(barrier_wait, BARRIER_WAIT, 0x30, kipc_barrier_wait_args,
	 BARRIER, KIPC_WRITE, FLAGS_OF_WAIT | KIPC_ARRIVED, -EAGAIN, 14)

ABI_STRUCTURE(kipc_barrier_args, 16, 16)
	SIZE(size, 0, 4)
	FIELD(flags, 4, 4, ZERO, 0)
	FIELD(element, 8, 4, ZERO, 0, 1, 0xffffffff)
	RESERVED(reserved, 12, 4)
ABI_STRUCTURE_END()

ABI_VERB(barrier_abort, BARRIER_ABORT, 0x31, kipc_barrier_args,
	 BARRIER, KIPC_WRITE, 0, 0, 4)

ABI_VERB(barrier_reset, BARRIER_RESET, 0x32, kipc_barrier_args,
	 BARRIER, KIPC_WRITE, 0, 0, 5)

/* ENXIO: the process is not attached. */
ABI_VERB(barrier_join, BARRIER_JOIN, 0x34, kipc_barrier_args,
	 BARRIER, KIPC_WRITE, 0, -ENXIO, 5)

ABI_VERB(barrier_leave, BARRIER_LEAVE, 0x35, kipc_barrier_args,
	 BARRIER, KIPC_WRITE, 0, -ENXIO, 5)

ABI_STRUCTURE(kipc_barrier_state_args, 40, 40)
	SIZE(size, 0, 4)
	FIELD(flags, 4, 4, ZERO, 0)
	FIELD(element, 8, 4, ZERO, 0, 1, 0xffffffff)
	OUTPUT(parties, 12, 4)
	OUTPUT(arrived, 16, 4)
	OUTPUT(generation, 20, 4)
	OUTPUT(broken, 24, 4)
	OUTPUT(waiters, 28, 4)
	OUTPUT(members, 32, 4)
	RESERVED(reserved, 36, 4)
ABI_STRUCTURE_END()

ABI_VERB(barrier_state, BARRIER_STATE, 0x33, kipc_barrier_state_args,
	 BARRIER, 0, 0, 0, 3)

/* ------------------------------------------------------------------------ */
/* Mailboxes                                                                */
/* ------------------------------------------------------------------------ */

/* The good call finds the mailbox full. */
ABI_STRUCTURE(kipc_mailbox_send_args, 40, 40)
	SIZE(size, 0, 4)
	FIELD(flags, 4, 4, WAIT_FLAGS, KIPC_TRY)
	FIELD(element, 8, 4, ZERO, 0, 1, 0xffffffff)
	FIELD(priority, 12, 4, PRIORITY, 0, KIPC_PRIORITIES, 0xffffffff)
	FIELD(data, 16, 8, PLACE, KIPC_ABI_BUFFER)
	FIELD(length, 24, 4, LENGTH, 1)
	RESERVED(reserved, 28, 4)
	FIELD(deadline, 32, 8, DEADLINE, 0, 1)
ABI_STRUCTURE_END()

ABI_VERB(mailbox_send, MAILBOX_SEND, 0x40, kipc_mailbox_send_args,
	 MAILBOX, KIPC_WRITE, FLAGS_OF_WAIT, -EAGAIN, 14)

/* KIPC_PEEK never waits, so it needs KIPC_TRY. */
ABI_STRUCTURE(kipc_mailbox_receive_args, 56, 56)
	SIZE(size, 0, 4)
	FIELD(flags, 4, 4, WAIT_FLAGS, KIPC_TRY | KIPC_PEEK, KIPC_PEEK)
	FIELD(element, 8, 4, ZERO, 0, 1, 0xffffffff)
	OUTPUT(priority, 12, 4)
	FIELD(data, 16, 8, PLACE, KIPC_ABI_BUFFER)
	FIELD(capacity, 24, 4, LENGTH, KIPC_ABI_BUFFER_BYTES)
	OUTPUT(length, 28, 4)
	FIELD(deadline, 32, 8, DEADLINE, 0, 1)
	OUTPUT(pid, 40, 4)
	OUTPUT(uid, 44, 4)
	OUTPUT(gid, 48, 4)
	RESERVED(reserved, 52, 4)
ABI_STRUCTURE_END()

ABI_VERB(mailbox_receive, MAILBOX_RECEIVE, 0x41, kipc_mailbox_receive_args,
	 MAILBOX, KIPC_READ, FLAGS_OF_WAIT | KIPC_PEEK, 0, 14)

ABI_STRUCTURE(kipc_mailbox_state_args, 32, 32)
	SIZE(size, 0, 4)
	FIELD(flags, 4, 4, ZERO, 0)
	FIELD(element, 8, 4, ZERO, 0, 1, 0xffffffff)
	OUTPUT(messages, 12, 4)
	OUTPUT(bytes, 16, 8)
	OUTPUT(senders, 24, 4)
	OUTPUT(receivers, 28, 4)
ABI_STRUCTURE_END()

ABI_VERB(mailbox_state, MAILBOX_STATE, 0x42, kipc_mailbox_state_args,
	 MAILBOX, 0, 0, 0, 3)

/* ------------------------------------------------------------------------ */
/* Mutexes                                                                  */
/* ------------------------------------------------------------------------ */

/* The good call is about element 0, which the caller owns already. */
ABI_STRUCTURE(kipc_mutex_lock_args, 24, 24)
	SIZE(size, 0, 4)
	FIELD(flags, 4, 4, WAIT_FLAGS, KIPC_TRY)
	FIELD(element, 8, 4, ELEMENT, 0, KIPC_ABI_MUTEXES, 0xffffffff)
	FIELD(attachment, 12, 4, ATTACHMENT, KIPC_ABI_ATTACHMENT)
	FIELD(deadline, 16, 8, DEADLINE, 0, 1)
ABI_STRUCTURE_END()

ABI_VERB(mutex_lock, MUTEX_LOCK, 0x50, kipc_mutex_lock_args,
	 MUTEX, KIPC_WRITE, FLAGS_OF_WAIT, -EDEADLK, 14)

/* The good call is about element 1, which has no owner. */
ABI_STRUCTURE(kipc_mutex_args, 16, 16)
	SIZE(size, 0, 4)
	FIELD(flags, 4, 4, ZERO, 0)
	FIELD(element, 8, 4, ELEMENT, 1, KIPC_ABI_MUTEXES, 0xffffffff)
	FIELD(attachment, 12, 4, ATTACHMENT, KIPC_ABI_ATTACHMENT)
ABI_STRUCTURE_END()

ABI_VERB(mutex_unlock, MUTEX_UNLOCK, 0x51, kipc_mutex_args,
	 MUTEX, KIPC_WRITE, 0, -EPERM, 10)

ABI_VERB(mutex_consistent, MUTEX_CONSISTENT, 0x52, kipc_mutex_args,
	 MUTEX, KIPC_WRITE, 0, -EPERM, 4)

ABI_STRUCTURE(kipc_mutex_state_args, 32, 32)
	SIZE(size, 0, 4)
	FIELD(flags, 4, 4, ZERO, 0)
	FIELD(element, 8, 4, ELEMENT, 0, KIPC_ABI_MUTEXES, 0xffffffff)
	OUTPUT(owner, 12, 4)
	OUTPUT(thread, 16, 4)
	OUTPUT(depth, 20, 4)
	OUTPUT(state, 24, 4)
	OUTPUT(waiters, 28, 4)
ABI_STRUCTURE_END()

ABI_VERB(mutex_state, MUTEX_STATE, 0x53, kipc_mutex_state_args,
	 MUTEX, 0, 0, 0, 3)

/* ------------------------------------------------------------------------ */
/* Regions                                                                  */
/* ------------------------------------------------------------------------ */

/* Sealing what is sealed already succeeds, so the good call can be repeated. */
ABI_STRUCTURE(kipc_region_seal_args, 16, 16)
	SIZE(size, 0, 4)
	FIELD(flags, 4, 4, ZERO, 0)
	FIELD(seals, 8, 4, SEALS, KIPC_SEAL_WRITE,
	      0, KIPC_SEAL_WRITE << 1, KIPC_SEAL_WRITE | 0x80000000)
	RESERVED(reserved, 12, 4)
ABI_STRUCTURE_END()

ABI_VERB(region_seal, REGION_SEAL, 0x60, kipc_region_seal_args,
	 REGION, KIPC_WRITE, 0, 0, 4)

ABI_STRUCTURE(kipc_region_state_args, 24, 24)
	SIZE(size, 0, 4)
	FIELD(flags, 4, 4, ZERO, 0)
	OUTPUT(seals, 8, 4)
	OUTPUT(writers, 12, 4)
	OUTPUT(bytes, 16, 8)
ABI_STRUCTURE_END()

ABI_VERB(region_state, REGION_STATE, 0x61, kipc_region_state_args,
	 REGION, 0, 0, 0, 3)

/* ------------------------------------------------------------------------ */
/* Rings                                                                    */
/* ------------------------------------------------------------------------ */

/* ENXIO: the process is not attached. */
ABI_STRUCTURE(kipc_ring_claim_args, 48, 48)
	SIZE(size, 0, 4)
	FIELD(flags, 4, 4, WAIT_FLAGS, KIPC_TRY)
	FIELD(side, 8, 4, RING_SIDE, KIPC_RING_SENDERS, 2, 0xffffffff)
	FIELD(lane, 12, 4, RING_LANE, 0, 1, 0xffffffff)
	FIELD(deadline, 16, 8, DEADLINE, 0, 1)
	OUTPUT(position, 24, 8)
	OUTPUT(found, 32, 4)
	OUTPUT(from, 36, 4)
	OUTPUT(chunk, 40, 4)
	OUTPUT(sender, 44, 4)
ABI_STRUCTURE_END()

ABI_VERB(ring_claim, RING_CLAIM, 0x70, kipc_ring_claim_args,
	 RING, KIPC_WRITE, FLAGS_OF_WAIT, -ENXIO, 14)

ABI_STRUCTURE(kipc_ring_kick_args, 16, 16)
	SIZE(size, 0, 4)
	FIELD(flags, 4, 4, ZERO, 0)
	FIELD(side, 8, 4, RING_SIDE, KIPC_RING_RECEIVERS, 2, 0xffffffff)
	FIELD(lane, 12, 4, RING_LANE, 0, 1, 0xffffffff)
ABI_STRUCTURE_END()

ABI_VERB(ring_kick, RING_KICK, 0x71, kipc_ring_kick_args,
	 RING, KIPC_WRITE, 0, 0, 8)

/* The good call finds the ring full. */
ABI_STRUCTURE(kipc_ring_send_args, 32, 32)
	SIZE(size, 0, 4)
	FIELD(flags, 4, 4, WAIT_FLAGS, KIPC_TRY)
	FIELD(lane, 8, 4, RING_LANE, 0, 1, 0xffffffff)
	FIELD(length, 12, 4, LENGTH, 1)
	FIELD(data, 16, 8, PLACE, KIPC_ABI_BUFFER)
	FIELD(deadline, 24, 8, DEADLINE, 0, 1)
ABI_STRUCTURE_END()

ABI_VERB(ring_send, RING_SEND, 0x72, kipc_ring_send_args,
	 RING, KIPC_WRITE, FLAGS_OF_WAIT, -EAGAIN, 14)

/* The good call has a buffer that is too small for the ring. */
ABI_STRUCTURE(kipc_ring_receive_args, 48, 48)
	SIZE(size, 0, 4)
	FIELD(flags, 4, 4, WAIT_FLAGS, KIPC_TRY)
	FIELD(capacity, 8, 4, LENGTH, KIPC_ABI_BUFFER_BYTES)
	OUTPUT(length, 12, 4)
	FIELD(data, 16, 8, PLACE, KIPC_ABI_BUFFER)
	FIELD(deadline, 24, 8, DEADLINE, 0, 1)
	OUTPUT(lane, 32, 4)
	OUTPUT(sender, 36, 4)
	OUTPUT(found, 40, 4)
	RESERVED(reserved, 44, 4)
ABI_STRUCTURE_END()

ABI_VERB(ring_receive, RING_RECEIVE, 0x73, kipc_ring_receive_args,
	 RING, KIPC_READ | KIPC_WRITE, FLAGS_OF_WAIT, -EMSGSIZE, 14)

ABI_STRUCTURE(kipc_ring_state_args, 40, 40)
	SIZE(size, 0, 4)
	FIELD(flags, 4, 4, ZERO, 0)
	FIELD(element, 8, 4, ZERO, 0, 1, 0xffffffff)
	OUTPUT(messages, 12, 4)
	OUTPUT(returned, 16, 4)
	OUTPUT(dead, 20, 4)
	OUTPUT(dead_sender, 24, 4)
	OUTPUT(senders, 28, 4)
	OUTPUT(receivers, 32, 4)
	OUTPUT(reserved, 36, 4)
ABI_STRUCTURE_END()

ABI_VERB(ring_state, RING_STATE, 0x74, kipc_ring_state_args,
	 RING, 0, 0, 0, 3)

/* ------------------------------------------------------------------------ */
/* Constants                                                                */
/* ------------------------------------------------------------------------ */

ABI_CONSTANT(KIPC_IOCTL, 0xb9)

/* Limits */
ABI_CONSTANT(KIPC_NAME_MAX, 255)
ABI_CONSTANT(KIPC_ELEMENTS_MAX, 65536)
ABI_CONSTANT(KIPC_SEMAPHORE_MAX, 0xffffffff)
ABI_CONSTANT(KIPC_PARTIES_MAX, 65535)
ABI_CONSTANT(KIPC_PRIORITIES, 32768)
ABI_CONSTANT(KIPC_MESSAGE_MAX, 0x1000000)
ABI_CONSTANT(KIPC_MESSAGES_MAX, 65536)
ABI_CONSTANT(KIPC_REGION_MAX, 0x10000000000)
ABI_CONSTANT(KIPC_LIST_MAX, 1024)
ABI_CONSTANT(KIPC_RING_LANES_MAX, 4)
ABI_CONSTANT(KIPC_RING_SLOTS_MAX, 65536)
ABI_CONSTANT(KIPC_RING_LOANS_MAX, 65536)
ABI_CONSTANT(KIPC_ATTACHMENTS_MAX, 4095)
ABI_CONSTANT(KIPC_WATCHES_MAX, 1024)
ABI_CONSTANT(KIPC_WATCHES_OTHERS, 512)
ABI_CONSTANT(KIPC_WATCHES_USER, 64)
ABI_CONSTANT(KIPC_NOTICES_MAX, 64)
ABI_CONSTANT(KIPC_FOREVER, 0x7fffffffffffffff)

/* Words */
ABI_CONSTANT(KIPC_SLOW, 0x8000000000000000)
ABI_CONSTANT(KIPC_SEMAPHORE_COUNT, 0xffffffff)
ABI_CONSTANT(KIPC_SEMAPHORE_WOKEN, 0x2000000000000000)
ABI_CONSTANT(KIPC_SEMAPHORE_WAITERS, 0x4000000000000000)
ABI_CONSTANT(KIPC_BARRIER_ARRIVED, 0xffff)
ABI_CONSTANT(KIPC_BARRIER_BROKEN, 0x10000)
ABI_CONSTANT(KIPC_BARRIER_DIED, 0x20000)
ABI_CONSTANT(KIPC_BARRIER_RESETS, 0xfffc0000)
ABI_CONSTANT(KIPC_BARRIER_RESET_ONE, 0x40000)
ABI_CONSTANT(KIPC_BARRIER_GENERATION, 0x7fffffff00000000)
ABI_CONSTANT(KIPC_BARRIER_SHIFT, 32)
ABI_CONSTANT(KIPC_MUTEX_THREAD, 0xf000ffffffff)
ABI_CONSTANT(KIPC_MUTEX_ATTACHMENT, 0xfff00000000)
ABI_CONSTANT(KIPC_MUTEX_OWNER, 0xffffffffffff)
ABI_CONSTANT(KIPC_MUTEX_SHIFT, 32)
ABI_CONSTANT(KIPC_MUTEX_OWNER_DIED, 0x1000000000000)
ABI_CONSTANT(KIPC_MUTEX_NOT_RECOVERABLE, 0x2000000000000)
ABI_CONSTANT(KIPC_MUTEX_DEPTH, 0x3ffc000000000000)
ABI_CONSTANT(KIPC_MUTEX_DEPTH_ONE, 0x4000000000000)
ABI_CONSTANT(KIPC_MUTEX_WAITERS, 0x4000000000000000)

/* Regions */
ABI_CONSTANT(KIPC_REGION_DATA, 0x40000000)
ABI_CONSTANT(KIPC_SEAL_WRITE, 0x1)

/* Rings */
ABI_CONSTANT(KIPC_RING_SENDERS, 0)
ABI_CONSTANT(KIPC_RING_RECEIVERS, 1)
ABI_CONSTANT(KIPC_RING_REPEATED, 0x1)
ABI_CONSTANT(KIPC_RING_OUTSIDE, 0x2)

/* Flags of CREATE */
ABI_CONSTANT(KIPC_EXCLUSIVE, 0x1)
ABI_CONSTANT(KIPC_PERSIST, 0x2)
ABI_CONSTANT(KIPC_SEALED, 0x4)
ABI_CONSTANT(KIPC_PACKED, 0x8)
ABI_CONSTANT(KIPC_RECURSIVE, 0x10)
ABI_CONSTANT(KIPC_FAIR, 0x20)
ABI_CONSTANT(KIPC_SPIN, 0x40)
ABI_CONSTANT(KIPC_DETECT, 0x80)
ABI_CONSTANT(KIPC_UNDO, 0x100)
ABI_CONSTANT(KIPC_DROP, 0x200)
ABI_CONSTANT(KIPC_NO_MEMBERS, 0x400)
ABI_CONSTANT(KIPC_KERNEL_WORDS, 0x304)

/* Access, and flags of the verbs that may wait */
ABI_CONSTANT(KIPC_READ, 0x1)
ABI_CONSTANT(KIPC_WRITE, 0x2)
ABI_CONSTANT(KIPC_TRY, 0x1)
ABI_CONSTANT(KIPC_REALTIME, 0x2)
ABI_CONSTANT(KIPC_PEEK, 0x4)
ABI_CONSTANT(KIPC_ARRIVED, 0x8)
ABI_CONSTANT(KIPC_POSTED, 0x10)

/* What verbs return */
ABI_CONSTANT(KIPC_BARRIER_SERIAL, 1)
ABI_CONSTANT(KIPC_MUTEX_STATE_OWNER_DIED, 0x1)
ABI_CONSTANT(KIPC_MUTEX_STATE_NOT_RECOVERABLE, 0x2)

#undef FLAGS_OF_CREATE
#undef FLAGS_OF_MUTEX
#undef FLAGS_OF_WAIT

#undef ABI_TYPE
#undef ATTRIBUTE
#undef UNUSED
#undef ABI_TYPE_END
#undef ABI_STRUCTURE
#undef SIZE
#undef FIELD
#undef INOUT
#undef OUTPUT
#undef RESERVED
#undef ATTRIBUTES
#undef PART
#undef ABI_STRUCTURE_END
#undef ABI_VERB
#undef ABI_VERB_OF_TYPES
#undef ABI_CONSTANT
