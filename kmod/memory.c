// SPDX-License-Identifier: GPL-2.0-only
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "compat.h"
#include "memory.h"

#define INSERT_BATCH	512UL	/* pages, as many as a page table has */

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

/* Most objects have a single page, for which there is room already. */
static struct page **memory_pages_alloc(struct kipc_memory *memory, u64 count)
{
	if (count == 1)
		return &memory->only;
	return kvcalloc(count, sizeof(*memory->pages), KIPC_GFP);
}

/* On failure nothing is left behind. */
int kipc_memory_alloc(struct kipc_memory *memory, u64 bytes)
{
	u64 count = DIV_ROUND_UP_ULL(bytes, PAGE_SIZE);
	int ret;

	if (count > totalram_pages())
		return -ENOMEM;
	memory->pages = memory_pages_alloc(memory, count);
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
	if (memory->pages != &memory->only)
		kvfree(memory->pages);
	memory->pages = NULL;
}

/* A bounded number at a time: there may be millions. */
static int memory_insert(struct vm_area_struct *vma, struct page **pages)
{
	unsigned long at = vma->vm_start, count, left;
	int ret;

	while (at < vma->vm_end) {
		if (fatal_signal_pending(current))
			return -EINTR;
		count = min((vma->vm_end - at) >> PAGE_SHIFT, INSERT_BATCH);
		left = count;
		ret = vm_insert_pages(vma, at, pages, &left);
		if (ret)
			return ret;
		at += count << PAGE_SHIFT;
		pages += count;
		cond_resched();
	}
	return 0;
}

int kipc_memory_map(const struct kipc_memory *memory,
		    struct vm_area_struct *vma)
{
	unsigned long index = vma->vm_pgoff;
	int ret;

	if (index > memory->count || vma_pages(vma) > memory->count - index)
		return -EINVAL;
	vm_flags_mod(vma, VM_DONTEXPAND | VM_DONTDUMP, VM_MAYEXEC);
	ret = memory_insert(vma, memory->pages + index);
	/*
	 * Who shares the caller's memory could write to those that are there
	 * already. The kernel takes them away too, but after we have said that
	 * there is no such mapping.
	 */
	if (ret)
		kipc_unmap_pages(vma);
	return ret;
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
