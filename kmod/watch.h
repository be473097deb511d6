/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: notices of death
 *
 * A watch is a descriptor on which a process is told that a participant has died:
 * an attachment that ends leaves a notice with each watch of its object, after what
 * it held has been repaired. A watch holds a bounded number of notices. One of a
 * repair pushes out one of a participant that left nothing behind; those that find
 * no room are counted. A watch does not keep its object alive: when that goes, the
 * watch reads as ended.
 *
 * The watches of an object outlive it, and so does their list, which the object
 * and each of them refer to. Its mutex is held while all of them are told, so their
 * number is bounded; and so that one user cannot take all, what other users than
 * the object's creator have is bounded apart, in all and for each. CAP_SYS_RESOURCE
 * makes a caller the creator's equal. Readers take the lock of their watch alone.
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
