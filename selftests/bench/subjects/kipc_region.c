// SPDX-License-Identifier: GPL-2.0-only
/* kipc's regions. */
#include <kipc.h>

#include "subject.h"

struct region {
	struct kipc_region *handle;
	void *data;
};

static void *region_create(const struct shape *shape)
{
	const struct kipc_region_options options = { .bytes = shape->size };
	struct region *region = allocate(sizeof(*region));

	must_be_zero(kipc_region_create(&region->handle, NULL, &options));
	must_be_zero(kipc_region_map(region->handle, KIPC_READ | KIPC_WRITE,
				     &region->data));
	return region;
}

static void region_destroy(void *object)
{
	struct region *region = object;

	kipc_region_unmap(region->handle, region->data);
	kipc_region_close(region->handle);
	free(region);
}

static char *region_data(void *object)
{
	const struct region *region = object;

	return region->data;
}

static const struct subject kipc = {
	.name = "kipc",
	.about = "kipc's region",
	.kind = KIND_REGION,
	.role = ROLE_OURS,
	.able = ABLE_TO_CREATE,
	.create = region_create,
	.destroy = region_destroy,
	.region = { .data = region_data },
};

SUBJECT(kipc);
