// SPDX-License-Identifier: GPL-2.0-only
/*
 * DOC: mailboxes, queue kind
 *
 * A sender reserves room, copies his message in without a lock, and inserts it;
 * a receiver takes a message, copies it out without a lock, and releases its
 * room. Whoever inserts or releases serves those who wait: a waiting receiver is
 * granted a message it has already taken, a waiting sender room it has already
 * reserved. A message that cannot be delivered goes back to where it was.
 */
#include <linux/cred.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>
#include <linux/workqueue.h>

#include "args.h"
#include "compat.h"
#include "mailbox_queue.h"
#include "object.h"
#include "poll.h"
#include "process.h"
#include "wait.h"

/* How long room is kept for a poller that was woken for it, in milliseconds. */
#define MAILBOX_OFFER_MS	10

struct mailbox_side {
	struct kipc_waitlist waiters;		/* the mailbox's lock */
	struct kipc_patience patience;
	atomic_t waiting;
};

/* Whose turn the next room is, of pollers and waiting senders; see below. */
struct mailbox_turn {
	bool wanted;		/* a poller was told that there is no room */
	bool offered;		/* the pollers were woken for room that is kept */
	bool senders;		/* the pollers had theirs, the senders are next */
};

struct kipc_mailbox {
	struct kipc_object object;
	spinlock_t lock;			/* guards what names it here */
	struct kipc_queue queue;		/* lock */
	struct mailbox_side senders;
	struct mailbox_side receivers;
	struct wait_queue_head writers;		/* that poll; readers: the object's */
	struct mailbox_turn turn;		/* lock */
	struct delayed_work offer_end;
};

struct mailbox_waiter {
	struct kipc_waiter waiter;
	struct kipc_message *message;	/* set by the granter */
	u32 size;			/* of the message, or of the buffer */
};

static struct kipc_mailbox *mailbox_of(struct kipc_object *object)
{
	return container_of(object, struct kipc_mailbox, object);
}

static struct mailbox_waiter *waiter_of(struct kipc_waiter *waiter)
{
	return container_of(waiter, struct mailbox_waiter, waiter);
}

static u32 mailbox_message_size(const struct kipc_mailbox *mailbox)
{
	return mailbox->object.attributes.mailbox.message_size;
}

/* ------------------------------------------------------------------------ */
/* Whose turn it is to send                                                 */
/* ------------------------------------------------------------------------ */

/*
 * Senders that wait in the kernel get room as soon as it is enough for the first of
 * them. A sender that polls instead wants room for the longest message, and would
 * never see it beside them. So they take turns:
 *
 *	wanted	A poller was told that there is no room. Room is not given to the
 *		waiting senders, so that it adds up, unless the longest message
 *		would fit beside theirs.
 *	offered	The longest message fits, and the pollers were woken. The first send
 *		that does not wait ends this, or MAILBOX_OFFER_MS without one.
 *	senders	After that the first waiting sender is next, whatever is wanted.
 *
 * Room that is not enough for the longest message means that there are messages to
 * be received, so keeping it ends with them. Invariant: offered only where the
 * longest message fits and a sender waits, or did.
 */

/* Does the longest message fit? */
static bool mailbox_has_room(const struct kipc_mailbox *mailbox)
{
	return kipc_queue_fits(&mailbox->queue, mailbox_message_size(mailbox));
}

/* Is room kept for pollers? */
static bool mailbox_keeps_room(struct kipc_mailbox *mailbox)
{
	const struct mailbox_turn *turn = &mailbox->turn;

	return turn->offered || (turn->wanted && !turn->senders &&
				 kipc_pollers_present(&mailbox->writers));
}

/* May a sender that waits, or would, have the room for its message? */
static bool mailbox_gives_room(struct kipc_mailbox *mailbox, u32 length)
{
	if (mailbox_keeps_room(mailbox))
		return kipc_queue_fits_beside(&mailbox->queue, length,
					      mailbox_message_size(mailbox));
	return kipc_queue_fits(&mailbox->queue, length);
}

/* A poller, or a sender that may become one, is told that there is no room. */
static void mailbox_refuse_room(struct kipc_mailbox *mailbox)
{
	if (kipc_pollers_present(&mailbox->writers))
		mailbox->turn.wanted = true;
}

/* Waiting senders have been served: are there pollers to be woken? */
static bool mailbox_offer_room(struct kipc_mailbox *mailbox)
{
	struct mailbox_turn *turn = &mailbox->turn;
	bool waiting = mailbox->senders.waiters.first;

	lockdep_assert_held(&mailbox->lock);
	if (!waiting) {
		turn->offered = false;
		turn->senders = false;
	}
	if (!turn->wanted || !mailbox_has_room(mailbox))
		return false;
	turn->wanted = false;
	turn->offered = waiting;
	return true;
}

/* The pollers had their turn. */
static void mailbox_end_offer(struct kipc_mailbox *mailbox)
{
	mailbox->turn.offered = false;
	mailbox->turn.senders = true;
}

static __poll_t mailbox_ready(struct kipc_mailbox *mailbox)
{
	__poll_t ready = 0;

	if (mailbox->queue.count)
		ready |= EPOLLIN | EPOLLRDNORM;
	if (mailbox_has_room(mailbox) &&
	    (!mailbox->senders.waiters.first || mailbox->turn.offered))
		ready |= EPOLLOUT | EPOLLWRNORM;
	return ready;
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
	       mailbox_gives_room(mailbox, waiter_of(first)->size)) {
		if (kipc_waker_full(waker))
			return true;
		serve_sender(mailbox, first, waker);
	}
	return false;
}

static void mailbox_wake_writers(struct kipc_mailbox *mailbox, bool offered)
{
	if (offered) {
		cancel_delayed_work(&mailbox->offer_end);
		schedule_delayed_work(&mailbox->offer_end,
				      msecs_to_jiffies(MAILBOX_OFFER_MS));
	}
	kipc_pollers_wake(&mailbox->writers, EPOLLOUT | EPOLLWRNORM,
			  KIPC_POLLERS_ALL);
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
		room = !more && mailbox_offer_room(mailbox);
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
		mailbox_wake_writers(mailbox, offered);
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
			 struct mailbox_side *side, struct mailbox_waiter *self,
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
static bool mailbox_leads(const struct mailbox_side *side)
{
	return !side->waiters.first ||
	       kipc_waitlist_leads(&side->waiters, kipc_priority());
}

/*
 * Unlock and wait for what there is not yet: room for so many bytes, or a message
 * of at most as many. *size is the message's where that is too long.
 */
static noinline int mailbox_wait(struct kipc_mailbox *mailbox,
				 struct mailbox_side *side, u32 *size,
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
		return leads && mailbox_gives_room(mailbox, length);
	return (leads || mailbox->turn.offered) &&
	       kipc_queue_fits(&mailbox->queue, length);
}

/* Unlock after room was reserved; one that did not wait may have been offered it. */
static void mailbox_leave_reserved(struct kipc_mailbox *mailbox, bool try)
	__releases(&mailbox->lock)
{
	if (try && mailbox->turn.offered) {
		mailbox_end_offer(mailbox);
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
	struct mailbox_side *side = &mailbox->senders;

	spin_lock(&mailbox->lock);
	if (mailbox_may_reserve(mailbox, length, deadline->try)) {
		*message = kipc_queue_reserve(&mailbox->queue, length);
		mailbox_leave_reserved(mailbox, deadline->try);
		return 0;
	}
	if (deadline->try)
		mailbox_refuse_room(mailbox);
	return mailbox_wait(mailbox, side, &length, deadline, message);
}

/* Take the first message, waiting for one. */
static int mailbox_take(struct kipc_mailbox *mailbox, u32 *size,
			const struct kipc_deadline *deadline,
			struct kipc_message **message)
{
	struct mailbox_side *side = &mailbox->receivers;
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
static int mailbox_peek(struct kipc_mailbox *mailbox, u32 *size,
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

static int mailbox_send(struct kipc_mailbox *mailbox, struct iov_iter *from,
			u32 priority, const struct cred *sender,
			const struct kipc_deadline *deadline)
{
	struct kipc_message *message;
	int ret;

	if (iov_iter_count(from) > mailbox_message_size(mailbox))
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
static void mailbox_finish(struct kipc_mailbox *mailbox,
			   struct kipc_message *message, bool delivered)
{
	if (delivered)
		mailbox_release(mailbox, message);
	else
		mailbox_insert(mailbox, message);
}

static void message_describe(const struct kipc_message *message,
			     struct kipc_mailbox_receive_args *args)
{
	args->priority = message->priority;
	args->length = message->length;
	args->pid = kipc_process_number(message->pid);
	args->uid = from_kuid_munged(current_user_ns(), message->uid);
	args->gid = from_kgid_munged(current_user_ns(), message->gid);
}

static int message_deliver(struct kipc_mailbox *mailbox,
			   const struct kipc_message *message,
			   struct kipc_mailbox_receive_args *args,
			   void __user *arg)
{
	struct iov_iter to;
	int ret;

	/* Whoever is killed before he could see the message does not get it. */
	if (fatal_signal_pending(current))
		return -EINTR;
	iov_iter_ubuf(&to, ITER_DEST, u64_to_user_ptr(args->data),
		      args->capacity);
	ret = kipc_message_copy(&mailbox->queue, message, &to);
	if (ret)
		return ret;
	message_describe(message, args);
	return kipc_args_write(arg, args, sizeof(*args));
}

static int mailbox_receive(struct kipc_mailbox *mailbox,
			   struct kipc_mailbox_receive_args *args,
			   void __user *arg,
			   const struct kipc_deadline *deadline)
{
	bool peek = args->flags & KIPC_PEEK;
	struct kipc_message *message;
	u32 size = args->capacity;
	int ret;

	if (peek)
		ret = mailbox_peek(mailbox, &size, &message);
	else
		ret = mailbox_take(mailbox, &size, deadline, &message);
	if (ret == -EMSGSIZE) {
		args->length = size;
		return kipc_args_write(arg, args, sizeof(*args)) ? -EFAULT : ret;
	}
	if (ret)
		return ret;
	ret = message_deliver(mailbox, message, args, arg);
	mailbox_finish(mailbox, message, peek || !ret);
	return ret;
}

static void mailbox_state(struct kipc_mailbox *mailbox,
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
/* ioctl                                                                    */
/* ------------------------------------------------------------------------ */

static int ioctl_send(struct file *file, void __user *arg)
{
	struct kipc_mailbox_send_args args;
	struct kipc_deadline deadline;
	struct iov_iter from;
	int ret = kipc_args_read(&args, sizeof(args), arg);

	if (!ret)
		ret = kipc_file_check(file, FMODE_WRITE);
	if (ret)
		return ret;
	if ((args.flags & ~(KIPC_TRY | KIPC_REALTIME)) || args.element ||
	    args.priority >= KIPC_PRIORITIES || args.reserved)
		return -EINVAL;
	ret = kipc_deadline_init(&deadline, args.flags, args.deadline, file);
	if (ret)
		return ret;
	iov_iter_ubuf(&from, ITER_SOURCE, u64_to_user_ptr(args.data),
		      args.length);
	return mailbox_send(mailbox_of(kipc_object_of(file)), &from,
			    args.priority, current_cred(), &deadline);
}

static int ioctl_receive(struct file *file, void __user *arg)
{
	const u32 known = KIPC_TRY | KIPC_REALTIME | KIPC_PEEK;
	struct kipc_mailbox_receive_args args;
	struct kipc_deadline deadline;
	int ret = kipc_args_read(&args, sizeof(args), arg);

	if (!ret)
		ret = kipc_file_check(file, FMODE_READ);
	if (ret)
		return ret;
	if ((args.flags & ~known) || args.element || args.reserved)
		return -EINVAL;
	if ((args.flags & KIPC_PEEK) && !(args.flags & KIPC_TRY))
		return -EINVAL;
	ret = kipc_deadline_init(&deadline, args.flags, args.deadline, file);
	if (ret)
		return ret;
	return mailbox_receive(mailbox_of(kipc_object_of(file)), &args, arg,
			       &deadline);
}

static int ioctl_state(struct file *file, void __user *arg)
{
	struct kipc_mailbox_state_args args;
	int ret = kipc_args_read(&args, sizeof(args), arg);

	if (ret)
		return ret;
	if (args.flags || args.element)
		return -EINVAL;
	mailbox_state(mailbox_of(kipc_object_of(file)), &args);
	return kipc_args_write(arg, &args, sizeof(args));
}

static long mailbox_ioctl(struct file *file, unsigned int command,
			  void __user *arg)
{
	switch (command) {
	case KIPC_MAILBOX_SEND:
		return ioctl_send(file, arg);
	case KIPC_MAILBOX_RECEIVE:
		return ioctl_receive(file, arg);
	case KIPC_MAILBOX_STATE:
		return ioctl_state(file, arg);
	default:
		return -ENOTTY;
	}
}

/* ------------------------------------------------------------------------ */
/* poll, read, write: one message each, of priority 0                       */
/* ------------------------------------------------------------------------ */

static __poll_t mailbox_poll(struct file *file, struct poll_table_struct *table)
{
	struct kipc_mailbox *mailbox = mailbox_of(kipc_object_of(file));
	__poll_t possible = 0, ready;

	/* Whatever is asked for now, epoll may ask for the other later. */
	if (kipc_file_reads(file)) {
		poll_wait(file, &mailbox->object.pollers, table);
		possible |= EPOLLIN | EPOLLRDNORM;
	}
	if (kipc_file_writes(file)) {
		poll_wait(file, &mailbox->writers, table);
		possible |= EPOLLOUT | EPOLLWRNORM;
	}
	spin_lock(&mailbox->lock);
	ready = mailbox_ready(mailbox);
	if (possible & ~ready & poll_requested_events(table) &
	    (EPOLLOUT | EPOLLWRNORM))
		mailbox_refuse_room(mailbox);
	spin_unlock(&mailbox->lock);
	return ready & possible;
}

static ssize_t mailbox_read(struct file *file, struct iov_iter *to, bool try)
{
	struct kipc_mailbox *mailbox = mailbox_of(kipc_object_of(file));
	struct kipc_deadline deadline = kipc_file_deadline(file, try);
	u32 size = min_t(size_t, iov_iter_count(to), KIPC_MESSAGE_MAX);
	struct kipc_message *message;
	ssize_t ret = mailbox_take(mailbox, &size, &deadline, &message);

	if (ret)
		return ret;
	size = message->length;
	ret = fatal_signal_pending(current) ? -EINTR :
	      kipc_message_copy(&mailbox->queue, message, to);
	mailbox_finish(mailbox, message, !ret);
	return ret ? ret : size;
}

/*
 * A program that writes to the descriptor it was started with may not know that it
 * sends a message, so the message is by the one who opened the descriptor.
 */
static ssize_t mailbox_write(struct file *file, struct iov_iter *from, bool try)
{
	struct kipc_deadline deadline = kipc_file_deadline(file, try);
	ssize_t size = iov_iter_count(from);
	int ret = mailbox_send(mailbox_of(kipc_object_of(file)), from, 0,
			       file->f_cred, &deadline);

	return ret ? ret : size;
}

/* ------------------------------------------------------------------------ */
/* The type                                                                 */
/* ------------------------------------------------------------------------ */

static int mailbox_check(union kipc_attributes *attributes)
{
	u32 message_size = attributes->mailbox.message_size;
	u32 messages = attributes->mailbox.messages;
	u64 most = (u64)message_size * messages;

	if (!message_size || message_size > KIPC_MESSAGE_MAX || !messages ||
	    messages > KIPC_MESSAGES_MAX ||
	    memchr_inv(&attributes->mailbox + 1, 0,
		       sizeof(*attributes) - sizeof(attributes->mailbox)))
		return -EINVAL;
	if (!attributes->mailbox.bytes)
		attributes->mailbox.bytes = most;
	if (attributes->mailbox.bytes < message_size ||
	    attributes->mailbox.bytes > most)
		return -EINVAL;
	return 0;
}

/* The pollers did not come for the room that was kept for them. */
static void mailbox_offer_expired(struct work_struct *work)
{
	struct kipc_mailbox *mailbox =
		container_of(work, struct kipc_mailbox, offer_end.work);

	spin_lock(&mailbox->lock);
	if (mailbox->turn.offered)
		mailbox_end_offer(mailbox);
	mailbox_leave(mailbox, false);
}

static int mailbox_init(struct kipc_object *object)
{
	struct kipc_mailbox *mailbox = mailbox_of(object);

	spin_lock_init(&mailbox->lock);
	init_waitqueue_head(&mailbox->writers);
	INIT_DELAYED_WORK(&mailbox->offer_end, mailbox_offer_expired);
	return kipc_queue_alloc(&mailbox->queue, object);
}

static void mailbox_exit(struct kipc_object *object)
{
	cancel_delayed_work_sync(&mailbox_of(object)->offer_end);
	kipc_queue_free(&mailbox_of(object)->queue,
			object->attributes.mailbox.messages);
}

static void mailbox_show(struct seq_file *seq, struct kipc_object *object)
{
	struct kipc_mailbox_state_args state;

	mailbox_state(mailbox_of(object), &state);
	seq_printf(seq, "kipc-messages:\t%u\n", state.messages);
	seq_printf(seq, "kipc-message-bytes:\t%llu\n", state.bytes);
	seq_printf(seq, "kipc-senders:\t%u\n", state.senders);
	seq_printf(seq, "kipc-receivers:\t%u\n", state.receivers);
}

const struct kipc_type kipc_mailbox_type = {
	.label = "mailbox",
	.id = KIPC_MAILBOX,
	.flags = KIPC_SEALED,
	.min_elements = 1,
	.max_elements = 1,
	.size = sizeof(struct kipc_mailbox),
	.check = mailbox_check,
	.init = mailbox_init,
	.exit = mailbox_exit,
	.ioctl = mailbox_ioctl,
	.poll = mailbox_poll,
	.read = mailbox_read,
	.write = mailbox_write,
	.show = mailbox_show,
};
