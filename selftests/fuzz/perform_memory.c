// SPDX-License-Identifier: GPL-2.0-only
/* Operations on mappings of an object, and on the words in them */
#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <linux/futex.h>
#include <linux/kipc.h>

#include "worker.h"
#include "futex.h"
#include "perform.h"

#define PAGE		4096ULL
#define STORM_NS	1000000LL
#define COPY_MAX	4096ULL

/*
 * Flags that are never used: they would overwrite mappings of the fuzzer, or
 * use too much memory.
 */
#define FLAGS_NEVER	(MAP_FIXED | MAP_FIXED_NOREPLACE | MAP_ANONYMOUS | \
			 MAP_GROWSDOWN | MAP_HUGETLB)

static struct mapping *mapping_of(__u64 map)
{
	return &here.maps[map];
}

static long result(long ret)
{
	return ret < 0 ? -errno : ret;
}

/* ------------------------------------------------------------------------ */
/* The mapping                                                              */
/* ------------------------------------------------------------------------ */

static __u64 map_bytes(int fd, bool data)
{
	struct kipc_info_args info = { .size = sizeof(info) };
	__u64 bytes;

	if (fd < 0 || ioctl(fd, KIPC_INFO, &info))
		return PAGE;
	bytes = data ? info.attributes.region.bytes : info.map_size;
	return bytes && bytes <= KIPC_REGION_MAX ? bytes : PAGE;
}

/* Arguments of "map". Pages count from the start of the words or the bytes. */
enum map_arg {
	MAP_FD,
	MAP_MAP,
	MAP_ACCESS,
	MAP_FLAGS,
	MAP_PAGE,
	MAP_MORE,		/* pages beyond the end of the object */
	MAP_DATA,
};

long perform_map(const struct op_kind *kind, const __u64 *args)
{
	struct mapping *mapping = mapping_of(args[MAP_MAP]);
	int fd = process_fd(args[MAP_FD]);
	__u64 skipped = args[MAP_PAGE] * PAGE;
	__u64 bytes = map_bytes(fd, args[MAP_DATA]);
	void *at;

	(void)kind;
	bytes = skipped < bytes ? bytes - skipped : PAGE;
	bytes += args[MAP_MORE] * PAGE;
	at = mmap(NULL, bytes, args[MAP_ACCESS],
		  args[MAP_FLAGS] & ~(__u64)FLAGS_NEVER, fd,
		  (args[MAP_DATA] ? KIPC_REGION_DATA : 0) + skipped);
	if (at == MAP_FAILED)
		return -errno;
	/* The old mapping stays, but no slot refers to it any more. */
	*mapping = (struct mapping){ at, bytes };
	return 0;
}

long perform_unmap(const struct op_kind *kind, const __u64 *args)
{
	struct mapping *mapping = mapping_of(args[0]);
	__u64 skipped = args[1] * PAGE, bytes;

	(void)kind;
	if (!mapping->at || skipped >= mapping->bytes)
		return -EINVAL;
	bytes = mapping->bytes - skipped;
	if (args[2] * PAGE < bytes)
		bytes -= args[2] * PAGE;
	return result(munmap((char *)mapping->at + skipped, bytes));
}

long perform_protect(const struct op_kind *kind, const __u64 *args)
{
	struct mapping *mapping = mapping_of(args[0]);

	(void)kind;
	return result(mprotect(mapping->at, mapping->bytes, (int)args[1]));
}

long perform_remap(const struct op_kind *kind, const __u64 *args)
{
	struct mapping *mapping = mapping_of(args[0]);
	__u64 bytes = mapping->bytes + args[1] * PAGE;
	void *at;

	(void)kind;
	if (!mapping->at)
		return -EINVAL;
	if (args[2])
		bytes = mapping->bytes - PAGE ? mapping->bytes - PAGE : PAGE;
	at = mremap(mapping->at, mapping->bytes, bytes, MREMAP_MAYMOVE);
	if (at == MAP_FAILED)
		return -errno;
	*mapping = (struct mapping){ at, bytes };
	return 0;
}

long perform_advise(const struct op_kind *kind, const __u64 *args)
{
	struct mapping *mapping = mapping_of(args[0]);

	(void)kind;
	return result(madvise(mapping->at, mapping->bytes, args[1]));
}

long perform_lock(const struct op_kind *kind, const __u64 *args)
{
	struct mapping *mapping = mapping_of(args[0]);

	(void)kind;
	return result(args[1] ? mlock(mapping->at, mapping->bytes) :
				munlock(mapping->at, mapping->bytes));
}

/* ------------------------------------------------------------------------ */
/* The words                                                                */
/* ------------------------------------------------------------------------ */

struct scribble {
	__u64 *word;
	enum change change;
	__u64 value;
};

/* Changes the word often, to catch code in the kernel that reads it twice. */
static void storm(__u64 *word, __u64 value)
{
	long long end = now_ns(CLOCK_MONOTONIC) + STORM_NS;
	unsigned int i;

	do {
		for (i = 0; i < 256; i++)
			__atomic_store_n(word, i % 2 ? ~value : value,
					 __ATOMIC_RELAXED);
	} while (now_ns(CLOCK_MONOTONIC) < end);
}

static long scribble(void *data)
{
	struct scribble *scribble = data;
	__u64 *word = scribble->word, value = scribble->value;
	__u64 seen = __atomic_load_n(word, __ATOMIC_RELAXED);

	switch (scribble->change) {
	case CHANGE_STORE:
		__atomic_store_n(word, value, __ATOMIC_SEQ_CST);
		break;
	case CHANGE_ADD:
		__atomic_fetch_add(word, value, __ATOMIC_SEQ_CST);
		break;
	case CHANGE_OR:
		__atomic_fetch_or(word, value, __ATOMIC_SEQ_CST);
		break;
	case CHANGE_AND:
		__atomic_fetch_and(word, ~value, __ATOMIC_SEQ_CST);
		break;
	case CHANGE_SWAP:
		/* A fast path changes a word only if the user owns it. */
		if (!(seen & KIPC_SLOW))
			__atomic_compare_exchange_n(word, &seen, seen + value,
						    false, __ATOMIC_SEQ_CST,
						    __ATOMIC_RELAXED);
		break;
	case CHANGE_STORM:
		storm(word, value);
		break;
	default:
		break;
	}
	return 0;
}

static __u64 *word_of(__u64 map, __u64 byte)
{
	struct mapping *mapping = mapping_of(map);

	if (!mapping->at || mapping->bytes < sizeof(__u64))
		return NULL;
	byte %= mapping->bytes;
	return (__u64 *)((char *)mapping->at + (byte & ~7ULL));
}

static __u64 thread_number(void)
{
	struct kipc_thread_args args = { .size = sizeof(args) };
	int device = open(KIPC_DEVICE, O_RDWR | O_CLOEXEC);

	if (device >= 0) {
		ioctl(device, KIPC_THREAD, &args);
		close(device);
	}
	return args.thread;
}

/*
 * Returns what a fast path would write to a mutex: this thread as the owner,
 * with the number of the attachment that the first process gets.
 */
static __u64 scribbled(__u64 value)
{
	if (value != VALUE_SELF)
		return value;
	return 1ULL << KIPC_MUTEX_SHIFT | thread_number();
}

long perform_scribble(const struct op_kind *kind, const __u64 *args)
{
	struct scribble one = {
		.word = word_of(args[0], args[1]),
		.change = args[2],
		.value = scribbled(args[3]),
	};

	(void)kind;
	return one.word ? worker_try(scribble, &one) : -EFAULT;
}

long perform_futex(const struct op_kind *kind, const __u64 *args)
{
	struct timespec soon = { .tv_nsec = 500000 };
	void *word = mapping_of(args[0])->at;

	(void)kind;
	if (args[1])
		return result(syscall(SYS_futex, word, FUTEX_WAIT, 0, &soon));
	return result(syscall(SYS_futex, word, FUTEX_WAKE, 1));
}

/* Accesses the pages through get_user_pages(). */
long perform_copy(const struct op_kind *kind, const __u64 *args)
{
	static char buffer[COPY_MAX];
	size_t bytes = args[2] < COPY_MAX ? args[2] : COPY_MAX;
	struct iovec local = { buffer, bytes };
	struct iovec remote = { mapping_of(args[0])->at, bytes };

	(void)kind;
	if (args[1])
		return result(process_vm_writev(getpid(), &local, 1, &remote,
						1, 0));
	return result(process_vm_readv(getpid(), &local, 1, &remote, 1, 0));
}
