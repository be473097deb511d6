/* SPDX-License-Identifier: GPL-2.0-only */
/* The ioctls that all types of objects have: INFO and WATCH. */
#ifndef OBJECT_H
#define OBJECT_H

#include <linux/kipc.h>

int object_info(int fd, struct kipc_info_args *info);

/* Returns the descriptor of a watch, or a negative errno. */
int object_watch(int fd);

/* Returns 1 for a notice, 0 if the object has gone, or a negative errno. */
int watch_read(int watch, struct kipc_notice *notice);

/* Returns the attachment of this process: 0 if it has none. */
__u32 attachment_of(int fd);

#endif /* OBJECT_H */
