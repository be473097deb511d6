/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: sharing room between senders and pollers
 *
 * A sender that waits in the kernel gets room as soon as there is enough for
 * its own message. A sender that polls needs room for the longest message,
 * because the kernel does not know the length of the message that it will send.
 * It would never find that much room while senders of shorter messages wait. So
 * pollers and waiting senders take turns. Three flags say how far that has
 * come:
 *
 *	wanted		A poller was told that there is no room. Room is not
 *			given to waiting senders, so that it adds up, unless
 *			the longest message would fit beside theirs.
 *	offered		The longest message fits, and the pollers were woken.
 *			The first send that does not wait ends the offer, and
 *			otherwise MAILBOX_OFFER_MS milliseconds do.
 *	senders		An offer has ended. The first waiting sender is next,
 *			even if room is wanted.
 *
 * Keeping room for pollers ends by itself. As long as there is too little room
 * for the longest message there are messages to be received, and receiving them
 * makes room.
 *
 * Invariant: offered is set only if the longest message fits and a sender
 * waits, or waited when the offer was made.
 *
 * The mailbox lock guards all of this. Nothing here sleeps.
 */
#ifndef KIPC_MAILBOX_ROOM_H
#define KIPC_MAILBOX_ROOM_H

#include "mailbox.h"
#include "poll.h"

/* Returns true if the longest message fits. */
static inline bool kipc_mailbox_has_room(const struct kipc_mailbox *mailbox)
{
	return kipc_queue_fits(&mailbox->queue,
			       kipc_mailbox_message_size(mailbox));
}

/* Returns true if room is kept for pollers. */
static inline bool kipc_mailbox_keeps_room(struct kipc_mailbox *mailbox)
{
	const struct kipc_mailbox_sharing *sharing = &mailbox->sharing;

	return sharing->offered || (sharing->wanted && !sharing->senders &&
				    kipc_pollers_present(&mailbox->writers));
}

/* Returns the room that a sender may have that waits or is about to. */
static inline struct kipc_queue_room
kipc_mailbox_room(struct kipc_mailbox *mailbox)
{
	struct kipc_queue_room room = kipc_queue_room(&mailbox->queue);

	if (kipc_mailbox_keeps_room(mailbox) &&
	    !kipc_queue_room_take(&room, kipc_mailbox_message_size(mailbox)))
		room.spare = NULL;
	return room;
}

/* Returns true if such a sender may have room for its message. */
static inline bool kipc_mailbox_gives_room(struct kipc_mailbox *mailbox,
					   u32 length)
{
	struct kipc_queue_room room = kipc_mailbox_room(mailbox);

	return kipc_queue_room_take(&room, length);
}

/*
 * Notes that a poller, or a sender that may poll next, is told that there is no
 * room.
 */
static inline void kipc_mailbox_refuse_room(struct kipc_mailbox *mailbox)
{
	if (kipc_pollers_present(&mailbox->writers))
		mailbox->sharing.wanted = true;
}

bool kipc_mailbox_offer_room(struct kipc_mailbox *mailbox);
void kipc_mailbox_end_offer(struct kipc_mailbox *mailbox);
void kipc_mailbox_wake_writers(struct kipc_mailbox *mailbox, bool offered);

#endif /* KIPC_MAILBOX_ROOM_H */
