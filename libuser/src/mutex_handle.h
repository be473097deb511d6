/* SPDX-License-Identifier: MIT */
#ifndef KIPC_MUTEX_HANDLE_H
#define KIPC_MUTEX_HANDLE_H

#include "spin.h"

struct mutex {
	struct kipc_mutex shown;	/**< to inlined code */
	uint32_t flags;			/**< the object's */
	struct spins spins;
	uint32_t asked;			/**< when a try last asked the kernel */
};

/** Make the object's handle, which begins with a struct mutex, one. */
struct kipc_mutex *kipc_mutex_of(const struct kipc_object *object);

#endif /* KIPC_MUTEX_HANDLE_H */
