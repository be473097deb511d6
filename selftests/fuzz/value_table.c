// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/uio.h>

#include <linux/kipc.h>

#include "array.h"
#include "kipc_abi.h"
#include "value_table.h"

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME		0x80
#endif

#define CHOICE(text, number)	{ .value = (number), .token = (text) }
#define NUMBER(number)		{ .value = (number) }
#define ODD(number)		{ .value = (number), .odd = true }
#define ODD_CHOICE(text, number) \
	{ .value = (number), .token = (text), .odd = true }

/* Defines the choices of a class. */
#define CHOICES(name, ...) \
	static const struct value_choice name[] = { __VA_ARGS__ }

CHOICES(zero, NUMBER(0));
CHOICES(fd, NUMBER(0), NUMBER(1), NUMBER(2), NUMBER(3), NUMBER(4), NUMBER(5),
	ODD_CHOICE("device", FD_DEVICE), ODD_CHOICE("none", FD_NONE));
CHOICES(device, CHOICE("device", FD_DEVICE), ODD(0), ODD(1), ODD(2), ODD(3),
	ODD(4), ODD(5), ODD_CHOICE("none", FD_NONE));
CHOICES(into, NUMBER(0), NUMBER(1), NUMBER(2), NUMBER(3), NUMBER(4),
	NUMBER(5));
CHOICES(map, NUMBER(0), NUMBER(0), NUMBER(1), NUMBER(2));
CHOICES(worker, NUMBER(0), NUMBER(1), NUMBER(2), NUMBER(3));
CHOICES(new_worker, NUMBER(1), NUMBER(2), NUMBER(3));
CHOICES(place, CHOICE("good", PLACE_GOOD), ODD_CHOICE("odd", PLACE_ODD),
	ODD_CHOICE("null", PLACE_NULL), ODD_CHOICE("unmapped", PLACE_UNMAPPED),
	ODD_CHOICE("kernel", PLACE_KERNEL), ODD_CHOICE("edge", PLACE_EDGE),
	ODD_CHOICE("readonly", PLACE_READONLY), ODD_CHOICE("map0", PLACE_MAP),
	ODD_CHOICE("map1", PLACE_MAP + 1), ODD_CHOICE("map2", PLACE_MAP_LAST));
CHOICES(answer, CHOICE("none", ANSWER_NONE), CHOICE("none", ANSWER_NONE),
	CHOICE("good", PLACE_GOOD), ODD_CHOICE("odd", PLACE_ODD),
	ODD_CHOICE("unmapped", PLACE_UNMAPPED),
	ODD_CHOICE("kernel", PLACE_KERNEL), ODD_CHOICE("edge", PLACE_EDGE),
	ODD_CHOICE("readonly", PLACE_READONLY), ODD_CHOICE("map0", PLACE_MAP));
CHOICES(extra, NUMBER(0), ODD(8), ODD(1), ODD(200), ODD(4096), ODD(-1ULL),
	ODD(-8ULL), ODD(-4096ULL));
CHOICES(fill, NUMBER(0), NUMBER(0), NUMBER(1), NUMBER(255));
static const struct value_choice type[] = {
#define ABI_TYPE(name, ID, ...) CHOICE(#name, KIPC_##ID),
#include "kipc_abi_defs.h"
	ODD(0), ODD(KIPC_ABI_TYPES_END),
};

CHOICES(create_flags, CHOICE("exclusive", KIPC_EXCLUSIVE),
	CHOICE("persist", KIPC_PERSIST), CHOICE("sealed", KIPC_SEALED),
	CHOICE("packed", KIPC_PACKED), CHOICE("recursive", KIPC_RECURSIVE),
	CHOICE("fair", KIPC_FAIR), CHOICE("spin", KIPC_SPIN),
	CHOICE("detect", KIPC_DETECT), CHOICE("undo", KIPC_UNDO),
	CHOICE("drop", KIPC_DROP), CHOICE("nomembers", KIPC_NO_MEMBERS));
CHOICES(access_flags, CHOICE("read", KIPC_READ), CHOICE("write", KIPC_WRITE));
CHOICES(wait_flags, CHOICE("try", KIPC_TRY), CHOICE("realtime", KIPC_REALTIME),
	CHOICE("peek", KIPC_PEEK), CHOICE("arrived", KIPC_ARRIVED),
	CHOICE("posted", KIPC_POSTED));
CHOICES(elements, NUMBER(1), NUMBER(1), NUMBER(1), NUMBER(2), NUMBER(65),
	NUMBER(600), NUMBER(KIPC_ELEMENTS_MAX), ODD(0),
	ODD(KIPC_ELEMENTS_MAX + 1));
CHOICES(name, CHOICE("none", NAME_NONE), CHOICE("none", NAME_NONE),
	CHOICE("a", NAME_A), CHOICE("a", NAME_A), CHOICE("b", NAME_B),
	ODD_CHOICE("c", NAME_C), ODD_CHOICE("long", NAME_LONG),
	ODD_CHOICE("toolong", NAME_TOO_LONG), ODD_CHOICE("slash", NAME_SLASH),
	ODD_CHOICE("nul", NAME_NUL), ODD_CHOICE("bad", NAME_BAD));
CHOICES(name_length, CHOICE("auto", VALUE_AUTO), ODD(0), ODD(1),
	ODD(KIPC_NAME_MAX), ODD(KIPC_NAME_MAX + 1));
CHOICES(mode, NUMBER(0600), NUMBER(0666), NUMBER(0666), NUMBER(0), NUMBER(0444),
	NUMBER(0222), NUMBER(0777), ODD(01000));
CHOICES(units, NUMBER(0), NUMBER(0), NUMBER(1), ODD(2), ODD(5),
	ODD(KIPC_SEMAPHORE_MAX));
CHOICES(maximum, NUMBER(5), NUMBER(1), NUMBER(2), NUMBER(100),
	NUMBER(KIPC_SEMAPHORE_MAX), ODD(0));
CHOICES(parties, NUMBER(2), NUMBER(2), NUMBER(2), NUMBER(3), NUMBER(3),
	NUMBER(4), ODD(1), ODD(KIPC_PARTIES_MAX), ODD(KIPC_PARTIES_MAX + 1));
CHOICES(message_size, NUMBER(8), NUMBER(8), NUMBER(64), NUMBER(4096),
	NUMBER(5000), NUMBER(70000), ODD(1), ODD(0), ODD(KIPC_MESSAGE_MAX),
	ODD(KIPC_MESSAGE_MAX + 1));
CHOICES(messages, NUMBER(2), NUMBER(1), NUMBER(1), NUMBER(3), NUMBER(20), ODD(0),
	ODD(KIPC_MESSAGES_MAX), ODD(KIPC_MESSAGES_MAX + 1));
CHOICES(bytes, NUMBER(0), NUMBER(0), NUMBER(0), NUMBER(8), NUMBER(64),
	NUMBER(6000), ODD(1ULL << 40));
CHOICES(region_bytes, NUMBER(4096), NUMBER(1), NUMBER(20000), NUMBER(2 << 20),
	NUMBER((2 << 20) + 1), ODD(0), ODD(KIPC_REGION_MAX),
	ODD(KIPC_REGION_MAX + 1), ODD(-1ULL));
CHOICES(seals, CHOICE("write", KIPC_SEAL_WRITE));
CHOICES(list_count, NUMBER(16), NUMBER(1), NUMBER(2), NUMBER(KIPC_LIST_MAX),
	ODD(KIPC_LIST_MAX + 1), ODD(0));
CHOICES(entry_size, NUMBER(sizeof(struct kipc_list_entry)),
	NUMBER(sizeof(struct kipc_list_entry) + 8), NUMBER(4096), ODD(4097),
	ODD(sizeof(struct kipc_list_entry) - 1), ODD(0));
CHOICES(cursor, NUMBER(0), NUMBER(0), CHOICE("last", VALUE_LAST), ODD(1),
	ODD(0xffffffff), ODD(1ULL << 32));
CHOICES(element, NUMBER(0), NUMBER(0), NUMBER(0), NUMBER(0), NUMBER(0),
	NUMBER(1), ODD(64), ODD(599), ODD(KIPC_ELEMENTS_MAX - 1),
	ODD(KIPC_ELEMENTS_MAX));
CHOICES(count, NUMBER(1), NUMBER(1), NUMBER(1), NUMBER(1), NUMBER(2),
	NUMBER(3), NUMBER(5), ODD(0), ODD(KIPC_SEMAPHORE_MAX));
CHOICES(deadline, NUMBER(0), NUMBER(1), CHOICE(NULL, VALUE_SOON + 100),
	CHOICE(NULL, VALUE_SOON + 1000), CHOICE(NULL, VALUE_SOON + 3000),
	CHOICE("forever", KIPC_FOREVER), CHOICE("forever", KIPC_FOREVER),
	CHOICE("forever", KIPC_FOREVER), CHOICE("forever", KIPC_FOREVER),
	ODD(-1ULL), ODD(KIPC_FOREVER - 1));
CHOICES(word, NUMBER(0), NUMBER(0), CHOICE("mapped", VALUE_MAPPED), NUMBER(1),
	NUMBER(2), NUMBER(1ULL << KIPC_BARRIER_SHIFT),
	NUMBER(KIPC_BARRIER_RESET_ONE), ODD(KIPC_SLOW),
	ODD(KIPC_SEMAPHORE_WAITERS), ODD(KIPC_SEMAPHORE_WOKEN));
CHOICES(attachment, CHOICE("own", VALUE_OWN), ODD(0), ODD(1), ODD(2), ODD(3),
	ODD(KIPC_ATTACHMENTS_MAX), ODD(KIPC_ATTACHMENTS_MAX + 1));
CHOICES(priority, NUMBER(0), NUMBER(0), NUMBER(1), NUMBER(5), NUMBER(2000),
	NUMBER(KIPC_PRIORITIES - 1), ODD(KIPC_PRIORITIES));
CHOICES(length, NUMBER(8), NUMBER(8), NUMBER(8), NUMBER(1), NUMBER(0),
	NUMBER(64), NUMBER(4096), NUMBER(5000), ODD(70000),
	ODD(KIPC_MESSAGE_MAX), ODD(0xffffffff));
static const struct value_choice command[] = {
#define ABI_VERB(name, COMMAND, ...) NUMBER(KIPC_##COMMAND),
#include "kipc_abi_defs.h"
	NUMBER(FIONBIO), NUMBER(FIONREAD),
};

CHOICES(events, CHOICE("in", EPOLLIN), CHOICE("out", EPOLLOUT),
	CHOICE("err", EPOLLERR), CHOICE("rdnorm", EPOLLRDNORM),
	CHOICE("exclusive", EPOLLEXCLUSIVE), CHOICE("oneshot", EPOLLONESHOT),
	CHOICE("edge", EPOLLET));
CHOICES(milliseconds, NUMBER(0), NUMBER(0), NUMBER(1), NUMBER(3),
	NUMBER(-1ULL));
CHOICES(microseconds, NUMBER(50), NUMBER(0), NUMBER(500), NUMBER(2000));
CHOICES(control, CHOICE("add", EPOLL_CTL_ADD), CHOICE("add", EPOLL_CTL_ADD),
	CHOICE("mod", EPOLL_CTL_MOD), CHOICE("del", EPOLL_CTL_DEL));
CHOICES(signal_number, CHOICE("usr1", SIGUSR1), CHOICE("usr1", SIGUSR1),
	CHOICE("usr1", SIGUSR1), CHOICE("kill", SIGKILL),
	CHOICE("stop", SIGSTOP), CHOICE("cont", SIGCONT));
CHOICES(handler, CHOICE("interrupt", HANDLER_INTERRUPT),
	CHOICE("restart", HANDLER_RESTART), CHOICE("ignore", HANDLER_IGNORE));
CHOICES(status_flags, CHOICE("nonblock", O_NONBLOCK),
	CHOICE("append", O_APPEND), CHOICE("direct", O_DIRECT));
CHOICES(read_flags, CHOICE("nowait", RWF_NOWAIT),
	CHOICE("hipri", RWF_HIPRI), CHOICE("append", RWF_APPEND));
CHOICES(protection, CHOICE("read", PROT_READ), CHOICE("write", PROT_WRITE),
	CHOICE("exec", PROT_EXEC));
CHOICES(map_flags, CHOICE("shared", MAP_SHARED), CHOICE("private", MAP_PRIVATE),
	CHOICE("populate", MAP_POPULATE), CHOICE("locked", MAP_LOCKED),
	CHOICE("low", MAP_32BIT));
CHOICES(page, NUMBER(0), NUMBER(0), NUMBER(0), NUMBER(0), NUMBER(1), NUMBER(2),
	ODD(9), ODD(1024), ODD(1ULL << 51));
CHOICES(advice, CHOICE("dontneed", MADV_DONTNEED),
	CHOICE("dontfork", MADV_DONTFORK), CHOICE("dofork", MADV_DOFORK),
	CHOICE("willneed", MADV_WILLNEED), CHOICE("free", MADV_FREE),
	CHOICE("remove", MADV_REMOVE), CHOICE("mergeable", MADV_MERGEABLE),
	CHOICE("hugepage", MADV_HUGEPAGE), CHOICE("cold", MADV_COLD),
	CHOICE("pageout", MADV_PAGEOUT), CHOICE("wipeonfork", MADV_WIPEONFORK),
	CHOICE("populate_read", MADV_POPULATE_READ),
	CHOICE("populate_write", MADV_POPULATE_WRITE));
CHOICES(change, CHOICE("store", CHANGE_STORE), CHOICE("add", CHANGE_ADD),
	CHOICE("or", CHANGE_OR), CHOICE("and", CHANGE_AND),
	CHOICE("swap", CHANGE_SWAP), CHOICE("load", CHANGE_LOAD),
	CHOICE("storm", CHANGE_STORM));
CHOICES(scribble, NUMBER(1), NUMBER(0), NUMBER(5), NUMBER(KIPC_SLOW),
	NUMBER(KIPC_SLOW | 1), NUMBER(0xffffffff), NUMBER(-1ULL),
	NUMBER(1ULL << KIPC_BARRIER_SHIFT), NUMBER(KIPC_BARRIER_BROKEN),
	NUMBER(KIPC_BARRIER_BROKEN | KIPC_BARRIER_DIED),
	NUMBER(KIPC_BARRIER_RESET_ONE), NUMBER(KIPC_BARRIER_ARRIVED),
	NUMBER(KIPC_BARRIER_GENERATION), CHOICE("self", VALUE_SELF),
	CHOICE("self", VALUE_SELF), NUMBER(KIPC_MUTEX_WAITERS),
	NUMBER(KIPC_MUTEX_OWNER_DIED), NUMBER(KIPC_MUTEX_NOT_RECOVERABLE),
	NUMBER(KIPC_MUTEX_DEPTH), NUMBER(KIPC_MUTEX_DEPTH_ONE),
	NUMBER(KIPC_MUTEX_OWNER), NUMBER(KIPC_MUTEX_THREAD),
	NUMBER(KIPC_MUTEX_ATTACHMENT), NUMBER(1ULL << KIPC_MUTEX_SHIFT | 1),
	NUMBER(2ULL << KIPC_MUTEX_SHIFT | 1));
CHOICES(user, CHOICE("one", 1000), CHOICE("other", 1001));
CHOICES(namespaces, CHOICE("net", CLONE_NEWNET), CHOICE("user", CLONE_NEWUSER),
	CHOICE("pid", CLONE_NEWPID), CHOICE("time", CLONE_NEWTIME));
CHOICES(policy, CHOICE("other", SCHED_OTHER), CHOICE("fifo", SCHED_FIFO),
	CHOICE("rr", SCHED_RR), CHOICE("batch", SCHED_BATCH),
	CHOICE("idle", SCHED_IDLE));
CHOICES(files, NUMBER(0), NUMBER(0), NUMBER(1), NUMBER(2), NUMBER(100));
CHOICES(on_off, CHOICE("off", 0), CHOICE("on", 1));

#define KIND(list, ...) { \
	.choices = list, \
	.count = ARRAY_SIZE(list), \
	__VA_ARGS__ \
}

#define OPEN(list)	KIND(list, .closed = false)
#define CLOSED(list)	KIND(list, .closed = true)
#define BITS(list)	KIND(list, .bits = true)

const struct value_kind value_kinds[VALUE_CLASSES] = {
	[VALUE_NONE] = CLOSED(zero),
	[VALUE_FD] = CLOSED(fd),
	[VALUE_DEVICE] = CLOSED(device),
	[VALUE_INTO] = CLOSED(into),
	[VALUE_MAP] = CLOSED(map),
	[VALUE_WORKER] = CLOSED(worker),
	[VALUE_NEW_WORKER] = CLOSED(new_worker),
	[VALUE_PLACE] = CLOSED(place),
	[VALUE_ANSWER] = CLOSED(answer),
	[VALUE_EXTRA] = OPEN(extra),
	[VALUE_FILL] = OPEN(fill),
	[VALUE_ZERO] = OPEN(zero),
	[VALUE_TYPE] = OPEN(type),
	[VALUE_CREATE_FLAGS] = BITS(create_flags),
	[VALUE_ACCESS] = BITS(access_flags),
	[VALUE_WAIT_FLAGS] = BITS(wait_flags),
	[VALUE_ELEMENTS] = OPEN(elements),
	[VALUE_NAME] = CLOSED(name),
	[VALUE_NAME_LENGTH] = OPEN(name_length),
	[VALUE_MODE] = OPEN(mode),
	[VALUE_UNITS] = OPEN(units),
	[VALUE_MAXIMUM] = OPEN(maximum),
	[VALUE_PARTIES] = OPEN(parties),
	[VALUE_MESSAGE_SIZE] = OPEN(message_size),
	[VALUE_MESSAGES] = OPEN(messages),
	[VALUE_BYTES] = OPEN(bytes),
	[VALUE_REGION_BYTES] = OPEN(region_bytes),
	[VALUE_SEALS] = BITS(seals),
	[VALUE_LIST_COUNT] = OPEN(list_count),
	[VALUE_ENTRY_SIZE] = OPEN(entry_size),
	[VALUE_CURSOR] = OPEN(cursor),
	[VALUE_ELEMENT] = OPEN(element),
	[VALUE_COUNT] = OPEN(count),
	[VALUE_DEADLINE] = OPEN(deadline),
	[VALUE_WORD] = OPEN(word),
	[VALUE_ATTACHMENT] = OPEN(attachment),
	[VALUE_PRIORITY] = OPEN(priority),
	[VALUE_LENGTH] = OPEN(length),
	[VALUE_COMMAND] = OPEN(command),
	[VALUE_EVENTS] = BITS(events),
	[VALUE_MILLISECONDS] = OPEN(milliseconds),
	[VALUE_MICROSECONDS] = OPEN(microseconds),
	[VALUE_CONTROL] = CLOSED(control),
	[VALUE_SIGNAL] = CLOSED(signal_number),
	[VALUE_HANDLER] = CLOSED(handler),
	[VALUE_STATUS_FLAGS] = BITS(status_flags),
	[VALUE_READ_FLAGS] = BITS(read_flags),
	[VALUE_PROTECTION] = BITS(protection),
	[VALUE_MAP_FLAGS] = BITS(map_flags),
	[VALUE_PAGE] = OPEN(page),
	[VALUE_ADVICE] = CLOSED(advice),
	[VALUE_CHANGE] = CLOSED(change),
	[VALUE_SCRIBBLE] = OPEN(scribble),
	[VALUE_USER] = CLOSED(user),
	[VALUE_NAMESPACES] = BITS(namespaces),
	[VALUE_POLICY] = CLOSED(policy),
	[VALUE_FILES] = OPEN(files),
	[VALUE_SWITCH] = CLOSED(on_off),
};
