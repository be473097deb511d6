// SPDX-License-Identifier: GPL-2.0-only
/* The verbs of mailboxes. Their arguments are checked in mailbox_ioctl.c. */
#include <linux/cred.h>
#include <linux/sched/signal.h>

#include "compat.h"
#include "mailbox_room.h"

struct mailbox_waiter {
	struct kipc_waiter waiter;
	struct kipc_message *message;	/* set by the granter */
	u32 size;			/* of the message, or of the buffer */
};

static struct mailbox_waiter *mailbox_waiter_of(struct kipc_waiter *waiter)
{
	return container_of(waiter, struct mailbox_waiter, waiter);
}

/* ------------------------------------------------------------------------ */
/* Messages and room                                                        */
/* ------------------------------------------------------------------------ */

/*
 * Returns how many messages no waiting receiver gets. The number is negative if
 * there are more receivers than messages.
 */
static int mailbox_surplus(const struct kipc_mailbox *mailbox)
{
	return (int)mailbox->queue.count - (int)mailbox->receivers.count;
}

/*
 * Takes the first message if it fits into *@size bytes. Otherwise returns
 * -EMSGSIZE and stores the length of the message there.
 */
static int mailbox_take_first(struct kipc_mailbox *mailbox, u32 *size,
			      struct kipc_message **message)
{
	struct kipc_message *first = mailbox->queue.first;

	lockdep_assert_held(&mailbox->lock);
	if (first->length > *size) {
		*size = first->length;
		return -EMSGSIZE;
	}
	kipc_queue_take(&mailbox->queue);
	*message = first;
	return 0;
}

/* Returns true if there is what a waiter of this side waits for. */
static bool mailbox_has(struct kipc_mailbox *mailbox,
			const struct kipc_mailbox_side *side,
			const struct kipc_waiter *waiter)
{
	if (side == &mailbox->receivers)
		return mailbox->queue.count;
	return kipc_mailbox_gives_room(mailbox, waiter->wants);
}

/*
 * Gives a waiter what it waits for. The waiter is to leave the list. Returns
 * the outcome of the wait, which is -EMSGSIZE if the buffer is too small for
 * the message.
 */
static int mailbox_give(struct kipc_mailbox *mailbox,
			struct kipc_mailbox_side *side,
			struct mailbox_waiter *waiter)
{
	side->count--;
	kipc_note_taker(&side->spin_history, waiter->waiter.task);
	if (side == &mailbox->receivers)
		return mailbox_take_first(mailbox, &waiter->size,
					  &waiter->message);
	mailbox->sharing.senders = false;
	waiter->message = kipc_queue_reserve(&mailbox->queue, waiter->size);
	return 0;
}

/* ------------------------------------------------------------------------ */
/* Overtaking and granting                                                  */
/* ------------------------------------------------------------------------ */

static bool mailbox_first_is_due(const struct kipc_mailbox *mailbox,
				 const struct kipc_mailbox_side *side)
{
	return (mailbox->object.flags & KIPC_FAIR) ||
	       kipc_wait_is_due(side->waiters.first);
}

/*
 * Returns true if other tasks may take before the first waiter, which then may
 * lose a race. Room that is too little for the message of the first sender is
 * not for others, because senders of shorter messages would take it for ever.
 * So a long message loses no more races than a short one, and loses them only
 * for room that it fits into.
 */
static bool mailbox_first_may_lose(struct kipc_mailbox *mailbox,
				   const struct kipc_mailbox_side *side)
{
	return !mailbox_first_is_due(mailbox, side) &&
	       mailbox_has(mailbox, side, side->waiters.first);
}

/*
 * Returns true if the caller, which does not wait yet, may take what is there.
 */
static bool mailbox_lets(struct kipc_mailbox *mailbox,
			 const struct kipc_mailbox_side *side)
{
	return !side->waiters.first ||
	       kipc_waitlist_leads(&side->waiters, kipc_priority()) ||
	       mailbox_first_may_lose(mailbox, side);
}

/*
 * Returns true if messages or room are granted to the first waiter instead of
 * kicking it. That is so if the waiter is due, and if it waits alone, unless
 * the caller is the task that took last: such a task may be back before the
 * waiter is awake.
 */
static bool mailbox_hands_over(const struct kipc_mailbox *mailbox,
			       const struct kipc_mailbox_side *side)
{
	return mailbox_first_is_due(mailbox, side) ||
	       (kipc_waitlist_is_single(&side->waiters) &&
		!kipc_kicked(side->waiters.first) &&
		!kipc_took_last(&side->spin_history));
}

/* ------------------------------------------------------------------------ */
/* Granting and kicking waiters                                             */
/* ------------------------------------------------------------------------ */

static void mailbox_grant_first(struct kipc_mailbox *mailbox,
				struct kipc_mailbox_side *side, struct kipc_wake_q *wake_q)
{
	struct kipc_waiter *first = side->waiters.first;
	int outcome = mailbox_give(mailbox, side, mailbox_waiter_of(first));

	kipc_grant(wake_q, &side->waiters, first, outcome);
}

/*
 * Kicks one receiver for each message, or as many senders as there is room for.
 * Each waiter that looks sees to the waiters behind it, so the number is
 * bounded: by KIPC_KICKED_MAX, and by the number of processors, because further
 * waiters could not run at the same time and would find nothing left. A waiter
 * that is due without being the first ends the walk. It is granted what it
 * waits for when it is the first. Returns true if the wake queue is too small.
 */
static bool mailbox_kick(struct kipc_mailbox *mailbox,
			 const struct kipc_mailbox_side *side,
			 struct kipc_wake_q *wake_q)
{
	struct kipc_queue_room room = kipc_mailbox_room(mailbox);
	struct kipc_waiter *waiter = side->waiters.first;
	u32 messages = mailbox->queue.count, i;
	u32 max = min_t(u32, KIPC_KICKED_MAX, num_online_cpus());

	for (i = 0; i < max && waiter && !kipc_wait_is_due(waiter); i++) {
		if (side == &mailbox->receivers ?
		    i == messages : !kipc_queue_room_take(&room, waiter->wants))
			break;
		if (!kipc_kicked(waiter)) {
			if (kipc_wake_q_full(wake_q))
				return true;
			kipc_kick(wake_q, &side->waiters, waiter);
		}
		waiter = kipc_waitlist_next(waiter);
	}
	return false;
}

/*
 * Grants or kicks the waiters for which there is enough. Returns true if the
 * wake queue is full before all of them are.
 */
static bool mailbox_grant_waiters(struct kipc_mailbox *mailbox,
				  struct kipc_mailbox_side *side,
				  struct kipc_wake_q *wake_q)
{
	lockdep_assert_held(&mailbox->lock);
	while (side->waiters.first &&
	       mailbox_has(mailbox, side, side->waiters.first)) {
		if (!mailbox_hands_over(mailbox, side))
			return mailbox_kick(mailbox, side, wake_q);
		if (kipc_wake_q_full(wake_q))
			return true;
		mailbox_grant_first(mailbox, side, wake_q);
	}
	return false;
}

/*
 * Unlocks, and wakes the waiters of this side and the pollers. @news says that
 * a message was added; pollers are told if one is left for them.
 */
static noinline void mailbox_unlock_granting(struct kipc_mailbox *mailbox,
					     struct kipc_mailbox_side *side,
					     bool news)
	__releases(&mailbox->lock)
{
	struct kipc_wake_q wake_q __uninitialized;
	bool more, message, room, offered;
	int surplus;

	kipc_wake_q_init(&wake_q, false);
	for (;;) {
		surplus = mailbox_surplus(mailbox);
		more = mailbox_grant_waiters(mailbox, side, &wake_q);
		/*
		 * A receiver with too small a buffer has left the list without
		 * the message, which is news to the pollers.
		 */
		news |= mailbox_surplus(mailbox) > surplus;
		message = news && mailbox_surplus(mailbox) > 0;
		room = !more && side == &mailbox->senders &&
		       kipc_mailbox_offer_room(mailbox);
		offered = mailbox->sharing.offered;
		spin_unlock(&mailbox->lock);
		kipc_wake_q_flush(&wake_q);
		if (!more)
			break;
		cond_resched();
		spin_lock(&mailbox->lock);
	}
	if (message)
		kipc_pollers_wake(&mailbox->object.pollers,
				  EPOLLIN | EPOLLRDNORM, 1);
	if (room)
		kipc_mailbox_wake_writers(mailbox, offered);
}

/*
 * Unlocks after a change that matters to this side: a message was inserted,
 * there may be more room, or a waiter has left what other waiters may have now.
 */
static void mailbox_unlock(struct kipc_mailbox *mailbox,
			   struct kipc_mailbox_side *side, bool news)
	__releases(&mailbox->lock)
{
	if ((side->waiters.first &&
	     mailbox_has(mailbox, side, side->waiters.first)) ||
	    (side == &mailbox->senders && mailbox->sharing.wanted) ||
	    (news && kipc_pollers_present(&mailbox->object.pollers)))
		mailbox_unlock_granting(mailbox, side, news);
	else
		spin_unlock(&mailbox->lock);
}

/* ------------------------------------------------------------------------ */
/* Waiting                                                                  */
/* ------------------------------------------------------------------------ */

/*
 * Decides what becomes of a wait after the waiter woke up and locked the
 * mailbox. @ret is the reason: 0 for a grant or a kick, or an error. Returns
 * KIPC_PENDING if the wait goes on, and otherwise its result. A task that was
 * killed takes nothing.
 */
static int mailbox_look(struct kipc_mailbox *mailbox,
			struct kipc_mailbox_side *side,
			struct mailbox_waiter *self, int ret)
{
	bool first = side->waiters.first == &self->waiter, has;

	if (kipc_granted(&self->waiter))
		return self->waiter.outcome;
	if (fatal_signal_pending(current))
		ret = -EINTR;
	has = mailbox_has(mailbox, side, &self->waiter) &&
	      (first || mailbox_first_may_lose(mailbox, side));
	if (!has && kipc_kicked(&self->waiter))
		kipc_wait_lost(&mailbox->object, &side->waiters, &self->waiter);
	if (!has && !ret) {
		self->waiter.outcome = KIPC_PENDING;
		return KIPC_PENDING;
	}
	kipc_waitlist_remove(&side->waiters, &self->waiter);
	if (has && ret != -EINTR)
		return mailbox_give(mailbox, side, self);
	side->count--;
	return ret;
}

/*
 * Locks, decides, and sees to the waiters behind the caller, which may have
 * what the caller leaves.
 */
static int mailbox_look_locking(struct kipc_mailbox *mailbox,
				struct kipc_mailbox_side *side,
				struct mailbox_waiter *self, int ret)
{
	int surplus;

	spin_lock(&mailbox->lock);
	surplus = mailbox_surplus(mailbox);
	ret = mailbox_look(mailbox, side, self, ret);
	mailbox_unlock(mailbox, side, mailbox_surplus(mailbox) > surplus);
	return ret;
}

/*
 * Sleeps until there is an outcome. The waiter is queued, and the mailbox is
 * not locked any more.
 */
static int mailbox_sleep(struct kipc_mailbox *mailbox,
			 struct kipc_mailbox_side *side,
			 struct mailbox_waiter *self,
			 const struct kipc_deadline *deadline)
{
	int ret;

	kipc_wait_spin(&mailbox->object, &self->waiter, &side->spin_history);
	do {
		ret = kipc_wait_sleep(&self->waiter, deadline);
		if (!ret && kipc_granted(&self->waiter))
			ret = self->waiter.outcome;
		else
			ret = mailbox_look_locking(mailbox, side, self, ret);
	} while (ret == KIPC_PENDING);
	kipc_wait_end(&mailbox->object, &side->waiters, &self->waiter, ret);
	return ret;
}

/*
 * Unlocks, and waits for room for *@size bytes or for a message of at most that
 * size. If the message is too long, *@size is its length afterwards.
 */
static noinline int mailbox_wait(struct kipc_mailbox *mailbox,
				 struct kipc_mailbox_side *side, u32 *size,
				 const struct kipc_deadline *deadline,
				 struct kipc_message **message)
	__releases(&mailbox->lock)
{
	struct mailbox_waiter self = {
		.waiter.wants = *size,
		.waiter.returns = true,
		.size = *size,
	};
	int ret = -EAGAIN;

	if (!deadline->try)
		ret = kipc_wait_begin(&mailbox->object, &side->waiters,
				      &self.waiter, kipc_priority());
	if (ret) {
		spin_unlock(&mailbox->lock);
		return ret;
	}
	side->count++;
	/*
	 * A waiter that has its place back may be the first, and may want less
	 * room than the waiters behind it.
	 */
	if (self.waiter.returned)
		mailbox_unlock_granting(mailbox, side, false);
	else
		spin_unlock(&mailbox->lock);
	ret = mailbox_sleep(mailbox, side, &self, deadline);
	*message = self.message;
	*size = self.size;
	return ret;
}

/* ------------------------------------------------------------------------ */
/* Steps of sending and receiving                                           */
/* ------------------------------------------------------------------------ */

/* Inserts a message that was filled, or that was taken and not delivered. */
static void mailbox_insert(struct kipc_mailbox *mailbox,
			   struct kipc_message *message)
{
	spin_lock(&mailbox->lock);
	kipc_queue_insert(&mailbox->queue, message);
	mailbox_unlock(mailbox, &mailbox->receivers, true);
}

/* Drops a reference to a message, which releases its room if it is the last. */
static void mailbox_release(struct kipc_mailbox *mailbox,
			    struct kipc_message *message)
{
	spin_lock(&mailbox->lock);
	kipc_queue_release(&mailbox->queue, message);
	mailbox_unlock(mailbox, &mailbox->senders, false);
}

/*
 * Chains all the blocks that the message needs, a bounded number each time that
 * the lock is held.
 */
static void mailbox_extend(struct kipc_mailbox *mailbox,
			   struct kipc_message *message)
{
	while (kipc_message_short(message)) {
		spin_lock(&mailbox->lock);
		kipc_queue_extend(&mailbox->queue, message);
		spin_unlock(&mailbox->lock);
		cond_resched();
	}
}

/*
 * Returns true if the caller may have room without waiting. A caller that must
 * not wait (@try) may take room that is kept for pollers, because it may be one
 * of them.
 */
static bool mailbox_may_reserve(struct kipc_mailbox *mailbox, u32 length,
				bool try)
{
	bool lets = mailbox_lets(mailbox, &mailbox->senders);

	if (!try)
		return lets && kipc_mailbox_gives_room(mailbox, length);
	return (lets || mailbox->sharing.offered) &&
	       kipc_queue_fits(&mailbox->queue, length);
}

/*
 * Unlocks after room was reserved. If room was offered to the pollers and the
 * caller does not wait, then it may have used the offer, which ends.
 */
static void mailbox_unlock_reserved(struct kipc_mailbox *mailbox, bool try)
	__releases(&mailbox->lock)
{
	if (try && mailbox->sharing.offered) {
		kipc_mailbox_end_offer(mailbox);
		mailbox_unlock(mailbox, &mailbox->senders, false);
	} else {
		spin_unlock(&mailbox->lock);
	}
}

/* Reserves room for a message, and waits for it if necessary. */
static int mailbox_reserve(struct kipc_mailbox *mailbox, u32 length,
			   const struct kipc_deadline *deadline,
			   struct kipc_message **message)
{
	struct kipc_mailbox_side *side = &mailbox->senders;

	spin_lock(&mailbox->lock);
	if (mailbox_may_reserve(mailbox, length, deadline->try)) {
		*message = kipc_queue_reserve(&mailbox->queue, length);
		mailbox_unlock_reserved(mailbox, deadline->try);
		return 0;
	}
	if (deadline->try)
		kipc_mailbox_refuse_room(mailbox);
	return mailbox_wait(mailbox, side, &length, deadline, message);
}

/**
 * kipc_mailbox_take() - take the first message, and wait for one if necessary
 * @mailbox: the mailbox
 * @size: how many bytes the buffer holds; the length of the message after
 *	-EMSGSIZE
 * @deadline: when to give up
 * @message: the message that was taken; kipc_mailbox_finish() has to follow
 *
 * Context: may sleep
 * Return: 0; -EMSGSIZE if the message is too long, which stays in the queue;
 * -EAGAIN if the caller must not wait; -ETIMEDOUT; -ERESTARTSYS; -EINTR if the
 * caller was killed; -EUSERS if too many tasks wait
 */
int kipc_mailbox_take(struct kipc_mailbox *mailbox, u32 *size,
		      const struct kipc_deadline *deadline,
		      struct kipc_message **message)
{
	struct kipc_mailbox_side *side = &mailbox->receivers;
	int ret;

	spin_lock(&mailbox->lock);
	if (mailbox->queue.count && mailbox_lets(mailbox, side)) {
		ret = mailbox_take_first(mailbox, size, message);
		spin_unlock(&mailbox->lock);
		return ret;
	}
	return mailbox_wait(mailbox, side, size, deadline, message);
}

/**
 * kipc_mailbox_peek() - look at the first message without taking it
 * @mailbox: the mailbox
 * @size: how many bytes the buffer holds; the length of the message after
 *	-EMSGSIZE
 * @message: the message, with a reference that kipc_mailbox_finish() drops
 *
 * Context: does not sleep
 * Return: 0; -EAGAIN if there is no message; -EMSGSIZE if it is too long
 */
int kipc_mailbox_peek(struct kipc_mailbox *mailbox, u32 *size,
		      struct kipc_message **message)
{
	int ret = 0;

	spin_lock(&mailbox->lock);
	*message = mailbox->queue.first;
	if (!*message) {
		ret = -EAGAIN;
	} else if ((*message)->length > *size) {
		*size = (*message)->length;
		ret = -EMSGSIZE;
	} else {
		(*message)->references++;
	}
	spin_unlock(&mailbox->lock);
	return ret;
}

/* ------------------------------------------------------------------------ */
/* The verbs                                                                */
/* ------------------------------------------------------------------------ */

static void mailbox_stamp(struct kipc_message *message, u32 priority,
			  const struct cred *sender)
{
	message->priority = priority;
	message->pid = get_pid(task_tgid(current));
	message->uid = sender->euid;
	message->gid = sender->egid;
}

/**
 * kipc_mailbox_send() - send a message, and wait for room if necessary
 * @mailbox: the mailbox
 * @from: the bytes of the message
 * @priority: 0 to KIPC_PRIORITIES - 1; the highest is received first
 * @sender: whose user and group are stamped on the message
 * @deadline: when to give up
 *
 * Context: may sleep
 * Return: 0; -EMSGSIZE if the message is too long for the mailbox; -EFAULT if
 * the bytes cannot be read; -EAGAIN if the caller must not wait; -ETIMEDOUT;
 * -ERESTARTSYS; -EINTR if the caller was killed; -EUSERS if too many tasks wait
 */
int kipc_mailbox_send(struct kipc_mailbox *mailbox, struct iov_iter *from,
		      u32 priority, const struct cred *sender,
		      const struct kipc_deadline *deadline)
{
	struct kipc_message *message;
	int ret;

	if (iov_iter_count(from) > kipc_mailbox_message_size(mailbox))
		return -EMSGSIZE;
	ret = mailbox_reserve(mailbox, iov_iter_count(from), deadline,
			      &message);
	if (ret)
		return ret;
	mailbox_extend(mailbox, message);
	ret = kipc_message_fill(&mailbox->queue, message, from);
	if (ret) {
		mailbox_release(mailbox, message);
		return ret;
	}
	mailbox_stamp(message, priority, sender);
	mailbox_insert(mailbox, message);
	return 0;
}

/**
 * kipc_mailbox_finish() - end what take or peek has begun
 * @mailbox: the mailbox
 * @message: from kipc_mailbox_take() or kipc_mailbox_peek()
 * @delivered: true to drop the message, or the reference of a peek; false to
 *	put a message that was taken back to where it was
 *
 * Context: process context; may reschedule
 */
void kipc_mailbox_finish(struct kipc_mailbox *mailbox,
			 struct kipc_message *message, bool delivered)
{
	if (delivered)
		mailbox_release(mailbox, message);
	else
		mailbox_insert(mailbox, message);
}

/**
 * kipc_mailbox_state() - count messages and waiters
 * @mailbox: the mailbox
 * @args: filled in; the numbers are of one moment
 *
 * Context: does not sleep
 */
void kipc_mailbox_state(struct kipc_mailbox *mailbox,
			struct kipc_mailbox_state_args *args)
{
	spin_lock(&mailbox->lock);
	args->messages = mailbox->queue.count;
	args->bytes = mailbox->queue.bytes;
	args->senders = mailbox->senders.count;
	args->receivers = mailbox->receivers.count;
	spin_unlock(&mailbox->lock);
}

/* ------------------------------------------------------------------------ */
/* Pollers                                                                  */
/* ------------------------------------------------------------------------ */

static __poll_t mailbox_ready(struct kipc_mailbox *mailbox)
{
	__poll_t ready = 0;

	if (mailbox_surplus(mailbox) > 0)
		ready |= EPOLLIN | EPOLLRDNORM;
	if (kipc_mailbox_has_room(mailbox) &&
	    (!mailbox->senders.waiters.first || mailbox->sharing.offered))
		ready |= EPOLLOUT | EPOLLWRNORM;
	return ready;
}

/**
 * kipc_mailbox_ready() - what a poller is told
 * @mailbox: the mailbox
 * @asked: the events that the poller waits for
 *
 * If the poller waits for room and there is none, this notes that room is
 * wanted, so that the poller is woken when there is.
 *
 * Context: does not sleep
 * Return: EPOLLIN if there is a message that no waiting receiver gets, EPOLLOUT
 * if there is room for the longest message that no waiting sender gets, each
 * with its EPOLLRDNORM or EPOLLWRNORM
 */
__poll_t kipc_mailbox_ready(struct kipc_mailbox *mailbox, __poll_t asked)
{
	__poll_t ready;

	spin_lock(&mailbox->lock);
	ready = mailbox_ready(mailbox);
	if (asked & ~ready & (EPOLLOUT | EPOLLWRNORM))
		kipc_mailbox_refuse_room(mailbox);
	spin_unlock(&mailbox->lock);
	return ready;
}

/* Ends an offer of room that the pollers did not use in time. */
static void mailbox_offer_expired(struct work_struct *work)
{
	struct kipc_mailbox *mailbox =
		container_of(work, struct kipc_mailbox, offer_end.work);

	spin_lock(&mailbox->lock);
	if (mailbox->sharing.offered)
		kipc_mailbox_end_offer(mailbox);
	mailbox_unlock(mailbox, &mailbox->senders, false);
}

/**
 * kipc_mailbox_init() - initialise all but the queue of a mailbox
 * @mailbox: zeroed
 */
void kipc_mailbox_init(struct kipc_mailbox *mailbox)
{
	spin_lock_init(&mailbox->lock);
	init_waitqueue_head(&mailbox->writers);
	INIT_DELAYED_WORK(&mailbox->offer_end, mailbox_offer_expired);
}
