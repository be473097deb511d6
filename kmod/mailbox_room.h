/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: whose turn it is to send
 *
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
 *
 * All under the mailbox's lock.
 */
#ifndef KIPC_MAILBOX_ROOM_H
#define KIPC_MAILBOX_ROOM_H

#include "mailbox.h"
#include "poll.h"

/* Does the longest message fit? */
static inline bool kipc_mailbox_has_room(const struct kipc_mailbox *mailbox)
{
	return kipc_queue_fits(&mailbox->queue,
			       kipc_mailbox_message_size(mailbox));
}

/* Is room kept for pollers? */
static inline bool kipc_mailbox_keeps_room(struct kipc_mailbox *mailbox)
{
	const struct kipc_mailbox_sharing *sharing = &mailbox->sharing;

	return sharing->offered || (sharing->wanted && !sharing->senders &&
				    kipc_pollers_present(&mailbox->writers));
}

/* The room that senders may have that wait, or would. */
static inline struct kipc_queue_room
kipc_mailbox_room(struct kipc_mailbox *mailbox)
{
	struct kipc_queue_room room = kipc_queue_room(&mailbox->queue);

	if (kipc_mailbox_keeps_room(mailbox) &&
	    !kipc_queue_room_take(&room, kipc_mailbox_message_size(mailbox)))
		room.spare = NULL;
	return room;
}

/* May such a sender have room for its message? */
static inline bool kipc_mailbox_gives_room(struct kipc_mailbox *mailbox,
					   u32 length)
{
	struct kipc_queue_room room = kipc_mailbox_room(mailbox);

	return kipc_queue_room_take(&room, length);
}

/* A poller, or a sender that may become one, is told that there is no room. */
static inline void kipc_mailbox_refuse_room(struct kipc_mailbox *mailbox)
{
	if (kipc_pollers_present(&mailbox->writers))
		mailbox->sharing.wanted = true;
}

bool kipc_mailbox_offer_room(struct kipc_mailbox *mailbox);
void kipc_mailbox_end_offer(struct kipc_mailbox *mailbox);
void kipc_mailbox_wake_writers(struct kipc_mailbox *mailbox, bool offered);

#endif /* KIPC_MAILBOX_ROOM_H */
