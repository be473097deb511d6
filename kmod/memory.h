/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: memory of an object
 *
 * This is the memory of words and of messages. Regions have their memory in
 * shmem.h.
 *
 * The memory consists of zeroed pages. All of them are allocated when the
 * object is created, charged to the memory cgroup of the creator, and freed
 * when the object goes. An allocation that does not fit fails with ENOMEM and
 * does not invoke the out-of-memory killer. The pages are in the direct map, so
 * the kernel needs no mapping of its own.
 *
 * The pages are single ones. A module cannot map a huge page as such, because
 * get_user_pages_fast() takes every huge entry for one of a transparent huge
 * page. Pages that are only contiguous are not measurably faster to allocate,
 * because most of the time goes into zeroing them.
 *
 * A mapping gets all its pages at once, so that accesses to a word cause no
 * page fault.
 *
 * Allocating, freeing and mapping may sleep. Nothing is locked: struct
 * kipc_memory does not change while the object is published.
 */
#ifndef KIPC_MEMORY_H
#define KIPC_MEMORY_H

#include <linux/mm.h>

#define KIPC_GFP (GFP_KERNEL_ACCOUNT | __GFP_ZERO | __GFP_NOWARN | \
		  __GFP_RETRY_MAYFAIL)

/* Constant once the object is published. */
struct kipc_memory {
	struct page **pages;	/* NULL if there is no memory */
	unsigned long count;
	struct page *only;	/* what pages points to if there is one page */
};

int kipc_memory_alloc(struct kipc_memory *memory, u64 bytes);
void kipc_memory_free(struct kipc_memory *memory);
int kipc_memory_map(const struct kipc_memory *memory,
		    struct vm_area_struct *vma);
vm_fault_t kipc_memory_fault(const struct kipc_memory *memory,
			     struct vm_fault *vmf);

/* Returns the page with the byte at this offset, which is in the memory. */
static inline struct page *kipc_memory_page(const struct kipc_memory *memory,
					    unsigned long offset)
{
	return memory->pages[offset >> PAGE_SHIFT];
}

/* Returns the address of the byte at this offset, which is in the memory. */
static inline void *kipc_memory_at(const struct kipc_memory *memory,
				   unsigned long offset)
{
	return page_address(kipc_memory_page(memory, offset)) +
	       offset_in_page(offset);
}

#endif /* KIPC_MEMORY_H */
