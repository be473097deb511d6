// SPDX-License-Identifier: GPL-2.0-only
#include "target.h"

#include <pthread.h>

#define CHOICES		3	/* targets of a process */
#define SHORT_NS	2000000	/* a wait while something else is held */
#define CHILD_TURNS	100

/* Of this process. */
static struct seat seats[TARGETS_MAX];
static __u8 choice[CHOICES];
static unsigned int choices;

/* ------------------------------------------------------------------------ */
/* Deeds                                                                    */
/* ------------------------------------------------------------------------ */

/* The tracer goes on from here, one instruction at a time. */
static void player_stop(const struct player *player)
{
	if (player->stepped)
		raise(SIGSTOP);
}

void deed_begin(struct player *player, unsigned int depth,
		const struct target *target, unsigned int element,
		unsigned int count)
{
	struct deed *deed = deed_at(player, depth);

	deed->target = target->number;
	deed->element = element;
	deed->count = count;
	write_once(deed->step, TAKING);
	player_stop(player);
}

void deed_step(struct player *player, unsigned int depth, enum step step)
{
	write_once(deed_at(player, depth)->step, step);
	if (step == GIVING)
		player_stop(player);
}

void deed_end(struct player *player, unsigned int depth)
{
	write_once(deed_at(player, depth)->step, NONE);
	player->record->operations++;
}

/* ------------------------------------------------------------------------ */
/* While something is held                                                  */
/* ------------------------------------------------------------------------ */

/* As a program that knows nothing of what the former one held. */
static void player_exec(struct player *player)
{
	char slot[16];

	if (player->incarnation + 1 == INCARNATIONS)
		return;
	snprintf(slot, sizeof(slot), "%d", (int)(player->slot - arena->slots));
	count_up(arena->execs);
	player->slot->incarnation = player->incarnation + 1;
	execl("/proc/self/exe", "torture", "--player", slot, NULL);
	broken("exec: errno %d", errno);
}

static struct slot *slot_for_child(void)
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

static void player_run_child(struct slot *slot);

/*
 * A child that goes on with the objects, while the parent may die. Its own parent
 * is ours, who will miss it when it is killed.
 */
static void player_fork(void)
{
	struct slot *slot = slot_for_child();
	long pid;

	if (!slot)
		return;
	count_up(arena->forks);
	pid = syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0);
	if (pid < 0)
		broken("fork: errno %d", errno);
	if (!pid)
		player_run_child(slot);
}

static const struct target *some_choice(struct player *player)
{
	return &targets[player->choice[chance(player, player->choices)]];
}

/* At another target: one that comes later, for the sake of order. */
static void player_nest(struct player *player, const struct target *target)
{
	const struct target *other = some_choice(player);

	if (other->row->kind->nests && other->number > target->number)
		other->row->kind->play(player, other, 1);
}

void player_meanwhile(struct player *player, const struct target *target)
{
	player_dawdle(player, 300);
	if (!chance(player, 4))
		player_nest(player, target);
	if (player->alone)
		return;
	switch (chance(player, 2000)) {
	case 0:
		player_exec(player);
		break;
	case 1:
		player_fork();
		break;
	case 2:
		count_up(arena->exits);
		_exit(0);
	}
}

/* ------------------------------------------------------------------------ */
/* Time                                                                     */
/* ------------------------------------------------------------------------ */

__s64 player_deadline(struct player *player, unsigned int depth)
{
	if (depth || !chance(player, 8))
		return now_ns(CLOCK_MONOTONIC) + chance(player, SHORT_NS);
	return patience_deadline();
}

void player_dawdle(struct player *player, unsigned int turns)
{
	volatile unsigned int turn = chance(player, turns);

	if (!chance(player, 20))
		sched_yield();
	while (turn)
		turn--;
}

/* ------------------------------------------------------------------------ */
/* A player's life                                                          */
/* ------------------------------------------------------------------------ */

static struct player player_make(struct slot *slot, unsigned int thread)
{
	struct player player = {
		.slot = slot,
		.record = &slot->records[thread],
		.incarnation = slot->incarnation,
		.seats = seats,
		.choice = choice,
		.choices = choices,
		.random = random_for(arena->seed, count_up(arena->births)),
	};

	player.record->life = count_up(arena->lives);
	return player;
}

static void join_all(struct player *player)
{
	const struct target *target;
	unsigned int i;

	for (i = 0; i < player->choices; i++) {
		target = &targets[player->choice[i]];
		if (target->row->kind->join)
			target->row->kind->join(player, target);
	}
}

static void leave_all(struct player *player)
{
	const struct target *target;
	unsigned int i;

	for (i = 0; i < player->choices; i++) {
		target = &targets[player->choice[i]];
		if (target->row->kind->leave)
			target->row->kind->leave(player, target);
	}
}

static void play(struct player *player)
{
	const struct target *target;

	join_all(player);
	while (!round_is_over()) {
		target = some_choice(player);
		target->row->kind->play(player, target, 0);
		player_dawdle(player, 300);
		if (player->turns && !--player->turns)
			break;
	}
	leave_all(player);
}

static void sit_down(unsigned int target)
{
	int ret = seat_take(&seats[target], &targets[target]);

	choice[choices++] = target;
	if (ret)
		broken("%s: cannot attach: %d", rows[target].label, ret);
}

static bool is_chosen(unsigned int target)
{
	unsigned int i;

	for (i = 0; i < choices; i++)
		if (choice[i] == target)
			return true;
	return false;
}

/* Some of the targets that have no crew. */
static void choose(struct random *random)
{
	unsigned int target;

	choices = 0;
	while (choices < CHOICES) {
		target = random_below(random, target_count);
		if (!rows[target].crew && !is_chosen(target))
			sit_down(target);
	}
}

static void *run_thread(void *data)
{
	struct slot *slot = data;
	struct player player = player_make(slot, 1);

	play(&player);
	return NULL;
}

void player_run(struct slot *slot)
{
	struct player player = player_make(slot, 0);
	pthread_t thread;
	bool two;

	setpriority(PRIO_PROCESS, 0, NICE_PLAYER);
	slot->pid = getpid();
	if (slot->crew < TARGETS_MAX)
		sit_down(slot->crew);
	else
		choose(&player.random);
	player.choices = choices;
	/* The parties of a plain barrier are as many as there are processes. */
	two = !chance(&player, 3) && (slot->crew == TARGETS_MAX ||
				      rows[slot->crew].flags & KIPC_DROP);
	if (two && pthread_create(&thread, NULL, run_thread, slot))
		broken("no second thread");
	play(&player);
	if (two)
		pthread_join(thread, NULL);
	_exit(0);
}

/* In the child: it inherits no mapping that attaches. */
static void player_run_child(struct slot *slot)
{
	struct player player;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	slot->pid = getpid();
	player = player_make(slot, 0);
	choose(&player.random);
	player.choices = choices;
	player.turns = 1 + chance(&player, CHILD_TURNS);
	play(&player);
	_exit(0);
}

void player_run_stepped(struct slot *slot, unsigned int target)
{
	struct player player = player_make(slot, 0);

	slot->pid = getpid();
	sit_down(target);
	player.choices = choices;
	player.stepped = true;
	player.alone = true;
	targets[target].row->kind->play(&player, &targets[target], 0);
	_exit(0);
}
