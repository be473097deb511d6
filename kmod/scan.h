/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: looking after threads that wait
 *
 * The end of most participants is noticed at once, because a mapping is removed or
 * a descriptor is closed. It is not noticed at once if a thread ends while its
 * process lives, if a process dumps core, or if other processes use its memory and
 * its descriptors. So while a task waits at an object that tracks its participants,
 * a work item checks every scan_ms milliseconds whether a participant has ended.
 * Nothing is hooked into the end of other tasks, and the work item does not run
 * while no task waits.
 *
 * An object is on the list from its first wait on until the work item finds that no
 * task waits at it any more. The race of these two is decided by a full barrier on
 * either side::
 *
 *	a task that will wait			the work item
 *
 *						object->waiters is 0
 *	object->waiters++ (full barrier)
 *						object->scanned = false
 *						smp_mb()
 *	object->scanned is true: skip
 *						object->waiters is not 0:
 *						add the object again
 *
 * If the task had read false, it would have added the object itself.
 *
 * A scan never takes more than a fifth of a processor's time: the pause after it is
 * at least four times as long as the scan.
 */
#ifndef KIPC_SCAN_H
#define KIPC_SCAN_H

#include "object.h"

void kipc_scan_add(struct kipc_object *object);
void kipc_scan_forget(struct kipc_object *object);

int kipc_scan_init(void);
void kipc_scan_exit(void);

/*
 * Puts an object on the list, if it is not there. The caller is counted among the
 * object's waiters, and does not sleep yet.
 */
static inline void kipc_scan_begin(struct kipc_object *object)
{
	/* Pairs with scan_remove(). */
	if (!READ_ONCE(object->scanned))
		kipc_scan_add(object);
}

#endif /* KIPC_SCAN_H */
