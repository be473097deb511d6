// SPDX-License-Identifier: GPL-2.0-only
#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "attachment.h"
#include "scan.h"

static unsigned int scan_ms = 100;
module_param(scan_ms, uint, 0644);
MODULE_PARM_DESC(scan_ms,
		 "milliseconds between scans for dead participants while a thread waits (default 100)");

#define SCAN_MS_MAX	60000
#define SCAN_SHARE	4	/* length of the pause, in scans */

static struct workqueue_struct *scan_queue __ro_after_init;
static LIST_HEAD(scan_list);		/* scan_lock; all but those in scan_todo */
static LIST_HEAD(scan_todo);		/* scan_lock; left for this scan */
static unsigned long scan_pause;	/* scan_lock; jiffies between scans */
static DEFINE_SPINLOCK(scan_lock);

static void scan_work(struct work_struct *work);
static DECLARE_DELAYED_WORK(scan_later, scan_work);

/* Queues the work for the next scan, unless it is queued already. */
static void scan_again(void)
{
	unsigned int ms = clamp_t(unsigned int, READ_ONCE(scan_ms), 1,
				  SCAN_MS_MAX);

	lockdep_assert_held(&scan_lock);
	queue_delayed_work(scan_queue, &scan_later,
			   max(msecs_to_jiffies(ms), scan_pause));
}

/**
 * kipc_scan_add() - put an object on the list of scanned objects
 * @object: tracks its participants; may be on the list already
 *
 * The caller has a reference to @object.
 *
 * Context: does not sleep; takes scan_lock
 */
void kipc_scan_add(struct kipc_object *object)
{
	spin_lock(&scan_lock);
	if (!object->scanned) {
		WRITE_ONCE(object->scanned, true);
		list_add_tail(&object->scan_node, &scan_list);
		scan_again();
	}
	spin_unlock(&scan_lock);
}

/**
 * kipc_scan_forget() - take an object off the list for good
 * @object: has no reference left
 *
 * The @exit of every type whose objects track their participants calls this.
 * The work takes no reference to such an object, see scan_next().
 *
 * Context: does not sleep; takes scan_lock
 */
void kipc_scan_forget(struct kipc_object *object)
{
	spin_lock(&scan_lock);
	if (object->scanned)
		list_del(&object->scan_node);
	object->scanned = false;
	spin_unlock(&scan_lock);
}

/*
 * Takes the next object of this scan and moves it back to the other list.
 * Returns it with a reference, or NULL after the last one. The lock keeps an
 * object that is being freed in memory, because kipc_scan_forget() needs it:
 *
 *     CPU 0 (work)                      CPU 1 (kipc_object_put())
 *
 *                                       drops the last reference
 *     scan_lock
 *     refcount_inc_not_zero(): false
 *     unlock                            kipc_scan_forget(): takes scan_lock,
 *                                         removes the object
 *                                       frees the object
 */
static struct kipc_object *scan_next(void)
{
	struct kipc_object *object;

	spin_lock(&scan_lock);
	while ((object = list_first_entry_or_null(&scan_todo, struct kipc_object,
						  scan_node))) {
		list_move_tail(&object->scan_node, &scan_list);
		/* An object that is being freed is passed over. */
		if (refcount_inc_not_zero(&object->references))
			break;
	}
	spin_unlock(&scan_lock);
	return object;
}

static void scan_remove(struct kipc_object *object)
{
	spin_lock(&scan_lock);
	list_del(&object->scan_node);
	WRITE_ONCE(object->scanned, false);
	spin_unlock(&scan_lock);
	/*
	 * A waiter counts itself before it reads the mark. Pairs with the
	 * fully ordered increment in kipc_wait_begin(), see scan.h.
	 */
	smp_mb();
	if (atomic_read(&object->waiters))
		kipc_scan_add(object);
}

/*
 * Repairs what the dead hold of the object, or stops scanning it if no task
 * waits there.
 */
static void scan_object(struct kipc_object *object)
{
	if (!atomic_read(&object->waiters))
		scan_remove(object);
	else if (object->type->scan)
		object->type->scan(object);
	else
		kipc_attachments_settle(object);
}

static void scan_work(struct work_struct *work)
{
	unsigned long begin = jiffies;
	struct kipc_object *object;

	spin_lock(&scan_lock);
	list_splice_init(&scan_list, &scan_todo);
	spin_unlock(&scan_lock);
	while ((object = scan_next())) {
		scan_object(object);
		kipc_object_put(object);
		cond_resched();
	}
	spin_lock(&scan_lock);
	scan_pause = (jiffies - begin) * SCAN_SHARE;
	if (!list_empty(&scan_list))
		scan_again();
	spin_unlock(&scan_lock);
}

/**
 * kipc_scan_init() - prepare scanning
 *
 * Context: may sleep
 * Return: 0 or -ENOMEM
 */
int __init kipc_scan_init(void)
{
	scan_queue = alloc_workqueue("kipc", WQ_UNBOUND | WQ_FREEZABLE, 0);
	return scan_queue ? 0 : -ENOMEM;
}

/**
 * kipc_scan_exit() - end scanning
 *
 * There are no objects any more, except that the work may have the last
 * reference to one and free it.
 *
 * Context: may sleep
 */
void kipc_scan_exit(void)
{
	cancel_delayed_work_sync(&scan_later);
	destroy_workqueue(scan_queue);
}
