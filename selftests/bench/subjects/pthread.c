// SPDX-License-Identifier: GPL-2.0-only
/* glibc's mutexes, spin locks and barriers, shared between processes. */
#include <pthread.h>

#include "subject.h"

/* For an expression that returns 0 or an errno. */
#define must_succeed(expression) must_be_zero(-(expression))

static void *glibc_create_mutex(int robust)
{
	struct shared *shared = shared_create(1, sizeof(pthread_mutex_t));
	pthread_mutexattr_t attributes;

	must_succeed(pthread_mutexattr_init(&attributes));
	must_succeed(pthread_mutexattr_setpshared(&attributes,
						  PTHREAD_PROCESS_SHARED));
	must_succeed(pthread_mutexattr_setrobust(&attributes, robust));
	must_succeed(pthread_mutex_init(shared_at(shared, 0), &attributes));
	return shared;
}

static void *glibc_create_plain(const struct shape *shape)
{
	(void)shape;
	return glibc_create_mutex(PTHREAD_MUTEX_STALLED);
}

static void *glibc_create_robust(const struct shape *shape)
{
	(void)shape;
	return glibc_create_mutex(PTHREAD_MUTEX_ROBUST);
}

static void glibc_lock(void *object)
{
	must_succeed(pthread_mutex_lock(shared_at(object, 0)));
}

static void glibc_unlock(void *object)
{
	must_succeed(pthread_mutex_unlock(shared_at(object, 0)));
}

static void glibc_pairs(void *object, unsigned int count)
{
	pthread_mutex_t *mutex = shared_at(object, 0);

	while (count--) {
		must_succeed(pthread_mutex_lock(mutex));
		must_succeed(pthread_mutex_unlock(mutex));
	}
}

static const struct subject plain_mutex = {
	.name = "pthread-mutex",
	.about = "glibc's mutex, shared between processes",
	.kind = KIND_LOCK,
	.able = ABLE_TO_ALL,
	.create = glibc_create_plain,
	.destroy = shared_destroy,
	.lock = {
		.lock = glibc_lock,
		.unlock = glibc_unlock,
		.pairs = glibc_pairs,
	},
};

SUBJECT(plain_mutex);

static const struct subject robust_mutex = {
	.name = "pthread-robust",
	.about = "glibc's mutex, shared between processes, and robust",
	.kind = KIND_LOCK,
	.able = ABLE_TO_ALL,
	.create = glibc_create_robust,
	.destroy = shared_destroy,
	.lock = {
		.lock = glibc_lock,
		.unlock = glibc_unlock,
		.pairs = glibc_pairs,
	},
};

SUBJECT(robust_mutex);

static void *glibc_create_spin(const struct shape *shape)
{
	struct shared *shared = shared_create(1, sizeof(pthread_spinlock_t));

	(void)shape;
	must_succeed(pthread_spin_init(shared_at(shared, 0),
				       PTHREAD_PROCESS_SHARED));
	return shared;
}

static void glibc_spin_lock(void *object)
{
	must_succeed(pthread_spin_lock(shared_at(object, 0)));
}

static void glibc_spin_unlock(void *object)
{
	must_succeed(pthread_spin_unlock(shared_at(object, 0)));
}

static void glibc_spin_pairs(void *object, unsigned int count)
{
	pthread_spinlock_t *spinlock = shared_at(object, 0);

	while (count--) {
		must_succeed(pthread_spin_lock(spinlock));
		must_succeed(pthread_spin_unlock(spinlock));
	}
}

static const struct subject spinlock = {
	.name = "pthread-spin",
	.about = "glibc's spin lock, shared between processes",
	.kind = KIND_LOCK,
	.able = ABLE_TO_SPIN,
	.create = glibc_create_spin,
	.destroy = shared_destroy,
	.lock = {
		.lock = glibc_spin_lock,
		.unlock = glibc_spin_unlock,
		.pairs = glibc_spin_pairs,
	},
};

SUBJECT(spinlock);

static void *glibc_create_barrier(const struct shape *shape)
{
	struct shared *shared = shared_create(1, sizeof(pthread_barrier_t));
	pthread_barrierattr_t attributes;

	must_succeed(pthread_barrierattr_init(&attributes));
	must_succeed(pthread_barrierattr_setpshared(&attributes,
						    PTHREAD_PROCESS_SHARED));
	must_succeed(pthread_barrier_init(shared_at(shared, 0), &attributes,
					  shape->parties));
	return shared;
}

static void glibc_barrier_wait(void *object)
{
	int status = pthread_barrier_wait(shared_at(object, 0));

	must_succeed(status == PTHREAD_BARRIER_SERIAL_THREAD ? 0 : status);
}

static const struct subject barrier = {
	.name = "pthread-barrier",
	.about = "glibc's barrier, shared between processes",
	.kind = KIND_BARRIER,
	.able = ABLE_TO_ALL,
	.create = glibc_create_barrier,
	.destroy = shared_destroy,
	.barrier = { .wait = glibc_barrier_wait },
};

SUBJECT(barrier);
