// SPDX-License-Identifier: GPL-2.0-only
/* kipc's barriers. */
#include <kipc.h>

#include "subject.h"

static void *barrier_create(const struct shape *shape)
{
	const struct kipc_barrier_options options = {
		.parties = shape->parties,
	};
	struct kipc_barrier *barrier;

	must_be_zero(kipc_barrier_create(&barrier, NULL, &options));
	return barrier;
}

static void barrier_destroy(void *object)
{
	kipc_barrier_close(object);
}

static void barrier_wait(void *object)
{
	int status = kipc_barrier_wait(object);

	must_be_zero(status == KIPC_BARRIER_SERIAL ? 0 : status);
}

static const struct subject kipc = {
	.name = "kipc",
	.about = "kipc's barrier",
	.kind = KIND_BARRIER,
	.role = ROLE_OURS,
	.able = ABLE_TO_ALL,
	.create = barrier_create,
	.destroy = barrier_destroy,
	.barrier = { .wait = barrier_wait },
};

SUBJECT(kipc);
