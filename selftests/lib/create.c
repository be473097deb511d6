// SPDX-License-Identifier: GPL-2.0-only
#include "create.h"

#include "call.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

int device_open(void)
{
	int fd = open(KIPC_DEVICE, O_RDWR | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

int device_call(unsigned long command, void *args)
{
	int device = device_open();
	int ret;

	if (device < 0)
		return device;
	ret = kipc_call(device, command, args);
	close(device);
	return ret;
}

struct kipc_create_args create_args(unsigned int type)
{
	struct kipc_create_args args;

	memset(&args, 0, sizeof(args));
	args.size = sizeof(args);
	args.type = type;
	args.elements = 1;
	args.mode = 0600;
	return args;
}

struct kipc_create_args semaphore_args(unsigned int elements,
				       unsigned int initial, unsigned int max)
{
	struct kipc_create_args args = create_args(KIPC_SEMAPHORE);

	args.elements = elements;
	args.attributes.semaphore.initial = initial;
	args.attributes.semaphore.max = max;
	return args;
}

struct kipc_create_args barrier_args(unsigned int parties)
{
	struct kipc_create_args args = create_args(KIPC_BARRIER);

	args.attributes.barrier.parties = parties;
	return args;
}

struct kipc_create_args mailbox_args(unsigned int message_size,
				     unsigned int messages)
{
	struct kipc_create_args args = create_args(KIPC_MAILBOX);

	args.attributes.mailbox.message_size = message_size;
	args.attributes.mailbox.messages = messages;
	return args;
}

struct kipc_create_args mutex_args(unsigned int elements)
{
	struct kipc_create_args args = create_args(KIPC_MUTEX);

	args.elements = elements;
	return args;
}

struct kipc_create_args region_args(__u64 bytes, unsigned int mutexes)
{
	struct kipc_create_args args = create_args(KIPC_REGION);

	args.elements = mutexes;
	args.attributes.region.bytes = bytes;
	return args;
}

struct kipc_create_args ring_args(unsigned int message_size,
				  unsigned int slots, unsigned int lanes,
				  unsigned int loans)
{
	struct kipc_create_args args = create_args(KIPC_RING);

	args.attributes.ring.message_size = message_size;
	args.attributes.ring.slots = slots;
	args.attributes.ring.lanes = lanes;
	args.attributes.ring.loans = loans;
	return args;
}

struct kipc_create_args any_args(unsigned int type)
{
	if (type == KIPC_SEMAPHORE)
		return semaphore_args(1, 0, 1);
	if (type == KIPC_BARRIER)
		return barrier_args(2);
	if (type == KIPC_MUTEX)
		return create_args(KIPC_MUTEX);
	if (type == KIPC_REGION)
		return region_args(1, 1);
	if (type == KIPC_RING)
		return ring_args(128, 1, 1, 1);
	return mailbox_args(64, 1);
}

int create(struct kipc_create_args args)
{
	return device_call(KIPC_CREATE, &args);
}

int create_flags(struct kipc_create_args args, unsigned int flags)
{
	args.flags = flags;
	return create(args);
}

int create_named(struct kipc_create_args args, const char *name,
		 unsigned int flags)
{
	args.name = (uintptr_t)name;
	args.name_length = strlen(name);
	return create_flags(args, flags);
}
