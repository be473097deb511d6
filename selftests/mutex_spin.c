// SPDX-License-Identifier: GPL-2.0-only
/*
 * KIPC_SPIN mutexes. A waiter does not sleep while the owner runs. It sleeps as
 * soon as the owner no longer runs, because the owner was stopped or was
 * preempted by a task of higher priority, and when it has spun for long enough.
 * A waiter of a fair mutex is queued while it spins.
 */
#include "kipc_test.h"
#include "flag.h"
#include "mutex_word.h"
#include "schedule.h"

#define OWNERS_CPU	0
#define OTHERS_CPU	1
#define SPUN		3000000	/* ns of CPU time: enough to queue */
#define ATTEMPTS	200

struct spin_shared {
	int fd;
	unsigned int locked;	/* the owner has the mutex and runs */
	unsigned int asking;	/* the waiter is about to lock */
	unsigned int hogging;	/* the hog occupies the owner's CPU */
	unsigned int go;	/* the owner is to unlock the mutex */
	unsigned int got;	/* number of waiters that have had it */
};

/*
 * Locks the mutex and runs in user space, without sleeping, until it is told to
 * unlock.
 */
static int run_owner(void *data)
{
	struct spin_shared *shared = data;
	struct mutexes mutexes;
	int ret = pin(OWNERS_CPU) ?: mutexes_attach(&mutexes, shared->fd) ?:
		  mutex_lock(shared->fd, 0);

	if (ret)
		return ret;
	flag_raise(&shared->locked);
	while (!flag_is_raised(&shared->go))
		;
	return mutex_unlock(shared->fd, 0);
}

static int run_waiter(void *data)
{
	struct spin_shared *shared = data;
	struct mutexes mutexes;
	int ret = mutexes_attach(&mutexes, shared->fd);

	if (ret)
		return ret;
	flag_raise(&shared->asking);
	ret = mutex_timedlock_as(shared->fd, 0, mutexes.attachment, KIPC_FOREVER,
				 0);
	if (ret == -EOWNERDEAD)
		mutex_consistent(shared->fd, 0);
	if (!ret || ret == -EOWNERDEAD)
		mutex_unlock(shared->fd, 0);
	return ret;
}

/* Locks and unlocks the mutex. Returns how many waiters had it before. */
static int run_waiter_in_turn(void *data)
{
	struct spin_shared *shared = data;
	struct mutexes mutexes;
	int before, ret = mutexes_attach(&mutexes, shared->fd) ?:
			  mutex_lock(shared->fd, 0);

	if (ret)
		return ret;
	before = shared->got++;
	ret = mutex_unlock(shared->fd, 0);
	return ret ?: before;
}

static int run_hog(void *data)
{
	struct spin_shared *shared = data;
	int ret = pin(OWNERS_CPU) ?: set_priority(1);

	if (ret)
		return ret;
	for (;;)
		flag_raise(&shared->hogging);
}

/*
 * Returns the CPU time of a child in nanoseconds, or 0 if the child has gone.
 */
static __u64 processor_time(const struct child *child)
{
	struct timespec ran = {};
	clockid_t clock;

	if (!clock_getcpuclockid(child->pid, &clock))
		clock_gettime(clock, &ran);
	return ran.tv_sec * 1000000000ULL + ran.tv_nsec;
}

FIXTURE(spin) {
	struct spin_shared *shared;
	struct child owner, waiter, hog;
};

FIXTURE_VARIANT(spin) {
	bool hog;
};

FIXTURE_VARIANT_ADD(spin, owner_stopped) {
};

FIXTURE_VARIANT_ADD(spin, owner_displaced) {
	.hog = true,
};

FIXTURE_SETUP(spin)
{
	if (pin(OWNERS_CPU) || pin(OTHERS_CPU))
		SKIP(return, "needs two processors");
	if (variant->hog && geteuid())
		SKIP(return, "needs root to become a real-time process");
	self->shared = shared_alloc(sizeof(*self->shared));
	self->shared->fd = create_flags(mutex_args(1), KIPC_SPIN);
	ASSERT_LE(0, self->shared->fd);
	child_start(&self->owner, run_owner, self->shared);
	wait_until(flag_is_raised(&self->shared->locked) ||
		   child_ended(&self->owner));
	ASSERT_FALSE(child_ended(&self->owner));
}

FIXTURE_TEARDOWN(spin)
{
	if (self->shared)
		close(self->shared->fd);
}

/*
 * Starts a waiter and returns true once its CPU time shows that it spins.
 * Returns false if the waiter queued, because the owner did not run all the
 * time.
 */
static bool start_spinning(struct child *waiter, struct spin_shared *shared)
{
	__u64 before;

	shared->asking = 0;
	child_start(waiter, run_waiter, shared);
	wait_until(flag_is_raised(&shared->asking) || child_ended(waiter));
	before = processor_time(waiter);
	wait_until(waiters(shared->fd) || child_ended(waiter) ||
		   processor_time(waiter) >= before + SPUN);
	return !waiters(shared->fd) && !child_ended(waiter);
}

/*
 * Keeps the owner from running from now on: by SIGSTOP, or by a hog of higher
 * priority on its CPU.
 */
static void hold_up_owner(struct child *owner, struct child *hog,
			  struct spin_shared *shared, bool by_hog)
{
	if (!by_hog) {
		kill(owner->pid, SIGSTOP);
		return;
	}
	child_start(hog, run_hog, shared);
	wait_until(flag_is_raised(&shared->hogging) || child_ended(hog));
}

#define check_falls_back() do { \
	int __attempts = 0; \
	while (!start_spinning(&self->waiter, self->shared)) { \
		child_kill(&self->waiter); \
		ASSERT_GT(ATTEMPTS, ++__attempts); \
	} \
	hold_up_owner(&self->owner, &self->hog, self->shared, variant->hog); \
	wait_for_waiters(self->shared->fd, 1); \
	wait_until(child_sleeps(&self->waiter) || \
		   child_ended(&self->waiter)); \
	EXPECT_FALSE(child_ended(&self->waiter)); \
	check_mutex(self->shared->fd, 0, self->owner.pid, 1, 0); \
} while (0)

TEST_F(spin, until_the_owner_goes_on)
{
	check_falls_back();
	flag_raise(&self->shared->go);
	kill(self->owner.pid, SIGCONT);
	if (variant->hog)
		child_kill(&self->hog);
	EXPECT_EQ(0, child_finish(&self->waiter));
	EXPECT_EQ(0, child_finish(&self->owner));
}

/* The owner is killed. It has to run in order to die, so the hog has to go. */
TEST_F(spin, until_the_owner_is_dead)
{
	check_falls_back();
	kill(self->owner.pid, SIGKILL);
	if (variant->hog)
		child_kill(&self->hog);
	EXPECT_EQ(-EOWNERDEAD, child_finish(&self->waiter));
	EXPECT_EQ(CHILD_KILLED, child_finish(&self->owner));
	check_mutex(self->shared->fd, 0, 0, 0, 0);
}

/*
 * The owner runs all the time, so only the bound of the spin ends the spinning.
 */
FIXTURE(running) {
	struct spin_shared *shared;
	struct child owner;
};

FIXTURE_VARIANT(running) {
	__u32 flags;
};

FIXTURE_VARIANT_ADD(running, spin) {
	.flags = KIPC_SPIN,
};

FIXTURE_VARIANT_ADD(running, fair) {
	.flags = KIPC_FAIR,
};

FIXTURE_VARIANT_ADD(running, fair_spin) {
	.flags = KIPC_FAIR | KIPC_SPIN,
};

FIXTURE_SETUP(running)
{
	if (pin(OWNERS_CPU) || pin(OTHERS_CPU))
		SKIP(return, "needs two processors");
	self->shared = shared_alloc(sizeof(*self->shared));
	self->shared->fd = create_flags(mutex_args(1), variant->flags);
	ASSERT_LE(0, self->shared->fd);
	child_start(&self->owner, run_owner, self->shared);
	wait_until(flag_is_raised(&self->shared->locked) ||
		   child_ended(&self->owner));
	ASSERT_FALSE(child_ended(&self->owner));
}

FIXTURE_TEARDOWN(running)
{
	if (self->shared)
		close(self->shared->fd);
}

/*
 * The spin is bounded. The word may name any thread as the owner, and that
 * thread may run for ever.
 */
TEST_F(running, is_not_spun_for_without_end)
{
	struct child waiter;

	child_start(&waiter, run_waiter, self->shared);
	wait_for_waiters(self->shared->fd, 1);
	wait_until(child_sleeps(&waiter) || child_ended(&waiter));
	EXPECT_FALSE(child_ended(&waiter));
	check_mutex(self->shared->fd, 0, self->owner.pid, 1, 0);
	flag_raise(&self->shared->go);
	EXPECT_EQ(0, child_finish(&waiter));
	EXPECT_EQ(0, child_finish(&self->owner));
}

/*
 * A waiter of a fair mutex queues before it spins, so waiters get the mutex in
 * the order of their arrival.
 */
TEST_F(running, queues_in_order)
{
	struct child children[4];
	unsigned int i;

	if (!(variant->flags & KIPC_FAIR))
		SKIP(return, "has no order");
	for (i = 0; i < ARRAY_SIZE(children); i++) {
		child_start(&children[i], run_waiter_in_turn, self->shared);
		wait_for_waiters(self->shared->fd, i + 1);
	}
	flag_raise(&self->shared->go);
	for (i = 0; i < ARRAY_SIZE(children); i++)
		EXPECT_EQ((int)i, child_finish(&children[i]));
	EXPECT_EQ(0, child_finish(&self->owner));
}

TEST_HARNESS_MAIN
