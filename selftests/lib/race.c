// SPDX-License-Identifier: GPL-2.0-only
#include "race.h"

#include "child.h"
#include "deadline.h"
#include "schedule.h"
#include "seed.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

/* This is xorshift64. Its high bits are the best ones. */
unsigned int chance(struct race_worker *self, unsigned int bound)
{
	self->random ^= self->random << 13;
	self->random ^= self->random >> 7;
	self->random ^= self->random << 17;
	return (self->random >> 32) % bound;
}

__s64 random_deadline(struct race_worker *self, clockid_t clock)
{
	return now_ns(clock) + chance(self, 300000);
}

static void race_spin(unsigned int turns)
{
	volatile unsigned int turn;

	for (turn = 0; turn < turns; turn++)
		;
}

/* Moves to one processor, or allows all of them. */
static void race_move(struct race_worker *self)
{
	unsigned int i, online = sysconf(_SC_NPROCESSORS_ONLN);
	unsigned int chosen = chance(self, online + 1);
	cpu_set_t set;

	CPU_ZERO(&set);
	for (i = 0; i < online; i++)
		if (chosen == i || chosen == online)
			CPU_SET(i, &set);
	sched_setaffinity(0, sizeof(set), &set);
}

/* SIGUSR1 restarts a system call, SIGUSR2 ends it with EINTR. */
static void race_send_signal(struct race_worker *self)
{
	struct race_shared *shared = self->shared;
	unsigned int other = chance(self, WORKERS);
	pid_t tid = __atomic_load_n(&shared->threads[other].tid,
				    __ATOMIC_ACQUIRE);

	if (tid)
		syscall(SYS_tgkill, shared->threads[other].pid, tid,
			chance(self, 2) ? SIGUSR1 : SIGUSR2);
}

void disturb(struct race_worker *self)
{
	switch (chance(self, 20)) {
	case 0:
	case 1:
		race_spin(chance(self, 3000));
		break;
	case 2:
	case 3:
		sched_yield();
		break;
	case 4:
		race_move(self);
		break;
	case 5:
		/* This fails without the right to real-time priorities. */
		set_priority(chance(self, 2) ? 1 + chance(self, 3) : 0);
		break;
	case 6:
		race_send_signal(self);
		break;
	}
}

static void race_handle_signal(int signal)
{
	(void)signal;
}

/* Installs the handlers for the signals of race_send_signal(). */
static void race_handle_signals(void)
{
	struct sigaction action = { .sa_handler = race_handle_signal };

	sigaction(SIGUSR2, &action, NULL);
	action.sa_flags = SA_RESTART;
	sigaction(SIGUSR1, &action, NULL);
}

static void *race_run_worker(void *data)
{
	struct race_worker *self = data;
	struct race_shared *shared = self->shared;
	int ret;

	shared->threads[self->number].pid = getpid();
	__atomic_store_n(&shared->threads[self->number].tid,
			 syscall(SYS_gettid), __ATOMIC_RELEASE);
	ret = shared->run(self);
	__atomic_store_n(&shared->threads[self->number].tid, 0,
			 __ATOMIC_RELEASE);
	/* It says so at once, because the other workers may hang from now on. */
	if (ret)
		fprintf(stderr, "# worker %u: %d\n", self->number, ret);
	return (void *)(intptr_t)ret;
}

static int race_run_process(void *data)
{
	struct race_worker workers[THREADS];
	pthread_t threads[THREADS];
	struct race_shared *shared = data;
	unsigned int i, process;
	void *result;
	int ret = 0;

	if (shared->begin)
		ret = shared->begin(shared);
	if (ret)
		return ret;
	process = __atomic_fetch_add(&shared->processes, 1, __ATOMIC_SEQ_CST);
	for (i = 0; i < THREADS; i++) {
		workers[i].shared = shared;
		workers[i].number = process * THREADS + i;
		/* xorshift64 needs a state other than 0. */
		workers[i].random = (shared->seed + 1 +
			workers[i].number) * 0x9e3779b97f4a7c15ULL | 1;
		if (pthread_create(&threads[i], NULL, race_run_worker,
				   &workers[i]))
			return -EAGAIN;
	}
	for (i = 0; i < THREADS; i++) {
		pthread_join(threads[i], &result);
		if (result)
			ret = (intptr_t)result;
	}
	if (!ret && shared->end)
		ret = shared->end(shared);
	return ret;
}

int race_run(struct race_shared *shared, int (*run)(struct race_worker *worker))
{
	struct child children[PROCESSES];
	int i, result, ret = 0;

	shared->run = run;
	shared->processes = 0;
	shared->seed = test_seed();
	race_handle_signals();
	for (i = 0; i < PROCESSES; i++)
		child_start(&children[i], race_run_process, shared);
	for (i = 0; i < PROCESSES; i++) {
		result = child_finish(&children[i]);
		if (result)
			ret = result;
	}
	return ret;
}
