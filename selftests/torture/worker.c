// SPDX-License-Identifier: GPL-2.0-only
#include "target.h"

#include <pthread.h>

#define CHOICES		3	/* targets of a process */
#define SHORT_NS	2000000	/* a wait while something else is held */
#define CHILD_TURNS	100

/* Of this process: its objects, and the targets that it uses. */
static struct seat seats[TARGETS_MAX];
static __u8 choice[CHOICES];
static unsigned int choices;

/* ------------------------------------------------------------------------ */
/* Ops                                                                      */
/* ------------------------------------------------------------------------ */

/* The tracer continues from here, one instruction at a time. */
static void worker_stop(const struct worker *worker)
{
	if (worker->stepped)
		raise(SIGSTOP);
}

void op_begin(struct worker *worker, unsigned int depth,
	      const struct target *target, unsigned int element,
	      unsigned int count)
{
	struct op *op = op_at(worker, depth);

	op->target = target->number;
	op->element = element;
	op->count = count;
	write_once(op->step, TAKING);
	worker_stop(worker);
}

void op_step(struct worker *worker, unsigned int depth, enum step step)
{
	write_once(op_at(worker, depth)->step, step);
	if (step == GIVING)
		worker_stop(worker);
}

void op_end(struct worker *worker, unsigned int depth)
{
	write_once(op_at(worker, depth)->step, NONE);
	worker->record->operations++;
}

/* ------------------------------------------------------------------------ */
/* While something is held                                                  */
/* ------------------------------------------------------------------------ */

/* Becomes a program that knows nothing of what the process held. */
static void worker_exec(struct worker *worker)
{
	char slot[16];

	if (worker->incarnation + 1 == INCARNATIONS)
		return;
	snprintf(slot, sizeof(slot), "%d", (int)(worker->slot - arena->slots));
	count_up(arena->execs);
	worker->slot->incarnation = worker->incarnation + 1;
	execl("/proc/self/exe", "torture", "--worker", slot, NULL);
	broken("exec: errno %d", errno);
}

static struct slot *worker_slot_for_child(void)
{
	unsigned int i, free;

	for (i = SLOTS; i < SLOTS + CHILDREN; i++) {
		free = 0;
		if (__atomic_compare_exchange_n(&arena->slots[i].taken, &free, 1,
						0, __ATOMIC_SEQ_CST,
						__ATOMIC_RELAXED))
			return &arena->slots[i];
	}
	return NULL;
}

static void worker_run_child(struct slot *slot);

/*
 * Forks a child that continues to use the objects, while the worker may die. The
 * parent of the child is the parent of this process, which reaps both.
 */
static void worker_fork(void)
{
	struct slot *slot = worker_slot_for_child();
	long pid;

	if (!slot)
		return;
	count_up(arena->forks);
	pid = syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0);
	if (pid < 0)
		broken("fork: errno %d", errno);
	if (!pid)
		worker_run_child(slot);
}

static const struct target *worker_some_target(struct worker *worker)
{
	return &targets[worker->choice[chance(worker, worker->choices)]];
}

/* Uses another target. It has a higher number, so that no deadlock is possible. */
static void worker_nest(struct worker *worker, const struct target *target)
{
	const struct target *other = worker_some_target(worker);

	if (other->row->kind->nests && other->number > target->number)
		other->row->kind->use(worker, other, 1);
}

void worker_meanwhile(struct worker *worker, const struct target *target)
{
	worker_dawdle(worker, 300);
	if (!chance(worker, 4))
		worker_nest(worker, target);
	if (worker->alone)
		return;
	switch (chance(worker, 2000)) {
	case 0:
		worker_exec(worker);
		break;
	case 1:
		worker_fork();
		break;
	case 2:
		count_up(arena->exits);
		_exit(0);
	}
}

/* ------------------------------------------------------------------------ */
/* Time                                                                     */
/* ------------------------------------------------------------------------ */

__s64 worker_deadline(struct worker *worker, unsigned int depth)
{
	if (depth || !chance(worker, 8))
		return now_ns(CLOCK_MONOTONIC) + chance(worker, SHORT_NS);
	return wait_deadline();
}

void worker_dawdle(struct worker *worker, unsigned int turns)
{
	volatile unsigned int turn = chance(worker, turns);

	if (!chance(worker, 20))
		sched_yield();
	while (turn)
		turn--;
}

/* ------------------------------------------------------------------------ */
/* The main loop of a worker                                                */
/* ------------------------------------------------------------------------ */

static struct worker worker_make(struct slot *slot, unsigned int thread)
{
	struct worker worker = {
		.slot = slot,
		.record = &slot->records[thread],
		.incarnation = slot->incarnation,
		.seats = seats,
		.choice = choice,
		.choices = choices,
		.random = random_for(arena->seed, count_up(arena->births)),
	};

	worker.record->life = count_up(arena->lives);
	return worker;
}

static void worker_join_all(struct worker *worker)
{
	const struct target *target;
	unsigned int i;

	for (i = 0; i < worker->choices; i++) {
		target = &targets[worker->choice[i]];
		if (target->row->kind->join)
			target->row->kind->join(worker, target);
	}
}

static void worker_leave_all(struct worker *worker)
{
	const struct target *target;
	unsigned int i;

	for (i = 0; i < worker->choices; i++) {
		target = &targets[worker->choice[i]];
		if (target->row->kind->leave)
			target->row->kind->leave(worker, target);
	}
}

static void worker_loop(struct worker *worker)
{
	const struct target *target;

	worker_join_all(worker);
	while (!round_is_over()) {
		target = worker_some_target(worker);
		target->row->kind->use(worker, target, 0);
		worker_dawdle(worker, 300);
		if (worker->turns && !--worker->turns)
			break;
	}
	worker_leave_all(worker);
}

static void worker_attach(unsigned int target)
{
	int ret = seat_take(&seats[target], &targets[target]);

	choice[choices++] = target;
	if (ret)
		broken("%s: cannot attach: %d", rows[target].label, ret);
}

static bool worker_has_chosen(unsigned int target)
{
	unsigned int i;

	for (i = 0; i < choices; i++)
		if (choice[i] == target)
			return true;
	return false;
}

/* Chooses targets that have no crew. */
static void worker_choose(struct random *random)
{
	unsigned int target;

	choices = 0;
	while (choices < CHOICES) {
		target = random_below(random, target_count);
		if (!rows[target].crew && !worker_has_chosen(target))
			worker_attach(target);
	}
}

static void *worker_run_thread(void *data)
{
	struct slot *slot = data;
	struct worker worker = worker_make(slot, 1);

	worker_loop(&worker);
	return NULL;
}

void worker_run(struct slot *slot)
{
	struct worker worker = worker_make(slot, 0);
	pthread_t thread;
	bool two;

	setpriority(PRIO_PROCESS, 0, NICE_WORKER);
	slot->pid = getpid();
	if (slot->crew < TARGETS_MAX)
		worker_attach(slot->crew);
	else
		worker_choose(&worker.random);
	worker.choices = choices;
	/* A plain barrier has one party for each process of its crew. */
	two = !chance(&worker, 3) && (slot->crew == TARGETS_MAX ||
				      rows[slot->crew].flags & KIPC_DROP);
	if (two && pthread_create(&thread, NULL, worker_run_thread, slot))
		broken("no second thread");
	worker_loop(&worker);
	if (two)
		pthread_join(thread, NULL);
	_exit(0);
}

/* Runs in the child, which does not inherit the mappings that attach. */
static void worker_run_child(struct slot *slot)
{
	struct worker worker;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	slot->pid = getpid();
	worker = worker_make(slot, 0);
	worker_choose(&worker.random);
	worker.choices = choices;
	worker.turns = 1 + chance(&worker, CHILD_TURNS);
	worker_loop(&worker);
	_exit(0);
}

void worker_run_stepped(struct slot *slot, unsigned int target)
{
	struct worker worker = worker_make(slot, 0);

	slot->pid = getpid();
	worker_attach(target);
	worker.choices = choices;
	worker.stepped = true;
	worker.alone = true;
	targets[target].row->kind->use(&worker, &targets[target], 0);
	_exit(0);
}
