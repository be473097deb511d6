/* SPDX-License-Identifier: MIT */
/**
 * @file report.h
 * What the program prints of its work.
 */
#ifndef WORDCOUNT_REPORT_H
#define WORDCOUNT_REPORT_H

#include <stdbool.h>

#include "table.h"
#include "team.h"

/** The @p top most frequent words; ends the program if memory is short. */
void report_words(const struct table *table, unsigned int top);

/** What each worker has counted. */
void report_shares(const struct team *team);

/** How often all processes did what, and waited for it. */
void report_operations(const struct team *team);

/**
 * Compare the workers' result with a single process's.
 * @return whether they are equal; if not, the first differences are printed
 */
bool report_comparison(const struct table *result, const struct table *single);

#endif /* WORDCOUNT_REPORT_H */
