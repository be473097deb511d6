/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: what a child inherits of words
 *
 * A child of fork() must not share the words of an object that tracks its
 * participants, because the child is not a participant until it maps the words
 * itself. If the mapping were left out of the child (VM_DONTCOPY), a later mmap()
 * could be placed at the same address, and a handle that the child has inherited
 * would take that memory for the words.
 *
 * So the child has a mapping at the same address that it can only read, and in
 * which each word says KIPC_SLOW. Every verb then enters the kernel, which knows
 * that the child is not attached. The child may map the words over it.
 */
#ifndef KIPC_INHERIT_H
#define KIPC_INHERIT_H

#include <linux/mm_types.h>

/* The flag of a mapping whose pages are not copied to a child. */
#define KIPC_VM_INHERIT	VM_WIPEONFORK

void kipc_inherit(struct vm_area_struct *vma);
vm_fault_t kipc_inherit_fault(struct vm_fault *vmf);

int kipc_inherit_init(void);
void kipc_inherit_exit(void);

#endif /* KIPC_INHERIT_H */
