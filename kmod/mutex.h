/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: mutexes
 *
 * The value of an element has these parts:
 *
 *	KIPC_MUTEX_OWNER	The owner: an attachment and a thread, or 0.
 *	KIPC_MUTEX_DEPTH	How often the owner of a KIPC_RECURSIVE mutex
 *				has locked it again.
 *	KIPC_MUTEX_OWNER_DIED	An owner died, and no later owner has said
 *				that the mutex is consistent.
 *	KIPC_MUTEX_NOT_RECOVERABLE
 *				The owner unlocked the mutex in that state. It
 *				cannot be locked any more.
 *	KIPC_MUTEX_WAITERS	An unlock has to enter the kernel.
 *
 * A task locks a mutex by storing its own name as the owner with one
 * compare-and-swap. So at the moment at which a thread dies the words say which
 * mutexes it owns, and the next task that locks one of them gets -EOWNERDEAD. A
 * dead owner is found when a task wants the mutex, when the attachment of the
 * owner ends (attachment.h), and while tasks wait, by the scan (scan.h).
 *
 * Handing a mutex over on each unlock would make a convoy of its users, because
 * each of them would have to wait for a wake-up of the next. So the word of a
 * contended mutex is user-owned and has KIPC_MUTEX_WAITERS. Lockers go on using
 * compare-and-swap. An unlock enters the kernel and kicks the first waiter.
 * From then on KIPC_MUTEX_WAITERS is clear, so that unlocks stay in user space,
 * until the waiter has looked and has found the mutex locked again::
 *
 *	CPU 0 (first waiter)		CPU 1 (other tasks)
 *
 *	sleeps
 *					unlock in the kernel: kicks the waiter
 *					word = 0
 *					lock: cmpxchg(word, 0, owner)
 *					unlock: cmpxchg(word, owner, 0)
 *					lock: cmpxchg(word, 0, owner)
 *	wakes up, claims the word,
 *	finds an owner: a lost race
 *	word = owner | KIPC_MUTEX_WAITERS
 *	sleeps again
 *					unlock enters the kernel
 *
 * The mutex is handed over to a first waiter that is due, that is, has lost
 * KIPC_LOST_RACES_MAX races or is a real-time task. With KIPC_FAIR the word
 * stays kernel-owned while tasks wait, and the mutex is always handed over.
 *
 * Invariants when the element lock is released, except between two batches of
 * wake-ups in mutex_unlock_element():
 *
 * - If the mutex has no owner and there are waiters, the first one is kicked.
 *   It looks at the mutex; if it gives up instead, the next waiter is kicked or
 *   granted under the same hold of the lock.
 * - If the word is user-owned and KIPC_MUTEX_WAITERS is clear, there is no
 *   waiter, or the first one is kicked.
 *
 * The kernel makes a task the owner only under the element lock, and only if
 * its attachment is not gone. The repair takes the lock of each element after
 * the attachment was marked, so it finds every mutex that is to be repaired.
 *
 * The element lock, a spinlock, guards the record and the waiters. Locking a
 * mutex may sleep: for a thread's first lock, which allocates its record
 * (thread.h), and in the wait. Unlocking, KIPC_MUTEX_CONSISTENT and the repairs
 * do not wait, but may reschedule.
 */
#ifndef KIPC_MUTEX_H
#define KIPC_MUTEX_H

#include "attachment.h"
#include "object.h"
#include "word.h"

struct kipc_mutex {
	struct kipc_object object;
	struct kipc_words words;
};

static inline struct kipc_mutex *kipc_mutex_of(struct kipc_object *object)
{
	return container_of(object, struct kipc_mutex, object);
}

/* Returns true if the mutex is always handed over to the first waiter. */
static inline bool kipc_mutex_is_fair(const struct kipc_mutex *mutex)
{
	return mutex->object.flags & KIPC_FAIR;
}

/* Returns true if a wait that would close a deadlock is refused. */
static inline bool kipc_mutex_detects(const struct kipc_mutex *mutex)
{
	return mutex->object.flags & KIPC_DETECT;
}

/*
 * Returns the number of the attachment that a value names as the owner's; 0 if
 * there is no owner.
 */
static inline u32 kipc_mutex_owner_attachment(u64 value)
{
	return (value & KIPC_MUTEX_ATTACHMENT) >> KIPC_MUTEX_SHIFT;
}

struct task_struct *kipc_mutex_owner_task(struct kipc_mutex *mutex, u64 value);
bool kipc_mutex_owner(struct kipc_mutex *mutex, u64 value, u32 *process,
		      u32 *thread);

void kipc_mutex_spin(struct kipc_mutex *mutex, struct kipc_element *e,
		     u32 index, const struct kipc_deadline *deadline);
void kipc_mutex_spin_queued(struct kipc_mutex *mutex, struct kipc_element *e,
			    u32 index, struct kipc_waiter *waiter,
			    const struct kipc_deadline *deadline);

int kipc_mutex_lock(struct kipc_mutex *mutex, u32 index,
		    struct kipc_attachment *attachment,
		    const struct kipc_deadline *deadline);
int kipc_mutex_unlock(struct kipc_mutex *mutex, u32 index,
		      struct kipc_attachment *attachment);
int kipc_mutex_consistent(struct kipc_mutex *mutex, u32 index,
			  struct kipc_attachment *attachment);
int kipc_mutex_state(struct kipc_mutex *mutex,
		     struct kipc_mutex_state_args *args);

/*
 * The operations of the type. Regions, whose structure begins with struct
 * kipc_mutex, use them too.
 */
int kipc_mutex_init(struct kipc_object *object);
void kipc_mutex_exit(struct kipc_object *object);
long kipc_mutex_ioctl(struct file *file, unsigned int command,
		      void __user *arg);
struct kipc_words *kipc_mutex_words(struct kipc_object *object);
u32 kipc_mutex_detach(struct kipc_object *object,
		      struct kipc_attachment *attachment);
u32 kipc_mutex_settle(struct kipc_object *object,
		      struct kipc_attachment *attachment);
void kipc_mutex_scan(struct kipc_object *object);
void kipc_mutex_show(struct seq_file *seq, struct kipc_object *object);
u32 kipc_mutex_first_owner(struct kipc_object *object);

#endif /* KIPC_MUTEX_H */
