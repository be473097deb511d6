// SPDX-License-Identifier: GPL-2.0-only
#include <linux/cred.h>
#include <linux/mutex.h>
#include <linux/nsproxy.h>
#include <linux/sched/signal.h>
#include <linux/string.h>
#include <linux/wait.h>

#include "create_race.h"

static DEFINE_MUTEX(create_races_mutex);
/* All tasks that create a name; guarded by create_races_mutex. */
static LIST_HEAD(create_races);
/* Tasks that wait until a rival stops trying. */
static DECLARE_WAIT_QUEUE_HEAD(create_races_wait);

static bool create_race_rivals(const struct kipc_create_race *a,
			       const struct kipc_create_race *b)
{
	return a != b && a->net == b->net && uid_eq(a->uid, b->uid) &&
	       !strcmp(a->name, b->name);
}

/*
 * Wakes the waiting tasks after a rival of one of them may have stopped trying.
 * The mutex orders the two sides:
 *
 *     CPU 0 (kipc_create_race_retry())  CPU 1 (create_race_stop())
 *
 *     add_wait_queue()                  mutex: trying = false
 *     mutex: reads trying of CPU 1      wq_has_sleeper()
 *
 * If CPU 0 has the mutex first, CPU 1 finds it on the wait queue afterwards. If
 * CPU 1 has it first, CPU 0 finds that its rival has stopped.
 */
static void create_race_wake(void)
{
	if (wq_has_sleeper(&create_races_wait))
		wake_up_all(&create_races_wait);
}

/**
 * kipc_create_race_begin() - announce that the caller creates a name
 * @race: filled in; used until kipc_create_race_end()
 * @name: the name, in the caller's network namespace; used until then too
 *
 * Context: may sleep; takes create_races_mutex
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
 * kipc_create_race_end() - end what kipc_create_race_begin() has begun
 * @race: begun; the caller has created an object or holds nothing any more
 *
 * Context: may sleep; takes create_races_mutex
 */
void kipc_create_race_end(struct kipc_create_race *race)
{
	mutex_lock(&create_races_mutex);
	list_del(&race->node);
	mutex_unlock(&create_races_mutex);
	create_race_wake();
}

/*
 * Notes that the caller holds nothing any more. Returns true if it has a rival,
 * which may have been the reason for its failure.
 */
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
 * Lets the caller try again if it may. It may not while a rival is trying, nor
 * while a rival that began earlier waits; that one is the next to try. Returns
 * true if the caller may try.
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
 * kipc_create_race_retry() - wait for rivals that may be the cause of a failure
 * @race: begun; the caller has given back what it has made
 *
 * Context: may sleep; takes create_races_mutex
 * Return: 0 if the caller should try again; -ENOENT if it has no rival; -EINTR
 * if it was killed
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
