// SPDX-License-Identifier: GPL-2.0-only
/*
 * Many threads wait for one element, and a process posts a unit for each. The cost
 * is the time until the last waiter has returned, divided by the number of waiters.
 * The other waiters then already wait for another element, which is posted next.
 */
#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <stdlib.h>

#include "sampling.h"

#define SETTLING	20	/* yields until arrived waiters are asleep */

static struct crowd {
	unsigned long size;
	unsigned long arrived;	/* in all rounds together */
	unsigned long passed;	/* in all rounds together */
	__u64 last;		/* ticks when the last waiter of a round passed */
} *crowd;

static unsigned long wake_read_count(const unsigned long *count)
{
	return __atomic_load_n(count, __ATOMIC_ACQUIRE);
}

static void *wake_wait_often(void *data)
{
	const struct worker *worker = data;
	unsigned int i;

	for (i = 0; i <= worker->run->samples; i++) {
		__atomic_add_fetch(&crowd->arrived, 1, __ATOMIC_ACQ_REL);
		worker->subject->semaphore.wait(worker->object, i % 2);
		crowd->last = clock_ticks();
		__atomic_add_fetch(&crowd->passed, 1, __ATOMIC_ACQ_REL);
	}
	return NULL;
}

static void wake_wait_together(struct worker *worker)
{
	pthread_t *threads = calloc(crowd->size, sizeof(*threads));
	pthread_attr_t small;
	unsigned long i;

	must(threads);
	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, PTHREAD_STACK_MIN);
	/* Guards would make two mappings of each stack. */
	pthread_attr_setguardsize(&small, 0);
	for (i = 0; i < crowd->size; i++) {
		errno = pthread_create(&threads[i], &small, wake_wait_often, worker);
		if (errno)
			cannot("no more threads");
	}
	for (i = 0; i < crowd->size; i++)
		pthread_join(threads[i], NULL);
}

static void wake_wait_for_crowd(unsigned long arrivals)
{
	int i;

	while (wake_read_count(&crowd->arrived) < arrivals)
		sched_yield();
	/*
	 * A waiter may be preempted between its arrival and its sleep. Waking a
	 * waiter that is not asleep yet is a little cheaper, so wait for it.
	 */
	for (i = 0; i < SETTLING; i++)
		sched_yield();
}

static void wake_post_often(struct worker *worker)
{
	struct run *run = worker->run;
	unsigned int i;
	__u64 begin;

	for (i = 0; i <= run->samples; i++) {
		wake_wait_for_crowd((i + 1) * crowd->size);
		begin = clock_ticks();
		worker->subject->semaphore.post(worker->object, i % 2,
						crowd->size);
		while (wake_read_count(&crowd->passed) < (i + 1) * crowd->size)
			sched_yield();
		if (i)
			run_sample(run, crowd->last - begin, crowd->size);
	}
}

static void wake_work(struct worker *worker)
{
	if (worker->index)
		wake_post_often(worker);
	else
		wake_wait_together(worker);
}

static void wake_run(struct run *run)
{
	const struct shape shape = { .elements = 2 };

	crowd = shared_alloc(sizeof(*crowd));
	crowd->size = run->row->parameter;
	if (run->quick && crowd->size > 100)
		crowd->size = 100;
	run_create(run, &shape);
	team_run(run, 2, PLACE_TOGETHER, wake_work);
}

static const struct pattern wake_all_pattern = {
	.name = "wake-all",
	.about = "a post wakes N waiters on one processor; cost of each",
	.kind = KIND_SEMAPHORE,
	.needs = ABLE_TO_SLEEP | ABLE_TO_CROWD,
	.parameters = { 1, 10, 100, 1000, 10000 },
	.samples = 7,
	.once = true,
	.run = wake_run,
};

PATTERN(wake_all_pattern);
