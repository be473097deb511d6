/* SPDX-License-Identifier: GPL-2.0-only */
/* The ioctls of regions. */
#ifndef REGION_H
#define REGION_H

#include <linux/kipc.h>

int region_seal(int fd);
int region_state(int fd, struct kipc_region_state_args *state);

#define check_region(fd, expected_seals, expected_writers) do { \
	struct kipc_region_state_args __state; \
	EXPECT_EQ(0, region_state(fd, &__state)); \
	EXPECT_EQ((__u32)(expected_seals), __state.seals); \
	EXPECT_EQ((__u32)(expected_writers), __state.writers); \
} while (0)

#endif /* REGION_H */
