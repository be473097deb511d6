/* SPDX-License-Identifier: GPL-2.0-only */
/* Opening the device and creating objects. */
#ifndef CREATE_H
#define CREATE_H

#include <linux/kipc.h>

/* Returns a descriptor or a negative errno. */
int device_open(void);

/*
 * Opens the device for one call and closes it again, so that a test does not keep
 * the device open without knowing it.
 */
int device_call(unsigned long command, void *args);

/* Arguments for an unnamed object of mode 0600. */
struct kipc_create_args create_args(unsigned int type);
struct kipc_create_args semaphore_args(unsigned int elements,
				       unsigned int initial, unsigned int max);
struct kipc_create_args barrier_args(unsigned int parties);
struct kipc_create_args mailbox_args(unsigned int message_size,
				     unsigned int messages);
struct kipc_create_args mutex_args(unsigned int elements);
struct kipc_create_args region_args(__u64 bytes, unsigned int mutexes);
struct kipc_create_args ring_args(unsigned int message_size,
				  unsigned int slots, unsigned int lanes,
				  unsigned int loans);

/* Arguments for the smallest object of a type. */
struct kipc_create_args any_args(unsigned int type);

/* These return the descriptor of a new object, or a negative errno. */
int create(struct kipc_create_args args);
int create_flags(struct kipc_create_args args, unsigned int flags);
int create_named(struct kipc_create_args args, const char *name,
		 unsigned int flags);

#endif /* CREATE_H */
