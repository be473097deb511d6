/* SPDX-License-Identifier: GPL-2.0-only */
/* The number of the calling thread. */
#ifndef THREAD_H
#define THREAD_H

#include <linux/types.h>

/* Both return the number or a negative errno. */
__s64 thread_number_by(int fd);
__s64 thread_number(void);

#endif /* THREAD_H */
