// SPDX-License-Identifier: GPL-2.0-only
#include <linux/cpu.h>
#include <linux/cred.h>
#include <linux/fcntl.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/pagemap.h>
#include <linux/sched/signal.h>
#include <linux/shmem_fs.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

#include "compat.h"
#include "object.h"
#include "shmem.h"

#define SEAL_LOOKS	5	/* how often SEAL looks for pages in use */
#define SAME_LOOKS	4	/* equal looks at a folio that are believed */
#define LOOKS_MAX	100	/* looks at a folio before it counts as used */
#define FOLIOS_LOCKED	64	/* folios for each time that the lock is held */

/*
 * The word kipc_shmem.writers: bits 0..31 hold the number of writers, bits
 * 32..62 count the writers that have come, and wrap. After SEAL it is
 * WRITERS_NONE.
 */
#define WRITERS_NOW	0xffffffffLL
#define WRITERS_ONE	0x100000001LL	/* one more has come and is there */
#define WRITERS_NONE	S64_MIN		/* no writer, for ever */

/* ------------------------------------------------------------------------ */
/* The file                                                                 */
/* ------------------------------------------------------------------------ */

static int shmem_fill_pages(struct address_space *mapping, unsigned long count)
{
	unsigned long index;
	int ret;

	for (index = 0; index < count; index++) {
		if (fatal_signal_pending(current))
			return -EINTR;
		ret = kipc_shmem_write_zeroes(mapping,
					      (loff_t)index << PAGE_SHIFT);
		if (ret)
			return ret;
		cond_resched();
	}
	return 0;
}

/*
 * Allocates all pages by writing zeroes to them. Reading them would not do,
 * because a page that was only read counts as a hole: reclaim would drop it,
 * and the next access would have to allocate it again.
 *
 * The mask of the mapping makes these allocations fail instead of invoking the
 * out-of-memory killer. Later allocations, when a page comes back from the
 * swap, have the mask that every shmem file has.
 */
static int shmem_fill(struct address_space *mapping, unsigned long count)
{
	const gfp_t gfp = mapping_gfp_mask(mapping);
	int ret;

	mapping_set_gfp_mask(mapping, gfp | __GFP_RETRY_MAYFAIL | __GFP_NOWARN);
	ret = shmem_fill_pages(mapping, count);
	mapping_set_gfp_mask(mapping, gfp);
	return ret;
}

/*
 * Protects the file against changes by a path that leads to it, which
 * /proc/PID/map_files provides. A file that is immutable cannot be opened for
 * writing there, not even by root. The seals keep the size as it is.
 */
static void shmem_protect(struct inode *inode)
{
	inode->i_flags |= S_PRIVATE | S_IMMUTABLE;
	SHMEM_I(inode)->seals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW;
}

/*
 * Makes the file without its pages. The kernel's own mount of shmem has no
 * limits that could be reached, so ENOSPC means that an inode could not be
 * allocated.
 */
static struct file *shmem_make_file(u64 count)
{
	struct file *file = kipc_shmem_file("kipc:region", count << PAGE_SHIFT);

	return file == ERR_PTR(-ENOSPC) ? ERR_PTR(-ENOMEM) : file;
}

/**
 * kipc_shmem_alloc() - allocate the memory of a region, zeroed
 * @shmem: zeroed, part of @object
 * @object: a new region, not published yet
 * @bytes: how much; at least 1, rounded up to whole pages
 *
 * After an error nothing is left allocated. A size that exceeds the memory of
 * the machine is refused before anything is allocated.
 *
 * Context: may sleep
 * Return: 0; -ENOMEM; -ENFILE if the system has too many open files; -EINTR if
 * the caller was killed
 */
int kipc_shmem_alloc(struct kipc_shmem *shmem, struct kipc_object *object,
		     u64 bytes)
{
	u64 count = DIV_ROUND_UP_ULL(bytes, PAGE_SIZE);
	struct file *file;
	int ret;

	if (count > totalram_pages())
		return -ENOMEM;
	file = shmem_make_file(count);
	if (IS_ERR(file))
		return PTR_ERR(file);
	shmem_protect(file_inode(file));
	ret = shmem_fill(file->f_mapping, count);
	if (ret) {
		fput(file);
		return ret;
	}
	shmem->object = object;
	shmem->file = file;
	shmem->count = count;
	return 0;
}

/**
 * kipc_shmem_free() - free what kipc_shmem_alloc() has allocated
 * @shmem: not mapped any more; may have no memory
 *
 * Context: may sleep
 */
void kipc_shmem_free(struct kipc_shmem *shmem)
{
	if (shmem->file)
		fput(shmem->file);
	shmem->file = NULL;
}

/* ------------------------------------------------------------------------ */
/* Writers                                                                  */
/* ------------------------------------------------------------------------ */

/* Counts one more writer. Returns false if the region is sealed. */
static bool shmem_writer_enter(struct kipc_shmem *shmem)
{
	s64 old = atomic64_read(&shmem->writers);

	do {
		if (old == WRITERS_NONE)
			return false;
	} while (!atomic64_try_cmpxchg(&shmem->writers, &old,
				       (old + WRITERS_ONE) & S64_MAX));
	return true;
}

/*
 * Counts one writer fewer. Pairs with the acquire in kipc_shmem_seal(): if SEAL
 * reads that the writer has gone, it finds the references to pages that the
 * writer has left.
 */
static void shmem_writer_leave(struct kipc_shmem *shmem)
{
	atomic64_fetch_sub_release(1, &shmem->writers);
}

/**
 * kipc_shmem_sealed() - tell whether the bytes are constant
 * @shmem: the memory of a region
 *
 * Context: does not sleep
 * Return: true, and then for ever, if the region is sealed
 */
bool kipc_shmem_sealed(const struct kipc_shmem *shmem)
{
	return atomic64_read(&shmem->writers) == WRITERS_NONE;
}

/**
 * kipc_shmem_writers() - count the mappings that may be written to
 * @shmem: the memory of a region
 *
 * All parts and copies of a mapping count. A writer whose last mapping has just
 * gone makes SEAL fail until its file is released. Therefore it counts, too.
 *
 * Context: does not sleep
 * Return: how many shared mappings may be written to, now or after mprotect()
 */
u32 kipc_shmem_writers(const struct kipc_shmem *shmem)
{
	struct address_space *mapping = shmem->file->f_mapping;
	s64 files = atomic64_read(&shmem->writers);

	if (files == WRITERS_NONE)
		return 0;
	return max_t(s64, files & WRITERS_NOW,
		     atomic_read(&mapping->i_mmap_writable));
}

/* ------------------------------------------------------------------------ */
/* Mappings                                                                 */
/* ------------------------------------------------------------------------ */

static bool shmem_vma_may_write(const struct vm_area_struct *vma)
{
	const unsigned long both = VM_SHARED | VM_MAYWRITE;

	return (vma->vm_flags & both) == both;
}

static int shmem_release(struct inode *inode, struct file *file)
{
	struct kipc_shmem *shmem = file->private_data;

	if (file->f_mode & FMODE_WRITE)
		shmem_writer_leave(shmem);
	kipc_object_put(shmem->object);
	return 0;
}

/*
 * The operations of the file of a mapping. There is no .mmap, so that
 * remap_file_pages() cannot map the file again, and no .fallocate, so that
 * madvise(MADV_REMOVE) cannot punch a hole.
 */
static const struct file_operations shmem_operations = {
	.owner = THIS_MODULE,
	.release = shmem_release,
	.fsync = noop_fsync,
};

/*
 * Makes the file refer to the object. If the file is open for writing, its
 * release counts one writer fewer from now on.
 */
static void shmem_adopt(struct kipc_shmem *shmem, struct file *file)
{
	refcount_inc(&shmem->object->references);
	file->private_data = shmem;
	__module_get(THIS_MODULE);
	replace_fops(file, &shmem_operations);
	file->f_mode &= ~(FMODE_CAN_READ | FMODE_CAN_WRITE);
}

/*
 * Gives the mapping a file of its own and maps that. The operations of shmem
 * map it, and shmem_operations replace them for what happens later. After an
 * error the mapping may have the new file already, which goes with the mapping
 * and does not count as a writer.
 */
static int shmem_map_file(struct kipc_shmem *shmem, struct vm_area_struct *vma,
			  int flags)
{
	struct file *file = dentry_open(&shmem->file->f_path, flags,
					current_cred());
	int ret;

	if (IS_ERR(file))
		return PTR_ERR(file);
	vma_set_file(vma, file);
	ret = kipc_mmap_file(file, vma);
	if (!ret)
		shmem_adopt(shmem, file);
	/* vma_set_file() has taken another reference for the mapping. */
	fput(file);
	return ret;
}

/*
 * Counts a writer if the mapping may be written to. A region that is sealed can
 * only be mapped for reading, and the mapping cannot be made writable later.
 */
static int shmem_admit(struct kipc_shmem *shmem, struct vm_area_struct *vma,
		       bool *writer)
{
	*writer = shmem_vma_may_write(vma) && shmem_writer_enter(shmem);
	if (*writer || !shmem_vma_may_write(vma))
		return 0;
	if (vma->vm_flags & VM_WRITE)
		return -EPERM;
	vm_flags_mod(vma, 0, VM_MAYWRITE);
	return 0;
}

/**
 * kipc_shmem_map() - map a range of the memory, for mmap()
 * @shmem: the memory of a region
 * @vma: the new mapping; gets a file of its own
 * @first: where the memory begins, in pages of the descriptor's offset
 *
 * Context: the mmap_lock is held for writing; may sleep
 * Return: 0; -EINVAL if the range exceeds the memory; -EPERM if the region is
 * sealed and the mapping is to be written to; -ENFILE if the system has too
 * many open files; -ENOMEM
 */
int kipc_shmem_map(struct kipc_shmem *shmem, struct vm_area_struct *vma,
		   unsigned long first)
{
	/* An offset below @first wraps to one far beyond the end. */
	unsigned long index = vma->vm_pgoff - first;
	bool writer;
	int ret;

	if (index > shmem->count || vma_pages(vma) > shmem->count - index)
		return -EINVAL;
	ret = shmem_admit(shmem, vma, &writer);
	if (ret)
		return ret;
	vm_flags_mod(vma, 0, VM_MAYEXEC);
	vma->vm_pgoff = index;
	ret = shmem_map_file(shmem, vma, writer ? O_RDWR : O_RDONLY);
	if (ret && writer)
		shmem_writer_leave(shmem);
	return ret;
}

/* ------------------------------------------------------------------------ */
/* Sealing                                                                  */
/* ------------------------------------------------------------------------ */

/*
 * Returns true if anything but the file and page tables refers to a folio. The
 * file has a reference for each page of it, and so has each mapping by a page
 * table. What exceeds these is a pin.
 *
 * A page table takes its reference before it counts as a mapping, and drops it
 * after that. So a racing map or unmap can look like a pin, which fails SEAL,
 * but cannot hide one, provided that both counts are of the same moment::
 *
 *     CPU 0 (SEAL)                      CPU 1 (unmap)
 *
 *     mapped = 1
 *                                       mapcount: 1 -> 0
 *                                       references: 3 -> 2
 *     count = 2: the file and a pin
 *     count - mapped = 1: no pin
 *
 * Therefore mapped is read again after count, and a result is believed only if
 * both were the same several times in a row. A page table would have to go and
 * another one to come within each of these looks to hide a pin, which no
 * program can arrange.
 */
static bool shmem_folio_pinned(struct folio *folio)
{
	int looks, same = 0, mapped = 0, count = 0, mapped_then, count_then;

	for (looks = 0; same < SAME_LOOKS; looks++) {
		if (looks == LOOKS_MAX)
			return true;
		mapped_then = mapped;
		count_then = count;
		mapped = kipc_folio_mapcount(folio);
		/*
		 * Reads mapped before count. Both barriers pair with the
		 * atomic operations by which page tables change the counts.
		 */
		smp_rmb();
		count = folio_ref_count(folio);
		/* Reads count before mapped, which the next look reads. */
		smp_rmb();
		same = mapped == mapped_then && count == count_then ? same + 1 : 0;
	}
	return count - mapped > folio_nr_pages(folio);
}

/*
 * Returns true if anything refers to a page of the region. Nothing refers to
 * what is in the swap. With the lock held no folio leaves the file. The lock is
 * dropped now and then, because there may be millions of folios.
 */
static bool shmem_pinned(const struct kipc_shmem *shmem)
{
	XA_STATE(xas, &shmem->file->f_mapping->i_pages, 0);
	unsigned int locked = 0;
	struct folio *folio;
	bool pinned = false;

	xas_lock_irq(&xas);
	xas_for_each(&xas, folio, ULONG_MAX) {
		pinned = !xa_is_value(folio) && shmem_folio_pinned(folio);
		if (pinned)
			break;
		if (++locked % FOLIOS_LOCKED)
			continue;
		xas_pause(&xas);
		xas_unlock_irq(&xas);
		cond_resched();
		xas_lock_irq(&xas);
	}
	xas_unlock_irq(&xas);
	return pinned;
}

static long shmem_drain(void *unused)
{
	kipc_lru_drain();
	return 0;
}

/*
 * Each processor collects new pages before it puts them on a list, and refers
 * to them until then. This makes all processors put them on the list now.
 * lru_add_drain_all() is not available to modules.
 */
static void shmem_drain_all(void)
{
	int cpu;

	cpus_read_lock();
	for_each_online_cpu(cpu)
		work_on_cpu(cpu, shmem_drain, NULL);
	cpus_read_unlock();
}

/*
 * Does before a look what may drop references that come from the kernel's own
 * batches, and then waits, each time twice as long as before. Returns false if
 * the caller was killed.
 */
static bool shmem_prepare_look(unsigned int look)
{
	if (look == 0)
		kipc_lru_drain();
	else if (look == 1)
		shmem_drain_all();
	else
		schedule_timeout_killable(1 << look);
	return !fatal_signal_pending(current);
}

/*
 * Seals the region unless the word of writers has changed. @writers is its old
 * value, with no writer. The address space is told to deny writable mappings,
 * and the file gets the seal of a memfd, so that shmem itself refuses writers
 * that would come by another way. Returns false if the region was not sealed.
 */
static bool shmem_end_writing(struct kipc_shmem *shmem, s64 writers)
{
	struct inode *inode = file_inode(shmem->file);
	bool sealed;

	inode_lock(inode);
	sealed = !mapping_deny_writable(inode->i_mapping);
	if (sealed && !atomic64_try_cmpxchg(&shmem->writers, &writers,
					    WRITERS_NONE)) {
		mapping_allow_writable(inode->i_mapping);
		sealed = false;
	}
	if (sealed)
		SHMEM_I(inode)->seals |= F_SEAL_WRITE;
	inode_unlock(inode);
	return sealed;
}

/**
 * kipc_shmem_seal() - make the bytes of a region constant for ever
 * @shmem: the memory of a region
 *
 * Looks SEAL_LOOKS times for references to pages, and waits some jiffies before
 * the later looks. A writer ends that at once.
 *
 * Context: may sleep, for 28 jiffies in all
 * Return: 0, also if the region is sealed already; -EBUSY if there is a writer,
 * if writers came during the last look, or if something refers to a page;
 * -EINTR if the caller was killed
 */
int kipc_shmem_seal(struct kipc_shmem *shmem)
{
	unsigned int look;
	s64 writers;

	for (look = 0; look < SEAL_LOOKS; look++) {
		if (!shmem_prepare_look(look))
			return -EINTR;
		/* Pairs with the release in shmem_writer_leave(). */
		writers = atomic64_read_acquire(&shmem->writers);
		if (writers == WRITERS_NONE)
			return 0;
		if (writers & WRITERS_NOW)
			return -EBUSY;
		if (!shmem_pinned(shmem) && shmem_end_writing(shmem, writers))
			return 0;
	}
	return kipc_shmem_sealed(shmem) ? 0 : -EBUSY;
}
