// SPDX-License-Identifier: GPL-2.0-only
/* libkipc makes no system call while no thread waits. */
#include "kipc_test.h"
#include "library.h"
#include "word.h"

#include <stddef.h>
#include <sys/prctl.h>

#include <linux/filter.h>
#include <linux/seccomp.h>

#define PAIRS	1000

/* From here on, any system call but read, write and exit kills the process. */
static void forbid_system_calls(void)
{
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT))
		abort();
}

static void leave(bool fine)
{
	syscall(SYS_exit, fine ? 0 : 1);
	__builtin_unreachable();
}

TEST(semaphore_needs_no_system_call)
{
	struct kipc_semaphore *semaphore;
	bool fine = true;
	pid_t child;
	int i;

	ASSERT_EQ(0, kipc_semaphore_create(&semaphore, NULL, NULL));
	child = child_fork();
	if (!child) {
		forbid_system_calls();
		for (i = 0; i < PAIRS; i++) {
			fine &= !kipc_semaphore_post(semaphore, 0, 2);
			fine &= !kipc_semaphore_wait(semaphore, 0, 1);
			fine &= !kipc_semaphore_trywait(semaphore, 0, 1);
			fine &= !kipc_semaphore_post_wait(semaphore, 0, 1,
							  semaphore, 0, 1);
			fine &= kipc_semaphore_trywait(semaphore, 0, 1) ==
				-EAGAIN;
		}
		leave(fine);
	}
	EXPECT_EQ(0, child_wait(child));
	kipc_semaphore_close(semaphore);
}

/* The test above would notice a system call. */
TEST(forbidden_system_calls_are_noticed)
{
	const struct kipc_semaphore_options options = { .flags = KIPC_SEALED };
	struct kipc_semaphore *semaphore;
	pid_t child;

	ASSERT_EQ(0, kipc_semaphore_create(&semaphore, NULL, &options));
	child = child_fork();
	if (!child) {
		forbid_system_calls();
		leave(!kipc_semaphore_post(semaphore, 0, 1));
	}
	EXPECT_EQ(CHILD_KILLED, child_wait(child));
	kipc_semaphore_close(semaphore);
}

TEST(last_party_needs_no_system_call)
{
	const struct kipc_barrier_options options = { .parties = 2 };
	struct kipc_barrier *barrier;
	struct words words = {};
	bool fine = true;
	pid_t child;
	int i;

	ASSERT_EQ(0, kipc_barrier_create(&barrier, NULL, &options));
	child = child_fork();
	if (!child) {
		fine &= !words_map(&words, kipc_barrier_fd(barrier));
		/*
		 * Join here, because otherwise the first arrival would do so.
		 */
		fine &= !kipc_barrier_join(barrier);
		forbid_system_calls();
		for (i = 0; i < PAIRS; i++) {
			/* Stands for a party that arrives and does not wait. */
			__atomic_fetch_add(&word_at(&words, 0)->value, 1,
					   __ATOMIC_ACQ_REL);
			fine &= kipc_barrier_wait(barrier) ==
				KIPC_BARRIER_SERIAL;
			fine &= kipc_barrier_trywait(barrier) == -EAGAIN;
		}
		leave(fine);
	}
	EXPECT_EQ(0, child_wait(child));
	kipc_barrier_close(barrier);
}

TEST(mutex_needs_no_system_call)
{
	const struct kipc_mutex_options options = {
		.flags = KIPC_RECURSIVE, .elements = 2,
	};
	struct kipc_mutex *mutex;
	bool fine = true;
	pid_t child;
	int i;

	ASSERT_EQ(0, kipc_mutex_create(&mutex, NULL, &options));
	child = child_fork();
	if (!child) {
		/*
		 * The first lock asks the kernel for the number of the thread.
		 */
		fine &= !kipc_mutex_lock(mutex, 0);
		forbid_system_calls();
		fine &= !kipc_mutex_unlock(mutex, 0);
		for (i = 0; i < PAIRS; i++) {
			fine &= !kipc_mutex_lock(mutex, 0);
			fine &= !kipc_mutex_trylock(mutex, 1);
			fine &= !kipc_mutex_lock(mutex, 1);
			fine &= !kipc_mutex_unlock(mutex, 1);
			fine &= !kipc_mutex_unlock(mutex, 1);
			fine &= kipc_mutex_unlock(mutex, 1) == -EPERM;
			fine &= !kipc_mutex_unlock(mutex, 0);
		}
		leave(fine);
	}
	EXPECT_EQ(0, child_wait(child));
	kipc_mutex_close(mutex);
}

/* From here on, opening a file kills the process. */
static void forbid_opening(void)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat, 1, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_open, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = {
		.len = ARRAY_SIZE(filter),
		.filter = filter,
	};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
		abort();
}

/*
 * Once a process has a handle, waiting and making another handle open no file.
 */
TEST(waiting_opens_no_file)
{
	struct kipc_semaphore *semaphore, *another;
	struct kipc_mutex *mutex;
	bool fine = true;
	pid_t child = child_fork();

	if (!child) {
		if (kipc_semaphore_create(&semaphore, NULL, NULL))
			leave(false);
		forbid_opening();
		fine &= kipc_semaphore_timedwait(semaphore, 0, 1, 1, 0) ==
			-ETIMEDOUT;
		fine &= !kipc_semaphore_create(&another, NULL, NULL);
		fine &= !kipc_mutex_create(&mutex, NULL, NULL);
		fine &= !kipc_mutex_lock(mutex, 0);
		fine &= !kipc_mutex_unlock(mutex, 0);
		leave(fine);
	}
	EXPECT_EQ(0, child_wait(child));
}

/* The test above would notice the opening of a file. */
TEST(forbidden_opening_is_noticed)
{
	pid_t child = child_fork();

	if (!child) {
		forbid_opening();
		leave(open("/dev/null", O_RDONLY) >= 0);
	}
	EXPECT_EQ(CHILD_KILLED, child_wait(child));
}

TEST_HARNESS_MAIN
