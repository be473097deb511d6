// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "op.h"

static const struct op_arg ioctl_args[2][IOCTL_FIELDS] = {
	{
		[IOCTL_FD] = { .name = "fd", .class = VALUE_FD },
		[IOCTL_AT] = { .name = "at", .class = VALUE_PLACE },
		[IOCTL_EXTRA] = { .name = "extra", .class = VALUE_EXTRA },
		[IOCTL_FILL] = { .name = "fill", .class = VALUE_FILL },
	}, {
		[IOCTL_FD] = { .name = "fd", .class = VALUE_DEVICE },
		[IOCTL_AT] = { .name = "at", .class = VALUE_PLACE },
		[IOCTL_EXTRA] = { .name = "extra", .class = VALUE_EXTRA },
		[IOCTL_FILL] = { .name = "fill", .class = VALUE_FILL },
	},
};

static unsigned int args_count(const struct op_arg *args)
{
	unsigned int i = 0;

	while (args[i].name)
		i++;
	return i;
}

/* Moves *@i to the next list if the list @args does not have that argument. */
static const struct op_arg *arg_in(const struct op_arg *args, unsigned int *i)
{
	unsigned int count = args ? args_count(args) : 0;

	if (*i < count)
		return &args[*i];
	*i -= count;
	return NULL;
}

const struct op_arg *op_arg(const struct op_kind *kind, unsigned int i)
{
	const struct op_arg *arg;

	if (kind->command) {
		if (i < IOCTL_FIELDS)
			return &ioctl_args[kind->device][i];
		i -= IOCTL_FIELDS;
	}
	arg = arg_in(kind->fields, &i);
	if (!arg)
		arg = arg_in(kind->attributes, &i);
	return arg ? arg : &kind->args[i];
}

unsigned int op_arity(const struct op_kind *kind)
{
	unsigned int count = args_count(kind->args);

	if (kind->command)
		count += IOCTL_FIELDS;
	if (kind->fields)
		count += args_count(kind->fields);
	if (kind->attributes)
		count += args_count(kind->attributes);
	return count;
}

int op_find_arg(const struct op_kind *kind, const char *name)
{
	unsigned int i;

	for (i = 0; i < op_arity(kind); i++)
		if (!strcmp(op_arg(kind, i)->name, name))
			return i;
	return -1;
}

int op_find_class(const struct op_kind *kind, enum value_class class)
{
	unsigned int i;

	for (i = 0; i < op_arity(kind); i++)
		if (op_arg(kind, i)->class == class)
			return i;
	return -1;
}

int op_find_kind(const char *name)
{
	unsigned int i;

	for (i = 0; i < op_kind_count; i++)
		if (!strcmp(op_kinds[i].name, name))
			return i;
	return -1;
}

bool op_creates(const struct op_kind *kind)
{
	return kind->makes && kind->type && kind->device;
}

/*
 * Format: "WORKER: NAME ARGUMENT=VALUE...". An async operation has '&' for ':'.
 */
int op_print(const struct op *op, char *text, size_t size)
{
	const struct op_kind *kind = op_kind(op);
	int length = snprintf(text, size, "%u%c %s", op->worker,
			      op->async ? '&' : ':', kind->name);
	unsigned int i;

	for (i = 0; i < op_arity(kind); i++) {
		const struct op_arg *arg = op_arg(kind, i);

		if (op->args[i] == value_default(arg->class))
			continue;
		length += snprintf(text + length, size - length, " %s=",
				   arg->name);
		length += value_print(arg->class, op->args[i], text + length,
				      size - length);
	}
	return length;
}

static const char *parse_arg(struct op *op, char *text, __u32 *given)
{
	const struct op_kind *kind = op_kind(op);
	char *value = strchr(text, '=');
	int i;

	if (!value)
		return "an argument without a value";
	*value++ = '\0';
	i = op_find_arg(kind, text);
	if (i < 0)
		return "an argument that this operation does not have";
	if (*given & 1U << i)
		return "an argument given twice";
	*given |= 1U << i;
	if (!value_parse(op_arg(kind, i)->class, value, &op->args[i]))
		return "a value that this argument cannot have";
	return NULL;
}

static const char *parse_worker(struct op *op, const char *text)
{
	if (!text || text[0] < '0' || text[0] >= '0' + WORKERS)
		return "no worker";
	if ((text[1] != ':' && text[1] != '&') || text[2])
		return "neither ':' nor '&' after the worker";
	op->worker = text[0] - '0';
	op->async = text[1] == '&';
	return NULL;
}

static const char *parse_kind(struct op *op, const char *name)
{
	int index = name ? op_find_kind(name) : -1;
	unsigned int i;

	if (index < 0)
		return "no such operation";
	op->kind = index;
	for (i = 0; i < op_arity(op_kind(op)); i++)
		op->args[i] = value_default(op_arg(op_kind(op), i)->class);
	return NULL;
}

const char *op_parse(struct op *op, char *text)
{
	const char *separators = " \t", *error;
	char *rest, *word;
	__u32 given = 0;

	memset(op, 0, sizeof(*op));
	error = parse_worker(op, strtok_r(text, separators, &rest));
	if (!error)
		error = parse_kind(op, strtok_r(NULL, separators, &rest));
	while (!error && (word = strtok_r(NULL, separators, &rest)))
		error = parse_arg(op, word, &given);
	return error;
}
