/* SPDX-License-Identifier: MIT */
/**
 * @file sized.h
 * DOC: structures of programs that were compiled with another version
 *
 * Structures grow at the end. The program passes the size that it was compiled
 * with. The bytes that only one side knows must be zero on input and are filled
 * with zeros on output, as copy_struct_from_user() and copy_struct_to_user() do
 * in the kernel.
 */
#ifndef KIPC_SIZED_H
#define KIPC_SIZED_H

#include <stddef.h>

/* The size of a structure whose last member is @member. */
#define SIZE_UP_TO(type, member) \
	(offsetof(type, member) + sizeof(((type *)NULL)->member))

/**
 * Copy a structure in.
 * @param known       out: the structure as the library knows it
 * @param known_size  its size in bytes
 * @param min_size    bytes that its first version had
 * @param given       the program's structure, or NULL for all zeros
 * @param given_size  its size in bytes, as the program knows it
 * @return 0, -EINVAL (smaller than the first version), -E2BIG (a member that
 *         the library does not know is not zero)
 */
int kipc_sized_in(void *known, size_t known_size, size_t min_size, const void *given,
		  size_t given_size);

/** Copy a structure out; the parameters are those of kipc_sized_in(). */
void kipc_sized_out(void *given, size_t given_size, const void *known,
		    size_t known_size);

#endif /* KIPC_SIZED_H */
