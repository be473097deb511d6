/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: notices of death
 *
 * A watch is a descriptor on which a participant is told that another one has
 * died: an attachment that ends leaves a notice with each watch of its object,
 * after what it held has been repaired. A watch holds a bounded number of
 * notices; the ones that find no room are counted. It does not keep its object
 * alive: when that goes, the watch reads as ended.
 *
 * Notices are rare, so all watches share one mutex.
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
