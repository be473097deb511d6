// SPDX-License-Identifier: GPL-2.0-only
#include "region.h"

#include "call.h"

#include <string.h>

int region_seal(int fd)
{
	struct kipc_region_seal_args args = {
		.size = sizeof(args),
		.seals = KIPC_SEAL_WRITE,
	};

	return kipc_call(fd, KIPC_REGION_SEAL, &args);
}

int region_state(int fd, struct kipc_region_state_args *state)
{
	memset(state, KIPC_POISON, sizeof(*state));
	state->size = sizeof(*state);
	state->flags = 0;
	return kipc_call(fd, KIPC_REGION_STATE, state);
}
