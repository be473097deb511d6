// SPDX-License-Identifier: GPL-2.0-only
/* A minimal semaphore on a futex. */
#include <linux/futex.h>
#include <sys/syscall.h>

#include "subject.h"

struct semaphore {
	unsigned int value;
	unsigned int waiters;
};

static void *futex_create(const struct shape *shape)
{
	return shared_create(shape->elements, sizeof(struct semaphore));
}

static void futex_give(struct semaphore *semaphore, unsigned int count)
{
	__atomic_add_fetch(&semaphore->value, count, __ATOMIC_SEQ_CST);
	if (__atomic_load_n(&semaphore->waiters, __ATOMIC_SEQ_CST))
		must(syscall(SYS_futex, &semaphore->value, FUTEX_WAKE, count,
			     NULL, NULL, 0) >= 0);
}

static bool futex_take(struct semaphore *semaphore)
{
	unsigned int value = __atomic_load_n(&semaphore->value,
					     __ATOMIC_SEQ_CST);

	while (value)
		if (__atomic_compare_exchange_n(&semaphore->value, &value,
						value - 1, true,
						__ATOMIC_SEQ_CST,
						__ATOMIC_SEQ_CST))
			return true;
	return false;
}

static void futex_take_or_sleep(struct semaphore *semaphore)
{
	if (futex_take(semaphore))
		return;
	__atomic_add_fetch(&semaphore->waiters, 1, __ATOMIC_SEQ_CST);
	while (!futex_take(semaphore))
		syscall(SYS_futex, &semaphore->value, FUTEX_WAIT, 0, NULL, NULL,
			0);
	__atomic_sub_fetch(&semaphore->waiters, 1, __ATOMIC_SEQ_CST);
}

static void futex_post(void *object, unsigned int element, unsigned int count)
{
	futex_give(shared_at(object, element), count);
}

static void futex_wait(void *object, unsigned int element)
{
	futex_take_or_sleep(shared_at(object, element));
}

static void futex_pairs(void *object, unsigned int count)
{
	struct semaphore *semaphore = shared_at(object, 0);

	while (count--) {
		futex_give(semaphore, 1);
		futex_take_or_sleep(semaphore);
	}
}

static const struct subject futex_semaphore = {
	.name = "futex",
	.about = "a semaphore written by hand on a futex",
	.kind = KIND_SEMAPHORE,
	.able = ABLE_TO_ALL & ~ABLE_TO_CREATE,
	.create = futex_create,
	.destroy = shared_destroy,
	.semaphore = {
		.post = futex_post,
		.wait = futex_wait,
		.pairs = futex_pairs,
	},
};

SUBJECT(futex_semaphore);
