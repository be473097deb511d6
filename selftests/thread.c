// SPDX-License-Identifier: GPL-2.0-only
/*
 * The numbers that the kernel issues to threads: which ones differ, and which
 * ones stay the same.
 */
#include "kipc_test.h"

#include <pthread.h>

#define THREADS		200
#define SAME_NUMBER	"--same-number"

static void *get_number(void *data)
{
	*(__s64 *)data = thread_number();
	return NULL;
}

static int run_number(void *data)
{
	get_number(data);
	return 0;
}

static int compare(const void *a, const void *b)
{
	const __s64 *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

static unsigned int count_different(__s64 *numbers, unsigned int count)
{
	unsigned int i, different = 1;

	qsort(numbers, count, sizeof(*numbers), compare);
	for (i = 1; i < count; i++)
		different += numbers[i] != numbers[i - 1];
	return different;
}

TEST(is_in_the_bits_of_a_word)
{
	__s64 number = thread_number();

	EXPECT_LT(0, number);
	EXPECT_EQ(0, number & ~KIPC_MUTEX_THREAD);
}

TEST(is_the_same_by_every_descriptor)
{
	__s64 number = thread_number();
	unsigned int type;
	int fd;

	ASSERT_LT(0, number);
	EXPECT_EQ(number, thread_number());
	for (type = KIPC_SEMAPHORE; type <= KIPC_RING; type++) {
		fd = create(any_args(type));
		ASSERT_LE(0, fd);
		EXPECT_EQ(number, thread_number_by(fd));
		close(fd);
	}
}

/*
 * The threads run one after the other, so that the value of gettid() may be
 * reused. The numbers must still differ.
 */
TEST(of_threads_that_have_ended_is_not_issued_again)
{
	__s64 numbers[THREADS];
	pthread_t thread;
	unsigned int i;

	for (i = 0; i < THREADS; i++) {
		ASSERT_EQ(0, pthread_create(&thread, NULL, get_number,
					    &numbers[i]));
		ASSERT_EQ(0, pthread_join(thread, NULL));
		ASSERT_LT(0, numbers[i]);
	}
	EXPECT_EQ(THREADS, count_different(numbers, THREADS));
}

TEST(of_threads_at_once_differ)
{
	pthread_t threads[THREADS];
	__s64 numbers[THREADS];
	unsigned int i;

	for (i = 0; i < THREADS; i++)
		ASSERT_EQ(0, pthread_create(&threads[i], NULL, get_number,
					    &numbers[i]));
	for (i = 0; i < THREADS; i++)
		ASSERT_EQ(0, pthread_join(threads[i], NULL));
	EXPECT_EQ(THREADS, count_different(numbers, THREADS));
	EXPECT_LT(0, numbers[0]);
}

TEST(of_a_child_is_its_own)
{
	__s64 *number = shared_alloc(sizeof(*number));
	struct child child;

	child_start(&child, run_number, number);
	ASSERT_EQ(0, child_finish(&child));
	EXPECT_LT(0, *number);
	EXPECT_NE(thread_number(), *number);
}

/*
 * Gets a number in the first process of a new pid namespace, where gettid() is
 * 1.
 */
static int run_number_as_first(void *data)
{
	struct child child;

	if (unshare(CLONE_NEWPID))
		return -errno;
	child_start(&child, run_number, data);
	return child_finish(&child);
}

TEST(differs_between_pid_namespaces)
{
	__s64 *numbers = shared_alloc(2 * sizeof(*numbers));
	struct child child;
	int i, ret;

	for (i = 0; i < 2; i++) {
		child_start(&child, run_number_as_first, &numbers[i]);
		ret = child_finish(&child);
		if (ret == -EINVAL || ret == -EPERM)
			SKIP(return, "no pid namespaces: %s", strerror(-ret));
		ASSERT_EQ(0, ret);
		EXPECT_LT(0, numbers[i]);
	}
	EXPECT_NE(numbers[0], numbers[1]);
}

static int run_exec(void *data)
{
	char number[32];

	(void)data;
	snprintf(number, sizeof(number), "%lld", (long long)thread_number());
	execl("/proc/self/exe", "thread", SAME_NUMBER, number, NULL);
	return -errno;
}

static void *exec_from_a_thread(void *data)
{
	return (void *)(intptr_t)run_exec(data);
}

static int run_exec_from_a_thread(void *data)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, exec_from_a_thread, data))
		return -EAGAIN;
	pthread_join(thread, NULL);
	return -EIO;
}

/*
 * The thread of the new program has the number of the leader that called exec.
 * Exit status 0 means that it is the same.
 */
TEST(survives_an_exec_of_the_leader)
{
	struct child child;

	child_start(&child, run_exec, NULL);
	EXPECT_EQ(0, child_finish(&child));
}

TEST(changes_with_an_exec_of_another_thread)
{
	struct child child;

	child_start(&child, run_exec_from_a_thread, NULL);
	EXPECT_EQ(1, child_finish(&child));
}

static int run_guest(void *data)
{
	*(__s64 *)data = thread_number();
	_exit(0);
}

static int run_in_our_memory(int flags, __s64 *number)
{
	static char stack[65536] __attribute__((aligned(16)));
	pid_t pid = clone(run_guest, stack + sizeof(stack),
			  CLONE_VM | flags | SIGCHLD, number);

	return pid < 0 ? -errno : child_wait(pid);
}

/*
 * A process that shares this memory gets no number, because its thread-local
 * variables may be those of this thread.
 */
TEST(is_refused_to_a_guest_of_our_memory)
{
	__s64 number = 0;

	ASSERT_EQ(0, run_in_our_memory(CLONE_VFORK, &number));
	EXPECT_EQ(-ENXIO, number);
	ASSERT_EQ(0, run_in_our_memory(0, &number));
	EXPECT_EQ(-ENXIO, number);
	EXPECT_LT(0, thread_number());
}

static int main_same_number(const char *number)
{
	return thread_number() == strtoll(number, NULL, 10) ? 0 : 1;
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], SAME_NUMBER))
		return main_same_number(argv[2]);
	return test_harness_run(argc, argv);
}
