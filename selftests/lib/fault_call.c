// SPDX-License-Identifier: GPL-2.0-only
#include "fault_call.h"

#include "call.h"
#include "deadline.h"
#include "fdinfo.h"
#include "object.h"
#include "polling.h"
#include "until.h"

#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

void wait_for_a_waiter(struct subject *subject)
{
	wait_until(waiters(subject->fd));
}

int set_deadline(struct subject *subject)
{
	subject->deadline = deadline_in_ms(CLOCK_MONOTONIC, 5);
	return 0;
}

int make_epoll(struct subject *subject)
{
	subject->other = epoll_create1(EPOLL_CLOEXEC);
	return errno_of(subject->other);
}

int call_epoll_add(struct subject *subject)
{
	struct epoll_event event = { .events = EPOLLIN };

	return errno_of(epoll_ctl(subject->other, EPOLL_CTL_ADD, subject->fd,
				  &event));
}

int call_epoll_wait(struct subject *subject)
{
	struct epoll_event event;
	int ret = epoll_wait(subject->other, &event, 1, 0);

	return ret < 0 ? -errno : ret;
}

int call_poll(struct subject *subject)
{
	return poll_now(subject->fd, POLLIN);
}

int call_mmap_page(struct subject *subject)
{
	subject->words.size = sysconf(_SC_PAGESIZE);
	return call_mmap(subject);
}

int call_watch(struct subject *subject)
{
	int ret = object_watch(subject->fd);

	if (ret < 0)
		return ret;
	subject->made = ret;
	return 0;
}

int call_watch_read(struct subject *subject)
{
	struct kipc_notice notice;
	int ret = watch_read(subject->made, &notice);

	if (ret < 0)
		return ret;
	return ret && notice.repaired == 1 && !notice.lost ? 0 : -EPROTO;
}

long readable(struct subject *subject)
{
	return poll_now(subject->made, POLLIN);
}

int works_watch_of(struct subject *subject, int (*take_part)(int fd))
{
	pid_t pid = child_fork();
	struct words words;

	if (!pid)
		_exit(words_attach(&words, subject->fd) || take_part(subject->fd));
	return child_wait(pid) ?: call_watch_read(subject);
}
