// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests the parts of the word count example that need no module: splitting text
 * into words, the table in shared memory, and counting the words of a file.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "../../libuser/examples/wordcount/table.c"
#include "../../libuser/examples/wordcount/tokenizer.c"
#include "../../libuser/examples/wordcount/count.c"

#define WORDS	1000

/* The words found so far, joined with spaces. */
struct found {
	char text[256];
	int refuse;		/* negative errno to return, or 0 */
};

static int join(void *context, const char *word, size_t length)
{
	struct found *found = context;
	size_t used = strlen(found->text);

	if (found->refuse)
		return found->refuse;
	if (used)
		found->text[used++] = ' ';
	memcpy(found->text + used, word, length);
	found->text[used + length] = '\0';
	return 0;
}

FIXTURE(tokenizer) {
	struct tokenizer tokenizer;
	struct found found;
};

FIXTURE_SETUP(tokenizer)
{
	memset(&self->found, 0, sizeof(self->found));
	tokenizer_init(&self->tokenizer, join, &self->found);
}

FIXTURE_TEARDOWN(tokenizer)
{
	tokenizer_exit(&self->tokenizer);
}

TEST_F(tokenizer, splits_and_lowers)
{
	const char *text = "  The GNU's cat,42dogs\n\"end\"";

	EXPECT_EQ(0, tokenizer_feed(&self->tokenizer, text, strlen(text)));
	EXPECT_EQ(0, tokenizer_end(&self->tokenizer));
	EXPECT_STREQ("the gnu s cat dogs end", self->found.text);
}

TEST_F(tokenizer, keeps_words_across_pieces)
{
	const char *text = "one two";
	size_t i;

	for (i = 0; i < strlen(text); i++)
		EXPECT_EQ(0, tokenizer_feed(&self->tokenizer, text + i, 1));
	EXPECT_EQ(0, tokenizer_end(&self->tokenizer));
	EXPECT_STREQ("one two", self->found.text);
}

TEST_F(tokenizer, end_of_text_ends_a_word)
{
	EXPECT_EQ(0, tokenizer_feed(&self->tokenizer, "ab", 2));
	EXPECT_EQ(0, tokenizer_end(&self->tokenizer));
	EXPECT_EQ(0, tokenizer_feed(&self->tokenizer, "cd", 2));
	EXPECT_EQ(0, tokenizer_end(&self->tokenizer));
	EXPECT_STREQ("ab cd", self->found.text);
}

TEST_F(tokenizer, keeps_bytes_beyond_ascii)
{
	EXPECT_EQ(0, tokenizer_feed(&self->tokenizer, "na\xc3\xafve", 6));
	EXPECT_EQ(0, tokenizer_end(&self->tokenizer));
	EXPECT_STREQ("na\xc3\xafve", self->found.text);
}

TEST_F(tokenizer, nothing_makes_no_word)
{
	EXPECT_EQ(0, tokenizer_feed(&self->tokenizer, " \0\n7", 4));
	EXPECT_EQ(0, tokenizer_end(&self->tokenizer));
	EXPECT_STREQ("", self->found.text);
}

TEST_F(tokenizer, stops_where_it_is_told_to)
{
	self->found.refuse = -ENOSPC;
	EXPECT_EQ(-ENOSPC, tokenizer_feed(&self->tokenizer, "a b", 3));
}

FIXTURE(table) {
	struct table *table;
};

FIXTURE_SETUP(table)
{
	self->table = table_create(16 * WORDS, 1, true);
	ASSERT_NE(NULL, self->table);
}

FIXTURE_TEARDOWN(table)
{
	table_destroy(self->table);
}

TEST_F(table, starts_empty)
{
	EXPECT_EQ(0, self->table->distinct);
	EXPECT_EQ(0, self->table->total);
	EXPECT_EQ(NULL, table_find(self->table, "a", 1));
	EXPECT_EQ(NULL, table_next(self->table, NULL));
}

TEST_F(table, counts)
{
	EXPECT_EQ(0, table_add(self->table, "cat", 3, 2));
	EXPECT_EQ(0, table_add(self->table, "ca", 2, 1));
	EXPECT_EQ(0, table_add(self->table, "cat", 3, 3));
	EXPECT_EQ(2, self->table->distinct);
	EXPECT_EQ(6, self->table->total);
	EXPECT_EQ(5, table_find(self->table, "cat", 3)->count);
	EXPECT_EQ(1, table_find(self->table, "ca", 2)->count);
	EXPECT_EQ(NULL, table_find(self->table, "c", 1));
}

TEST_F(table, finds_and_lists_every_word_once)
{
	const struct table_entry *entry = NULL;
	unsigned int i, listed = 0;
	char word[16];

	for (i = 0; i < WORDS; i++) {
		snprintf(word, sizeof(word), "w%u", i);
		ASSERT_EQ(0, table_add(self->table, word, strlen(word), i + 1));
	}
	for (i = 0; i < WORDS; i++) {
		snprintf(word, sizeof(word), "w%u", i);
		ASSERT_EQ(i + 1,
			  table_find(self->table, word, strlen(word))->count);
	}
	while ((entry = table_next(self->table, entry)))
		listed++;
	EXPECT_EQ(WORDS, listed);
}

TEST_F(table, sorts_by_count_then_word)
{
	const struct table_entry **sorted;

	ASSERT_EQ(0, table_add(self->table, "b", 1, 1));
	ASSERT_EQ(0, table_add(self->table, "a", 1, 1));
	ASSERT_EQ(0, table_add(self->table, "z", 1, 9));
	sorted = table_sorted(self->table);
	ASSERT_NE(NULL, sorted);
	EXPECT_EQ('z', sorted[0]->word[0]);
	EXPECT_EQ('a', sorted[1]->word[0]);
	EXPECT_EQ('b', sorted[2]->word[0]);
	free(sorted);
}

TEST_F(table, says_when_it_is_full)
{
	unsigned int i = 0;
	__u64 distinct;
	char word[16];
	int ret;

	do {
		snprintf(word, sizeof(word), "w%u", i++);
		distinct = self->table->distinct;
		ret = table_add(self->table, word, strlen(word), 1);
	} while (!ret);
	EXPECT_EQ(-ENOSPC, ret);
	EXPECT_EQ(distinct, self->table->distinct);
	EXPECT_EQ(distinct, self->table->total);
	EXPECT_EQ(0, table_add(self->table, "w0", 2, 1));
}

TEST_F(table, is_the_same_to_a_child)
{
	int status;
	pid_t child;

	child = fork();
	ASSERT_LE(0, child);
	if (!child)
		_exit(table_add(self->table, "child", 5, 7) ? 1 : 0);
	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_EQ(0, status);
	ASSERT_NE(NULL, table_find(self->table, "child", 5));
	EXPECT_EQ(7, table_find(self->table, "child", 5)->count);
}

TEST_F(table, counts_a_file)
{
	const char *text = "To be or not to be";
	char path[] = "/tmp/kipc-wordcount-XXXXXX";
	struct counted counted = { 0 };
	int fd = mkstemp(path);

	ASSERT_LE(0, fd);
	ASSERT_EQ((ssize_t)strlen(text), write(fd, text, strlen(text)));
	close(fd);
	EXPECT_EQ(0, count_file(path, self->table, &counted));
	unlink(path);
	EXPECT_EQ(1, counted.files);
	EXPECT_EQ(strlen(text), counted.bytes);
	EXPECT_EQ(6, counted.words);
	EXPECT_EQ(4, self->table->distinct);
	EXPECT_EQ(-ENOENT, count_file(path, self->table, &counted));
}

TEST_HARNESS_MAIN
