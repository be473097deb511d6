/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: what differs between the kernels that kipc builds for
 *
 * Nothing else in this folder asks for the kernel's version.
 */
#ifndef KIPC_COMPAT_H
#define KIPC_COMPAT_H

#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/nsproxy.h>
#include <linux/poll.h>
#include <linux/sched.h>
#include <linux/shmem_fs.h>
#include <linux/time_namespace.h>
#include <linux/version.h>
#if LINUX_VERSION_CODE < KERNEL_VERSION(7, 0, 0)
#include <linux/pagevec.h>
#else
#include <linux/folio_batch.h>
#endif

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

/* What a file system is told about the mount that an operation came by. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
#define kipc_idmap	user_namespace
#else
#define kipc_idmap	mnt_idmap
#endif

/* Kernels from 6.14 on say in more than one bit that a file has no events. */
#ifndef FMODE_FSNOTIFY_MASK
#define FMODE_FSNOTIFY_MASK	FMODE_NONOTIFY
#endif

/* To compare with; a kernel that unloads no module counts none. */
static inline int kipc_module_references(void)
{
#ifdef CONFIG_MODULE_UNLOAD
	return module_refcount(THIS_MODULE);
#else
	return 0;
#endif
}

#ifndef fd_file
#define fd_file(fd)	((fd).file)
#endif

/* Will poll_wait() register? Newer kernels have lost poll_does_not_wait(). */
static inline bool kipc_poll_registers(const struct poll_table_struct *table)
{
	return table && table->_qproc;
}

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

/*
 * How many page tables map a folio or a page of it. Before Linux 6.8 the whole of a
 * large one, mapped as such, is counted for each of its pages, too.
 */
static inline int kipc_folio_mapcount(struct folio *folio)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 8, 0)
	long count = folio_nr_pages(folio), i;
	int mapped, whole;

	if (count == 1)
		return page_mapcount(&folio->page);
	whole = compound_mapcount(&folio->page);
	mapped = whole - whole * count;
	for (i = 0; i < count; i++)
		mapped += atomic_read(&folio_page(folio, i)->_mapcount) + 1;
	return mapped;
#else
	return folio_mapcount(folio);
#endif
}

/*
 * Put the pages that this processor has collected on their lists. Releasing a batch
 * does that first, even if there is nothing in it.
 */
static inline void kipc_lru_drain(void)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
	struct pagevec none;

	pagevec_init(&none);
	__pagevec_release(&none);
#else
	struct folio_batch none;

	folio_batch_init(&none);
	__folio_batch_release(&none);
#endif
}

/* An unnamed shmem file of that size, none of which is there yet. */
static inline struct file *kipc_shmem_file(const char *name, loff_t size)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(7, 0, 0)
	return shmem_file_setup(name, size, 0);
#else
	return shmem_file_setup(name, size, EMPTY_VMA_FLAGS);
#endif
}

/*
 * Allocate a page of a shmem file and fill it with zeroes, as if they were written.
 * Where the allocator has cleared the page all of it counts as written already; else
 * shmem clears what does not, which is all of it. Reading a hole would clear it in any
 * case, which for most kernels is a second time.
 */
static inline int kipc_shmem_write_zeroes(struct address_space *mapping, loff_t at)
{
	const struct address_space_operations *operations = mapping->a_ops;
	unsigned int done = want_init_on_alloc(0) ? PAGE_SIZE : 0;
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 12, 0)
	struct page *page;
#else
	struct folio *page;
#endif
	void *data = NULL;
	int ret;

	ret = operations->write_begin(NULL, mapping, at, PAGE_SIZE, &page, &data);
	if (ret)
		return ret;
	ret = operations->write_end(NULL, mapping, at, PAGE_SIZE, done, page, data);
	return min(ret, 0);
}

/* Map a file as its own operations do. */
static inline int kipc_mmap_file(struct file *file, struct vm_area_struct *vma)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 17, 0)
	return call_mmap(file, vma);
#else
	return vfs_mmap(file, vma);
#endif
}

/* Threads of a process that run nothing of its program. */
#ifdef PF_USER_WORKER
#define KIPC_PF_WORKERS	(PF_IO_WORKER | PF_USER_WORKER)
#else
#define KIPC_PF_WORKERS	PF_IO_WORKER
#endif

/*
 * A task has been seen to have done something: are all its earlier stores visible,
 * too? Yes where stores are seen in their order, else once it is off its processor.
 */
static inline bool kipc_stores_visible(const struct task_struct *task)
{
#if defined(CONFIG_X86) || !defined(CONFIG_SMP)
	/* What is read next is not older than what has been seen of it. */
	smp_rmb();
	return true;
#else
	/* Pairs with the release when the scheduler has switched away from it. */
	return task == current || !smp_load_acquire(&task->on_cpu);
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
