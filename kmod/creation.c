// SPDX-License-Identifier: GPL-2.0-only
#include <linux/cred.h>
#include <linux/mutex.h>
#include <linux/nsproxy.h>
#include <linux/sched/signal.h>
#include <linux/string.h>
#include <linux/wait.h>

#include "creation.h"

static DEFINE_MUTEX(creations_mutex);
static LIST_HEAD(creations);			/* creations_mutex */
static DECLARE_WAIT_QUEUE_HEAD(creations_wait);	/* one of them stopped trying */

static bool creation_rivals(const struct kipc_creation *a,
			    const struct kipc_creation *b)
{
	return a != b && a->net == b->net && uid_eq(a->uid, b->uid) &&
	       !strcmp(a->text, b->text);
}

static void creation_wake(void)
{
	if (wq_has_sleeper(&creations_wait))
		wake_up_all(&creations_wait);
}

/**
 * kipc_creation_begin() - say that the calling task creates a name
 * @creation: filled; has to stay until kipc_creation_end()
 * @text: the name, in the caller's network namespace; has to stay, too
 */
void kipc_creation_begin(struct kipc_creation *creation, const char *text)
{
	creation->text = text;
	creation->net = current->nsproxy->net_ns;
	creation->uid = current_uid();
	creation->trying = true;
	mutex_lock(&creations_mutex);
	list_add_tail(&creation->node, &creations);
	mutex_unlock(&creations_mutex);
}

void kipc_creation_end(struct kipc_creation *creation)
{
	mutex_lock(&creations_mutex);
	list_del(&creation->node);
	mutex_unlock(&creations_mutex);
	creation_wake();
}

/* Stop trying. Is there a rival, which may be the reason for a failure? */
static bool creation_stop(struct kipc_creation *creation)
{
	const struct kipc_creation *other;
	bool rival = false;

	mutex_lock(&creations_mutex);
	creation->trying = false;
	list_for_each_entry(other, &creations, node) {
		rival = creation_rivals(creation, other);
		if (rival)
			break;
	}
	mutex_unlock(&creations_mutex);
	creation_wake();
	return rival;
}

/* Try again, if no rival is trying and none has waited for longer. */
static bool creation_resume(struct kipc_creation *creation)
{
	const struct kipc_creation *other;
	bool waited_less = false, free = true;

	mutex_lock(&creations_mutex);
	list_for_each_entry(other, &creations, node) {
		if (other == creation)
			waited_less = true;
		else if (creation_rivals(creation, other))
			free = waited_less && !other->trying;
		if (!free)
			break;
	}
	creation->trying = free;
	mutex_unlock(&creations_mutex);
	return free;
}

/**
 * kipc_creation_retry() - wait for rivals after a failure that may be due to them
 * @creation: begun; the caller has given back what it made
 *
 * Return: 0 where it is worth to try again, -ENOENT where there is no rival, -EINTR
 *	   for a fatal signal
 */
int kipc_creation_retry(struct kipc_creation *creation)
{
	DEFINE_WAIT_FUNC(wait, woken_wake_function);
	int ret = 0;

	if (!creation_stop(creation))
		return -ENOENT;
	add_wait_queue(&creations_wait, &wait);
	while (!creation_resume(creation)) {
		if (fatal_signal_pending(current)) {
			ret = -EINTR;
			break;
		}
		wait_woken(&wait, TASK_KILLABLE | TASK_FREEZABLE,
			   MAX_SCHEDULE_TIMEOUT);
	}
	remove_wait_queue(&creations_wait, &wait);
	return ret;
}
