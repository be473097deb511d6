/* SPDX-License-Identifier: MIT */
/**
 * @file report.h
 * The output of the program.
 */
#ifndef WORDCOUNT_REPORT_H
#define WORDCOUNT_REPORT_H

#include <stdbool.h>

#include "table.h"
#include "team.h"

/** Print the @p top most frequent words. Ends the program on failure. */
void report_words(const struct table *table, unsigned int top);

/** Print what each worker has counted. */
void report_shares(const struct team *team);

/** Print how often the processes did each operation and waited for it. */
void report_operations(const struct team *team);

/**
 * Compare the result of the workers with that of a single process. Prints the
 * first differences.
 * @return whether they are equal
 */
bool report_comparison(const struct table *result, const struct table *single);

#endif /* WORDCOUNT_REPORT_H */
