/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: polling
 *
 * A descriptor polls for what it could do: EPOLLIN needs the access that taking or
 * receiving needs, EPOLLOUT that of posting or sending. A descriptor without
 * either registers nowhere, so it is never woken, costs the other participants
 * nothing and makes the kernel claim no word.
 *
 * A wake-up says that something has become ready: a unit or a message that no
 * waiter gets, or room where a poller was told that there is none. Taking a unit
 * or a message wakes no poller that waits for one. The events of a wake-up are
 * what has become ready, so that epoll leaves the other pollers alone.
 *
 * Of the pollers that are exclusive (EPOLLEXCLUSIVE) a wake-up reaches as many as
 * there are new units or messages. Waking walks all pollers of the queue with
 * interrupts disabled, as it does for pipes and eventfds.
 */
#ifndef KIPC_POLL_H
#define KIPC_POLL_H

#include <linux/minmax.h>
#include <linux/poll.h>
#include <linux/wait.h>

/* For kipc_pollers_wake(): the exclusive ones, too. */
#define KIPC_POLLERS_ALL	0

static inline bool kipc_pollers_present(struct wait_queue_head *pollers)
{
	/* A poller registers first and takes the lock of the state after that. */
	return waitqueue_active(pollers);
}

/**
 * kipc_pollers_wake() - tell pollers that something has become ready
 * @pollers: the queue they are on; the lock of the state is not held any more
 * @events: what has become ready
 * @exclusive: how many of those that are exclusive, or KIPC_POLLERS_ALL
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
	/* Mostly it is one: the same, but cheaper by a quarter, as eventfds do it. */
	spin_lock_irq(&pollers->lock);
	__wake_up_locked_key(pollers, TASK_INTERRUPTIBLE, poll_to_key(events));
	spin_unlock_irq(&pollers->lock);
}

/* Can the descriptor take, and give? */
static inline bool kipc_file_reads(const struct file *file)
{
	return file->f_mode & FMODE_READ;
}

static inline bool kipc_file_writes(const struct file *file)
{
	return file->f_mode & FMODE_WRITE;
}

#endif /* KIPC_POLL_H */
