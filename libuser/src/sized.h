/* SPDX-License-Identifier: MIT */
/**
 * @file sized.h
 * DOC: structures of programs that were compiled against another version
 *
 * Structures grow at the end. Each comes with the size that the program knows it with,
 * and the bytes that only one side knows are zero: as copy_struct_from_user() and
 * copy_struct_to_user() in the kernel have it.
 */
#ifndef KIPC_SIZED_H
#define KIPC_SIZED_H

#include <stddef.h>

/* Bytes of a structure whose last member was that one in the first version. */
#define SIZE_UP_TO(type, member) \
	(offsetof(type, member) + sizeof(((type *)NULL)->member))

/**
 * Take a structure.
 * @param known   out: as we know it
 * @param least   bytes that its first version had
 * @param given   or NULL for all zeros
 * @return 0, -EINVAL (shorter than any version), -E2BIG (something we do not know)
 */
int kipc_sized_in(void *known, size_t known_size, size_t least, const void *given,
		  size_t given_size);

/** Fill in a structure. */
void kipc_sized_out(void *given, size_t given_size, const void *known,
		    size_t known_size);

#endif /* KIPC_SIZED_H */
