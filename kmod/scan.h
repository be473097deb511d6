/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: looking after threads that wait
 *
 * Most deaths are noticed at once, as the dead let go of a mapping or a descriptor.
 * Some are not: a thread that ends alone, a process that dumps core, or whose memory
 * and descriptors are used by others. So while a thread waits at an object that tracks
 * its participants, a work item looks some times a second whether what it waits for
 * is dead. Nothing is hooked into the end of other tasks, and nothing runs while
 * none waits.
 *
 * An object is in the list from the first wait on until the work finds that none
 * waits there any more. Looking never takes more than a part of a processor's time:
 * the more there is to look at, the less often that happens.
 */
#ifndef KIPC_SCAN_H
#define KIPC_SCAN_H

#include "object.h"

void kipc_scan_add(struct kipc_object *object);
void kipc_scan_forget(struct kipc_object *object);

int kipc_scan_init(void);
void kipc_scan_exit(void);

/* The caller is counted among the object's waiters, and does not sleep yet. */
static inline void kipc_scan_begin(struct kipc_object *object)
{
	/* Pairs with scan_remove(). */
	if (!READ_ONCE(object->scanned))
		kipc_scan_add(object);
}

#endif /* KIPC_SCAN_H */
