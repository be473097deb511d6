/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: what a child inherits of words
 *
 * A child of fork() must not have the words of an object that tracks its participants:
 * it is no participant before it maps them itself. But a hole at their place would
 * be filled by any later mapping, which a handle that the child has inherited would
 * then take for the words. So the child has a mapping there that can only be read and
 * of which all words say KIPC_SLOW: every verb asks the kernel, which knows that the
 * child is not attached. The child may map the words over it.
 */
#ifndef KIPC_INHERIT_H
#define KIPC_INHERIT_H

#include <linux/mm_types.h>

/* Flags of a mapping whose pages no child inherits. */
#define KIPC_VM_INHERIT	VM_WIPEONFORK

void kipc_inherit(struct vm_area_struct *vma);
vm_fault_t kipc_inherit_fault(struct vm_fault *vmf);

int kipc_inherit_init(void);
void kipc_inherit_exit(void);

#endif /* KIPC_INHERIT_H */
