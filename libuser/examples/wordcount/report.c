// SPDX-License-Identifier: MIT
#include <errno.h>
#include <error.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "report.h"
#include "wordcount.h"

#define DIFFERENCES	5	/* most that are printed */

void report_words(const struct table *table, unsigned int top)
{
	const struct table_entry **sorted;
	uint64_t i;

	if (!top)
		return;
	sorted = table_sorted(table);
	if (!sorted)
		error(EXIT_TROUBLE, errno, "no memory to sort the words");
	printf("%10s  %s\n", "count", "word");
	for (i = 0; i < top && i < table->distinct; i++)
		printf("%10" PRIu64 "  %.*s\n", sorted[i]->count,
		       (int)sorted[i]->length, sorted[i]->word);
	free(sorted);
}

static void report_share(const char *label, const struct counted *counted)
{
	printf("%10s %10" PRIu64 " %12" PRIu64 " %12" PRIu64 "\n", label,
	       counted->files, counted->bytes, counted->words);
}

void report_shares(const struct team *team)
{
	struct counted all = { 0 };
	unsigned int i;
	char label[16];

	printf("\n%10s %10s %12s %12s\n", "worker", "files", "bytes", "words");
	for (i = 1; i <= team->workers; i++) {
		const struct counted *counted = &team->shares[i].counted;

		snprintf(label, sizeof(label), "%u", i);
		report_share(label, counted);
		all.files += counted->files;
		all.bytes += counted->bytes;
		all.words += counted->words;
	}
	report_share("all", &all);
}

void report_operations(const struct team *team)
{
	static const char *const labels[OPERATIONS] = {
		[SEND] = "mailbox: send",
		[RECEIVE] = "mailbox: receive",
		[TAKE_FLIGHT] = "semaphore: files in flight",
		[TAKE_GUARD] = "semaphore: shared result",
		[ARRIVE] = "barrier: counted",
	};
	struct tally sum;
	unsigned int i, o;

	printf("\n%-28s %10s %10s\n", "operation", "times", "waits");
	for (o = 0; o < OPERATIONS; o++) {
		sum = (struct tally){ 0 };
		for (i = 0; i <= team->workers; i++) {
			sum.times += team->shares[i].tallies[o].times;
			sum.waits += team->shares[i].tallies[o].waits;
		}
		printf("%-28s %10" PRIu64 " %10" PRIu64 "\n", labels[o],
		       sum.times, sum.waits);
	}
}

static uint64_t report_count(const struct table *table,
			     const struct table_entry *entry)
{
	const struct table_entry *found;

	found = table_find(table, entry->word, entry->length);
	return found ? found->count : 0;
}

static void report_difference(const struct table_entry *entry, uint64_t workers,
			      uint64_t single)
{
	printf("comparison: '%.*s': %" PRIu64 " by the workers, %" PRIu64
	       " by a single process\n", (int)entry->length, entry->word,
	       workers, single);
}

bool report_comparison(const struct table *result, const struct table *single)
{
	const struct table_entry *entry;
	uint64_t other, differences = 0;

	for (entry = table_next(single, NULL); entry;
	     entry = table_next(single, entry)) {
		other = report_count(result, entry);
		if (other != entry->count && differences++ < DIFFERENCES)
			report_difference(entry, other, entry->count);
	}
	/* The words in both tables have been compared above. */
	for (entry = table_next(result, NULL); entry;
	     entry = table_next(result, entry)) {
		other = report_count(single, entry);
		if (!other && differences++ < DIFFERENCES)
			report_difference(entry, entry->count, 0);
	}
	if (differences)
		printf("comparison: %" PRIu64 " words differ\n", differences);
	else
		printf("comparison: equal (%" PRIu64 " distinct words, %" PRIu64
		       " in all)\n", single->distinct, single->total);
	return !differences;
}
