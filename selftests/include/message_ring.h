/* SPDX-License-Identifier: GPL-2.0-only */
/* The ioctls of rings, and a ring that is mapped. */
#ifndef MESSAGE_RING_H
#define MESSAGE_RING_H

#include <stdbool.h>
#include <stddef.h>

#include <linux/kipc.h>
#include <linux/kipc_ring.h>

int ring_timedsend(int fd, const void *data, size_t length, unsigned int lane,
		   __s64 deadline, unsigned int flags);
int ring_send(int fd, const void *data, size_t length, unsigned int lane);
int ring_trysend(int fd, const void *data, size_t length, unsigned int lane);

/* A received message: the fields that the kernel has filled in, and its data. */
struct ring_message {
	struct kipc_ring_receive_args args;
	char data[256];
};

int ring_timedreceive(int fd, struct ring_message *message, __s64 deadline,
		      unsigned int flags);
int ring_receive(int fd, struct ring_message *message);
int ring_tryreceive(int fd, struct ring_message *message);

int ring_claim(int fd, struct kipc_ring_claim_args *args, unsigned int side,
	       unsigned int lane, __s64 deadline, unsigned int flags);
int ring_kick(int fd, unsigned int side, unsigned int lane);
int ring_state(int fd, struct kipc_ring_state_args *state);

/* Maps a ring and thereby attaches the process. Returns 0 or a negative errno. */
int message_ring_map(struct kipc_ring_map *map, int fd);
void message_ring_unmap(struct kipc_ring_map *map);

/* Returns the address of a chunk. */
void *message_ring_chunk(const struct kipc_ring_map *map, __u32 chunk);

/*
 * Sends and receives by the steps of a participant, without the kernel. They
 * return false if there is no room or no message. A bell is an error here.
 */
bool ring_step_send(const struct kipc_ring_map *map, const void *data,
		    size_t length, unsigned int lane);
bool ring_step_receive(const struct kipc_ring_map *map, void *data);

#define check_ring(fd, expected_messages, expected_returned) do { \
	struct kipc_ring_state_args __state; \
	EXPECT_EQ(0, ring_state(fd, &__state)); \
	EXPECT_EQ((__u32)(expected_messages), __state.messages); \
	EXPECT_EQ((__u32)(expected_returned), __state.returned); \
} while (0)

#endif /* MESSAGE_RING_H */
