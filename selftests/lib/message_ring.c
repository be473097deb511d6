// SPDX-License-Identifier: GPL-2.0-only
#include "message_ring.h"

#include "call.h"
#include "object.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

int ring_timedsend(int fd, const void *data, size_t length, unsigned int lane,
		   __s64 deadline, unsigned int flags)
{
	struct kipc_ring_send_args args = {
		.size = sizeof(args),
		.flags = flags,
		.lane = lane,
		.length = length,
		.data = (uintptr_t)data,
		.deadline = deadline,
	};

	return kipc_call(fd, KIPC_RING_SEND, &args);
}

int ring_send(int fd, const void *data, size_t length, unsigned int lane)
{
	return ring_timedsend(fd, data, length, lane, KIPC_FOREVER, 0);
}

int ring_trysend(int fd, const void *data, size_t length, unsigned int lane)
{
	return ring_timedsend(fd, data, length, lane, 0, KIPC_TRY);
}

int ring_timedreceive(int fd, struct ring_message *message, __s64 deadline,
		      unsigned int flags)
{
	struct kipc_ring_receive_args *args = &message->args;

	memset(message, KIPC_POISON, sizeof(*message));
	args->size = sizeof(*args);
	args->flags = flags;
	args->capacity = sizeof(message->data);
	args->data = (uintptr_t)message->data;
	args->deadline = deadline;
	args->reserved = 0;
	return kipc_call(fd, KIPC_RING_RECEIVE, args);
}

int ring_receive(int fd, struct ring_message *message)
{
	return ring_timedreceive(fd, message, KIPC_FOREVER, 0);
}

int ring_tryreceive(int fd, struct ring_message *message)
{
	return ring_timedreceive(fd, message, 0, KIPC_TRY);
}

int ring_claim(int fd, struct kipc_ring_claim_args *args, unsigned int side,
	       unsigned int lane, __s64 deadline, unsigned int flags)
{
	memset(args, KIPC_POISON, sizeof(*args));
	args->size = sizeof(*args);
	args->flags = flags;
	args->side = side;
	args->lane = lane;
	args->deadline = deadline;
	return kipc_call(fd, KIPC_RING_CLAIM, args);
}

int ring_kick(int fd, unsigned int side, unsigned int lane)
{
	struct kipc_ring_kick_args args = {
		.size = sizeof(args),
		.side = side,
		.lane = lane,
	};

	return kipc_call(fd, KIPC_RING_KICK, &args);
}

int ring_state(int fd, struct kipc_ring_state_args *state)
{
	memset(state, KIPC_POISON, sizeof(*state));
	state->size = sizeof(*state);
	state->flags = 0;
	state->element = 0;
	return kipc_call(fd, KIPC_RING_STATE, state);
}

int message_ring_map(struct kipc_ring_map *map, int fd)
{
	struct kipc_info_args info;
	struct kipc_ring_layout *layout;
	int ret = object_info(fd, &info);

	if (ret)
		return ret;
	layout = malloc(sizeof(*layout));
	if (!layout)
		return -ENOMEM;
	map->layout = layout;
	map->slots = info.attributes.ring.slots;
	kipc_ring_layout_init(layout, info.attributes.ring.message_size,
			      info.attributes.ring.slots,
			      info.attributes.ring.lanes,
			      info.attributes.ring.loans);
	map->memory = mmap(NULL, info.map_size, PROT_READ | PROT_WRITE,
			   MAP_SHARED, fd, 0);
	if (map->memory == MAP_FAILED) {
		free(layout);
		return -errno;
	}
	map->me = attachment_of(fd);
	return map->me ? 0 : -ENXIO;
}

void message_ring_unmap(struct kipc_ring_map *map)
{
	munmap((void *)map->memory, map->layout->bytes);
	free((void *)map->layout);
}

void *message_ring_chunk(const struct kipc_ring_map *map, __u32 chunk)
{
	return KIPC_RING_AT(map->memory, kipc_ring_chunk_at(map, chunk));
}

bool ring_step_send(const struct kipc_ring_map *map, const void *data,
		    size_t length, unsigned int lane)
{
	__u64 position;
	__u32 chunk;

	if (kipc_ring_claim_send(map, lane, 100, &position) != KIPC_RING_FOUND)
		return false;
	chunk = kipc_ring_content_chunk(kipc_ring_slot(map, lane,
						       position)->content);
	memcpy(message_ring_chunk(map, chunk), data, length);
	return !kipc_ring_finish_send(map, lane, position,
				      kipc_ring_content(chunk, length));
}

bool ring_step_receive(const struct kipc_ring_map *map, void *data)
{
	__u32 lane = map->layout->lanes, sender;
	__u64 position, content;
	const void *chunk;
	int bell = 0;

	while (lane--) {
		if (kipc_ring_claim_receive(map, lane, 100, &position, &sender,
					    &bell) != KIPC_RING_FOUND)
			continue;
		content = kipc_ring_slot(map, lane, position)->content;
		chunk = message_ring_chunk(map, (__u32)content);
		memcpy(data, chunk, kipc_ring_content_length(content));
		return !kipc_ring_finish_receive(map, lane, position) && !bell;
	}
	return false;
}
