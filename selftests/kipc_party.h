/* SPDX-License-Identifier: GPL-2.0-only */
/* What a party of a barrier does, as the function of a member; see kipc_end.h. */
#ifndef KIPC_PARTY_H
#define KIPC_PARTY_H

#include "kipc_test.h"
#include "kipc_end.h"

static inline int join(void *data)
{
	struct stage *stage = data;

	if (stage_attach(stage) || barrier_join(stage->fd))
		_exit(1);
	return stage_end(stage);
}

/* Takes part in one generation through the kernel. */
static inline int take_part(void *data)
{
	struct stage *stage = data;

	if (stage_attach(stage) || barrier_wait(stage->fd) < 0)
		_exit(1);
	return stage_end(stage);
}

static inline int attach_and_wait(void *data)
{
	struct stage *stage = data;

	if (stage_attach(stage))
		_exit(1);
	return barrier_wait(stage->fd);
}

/* One thread waits in the kernel, the other does not. */
static inline int wait_with_a_thread(void *data)
{
	struct waiting_thread waiter;
	struct stage *stage = data;

	if (stage_attach(stage) || barrier_join(stage->fd) ||
	    thread_start(&waiter, stage->fd, barrier_wait))
		_exit(1);
	wait_until(waiters(stage->fd) == 1);
	return stage_end(stage);
}

#endif /* KIPC_PARTY_H */
