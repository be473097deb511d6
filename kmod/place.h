/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: places of interrupted waiters
 *
 * A signal, task work of io_uring, a tracer or the freezer makes a waiting thread
 * leave the kernel. When the system call is restarted, or the program calls again
 * after EINTR, the thread has the place that it had: the ticket that orders the
 * waitlist, and the races it has lost. Meanwhile the thread is in no queue, and what
 * becomes free goes to others.
 *
 * The kernel keeps one place for each thread, in the thread's record. It is not
 * written back to the arguments: read() and write() have none, and a ticket that user
 * space could change or use twice would let it overtake. The thread's next wait takes
 * the place up if it is for the same thing, or else forgets it. The same thing is the
 * same waitlist of the same object, and the same number of units or bytes.
 *
 * A program may interrupt itself on purpose and come back when it likes. What that
 * gains is bounded: a ticket is good for one grant, and a thread has one place. So a
 * waiter is overtaken only by threads that have begun to wait before it did, and by
 * each of these once, which is what it would have had to wait for if they had
 * stayed. That this is not put off for ever, a place is forgotten when the thread has
 * been away for KIPC_PLACE_MS and KIPC_PLACE_ARRIVALS others have begun to wait at
 * the object meanwhile: either alone says little, for a debugger takes its time and
 * a busy queue needs no time. A deadline that passes ends a wait for good.
 *
 * The place is lost where the thread cannot have a record, for want of memory or of
 * numbers. At barriers there are no places, because all waiters are granted together.
 */
#ifndef KIPC_PLACE_H
#define KIPC_PLACE_H

#include <linux/types.h>

struct kipc_object;
struct kipc_waiter;
struct kipc_waitlist;

#define KIPC_PLACE_MS		100
#define KIPC_PLACE_ARRIVALS	64

/* Used by its thread alone. */
struct kipc_place {
	u64 object;			/* number of its inode, 0: no place */
	const struct kipc_waitlist *list; /* to compare with, never followed */
	u64 ticket;
	u64 last_ticket;		/* of the object when the thread left */
	unsigned long left;		/* then, in jiffies */
	u32 wants;
	u32 lost_races;
};

void kipc_place_keep(struct kipc_object *object,
		     const struct kipc_waitlist *list,
		     const struct kipc_waiter *waiter);
bool kipc_place_take(struct kipc_object *object,
		     const struct kipc_waitlist *list,
		     struct kipc_waiter *waiter);

#endif /* KIPC_PLACE_H */
