/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The verbs of a type under faults: a row for each in a program for the type,
 * which includes this.
 */
#ifndef KIPC_FAULT_VERB_H
#define KIPC_FAULT_VERB_H

#include "kipc_fault.h"
#include "kipc_poll.h"

#include <sys/epoll.h>

FIXTURE(verb) {
	struct subject *subject;
};

FIXTURE_VARIANT(verb) {
	__u32 type;
	__u32 flags;
	struct operation operation;
};

FIXTURE_SETUP(verb)
{
	ASSERT_EQ(0, faults_open());
	self->subject = new_subject(variant->type, variant->flags);
}

FIXTURE_TEARDOWN(verb)
{
	close(fail_nth);
}

TEST_F_TIMEOUT(verb, fails_whole, 800)
{
	check_faults(_metadata, self->subject, &variant->operation);
}

/* Whoever helps does so once the other waits, the first time or the second. */
static inline void wait_for_a_waiter(struct subject *subject)
{
	wait_until(waiters(subject->fd));
}

static inline int set_deadline(struct subject *subject)
{
	subject->deadline = deadline_in_ms(CLOCK_MONOTONIC, 5);
	return 0;
}

static inline int make_epoll(struct subject *subject)
{
	subject->other = epoll_create1(EPOLL_CLOEXEC);
	return errno_of(subject->other);
}

static inline int call_epoll_add(struct subject *subject)
{
	struct epoll_event event = { .events = EPOLLIN };

	return errno_of(epoll_ctl(subject->other, EPOLL_CTL_ADD, subject->fd,
				  &event));
}

static inline int call_epoll_wait(struct subject *subject)
{
	struct epoll_event event;
	int ret = epoll_wait(subject->other, &event, 1, 0);

	return ret < 0 ? -errno : ret;
}

static inline int call_poll(struct subject *subject)
{
	return poll_now(subject->fd, POLLIN);
}

static inline int call_mmap_page(struct subject *subject)
{
	subject->words.size = sysconf(_SC_PAGESIZE);
	return call_mmap(subject);
}

/* The watch is what the call made. */

static inline int call_watch(struct subject *subject)
{
	int ret = object_watch(subject->fd);

	if (ret < 0)
		return ret;
	subject->made = ret;
	return 0;
}

static inline int call_watch_read(struct subject *subject)
{
	struct kipc_notice notice;
	int ret = watch_read(subject->made, &notice);

	if (ret < 0)
		return ret;
	return ret && notice.repaired == 1 && !notice.lost ? 0 : -EPROTO;
}

static inline long readable(struct subject *subject)
{
	return poll_now(subject->made, POLLIN);
}

/* Somebody takes part, holds one thing, and ends: is that told? */
static inline int works_watch_of(struct subject *subject,
				 int (*take_part)(int fd))
{
	pid_t pid = child_fork();
	struct words words;

	if (!pid)
		_exit(words_attach(&words, subject->fd) || take_part(subject->fd));
	return child_wait(pid) ?: call_watch_read(subject);
}

#endif /* KIPC_FAULT_VERB_H */
