// SPDX-License-Identifier: GPL-2.0-only
/*
 * What becomes of those who live when somebody is killed: with the process-shared
 * objects of the C library, and with kipc's in their place. A table for people; only
 * where one of kipc's is not as it should be this fails.
 */
#define KIPC_NO_HARNESS
#include "../kipc_child.h"
#include "../kipc_word.h"

#include <pthread.h>
#include <semaphore.h>

#define BOUND_MS	3000	/* after which somebody hangs */
#define NAME		"kipc-peers"

enum place {
	HOLDING,	/* it */
	WAITING,	/* for it, or for others */
	BETWEEN,	/* having used it, and going to */
	PLACES
};

enum outcome {
	GOES_ON,
	TOLD,		/* goes on, and knows that somebody died */
	HANGS,
	FAILED,
	NONE,
};

static const char *const outcome_names[] = {
	"goes on", "is told", "hangs", "fails", "-",
};

/* What all processes of an experiment share. */
struct stage {
	union {
		pthread_mutex_t mutex;
		pthread_barrier_t barrier;
		sem_t semaphore;
	} own;
	sem_t *semaphore;	/* own.semaphore, or a named one */
	int fd;			/* of kipc's */
	unsigned int go;
	unsigned int survivor_ready;
	unsigned int victim_ready;
	enum place place;
	const struct peer *peer;
};

struct peer {
	const char *label;
	int (*make)(struct stage *stage);	/* 0 or a negative errno */
	/* In each process; NULL: nothing to do. */
	int (*enter)(struct stage *stage);
	/* 0, -EOWNERDEAD where that has been mended, or another error. */
	int (*take)(struct stage *stage);
	int (*give)(struct stage *stage);	/* NULL: nothing is held */
	void (*remove)(struct stage *stage);
	/* After its maker was killed; NULL: no name. */
	bool (*name_is_left)(struct stage *stage);
	/* What it should be, of kipc's. */
	const enum outcome *expected;
};

static void stage_set(unsigned int *what)
{
	__atomic_store_n(what, 1, __ATOMIC_SEQ_CST);
}

static bool stage_is(const unsigned int *what)
{
	return __atomic_load_n(what, __ATOMIC_SEQ_CST);
}

/* ------------------------------------------------------------------------ */
/* The C library's                                                          */
/* ------------------------------------------------------------------------ */

static int robust_make(struct stage *stage)
{
	pthread_mutexattr_t attributes;

	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
	pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
	return -pthread_mutex_init(&stage->own.mutex, &attributes);
}

static int plain_make(struct stage *stage)
{
	pthread_mutexattr_t attributes;

	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
	return -pthread_mutex_init(&stage->own.mutex, &attributes);
}

static int pthread_take(struct stage *stage)
{
	int error = pthread_mutex_lock(&stage->own.mutex);

	if (error == EOWNERDEAD)
		pthread_mutex_consistent(&stage->own.mutex);
	return -error;
}

static int pthread_give(struct stage *stage)
{
	return -pthread_mutex_unlock(&stage->own.mutex);
}

static int unnamed_make(struct stage *stage)
{
	stage->semaphore = &stage->own.semaphore;
	return sem_init(stage->semaphore, 1, 1) ? -errno : 0;
}

static int named_make(struct stage *stage)
{
	stage->semaphore = sem_open("/" NAME, O_CREAT | O_EXCL, 0600, 1);
	return stage->semaphore == SEM_FAILED ? -errno : 0;
}

static void named_remove(struct stage *stage)
{
	sem_close(stage->semaphore);
	sem_unlink("/" NAME);
}

static bool named_is_left(struct stage *stage)
{
	sem_t *semaphore = sem_open("/" NAME, 0);

	(void)stage;
	if (semaphore == SEM_FAILED)
		return false;
	sem_close(semaphore);
	sem_unlink("/" NAME);
	return true;
}

static int posix_take(struct stage *stage)
{
	return sem_wait(stage->semaphore) ? -errno : 0;
}

static int posix_give(struct stage *stage)
{
	return sem_post(stage->semaphore) ? -errno : 0;
}

static int pthread_barrier_make(struct stage *stage)
{
	pthread_barrierattr_t attributes;

	pthread_barrierattr_init(&attributes);
	pthread_barrierattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
	return -pthread_barrier_init(&stage->own.barrier, &attributes, 2);
}

static int pthread_barrier_take(struct stage *stage)
{
	int ret = pthread_barrier_wait(&stage->own.barrier);

	return ret == PTHREAD_BARRIER_SERIAL_THREAD ? 0 : -ret;
}

/* ------------------------------------------------------------------------ */
/* kipc's                                                                   */
/* ------------------------------------------------------------------------ */

static int make(struct stage *stage, int fd)
{
	stage->fd = fd;
	return fd < 0 ? fd : 0;
}

static int kipc_enter(struct stage *stage)
{
	struct words words;

	return words_attach(&words, stage->fd);
}

static void kipc_remove(struct stage *stage)
{
	close(stage->fd);
}

static int kipc_mutex_make(struct stage *stage)
{
	return make(stage, create(mutex_args(1)));
}

static int kipc_mutex_take(struct stage *stage)
{
	int ret = mutex_lock(stage->fd, 0);

	if (ret == -EOWNERDEAD)
		mutex_consistent(stage->fd, 0);
	return ret;
}

static int kipc_mutex_give(struct stage *stage)
{
	return mutex_unlock(stage->fd, 0);
}

static int kipc_plain_make(struct stage *stage)
{
	return make(stage, create(semaphore_args(1, 1, 1)));
}

static int kipc_undo_make(struct stage *stage)
{
	return make(stage, create_named(semaphore_args(1, 1, 1), NAME,
					KIPC_UNDO));
}

static bool kipc_is_left(struct stage *stage)
{
	int fd;

	kipc_remove(stage);
	fd = open_named(KIPC_SEMAPHORE, NAME, KIPC_READ);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static int kipc_semaphore_take(struct stage *stage)
{
	return semaphore_wait(stage->fd, 0, 1);
}

static int kipc_semaphore_give(struct stage *stage)
{
	return semaphore_post(stage->fd, 0, 1);
}

static int kipc_barrier_make(struct stage *stage)
{
	return make(stage, create(barrier_args(2)));
}

static int kipc_drop_make(struct stage *stage)
{
	return make(stage, create_flags(barrier_args(2), KIPC_DROP));
}

/* A barrier that has broken needs more than one to begin anew. */
static int kipc_barrier_take(struct stage *stage)
{
	int ret = barrier_wait(stage->fd);

	if (ret == KIPC_BARRIER_SERIAL)
		return 0;
	return ret;
}

/* ------------------------------------------------------------------------ */
/* An experiment                                                            */
/* ------------------------------------------------------------------------ */

static int enter(struct stage *stage)
{
	return stage->peer->enter ? stage->peer->enter(stage) : 0;
}

static int give(struct stage *stage)
{
	return stage->peer->give ? stage->peer->give(stage) : 0;
}

static int use(struct stage *stage)
{
	int ret = stage->peer->take(stage);

	return ret ? ret : give(stage);
}

/* Up to where it is killed. */
static int run_victim(void *data)
{
	struct stage *stage = data;
	int ret = enter(stage);

	if (!ret && stage->place == BETWEEN)
		ret = use(stage);
	if (!ret && stage->place == HOLDING)
		ret = stage->peer->take(stage);
	stage_set(&stage->victim_ready);
	if (!ret && stage->place == WAITING)
		ret = stage->peer->take(stage);
	if (ret)
		return ret;
	for (;;)
		pause();
}

/* Goes on, twice, when the other one has died. */
static int run_survivor(void *data)
{
	struct stage *stage = data;
	bool holds = stage->place == WAITING && stage->peer->give;
	int ret = enter(stage);

	if (!ret && holds)
		ret = stage->peer->take(stage);
	/* A barrier is used by both together. */
	if (!ret && stage->place == BETWEEN)
		ret = use(stage);
	stage_set(&stage->survivor_ready);
	wait_until(stage_is(&stage->go));
	if (!ret && holds)
		ret = give(stage);
	if (!ret)
		ret = stage->peer->take(stage);
	if (ret == -EOWNERDEAD) {
		give(stage);
		return ret;
	}
	return ret ?: give(stage) ?: use(stage);
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

static enum outcome kill_victim(struct stage *stage)
{
	struct child victim, survivor;

	child_start(&survivor, run_survivor, stage);
	if (stage->place == WAITING)
		wait_until(stage_is(&stage->survivor_ready));
	child_start(&victim, run_victim, stage);
	wait_until(stage_is(&stage->victim_ready) &&
		   stage_is(&stage->survivor_ready));
	if (stage->place == WAITING)
		wait_until(child_sleeps(&victim) || child_ended(&victim));
	child_kill(&victim);
	stage_set(&stage->go);
	return outcome_of(&survivor);
}

static enum outcome experiment(const struct peer *peer, enum place place)
{
	struct stage *stage = shared_alloc(sizeof(*stage));
	enum outcome outcome = FAILED;

	stage->place = place;
	stage->peer = peer;
	if (place == HOLDING && !peer->give)
		return NONE;
	if (!peer->make(stage)) {
		outcome = kill_victim(stage);
		if (peer->remove)
			peer->remove(stage);
	}
	munmap(stage, sizeof(*stage));
	return outcome;
}

/* ------------------------------------------------------------------------ */
/* Names                                                                    */
/* ------------------------------------------------------------------------ */

static int run_maker(void *data)
{
	struct stage *stage = data;
	int ret = stage->peer->make(stage);

	stage_set(&stage->victim_ready);
	if (ret)
		return ret;
	for (;;)
		pause();
}

static const char *name_after_death(const struct peer *peer)
{
	struct stage *stage = shared_alloc(sizeof(*stage));
	struct child maker;

	if (!peer->name_is_left)
		return "-";
	stage->peer = peer;
	child_start(&maker, run_maker, stage);
	wait_until(stage_is(&stage->victim_ready));
	child_kill(&maker);
	stage->fd = -1;
	return peer->name_is_left(stage) ? "stays" : "goes";
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

/* True where it is as expected. */
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

	printf("Who lives when another process is killed\n\n%-28s %-15s %-15s %-15s %s\n",
	       "", "holding it", "waiting", "between", "its name");
	for (i = 0; i < ARRAY_SIZE(peers); i++)
		right &= try_peer(&peers[i]);
	printf("\nhangs: for %d s, when it was killed\n", BOUND_MS / 1000);
	return right ? 0 : 1;
}
