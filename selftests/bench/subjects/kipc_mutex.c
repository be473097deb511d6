// SPDX-License-Identifier: GPL-2.0-only
/* kipc's mutexes, which are robust: default, fair and spinning. */
#include <kipc.h>

#include "subject.h"

static struct kipc_mutex *mutex_create_with(unsigned int flags)
{
	const struct kipc_mutex_options options = { .flags = flags };
	struct kipc_mutex *mutex;

	must_be_zero(kipc_mutex_create(&mutex, NULL, &options));
	return mutex;
}

static void *mutex_create(const struct shape *shape)
{
	(void)shape;
	return mutex_create_with(0);
}

static void *mutex_create_fair(const struct shape *shape)
{
	(void)shape;
	return mutex_create_with(KIPC_FAIR);
}

static void *mutex_create_spinning(const struct shape *shape)
{
	(void)shape;
	return mutex_create_with(KIPC_SPIN);
}

static void mutex_destroy(void *object)
{
	kipc_mutex_close(object);
}

static void mutex_lock(void *object)
{
	must_be_zero(kipc_mutex_lock(object, 0));
}

static void mutex_unlock(void *object)
{
	must_be_zero(kipc_mutex_unlock(object, 0));
}

static void mutex_pairs(void *object, unsigned int count)
{
	while (count--) {
		must_be_zero(kipc_mutex_lock(object, 0));
		must_be_zero(kipc_mutex_unlock(object, 0));
	}
}

static const struct subject kipc = {
	.name = "kipc",
	.about = "kipc's mutex, which is robust",
	.kind = KIND_LOCK,
	.role = ROLE_OURS,
	.able = ABLE_TO_ALL,
	.create = mutex_create,
	.destroy = mutex_destroy,
	.lock = {
		.lock = mutex_lock,
		.unlock = mutex_unlock,
		.pairs = mutex_pairs,
	},
};

SUBJECT(kipc);

static const struct subject kipc_fair = {
	.name = "kipc-fair",
	.about = "kipc's mutex, KIPC_FAIR: first come, first served",
	.kind = KIND_LOCK,
	.role = ROLE_OURS,
	.able = ABLE_ACROSS | ABLE_TO_CROWD,
	.create = mutex_create_fair,
	.destroy = mutex_destroy,
	.lock = {
		.lock = mutex_lock,
		.unlock = mutex_unlock,
		.pairs = mutex_pairs,
	},
};

SUBJECT(kipc_fair);

static const struct subject kipc_spin = {
	.name = "kipc-spin",
	.about = "kipc's mutex, KIPC_SPIN: spins while the owner runs",
	.kind = KIND_LOCK,
	.role = ROLE_OURS,
	.able = ABLE_ACROSS | ABLE_TO_CROWD,
	.create = mutex_create_spinning,
	.destroy = mutex_destroy,
	.lock = {
		.lock = mutex_lock,
		.unlock = mutex_unlock,
		.pairs = mutex_pairs,
	},
};

SUBJECT(kipc_spin);
