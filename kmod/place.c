// SPDX-License-Identifier: GPL-2.0-only
#include <linux/err.h>
#include <linux/jiffies.h>

#include "object.h"
#include "place.h"
#include "thread.h"
#include "wait.h"

/**
 * kipc_place_keep() - remember the place of the caller's interrupted wait
 * @object: the object that was waited for
 * @list: the waitlist of @object that the caller was on
 * @waiter: the caller's record, not on @list any more
 *
 * If the caller can get no record for its thread, the place is lost.
 *
 * Context: may sleep
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

/* Returns true if the place is for the wait that begins. */
static bool place_is_of(const struct kipc_place *place,
			const struct kipc_object *object,
			const struct kipc_waitlist *list,
			const struct kipc_waiter *waiter)
{
	return place->object == kipc_inode(object)->i_ino && place->list == list &&
	       place->wants == waiter->wants && waiter->returns;
}

/*
 * Returns true if the thread has been away for too long: too much time has
 * passed and too many waits have begun. The tickets count the latter.
 */
static bool place_is_over(const struct kipc_place *place,
			  const struct kipc_object *object)
{
	u64 arrivals = atomic64_read(&object->tickets) - place->last_ticket;

	return arrivals > KIPC_PLACE_ARRIVALS &&
	       time_after(jiffies,
			  place->left + msecs_to_jiffies(KIPC_PLACE_MS));
}

/**
 * kipc_place_take() - give the caller its place back, or drop it
 * @object: the object to wait for
 * @list: the waitlist of @object that the caller joins, locked
 * @waiter: the caller's record; gets the ticket and the number of lost races
 *
 * The place is dropped in any case, so a ticket is used once.
 *
 * Context: does not sleep
 * Return: true if the caller had a place for this wait
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
