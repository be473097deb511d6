// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "table.h"

#define MIN_CHAINS	(1ULL << 10)
#define MAX_CHAINS	(1ULL << 22)

/*
 * An upper bound of the size of all entries. An entry has 24 bytes and the
 * word, rounded up to 8. There are fewer than 24000 words of one or two bytes
 * (of 154 letters); their entries fit into SHORT_WORDS bytes. A longer word,
 * with the byte that ends it, takes at least 4 bytes of text. Its entry takes
 * at most ENTRY_RATIO times as many: 32 bytes for 4.
 */
#define SHORT_WORDS	(1ULL << 20)
#define ENTRY_RATIO	8

/*
 * Bytes of text for each hash chain. Long texts have few distinct words
 * compared to their length.
 */
#define TEXT_PER_CHAIN	512

static uint64_t table_chains(uint64_t bytes)
{
	uint64_t chains = MIN_CHAINS;

	while (chains < MAX_CHAINS && chains < bytes / TEXT_PER_CHAIN)
		chains *= 2;
	return chains;
}

struct table *table_create(uint64_t bytes, uint64_t texts, bool shared)
{
	uint64_t chains = table_chains(bytes), entries, size;
	struct table *table;

	if (__builtin_add_overflow(bytes, texts, &entries) ||
	    __builtin_mul_overflow(entries, ENTRY_RATIO, &entries) ||
	    __builtin_add_overflow(entries, SHORT_WORDS + sizeof(*table) +
				   chains * sizeof(table->heads[0]), &size) ||
	    size > SIZE_MAX) {
		errno = ENOMEM;
		return NULL;
	}
	table = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_ANONYMOUS |
		     MAP_NORESERVE | (shared ? MAP_SHARED : MAP_PRIVATE),
		     -1, 0);
	if (table == MAP_FAILED)
		return NULL;
	/*
	 * Huge pages would allocate memory that is never touched. This may
	 * fail, because it only saves memory.
	 */
	madvise(table, size, MADV_NOHUGEPAGE);
	table->size = size;
	table->used = sizeof(*table) + chains * sizeof(table->heads[0]);
	table->chains = chains;
	return table;
}

void table_destroy(struct table *table)
{
	if (table)
		munmap(table, table->size);
}

/* FNV-1a: http://www.isthe.com/chongo/tech/comp/fnv/ */
static uint32_t table_hash(const char *word, size_t length)
{
	uint32_t hash = 2166136261U;
	size_t i;

	for (i = 0; i < length; i++)
		hash = (hash ^ (unsigned char)word[i]) * 16777619U;
	return hash;
}

static struct table_entry *table_entry_at(const struct table *table, uint64_t where)
{
	return (struct table_entry *)((char *)table + where);
}

static uint64_t table_entry_size(size_t length)
{
	return (sizeof(struct table_entry) + (uint64_t)length + 7) & ~7ULL;
}

static uint64_t table_head(const struct table *table, uint32_t hash)
{
	return hash & (table->chains - 1);
}

static struct table_entry *table_lookup(const struct table *table, const char *word,
					size_t length, uint32_t hash)
{
	uint64_t where = table->heads[table_head(table, hash)];
	struct table_entry *entry;

	for (; where; where = entry->next) {
		entry = table_entry_at(table, where);
		if (entry->hash == hash && entry->length == length &&
		    !memcmp(entry->word, word, length))
			return entry;
	}
	return NULL;
}

static struct table_entry *table_append(struct table *table, const char *word,
					size_t length, uint32_t hash)
{
	uint64_t *head = &table->heads[table_head(table, hash)];
	uint64_t size = table_entry_size(length);
	struct table_entry *entry;

	if (length > UINT32_MAX || size > table->size - table->used)
		return NULL;
	entry = table_entry_at(table, table->used);
	entry->next = *head;
	entry->count = 0;
	entry->hash = hash;
	entry->length = length;
	memcpy(entry->word, word, length);
	*head = table->used;
	table->used += size;
	table->distinct++;
	return entry;
}

int table_add(struct table *table, const char *word, size_t length,
	      uint64_t count)
{
	uint32_t hash = table_hash(word, length);
	struct table_entry *entry = table_lookup(table, word, length, hash);

	if (!entry)
		entry = table_append(table, word, length, hash);
	if (!entry)
		return -ENOSPC;
	entry->count += count;
	table->total += count;
	return 0;
}

const struct table_entry *table_find(const struct table *table,
				     const char *word, size_t length)
{
	return table_lookup(table, word, length, table_hash(word, length));
}

const struct table_entry *table_next(const struct table *table,
				     const struct table_entry *entry)
{
	uint64_t where;

	if (entry)
		where = (uint64_t)((char *)entry - (char *)table) +
			table_entry_size(entry->length);
	else
		where = sizeof(*table) +
			table->chains * sizeof(table->heads[0]);
	return where < table->used ? table_entry_at(table, where) : NULL;
}

static int table_compare(const void *left, const void *right)
{
	const struct table_entry *a = *(const struct table_entry *const *)left;
	const struct table_entry *b = *(const struct table_entry *const *)right;
	size_t shorter = a->length < b->length ? a->length : b->length;
	int order;

	if (a->count != b->count)
		return a->count < b->count ? 1 : -1;
	order = memcmp(a->word, b->word, shorter);
	return order ? order : (a->length > b->length) - (a->length < b->length);
}

const struct table_entry **table_sorted(const struct table *table)
{
	const struct table_entry **sorted, *entry;
	size_t count = 0;

	/* One more than needed, because malloc(0) may return NULL. */
	sorted = malloc((table->distinct + 1) * sizeof(*sorted));
	if (!sorted)
		return NULL;
	for (entry = table_next(table, NULL); entry;
	     entry = table_next(table, entry))
		sorted[count++] = entry;
	qsort(sorted, count, sizeof(*sorted), table_compare);
	return sorted;
}
