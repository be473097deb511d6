// SPDX-License-Identifier: GPL-2.0-only
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "compat.h"
#include "memory.h"

#define INSERT_BATCH	512UL	/* pages; as many as a page table has entries */

/* What was allocated before an error is counted, for kipc_memory_free(). */
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

/*
 * Allocates the array of pages. Most objects have a single page, for which the
 * structure has room.
 */
static struct page **memory_pages_alloc(struct kipc_memory *memory, u64 count)
{
	if (count == 1)
		return &memory->only;
	return kvcalloc(count, sizeof(*memory->pages), KIPC_GFP);
}

/**
 * kipc_memory_alloc() - allocate zeroed pages
 * @memory: zeroed, of an object that is not published yet
 * @bytes: how much; at least 1, rounded up to whole pages
 *
 * After an error nothing is left allocated. A size that exceeds the memory of
 * the machine is refused before anything is allocated.
 *
 * Context: may sleep
 * Return: 0; -ENOMEM; -EINTR if the caller was killed
 */
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

/**
 * kipc_memory_free() - free what kipc_memory_alloc() has allocated
 * @memory: of an object that is no longer published; may have no pages
 *
 * Context: may reschedule
 */
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

/*
 * Inserts the pages into a mapping, a bounded number at a time, because there
 * may be millions.
 */
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

/**
 * kipc_memory_map() - map all pages of a range, for mmap()
 * @memory: allocated
 * @vma: the new mapping; its offset counts from the first page
 *
 * Context: the mmap_lock is held for writing; may sleep
 * Return: 0; -EINVAL if the range exceeds the memory; -EINTR if the caller was
 * killed; -ENOMEM
 */
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
	 * Threads that share the caller's memory could already write to the
	 * pages that were inserted. mmap() removes these pages after an error,
	 * but only after this function has reported that there is no mapping.
	 * So they are removed here.
	 */
	if (ret)
		kipc_unmap_pages(vma);
	return ret;
}

/**
 * kipc_memory_fault() - find the page for a fault
 * @memory: allocated
 * @vmf: the fault, in a mapping made by kipc_memory_map()
 *
 * A fault happens only after madvise(MADV_DONTNEED) or the like has removed a
 * page from the mapping.
 *
 * Context: process context; does not sleep
 * Return: 0 with a reference to the page, or VM_FAULT_SIGBUS beyond the end
 */
vm_fault_t kipc_memory_fault(const struct kipc_memory *memory,
			     struct vm_fault *vmf)
{
	if (vmf->pgoff >= memory->count)
		return VM_FAULT_SIGBUS;
	vmf->page = memory->pages[vmf->pgoff];
	get_page(vmf->page);
	return 0;
}
