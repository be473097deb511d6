// SPDX-License-Identifier: GPL-2.0-only
#include <linux/gfp.h>
#include <linux/mm.h>

#include <linux/kipc.h>

#include "compat.h"
#include "inherit.h"

/* All words in it say KIPC_SLOW. All inherited mappings use this page. */
static struct page *inherit_page __ro_after_init;

/**
 * kipc_inherit() - make the words that a child of fork() inherits read-only
 * @vma: mapping of the child, without pages yet
 *
 * Context: within fork(), with the mmap_lock of the child held for writing;
 * does not sleep
 */
void kipc_inherit(struct vm_area_struct *vma)
{
	vm_flags_mod(vma, 0, VM_WRITE | VM_MAYWRITE);
	vma->vm_page_prot = vm_get_page_prot(vma->vm_flags);
}

/**
 * kipc_inherit_fault() - a page fault in a mapping that was inherited
 * @vmf: the fault; it may be anywhere in the mapping
 *
 * Context: does not sleep
 * Return: 0
 */
vm_fault_t kipc_inherit_fault(struct vm_fault *vmf)
{
	vmf->page = inherit_page;
	get_page(inherit_page);
	return 0;
}

/**
 * kipc_inherit_init() - make the page of inherited mappings
 *
 * Context: may sleep
 * Return: 0 or -ENOMEM
 */
int __init kipc_inherit_init(void)
{
	u64 *words;
	size_t i;

	inherit_page = alloc_page(GFP_KERNEL);
	if (!inherit_page)
		return -ENOMEM;
	words = page_address(inherit_page);
	for (i = 0; i < PAGE_SIZE / sizeof(*words); i++)
		words[i] = KIPC_SLOW;
	return 0;
}

/**
 * kipc_inherit_exit() - drop the module's reference to that page
 *
 * Context: no mapping of an object exists any more
 */
void kipc_inherit_exit(void)
{
	__free_page(inherit_page);
}
