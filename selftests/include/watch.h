/* SPDX-License-Identifier: GPL-2.0-only */
/* Participants that die or detach, and the notices about them. */
#ifndef WATCH_H
#define WATCH_H

#include "child.h"
#include "object.h"
#include "polling.h"

#define check_notice(watch, expected_pid, expected_attachment, expected_repaired, \
		     expected_lost) \
do { \
	struct kipc_notice __notice; \
	ASSERT_EQ(1, watch_read(watch, &__notice)); \
	EXPECT_EQ((__u32)sizeof(__notice), __notice.size); \
	EXPECT_EQ(0U, __notice.flags); \
	EXPECT_EQ((__u32)(expected_pid), __notice.pid); \
	EXPECT_EQ((__u32)(expected_attachment), __notice.attachment); \
	EXPECT_EQ((__u32)(expected_repaired), __notice.repaired); \
	EXPECT_EQ((__u32)(expected_lost), __notice.lost); \
} while (0)

#define check_no_notice(watch) do { \
	struct kipc_notice __notice; \
	EXPECT_EQ(-EAGAIN, watch_read(watch, &__notice)); \
	EXPECT_EQ(0, poll_now(watch, POLLIN)); \
} while (0)

/* A child that attaches and owns the first @mutexes mutexes of an object. */
struct participant {
	int fd;
	unsigned int mutexes;
	__u32 attachment;	/* set when the child owns the mutexes */
	int outer_pid;		/* likewise; its pid in the namespace of /proc */
	struct child *child;	/* not shared: each side may see another pid */
};

/* Functions for child_start(); @data is a struct participant. */

/* Locks the mutexes and runs until the child is killed. */
int run_participant(void *data);

/* Locks the mutexes and ends. */
int run_brief_participant(void *data);

struct participant *participant_make(int fd, unsigned int mutexes);

/* Starts a child. Returns when it owns the mutexes, or has ended. */
struct participant *participant_start(int fd, unsigned int mutexes);

/* Attaches the calling process and detaches it. Returns its attachment. */
__u32 come_and_go(int fd);

#endif /* WATCH_H */
