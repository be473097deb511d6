/* SPDX-License-Identifier: MIT */
#ifndef KIPC_SEMAPHORE_HANDLE_H
#define KIPC_SEMAPHORE_HANDLE_H

#include "spin.h"

struct semaphore {
	struct kipc_semaphore shown;	/**< to inlined code */
	uint32_t flags;			/**< the object's */
	struct spins spins;
};

#endif /* KIPC_SEMAPHORE_HANDLE_H */
