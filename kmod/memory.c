// SPDX-License-Identifier: GPL-2.0-only
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "compat.h"
#include "memory.h"

static int memory_fill(struct kipc_memory *memory, unsigned long count)
{
	while (memory->count < count) {
		struct page *page;

		if (fatal_signal_pending(current))
			return -EINTR;
		page = alloc_page(KIPC_GFP);
		if (!page)
			return -ENOMEM;
		memory->pages[memory->count++] = page;
		cond_resched();
	}
	return 0;
}

/* On failure nothing is left behind. */
int kipc_memory_alloc(struct kipc_memory *memory, u64 bytes)
{
	u64 count = DIV_ROUND_UP_ULL(bytes, PAGE_SIZE);
	int ret;

	if (count > totalram_pages())
		return -ENOMEM;
	memory->pages = kvcalloc(count, sizeof(*memory->pages), KIPC_GFP);
	if (!memory->pages)
		return -ENOMEM;
	memory->count = 0;
	ret = memory_fill(memory, count);
	if (ret)
		kipc_memory_free(memory);
	return ret;
}

void kipc_memory_free(struct kipc_memory *memory)
{
	while (memory->count) {
		__free_page(memory->pages[--memory->count]);
		cond_resched();
	}
	kvfree(memory->pages);
	memory->pages = NULL;
}

/* All pages are inserted at once: a word is never touched by a page fault. */
int kipc_memory_map(const struct kipc_memory *memory,
		    struct vm_area_struct *vma)
{
	unsigned long count = vma_pages(vma);

	if (vma->vm_pgoff > memory->count ||
	    count > memory->count - vma->vm_pgoff)
		return -EINVAL;
	vm_flags_mod(vma, VM_DONTEXPAND | VM_DONTDUMP, VM_MAYEXEC);
	return vm_insert_pages(vma, vma->vm_start,
			       memory->pages + vma->vm_pgoff, &count);
}

/* Only after madvise(MADV_DONTNEED) and the like have dropped a page. */
vm_fault_t kipc_memory_fault(const struct kipc_memory *memory,
			     struct vm_fault *vmf)
{
	if (vmf->pgoff >= memory->count)
		return VM_FAULT_SIGBUS;
	vmf->page = memory->pages[vmf->pgoff];
	get_page(vmf->page);
	return 0;
}
