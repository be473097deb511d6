/* SPDX-License-Identifier: MIT */
/**
 * @file object.h
 * DOC: what all types of object have in common
 *
 * A handle is made in four steps:
 *
 *  1. Memory for the handle is allocated before the kernel is asked for
 *     anything, so that a name is not created and then lost because memory is
 *     short.
 *  2. The descriptor comes from /dev/kipc, together with the information about
 *     its object (device.h), or from the caller of import; then KIPC_INFO gives
 *     the information.
 *  3. The words are mapped if possible.
 *  4. The type fills in its handle from struct kipc_object. This cannot fail.
 *
 * A function that fails before step 4 undoes all steps, but does not close a
 * descriptor that the caller passed to import.
 *
 * Some words cannot be mapped: the object is sealed, or its type has no words,
 * or the descriptor is not open for both reading and writing. They are
 * replaced by one constant word that always has KIPC_SLOW set. Every fast path
 * then takes its slow path without an additional test.
 *
 * No function here changes errno.
 */
#ifndef KIPC_OBJECT_H
#define KIPC_OBJECT_H

/* The library exports what the public header declares, and nothing else. */
#pragma GCC visibility push(default)
#include "kipc.h"
#pragma GCC visibility pop

/*
 * The priority of a constructor that runs before those of the program: the
 * lowest number that is not reserved for the C library.
 */
#define CONSTRUCTOR_PRIORITY	101

/** The result of steps 1 to 3. */
struct kipc_object {
	void *handle;		/**< zeroed memory for the handle of the type */
	struct kipc_words words;
	union kipc_attributes attributes;
	uint32_t elements;
	uint32_t flags;
	int fd;
};

/**
 * Create an object, or open the existing one of that name.
 * @param object       out: undefined on failure
 * @param handle_size  bytes of the handle of the type
 * @param args         filled in by the caller, except the size and the name
 * @param name         NULL for an anonymous object
 * @return 0 or a negative errno
 */
int kipc_object_create(struct kipc_object *object, size_t handle_size,
		       struct kipc_create_args *args, const char *name);

/** Open an object by name; otherwise as kipc_object_create(). */
int kipc_object_open(struct kipc_object *object, size_t handle_size,
		     uint32_t type, const char *name, unsigned int access);

/**
 * Make an object from a descriptor; otherwise as kipc_object_create(). After
 * failure the descriptor still belongs to the caller.
 */
int kipc_object_import(struct kipc_object *object, size_t handle_size,
		       uint32_t type, int fd);

/** Ask the kernel for the information about the object of a descriptor. */
int kipc_object_info(int fd, struct kipc_info_args *info);

/**
 * Ask the kernel for the state of an object.
 * @param command  the STATE ioctl of the type
 * @param element  which element of the object
 * @param state    out: the structure of that ioctl
 * @param size     its size in bytes, as the program knows it
 * @return 0 or a negative errno
 */
int kipc_object_state(int fd, unsigned long command, uint32_t element, void *state,
		      size_t size);

/**
 * Free a handle, unmap its words and close its descriptor.
 * @param words  NULL if the type has no words
 */
void kipc_object_close(void *handle, const struct kipc_words *words, int fd);

/**
 * Make an ioctl. Does not change errno.
 * @return the result of the ioctl, or a negative errno
 */
int kipc_call(int fd, unsigned long command, void *args);

/**
 * Make a read() or a write(). Does not change errno.
 * @return bytes, or a negative errno
 */
ssize_t kipc_read(int fd, void *buffer, size_t size);
ssize_t kipc_write(int fd, const void *data, size_t size);

/**
 * Map bytes at an offset of a descriptor, shared. Does not change errno.
 * @param at  out: the address; NULL on failure
 * @return 0 or a negative errno
 */
int kipc_map(int fd, uint64_t offset, uint64_t bytes, int protection,
	     void **at);

/** Undo kipc_map(). Does not change errno. */
void kipc_unmap(void *at, uint64_t bytes);

/**
 * Read a monotonic clock in milliseconds. It is cheap to read and can be some
 * milliseconds late.
 */
uint32_t kipc_coarse_ms(void);

/** Count the online CPUs. This reads /sys, so it is not for a fast path. */
int kipc_online_cpus(void);

#endif /* KIPC_OBJECT_H */
