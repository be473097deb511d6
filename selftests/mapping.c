// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mapping the words of an object: which mappings are allowed for which
 * descriptors, and how long they last.
 */
#include "kipc_test.h"
#include "mutex_word.h"
#include "word.h"

#define ELEMENTS	100

FIXTURE(mapping) {
	int fd;
	char name[64];
	size_t size;	/* in whole pages */
	struct words words;
	__u64 initial;
};

FIXTURE_VARIANT(mapping) {
	__u32 type;
	__u32 flags;
	size_t stride;
	bool tracked;	/* mapping it means something */
};

FIXTURE_VARIANT_ADD(mapping, spaced) {
	.type = KIPC_SEMAPHORE,
	.stride = 64,
};

FIXTURE_VARIANT_ADD(mapping, packed) {
	.type = KIPC_SEMAPHORE,
	.flags = KIPC_PACKED,
	.stride = 8,
};

FIXTURE_VARIANT_ADD(mapping, barrier) {
	.type = KIPC_BARRIER,
	.tracked = true,
};

FIXTURE_SETUP(mapping)
{
	struct kipc_create_args args = any_args(variant->type);
	size_t page = sysconf(_SC_PAGESIZE);

	if (variant->type == KIPC_SEMAPHORE) {
		args = semaphore_args(ELEMENTS, 5, 9);
		self->initial = 5;
	}
	unique_name(self->name, "mapping");
	self->fd = create_named(args, self->name, variant->flags);
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, words_map(&self->words, self->fd));
	self->size = (self->words.size + page - 1) / page * page;
}

FIXTURE_TEARDOWN(mapping)
{
	close(self->fd);
}

static int map_errno(size_t size, int protection, int flags, int fd,
		     off_t offset)
{
	void *base = mmap(NULL, size, protection, flags, fd, offset);

	if (base == MAP_FAILED)
		return errno;
	munmap(base, size);
	return 0;
}

TEST_F(mapping, holds_the_words)
{
	unsigned int i;

	if (variant->stride) {
		EXPECT_EQ(variant->stride, self->words.stride);
		EXPECT_LE(variant->stride * (ELEMENTS - 1) + sizeof(__u64),
			  self->words.size);
	}
	for (i = 0; i < (variant->stride ? ELEMENTS : 1); i++)
		EXPECT_EQ(self->initial, word_load(word_at(&self->words, i)));
}

TEST_F(mapping, holds_nothing_else)
{
	__u64 sum = 0, expected = self->initial;
	size_t i;

	for (i = 0; i < self->size / sizeof(__u64); i++)
		sum += ((__u64 *)self->words.base)[i];
	if (variant->stride)
		expected *= ELEMENTS;
	EXPECT_EQ(expected, sum);
}

TEST_F(mapping, read_only_descriptor)
{
	int fd = open_named(variant->type, self->name, KIPC_READ);
	char *base;

	ASSERT_LE(0, fd);
	EXPECT_EQ(EACCES, map_errno(self->size, PROT_READ | PROT_WRITE,
				    MAP_SHARED, fd, 0));
	base = mmap(NULL, self->size, PROT_READ, MAP_SHARED, fd, 0);
	ASSERT_TRUE(base != MAP_FAILED);
	EXPECT_EQ(-1, mprotect(base, self->size, PROT_READ | PROT_WRITE));
	EXPECT_EQ(EACCES, errno);
	word_store(word_at(&self->words, 0), 2);
	EXPECT_EQ(2ULL, word_load((struct word *)base));
}

TEST_F(mapping, write_only_descriptor)
{
	int fd = open_named(variant->type, self->name, KIPC_WRITE);

	ASSERT_LE(0, fd);
	EXPECT_EQ(EACCES, map_errno(self->size, PROT_READ | PROT_WRITE,
				    MAP_SHARED, fd, 0));
	EXPECT_EQ(EACCES, map_errno(self->size, PROT_WRITE, MAP_SHARED, fd, 0));
	EXPECT_EQ(EACCES, map_errno(self->size, PROT_READ, MAP_SHARED, fd, 0));
}

TEST_F(mapping, beyond_the_end)
{
	const int both = PROT_READ | PROT_WRITE;
	size_t page = sysconf(_SC_PAGESIZE);

	EXPECT_EQ(EINVAL, map_errno(self->size + page, both, MAP_SHARED,
				    self->fd, 0));
	EXPECT_EQ(EINVAL, map_errno(page, both, MAP_SHARED, self->fd,
				    self->size));
	EXPECT_EQ(EINVAL, map_errno(self->size, both, MAP_SHARED, self->fd,
				    page));
	EXPECT_EQ(EINVAL, map_errno(page, both, MAP_SHARED, self->fd,
				    0x40000000));
	EXPECT_EQ(EINVAL, map_errno(1U << 30, both, MAP_SHARED, self->fd, 0));
}

TEST_F(mapping, cannot_grow)
{
	void *base = mremap(self->words.base, self->size, self->size * 4,
			    MREMAP_MAYMOVE);

	EXPECT_TRUE(base == MAP_FAILED);
	EXPECT_EQ(self->initial, word_load(word_at(&self->words, 0)));
}

/*
 * A private mapping is refused, or it is a copy whose changes are seen nowhere
 * else.
 */
TEST_F(mapping, private)
{
	__u64 *base = mmap(NULL, self->size, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE, self->fd, 0);

	if (base != MAP_FAILED)
		*base = 77;
	EXPECT_EQ(self->initial, word_load(word_at(&self->words, 0)));
}

TEST_F(mapping, executable)
{
	int error = map_errno(self->size, PROT_READ | PROT_EXEC, MAP_SHARED,
			      self->fd, 0);

	EXPECT_TRUE(error == EACCES || error == EPERM);
	EXPECT_EQ(-1, mprotect(self->words.base, self->size,
			       PROT_READ | PROT_EXEC));
	EXPECT_EQ(EACCES, errno);
}

TEST_F(mapping, sealed)
{
	struct kipc_create_args args = any_args(variant->type);
	int fd = create_flags(args, KIPC_SEALED | variant->flags);

	ASSERT_LE(0, fd);
	EXPECT_EQ(EACCES, map_errno(4096, PROT_READ | PROT_WRITE, MAP_SHARED,
				    fd, 0));
	EXPECT_EQ(variant->tracked ? 0 : EACCES,
		  map_errno(4096, PROT_READ, MAP_SHARED, fd, 0));
	EXPECT_EQ(variant->tracked ? EINVAL : EACCES,
		  map_errno(4096, PROT_READ, MAP_PRIVATE, fd, 0));
}

/*
 * A mapping that attaches is not inherited, because the child is another
 * participant.
 */
TEST_F(mapping, inherited_by_fork)
{
	struct word *word = word_at(&self->words, 0);
	pid_t child = child_fork();

	if (!child) {
		/*
		 * The mapping of the child is read-only, and it says that the
		 * kernel must be asked.
		 */
		if (variant->tracked)
			_exit(word_load(word) != KIPC_SLOW ||
			      !mprotect(self->words.base, self->size,
					PROT_READ | PROT_WRITE) ||
			      errno != EACCES);
		_exit(!word_swap(word, self->initial, 1));
	}
	EXPECT_EQ(0, child_wait(child));
	EXPECT_EQ(variant->tracked ? 0ULL : 1ULL, word_load(word));
}

/* One process maps twice, as two threads that do not know of each other do. */
TEST_F(mapping, twice)
{
	struct words again = {};

	ASSERT_EQ(0, words_map(&again, self->fd));
	EXPECT_TRUE(again.base != self->words.base);
	word_store(word_at(&self->words, 0), 3);
	EXPECT_EQ(3ULL, word_load(word_at(&again, 0)));
	words_unmap(&self->words);
	EXPECT_EQ(3ULL, word_load(word_at(&again, 0)));
}

/* A mapping does not need its descriptor any more. */
TEST_F(mapping, outlives_the_descriptor)
{
	close(self->fd);
	EXPECT_EQ(self->initial, word_load(word_at(&self->words, 0)));
	word_store(word_at(&self->words, 0), 1);
	words_unmap(&self->words);
	EXPECT_EQ(-ENOENT, open_named(variant->type, self->name, KIPC_READ));
	self->fd = -1;
}

/* Advice that drops the pages from the mapping loses no values. */
TEST_F(mapping, survives_advice)
{
	const int advice[] = { MADV_DONTNEED, MADV_WILLNEED, MADV_COLD,
			       MADV_PAGEOUT };
	size_t i;

	word_store(word_at(&self->words, 0), 4);
	for (i = 0; i < ARRAY_SIZE(advice); i++) {
		madvise(self->words.base, self->size, advice[i]);
		EXPECT_EQ(4ULL, word_load(word_at(&self->words, 0)));
	}
}

FIXTURE(no_words) {
	int fd;
};

FIXTURE_SETUP(no_words)
{
	self->fd = create(mailbox_args(64, 4));
	ASSERT_LE(0, self->fd);
}

FIXTURE_TEARDOWN(no_words)
{
	close(self->fd);
}

TEST_F(no_words, cannot_be_mapped)
{
	EXPECT_NE(0, map_errno(4096, PROT_READ | PROT_WRITE, MAP_SHARED,
			       self->fd, 0));
	EXPECT_NE(0, map_errno(4096, PROT_READ, MAP_SHARED, self->fd, 0));
}

TEST_HARNESS_MAIN
