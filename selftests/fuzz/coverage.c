// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/kcov.h>

#include "coverage.h"
#include "random.h"

#define KCOV_PATH	"/sys/kernel/debug/kcov"
/*
 * Further blocks of an operation are lost. The bound is low because fork()
 * copies the page table of the buffers.
 */
#define BLOCKS_MAX	16384UL
#define BLOCKS_BYTES	(BLOCKS_MAX * sizeof(__u64))

void edges_clear(struct edges *edges)
{
	memset(edges, 0, sizeof(*edges));
}

/* Sets an edge. Several workers may do so at the same time. */
void edges_set(struct edges *edges, unsigned int edge)
{
	__u64 bit = 1ULL << edge % 64;
	__u64 *word = &edges->bits[edge / 64 % EDGES_WORDS];

	if (!(__atomic_load_n(word, __ATOMIC_RELAXED) & bit))
		__atomic_fetch_or(word, bit, __ATOMIC_RELAXED);
}

unsigned int edges_count(const struct edges *edges)
{
	unsigned int i, count = 0;

	for (i = 0; i < EDGES_WORDS; i++)
		count += __builtin_popcountll(edges->bits[i]);
	return count;
}

unsigned int edges_subtract(struct edges *edges, const struct edges *known)
{
	unsigned int i;

	for (i = 0; i < EDGES_WORDS; i++)
		edges->bits[i] &= ~known->bits[i];
	return edges_count(edges);
}

void edges_add(struct edges *edges, const struct edges *more)
{
	unsigned int i;

	for (i = 0; i < EDGES_WORDS; i++)
		edges->bits[i] |= more->bits[i];
}

bool edges_include(const struct edges *edges, const struct edges *part)
{
	unsigned int i;

	for (i = 0; i < EDGES_WORDS; i++)
		if (part->bits[i] & ~edges->bits[i])
			return false;
	return true;
}

/* ------------------------------------------------------------------------ */
/* KCOV                                                                     */
/* ------------------------------------------------------------------------ */

static int read_module(struct coverage *coverage)
{
	FILE *file = fopen("/proc/modules", "re");
	int ret = -ENODEV;
	char line[512];

	if (!file)
		return -errno;
	while (ret && fgets(line, sizeof(line), file))
		if (sscanf(line, "kipc %llu %*s %*s %*s %llx",
			   &coverage->size, &coverage->base) == 2)
			ret = 0;
	fclose(file);
	return ret;
}

/* Each worker has a descriptor. The worker inherits it, and enables KCOV. */
static int open_one(struct coverage *coverage, unsigned int worker)
{
	void *blocks;
	int fd = open(KCOV_PATH, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	coverage->fd[worker] = fd;
	if (ioctl(fd, KCOV_INIT_TRACE, BLOCKS_MAX))
		return -errno;
	blocks = mmap(NULL, BLOCKS_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED,
		      fd, 0);
	if (blocks == MAP_FAILED)
		return -errno;
	coverage->blocks[worker] = blocks;
	return 0;
}

int coverage_open(struct coverage *coverage)
{
	unsigned int i;
	int ret;

	ret = read_module(coverage);
	for (i = 0; !ret && i < WORKERS; i++)
		ret = open_one(coverage, i);
	return ret;
}

void coverage_enable(const struct coverage *coverage, unsigned int worker)
{
	__atomic_store_n(coverage->blocks[worker], 0, __ATOMIC_RELAXED);
	/*
	 * This fails while the previous thread of this worker is being killed.
	 */
	ioctl(coverage->fd[worker], KCOV_ENABLE, KCOV_TRACE_PC);
}

void coverage_take(const struct coverage *coverage, unsigned int worker,
		   struct edges *edges)
{
	__u64 *blocks = coverage->blocks[worker], last = 0, i;
	__u64 count = __atomic_load_n(blocks, __ATOMIC_RELAXED);

	for (i = 1; i <= count && i < BLOCKS_MAX; i++) {
		__u64 block = blocks[i] - coverage->base;

		if (block >= coverage->size)
			continue;
		edges_set(edges, random_mix(last << 32 | block) % EDGES_MAX);
		last = block;
	}
	__atomic_store_n(blocks, 0, __ATOMIC_RELAXED);
}
