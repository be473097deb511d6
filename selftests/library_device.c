// SPDX-License-Identifier: GPL-2.0-only
/*
 * libkipc keeps the device open, and it needs few system calls to create and to
 * open an object.
 */
#include "kipc_test.h"
#include "library.h"

#include <pthread.h>
#include <sched.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>

#define RENEWALS	40	/* more than the descriptors it keeps */
#define THREADS		8
#define ELEMENTS	4096

static char name[64];

static int make_semaphore(void)
{
	struct kipc_semaphore *semaphore;
	int error = kipc_semaphore_create(&semaphore, NULL, NULL);

	if (!error)
		kipc_semaphore_close(semaphore);
	return error;
}

/* ------------------------------------------------------------------------ */
/* System calls                                                             */
/* ------------------------------------------------------------------------ */

static int create_semaphore(const char *text)
{
	struct kipc_semaphore *semaphore;

	return kipc_semaphore_create(&semaphore, text, NULL);
}

static int open_semaphore(const char *text)
{
	struct kipc_semaphore *semaphore;

	return kipc_semaphore_open(&semaphore, text, KIPC_READ | KIPC_WRITE);
}

static int create_undo_semaphore(const char *text)
{
	const struct kipc_semaphore_options options = { .flags = KIPC_UNDO };
	struct kipc_semaphore *semaphore;

	return kipc_semaphore_create(&semaphore, text, &options);
}

static int create_barrier(const char *text)
{
	const struct kipc_barrier_options options = { .parties = 2 };
	struct kipc_barrier *barrier;

	return kipc_barrier_create(&barrier, text, &options);
}

static int create_memberless_barrier(const char *text)
{
	const struct kipc_barrier_options options = {
		.flags = KIPC_NO_MEMBERS,
		.parties = 2,
	};
	struct kipc_barrier *barrier;

	return kipc_barrier_create(&barrier, text, &options);
}

static int open_barrier(const char *text)
{
	struct kipc_barrier *barrier;

	return kipc_barrier_open(&barrier, text, KIPC_READ | KIPC_WRITE);
}

static int create_mailbox(const char *text)
{
	struct kipc_mailbox *mailbox;

	return kipc_mailbox_create(&mailbox, text, NULL);
}

static int open_mailbox(const char *text)
{
	struct kipc_mailbox *mailbox;

	return kipc_mailbox_open(&mailbox, text, KIPC_READ | KIPC_WRITE);
}

static int create_mutex(const char *text)
{
	struct kipc_mutex *mutex;

	return kipc_mutex_create(&mutex, text, NULL);
}

static int open_mutex(const char *text)
{
	struct kipc_mutex *mutex;

	return kipc_mutex_open(&mutex, text, KIPC_READ | KIPC_WRITE);
}

static int create_region(const char *text)
{
	const struct kipc_region_options options = { .mutexes = 1 };
	struct kipc_region *region;

	return kipc_region_create(&region, text, &options);
}

static int open_region(const char *text)
{
	struct kipc_region *region;

	return kipc_region_open(&region, text, KIPC_READ | KIPC_WRITE);
}

FIXTURE(calls) {
	char name[64];
};

FIXTURE_VARIANT(calls) {
	int (*create)(const char *text);
	int (*open)(const char *text);
	int count;
};

FIXTURE_VARIANT_ADD(calls, semaphore) {
	.create = create_semaphore,
	.open = open_semaphore,
	.count = 2,
};

FIXTURE_VARIANT_ADD(calls, undo_semaphore) {
	.create = create_undo_semaphore,
	.open = open_semaphore,
	.count = 3,
};

FIXTURE_VARIANT_ADD(calls, barrier) {
	.create = create_barrier,
	.open = open_barrier,
	.count = 3,
};

FIXTURE_VARIANT_ADD(calls, memberless_barrier) {
	.create = create_memberless_barrier,
	.open = open_barrier,
	.count = 2,
};

/* A mailbox has no words. */
FIXTURE_VARIANT_ADD(calls, mailbox) {
	.create = create_mailbox,
	.open = open_mailbox,
	.count = 1,
};

FIXTURE_VARIANT_ADD(calls, mutex) {
	.create = create_mutex,
	.open = open_mutex,
	.count = 3,
};

FIXTURE_VARIANT_ADD(calls, region) {
	.create = create_region,
	.open = open_region,
	.count = 3,
};

/*
 * The tracer counts the system calls between two such calls, which the library
 * does not make.
 */
#define MARK()	syscall(SYS_getppid)

struct traced {
	int (*run)(const char *text);
	const char *text;
};

static int run_traced(void *data)
{
	const struct traced *traced = data;
	int error;

	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL))
		return -errno;
	raise(SIGSTOP);
	MARK();
	error = traced->run(traced->text);
	MARK();
	return error;
}

/*
 * Runs to the next stop at a system call. Returns false if the child has ended.
 */
static bool next_stop(pid_t pid)
{
	siginfo_t info = {};

	/* A child that has ended is left to child_finish(). */
	return !ptrace(PTRACE_SYSCALL, pid, NULL, NULL) &&
	       !waitid(P_PID, pid, &info, WSTOPPED | WEXITED | WNOWAIT) &&
	       info.si_code == CLD_TRAPPED;
}

static bool enters_call(pid_t pid, __u64 *number)
{
	struct __ptrace_syscall_info info = {};

	if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, (void *)sizeof(info),
		   &info) <= 0)
		return false;
	*number = info.entry.nr;
	return info.op == PTRACE_SYSCALL_INFO_ENTRY;
}

static int count_between_marks(pid_t pid)
{
	int count = 0, marks = 0;
	__u64 number;

	while (next_stop(pid)) {
		if (!enters_call(pid, &number))
			continue;
		if (number == SYS_getppid)
			marks++;
		else
			count += marks == 1;
	}
	return marks == 2 ? count : -EPROTO;
}

/* Returns the number of system calls of a run, or a negative errno. */
static int count_calls(int (*run)(const char *text), const char *text)
{
	struct traced traced = { run, text };
	struct child child;
	int count, error, status;

	child_start(&child, run_traced, &traced);
	if (waitpid(child.pid, &status, __WALL) != child.pid ||
	    ptrace(PTRACE_SETOPTIONS, child.pid, NULL,
		   PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL))
		return -errno;
	count = count_between_marks(child.pid);
	error = child_finish(&child);
	return error ?: count;
}

FIXTURE_SETUP(calls)
{
	/*
	 * Opens the device, does what is done only once, and leaves room on the
	 * heap.
	 */
	ASSERT_EQ(0, create_mutex(NULL));
	free(malloc(4096));
	unique_name(self->name, "calls");
}

FIXTURE_TEARDOWN(calls)
{
}

TEST_F(calls, create_anonymous)
{
	EXPECT_EQ(variant->count, count_calls(variant->create, NULL));
}

TEST_F(calls, create_named)
{
	EXPECT_EQ(variant->count, count_calls(variant->create, self->name));
}

TEST_F(calls, create_what_is_there)
{
	ASSERT_EQ(0, variant->create(self->name));
	EXPECT_EQ(variant->count, count_calls(variant->create, self->name));
}

TEST_F(calls, open)
{
	ASSERT_EQ(0, variant->create(self->name));
	EXPECT_EQ(variant->count, count_calls(variant->open, self->name));
}

/* ------------------------------------------------------------------------ */
/* The words                                                                */
/* ------------------------------------------------------------------------ */

static long page_faults(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_minflt + usage.ru_majflt;
}

static int post_each(struct kipc_semaphore *semaphore)
{
	int error = 0;
	uint32_t i;

	for (i = 0; i < ELEMENTS && !error; i++)
		error = kipc_semaphore_post(semaphore, i, 1);
	return error;
}

/* The first use of an element takes no page fault. */
TEST(words_are_there_at_once)
{
	const struct kipc_semaphore_options options = { .elements = ELEMENTS };
	struct kipc_semaphore *warm, *semaphore;
	long before;

	ASSERT_EQ(0, kipc_semaphore_create(&warm, NULL, &options));
	page_faults();
	ASSERT_EQ(0, post_each(warm));
	ASSERT_EQ(0, kipc_semaphore_create(&semaphore, NULL, &options));
	before = page_faults();
	EXPECT_EQ(0, post_each(semaphore));
	EXPECT_EQ(before, page_faults());
}

TEST(mutexes_are_there_at_once)
{
	struct kipc_mutex *warm, *mutex;
	long before;

	ASSERT_EQ(0, kipc_mutex_create(&warm, NULL, NULL));
	page_faults();
	EXPECT_EQ(0, kipc_mutex_lock(warm, 0));
	ASSERT_EQ(0, kipc_mutex_create(&mutex, NULL, NULL));
	before = page_faults();
	EXPECT_EQ(0, kipc_mutex_lock(mutex, 0));
	EXPECT_EQ(before, page_faults());
	EXPECT_EQ(0, kipc_mutex_unlock(mutex, 0));
	EXPECT_EQ(0, kipc_mutex_unlock(warm, 0));
}

/* ------------------------------------------------------------------------ */
/* The descriptor                                                           */
/* ------------------------------------------------------------------------ */

/* Makes the library open the device. Returns the number of its descriptor. */
static int open_kept(void)
{
	int number = open("/dev/null", O_RDONLY | O_CLOEXEC);

	close(number);
	return make_semaphore() ? -1 : number;
}

/* Returns true if the descriptor is one of this file. */
static bool names(int fd, const char *path)
{
	struct stat one, other;

	return !fstat(fd, &one) && !stat(path, &other) &&
	       one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

static int close_all(void)
{
	return syscall(SYS_close_range, 3U, ~0U, 0);
}

TEST(device_is_opened_once)
{
	int kept = open_kept();
	unsigned int before = count_descriptors();

	EXPECT_TRUE(names(kept, KIPC_DEVICE));
	EXPECT_EQ(FD_CLOEXEC, fcntl(kept, F_GETFD));
	EXPECT_EQ(0, make_semaphore());
	EXPECT_EQ(-ENOENT, kipc_unlink(unique_name(name, "device")));
	EXPECT_EQ(before, count_descriptors());
}

TEST(device_is_opened_again_after_closing_all)
{
	struct kipc_semaphore *semaphore;
	int i;

	ASSERT_EQ(0, make_semaphore());
	unique_name(name, "device");
	for (i = 0; i < RENEWALS; i++) {
		ASSERT_EQ(0, close_all());
		ASSERT_EQ(-ENOENT, kipc_unlink(name));
		ASSERT_EQ(0, close_all());
		ASSERT_EQ(-ENOENT, kipc_semaphore_open(&semaphore, name, KIPC_READ));
		ASSERT_EQ(0, close_all());
		ASSERT_EQ(0, make_semaphore());
		ASSERT_GE(1U, count_descriptors() - 3);
	}
}

/*
 * Other files that have got the number of the descriptor. They return ENOTTY or
 * EINVAL, or they have verbs too.
 */

static int open_null(void)
{
	return open("/dev/null", O_RDWR | O_CLOEXEC);
}

static int open_urandom(void)
{
	return open("/dev/urandom", O_RDWR | O_CLOEXEC);
}

static int open_socket(void)
{
	return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

static int open_object(void)
{
	return create(any_args(KIPC_MUTEX));
}

static int open_nothing(void)
{
	return -1;
}

FIXTURE(stranger) {
	int number;
	struct stat status;
};

FIXTURE_VARIANT(stranger) {
	int (*open)(void);
	int says;
};

FIXTURE_VARIANT_ADD(stranger, null) {
	.open = open_null,
	.says = -ENOTTY,
};

FIXTURE_VARIANT_ADD(stranger, urandom) {
	.open = open_urandom,
	.says = -EINVAL,
};

FIXTURE_VARIANT_ADD(stranger, socket) {
	.open = open_socket,
	.says = -ENOTTY,
};

FIXTURE_VARIANT_ADD(stranger, object) {
	.open = open_object,
	.says = -ENOTTY,
};

FIXTURE_VARIANT_ADD(stranger, nothing) {
	.open = open_nothing,
	.says = -EBADF,
};

FIXTURE_SETUP(stranger)
{
	struct kipc_create_args args = any_args(KIPC_SEMAPHORE);
	int fd;

	unique_name(name, "stranger");
	self->number = open_kept();
	ASSERT_TRUE(names(self->number, KIPC_DEVICE));
	close(self->number);
	fd = variant->open();
	if (fd >= 0 && fd != self->number) {
		ASSERT_EQ(self->number, dup2(fd, self->number));
		close(fd);
	}
	fstat(self->number, &self->status);
	ASSERT_EQ(variant->says, kipc_call(self->number, KIPC_CREATE, &args));
}

/*
 * The file is still open, unless its number was free, so that the device could
 * get it again.
 */
FIXTURE_TEARDOWN(stranger)
{
	struct stat status = {};

	if (variant->says == -EBADF)
		return;
	EXPECT_EQ(0, fstat(self->number, &status));
	EXPECT_EQ(self->status.st_dev, status.st_dev);
	EXPECT_EQ(self->status.st_ino, status.st_ino);
}

TEST_F(stranger, is_not_asked_to_create)
{
	struct kipc_semaphore *semaphore;

	ASSERT_EQ(0, kipc_semaphore_create(&semaphore, name, NULL));
	EXPECT_EQ(0, kipc_semaphore_post(semaphore, 0, 1));
	kipc_semaphore_close(semaphore);
}

TEST_F(stranger, is_not_asked_to_open)
{
	struct kipc_semaphore *semaphore;
	int fd = create_named(any_args(KIPC_SEMAPHORE), name, 0);

	ASSERT_LE(0, fd);
	EXPECT_EQ(0, kipc_semaphore_open(&semaphore, name, KIPC_READ));
}

TEST_F(stranger, is_not_believed_an_error)
{
	const struct kipc_semaphore_options bad = { .initial = 2, .max = 1 };
	struct kipc_semaphore *semaphore;

	EXPECT_EQ(-ENOENT, kipc_semaphore_open(&semaphore, name, KIPC_READ));
	EXPECT_EQ(-EINVAL, kipc_semaphore_create(&semaphore, NULL, &bad));
}

TEST_F(stranger, is_not_asked_to_unlink)
{
	EXPECT_EQ(-ENOENT, kipc_unlink(name));
}

TEST_F(stranger, is_not_asked_to_list)
{
	struct kipc_list_entry entry;
	uint64_t cursor = 0;
	int fd = create_named(any_args(KIPC_SEMAPHORE), name, 0);

	ASSERT_LE(0, fd);
	EXPECT_EQ(1, kipc_list(&cursor, &entry, 1));
}

TEST(device_serves_a_child)
{
	int kept = open_kept();
	unsigned int before = count_descriptors();
	pid_t child = child_fork();

	if (!child) {
		EXPECT_EQ(0, make_semaphore());
		EXPECT_EQ(before, count_descriptors());
		/*
		 * Closing a descriptor in the child does not affect the parent.
		 */
		close(kept);
		EXPECT_EQ(0, make_semaphore());
		_exit(_metadata->exit_code);
	}
	EXPECT_EQ(0, child_wait(child));
	EXPECT_TRUE(names(kept, KIPC_DEVICE));
	EXPECT_EQ(0, make_semaphore());
	EXPECT_EQ(before, count_descriptors());
}

/* The first process to open the device may be a child. */
TEST(device_of_a_child_is_its_own)
{
	unsigned int before = count_descriptors();
	pid_t child = child_fork();

	if (!child) {
		EXPECT_EQ(0, make_semaphore());
		_exit(_metadata->exit_code);
	}
	EXPECT_EQ(0, child_wait(child));
	EXPECT_EQ(before, count_descriptors());
	EXPECT_EQ(0, make_semaphore());
}

TEST(device_serves_in_another_root)
{
	char path[] = "/tmp/kipc-root-XXXXXX";
	int kept = open_kept();

	if (geteuid())
		SKIP(return, "needs root to change the root");
	ASSERT_NE(NULL, mkdtemp(path));
	ASSERT_EQ(0, chroot(path));
	ASSERT_EQ(0, chdir("/"));
	EXPECT_NE(0, access(KIPC_DEVICE, F_OK));
	EXPECT_EQ(0, make_semaphore());
	EXPECT_EQ(-ENOENT, kipc_unlink(unique_name(name, "device")));
	close(kept);
	EXPECT_EQ(-ENODEV, make_semaphore());
	EXPECT_EQ(-ENODEV, kipc_unlink(unique_name(name, "device")));
}

#define STACK	(256 << 10)

static int run_make_semaphore(void *data)
{
	(void)data;
	return make_semaphore() ? 1 : 0;
}

/*
 * A child of vfork() shares the memory of the library but has its own
 * descriptors. The number that it leaves in the memory belongs to no file or to
 * another file of this process.
 */
TEST(device_of_a_child_in_our_memory)
{
	char *stack = shared_alloc(STACK);
	struct stat before, after;
	unsigned int descriptors;
	pid_t child;
	int fd;

	child = clone(run_make_semaphore, stack + STACK,
		      CLONE_VM | CLONE_VFORK | SIGCHLD, NULL);
	ASSERT_LT(0, child);
	ASSERT_EQ(0, child_wait(child));
	fd = open("/dev/zero", O_RDONLY | O_CLOEXEC);
	ASSERT_EQ(0, fstat(fd, &before));
	descriptors = count_descriptors();
	EXPECT_EQ(0, make_semaphore());
	EXPECT_EQ(descriptors + 1, count_descriptors());
	EXPECT_EQ(0, fstat(fd, &after));
	EXPECT_EQ(before.st_ino, after.st_ino);
	EXPECT_EQ(0, make_semaphore());
	EXPECT_EQ(descriptors + 1, count_descriptors());
}

static pthread_barrier_t start;

static void *run_first(void *data)
{
	int *error = data;

	pthread_barrier_wait(&start);
	*error = make_semaphore();
	return NULL;
}

/* All threads are the first user, but only one descriptor stays open. */
TEST(device_is_opened_once_by_many)
{
	unsigned int before = count_descriptors();
	pthread_t threads[THREADS];
	int errors[THREADS], i;

	pthread_barrier_init(&start, NULL, THREADS);
	for (i = 0; i < THREADS; i++)
		ASSERT_EQ(0, pthread_create(&threads[i], NULL, run_first, &errors[i]));
	for (i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
		EXPECT_EQ(0, errors[i]);
	}
	EXPECT_EQ(before + 1, count_descriptors());
}

TEST_HARNESS_MAIN
