/* SPDX-License-Identifier: MIT */
#ifndef KIPC_MUTEX_HANDLE_H
#define KIPC_MUTEX_HANDLE_H

#include "spin.h"

/** The whole handle of a set of mutexes. */
struct mutex {
	struct kipc_mutex shown;	/**< the part that inlined code uses */
	uint32_t flags;			/**< that the object was created with */
	struct spins spins;
	uint32_t asked;			/**< last kernel call of a try, in ms */
};

/**
 * Fill in the handle of an object, which begins with a struct mutex.
 * @return the part of the handle that the program gets
 */
struct kipc_mutex *kipc_mutex_of(const struct kipc_object *object);

#endif /* KIPC_MUTEX_HANDLE_H */
