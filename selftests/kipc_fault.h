/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One system call, made again and again: each time the next thing in it that can
 * fail does, an allocation or a copy from or to user space, until nothing is
 * left. The kernel counts them for us in /proc/self/fail-nth, see
 * Documentation/fault-injection/. Whatever the fault, the call either does all it
 * is for or fails, changes nothing and works the next time; and nothing is left
 * behind.
 */
#ifndef KIPC_FAULT_H
#define KIPC_FAULT_H

#include "kipc_leaks.h"
#include "kipc_word.h"

#include <pthread.h>
#include <sys/rseq.h>

/* No call here has as many places where it can fail. */
#define MOST_FAULTS	5000U

#define BUFFER_SIZE	3000

/* Of the objects. */
#define ELEMENTS	256	/* of words, and what the kernel has, some pages */
#define INITIAL		2
#define MAX		3
#define PARTIES		2
#define MESSAGES	2
#define REGION		20000

struct subject;

/* A system call, what it works on and what it does. */
struct operation {
	bool absent;		/* there is no object before it */
	bool mapped;		/* the object is mapped before it */
	int (*before)(struct subject *subject);
	void (*help)(struct subject *subject);	/* by another process */
	int (*call)(struct subject *subject);
	int (*works)(struct subject *subject);	/* after it has succeeded */
	int ret;		/* of the call without a fault */
	int also;		/* with one, beside what is_fault() knows */
	bool may_not_fail;	/* there may be nothing in it that can */
	long (*state)(struct subject *subject);	/* that the call changes */
	long was;
	long becomes;
};

/* One object, what a call needs beside it, and what it made. */
struct subject {
	const struct operation *operation;
	struct kipc_create_args args;
	char name[64];
	int device;
	int fd;			/* the object */
	int made;		/* by the call */
	int other;		/* a descriptor that the call needs */
	int sockets[2];
	struct words words;
	__u32 attachment;	/* of this process to the object, if it needs one */
	struct child helper;
	struct kipc_barrier_wait_args arrival;
	__s64 deadline;
	char buffer[BUFFER_SIZE];
};

/* Everything may fail, and the kernel does not comment on it. */
static const char *const fault_settings[][2] = {
	{ "failslab/ignore-gfp-wait", "N" },
	{ "failslab/verbose", "0" },
	{ "fail_page_alloc/ignore-gfp-wait", "N" },
	{ "fail_page_alloc/ignore-gfp-highmem", "N" },
	{ "fail_page_alloc/min-order", "0" },
	{ "fail_page_alloc/verbose", "0" },
	{ "fail_usercopy/verbose", "0" },
};

static int fail_nth = -1;

/*
 * A thread that was preempted has its restartable sequences updated on the way
 * back to user space; where that copy fails it gets a SIGSEGV, which is not what
 * is tested here. The C library has registered us, at this offset from the thread's
 * own block.
 */
static inline void leave_restartable_sequences(void)
{
	char *area = (char *)pthread_self() + __rseq_offset;

	if (__rseq_size)
		syscall(SYS_rseq, area, sizeof(struct rseq),
			RSEQ_FLAG_UNREGISTER, RSEQ_SIG);
}

/* Of this process; 0 or a negative errno. */
static inline int faults_open(void)
{
	leave_restartable_sequences();
	fail_nth = open("/proc/self/fail-nth", O_RDWR | O_CLOEXEC);
	return fail_nth < 0 ? -errno : 0;
}

/* Returns why no faults can be injected, or NULL. */
static inline const char *faults_prepare(void)
{
	char path[96];
	size_t i;

	if (geteuid())
		return "needs root";
	if (access("/proc/self/fail-nth", F_OK))
		return "this kernel has no /proc/self/fail-nth";
	for (i = 0; i < ARRAY_SIZE(fault_settings); i++) {
		snprintf(path, sizeof(path), "/sys/kernel/debug/%s",
			 fault_settings[i][0]);
		if (write_file(path, fault_settings[i][1]))
			return "cannot set up faults in /sys/kernel/debug";
	}
	return NULL;
}

/* In place of TEST_HARNESS_MAIN: all tests or none. */
static inline int faults_main(int argc, char **argv)
{
	const char *why = faults_prepare();

	if (why) {
		ksft_print_header();
		ksft_exit_skip("%s\n", why);
	}
	return test_harness_run(argc, argv);
}

/* From here on the nth thing that can fail does. */
static inline bool faults_arm(unsigned int nth)
{
	char text[16];
	int length = snprintf(text, sizeof(text), "%u", nth);

	return write(fail_nth, text, length) == length;
}

/*
 * Returns whether the fault has happened. Asking copies and so may itself be hit
 * by it: then it had not.
 */
static inline bool faults_disarm(void)
{
	char text[16] = "";
	bool happened = pread(fail_nth, text, sizeof(text) - 1, 0) > 0 &&
			atoi(text) == 0;

	while (write(fail_nth, "0", 1) != 1)
		;
	return happened;
}

static inline int run_helper(void *data)
{
	struct subject *subject = data;

	subject->operation->help(subject);
	return 0;
}

static inline int subject_make(struct subject *subject)
{
	const struct operation *operation = subject->operation;
	int ret = 0;

	subject->fd = -1;
	subject->made = -1;
	subject->other = -1;
	subject->sockets[0] = -1;
	subject->sockets[1] = -1;
	subject->words.base = NULL;
	subject->helper.pid = 0;
	subject->device = device_open();
	if (!operation->absent) {
		subject->fd = create(subject->args);
		if (subject->fd < 0)
			return subject->fd;
	}
	if (operation->mapped)
		ret = words_attach(&subject->words, subject->fd);
	if (!ret && operation->before)
		ret = operation->before(subject);
	if (!ret && operation->help)
		child_start(&subject->helper, run_helper, subject);
	return ret;
}

static inline void subject_drop(struct subject *subject)
{
	const int fds[] = {
		subject->device, subject->fd, subject->made, subject->other,
		subject->sockets[0], subject->sockets[1],
	};
	size_t i;

	if (subject->helper.pid)
		child_kill(&subject->helper);
	if (subject->words.base)
		words_unmap(&subject->words);
	for (i = 0; i < ARRAY_SIZE(fds); i++)
		if (fds[i] >= 0)
			close(fds[i]);
	if (subject->args.flags & KIPC_PERSIST)
		unlink_named(subject->name);
}

/* What a call says that lacks memory or cannot reach user space. */
static inline bool is_fault(const struct operation *operation, int ret)
{
	return ret == -ENOMEM || ret == -ENOBUFS || ret == -ENFILE ||
	       ret == -EFAULT || (operation->also && ret == operation->also);
}

/* One call with the nth fault; returns whether it has happened. */
static inline bool fault_once(struct __test_metadata *_metadata,
			      struct subject *subject, unsigned int nth)
{
	const struct operation *operation = subject->operation;
	bool happened;
	int ret;

	ASSERT_TRUE(faults_arm(nth));
	ret = operation->call(subject);
	happened = faults_disarm();
	if (ret != operation->ret) {
		EXPECT_TRUE(happened && is_fault(operation, ret)) {
			TH_LOG("fault %u gives %d", nth, ret);
		}
		if (operation->state)
			EXPECT_EQ(operation->was, operation->state(subject)) {
				TH_LOG("fault %u has changed it", nth);
			}
		ret = operation->call(subject);
	}
	EXPECT_EQ(operation->ret, ret) {
		TH_LOG("after fault %u", nth);
	}
	if (operation->state)
		EXPECT_EQ(operation->becomes, operation->state(subject)) {
			TH_LOG("after fault %u", nth);
		}
	if (operation->works)
		EXPECT_EQ(0, operation->works(subject)) {
			TH_LOG("after fault %u", nth);
		}
	if (subject->fd >= 0)
		wait_for_waiters(subject->fd, 0);
	return happened;
}

/* All the faults of an operation, one after the other. */
static inline void check_faults(struct __test_metadata *_metadata,
				struct subject *subject,
				const struct operation *operation)
{
	struct holdings before = holdings_now();
	unsigned int nth = 0;
	bool happened;

	subject->operation = operation;
	do {
		ASSERT_LT(nth, MOST_FAULTS);
		ASSERT_EQ(0, subject_make(subject));
		happened = fault_once(_metadata, subject, ++nth);
		subject_drop(subject);
		check_holdings(before);
	} while (happened && !_metadata->exit_code);
	EXPECT_EQ(0, quota_check());
	if (!operation->may_not_fail)
		EXPECT_LT(1U, nth);
	TH_LOG("%u faults", nth - 1);
}

/* What the tables of operations have in common. */

static inline struct kipc_create_args subject_args(__u32 type)
{
	if (type == KIPC_SEMAPHORE)
		return semaphore_args(ELEMENTS, INITIAL, MAX);
	if (type == KIPC_BARRIER)
		return barrier_args(PARTIES);
	if (type == KIPC_MUTEX)
		return mutex_args(ELEMENTS);
	if (type == KIPC_REGION)
		return region_args(REGION, ELEMENTS);
	return mailbox_args(BUFFER_SIZE, MESSAGES);
}

static inline struct subject *new_subject(__u32 type, __u32 flags)
{
	struct subject *subject = calloc(1, sizeof(*subject));

	if (!subject)
		abort();
	unique_name(subject->name, "fault");
	subject->args = subject_args(type);
	subject->args.flags = flags;
	subject->args.name = (uintptr_t)subject->name;
	subject->args.name_length = strlen(subject->name);
	return subject;
}

static inline int errno_of(long ret)
{
	return ret < 0 ? -errno : 0;
}

static inline int call_mmap(struct subject *subject)
{
	int protection = subject->args.flags & KIPC_KERNEL_WORDS ?
				 PROT_READ : PROT_READ | PROT_WRITE;
	void *base = mmap(NULL, subject->words.size, protection, MAP_SHARED,
			  subject->fd, 0);

	if (base == MAP_FAILED)
		return -errno;
	subject->words.base = base;
	return 0;
}

#endif /* KIPC_FAULT_H */
