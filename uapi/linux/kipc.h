/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * kipc: mailboxes, semaphores, barriers, mutexes, shared regions of memory and
 * rings behind file descriptors.
 *
 * An ioctl on /dev/kipc creates or opens an object and returns a close-on-exec
 * descriptor. The ioctls on that descriptor are the verbs of the object. The
 * words that user space may change without a system call are mapped with
 * mmap() at offset 0 of the descriptor.
 *
 * These rules hold for every ioctl here:
 *
 * - Structures. The argument points to a structure that begins with its own
 *   size in bytes and a word of flags. If it is shorter than the kernel's, the
 *   kernel takes what is missing as zeros. If it is longer, the bytes that the
 *   kernel does not know must be zero, and the size may not exceed a page
 *   (E2BIG for both). A size below the first published one is EINVAL.
 * - Fields. "out" marks a field that the kernel writes. Such a field is ignored
 *   on entry, and it is written only if the ioctl succeeds, unless the
 *   structure says otherwise. All other fields keep their values. A reserved
 *   field has to be 0.
 * - Errors. An ioctl that fails returns -1 and sets errno. All of them have
 *   these errors: EINVAL if a flag is unknown, if a reserved field is not zero,
 *   if an element is out of range or if the size is too small; EFAULT if the
 *   structure, or memory that it points to, cannot be read or written; ENOTTY
 *   if the command is unknown or is a verb of another type. ENOSPC means that
 *   the quota of a user is used up. EUSERS means that an object has as many
 *   attached processes, waiting threads or watches as it can have.
 * - Access. A verb that changes an object needs a descriptor that is open for
 *   writing. A verb that receives from it or watches it needs one that is open
 *   for reading. Without that access the error is EBADF. Verbs that only
 *   describe an object (INFO, THREAD, VALUE and the STATEs) may be used
 *   through any descriptor of it, as mq_getattr(3) and fdinfo.
 * - Deadlines. A deadline is an absolute time in nanoseconds, of
 *   CLOCK_MONOTONIC in the time namespace of the caller or, with KIPC_REALTIME,
 *   of CLOCK_REALTIME. KIPC_FOREVER never passes. A negative deadline is
 *   EINVAL. A deadline that has passed already gives ETIMEDOUT, unless the verb
 *   can complete without waiting.
 * - Not waiting. A verb that must not wait is given KIPC_TRY. O_NONBLOCK has no
 *   effect on ioctls, only on read() and write(), because every process that
 *   has the descriptor can set it.
 * - Signals. A wait that a signal handler interrupts is restarted or ends with
 *   EINTR, as SA_RESTART says. The deadline is absolute, so neither makes the
 *   wait longer.
 * - Places. A waiter that was interrupted keeps its place in the queue: the
 *   next wait of the same thread continues there if it is for the same element
 *   of the same object and for as many units or bytes. That holds after a
 *   restart and after EINTR, and whether a signal, io_uring, a tracer or the
 *   freezer has interrupted the wait. A wait for anything else drops the
 *   place, and a deadline that passes ends it. The place is lost, too, if the
 *   thread stays away for more than 100 ms while more than 64 waits begin at
 *   the object. What becomes free meanwhile goes to other threads. Waiters of
 *   barriers need no places, because they are all released together.
 *
 * Each object is an inode. fstat(2) tells its number, owner, group and
 * permission bits and, of a region, the bytes it was created with. The owner
 * can change the permission bits with fchmod(2); fchown(2) needs the privileges
 * that it needs for a file. OPEN, CREATE, UNLINK, LIST and INFO use the changed
 * values. Bits beyond 0777 are EINVAL. The quota stays that of the creator.
 *
 * Opening /proc/self/fd/N makes another descriptor of the object, as the
 * permission bits allow. An anonymous object has no bits for writing, and its
 * bits cannot be changed (EPERM). So a descriptor that was passed on for
 * reading is no way to get one for writing. A descriptor that was opened with
 * O_PATH does not keep the object; opening that descriptor again is ENXIO once
 * the object has gone.
 *
 * The layout is the same for 32-bit and 64-bit programs.
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
#define KIPC_RING		6

/*
 * Limits that do not depend on the quota of a user. How many threads may wait
 * at one object is a parameter of the module, max_waiters.
 */
#define KIPC_NAME_MAX		255		/* bytes, without a NUL */
#define KIPC_ELEMENTS_MAX	65536		/* elements of one object */
#define KIPC_SEMAPHORE_MAX	0xffffffffU	/* units of one semaphore */
#define KIPC_PARTIES_MAX	65535		/* parties of a barrier */
#define KIPC_PRIORITIES		32768		/* priorities 0..32767 */
#define KIPC_MESSAGE_MAX	(16U << 20)	/* bytes of one message */
#define KIPC_MESSAGES_MAX	65536		/* messages in one mailbox */
#define KIPC_REGION_MAX		0x10000000000ULL	/* bytes of a region */
#define KIPC_RING_LANES_MAX	4		/* lanes of one ring */
#define KIPC_RING_SLOTS_MAX	65536		/* slots of all its lanes */
#define KIPC_RING_LOANS_MAX	65536		/* chunks beside the slots */
#define KIPC_LIST_MAX		1024		/* entries a call of LIST */
#define KIPC_ATTACHMENTS_MAX	4095		/* attachments of one object */
#define KIPC_WATCHES_MAX	1024		/* watches of one object */
#define KIPC_WATCHES_OTHERS	512		/* of others than its creator */
#define KIPC_WATCHES_USER	64		/* of one such user */
#define KIPC_NOTICES_MAX	64		/* unread in one watch */

/* The deadline that never passes. */
#define KIPC_FOREVER		((__s64)0x7fffffffffffffffLL)

/*
 * The word protocol. Each element of an object has a word of 64 bits. Bit 63
 * says which side owns it. If it is clear, any participant may change the word
 * with a compare-and-swap to another value with the bit clear. If it is set,
 * the kernel owns the word: user space must not change it, and every operation
 * is an ioctl. The other bits are meaningless then.
 */
#define KIPC_SLOW		0x8000000000000000ULL

/*
 * Participants. Some objects track the processes that take part: mutexes,
 * regions that have mutexes, KIPC_UNDO semaphores, rings, and barriers without
 * KIPC_NO_MEMBERS. A process is *attached* to such an object from when it maps
 * the words through a descriptor that is open for reading and writing, until
 * the last of these mappings goes, by munmap, exec, exit or SIGKILL.
 *
 * A child of fork() is not attached. At the address of the words it has a
 * mapping that can only be read, in which all words are KIPC_SLOW. It may map
 * the words over that.
 *
 * A child of vfork(), or of clone() with CLONE_VM but without CLONE_THREAD,
 * uses the words of its parent, but is not attached. Its threads may own
 * mutexes by the attachment of another process in that memory. For what a
 * process holds (units, membership) it gets ENXIO until it maps the words
 * itself.
 *
 * What a process holds is repaired once the process is dead, or has become
 * another program, even if something else keeps its memory. What a thread owns
 * is repaired once the thread is dead. A death that is not noticed at once
 * (other processes share the memory and the descriptors, a core dump takes
 * place, a thread ends alone) is found by each verb that would fail or wait,
 * and by a scan that runs ten times a second (the module parameter scan_ms)
 * while a thread waits in the kernel.
 *
 * An owner that was killed counts as dead even if it is in an uninterruptible
 * system call, which may yet write to memory. A process that has such a thread
 * is dead only after that call.
 *
 * If only the kernel changes the words of an object (KIPC_KERNEL_WORDS), they
 * are KIPC_SLOW for ever, and no mapping of them can be written to. A process
 * attaches to such an object by mapping the words for reading, through a
 * descriptor that is open for reading and writing.
 *
 * mmap() of words has these errors, beside those of every mmap():
 *
 *	ENODEV		The object is a mailbox, which has no words.
 *	EACCES		The object has no words that can be mapped: it is
 *			KIPC_SEALED and tracks no process, or it is a region
 *			without mutexes. Or PROT_WRITE was asked for, here or in
 *			mprotect(), with KIPC_KERNEL_WORDS.
 *	EINVAL		The mapping is not shared, or exceeds the words.
 *	EUSERS		KIPC_ATTACHMENTS_MAX processes are attached already.
 *	ENOSPC		The quota of the caller's user is used up. Only
 *			KIPC_UNDO semaphores charge a mapping: four bytes an
 *			element, for the counts of the units that the process
 *			will hold.
 *	ENOMEM		There is not enough memory.
 */

/*
 * Order of waiters. Threads that wait at a semaphore, a mutex, a mailbox or a
 * ring wait in the order of their arrival, but real-time threads come first, by
 * priority.
 *
 * A thread that does not wait yet may take what is there before waiters that
 * were woken for it have run. The first waiter loses at most two such races.
 * After that no thread takes before it. No thread takes before a real-time
 * thread that waits, either, except a real-time thread of higher priority. Room
 * in a mailbox that is too little for the message of the first sender is not
 * taken by others.
 *
 * The slots of a ring are taken without the kernel, so nothing bounds how many
 * races a waiter at a ring loses.
 *
 * With KIPC_FAIR no thread takes before those that wait. What becomes free
 * belongs to the first waiter at once, though it still has to wake up.
 */

/*
 * Read and write. Semaphores, mailboxes and rings have read(2) and write(2), and
 * readv(), writev() and io_uring do the same; the other types have neither
 * (EINVAL). With O_NONBLOCK, or if io_uring asks for
 * it, they fail with EAGAIN where they would wait. They have no deadline.
 *
 *	read() of a semaphore
 *		Takes one unit of element 0 and reads a 64-bit 1, as an eventfd
 *		with EFD_SEMAPHORE. Needs read and write access. EINVAL: there
 *		is room for fewer than 8 bytes.
 *	write() to a semaphore
 *		Posts as many units to element 0 as the 64-bit number says.
 *		EINVAL: fewer than 8 bytes, or 0 units. EOVERFLOW: there is no
 *		room for the units.
 *	read() of a mailbox
 *		Receives the first message whole and returns its length.
 *		EMSGSIZE: the buffer is too small, and the message stays.
 *	write() to a mailbox
 *		Sends the bytes as one message of priority 0. EMSGSIZE: the
 *		mailbox takes no message of that length.
 *	read() of a ring
 *		Receives a message and returns its length, as RING_RECEIVE.
 *		Needs read and write access. EMSGSIZE: the buffer is smaller
 *		than the longest message of the ring.
 *	write() to a ring
 *		Sends the bytes as one message in lane 0. EMSGSIZE: there are
 *		more than the ring takes.
 *
 * All other errors are those of the verbs.
 */

/*
 * Polling. Semaphores, about element 0, mailboxes and rings work with poll,
 * epoll and io_uring. The other types cannot be polled (EPERM from epoll_ctl()).
 * A descriptor is polled for what it may do itself:
 *
 *	EPOLLIN of a semaphore
 *		There is a unit that no waiter gets. Needs read and write
 *		access.
 *	EPOLLOUT of a semaphore
 *		The value is below the maximum. At the maximum write() gives
 *		EOVERFLOW, unless waiters that were woken are still to take
 *		units. Needs write access.
 *	EPOLLIN of a mailbox
 *		There is a message that no waiter gets. Needs read access.
 *	EPOLLOUT of a mailbox
 *		There is room for the longest message. Needs write access.
 *	EPOLLIN of a ring
 *		There is a message. Needs read and write access.
 *	EPOLLOUT of a ring
 *		There is a free slot in lane 0. Needs write access.
 *
 * A descriptor with neither access is never ready, and is registered nowhere.
 *
 * Edges (EPOLLET). There is an edge of EPOLLIN each time that units are posted
 * or a message is sent that no waiter gets, or that a waiter leaves some
 * behind. There is none because some are taken. There is an edge of EPOLLOUT
 * when there is room again after a poller, or a send with KIPC_TRY or
 * O_NONBLOCK, was told that there is none. Of the exclusive pollers
 * (EPOLLEXCLUSIVE) one is woken for each new unit or message, and all of them
 * for room.
 *
 * Room in mailboxes. Senders that wait and senders that poll take turns. While
 * a poller waits for EPOLLOUT, room is not given to senders that wait, so that
 * it adds up to the longest message, unless that fits beside their messages.
 * Then the pollers are woken, and the room is kept for them for 10 ms, or until
 * the first send that does not wait. A sender that waits comes next. So
 * EPOLLOUT says that such a send is likely to succeed, not that it must: a send
 * that comes late or second gets EAGAIN, and its thread should poll again.
 *
 * Edges of a ring come after EAGAIN. There is an edge of EPOLLIN when there is a
 * message again after a poller found none, or after a receive that does not wait
 * found none while the ring is polled; there is none for each further message.
 * EPOLLOUT has its edges in the same way. So a program has to receive until
 * EAGAIN. All exclusive pollers are woken.
 *
 * Costs. While a semaphore is polled the kernel owns the word of element 0, so
 * that every operation on it is a system call. A wake-up walks all pollers of
 * the object for that event with interrupts disabled, as it does for a pipe or
 * an eventfd. A participant with many descriptors in epoll sets makes posting
 * or sending expensive for the others.
 */

/*
 * Semaphore word. Bits 0..31 hold the number of units. If KIPC_SLOW is
 * clear, user space may take all of them, whatever the other bits say. Posting
 * depends on these:
 *
 *	no other bit	Add the units, unless the result exceeds the maximum.
 *	WAITERS		Post with the ioctl, because a waiter has to be woken.
 *	WOKEN		The first waiter was woken and has not looked yet. Add
 *			the units if the result is at most 1. Otherwise post
 *			with the ioctl, because another waiter has to be woken.
 *
 * If any bit is set that is not defined here, all operations are ioctls.
 */
#define KIPC_SEMAPHORE_COUNT	0xffffffffULL
#define KIPC_SEMAPHORE_WOKEN	0x2000000000000000ULL
#define KIPC_SEMAPHORE_WAITERS	0x4000000000000000ULL

/*
 * Barrier word. Bits 0..15 count the parties that have arrived in this
 * generation, bit 16 and bit 17 say whether and why the barrier is broken, bits
 * 18..31 count resets and bits 32..62 count generations. Both of the latter
 * wrap.
 *
 * If KIPC_SLOW and BROKEN are clear, a party arrives by adding 1. The arrival
 * of the last party opens the barrier instead: it adds 1 to the generation and
 * sets the number of arrived parties to 0. A reset counts in RESETS, and not in
 * GENERATION. So a party that compares the word with the one that its arrival
 * left can tell what happened, even if it looks late: if RESETS has changed,
 * its wait was cancelled; otherwise, if GENERATION has changed, the barrier
 * opened.
 */
#define KIPC_BARRIER_ARRIVED	0xffffULL
#define KIPC_BARRIER_BROKEN	0x10000ULL	/* timed out, aborted or died */
#define KIPC_BARRIER_DIED	0x20000ULL	/* with BROKEN: a party died */
#define KIPC_BARRIER_RESETS	0xfffc0000ULL
#define KIPC_BARRIER_RESET_ONE	0x40000ULL
#define KIPC_BARRIER_GENERATION	0x7fffffff00000000ULL
#define KIPC_BARRIER_SHIFT	32

/*
 * Mutex word. It names the owner by two numbers. The number of the attachment
 * is in bits 32..43; the number of the thread, as KIPC_THREAD tells it, is in
 * bits 0..31 and 44..47. All of these bits are 0 if there is no owner.
 *
 *	OWNER_DIED	Bit 48. An owner died, and CONSISTENT was not called
 *			since.
 *	NOT_RECOVERABLE	Bit 49. The mutex cannot be locked any more.
 *	DEPTH		Bits 50..61. How often the owner has locked a
 *			KIPC_RECURSIVE mutex again.
 *	WAITERS		Bit 62. A waiter has to be woken by the next unlock.
 *
 * If KIPC_SLOW is clear, a thread may become the owner of a mutex that has no
 * owner and neither OWNER_DIED nor NOT_RECOVERABLE. The owner may unlock the
 * mutex as long as WAITERS and OWNER_DIED are clear; otherwise it has to use
 * the ioctl.
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
 * Memory of regions. A region is shared memory: whole pages, zeroed at first,
 * that are mapped at this offset of its descriptor, either all of them or any
 * range of pages. A range that exceeds the region is EINVAL. CREATE allocates
 * all of the pages (ENOMEM), so touching them later never gives a SIGBUS. The
 * offset is below 2 GiB for the sake of 32-bit programs whose off_t has 32
 * bits.
 *
 * The memory is that of a memfd, without the memfd. So futexes shared between
 * processes (sem_t, pthread_mutex_t) work in it, core dumps contain it, and
 * madvise(), msync(), mbind(), mlock(), registered buffers of io_uring and
 * userfaultfd accept it. fork() copies none of its page tables, and it can be
 * swapped out. Its pages are small until madvise(MADV_COLLAPSE) asks for huge
 * ones, for a mapping that is aligned as they are. mremap() can make a mapping
 * longer than the region; touching it beyond the end is SIGBUS, as for a memfd.
 * MADV_REMOVE and remap_file_pages() are refused, and nothing changes the size.
 *
 * Mappings follow the rules of mmap(2). MAP_SHARED with PROT_WRITE needs a
 * descriptor that is open for reading and writing (EACCES), and is refused
 * after SEAL (EPERM). With MAP_PRIVATE the process gets copies of the pages
 * that it writes to, and no other process sees them. A child of fork() inherits
 * either kind of mapping. Mapping the memory attaches no process. Each mapping
 * counts as an open file of the system (ENFILE).
 *
 * The mutexes of a region, if it has any, are used as those of a mutex object,
 * see struct kipc_mutex_lock_args. Their words are mapped at offset 0. The
 * kernel does not connect them with the memory: they protect what the program
 * says they protect, and SEAL does not affect them.
 */
#define KIPC_REGION_DATA	0x40000000ULL

/* Seals of a region: what cannot be done any more. */
#define KIPC_SEAL_WRITE		0x1U	/* changing the bytes */

/* Flags of CREATE. INFO and LIST report all but KIPC_EXCLUSIVE. */
#define KIPC_EXCLUSIVE		0x1U	/* EEXIST if the name is taken */
#define KIPC_PERSIST		0x2U	/* the name stays until UNLINK */
#define KIPC_SEALED		0x4U	/* only the kernel changes the words */
#define KIPC_PACKED		0x8U	/* words 8 bytes apart, not 64 */
#define KIPC_RECURSIVE		0x10U	/* mutex: its owner may lock it again */
#define KIPC_FAIR		0x20U	/* no overtaking, see above */
#define KIPC_SPIN		0x40U	/* mutex: spin while its owner runs */
#define KIPC_DETECT		0x80U	/* mutex: EDEADLK for a cycle */
#define KIPC_UNDO		0x100U	/* semaphore: the dead return units */
#define KIPC_DROP		0x200U	/* barrier: the dead do not count */
#define KIPC_NO_MEMBERS		0x400U	/* barrier: only arrivals count */

/* With any of these only the kernel changes the words, for ever. */
#define KIPC_KERNEL_WORDS	(KIPC_SEALED | KIPC_UNDO | KIPC_DROP)

/* Access that CREATE and OPEN ask for, and that INFO reports. */
#define KIPC_READ		0x1U
#define KIPC_WRITE		0x2U

/* Flags of the verbs that may wait. */
#define KIPC_TRY		0x1U	/* EAGAIN, never wait; deadline is 0 */
#define KIPC_REALTIME		0x2U	/* deadline is CLOCK_REALTIME */
#define KIPC_PEEK		0x4U	/* RECEIVE: do not take; with TRY */
#define KIPC_ARRIVED		0x8U	/* BARRIER_WAIT: only wait, see there */
#define KIPC_POSTED		0x10U	/* SEMAPHORE_POST_WAIT: only wait */

/**
 * union kipc_attributes - what is special to a type of object
 * @semaphore: of KIPC_SEMAPHORE
 * @semaphore.initial: units of each element at first, 0..@semaphore.max
 * @semaphore.max: how many units an element can hold, 1..KIPC_SEMAPHORE_MAX;
 *	with 1 the semaphore is binary
 * @barrier: of KIPC_BARRIER
 * @barrier.parties: parties, 2..KIPC_PARTIES_MAX; with KIPC_DROP the number at
 *	first, see struct kipc_barrier_args
 * @mailbox: of KIPC_MAILBOX
 * @mailbox.message_size: bytes of the longest message, 1..KIPC_MESSAGE_MAX
 * @mailbox.messages: how many messages it can hold, 1..KIPC_MESSAGES_MAX
 * @mailbox.bytes: how many bytes all messages in it can have together, from
 *	@mailbox.message_size to @mailbox.message_size times @mailbox.messages;
 *	0 means that product
 * @region: of KIPC_REGION
 * @region.bytes: 1..KIPC_REGION_MAX; the region has as many as fill the last
 *	page
 * @ring: of KIPC_RING
 * @ring.message_size: bytes of the longest message, 1..KIPC_MESSAGE_MAX
 * @ring.slots: how many messages each lane can hold, a power of two; all lanes
 *	together at most KIPC_RING_SLOTS_MAX
 * @ring.lanes: 1..KIPC_RING_LANES_MAX; messages in a higher lane are received
 *	first
 * @ring.loans: how many messages can be filled or held outside the slots at the
 *	same time, 0..KIPC_RING_LOANS_MAX
 * @reserved: gives the union its size; bytes that the type does not use are 0
 *
 * A mutex has no attributes. A value out of range, and a byte that is not used
 * and not 0, is EINVAL in CREATE.
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
	struct {
		__u32 message_size;
		__u32 slots;
		__u32 lanes;
		__u32 loans;
	} ring;
	__aligned_u64 reserved[4];
};

/**
 * struct kipc_create_args - KIPC_CREATE: create an object, or open the one that
 *	has the name
 * @size: of this structure, in bytes
 * @flags: see below
 * @type: KIPC_SEMAPHORE, KIPC_BARRIER, KIPC_MAILBOX, KIPC_MUTEX, KIPC_REGION or
 *	KIPC_RING
 * @elements: 1..KIPC_ELEMENTS_MAX for semaphores and mutexes; for regions the
 *	number of mutexes, 0..KIPC_ELEMENTS_MAX; 1 for barriers, mailboxes and
 *	rings
 * @name: pointer to the bytes of the name, which contain neither a NUL nor a
 *	slash; 0 for an anonymous object
 * @name_length: bytes of the name, 1..KIPC_NAME_MAX; 0 for an anonymous object
 * @mode: permission bits, 0..0777; there is no umask. An anonymous object gets
 *	none for writing
 * @attributes: see union kipc_attributes
 * @access: KIPC_READ, KIPC_WRITE or both, for the new descriptor; 0 means both
 * @reserved: 0
 * @info: pointer to a struct kipc_info_args, prepared as for KIPC_INFO, that is
 *	filled in as KIPC_INFO on the new descriptor would; 0 for none.
 *	Structures of 72 bytes, as the first published one, do not have it
 *
 * This is an ioctl of /dev/kipc. These flags are possible:
 *
 * - all types: KIPC_EXCLUSIVE and KIPC_PERSIST, which need a name
 * - all types but rings: KIPC_SEALED
 * - semaphores: KIPC_PACKED, KIPC_FAIR, KIPC_UNDO
 * - mailboxes: KIPC_FAIR
 * - barriers: KIPC_DROP or KIPC_NO_MEMBERS, not both
 * - mutexes: KIPC_PACKED, KIPC_FAIR, KIPC_RECURSIVE, KIPC_DETECT, KIPC_SPIN,
 *   which has no effect with KIPC_DETECT
 * - regions: those of mutexes, which apply to the mutexes of the region
 *
 * Everything that the object will ever need is charged to the quota and
 * allocated here. The exception is what a KIPC_UNDO semaphore needs for a
 * participant, which is allocated when the participant attaches.
 *
 * If the name is taken and KIPC_EXCLUSIVE is not given, this opens the object
 * of that name for @access, as KIPC_OPEN does. @type, @elements and @flags must
 * be those of the object, except that it may be KIPC_PERSIST without the caller
 * having asked for that. The attributes of the object stay as they are. A new
 * object is opened without looking at its mode, which may permit its creator
 * less than @access.
 *
 * Processes that create the same name at the same time get the same object. A
 * process does not fail with ENOSPC or ENOMEM because of the objects that other
 * processes of the same user are creating for that name.
 *
 * If @info cannot be read or written, or if KIPC_INFO would refuse it, nothing
 * is created or opened. A call that fails may have written to @info all the
 * same.
 *
 * Returns a close-on-exec descriptor or one of these errors:
 *
 * - EINVAL: @type is unknown; a flag is unknown, or not possible for the type,
 *   or needs a name; @elements, @mode, @access or an attribute is out of range;
 *   the name is not valid, or only one of @name and @name_length is 0; the
 *   existing object has other elements or flags; @info has a flag or a bad size
 * - E2BIG, EFAULT: also because of @info; EFAULT also because of @name
 * - ENAMETOOLONG: @name_length exceeds KIPC_NAME_MAX
 * - EEXIST: the name is taken, with KIPC_EXCLUSIVE
 * - EPROTOTYPE: the existing object is of another type
 * - EACCES: the mode of the existing object does not permit @access
 * - ENOSPC: the quota of the user is used up
 * - EMFILE, ENFILE: the process or the system has too many open files
 * - ENOMEM: there is not enough memory
 * - EINTR: the process was killed
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
 * struct kipc_open_args - KIPC_OPEN: open an object by name
 * @size: of this structure, in bytes
 * @flags: KIPC_READ, KIPC_WRITE or both; at least one
 * @type: type of the object, as for CREATE
 * @name_length: bytes of the name, 1..KIPC_NAME_MAX
 * @name: pointer to the bytes of the name
 * @info: as in struct kipc_create_args; structures of 24 bytes, as the first
 *	published one, do not have it
 *
 * This is an ioctl of /dev/kipc. The name is looked up in the network namespace
 * of the caller. The permission bits of the object are checked against the file
 * system user and groups of the caller. CAP_IPC_OWNER, in the user namespace
 * that the network namespace belongs to, makes a caller exempt.
 *
 * Returns a close-on-exec descriptor or one of these errors:
 *
 * - EINVAL: @flags is 0 or has an unknown flag; @type is unknown; there is no
 *   name, or it is not valid; @info has a flag or a bad size
 * - E2BIG, EFAULT: also because of @info; EFAULT also because of @name
 * - ENAMETOOLONG: @name_length exceeds KIPC_NAME_MAX
 * - ENOENT: there is no such name
 * - EPROTOTYPE: the object is of another type
 * - EACCES: the mode of the object does not permit this access
 * - EMFILE, ENFILE: the process or the system has too many open files
 * - ENOMEM: there is not enough memory
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
 * struct kipc_unlink_args - KIPC_UNLINK: remove a name
 * @size: of this structure, in bytes
 * @flags: 0
 * @reserved: 0
 * @name_length: bytes of the name, 1..KIPC_NAME_MAX
 * @name: pointer to the bytes of the name
 *
 * This is an ioctl of /dev/kipc. Descriptors of the object stay valid. The name
 * can be used for a new object at once.
 *
 * Returns 0 or one of these errors:
 *
 * - EINVAL: a flag; there is no name, or it is not valid
 * - EFAULT: @name cannot be read
 * - ENAMETOOLONG: @name_length exceeds KIPC_NAME_MAX
 * - ENOENT: there is no such name
 * - EACCES: the caller neither owns the object nor has CAP_IPC_OWNER, as for
 *   OPEN
 */
struct kipc_unlink_args {
	__u32 size;
	__u32 flags;
	__u32 reserved;
	__u32 name_length;
	__aligned_u64 name;
};

/**
 * struct kipc_list_entry - one named object, as KIPC_LIST describes it
 * @type: of the object
 * @flags: it was created with
 * @elements: how many it has
 * @mode: permission bits
 * @uid: owner, in the user namespace of the caller
 * @gid: owning group, in the user namespace of the caller
 * @waiters: threads that wait in the kernel now, for any of its elements
 * @descriptors: open file descriptions of it; mappings of the memory of a
 *	region count, too
 * @owner: process that owns the first mutex of the object; 0 if no process
 *	does, if it is not visible in the pid namespace of the caller, or if the
 *	object has no mutex
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
 * struct kipc_list_args - KIPC_LIST: list the names in the network namespace of
 *	the caller
 * @size: of this structure, in bytes
 * @flags: 0
 * @count: how many entries there is room for, 1..KIPC_LIST_MAX
 * @entry_size: bytes of one entry, from sizeof(struct kipc_list_entry) to the
 *	size of a page; what the kernel does not know of an entry is filled with
 *	zeros
 * @entries: pointer to the entries
 * @cursor: in: 0 to begin, or what the last call has left; out: where this call
 *	ended
 *
 * This is an ioctl of /dev/kipc. A name that exists during the whole listing is
 * listed exactly once.
 *
 * Returns how many entries were filled, 0 at the end, or one of these errors:
 *
 * - EINVAL: a flag; @count or @entry_size is out of range
 * - EFAULT: the entries cannot be written; some of them may have been
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
 * struct kipc_info_args - KIPC_INFO: describe an object
 * @size: of this structure, in bytes
 * @flags: 0
 * @type: out: of the object
 * @created: out: flags of CREATE
 * @elements: out: how many it has
 * @stride: out: bytes from one word to the next in the mapping; 0 if the words
 *	cannot be mapped, and for rings
 * @map_size: out: bytes of the mapping of the words, or of a ring; 0 if they
 *	cannot be mapped
 * @uid: out: owner, in the user namespace of the caller
 * @gid: out: owning group, in the user namespace of the caller
 * @mode: out: permission bits
 * @access: out: KIPC_READ and KIPC_WRITE as this descriptor has them
 * @attributes: out: those of CREATE, with the default of @mailbox.bytes filled
 *	in
 * @attachment: out: number of the calling process's attachment. If that does
 *	not map the words, the number of another process's attachment in the
 *	same memory, for the verbs of mutexes. 0 if there is neither, or if the
 *	object tracks no process
 * @reserved: out: 0; ignored on entry
 * @inode: out: number of the inode of the object, st_ino of fstat(2). No other
 *	object has it or had it since the module was loaded
 *
 * Any descriptor of the object will do.
 *
 * Returns 0, or EINVAL for a flag
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
 * struct kipc_watch_args - KIPC_WATCH: be told of the end of participants
 * @size: of this structure, in bytes
 * @flags: 0
 *
 * Needs read access. The new descriptor, the watch, is read for notices, one
 * struct kipc_notice for each call of read(2):
 *
 * - read() waits until there is a notice, or fails with EAGAIN if O_NONBLOCK is
 *   set. A signal ends the wait with EINTR, or it is restarted.
 * - read() returns 0 once the object has gone and all notices have been read.
 * - read() fails with EINVAL if the buffer is smaller than 24 bytes, and with
 *   EFAULT if the buffer cannot be written; then the notice stays.
 * - poll() reports EPOLLIN while there is a notice, and EPOLLHUP once the
 *   object has gone.
 *
 * A watch counts as an object in the quota of the caller's user. It does not
 * keep the object alive.
 *
 * An object has at most KIPC_WATCHES_MAX watches. Users other than the one
 * whose quota the object is charged to have at most KIPC_WATCHES_OTHERS of them
 * together, and each of them at most KIPC_WATCHES_USER; so the creator can
 * always have the rest. A caller with CAP_SYS_RESOURCE in the initial user
 * namespace is bounded as the creator is.
 *
 * Returns a close-on-exec descriptor or one of these errors:
 *
 * - EBADF: the descriptor is not open for reading
 * - EINVAL: a flag; the object tracks no process
 * - ENOSPC: the quota of the user is used up
 * - EUSERS: the object has too many watches already
 * - EMFILE, ENFILE: the process or the system has too many open files
 * - ENOMEM: there is not enough memory
 */
struct kipc_watch_args {
	__u32 size;
	__u32 flags;
};

/**
 * struct kipc_notice - a participant has died, or has unmapped the object
 * @size: bytes of this structure that were filled in, which is what read()
 *	returned: as many as the kernel knows, or as there was room for, at
 *	least 24
 * @flags: 0
 * @pid: number of the process that had attached, in the pid namespace of the
 *	reader; 0 if it is not visible there. The process has usually ended, so
 *	the number may belong to another one already
 * @attachment: number of the attachment
 * @repaired: how many things were repaired: mutexes that its threads owned,
 *	semaphores that it held units of, its membership of a barrier, messages
 *	of a ring that it was sending, receiving or holding
 * @lost: how many notices found no room, or were pushed out, since the last one
 *	was read
 *
 * Later kernels may add fields at the end. A reader passes the size of the
 * structure that it was compiled with, and looks only at fields within @size
 * bytes. The kernel does not touch the buffer beyond these.
 *
 * A watch holds KIPC_NOTICES_MAX notices. If it is full, a notice of a repair
 * pushes out the oldest notice with @repaired 0. Any other notice is lost.
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
 * struct kipc_thread_args - KIPC_THREAD: tell the number of the calling thread
 * @size: of this structure, in bytes
 * @flags: 0
 * @thread: out: the number, in the bits of KIPC_MUTEX_THREAD; not 0
 * @attachment: out: on a descriptor of an object, the field of that name in
 *	struct kipc_info_args; 0 on /dev/kipc. Structures of 16 bytes, as the
 *	first published one, do not have it
 * @reserved: 0
 *
 * This is an ioctl of /dev/kipc and of every object; any descriptor will do.
 * The kernel issues a number to a thread that has none yet. No other living
 * thread of this machine has the same number, whatever pid namespace it is in.
 * A thread keeps its number for as long as it lives, except that an exec may
 * give it another one.
 *
 * Returns 0 or one of these errors:
 *
 * - EINVAL: a flag, or @reserved is not 0
 * - ENXIO: the caller uses the memory of another process, as a child of vfork()
 *   does, or of clone() with CLONE_VM but without CLONE_THREAD. It may use the
 *   thread variables of that process, where the number must not be stored
 * - ENOMEM: there is not enough memory
 * - EUSERS: no number is free
 * - EINTR: the process was killed
 */
struct kipc_thread_args {
	__u32 size;
	__u32 flags;
	__aligned_u64 thread;
	__u32 attachment;
	__u32 reserved;
};

/**
 * struct kipc_semaphore_post_args - KIPC_SEMAPHORE_POST: give units back
 * @size: of this structure, in bytes
 * @flags: 0
 * @element: which semaphore of the set, from 0 on
 * @count: how many units, at least 1
 *
 * Needs write access. Never waits. Waiters that the units are enough for are
 * woken.
 *
 * With KIPC_UNDO the process then holds so many units fewer, but not fewer than
 * none: if it posts more than it has taken, other processes hold as many as
 * before. What it holds when its attachment ends is given back, as far as the
 * maximum allows.
 *
 * Returns 0 or one of these errors:
 *
 * - EBADF: the descriptor is not open for writing
 * - EINVAL: a flag; there is no such element; @count is 0
 * - EOVERFLOW: the value would exceed the maximum of the semaphore, even after
 *   waiters have taken what they can; nothing was posted
 * - ENXIO: with KIPC_UNDO: the process is not attached. WAIT, read() and
 *   write() have this error, too
 */
struct kipc_semaphore_post_args {
	__u32 size;
	__u32 flags;
	__u32 element;
	__u32 count;
};

/**
 * struct kipc_semaphore_wait_args - KIPC_SEMAPHORE_WAIT: take units
 * @size: of this structure, in bytes
 * @flags: KIPC_TRY, KIPC_REALTIME
 * @element: which semaphore of the set, from 0 on
 * @count: how many units, from 1 to the maximum of the semaphore; all of them
 *	are taken at once
 * @deadline: absolute time in nanoseconds, see the rules above
 *
 * Needs write access. Waits in the kernel until there are as many units.
 *
 * Waiters are woken in order, real-time threads first, and a thread that comes
 * meanwhile may take the units before a waiter that was woken does. It may not
 * if the first waiter has lost two such races, is a real-time thread or wants
 * several units: then the units are handed over to the first waiter. With
 * KIPC_FAIR they always are.
 *
 * With KIPC_UNDO the process holds the units, whichever of its threads took
 * them.
 *
 * Returns 0 or one of these errors:
 *
 * - EBADF: the descriptor is not open for writing
 * - EINVAL: an unknown flag; there is no such element; @count is out of range;
 *   @deadline is negative, or KIPC_TRY is combined with a deadline or
 *   KIPC_REALTIME
 * - EAGAIN: with KIPC_TRY: the thread would have to wait
 * - ETIMEDOUT: the deadline has passed
 * - EINTR: a signal handler has interrupted the wait
 * - EUSERS: too many threads wait at the object already
 * - ENXIO: with KIPC_UNDO: the process is not attached, or its attachment ended
 *   during the wait; a waiting thread learns that, at the latest, when it is
 *   the first waiter
 */
struct kipc_semaphore_wait_args {
	__u32 size;
	__u32 flags;
	__u32 element;
	__u32 count;
	__s64 deadline;
};

/**
 * struct kipc_semaphore_value_args - KIPC_SEMAPHORE_VALUE: read the value
 * @size: of this structure, in bytes
 * @flags: 0
 * @element: which semaphore of the set, from 0 on
 * @value: out: how many units there are
 *
 * Any descriptor of the object will do. Never waits, and leaves the word to
 * user space.
 *
 * Returns 0, or EINVAL for a flag or if there is no such element
 */
struct kipc_semaphore_value_args {
	__u32 size;
	__u32 flags;
	__u32 element;
	__u32 value;
};

/**
 * struct kipc_semaphore_post_wait_args - KIPC_SEMAPHORE_POST_WAIT: post one
 *	semaphore, then wait for another one
 * @size: of this structure, in bytes
 * @flags: KIPC_TRY and KIPC_REALTIME, for the wait; KIPC_POSTED: do not post;
 *	KIPC_POSTED may be changed by the kernel, see below
 * @element: which semaphore of the set to post
 * @count: how many units to post, at least 1
 * @wait_fd: descriptor of the set to wait for; -1 for the set that is posted
 * @wait_element: which semaphore of that set to wait for; may be the posted one
 * @wait_count: how many units to wait for, from 1 to the maximum of that
 *	semaphore
 * @reserved: 0
 * @deadline: of the wait, in nanoseconds, see the rules above
 *
 * Needs write access to both sets. This is one system call for POST and WAIT.
 * It is a hint to the scheduler that the thread that the post wakes can have
 * this processor. POST and WAIT remain two operations, and other threads may
 * act between them. If both are about the same element, the caller may take
 * what it has posted before a thread that the post has woken, in the cases in
 * which WAIT may; not with KIPC_FAIR.
 *
 * Everything that can be known is checked before the post. So after an error
 * that POST has, or that the arguments are the reason for, nothing has changed.
 * If the post succeeds and the wait then fails, the kernel adds KIPC_POSTED to
 * @flags in the structure: the same call again goes on with the wait, does not
 * look at @element and @count, and does not post twice. A call that is
 * restarted after a signal relies on that, too. Success clears KIPC_POSTED
 * again. Therefore each thread needs a structure of its own. If @flags cannot
 * be written, every signal handler ends the wait with EINTR, and a call that is
 * repeated posts again.
 *
 * Returns 0 or one of these errors. After these @flags has KIPC_POSTED:
 *
 * - EAGAIN, ETIMEDOUT, EINTR, EUSERS, ENXIO: as WAIT
 *
 * After these nothing has changed, unless @flags had KIPC_POSTED before:
 *
 * - EBADF: one of the descriptors is not open for writing, or @wait_fd is none
 * - EINVAL: as POST and WAIT; @reserved is not 0; @wait_fd is not a semaphore
 * - EOVERFLOW, ENXIO: as POST; ENXIO also if the process is not attached to the
 *   set to wait for
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

/*
 * BARRIER_WAIT returns this to exactly one party of each generation, and 0 to
 * all others.
 */
#define KIPC_BARRIER_SERIAL	1

/**
 * struct kipc_barrier_wait_args - KIPC_BARRIER_WAIT: arrive, and wait for the
 *	other parties
 * @size: of this structure, in bytes
 * @flags: KIPC_TRY, KIPC_REALTIME; KIPC_ARRIVED: the caller has arrived
 *	already, only wait. The kernel may change KIPC_ARRIVED, see below
 * @element: 0
 * @reserved: 0
 * @word: with KIPC_ARRIVED: the word that the caller left when it arrived by
 *	changing the word; otherwise 0. The kernel may change it, see below
 * @deadline: absolute time in nanoseconds, see the rules above
 *
 * Needs write access. The last party to arrive opens the barrier and does not
 * wait. If the deadline of a party passes, it breaks the barrier: that party
 * gets ETIMEDOUT and all others ECANCELED, until RESET. With KIPC_TRY a party
 * that would have to wait gets EAGAIN and has not arrived.
 *
 * If a signal handler interrupts the wait, the arrival stands. The kernel adds
 * KIPC_ARRIVED to @flags and stores the word in @word, so that the same call
 * again continues the wait. Any other end, except EAGAIN, clears both again.
 * Therefore each thread needs a structure of its own. With KIPC_ARRIVED and
 * KIPC_TRY, EAGAIN says that nothing has become of the arrival yet.
 *
 * An attached process is a *member* from its first arrival here, or from JOIN,
 * until LEAVE. If the attachment of a member ends, the barrier breaks and every
 * party gets EOWNERDEAD until RESET. It breaks in the same way if a waiting
 * party, attached or not, is killed by SIGKILL. If a process of several threads
 * was killed while one of them waited, it may break the barrier once more after
 * a RESET, at the latest when it is gone. The first reason for which the
 * barrier broke is kept. The death of other processes is not noticed: use
 * deadlines.
 *
 * With KIPC_NO_MEMBERS only arrivals count, as with a POSIX barrier. No process
 * is attached or a member, and no death breaks the barrier, neither between two
 * generations nor while the party waits. The arrival of a party stands even if
 * the party is killed while it waits. If its program is started again, it
 * arrives a second time: RESET the barrier before that. A party that does not
 * come any more is not noticed: use deadlines.
 *
 * With KIPC_DROP the number of parties follows the members, see struct
 * kipc_barrier_args.
 *
 * Returns KIPC_BARRIER_SERIAL or 0 once the barrier has opened, or one of these
 * errors:
 *
 * - EBADF: the descriptor is not open for writing
 * - EINVAL: an unknown flag; @element or @reserved is not 0; @word has
 *   KIPC_SLOW, or is not 0 without KIPC_ARRIVED; @deadline is negative, or
 *   KIPC_TRY is combined with a deadline or KIPC_REALTIME
 * - EAGAIN: with KIPC_TRY: the party would have to wait
 * - ETIMEDOUT: the deadline has passed, and the barrier is broken
 * - ECANCELED: the barrier is broken by a deadline or ABORT, or was reset while
 *   the party waited
 * - EOWNERDEAD: the barrier is broken because a party died
 * - EINTR: a signal handler has interrupted the wait; the arrival stands
 * - EFAULT: also if a signal has interrupted the wait and the structure cannot
 *   be written; an arrival of this call is withdrawn then
 * - EUSERS: too many threads wait already; the caller has not arrived, not even
 *   with KIPC_ARRIVED
 * - ENXIO: with KIPC_DROP: the process is not attached
 * - EOVERFLOW: with KIPC_DROP: there would be more than KIPC_PARTIES_MAX
 *   parties
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
 * struct kipc_barrier_args - KIPC_BARRIER_ABORT: break the barrier;
 *	KIPC_BARRIER_RESET: mend it; KIPC_BARRIER_JOIN: become a member;
 *	KIPC_BARRIER_LEAVE: end the membership
 * @size: of this structure, in bytes
 * @flags: 0
 * @element: 0
 * @reserved: 0
 *
 * All of these need write access. None of them waits.
 *
 * ABORT breaks the barrier, unless it is broken already. Parties that wait, and
 * parties that come before RESET, get ECANCELED. RESET makes the barrier whole
 * and empty. Parties that wait get ECANCELED. RESET changes no membership.
 *
 * *Barriers without KIPC_DROP* wait for the same number of parties for ever.
 * JOIN says that the process will arrive by changing the word, so that its
 * death is noticed even if it has not been here before. JOINs are counted:
 * after as many LEAVEs the end of the process means nothing to the barrier. A
 * process that is a member only because it has arrived needs one LEAVE.
 *
 * *Barriers with KIPC_DROP* wait for as many parties as there are:
 *
 * - At first there are as many parties as the attributes say, all of them
 *   vacant. The barrier waits for vacant parties, too.
 * - JOIN makes the process one party more. It fills a vacancy or, if there is
 *   none, adds a party, which the barrier waits for from the current generation
 *   on. A process that arrives more often in a generation than it has joined
 *   joins once more by that.
 * - LEAVE makes the process one party fewer, and the end of its attachment ends
 *   all of its parties. The barrier has as many parties fewer; no vacancy comes
 *   back by that. If more arrivals of the process in this generation are left
 *   than it has parties, the surplus is taken back.
 * - If all parties that remain have arrived, the barrier opens. The first of
 *   them that is told so gets KIPC_BARRIER_SERIAL.
 * - The last member finds the barrier open whenever it arrives. If there is no
 *   member, the next process to join is the first party.
 * - Deadlines and ABORT break the barrier as any other.
 *
 * Returns 0 or one of these errors:
 *
 * - EBADF: the descriptor is not open for writing
 * - EINVAL: a flag; @element or @reserved is not 0; JOIN or LEAVE with
 *   KIPC_NO_MEMBERS
 * - ENXIO: JOIN, LEAVE: the process is not attached
 * - EOVERFLOW: JOIN: there would be more than KIPC_PARTIES_MAX parties or,
 *   without KIPC_DROP, JOINs of the process
 * - EPERM: LEAVE: the process is not a member
 */
struct kipc_barrier_args {
	__u32 size;
	__u32 flags;
	__u32 element;
	__u32 reserved;
};

/**
 * struct kipc_barrier_state_args - KIPC_BARRIER_STATE: look at a barrier
 * @size: of this structure, in bytes
 * @flags: 0
 * @element: 0
 * @parties: out: how many parties the barrier waits for; may change with
 *	KIPC_DROP
 * @arrived: out: how many of them have arrived
 * @generation: out: how often the barrier has opened, modulo 2^31
 * @broken: out: 0, ECANCELED or EOWNERDEAD
 * @waiters: out: parties that wait in the kernel
 * @members: out: processes that are members
 * @reserved: 0
 *
 * Any descriptor of the object will do. Never waits, and leaves the word to
 * user space.
 *
 * Returns 0, or EINVAL for a flag or if @element or @reserved is not 0
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
 * struct kipc_mailbox_send_args - KIPC_MAILBOX_SEND: send one message
 * @size: of this structure, in bytes
 * @flags: KIPC_TRY, KIPC_REALTIME
 * @element: 0
 * @priority: 0..KIPC_PRIORITIES - 1; messages of the highest priority are
 *	received first, the oldest of them before the others
 * @data: pointer to the bytes of the message
 * @length: how many bytes, from 0 to message_size of the mailbox
 * @reserved: 0
 * @deadline: absolute time in nanoseconds, see the rules above
 *
 * Needs write access. Waits while the mailbox is full, and while the room
 * belongs to other senders or to pollers, see above.
 *
 * Returns 0 or one of these errors:
 *
 * - EBADF: the descriptor is not open for writing
 * - EINVAL: an unknown flag; @element or @reserved is not 0; @priority is out
 *   of range; @deadline is negative, or KIPC_TRY is combined with a deadline or
 *   KIPC_REALTIME
 * - EMSGSIZE: @length exceeds message_size of the mailbox
 * - EFAULT: the bytes of the message cannot be read; nothing was sent
 * - EAGAIN: with KIPC_TRY: the thread would have to wait
 * - ETIMEDOUT: the deadline has passed
 * - EINTR: a signal handler has interrupted the wait
 * - EUSERS: too many threads wait at the mailbox already
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
 * struct kipc_mailbox_receive_args - KIPC_MAILBOX_RECEIVE: receive the first
 *	message
 * @size: of this structure, in bytes
 * @flags: KIPC_TRY, KIPC_REALTIME; KIPC_PEEK, which needs KIPC_TRY: look at the
 *	first message and leave it where it is
 * @element: 0
 * @priority: out: of the message
 * @data: pointer to the buffer
 * @capacity: bytes of the buffer
 * @length: out: bytes of the message, also with EMSGSIZE
 * @deadline: absolute time in nanoseconds, see the rules above
 * @pid: out: number of the process that sent the message, in the pid namespace
 *	of the caller; 0 if it is not visible there, or has been reaped
 * @uid: out: effective user of the sender, in the user namespace of the caller
 * @gid: out: effective group of the sender, in the user namespace of the caller
 * @reserved: 0
 *
 * Needs read access. Waits while the mailbox is empty, and while the message
 * belongs to another receiver, see above. KIPC_PEEK shows the first message
 * even if that is so.
 *
 * A message that was on its way to a receiver that is killed, or that gets
 * EFAULT, is there again, even if another receiver has received meanwhile what
 * was sent after it.
 *
 * @uid and @gid are those of the process that called SEND. If the message was
 * sent by write(), writev() or io_uring, they are those with which the
 * descriptor was opened, whichever process wrote: a program may not know that
 * what it writes to its standard output or error becomes a message. @pid is
 * that of the process that sent or wrote. It is valid only as long as that
 * process lives. Another process may have the number as soon as the sender is
 * reaped, even between RECEIVE and the use of @pid.
 *
 * Returns 0 or one of these errors:
 *
 * - EBADF: the descriptor is not open for reading
 * - EINVAL: an unknown flag; @element or @reserved is not 0; KIPC_PEEK without
 *   KIPC_TRY; @deadline is negative, or KIPC_TRY is combined with a deadline or
 *   KIPC_REALTIME
 * - EMSGSIZE: the buffer is too small; @length is set, and the message stays
 *   first
 * - EFAULT: the buffer or the structure cannot be written; the message stays
 *   first
 * - EAGAIN: with KIPC_TRY: the thread would have to wait; with KIPC_PEEK: there
 *   is no message
 * - ETIMEDOUT: the deadline has passed
 * - EINTR: a signal handler has interrupted the wait
 * - EUSERS: too many threads wait at the mailbox already
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
 * struct kipc_mailbox_state_args - KIPC_MAILBOX_STATE: look at a mailbox
 * @size: of this structure, in bytes
 * @flags: 0
 * @element: 0
 * @messages: out: how many messages can be received
 * @bytes: out: how many bytes these have
 * @senders: out: threads that wait to send
 * @receivers: out: threads that wait to receive
 *
 * Any descriptor of the object will do. Never waits.
 *
 * Returns 0, or EINVAL for a flag or if @element is not 0
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
 * struct kipc_mutex_lock_args - KIPC_MUTEX_LOCK: become the owner of a mutex
 * @size: of this structure, in bytes
 * @flags: KIPC_TRY, KIPC_REALTIME
 * @element: which mutex of the set, from 0 on
 * @attachment: number of an attachment of the caller's memory, from INFO or
 *	THREAD
 * @deadline: absolute time in nanoseconds, see the rules above
 *
 * Needs write access. The calling thread becomes the owner. It waits as long as
 * another thread is.
 *
 * With KIPC_SPIN the caller spins instead of sleeping while the owner runs on
 * another processor, in the kernel for at most 100 ms. Then it is queued and
 * sleeps as with any other mutex. With KIPC_FAIR it is queued first, and spins
 * there.
 *
 * Returns 0 or one of these errors. After EOWNERDEAD the caller is the owner:
 *
 * - EOWNERDEAD: the owner before it died, alone or with its process, so what
 *   the mutex protects may be half done. The new owner should mend that and
 *   then call CONSISTENT
 *
 * After all others it is not, except as far as it was before:
 *
 * - ENOTRECOVERABLE: an owner that got EOWNERDEAD unlocked the mutex without
 *   CONSISTENT; the mutex cannot be locked any more
 * - EBADF: the descriptor is not open for writing
 * - EINVAL: an unknown flag; there is no such element; @deadline is negative,
 *   or KIPC_TRY is combined with a deadline or KIPC_REALTIME
 * - ENXIO: @attachment is not an attachment of the caller's memory, or it ended
 *   during the wait
 * - EDEADLK: the caller is the owner already and the mutex is not
 *   KIPC_RECURSIVE; or, with KIPC_DETECT, the owner waits, directly or through
 *   other threads, for a mutex that the caller owns
 * - EOVERFLOW: the owner has locked a KIPC_RECURSIVE mutex 4096 times already
 * - EAGAIN: with KIPC_TRY: another thread is the owner
 * - ETIMEDOUT: the deadline has passed
 * - EINTR: a signal handler has interrupted the wait
 * - EUSERS: too many threads wait at the object already; or the thread has no
 *   number yet, and none is free, see struct kipc_thread_args
 * - ENOMEM: the thread has no number yet, and there is no memory for one
 */
struct kipc_mutex_lock_args {
	__u32 size;
	__u32 flags;
	__u32 element;
	__u32 attachment;
	__s64 deadline;
};

/**
 * struct kipc_mutex_args - KIPC_MUTEX_UNLOCK: stop being the owner;
 *	KIPC_MUTEX_CONSISTENT: say that what the mutex protects is whole again
 * @size: of this structure, in bytes
 * @flags: 0
 * @element: which mutex of the set, from 0 on
 * @attachment: as for LOCK, the same one
 *
 * Both need write access. Neither waits.
 *
 * UNLOCK of a KIPC_RECURSIVE mutex that was locked again ends only the last of
 * these locks. UNLOCK after EOWNERDEAD without CONSISTENT makes the mutex not
 * recoverable: all waiters, and all later calls of LOCK, get ENOTRECOVERABLE.
 *
 * Returns 0 or one of these errors:
 *
 * - EBADF: the descriptor is not open for writing
 * - EINVAL: a flag; there is no such element; CONSISTENT: no owner has died
 *   since the last CONSISTENT
 * - EPERM: the caller is not the owner by this attachment
 * - ENXIO: @attachment is not an attachment of the caller's memory
 */
struct kipc_mutex_args {
	__u32 size;
	__u32 flags;
	__u32 element;
	__u32 attachment;
};

/* The state of a mutex, as MUTEX_STATE tells it. */
#define KIPC_MUTEX_STATE_OWNER_DIED	0x1U	/* CONSISTENT is missing */
#define KIPC_MUTEX_STATE_NOT_RECOVERABLE 0x2U	/* LOCK fails for ever */

/**
 * struct kipc_mutex_state_args - KIPC_MUTEX_STATE: look at a mutex
 * @size: of this structure, in bytes
 * @flags: 0
 * @element: which mutex of the set, from 0 on
 * @owner: out: process of the owner, in the pid namespace of the caller; 0 if
 *	there is no owner, or if it is not visible there
 * @thread: out: thread of the owner, in the pid namespace of the owner
 * @depth: out: how often the owner has locked the mutex; 0 if there is no owner
 * @state: out: KIPC_MUTEX_STATE_OWNER_DIED, KIPC_MUTEX_STATE_NOT_RECOVERABLE
 * @waiters: out: threads that wait in the kernel for any mutex of the set
 *
 * Any descriptor of the object will do. Never waits, and leaves the word to
 * user space. An owner that is found dead is reported as none, with
 * KIPC_MUTEX_STATE_OWNER_DIED.
 *
 * Returns 0, or EINVAL for a flag or if there is no such element
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
 * struct kipc_region_seal_args - KIPC_REGION_SEAL: make the bytes of a region
 *	constant for ever
 * @size: of this structure, in bytes
 * @flags: 0
 * @seals: KIPC_SEAL_WRITE
 * @reserved: 0
 *
 * Needs write access. After success no process can change the bytes. A mapping
 * that is made for reading after SEAL cannot be made writable. Sealing a region
 * that is sealed already succeeds.
 *
 * Until SEAL succeeds it changes nothing for other processes: they can map the
 * region for writing meanwhile. If the kernel holds pages of the region, SEAL
 * waits a moment for them, some ten milliseconds.
 *
 * The kernel cannot tell what it holds a page for. So a process that may only
 * read can keep SEAL from succeeding, too, for instance with vmsplice(), as it
 * can with F_SEAL_WRITE of a memfd. Seal a region before giving it to processes
 * that are not trusted.
 *
 * Returns 0 or one of these errors:
 *
 * - EBADF: the descriptor is not open for writing
 * - EINVAL: a flag; @seals is not KIPC_SEAL_WRITE; @reserved is not 0
 * - EBUSY: nothing has changed. There is a shared mapping that may be written
 *   to, now or after mprotect(), or there was one during the call. Or the
 *   kernel holds pages of the region: in a pipe, for direct input or output, as
 *   a registered buffer
 * - EINTR: the process was killed
 */
struct kipc_region_seal_args {
	__u32 size;
	__u32 flags;
	__u32 seals;
	__u32 reserved;
};

/**
 * struct kipc_region_state_args - KIPC_REGION_STATE: look at a region
 * @size: of this structure, in bytes
 * @flags: 0
 * @seals: out: KIPC_SEAL_WRITE or 0
 * @writers: out: how many shared mappings may be written to, now or after
 *	mprotect()
 * @bytes: out: how many bytes can be mapped, a whole number of pages
 *
 * Any descriptor of the object will do. Never waits.
 *
 * Returns 0, or EINVAL for a flag
 */
struct kipc_region_state_args {
	__u32 size;
	__u32 flags;
	__u32 seals;
	__u32 writers;
	__aligned_u64 bytes;
};

/*
 * Rings. A ring holds messages of up to a fixed size in pages that all
 * participants map for reading and writing. They send and receive without a
 * system call as long as there is room, or a message. linux/kipc_ring.h has the
 * layout and the steps.
 *
 * Every participant can write to the whole ring. One that breaks the rules can
 * lose, repeat and forge messages of the others, and the sender of a message is
 * only as good as the word of the participants. (In a mailbox it is not.) No
 * participant can harm the kernel, or a process that has not mapped the ring.
 *
 * The messages of a lane are received in the order in which they were sent. The
 * participants are attached, and if one of them dies:
 *
 * - A message that it was about to send is gone. Receivers pass over the slot.
 * - A message that it was receiving, or held, is received again, marked as
 *   KIPC_RING_REPEATED. So each message is received at least once. A receiver
 *   whose work must not be done twice looks at this mark.
 * - Chunks that were lent to it can be lent again.
 *
 * A participant that is stopped, not dead, while it copies a message into a slot
 * keeps the messages of its lane behind that one from being received. A program
 * that fills a loan and then publishes it does not copy into a slot.
 */

/* Sides of a ring. */
#define KIPC_RING_SENDERS	0
#define KIPC_RING_RECEIVERS	1

/* What RING_CLAIM and RING_RECEIVE tell about a message. */
#define KIPC_RING_REPEATED	0x1U	/* a dead receiver had it before */
#define KIPC_RING_OUTSIDE	0x2U	/* CLAIM: the message is in no slot */

/**
 * struct kipc_ring_claim_args - KIPC_RING_CLAIM: claim a slot for the calling
 *	process, and wait for one
 * @size: of this structure, in bytes
 * @flags: KIPC_TRY, KIPC_REALTIME
 * @side: KIPC_RING_SENDERS for a free slot, KIPC_RING_RECEIVERS for a message
 * @lane: of the slot, for senders; 0 for receivers, which look at all lanes from
 *	the highest one down
 * @deadline: absolute time in nanoseconds, see the rules above
 * @position: out: of the slot; 0 with KIPC_RING_OUTSIDE
 * @found: out: KIPC_RING_REPEATED or 0, with KIPC_RING_OUTSIDE or not
 * @from: out: lane of the slot; 0 with KIPC_RING_OUTSIDE
 * @chunk: out: with KIPC_RING_OUTSIDE: the chunk of the message, which the
 *	caller holds now; otherwise 0
 * @sender: out: for receivers: number of the attachment that has sent the
 *	message; 0 if the kernel has sent it, or if that is not known any more
 *
 * For participants that have found no room or no message. Needs write access,
 * and for receivers read access, too. The caller goes on as if it had claimed
 * the slot itself.
 *
 * A participant that does not wait need not call this after it has found
 * nothing, unless the word *polled* of the ring is set. Then this is how it asks
 * for the next edge of EPOLLIN or EPOLLOUT.
 *
 * Returns 0 or one of these errors:
 *
 * - EBADF: the descriptor is not open for the access
 * - EINVAL: an unknown flag; @side or @lane is out of range; @deadline is
 *   negative, or KIPC_TRY is combined with a deadline or KIPC_REALTIME
 * - EFAULT: the structure cannot be written; a message is received again by the
 *   next receiver
 * - EAGAIN: with KIPC_TRY: the thread would have to wait
 * - ETIMEDOUT: the deadline has passed
 * - EINTR: a signal handler has interrupted the wait
 * - EUSERS: too many threads wait at the ring already
 * - ENXIO: the process is not attached, or its attachment ended during the wait
 */
struct kipc_ring_claim_args {
	__u32 size;
	__u32 flags;
	__u32 side;
	__u32 lane;
	__s64 deadline;
	__aligned_u64 position;
	__u32 found;
	__u32 from;
	__u32 chunk;
	__u32 sender;
};

/**
 * struct kipc_ring_kick_args - KIPC_RING_KICK: wake what sleeps for a change
 * @size: of this structure, in bytes
 * @flags: 0
 * @side: the side to wake: KIPC_RING_RECEIVERS after a message was sent,
 *	KIPC_RING_SENDERS after a slot became free
 * @lane: of the slot
 *
 * For participants that found the bell set. Needs write access. Never waits.
 *
 * Returns 0 or one of these errors:
 *
 * - EBADF: the descriptor is not open for writing
 * - EINVAL: a flag; @side or @lane is out of range
 */
struct kipc_ring_kick_args {
	__u32 size;
	__u32 flags;
	__u32 side;
	__u32 lane;
};

/**
 * struct kipc_ring_send_args - KIPC_RING_SEND: send a message
 * @size: of this structure, in bytes
 * @flags: KIPC_TRY, KIPC_REALTIME
 * @lane: to send it in
 * @length: bytes of the message, 0..message_size of the ring
 * @data: pointer to the bytes
 * @deadline: absolute time in nanoseconds, see the rules above
 *
 * For processes that have not mapped the ring; others may use it, too. Needs
 * write access. Waits for a free slot. The sender of the message is 0.
 *
 * Returns 0 or one of these errors:
 *
 * - EBADF: the descriptor is not open for writing
 * - EINVAL: an unknown flag; @lane is out of range; @deadline is negative, or
 *   KIPC_TRY is combined with a deadline or KIPC_REALTIME
 * - EMSGSIZE: @length exceeds message_size
 * - EFAULT: also if @data cannot be read
 * - EIO: a participant has written nonsense into the slot; nothing was sent
 * - EAGAIN: with KIPC_TRY: the lane is full
 * - ETIMEDOUT: the deadline has passed
 * - EINTR: a signal handler has interrupted the wait
 * - EUSERS: too many threads wait at the ring already
 * - ENOMEM: there is not enough memory
 */
struct kipc_ring_send_args {
	__u32 size;
	__u32 flags;
	__u32 lane;
	__u32 length;
	__aligned_u64 data;
	__s64 deadline;
};

/**
 * struct kipc_ring_receive_args - KIPC_RING_RECEIVE: receive a message
 * @size: of this structure, in bytes
 * @flags: KIPC_TRY, KIPC_REALTIME
 * @capacity: bytes that @data has room for, at least message_size of the ring
 * @length: out: bytes of the message
 * @data: pointer to where the bytes are written
 * @deadline: absolute time in nanoseconds, see the rules above
 * @lane: out: that it was sent in; 0 with KIPC_RING_REPEATED, if a process held
 *	the message
 * @sender: out: number of the attachment that has sent it; 0 if it was sent by
 *	SEND or write(), or if that is not known any more
 * @found: out: KIPC_RING_REPEATED or 0
 * @reserved: 0
 *
 * For processes that have not mapped the ring; others may use it, too. Needs
 * read and write access. Waits for a message.
 *
 * Returns 0 or one of these errors:
 *
 * - EBADF: the descriptor is not open for reading and writing
 * - EINVAL: an unknown flag; @reserved is not 0; @deadline is negative, or
 *   KIPC_TRY is combined with a deadline or KIPC_REALTIME
 * - EMSGSIZE: @capacity is below message_size
 * - EFAULT: @data or the structure cannot be written; the message is received
 *   by the next receiver
 * - EIO: a participant has written nonsense into the slot; that message is lost
 * - EAGAIN: with KIPC_TRY: there is no message
 * - ETIMEDOUT: the deadline has passed
 * - EINTR: a signal handler has interrupted the wait
 * - EUSERS: too many threads wait at the ring already
 */
struct kipc_ring_receive_args {
	__u32 size;
	__u32 flags;
	__u32 capacity;
	__u32 length;
	__aligned_u64 data;
	__s64 deadline;
	__u32 lane;
	__u32 sender;
	__u32 found;
	__u32 reserved;
};

/**
 * struct kipc_ring_state_args - KIPC_RING_STATE: look at a ring
 * @size: of this structure, in bytes
 * @flags: 0
 * @element: 0
 * @messages: out: how many messages are in the slots
 * @returned: out: how many messages of dead receivers wait to be received again
 * @dead: out: how many messages were never sent because their sender died;
 *	modulo 2^32
 * @dead_sender: out: number of the attachment of the last such sender, 0 if
 *	there was none
 * @senders: out: threads that wait to send
 * @receivers: out: threads that wait to receive
 * @reserved: out: 0; ignored on entry
 *
 * Any descriptor of the object will do. Never waits. @messages is what the
 * indices say, which participants move meanwhile.
 *
 * Returns 0, or EINVAL for a flag or if @element is not 0
 */
struct kipc_ring_state_args {
	__u32 size;
	__u32 flags;
	__u32 element;
	__u32 messages;
	__u32 returned;
	__u32 dead;
	__u32 dead_sender;
	__u32 senders;
	__u32 receivers;
	__u32 reserved;
};

/*
 * The numbers of the ioctls. The size of an argument is in its structure, so
 * the numbers do not contain it and never change. These are all ioctls of
 * /dev/kipc, except KIPC_THREAD:
 */
#define KIPC_IOCTL		0xB9

#define KIPC_CREATE		_IO(KIPC_IOCTL, 0x00)
#define KIPC_OPEN		_IO(KIPC_IOCTL, 0x01)
#define KIPC_UNLINK		_IO(KIPC_IOCTL, 0x02)
#define KIPC_LIST		_IO(KIPC_IOCTL, 0x03)

/* Ioctls of every object. */
#define KIPC_INFO		_IO(KIPC_IOCTL, 0x10)
#define KIPC_WATCH		_IO(KIPC_IOCTL, 0x11)

/* An ioctl of /dev/kipc and of every object. */
#define KIPC_THREAD		_IO(KIPC_IOCTL, 0x12)

/* Ioctls of semaphores. */
#define KIPC_SEMAPHORE_POST	_IO(KIPC_IOCTL, 0x20)
#define KIPC_SEMAPHORE_WAIT	_IO(KIPC_IOCTL, 0x21)
#define KIPC_SEMAPHORE_VALUE	_IO(KIPC_IOCTL, 0x22)
#define KIPC_SEMAPHORE_POST_WAIT _IO(KIPC_IOCTL, 0x23)

/* Ioctls of barriers. */
#define KIPC_BARRIER_WAIT	_IO(KIPC_IOCTL, 0x30)
#define KIPC_BARRIER_ABORT	_IO(KIPC_IOCTL, 0x31)
#define KIPC_BARRIER_RESET	_IO(KIPC_IOCTL, 0x32)
#define KIPC_BARRIER_STATE	_IO(KIPC_IOCTL, 0x33)
#define KIPC_BARRIER_JOIN	_IO(KIPC_IOCTL, 0x34)
#define KIPC_BARRIER_LEAVE	_IO(KIPC_IOCTL, 0x35)

/* Ioctls of mailboxes. */
#define KIPC_MAILBOX_SEND	_IO(KIPC_IOCTL, 0x40)
#define KIPC_MAILBOX_RECEIVE	_IO(KIPC_IOCTL, 0x41)
#define KIPC_MAILBOX_STATE	_IO(KIPC_IOCTL, 0x42)

/* Ioctls of mutexes, and of the mutexes of a region. */
#define KIPC_MUTEX_LOCK		_IO(KIPC_IOCTL, 0x50)
#define KIPC_MUTEX_UNLOCK	_IO(KIPC_IOCTL, 0x51)
#define KIPC_MUTEX_CONSISTENT	_IO(KIPC_IOCTL, 0x52)
#define KIPC_MUTEX_STATE	_IO(KIPC_IOCTL, 0x53)

/* Ioctls of regions. */
#define KIPC_REGION_SEAL	_IO(KIPC_IOCTL, 0x60)
#define KIPC_REGION_STATE	_IO(KIPC_IOCTL, 0x61)

/* Ioctls of rings. */
#define KIPC_RING_CLAIM		_IO(KIPC_IOCTL, 0x70)
#define KIPC_RING_KICK		_IO(KIPC_IOCTL, 0x71)
#define KIPC_RING_SEND		_IO(KIPC_IOCTL, 0x72)
#define KIPC_RING_RECEIVE	_IO(KIPC_IOCTL, 0x73)
#define KIPC_RING_STATE		_IO(KIPC_IOCTL, 0x74)

#endif /* _UAPI_LINUX_KIPC_H */
