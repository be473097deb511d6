// SPDX-License-Identifier: GPL-2.0-only
#include "mutex_word.h"

#include "mutex.h"
#include "object.h"
#include "thread.h"

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

int mutexes_attach(struct mutexes *mutexes, int fd)
{
	int ret = words_map(&mutexes->words, fd);

	/* Sealed words cannot be written. They are mapped to attach the process. */
	if (ret == -EACCES)
		ret = words_map_for(&mutexes->words, fd, PROT_READ);
	if (ret)
		return ret;
	mutexes->fd = fd;
	mutexes->attachment = attachment_of(fd);
	return 0;
}

void mutexes_detach(struct mutexes *mutexes)
{
	words_unmap(&mutexes->words);
}

__u64 own_number(void)
{
	static __thread __s64 number;
	static __thread pid_t tid;

	if (tid != syscall(SYS_gettid)) {
		tid = syscall(SYS_gettid);
		number = thread_number();
	}
	return number;
}

__u64 owner_word(__u32 attachment)
{
	return (__u64)attachment << KIPC_MUTEX_SHIFT | own_number();
}

int mutexes_lock(const struct mutexes *mutexes, unsigned int element,
		 __u64 owner, __s64 deadline)
{
	if (word_lock(word_at(&mutexes->words, element), owner))
		return 0;
	return mutex_timedlock_as(mutexes->fd, element, mutexes->attachment,
				  deadline, 0);
}

int mutexes_unlock(const struct mutexes *mutexes, unsigned int element,
		   __u64 owner)
{
	if (word_unlock(word_at(&mutexes->words, element), owner))
		return 0;
	return mutex_call_as(mutexes->fd, KIPC_MUTEX_UNLOCK, element,
			     mutexes->attachment);
}
