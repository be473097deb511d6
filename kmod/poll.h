/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: polling
 *
 * A descriptor polls for what it could be used for: EPOLLIN needs the access
 * that taking a unit or receiving a message needs, EPOLLOUT needs the access
 * that posting or sending needs. A descriptor that has neither access is not
 * registered anywhere. It is never woken, it costs the other participants
 * nothing and the kernel claims no word for it.
 *
 * A wake-up says that something has become ready: a unit or a message that no
 * waiter gets, or room if a poller was told that there is none. Taking a unit
 * or a message wakes no poller that waits for one. A wake-up carries the events
 * that have become ready, so that epoll does not wake the pollers that wait for
 * other events.
 *
 * Of the exclusive pollers (EPOLLEXCLUSIVE) a wake-up reaches as many as there
 * are new units or messages. A wake-up walks all pollers in the queue with
 * interrupts disabled, as it does for pipes and eventfds.
 *
 * A change looks for pollers without taking the lock of their queue. It misses
 * none, because a poller registers before it takes the lock of the state::
 *
 *     CPU 0 (poller)                    CPU 1 (post)
 *
 *     poll_wait(): joins the queue
 *     lock
 *     claims the word, or looks
 *     unlock
 *                                       lock
 *                                       changes the state
 *                                       kipc_pollers_present(): true
 *                                       unlock
 *                                       kipc_pollers_wake()
 *
 * If the post takes the lock first, the poller finds the new state instead.
 */
#ifndef KIPC_POLL_H
#define KIPC_POLL_H

#include <linux/minmax.h>
#include <linux/poll.h>
#include <linux/wait.h>

/* For kipc_pollers_wake(): wakes all exclusive pollers too. */
#define KIPC_POLLERS_ALL	0

/**
 * kipc_pollers_present() - look for pollers without taking their lock
 * @pollers: the queue of an object
 *
 * The caller has held the lock of the state since before the change, see above;
 * it may have dropped it again.
 *
 * Context: does not sleep
 * Return: true if a poller is registered that could have missed the change
 */
static inline bool kipc_pollers_present(struct wait_queue_head *pollers)
{
	/* The lock of the state orders this after the registration. */
	return waitqueue_active(pollers);
}

/**
 * kipc_pollers_wake() - tell pollers that something has become ready
 * @pollers: the queue of an object; the lock of the state is not held any more
 * @events: what has become ready
 * @exclusive: how many exclusive pollers to wake, or KIPC_POLLERS_ALL
 *
 * Context: takes the lock of the queue; does not sleep
 */
static inline void kipc_pollers_wake(struct wait_queue_head *pollers,
				     __poll_t events, u32 exclusive)
{
	if (!kipc_pollers_present(pollers))
		return;
	if (exclusive != 1) {
		__wake_up(pollers, TASK_INTERRUPTIBLE,
			  min_t(u32, exclusive, INT_MAX), poll_to_key(events));
		return;
	}
	/*
	 * Mostly one unit or message is new. This does the same as __wake_up()
	 * in three quarters of the time; eventfds do it in this way.
	 */
	spin_lock_irq(&pollers->lock);
	__wake_up_locked_key(pollers, TASK_INTERRUPTIBLE, poll_to_key(events));
	spin_unlock_irq(&pollers->lock);
}

/* Returns true if the descriptor may be used to take or to receive. */
static inline bool kipc_file_reads(const struct file *file)
{
	return file->f_mode & FMODE_READ;
}

/* Returns true if the descriptor may be used to post or to send. */
static inline bool kipc_file_writes(const struct file *file)
{
	return file->f_mode & FMODE_WRITE;
}

#endif /* KIPC_POLL_H */
