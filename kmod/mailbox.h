/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: mailboxes, queue kind
 *
 * A sender reserves room, copies his message in without a lock, and inserts it;
 * a receiver takes a message, copies it out without a lock, and releases its
 * room. Whoever inserts or releases serves those who wait. A waiter that is due (see
 * wait.h), or waits alone, is granted a message that is taken for it already, or room
 * that is reserved. Others are kicked: they look for themselves, and meanwhile whoever
 * is awake goes on with what there is. With KIPC_FAIR all are granted what they wait
 * for. A message that cannot be delivered goes back to where it was.
 */
#ifndef KIPC_MAILBOX_H
#define KIPC_MAILBOX_H

#include <linux/workqueue.h>

#include "mailbox_queue.h"
#include "object.h"
#include "wait.h"

struct cred;

struct kipc_mailbox_side {
	struct kipc_waitlist waiters;		/* the mailbox's lock */
	u32 count;				/* of them; likewise */
	struct kipc_spin_history spin_history;
};

/* Whose turn the next room is, of pollers and waiting senders: mailbox_room.h */
struct kipc_mailbox_sharing {
	bool wanted;		/* a poller was told that there is no room */
	bool offered;		/* the pollers were woken for room that is kept */
	bool senders;		/* the pollers had theirs, the senders are next */
};

struct kipc_mailbox {
	struct kipc_object object;
	spinlock_t lock;			/* guards what names it here */
	struct kipc_queue queue;		/* lock */
	struct kipc_mailbox_side senders;
	struct kipc_mailbox_side receivers;
	struct wait_queue_head writers;		/* that poll; readers: the object's */
	struct kipc_mailbox_sharing sharing;		/* lock */
	struct delayed_work offer_end;
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
