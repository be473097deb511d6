/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: mailboxes
 *
 * A sender reserves room, copies its message in without a lock, and inserts the
 * message. A receiver takes a message, copies it out without a lock, and
 * releases the room of the message. A message that cannot be delivered goes
 * back to where it was in the queue (mailbox_queue.h).
 *
 * Inserting a message wakes receivers, releasing room wakes senders:
 *
 * - A waiter that is due (wait.h), or that waits alone, is granted what it
 *   waits for: a message that is already taken for it, or room that is already
 *   reserved. If a waiter that waits alone would be woken by the task that took
 *   last, it is kicked instead, because that task may be back at once.
 * - Other waiters are kicked. They look for themselves, and until then running
 *   tasks may take the messages and the room.
 * - With KIPC_FAIR all waiters are granted what they wait for.
 *
 * Pollers that want to send share the room with senders that wait, see
 * mailbox_room.h. Pollers that want to receive are told of messages that no
 * waiting receiver gets.
 *
 * A spinlock, the mailbox lock, guards the queue, both waitlists and the
 * sharing of room. It is not held while bytes are copied or a task sleeps.
 */
#ifndef KIPC_MAILBOX_H
#define KIPC_MAILBOX_H

#include <linux/workqueue.h>

#include "mailbox_queue.h"
#include "object.h"
#include "wait.h"

struct cred;

struct kipc_mailbox_side {
	struct kipc_waitlist waiters;		/* the mailbox lock */
	u32 count;				/* the mailbox lock; waiters */
	struct kipc_spin_history spin_history;	/* hints, see wait.h */
};

/*
 * Whether the next room is for pollers or for waiting senders, see
 * mailbox_room.h. The mailbox lock guards all of it.
 */
struct kipc_mailbox_sharing {
	bool wanted;		/* a poller was told that there is no room */
	bool offered;		/* pollers were woken for room that is kept */
	bool senders;		/* pollers had their room, senders are next */
};

struct kipc_mailbox {
	struct kipc_object object;
	spinlock_t lock;			/* the mailbox lock */
	struct kipc_queue queue;		/* lock */
	struct kipc_mailbox_side senders;
	struct kipc_mailbox_side receivers;
	struct wait_queue_head writers;		/* pollers that want to send */
	struct kipc_mailbox_sharing sharing;	/* lock */
	struct delayed_work offer_end;		/* an offer that is not used */
};

static inline struct kipc_mailbox *kipc_mailbox_of(struct kipc_object *object)
{
	return container_of(object, struct kipc_mailbox, object);
}

static inline u32 kipc_mailbox_message_size(const struct kipc_mailbox *mailbox)
{
	return mailbox->object.attributes.mailbox.message_size;
}

void kipc_mailbox_init(struct kipc_mailbox *mailbox);
int kipc_mailbox_send(struct kipc_mailbox *mailbox, struct iov_iter *from,
		      u32 priority, const struct cred *sender,
		      const struct kipc_deadline *deadline);
int kipc_mailbox_take(struct kipc_mailbox *mailbox, u32 *size,
		      const struct kipc_deadline *deadline,
		      struct kipc_message **message);
int kipc_mailbox_peek(struct kipc_mailbox *mailbox, u32 *size,
		      struct kipc_message **message);
void kipc_mailbox_finish(struct kipc_mailbox *mailbox,
			 struct kipc_message *message, bool delivered);
__poll_t kipc_mailbox_ready(struct kipc_mailbox *mailbox, __poll_t asked);
void kipc_mailbox_state(struct kipc_mailbox *mailbox,
			struct kipc_mailbox_state_args *args);

#endif /* KIPC_MAILBOX_H */
