// SPDX-License-Identifier: GPL-2.0-only
#include <linux/err.h>
#include <linux/jiffies.h>

#include "object.h"
#include "place.h"
#include "thread.h"
#include "wait.h"

/**
 * kipc_place_keep() - remember the place of an interrupted wait for the caller
 * @object: that was waited for
 * @list: of that object
 * @waiter: of the caller, not on the list any more
 *
 * May sleep.
 */
void kipc_place_keep(struct kipc_object *object,
		     const struct kipc_waitlist *list,
		     const struct kipc_waiter *waiter)
{
	struct kipc_thread *thread = kipc_thread_get();

	if (IS_ERR(thread))
		return;
	thread->place = (struct kipc_place) {
		.object = kipc_inode(object)->i_ino,
		.list = list,
		.ticket = waiter->ticket,
		.last_ticket = atomic64_read(&object->tickets),
		.left = jiffies,
		.wants = waiter->wants,
		.lost_races = waiter->lost_races,
	};
}

static bool place_is_of(const struct kipc_place *place,
			const struct kipc_object *object,
			const struct kipc_waitlist *list,
			const struct kipc_waiter *waiter)
{
	return place->object == kipc_inode(object)->i_ino && place->list == list &&
	       place->wants == waiter->wants && waiter->returns;
}

static bool place_is_over(const struct kipc_place *place,
			  const struct kipc_object *object)
{
	u64 arrivals = atomic64_read(&object->tickets) - place->last_ticket;

	return arrivals > KIPC_PLACE_ARRIVALS &&
	       time_after(jiffies,
			  place->left + msecs_to_jiffies(KIPC_PLACE_MS));
}

/**
 * kipc_place_take() - take the place up that the caller had, or forget it
 * @object: to wait for
 * @list: of that object, locked
 * @waiter: gets the ticket and the lost races
 *
 * Return: whether there was one for this wait
 */
bool kipc_place_take(struct kipc_object *object,
		     const struct kipc_waitlist *list,
		     struct kipc_waiter *waiter)
{
	struct kipc_thread *thread = kipc_thread_find();
	struct kipc_place *place;
	bool valid;

	if (!thread || !thread->place.object)
		return false;
	place = &thread->place;
	valid = place_is_of(place, object, list, waiter) &&
		!place_is_over(place, object);
	place->object = 0;
	if (!valid)
		return false;
	waiter->ticket = place->ticket;
	waiter->lost_races = place->lost_races;
	return true;
}
