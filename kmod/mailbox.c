// SPDX-License-Identifier: GPL-2.0-only
/* What happens to the messages; mailboxes as a type are in mailbox_ioctl.c. */
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

/* Messages that no waiting receiver is to have; below 0 some wait for more. */
static int mailbox_surplus(const struct kipc_mailbox *mailbox)
{
	return (int)mailbox->queue.count - (int)mailbox->receivers.count;
}

/* The first message if it fits into size bytes, else how long it is. */
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

/* Is there what the waiter of that side waits for? */
static bool mailbox_has(struct kipc_mailbox *mailbox,
			const struct kipc_mailbox_side *side,
			const struct kipc_waiter *waiter)
{
	if (side == &mailbox->receivers)
		return mailbox->queue.count;
	return kipc_mailbox_gives_room(mailbox, waiter->wants);
}

/*
 * The waiter gets that, and is to leave the list: the outcome, which may be that the
 * buffer is too small for the message.
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
/* Whose turn it is                                                         */
/* ------------------------------------------------------------------------ */

static bool mailbox_first_is_due(const struct kipc_mailbox *mailbox,
				 const struct kipc_mailbox_side *side)
{
	return (mailbox->object.flags & KIPC_FAIR) ||
	       kipc_wait_is_due(side->waiters.first);
}

/*
 * May others take before the first waiter? Not room that is too little for the
 * message of the first sender: those with shorter ones would take it for ever. So a
 * long message loses no more races than a short one, each for room that it fits into.
 */
static bool mailbox_first_may_lose(struct kipc_mailbox *mailbox,
				   const struct kipc_mailbox_side *side)
{
	return !mailbox_first_is_due(mailbox, side) &&
	       mailbox_has(mailbox, side, side->waiters.first);
}

/* May a newcomer take what is there? */
static bool mailbox_lets(struct kipc_mailbox *mailbox,
			 const struct kipc_mailbox_side *side)
{
	return !side->waiters.first ||
	       kipc_waitlist_leads(&side->waiters, kipc_priority()) ||
	       mailbox_first_may_lose(mailbox, side);
}

/*
 * Messages and room are handed over to a first waiter that is due. Also to one that
 * waits alone, unless the caller is who was served last: it may be back before the
 * other is awake.
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
/* Serving those who wait                                                   */
/* ------------------------------------------------------------------------ */

static void mailbox_grant_first(struct kipc_mailbox *mailbox,
				struct kipc_mailbox_side *side, struct kipc_wake_q *wake_q)
{
	struct kipc_waiter *first = side->waiters.first;
	int outcome = mailbox_give(mailbox, side, mailbox_waiter_of(first));

	kipc_grant(wake_q, &side->waiters, first, outcome);
}

/*
 * Wake a receiver for each message, or senders for all the room there is, some at a
 * time: each that looks sees to those behind it. More than there are processors could
 * not look at the same time, and those that run first would leave them nothing. One
 * that is due, but not the first, is left alone until it is handed what it waits for.
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

/* Serve who can be served; true where more can be than fit in the wake_q. */
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
 * Unlock, and let those know who wait on that side and those who poll: with @news of
 * a message, if one is left for them.
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
		/* One that is too long for a receiver's buffer is left. */
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
 * Unlock after a change that matters to that side: a message was inserted, there may
 * be more room, or a waiter has left what others may have now.
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
 * Awake and locked: what has become of the wait? @ret says why, 0 for a call.
 * KIPC_PENDING: to be waited on. Who is killed takes nothing.
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

/* Look, and see to those behind: others may have what this one leaves. */
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

/* Queued and unlocked: sleep until there is an outcome. */
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
 * Unlock and wait for what there is not yet: room for so many bytes, or a message
 * of at most as many. *size is the message's where that is too long.
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
	/* Back in its place it may want less room than those behind it. */
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
/* Steps                                                                    */
/* ------------------------------------------------------------------------ */

/* Make a filled message, or one that was taken, the queue's. */
static void mailbox_insert(struct kipc_mailbox *mailbox,
			   struct kipc_message *message)
{
	spin_lock(&mailbox->lock);
	kipc_queue_insert(&mailbox->queue, message);
	mailbox_unlock(mailbox, &mailbox->receivers, true);
}

static void mailbox_release(struct kipc_mailbox *mailbox,
			    struct kipc_message *message)
{
	spin_lock(&mailbox->lock);
	kipc_queue_release(&mailbox->queue, message);
	mailbox_unlock(mailbox, &mailbox->senders, false);
}

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

/* May the caller have room without waiting? It may not have waited, or polled. */
static bool mailbox_may_reserve(struct kipc_mailbox *mailbox, u32 length,
				bool try)
{
	bool lets = mailbox_lets(mailbox, &mailbox->senders);

	if (!try)
		return lets && kipc_mailbox_gives_room(mailbox, length);
	return (lets || mailbox->sharing.offered) &&
	       kipc_queue_fits(&mailbox->queue, length);
}

/* Unlock after room was reserved; one that did not wait may have been offered it. */
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

/* Reserve room for a message, waiting for it. */
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

/* Take the first message, waiting for one. */
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

/* Look at the first message if it fits the buffer; it stays. */
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

/* The receiver has what he wanted, or it goes back. */
void kipc_mailbox_finish(struct kipc_mailbox *mailbox,
			 struct kipc_message *message, bool delivered)
{
	if (delivered)
		mailbox_release(mailbox, message);
	else
		mailbox_insert(mailbox, message);
}

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

/* What there is of what is asked for, and word to come that there is room again. */
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

/* The pollers did not come for the room that was kept for them. */
static void mailbox_offer_expired(struct work_struct *work)
{
	struct kipc_mailbox *mailbox =
		container_of(work, struct kipc_mailbox, offer_end.work);

	spin_lock(&mailbox->lock);
	if (mailbox->sharing.offered)
		kipc_mailbox_end_offer(mailbox);
	mailbox_unlock(mailbox, &mailbox->senders, false);
}

void kipc_mailbox_init(struct kipc_mailbox *mailbox)
{
	spin_lock_init(&mailbox->lock);
	init_waitqueue_head(&mailbox->writers);
	INIT_DELAYED_WORK(&mailbox->offer_end, mailbox_offer_expired);
}
