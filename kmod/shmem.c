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

#define SEAL_LOOKS	5	/* for pages in use, twice as long between each */
#define SAME_LOOKS	4	/* in a row, before counts of a folio are believed */
#define LOOKS_MAX	100	/* before a folio is taken to be in use */
#define FOLIOS_LOCKED	64	/* that are looked at with the lock held */

/*
 * The word kipc_shmem.writers: how many there are in bits 0..31, how many came in
 * bits 32..62, which may wrap. Once it is sealed nothing else is in it.
 */
#define WRITERS_NOW	0xffffffffLL
#define WRITERS_ONE	0x100000001LL	/* has come and is there */
#define WRITERS_NONE	S64_MIN		/* for ever */

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
 * Written, for what was only read counts as a hole: reclaim would drop it, and the
 * next to touch it would have to allocate it again.
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
 * /proc/PID/map_files leads to the file. There, an immutable one cannot be opened
 * for writing, not even by root.
 */
static void shmem_protect(struct inode *inode)
{
	inode->i_flags |= S_PRIVATE | S_IMMUTABLE;
	SHMEM_I(inode)->seals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW;
}

/*
 * The kernel's own mount of shmem has no limits that could be reached: there, ENOSPC
 * is what a failed allocation of an inode is called.
 */
static struct file *shmem_make_file(u64 count)
{
	struct file *file = kipc_shmem_file("kipc:region", count << PAGE_SHIFT);

	return file == ERR_PTR(-ENOSPC) ? ERR_PTR(-ENOMEM) : file;
}

/* On failure nothing is left behind. */
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

void kipc_shmem_free(struct kipc_shmem *shmem)
{
	if (shmem->file)
		fput(shmem->file);
	shmem->file = NULL;
}

/* ------------------------------------------------------------------------ */
/* Writers                                                                  */
/* ------------------------------------------------------------------------ */

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

/* Pairs with the acquire in shmem_try_seal(): pages this one pinned are seen there. */
static void shmem_writer_leave(struct kipc_shmem *shmem)
{
	atomic64_fetch_sub_release(1, &shmem->writers);
}

bool kipc_shmem_sealed(const struct kipc_shmem *shmem)
{
	return atomic64_read(&shmem->writers) == WRITERS_NONE;
}

/*
 * Mappings that may write, by parts and copies. A file that has just lost its last
 * mapping keeps SEAL out for a moment more, so that it counts as one.
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
 * Of the file of a mapping. Without .mmap remap_file_pages() cannot map it again,
 * without .fallocate madvise(MADV_REMOVE) cannot punch a hole.
 */
static const struct file_operations shmem_operations = {
	.owner = THIS_MODULE,
	.release = shmem_release,
	.fsync = noop_fsync,
};

/* From now on the file refers to the object and, if it may write, is a writer. */
static void shmem_adopt(struct kipc_shmem *shmem, struct file *file)
{
	refcount_inc(&shmem->object->references);
	file->private_data = shmem;
	__module_get(THIS_MODULE);
	replace_fops(file, &shmem_operations);
	file->f_mode &= ~(FMODE_CAN_READ | FMODE_CAN_WRITE);
}

/*
 * shmem's own operations map the file, ours are for what happens to it later. If
 * this fails the mapping may have another file already, which goes with it.
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
	/* The mapping has a reference of its own. */
	fput(file);
	return ret;
}

/* What is sealed can be mapped for reading, and that stays so. */
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

/* The memory begins at that offset of the descriptor, in pages. */
int kipc_shmem_map(struct kipc_shmem *shmem, struct vm_area_struct *vma,
		   unsigned long first)
{
	/* Before the first one is very far beyond the last. */
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
 * Does anything refer to a folio but the file and page tables? A page table refers
 * to it from before it is counted as mapping it until after that. So a mapping or
 * unmapping that goes on now can look like a pin but cannot hide one, as long as both
 * counts are those of one time. That one goes and another comes between two looks,
 * and so on each time, is not to be arranged.
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
		/* In this order: mapped, then the count, */
		smp_rmb();
		count = folio_ref_count(folio);
		/* and mapped once more. */
		smp_rmb();
		same = mapped == mapped_then && count == count_then ? same + 1 : 0;
	}
	return count - mapped > folio_nr_pages(folio);
}

/* What is in the swap is referred to by nothing. */
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
 * Each processor collects fresh pages before it puts them on a list, and refers to
 * them until then. lru_add_drain_all() is not there for modules.
 */
static void shmem_drain_all(void)
{
	int cpu;

	cpus_read_lock();
	for_each_online_cpu(cpu)
		work_on_cpu(cpu, shmem_drain, NULL);
	cpus_read_unlock();
}

/* Before a look: false if the caller is killed. */
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
 * From that count of writers, none of which is there, to none for ever. The mapping
 * too is told, and the file gets the seal, so that shmem itself refuses what would
 * come by another way.
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

/* 0, also if it is sealed already; EBUSY: see struct kipc_region_seal_args */
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
