// SPDX-License-Identifier: GPL-2.0-only
/* libkipc: each verb of each object, and that nobody waiting means no system call. */
#include "kipc_test.h"
#include "kipc_child.h"

#include <poll.h>

#include <linux/seccomp.h>

#include <kipc.h>

#define PAIRS	1000

static char name[64];

static unsigned int open_descriptors(void)
{
	unsigned int count = 0;
	int fd;

	for (fd = 0; fd < 256; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

/* ------------------------------------------------------------------------ */
/* Semaphores                                                               */
/* ------------------------------------------------------------------------ */

TEST(semaphore_defaults)
{
	struct kipc_semaphore *semaphore;
	__u32 value = 1;

	ASSERT_EQ(0, kipc_semaphore_create(&semaphore, NULL, NULL));
	EXPECT_EQ(0, kipc_semaphore_value(semaphore, 0, &value));
	EXPECT_EQ(0, value);
	EXPECT_EQ(0, kipc_semaphore_post(semaphore, 0, KIPC_SEMAPHORE_MAX));
	EXPECT_EQ(-EOVERFLOW, kipc_semaphore_post(semaphore, 0, 1));
	EXPECT_EQ(-EINVAL, kipc_semaphore_post(semaphore, 1, 1));
	kipc_semaphore_close(semaphore);
}

TEST(semaphore_verbs)
{
	const struct kipc_semaphore_options options = {
		.elements = 3, .initial = 1, .max = 2,
	};
	struct kipc_semaphore *semaphore;
	__u32 value;

	ASSERT_EQ(0, kipc_semaphore_create(&semaphore, NULL, &options));
	EXPECT_EQ(0, kipc_semaphore_post(semaphore, 2, 1));
	EXPECT_EQ(0, kipc_semaphore_value(semaphore, 2, &value));
	EXPECT_EQ(2, value);
	EXPECT_EQ(0, kipc_semaphore_wait(semaphore, 2, 2));
	EXPECT_EQ(-EAGAIN, kipc_semaphore_trywait(semaphore, 2, 1));
	EXPECT_EQ(0, kipc_semaphore_trywait(semaphore, 1, 1));
	EXPECT_EQ(-ETIMEDOUT,
		  kipc_semaphore_timedwait(semaphore, 1, 1, 1, 0));
	EXPECT_EQ(-ETIMEDOUT, kipc_semaphore_timedwait(semaphore, 1, 1,
						       kipc_deadline(1000), 0));
	EXPECT_EQ(-ETIMEDOUT, kipc_semaphore_timedwait(semaphore, 1, 1, 1,
						       KIPC_REALTIME));
	EXPECT_EQ(-EINVAL, kipc_semaphore_value(semaphore, 3, &value));
	EXPECT_EQ(-EINVAL, kipc_semaphore_post(semaphore, 3, 1));
	EXPECT_EQ(-EINVAL, kipc_semaphore_wait(semaphore, 3, 1));
	EXPECT_EQ(-EINVAL, kipc_semaphore_trywait(semaphore, 3, 1));
	kipc_semaphore_close(semaphore);
}

/* As many as there can never be: at once, whatever there is. */
TEST(semaphore_impossible_counts)
{
	const struct kipc_semaphore_options options = { .initial = 2, .max = 2 };
	struct kipc_semaphore *semaphore;

	ASSERT_EQ(0, kipc_semaphore_create(&semaphore, NULL, &options));
	EXPECT_EQ(-EINVAL, kipc_semaphore_wait(semaphore, 0, 3));
	EXPECT_EQ(-EINVAL, kipc_semaphore_trywait(semaphore, 0, 3));
	EXPECT_EQ(-EINVAL, kipc_semaphore_timedwait(semaphore, 0, 3, 1, 0));
	EXPECT_EQ(-EOVERFLOW, kipc_semaphore_post(semaphore, 0, UINT32_MAX));
	EXPECT_EQ(-EINVAL, kipc_semaphore_post(semaphore, 0, 0));
	EXPECT_EQ(-EINVAL, kipc_semaphore_wait(semaphore, 0, 0));
	EXPECT_EQ(-EINVAL, kipc_semaphore_trywait(semaphore, 0, 0));
	EXPECT_EQ(0, kipc_semaphore_wait(semaphore, 0, 2));
	EXPECT_EQ(-EINVAL, kipc_semaphore_wait(semaphore, 0, 3));
	EXPECT_EQ(-EINVAL, kipc_semaphore_trywait(semaphore, 0, 3));
	kipc_semaphore_close(semaphore);
}

static int post_when_asleep(void *data)
{
	struct kipc_semaphore *semaphore = data;

	/* A waiter makes the word the kernel's. */
	wait_until(__atomic_load_n(semaphore->words.base, __ATOMIC_RELAXED) &
		   KIPC_SLOW);
	return kipc_semaphore_post(semaphore, 0, 1);
}

TEST(semaphore_wait_sleeps_until_posted)
{
	struct kipc_semaphore *semaphore;
	struct child child;

	ASSERT_EQ(0, kipc_semaphore_create(&semaphore, NULL, NULL));
	child_start(&child, post_when_asleep, semaphore);
	EXPECT_EQ(0, kipc_semaphore_wait(semaphore, 0, 1));
	EXPECT_EQ(0, child_finish(&child));
	EXPECT_EQ(0, *semaphore->words.base);
	kipc_semaphore_close(semaphore);
}

TEST(semaphore_without_words_works_alike)
{
	const struct kipc_semaphore_options options = {
		.flags = KIPC_SEALED, .max = 1,
	};
	struct kipc_semaphore *semaphore;

	ASSERT_EQ(0, kipc_semaphore_create(&semaphore, NULL, &options));
	EXPECT_EQ(0, kipc_semaphore_post(semaphore, 0, 1));
	EXPECT_EQ(-EOVERFLOW, kipc_semaphore_post(semaphore, 0, 1));
	EXPECT_EQ(0, kipc_semaphore_trywait(semaphore, 0, 1));
	EXPECT_EQ(-EAGAIN, kipc_semaphore_trywait(semaphore, 0, 1));
	EXPECT_EQ(-ETIMEDOUT, kipc_semaphore_timedwait(semaphore, 0, 1, 1, 0));
	kipc_semaphore_close(semaphore);
}

TEST(semaphore_opened_for_less_works_within_that)
{
	struct kipc_semaphore *full, *reader, *writer;
	__u32 value;

	ASSERT_EQ(0, kipc_semaphore_create(&full, unique_name(name, "library"), NULL));
	ASSERT_EQ(0, kipc_semaphore_open(&reader, name, KIPC_READ));
	ASSERT_EQ(0, kipc_semaphore_open(&writer, name, KIPC_WRITE));
	EXPECT_EQ(0, kipc_semaphore_post(writer, 0, 2));
	EXPECT_EQ(0, kipc_semaphore_trywait(full, 0, 1));
	EXPECT_EQ(0, kipc_semaphore_value(reader, 0, &value));
	EXPECT_EQ(1, value);
	EXPECT_EQ(-EBADF, kipc_semaphore_post(reader, 0, 1));
	EXPECT_EQ(-EBADF, kipc_semaphore_trywait(reader, 0, 1));
	EXPECT_EQ(-EBADF, kipc_semaphore_value(writer, 0, &value));
	kipc_semaphore_close(full);
	kipc_semaphore_close(reader);
	kipc_semaphore_close(writer);
}

TEST(child_uses_its_parents_handle)
{
	struct kipc_semaphore *semaphore;
	pid_t child;

	ASSERT_EQ(0, kipc_semaphore_create(&semaphore, NULL, NULL));
	child = child_fork();
	if (!child)
		_exit(kipc_semaphore_post(semaphore, 0, 5) ? 1 : 0);
	ASSERT_EQ(0, child_wait(child));
	EXPECT_EQ(0, kipc_semaphore_trywait(semaphore, 0, 5));
	kipc_semaphore_close(semaphore);
}

/* Posts and waits in one go, from the other end. */
static int answer_when_asleep(void *data)
{
	struct kipc_semaphore **semaphores = data;

	/* A waiter makes the word the kernel's. */
	wait_until(__atomic_load_n(semaphores[1]->words.base, __ATOMIC_RELAXED) &
		   KIPC_SLOW);
	return kipc_semaphore_wait(semaphores[0], 0, 1) ?:
	       kipc_semaphore_post_wait(semaphores[1], 0, 1, semaphores[0], 0,
					1);
}

TEST(semaphore_posts_and_waits)
{
	struct kipc_semaphore *semaphores[2];
	struct child child;

	ASSERT_EQ(0, kipc_semaphore_create(&semaphores[0], NULL, NULL));
	ASSERT_EQ(0, kipc_semaphore_create(&semaphores[1], NULL, NULL));
	child_start(&child, answer_when_asleep, semaphores);
	EXPECT_EQ(0, kipc_semaphore_post_wait(semaphores[0], 0, 1,
					      semaphores[1], 0, 1));
	EXPECT_EQ(0, kipc_semaphore_post(semaphores[0], 0, 1));
	EXPECT_EQ(0, child_finish(&child));
	EXPECT_EQ(0, *semaphores[0]->words.base);
	EXPECT_EQ(0, *semaphores[1]->words.base);
	kipc_semaphore_close(semaphores[0]);
	kipc_semaphore_close(semaphores[1]);
}

static int post_wait(struct kipc_semaphore *semaphore, unsigned int element,
		     unsigned int count, unsigned int wait_element,
		     unsigned int wait_count)
{
	return kipc_semaphore_post_timedwait(semaphore, element, count,
					     semaphore, wait_element,
					     wait_count, 1, 0);
}

static void check_post_wait(struct __test_metadata *_metadata, __u32 flags)
{
	const struct kipc_semaphore_options options = {
		.flags = flags, .elements = 2, .initial = 1, .max = 3,
	};
	struct kipc_semaphore *semaphore;
	__u32 posted, awaited;

	ASSERT_EQ(0, kipc_semaphore_create(&semaphore, NULL, &options));
	EXPECT_EQ(-EOVERFLOW, post_wait(semaphore, 0, 3, 1, 1));
	EXPECT_EQ(-EINVAL, post_wait(semaphore, 0, 0, 1, 1));
	EXPECT_EQ(-EINVAL, post_wait(semaphore, 2, 1, 1, 1));
	EXPECT_EQ(-EINVAL, post_wait(semaphore, 0, 1, 2, 1));
	EXPECT_EQ(-EINVAL, post_wait(semaphore, 0, 1, 1, 0));
	EXPECT_EQ(-EINVAL, post_wait(semaphore, 0, 1, 1, 4));
	EXPECT_EQ(-EINVAL, kipc_semaphore_post_timedwait(semaphore, 0, 1,
							 semaphore, 1, 1, -1,
							 0));
	EXPECT_EQ(-EINVAL, kipc_semaphore_post_timedwait(semaphore, 0, 1,
							 semaphore, 1, 1, 1,
							 KIPC_TRY));
	EXPECT_EQ(0, post_wait(semaphore, 0, 1, 1, 1));
	EXPECT_EQ(-ETIMEDOUT, post_wait(semaphore, 0, 1, 1, 1));
	EXPECT_EQ(0, kipc_semaphore_value(semaphore, 0, &posted));
	EXPECT_EQ(0, kipc_semaphore_value(semaphore, 1, &awaited));
	EXPECT_EQ(3U, posted);
	EXPECT_EQ(0U, awaited);
	EXPECT_EQ(0, kipc_semaphore_trywait(semaphore, 0, 3));
	EXPECT_EQ(0, post_wait(semaphore, 0, 1, 0, 1));
	kipc_semaphore_close(semaphore);
}

TEST(semaphore_post_wait_by_the_words)
{
	check_post_wait(_metadata, 0);
}

TEST(semaphore_post_wait_by_the_kernel)
{
	check_post_wait(_metadata, KIPC_SEALED);
}

/* Nothing is posted where it is known that the wait cannot be. */
TEST(semaphore_post_wait_without_access)
{
	const struct kipc_semaphore_options undo = { .flags = KIPC_UNDO };
	struct kipc_semaphore *full, *reader, *holder;
	__u32 value;

	ASSERT_EQ(0, kipc_semaphore_create(&full, unique_name(name, "both"), NULL));
	ASSERT_EQ(0, kipc_semaphore_open(&reader, name, KIPC_READ));
	EXPECT_EQ(-EBADF, kipc_semaphore_post_wait(full, 0, 1, reader, 0, 1));
	ASSERT_EQ(0, kipc_semaphore_create(&holder, unique_name(name, "undo"), &undo));
	kipc_semaphore_close(reader);
	ASSERT_EQ(0, kipc_semaphore_open(&reader, name, KIPC_WRITE));
	kipc_semaphore_close(holder);
	EXPECT_EQ(-ENXIO, kipc_semaphore_post_wait(full, 0, 1, reader, 0, 1));
	EXPECT_EQ(0, kipc_semaphore_value(full, 0, &value));
	EXPECT_EQ(0U, value);
	kipc_semaphore_close(full);
	kipc_semaphore_close(reader);
}

/* ------------------------------------------------------------------------ */
/* Looking before sleeping                                                  */
/* ------------------------------------------------------------------------ */

#define WAITS	200

/*
 * Never more than the budget, which gets small where looking never pays; and
 * nothing where nobody else could do anything meanwhile.
 */
static void check_spins(struct __test_metadata *_metadata,
			const struct kipc_spins *spins, unsigned int waits)
{
	if (sysconf(_SC_NPROCESSORS_ONLN) == 1)
		waits = 0;
	EXPECT_EQ(waits, spins->waits);
	EXPECT_EQ(0U, spins->paid);
	EXPECT_LE(spins->waits, spins->looks);
	EXPECT_GE(spins->waits * KIPC_SPINS_MAX, spins->looks);
	if (waits == WAITS)
		EXPECT_GE(spins->waits * KIPC_SPINS_MAX / 8, spins->looks);
}

TEST(semaphore_spins_within_its_budget)
{
	struct kipc_semaphore *semaphore;
	struct kipc_spins spins;
	int i;

	ASSERT_EQ(0, kipc_semaphore_create(&semaphore, NULL, NULL));
	kipc_semaphore_spins(semaphore, &spins);
	EXPECT_EQ(0U, spins.waits);
	for (i = 1; i <= WAITS; i++) {
		EXPECT_EQ(-ETIMEDOUT,
			  kipc_semaphore_timedwait(semaphore, 0, 1, 1, 0));
		kipc_semaphore_spins(semaphore, &spins);
		check_spins(_metadata, &spins, i);
	}
	EXPECT_EQ(-EAGAIN, kipc_semaphore_trywait(semaphore, 0, 1));
	kipc_semaphore_spins(semaphore, &spins);
	check_spins(_metadata, &spins, WAITS);
	kipc_semaphore_close(semaphore);
}

TEST(barrier_spins_within_its_budget)
{
	const struct kipc_barrier_options options = { .parties = 2 };
	struct kipc_barrier *barrier;
	struct kipc_spins spins;
	int i;

	ASSERT_EQ(0, kipc_barrier_create(&barrier, NULL, &options));
	for (i = 0; i < WAITS; i++) {
		EXPECT_EQ(-ETIMEDOUT, kipc_barrier_timedwait(barrier, 1, 0));
		EXPECT_EQ(0, kipc_barrier_reset(barrier));
	}
	kipc_barrier_spins(barrier, &spins);
	check_spins(_metadata, &spins, WAITS);
	kipc_barrier_close(barrier);
}

static int post_when_awaited(void *data)
{
	struct kipc_semaphore *semaphore = data;
	int ret;

	do {
		ret = kipc_semaphore_wait(semaphore, 1, 1) ?:
		      kipc_semaphore_post(semaphore, 0, 1);
	} while (!ret);
	return ret;
}

/* Two processors hand a unit over without a system call. */
TEST(semaphore_spins_and_that_pays)
{
	const struct kipc_semaphore_options options = { .elements = 2 };
	struct kipc_semaphore *semaphore;
	struct kipc_spins spins;
	struct child child;

	if (sysconf(_SC_NPROCESSORS_ONLN) == 1)
		SKIP(return, "needs two processors");
	ASSERT_EQ(0, kipc_semaphore_create(&semaphore, NULL, &options));
	child_start(&child, post_when_awaited, semaphore);
	do {
		ASSERT_EQ(0, kipc_semaphore_post_wait(semaphore, 1, 1,
						      semaphore, 0, 1));
		kipc_semaphore_spins(semaphore, &spins);
	} while (!spins.paid);
	EXPECT_LE(spins.paid, spins.waits);
	EXPECT_EQ(CHILD_KILLED, child_kill(&child));
	kipc_semaphore_close(semaphore);
}

/* ------------------------------------------------------------------------ */
/* No system calls                                                          */
/* ------------------------------------------------------------------------ */

/* From here on, any system call but read, write and exit kills. */
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

/* The counterpart: what the test above would see if there were one. */
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
	bool fine = true;
	pid_t child;
	int i;

	ASSERT_EQ(0, kipc_barrier_create(&barrier, NULL, &options));
	child = child_fork();
	if (!child) {
		/* Which the first arrival would do. */
		fine &= !kipc_barrier_join(barrier);
		forbid_system_calls();
		for (i = 0; i < PAIRS; i++) {
			/* Stands for a party that arrives and does not wait. */
			__atomic_fetch_add(barrier->words.base, 1,
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
		/* The first one asks who the thread is. */
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

/* ------------------------------------------------------------------------ */
/* Semaphores that undo                                                     */
/* ------------------------------------------------------------------------ */

static int take_and_end(void *data)
{
	struct kipc_semaphore *semaphore = data;

	return kipc_semaphore_wait(semaphore, 1, 2) ?:
	       kipc_semaphore_post(semaphore, 1, 1);
}

TEST(semaphore_gets_back_what_the_dead_held)
{
	struct kipc_semaphore_options options = {
		.flags = KIPC_UNDO, .elements = 2, .initial = 3, .max = 3,
	};
	struct kipc_semaphore *semaphore;
	struct child child;
	__u32 value;

	ASSERT_EQ(0, kipc_semaphore_create(&semaphore, NULL, &options));
	EXPECT_EQ(0, kipc_semaphore_trywait(semaphore, 1, 1));
	child_start(&child, take_and_end, semaphore);
	EXPECT_EQ(0, child_finish(&child));
	EXPECT_EQ(0, kipc_semaphore_value(semaphore, 1, &value));
	EXPECT_EQ(2U, value);
	EXPECT_EQ(0, kipc_semaphore_timedwait(semaphore, 1, 2, 1, 0));
	EXPECT_EQ(-EAGAIN, kipc_semaphore_trywait(semaphore, 1, 1));
	EXPECT_EQ(0, kipc_semaphore_post(semaphore, 1, 3));
	EXPECT_EQ(-EOVERFLOW, kipc_semaphore_post(semaphore, 1, 1));
	kipc_semaphore_close(semaphore);
}

/* ------------------------------------------------------------------------ */
/* Barriers                                                                 */
/* ------------------------------------------------------------------------ */

#define GENERATIONS	1000
#define PARTIES		3

static int run_party(void *data)
{
	struct kipc_barrier *barrier = data;
	int i, ret, serials = 0;

	for (i = 0; i < GENERATIONS; i++) {
		ret = kipc_barrier_wait(barrier);
		if (ret < 0)
			return ret;
		serials += ret;
	}
	return serials;
}

TEST(barrier_has_one_serial_party_a_generation)
{
	const struct kipc_barrier_options options = { .parties = PARTIES };
	struct kipc_barrier_state_args state;
	struct child children[PARTIES];
	struct kipc_barrier *barrier;
	int i, ret, serials = 0;

	ASSERT_EQ(0, kipc_barrier_create(&barrier, NULL, &options));
	for (i = 0; i < PARTIES; i++)
		child_start(&children[i], run_party, barrier);
	for (i = 0; i < PARTIES; i++) {
		ret = child_finish(&children[i]);
		EXPECT_LE(0, ret);
		serials += ret;
	}
	EXPECT_EQ(GENERATIONS, serials);
	EXPECT_EQ(0, kipc_barrier_state(barrier, &state));
	EXPECT_EQ(GENERATIONS, state.generation);
	EXPECT_EQ(0, state.arrived);
	kipc_barrier_close(barrier);
}

TEST(barrier_breaks_and_is_mended)
{
	const struct kipc_barrier_options options = { .parties = 2 };
	struct kipc_barrier_state_args state;
	struct kipc_barrier *barrier;

	ASSERT_EQ(0, kipc_barrier_create(&barrier, NULL, &options));
	EXPECT_EQ(-ETIMEDOUT, kipc_barrier_timedwait(barrier, 1, 0));
	EXPECT_EQ(-ECANCELED, kipc_barrier_wait(barrier));
	EXPECT_EQ(-ECANCELED, kipc_barrier_trywait(barrier));
	EXPECT_EQ(0, kipc_barrier_state(barrier, &state));
	EXPECT_EQ(ECANCELED, state.broken);
	EXPECT_EQ(0, kipc_barrier_reset(barrier));
	EXPECT_EQ(-EAGAIN, kipc_barrier_trywait(barrier));
	EXPECT_EQ(0, kipc_barrier_abort(barrier));
	EXPECT_EQ(-ECANCELED, kipc_barrier_wait(barrier));
	EXPECT_EQ(-EINVAL, kipc_barrier_timedwait(barrier, -1, 0));
	EXPECT_EQ(-EINVAL, kipc_barrier_timedwait(barrier, 1, KIPC_TRY));
	kipc_barrier_close(barrier);
}

/* A child that arrives and ends, having closed its handle or not. */

struct ending {
	struct kipc_barrier *barrier;
	bool closes;
};

static int run_ending(void *data)
{
	const struct ending *ending = data;
	int ret = kipc_barrier_wait(ending->barrier);

	if (ending->closes)
		kipc_barrier_close(ending->barrier);
	return ret;
}

/* What the barrier is once the child has met us there and ended. */
static int end_at_barrier(__u32 flags, bool closes)
{
	const struct kipc_barrier_options options = {
		.flags = flags, .parties = 2,
	};
	struct ending ending = { .closes = closes };
	struct kipc_barrier_state_args state;
	struct child child;
	int ret;

	ret = kipc_barrier_create(&ending.barrier, NULL, &options);
	if (ret)
		return ret;
	child_start(&child, run_ending, &ending);
	ret = kipc_barrier_wait(ending.barrier) + child_finish(&child);
	if (ret == KIPC_BARRIER_SERIAL)
		ret = kipc_barrier_state(ending.barrier, &state) ?:
		      -(int)state.broken;
	kipc_barrier_close(ending.barrier);
	return ret;
}

TEST(barrier_tells_a_regular_end_from_a_death)
{
	EXPECT_EQ(0, end_at_barrier(0, true));
	EXPECT_EQ(-EOWNERDEAD, end_at_barrier(0, false));
	EXPECT_EQ(0, end_at_barrier(KIPC_SEALED, true));
	EXPECT_EQ(-EOWNERDEAD, end_at_barrier(KIPC_SEALED, false));
	EXPECT_EQ(0, end_at_barrier(KIPC_DROP, true));
	EXPECT_EQ(0, end_at_barrier(KIPC_DROP, false));
}

static __u32 members(struct kipc_barrier *barrier)
{
	struct kipc_barrier_state_args state;

	return kipc_barrier_state(barrier, &state) ? KIPC_POISON_32 :
						     state.members;
}

/* Each handle joins and leaves for itself. */
TEST(barrier_has_a_member_until_the_last_handle)
{
	const struct kipc_barrier_options options = { .parties = 2 };
	struct kipc_barrier *barriers[2];

	ASSERT_EQ(0, kipc_barrier_create(&barriers[0], NULL, &options));
	ASSERT_EQ(0, kipc_barrier_import(&barriers[1],
					 dup(kipc_barrier_fd(barriers[0]))));
	EXPECT_EQ(-EPERM, kipc_barrier_leave(barriers[0]));
	EXPECT_EQ(0, kipc_barrier_join(barriers[0]));
	EXPECT_EQ(0, kipc_barrier_join(barriers[0]));
	EXPECT_EQ(-ETIMEDOUT, kipc_barrier_timedwait(barriers[1], 1, 0));
	EXPECT_EQ(1U, members(barriers[1]));
	kipc_barrier_close(barriers[0]);
	EXPECT_EQ(1U, members(barriers[1]));
	EXPECT_EQ(0, kipc_barrier_leave(barriers[1]));
	EXPECT_EQ(0U, members(barriers[1]));
	EXPECT_EQ(-EPERM, kipc_barrier_leave(barriers[1]));
	kipc_barrier_close(barriers[1]);
}

/* A try that fails is no arrival. */
TEST(barrier_trywait_may_make_a_member)
{
	const struct kipc_barrier_options options = { .parties = 2 };
	struct kipc_barrier *barrier;
	struct child child;

	ASSERT_EQ(0, kipc_barrier_create(&barrier, NULL, &options));
	EXPECT_EQ(-EAGAIN, kipc_barrier_trywait(barrier));
	EXPECT_EQ(0U, members(barrier));
	start_barrier_wait(&child, kipc_barrier_fd(barrier));
	wait_for_waiters(kipc_barrier_fd(barrier), 1);
	EXPECT_EQ(KIPC_BARRIER_SERIAL, kipc_barrier_trywait(barrier));
	EXPECT_EQ(0, child_finish(&child));
	EXPECT_EQ(1U, members(barrier));
	EXPECT_EQ(0, kipc_barrier_leave(barrier));
	EXPECT_EQ(0U, members(barrier));
	kipc_barrier_close(barrier);
}

TEST(barrier_of_any_number_of_parties)
{
	const struct kipc_barrier_options options = {
		.flags = KIPC_DROP, .parties = 2,
	};
	struct kipc_barrier *barrier;

	ASSERT_EQ(0, kipc_barrier_create(&barrier, NULL, &options));
	EXPECT_EQ(0, kipc_barrier_join(barrier));
	EXPECT_EQ(0, kipc_barrier_join(barrier));
	EXPECT_EQ(-EAGAIN, kipc_barrier_trywait(barrier));
	EXPECT_EQ(0, kipc_barrier_leave(barrier));
	EXPECT_EQ(KIPC_BARRIER_SERIAL, kipc_barrier_wait(barrier));
	EXPECT_EQ(0, kipc_barrier_leave(barrier));
	EXPECT_EQ(-EPERM, kipc_barrier_leave(barrier));
	kipc_barrier_close(barrier);
}

TEST(sealed_barrier_works_alike)
{
	const struct kipc_barrier_options options = {
		.flags = KIPC_SEALED, .parties = PARTIES,
	};
	struct child children[PARTIES];
	struct kipc_barrier *barrier;
	int i, serials = 0;

	ASSERT_EQ(0, kipc_barrier_create(&barrier, NULL, &options));
	for (i = 0; i < PARTIES; i++)
		child_start(&children[i], run_party, barrier);
	for (i = 0; i < PARTIES; i++)
		serials += child_finish(&children[i]);
	EXPECT_EQ(GENERATIONS, serials);
	kipc_barrier_close(barrier);
}

/* ------------------------------------------------------------------------ */
/* Mailboxes                                                                */
/* ------------------------------------------------------------------------ */

TEST(mailbox_verbs)
{
	const struct kipc_mailbox_options options = {
		.message_size = 16, .messages = 2,
	};
	struct kipc_mailbox_state_args state;
	struct kipc_message message;
	struct kipc_mailbox *mailbox;
	char buffer[16];

	ASSERT_EQ(0, kipc_mailbox_create(&mailbox, NULL, &options));
	EXPECT_EQ(-EAGAIN, kipc_mailbox_peek(mailbox, buffer, 16, NULL));
	EXPECT_EQ(-EAGAIN, kipc_mailbox_tryreceive(mailbox, buffer, 16, NULL));
	EXPECT_EQ(0, kipc_mailbox_send(mailbox, "low", 3, 1));
	EXPECT_EQ(0, kipc_mailbox_trysend(mailbox, "high", 4, 2));
	EXPECT_EQ(-EAGAIN, kipc_mailbox_trysend(mailbox, "more", 4, 0));
	EXPECT_EQ(-ETIMEDOUT, kipc_mailbox_timedsend(mailbox, "", 0, 0, 1, 0));
	EXPECT_EQ(-EMSGSIZE, kipc_mailbox_send(mailbox, buffer, 17, 0));
	EXPECT_EQ(0, kipc_mailbox_state(mailbox, &state));
	EXPECT_EQ(2, state.messages);
	EXPECT_EQ(7, state.bytes);
	EXPECT_EQ(4, kipc_mailbox_peek(mailbox, buffer, 16, &message));
	EXPECT_EQ(-EMSGSIZE,
		  kipc_mailbox_receive(mailbox, buffer, 3, &message));
	EXPECT_EQ(4, message.length);
	EXPECT_EQ(4, kipc_mailbox_receive(mailbox, buffer, 16, &message));
	EXPECT_EQ(0, memcmp(buffer, "high", 4));
	EXPECT_EQ(2, message.priority);
	EXPECT_EQ((uint32_t)getpid(), message.pid);
	EXPECT_EQ(getuid(), message.uid);
	EXPECT_EQ(getgid(), message.gid);
	EXPECT_EQ(3, kipc_mailbox_timedreceive(mailbox, buffer, 16, NULL, 1,
					       KIPC_REALTIME));
	EXPECT_EQ(-ETIMEDOUT, kipc_mailbox_timedreceive(mailbox, buffer, 16,
							NULL, 1, 0));
	kipc_mailbox_close(mailbox);
}

/* The ones that the library sends and receives by write() and read(). */
TEST(mailbox_plain_messages)
{
	const struct kipc_mailbox_options options = {
		.message_size = 16, .messages = 4,
	};
	struct kipc_message message;
	struct kipc_mailbox *mailbox;
	char buffer[17] = "0123456789abcdef";

	ASSERT_EQ(0, kipc_mailbox_create(&mailbox, NULL, &options));
	errno = 0;
	EXPECT_EQ(-EMSGSIZE, kipc_mailbox_send(mailbox, buffer, 17, 0));
	EXPECT_EQ(-EMSGSIZE, kipc_mailbox_send(mailbox, buffer, SIZE_MAX, 0));
	EXPECT_EQ(-EFAULT, kipc_mailbox_send(mailbox, bad_pointer(), 1, 0));
	EXPECT_EQ(0, kipc_mailbox_send(mailbox, buffer, 16, 0));
	EXPECT_EQ(0, kipc_mailbox_send(mailbox, NULL, 0, 0));
	EXPECT_EQ(0, kipc_mailbox_send(mailbox, "one", 3, 0));
	EXPECT_EQ(0, kipc_mailbox_send(mailbox, "first", 5, 1));
	EXPECT_EQ(-EMSGSIZE, kipc_mailbox_receive(mailbox, buffer, 4, NULL));
	EXPECT_EQ(-EFAULT,
		  kipc_mailbox_receive(mailbox, bad_pointer(), 16, NULL));
	EXPECT_EQ(5, kipc_mailbox_receive(mailbox, buffer, 16, NULL));
	EXPECT_EQ(0, memcmp("first", buffer, 5));
	EXPECT_EQ(16, kipc_mailbox_receive(mailbox, buffer, SIZE_MAX, NULL));
	EXPECT_EQ(0, memcmp("0123456789abcdef", buffer, 16));
	EXPECT_EQ(0, kipc_mailbox_receive(mailbox, NULL, 0, NULL));
	EXPECT_EQ(3, kipc_mailbox_receive(mailbox, buffer, 16, &message));
	EXPECT_EQ(0, message.priority);
	EXPECT_EQ((uint32_t)getpid(), message.pid);
	EXPECT_EQ(0, errno);
	kipc_mailbox_close(mailbox);
}

TEST(mailbox_defaults)
{
	struct kipc_mailbox *mailbox;
	static char page[8193];
	int i;

	ASSERT_EQ(0, kipc_mailbox_create(&mailbox, NULL, NULL));
	for (i = 0; i < 64; i++)
		EXPECT_EQ(0, kipc_mailbox_trysend(mailbox, page, 8192, 0));
	EXPECT_EQ(-EAGAIN, kipc_mailbox_trysend(mailbox, page, 0, 0));
	EXPECT_EQ(-EMSGSIZE, kipc_mailbox_trysend(mailbox, page, 8193, 0));
	kipc_mailbox_close(mailbox);
}

/* ------------------------------------------------------------------------ */
/* Mutexes                                                                  */
/* ------------------------------------------------------------------------ */

static struct kipc_mutex_state_args state_of(struct kipc_mutex *mutex,
					     uint32_t element)
{
	struct kipc_mutex_state_args state;

	if (kipc_mutex_state(mutex, element, &state))
		abort();
	return state;
}

TEST(mutex_verbs)
{
	const struct kipc_mutex_options options = { .elements = 3 };
	struct kipc_mutex_state_args state;
	struct kipc_mutex *mutex;

	ASSERT_EQ(0, kipc_mutex_create(&mutex, NULL, &options));
	EXPECT_EQ(0, kipc_mutex_lock(mutex, 2));
	EXPECT_EQ((uint32_t)getpid(), state_of(mutex, 2).owner);
	EXPECT_EQ(1, state_of(mutex, 2).depth);
	EXPECT_EQ(0, state_of(mutex, 1).owner);
	EXPECT_EQ(-EDEADLK, kipc_mutex_lock(mutex, 2));
	EXPECT_EQ(-EDEADLK, kipc_mutex_trylock(mutex, 2));
	EXPECT_EQ(-EINVAL, kipc_mutex_consistent(mutex, 2));
	EXPECT_EQ(0, kipc_mutex_unlock(mutex, 2));
	EXPECT_EQ(-EPERM, kipc_mutex_unlock(mutex, 2));
	EXPECT_EQ(-EPERM, kipc_mutex_consistent(mutex, 2));
	EXPECT_EQ(0, kipc_mutex_trylock(mutex, 1));
	EXPECT_EQ(0, kipc_mutex_unlock(mutex, 1));
	EXPECT_EQ(0, kipc_mutex_timedlock(mutex, 1, 1, KIPC_REALTIME));
	EXPECT_EQ(0, kipc_mutex_unlock(mutex, 1));
	EXPECT_EQ(-EINVAL, kipc_mutex_lock(mutex, 3));
	EXPECT_EQ(-EINVAL, kipc_mutex_trylock(mutex, 3));
	EXPECT_EQ(-EINVAL, kipc_mutex_unlock(mutex, 3));
	EXPECT_EQ(-EINVAL, kipc_mutex_consistent(mutex, 3));
	EXPECT_EQ(-EINVAL, kipc_mutex_state(mutex, 3, &state));
	EXPECT_EQ(-EINVAL, kipc_mutex_timedlock(mutex, 0, -1, 0));
	EXPECT_EQ(-EINVAL, kipc_mutex_timedlock(mutex, 0, 1, KIPC_TRY));
	kipc_mutex_close(mutex);
	kipc_mutex_close(NULL);
}

TEST(mutex_is_recursive)
{
	const struct kipc_mutex_options options = { .flags = KIPC_RECURSIVE };
	struct kipc_mutex *mutex;
	int i;

	ASSERT_EQ(0, kipc_mutex_create(&mutex, NULL, &options));
	for (i = 1; i <= 4; i++) {
		EXPECT_EQ(0, kipc_mutex_lock(mutex, 0));
		EXPECT_EQ(i, state_of(mutex, 0).depth);
	}
	EXPECT_EQ(0, kipc_mutex_trylock(mutex, 0));
	for (i = 4; i >= 0; i--) {
		EXPECT_EQ(0, kipc_mutex_unlock(mutex, 0));
		EXPECT_EQ(i, state_of(mutex, 0).depth);
	}
	EXPECT_EQ(-EPERM, kipc_mutex_unlock(mutex, 0));
	while (!(i = kipc_mutex_lock(mutex, 0)))
		;
	EXPECT_EQ(-EOVERFLOW, i);
	kipc_mutex_close(mutex);
}

/* One word and all that the kernel does with it. */
TEST(sealed_mutex_works_alike)
{
	const struct kipc_mutex_options options = {
		.flags = KIPC_SEALED, .elements = 2,
	};
	struct kipc_mutex *mutex;

	ASSERT_EQ(0, kipc_mutex_create(&mutex, NULL, &options));
	EXPECT_EQ(0, kipc_mutex_lock(mutex, 1));
	EXPECT_EQ(-EDEADLK, kipc_mutex_lock(mutex, 1));
	EXPECT_EQ(0, kipc_mutex_trylock(mutex, 0));
	EXPECT_EQ(0, kipc_mutex_unlock(mutex, 1));
	EXPECT_EQ(-EPERM, kipc_mutex_unlock(mutex, 1));
	EXPECT_EQ(1, state_of(mutex, 0).depth);
	kipc_mutex_close(mutex);
}

/* A child takes part under a number of its own, and owns nothing. */
static int run_mutex_child(void *data)
{
	struct kipc_mutex *mutex = data;
	uint32_t parent = (mutex->words.base[0] & KIPC_MUTEX_ATTACHMENT) >>
			  KIPC_MUTEX_SHIFT;

	if (!mutex->words.attachment || mutex->words.attachment == parent)
		return 1;
	if (kipc_mutex_unlock(mutex, 0) != -EPERM ||
	    kipc_mutex_trylock(mutex, 0) != -EAGAIN)
		return 2;
	if (kipc_mutex_timedlock(mutex, 0, 1, 0) != -ETIMEDOUT ||
	    kipc_mutex_timedlock(mutex, 0, 1, KIPC_REALTIME) != -ETIMEDOUT)
		return 3;
	if (kipc_mutex_lock(mutex, 1) || kipc_mutex_unlock(mutex, 1))
		return 4;
	return 0;
}

static int run_mutex_grandchild(void *data)
{
	struct child child;

	child_start(&child, run_mutex_child, data);
	return child_finish(&child) ?: run_mutex_child(data);
}

TEST(child_uses_its_parents_mutex)
{
	const struct kipc_mutex_options options = { .elements = 2 };
	struct kipc_mutex *mutex, *second;
	struct child child;

	ASSERT_EQ(0, kipc_mutex_create(&mutex, NULL, &options));
	ASSERT_EQ(0, kipc_mutex_create(&second, NULL, &options));
	ASSERT_EQ(0, kipc_mutex_lock(mutex, 0));
	ASSERT_EQ(0, kipc_mutex_lock(second, 0));
	child_start(&child, run_mutex_grandchild, mutex);
	EXPECT_EQ(0, child_finish(&child));
	kipc_mutex_close(mutex);
	child_start(&child, run_mutex_grandchild, second);
	EXPECT_EQ(0, child_finish(&child));
	EXPECT_EQ((uint32_t)getpid(), state_of(second, 0).owner);
	EXPECT_EQ(0, kipc_mutex_unlock(second, 0));
	kipc_mutex_close(second);
}

static int run_owner(void *data)
{
	int ret = kipc_mutex_lock(data, 0);

	if (!ret)
		for (;;)
			pause();
	return ret;
}

/* Kills a child that owns the mutex. */
static void kill_an_owner(struct kipc_mutex *mutex)
{
	struct child child;

	child_start(&child, run_owner, mutex);
	wait_until(state_of(mutex, 0).depth || child_ended(&child));
	child_kill(&child);
}

TEST(mutex_survives_its_owner)
{
	struct kipc_mutex *mutex;

	ASSERT_EQ(0, kipc_mutex_create(&mutex, NULL, NULL));
	kill_an_owner(mutex);
	EXPECT_EQ(KIPC_MUTEX_IS_DIRTY, state_of(mutex, 0).state);
	EXPECT_EQ(-EOWNERDEAD, kipc_mutex_lock(mutex, 0));
	EXPECT_EQ(0, kipc_mutex_consistent(mutex, 0));
	EXPECT_EQ(0, kipc_mutex_unlock(mutex, 0));
	EXPECT_EQ(0, kipc_mutex_trylock(mutex, 0));
	EXPECT_EQ(0, kipc_mutex_unlock(mutex, 0));
	kill_an_owner(mutex);
	EXPECT_EQ(-EOWNERDEAD, kipc_mutex_trylock(mutex, 0));
	EXPECT_EQ(0, kipc_mutex_unlock(mutex, 0));
	EXPECT_EQ(KIPC_MUTEX_IS_LOST, state_of(mutex, 0).state);
	EXPECT_EQ(-ENOTRECOVERABLE, kipc_mutex_lock(mutex, 0));
	EXPECT_EQ(-ENOTRECOVERABLE, kipc_mutex_trylock(mutex, 0));
	kipc_mutex_close(mutex);
}

static int run_lock_in_turn(void *data)
{
	return kipc_mutex_lock(data, 0) ?: kipc_mutex_unlock(data, 0);
}

TEST(mutex_waits_until_unlocked)
{
	struct kipc_mutex *mutex;
	struct child child;

	ASSERT_EQ(0, kipc_mutex_create(&mutex, NULL, NULL));
	ASSERT_EQ(0, kipc_mutex_lock(mutex, 0));
	child_start(&child, run_lock_in_turn, mutex);
	/* Those who want it spin while we run. */
	while (!state_of(mutex, 0).waiters && !child_ended(&child))
		poll(NULL, 0, 1);
	EXPECT_EQ(0, kipc_mutex_unlock(mutex, 0));
	EXPECT_EQ(0, child_finish(&child));
	EXPECT_EQ(0, *mutex->words.base);
	kipc_mutex_close(mutex);
}

TEST(mutex_opened_for_less_works_within_that)
{
	struct kipc_mutex *full, *again, *reader, *writer;
	struct kipc_mutex_state_args state;

	ASSERT_EQ(0, kipc_mutex_create(&full, unique_name(name, "library"),
				       NULL));
	ASSERT_EQ(0, kipc_mutex_open(&again, name, KIPC_READ | KIPC_WRITE));
	ASSERT_EQ(0, kipc_mutex_open(&reader, name, KIPC_READ));
	ASSERT_EQ(0, kipc_mutex_open(&writer, name, KIPC_WRITE));
	EXPECT_EQ(-EBADF, kipc_mutex_lock(reader, 0));
	EXPECT_EQ(-ENXIO, kipc_mutex_lock(writer, 0));
	EXPECT_EQ(-EBADF, kipc_mutex_state(writer, 0, &state));
	/* One process is one participant, through whatever handle. */
	EXPECT_EQ(0, kipc_mutex_lock(full, 0));
	EXPECT_EQ(-EDEADLK, kipc_mutex_lock(again, 0));
	kipc_mutex_close(full);
	EXPECT_EQ((uint32_t)getpid(), state_of(reader, 0).owner);
	kipc_mutex_close(again);
	EXPECT_EQ(KIPC_MUTEX_IS_DIRTY, state_of(reader, 0).state);
	kipc_mutex_close(reader);
	kipc_mutex_close(writer);
}

TEST(mutex_is_imported)
{
	unsigned int before = open_descriptors();
	struct kipc_mutex *mutex, *imported;
	struct kipc_semaphore *semaphore;
	int fd;

	ASSERT_EQ(0, kipc_mutex_create(&mutex, NULL, NULL));
	fd = dup(kipc_mutex_fd(mutex));
	EXPECT_EQ(-EPROTOTYPE, kipc_semaphore_import(&semaphore, fd));
	EXPECT_EQ(0, kipc_mutex_import(&imported, fd));
	EXPECT_EQ(fd, kipc_mutex_fd(imported));
	EXPECT_EQ(0, kipc_mutex_lock(imported, 0));
	EXPECT_EQ(-EDEADLK, kipc_mutex_trylock(mutex, 0));
	EXPECT_EQ(0, kipc_mutex_unlock(mutex, 0));
	kipc_mutex_close(imported);
	EXPECT_EQ(0, kipc_mutex_trylock(mutex, 0));
	kipc_mutex_close(mutex);
	ASSERT_EQ(0, kipc_semaphore_create(&semaphore, NULL, NULL));
	EXPECT_EQ(-EPROTOTYPE,
		  kipc_mutex_import(&imported, kipc_semaphore_fd(semaphore)));
	EXPECT_EQ(NULL, imported);
	kipc_semaphore_close(semaphore);
	EXPECT_EQ(before, open_descriptors());
}

TEST(death_is_noticed)
{
	struct kipc_semaphore *semaphore;
	struct kipc_notice notice;
	struct kipc_mutex *mutex;
	int watch;

	ASSERT_EQ(0, kipc_mutex_create(&mutex, NULL, NULL));
	watch = kipc_watch(kipc_mutex_fd(mutex));
	ASSERT_LE(0, watch);
	kill_an_owner(mutex);
	ASSERT_EQ((ssize_t)sizeof(notice),
		  read(watch, &notice, sizeof(notice)));
	EXPECT_EQ(1, notice.repaired);
	EXPECT_EQ(0, close(watch));
	kipc_mutex_close(mutex);
	EXPECT_EQ(-EBADF, kipc_watch(-1));
	ASSERT_EQ(0, kipc_semaphore_create(&semaphore, NULL, NULL));
	EXPECT_EQ(-EINVAL, kipc_watch(kipc_semaphore_fd(semaphore)));
	kipc_semaphore_close(semaphore);
}

/* ------------------------------------------------------------------------ */
/* Regions                                                                  */
/* ------------------------------------------------------------------------ */

static int run_region_child(void *data)
{
	struct kipc_region *region = data;
	struct kipc_mutex *mutex = kipc_region_mutex(region);
	void *bytes;
	int ret;

	ret = kipc_region_map(region, KIPC_READ | KIPC_WRITE, &bytes) ?:
	      kipc_mutex_lock(mutex, 1);
	if (ret)
		return ret;
	memcpy(bytes, "half", 5);
	for (;;)
		pause();
}

TEST(region_outlives_the_owner_of_its_mutex)
{
	const struct kipc_region_options options = {
		.mutexes = 2, .bytes = 10000,
	};
	struct kipc_region *region;
	struct kipc_mutex *mutex;
	struct child child;
	char *bytes;
	void *data;

	ASSERT_EQ(0, kipc_region_create(&region, NULL, &options));
	mutex = kipc_region_mutex(region);
	ASSERT_EQ(0, kipc_region_map(region, KIPC_READ | KIPC_WRITE, &data));
	bytes = data;
	EXPECT_EQ(0, kipc_mutex_lock(mutex, 0));
	child_start(&child, run_region_child, region);
	wait_until(__atomic_load_n(&bytes[3], __ATOMIC_ACQUIRE) ||
		   child_ended(&child));
	EXPECT_EQ(-EAGAIN, kipc_mutex_trylock(mutex, 1));
	EXPECT_EQ(CHILD_KILLED, child_kill(&child));
	EXPECT_EQ(-EOWNERDEAD, kipc_mutex_lock(mutex, 1));
	EXPECT_STREQ("half", bytes);
	EXPECT_EQ(0, kipc_mutex_consistent(mutex, 1));
	EXPECT_EQ(0, kipc_mutex_unlock(mutex, 1));
	EXPECT_EQ(0, kipc_mutex_unlock(mutex, 0));
	EXPECT_EQ(-EINVAL, kipc_mutex_lock(mutex, 2));
	kipc_region_close(region);
	/* The memory stays. */
	EXPECT_STREQ("half", bytes);
	EXPECT_EQ(0, munmap(bytes, options.bytes));
}

TEST(region_defaults)
{
	struct kipc_region_state_args state;
	struct kipc_region *region;
	void *data;

	ASSERT_EQ(0, kipc_region_create(&region, NULL, NULL));
	EXPECT_EQ(4096ULL, kipc_region_size(region));
	EXPECT_EQ(-EINVAL, kipc_mutex_lock(kipc_region_mutex(region), 0));
	EXPECT_EQ(-EINVAL, kipc_mutex_unlock(kipc_region_mutex(region), 0));
	EXPECT_EQ(-EINVAL, kipc_region_map(region, 0, &data));
	EXPECT_EQ(-EINVAL, kipc_region_map(region, KIPC_WRITE, &data));
	EXPECT_EQ(-EINVAL, kipc_region_map(region, 7, &data));
	EXPECT_EQ(NULL, data);
	ASSERT_EQ(0, kipc_region_state(region, &state));
	EXPECT_EQ(4096ULL, state.bytes);
	EXPECT_EQ(0, state.writers);
	kipc_region_close(region);
	kipc_region_close(NULL);
}

TEST(region_is_sealed)
{
	struct kipc_region_state_args state;
	struct kipc_region *region;
	void *data;

	ASSERT_EQ(0, kipc_region_create(&region, NULL, NULL));
	ASSERT_EQ(0, kipc_region_map(region, KIPC_READ | KIPC_WRITE, &data));
	memcpy(data, "final", 6);
	EXPECT_EQ(-EBUSY, kipc_region_seal(region, KIPC_SEAL_WRITE));
	kipc_region_unmap(region, data);
	kipc_region_unmap(region, NULL);
	EXPECT_EQ(-EINVAL, kipc_region_seal(region, 0));
	EXPECT_EQ(-EINVAL, kipc_region_seal(region, KIPC_SEAL_WRITE << 1));
	EXPECT_EQ(0, kipc_region_seal(region, KIPC_SEAL_WRITE));
	EXPECT_EQ(0, kipc_region_seal(region, KIPC_SEAL_WRITE));
	ASSERT_EQ(0, kipc_region_state(region, &state));
	EXPECT_EQ(KIPC_SEAL_WRITE, state.seals);
	EXPECT_EQ(-EPERM, kipc_region_map(region, KIPC_READ | KIPC_WRITE,
					  &data));
	EXPECT_EQ(NULL, data);
	ASSERT_EQ(0, kipc_region_map(region, KIPC_READ, &data));
	EXPECT_STREQ("final", (char *)data);
	kipc_region_unmap(region, data);
	kipc_region_close(region);
}

TEST(region_opened_for_less_works_within_that)
{
	const struct kipc_region_options options = {
		.mutexes = 1, .bytes = 5000,
	};
	const struct kipc_region_options larger = {
		.mutexes = 1, .bytes = 5001,
	};
	struct kipc_region *full, *again, *reader, *writer, *import;
	struct kipc_region_state_args state;
	void *data, *seen;

	unique_name(name, "library");
	ASSERT_EQ(0, kipc_region_create(&full, name, &options));
	/* As many mutexes as are asked for; the size stays what it is. */
	EXPECT_EQ(-EINVAL, kipc_region_create(&again, name, NULL));
	ASSERT_EQ(0, kipc_region_create(&again, name, &larger));
	ASSERT_EQ(0, kipc_region_open(&reader, name, KIPC_READ));
	ASSERT_EQ(0, kipc_region_open(&writer, name, KIPC_WRITE));
	EXPECT_EQ(5000ULL, kipc_region_size(again));
	EXPECT_EQ(5000ULL, kipc_region_size(reader));
	ASSERT_EQ(0, kipc_region_map(again, KIPC_READ | KIPC_WRITE, &data));
	EXPECT_EQ(-EACCES, kipc_region_map(reader, KIPC_READ | KIPC_WRITE,
					   &seen));
	EXPECT_EQ(-EACCES, kipc_region_map(writer, KIPC_READ | KIPC_WRITE,
					   &seen));
	EXPECT_EQ(-EACCES, kipc_region_map(writer, KIPC_READ, &seen));
	ASSERT_EQ(0, kipc_region_map(reader, KIPC_READ, &seen));
	memcpy(data, "seen", 5);
	EXPECT_STREQ("seen", (char *)seen);
	EXPECT_EQ(-EBADF, kipc_region_seal(reader, KIPC_SEAL_WRITE));
	EXPECT_EQ(-EBADF, kipc_region_state(writer, &state));
	EXPECT_EQ(-EBADF, kipc_mutex_lock(kipc_region_mutex(reader), 0));
	EXPECT_EQ(-ENXIO, kipc_mutex_lock(kipc_region_mutex(writer), 0));
	EXPECT_EQ(0, kipc_mutex_lock(kipc_region_mutex(full), 0));
	EXPECT_EQ(-EDEADLK, kipc_mutex_lock(kipc_region_mutex(again), 0));
	EXPECT_EQ(0, kipc_mutex_unlock(kipc_region_mutex(again), 0));
	EXPECT_EQ(0, kipc_region_import(&import,
					dup(kipc_region_fd(reader))));
	EXPECT_EQ(5000ULL, kipc_region_size(import));
	kipc_region_close(import);
	kipc_region_unmap(again, data);
	kipc_region_unmap(reader, seen);
	kipc_region_close(full);
	kipc_region_close(again);
	kipc_region_close(reader);
	kipc_region_close(writer);
}

/* ------------------------------------------------------------------------ */
/* Handles                                                                  */
/* ------------------------------------------------------------------------ */

TEST(import_takes_what_fits)
{
	struct kipc_semaphore *semaphore, *imported;
	struct kipc_barrier *barrier;
	struct kipc_mailbox *mailbox;
	int fd, other;

	ASSERT_EQ(0, kipc_semaphore_create(&semaphore, NULL, NULL));
	fd = dup(kipc_semaphore_fd(semaphore));
	EXPECT_EQ(-EPROTOTYPE, kipc_barrier_import(&barrier, fd));
	EXPECT_EQ(NULL, barrier);
	EXPECT_EQ(-EPROTOTYPE, kipc_mailbox_import(&mailbox, fd));
	EXPECT_EQ(NULL, mailbox);
	EXPECT_EQ(0, kipc_semaphore_import(&imported, fd));
	EXPECT_EQ(fd, kipc_semaphore_fd(imported));
	EXPECT_EQ(0, kipc_semaphore_post(imported, 0, 1));
	EXPECT_EQ(0, kipc_semaphore_trywait(semaphore, 0, 1));
	kipc_semaphore_close(imported);
	EXPECT_EQ(-1, fcntl(fd, F_GETFD));
	other = open("/dev/null", O_RDWR);
	EXPECT_EQ(-ENOTTY, kipc_semaphore_import(&imported, other));
	EXPECT_EQ(0, close(other));
	EXPECT_EQ(-EBADF, kipc_semaphore_import(&imported, -1));
	kipc_semaphore_close(semaphore);
}

TEST(failures_leave_nothing_behind)
{
	const struct kipc_semaphore_options bad = { .initial = 2, .max = 1 };
	const struct kipc_semaphore_options exclusive = {
		.flags = KIPC_EXCLUSIVE,
	};
	unsigned int before = open_descriptors();
	struct kipc_semaphore *semaphore, *other;
	struct kipc_barrier *barrier;
	char text[KIPC_NAME_MAX + 2];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	EXPECT_EQ(-EINVAL, kipc_semaphore_create(&semaphore, NULL, &bad));
	EXPECT_EQ(NULL, semaphore);
	EXPECT_EQ(-EINVAL, kipc_semaphore_create(&semaphore, "", NULL));
	EXPECT_EQ(-EINVAL, kipc_semaphore_create(&semaphore, "a/b", NULL));
	EXPECT_EQ(-ENAMETOOLONG, kipc_semaphore_create(&semaphore, text, NULL));
	EXPECT_EQ(-EINVAL, kipc_barrier_create(&barrier, NULL, NULL));
	EXPECT_EQ(-ENOENT, kipc_semaphore_open(&semaphore, unique_name(name, "library"),
					       KIPC_READ));
	ASSERT_EQ(0, kipc_semaphore_create(&semaphore, name, &exclusive));
	EXPECT_EQ(-EEXIST, kipc_semaphore_create(&other, name, &exclusive));
	EXPECT_EQ(-EPROTOTYPE, kipc_barrier_open(&barrier, name, KIPC_READ));
	EXPECT_EQ(before + 1, open_descriptors());
	kipc_semaphore_close(semaphore);
	kipc_semaphore_close(NULL);
	kipc_barrier_close(NULL);
	kipc_mailbox_close(NULL);
	EXPECT_EQ(before, open_descriptors());
}

TEST(errno_is_left_alone)
{
	struct kipc_semaphore *semaphore;

	errno = 42;
	EXPECT_EQ(-ENOENT, kipc_unlink(unique_name(name, "library")));
	EXPECT_EQ(0, kipc_semaphore_create(&semaphore, NULL, NULL));
	EXPECT_EQ(-ETIMEDOUT, kipc_semaphore_timedwait(semaphore, 0, 1, 1, 0));
	kipc_semaphore_close(semaphore);
	EXPECT_EQ(42, errno);
}

/* How often a name is listed, fetched two entries at a time. */
static int times_listed(const char *text)
{
	struct kipc_list_entry entries[2];
	int i, count, times = 0;
	uint64_t cursor = 0;

	while ((count = kipc_list(&cursor, entries, 2)) > 0)
		for (i = 0; i < count; i++)
			times += !strcmp(entries[i].name, text);
	return count < 0 ? count : times;
}

TEST(names_are_listed_and_unlinked)
{
	struct kipc_semaphore *semaphore;

	ASSERT_EQ(0, kipc_semaphore_create(&semaphore, unique_name(name, "library"), NULL));
	EXPECT_EQ(1, times_listed(name));
	EXPECT_EQ(0, kipc_unlink(name));
	EXPECT_EQ(0, times_listed(name));
	EXPECT_EQ(-ENOENT, kipc_unlink(name));
	EXPECT_EQ(0, kipc_semaphore_post(semaphore, 0, 1));
	kipc_semaphore_close(semaphore);
}

TEST_HARNESS_MAIN
