// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every allocation and every copy from or to user space fails once, in each
 * system call on an object of any type. See fault.h for the rules that have to
 * hold then. Other programs test the verbs of each type.
 *
 * A new type needs a line in subject_args(), a variant of any_object, and a
 * variant of mapped if it can be mapped.
 */
#include "fault_check.h"
#include "descriptor.h"
#include "word.h"

/* System calls on an object of any type. */

FIXTURE(any_object) {
	struct subject *subject;
};

FIXTURE_VARIANT(any_object) {
	__u32 type;
	__u32 flags;
};

FIXTURE_VARIANT_ADD(any_object, semaphore) {
	.type = KIPC_SEMAPHORE,
};

FIXTURE_VARIANT_ADD(any_object, packed_semaphore) {
	.type = KIPC_SEMAPHORE,
	.flags = KIPC_PACKED,
};

FIXTURE_VARIANT_ADD(any_object, sealed_semaphore) {
	.type = KIPC_SEMAPHORE,
	.flags = KIPC_SEALED,
};

/* With KIPC_UNDO and KIPC_DROP an object is created like a sealed one. */
FIXTURE_VARIANT_ADD(any_object, barrier) {
	.type = KIPC_BARRIER,
};

FIXTURE_VARIANT_ADD(any_object, mailbox) {
	.type = KIPC_MAILBOX,
};

FIXTURE_VARIANT_ADD(any_object, mutex) {
	.type = KIPC_MUTEX,
};

FIXTURE_VARIANT_ADD(any_object, region) {
	.type = KIPC_REGION,
};

FIXTURE_SETUP(any_object)
{
	ASSERT_EQ(0, faults_open());
	self->subject = new_subject(variant->type, variant->flags);
}

FIXTURE_TEARDOWN(any_object)
{
	faults_close();
}

static int make_anonymous(struct subject *subject)
{
	subject->args.name = 0;
	subject->args.name_length = 0;
	return 0;
}

static int make_exclusive(struct subject *subject)
{
	subject->args.flags |= KIPC_EXCLUSIVE;
	return 0;
}

static int make_persistent(struct subject *subject)
{
	subject->args.flags |= KIPC_PERSIST;
	return 0;
}

/* Returns 0 if the call has made a descriptor of an object of the type. */
static int works_made(struct subject *subject)
{
	struct kipc_info_args info;
	int ret = object_info(subject->made, &info);

	if (ret)
		return ret;
	return info.type == subject->args.type ? 0 : -EPROTO;
}

static long count_names_now(struct subject *subject)
{
	(void)subject;
	return count_names();
}

static int call_create(struct subject *subject)
{
	struct kipc_create_args args = subject->args;
	struct kipc_info_args info = { .size = sizeof(info) };
	int ret;

	args.info = (uintptr_t)&info;
	ret = kipc_call(subject->device, KIPC_CREATE, &args);
	if (ret < 0)
		return ret;
	subject->made = ret;
	return info.type == args.type ? 0 : -EPROTO;
}

TEST_F_TIMEOUT(any_object, create_anonymous, 800)
{
	const struct operation operation = {
		.absent = true,
		.before = make_anonymous,
		.call = call_create,
		.works = works_made,
		.state = count_names_now,
	};

	check_faults(_metadata, self->subject, &operation);
}

TEST_F_TIMEOUT(any_object, create_named, 800)
{
	const struct operation operation = {
		.absent = true,
		.before = make_exclusive,
		.call = call_create,
		.works = works_made,
		.state = count_names_now,
		.becomes = 1,
	};

	check_faults(_metadata, self->subject, &operation);
}

TEST_F_TIMEOUT(any_object, create_persistent, 800)
{
	const struct operation operation = {
		.absent = true,
		.before = make_persistent,
		.call = call_create,
		.works = works_made,
		.state = count_names_now,
		.becomes = 1,
	};

	check_faults(_metadata, self->subject, &operation);
}

TEST_F_TIMEOUT(any_object, create_what_is_there, 800)
{
	const struct operation operation = {
		.call = call_create,
		.works = works_made,
		.state = count_names_now,
		.was = 1,
		.becomes = 1,
	};

	check_faults(_metadata, self->subject, &operation);
}

static int call_create_exclusive(struct subject *subject)
{
	struct kipc_create_args args = subject->args;

	args.flags |= KIPC_EXCLUSIVE;
	return kipc_call(subject->device, KIPC_CREATE, &args);
}

TEST_F_TIMEOUT(any_object, create_what_must_not_be_there, 800)
{
	const struct operation operation = {
		.call = call_create_exclusive,
		.ret = -EEXIST,
		.state = count_names_now,
		.was = 1,
		.becomes = 1,
	};

	check_faults(_metadata, self->subject, &operation);
}

static int call_open(struct subject *subject)
{
	struct kipc_info_args info = { .size = sizeof(info) };
	struct kipc_open_args args = {
		.size = sizeof(args),
		.flags = KIPC_READ | KIPC_WRITE,
		.type = subject->args.type,
		.name_length = strlen(subject->name),
		.name = (uintptr_t)subject->name,
		.info = (uintptr_t)&info,
	};
	int ret = kipc_call(subject->device, KIPC_OPEN, &args);

	if (ret < 0)
		return ret;
	subject->made = ret;
	return info.type == args.type ? 0 : -EPROTO;
}

TEST_F_TIMEOUT(any_object, open, 800)
{
	const struct operation operation = {
		.call = call_open,
		.works = works_made,
	};

	check_faults(_metadata, self->subject, &operation);
}

TEST_F_TIMEOUT(any_object, open_what_is_not_there, 800)
{
	const struct operation operation = {
		.absent = true,
		.call = call_open,
		.ret = -ENOENT,
	};

	check_faults(_metadata, self->subject, &operation);
}

static int call_unlink(struct subject *subject)
{
	struct kipc_unlink_args args = {
		.size = sizeof(args),
		.name_length = strlen(subject->name),
		.name = (uintptr_t)subject->name,
	};

	return kipc_call(subject->device, KIPC_UNLINK, &args);
}

TEST_F_TIMEOUT(any_object, unlink, 800)
{
	const struct operation operation = {
		.call = call_unlink,
		.state = count_names_now,
		.was = 1,
	};

	check_faults(_metadata, self->subject, &operation);
}

/*
 * Makes an object that exists only by its name, because no process has it open.
 */
static int make_kept_by_name(struct subject *subject)
{
	subject->args.flags |= KIPC_PERSIST;
	return errno_of(close(create(subject->args)));
}

TEST_F_TIMEOUT(any_object, unlink_persistent, 800)
{
	const struct operation operation = {
		.absent = true,
		.before = make_kept_by_name,
		.call = call_unlink,
		.state = count_names_now,
		.was = 1,
	};

	check_faults(_metadata, self->subject, &operation);
}

static int call_list(struct subject *subject)
{
	struct kipc_list_entry *entries = (void *)subject->buffer;
	struct kipc_list_args args = {
		.size = sizeof(args),
		.count = BUFFER_SIZE / sizeof(*entries),
		.entry_size = sizeof(*entries),
		.entries = (uintptr_t)entries,
	};
	int ret = kipc_call(subject->device, KIPC_LIST, &args);

	if (ret < 0)
		return args.cursor ? -EPROTO : ret;
	return ret == 1 && !memcmp(entries->name, subject->name,
				   entries->name_length) ? 0 : -ENOENT;
}

TEST_F_TIMEOUT(any_object, list, 800)
{
	const struct operation operation = {
		.call = call_list,
	};

	check_faults(_metadata, self->subject, &operation);
}

static int call_info(struct subject *subject)
{
	struct kipc_info_args info;
	int ret = object_info(subject->fd, &info);

	if (ret)
		return ret;
	return info.type == subject->args.type ? 0 : -EPROTO;
}

TEST_F_TIMEOUT(any_object, info, 800)
{
	const struct operation operation = {
		.call = call_info,
	};

	check_faults(_metadata, self->subject, &operation);
}

static int open_fdinfo(struct subject *subject)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", subject->fd);
	subject->other = open(path, O_RDONLY | O_CLOEXEC);
	return errno_of(subject->other);
}

static int call_read_other(struct subject *subject)
{
	ssize_t length = pread(subject->other, subject->buffer,
			       BUFFER_SIZE - 1, 0);

	if (length < 0)
		return -errno;
	subject->buffer[length] = 0;
	return strstr(subject->buffer, subject->name) ? 0 : -ENOENT;
}

TEST_F_TIMEOUT(any_object, fdinfo, 800)
{
	const struct operation operation = {
		.before = open_fdinfo,
		.call = call_read_other,
	};

	check_faults(_metadata, self->subject, &operation);
}

/*
 * Sends and receives a descriptor. With a fault the receiver may get the
 * message without the descriptor, which is EPROTO.
 */
static int call_pass(struct subject *subject)
{
	int ret = send_descriptor(subject->sockets[0], subject->fd);

	if (ret)
		return ret;
	ret = receive_descriptor(subject->sockets[1]);
	if (ret < 0)
		return ret;
	subject->made = ret;
	return 0;
}

static int make_sockets(struct subject *subject)
{
	return errno_of(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0,
				   subject->sockets));
}

TEST_F_TIMEOUT(any_object, pass, 800)
{
	const struct operation operation = {
		.before = make_sockets,
		.call = call_pass,
		.works = works_made,
		.also = -EPROTO,
	};

	check_faults(_metadata, self->subject, &operation);
}

static int call_open_device(struct subject *subject)
{
	subject->made = open(KIPC_DEVICE, O_RDWR | O_CLOEXEC);
	return errno_of(subject->made);
}

TEST_F_TIMEOUT(any_object, open_device, 800)
{
	const struct operation operation = {
		.call = call_open_device,
	};

	check_faults(_metadata, self->subject, &operation);
}

/* Objects that can be mapped. */

FIXTURE(mapped) {
	struct subject *subject;
};

FIXTURE_VARIANT(mapped) {
	__u32 type;
	__u32 flags;
	__u32 elements;
};

FIXTURE_VARIANT_ADD(mapped, semaphore) {
	.type = KIPC_SEMAPHORE,
	.elements = ELEMENTS,
};

/* There are so many pages that they need page tables of their own. */
FIXTURE_VARIANT_ADD(mapped, large_semaphore) {
	.type = KIPC_SEMAPHORE,
	.elements = KIPC_ELEMENTS_MAX,
};

/*
 * The kernel allocates memory to count what each process holds that maps the
 * object.
 */
FIXTURE_VARIANT_ADD(mapped, undo_semaphore) {
	.type = KIPC_SEMAPHORE,
	.flags = KIPC_UNDO,
	.elements = ELEMENTS,
};

FIXTURE_VARIANT_ADD(mapped, barrier) {
	.type = KIPC_BARRIER,
	.elements = 1,
};

FIXTURE_VARIANT_ADD(mapped, drop_barrier) {
	.type = KIPC_BARRIER,
	.flags = KIPC_DROP,
	.elements = 1,
};

FIXTURE_VARIANT_ADD(mapped, mutex) {
	.type = KIPC_MUTEX,
	.elements = ELEMENTS,
};

FIXTURE_VARIANT_ADD(mapped, region) {
	.type = KIPC_REGION,
	.elements = ELEMENTS,
};

FIXTURE_SETUP(mapped)
{
	ASSERT_EQ(0, faults_open());
	self->subject = new_subject(variant->type, variant->flags);
	self->subject->args.elements = variant->elements;
}

FIXTURE_TEARDOWN(mapped)
{
	faults_close();
}

/*
 * Returns 0 if the last word, read through the mapping, has the expected value.
 */
static int works_words(struct subject *subject)
{
	__u64 expected = 0;

	if (subject->args.flags & (KIPC_UNDO | KIPC_DROP))
		expected = KIPC_SLOW;
	else if (subject->args.type == KIPC_SEMAPHORE)
		expected = subject->args.attributes.semaphore.initial;
	if (word_load(word_at(&subject->words, subject->args.elements - 1)) !=
	    expected)
		return -EPROTO;
	return 0;
}

static int prepare_words(struct subject *subject)
{
	int ret = words_attach(&subject->words, subject->fd);

	if (!ret)
		ret = errno_of(munmap(subject->words.base,
				      subject->words.size));
	subject->words.base = NULL;
	return ret;
}

TEST_F_TIMEOUT(mapped, mmap, 800)
{
	const struct operation operation = {
		.before = prepare_words,
		.call = call_mmap,
		.works = works_words,
	};

	check_faults(_metadata, self->subject, &operation);
}

static int call_munmap(struct subject *subject)
{
	if (munmap(subject->words.base, subject->words.size))
		return -errno;
	subject->words.base = NULL;
	return 0;
}

TEST_F_TIMEOUT(mapped, munmap, 800)
{
	const struct operation operation = {
		.mapped = true,
		.call = call_munmap,
	};

	check_faults(_metadata, self->subject, &operation);
}

static int drop_pages(struct subject *subject)
{
	return errno_of(madvise(subject->words.base, subject->words.size,
				MADV_DONTNEED));
}

/* If the page tables still exist, a page fault allocates nothing. */
TEST_F_TIMEOUT(mapped, page_fault, 800)
{
	const struct operation operation = {
		.mapped = true,
		.before = drop_pages,
		.call = works_words,
		.works = works_words,
		.may_not_fail = true,
	};

	check_faults(_metadata, self->subject, &operation);
}

static int call_fork(struct subject *subject)
{
	pid_t pid = fork();

	if (pid < 0)
		return -errno;
	if (!pid)
		_exit(works_words(subject) ? 1 : 0);
	return child_wait(pid);
}

/* There are many faults, of which nearly none are in the module. */
TEST_F_TIMEOUT(mapped, fork, 800)
{
	const struct operation operation = {
		.mapped = true,
		.call = call_fork,
		.works = works_words,
		.also = -EAGAIN,
	};

	if (self->subject->args.elements > ELEMENTS)
		SKIP(return, "as with few pages");
	if (self->subject->args.type != KIPC_SEMAPHORE || variant->flags)
		SKIP(return, "these words are not copied");
	check_faults(_metadata, self->subject, &operation);
}

int main(int argc, char **argv)
{
	return faults_main(argc, argv);
}
