// SPDX-License-Identifier: GPL-2.0-only
#include "fault.h"

#include "array.h"
#include "create.h"
#include "deadline.h"
#include "name.h"
#include "parameter.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/rseq.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Every allocation may fail, and the kernel does not print each fault. */
static const char *const fault_settings[][2] = {
	{ "failslab/ignore-gfp-wait", "N" },
	{ "failslab/verbose", "0" },
	{ "fail_page_alloc/ignore-gfp-wait", "N" },
	{ "fail_page_alloc/ignore-gfp-highmem", "N" },
	{ "fail_page_alloc/min-order", "0" },
	{ "fail_page_alloc/verbose", "0" },
	{ "fail_usercopy/verbose", "0" },
};

static int fault_nth = -1;

/*
 * Unregisters the restartable sequences of the calling thread. The kernel
 * writes to their area when it returns to user space after a preemption. A
 * fault in that copy would kill the thread by a SIGSEGV, which is not what is
 * tested. The C library has registered the area at this offset from the
 * thread's own block.
 */
static void fault_leave_rseq(void)
{
	char *area = (char *)pthread_self() + __rseq_offset;

	if (__rseq_size)
		syscall(SYS_rseq, area, sizeof(struct rseq),
			RSEQ_FLAG_UNREGISTER, RSEQ_SIG);
}

const char *faults_prepare(void)
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

static int fault_open(const char *path)
{
	fault_leave_rseq();
	fault_nth = open(path, O_RDWR | O_CLOEXEC);
	return fault_nth < 0 ? -errno : 0;
}

int faults_open(void)
{
	return fault_open("/proc/self/fail-nth");
}

int faults_open_thread(void)
{
	return fault_open("/proc/thread-self/fail-nth");
}

void faults_close(void)
{
	close(fault_nth);
}

bool faults_arm(unsigned int nth)
{
	char text[16];
	int length = snprintf(text, sizeof(text), "%u", nth);

	return write(fault_nth, text, length) == length;
}

bool faults_disarm(void)
{
	char text[16] = "";
	bool happened = pread(fault_nth, text, sizeof(text) - 1, 0) > 0 &&
			atoi(text) == 0;

	while (write(fault_nth, "0", 1) != 1)
		;
	return happened;
}

bool is_fault(const struct operation *operation, int ret)
{
	return ret == -ENOMEM || ret == -ENOBUFS || ret == -ENFILE ||
	       ret == -EFAULT || (operation->also && ret == operation->also);
}

struct kipc_create_args subject_args(__u32 type)
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

struct subject *new_subject(__u32 type, __u32 flags)
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

static int fault_run_helper(void *data)
{
	struct subject *subject = data;

	subject->operation->help(subject);
	return 0;
}

int subject_make(struct subject *subject)
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
		child_start(&subject->helper, fault_run_helper, subject);
	return ret;
}

void subject_drop(struct subject *subject)
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

int call_mmap(struct subject *subject)
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
