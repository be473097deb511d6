// SPDX-License-Identifier: GPL-2.0-only
#include <linux/gfp.h>
#include <linux/mm.h>

#include <linux/kipc.h>

#include "compat.h"
#include "inherit.h"

/* Says KIPC_SLOW throughout; mapped by all children of all objects. */
static struct page *slow_page __ro_after_init;

/* The mapping is a child's, and has no pages yet. Its memory is locked for writing. */
void kipc_inherit(struct vm_area_struct *vma)
{
	vm_flags_mod(vma, 0, VM_WRITE | VM_MAYWRITE);
	vma->vm_page_prot = vm_get_page_prot(vma->vm_flags);
}

vm_fault_t kipc_inherit_fault(struct vm_fault *vmf)
{
	vmf->page = slow_page;
	get_page(slow_page);
	return 0;
}

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

void kipc_inherit_exit(void)
{
	__free_page(slow_page);
}
