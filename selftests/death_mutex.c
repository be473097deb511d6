// SPDX-License-Identifier: GPL-2.0-only
/*
 * Threads and processes that use a mutex die at every place at which they can.
 * The survivors are told at once, and they get the mutex at once.
 *
 * The fast paths are single-stepped: a tracer lets a victim lock and unlock the
 * mutex and kills it after the first instruction, after the second one, and so
 * on, until the victim has run to the end.
 */
#include "kipc_test.h"
#include "lock_child.h"
#include "mutex_word.h"
#include "word.h"

#include <pthread.h>
#include <sys/ptrace.h>
#include <sys/resource.h>

#define KEEP		"--keep"

/* State that the victim and its tracer share. */
struct victim_shared {
	int fd;
	unsigned int begun;	/* the steps count from here */
	unsigned int ended;
};

/* Stepping. */

/*
 * What the victim does before it is stepped, and what it does while it is
 * stepped.
 */
struct victim {
	void (*prepare)(const struct mutexes *mutexes);
	void (*act)(const struct mutexes *mutexes, __u64 owner);
};

static void prepare_nothing(const struct mutexes *mutexes)
{
	(void)mutexes;
}

static void prepare_lock(const struct mutexes *mutexes)
{
	if (mutex_lock(mutexes->fd, 0))
		_exit(1);
}

static void act_lock_and_unlock(const struct mutexes *mutexes, __u64 owner)
{
	mutexes_lock(mutexes, 0, owner, KIPC_FOREVER);
	mutexes_unlock(mutexes, 0, owner);
}

static void act_unlock(const struct mutexes *mutexes, __u64 owner)
{
	mutexes_unlock(mutexes, 0, owner);
}

static void act_in_kernel(const struct mutexes *mutexes, __u64 owner)
{
	(void)owner;
	mutex_timedlock_as(mutexes->fd, 0, mutexes->attachment, KIPC_FOREVER,
			   0);
	mutex_call_as(mutexes->fd, KIPC_MUTEX_UNLOCK, 0, mutexes->attachment);
}

/* Lets itself be traced, stops, and runs the actions of the victim. */
static void run_victim(const struct victim *victim, struct victim_shared *shared)
{
	struct mutexes mutexes;
	__u64 owner;

	if (mutexes_attach(&mutexes, shared->fd))
		_exit(1);
	owner = owner_word(mutexes.attachment);
	victim->prepare(&mutexes);
	ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	raise(SIGSTOP);
	__atomic_store_n(&shared->begun, 1, __ATOMIC_SEQ_CST);
	victim->act(&mutexes, owner);
	__atomic_store_n(&shared->ended, 1, __ATOMIC_SEQ_CST);
	for (;;)
		pause();
}

static pid_t start_victim(const struct victim *victim, struct victim_shared *shared)
{
	pid_t pid = child_fork();

	shared->begun = 0;
	shared->ended = 0;
	if (!pid)
		run_victim(victim, shared);
	return pid;
}

/* Runs one instruction or one system call of the victim. */
static bool step(pid_t pid)
{
	int status;

	return !ptrace(PTRACE_SINGLESTEP, pid, NULL, NULL) &&
	       waitpid(pid, &status, 0) == pid && WIFSTOPPED(status);
}

/*
 * Runs this many steps from the beginning. Returns false if the victim has
 * ended before.
 */
static bool step_to(struct victim_shared *shared, pid_t pid, unsigned int steps)
{
	while (!shared->begun)
		if (!step(pid))
			return false;
	while (steps-- && !shared->ended)
		if (!step(pid))
			return false;
	return !shared->ended;
}

FIXTURE(stepping) {
	int fd;
	struct mutexes mutexes;
	struct victim_shared *shared;
	struct child survivor;
};

FIXTURE_VARIANT(stepping) {
	__u32 flags;
	struct victim victim;
	bool awaited;		/* the survivor waits meanwhile */
	const char *pattern;	/* of outcomes: 0, and D for EOWNERDEAD */
};

FIXTURE_VARIANT_ADD(stepping, by_word) {
	.victim = { prepare_nothing, act_lock_and_unlock },
	.pattern = "0D0",
};

FIXTURE_VARIANT_ADD(stepping, by_kernel) {
	.victim = { prepare_nothing, act_in_kernel },
	.pattern = "0D0",
};

FIXTURE_VARIANT_ADD(stepping, by_kernel_sealed) {
	.flags = KIPC_SEALED | KIPC_DETECT,
	.victim = { prepare_nothing, act_lock_and_unlock },
	.pattern = "0D0",
};

FIXTURE_VARIANT_ADD(stepping, unlock) {
	.victim = { prepare_lock, act_unlock },
	.pattern = "D0",
};

FIXTURE_VARIANT_ADD(stepping, unlock_awaited) {
	.victim = { prepare_lock, act_unlock },
	.awaited = true,
	.pattern = "D0",
};

FIXTURE_VARIANT_ADD(stepping, unlock_awaited_fairly) {
	.flags = KIPC_FAIR,
	.victim = { prepare_lock, act_unlock },
	.awaited = true,
	.pattern = "D0",
};

FIXTURE_SETUP(stepping)
{
	self->fd = create_flags(mutex_args(1), variant->flags);
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, mutexes_attach(&self->mutexes, self->fd));
	self->shared = shared_alloc(sizeof(*self->shared));
	self->shared->fd = self->fd;
}

FIXTURE_TEARDOWN(stepping)
{
	close(self->fd);
}

/*
 * Locks and unlocks the mutex as a survivor and repairs it if its owner died.
 * Returns the result of the lock.
 */
static int survive(int fd)
{
	int ret = mutex_trylock(fd, 0);

	if (ret == -EOWNERDEAD && mutex_consistent(fd, 0))
		return -EINVAL;
	if ((!ret || ret == -EOWNERDEAD) && mutex_unlock(fd, 0))
		return -EPERM;
	return ret;
}

/*
 * Adds an outcome to the pattern unless it equals the outcome of the step
 * before.
 */
static void pattern_add(char pattern[16], int outcome)
{
	size_t length = strlen(pattern);
	char letter = '?';

	if (outcome == 0)
		letter = '0';
	if (outcome == -EOWNERDEAD)
		letter = 'D';
	if (length == 15 || (length && pattern[length - 1] == letter))
		return;
	pattern[length] = letter;
	pattern[length + 1] = 0;
}

TEST_F_TIMEOUT(stepping, killed_after_each_instruction, 200)
{
	/*
	 * A slow kernel tests only some of the steps. Other kernels test all of
	 * them.
	 */
	unsigned int steps, stride = kernel_is_slow() ? 5 : 1;
	char pattern[16] = "";
	bool alive = true;
	int outcome;
	pid_t pid;

	for (steps = 0; alive; steps += stride) {
		pid = start_victim(&variant->victim, self->shared);
		ASSERT_EQ(pid, waitpid(pid, NULL, WUNTRACED));
		if (variant->awaited) {
			start_lock(&self->survivor, run_lock_and_unlock,
				   self->fd, 0);
			wait_for_waiters(self->fd, 1);
		}
		alive = step_to(self->shared, pid, steps);
		kill(pid, SIGKILL);
		ASSERT_EQ(CHILD_KILLED, child_wait(pid));
		outcome = variant->awaited ? child_finish(&self->survivor) :
					     survive(self->fd);
		pattern_add(pattern, outcome);
		check_mutex(self->fd, 0, 0, 0, 0);
		ASSERT_EQ(0L, waiters(self->fd));
	}
	EXPECT_STREQ(variant->pattern, pattern);
	TH_LOG("killed at %u instructions: %s", steps, pattern);
}

/* The other deaths. */

FIXTURE(death) {
	int fd;
	struct mutexes mutexes;
	struct child victim, survivor;
};

FIXTURE_VARIANT(death) {
	__u32 flags;
	__u64 bytes;	/* of the region with the mutexes; 0: no region */
};

FIXTURE_VARIANT_ADD(death, mapped) {
};

FIXTURE_VARIANT_ADD(death, fair) {
	.flags = KIPC_FAIR,
};

FIXTURE_VARIANT_ADD(death, sealed) {
	.flags = KIPC_SEALED,
};

FIXTURE_VARIANT_ADD(death, detecting) {
	.flags = KIPC_DETECT | KIPC_RECURSIVE,
};

FIXTURE_VARIANT_ADD(death, in_a_region) {
	.bytes = 10000,
};

static int create_mutexes(unsigned int count, __u64 bytes, __u32 flags)
{
	return create_flags(bytes ? region_args(bytes, count) :
				    mutex_args(count), flags);
}

FIXTURE_SETUP(death)
{
	self->fd = create_mutexes(2, variant->bytes, variant->flags);
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, mutexes_attach(&self->mutexes, self->fd));
}

FIXTURE_TEARDOWN(death)
{
	close(self->fd);
}

TEST_F(death, of_an_owner)
{
	start_lock(&self->victim, run_lock_and_hold, self->fd, 0);
	wait_for_owner(self->fd, 0);
	child_kill(&self->victim);
	EXPECT_EQ(-EOWNERDEAD, survive(self->fd));
	EXPECT_EQ(0, survive(self->fd));
}

/*
 * A waiter is told as soon as the owner dies, not only when it looks at the
 * mutex.
 */
TEST_F(death, of_an_owner_who_is_awaited)
{
	start_lock(&self->victim, run_lock_and_hold, self->fd, 0);
	wait_for_owner(self->fd, 0);
	start_lock(&self->survivor, run_lock_and_unlock, self->fd, 0);
	wait_for_lockers(self->fd, 1);
	child_kill(&self->victim);
	EXPECT_EQ(-EOWNERDEAD, child_finish(&self->survivor));
	EXPECT_EQ(0, survive(self->fd));
}

/* Locks the mutex and dies of a fault of its own, with all its consequences. */
static int run_lock_and_crash(void *data)
{
	struct rlimit no_core = { 0, 0 };
	int ret = run_lock_and_die(data);

	setrlimit(RLIMIT_CORE, &no_core);
	if (!ret)
		*(volatile int *)bad_pointer() = 1;
	return ret;
}

TEST_F(death, of_a_fault)
{
	start_lock(&self->victim, run_lock_and_crash, self->fd, 0);
	EXPECT_EQ(CHILD_KILLED, child_finish(&self->victim));
	EXPECT_EQ(-EOWNERDEAD, survive(self->fd));
}

TEST_F(death, of_one_who_waits)
{
	ASSERT_EQ(0, mutex_lock(self->fd, 0));
	start_lock(&self->victim, run_lock_and_die, self->fd, 0);
	wait_for_lockers(self->fd, 1);
	start_lock(&self->survivor, run_lock_and_unlock, self->fd, 0);
	wait_for_lockers(self->fd, 2);
	EXPECT_EQ(CHILD_KILLED, child_kill(&self->victim));
	EXPECT_EQ(1L, waiters(self->fd));
	EXPECT_EQ(0, mutex_unlock(self->fd, 0));
	EXPECT_EQ(0, child_finish(&self->survivor));
	EXPECT_EQ(0, survive(self->fd));
}

/*
 * A waiter is killed at the moment at which it may get the mutex, again and
 * again.
 */
TEST_F_TIMEOUT(death, of_one_who_is_next, 100)
{
	int i, ret;

	for (i = 0; i < 20; i++) {
		ASSERT_EQ(0, mutex_lock(self->fd, 0));
		start_lock(&self->victim, run_lock_and_hold, self->fd, 0);
		wait_for_lockers(self->fd, 1);
		if (i % 2)
			kill(self->victim.pid, SIGKILL);
		EXPECT_EQ(0, mutex_unlock(self->fd, 0));
		child_kill(&self->victim);
		ret = survive(self->fd);
		EXPECT_TRUE(!ret || ret == -EOWNERDEAD);
		EXPECT_EQ(0L, waiters(self->fd));
	}
}

/* Owner and waiter die at once. Only the death of the owner has an effect. */
TEST_F(death, of_owner_and_waiter)
{
	start_lock(&self->victim, run_lock_and_hold, self->fd, 0);
	wait_for_owner(self->fd, 0);
	start_lock(&self->survivor, run_lock_and_hold, self->fd, 0);
	wait_for_lockers(self->fd, 1);
	kill(self->survivor.pid, SIGKILL);
	kill(self->victim.pid, SIGKILL);
	child_finish(&self->survivor);
	child_finish(&self->victim);
	EXPECT_EQ(-EOWNERDEAD, survive(self->fd));
	EXPECT_EQ(0L, waiters(self->fd));
}

/*
 * Locks the mutex and becomes another program, which knows nothing of the
 * mutex.
 */
static int run_lock_and_exec(void *data)
{
	int ret = run_lock_and_die(data);

	if (!ret)
		execl("/proc/self/exe", "death_mutex", KEEP, NULL);
	return ret;
}

TEST_F(death, by_exec)
{
	start_lock(&self->survivor, run_lock_and_exec, self->fd, 0);
	wait_for_death(self->fd, 0);
	EXPECT_FALSE(child_ended(&self->survivor));
	EXPECT_EQ(-EOWNERDEAD, survive(self->fd));
	child_kill(&self->survivor);
	EXPECT_EQ(0, survive(self->fd));
}

static void *lock_from_a_thread(void *data)
{
	return (void *)(intptr_t)mutex_lock(*(int *)data, 1);
}

/*
 * Calls exec while another thread of the process waits. The exec kills that
 * thread.
 */
static int run_exec_of_two_threads(void *data)
{
	const struct lock_request *request = data;
	pthread_t thread;
	int fd = request->fd;

	if (run_lock_and_die(data) ||
	    pthread_create(&thread, NULL, lock_from_a_thread, &fd))
		return 1;
	wait_until(waiters(fd) == 1);
	execl("/proc/self/exe", "death_mutex", KEEP, NULL);
	return 2;
}

TEST_F(death, by_exec_of_threads)
{
	ASSERT_EQ(0, mutex_lock(self->fd, 1));
	start_lock(&self->survivor, run_exec_of_two_threads, self->fd, 0);
	wait_for_death(self->fd, 0);
	EXPECT_EQ(0L, waiters(self->fd));
	EXPECT_EQ(0, mutex_unlock(self->fd, 1));
	check_mutex(self->fd, 1, 0, 0, 0);
	child_kill(&self->survivor);
}

/*
 * Tries to unlock the mutex that the parent owns. The child of an owner is not
 * an owner, and its death has no effect.
 */
static int run_forked(void *data)
{
	const struct mutexes *mutexes = data;

	return mutex_call_as(mutexes->fd, KIPC_MUTEX_UNLOCK, 0,
			     mutexes->attachment);
}

static int run_forked_and_hold(void *data)
{
	(void)data;
	for (;;)
		pause();
	return 0;
}

TEST_F(death, of_a_child_of_the_owner)
{
	ASSERT_EQ(0, mutex_lock(self->fd, 0));
	child_start(&self->victim, run_forked, &self->mutexes);
	EXPECT_EQ(-ENXIO, child_finish(&self->victim));
	child_start(&self->victim, run_forked_and_hold, NULL);
	child_kill(&self->victim);
	check_mutex(self->fd, 0, getpid(), 1, 0);
	EXPECT_EQ(0, mutex_unlock(self->fd, 0));
}

/* A child that lives on does not keep the mutexes that its parent held. */
struct orphanage {
	struct lock_request request;
	pid_t orphan;
};

static int run_lock_and_fork(void *data)
{
	struct orphanage *orphanage = data;
	int ret = run_lock_and_die(&orphanage->request);
	pid_t pid;

	if (ret)
		return ret;
	pid = fork();
	if (!pid)
		run_forked_and_hold(NULL);
	orphanage->orphan = pid;
	return 0;
}

TEST_F(death, of_a_parent)
{
	struct orphanage *orphanage = shared_alloc(sizeof(*orphanage));

	orphanage->request.fd = self->fd;
	orphanage->request.deadline = KIPC_FOREVER;
	child_start(&self->victim, run_lock_and_fork, orphanage);
	EXPECT_EQ(0, child_finish(&self->victim));
	EXPECT_EQ(-EOWNERDEAD, survive(self->fd));
	ASSERT_LT(0, orphanage->orphan);
	EXPECT_EQ(0, kill(orphanage->orphan, SIGKILL));
}

/* One thread unmaps the words while another thread waits. */
struct mutex_unmapping {
	struct mutexes mutexes;
	int outcome;
};

static void *unmap_when_awaited(void *data)
{
	struct mutex_unmapping *unmapping = data;

	wait_until(waiters(unmapping->mutexes.fd) == 1);
	mutexes_detach(&unmapping->mutexes);
	return NULL;
}

static int run_lock_while_unmapping(void *data)
{
	struct mutex_unmapping unmapping;
	pthread_t thread;
	int ret = mutexes_attach(&unmapping.mutexes, *(int *)data);

	if (ret || pthread_create(&thread, NULL, unmap_when_awaited,
				  &unmapping))
		return 1;
	ret = mutex_lock(unmapping.mutexes.fd, 0);
	pthread_join(thread, NULL);
	return ret;
}

/*
 * A waiter that is no longer attached when the mutex is unlocked does not get
 * it.
 */
TEST_F(death, of_a_mapping_while_waiting)
{
	ASSERT_EQ(0, mutex_lock(self->fd, 0));
	child_start(&self->victim, run_lock_while_unmapping, &self->fd);
	wait_for_lockers(self->fd, 1);
	while (fdinfo_number(self->fd, "kipc-attachments:") != 1)
		poll(NULL, 0, 1);
	start_lock(&self->survivor, run_lock_and_unlock, self->fd, 0);
	wait_for_lockers(self->fd, 2);
	EXPECT_EQ(0, mutex_unlock(self->fd, 0));
	EXPECT_EQ(-ENXIO, child_finish(&self->victim));
	EXPECT_EQ(0, child_finish(&self->survivor));
	EXPECT_EQ(0, survive(self->fd));
}

/*
 * The owner unlocks a mutex without repairing it, so that it cannot be repaired
 * any more.
 */
TEST_F(death, unmended)
{
	start_lock(&self->victim, run_lock_and_die, self->fd, 0);
	EXPECT_EQ(0, child_finish(&self->victim));
	EXPECT_EQ(-EOWNERDEAD, mutex_lock(self->fd, 0));
	start_lock(&self->survivor, run_lock_and_die, self->fd, 0);
	wait_for_lockers(self->fd, 1);
	EXPECT_EQ(0, mutex_unlock(self->fd, 0));
	EXPECT_EQ(-ENOTRECOVERABLE, child_finish(&self->survivor));
	EXPECT_EQ(-ENOTRECOVERABLE, survive(self->fd));
}

/* Many mutexes at once. */

struct holding {
	int fd;
	unsigned int ready;
};

/* Locks every second mutex and unmaps the words. */
static int run_hold_half(void *data)
{
	struct holding *holding = data;
	struct mutexes mutexes;
	unsigned int i;
	int ret = mutexes_attach(&mutexes, holding->fd);
	__u64 me = owner_word(mutexes.attachment);

	for (i = 0; i < KIPC_ELEMENTS_MAX && !ret; i += 2)
		if (!word_lock(word_at(&mutexes.words, i), me))
			ret = -EBUSY;
	__atomic_store_n(&holding->ready, 1, __ATOMIC_RELEASE);
	if (!ret)
		mutexes_detach(&mutexes);
	return ret;
}

/*
 * A process is killed somewhere in munmap(), which has to repair 32768 mutexes.
 */
TEST_F_TIMEOUT(death, during_munmap, 100)
{
	struct holding *holding = shared_alloc(sizeof(*holding));
	struct mutexes mutexes;
	unsigned int i, round;

	/*
	 * The victim locks by the word, which is not possible if the words are
	 * sealed.
	 */
	if (variant->flags & KIPC_SEALED)
		return;
	holding->fd = create_mutexes(KIPC_ELEMENTS_MAX, variant->bytes,
				     variant->flags);
	ASSERT_LE(0, holding->fd);
	ASSERT_EQ(0, mutexes_attach(&mutexes, holding->fd));
	for (round = 0; round < 1 + scaled(3); round++) {
		holding->ready = 0;
		child_start(&self->victim, run_hold_half, holding);
		wait_until(__atomic_load_n(&holding->ready, __ATOMIC_ACQUIRE));
		for (i = 0; i < round * 1000; i++)
			sched_yield();
		child_kill(&self->victim);
		EXPECT_EQ(1L, fdinfo_number(holding->fd, "kipc-attachments:"));
		for (i = 0; i < KIPC_ELEMENTS_MAX; i++) {
			struct word *word = word_at(&mutexes.words, i);

			ASSERT_EQ(i % 2 ? 0 : KIPC_MUTEX_OWNER_DIED,
				  word_load(word));
			/*
			 * Prepare the next round. No other process uses the
			 * mutex.
			 */
			word_store(word, 0);
		}
	}
	close(holding->fd);
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], KEEP))
		return run_forked_and_hold(NULL);
	return test_harness_run(argc, argv);
}
