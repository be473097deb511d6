// SPDX-License-Identifier: MIT
#include <errno.h>
#include <string.h>

#include "sized.h"

static size_t sized_min(size_t a, size_t b)
{
	return a < b ? a : b;
}

int kipc_sized_in(void *known, size_t known_size, size_t min_size, const void *given,
		  size_t given_size)
{
	const char *bytes = given;
	size_t i;

	memset(known, 0, known_size);
	if (!given)
		return 0;
	if (given_size < min_size)
		return -EINVAL;
	for (i = known_size; i < given_size; i++) {
		if (bytes[i])
			return -E2BIG;
	}
	memcpy(known, given, sized_min(known_size, given_size));
	return 0;
}

void kipc_sized_out(void *given, size_t given_size, const void *known,
		    size_t known_size)
{
	size_t both = sized_min(known_size, given_size);

	memcpy(given, known, both);
	memset((char *)given + both, 0, given_size - both);
}
