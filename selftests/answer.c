// SPDX-License-Identifier: GPL-2.0-only
/*
 * CREATE and OPEN fill in a structure on request, which says what INFO says of
 * the descriptor that they return. A call that cannot write the structure fails
 * and leaves nothing behind.
 */
#include "kipc_test.h"
#include "leaks.h"
#include "word.h"

#define BOTH	(KIPC_READ | KIPC_WRITE)

/*
 * Prepares a structure as INFO wants it. The call is to overwrite the other
 * fields.
 */
static void answer_prepare(struct kipc_info_args *answer)
{
	memset(answer, KIPC_POISON, sizeof(*answer));
	answer->size = sizeof(*answer);
	answer->flags = 0;
}

static int create_answered(struct kipc_create_args args, const char *name,
			   void *answer)
{
	args.name = (uintptr_t)name;
	args.name_length = name ? strlen(name) : 0;
	args.info = (uintptr_t)answer;
	return create(args);
}

static int open_answered(unsigned int type, const char *name,
			 unsigned int access, void *answer)
{
	struct kipc_open_args args = {
		.size = sizeof(args),
		.flags = access,
		.type = type,
		.name_length = strlen(name),
		.name = (uintptr_t)name,
		.info = (uintptr_t)answer,
	};

	return device_call(KIPC_OPEN, &args);
}

#define check_answer(fd, answer) do { \
	struct kipc_info_args __info; \
	ASSERT_LE(0, fd); \
	ASSERT_EQ(0, object_info(fd, &__info)); \
	EXPECT_EQ(0, memcmp(&__info, &(answer), sizeof(__info))); \
	EXPECT_NE(0U, (answer).inode); \
} while (0)

FIXTURE(answer) {
	struct kipc_info_args answer;
	struct kipc_create_args args;
	char name[64];
};

FIXTURE_VARIANT(answer) {
	__u32 type;
	__u32 flags;
};

FIXTURE_VARIANT_ADD(answer, semaphore) {
	.type = KIPC_SEMAPHORE,
};

FIXTURE_VARIANT_ADD(answer, packed_semaphore) {
	.type = KIPC_SEMAPHORE,
	.flags = KIPC_PACKED,
};

FIXTURE_VARIANT_ADD(answer, sealed_semaphore) {
	.type = KIPC_SEMAPHORE,
	.flags = KIPC_SEALED,
};

FIXTURE_VARIANT_ADD(answer, undo_semaphore) {
	.type = KIPC_SEMAPHORE,
	.flags = KIPC_UNDO,
};

FIXTURE_VARIANT_ADD(answer, barrier) {
	.type = KIPC_BARRIER,
};

FIXTURE_VARIANT_ADD(answer, mailbox) {
	.type = KIPC_MAILBOX,
};

FIXTURE_VARIANT_ADD(answer, mutex) {
	.type = KIPC_MUTEX,
};

FIXTURE_VARIANT_ADD(answer, region) {
	.type = KIPC_REGION,
};

FIXTURE_VARIANT_ADD(answer, ring) {
	.type = KIPC_RING,
};

FIXTURE_SETUP(answer)
{
	unique_name(self->name, "answer");
	self->args = any_args(variant->type);
	self->args.flags = variant->flags;
	answer_prepare(&self->answer);
}

FIXTURE_TEARDOWN(answer)
{
	unlink_named(self->name);
}

TEST_F(answer, of_an_anonymous_object)
{
	int fd = create_answered(self->args, NULL, &self->answer);

	check_answer(fd, self->answer);
	EXPECT_EQ((__u32)BOTH, self->answer.access);
}

TEST_F(answer, of_a_new_name)
{
	__u32 access;
	int fd;

	self->args.mode = 0640;
	for (access = KIPC_READ; access <= BOTH; access++) {
		self->args.access = access;
		answer_prepare(&self->answer);
		fd = create_answered(self->args, self->name, &self->answer);
		check_answer(fd, self->answer);
		EXPECT_EQ(access, self->answer.access);
		close(fd);
	}
}

TEST_F(answer, of_a_name_that_is_there)
{
	int first = create_answered(self->args, self->name, NULL);
	struct kipc_info_args info;
	int fd;

	ASSERT_LE(0, first);
	ASSERT_EQ(0, object_info(first, &info));
	fd = create_answered(self->args, self->name, &self->answer);
	check_answer(fd, self->answer);
	EXPECT_EQ(info.inode, self->answer.inode);
}

TEST_F(answer, of_an_opened_name)
{
	int first = create_answered(self->args, self->name, NULL), fd;
	__u32 access;

	ASSERT_LE(0, first);
	for (access = KIPC_READ; access <= BOTH; access++) {
		answer_prepare(&self->answer);
		fd = open_answered(variant->type, self->name, access,
				   &self->answer);
		check_answer(fd, self->answer);
		EXPECT_EQ(access, self->answer.access);
		close(fd);
	}
}

/* The process takes part in the object by another descriptor. */
TEST_F(answer, tells_an_attachment)
{
	int first = create_answered(self->args, self->name, NULL), fd;
	struct words words = {};

	ASSERT_LE(0, first);
	if (words_attach(&words, first))
		SKIP(return, "it cannot be mapped");
	fd = open_answered(variant->type, self->name, BOTH, &self->answer);
	check_answer(fd, self->answer);
	EXPECT_EQ(attachment_of(first), self->answer.attachment);
}

/* THREAD tells the attachment too, together with the number of the thread. */
TEST_F(answer, of_thread_tells_an_attachment)
{
	struct kipc_thread_args args = { .size = sizeof(args) };
	int fd = create(self->args);
	struct words words = {};

	ASSERT_EQ(0, kipc_call(fd, KIPC_THREAD, &args));
	EXPECT_EQ(0U, args.attachment);
	if (words_attach(&words, fd))
		SKIP(return, "it cannot be mapped");
	args.attachment = KIPC_POISON_32;
	ASSERT_EQ(0, kipc_call(fd, KIPC_THREAD, &args));
	EXPECT_EQ(thread_number(), (__s64)args.thread);
	EXPECT_EQ(attachment_of(fd), args.attachment);
	args.attachment = KIPC_POISON_32;
	EXPECT_EQ(0, device_call(KIPC_THREAD, &args));
	EXPECT_EQ(0U, args.attachment);
}

/*
 * Structures of the sizes that were published first, with memory behind them
 * that must not be read or written.
 */
TEST_F(answer, is_not_given_to_older_programs)
{
	struct kipc_create_args args = self->args, before;
	struct kipc_open_args open = {
		.size = 24,
		.flags = KIPC_READ,
		.type = variant->type,
		.name_length = strlen(self->name),
		.name = (uintptr_t)self->name,
		.info = (uintptr_t)&self->answer,
	}, opened = open;
	struct kipc_info_args untouched = self->answer;
	int fd;

	args.size = 72;
	args.name = (uintptr_t)self->name;
	args.name_length = strlen(self->name);
	args.info = (uintptr_t)&self->answer;
	before = args;
	fd = device_call(KIPC_CREATE, &args);
	ASSERT_LE(0, fd);
	EXPECT_EQ(0, memcmp(&before, &args, sizeof(args)));
	ASSERT_LE(0, device_call(KIPC_OPEN, &open));
	EXPECT_EQ(0, memcmp(&opened, &open, sizeof(open)));
	EXPECT_EQ(0, memcmp(&untouched, &self->answer, sizeof(untouched)));
}

/*
 * The bytes of a longer structure that the kernel does not know have to be
 * zero, and they stay zero.
 */
TEST_F(answer, of_a_longer_structure)
{
	struct {
		struct kipc_info_args args;
		__u64 more[2];
	} longer = { .args = { .size = sizeof(longer) } };
	int fd = create_answered(self->args, NULL, &longer);

	ASSERT_LE(0, fd);
	EXPECT_EQ(sizeof(longer), longer.args.size);
	EXPECT_EQ(variant->type, longer.args.type);
	EXPECT_EQ(0U, longer.more[0] | longer.more[1]);
	longer.more[1] = 1;
	EXPECT_EQ(-E2BIG, create_answered(self->args, NULL, &longer));
}

/* ------------------------------------------------------------------------ */
/* Answers that cannot be written                                           */
/* ------------------------------------------------------------------------ */

/* An answer, and the error of a call that cannot write it. */
struct refusal {
	void *answer;
	int error;
};

#define REFUSALS	6

/* Makes the answers, which exist as long as the process. */
static void refusals_make(struct refusal refusals[REFUSALS])
{
	struct kipc_info_args *pages, *flagged, *shorter, *longer;

	pages = mmap(NULL, 4 * 4096, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	answer_prepare(pages);
	flagged = shared_alloc(4096);
	answer_prepare(flagged);
	flagged->flags = 1;
	shorter = shared_alloc(4096);
	answer_prepare(shorter);
	shorter->size--;
	longer = shared_alloc(8192);
	longer->size = 4097;
	/*
	 * The first page can be read, so that only writing fails. Of the answer
	 * at the end of the second page only the first bytes are mapped.
	 */
	mprotect(pages, 4096, PROT_READ);
	munmap((char *)pages + 2 * 4096, 4096);
	refusals[0] = (struct refusal){ bad_pointer(), -EFAULT };
	refusals[1] = (struct refusal){ pages, -EFAULT };
	refusals[2] = (struct refusal){ (char *)pages + 2 * 4096 - 8, -EFAULT };
	refusals[3] = (struct refusal){ flagged, -EINVAL };
	refusals[4] = (struct refusal){ shorter, -EINVAL };
	refusals[5] = (struct refusal){ longer, -E2BIG };
	((__u32 *)refusals[2].answer)[0] = sizeof(struct kipc_info_args);
}

FIXTURE(refused) {
	struct refusal refusals[REFUSALS];
	struct kipc_create_args args;
	struct holdings before;
	char name[64];
};

FIXTURE_VARIANT(refused) {
	__u32 type;
};

FIXTURE_VARIANT_ADD(refused, semaphore) {
	.type = KIPC_SEMAPHORE,
};

FIXTURE_VARIANT_ADD(refused, barrier) {
	.type = KIPC_BARRIER,
};

FIXTURE_VARIANT_ADD(refused, mailbox) {
	.type = KIPC_MAILBOX,
};

FIXTURE_VARIANT_ADD(refused, mutex) {
	.type = KIPC_MUTEX,
};

FIXTURE_VARIANT_ADD(refused, region) {
	.type = KIPC_REGION,
};

FIXTURE_VARIANT_ADD(refused, ring) {
	.type = KIPC_RING,
};

FIXTURE_SETUP(refused)
{
	unique_name(self->name, "refused");
	self->args = any_args(variant->type);
	refusals_make(self->refusals);
	self->before = holdings_now();
}

FIXTURE_TEARDOWN(refused)
{
}

static void check_creating(struct __test_metadata *_metadata,
			   FIXTURE_DATA(refused) *self, const char *name,
			   __u32 flags)
{
	const struct refusal *refusal;
	int i;

	self->args.flags = flags;
	for (i = 0; i < REFUSALS; i++) {
		refusal = &self->refusals[i];
		EXPECT_EQ(refusal->error, create_answered(self->args, name,
							  refusal->answer)) {
			TH_LOG("refusal %d", i);
		}
	}
	check_holdings(self->before);
	if (name)
		EXPECT_EQ(-ENOENT, open_named(self->args.type, name, BOTH));
	if (!geteuid())
		EXPECT_EQ(0, quota_check());
}

TEST_F(refused, anonymous_object_is_gone)
{
	check_creating(_metadata, self, NULL, 0);
}

TEST_F(refused, name_is_gone)
{
	check_creating(_metadata, self, self->name, KIPC_EXCLUSIVE);
}

TEST_F(refused, persistent_name_is_gone)
{
	check_creating(_metadata, self, self->name, KIPC_PERSIST);
}

/* An object that existed before stays, with the descriptors that it had. */
TEST_F(refused, object_that_is_there_stays)
{
	struct kipc_list_entry entry = {};
	const struct refusal *refusal;
	int fd = create_answered(self->args, self->name, NULL), i;

	ASSERT_LE(0, fd);
	self->before = holdings_now();
	for (i = 0; i < REFUSALS; i++) {
		refusal = &self->refusals[i];
		EXPECT_EQ(refusal->error,
			  create_answered(self->args, self->name,
					  refusal->answer));
		EXPECT_EQ(refusal->error,
			  open_answered(variant->type, self->name, BOTH,
					refusal->answer));
	}
	check_holdings(self->before);
	ASSERT_EQ(1, list_find(self->name, &entry));
	EXPECT_EQ(1U, entry.descriptors);
	close(fd);
	EXPECT_EQ(-ENOENT, open_named(variant->type, self->name, BOTH));
}

TEST_HARNESS_MAIN
