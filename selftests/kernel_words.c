// SPDX-License-Identifier: GPL-2.0-only
/*
 * Kernel-only words: those of SEALED, UNDO and DROP objects. Their mappings
 * cannot be written by any means, so every fast path finds KIPC_SLOW whatever a
 * participant has done. Mapping them attaches as it does for other objects.
 */
#include "kipc_test.h"
#include "word.h"

#include <sys/socket.h>
#include <sys/uio.h>

FIXTURE(kernel_words) {
	int fd;
	struct words words;
	struct word *word;
};

FIXTURE_VARIANT(kernel_words) {
	__u32 type;
	__u32 flags;
};

FIXTURE_VARIANT_ADD(kernel_words, undo) {
	.type = KIPC_SEMAPHORE,
	.flags = KIPC_UNDO,
};

FIXTURE_VARIANT_ADD(kernel_words, undo_packed) {
	.type = KIPC_SEMAPHORE,
	.flags = KIPC_UNDO | KIPC_PACKED,
};

FIXTURE_VARIANT_ADD(kernel_words, drop) {
	.type = KIPC_BARRIER,
	.flags = KIPC_DROP,
};

FIXTURE_VARIANT_ADD(kernel_words, sealed_barrier) {
	.type = KIPC_BARRIER,
	.flags = KIPC_SEALED,
};

FIXTURE_VARIANT_ADD(kernel_words, sealed_mutex) {
	.type = KIPC_MUTEX,
	.flags = KIPC_SEALED,
};

FIXTURE_SETUP(kernel_words)
{
	self->fd = create_flags(any_args(variant->type), variant->flags);
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, words_map_for(&self->words, self->fd, PROT_READ));
	self->word = word_at(&self->words, 0);
}

FIXTURE_TEARDOWN(kernel_words)
{
	EXPECT_EQ(KIPC_SLOW, word_load(self->word));
	close(self->fd);
}

TEST_F(kernel_words, map_for_reading)
{
	struct words words;

	EXPECT_EQ(-EACCES, words_map(&words, self->fd));
	EXPECT_EQ(-EACCES, words_map_for(&words, self->fd, PROT_WRITE));
}

TEST_F(kernel_words, attach)
{
	EXPECT_LT(0U, attachment_of(self->fd));
	EXPECT_EQ(1L, fdinfo_number(self->fd, "kipc-attachments:"));
}

TEST_F(kernel_words, stay_read_only)
{
	EXPECT_EQ(-1, mprotect(self->words.base, self->words.size,
			       PROT_READ | PROT_WRITE));
	EXPECT_EQ(EACCES, errno);
	EXPECT_EQ(-1, mprotect(self->words.base, self->words.size, PROT_WRITE));
	EXPECT_EQ(EACCES, errno);
}

static int run_store(void *data)
{
	struct words words = {};
	int ret = words_map_for(&words, *(int *)data, PROT_READ);

	if (!ret)
		word_store(word_at(&words, 0), 1);
	return ret;
}

TEST_F(kernel_words, refuse_a_store)
{
	struct child child;

	child_start(&child, run_store, &self->fd);
	EXPECT_EQ(CHILD_KILLED, child_finish(&child));
}

/* A debugger may write where the process cannot, but not to these pages. */
TEST_F(kernel_words, refuse_a_debugger)
{
	int memory = open("/proc/self/mem", O_RDWR | O_CLOEXEC);
	__u64 evil = 1;
	struct iovec from = { .iov_base = &evil, .iov_len = sizeof(evil) };
	struct iovec to = { .iov_base = self->word, .iov_len = sizeof(evil) };

	ASSERT_LE(0, memory);
	EXPECT_EQ(-1, pwrite64(memory, &evil, sizeof(evil),
			       (uintptr_t)self->word));
	EXPECT_EQ(EIO, errno);
	close(memory);
	EXPECT_EQ(-1, process_vm_writev(getpid(), &from, 1, &to, 1, 0));
	EXPECT_EQ(EFAULT, errno);
}

/* A system call that writes to memory is refused like a store. */
TEST_F(kernel_words, refuse_a_system_call)
{
	int sockets[2];

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, sockets));
	ASSERT_EQ(1, write(sockets[0], "x", 1));
	EXPECT_EQ(-1, read(sockets[1], self->word, 1));
	EXPECT_EQ(EFAULT, errno);
	close(sockets[0]);
	close(sockets[1]);
}

TEST_HARNESS_MAIN
