// SPDX-License-Identifier: GPL-2.0-only
#include "watch.h"

#include "call.h"
#include "mutex.h"
#include "mutex_word.h"
#include "shared_memory.h"
#include "until.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

static int watch_take_part(struct participant *participant)
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

int run_participant(void *data)
{
	int ret = watch_take_part(data);

	if (!ret)
		for (;;)
			pause();
	return ret;
}

int run_brief_participant(void *data)
{
	return watch_take_part(data);
}

struct participant *participant_make(int fd, unsigned int mutexes)
{
	struct participant *participant = shared_alloc(sizeof(*participant));

	participant->child = calloc(1, sizeof(*participant->child));
	if (!participant->child)
		abort();
	participant->fd = fd;
	participant->mutexes = mutexes;
	return participant;
}

struct participant *participant_start(int fd, unsigned int mutexes)
{
	struct participant *participant = participant_make(fd, mutexes);

	child_start(participant->child, run_participant, participant);
	wait_until(__atomic_load_n(&participant->attachment, __ATOMIC_ACQUIRE) ||
		   child_ended(participant->child));
	return participant;
}

__u32 come_and_go(int fd)
{
	struct mutexes mutexes = {};

	if (mutexes_attach(&mutexes, fd))
		return KIPC_POISON_32;
	mutexes_detach(&mutexes);
	return mutexes.attachment;
}
