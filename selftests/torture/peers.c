// SPDX-License-Identifier: GPL-2.0-only
/*
 * What happens to a process when another process is killed: with the process-shared
 * objects of the C library, and with kipc objects in their place. It prints a table
 * for people. It fails only if the outcome of a kipc object is not the expected one.
 */
#include "array.h"
#include "barrier.h"
#include "child.h"
#include "create.h"
#include "deadline.h"
#include "flag.h"
#include "mutex.h"
#include "name.h"
#include "semaphore.h"
#include "shared_memory.h"
#include "until.h"
#include "word.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <string.h>

#define BOUND_MS	3000	/* after which the survivor counts as hung */
#define NAME		"kipc-peers"

enum place {
	HOLDING,	/* the victim holds the object */
	WAITING,	/* it waits for the object, or at the barrier */
	BETWEEN,	/* it has used the object and does not use it now */
	PLACES
};

enum outcome {
	GOES_ON,
	TOLD,		/* goes on, and gets an error that tells of the death */
	HANGS,
	FAILED,
	NONE,
};

static const char *const outcome_names[] = {
	"goes on", "is told", "hangs", "fails", "-",
};

/* Shared by the processes of an experiment. */
struct peers_shared {
	union {
		pthread_mutex_t mutex;
		pthread_barrier_t barrier;
		sem_t semaphore;
	} own;
	sem_t *semaphore;	/* own.semaphore, or a named one */
	int fd;			/* of a kipc object */
	unsigned int go;
	unsigned int survivor_ready;
	unsigned int victim_ready;
	enum place place;
	const struct peer *peer;
};

struct peer {
	const char *label;
	int (*make)(struct peers_shared *shared);	/* 0 or a negative errno */
	/* In each process before it uses the object; may be NULL. */
	int (*enter)(struct peers_shared *shared);
	/* Returns 0, -EOWNERDEAD after it has repaired that, or another error. */
	int (*take)(struct peers_shared *shared);
	int (*give)(struct peers_shared *shared);	/* NULL: there is nothing to give */
	void (*remove)(struct peers_shared *shared);
	/* Whether the name exists after its maker was killed; NULL: no name. */
	bool (*name_is_left)(struct peers_shared *shared);
	/* The expected outcomes, for kipc objects. */
	const enum outcome *expected;
};

/* ------------------------------------------------------------------------ */
/* Objects of the C library                                                 */
/* ------------------------------------------------------------------------ */

static int robust_make(struct peers_shared *shared)
{
	pthread_mutexattr_t attributes;

	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
	pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
	return -pthread_mutex_init(&shared->own.mutex, &attributes);
}

static int plain_make(struct peers_shared *shared)
{
	pthread_mutexattr_t attributes;

	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
	return -pthread_mutex_init(&shared->own.mutex, &attributes);
}

static int pthread_take(struct peers_shared *shared)
{
	int error = pthread_mutex_lock(&shared->own.mutex);

	if (error == EOWNERDEAD)
		pthread_mutex_consistent(&shared->own.mutex);
	return -error;
}

static int pthread_give(struct peers_shared *shared)
{
	return -pthread_mutex_unlock(&shared->own.mutex);
}

static int unnamed_make(struct peers_shared *shared)
{
	shared->semaphore = &shared->own.semaphore;
	return sem_init(shared->semaphore, 1, 1) ? -errno : 0;
}

static int named_make(struct peers_shared *shared)
{
	shared->semaphore = sem_open("/" NAME, O_CREAT | O_EXCL, 0600, 1);
	return shared->semaphore == SEM_FAILED ? -errno : 0;
}

static void named_remove(struct peers_shared *shared)
{
	sem_close(shared->semaphore);
	sem_unlink("/" NAME);
}

static bool named_is_left(struct peers_shared *shared)
{
	sem_t *semaphore = sem_open("/" NAME, 0);

	(void)shared;
	if (semaphore == SEM_FAILED)
		return false;
	sem_close(semaphore);
	sem_unlink("/" NAME);
	return true;
}

static int posix_take(struct peers_shared *shared)
{
	return sem_wait(shared->semaphore) ? -errno : 0;
}

static int posix_give(struct peers_shared *shared)
{
	return sem_post(shared->semaphore) ? -errno : 0;
}

static int pthread_barrier_make(struct peers_shared *shared)
{
	pthread_barrierattr_t attributes;

	pthread_barrierattr_init(&attributes);
	pthread_barrierattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
	return -pthread_barrier_init(&shared->own.barrier, &attributes, 2);
}

static int pthread_barrier_take(struct peers_shared *shared)
{
	int ret = pthread_barrier_wait(&shared->own.barrier);

	return ret == PTHREAD_BARRIER_SERIAL_THREAD ? 0 : -ret;
}

/* ------------------------------------------------------------------------ */
/* kipc objects                                                             */
/* ------------------------------------------------------------------------ */

static int make(struct peers_shared *shared, int fd)
{
	shared->fd = fd;
	return fd < 0 ? fd : 0;
}

static int kipc_enter(struct peers_shared *shared)
{
	struct words words;

	return words_attach(&words, shared->fd);
}

static void kipc_remove(struct peers_shared *shared)
{
	close(shared->fd);
}

static int kipc_mutex_make(struct peers_shared *shared)
{
	return make(shared, create(mutex_args(1)));
}

static int kipc_mutex_take(struct peers_shared *shared)
{
	int ret = mutex_lock(shared->fd, 0);

	if (ret == -EOWNERDEAD)
		mutex_consistent(shared->fd, 0);
	return ret;
}

static int kipc_mutex_give(struct peers_shared *shared)
{
	return mutex_unlock(shared->fd, 0);
}

static int kipc_plain_make(struct peers_shared *shared)
{
	return make(shared, create(semaphore_args(1, 1, 1)));
}

static int kipc_undo_make(struct peers_shared *shared)
{
	return make(shared, create_named(semaphore_args(1, 1, 1), NAME,
					KIPC_UNDO));
}

static bool kipc_is_left(struct peers_shared *shared)
{
	int fd;

	kipc_remove(shared);
	fd = open_named(KIPC_SEMAPHORE, NAME, KIPC_READ);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static int kipc_semaphore_take(struct peers_shared *shared)
{
	return semaphore_wait(shared->fd, 0, 1);
}

static int kipc_semaphore_give(struct peers_shared *shared)
{
	return semaphore_post(shared->fd, 0, 1);
}

static int kipc_barrier_make(struct peers_shared *shared)
{
	return make(shared, create(barrier_args(2)));
}

static int kipc_drop_make(struct peers_shared *shared)
{
	return make(shared, create_flags(barrier_args(2), KIPC_DROP));
}

/* A broken barrier is not reset: that needs an agreement of all parties. */
static int kipc_barrier_take(struct peers_shared *shared)
{
	int ret = barrier_wait(shared->fd);

	if (ret == KIPC_BARRIER_SERIAL)
		return 0;
	return ret;
}

/* ------------------------------------------------------------------------ */
/* An experiment                                                            */
/* ------------------------------------------------------------------------ */

static int enter(struct peers_shared *shared)
{
	return shared->peer->enter ? shared->peer->enter(shared) : 0;
}

static int give(struct peers_shared *shared)
{
	return shared->peer->give ? shared->peer->give(shared) : 0;
}

static int use(struct peers_shared *shared)
{
	int ret = shared->peer->take(shared);

	return ret ? ret : give(shared);
}

/* Runs to the place where it is killed. */
static int run_victim(void *data)
{
	struct peers_shared *shared = data;
	int ret = enter(shared);

	if (!ret && shared->place == BETWEEN)
		ret = use(shared);
	if (!ret && shared->place == HOLDING)
		ret = shared->peer->take(shared);
	flag_raise(&shared->victim_ready);
	if (!ret && shared->place == WAITING)
		ret = shared->peer->take(shared);
	if (ret)
		return ret;
	for (;;)
		pause();
}

/* Uses the object twice after the victim has died. */
static int run_survivor(void *data)
{
	struct peers_shared *shared = data;
	bool holds = shared->place == WAITING && shared->peer->give;
	int ret = enter(shared);

	if (!ret && holds)
		ret = shared->peer->take(shared);
	/* Both processes meet at a barrier. */
	if (!ret && shared->place == BETWEEN)
		ret = use(shared);
	flag_raise(&shared->survivor_ready);
	wait_until(flag_is_raised(&shared->go));
	if (!ret && holds)
		ret = give(shared);
	if (!ret)
		ret = shared->peer->take(shared);
	if (ret == -EOWNERDEAD) {
		give(shared);
		return ret;
	}
	return ret ?: give(shared) ?: use(shared);
}

static enum outcome outcome_of(struct child *survivor)
{
	__s64 deadline = deadline_in_ms(CLOCK_MONOTONIC, BOUND_MS);
	int ret;

	while (!child_ended(survivor)) {
		if (now_ns(CLOCK_MONOTONIC) >= deadline) {
			child_kill(survivor);
			return HANGS;
		}
		usleep(1000);
	}
	ret = child_finish(survivor);
	if (ret == -EOWNERDEAD)
		return TOLD;
	return ret ? FAILED : GOES_ON;
}

static enum outcome kill_victim(struct peers_shared *shared)
{
	struct child victim, survivor;

	child_start(&survivor, run_survivor, shared);
	if (shared->place == WAITING)
		wait_until(flag_is_raised(&shared->survivor_ready));
	child_start(&victim, run_victim, shared);
	wait_until(flag_is_raised(&shared->victim_ready) &&
		   flag_is_raised(&shared->survivor_ready));
	if (shared->place == WAITING)
		wait_until(child_sleeps(&victim) || child_ended(&victim));
	child_kill(&victim);
	flag_raise(&shared->go);
	return outcome_of(&survivor);
}

static enum outcome experiment(const struct peer *peer, enum place place)
{
	struct peers_shared *shared = shared_alloc(sizeof(*shared));
	enum outcome outcome = FAILED;

	shared->place = place;
	shared->peer = peer;
	if (place == HOLDING && !peer->give)
		return NONE;
	if (!peer->make(shared)) {
		outcome = kill_victim(shared);
		if (peer->remove)
			peer->remove(shared);
	}
	munmap(shared, sizeof(*shared));
	return outcome;
}

/* ------------------------------------------------------------------------ */
/* Names                                                                    */
/* ------------------------------------------------------------------------ */

static int run_maker(void *data)
{
	struct peers_shared *shared = data;
	int ret = shared->peer->make(shared);

	flag_raise(&shared->victim_ready);
	if (ret)
		return ret;
	for (;;)
		pause();
}

static const char *name_after_death(const struct peer *peer)
{
	struct peers_shared *shared = shared_alloc(sizeof(*shared));
	struct child maker;

	if (!peer->name_is_left)
		return "-";
	shared->peer = peer;
	child_start(&maker, run_maker, shared);
	wait_until(flag_is_raised(&shared->victim_ready));
	child_kill(&maker);
	shared->fd = -1;
	return peer->name_is_left(shared) ? "stays" : "goes";
}

/* ------------------------------------------------------------------------ */
/* The table                                                                */
/* ------------------------------------------------------------------------ */

static const enum outcome mutex_expected[] = { TOLD, GOES_ON, GOES_ON };
static const enum outcome plain_expected[] = { HANGS, GOES_ON, GOES_ON };
static const enum outcome undo_expected[] = { GOES_ON, GOES_ON, GOES_ON };
static const enum outcome barrier_expected[] = { NONE, TOLD, TOLD };
static const enum outcome drop_expected[] = { NONE, GOES_ON, GOES_ON };

static const struct peer peers[] = {
	{
		.label = "pthread mutex",
		.make = plain_make,
		.take = pthread_take,
		.give = pthread_give,
	}, {
		.label = "pthread mutex, robust",
		.make = robust_make,
		.take = pthread_take,
		.give = pthread_give,
	}, {
		.label = "kipc mutex",
		.make = kipc_mutex_make,
		.enter = kipc_enter,
		.take = kipc_mutex_take,
		.give = kipc_mutex_give,
		.remove = kipc_remove,
		.expected = mutex_expected,
	}, {
		.label = "sem_t in shared memory",
		.make = unnamed_make,
		.take = posix_take,
		.give = posix_give,
	}, {
		.label = "sem_t, named",
		.make = named_make,
		.take = posix_take,
		.give = posix_give,
		.remove = named_remove,
		.name_is_left = named_is_left,
	}, {
		.label = "kipc semaphore",
		.make = kipc_plain_make,
		.take = kipc_semaphore_take,
		.give = kipc_semaphore_give,
		.remove = kipc_remove,
		.expected = plain_expected,
	}, {
		.label = "kipc semaphore, UNDO, named",
		.make = kipc_undo_make,
		.enter = kipc_enter,
		.take = kipc_semaphore_take,
		.give = kipc_semaphore_give,
		.remove = kipc_remove,
		.name_is_left = kipc_is_left,
		.expected = undo_expected,
	}, {
		.label = "pthread barrier",
		.make = pthread_barrier_make,
		.take = pthread_barrier_take,
	}, {
		.label = "kipc barrier",
		.make = kipc_barrier_make,
		.enter = kipc_enter,
		.take = kipc_barrier_take,
		.remove = kipc_remove,
		.expected = barrier_expected,
	}, {
		.label = "kipc barrier, DROP",
		.make = kipc_drop_make,
		.enter = kipc_enter,
		.take = kipc_barrier_take,
		.remove = kipc_remove,
		.expected = drop_expected,
	},
};

/* Returns whether the outcomes are the expected ones. */
static bool try_peer(const struct peer *peer)
{
	enum outcome outcome;
	const char *name;
	bool right = true;
	int place;

	printf("%-28s", peer->label);
	for (place = 0; place < PLACES; place++) {
		outcome = experiment(peer, place);
		printf(" %-15s", outcome_names[outcome]);
		fflush(stdout);
		if (peer->expected && peer->expected[place] != outcome)
			right = false;
	}
	name = name_after_death(peer);
	printf(" %s%s\n", name, right ? "" : "  WRONG");
	fflush(stdout);
	return right && !(peer->expected && !strcmp(name, "stays"));
}

int main(void)
{
	bool right = true;
	size_t i;

	printf("What happens to a process when another one is killed\n\n");
	printf("%-28s %-15s %-15s %-15s %s\n", "", "holding it", "waiting",
	       "between", "its name");
	for (i = 0; i < ARRAY_SIZE(peers); i++)
		right &= try_peer(&peers[i]);
	printf("\nhangs: it was killed after %d s\n", BOUND_MS / 1000);
	return right ? 0 : 1;
}
