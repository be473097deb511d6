// SPDX-License-Identifier: GPL-2.0-only
/*
 * KIPC_SPIN mutexes: a waiter does not sleep while the owner runs, and does as soon
 * as the owner runs no longer, because it was stopped or something more important has
 * its processor; or because it has spun for long enough. That of a fair mutex is
 * queued while it spins.
 */
#include "kipc_test.h"
#include "kipc_child.h"
#include "kipc_mutex_word.h"
#include "kipc_schedule.h"

#define OWNERS_CPU	0
#define OTHERS_CPU	1
#define SPUN		3000000	/* ns of processor time: nobody needs them to queue */
#define ATTEMPTS	200

struct stage {
	int fd;
	unsigned int locked;	/* the owner owns it, and runs */
	unsigned int asking;	/* the waiter is going to */
	unsigned int hogging;	/* the owner's processor is taken */
	unsigned int go;	/* the owner is to unlock it */
	unsigned int got;	/* waiters that have had it */
};

static void stage_set(unsigned int *what)
{
	__atomic_store_n(what, 1, __ATOMIC_SEQ_CST);
}

static bool stage_is(const unsigned int *what)
{
	return __atomic_load_n(what, __ATOMIC_SEQ_CST);
}

/* Runs all the time, in user space. */
static int run_owner(void *data)
{
	struct stage *stage = data;
	struct mutexes mutexes;
	int ret = pin(OWNERS_CPU) ?: mutexes_attach(&mutexes, stage->fd) ?:
		  mutex_lock(stage->fd, 0);

	if (ret)
		return ret;
	stage_set(&stage->locked);
	while (!stage_is(&stage->go))
		;
	return mutex_unlock(stage->fd, 0);
}

static int run_waiter(void *data)
{
	struct stage *stage = data;
	struct mutexes mutexes;
	int ret = mutexes_attach(&mutexes, stage->fd);

	if (ret)
		return ret;
	stage_set(&stage->asking);
	ret = mutex_timedlock_as(stage->fd, 0, mutexes.attachment, KIPC_FOREVER,
				 0);
	if (ret == -EOWNERDEAD)
		mutex_consistent(stage->fd, 0);
	if (!ret || ret == -EOWNERDEAD)
		mutex_unlock(stage->fd, 0);
	return ret;
}

/* Returns how many have had it before. */
static int run_waiter_in_turn(void *data)
{
	struct stage *stage = data;
	struct mutexes mutexes;
	int before, ret = mutexes_attach(&mutexes, stage->fd) ?:
			  mutex_lock(stage->fd, 0);

	if (ret)
		return ret;
	before = stage->got++;
	ret = mutex_unlock(stage->fd, 0);
	return ret ?: before;
}

static int run_hog(void *data)
{
	struct stage *stage = data;
	int ret = pin(OWNERS_CPU) ?: set_priority(1);

	if (ret)
		return ret;
	for (;;)
		stage_set(&stage->hogging);
}

/* Nanoseconds that it has run; 0 if it has gone. */
static __u64 processor_time(const struct child *child)
{
	struct timespec ran = {};
	clockid_t clock;

	if (!clock_getcpuclockid(child->pid, &clock))
		clock_gettime(clock, &ran);
	return ran.tv_sec * 1000000000ULL + ran.tv_nsec;
}

FIXTURE(spin) {
	struct stage *stage;
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
	self->stage = shared_alloc(sizeof(*self->stage));
	self->stage->fd = create_flags(mutex_args(1), KIPC_SPIN);
	ASSERT_LE(0, self->stage->fd);
	child_start(&self->owner, run_owner, self->stage);
	wait_until(stage_is(&self->stage->locked) ||
		   child_ended(&self->owner));
	ASSERT_FALSE(child_ended(&self->owner));
}

FIXTURE_TEARDOWN(spin)
{
	if (self->stage)
		close(self->stage->fd);
}

/*
 * Starts a waiter that is seen to spin; false where it queued, because the owner
 * has not run all the time.
 */
static bool start_spinning(struct child *waiter, struct stage *stage)
{
	__u64 before;

	stage->asking = 0;
	child_start(waiter, run_waiter, stage);
	wait_until(stage_is(&stage->asking) || child_ended(waiter));
	before = processor_time(waiter);
	wait_until(waiters(stage->fd) || child_ended(waiter) ||
		   processor_time(waiter) >= before + SPUN);
	return !waiters(stage->fd) && !child_ended(waiter);
}

/* From now on the owner does not run. */
static void hold_up_owner(struct child *owner, struct child *hog,
			  struct stage *stage, bool by_hog)
{
	if (!by_hog) {
		kill(owner->pid, SIGSTOP);
		return;
	}
	child_start(hog, run_hog, stage);
	wait_until(stage_is(&stage->hogging) || child_ended(hog));
}

#define check_falls_back() do { \
	int __attempts = 0; \
	while (!start_spinning(&self->waiter, self->stage)) { \
		child_kill(&self->waiter); \
		ASSERT_GT(ATTEMPTS, ++__attempts); \
	} \
	hold_up_owner(&self->owner, &self->hog, self->stage, variant->hog); \
	wait_for_waiters(self->stage->fd, 1); \
	wait_until(child_sleeps(&self->waiter) || \
		   child_ended(&self->waiter)); \
	EXPECT_FALSE(child_ended(&self->waiter)); \
	check_mutex(self->stage->fd, 0, self->owner.pid, 1, 0); \
} while (0)

TEST_F(spin, until_the_owner_goes_on)
{
	check_falls_back();
	stage_set(&self->stage->go);
	kill(self->owner.pid, SIGCONT);
	if (variant->hog)
		child_kill(&self->hog);
	EXPECT_EQ(0, child_finish(&self->waiter));
	EXPECT_EQ(0, child_finish(&self->owner));
}

/* It has to run to die. */
TEST_F(spin, until_the_owner_is_dead)
{
	check_falls_back();
	kill(self->owner.pid, SIGKILL);
	if (variant->hog)
		child_kill(&self->hog);
	EXPECT_EQ(-EOWNERDEAD, child_finish(&self->waiter));
	EXPECT_EQ(CHILD_KILLED, child_finish(&self->owner));
	check_mutex(self->stage->fd, 0, 0, 0, 0);
}

/* The owner runs all the time. */
FIXTURE(running) {
	struct stage *stage;
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
	self->stage = shared_alloc(sizeof(*self->stage));
	self->stage->fd = create_flags(mutex_args(1), variant->flags);
	ASSERT_LE(0, self->stage->fd);
	child_start(&self->owner, run_owner, self->stage);
	wait_until(stage_is(&self->stage->locked) ||
		   child_ended(&self->owner));
	ASSERT_FALSE(child_ended(&self->owner));
}

FIXTURE_TEARDOWN(running)
{
	if (self->stage)
		close(self->stage->fd);
}

/* The word may name any thread as the owner, and that may run for ever. */
TEST_F(running, is_not_spun_for_without_end)
{
	struct child waiter;

	child_start(&waiter, run_waiter, self->stage);
	wait_for_waiters(self->stage->fd, 1);
	wait_until(child_sleeps(&waiter) || child_ended(&waiter));
	EXPECT_FALSE(child_ended(&waiter));
	check_mutex(self->stage->fd, 0, self->owner.pid, 1, 0);
	stage_set(&self->stage->go);
	EXPECT_EQ(0, child_finish(&waiter));
	EXPECT_EQ(0, child_finish(&self->owner));
}

/* Before it spins: so the order is that of arrival. */
TEST_F(running, queues_in_order)
{
	struct child children[4];
	unsigned int i;

	if (!(variant->flags & KIPC_FAIR))
		SKIP(return, "has no order");
	for (i = 0; i < ARRAY_SIZE(children); i++) {
		child_start(&children[i], run_waiter_in_turn, self->stage);
		wait_for_waiters(self->stage->fd, i + 1);
	}
	stage_set(&self->stage->go);
	for (i = 0; i < ARRAY_SIZE(children); i++)
		EXPECT_EQ((int)i, child_finish(&children[i]));
	EXPECT_EQ(0, child_finish(&self->owner));
}

TEST_HARNESS_MAIN
