/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: places of interrupted waiters
 *
 * A signal, task work of io_uring, a tracer or the freezer makes a waiting task
 * leave the kernel. When the system call is restarted, or the program calls
 * again after EINTR, the task gets the place back that it had: the ticket that
 * orders the waitlist, and the number of races that it has lost. In between the
 * task is in no queue, and what becomes free goes to other tasks.
 *
 * The kernel keeps one place for each thread, in the thread's record
 * (thread.h). It is not written back to the arguments of the system call,
 * because read() and write() have none to write to, and because a ticket that
 * user space could change or use twice would allow overtaking. The next wait of
 * the thread uses the place if it is for the same thing, and drops it
 * otherwise. The same thing means the same waitlist of the same object and the
 * same number of units or bytes.
 *
 * A program may interrupt itself on purpose and come back when it likes. What
 * it gains by that is bounded, because a ticket is good for one grant and a
 * thread has one place. So a waiter is overtaken only by tasks that had begun
 * to wait before it did, and once by each of them; it would have had to wait
 * for all of these had they stayed in the queue.
 *
 * A place does not stay valid for ever. It is dropped when the thread has been
 * away for more than KIPC_PLACE_MS milliseconds and more than
 * KIPC_PLACE_ARRIVALS waits have begun at the object meanwhile. Neither
 * condition alone says enough: under a debugger much time passes without a
 * reason to drop the place, and at a busy queue many waits begin within no
 * time. A deadline that passes ends a wait for good and leaves no place.
 *
 * The place is lost if the thread cannot have a record, because memory or the
 * numbers for threads have run out. Waiters of a barrier have no places,
 * because they are all granted together.
 */
#ifndef KIPC_PLACE_H
#define KIPC_PLACE_H

#include <linux/types.h>

struct kipc_object;
struct kipc_waiter;
struct kipc_waitlist;

#define KIPC_PLACE_MS		100
#define KIPC_PLACE_ARRIVALS	64

/* Only the thread itself uses its place, so there is no lock. */
struct kipc_place {
	u64 object;			/* inode number; 0: there is no place */
	const struct kipc_waitlist *list; /* compared, never followed */
	u64 ticket;
	u64 last_ticket;		/* of the object, at that time */
	unsigned long left;		/* jiffies, when the thread left */
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
