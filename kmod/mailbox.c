// SPDX-License-Identifier: GPL-2.0-only
/* What happens to the messages; mailboxes as a type are in mailbox_ioctl.c. */
#include <linux/cred.h>

#include "mailbox_turn.h"

struct mailbox_waiter {
	struct kipc_waiter waiter;
	struct kipc_message *message;	/* set by the granter */
	u32 size;			/* of the message, or of the buffer */
};

static struct mailbox_waiter *waiter_of(struct kipc_waiter *waiter)
{
	return container_of(waiter, struct mailbox_waiter, waiter);
}

/* ------------------------------------------------------------------------ */
/* Serving those who wait                                                   */
/* ------------------------------------------------------------------------ */

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

/* The first message to a receiver, or word that his buffer is too small. */
static void serve_receiver(struct kipc_mailbox *mailbox,
			   struct kipc_waiter *first, struct kipc_waker *waker)
{
	struct mailbox_waiter *receiver = waiter_of(first);
	int outcome = mailbox_take_first(mailbox, &receiver->size,
					 &receiver->message);

	kipc_grant(waker, &mailbox->receivers.waiters, first, outcome);
}

static void serve_sender(struct kipc_mailbox *mailbox,
			 struct kipc_waiter *first, struct kipc_waker *waker)
{
	struct mailbox_waiter *sender = waiter_of(first);

	mailbox->turn.senders = false;
	sender->message = kipc_queue_reserve(&mailbox->queue, sender->size);
	kipc_grant(waker, &mailbox->senders.waiters, first, 0);
}

/* Grant what can be granted; true where more can be than fit in the waker. */
static bool mailbox_serve(struct kipc_mailbox *mailbox,
			  struct kipc_waker *waker)
{
	struct kipc_waiter *first;

	lockdep_assert_held(&mailbox->lock);
	while ((first = mailbox->receivers.waiters.first) && mailbox->queue.count) {
		if (kipc_waker_full(waker))
			return true;
		serve_receiver(mailbox, first, waker);
	}
	while ((first = mailbox->senders.waiters.first) &&
	       kipc_mailbox_gives_room(mailbox, waiter_of(first)->size)) {
		if (kipc_waker_full(waker))
			return true;
		serve_sender(mailbox, first, waker);
	}
	return false;
}

/* Unlock, and let those know who wait and those who poll. */
static noinline void mailbox_leave_serving(struct kipc_mailbox *mailbox,
					   bool inserted)
	__releases(&mailbox->lock)
{
	struct kipc_waker waker __uninitialized;
	bool more, message, room, offered;

	kipc_waker_init(&waker, false);
	for (;;) {
		more = mailbox_serve(mailbox, &waker);
		message = inserted && mailbox->queue.count;
		room = !more && kipc_mailbox_offer_room(mailbox);
		offered = mailbox->turn.offered;
		spin_unlock(&mailbox->lock);
		kipc_waker_flush(&waker);
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

/* Unlock after a change: a message was inserted, or there may be more room. */
static void mailbox_leave(struct kipc_mailbox *mailbox, bool inserted)
	__releases(&mailbox->lock)
{
	if (mailbox->receivers.waiters.first || mailbox->senders.waiters.first ||
	    mailbox->turn.wanted ||
	    (inserted && kipc_pollers_present(&mailbox->object.pollers)))
		mailbox_leave_serving(mailbox, inserted);
	else
		spin_unlock(&mailbox->lock);
}

/* Queued and unlocked: sleep, and if that fails leave the queue. */
static int mailbox_sleep(struct kipc_mailbox *mailbox,
			 struct kipc_mailbox_side *side,
			 struct mailbox_waiter *self,
			 const struct kipc_deadline *deadline)
{
	int ret;

	atomic_inc(&side->waiting);
	kipc_wait_spin(&mailbox->object, &self->waiter, &side->patience);
	ret = kipc_wait_sleep(&self->waiter, deadline);
	if (ret) {
		spin_lock(&mailbox->lock);
		if (kipc_granted(&self->waiter))
			ret = 0;
		else
			kipc_waitlist_remove(&side->waiters, &self->waiter);
		/* Senders behind may want less room than this one did. */
		mailbox_leave(mailbox, false);
	}
	atomic_dec(&side->waiting);
	kipc_wait_end(&mailbox->object, &side->waiters, &self->waiter, ret);
	return ret ? ret : self->waiter.outcome;
}

/* Would the caller be the first one? */
static bool mailbox_leads(const struct kipc_mailbox_side *side)
{
	return !side->waiters.first ||
	       kipc_waitlist_leads(&side->waiters, kipc_priority());
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
	} else {
		/* Back in its place it may want less room than those behind it. */
		mailbox_leave_serving(mailbox, 0);
		ret = mailbox_sleep(mailbox, side, &self, deadline);
	}
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
	mailbox_leave(mailbox, true);
}

static void mailbox_release(struct kipc_mailbox *mailbox,
			    struct kipc_message *message)
{
	spin_lock(&mailbox->lock);
	kipc_queue_release(&mailbox->queue, message);
	mailbox_leave(mailbox, false);
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
	bool leads = mailbox_leads(&mailbox->senders);

	if (!try)
		return leads && kipc_mailbox_gives_room(mailbox, length);
	return (leads || mailbox->turn.offered) &&
	       kipc_queue_fits(&mailbox->queue, length);
}

/* Unlock after room was reserved; one that did not wait may have been offered it. */
static void mailbox_leave_reserved(struct kipc_mailbox *mailbox, bool try)
	__releases(&mailbox->lock)
{
	if (try && mailbox->turn.offered) {
		kipc_mailbox_end_offer(mailbox);
		mailbox_leave(mailbox, false);
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
		mailbox_leave_reserved(mailbox, deadline->try);
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
	if (mailbox_leads(side) && mailbox->queue.count) {
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

static void message_stamp(struct kipc_message *message, u32 priority,
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
	message_stamp(message, priority, sender);
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
	spin_unlock(&mailbox->lock);
	args->senders = atomic_read(&mailbox->senders.waiting);
	args->receivers = atomic_read(&mailbox->receivers.waiting);
}

/* ------------------------------------------------------------------------ */
/* Pollers                                                                  */
/* ------------------------------------------------------------------------ */

static __poll_t mailbox_ready(struct kipc_mailbox *mailbox)
{
	__poll_t ready = 0;

	if (mailbox->queue.count)
		ready |= EPOLLIN | EPOLLRDNORM;
	if (kipc_mailbox_has_room(mailbox) &&
	    (!mailbox->senders.waiters.first || mailbox->turn.offered))
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
	if (mailbox->turn.offered)
		kipc_mailbox_end_offer(mailbox);
	mailbox_leave(mailbox, false);
}

void kipc_mailbox_init(struct kipc_mailbox *mailbox)
{
	spin_lock_init(&mailbox->lock);
	init_waitqueue_head(&mailbox->writers);
	INIT_DELAYED_WORK(&mailbox->offer_end, mailbox_offer_expired);
}
