// SPDX-License-Identifier: MIT
/* Semaphores: the slow way; the fast one is inline in kipc.h. */
#include <string.h>

#include "attachment.h"

static struct kipc_semaphore *semaphore_of(const struct kipc_object *object)
{
	struct kipc_semaphore *semaphore = object->handle;

	semaphore->words = object->words;
	semaphore->elements = object->elements;
	semaphore->max = object->attributes.semaphore.max;
	semaphore->fd = object->fd;
	kipc_words_join(&semaphore->words);
	return semaphore;
}

int kipc_semaphore_create(struct kipc_semaphore **semaphore, const char *name,
			  const struct kipc_semaphore_options *options)
{
	static const struct kipc_semaphore_options defaults;
	struct kipc_create_args args;
	struct kipc_object object;
	int error;

	if (!options)
		options = &defaults;
	/* An initialiser need not clear the attributes' unused bytes. */
	memset(&args, 0, sizeof(args));
	args.flags = options->flags;
	args.type = KIPC_SEMAPHORE;
	args.elements = options->elements ?: 1;
	args.mode = options->mode ?: 0600;
	args.attributes.semaphore.initial = options->initial;
	args.attributes.semaphore.max = options->max ?: KIPC_SEMAPHORE_MAX;
	error = kipc_object_create(&object, sizeof(**semaphore), &args, name);
	*semaphore = error ? NULL : semaphore_of(&object);
	return error;
}

int kipc_semaphore_open(struct kipc_semaphore **semaphore, const char *name,
			unsigned int access)
{
	struct kipc_object object;
	int error;

	error = kipc_object_open(&object, sizeof(**semaphore), KIPC_SEMAPHORE,
				 name, access);
	*semaphore = error ? NULL : semaphore_of(&object);
	return error;
}

int kipc_semaphore_import(struct kipc_semaphore **semaphore, int fd)
{
	struct kipc_object object;
	int error;

	error = kipc_object_import(&object, sizeof(**semaphore),
				   KIPC_SEMAPHORE, fd);
	*semaphore = error ? NULL : semaphore_of(&object);
	return error;
}

void kipc_semaphore_close(struct kipc_semaphore *semaphore)
{
	if (!semaphore)
		return;
	kipc_words_leave(&semaphore->words);
	kipc_object_close(semaphore, &semaphore->words, semaphore->fd);
}

int kipc_semaphore_fd(const struct kipc_semaphore *semaphore)
{
	return semaphore->fd;
}

int kipc_semaphore_post_slow(struct kipc_semaphore *semaphore,
			     uint32_t element, uint32_t count)
{
	struct kipc_semaphore_post_args args = {
		.size = sizeof(args),
		.element = element,
		.count = count,
	};

	return kipc_call(semaphore->fd, KIPC_SEMAPHORE_POST, &args);
}

int kipc_semaphore_wait_slow(struct kipc_semaphore *semaphore,
			     uint32_t element, uint32_t count,
			     int64_t deadline, unsigned int flags)
{
	struct kipc_semaphore_wait_args args = {
		.size = sizeof(args),
		.flags = flags,
		.element = element,
		.count = count,
		.deadline = deadline,
	};

	return kipc_call(semaphore->fd, KIPC_SEMAPHORE_WAIT, &args);
}

int kipc_semaphore_value(struct kipc_semaphore *semaphore, uint32_t element,
			 uint32_t *value)
{
	struct kipc_semaphore_value_args args = {
		.size = sizeof(args),
		.element = element,
	};
	int error;

	error = kipc_call(semaphore->fd, KIPC_SEMAPHORE_VALUE, &args);
	if (!error)
		*value = args.value;
	return error;
}
