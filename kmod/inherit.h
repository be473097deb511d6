/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: what a child inherits of words
 *
 * A child of fork() must not inherit the words of an object that tracks its
 * participants. The child is not a participant until it maps the words itself.
 * But its address space must not have a hole there either. Any later mapping
 * could fill the hole, and a handle that the child has inherited would then
 * take the contents of that mapping for the words.
 *
 * So the child gets a mapping at the same address that can only be read, and in
 * which all words say KIPC_SLOW. Because of that every verb enters the kernel,
 * which knows that the child is not attached. The child may map the words over
 * this mapping.
 *
 * VM_WIPEONFORK makes fork() leave out the pages of the parent. The mapping's
 * open operation, kipc_attachment_map(), finds that the memory is not the one
 * that is attached and calls kipc_inherit(). All page faults in the child's
 * mapping get the same page, which is part of no object.
 */
#ifndef KIPC_INHERIT_H
#define KIPC_INHERIT_H

#include <linux/mm_types.h>

/* A child of fork() does not inherit the pages of a mapping with this flag. */
#define KIPC_VM_INHERIT	VM_WIPEONFORK

void kipc_inherit(struct vm_area_struct *vma);
vm_fault_t kipc_inherit_fault(struct vm_fault *vmf);

int kipc_inherit_init(void);
void kipc_inherit_exit(void);

#endif /* KIPC_INHERIT_H */
