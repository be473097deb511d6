/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: notices of death
 *
 * A watch is a descriptor from which a process reads that a participant has
 * died. An attachment that ends adds a notice to each watch of its object,
 * after what it held has been repaired.
 *
 * A watch holds at most KIPC_NOTICES_MAX notices. If it is full, a notice of
 * repairs replaces the oldest notice without repairs, if there is one; any
 * other new notice is dropped. The watch counts all notices that are lost in
 * this way.
 *
 * A watch does not keep its object alive. After the object is gone, and the
 * notices that are left have been read, a read returns 0.
 *
 * The watches of an object may outlive it. So does the list of them (struct
 * kipc_watchers), to which the object and each watch have a reference. The
 * mutex of the list is held while a notice is added to all watches, so their
 * number is bounded:
 *
 * - An object has at most KIPC_WATCHES_MAX watches.
 * - Users other than the creator of the object have at most
 *   KIPC_WATCHES_OTHERS of these together, and each such user has at most
 *   KIPC_WATCHES_USER, so that one user cannot take all. A caller with
 *   CAP_SYS_RESOURCE is bounded as the creator is.
 *
 * A spinlock in each watch guards its notices. Readers and pollers take only
 * this lock, which is inside the mutex. Adding a notice, reading and opening a
 * watch may sleep.
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
