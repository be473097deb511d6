/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: memory of a region
 *
 * The memory of a region is a shmem file, as that of a memfd is. So everything
 * that works on a memfd works on a region: futexes between processes, core
 * dumps, memory policies, swap, registered buffers. All of its pages are
 * allocated when the region is created, and charged to the memory cgroup of the
 * creator. An allocation that does not fit fails with ENOMEM and does not
 * invoke the out-of-memory killer.
 *
 * The file has no name and no descriptor. User space cannot change its size,
 * punch a hole into it or add a seal.
 *
 * Each mapping gets a struct file of its own. All parts and copies of the
 * mapping share that file, so it goes with the last of them. It holds a
 * reference to the object. A *writer* is such a file of a shared mapping that
 * may be written to, now or after mprotect().
 *
 * The number of writers and the seal are in one atomic word. Sealing takes
 * these steps:
 *
 * 1. It reads the word, and gives up if there is a writer.
 * 2. It looks for pages that something still refers to. A writer that has gone
 *    may have left a reference that the kernel writes through, for instance for
 *    direct input or a registered buffer.
 * 3. It changes the word by compare-and-swap from no writer to none for ever.
 *
 * Writers may come and go at any time before the last step. The word counts,
 * too, how many writers have come, so a writer that comes and goes during the
 * search makes the compare-and-swap fail::
 *
 *     CPU 0 (SEAL)                      CPU 1 (writer)
 *
 *     old = no writer, 5 have come
 *     looks at a page: not referred to
 *                                       mmap(): 1 writer, 6 have come
 *                                       refers to the page
 *                                       munmap(): no writer, 6 have come
 *     cmpxchg(old -> none for ever):
 *       fails, looks again
 *
 * There is no lock of its own. Everything may sleep but asking for the state.
 */
#ifndef KIPC_SHMEM_H
#define KIPC_SHMEM_H

#include <linux/atomic.h>
#include <linux/mm_types.h>

struct kipc_object;

struct kipc_shmem {
	/* constant once the object is published */
	struct kipc_object *object;	/* that this is part of; no reference */
	struct file *file;
	unsigned long count;		/* pages */

	/* atomic */
	atomic64_t writers;		/* the word described in shmem.c */
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
