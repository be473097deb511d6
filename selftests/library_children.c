// SPDX-License-Identifier: GPL-2.0-only
/*
 * libkipc in children that were not made by fork() but by vfork(), clone() or
 * _Fork(). A child does not inherit what belongs to its parent alone.
 */
#include "kipc_test.h"
#include "handler.h"
#include "library.h"
#include "word.h"

#include <pthread.h>

#define STACK		65536
#define HOLES		64	/* mappings that would fill a hole */

/* Returns the owner that the word names, or 0. */
static uint64_t named_thread(const struct kipc_mutex *mutex)
{
	return __atomic_load_n(mutex->words.base, __ATOMIC_ACQUIRE) &
	       KIPC_MUTEX_THREAD;
}

static int run_lock_and_unlock(void *data)
{
	struct kipc_mutex *mutex = data;

	if (kipc_mutex_lock(mutex, 0))
		_exit(1);
	_exit(kipc_mutex_unlock(mutex, 0) ? 2 : 0);
}

static int run_contender(void *data)
{
	struct kipc_mutex *mutex = data;
	int error = kipc_mutex_lock(mutex, 0);

	return error ? error : kipc_mutex_unlock(mutex, 0);
}

/* The parent owns what it locks, and it hands the mutex over to a waiter. */
static void check_parent(struct __test_metadata *_metadata,
			 struct kipc_mutex *mutex)
{
	struct child contender;

	ASSERT_EQ(0, kipc_mutex_lock(mutex, 0));
	EXPECT_EQ((uint64_t)thread_number(), named_thread(mutex));
	child_start(&contender, run_contender, mutex);
	wait_for_waiters(kipc_mutex_fd(mutex), 1);
	EXPECT_EQ(0, kipc_mutex_unlock(mutex, 0));
	EXPECT_EQ(0, child_finish(&contender));
}

static void lock_first_in_our_memory(struct __test_metadata *_metadata,
				     int flags)
{
	char *stack = shared_alloc(STACK);
	struct kipc_mutex *mutex;
	pid_t pid;

	ASSERT_EQ(0, kipc_mutex_create(&mutex, NULL, NULL));
	/* The state of a thread that has not locked anything yet. */
	kipc_thread = 0;
	pid = clone(run_lock_and_unlock, stack + STACK,
		    CLONE_VM | flags | SIGCHLD, mutex);
	ASSERT_LT(0, pid);
	EXPECT_EQ(0, child_wait(pid));
	check_parent(_metadata, mutex);
	kipc_mutex_close(mutex);
}

TEST(vfork_child_locks_first)
{
	lock_first_in_our_memory(_metadata, CLONE_VFORK);
}

TEST(clone_child_locks_first)
{
	lock_first_in_our_memory(_metadata, 0);
}

static int run_open_and_lock(void)
{
	struct kipc_mutex *mutex;

	if (kipc_mutex_create(&mutex, NULL, NULL) || kipc_mutex_lock(mutex, 0))
		return 1;
	if (named_thread(mutex) != (uint64_t)thread_number())
		return 2;
	return kipc_mutex_unlock(mutex, 0);
}

/* The child has a copy of the thread variables of its parent. */
TEST(child_of_plain_fork_opens_a_handle)
{
	struct kipc_mutex *mutex;
	pid_t pid;

	ASSERT_EQ(0, kipc_mutex_create(&mutex, NULL, NULL));
	ASSERT_EQ(0, kipc_mutex_lock(mutex, 0));
	pid = _Fork();
	if (!pid)
		_exit(run_open_and_lock());
	ASSERT_LT(0, pid);
	EXPECT_EQ(0, child_wait(pid));
	EXPECT_EQ(0, kipc_mutex_unlock(mutex, 0));
	kipc_mutex_close(mutex);
}

/* Checks that no new mapping takes the place where the parent had the words. */
static int run_inherited(struct kipc_mutex *mutex)
{
	struct kipc_mutex *others[HOLES];
	int i;

	if (kipc_mutex_trylock(mutex, 0) != -ENXIO ||
	    kipc_mutex_unlock(mutex, 0) != -ENXIO)
		return 1;
	for (i = 0; i < HOLES; i++)
		if (kipc_mutex_create(&others[i], NULL, NULL))
			return 2;
	if (kipc_mutex_trylock(mutex, 0) != -ENXIO ||
	    kipc_mutex_unlock(mutex, 0) != -ENXIO ||
	    kipc_mutex_timedlock(mutex, 0, 1, 0) != -ENXIO)
		return 3;
	for (i = 0; i < HOLES; i++)
		if (kipc_mutex_trylock(others[i], 0))
			return 4;
	return 0;
}

TEST(child_of_plain_fork_has_inherited_a_handle)
{
	struct kipc_mutex_state_args state;
	struct kipc_mutex *mutex;
	pid_t pid;

	ASSERT_EQ(0, kipc_mutex_create(&mutex, NULL, NULL));
	ASSERT_EQ(0, kipc_mutex_lock(mutex, 0));
	pid = _Fork();
	if (!pid)
		_exit(run_inherited(mutex));
	ASSERT_LT(0, pid);
	EXPECT_EQ(0, child_wait(pid));
	EXPECT_EQ(0, kipc_mutex_state(mutex, 0, &state));
	EXPECT_EQ(getpid(), (pid_t)state.owner);
	EXPECT_EQ(0, kipc_mutex_unlock(mutex, 0));
	kipc_mutex_close(mutex);
}

/*
 * A thread ends as the owner. The next thread is told by a try, without a wait.
 */
static void *lock_and_end(void *data)
{
	return (void *)(intptr_t)kipc_mutex_lock(data, 0);
}

TEST(thread_that_has_ended_is_told_by_a_try)
{
	struct kipc_mutex *mutex;
	pthread_t thread;
	void *error;
	int ret;

	ASSERT_EQ(0, kipc_mutex_create(&mutex, NULL, NULL));
	ASSERT_EQ(0, pthread_create(&thread, NULL, lock_and_end, mutex));
	ASSERT_EQ(0, pthread_join(thread, &error));
	ASSERT_EQ(NULL, error);
	/* The word alone would give -EAGAIN for ever. */
	wait_until((ret = kipc_mutex_trylock(mutex, 0)) != -EAGAIN);
	EXPECT_EQ(-EOWNERDEAD, ret);
	EXPECT_EQ(0, kipc_mutex_consistent(mutex, 0));
	EXPECT_EQ(0, kipc_mutex_unlock(mutex, 0));
	kipc_mutex_close(mutex);
}

/* ------------------------------------------------------------------------ */
/* Membership                                                               */
/* ------------------------------------------------------------------------ */

struct daemon {
	struct kipc_barrier *barrier;
	unsigned int daemonised, go, joined;
	int error;
	uint32_t number, members_number;
};

/*
 * The member joins, forks a daemon and ends. The daemon forks a worker, which
 * joins.
 */
static void run_worker(struct daemon *daemon)
{
	daemon->number = attachment_of(kipc_barrier_fd(daemon->barrier));
	daemon->error = kipc_barrier_join(daemon->barrier);
	__atomic_store_n(&daemon->joined, 1, __ATOMIC_SEQ_CST);
	for (;;)
		pause();
}

static void run_daemon(struct daemon *daemon)
{
	pid_t pid;

	__atomic_store_n(&daemon->daemonised, 1, __ATOMIC_SEQ_CST);
	wait_until(__atomic_load_n(&daemon->go, __ATOMIC_SEQ_CST));
	pid = child_fork();
	if (!pid)
		run_worker(daemon);
	wait_until(__atomic_load_n(&daemon->joined, __ATOMIC_SEQ_CST));
	kill(pid, SIGKILL);
	_exit(child_wait(pid) == CHILD_KILLED ? 0 : 1);
}

static int run_member_that_daemonises(void *data)
{
	struct daemon *daemon = data;

	daemon->members_number = attachment_of(kipc_barrier_fd(daemon->barrier));
	if (kipc_barrier_join(daemon->barrier))
		return 1;
	if (!fork())
		run_daemon(daemon);
	wait_until(__atomic_load_n(&daemon->daemonised, __ATOMIC_SEQ_CST));
	return kipc_barrier_leave(daemon->barrier);
}

/*
 * Uses up all numbers. After this the lowest free number is given to the next
 * participant.
 */
static int run_use_up_numbers(void *data)
{
	struct kipc_barrier *barrier = data;
	int fd = dup(kipc_barrier_fd(barrier)), i, ret;
	struct words words = {};
	uint32_t number;

	/* A process has one number for all its mappings. */
	kipc_barrier_close(barrier);
	for (i = 0; i < 2 * KIPC_ATTACHMENTS_MAX; i++) {
		ret = words_map(&words, fd);
		if (ret)
			return ret;
		number = attachment_of(fd);
		words_unmap(&words);
		if (number == KIPC_ATTACHMENTS_MAX)
			return 0;
	}
	return -ERANGE;
}

TEST(member_is_none_by_its_parents_number)
{
	const struct kipc_barrier_options options = { .parties = 2 };
	struct daemon *daemon = shared_alloc(sizeof(*daemon));
	struct kipc_barrier_state_args state;
	struct child child;

	ASSERT_EQ(0, kipc_barrier_create(&daemon->barrier, NULL, &options));
	child_start(&child, run_member_that_daemonises, daemon);
	ASSERT_EQ(0, child_finish(&child));
	child_start(&child, run_use_up_numbers, daemon->barrier);
	ASSERT_EQ(0, child_finish(&child));
	__atomic_store_n(&daemon->go, 1, __ATOMIC_SEQ_CST);
	wait_until(__atomic_load_n(&daemon->joined, __ATOMIC_SEQ_CST));
	EXPECT_EQ(daemon->members_number, daemon->number);
	EXPECT_EQ(0, daemon->error);
	/* The worker was a member, so its death breaks the barrier. */
	wait_until(kipc_barrier_state(daemon->barrier, &state) ||
		   state.broken == EOWNERDEAD);
	EXPECT_EQ(-EOWNERDEAD, kipc_barrier_trywait(daemon->barrier));
	kipc_barrier_close(daemon->barrier);
}

/* Fork handlers that the program registers before it uses the library. */

static struct kipc_mutex *before;	/* made before the fork */
static struct kipc_mutex *opened;	/* made by the program */
static int handled_with;

static void open_before_fork(void)
{
	handled_with = kipc_mutex_create(&before, NULL, NULL);
}

static void use_after_fork(void)
{
	handled_with = handled_with ?: kipc_mutex_lock(before, 0) ?:
		       kipc_mutex_unlock(before, 0);
	kipc_mutex_close(before);
	if (opened)
		handled_with = handled_with ?: kipc_mutex_lock(opened, 0) ?:
			       kipc_mutex_unlock(opened, 0);
}

TEST(handlers_of_the_program_use_handles)
{
	pid_t child;

	ASSERT_EQ(0, pthread_atfork(open_before_fork, use_after_fork,
				    use_after_fork));
	child = child_fork();
	if (!child)
		_exit(-handled_with);
	EXPECT_EQ(0, handled_with);
	EXPECT_EQ(0, child_wait(child));
	ASSERT_EQ(0, kipc_mutex_create(&opened, NULL, NULL));
	child = child_fork();
	if (!child)
		_exit(-handled_with);
	EXPECT_EQ(0, handled_with);
	EXPECT_EQ(0, child_wait(child));
	kipc_mutex_close(opened);
}

/* A signal handler that forks, whatever the thread is doing. */

static void fork_in_handler(int signal)
{
	/* errno is kept, although reading it in a handler is a call. */
	const int saved_errno = errno; /* NOLINT(bugprone-signal-handler,cert-sig30-c) */
	pid_t child = fork();

	(void)signal;
	if (!child)
		_exit(0);
	/* child_wait() calls only waitpid(). */
	/* NOLINTNEXTLINE(bugprone-signal-handler,cert-sig30-c) */
	__atomic_add_fetch(handled, !child_wait(child), __ATOMIC_SEQ_CST);
	errno = saved_errno;
}

struct storm {
	pid_t pid;
	unsigned int round;	/* of the disturbed thread */
};

/*
 * Sends one signal in each round, at any moment of it, so that the disturbed
 * thread makes progress.
 */
static int send_signals(void *data)
{
	const struct storm *storm = data;
	unsigned int round = 0, i, pause;

	for (pause = 1;; pause = pause * 5 % 4093) {
		wait_until(__atomic_load_n(&storm->round, __ATOMIC_ACQUIRE) != round);
		round = storm->round;
		for (i = 0; i < pause; i++)
			__asm__ volatile("");
		kill(storm->pid, SIGUSR1);
	}
	return 0;
}

TEST(signal_forks_while_a_handle_is_opened)
{
	const unsigned int rounds = scaled(600);
	struct storm *storm = shared_alloc(sizeof(*storm));
	struct kipc_mutex *mutex;
	struct child sender;
	unsigned int i;

	handle_signal(SIGUSR1, SA_RESTART);
	signal(SIGUSR1, fork_in_handler);
	storm->pid = getpid();
	child_start(&sender, send_signals, storm);
	for (i = 0; i < rounds || *handled < 10; i++) {
		__atomic_add_fetch(&storm->round, 1, __ATOMIC_RELEASE);
		ASSERT_EQ(0, kipc_mutex_create(&mutex, NULL, NULL));
		EXPECT_EQ(0, kipc_mutex_lock(mutex, 0));
		EXPECT_EQ(0, kipc_mutex_unlock(mutex, 0));
		kipc_mutex_close(mutex);
	}
	signal(SIGUSR1, SIG_IGN);
	EXPECT_EQ(CHILD_KILLED, child_kill(&sender));
}

TEST_HARNESS_MAIN
