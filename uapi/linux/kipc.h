/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * kipc: mailboxes, semaphores, barriers, mutexes and shared regions of memory
 * behind file descriptors.
 *
 * An ioctl on /dev/kipc creates or opens an object and returns a close-on-exec
 * descriptor; ioctls on that descriptor are the object's verbs. The words that
 * user space may change without a system call are mapped with mmap() at
 * offset 0 of the object's descriptor.
 *
 * Rules that hold for every ioctl here:
 *
 *  - Its argument points to a structure that begins with its own size in bytes
 *    and a word of flags. A shorter structure than the kernel's is extended
 *    with zeros, a longer one must be zero beyond what the kernel knows (E2BIG
 *    otherwise). A size below the first published one is EINVAL.
 *  - An unknown flag or a reserved field that is not zero is EINVAL, a bad
 *    pointer EFAULT, an element out of range EINVAL, an unknown command or the
 *    verb of another type ENOTTY.
 *  - ENOSPC says that the quota of a user is used up, EUSERS that an object has as many
 *    attached processes, waiting threads or watches as it can have.
 *  - A verb that changes an object needs a descriptor open for writing, one
 *    that receives from it or watches it one open for reading; EBADF otherwise. One
 *    that only says what an object is or what state it is in (INFO, VALUE and the
 *    STATEs) may be used through any descriptor, as mq_getattr(3) and fdinfo.
 *  - Deadlines are absolute, in nanoseconds, of CLOCK_MONOTONIC in the caller's
 *    time namespace or, with KIPC_REALTIME, of CLOCK_REALTIME. KIPC_FOREVER
 *    never passes; a negative one is EINVAL; one that has passed already gives
 *    ETIMEDOUT unless the verb can complete without waiting.
 *  - O_NONBLOCK concerns read() and write() alone: everybody who has the descriptor can
 *    set it. A verb that is not to wait says KIPC_TRY.
 *  - A wait that a signal interrupts is restarted or ends with EINTR, as
 *    SA_RESTART says. The deadline is absolute, so neither stretches it.
 *  - A waiter that is interrupted keeps its place in the queue: the next wait of the
 *    same thread continues in it if it is for the same element of the same object,
 *    to do the same with as many units or bytes. That holds after a restart and after
 *    EINTR alike, whether a signal, io_uring, a tracer or the freezer interrupted the
 *    wait. A wait for anything else forgets the place, and a deadline that passes
 *    ends it. So does being away for longer than 100 ms while more than 64 others
 *    begin to wait at the object. What becomes free meanwhile goes to others.
 *
 * Each object is an inode: fstat(2) tells its number, owner, group, permission bits
 * and, of a region, the bytes it was created with. fchmod(2) by the owner and
 * fchown(2) by root change what OPEN, CREATE, UNLINK, LIST and INFO go by; bits
 * beyond 0777 are EINVAL. The quota stays that of the creator. Opening
 * /proc/self/fd/N makes another descriptor of the object, as the permission bits
 * say. An anonymous object has none for writing, and its bits cannot be changed
 * (EPERM): a descriptor that was passed on for reading is no way to another one for
 * writing. A descriptor opened with O_PATH does not keep the object: opening that one
 * again is ENXIO once the object has gone.
 *
 * The layout is the same for 32 and 64 bit programs.
 */
#ifndef _UAPI_LINUX_KIPC_H
#define _UAPI_LINUX_KIPC_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define KIPC_DEVICE		"/dev/kipc"

/* Types of object. */
#define KIPC_SEMAPHORE		1
#define KIPC_BARRIER		2
#define KIPC_MAILBOX		3
#define KIPC_MUTEX		4
#define KIPC_REGION		5

/* Limits that do not depend on the user's quota. */
#define KIPC_NAME_MAX		255		/* bytes, without a NUL */
#define KIPC_ELEMENTS_MAX	65536		/* elements of one object */
#define KIPC_SEMAPHORE_MAX	0xffffffffU	/* units of one semaphore */
#define KIPC_PARTIES_MAX	65535		/* parties of a barrier */
#define KIPC_PRIORITIES		32768		/* priorities 0..32767 */
#define KIPC_MESSAGE_MAX	(16U << 20)	/* bytes of one message */
#define KIPC_MESSAGES_MAX	65536		/* messages in one mailbox */
#define KIPC_REGION_MAX		0x10000000000ULL	/* bytes of one region */
#define KIPC_LIST_MAX		1024		/* entries a call of LIST */
#define KIPC_ATTACHMENTS_MAX	4095		/* processes attached to one object */
#define KIPC_WATCHES_MAX	1024		/* watches of one object */
#define KIPC_WATCHES_OTHERS	512		/* of users that did not create it */
#define KIPC_WATCHES_USER	64		/* of one such user */
#define KIPC_NOTICES_MAX	64		/* unread in one watch */

#define KIPC_FOREVER		((__s64)0x7fffffffffffffffLL)

/*
 * The word protocol. Bit 63 of a word says who owns it: clear, any participant
 * may change the word with a compare-and-swap to another value with the bit
 * clear; set, the kernel owns the word and every operation is an ioctl.
 */
#define KIPC_SLOW		0x8000000000000000ULL

/*
 * Participants. Barriers without KIPC_NO_MEMBERS, mutexes, regions that have
 * mutexes, and KIPC_UNDO semaphores know who takes part: a process that has mapped
 * the words through a descriptor open for reading and writing is *attached* until the
 * last of these mappings goes, by munmap, exec, exit or SIGKILL. A child of fork() is
 * not attached: at the place of the words it has a mapping that can only be read and
 * says KIPC_SLOW throughout, and it may map the words over that. A child of vfork(),
 * or of clone() with CLONE_VM but not CLONE_THREAD, has the words, but is not attached:
 * its threads may own mutexes by the attachment of another process in that memory; for
 * what a process holds (units, membership) it gets ENXIO until it maps the words itself.
 *
 * What a participant holds is repaired once its process is dead, or has become another
 * program, even if something else keeps its memory; what a thread owns once the thread
 * is. Where that is not seen at once (memory and descriptors are kept, a core dump, a
 * thread that ends alone) it is looked for by each verb that would fail or wait, and
 * ten times a second while a thread waits in the kernel. A thread in an uninterruptible
 * system call is not waited for as an owner, though that call may yet write to memory;
 * a process that has such a thread is dead only after that.
 *
 * Where the kernel alone changes the words (KIPC_KERNEL_WORDS) they say KIPC_SLOW
 * for ever, and no mapping of them can be written to: mmap() and mprotect() with
 * PROT_WRITE fail with EACCES. A process attaches by mapping them for reading,
 * through such a descriptor.
 *
 * mmap() fails with EUSERS where KIPC_ATTACHMENTS_MAX processes are attached
 * already, and for a KIPC_UNDO semaphore with ENOSPC where the counts of what the
 * process will hold, four bytes an element, do not fit in its user's quota.
 */

/*
 * Whose turn it is at semaphores, mutexes and mailboxes. Those that wait are served in
 * the order of arrival, real-time threads by priority before all others. A thread that
 * comes when there is what it wants may take it all the same, before waiters that are
 * not awake yet. The first waiter loses so two races at most: after that nobody takes
 * before it, nor before a real-time thread that waits. Nobody takes room in a mailbox
 * that is too little for the message of the first sender, either. With KIPC_FAIR
 * nobody takes before those that wait: what there is, is the first waiter's at once,
 * though it has to wake up first.
 */

/*
 * Polling. Semaphores, about element 0, and mailboxes work with poll, epoll and
 * io_uring; the others cannot be polled (EPERM from epoll_ctl()). A descriptor
 * polls for what it may do itself:
 *
 *	semaphore	EPOLLIN, with read and write access: a unit that no waiter
 *			gets can be taken. EPOLLOUT, with write access: it is below
 *			its maximum; at it, write() gives EOVERFLOW unless woken
 *			waiters are still to take units.
 *	mailbox		EPOLLIN, with read access: there is a message that no waiter
 *			gets. EPOLLOUT, with write access: there is room for the
 *			longest message.
 *
 * With neither it polls as never ready, and registers nowhere.
 *
 * Edges (EPOLLET): EPOLLIN each time units are posted or a message is sent that no
 * waiter gets, or a waiter leaves such behind; never because some are taken.
 * EPOLLOUT when there is room again after a poller, or a send of KIPC_TRY or
 * O_NONBLOCK, was told that there is none. Exclusive pollers (EPOLLEXCLUSIVE) are
 * woken one for each new unit or message, and all of them for room.
 *
 * Senders that wait and senders that poll take turns. While a poller waits for
 * EPOLLOUT, room is not given to senders that wait, so that it adds up to the
 * longest message, unless that fits beside theirs. Then pollers are woken, and the
 * room is kept for 10 ms, or until the first send that does not wait; a waiting
 * sender comes next. So EPOLLOUT says that such a send will do, not that it must:
 * one that comes late or second gets EAGAIN, and should poll again.
 *
 * While a semaphore is polled its word of element 0 is the kernel's. A wake-up walks
 * all pollers of the object for that event, with interrupts disabled, as that of a
 * pipe or an eventfd does: a participant with many descriptors in epoll sets makes
 * posting, or sending, dear for the others.
 */

/*
 * Semaphore word: units in bits 0..31, all of which may be taken. To give units is to
 * ask the kernel if WAITERS is set, for somebody is to be woken, and with WOKEN if there
 * would be more than one unit then: for one somebody is awake already. With any other
 * bit all has to be asked for.
 */
#define KIPC_SEMAPHORE_COUNT	0xffffffffULL
#define KIPC_SEMAPHORE_WOKEN	0x2000000000000000ULL
#define KIPC_SEMAPHORE_WAITERS	0x4000000000000000ULL

/*
 * Barrier word: parties that have arrived in bits 0..15, resets in bits 18..31,
 * generation in bits 32..62; both counts wrap. The arrival of the last party
 * opens the barrier: one generation more, nobody arrived. A reset counts apart,
 * so that a party that looks late can tell the two from each other: resets
 * changed means cancelled, else generation changed means opened.
 */
#define KIPC_BARRIER_ARRIVED	0xffffULL
#define KIPC_BARRIER_BROKEN	0x10000ULL	/* timed out, aborted or died */
#define KIPC_BARRIER_DIED	0x20000ULL	/* with BROKEN: a party died */
#define KIPC_BARRIER_RESETS	0xfffc0000ULL
#define KIPC_BARRIER_RESET_ONE	0x40000ULL
#define KIPC_BARRIER_GENERATION	0x7fffffff00000000ULL
#define KIPC_BARRIER_SHIFT	32

/*
 * Mutex word: the owner, all zero where there is none, is the number of its
 * attachment in bits 32..43 and, in bits 0..31 and 44..47, what KIPC_THREAD says to it.
 * A thread that finds no owner and neither OWNER_DIED nor NOT_RECOVERABLE may become it;
 * the owner may stop being it while WAITERS (somebody is to be woken) and OWNER_DIED are
 * clear, else it has to ask the kernel.
 * DEPTH counts how often a RECURSIVE mutex was locked again.
 */
#define KIPC_MUTEX_THREAD	0xf000ffffffffULL
#define KIPC_MUTEX_ATTACHMENT	0xfff00000000ULL
#define KIPC_MUTEX_OWNER	(KIPC_MUTEX_THREAD | KIPC_MUTEX_ATTACHMENT)
#define KIPC_MUTEX_SHIFT	32		/* of the attachment */
#define KIPC_MUTEX_OWNER_DIED	0x1000000000000ULL
#define KIPC_MUTEX_NOT_RECOVERABLE 0x2000000000000ULL
#define KIPC_MUTEX_DEPTH	0x3ffc000000000000ULL
#define KIPC_MUTEX_DEPTH_ONE	0x4000000000000ULL
#define KIPC_MUTEX_WAITERS	0x4000000000000000ULL

/*
 * A region is memory to be shared: zeroed bytes, in whole pages, that are mapped
 * at this offset of its descriptor; all of them, or any pages among them (EINVAL
 * beyond the end). All of them are allocated by CREATE (ENOMEM), so that touching
 * them later never gives a SIGBUS. The offset is below 2 GiB, for the 32-bit
 * programs whose off_t has 32 bits.
 *
 * The memory is that of a memfd, without the memfd: futexes shared between processes
 * (sem_t, pthread_mutex_t) work in it, core dumps contain it, madvise(), msync(),
 * mbind(), mlock(), registered buffers of io_uring and userfaultfd take it, fork()
 * copies none of its page tables, and it can be swapped out. Its pages are small until
 * madvise(MADV_COLLAPSE) asks for huge ones, for a mapping that is aligned as they are.
 * mremap() makes a mapping longer than the region; touching it beyond the end is
 * SIGBUS, as for a memfd. MADV_REMOVE and remap_file_pages() are refused, and nothing
 * changes the size.
 *
 * The mapping follows mmap(2): MAP_SHARED with PROT_WRITE needs a descriptor that
 * is open for reading and writing (EACCES), and after SEAL there is none (EPERM).
 * MAP_PRIVATE copies what the process writes to; nobody else sees that. A child of
 * fork() inherits either. Mapping the bytes attaches nobody. Each mapping counts as an
 * open file of the system (ENFILE).
 *
 * The region's mutexes, if it has any, are those of struct kipc_mutex_lock_args,
 * with their words mapped at offset 0. They lock nothing by themselves, and know of
 * no seal.
 */
#define KIPC_REGION_DATA	0x40000000ULL

/* Seals of a region: what cannot be done any more. */
#define KIPC_SEAL_WRITE		0x1U	/* changing the bytes */

/* Flags of CREATE, reported by INFO and LIST. */
#define KIPC_EXCLUSIVE		0x1U	/* EEXIST if the name is taken */
#define KIPC_PERSIST		0x2U	/* the name stays until UNLINK */
#define KIPC_SEALED		0x4U	/* kernel only: no words, or read-only ones */
#define KIPC_PACKED		0x8U	/* words 8 bytes apart, not 64 */
#define KIPC_RECURSIVE		0x10U	/* mutex: its owner may lock it again */
#define KIPC_FAIR		0x20U	/* strictly first come, first served; real time first */
#define KIPC_SPIN		0x40U	/* mutex: no sleep while its owner runs */
#define KIPC_DETECT		0x80U	/* mutex: EDEADLK where a wait closes a cycle */
#define KIPC_UNDO		0x100U	/* semaphore: the dead give their units back */
#define KIPC_DROP		0x200U	/* barrier: the dead are waited for no more */
#define KIPC_NO_MEMBERS		0x400U	/* barrier: only arrivals count, not their parties */

/* With any of these the words are the kernel's for ever, and mapped read-only. */
#define KIPC_KERNEL_WORDS	(KIPC_SEALED | KIPC_UNDO | KIPC_DROP)

/* Access of CREATE, flags of OPEN: what the descriptor is for. */
#define KIPC_READ		0x1U
#define KIPC_WRITE		0x2U

/* Flags of the verbs that may wait. */
#define KIPC_TRY		0x1U	/* EAGAIN, never wait; deadline 0 */
#define KIPC_REALTIME		0x2U	/* deadline is CLOCK_REALTIME */
#define KIPC_PEEK		0x4U	/* RECEIVE: leave it; needs TRY */
#define KIPC_ARRIVED		0x8U	/* BARRIER_WAIT: see there */
#define KIPC_POSTED		0x10U	/* SEMAPHORE_POST_WAIT: see there */

/**
 * union kipc_attributes - what is special to a type, bytes unused are zero
 * @semaphore: of KIPC_SEMAPHORE
 * @semaphore.initial: units each element starts with, 0..@semaphore.max
 * @semaphore.max: most units an element can hold, 1..KIPC_SEMAPHORE_MAX;
 *	1 makes it binary
 * @barrier: of KIPC_BARRIER
 * @barrier.parties: 2..KIPC_PARTIES_MAX; with KIPC_DROP those it has at first,
 *	see struct kipc_barrier_args
 * @mailbox: of KIPC_MAILBOX
 * @mailbox.message_size: bytes of the longest message, 1..KIPC_MESSAGE_MAX
 * @mailbox.messages: most messages it holds, 1..KIPC_MESSAGES_MAX
 * @mailbox.bytes: most bytes of all messages in it, at least
 *	@mailbox.message_size, at most that times @mailbox.messages; 0 means
 *	that product
 * @region: of KIPC_REGION
 * @region.bytes: 1..KIPC_REGION_MAX; there are as many as fill the last page
 * @reserved: the size of it all
 */
union kipc_attributes {
	struct {
		__u32 initial;
		__u32 max;
	} semaphore;
	struct {
		__u32 parties;
	} barrier;
	struct {
		__u32 message_size;
		__u32 messages;
		__aligned_u64 bytes;
	} mailbox;
	struct {
		__aligned_u64 bytes;
	} region;
	__aligned_u64 reserved[4];
};

/**
 * struct kipc_create_args - create an object, or open the one of that name
 * @size: of this structure in bytes
 * @flags: KIPC_EXCLUSIVE, KIPC_PERSIST (both need a name), KIPC_SEALED, for
 *	   semaphores and mutexes KIPC_PACKED, for these and mailboxes KIPC_FAIR,
 *	   for mutexes KIPC_RECURSIVE, KIPC_DETECT and KIPC_SPIN, which has no
 *	   effect with DETECT, for semaphores KIPC_UNDO, for barriers KIPC_DROP or
 *	   KIPC_NO_MEMBERS, not both; for regions those of mutexes, which say what
 *	   its mutexes are like
 * @type: KIPC_SEMAPHORE, KIPC_BARRIER, KIPC_MAILBOX, KIPC_MUTEX or KIPC_REGION
 * @elements: 1..KIPC_ELEMENTS_MAX for semaphores and mutexes, for regions the
 *	      mutexes it has, 0..KIPC_ELEMENTS_MAX, 1 for the others
 * @name: pointer to the name's bytes, without a NUL or a slash; 0 for an
 *	  anonymous object
 * @name_length: 1..KIPC_NAME_MAX, or 0 for an anonymous object
 * @mode: permission bits 0..0777, taken as they are: there is no umask; those for
 *	  writing mean nothing to an anonymous object, which has none
 * @attributes: what is special to the type
 * @access: what the descriptor is for: KIPC_READ, KIPC_WRITE or both; 0 means both
 * @reserved: 0
 * @info: pointer to a struct kipc_info_args, prepared as for KIPC_INFO, that is
 *	  filled in as KIPC_INFO on the new descriptor would; 0 for none. Structures
 *	  of 72 bytes, as this one first was, do not have it
 *
 * Everything that the object will ever need is charged and allocated here, but
 * what a KIPC_UNDO semaphore needs for a participant: that is when he attaches.
 * Where the name is taken and KIPC_EXCLUSIVE is not given, the object of that
 * name is opened for @access, which its mode must permit (EACCES); its type,
 * elements and flags must be as asked (EPROTOTYPE, EINVAL), only that it may be
 * KIPC_PERSIST without having been asked for; its attributes stay. A new object is
 * not checked: its mode may permit its creator less than @access.
 *
 * Processes that create the same name at once get the same object; none gets ENOSPC
 * or ENOMEM because of the others.
 *
 * Where @info cannot be read or written (EFAULT), or is one that KIPC_INFO would
 * refuse, nothing is created and nothing opened. A call that fails may have written
 * to @info all the same: what is there then means nothing.
 *
 * Returns a descriptor, or EINVAL, ENAMETOOLONG, EEXIST, EACCES, EPROTOTYPE,
 * ENOSPC (quota of the user), EMFILE, ENFILE, ENOMEM, EINTR (killed).
 */
struct kipc_create_args {
	__u32 size;
	__u32 flags;
	__u32 type;
	__u32 elements;
	__aligned_u64 name;
	__u32 name_length;
	__u32 mode;
	union kipc_attributes attributes;
	__u32 access;
	__u32 reserved;
	__aligned_u64 info;
};

/**
 * struct kipc_open_args - open an object by name
 * @size: of this structure in bytes
 * @flags: KIPC_READ, KIPC_WRITE or both, at least one, checked against the object's
 *	   mode
 * @type: must be the object's (EPROTOTYPE)
 * @name_length: 1..KIPC_NAME_MAX
 * @name: pointer to the name's bytes
 * @info: as in struct kipc_create_args; structures of 24 bytes do not have it
 *
 * Returns a descriptor, or EINVAL, ENAMETOOLONG, ENOENT, EACCES, EPROTOTYPE,
 * EMFILE, ENFILE, ENOMEM.
 */
struct kipc_open_args {
	__u32 size;
	__u32 flags;
	__u32 type;
	__u32 name_length;
	__aligned_u64 name;
	__aligned_u64 info;
};

/**
 * struct kipc_unlink_args - remove a name; descriptors stay valid
 * @size: of this structure in bytes
 * @flags: 0
 * @reserved: 0
 * @name_length: 1..KIPC_NAME_MAX
 * @name: pointer to the name's bytes
 *
 * Only the object's owner and CAP_IPC_OWNER may: EACCES. ENOENT without it.
 */
struct kipc_unlink_args {
	__u32 size;
	__u32 flags;
	__u32 reserved;
	__u32 name_length;
	__aligned_u64 name;
};

/**
 * struct kipc_list_entry - one named object
 * @type: of the object
 * @flags: it was created with
 * @elements: in the object
 * @mode: permission bits
 * @uid: owner, in the caller's user namespace
 * @gid: owning group, in the caller's user namespace
 * @waiters: threads waiting in the kernel now, all elements together
 * @descriptors: open file descriptions of it
 * @owner: process that owns the mutex, the first one of a set; 0 where nobody does
 *	   or he is not visible in the caller's pid namespace, and for other types
 * @name_length: bytes in @name
 * @name: the name, padded with zeros
 */
struct kipc_list_entry {
	__u32 type;
	__u32 flags;
	__u32 elements;
	__u32 mode;
	__u32 uid;
	__u32 gid;
	__u32 waiters;
	__u32 descriptors;
	__u32 owner;
	__u32 name_length;
	char name[256];
};

/**
 * struct kipc_list_args - list the names in the caller's network namespace
 * @size: of this structure in bytes
 * @flags: 0
 * @count: room in @entries, 1..KIPC_LIST_MAX
 * @entry_size: bytes of one entry, at least sizeof(struct kipc_list_entry)
 * @entries: pointer to the entries
 * @cursor: in: 0 to begin, or where the last call ended; out: where this ended
 *
 * A name that exists during the whole listing is listed exactly once.
 * Returns the number of entries filled, 0 at the end.
 */
struct kipc_list_args {
	__u32 size;
	__u32 flags;
	__u32 count;
	__u32 entry_size;
	__aligned_u64 entries;
	__aligned_u64 cursor;
};

/**
 * struct kipc_info_args - what an object is; on any object's descriptor
 * @size: of this structure in bytes
 * @flags: 0
 * @type: out: of the object
 * @created: out: flags of CREATE
 * @elements: out
 * @stride: out: bytes from one word to the next in the mapping, 0 if the object
 *	    cannot be mapped
 * @map_size: out: bytes to mmap, 0 if the object cannot be mapped
 * @uid: out: owner, in the caller's user namespace
 * @gid: out: owning group, in the caller's user namespace
 * @mode: out: permission bits
 * @access: out: KIPC_READ and KIPC_WRITE as this descriptor has them
 * @attributes: out
 * @attachment: out: number of the calling process's attachment, which it has as
 *		long as it maps the object; if it does not, that of another process
 *		with which it shares its memory, for the verbs of mutexes; else 0, and
 *		where the object tracks none
 * @reserved: 0
 * @inode: out: number of the object's inode, st_ino of fstat(2); no other object has
 *	   or had it since the module was loaded
 */
struct kipc_info_args {
	__u32 size;
	__u32 flags;
	__u32 type;
	__u32 created;
	__u32 elements;
	__u32 stride;
	__aligned_u64 map_size;
	__u32 uid;
	__u32 gid;
	__u32 mode;
	__u32 access;
	union kipc_attributes attributes;
	__u32 attachment;
	__u32 reserved;
	__aligned_u64 inode;
};

/**
 * struct kipc_watch_args - be told of the deaths of an object's participants
 * @size: of this structure in bytes
 * @flags: 0
 *
 * Returns a close-on-exec descriptor to read struct kipc_notice from, one a
 * call. A read waits for one, unless O_NONBLOCK is set (EAGAIN); it returns 0
 * once the object has gone. A buffer too small for one gets EINVAL. For poll it
 * is EPOLLIN while there is a notice, EPOLLHUP once the object has gone. It
 * counts as an object in the user's quota, and does not keep the object alive.
 *
 * An object has at most KIPC_WATCHES_MAX. Users other than the one whose quota the
 * object is charged to have at most KIPC_WATCHES_OTHERS of them together, and each
 * of them KIPC_WATCHES_USER; so the creator can always have the rest. A caller with
 * CAP_SYS_RESOURCE in the initial user namespace is bounded as the creator is.
 *
 * EINVAL: the object tracks nobody. ENOSPC: quota. EUSERS: the object has so many
 * already. EMFILE, ENFILE, ENOMEM. Needs read access.
 */
struct kipc_watch_args {
	__u32 size;
	__u32 flags;
};

/**
 * struct kipc_notice - a participant has died, or has unmapped the object
 * @size: bytes of this structure that were filled in, which is what read() returned:
 *	  as many as the kernel knows, or as there was room for, at least 24
 * @flags: 0
 * @pid: that the process had which had attached, 0 if not visible to the reader. The
 *	 process has ended as a rule, so that its number may be another's by now
 * @attachment: number it had
 * @repaired: things that it held and that were given to others: mutexes it
 *	      owned, semaphores it held units of, its membership of a barrier
 * @lost: notices that have found no room since the last one was read
 *
 * Later kernels may add fields at the end. A reader passes the size of the structure
 * that it was compiled with, and looks only at fields within @size bytes; what is
 * beyond these in its buffer is left as it was.
 *
 * A watch holds KIPC_NOTICES_MAX. Where one more of something that was repaired
 * comes it takes the place of the oldest with @repaired 0; any other is lost.
 */
struct kipc_notice {
	__u32 size;
	__u32 flags;
	__u32 pid;
	__u32 attachment;
	__u32 repaired;
	__u32 lost;
};

/**
 * struct kipc_thread_args - the number of the calling thread; on /dev/kipc and on any
 *			     object's descriptor
 * @size: of this structure in bytes
 * @flags: 0
 * @thread: out: the number, in the bits of KIPC_MUTEX_THREAD; not 0
 * @attachment: out: on an object's descriptor what struct kipc_info_args says there,
 *		0 on /dev/kipc. Structures of 16 bytes, as this one first was, do not
 *		have it
 * @reserved: 0
 *
 * The kernel issues it, to a thread that has none yet, and no other living thread of
 * this machine has it, whatever pid namespace it is in. A thread keeps its number for
 * as long as it lives; an exec may give it another one.
 *
 * ENXIO: the caller uses the memory of another process, as a child of vfork() does, or
 * of clone() with CLONE_VM but not CLONE_THREAD, and so perhaps that one's thread
 * variables, where the number must not be kept. ENOMEM; EUSERS where no number is free.
 */
struct kipc_thread_args {
	__u32 size;
	__u32 flags;
	__aligned_u64 thread;
	__u32 attachment;
	__u32 reserved;
};

/**
 * struct kipc_semaphore_post_args - give units back
 * @size: of this structure in bytes
 * @flags: 0
 * @element: which semaphore of the set
 * @count: units, at least 1
 *
 * Never waits. EOVERFLOW, and nothing changed, where the units would pass the
 * semaphore's maximum; EINVAL for no units at all. Needs write access.
 *
 * With KIPC_UNDO the process holds so many units fewer from then on, at least
 * none: what it posts beyond those it took makes nobody else hold fewer. What it
 * holds when its attachment ends is given back, as far as the maximum allows.
 * ENXIO: the process is not attached; so do WAIT, read() and write().
 */
struct kipc_semaphore_post_args {
	__u32 size;
	__u32 flags;
	__u32 element;
	__u32 count;
};

/**
 * struct kipc_semaphore_wait_args - take units, all at once
 * @size: of this structure in bytes
 * @flags: KIPC_TRY, KIPC_REALTIME
 * @element: which semaphore of the set
 * @count: units, 1..the semaphore's maximum
 * @deadline: see above
 *
 * Waits in the kernel until the units are there. Waiters are woken in order, real-time
 * ones first, and a thread that comes meanwhile may take the units before one that was
 * woken does. It may not where the first waiter has lost them twice in that way, is a
 * real-time thread or wants several: then the units are handed over to that, and with
 * KIPC_FAIR always. EAGAIN, ETIMEDOUT, EINTR; EUSERS where too many wait already. Needs
 * write access.
 *
 * With KIPC_UNDO the process holds the units, whichever of its threads took them.
 * ENXIO where it is not attached, or, at the latest when it would be the turn of a
 * waiting thread, is not any more.
 */
struct kipc_semaphore_wait_args {
	__u32 size;
	__u32 flags;
	__u32 element;
	__u32 count;
	__s64 deadline;
};

/**
 * struct kipc_semaphore_value_args - look at the units
 * @size: of this structure in bytes
 * @flags: 0
 * @element: which semaphore of the set
 * @value: out: units it holds
 *
 * Any descriptor of the object will do.
 */
struct kipc_semaphore_value_args {
	__u32 size;
	__u32 flags;
	__u32 element;
	__u32 value;
};

/**
 * struct kipc_semaphore_post_wait_args - POST one semaphore, then WAIT for another
 * @size: of this structure in bytes
 * @flags: KIPC_TRY, KIPC_REALTIME: of the wait; KIPC_POSTED: only wait
 * @element: which semaphore of the set to post
 * @count: units to post, at least 1
 * @wait_fd: descriptor of the set to wait for, -1 for the one that is posted
 * @wait_element: which semaphore of that set to wait for; may be the posted one
 * @wait_count: units to wait for, 1..the maximum of that semaphore
 * @reserved: 0
 * @deadline: of the wait
 *
 * One system call for both, and a hint to the scheduler that whoever the post wakes
 * can have this processor. These are still two operations: others may come between
 * them. Where both are about one element the caller may take what it posts before a
 * thread that the post wakes, in the cases in which WAIT may; not with KIPC_FAIR.
 *
 * Everything that can be known is checked before the post, so an error that POST has,
 * or that the arguments give reason to, has changed nothing. After the post the wait
 * may still fail: EAGAIN, ETIMEDOUT, EINTR, EUSERS, ENXIO. Then KIPC_POSTED is added to
 * the flags, so that the same call goes on with the wait and posts no second time;
 * that is what a signal handler with SA_RESTART does. Success takes it out again. So
 * each thread needs arguments of its own. Where they cannot be written every signal
 * handler ends the wait with EINTR.
 *
 * EBADF: @wait_fd is no descriptor. EINVAL: it is none of a semaphore. Both need
 * write access.
 */
struct kipc_semaphore_post_wait_args {
	__u32 size;
	__u32 flags;
	__u32 element;
	__u32 count;
	__s32 wait_fd;
	__u32 wait_element;
	__u32 wait_count;
	__u32 reserved;
	__s64 deadline;
};

/* What BARRIER_WAIT returns to exactly one party a generation; 0 to others. */
#define KIPC_BARRIER_SERIAL	1

/**
 * struct kipc_barrier_wait_args - arrive, and wait for the others
 * @size: of this structure in bytes
 * @flags: KIPC_REALTIME, KIPC_ARRIVED; KIPC_TRY: EAGAIN, without having
 *	   arrived, where the party would have to wait
 * @element: 0
 * @reserved: 0
 * @word: with KIPC_ARRIVED, the word that the caller left when it arrived by
 *	  changing it; else 0
 * @deadline: see above
 *
 * A deadline that passes breaks the barrier: the caller gets ETIMEDOUT, every
 * other party ECANCELED until RESET. ECANCELED too after ABORT, and for those
 * who have not returned when a RESET comes.
 *
 * An attached process is a member from its first arrival here, or JOIN, until
 * LEAVE. If its attachment ends before that, the barrier is broken and every
 * party gets EOWNERDEAD until RESET; so it does where a waiting party, attached
 * or not, was killed by SIGKILL. A process of several threads that was killed
 * while one of them waited here may break the barrier once more after a RESET, at
 * the latest when it is gone. The first reason to be broken stays. The death of
 * one that is no member is not noticed otherwise: use deadlines.
 *
 * With KIPC_NO_MEMBERS only arrivals count, as with a pthread barrier: no process is
 * attached or a member, and the end of one breaks nothing, whether it comes between
 * two generations or while the party waits. An arrival stands even where the party
 * is killed as it waits. So one that is started again after that arrives a second
 * time: RESET the barrier before. One that does not arrive any more is not missed: use
 * deadlines.
 *
 * With KIPC_DROP: see struct kipc_barrier_args. ENXIO: the process is not
 * attached. EOVERFLOW: there would be more than KIPC_PARTIES_MAX parties.
 *
 * When a signal ends the wait the arrival stands: KIPC_ARRIVED and the word are
 * written back, so that the same call continues it; any other end takes them
 * out again. So each thread needs arguments of its own. EUSERS where too many wait
 * already: then the caller has not arrived, not even with KIPC_ARRIVED. With KIPC_ARRIVED
 * and KIPC_TRY, EAGAIN says that nothing has come of the arrival yet. Needs write access.
 */
struct kipc_barrier_wait_args {
	__u32 size;
	__u32 flags;
	__u32 element;
	__u32 reserved;
	__aligned_u64 word;
	__s64 deadline;
};

/**
 * struct kipc_barrier_args - ABORT: break the barrier; RESET: mend it; JOIN: be a
 *			      member; LEAVE: be none any more
 * @size: of this structure in bytes
 * @flags: 0
 * @element: 0
 * @reserved: 0
 *
 * ABORT and RESET give those who wait ECANCELED. None waits. Need write access.
 * JOIN and LEAVE: ENXIO where the process is not attached, EINVAL with
 * KIPC_NO_MEMBERS. LEAVE: EPERM where it is not a member.
 *
 * A plain barrier waits for the same number of parties for ever. JOIN says that
 * the process will arrive by changing the word, so that its death is noticed even
 * if it has not been here before. JOINs are counted (EOVERFLOW beyond
 * KIPC_PARTIES_MAX): as many LEAVEs say that the end of the process means nothing,
 * and one is enough where it has only arrived.
 *
 * A KIPC_DROP barrier waits for as many parties as there are. It begins with those
 * of its attributes, all of them vacant. Each JOIN makes the process one party
 * more: it fills a vacancy, or if there is none adds a party, which is waited for
 * from the current generation on (EOVERFLOW beyond KIPC_PARTIES_MAX). A process
 * that arrives more often in a generation than it has joined joins once more by
 * that. LEAVE makes it one party fewer, the end of its attachment all it has
 * joined as: the barrier has so many fewer parties, and where more of the process's
 * have arrived in this generation than it has left, these arrivals go too. If all
 * who remain have arrived the barrier opens, and the first one that is told of it
 * gets KIPC_BARRIER_SERIAL. Vacancies are waited for; none comes back by that. So
 * the last member finds the barrier open whenever it arrives, and when there is
 * none the next to join is the first party. A RESET changes no membership.
 * Deadlines and ABORT break the barrier like any other.
 */
struct kipc_barrier_args {
	__u32 size;
	__u32 flags;
	__u32 element;
	__u32 reserved;
};

/**
 * struct kipc_barrier_state_args - look at a barrier
 * @size: of this structure in bytes
 * @flags: 0
 * @element: 0
 * @parties: out: it waits for, with KIPC_DROP now
 * @arrived: out: of them
 * @generation: out: times it opened, modulo 2^31
 * @broken: out: 0, ECANCELED or EOWNERDEAD
 * @waiters: out: parties waiting in the kernel
 * @members: out: processes that are members
 * @reserved: 0
 *
 * Any descriptor of the object will do.
 */
struct kipc_barrier_state_args {
	__u32 size;
	__u32 flags;
	__u32 element;
	__u32 parties;
	__u32 arrived;
	__u32 generation;
	__u32 broken;
	__u32 waiters;
	__u32 members;
	__u32 reserved;
};

/**
 * struct kipc_mailbox_send_args - send one message
 * @size: of this structure in bytes
 * @flags: KIPC_TRY, KIPC_REALTIME
 * @element: 0
 * @priority: 0..KIPC_PRIORITIES - 1, the highest is received first
 * @data: pointer to the message
 * @length: bytes, 0..the mailbox's message_size (EMSGSIZE)
 * @reserved: 0
 * @deadline: see above
 *
 * Waits while the mailbox is full, or the room is another sender's, see above. EAGAIN,
 * ETIMEDOUT, EINTR, EFAULT; EUSERS where too many wait already. Needs write access.
 */
struct kipc_mailbox_send_args {
	__u32 size;
	__u32 flags;
	__u32 element;
	__u32 priority;
	__aligned_u64 data;
	__u32 length;
	__u32 reserved;
	__s64 deadline;
};

/**
 * struct kipc_mailbox_receive_args - receive the first message
 * @size: of this structure in bytes
 * @flags: KIPC_TRY, KIPC_REALTIME; KIPC_PEEK (with KIPC_TRY): look at the
 *	   first message and leave it where it is
 * @element: 0
 * @priority: out: of the message
 * @data: pointer to the buffer
 * @capacity: bytes of the buffer
 * @length: out: bytes of the message, also with EMSGSIZE
 * @deadline: see above
 * @pid: out: process that sent it, 0 if not visible in the caller's namespace, and
 *	 once it has been reaped
 * @uid: out: effective user of that which sent it, in the caller's user namespace
 * @gid: out: effective group likewise
 * @reserved: 0
 *
 * Waits while the mailbox is empty, or the message is another receiver's. EMSGSIZE, and
 * the message stays first, where the buffer is too small; EFAULT likewise. EAGAIN,
 * ETIMEDOUT, EINTR; EUSERS where too many wait already. Needs read access.
 *
 * A message that was on its way to a receiver who is killed, or gets EFAULT, is
 * there again, even if another one has received what was sent after it meanwhile.
 *
 * @uid and @gid are those of the process that called SEND. Where the message was sent
 * by write(), writev() or io_uring they are those with which the descriptor was
 * opened, whichever process wrote: a program may not know that what it writes to
 * its standard output or error becomes a message. @pid is the process that sent or
 * wrote, and is good only for as long as that process lives: its number can become
 * another's as soon as it is reaped, also between RECEIVE and the use of @pid.
 */
struct kipc_mailbox_receive_args {
	__u32 size;
	__u32 flags;
	__u32 element;
	__u32 priority;
	__aligned_u64 data;
	__u32 capacity;
	__u32 length;
	__s64 deadline;
	__u32 pid;
	__u32 uid;
	__u32 gid;
	__u32 reserved;
};

/**
 * struct kipc_mailbox_state_args - look at a mailbox
 * @size: of this structure in bytes
 * @flags: 0
 * @element: 0
 * @messages: out: waiting to be received
 * @bytes: out: in them
 * @senders: out: threads waiting to send
 * @receivers: out: threads waiting to receive
 *
 * Any descriptor of the object will do.
 */
struct kipc_mailbox_state_args {
	__u32 size;
	__u32 flags;
	__u32 element;
	__u32 messages;
	__aligned_u64 bytes;
	__u32 senders;
	__u32 receivers;
};

/**
 * struct kipc_mutex_lock_args - become the owner
 * @size: of this structure in bytes
 * @flags: KIPC_TRY, KIPC_REALTIME
 * @element: which mutex of the set
 * @attachment: the caller's, from INFO
 * @deadline: see above
 *
 * The owner is the calling thread. EOWNERDEAD: the caller is the owner, the one
 * before died as such, alone or with its process, and what the mutex protects may be
 * half done; after mending that, say CONSISTENT. ENOTRECOVERABLE: somebody unlocked it without
 * having said so. EDEADLK: the caller is the owner already and the mutex is not
 * KIPC_RECURSIVE, or with KIPC_DETECT the owner waits, directly or not, for a
 * mutex of the caller's. EOVERFLOW: locked again too often. ENXIO: that is not
 * an attachment of the caller's memory. ENOMEM, EUSERS: the thread has no number yet,
 * see struct kipc_thread_args, and gets none. EAGAIN, ETIMEDOUT, EINTR; ENOSPC where too many wait
 * already. Needs write access.
 *
 * With KIPC_SPIN the caller spins instead of sleeping while the owner runs, in the
 * kernel for at most 100 ms; then it is queued and sleeps as with any other mutex.
 * With KIPC_FAIR it is queued first and spins in its place.
 */
struct kipc_mutex_lock_args {
	__u32 size;
	__u32 flags;
	__u32 element;
	__u32 attachment;
	__s64 deadline;
};

/**
 * struct kipc_mutex_args - UNLOCK: stop being the owner; CONSISTENT: what the
 *			    mutex protects is whole again
 * @size: of this structure in bytes
 * @flags: 0
 * @element: which mutex of the set
 * @attachment: the caller's, from INFO
 *
 * EPERM: the caller is not the owner. CONSISTENT gives EINVAL where no owner
 * died. ENXIO as LOCK. Neither waits. Need write access.
 */
struct kipc_mutex_args {
	__u32 size;
	__u32 flags;
	__u32 element;
	__u32 attachment;
};

/* What MUTEX_STATE says of a mutex. */
#define KIPC_MUTEX_STATE_OWNER_DIED	0x1U	/* and the mutex is not yet consistent */
#define KIPC_MUTEX_STATE_NOT_RECOVERABLE 0x2U

/**
 * struct kipc_mutex_state_args - look at a mutex
 * @size: of this structure in bytes
 * @flags: 0
 * @element: which mutex of the set
 * @owner: out: process of the owner, 0 if there is none or it is not visible in
 *	   the caller's pid namespace
 * @thread: out: thread of the owner, as in that process's pid namespace
 * @depth: out: times the owner locked it, 0 if there is none
 * @state: out: KIPC_MUTEX_STATE_OWNER_DIED, KIPC_MUTEX_STATE_NOT_RECOVERABLE
 * @waiters: out: threads waiting in the kernel, the whole set together
 *
 * Any descriptor of the object will do.
 */
struct kipc_mutex_state_args {
	__u32 size;
	__u32 flags;
	__u32 element;
	__u32 owner;
	__u32 thread;
	__u32 depth;
	__u32 state;
	__u32 waiters;
};

/**
 * struct kipc_region_seal_args - let nobody change the bytes any more, for ever
 * @size: of this structure in bytes
 * @flags: 0
 * @seals: KIPC_SEAL_WRITE
 * @reserved: 0
 *
 * EBUSY, and nothing has changed: a shared mapping exists, or came and went
 * meanwhile, that may be written to, now or after mprotect(); or the kernel holds
 * pages of the region (in a pipe, for direct input or output, as a registered
 * buffer), for which SEAL waits a moment. The kernel cannot tell what such a page is
 * held for. So a process that may only read can keep SEAL from succeeding, too, with
 * vmsplice() for example, as it can with F_SEAL_WRITE of a memfd: seal a region before
 * giving it to processes that are not trusted.
 *
 * Until SEAL succeeds it changes nothing for others: they can map the region for
 * writing meanwhile. A mapping that is made after SEAL for reading cannot be made
 * writable. EINTR (killed). To seal what is sealed already is fine. Needs write
 * access.
 */
struct kipc_region_seal_args {
	__u32 size;
	__u32 flags;
	__u32 seals;
	__u32 reserved;
};

/**
 * struct kipc_region_state_args - look at a region
 * @size: of this structure in bytes
 * @flags: 0
 * @seals: out: KIPC_SEAL_WRITE or 0
 * @writers: out: shared mappings that may be written to, now or after mprotect()
 * @bytes: out: that can be mapped, a whole number of pages
 *
 * Any descriptor of the object will do.
 */
struct kipc_region_state_args {
	__u32 size;
	__u32 flags;
	__u32 seals;
	__u32 writers;
	__aligned_u64 bytes;
};

/* The size travels in the structure, so the numbers never change with it. */
#define KIPC_IOCTL		0xB9

/* On /dev/kipc. */
#define KIPC_CREATE		_IO(KIPC_IOCTL, 0x00)
#define KIPC_OPEN		_IO(KIPC_IOCTL, 0x01)
#define KIPC_UNLINK		_IO(KIPC_IOCTL, 0x02)
#define KIPC_LIST		_IO(KIPC_IOCTL, 0x03)

/* On any object. */
#define KIPC_INFO		_IO(KIPC_IOCTL, 0x10)
#define KIPC_WATCH		_IO(KIPC_IOCTL, 0x11)

/* On /dev/kipc and on any object. */
#define KIPC_THREAD		_IO(KIPC_IOCTL, 0x12)

#define KIPC_SEMAPHORE_POST	_IO(KIPC_IOCTL, 0x20)
#define KIPC_SEMAPHORE_WAIT	_IO(KIPC_IOCTL, 0x21)
#define KIPC_SEMAPHORE_VALUE	_IO(KIPC_IOCTL, 0x22)
#define KIPC_SEMAPHORE_POST_WAIT _IO(KIPC_IOCTL, 0x23)

#define KIPC_BARRIER_WAIT	_IO(KIPC_IOCTL, 0x30)
#define KIPC_BARRIER_ABORT	_IO(KIPC_IOCTL, 0x31)
#define KIPC_BARRIER_RESET	_IO(KIPC_IOCTL, 0x32)
#define KIPC_BARRIER_STATE	_IO(KIPC_IOCTL, 0x33)
#define KIPC_BARRIER_JOIN	_IO(KIPC_IOCTL, 0x34)
#define KIPC_BARRIER_LEAVE	_IO(KIPC_IOCTL, 0x35)

#define KIPC_MAILBOX_SEND	_IO(KIPC_IOCTL, 0x40)
#define KIPC_MAILBOX_RECEIVE	_IO(KIPC_IOCTL, 0x41)
#define KIPC_MAILBOX_STATE	_IO(KIPC_IOCTL, 0x42)

#define KIPC_MUTEX_LOCK		_IO(KIPC_IOCTL, 0x50)
#define KIPC_MUTEX_UNLOCK	_IO(KIPC_IOCTL, 0x51)
#define KIPC_MUTEX_CONSISTENT	_IO(KIPC_IOCTL, 0x52)
#define KIPC_MUTEX_STATE	_IO(KIPC_IOCTL, 0x53)

#define KIPC_REGION_SEAL	_IO(KIPC_IOCTL, 0x60)
#define KIPC_REGION_STATE	_IO(KIPC_IOCTL, 0x61)

#endif /* _UAPI_LINUX_KIPC_H */
