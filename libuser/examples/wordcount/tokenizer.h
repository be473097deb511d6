/* SPDX-License-Identifier: MIT */
/**
 * @file tokenizer.h
 * DOC: what a word is
 *
 * A word is a longest run of ASCII letters and of bytes from 0x80 on, with
 * the ASCII letters in lower case. So text in UTF-8 keeps its words whole,
 * apart from punctuation and capitals beyond ASCII, which count as letters.
 *
 * Text comes in pieces that may end in the middle of a word.
 */
#ifndef WORDCOUNT_TOKENIZER_H
#define WORDCOUNT_TOKENIZER_H

#include <stddef.h>

/** What is done with a word: 0, or a negative errno that ends it all. */
typedef int word_function(void *context, const char *word, size_t length);

struct tokenizer {
	word_function *found;
	void *context;		/**< for @found */
	char *word;		/**< the word that has begun */
	size_t length;		/**< bytes in it so far */
	size_t room;		/**< bytes that it may have */
};

void tokenizer_init(struct tokenizer *tokenizer, word_function *found,
		    void *context);

/** The next piece: 0, -ENOMEM, or what @found said. */
int tokenizer_feed(struct tokenizer *tokenizer, const char *text, size_t size);

/** The text ends here, and a word with it. The next one may begin. */
int tokenizer_end(struct tokenizer *tokenizer);

/** Free what the tokenizer holds. */
void tokenizer_exit(struct tokenizer *tokenizer);

#endif /* WORDCOUNT_TOKENIZER_H */
