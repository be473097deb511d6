// SPDX-License-Identifier: MIT
/*
 * Regions: a set of mutexes, and memory that the program maps as it likes. The
 * handle begins with that of a set of mutexes; closing that frees everything.
 */
#include <string.h>
#include <sys/mman.h>

#include "mutex_handle.h"
#include "sized.h"

#define DEFAULT_BYTES	4096

struct kipc_region {
	struct mutex mutex;	/* contains the words and the descriptor */
	uint64_t bytes;
};

static struct kipc_region *region_of(const struct kipc_object *object)
{
	struct kipc_region *region = object->handle;

	region->bytes = object->attributes.region.bytes;
	kipc_mutex_of(object);
	return region;
}

int kipc_region_create_sized(struct kipc_region **region, const char *name,
			     const struct kipc_region_options *given, size_t size)
{
	struct kipc_region_options options;
	struct kipc_create_args args;
	struct kipc_object object;
	int error;

	*region = NULL;
	error = kipc_sized_in(&options, sizeof(options),
			      SIZE_UP_TO(struct kipc_region_options, access), given,
			      size);
	if (error)
		return error;
	/* An initialiser need not clear the attributes' unused bytes. */
	memset(&args, 0, sizeof(args));
	args.flags = options.flags;
	args.type = KIPC_REGION;
	args.elements = options.mutexes;
	args.mode = options.mode ?: 0600;
	args.access = options.access;
	args.attributes.region.bytes = options.bytes ?: DEFAULT_BYTES;
	error = kipc_object_create(&object, sizeof(**region), &args, name);
	*region = error ? NULL : region_of(&object);
	return error;
}

int kipc_region_open(struct kipc_region **region, const char *name,
		     unsigned int access)
{
	struct kipc_object object;
	int error;

	error = kipc_object_open(&object, sizeof(**region), KIPC_REGION, name,
				 access);
	*region = error ? NULL : region_of(&object);
	return error;
}

int kipc_region_import(struct kipc_region **region, int fd)
{
	struct kipc_object object;
	int error;

	error = kipc_object_import(&object, sizeof(**region), KIPC_REGION, fd);
	*region = error ? NULL : region_of(&object);
	return error;
}

void kipc_region_close(struct kipc_region *region)
{
	if (region)
		kipc_mutex_close(&region->mutex.shown);
}

int kipc_region_fd(const struct kipc_region *region)
{
	return region->mutex.shown.words.fd;
}

uint64_t kipc_region_size(const struct kipc_region *region)
{
	return region->bytes;
}

struct kipc_mutex *kipc_region_mutex(struct kipc_region *region)
{
	return &region->mutex.shown;
}

int kipc_region_map(const struct kipc_region *region, unsigned int access,
		    void **data)
{
	int protection = access & KIPC_WRITE ? PROT_READ | PROT_WRITE :
					       PROT_READ;

	*data = NULL;
	if (!(access & KIPC_READ) || (access & ~(KIPC_READ | KIPC_WRITE)))
		return -EINVAL;
	return kipc_map(region->mutex.shown.words.fd, KIPC_REGION_DATA, region->bytes,
			protection, data);
}

void kipc_region_unmap(const struct kipc_region *region, void *data)
{
	if (data)
		kipc_unmap(data, region->bytes);
}

int kipc_region_seal(struct kipc_region *region, unsigned int seals)
{
	struct kipc_region_seal_args args = {
		.size = sizeof(args),
		.seals = seals,
	};

	return kipc_call(region->mutex.shown.words.fd, KIPC_REGION_SEAL, &args);
}

int kipc_region_state_sized(struct kipc_region *region,
			    struct kipc_region_state_args *state, size_t size)
{
	return kipc_object_state(region->mutex.shown.words.fd, KIPC_REGION_STATE, 0,
				 state, size);
}
