// SPDX-License-Identifier: GPL-2.0-only
#include "mailbox_room.h"

/* How long room is kept for a poller that was woken for it, in milliseconds. */
#define MAILBOX_OFFER_MS	10

/**
 * kipc_mailbox_offer_room() - offer room to pollers if it is their turn
 * @mailbox: the waiting senders have been granted what they may have
 *
 * Context: the mailbox lock is held
 * Return: true if the caller has to wake the pollers after the unlock
 */
bool kipc_mailbox_offer_room(struct kipc_mailbox *mailbox)
{
	struct kipc_mailbox_sharing *sharing = &mailbox->sharing;
	bool waiting = mailbox->senders.waiters.first;

	lockdep_assert_held(&mailbox->lock);
	if (!waiting) {
		sharing->offered = false;
		sharing->senders = false;
	}
	/*
	 * If the senders are next, the first of them is about to get the room.
	 */
	if (!sharing->wanted || sharing->senders || !kipc_mailbox_has_room(mailbox))
		return false;
	sharing->wanted = false;
	sharing->offered = waiting;
	return true;
}

/**
 * kipc_mailbox_end_offer() - end an offer of room; waiting senders are next
 * @mailbox: with an offer
 *
 * Context: the mailbox lock is held
 */
void kipc_mailbox_end_offer(struct kipc_mailbox *mailbox)
{
	mailbox->sharing.offered = false;
	mailbox->sharing.senders = true;
}

/**
 * kipc_mailbox_wake_writers() - wake pollers that want to send
 * @mailbox: the mailbox, not locked any more
 * @offered: room is kept for them, for MAILBOX_OFFER_MS milliseconds
 *
 * Context: the mailbox lock is not held
 */
void kipc_mailbox_wake_writers(struct kipc_mailbox *mailbox, bool offered)
{
	if (offered) {
		cancel_delayed_work(&mailbox->offer_end);
		schedule_delayed_work(&mailbox->offer_end,
				      msecs_to_jiffies(MAILBOX_OFFER_MS));
	}
	kipc_pollers_wake(&mailbox->writers, EPOLLOUT | EPOLLWRNORM,
			  KIPC_POLLERS_ALL);
}
