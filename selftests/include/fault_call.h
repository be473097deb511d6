/* SPDX-License-Identifier: GPL-2.0-only */
/* Functions of faulty operations that several types use. See fault.h. */
#ifndef FAULT_CALL_H
#define FAULT_CALL_H

#include "fault.h"

/*
 * Waits, in the helper, until the caller waits. The caller may wait only in its
 * second call, which follows a fault.
 */
void wait_for_a_waiter(struct subject *subject);

/* Before the call: sets a deadline that passes soon. */
int set_deadline(struct subject *subject);

/* Before the call: makes an epoll set. */
int make_epoll(struct subject *subject);
int call_epoll_add(struct subject *subject);
int call_epoll_wait(struct subject *subject);

int call_poll(struct subject *subject);

/* Maps the first page of the words. */
int call_mmap_page(struct subject *subject);

/* Makes a watch, which is subject->made. */
int call_watch(struct subject *subject);

/* Reads a notice from the watch, which must report one repaired element. */
int call_watch_read(struct subject *subject);

/* Returns, as a state, whether the watch can be read. */
long readable(struct subject *subject);

/*
 * Forks a participant that attaches, calls take_part(), and ends. Returns 0 if
 * the watch reports that.
 */
int works_watch_of(struct subject *subject, int (*take_part)(int fd));

#endif /* FAULT_CALL_H */
