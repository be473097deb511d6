/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: memory of a region
 *
 * The memory of a region is a shmem file, as that of a memfd is. So whatever works on
 * a memfd works on a region: futexes between processes, core dumps, memory policies,
 * swap, registered buffers. All of its pages are allocated and charged to the
 * creator's memory cgroup when the region is created. An allocation that does not
 * fit fails with ENOMEM; it does not call the out-of-memory killer.
 *
 * The file has no name and no descriptor. Nothing from outside changes its size,
 * punches a hole into it or adds a seal.
 *
 * Each mapping gets a struct file of its own, which all parts and copies of the
 * mapping share: it goes with the last of them, and with it goes the reference to
 * the object. A *writer* is such a file of a shared mapping that may be written to,
 * if not now then after mprotect().
 *
 * Sealing ends with one compare-and-swap: from no writer to none for ever. Before
 * that it looks for pages that something still refers to, since a writer may have
 * left a reference that the kernel writes through (direct input, a registered
 * buffer). The count of writers says how often it went up, too. So a writer that
 * came and went during the search makes the compare-and-swap fail, and until it
 * succeeds a writer can come at any time.
 */
#ifndef KIPC_SHMEM_H
#define KIPC_SHMEM_H

#include <linux/atomic.h>
#include <linux/mm_types.h>

struct kipc_object;

struct kipc_shmem {
	/* constant once the object is published */
	struct kipc_object *object;
	struct file *file;
	unsigned long count;		/* of pages */

	atomic64_t writers;		/* see shmem.c */
};

int kipc_shmem_alloc(struct kipc_shmem *shmem, struct kipc_object *object,
		     u64 bytes);
void kipc_shmem_free(struct kipc_shmem *shmem);
int kipc_shmem_map(struct kipc_shmem *shmem, struct vm_area_struct *vma,
		   unsigned long first);
int kipc_shmem_seal(struct kipc_shmem *shmem);
bool kipc_shmem_sealed(const struct kipc_shmem *shmem);
u32 kipc_shmem_writers(const struct kipc_shmem *shmem);

#endif /* KIPC_SHMEM_H */
