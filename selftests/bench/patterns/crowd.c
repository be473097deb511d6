// SPDX-License-Identifier: GPL-2.0-only
/*
 * Many threads wait for one lock when it is unlocked. They continue to lock and
 * unlock it without any work in between. A lock that is handed over to its waiters in
 * order needs a context switch for each of these operations.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "../contest.h"
#include "../team.h"

#define SAMPLES		30
#define SAMPLE		2000000		/* nanoseconds */
#define LONG_SAMPLES	500
#define LONG_SAMPLE	20000000	/* all samples take ten seconds */
#define POLL		100000		/* nanoseconds between two checks */

struct contender {
	struct run *run;
	unsigned int index;
	pthread_t thread;
	pid_t id;		/* 0 until just before it locks */
};

static void *crowd_contend(void *data)
{
	struct contender *contender = data;
	struct run *run = contender->run;
	struct share *share = &run->shares[contender->index];
	const struct subject *subject = run->row->subject;

	team_place(contender->index, PLACE_SPREAD);
	__atomic_store_n(&contender->id, gettid(), __ATOMIC_RELEASE);
	while (!__atomic_load_n(&run->stop, __ATOMIC_RELAXED)) {
		subject->lock.lock(run->object);
		subject->lock.unlock(run->object);
		contest_next(share);
	}
	return NULL;
}

static void crowd_start(struct contender *contender)
{
	pthread_attr_t small;

	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, PTHREAD_STACK_MIN);
	errno = pthread_create(&contender->thread, &small, crowd_contend, contender);
	if (errno)
		cannot("no more threads");
	pthread_attr_destroy(&small);
}

static bool crowd_is_asleep(const struct contender *contender)
{
	pid_t id = __atomic_load_n(&contender->id, __ATOMIC_ACQUIRE);
	char path[64], state = 0;
	FILE *file;

	if (!id)
		return false;
	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", id);
	file = fopen(path, "re");
	must(file);
	must(fscanf(file, "%*d (%*[^)]) %c", &state) == 1);
	fclose(file);
	return state == 'S';
}

/* Waits without using the processor, which the contenders need. */
static void crowd_wait_until_asleep(const struct contender *contender)
{
	const struct timespec pause = { .tv_nsec = POLL };

	while (!crowd_is_asleep(contender))
		nanosleep(&pause, NULL);
}

/* Starts the contenders. They all wait for the lock, which this thread has. */
static void crowd_gather(struct run *run, struct contender *contenders,
			 unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		contenders[i] = (struct contender) { .run = run, .index = i };
		crowd_start(&contenders[i]);
	}
	for (i = 0; i < count; i++)
		crowd_wait_until_asleep(&contenders[i]);
}

/* Unlocks the lock. The waits of the contenders count from now on. */
static void crowd_release(struct run *run, unsigned int count)
{
	__u64 now = clock_ticks();

	while (count--)
		contest_wait(&run->shares[count], now);
	run->row->subject->lock.unlock(run->object);
}

static void crowd_fight(struct run *run, unsigned long length)
{
	struct contender contenders[RUN_WORKERS];
	const struct shape shape = { .elements = 1 };
	unsigned int i, count = run->row->parameter;

	run_create(run, &shape);
	run->row->subject->lock.lock(run->object);
	crowd_gather(run, contenders, count);
	crowd_release(run, count);
	contest_watch(run, 0, count, length);
	contest_judge(run, 0, count, clock_ticks());
	__atomic_store_n(&run->stop, 1, __ATOMIC_RELAXED);
	for (i = 0; i < count; i++)
		pthread_join(contenders[i].thread, NULL);
}

static void crowd_short(struct run *run)
{
	crowd_fight(run, SAMPLE);
}

static void crowd_long(struct run *run)
{
	crowd_fight(run, LONG_SAMPLE);
}

static const struct pattern lock_crowd = {
	.name = "lock-crowd",
	.about = "N threads wait for the lock at first, and hold it without any work",
	.kind = KIND_LOCK,
	.needs = ABLE_TO_CROWD,
	.parameters = { 2, 4, 10, 64 },
	.samples = SAMPLES,
	.run = crowd_short,
};

PATTERN(lock_crowd);

static const struct pattern lock_crowd_long = {
	.name = "lock-crowd-long",
	.about = "the same, for ten seconds",
	.kind = KIND_LOCK,
	.needs = ABLE_TO_CROWD,
	.cpus = 2,
	.parameters = { 64 },
	.samples = LONG_SAMPLES,
	.once = true,
	.run = crowd_long,
};

PATTERN(lock_crowd_long);
