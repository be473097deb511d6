/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory that a test shares with its children. */
#ifndef SHARED_MEMORY_H
#define SHARED_MEMORY_H

#include <stddef.h>
#include <sys/mman.h>

/*
 * Returns zeroed memory that the calling process shares with the children that it
 * forks from now on. It is freed when all of them have ended; aborts if there is
 * no memory.
 */
void *shared_alloc(size_t bytes);

#endif /* SHARED_MEMORY_H */
