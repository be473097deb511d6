/* SPDX-License-Identifier: MIT */
/**
 * @file count.h
 * Counting the words of one file.
 */
#ifndef WORDCOUNT_COUNT_H
#define WORDCOUNT_COUNT_H

#include <stdint.h>

#include "table.h"

/** The totals of what has been counted. */
struct counted {
	uint64_t files;
	uint64_t bytes;
	uint64_t words;
};

/**
 * Count the words of a file.
 * @param path     of the file
 * @param table    the words are added to it
 * @param counted  the totals are added to it
 * @return 0 or a negative errno; -ENOSPC: the table is full, because the file
 *         has grown since the table was made
 */
int count_file(const char *path, struct table *table, struct counted *counted);

#endif /* WORDCOUNT_COUNT_H */
