/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: notices of death
 *
 * A watch is a descriptor that delivers a notice for each participant that has died.
 * When an attachment ends, what it held is repaired first; then each watch of the
 * object gets a notice.
 *
 * A watch holds at most KIPC_NOTICES_MAX notices that were not read. If it is full,
 * the notice of a participant that left something to repair replaces the oldest
 * notice of one that left nothing. Any other notice is dropped. The next notice that
 * is read tells how many were lost.
 *
 * A watch does not keep its object alive. When the object is destroyed, the watch
 * delivers the notices that it has, and then the end of the file. So the list of the
 * watches lives as long as the object or any of its watches refers to it.
 *
 * The mutex of the list is held while all watches are told. So the number of watches
 * is bounded: KIPC_WATCHES_MAX for an object, of which at most KIPC_WATCHES_OTHERS
 * belong to users other than its creator, and at most KIPC_WATCHES_USER to one such
 * user. A caller with CAP_SYS_RESOURCE counts as the creator. Readers take only the
 * lock of their watch, inside the mutex of the list.
 */
#ifndef KIPC_WATCH_H
#define KIPC_WATCH_H

#include <linux/types.h>

struct file;
struct kipc_attachment;
struct kipc_object;

int kipc_watch_open(struct file *file, void __user *arg);
void kipc_watch_tell(const struct kipc_attachment *attachment, u32 repaired);
void kipc_watch_end(struct kipc_object *object);

#endif /* KIPC_WATCH_H */
