/* SPDX-License-Identifier: GPL-2.0-only */
/* The bytes of a region, mapped. */
#ifndef BYTES_H
#define BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/mman.h>

#include <linux/kipc.h>

#define KIPC_BOTH	(PROT_READ | PROT_WRITE)

struct bytes {
	unsigned char *base;
	size_t size;
};

/* Maps @size bytes at offset @from. Returns 0 or a negative errno. */
int bytes_map_part(struct bytes *bytes, int fd, int protection, int flags,
		   __u64 from, size_t size);

/* Maps all bytes with the given protection and flags of mmap(). */
int bytes_map_for(struct bytes *bytes, int fd, int protection, int flags);

/* Maps all bytes, shared, for reading and writing. */
int bytes_map(struct bytes *bytes, int fd);
void bytes_unmap(struct bytes *bytes);

bool all_zero(const unsigned char *bytes, size_t size);

#endif /* BYTES_H */
