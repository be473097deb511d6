/* SPDX-License-Identifier: GPL-2.0-only */
/* Participants that die or leave, and the notices of that. */
#ifndef KIPC_WATCH_H
#define KIPC_WATCH_H

#include "kipc_mutex_word.h"
#include "kipc_poll.h"

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

/* Who takes part, and owns the first so many mutexes. */
struct participant {
	int fd;
	unsigned int mutexes;
	__u32 attachment;	/* once it owns them */
	int outer_pid;		/* likewise; what /proc says */
	struct child *child;	/* not shared: it has its own idea of its pid */
};

static inline int take_part(struct participant *participant)
{
	struct mutexes mutexes;
	char text[16] = "";
	unsigned int i;
	int ret = mutexes_attach(&mutexes, participant->fd);

	for (i = 0; i < participant->mutexes && !ret; i++)
		ret = mutex_lock(participant->fd, i);
	if (ret)
		return ret;
	if (readlink("/proc/self", text, sizeof(text) - 1) < 0)
		return -errno;
	participant->outer_pid = atoi(text);
	__atomic_store_n(&participant->attachment, mutexes.attachment,
			 __ATOMIC_RELEASE);
	return 0;
}

static inline int run_participant(void *data)
{
	int ret = take_part(data);

	if (!ret)
		for (;;)
			pause();
	return ret;
}

static inline int run_brief_participant(void *data)
{
	return take_part(data);
}

static inline struct participant *participant_make(int fd, unsigned int mutexes)
{
	struct participant *participant = shared_alloc(sizeof(*participant));

	participant->child = calloc(1, sizeof(*participant->child));
	if (!participant->child)
		abort();
	participant->fd = fd;
	participant->mutexes = mutexes;
	return participant;
}

/* Returns once it owns them. */
static inline struct participant *participant_start(int fd, unsigned int mutexes)
{
	struct participant *participant = participant_make(fd, mutexes);

	child_start(participant->child, run_participant, participant);
	wait_until(__atomic_load_n(&participant->attachment, __ATOMIC_ACQUIRE) ||
		   child_ended(participant->child));
	return participant;
}

/* Takes part for a moment itself, and says under what number. */
static inline __u32 come_and_go(int fd)
{
	struct mutexes mutexes = {};

	if (mutexes_attach(&mutexes, fd))
		return KIPC_POISON_32;
	mutexes_detach(&mutexes);
	return mutexes.attachment;
}

#endif /* KIPC_WATCH_H */
