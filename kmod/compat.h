/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: what differs between the kernels that kipc builds for
 *
 * Nothing else in this folder asks for the kernel's version.
 */
#ifndef KIPC_COMPAT_H
#define KIPC_COMPAT_H

#include <linux/file.h>
#include <linux/mm.h>
#include <linux/nsproxy.h>
#include <linux/sched.h>
#include <linux/time_namespace.h>
#include <linux/version.h>

#ifndef CONFIG_64BIT
#error "the words that kipc shares with user space are 64 bit wide"
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
static inline void vm_flags_mod(struct vm_area_struct *vma, vm_flags_t set,
				vm_flags_t clear)
{
	vma->vm_flags |= set;
	vma->vm_flags &= ~clear;
}
#endif

#ifndef fd_file
#define fd_file(fd)	((fd).file)
#endif

/* For a variable that kernels need not clear, as some do with all on the stack. */
#ifndef __uninitialized
#if __has_attribute(__uninitialized__)
#define __uninitialized	__attribute__((__uninitialized__))
#else
#define __uninitialized
#endif
#endif

/* Take away again what mmap() has put into the page tables of a mapping. */
static inline void kipc_unmap_pages(struct vm_area_struct *vma)
{
	unsigned long size = vma->vm_end - vma->vm_start;

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
	zap_page_range(vma, vma->vm_start, size);
#elif LINUX_VERSION_CODE < KERNEL_VERSION(7, 1, 0)
	zap_page_range_single(vma, vma->vm_start, size, NULL);
#else
	zap_vma_range(vma, vma->vm_start, size);
#endif
}

/* How many page tables map a page that is no part of a larger one. */
static inline int kipc_page_mapcount(struct page *page)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 8, 0)
	return page_mapcount(page);
#else
	return folio_mapcount(page_folio(page));
#endif
}

/* Is that other thread running just now? Only to decide whether to spin. */
static inline bool kipc_runs(struct task_struct *task)
{
#ifdef CONFIG_SMP
	return owner_on_cpu(task);
#else
	return false;
#endif
}

/*
 * timens_ktime_to_host() calls a function that modules cannot reach before
 * Linux 7; this is its arithmetic for CLOCK_MONOTONIC, saturating both ways.
 */
static inline ktime_t kipc_monotonic_to_host(ktime_t time)
{
#ifdef CONFIG_TIME_NS
	const struct timens_offsets *offsets =
		&current->nsproxy->time_ns->offsets;
	ktime_t host;

	if (check_sub_overflow(time, timespec64_to_ktime(offsets->monotonic),
			       &host))
		return KTIME_MAX;
	return max_t(ktime_t, host, 0);
#else
	return time;
#endif
}

#endif /* KIPC_COMPAT_H */
