// SPDX-License-Identifier: GPL-2.0-only
#include <linux/cred.h>
#include <linux/mutex.h>
#include <linux/nsproxy.h>
#include <linux/sched/signal.h>
#include <linux/string.h>
#include <linux/wait.h>

#include "create_race.h"

static DEFINE_MUTEX(create_races_mutex);
static LIST_HEAD(create_races);			/* create_races_mutex */
static DECLARE_WAIT_QUEUE_HEAD(create_races_wait);	/* one of them stopped trying */

static bool create_race_rivals(const struct kipc_create_race *a,
			       const struct kipc_create_race *b)
{
	return a != b && a->net == b->net && uid_eq(a->uid, b->uid) &&
	       !strcmp(a->name, b->name);
}

static void create_race_wake(void)
{
	if (wq_has_sleeper(&create_races_wait))
		wake_up_all(&create_races_wait);
}

/**
 * kipc_create_race_begin() - say that the calling task creates a name
 * @race: filled; has to stay until kipc_create_race_end()
 * @name: the name, in the caller's network namespace; has to stay, too
 */
void kipc_create_race_begin(struct kipc_create_race *race, const char *name)
{
	race->name = name;
	race->net = current->nsproxy->net_ns;
	race->uid = current_uid();
	race->trying = true;
	mutex_lock(&create_races_mutex);
	list_add_tail(&race->node, &create_races);
	mutex_unlock(&create_races_mutex);
}

void kipc_create_race_end(struct kipc_create_race *race)
{
	mutex_lock(&create_races_mutex);
	list_del(&race->node);
	mutex_unlock(&create_races_mutex);
	create_race_wake();
}

/* Stop trying. Is there a rival, which may be the reason for a failure? */
static bool create_race_stop(struct kipc_create_race *race)
{
	const struct kipc_create_race *other;
	bool rival = false;

	mutex_lock(&create_races_mutex);
	race->trying = false;
	list_for_each_entry(other, &create_races, node) {
		rival = create_race_rivals(race, other);
		if (rival)
			break;
	}
	mutex_unlock(&create_races_mutex);
	create_race_wake();
	return rival;
}

/* Try again, if no rival is trying and none has waited for longer. */
static bool create_race_resume(struct kipc_create_race *race)
{
	const struct kipc_create_race *other;
	bool waited_less = false, free = true;

	mutex_lock(&create_races_mutex);
	list_for_each_entry(other, &create_races, node) {
		if (other == race)
			waited_less = true;
		else if (create_race_rivals(race, other))
			free = waited_less && !other->trying;
		if (!free)
			break;
	}
	race->trying = free;
	mutex_unlock(&create_races_mutex);
	return free;
}

/**
 * kipc_create_race_retry() - wait for rivals after a failure that may be due to them
 * @race: begun; the caller has given back what it made
 *
 * Return: 0 where it is worth to try again, -ENOENT where there is no rival, -EINTR
 *	   for a fatal signal
 */
int kipc_create_race_retry(struct kipc_create_race *race)
{
	DEFINE_WAIT_FUNC(wait, woken_wake_function);
	int ret = 0;

	if (!create_race_stop(race))
		return -ENOENT;
	add_wait_queue(&create_races_wait, &wait);
	while (!create_race_resume(race)) {
		if (fatal_signal_pending(current)) {
			ret = -EINTR;
			break;
		}
		wait_woken(&wait, TASK_KILLABLE | TASK_FREEZABLE,
			   MAX_SCHEDULE_TIMEOUT);
	}
	remove_wait_queue(&create_races_wait, &wait);
	return ret;
}
