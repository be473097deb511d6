/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: looking after threads that wait
 *
 * Most deaths are noticed at once, because the dead process gives up a mapping
 * or a descriptor. Some are not:
 *
 * - a thread ends while its process goes on
 * - a process takes long to end, because it dumps core
 * - the memory and the descriptors of a process are used by other processes too
 *
 * Therefore, while a task waits at an object that tracks its participants, a
 * work item scans the object several times a second. It repairs what the dead
 * hold, which may be what the task waits for. So the module needs no hook in
 * the end of other tasks, and nothing runs while no task waits.
 *
 * A task that begins to wait puts the object on the list of scanned objects.
 * The work takes it off when it finds that no task waits there any more. If a
 * new waiter and this removal meet, the object is on the list afterwards::
 *
 *     CPU 0 (waiter)                    CPU 1 (scan_remove())
 *
 *     counts itself in waiters          scanned = false
 *     (fully ordered)                   smp_mb()
 *     reads scanned                     reads waiters
 *
 * Each side writes before it reads, with a full barrier in between. So the
 * waiter reads false or the work reads the new count, perhaps both, and each
 * of them then adds the object again. kipc_scan_add() adds it only once.
 *
 * The work uses only a part of the time of a processor. After a scan it pauses
 * for SCAN_SHARE times as long as the scan took, and at least for scan_ms
 * milliseconds.
 *
 * scan_lock, a spinlock, guards the lists. It is not held while an object is
 * looked at.
 */
#ifndef KIPC_SCAN_H
#define KIPC_SCAN_H

#include "object.h"

void kipc_scan_add(struct kipc_object *object);
void kipc_scan_forget(struct kipc_object *object);

int kipc_scan_init(void);
void kipc_scan_exit(void);

/*
 * Sees to it that the object is scanned. The caller is counted in the waiters
 * of the object already, and does not sleep yet.
 */
static inline void kipc_scan_begin(struct kipc_object *object)
{
	/* Pairs with smp_mb() in scan_remove(). */
	if (!READ_ONCE(object->scanned))
		kipc_scan_add(object);
}

#endif /* KIPC_SCAN_H */
