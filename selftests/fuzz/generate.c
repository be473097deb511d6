// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>

#include <linux/kipc.h>

#include "generate.h"

#define TYPE_NONE	0U
#define TYPE_OTHER	100U	/* a descriptor of no object */

/* What the operations before some operation have made */
struct state {
	__u32 types[FD_SLOTS];
	bool mapped[MAP_SLOTS];
	bool started[WORKERS];
};

static __u64 arg_of(const struct op *op, const char *name)
{
	return op->args[op_find_arg(op_kind(op), name)];
}

static bool is_named(const struct op *op, const char *name)
{
	return !strcmp(op_kind(op)->name, name);
}

static __u32 made_type(const struct state *state, const struct op *op)
{
	if (op_creates(op_kind(op)))
		return op_kind(op)->type;
	if (is_named(op, "open"))
		return arg_of(op, "type");
	if (is_named(op, "dup") && arg_of(op, "fd") < FD_SLOTS)
		return state->types[arg_of(op, "fd")];
	return TYPE_OTHER;
}

static void state_add(struct state *state, const struct op *op)
{
	int worker = op_find_class(op_kind(op), VALUE_NEW_WORKER);

	if (op_kind(op)->makes)
		state->types[arg_of(op, "into")] = made_type(state, op);
	if (is_named(op, "close"))
		state->types[arg_of(op, "fd")] = TYPE_NONE;
	if (is_named(op, "map"))
		state->mapped[arg_of(op, "map")] = true;
	if (worker >= 0)
		state->started[op->args[worker]] = true;
}

static void state_before(struct state *state, const struct program *program,
			 unsigned int at)
{
	unsigned int i;

	memset(state, 0, sizeof(*state));
	state->started[0] = true;
	for (i = 0; i < at && i < program->count; i++)
		state_add(state, &program->ops[i]);
}

/* ------------------------------------------------------------------------ */
/* Choosing among what there is                                             */
/* ------------------------------------------------------------------------ */

/* Returns the index of a random element that is set, or -1. */
static int choose_set(const bool *set, unsigned int count,
		      struct random *random)
{
	unsigned int i, found = 0;
	int chosen = -1;

	for (i = 0; i < count; i++)
		if (set[i] && random_one_in(random, ++found))
			chosen = i;
	return chosen;
}

/* A region is a set of mutexes too. */
static bool type_fits(__u32 type, __u32 wanted)
{
	return !wanted || type == wanted ||
	       (type == KIPC_REGION && wanted == KIPC_MUTEX);
}

/* Returns a slot with an object of that type (any type for 0), or -1. */
static int choose_fd(const struct state *state, __u32 type,
		     struct random *random)
{
	bool fits[FD_SLOTS];
	unsigned int i;

	for (i = 0; i < FD_SLOTS; i++)
		fits[i] = state->types[i] && type_fits(state->types[i], type);
	return choose_set(fits, FD_SLOTS, random);
}

/* Returns a slot for a new descriptor, a free slot if there is one. */
static int choose_into(const struct state *state, struct random *random)
{
	bool free[FD_SLOTS];
	unsigned int i;
	int chosen;

	for (i = 0; i < FD_SLOTS; i++)
		free[i] = !state->types[i];
	chosen = choose_set(free, FD_SLOTS, random);
	return chosen < 0 || random_one_in(random, 16) ?
	       (int)random_below(random, FD_SLOTS) : chosen;
}

static int choose_new_worker(const struct state *state, struct random *random)
{
	bool free[WORKERS];
	unsigned int i;

	for (i = 0; i < WORKERS; i++)
		free[i] = !state->started[i];
	return choose_set(free, WORKERS, random);
}

static unsigned int choose_kind(struct random *random)
{
	unsigned int i, sum = 0, ticket;

	for (i = 0; i < op_kind_count; i++)
		sum += op_kinds[i].weight;
	ticket = random_below(random, sum);
	for (i = 0; ticket >= op_kinds[i].weight; i++)
		ticket -= op_kinds[i].weight;
	return i;
}

/* Returns a kind that creates an object of that type, of any type for 0. */
static unsigned int kind_that_creates(__u32 type, struct random *random)
{
	unsigned int i, found = 0, chosen = 0;

	for (i = 0; i < op_kind_count; i++)
		if (op_creates(&op_kinds[i]) &&
		    (!type || op_kinds[i].type == type) &&
		    random_one_in(random, ++found))
			chosen = i;
	return chosen;
}

/* Returns whether the kind needs an epoll descriptor. */
static bool watches(const struct op_kind *kind)
{
	return op_find_arg(kind, "epoll") >= 0;
}

/*
 * Returns a kind that has to come before @index, if @index needs a descriptor
 * or a mapping that does not exist yet; else @index.
 */
static unsigned int kind_needed(const struct state *state, unsigned int index,
				struct random *random)
{
	const struct op_kind *kind = &op_kinds[index];
	bool needs_fd = op_find_class(kind, VALUE_FD) >= 0;
	bool needs_map = op_find_class(kind, VALUE_MAP) >= 0;

	if (random_one_in(random, 32))
		return index;
	if (needs_fd && choose_fd(state, kind->type, random) < 0)
		return kind_that_creates(kind->type, random);
	if (needs_map && !needs_fd &&
	    choose_set(state->mapped, MAP_SLOTS, random) < 0)
		return op_find_kind("map");
	if (watches(kind) && choose_fd(state, TYPE_OTHER, random) < 0)
		return op_find_kind("epoll");
	return index;
}

/* ------------------------------------------------------------------------ */
/* Arguments that depend on each other                                      */
/* ------------------------------------------------------------------------ */

static void polish_wait(struct op *op)
{
	const struct op_kind *kind = op_kind(op);
	__u64 *flags = &op->args[op_find_class(kind, VALUE_WAIT_FLAGS)];
	int word = op_find_class(kind, VALUE_WORD);

	*flags &= kind->flags;
	if (*flags & KIPC_PEEK)
		*flags |= KIPC_TRY;
	if (*flags & KIPC_TRY) {
		*flags &= ~(__u64)KIPC_REALTIME;
		op->args[op_find_class(kind, VALUE_DEADLINE)] = 0;
	}
	if (word >= 0 && !(*flags & KIPC_ARRIVED))
		op->args[word] = 0;
}

static void polish_create(struct op *op)
{
	const struct op_kind *kind = op_kind(op);
	__u64 *flags = &op->args[op_find_class(kind, VALUE_CREATE_FLAGS)];

	op->args[op_find_class(kind, VALUE_TYPE)] = kind->type;
	*flags &= kind->flags;
	if (arg_of(op, "name") == NAME_NONE)
		*flags &= ~(__u64)(KIPC_EXCLUSIVE | KIPC_PERSIST);
	/* Only types that can be packed have several elements. */
	if (!(kind->flags & KIPC_PACKED))
		op->args[op_find_class(kind, VALUE_ELEMENTS)] = 1;
}

static void polish_map(struct op *op, struct random *random)
{
	const struct op_kind *kind = op_kind(op);
	__u64 *flags = &op->args[op_find_class(kind, VALUE_MAP_FLAGS)];

	op->args[op_find_class(kind, VALUE_PROTECTION)] =
		random_one_in(random, 4) ? PROT_READ : PROT_READ | PROT_WRITE;
	*flags = (*flags & ~(__u64)MAP_PRIVATE) | MAP_SHARED;
}

void op_polish(struct op *op, struct random *random)
{
	const struct op_kind *kind = op_kind(op);

	if (kind->command && !op->args[IOCTL_EXTRA])
		op->args[IOCTL_FILL] = 0;
	if (op_find_class(kind, VALUE_WAIT_FLAGS) >= 0)
		polish_wait(op);
	if (op_find_class(kind, VALUE_CREATE_FLAGS) >= 0)
		polish_create(op);
	if (op_find_class(kind, VALUE_MAP_FLAGS) >= 0)
		polish_map(op, random);
}

/*
 * Makes arguments refer to what exists. If nothing does, they stay as they are.
 */
static void op_link(struct op *op, const struct state *state,
		    struct random *random)
{
	const struct op_kind *kind = op_kind(op);
	unsigned int i;
	int chosen;

	for (i = 0; i < op_arity(kind); i++) {
		chosen = -1;
		if (op_arg(kind, i)->class == VALUE_FD)
			chosen = choose_fd(state, kind->type, random);
		else if (op_arg(kind, i)->class == VALUE_INTO && kind->makes)
			chosen = choose_into(state, random);
		else if (op_arg(kind, i)->class == VALUE_INTO)
			chosen = choose_fd(state, watches(kind) ?
					   TYPE_OTHER : 0, random);
		else if (op_arg(kind, i)->class == VALUE_MAP &&
			 op_find_class(kind, VALUE_FD) < 0)
			chosen = choose_set(state->mapped, MAP_SLOTS, random);
		else if (op_arg(kind, i)->class == VALUE_NEW_WORKER)
			chosen = choose_new_worker(state, random);
		else if (op_arg(kind, i)->class == VALUE_WORKER)
			chosen = choose_set(state->started, WORKERS, random);
		if (chosen >= 0)
			op->args[i] = chosen;
	}
}

static void op_choose_args(struct op *op, struct random *random)
{
	const struct op_kind *kind = op_kind(op);
	unsigned int i;

	memset(op->args, 0, sizeof(op->args));
	for (i = 0; i < op_arity(kind); i++)
		op->args[i] = value_choose(op_arg(kind, i)->class, random);
}

void op_generate(const struct program *program, unsigned int at,
		 struct random *random, struct op *op)
{
	struct state state;

	state_before(&state, program, at);
	op->kind = kind_needed(&state, choose_kind(random), random);
	op->worker = choose_set(state.started, WORKERS, random);
	op->async = random_one_in(random, 6);
	op_choose_args(op, random);
	if (!random_one_in(random, 16))
		op_link(op, &state, random);
	if (!random_one_in(random, 16))
		op_polish(op, random);
}

void program_generate(struct program *program, struct random *random)
{
	unsigned int count = 2 + random_below(random, PROGRAM_OPS_MAX - 4);
	struct op op;

	program->count = 0;
	while (program->count < count) {
		op_generate(program, program->count, random, &op);
		program_insert(program, program->count, &op);
	}
}
