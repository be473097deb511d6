/* SPDX-License-Identifier: MIT */
/**
 * @file object.h
 * DOC: what every type of object has in common
 *
 * An object is prepared, committed and given back:
 *
 *  1. Memory for the handle is there before the kernel is asked for anything,
 *     so that a name is not created and then lost for want of a few bytes.
 *  2. The descriptor comes from /dev/kipc, together with what it is of (device.h),
 *     or from the caller (import), and then KIPC_INFO says what it is of.
 *  3. The words are mapped where they can be.
 *  4. The type fills its handle from struct kipc_object; that cannot fail.
 *
 * A function that fails before 4 gives everything back, except a descriptor
 * that its caller brought.
 *
 * Words that cannot be mapped (a sealed object, a type without words, a
 * descriptor that is not open for both reading and writing) are replaced by
 * one constant word that says KIPC_SLOW for ever: every fast path then takes
 * its slow way without a test of its own.
 *
 * All functions here leave errno alone.
 */
#ifndef KIPC_OBJECT_H
#define KIPC_OBJECT_H

/* All that the public header declares is exported, and nothing else. */
#pragma GCC visibility push(default)
#include "kipc.h"
#pragma GCC visibility pop

/* Of a constructor that runs before those of the program: the first that is not the C
 * library's.
 */
#define FIRST	101

/**
 * What steps 1 to 3 make.
 */
struct kipc_object {
	void *handle;		/**< zeroed memory for the type's handle */
	struct kipc_words words;
	union kipc_attributes attributes;
	uint32_t elements;
	uint32_t flags;
	int fd;
};

/**
 * Create an object, or open the one of that name.
 * @param object       out: undefined on failure
 * @param handle_size  bytes of the type's handle
 * @param args         all but the size and the name filled in
 * @param name         or NULL for an anonymous object
 * @return 0 or a negative errno
 */
int kipc_object_create(struct kipc_object *object, size_t handle_size,
		       struct kipc_create_args *args, const char *name);

/** Open an object by name; as kipc_object_create(). */
int kipc_object_open(struct kipc_object *object, size_t handle_size,
		     uint32_t type, const char *name, unsigned int access);

/** Make an object of a descriptor, which stays the caller's on failure. */
int kipc_object_import(struct kipc_object *object, size_t handle_size,
		       uint32_t type, int fd);

/** What the kernel says of a descriptor's object. */
int kipc_object_info(int fd, struct kipc_info_args *info);

/**
 * What state an object is in.
 * @param state  out: of the type that the command has
 * @param size   bytes of it, as the program knows it
 * @return 0 or a negative errno
 */
int kipc_object_state(int fd, unsigned long command, uint32_t element, void *state,
		      size_t size);

/** Give a handle, its words (NULL if its type has none), its descriptor back. */
void kipc_object_close(void *handle, const struct kipc_words *words, int fd);

/**
 * One ioctl.
 * @return what it returns, or a negative errno; errno itself stays
 */
int kipc_call(int fd, unsigned long command, void *args);

/**
 * read() and write().
 * @return bytes, or a negative errno; errno itself stays
 */
ssize_t kipc_read(int fd, void *buffer, size_t size);
ssize_t kipc_write(int fd, const void *data, size_t size);

/**
 * Map what there is at an offset of a descriptor, shared.
 * @param at  out: where it is, NULL on failure
 * @return 0 or a negative errno; errno itself stays
 */
int kipc_map(int fd, uint64_t offset, uint64_t bytes, int protection,
	     void **at);

/** Undo that; errno stays. */
void kipc_unmap(void *at, uint64_t bytes);

/** A monotonic clock of milliseconds that is cheap, and may be some of them late. */
uint32_t kipc_coarse_ms(void);

/** CPUs online; reads /sys, so not for a fast path. */
int kipc_online_cpus(void);

#endif /* KIPC_OBJECT_H */
