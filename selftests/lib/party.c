// SPDX-License-Identifier: GPL-2.0-only
#include "party.h"

#include "barrier.h"
#include "fdinfo.h"
#include "member.h"
#include "waiting_thread.h"

int party_join(void *data)
{
	struct member_shared *shared = data;

	if (member_attach(shared) || barrier_join(shared->fd))
		_exit(1);
	return member_await_end(shared);
}

int party_meet(void *data)
{
	struct member_shared *shared = data;

	if (member_attach(shared) || barrier_wait(shared->fd) < 0)
		_exit(1);
	return member_await_end(shared);
}

int party_wait(void *data)
{
	struct member_shared *shared = data;

	if (member_attach(shared))
		_exit(1);
	return barrier_wait(shared->fd);
}

int party_wait_in_thread(void *data)
{
	struct waiting_thread waiter;
	struct member_shared *shared = data;

	if (member_attach(shared) || barrier_join(shared->fd) ||
	    thread_start(&waiter, shared->fd, barrier_wait))
		_exit(1);
	wait_until(waiters(shared->fd) == 1);
	return member_await_end(shared);
}
