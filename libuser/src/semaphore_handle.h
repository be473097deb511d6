/* SPDX-License-Identifier: MIT */
#ifndef KIPC_SEMAPHORE_HANDLE_H
#define KIPC_SEMAPHORE_HANDLE_H

#include "spin.h"

/** The whole handle of a set of semaphores. */
struct semaphore {
	struct kipc_semaphore shown;	/**< the part that inlined code uses */
	uint32_t flags;			/**< that the object was created with */
	struct spins spins;
};

#endif /* KIPC_SEMAPHORE_HANDLE_H */
