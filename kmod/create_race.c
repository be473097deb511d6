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
/* Woken when a creator has stopped trying. */
static DECLARE_WAIT_QUEUE_HEAD(create_races_wait);

/* Returns true if one creator may be the reason why the other one failed. */
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
 * kipc_create_race_begin() - note that the calling task creates a name
 * @race: filled in; must live until kipc_create_race_end()
 * @name: in the caller's network namespace; must live as long
 *
 * Context: sleeps
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

/**
 * kipc_create_race_end() - note that the creation has succeeded or failed
 * @race: begun
 *
 * Context: sleeps
 */
void kipc_create_race_end(struct kipc_create_race *race)
{
	mutex_lock(&create_races_mutex);
	list_del(&race->node);
	mutex_unlock(&create_races_mutex);
	create_race_wake();
}

/* Stops trying. Returns true if a rival may be the reason of the failure. */
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

/*
 * Returns true, and tries again, if no rival is trying and no rival has waited for
 * longer.
 */
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
 * kipc_create_race_retry() - wait for rivals after a failure
 * @race: begun; the caller has freed what it had created
 *
 * Context: sleeps until no rival holds memory or quota
 * Return: 0 if the caller should try again, -ENOENT if there is no rival and thus
 * the failure has another reason, or -EINTR after a fatal signal
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
