// SPDX-License-Identifier: GPL-2.0-only
#include "mailbox_room.h"

/* How long room is kept for a poller that was woken for it, in milliseconds. */
#define MAILBOX_OFFER_MS	10

/* Waiting senders have been served: are there pollers to be woken? */
bool kipc_mailbox_offer_room(struct kipc_mailbox *mailbox)
{
	struct kipc_mailbox_sharing *sharing = &mailbox->sharing;
	bool waiting = mailbox->senders.waiters.first;

	lockdep_assert_held(&mailbox->lock);
	if (!waiting) {
		sharing->offered = false;
		sharing->senders = false;
	}
	/* Where it is the senders' turn the first of them is about to have it. */
	if (!sharing->wanted || sharing->senders || !kipc_mailbox_has_room(mailbox))
		return false;
	sharing->wanted = false;
	sharing->offered = waiting;
	return true;
}

/* The pollers had their turn. */
void kipc_mailbox_end_offer(struct kipc_mailbox *mailbox)
{
	mailbox->sharing.offered = false;
	mailbox->sharing.senders = true;
}

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
