// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "tokenizer.h"

#define FIRST_ROOM	64

void tokenizer_init(struct tokenizer *tokenizer, word_function *found,
		    void *context)
{
	memset(tokenizer, 0, sizeof(*tokenizer));
	tokenizer->found = found;
	tokenizer->context = context;
}

void tokenizer_exit(struct tokenizer *tokenizer)
{
	free(tokenizer->word);
	tokenizer->word = NULL;
}

/* isalpha() and tolower() are not used because they depend on the locale. */
static bool tokenizer_is_letter(unsigned char byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
	       byte >= 0x80;
}

static char tokenizer_lower(unsigned char byte)
{
	return byte >= 'A' && byte <= 'Z' ? byte - 'A' + 'a' : byte;
}

static int tokenizer_grow(struct tokenizer *tokenizer)
{
	size_t room = tokenizer->room ? 2 * tokenizer->room : FIRST_ROOM;
	char *word = realloc(tokenizer->word, room);

	if (!word)
		return -ENOMEM;
	tokenizer->word = word;
	tokenizer->room = room;
	return 0;
}

static int tokenizer_append(struct tokenizer *tokenizer, char letter)
{
	int error;

	if (tokenizer->length == tokenizer->room) {
		error = tokenizer_grow(tokenizer);
		if (error)
			return error;
	}
	tokenizer->word[tokenizer->length++] = letter;
	return 0;
}

int tokenizer_end(struct tokenizer *tokenizer)
{
	size_t length = tokenizer->length;

	if (!length)
		return 0;
	tokenizer->length = 0;
	return tokenizer->found(tokenizer->context, tokenizer->word, length);
}

int tokenizer_feed(struct tokenizer *tokenizer, const char *text, size_t size)
{
	size_t i;
	int error;

	for (i = 0; i < size; i++) {
		if (tokenizer_is_letter(text[i]))
			error = tokenizer_append(tokenizer,
						 tokenizer_lower(text[i]));
		else
			error = tokenizer_end(tokenizer);
		if (error)
			return error;
	}
	return 0;
}
