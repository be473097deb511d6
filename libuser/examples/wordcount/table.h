/* SPDX-License-Identifier: MIT */
/**
 * @file table.h
 * DOC: a table of words and how often each occurred
 *
 * hsearch() and tsearch() keep pointers to what malloc() gave, so neither can
 * lie in memory that processes share. This table is one mapping: a header,
 * the heads of the hash chains, and the entries one after another. Nothing in
 * it is a pointer, and it never grows: the mapping is as large as the text
 * can possibly need, and the kernel provides only those pages of it that are
 * touched. The table does no locking.
 */
#ifndef WORDCOUNT_TABLE_H
#define WORDCOUNT_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct table_entry {
	uint64_t next;		/**< where the next of the chain is, 0: none */
	uint64_t count;		/**< times that the word occurred */
	uint32_t hash;		/**< of the word */
	uint32_t length;	/**< bytes in the word */
	char word[];		/**< without a NUL */
};

struct table {
	uint64_t size;		/**< bytes of it all */
	uint64_t used;		/**< of them */
	uint64_t distinct;	/**< words */
	uint64_t total;		/**< of all counts */
	uint64_t chains;	/**< a power of two */
	uint64_t heads[];	/**< where each chain begins, 0: empty */
};

/**
 * Make an empty table.
 * @param bytes   of text, all words of which fit in
 * @param texts   that the text consists of: a word ends with each
 * @param shared  the same to children of this process, not a copy
 * @return the table, or NULL and errno
 */
struct table *table_create(uint64_t bytes, uint64_t texts, bool shared);

/** Give a table back. NULL is fine. */
void table_destroy(struct table *table);

/**
 * Add to a word's count.
 * @return 0, -ENOSPC where the table is full; nothing changed then
 */
int table_add(struct table *table, const char *word, size_t length,
	      uint64_t count);

/** The entry of a word, or NULL. */
const struct table_entry *table_find(const struct table *table,
				     const char *word, size_t length);

/** The first entry (of NULL), the one after @p entry, or NULL at the end. */
const struct table_entry *table_next(const struct table *table,
				     const struct table_entry *entry);

/**
 * All entries, the most frequent first, equal ones by word.
 * @return an array of table->distinct to free(), or NULL and errno
 */
const struct table_entry **table_sorted(const struct table *table);

#endif /* WORDCOUNT_TABLE_H */
