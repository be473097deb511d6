// SPDX-License-Identifier: GPL-2.0-only
/*
 * Threads end as the owner of a mutex while their process goes on. The next
 * thread that locks the mutex is told. No other thread is taken for the dead
 * one, even if it has the same number of gettid().
 *
 * The time that this takes is printed, not asserted.
 */
#include "kipc_test.h"
#include "flag.h"
#include "guest.h"
#include "lock_child.h"
#include "mutex_word.h"
#include "parameter.h"
#include "word.h"

#include <pthread.h>

#define WAIT_LIMIT_MS	60000	/* until a death counts as unnoticed */
#define LAST_PID	"/proc/sys/kernel/ns_last_pid"
#define NUMBERS		32	/* so few that they come back soon */

FIXTURE(thread) {
	int fd;
	struct mutexes mutexes;
	struct word *word;
};

FIXTURE_VARIANT(thread) {
	__u32 flags;
	bool by_kernel;		/* locked by the kernel, not by the word */
};

FIXTURE_VARIANT_ADD(thread, plain) {
};

FIXTURE_VARIANT_ADD(thread, by_kernel) {
	.by_kernel = true,
};

FIXTURE_VARIANT_ADD(thread, recursive) {
	.flags = KIPC_RECURSIVE,
};

FIXTURE_VARIANT_ADD(thread, fair) {
	.flags = KIPC_FAIR,
};

FIXTURE_VARIANT_ADD(thread, detecting) {
	.flags = KIPC_DETECT,
};

FIXTURE_VARIANT_ADD(thread, sealed) {
	.flags = KIPC_SEALED,
	.by_kernel = true,
};

FIXTURE_SETUP(thread)
{
	self->fd = create_flags(mutex_args(2), variant->flags);
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, mutexes_attach(&self->mutexes, self->fd));
	self->word = word_at(&self->mutexes.words, 0);
}

FIXTURE_TEARDOWN(thread)
{
	close(self->fd);
}

/* A thread that locks the mutex, and ends when it is told to. */
struct owner {
	pthread_t thread;
	const struct mutexes *mutexes;
	bool by_kernel;
	unsigned int ready;
	unsigned int go;
	pid_t tid;
	__u64 number;
	int ret;
};

static void *run_owner(void *data)
{
	struct owner *self = data;
	const struct mutexes *mutexes = self->mutexes;

	self->tid = syscall(SYS_gettid);
	self->number = own_number();
	if (self->by_kernel)
		self->ret = mutex_timedlock_as(mutexes->fd, 0,
					       mutexes->attachment,
					       KIPC_FOREVER, 0);
	else
		self->ret = mutexes_lock(mutexes, 0,
					 owner_word(mutexes->attachment),
					 KIPC_FOREVER);
	flag_raise(&self->ready);
	wait_until(flag_is_raised(&self->go));
	return NULL;
}

static int owner_start(struct owner *owner, const struct mutexes *mutexes,
		       bool by_kernel)
{
	memset(owner, 0, sizeof(*owner));
	owner->mutexes = mutexes;
	owner->by_kernel = by_kernel;
	if (pthread_create(&owner->thread, NULL, run_owner, owner))
		return -EAGAIN;
	wait_until(flag_is_raised(&owner->ready));
	return owner->ret;
}

static void owner_end(struct owner *owner)
{
	flag_raise(&owner->go);
	pthread_join(owner->thread, NULL);
}

static int lock_soon(const struct mutexes *mutexes, unsigned int element)
{
	return mutex_timedlock_as(mutexes->fd, element, mutexes->attachment,
				  deadline_in_ms(CLOCK_MONOTONIC, WAIT_LIMIT_MS),
				  0);
}

/* Another process that attaches and waits. */
struct waiter_elsewhere {
	int fd;
	__s64 told;
};

static int run_waiter_elsewhere(void *data)
{
	struct waiter_elsewhere *self = data;
	struct mutexes mutexes;
	int ret = mutexes_attach(&mutexes, self->fd) ?:
		  lock_soon(&mutexes, 0);

	self->told = now_ns(CLOCK_MONOTONIC);
	if (ret == -EOWNERDEAD)
		mutex_consistent(self->fd, 0);
	if (!ret || ret == -EOWNERDEAD)
		mutex_unlock(self->fd, 0);
	return ret;
}

TEST_F(thread, that_ends_tells_another_process_that_waits)
{
	struct waiter_elsewhere *waiter = shared_alloc(sizeof(*waiter));
	struct owner owner;
	struct child child;
	__s64 died;

	ASSERT_EQ(0, owner_start(&owner, &self->mutexes, variant->by_kernel));
	waiter->fd = self->fd;
	child_start(&child, run_waiter_elsewhere, waiter);
	wait_for_lockers(self->fd, 1);
	died = now_ns(CLOCK_MONOTONIC);
	owner_end(&owner);
	EXPECT_EQ(-EOWNERDEAD, child_finish(&child));
	TH_LOG("told after %lld ms",
	       (long long)((waiter->told - died) / NS_PER_MS));
	check_mutex(self->fd, 0, 0, 0, 0);
}

TEST_F(thread, that_has_ended_tells_the_next_one)
{
	struct owner owner;

	ASSERT_EQ(0, owner_start(&owner, &self->mutexes, variant->by_kernel));
	EXPECT_EQ(-EAGAIN, mutex_trylock(self->fd, 0));
	owner_end(&owner);
	EXPECT_EQ(-EOWNERDEAD, mutex_trylock(self->fd, 0));
	EXPECT_EQ(0, mutex_consistent(self->fd, 0));
	EXPECT_EQ(0, mutex_unlock(self->fd, 0));
	EXPECT_EQ(0, mutex_trylock(self->fd, 0));
}

TEST_F(thread, that_has_ended_is_no_owner_to_those_that_look)
{
	struct owner owner;

	ASSERT_EQ(0, owner_start(&owner, &self->mutexes, variant->by_kernel));
	check_mutex(self->fd, 0, getpid(), 1, 0);
	owner_end(&owner);
	check_mutex(self->fd, 0, 0, 0, KIPC_MUTEX_STATE_OWNER_DIED);
}

/* Locks and unlocks the mutex, and ends at once. */
static void *unlock_and_end(void *data)
{
	const struct mutexes *mutexes = data;
	const __u64 owner = owner_word(mutexes->attachment);

	return mutexes_lock(mutexes, 0, owner, KIPC_FOREVER) ||
	       mutexes_unlock(mutexes, 0, owner) ? data : NULL;
}

/*
 * The state of a mutex is read while threads unlock it and end. It must neither
 * tell of a death nor of an owner that does not exist.
 */
TEST_F_TIMEOUT(thread, that_unlocks_and_ends_is_no_dead_owner, 120)
{
	const int threads = scaled(1000);
	struct kipc_mutex_state_args state;
	pthread_t thread;
	void *failed;
	int i, ret;

	for (i = 0; i < threads; i++) {
		ASSERT_EQ(0, pthread_create(&thread, NULL, unlock_and_end,
					    &self->mutexes));
		while ((ret = pthread_tryjoin_np(thread, &failed)) == EBUSY) {
			ASSERT_EQ(0, mutex_state(self->fd, 0, &state));
			ASSERT_EQ(0U, state.state);
			ASSERT_EQ(!state.depth, !state.owner);
		}
		ASSERT_EQ(0, ret);
		ASSERT_EQ(NULL, failed);
	}
}

/* What a thread could do if it were taken for the dead thread. */
struct thread_heir {
	const struct mutexes *mutexes;
	__u64 wanted;		/* the number it must have to act; 0: any */
	pid_t tid;
	__u64 number;
	int unlocked, mended, locked;
};

static void *run_heir(void *data)
{
	struct thread_heir *self = data;
	const struct mutexes *mutexes = self->mutexes;
	int fd = mutexes->fd;
	__u32 id = mutexes->attachment;

	self->tid = syscall(SYS_gettid);
	self->number = own_number();
	if (self->wanted && self->wanted != self->number)
		return NULL;
	self->unlocked = word_unlock(word_at(&mutexes->words, 0),
				     owner_word(id)) ?
			 0 : mutex_call_as(fd, KIPC_MUTEX_UNLOCK, 0, id);
	self->mended = mutex_call_as(fd, KIPC_MUTEX_CONSISTENT, 0, id);
	self->locked = mutex_timedlock_as(fd, 0, id, 0, KIPC_TRY);
	if (self->locked == -EOWNERDEAD) {
		mutex_call_as(fd, KIPC_MUTEX_CONSISTENT, 0, id);
		mutex_call_as(fd, KIPC_MUTEX_UNLOCK, 0, id);
	}
	return NULL;
}

#define check_heir(heir) do { \
	EXPECT_EQ(-EPERM, (heir)->unlocked); \
	EXPECT_EQ(-EPERM, (heir)->mended); \
	EXPECT_EQ(-EOWNERDEAD, (heir)->locked); \
} while (0)

/* A thread has the gettid() of the dead thread. */
TEST_F(thread, of_the_same_tid_is_not_the_owner)
{
	struct thread_heir heir = { .mutexes = &self->mutexes };
	struct owner owner;
	pthread_t thread;
	char text[16];
	int i;

	if (access(LAST_PID, W_OK))
		SKIP(return, "needs to choose what number a thread gets");
	for (i = 0; i < 100; i++) {
		ASSERT_EQ(0, owner_start(&owner, &self->mutexes,
					 variant->by_kernel));
		owner_end(&owner);
		snprintf(text, sizeof(text), "%d", owner.tid - 1);
		ASSERT_EQ(0, write_file(LAST_PID, text));
		ASSERT_EQ(0, pthread_create(&thread, NULL, run_heir, &heir));
		pthread_join(thread, NULL);
		check_heir(&heir);
		if (heir.tid == owner.tid)
			break;
	}
	EXPECT_EQ(owner.tid, heir.tid);
}

/* A thread has the number that the kernel has issued to the dead thread. */
TEST_F(thread, of_the_same_number_is_not_the_owner)
{
	struct thread_heir heir = { .mutexes = &self->mutexes };
	long all = parameter_get("max_threads");
	struct owner owner;
	pthread_t thread;
	int i;

	if (parameter_set("max_threads", NUMBERS))
		SKIP(return, "needs to make numbers come back soon");
	ASSERT_EQ(0, owner_start(&owner, &self->mutexes, variant->by_kernel));
	owner_end(&owner);
	heir.wanted = owner.number;
	for (i = 0; i < 10 * NUMBERS && heir.number != owner.number; i++) {
		ASSERT_EQ(0, pthread_create(&thread, NULL, run_heir, &heir));
		pthread_join(thread, NULL);
	}
	EXPECT_EQ(0, parameter_set("max_threads", all));
	ASSERT_EQ(owner.number, heir.number);
	check_heir(&heir);
}

/* ------------------------------------------------------------------------ */
/* A thread leader ends alone                                               */
/* ------------------------------------------------------------------------ */

struct leaving {
	int fd;
	unsigned int ready;
	unsigned int left;
};

static void *stay_when_the_leader_leaves(void *data)
{
	(void)data;
	for (;;)
		pause();
	return NULL;
}

static int run_leader_that_leaves(void *data)
{
	struct leaving *leaving = data;
	struct mutexes mutexes = {};
	pthread_t thread;

	if (mutexes_attach(&mutexes, leaving->fd) ||
	    !word_lock(word_at(&mutexes.words, 0),
		       owner_word(mutexes.attachment)) ||
	    pthread_create(&thread, NULL, stay_when_the_leader_leaves, NULL))
		return 1;
	flag_raise(&leaving->ready);
	wait_until(flag_is_raised(&leaving->left));
	syscall(SYS_exit, 0);
	return 2;
}

/* The leader stays a zombie as long as its process has other threads. */
TEST(leader_that_ends_alone)
{
	struct leaving *leaving = shared_alloc(sizeof(*leaving));
	struct mutexes mutexes;
	struct child child;
	__s64 died;

	leaving->fd = create(mutex_args(1));
	ASSERT_EQ(0, mutexes_attach(&mutexes, leaving->fd));
	child_start(&child, run_leader_that_leaves, leaving);
	wait_until(flag_is_raised(&leaving->ready) || child_ended(&child));
	EXPECT_EQ(-EAGAIN, mutex_trylock(leaving->fd, 0));
	died = now_ns(CLOCK_MONOTONIC);
	flag_raise(&leaving->left);
	EXPECT_EQ(-EOWNERDEAD, lock_soon(&mutexes, 0));
	TH_LOG("told after %lld ms",
	       (long long)((now_ns(CLOCK_MONOTONIC) - died) / NS_PER_MS));
	EXPECT_FALSE(child_ended(&child));
	EXPECT_EQ(CHILD_KILLED, child_kill(&child));
}

/* ------------------------------------------------------------------------ */
/* Tasks that share memory                                                  */
/* ------------------------------------------------------------------------ */

struct thread_request {
	struct guest guest;
	struct mutexes mutexes;
	pid_t tid;
	int unlocked, locked, own[2];
};

static int run_request(void *data)
{
	struct thread_request *request = data;
	int fd = request->mutexes.fd;
	__u32 id = request->mutexes.attachment;

	request->tid = syscall(SYS_gettid);
	request->unlocked = mutex_call_as(fd, KIPC_MUTEX_UNLOCK, 0, id);
	request->locked = mutex_timedlock_as(fd, 0, id, 0, KIPC_TRY);
	request->own[0] = mutex_timedlock_as(fd, 1, id, 0, KIPC_TRY);
	request->own[1] = mutex_call_as(fd, KIPC_MUTEX_UNLOCK, 1, id);
	_exit(0);
}

/*
 * Runs as the first process of a pid namespace and starts a guest that is the
 * first process of another one, so that both have the same gettid().
 */
static int run_with_a_guest(void *data)
{
	struct thread_request *request = data;
	int status;
	pid_t pid;

	if (mutexes_attach(&request->mutexes, request->mutexes.fd) ||
	    mutex_trylock(request->mutexes.fd, 0))
		return 1;
	pid = clone(run_request, request->guest.stack + GUEST_STACK,
		    CLONE_VM | CLONE_NEWPID | SIGCHLD, request);
	if (pid < 0)
		return -errno;
	if (waitpid(pid, &status, 0) != pid)
		return 2;
	if (syscall(SYS_gettid) != request->tid)
		return 3;
	return mutex_unlock(request->mutexes.fd, 0);
}

static int run_in_a_namespace(void *data)
{
	struct child child;

	if (unshare(CLONE_NEWPID))
		return -errno;
	child_start(&child, run_with_a_guest, data);
	return child_finish(&child);
}

TEST(tasks_of_two_pid_namespaces_in_one_memory)
{
	struct thread_request *request = shared_alloc(sizeof(*request));
	struct child child;
	int ret;

	request->mutexes.fd = create(mutex_args(2));
	ASSERT_LE(0, request->mutexes.fd);
	child_start(&child, run_in_a_namespace, request);
	ret = child_finish(&child);
	if (ret == -EPERM || ret == -EINVAL)
		SKIP(return, "needs to make pid namespaces");
	EXPECT_EQ(0, ret);
	EXPECT_EQ(-EPERM, request->unlocked);
	EXPECT_EQ(-EAGAIN, request->locked);
	EXPECT_EQ(0, request->own[0]);
	EXPECT_EQ(0, request->own[1]);
}

/* ------------------------------------------------------------------------ */
/* A waiter that is killed as it becomes the owner                          */
/* ------------------------------------------------------------------------ */

struct killing {
	struct guest guest;
	int fd;
};

static int run_wait_with_a_guest(void *data)
{
	struct killing *killing = data;
	struct mutexes mutexes;
	int ret = mutexes_attach(&mutexes, killing->fd) ?:
		  guest_start(&killing->guest, 0);

	return ret ?: lock_soon(&mutexes, 0);
}

/*
 * The last locker is told that an owner has died in either order of the deaths:
 * the dead owner is the first one, or the waiter that was told and never
 * repaired the mutex. A guest keeps the memory of the waiter.
 */
TEST(waiter_killed_as_it_is_told)
{
	struct killing *killing = shared_alloc(sizeof(*killing));
	struct child owner, waiter;
	struct mutexes mutexes;
	int i;

	killing->fd = create(mutex_args(1));
	ASSERT_EQ(0, mutexes_attach(&mutexes, killing->fd));
	for (i = 0; i < 20; i++) {
		start_lock(&owner, run_lock_and_hold, killing->fd, 0);
		wait_for_owner(killing->fd, 0);
		killing->guest.pid = 0;
		child_start(&waiter, run_wait_with_a_guest, killing);
		wait_for_lockers(killing->fd, 1);
		wait_until(__atomic_load_n(&killing->guest.pid,
					   __ATOMIC_SEQ_CST));
		kill(owner.pid, SIGKILL);
		if (i % 2)
			sched_yield();
		kill(waiter.pid, SIGKILL);
		child_finish(&owner);
		child_finish(&waiter);
		EXPECT_EQ(-EOWNERDEAD, lock_soon(&mutexes, 0));
		EXPECT_EQ(0, kill(killing->guest.pid, SIGKILL));
		EXPECT_EQ(0, mutex_consistent(killing->fd, 0));
		EXPECT_EQ(0, mutex_unlock(killing->fd, 0));
	}
}

TEST_HARNESS_MAIN
