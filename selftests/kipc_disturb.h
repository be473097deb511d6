/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Participants of a race, threads of several processes, and what disturbs them
 * at random: spinning, yielding, moving to another processor, becoming a
 * real-time thread or an ordinary one, and signals of each other.
 */
#ifndef KIPC_DISTURB_H
#define KIPC_DISTURB_H

#include "kipc_child.h"
#include "kipc_seed.h"

#include <pthread.h>

#define PROCESSES	4
#define THREADS		3	/* of each process */
#define PARTICIPANTS	(PROCESSES * THREADS)

struct stage;

struct participant {
	struct stage *stage;
	unsigned int number;
	__u64 random;
};

/* What the participants share; a test's own part follows it. */
struct stage {
	int (*play)(struct participant *participant);
	/* NULL, or what each process does before and after its threads play. */
	int (*enter)(struct stage *stage);
	int (*exit)(struct stage *stage);
	__u64 seed;
	unsigned int processes;		/* started */
	struct {
		pid_t pid;
		pid_t tid;		/* 0 before and after it plays */
	} threads[PARTICIPANTS];
};

/* ------------------------------------------------------------------------ */
/* Chance                                                                   */
/* ------------------------------------------------------------------------ */

/* A number below @bound: xorshift64, of which the high bits are the best. */
static inline unsigned int chance(struct participant *self, unsigned int bound)
{
	self->random ^= self->random << 13;
	self->random ^= self->random >> 7;
	self->random ^= self->random << 17;
	return (self->random >> 32) % bound;
}

/* A deadline that passes soon, or has passed by the time it is used. */
static inline __s64 random_deadline(struct participant *self, clockid_t clock)
{
	return now_ns(clock) + chance(self, 300000);
}

/* A verb that may end without having done anything, for no fault of its own. */
static inline bool in_vain(int ret)
{
	return ret == -EAGAIN || ret == -ETIMEDOUT || ret == -EINTR;
}

/* ------------------------------------------------------------------------ */
/* Disturbances                                                             */
/* ------------------------------------------------------------------------ */

static inline void spin(unsigned int turns)
{
	volatile unsigned int turn;

	for (turn = 0; turn < turns; turn++)
		;
}

/* To one processor, or where the scheduler likes. */
static inline void move(struct participant *self)
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

/* Priority 0 is an ordinary thread's; without the right to more all stay so. */
static inline void set_priority(int priority)
{
	struct sched_param param = { .sched_priority = priority };

	sched_setscheduler(0, priority ? SCHED_FIFO : SCHED_OTHER, &param);
}

/* SIGUSR1 restarts a system call, SIGUSR2 ends it. */
static inline void signal_somebody(struct participant *self)
{
	struct stage *stage = self->stage;
	unsigned int other = chance(self, PARTICIPANTS);
	pid_t tid = __atomic_load_n(&stage->threads[other].tid,
				    __ATOMIC_ACQUIRE);

	if (tid)
		syscall(SYS_tgkill, stage->threads[other].pid, tid,
			chance(self, 2) ? SIGUSR1 : SIGUSR2);
}

/* Perhaps. It takes no time that matters, so that most of it all is racing. */
static inline void disturb(struct participant *self)
{
	switch (chance(self, 20)) {
	case 0:
	case 1:
		spin(chance(self, 3000));
		break;
	case 2:
	case 3:
		sched_yield();
		break;
	case 4:
		move(self);
		break;
	case 5:
		set_priority(chance(self, 2) ? 1 + chance(self, 3) : 0);
		break;
	case 6:
		signal_somebody(self);
		break;
	}
}

static inline void handle_nothing(int signal)
{
	(void)signal;
}

static inline void handle_disturbances(void)
{
	struct sigaction action = { .sa_handler = handle_nothing };

	sigaction(SIGUSR2, &action, NULL);
	action.sa_flags = SA_RESTART;
	sigaction(SIGUSR1, &action, NULL);
}

/* ------------------------------------------------------------------------ */
/* The stage                                                                */
/* ------------------------------------------------------------------------ */

static void *run_participant(void *data)
{
	struct participant *self = data;
	struct stage *stage = self->stage;
	int ret;

	stage->threads[self->number].pid = getpid();
	__atomic_store_n(&stage->threads[self->number].tid,
			 syscall(SYS_gettid), __ATOMIC_RELEASE);
	ret = stage->play(self);
	__atomic_store_n(&stage->threads[self->number].tid, 0,
			 __ATOMIC_RELEASE);
	/* The others may hang now: then nobody else would say why. */
	if (ret)
		fprintf(stderr, "# participant %u: %d\n", self->number, ret);
	return (void *)(intptr_t)ret;
}

static int run_participants(void *data)
{
	struct participant participants[THREADS];
	pthread_t threads[THREADS];
	struct stage *stage = data;
	unsigned int i, process;
	void *result;
	int ret = 0;

	if (stage->enter)
		ret = stage->enter(stage);
	if (ret)
		return ret;
	process = __atomic_fetch_add(&stage->processes, 1, __ATOMIC_SEQ_CST);
	for (i = 0; i < THREADS; i++) {
		participants[i].stage = stage;
		participants[i].number = process * THREADS + i;
		/* Never 0, and far from that of the next one. */
		participants[i].random = (stage->seed + 1 +
			participants[i].number) * 0x9e3779b97f4a7c15ULL | 1;
		if (pthread_create(&threads[i], NULL, run_participant,
				   &participants[i]))
			return -EAGAIN;
	}
	for (i = 0; i < THREADS; i++) {
		pthread_join(threads[i], &result);
		if (result)
			ret = (intptr_t)result;
	}
	if (!ret && stage->exit)
		ret = stage->exit(stage);
	return ret;
}

/* All participants play until each has ended; 0 or what one of them returned. */
static inline int stage_run(struct stage *stage,
			    int (*play)(struct participant *participant))
{
	struct child children[PROCESSES];
	int i, result, ret = 0;

	stage->play = play;
	stage->processes = 0;
	stage->seed = test_seed();
	handle_disturbances();
	for (i = 0; i < PROCESSES; i++)
		child_start(&children[i], run_participants, stage);
	for (i = 0; i < PROCESSES; i++) {
		result = child_finish(&children[i]);
		if (result)
			ret = result;
	}
	return ret;
}

#endif /* KIPC_DISTURB_H */
