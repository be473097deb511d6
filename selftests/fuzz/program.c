// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "program.h"

#define LINE_MAX_BYTES	2048

int program_print(const struct program *program, char *text, size_t size)
{
	unsigned int i;
	int length = 0;

	for (i = 0; i < program->count; i++) {
		length += op_print(&program->ops[i], text + length,
				   size - length);
		length += snprintf(text + length, size - length, "\n");
	}
	return length;
}

static bool add_line(struct program *program, char *line,
		     struct program_error *error)
{
	if (program->count == PROGRAM_OPS_MAX)
		error->reason = "too many operations";
	else
		error->reason = op_parse(&program->ops[program->count], line);
	if (error->reason)
		return false;
	program->count++;
	return true;
}

/* Copies the next line, without its comment and outer white space, to @line. */
static bool read_line(const char **text, char *line)
{
	size_t length = strcspn(*text, "\n"), used = strcspn(*text, "#\n");
	const char *from = *text;

	*text = from[length] ? from + length + 1 : NULL;
	while (used && strchr(" \t\r", *from)) {
		from++;
		used--;
	}
	while (used && strchr(" \t\r", from[used - 1]))
		used--;
	if (used >= LINE_MAX_BYTES)
		return false;
	memcpy(line, from, used);
	line[used] = '\0';
	return true;
}

bool program_parse(struct program *program, const char **text,
		   struct program_error *error)
{
	char line[LINE_MAX_BYTES];

	program->count = 0;
	error->reason = NULL;
	while (*text) {
		error->line++;
		if (!read_line(text, line)) {
			error->reason = "the line is too long";
			return false;
		}
		if (!strcmp(line, "next"))
			return true;
		if (*line && !add_line(program, line, error))
			return false;
	}
	return true;
}

__u64 program_hash(const struct program *program)
{
	__u64 hash = 0xcbf29ce484222325ULL;
	static char text[PROGRAM_TEXT_MAX];
	const char *c;

	/* FNV-1a */
	program_print(program, text, sizeof(text));
	for (c = text; *c; c++)
		hash = (hash ^ (__u8)*c) * 0x100000001b3ULL;
	return program->count ? hash : 0;
}

static bool op_equal(const struct op *a, const struct op *b)
{
	return a->kind == b->kind && a->worker == b->worker &&
	       a->async == b->async &&
	       !memcmp(a->args, b->args, sizeof(a->args));
}

bool program_equal(const struct program *a, const struct program *b)
{
	unsigned int i;

	for (i = 0; i < a->count && i < b->count; i++)
		if (!op_equal(&a->ops[i], &b->ops[i]))
			return false;
	return a->count == b->count;
}

/* If the program is full, its last operation is removed. */
void program_insert(struct program *program, unsigned int at,
		    const struct op *op)
{
	if (program->count == PROGRAM_OPS_MAX)
		program->count--;
	if (at > program->count)
		at = program->count;
	memmove(&program->ops[at + 1], &program->ops[at],
		(program->count - at) * sizeof(*op));
	program->ops[at] = *op;
	program->count++;
}

void program_remove(struct program *program, unsigned int at)
{
	program->count--;
	memmove(&program->ops[at], &program->ops[at + 1],
		(program->count - at) * sizeof(program->ops[0]));
}
