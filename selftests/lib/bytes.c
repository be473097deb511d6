// SPDX-License-Identifier: GPL-2.0-only
#include "bytes.h"

#include "object.h"

#include <errno.h>

int bytes_map_part(struct bytes *bytes, int fd, int protection, int flags,
		   __u64 from, size_t size)
{
	void *base = mmap64(NULL, size, protection, flags, fd,
			    KIPC_REGION_DATA + from);
	int ret = base == MAP_FAILED ? -errno : 0;

	bytes->base = ret ? NULL : base;
	bytes->size = size;
	return ret;
}

int bytes_map_for(struct bytes *bytes, int fd, int protection, int flags)
{
	struct kipc_info_args info;
	int ret = object_info(fd, &info);

	bytes->base = NULL;
	bytes->size = 0;
	if (ret)
		return ret;
	return bytes_map_part(bytes, fd, protection, flags, 0,
			      info.attributes.region.bytes);
}

int bytes_map(struct bytes *bytes, int fd)
{
	return bytes_map_for(bytes, fd, KIPC_BOTH, MAP_SHARED);
}

void bytes_unmap(struct bytes *bytes)
{
	munmap(bytes->base, bytes->size);
	bytes->base = NULL;
}

bool all_zero(const unsigned char *bytes, size_t size)
{
	size_t i;

	for (i = 0; i < size; i++)
		if (bytes[i])
			return false;
	return true;
}
