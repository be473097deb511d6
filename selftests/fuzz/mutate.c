// SPDX-License-Identifier: GPL-2.0-only
#include "generate.h"
#include "mutate.h"

static unsigned int choose_at(const struct program *program,
			      struct random *random)
{
	return random_below(random, program->count);
}

static void mutate_insert(struct program *program, struct random *random)
{
	unsigned int at = random_below(random, program->count + 1);
	struct op op;

	op_generate(program, at, random, &op);
	program_insert(program, at, &op);
}

static void mutate_remove(struct program *program, struct random *random)
{
	if (program->count > 1)
		program_remove(program, choose_at(program, random));
}

static void mutate_replace(struct program *program, struct random *random)
{
	unsigned int at = choose_at(program, random);

	op_generate(program, at, random, &program->ops[at]);
}

static void mutate_args(struct program *program, struct random *random)
{
	struct op *op = &program->ops[choose_at(program, random)];
	unsigned int arity = op_arity(op_kind(op)), i;

	if (!arity)
		return;
	do {
		i = random_below(random, arity);
		op->args[i] = value_mutate(op_arg(op_kind(op), i)->class,
					   op->args[i], random);
	} while (random_one_in(random, 2));
	if (random_one_in(random, 4))
		op_polish(op, random);
}

static void mutate_worker(struct program *program, struct random *random)
{
	struct op *op = &program->ops[choose_at(program, random)];

	if (random_one_in(random, 2))
		op->async = !op->async;
	else
		op->worker = random_below(random, WORKERS);
}

static void mutate_swap(struct program *program, struct random *random)
{
	unsigned int a = choose_at(program, random);
	unsigned int b = choose_at(program, random);
	struct op op = program->ops[a];

	program->ops[a] = program->ops[b];
	program->ops[b] = op;
}

static void mutate_repeat(struct program *program, struct random *random)
{
	struct op op = program->ops[choose_at(program, random)];

	if (random_one_in(random, 2))
		op.worker = random_below(random, WORKERS);
	program_insert(program, random_below(random, program->count + 1), &op);
}

/* Replaces the end of the program by the end of another one. */
static void mutate_splice(struct program *program, const struct program *other,
			  struct random *random)
{
	unsigned int from = choose_at(other, random);

	program->count = random_below(random, program->count + 1);
	while (from < other->count && program->count < PROGRAM_OPS_MAX)
		program->ops[program->count++] = other->ops[from++];
}

static void mutate_once(struct program *program, const struct program *other,
			struct random *random)
{
	switch (random_below(random, 16)) {
	case 0 ... 3:
		mutate_insert(program, random);
		break;
	case 4 ... 5:
		mutate_remove(program, random);
		break;
	case 6:
		mutate_replace(program, random);
		break;
	case 7 ... 10:
		mutate_args(program, random);
		break;
	case 11:
		mutate_worker(program, random);
		break;
	case 12:
		mutate_swap(program, random);
		break;
	case 13 ... 14:
		mutate_repeat(program, random);
		break;
	default:
		mutate_splice(program, other, random);
		break;
	}
}

void program_mutate(struct program *program, const struct program *other,
		    struct random *random)
{
	do {
		if (!program->count)
			mutate_insert(program, random);
		mutate_once(program, other, random);
	} while (random_one_in(random, 2));
	if (!program->count)
		mutate_insert(program, random);
}
