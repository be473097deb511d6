/* SPDX-License-Identifier: MIT */
/**
 * @file tokenizer.h
 * DOC: what a word is
 *
 * A word is a maximal run of ASCII letters and of bytes from 0x80 on, with the
 * ASCII letters in lower case. So words in UTF-8 stay whole, but punctuation
 * and capital letters beyond ASCII count as letters, too.
 *
 * The text comes in pieces, which may end in the middle of a word.
 */
#ifndef WORDCOUNT_TOKENIZER_H
#define WORDCOUNT_TOKENIZER_H

#include <stddef.h>

/**
 * The function that is called for each word. It returns 0, or a negative errno
 * that ends the reading.
 */
typedef int word_function(void *context, const char *word, size_t length);

struct tokenizer {
	word_function *found;
	void *context;		/**< passed to @found */
	char *word;		/**< the word that has begun */
	size_t length;		/**< its bytes so far */
	size_t room;		/**< bytes allocated for it */
};

/** Begin a text; @found is called with @context for each word. */
void tokenizer_init(struct tokenizer *tokenizer, word_function *found,
		    void *context);

/** Read the next piece; returns 0, -ENOMEM, or an error of @found. */
int tokenizer_feed(struct tokenizer *tokenizer, const char *text, size_t size);

/**
 * End the text, which also ends a word. Another text may follow.
 * @return 0 or an error of @found
 */
int tokenizer_end(struct tokenizer *tokenizer);

/** Free the memory of the tokenizer. */
void tokenizer_exit(struct tokenizer *tokenizer);

#endif /* WORDCOUNT_TOKENIZER_H */
