// SPDX-License-Identifier: GPL-2.0-only
#include <linux/gfp.h>
#include <linux/mm.h>

#include <linux/kipc.h>

#include "compat.h"
#include "inherit.h"

/* All its words say KIPC_SLOW. It is mapped by the children of all objects. */
static struct page *slow_page __ro_after_init;

/**
 * kipc_inherit() - turn a mapping of words into the mapping of a child
 * @vma: in the memory of the child, without pages; its mmap_lock is held for
 *	writing
 *
 * Context: does not sleep
 */
void kipc_inherit(struct vm_area_struct *vma)
{
	vm_flags_mod(vma, 0, VM_WRITE | VM_MAYWRITE);
	vma->vm_page_prot = vm_get_page_prot(vma->vm_flags);
}

/**
 * kipc_inherit_fault() - map the page of slow words
 * @vmf: a fault in a mapping that kipc_inherit() was called for
 *
 * Context: the mmap_lock or the lock of the vma is held; does not sleep
 * Return: 0
 */
vm_fault_t kipc_inherit_fault(struct vm_fault *vmf)
{
	vmf->page = slow_page;
	get_page(slow_page);
	return 0;
}

/**
 * kipc_inherit_init() - allocate the page of slow words
 *
 * Context: sleeps
 * Return: 0 or -ENOMEM
 */
int __init kipc_inherit_init(void)
{
	u64 *words;
	size_t i;

	slow_page = alloc_page(GFP_KERNEL);
	if (!slow_page)
		return -ENOMEM;
	words = page_address(slow_page);
	for (i = 0; i < PAGE_SIZE / sizeof(*words); i++)
		words[i] = KIPC_SLOW;
	return 0;
}

/**
 * kipc_inherit_exit() - undo kipc_inherit_init()
 *
 * Context: no object is left, and no mapping of one
 */
void kipc_inherit_exit(void)
{
	__free_page(slow_page);
}
