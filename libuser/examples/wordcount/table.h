/* SPDX-License-Identifier: MIT */
/**
 * @file table.h
 * DOC: a table of words that counts how often each occurs
 *
 * hsearch() and tsearch() use pointers and malloc(), so their tables cannot be
 * in memory that processes share. This table is one mapping: a header, the
 * heads of the hash chains, and the entries one after another. It contains no
 * pointers. It never grows: the mapping is as large as the text can require,
 * and the kernel provides only the pages that are touched. The table does no
 * locking.
 */
#ifndef WORDCOUNT_TABLE_H
#define WORDCOUNT_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct table_entry {
	uint64_t next;		/**< offset of the next in the chain, 0: none */
	uint64_t count;		/**< how often the word occurred */
	uint32_t hash;		/**< of the word */
	uint32_t length;	/**< bytes in the word */
	char word[];		/**< without a NUL */
};

struct table {
	uint64_t size;		/**< bytes of the mapping */
	uint64_t used;		/**< bytes in use */
	uint64_t distinct;	/**< number of entries */
	uint64_t total;		/**< sum of all counts */
	uint64_t chains;	/**< number of chains, a power of two */
	uint64_t heads[];	/**< offset of each chain's first, 0: empty */
};

/**
 * Make an empty table.
 * @param bytes   of text; all words of a text of this size fit in
 * @param texts   files that the text consists of; the end of a file ends a word
 * @param shared  whether children of this process share the table or get a copy
 * @return the table, or NULL and errno is set
 */
struct table *table_create(uint64_t bytes, uint64_t texts, bool shared);

/** Free a table. NULL is ignored. */
void table_destroy(struct table *table);

/**
 * Add to the count of a word.
 * @return 0; -ENOSPC: the table is full, and nothing has changed
 */
int table_add(struct table *table, const char *word, size_t length,
	      uint64_t count);

/** Return the entry of a word, or NULL. */
const struct table_entry *table_find(const struct table *table,
				     const char *word, size_t length);

/**
 * Return the entry after @p entry, the first one if that is NULL, or NULL at
 * the end.
 */
const struct table_entry *table_next(const struct table *table,
				     const struct table_entry *entry);

/**
 * Sort all entries: the most frequent first, equal ones by word.
 * @return an array of table->distinct pointers, to be freed with free(), or
 *         NULL and errno is set
 */
const struct table_entry **table_sorted(const struct table *table);

#endif /* WORDCOUNT_TABLE_H */
