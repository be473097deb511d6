/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: memory of an object
 *
 * Words and messages; the memory of a region is of another kind, see shmem.h.
 *
 * Zeroed pages, charged to the creator's memory cgroup, allocated whole when
 * the object is created and given back when it goes. An allocation that does
 * not fit fails with ENOMEM; it does not call the out-of-memory killer. Pages
 * are in the direct map, so the kernel needs no mapping of its own.
 *
 * They are single pages. A module cannot have a huge page mapped as such, because
 * get_user_pages_fast() takes any huge entry for one of a transparent huge page; and
 * what is only contiguous is not measurably faster to allocate, which is to zero it.
 *
 * Mappings get all their pages at once, so that a word is never touched by a page
 * fault.
 */
#ifndef KIPC_MEMORY_H
#define KIPC_MEMORY_H

#include <linux/mm.h>

#define KIPC_GFP (GFP_KERNEL_ACCOUNT | __GFP_ZERO | __GFP_NOWARN | \
		  __GFP_RETRY_MAYFAIL)

struct kipc_memory {
	struct page **pages;	/* constant once the object is published */
	unsigned long count;	/* constant once the object is published */
	struct page *only;	/* pages of one; constant once the object is published */
};

int kipc_memory_alloc(struct kipc_memory *memory, u64 bytes);
void kipc_memory_free(struct kipc_memory *memory);
int kipc_memory_map(const struct kipc_memory *memory,
		    struct vm_area_struct *vma);
vm_fault_t kipc_memory_fault(const struct kipc_memory *memory,
			     struct vm_fault *vmf);

static inline struct page *kipc_memory_page(const struct kipc_memory *memory,
					    unsigned long offset)
{
	return memory->pages[offset >> PAGE_SHIFT];
}

static inline void *kipc_memory_at(const struct kipc_memory *memory,
				   unsigned long offset)
{
	return page_address(kipc_memory_page(memory, offset)) +
	       offset_in_page(offset);
}

#endif /* KIPC_MEMORY_H */
