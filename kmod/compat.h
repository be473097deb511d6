/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: what differs between the kernels that kipc builds for
 *
 * No other file of this folder asks for the version of the kernel. A name that
 * begins with kipc hides a difference between kernels, or what is not available
 * to modules. Any other name is one that a kernel lacks.
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

/* Sets and clears flags of a mapping. The mmap_lock is held for writing. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
static inline void vm_flags_mod(struct vm_area_struct *vma, vm_flags_t set,
				vm_flags_t clear)
{
	vma->vm_flags |= set;
	vma->vm_flags &= ~clear;
}
#endif

/*
 * The structure by which the operations of an inode are told the id mapping of
 * the mount.
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
#define kipc_idmap	user_namespace
#else
#define kipc_idmap	mnt_idmap
#endif

/* The bits of f_mode that are about fsnotify; since Linux 6.14 several. */
#ifndef FMODE_FSNOTIFY_MASK
#define FMODE_FSNOTIFY_MASK	FMODE_NONOTIFY
#endif

/*
 * Returns how many references the module has, to compare two such numbers. A
 * kernel that cannot unload modules does not count them.
 */
static inline int kipc_module_references(void)
{
#ifdef CONFIG_MODULE_UNLOAD
	return module_refcount(THIS_MODULE);
#else
	return 0;
#endif
}

/* The file of a struct fd, or NULL. */
#ifndef fd_file
#define fd_file(fd)	((fd).file)
#endif

/*
 * Returns true if poll_wait() registers the caller. Newer kernels do not have
 * poll_does_not_wait() any more.
 */
static inline bool kipc_poll_registers(const struct poll_table_struct *table)
{
	return table && table->_qproc;
}

/*
 * For a variable that is filled in before it is read. A kernel that initialises
 * all variables on the stack does not initialise this one.
 */
#ifndef __uninitialized
#if __has_attribute(__uninitialized__)
#define __uninitialized	__attribute__((__uninitialized__))
#else
#define __uninitialized
#endif
#endif

/*
 * Removes all pages from the page tables of a mapping. The mmap_lock is held
 * for writing.
 */
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
 * Returns how many page table entries map a folio or a page of it. Before Linux
 * 6.8 this is computed here: an entry that maps a large folio as a whole counts
 * once, but the count of each page includes it.
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
 * Puts the pages that this processor has collected on their lists.
 * lru_add_drain() is not available to modules, but releasing a batch of pages
 * does the same first, even if the batch is empty.
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

/*
 * Makes a shmem file of @size bytes without allocating its pages. No path leads
 * to the file; @name is only shown. Returns the file or an error as a pointer.
 */
static inline struct file *kipc_shmem_file(const char *name, loff_t size)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(7, 0, 0)
	return shmem_file_setup(name, size, 0);
#else
	return shmem_file_setup(name, size, EMPTY_VMA_FLAGS);
#endif
}

/*
 * Allocates a page of a shmem file and fills it with zeroes, as if they had
 * been written. If the allocator has cleared the page, this says that all of it
 * was written. Otherwise it says that nothing was, and shmem clears the page.
 * Reading the hole would clear the page in any case, which is a second time in
 * most kernels. Returns 0 or a negative error.
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

/* Calls the .mmap operation of a file. Returns 0 or a negative error. */
static inline int kipc_mmap_file(struct file *file, struct vm_area_struct *vma)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 17, 0)
	return call_mmap(file, vma);
#else
	return vfs_mmap(file, vma);
#endif
}

/* Flags of threads that belong to a process but do not run its program. */
#ifdef PF_USER_WORKER
#define KIPC_PF_WORKERS	(PF_IO_WORKER | PF_USER_WORKER)
#else
#define KIPC_PF_WORKERS	PF_IO_WORKER
#endif

/*
 * Returns true if all stores of a task that come before one that the caller has
 * seen are visible to the caller. On x86 stores become visible in their order.
 * Elsewhere that is certain once the task has left its processor::
 *
 *     CPU 0 (caller)                    CPU 1 (task)
 *
 *                                       writes to memory
 *                                       sets PF_EXITING
 *     sees PF_EXITING                   ...
 *                                       is switched out:
 *                                         smp_store_release(on_cpu, 0)
 *     smp_load_acquire(on_cpu): 0
 *     sees what was written
 */
static inline bool kipc_stores_visible(const struct task_struct *task)
{
#if defined(CONFIG_X86) || !defined(CONFIG_SMP)
	/* Nothing that is read from here on is older than that store. */
	smp_rmb();
	return true;
#else
	/* Pairs with the release in finish_task() of the scheduler. */
	return task == current || !smp_load_acquire(&task->on_cpu);
#endif
}

/*
 * Returns true if another thread seems to run now, so that it is worth
 * spinning. The caller holds rcu_read_lock().
 */
static inline bool kipc_runs(struct task_struct *task)
{
#ifdef CONFIG_SMP
	return owner_on_cpu(task);
#else
	return false;
#endif
}

/*
 * Converts a time of CLOCK_MONOTONIC from the caller's time namespace to the
 * host's. The result is at least 0 and at most KTIME_MAX. Before Linux 7
 * timens_ktime_to_host() calls a function that is not available to modules, so
 * its arithmetic is repeated here.
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
