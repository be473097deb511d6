// SPDX-License-Identifier: GPL-2.0-only
#include "lock_child.h"

#include "mutex.h"
#include "mutex_word.h"
#include "until.h"

#include <errno.h>

int run_lock_and_die(void *data)
{
	const struct lock_request *request = data;
	struct mutexes mutexes;
	int ret = mutexes_attach(&mutexes, request->fd);

	if (ret)
		return ret;
	return mutex_timedlock(request->fd, request->element, request->deadline,
			       request->flags);
}

int run_lock_and_unlock(void *data)
{
	const struct lock_request *request = data;
	int ret = run_lock_and_die(data);

	if (ret == -EOWNERDEAD)
		mutex_consistent(request->fd, request->element);
	if (!ret || ret == -EOWNERDEAD)
		mutex_unlock(request->fd, request->element);
	return ret;
}

int run_lock_and_hold(void *data)
{
	int ret = run_lock_and_die(data);

	if (!ret || ret == -EOWNERDEAD)
		for (;;)
			pause();
	return ret;
}

void start_lock(struct child *child, int (*run)(void *data), int fd,
		unsigned int element)
{
	struct lock_request request = {
		.fd = fd,
		.element = element,
		.deadline = KIPC_FOREVER,
	};

	child_start(child, run, &request);
}

void wait_for_owner(int fd, unsigned int element)
{
	struct kipc_mutex_state_args state;

	wait_until(mutex_state(fd, element, &state) || state.depth);
}

void wait_for_death(int fd, unsigned int element)
{
	struct kipc_mutex_state_args state;

	wait_until(mutex_state(fd, element, &state) ||
		   (state.state & KIPC_MUTEX_STATE_OWNER_DIED));
}
